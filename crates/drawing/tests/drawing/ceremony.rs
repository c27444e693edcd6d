//! Witnesses: who commits, who reveals, who does not, and the next attempt.

use app::ErrorKind;
use app::ceremony::PublishInput;
use app::party::REVEAL_MINUTES;
use domain::state::TaskState;
use draw::{Commitment, Digest};
use testkit::on_both;

use crate::common::{City, Witness};

fn commitment(view: &app::task::TaskView) -> Commitment {
    let text = view.latest().unwrap().attempt.commitment_document.clone().unwrap();
    Commitment::parse(text.as_bytes()).unwrap()
}

on_both! {
    async fn witnesses_are_invited_once_each_and_withdrawn_before_they_commit(world) {
        let city = City::with_register(world, 10).await;
        let platform = &city.world.platform;
        let early = city.approved_task(false).await;
        assert_eq!(app::ceremony::invite(platform, &city.clerk(), early, "机关纪委").await.unwrap_err().code, "TASK-003");
        let task = city.sealed_task().await;
        let field = async |name: &str| {
            app::ceremony::invite(platform, &city.clerk(), task, name).await.unwrap_err().fields[0].code
        };
        let witness = city.invite(task, "机关纪委").await;
        assert_eq!(field("机关纪委").await, "DRAW-002");
        assert_eq!(field("平台").await, "DRAW-002");
        assert_eq!(field(" ").await, "DRAW-001");
        assert_eq!(field("看不\u{200b}见").await, "DRAW-001");
        assert_eq!(field(&"名".repeat(41)).await, "DRAW-001");
        city.invite(task, &"名".repeat(40)).await;
        assert_eq!(app::ceremony::invite(platform, &city.leader(), task, "乙").await.unwrap_err().code, "CORE-403");
        // A new link ends the old one.
        let party = witness.invitation.party;
        let again = Witness::new(app::ceremony::reissue(platform, &city.clerk(), task, party).await.unwrap());
        assert_ne!(again.invitation.token, witness.invitation.token);
        assert_eq!(witness_error(&city, &witness).await, "DRAW-021");
        again.commit(&city).await.unwrap();
        assert_eq!(app::ceremony::withdraw(platform, &city.clerk(), task, party).await.unwrap_err().code, "DRAW-004");
        let other = app::task::view(platform, &city.clerk(), task).await.unwrap().parties[2].id;
        app::ceremony::withdraw(platform, &city.clerk(), task, other).await.unwrap();
        assert_eq!(app::task::view(platform, &city.clerk(), task).await.unwrap().parties.len(), 2);
        for bad in ["", "abc", &"g".repeat(64), &"A".repeat(64)] {
            let error = app::party::state(platform, &city.public(), bad).await.unwrap_err();
            assert_eq!((error.kind, error.code), (ErrorKind::NotFound, "DRAW-021"));
        }
    }

    async fn a_commitment_is_hex_and_final_and_comes_before_publication(world) {
        let city = City::with_register(world, 10).await;
        let platform = &city.world.platform;
        let task = city.sealed_task().await;
        let first = city.invite(task, "机关纪委").await;
        let second = city.invite(task, "企业代表").await;
        let send = async |witness: &Witness, commitment: &str| {
            app::party::commit(platform, &city.public(), &witness.invitation.token, commitment).await
        };
        for bad in ["", "xyz", &"A".repeat(64), &"0".repeat(63)] {
            assert_eq!(send(&first, bad).await.unwrap_err().fields[0].code, "DRAW-006");
        }
        assert_eq!(first.reveal(&city).await.unwrap_err().code, "DRAW-012");
        let minutes = async |reveal_minutes| {
            app::ceremony::publish(platform, &city.clerk(), task, PublishInput { reveal_minutes }).await.unwrap_err()
        };
        assert_eq!(minutes(10).await.code, "DRAW-009");
        assert!(minutes(10).await.message().contains("机关纪委、企业代表"));
        first.commit(&city).await.unwrap();
        first.commit(&city).await.unwrap();
        assert_eq!(send(&first, &"0".repeat(64)).await.unwrap_err().code, "DRAW-007");
        let same = first.commitment(&city).await;
        assert_eq!(send(&second, &same).await.unwrap_err().code, "DRAW-008");
        app::ceremony::withdraw(platform, &city.clerk(), task, second.invitation.party).await.unwrap();
        assert_eq!(minutes(*REVEAL_MINUTES.start() - 1).await.fields[0].code, "DRAW-011");
        assert_eq!(minutes(*REVEAL_MINUTES.end() + 1).await.fields[0].code, "DRAW-011");
        let late = city.invite(task, "迟到者").await;
        late.commit(&city).await.unwrap();
        city.publish(task).await;
        assert_eq!(app::ceremony::invite(platform, &city.clerk(), task, "再来").await.unwrap_err().code, "TASK-003");
        assert_eq!(send(&first, &"1".repeat(64)).await.unwrap_err().code, "DRAW-005");
        let view = app::task::view(platform, &city.clerk(), task).await.unwrap();
        let document = commitment(&view);
        let names: Vec<_> = document.parties.iter().map(|party| party.party.as_str()).collect();
        assert_eq!(names, ["平台", "机关纪委", "迟到者"]);
        assert_eq!((document.attempt, document.previous, document.draw.as_str()), (1, None, view.task.number.as_str()));
        assert_eq!(app::task::void(platform, &city.leader(), task, "后悔").await.unwrap_err().code, "TASK-003");
    }

    async fn without_witnesses_there_is_no_official_draw(world) {
        let city = City::with_register(world, 10).await;
        let task = city.sealed_task().await;
        let input = PublishInput { reveal_minutes: 10 };
        let refused = app::ceremony::publish(&city.world.platform, &city.clerk(), task, input).await.unwrap_err();
        assert_eq!(refused.code, "DRAW-010");
    }

    async fn a_wrong_reveal_is_listed_and_may_be_repeated(world) {
        let city = City::with_register(world, 10).await;
        let platform = &city.world.platform;
        let task = city.sealed_task().await;
        let [first, second] = city.committed_task(task).await;
        assert_eq!(app::drawing::run(platform, &city.clerk(), task).await.unwrap_err().code, "DRAW-016");
        assert_eq!(first.reveal_as(&city, "别的数").await.unwrap_err().code, "DRAW-014");
        assert_eq!(first.state(&city).await.state, "reveal");
        assert_eq!(first.reveal_as(&city, "").await.unwrap_err().fields[0].code, "DRAW-022");
        assert_eq!(first.reveal_as(&city, &"数".repeat(22)).await.unwrap_err().fields[0].code, "DRAW-022");
        // With all but one revealed nobody can give up.
        assert_eq!(app::ceremony::fail(platform, &city.clerk(), task).await.unwrap_err().code, "DRAW-017");
        city.world.clock.advance_seconds(30);
        first.reveal(&city).await.unwrap();
        assert_eq!(first.reveal_as(&city, "别的数").await.unwrap_err().code, "DRAW-015");
        second.reveal(&city).await.unwrap();
        assert_eq!(app::ceremony::fail(platform, &city.clerk(), task).await.unwrap_err().code, "DRAW-017");
        assert_eq!(app::drawing::run(platform, &city.clerk(), task).await.unwrap_err().code, "DRAW-025");
        assert_eq!(city.world.work().await, 1);
        let view = app::task::view(platform, &city.clerk(), task).await.unwrap();
        assert_eq!(view.task.state, TaskState::Drawn);
        let reveals = view.latest().unwrap().attempt.reveals_document.clone().unwrap();
        let reveals = draw::Reveals::parse(reveals.as_bytes()).unwrap();
        assert_eq!(reveals.rejected.len(), 1);
        assert_eq!(reveals.rejected[0].party, "机关纪委");
        assert!(city.world.event_kinds().await.contains(&"party.reject".to_owned()));
        assert_eq!(app::drawing::run(platform, &city.clerk(), task).await.unwrap_err().code, "TASK-003");
    }

    async fn a_missing_witness_fails_the_draw_and_a_second_attempt_replaces_it(world) {
        let city = City::with_register(world, 10).await;
        let platform = &city.world.platform;
        let task = city.sealed_task().await;
        let [first, second] = city.committed_task(task).await;
        first.reveal(&city).await.unwrap();
        let number = app::task::view(platform, &city.clerk(), task).await.unwrap().task.number;
        city.world.clock.advance_seconds(10 * 60 - 1);
        assert_eq!(app::ceremony::fail(platform, &city.clerk(), task).await.unwrap_err().code, "DRAW-017");
        city.world.clock.advance_seconds(2);
        assert_eq!(second.reveal(&city).await.unwrap_err().code, "DRAW-013");
        assert_eq!(second.state(&city).await.state, "absent");
        assert_eq!(app::ceremony::fail(platform, &city.leader(), task).await.unwrap_err().code, "CORE-403");
        app::ceremony::fail(platform, &city.clerk(), task).await.unwrap();
        let failed = app::task::view(platform, &city.clerk(), task).await.unwrap();
        assert_eq!(failed.task.state, TaskState::Failed);
        assert_eq!(failed.latest().unwrap().failure.as_deref(), Some("企业代表未在揭示截止时间前揭示"));
        let before = commitment(&failed);
        let row = app::public_site::view(platform, &number).await.unwrap().announced;
        assert!(row.content.latest().unwrap().failure.is_some());
        assert_eq!(row.state(), app::public_site::PublicState::Failed);

        let seen = app::task::check_seal(platform, &city.clerk(), task).await.unwrap();
        assert!(seen.again);
        let unsaid = app::task::request_seal(platform, &city.clerk(), task, seen.seen, " ").await.unwrap_err();
        assert_eq!(unsaid.fields[0].code, "DRAW-024");
        city.seal(task, "企业代表缺席，另请见证人").await;
        let witness = city.invite(task, "公证处").await;
        witness.commit(&city).await.unwrap();
        city.publish(task).await;
        witness.reveal(&city).await.unwrap();
        city.world.work().await;
        let drawn = app::task::view(platform, &city.clerk(), task).await.unwrap();
        assert_eq!(drawn.task.state, TaskState::Drawn, "{:?}", drawn.jobs[0].error);
        assert_eq!(drawn.attempts.len(), 2);
        let after = commitment(&drawn);
        assert_eq!((after.attempt, after.previous), (2, Some(before.digest())));
        let replaces = after.replaces.unwrap();
        assert_eq!(replaces.commitment, before.digest());
        assert_eq!((replaces.reason.as_str(), replaces.approved_by.as_str()), ("企业代表缺席，另请见证人", "李局长"));
        let row = app::public_site::view(platform, &number).await.unwrap().announced;
        assert_eq!(row.content.attempts.len(), 2);
        assert_eq!(first.state(&city).await.state, "failed");
        assert!(city.world.event_kinds().await.contains(&"draw.fail".to_owned()));
    }

    async fn the_commitments_of_an_organiser_form_one_chain(world) {
        let city = City::with_register(world, 10).await;
        let platform = &city.world.platform;
        let mut digests = Vec::new();
        for _ in 0..3 {
            let task = city.sealed_task().await;
            let _witnesses = city.committed_task(task).await;
            let view = app::task::view(platform, &city.clerk(), task).await.unwrap();
            let document = commitment(&view);
            assert_eq!(document.previous.map(|digest: Digest| digest.to_string()), digests.last().cloned());
            digests.push(document.digest().to_string());
        }
        let store = city.world.store().await;
        let mut conn = store.read().await.unwrap();
        let chain = store::repo::chain::of_agency(&mut conn, city.city).await.unwrap();
        assert_eq!(chain.iter().map(|link| link.digest.clone()).collect::<Vec<_>>(), digests);
        drop(conn);
        store.close().await;
    }

    async fn a_draw_whose_roll_was_tampered_with_writes_nothing(world) {
        let city = City::with_register(world, 10).await;
        let platform = &city.world.platform;
        let task = city.sealed_task().await;
        let witnesses = city.committed_task(task).await;
        let roll = app::task::view(platform, &city.clerk(), task).await.unwrap();
        let roll = roll.latest().unwrap().attempt.roll_file.clone().unwrap();
        let path = city.world.folder.path().join("files").join(&roll[..2]).join(&roll);
        let good = std::fs::read(&path).unwrap();
        let mut bad = good.clone();
        let middle = bad.len() / 3;
        bad[middle] ^= 1;
        std::fs::write(&path, bad).unwrap();
        for witness in &witnesses {
            witness.reveal(&city).await.unwrap();
        }
        city.world.work().await;
        let view = app::task::view(platform, &city.clerk(), task).await.unwrap();
        assert_eq!(view.task.state, TaskState::Committed);
        assert_eq!(view.jobs[0].error.as_ref().unwrap()["code"], "DRAW-019");
        assert_eq!(app::drawing::result(platform, &city.clerk(), task).await.unwrap_err().code, "DRAW-020");
        assert_eq!(app::drawing::bundle(platform, &city.clerk(), task).await.unwrap_err().code, "DRAW-020");
        // From the backup, and again by the clerk's hand.
        std::fs::write(&path, good).unwrap();
        app::drawing::run(platform, &city.clerk(), task).await.unwrap();
        city.world.work().await;
        let view = app::task::view(platform, &city.clerk(), task).await.unwrap();
        assert_eq!(view.task.state, TaskState::Drawn);
        app::drawing::bundle(platform, &city.clerk(), task).await.unwrap();
        app::drawing::bundle(platform, &city.world.as_post(&city.auditor), task).await.unwrap();
    }
}

async fn witness_error(city: &City, witness: &Witness) -> &'static str {
    app::party::state(&city.world.platform, &city.public(), &witness.invitation.token).await.unwrap_err().code
}

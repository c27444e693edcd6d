//! The whole way with two witnesses, and what a stranger makes of the bundle.

use std::path::Path;

use bundle::{Bundle, StepName, Verdict};
use domain::scheme::{ConditionTest, SchemeColumn, StratumMembership};
use domain::state::TaskState;
use draw::{Digest, Outcome};
use testkit::on_both;

use crate::common::{City, ORGANISER, draft, new_task, one_value, stratum};

fn verify(path: &Path, announced: &str) -> u8 {
    let announced = Digest::parse(announced).unwrap();
    match Bundle::open(path) {
        Err(_) => 1,
        Ok(mut opened) => bundle::verify(&mut opened, Some(announced), &mut draw::unattended).unwrap().exit_code(),
    }
}

on_both! {
    async fn two_witnesses_draw_and_a_stranger_recomputes_it(world) {
        let city = City::with_register(world, 40).await;
        let platform = &city.world.platform;
        let task = city.sealed_task().await;
        let witnesses = [city.invite(task, "机关纪委").await, city.invite(task, "企业代表").await];
        for witness in &witnesses {
            assert_eq!(witness.state(&city).await.state, "invited");
            witness.commit(&city).await.unwrap();
            assert_eq!(witness.state(&city).await.state, "committed");
        }
        city.world.clock.advance_seconds(60);
        let digest = city.publish(task).await;
        assert_eq!(witnesses[0].state(&city).await.state, "reveal");
        // Nobody's value is public before the draw.
        let row = app::public_site::list(platform, "", 0, 20).await.unwrap();
        assert_eq!(row.total, 1);
        let latest = row.rows[0].content.latest().unwrap();
        assert!(latest.parties.iter().all(|party| party.salt.is_none() && party.value.is_none()));
        assert_eq!(latest.commitment_digest, digest);

        city.world.clock.advance_seconds(60);
        witnesses[1].reveal(&city).await.unwrap();
        witnesses[0].reveal(&city).await.unwrap();
        // The same answer again, as a phone sends it that lost the first one.
        witnesses[0].reveal(&city).await.unwrap();
        assert_eq!(city.world.work().await, 1);

        let view = app::task::view(platform, &city.clerk(), task).await.unwrap();
        assert_eq!(view.task.state, TaskState::Drawn, "{:?}", view.jobs[0].error);
        let attempt = &view.latest().unwrap().attempt;
        // 40 enterprises (4 platforms) and one of the boundary day; 20 individuals.
        let drawn: Vec<_> = view.latest().unwrap().strata.iter().map(|s| (s.code.as_str(), s.rows, s.size)).collect();
        assert_eq!(drawn, [("E2", 4, 4), ("E8", 37, 4), ("G4", 20, 4)]);
        let left: Vec<_> = view.latest().unwrap().exclusions.iter().map(|e| e.rows).collect();
        assert_eq!(left, [1, 1]);
        assert_eq!(attempt.drawn_rows, Some(12));

        // An independent recomputation from the published zip alone.
        let file = app::public_site::bundle(platform, &view.task.number).await.unwrap();
        assert_eq!(verify(&file.path, &digest), 0);
        let mut opened = Bundle::open(&file.path).unwrap();
        let report = bundle::verify(&mut opened, None, &mut draw::unattended).unwrap();
        for step in [StepName::Populations, StepName::Reveals, StepName::Result, StepName::Roll] {
            assert_eq!(report.step(step).unwrap().verdict, Verdict::Ok);
        }
        let outcome = Outcome::parse(&opened.need("result.json").unwrap()).unwrap();
        assert_eq!(Some(outcome.seed.to_string()), attempt.seed);

        // The rows are the result's.
        let listed = app::drawing::drawn_list(platform, &city.clerk(), task, ("", "", ""), app::Window::page(0, 200)).await.unwrap();
        let mut rows: Vec<_> = listed.rows.iter().map(|row| (row.code.clone(), row.ticket.clone())).collect();
        let mut expect: Vec<_> = outcome
            .cells
            .iter()
            .flat_map(|cell| cell.drawn.iter().map(|drawn| (drawn.id.to_string(), drawn.ticket.to_string())))
            .collect();
        rows.sort();
        expect.sort();
        assert_eq!(rows, expect);
        assert!(listed.rows.iter().all(|row| row.name.starts_with("测试主体")));

        changed_bytes_are_refused(&file.path, &digest);
        the_public_finds_itself(&city, &view.task.number, &outcome).await;
        let result = app::drawing::result(platform, &city.clerk(), task).await.unwrap();
        assert_eq!(result.total, 12);
        assert_eq!(result.units.iter().map(|unit| unit.total).sum::<u64>(), 12);
        assert_eq!(result.strata.iter().map(|s| s.drawn).sum::<u64>(), 12);
        assert_eq!(witnesses[0].state(&city).await.state, "drawn");
        let stage = app::ceremony::view(platform, &city.clerk(), task).await.unwrap();
        assert_eq!((stage.phase, stage.first.len()), (app::ceremony::Phase::Drawn, 10));
        assert!(stage.first.windows(2).all(|pair| pair[0].ticket <= pair[1].ticket));
        assert!(stage.parties.iter().all(|party| party.party.kept_salt.is_none()));
        assert_eq!(stage.organiser, ORGANISER);

        let kinds = city.world.event_kinds().await;
        for kind in ["task.freeze", "task.approve_seal", "party.commit", "commitment.publish", "party.reveal", "draw.run"] {
            assert!(kinds.iter().any(|known| known == kind), "{kind}: {kinds:?}");
        }
        assert_eq!(city.world.work().await, 0);
        // Nothing is left in the folder of unfinished files.
        assert_eq!(std::fs::read_dir(platform.incoming()).unwrap().count(), 0);
    }

    async fn a_firm_of_two_classes_is_one_object_and_two_rows(world) {
        let city = City::with_register(world, 40).await;
        let platform = &city.world.platform;
        // Two classes over the same enterprises: they share their tickets, so the smaller one is drawn within the larger.
        let enterprises = || one_value(SchemeColumn::Kind, ConditionTest::In, "企业");
        let mut scheme = draft();
        scheme.membership = StratumMembership::Every;
        scheme.strata = vec![
            stratum("A1", "获证条件", vec![enterprises()], "0.5"),
            stratum("A2", "监督检查", vec![enterprises()], "0.2"),
        ];
        let scheme = city.approved(&scheme).await;
        let task = app::task::create(platform, &city.clerk(), new_task(scheme, false)).await.unwrap();
        app::task::approve(platform, &city.leader(), task).await.unwrap();
        city.freeze(task).await;
        city.seal(task, "").await;
        city.drawn(task).await;

        let result = app::drawing::result(platform, &city.clerk(), task).await.unwrap();
        let (large, small) = (result.strata[0].drawn, result.strata[1].drawn);
        assert!(small > 0 && large > small);
        assert_eq!((result.total, result.objects), (large + small, large));
        assert_eq!(result.units.iter().map(|unit| unit.objects).sum::<u64>(), large);
        let stage = app::ceremony::view(platform, &city.clerk(), task).await.unwrap();
        assert_eq!((stage.objects, stage.first.len()), (large, 10));
        let codes: std::collections::BTreeSet<_> = stage.first.iter().map(|one| one.code.as_str()).collect();
        assert_eq!(codes.len(), 10, "nobody stands twice on the projector");
        assert_eq!(stage.first[0].strata, ["获证条件", "监督检查"]);
        let listed = app::task::list(platform, &city.clerk(), None, "", app::Window::page(0, 20)).await.unwrap();
        assert_eq!(listed.rows[0].drawn.and_then(|n| u64::try_from(n).ok()), Some(large));
        let public = app::public_site::list(platform, "", 0, 20).await.unwrap();
        let content = &public.rows[0].content;
        assert_eq!(content.drawn_objects(), large);
        assert_eq!(content.latest().unwrap().drawn_rows.and_then(|n| u64::try_from(n).ok()), Some(large + small));
    }

    async fn a_rehearsal_needs_nobody_and_says_so(world) {
        let city = City::with_register(world, 10).await;
        let task = city.approved_task(true).await;
        city.freeze(task).await;
        city.seal(task, "").await;
        city.publish(task).await;
        assert_eq!(city.world.work().await, 1);
        let view = app::task::view(&city.world.platform, &city.clerk(), task).await.unwrap();
        assert_eq!(view.task.state, TaskState::Drawn);
        let row = app::public_site::view(&city.world.platform, &view.task.number).await.unwrap().announced;
        assert!(row.content.rehearsal && row.content.latest().unwrap().strength.contains("演练"));
    }
}

/// Each byte of a sample of places in the zip, and one in each document.
fn changed_bytes_are_refused(path: &Path, announced: &str) {
    let bytes = std::fs::read(path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let changed = folder.path().join("changed.zip");
    for place in (0..bytes.len()).step_by(bytes.len() / 60 + 1) {
        let mut other = bytes.clone();
        other[place] ^= 1;
        std::fs::write(&changed, other).unwrap();
        // A byte of the zip's own bookkeeping (a date, say) may not matter; what was read must then be the same.
        let code = verify(&changed, announced);
        let same = code == 0 && documents(&changed) == documents(path);
        assert!(code == 1 || same, "byte {place} of {}: exit {code}", bytes.len());
    }
    for name in ["commitment.json", "sizes.json", "reveals.json", "scheme.json", "roll.json", "result.json"] {
        let unpacked = tempfile::tempdir().unwrap();
        let unpacked = unpacked.path().join("b");
        bundle::unzip(path, &unpacked).unwrap();
        let file = unpacked.join(name);
        let mut document = std::fs::read(&file).unwrap();
        let middle = document.len() / 2;
        document[middle] ^= 1;
        std::fs::write(&file, document).unwrap();
        assert_eq!(verify(&unpacked, announced), 1, "{name}");
    }
}

fn documents(path: &Path) -> Vec<Vec<u8>> {
    let Ok(mut opened) = Bundle::open(path) else { return Vec::new() };
    let names: Vec<_> = opened.names().map(str::to_owned).collect();
    names.iter().filter_map(|name| opened.read(name).ok().flatten()).collect()
}

async fn the_public_finds_itself(city: &City, number: &str, outcome: &Outcome) {
    let platform = &city.world.platform;
    let ask = async |code: &str| app::public_site::check(platform, code, number).await;
    let drawn = &outcome.cells[1].drawn[0];
    let threshold = outcome.cells[1].threshold().unwrap().to_string();
    // Its check digit is wrong, as registers have them; it is found all the same.
    let found = ask(&format!(" {} ", drawn.id.to_lowercase())).await.unwrap();
    assert_eq!((found.drawn.len(), found.not_drawn.len()), (1, 0));
    let hit = &found.drawn[0];
    assert_eq!((hit.row.code.as_str(), hit.row.stratum.as_str()), (drawn.id.as_str(), "E8"));
    assert_eq!(
        (hit.row.ticket.clone(), hit.of, hit.threshold.clone()),
        (drawn.ticket.to_string(), Some((37, 4)), Some(threshold.clone()))
    );
    assert!(hit.row.ticket <= threshold);
    let valid =
        domain::credit_code::UnifiedCreditCode::compose('9', '1', "130302".parse().unwrap(), "MA999999").unwrap();
    let other = ask(valid.as_str()).await.unwrap();
    assert_eq!((other.drawn.len(), other.not_drawn.len()), (0, 1));
    let suite = draw::Suite::Sha256;
    let ticket = draw::Tickets::new(suite, &outcome.seed).of(valid.as_str().as_bytes()).to_string();
    assert_eq!(other.not_drawn[0].ticket, ticket);
    assert_eq!(ask("张三的公司").await.unwrap_err().fields[0].code, "PUBL-003");
    assert_eq!(ask("").await.unwrap_err().fields[0].code, "PUBL-001");
    let nowhere = app::public_site::check(platform, &drawn.id, "130300202101010001").await.unwrap_err();
    assert_eq!(nowhere.kind, app::ErrorKind::NotFound);

    // What the page says was sealed is what the bundle holds.
    let page = app::public_site::view(platform, number).await.unwrap();
    assert_eq!(page.strata[1].threshold.as_deref(), Some(threshold.as_str()));
    assert_eq!(page.strata.iter().map(|row| row.drawn).collect::<Vec<_>>(), [4, 4, 4]);
    assert_eq!(page.units.iter().map(|(_, n)| n).sum::<u64>(), 12);
    let sealed = page.sealed.unwrap();
    let digest = |document: &str| Digest::parse(document).unwrap();
    let document = app::public_site::commitment_document(platform, number).await.unwrap();
    let commitment = draw::Commitment::parse(document.as_bytes()).unwrap();
    assert_eq!(commitment.digest().to_string(), page.announced.content.latest().unwrap().commitment_digest);
    match commitment.subject {
        draw::Subject::Draw { roll, scheme, sizes } => assert_eq!(
            (digest(&sealed.roll), digest(&sealed.scheme), digest(&sealed.sizes)),
            (roll.digest, scheme, sizes)
        ),
        draw::Subject::Match { .. } => panic!("not a draw"),
    }
    let all = Default::default();
    let export = app::public_site::export(platform, number, &all, app::public_site::ExportFormat::Csv);
    assert_eq!(String::from_utf8(export.await.unwrap().bytes).unwrap().lines().count(), 13);
}

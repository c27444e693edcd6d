//! Approvals against the table: over the digest that was seen, by different people, returned to a named step, and many at
//! once or none.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use app::{Ctx, Post};
use domain::agency::AgencyLevel;
use domain::approval::{Procedure, Standing, Step};
use domain::role::Role;
use domain::separation::Hand;
use kernel::approval::{self, BATCH_MAX, Over, REASON_CHARS_MAX};
use testkit::{World, on_both};

/// The three signatures of a record, as later areas will have them.
const RECORD: Procedure = Procedure {
    subject_kind: "record",
    steps: &[
        Step { code: "submit", hand: Hand::Inspector },
        Step { code: "review", hand: Hand::Reviewer },
        Step { code: "publish", hand: Hand::Publisher },
    ],
};

fn over<'a>(id: &'a str, digest: &'a str) -> Over<'a> {
    Over { procedure: &RECORD, id, digest }
}

async fn people(world: &World) -> [Ctx; 3] {
    let city = world.agency("130300", "秦皇岛市市场监督管理局", AgencyLevel::City, None).await;
    let mut posts: Vec<Post> = Vec::new();
    for (login, name) in [("one", "甲某"), ("two", "乙某"), ("three", "丙某")] {
        posts.push(world.person(login, name, city, Role::Clerk).await);
    }
    [world.as_post(&posts[0]), world.as_post(&posts[1]), world.as_post(&posts[2])]
}

on_both! {
    async fn three_people_decide_at_one_digest(world) {
        let [one, two, three] = people(&world).await;
        let store = world.platform.store();
        let mut tx = store.write().await.unwrap();
        approval::ask(&mut tx, &one, over("r1", "d"), "").await.unwrap();
        let refused = approval::approve(&mut tx, &one, over("r1", "d"), "review", &[]).await.unwrap_err();
        assert_eq!(refused.code, "APPR-003");
        assert!(refused.message().contains("甲某") && refused.message().contains("审核人"), "{}", refused.message());
        assert_eq!(approval::approve(&mut tx, &two, over("r1", "other"), "review", &[]).await.unwrap_err().code, "APPR-002");
        assert_eq!(approval::approve(&mut tx, &three, over("r1", "d"), "publish", &[]).await.unwrap_err().code, "APPR-001");
        let at = approval::approve(&mut tx, &two, over("r1", "d"), "review", &[]).await.unwrap();
        assert_eq!(at, Standing::At(2));
        assert_eq!(approval::approve(&mut tx, &two, over("r1", "d"), "publish", &[]).await.unwrap_err().code, "APPR-003");
        let whole = approval::approve(&mut tx, &three, over("r1", "d"), "publish", &[]).await.unwrap();
        assert_eq!(whole, Standing::Complete);
        tx.commit().await.unwrap();
        let mut conn = store.read().await.unwrap();
        let rows = approval::history(&mut conn, &RECORD, "r1").await.unwrap();
        assert_eq!(rows.iter().map(|row| row.step.as_str()).collect::<Vec<_>>(), ["submit", "review", "publish"]);
        assert!(rows.iter().all(|row| row.digest == "d"));
    }

    async fn a_return_names_its_step_and_its_reason(world) {
        let [one, two, three] = people(&world).await;
        let store = world.platform.store();
        let mut tx = store.write().await.unwrap();
        approval::ask(&mut tx, &one, over("r1", "d"), "").await.unwrap();
        approval::approve(&mut tx, &two, over("r1", "d"), "review", &[]).await.unwrap();
        let back = |to: &'static str, why: String| (("publish", to), why);
        for (steps, why, code) in [
            (back("review", String::new()).0, String::new(), "CORE-422"),
            (back("review", String::new()).0, "理".repeat(REASON_CHARS_MAX + 1), "CORE-422"),
            (back("publish", String::new()).0, "核对".to_owned(), "APPR-006"),
        ] {
            assert_eq!(approval::give_back(&mut tx, &three, over("r1", "d"), steps, &why).await.unwrap_err().code, code);
        }
        let why = "理".repeat(REASON_CHARS_MAX);
        approval::give_back(&mut tx, &three, over("r1", "d"), ("publish", "review"), &why).await.unwrap();
        // Back at the review: the publisher cannot go on, another reviewer can.
        assert_eq!(approval::approve(&mut tx, &three, over("r1", "d"), "publish", &[]).await.unwrap_err().code, "APPR-001");
        assert_eq!(approval::approve(&mut tx, &three, over("r1", "d"), "review", &[]).await.unwrap(), Standing::At(2));
        tx.commit().await.unwrap();
    }

    async fn a_batch_is_approved_whole_or_not_at_all(world) {
        let [one, two, _] = people(&world).await;
        let store = world.platform.store();
        let ids: Vec<String> = (0..=BATCH_MAX).map(|n| format!("r{n}")).collect();
        let mut tx = store.write().await.unwrap();
        for id in &ids {
            approval::ask(&mut tx, &one, over(id, "d"), "").await.unwrap();
        }
        tx.commit().await.unwrap();
        let overs: Vec<Over<'_>> = ids.iter().map(|id| over(id, "d")).collect();
        let mut tx = store.write().await.unwrap();
        assert_eq!(approval::approve_all(&mut tx, &two, &overs, "review").await.unwrap_err().code, "APPR-005");
        let mut changed = overs[..3].to_vec();
        changed[2].digest = "changed";
        let refused = approval::approve_all(&mut tx, &two, &changed, "review").await.unwrap_err();
        assert_eq!(refused.code, "APPR-002");
        assert!(refused.args.iter().any(|(name, value)| *name == "subject" && value == "r2"));
        drop(tx);
        let mut tx = store.write().await.unwrap();
        let standings = approval::approve_all(&mut tx, &two, &overs[..BATCH_MAX], "review").await.unwrap();
        assert!(standings.len() == BATCH_MAX && standings.iter().all(|at| *at == Standing::At(2)));
        tx.commit().await.unwrap();
    }
}

//! What jobs and the look at readiness make of a store that cannot be written for a while.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use app::job::Worker;
use domain::registry::UseCase;
use kernel::area::{Area, Parts};
use kernel::job::{Kind, Run};
use kernel::{Actor, Config, NewJob, Platform, Result};
use store::{Engine, Store, values};
use testkit::{World, on_both};

/// Work that runs out of space in the middle of its transaction.
const GREEDY: Kind = Kind { name: "test.greedy", handler: |platform, run| Box::pin(greedy(platform, run)) };
const AREA: Area =
    Area { name: "test", jobs: &[GREEDY], todos: &[], sent: &[], checks: &[], recounts: &[], points: &[] };

async fn greedy(platform: &Platform, run: &mut Run) -> Result<()> {
    run.progress(1, 2, "").await?;
    let mut tx = platform.store().write().await?;
    if tx.engine() == Engine::Postgres {
        tx.script("DO $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$").await?;
    } else {
        let pages = tx.int("SELECT page_count FROM pragma_page_count", vec![]).await?;
        tx.script(&format!("PRAGMA max_page_count = {pages}")).await?;
        for n in 0..1_000 {
            let sql = "INSERT INTO installation (name, value) VALUES ($1, $2)";
            tx.execute(sql, values![format!("greedy {n}"), "x".repeat(100_000)]).await?;
        }
    }
    panic!("the store had room");
}

/// The world's database and files, with the area above.
async fn platform(world: &World) -> Platform {
    let config = Config {
        store: world.store_config.clone(),
        files: world.folder.path().join("files"),
        clock: world.clock.clone(),
        base_url: String::new(),
        site_url: None,
        areas: &[&AREA],
        parts: Parts::default(),
    };
    Platform::open(config).await.unwrap()
}

async fn enqueue(platform: &Platform) {
    let ctx = platform.ctx(Actor::System, "test");
    let mut command = platform.command(&ctx, UseCase::JobCancel).await.unwrap();
    let job = NewJob {
        kind: GREEDY.name,
        title: "x".to_owned(),
        payload: serde_json::json!({}),
        subject_kind: "test",
        subject_id: "1".to_owned(),
    };
    command.enqueue(job).await.unwrap();
    command.finish("test", "1", serde_json::json!({})).await.unwrap();
}

async fn text(store: &Store, sql: &str) -> String {
    store.read().await.unwrap().row(sql, vec![]).await.unwrap().unwrap().text("line").unwrap()
}

on_both! {
    async fn a_job_that_met_a_full_disk_says_so(world) {
        let platform = platform(&world).await;
        enqueue(&platform).await;
        let worker = Worker::new(platform.clone());
        assert_eq!(worker.drain().await.unwrap(), 1);
        let store = world.store().await;
        let line = text(&store, "SELECT state || ' ' || error AS line FROM job").await;
        assert!(line.starts_with("failed ") && line.contains("STOR-001") && line.contains("磁盘已满"), "{line}");
        // The next one is begun as if nothing had been.
        enqueue(&platform).await;
        assert_eq!(worker.drain().await.unwrap(), 1);
        platform.close().await;
        store.close().await;
    }

    async fn readiness_writes_and_its_verdict_holds_for_a_moment(world) {
        world.platform.readiness(true).await.unwrap();
        let store = world.store().await;
        let beat = "SELECT value AS line FROM installation WHERE name = 'heartbeat'";
        let first = text(&store, beat).await;
        let asked = (0..20).map(|_| { let platform = world.platform.clone(); tokio::spawn(async move { platform.readiness(true).await }) });
        for answer in asked.collect::<Vec<_>>() {
            answer.await.unwrap().unwrap();
        }
        assert_eq!(text(&store, beat).await, first, "asked often, written once");
        world.clock.advance_seconds(4);
        world.platform.readiness(true).await.unwrap();
        assert_ne!(text(&store, beat).await, first);

        // A newer program changes the schema while this one serves; then it is mended.
        testkit::run_sql(&world.store_config, "INSERT INTO migration (name) VALUES ('999_future')").await;
        world.clock.advance_seconds(4);
        for _ in 0..2 {
            let error = world.platform.readiness(true).await.unwrap_err();
            assert_eq!(error.code, "STOR-006");
            assert!(error.message().contains("999_future"), "{}", error.message());
        }
        testkit::run_sql(&world.store_config, "DELETE FROM migration WHERE name = '999_future'").await;
        world.clock.advance_seconds(4);
        world.platform.readiness(true).await.unwrap();

        // The folder is gone: nothing can be uploaded or printed.
        std::fs::remove_dir_all(world.platform.incoming()).unwrap();
        world.clock.advance_seconds(4);
        assert!(world.platform.readiness(true).await.is_err());
        world.clock.advance_seconds(4);
        world.platform.readiness(false).await.unwrap();
        std::fs::create_dir_all(world.platform.incoming()).unwrap();
        world.clock.advance_seconds(4);
        world.platform.readiness(true).await.unwrap();
        store.close().await;
    }

    async fn a_lease_is_renewed_for_its_owner_alone(world) {
        let platform = platform(&world).await;
        enqueue(&platform).await;
        let store = world.store().await;
        let mut tx = store.write().await.unwrap();
        let now = platform.now();
        let job = store::repo::job::claim(&mut tx, "me", now, now.plus_seconds(60)).await.unwrap().unwrap();
        assert!(store::repo::job::renew(&mut tx, job.id, "me", now.plus_seconds(120)).await.unwrap());
        assert!(!store::repo::job::renew(&mut tx, job.id, "you", now.plus_seconds(180)).await.unwrap());
        tx.commit().await.unwrap();
        let mut tx = store.write().await.unwrap();
        let later = now.plus_seconds(90);
        assert!(store::repo::job::claim(&mut tx, "you", later, later).await.unwrap().is_none());
        let later = now.plus_seconds(121);
        assert!(store::repo::job::claim(&mut tx, "you", later, later.plus_seconds(60)).await.unwrap().is_some());
        tx.commit().await.unwrap();
        platform.close().await;
        store.close().await;
    }

    async fn a_platform_of_the_future_is_not_opened(world) {
        testkit::run_sql(&world.store_config, "INSERT INTO migration (name) VALUES ('999_future')").await;
        let opened = app::open(app::Config {
            store: world.store_config.clone(),
            files: world.folder.path().join("files"),
            clock: Arc::clone(&world.clock) as Arc<dyn app::Clock>,
            base_url: String::new(),
            site_url: None,
            printer: None,
        })
        .await;
        let error = opened.err().unwrap();
        assert_eq!(error.code, "STOR-006");
        assert!(error.cause().is_none(), "an answer, not a fault");
    }

    async fn what_needs_more_space_than_there_is_is_not_begun(world) {
        world.platform.require_space(1 << 20).unwrap();
        let error = world.platform.require_space(u64::MAX).unwrap_err();
        assert_eq!(error.code, "STOR-011");
        assert!(error.message().contains("剩余") && error.message().contains("约需17592186044416 MiB"), "{}", error.message());
    }
}

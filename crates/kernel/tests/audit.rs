//! The log: every event gets its place, and whatever is changed, dropped or reordered afterwards is found.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use app::ErrorKind;
use app::audit::{AuditFault, AuditReport, EventQuery, list, seal_once, verify};
use domain::agency::AgencyLevel;
use domain::role::Role;
use store::Engine;
use testkit::{World, on_both};

/// A city with some people: each of them left two events.
async fn people(world: &World) -> app::Post {
    let agency = world.agency("130300", "秦皇岛市市场监督管理局", AgencyLevel::City, None).await;
    let auditor = world.person("auditor", "孙纪检", agency, Role::Auditor).await;
    for i in 0..20 {
        world.clock.advance_seconds(1);
        world.person(&format!("clerk{i}"), "王经办", agency, Role::Clerk).await;
    }
    auditor
}

/// Does to the database what nobody may: the owner of the machine can, and the log must show it.
async fn tamper(world: &World, sql: &str) {
    let store = world.store().await;
    let mut tx = store.write().await.unwrap();
    if store.engine() == Engine::Sqlite {
        for name in [
            "event_is_append_only",
            "event_is_kept",
            "log_leaf_is_append_only",
            "log_leaf_is_kept",
            "tree_head_is_kept",
        ] {
            tx.script(&format!("DROP TRIGGER IF EXISTS {name}")).await.unwrap();
        }
    }
    tx.script(sql).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
}

fn codes(report: &AuditReport) -> Vec<&'static str> {
    report.faults.iter().map(AuditFault::code).collect()
}

on_both! {
    async fn a_sealed_log_verifies(world) {
        let auditor = people(&world).await;
        let ctx = world.as_post(&auditor);
        assert!(seal_once(&world.platform, true).await.unwrap() >= 43);
        assert_eq!(seal_once(&world.platform, true).await.unwrap(), 0, "nothing is sealed twice");
        let first = verify(&world.platform, &ctx, None).await.unwrap();
        assert_eq!(first.faults, []);
        assert_eq!(first.events, first.sealed);
        world.person("late", "后来", auditor.agency_id, Role::Clerk).await;
        seal_once(&world.platform, true).await.unwrap();
        let second = verify(&world.platform, &ctx, Some(&first.root)).await.unwrap();
        assert_eq!((second.faults.len(), second.heads), (0, 2), "an earlier root is one of ours");
        assert_ne!(second.root, first.root);
        let foreign = verify(&world.platform, &ctx, Some(&"0".repeat(64))).await.unwrap();
        assert_eq!(codes(&foreign), ["unknown-root"]);
    }

    async fn young_events_wait_a_second(world) {
        people(&world).await;
        world.clock.advance_seconds(5);
        seal_once(&world.platform, false).await.unwrap();
        let agency = world.platform.fact("none").await.unwrap();
        assert_eq!(agency, None);
        world.agency("130302", "海港区", AgencyLevel::County, Some("130300")).await;
        assert_eq!(seal_once(&world.platform, false).await.unwrap(), 0);
        world.clock.advance_seconds(2);
        assert_eq!(seal_once(&world.platform, false).await.unwrap(), 1);
    }

    async fn a_changed_event_is_found(world) {
        let auditor = people(&world).await;
        seal_once(&world.platform, true).await.unwrap();
        tamper(&world, "UPDATE event SET actor_name = 'x' WHERE id = (SELECT event_id FROM log_leaf WHERE seq = 7)").await;
        let report = verify(&world.platform, &world.as_post(&auditor), None).await.unwrap();
        assert_eq!(codes(&report), ["changed-event", "changed-head"]);
        assert!(report.faults.iter().any(|fault| fault.words().contains("第 7 条")), "{:?}", report.faults);
    }

    async fn a_dropped_tail_is_found(world) {
        let auditor = people(&world).await;
        seal_once(&world.platform, true).await.unwrap();
        tamper(&world, "DELETE FROM log_leaf WHERE seq > 30").await;
        let report = verify(&world.platform, &world.as_post(&auditor), None).await.unwrap();
        assert_eq!(codes(&report), ["missing-leaves"]);
    }

    async fn heads_that_are_deleted_are_found_and_nothing_is_sealed_over_it(world) {
        let auditor = people(&world).await;
        seal_once(&world.platform, true).await.unwrap();
        let ctx = world.as_post(&auditor);
        let sealed = verify(&world.platform, &ctx, None).await.unwrap();
        tamper(&world, "DELETE FROM tree_head").await;
        let report = verify(&world.platform, &ctx, None).await.unwrap();
        assert_eq!(codes(&report), ["missing-head", "other-head"]);
        assert!(report.faults[1].words().contains(&sealed.root), "{:?}", report.faults);
        world.person("late", "后来", auditor.agency_id, Role::Clerk).await;
        assert_eq!(seal_once(&world.platform, true).await.unwrap(), 0);
        assert_eq!(codes(&verify(&world.platform, &ctx, None).await.unwrap()), ["missing-head", "other-head"]);
    }

    async fn a_log_that_was_wiped_is_not_made_anew(world) {
        let auditor = people(&world).await;
        seal_once(&world.platform, true).await.unwrap();
        let ctx = world.as_post(&auditor);
        tamper(&world, "DELETE FROM tree_head; DELETE FROM log_leaf; UPDATE event SET actor_name = 'x'").await;
        assert_eq!(seal_once(&world.platform, true).await.unwrap(), 0);
        assert_eq!(codes(&verify(&world.platform, &ctx, None).await.unwrap()), ["other-head"]);
    }

    async fn a_tail_cut_off_with_its_head_is_found(world) {
        let auditor = people(&world).await;
        seal_once(&world.platform, true).await.unwrap();
        world.person("late", "后来", auditor.agency_id, Role::Clerk).await;
        seal_once(&world.platform, true).await.unwrap();
        let ctx = world.as_post(&auditor);
        assert_eq!(codes(&verify(&world.platform, &ctx, None).await.unwrap()), [""; 0]);
        tamper(&world, "DELETE FROM log_leaf WHERE seq >= (SELECT MIN(size) FROM tree_head);
            DELETE FROM tree_head WHERE size > (SELECT MAX(seq) + 1 FROM log_leaf)").await;
        assert_eq!(codes(&verify(&world.platform, &ctx, None).await.unwrap()), ["other-head"]);
        assert_eq!(seal_once(&world.platform, true).await.unwrap(), 0);
        tamper(&world, "DELETE FROM installation WHERE name = 'log_head'").await;
        assert_eq!(codes(&verify(&world.platform, &ctx, None).await.unwrap()), ["other-head"], "forgetting is no way out");
    }

    async fn a_leaf_taken_out_is_found(world) {
        let auditor = people(&world).await;
        seal_once(&world.platform, true).await.unwrap();
        tamper(&world, "DELETE FROM log_leaf WHERE seq = 7").await;
        let report = verify(&world.platform, &world.as_post(&auditor), None).await.unwrap();
        assert_eq!(codes(&report), ["gap", "changed-head"]);
    }

    async fn a_changed_event_with_a_recomputed_leaf_is_found_by_the_root(world) {
        let auditor = people(&world).await;
        seal_once(&world.platform, true).await.unwrap();
        tamper(&world, "UPDATE log_leaf SET hash = (SELECT hash FROM log_leaf WHERE seq = 3) WHERE seq = 4").await;
        let report = verify(&world.platform, &world.as_post(&auditor), None).await.unwrap();
        assert_eq!(codes(&report), ["changed-event"]);
    }

    async fn events_cannot_be_changed_in_the_ordinary_way(world) {
        people(&world).await;
        seal_once(&world.platform, true).await.unwrap();
        if world.platform.engine_name() == "PostgreSQL" {
            // There it is the application role's missing privilege that refuses; see the manual.
            return;
        }
        let store = world.store().await;
        for sql in ["UPDATE event SET kind = 'x'", "DELETE FROM event", "DELETE FROM log_leaf", "UPDATE tree_head SET root = 'x'"] {
            let mut tx = store.write().await.unwrap();
            assert!(tx.execute(sql, vec![]).await.is_err(), "{sql}");
        }
        store.close().await;
    }

    async fn an_auditor_sees_the_events_of_the_scope_and_a_clerk_none(world) {
        let auditor = people(&world).await;
        let county = world.agency("130302", "海港区", AgencyLevel::County, Some("130300")).await;
        let county_auditor = world.person("county-auditor", "周纪检", county, Role::Auditor).await;
        let clerk = world.person("clerk", "王经办", county, Role::Clerk).await;
        let ctx = world.as_post(&clerk);
        assert_eq!(list(&world.platform, &ctx, &EventQuery::default(), app::Window::page(0, 50)).await.unwrap_err().kind, ErrorKind::Denied);
        assert_eq!(verify(&world.platform, &ctx, None).await.unwrap_err().kind, ErrorKind::Denied);

        let public = world.platform.ctx(app::Actor::Public, "test");
        app::account::sign_in(&world.platform, &public, "clerk", testkit::PASSWORD, None).await.unwrap();
        app::account::sign_in(&world.platform, &public, "clerk1", testkit::PASSWORD, None).await.unwrap();
        let county_rows = list(&world.platform, &world.as_post(&county_auditor), &EventQuery::default(), app::Window::page(0, 50)).await.unwrap();
        assert_eq!((county_rows.total, county_rows.rows[0].actor_name.as_str()), (1, "王经办"));
        let city_rows = list(&world.platform, &world.as_post(&auditor), &EventQuery::default(), app::Window::page(0, 50)).await.unwrap();
        assert_eq!(city_rows.total, 2);
        let none = EventQuery { kind: "task".to_owned(), ..EventQuery::default() };
        assert_eq!(list(&world.platform, &world.as_post(&auditor), &none, app::Window::page(0, 50)).await.unwrap().total, 0);
    }
}

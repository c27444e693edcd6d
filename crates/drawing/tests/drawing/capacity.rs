//! More visits than the inspectors of a unit can make within the window are told when a scheme is counted, and again on the
//! page before the seal; they stop nobody.

use app::scheme::FindingView;
use domain::scheme::{Condition, ConditionTest, SchemeColumn, SchemeDraft, StratumRule, StratumSize};
use testkit::on_both;

use crate::common::{City, new_task};

/// `size` enterprises of the first county, within a window of two working days: a Monday, a Tuesday.
fn scheme(size: u64) -> SchemeDraft {
    let mut draft = SchemeDraft::empty("两日内的抽查");
    draft.basis = "秦市监〔2021〕1号".to_owned();
    draft.contact = "王经办 0335-0000000".to_owned();
    draft.window_from = "2021-05-17".parse().ok();
    draft.window_to = "2021-05-18".parse().ok();
    draft.strata = vec![StratumRule {
        code: "E".to_owned(),
        label: "企业".to_owned(),
        population: "企业".to_owned(),
        items: vec!["登记事项检查".to_owned()],
        tagged: false,
        conditions: vec![
            Condition::new(SchemeColumn::Kind, ConditionTest::In, ["企业"]),
            Condition::new(SchemeColumn::Organ, ConditionTest::In, ["130302"]),
        ],
        size: StratumSize::Count(size),
        split: None,
        otherwise: false,
    }];
    draft
}

fn found(findings: &[FindingView]) -> Option<&FindingView> {
    findings.iter().find(|finding| finding.code == "PRE-108")
}

async fn inspectors(city: &City, numbers: std::ops::RangeInclusive<u32>) {
    for n in numbers {
        city.sql(&format!(
            "INSERT INTO inspector (id, certificate, staff_number, name, agency_id, section, certificate_from, certificate_to, expertise)
             SELECT '0195000{n}-0000-7000-8000-000000000000', 'C{n}', '', '检查员', id, '', '2020-01-01', '2021-12-31', '' FROM agency WHERE code = '130302'"
        ))
        .await;
    }
}

on_both! {
    async fn a_unit_that_cannot_make_its_visits_in_time_is_named(world) {
        let city = City::with_register(world, 40).await;
        let platform = &city.world.platform;
        // Two who may go make one team, four visits each a day: eight in two days.
        inspectors(&city, 1..=2).await;
        let counted = async |size: u64| {
            let counts = app::scheme::counts(platform, &city.clerk(), &scheme(size)).await.unwrap();
            assert!(counts.problems.is_empty() && counts.strata[0].size == size, "{counts:?}");
            found(&counts.findings).cloned()
        };
        assert_eq!(counted(8).await, None, "just fits");
        let over = counted(9).await.expect("one too many");
        assert!(!over.blocks);
        for part in ["海港区市场监督管理局", "预计检查9户", "2个工作日", "最多能检查8户", "每人每日至多4户"] {
            assert!(over.what.contains(part), "{part}: {}", over.what);
        }
        assert!(over.next.contains("延长检查时间"), "{}", over.next);
        // A third one adds half a team; a day of leave takes it away again.
        inspectors(&city, 3..=3).await;
        assert_eq!(counted(12).await, None);
        assert!(counted(13).await.is_some());
        city.sql(
            "INSERT INTO inspector_leave (id, inspector_id, from_day, to_day, reason)
             SELECT 'l', id, '2021-05-18', '2021-05-18', '' FROM inspector WHERE certificate = 'C3'",
        )
        .await;
        assert_eq!(counted(10).await, None);
        assert!(counted(11).await.is_some());
    }

    async fn it_is_told_at_submission_and_before_the_seal_and_stops_nobody(world) {
        let city = City::with_register(world, 40).await;
        let platform = &city.world.platform;
        inspectors(&city, 1..=2).await;
        let scheme = city.approved(&scheme(9)).await;
        let task = app::task::create(platform, &city.clerk(), new_task(scheme, false)).await.unwrap();
        app::task::approve(platform, &city.leader(), task).await.unwrap();
        city.freeze(task).await;
        let sealing = async |window: (&str, &str)| {
            city.sql(&format!("UPDATE task SET window_from = '{}', window_to = '{}'", window.0, window.1)).await;
            app::task::check_seal(platform, &city.clerk(), task).await.unwrap()
        };
        let check = sealing(("2021-05-17", "2021-05-18")).await;
        assert!(found(&check.view.findings).unwrap().what.contains("预计检查9户"), "{:?}", check.view.findings);
        let check = sealing(("2021-05-17", "2021-05-19")).await;
        assert_eq!(found(&check.view.findings), None, "a day more");
        // The rule of the bureau counts: three a day are nine in three days, two are not enough.
        for (per_day, short) in [("3", false), ("2", true)] {
            city.sql("DELETE FROM rulebook").await;
            city.sql(&format!(
                "INSERT INTO rulebook (id, scope_kind, scope_id, name, value, basis, changed_by, changed_at)
                 VALUES ('r', 'installation', '', 'visits_per_day', '{{\"type\":\"count\",\"value\":{per_day}}}', 'x', 'x', 0)"
            ))
            .await;
            let check = sealing(("2021-05-17", "2021-05-19")).await;
            assert_eq!(found(&check.view.findings).is_some(), short, "{per_day} a day");
        }
        let seen = app::task::check_seal(platform, &city.clerk(), task).await.unwrap().seen;
        app::task::request_seal(platform, &city.clerk(), task, seen, "").await.unwrap();
        let seen = app::task::check_seal(platform, &city.leader(), task).await.unwrap().seen;
        app::task::approve_seal(platform, &city.leader(), task, seen).await.unwrap();
    }
}

//! Names that the forms cannot show are told before the seal, and stop nobody; without any font nothing is sealed.

use app::scheme::FindingView;
use domain::ids::TaskId;
use testkit::{MISSING_GLYPH, on_both};

use crate::common::City;

async fn findings(city: &City, task: TaskId) -> Vec<FindingView> {
    app::task::check_seal(&city.world.platform, &city.clerk(), task).await.unwrap().view.findings
}

fn unset(findings: &[FindingView]) -> Option<&str> {
    findings.iter().find(|finding| finding.code == "PRE-109").map(|finding| finding.what.as_str())
}

on_both! {
    async fn names_that_cannot_be_printed_are_told_before_the_seal(world) {
        let city = City::with_register(world, 40).await;
        let (platform, printer) = (&city.world.platform, &city.world.printer);
        let task = city.approved_task(false).await;
        city.freeze(task).await;
        assert_eq!(unset(&findings(&city, task).await), None);
        // Two that may be drawn, with one rare character and with two; one that is excluded, which nobody will print.
        let named = async |code: &str, name: &str| {
            city.sql(&format!("UPDATE subject SET name = '{name}', version = version + 1 WHERE code = '{code}'")).await;
        };
        named("91130302MA00000001", &format!("{MISSING_GLYPH}{MISSING_GLYPH}商贸有限公司")).await;
        named("91130302MA00000003", &format!("{MISSING_GLYPH}\u{2B821}商贸有限公司")).await;
        named("91130302MA00000061", &format!("{MISSING_GLYPH}已注销")).await;
        printer.set_missing(Some(&[MISSING_GLYPH, '\u{2B821}']));
        city.freeze(task).await;
        let found = findings(&city, task).await;
        let what = unset(&found).expect("two names");
        for part in ["有2户", "U+2B820、U+2B821", &format!("{MISSING_GLYPH}{MISSING_GLYPH}商贸有限公司")] {
            assert!(what.contains(part), "{part}: {what}");
        }
        assert!(!what.contains("已注销"), "{what}");
        assert!(found.iter().all(|finding| finding.code != "PRE-109" || !finding.blocks && finding.next.contains("字体")));
        // A font that has one of them was installed since: only who lacks the other is left. Then both.
        printer.set_missing(Some(&['\u{2B821}']));
        let found = findings(&city, task).await;
        let what = unset(&found).expect("one name");
        assert!(what.contains("有1户") && what.contains("（U+2B821）"), "{what}");
        printer.set_missing(Some(&[]));
        assert_eq!(unset(&findings(&city, task).await), None);
        // It stops nobody.
        printer.set_missing(Some(&[MISSING_GLYPH, '\u{2B821}']));
        let seen = app::task::check_seal(platform, &city.clerk(), task).await.unwrap().seen;
        app::task::request_seal(platform, &city.clerk(), task, seen, "").await.unwrap();
    }

    async fn nothing_is_sealed_where_nothing_can_be_printed(world) {
        let city = City::with_register(world, 20).await;
        let (platform, printer) = (&city.world.platform, &city.world.printer);
        let task = city.approved_task(false).await;
        printer.set_missing(None);
        city.freeze(task).await;
        let check = app::task::check_seal(platform, &city.clerk(), task).await.unwrap();
        let found: Vec<_> = check.view.findings.iter().filter(|finding| finding.blocks).map(|one| one.code).collect();
        assert_eq!(found, ["PRE-010"]);
        let refused = app::task::request_seal(platform, &city.clerk(), task, check.seen, "").await.unwrap_err();
        assert_eq!(refused.code, "TASK-017");
        assert!(refused.message().contains("没有找到文书所用的中文字体"), "{}", refused.message());
        printer.set_missing(Some(&[]));
        app::task::request_seal(platform, &city.clerk(), task, check.seen, "").await.unwrap();
        // The second person is held back, too.
        printer.set_missing(None);
        let seen = app::task::check_seal(platform, &city.leader(), task).await.unwrap().seen;
        assert_eq!(app::task::approve_seal(platform, &city.leader(), task, seen).await.unwrap_err().code, "TASK-017");
        printer.set_missing(Some(&[]));
        app::task::approve_seal(platform, &city.leader(), task, seen).await.unwrap();
    }
}

//! Upload, columns, dry run, commit; the same again; changes; who may.

use app::ErrorKind;
use app::directory::import::{self, Upload};
use domain::import::{ImportKind, ImportState};
use domain::subject::{RiskLevel, SubjectStatus};
use testkit::on_both;

use crate::desk::*;

on_both! {
    async fn a_clerk_imports_a_register_step_by_step(world) {
        let city = city(&world).await;
        let ctx = world.as_post(&city.clerk);
        // Not in the order of codes.
        let file = register(&[row(CODES[2]), row(CODES[0]), row(CODES[1])]);
        let id = upload(&world, &city.clerk, ImportKind::Subject, "名录.csv", file).await;
        let uploaded = view(&world, &city.clerk, id).await;
        assert_eq!(uploaded.import.state, ImportState::Uploaded);
        let layout = uploaded.layout.unwrap();
        assert_eq!((layout.sheet.as_str(), layout.columns.len()), ("名录", 11));
        assert_eq!(layout.columns[1].samples, [CODES[2], CODES[0], CODES[1]]);
        let columns: Vec<_> = uploaded.fields.iter().filter_map(|f| f.column.map(|c| (f.key, c))).collect();
        assert_eq!(columns, [
            ("name", 1), ("code", 2), ("kind", 3), ("agency", 4), ("registered_on", 5), ("status", 6), ("credit_class", 8),
            ("credit_on", 9), ("address", 7), ("tags", 10), ("licences", 11),
        ]);
        let not_yet = import::commit(&world.platform, &ctx, id).await.unwrap_err();
        assert_eq!((not_yet.kind, not_yet.code), (ErrorKind::Conflict, "IMPT-006"));

        import::set_mapping(&world.platform, &ctx, id, uploaded.import.version, &[("address".to_owned(), Some(7))]).await.unwrap();
        import::dry_run(&world.platform, &ctx, id).await.unwrap();
        let twice = import::dry_run(&world.platform, &ctx, id).await.unwrap_err();
        assert_eq!(twice.code, "IMPT-001");
        assert_eq!(world.work().await, 1);
        let checked = view(&world, &city.clerk, id).await;
        assert_eq!(checked.import.state, ImportState::Checked);
        let report = checked.report.unwrap();
        assert_eq!((report.rows, report.new, report.changed, report.unchanged, report.problems), (3, 3, 0, 0, 0));
        let counts = table_counts(&world).await;
        assert_eq!((counts["subject"], counts["subject_tag"], counts["subject_stage"]), (0, 0, 3));

        import::commit(&world.platform, &ctx, id).await.unwrap();
        world.work().await;
        assert_eq!(view(&world, &city.clerk, id).await.import.state, ImportState::Committed);
        let found = walk(&world).await;
        assert_eq!(found.iter().map(|s| s.code.as_str()).collect::<Vec<_>>(), CODES);
        assert_eq!(found[0].tags, ["商标使用", "广告"]);
        assert_eq!((found[0].credit_class, found[0].food_class), (Some(RiskLevel::B), None));
        assert_eq!((found[0].agency_code.as_str(), found[0].status), ("130302", SubjectStatus::Existing));
        let counts = table_counts(&world).await;
        assert_eq!((counts["subject_stage"], counts["subject_tag_stage"], counts["subject_history"]), (0, 0, 0));
        queue_is_empty(&world).await;
        // All at one instant of the clock: their order among each other says nothing.
        let mut kinds = world.event_kinds().await;
        kinds.retain(|kind| kind.starts_with("import.") || kind == "subject.import");
        kinds.sort();
        assert_eq!(
            kinds,
            ["import.commit", "import.commit", "import.dry_run", "import.dry_run", "import.map", "subject.import"]
        );
        let done = import::cancel(&world.platform, &ctx, id).await.unwrap_err();
        assert_eq!(done.code, "IMPT-002");
    }

    async fn the_same_file_again_changes_nothing_and_a_changed_row_makes_history(world) {
        let city = city(&world).await;
        let file = register(&[row(CODES[0]), row(CODES[1])]);
        let first = import_now(&world, &city.clerk, ImportKind::Subject, "一.csv", &file).await;
        assert_eq!(first.report.unwrap().new, 2);
        world.clock.advance_seconds(3600);
        let again = import_now(&world, &city.clerk, ImportKind::Subject, "二.csv", &file).await;
        let report = again.report.unwrap();
        assert_eq!((report.new, report.changed, report.unchanged), (0, 0, 2));
        assert_eq!(table_counts(&world).await["subject_history"], 0);

        world.clock.advance_seconds(3600);
        let changed = register(&[
            row(CODES[0]).replace("河北大街1号", "文化路2号").replace("广告；商标使用", "拍卖；广告"),
            row(CODES[1]).replace(",B,2021-04-01", ",C,2021-05-01"),
            row(CODES[2]),
        ]);
        let third = import_now(&world, &city.keeper, ImportKind::Subject, "三.csv", &changed).await;
        let report = third.report.unwrap();
        assert_eq!((report.new, report.changed, report.unchanged), (1, 2, 0));
        let counts = table_counts(&world).await;
        // A new risk class is a dated fact of its own and makes no version.
        assert_eq!((counts["subject_history"], counts["subject_risk"], counts["subject_tag"]), (1, 4, 6));
        let found = walk(&world).await;
        assert_eq!(found[0].tags, ["广告", "拍卖"]);
        assert_eq!(found[1].credit_class, Some(RiskLevel::C));
        let (now, history) = subject(&world, found[0].id).await;
        assert_eq!((now.version, now.subject.address.as_str()), (2, "文化路2号"));
        assert_eq!(now.changed_by, city.keeper.id.to_string());
        assert_eq!(history.len(), 1);
        assert_eq!((history[0].version, history[0].subject.address.as_str(), history[0].subject.tags.len()), (1, "河北大街1号", 2));
        assert_eq!(history[0].valid_to, now.valid_from);
        assert_eq!(history[0].changed_by, city.clerk.id.to_string());
        assert_eq!(now.subject.licences[0].number, "JY1");
    }

    async fn licences_are_rows_that_follow_their_objects(world) {
        let city = city(&world).await;
        let with = |n: usize, licences: &str| row(CODES[n]).replace("食品经营许可证:JY1:2025-12-31", licences);
        let first = register(&[
            with(0, "食品经营许可证:JY1:2025-12-31；工业产品生产许可证:冀XK1::已注销；工业产品生产许可证:冀XK2:2021-05-06"),
            with(1, "工业产品生产许可证:冀XK3:2021-05-05；直销经营许可证:商直1:"),
            with(2, ""),
        ]);
        import_now(&world, &city.keeper, ImportKind::Subject, "一.csv", first.clone()).await;
        let rows = async || {
            let store = world.store().await;
            let mut conn = store.read().await.unwrap();
            let sql = "SELECT subject.code, l.position, l.kind, l.number, l.valid_to, l.state FROM subject_licence l
                 JOIN subject ON subject.id = l.subject_id ORDER BY subject.code, l.position";
            let rows = conn.rows(sql, vec![]).await.unwrap();
            let rows: Vec<_> = rows.iter().map(|r| {
                let text = |column| r.text(column).unwrap();
                format!("{} {} {} {} {}", r.int("position").unwrap(), text("kind"), text("number"), text("valid_to"), text("state"))
            }).collect();
            drop(conn);
            store.close().await;
            rows
        };
        let expect = [
            "1 食品经营许可证 JY1 2025-12-31 valid", "2 工业产品生产许可证 冀XK1  cancelled", "3 工业产品生产许可证 冀XK2 2021-05-06 valid",
            "1 工业产品生产许可证 冀XK3 2021-05-05 valid", "2 直销经营许可证 商直1  valid",
        ];
        assert_eq!(rows().await, expect);
        // A roll holds the kinds that are valid on its day, each once, the last day included.
        let held: Vec<_> = walk(&world).await.into_iter().map(|row| row.licences.join(",")).collect();
        assert_eq!(held, ["工业产品生产许可证,食品经营许可证", "直销经营许可证", ""]);
        let again = import_now(&world, &city.keeper, ImportKind::Subject, "二.csv", first).await;
        assert_eq!(again.report.unwrap().changed, 0);
        assert_eq!(rows().await, expect, "the same again adds nothing");
        let changed = register(&[with(0, "食品经营许可证:JY9:2026-12-31"), with(1, "")]);
        import_now(&world, &city.keeper, ImportKind::Subject, "三.csv", changed).await;
        assert_eq!(rows().await, ["1 食品经营许可证 JY9 2026-12-31 valid"]);
    }

    async fn columns_that_a_file_lacks_keep_what_is_known(world) {
        let city = city(&world).await;
        import_now(&world, &city.clerk, ImportKind::Subject, "一.csv", register(&[row(CODES[0])])).await;
        let short = format!("名称,统一社会信用代码,主体类别,登记机关,成立日期,登记状态\n改名后有限公司,{},企业,秦皇岛市海港区市场监督管理局,2015-03-09,在营\n", CODES[0]);
        let done = import_now(&world, &city.clerk, ImportKind::Subject, "短.csv", short).await;
        assert_eq!(done.report.unwrap().changed, 1);
        let found = walk(&world).await;
        assert_eq!((found[0].name.as_str(), found[0].tags.len()), ("改名后有限公司", 2));
        let (now, _) = subject(&world, found[0].id).await;
        assert_eq!((now.subject.address.as_str(), now.subject.licences.len()), ("河北大街1号", 1));
    }

    async fn a_county_imports_its_own_objects_only(world) {
        let city = city(&world).await;
        let own = import_now(&world, &city.county_clerk, ImportKind::Subject, "海港.csv", register(&[row(CODES[0])])).await;
        assert_eq!(own.import.state, ImportState::Committed);
        let file = register(&[row(CODES[1]).replace(",130302,", ",130303,")]);
        let refused = dry_run(&world, &city.county_clerk, ImportKind::Subject, "山海关.csv", file).await;
        assert_eq!(refused.import.state, ImportState::Refused);
        assert_eq!(refused.report.unwrap().shown[0].code, "agency_outside");
        // The city moves the object to another county; now it is no longer this county's to change.
        let moved = register(&[row(CODES[0]).replace(",130302,", ",130303,")]);
        import_now(&world, &city.clerk, ImportKind::Subject, "迁移.csv", moved).await;
        let refused = dry_run(&world, &city.county_clerk, ImportKind::Subject, "海港.csv", register(&[row(CODES[0])])).await;
        let shown = &refused.report.unwrap().shown;
        assert_eq!((shown[0].code.as_str(), shown[0].row, shown[0].column.as_str()), ("registered_elsewhere", 2, "B"));
        assert_eq!(walk(&world).await[0].agency_code, "130303");
        // The county does not see the city's imports.
        let seen = import::list(&world.platform, &world.as_post(&city.county_clerk), app::Window::page(0, 50)).await.unwrap();
        assert_eq!(seen.total, 3);
    }

    async fn only_their_roles_import(world) {
        let city = city(&world).await;
        for (post, kind, allowed) in [
            (&city.clerk, ImportKind::Subject, true),
            (&city.keeper, ImportKind::Inspector, true),
            (&city.leader, ImportKind::Subject, false),
            (&city.admin, ImportKind::Subject, false),
            (&city.admin, ImportKind::Agency, true),
            (&city.clerk, ImportKind::Agency, false),
        ] {
            let path = incoming(&world, "x.csv", register(&[row(CODES[0])]));
            let input = Upload { kind, path, file_name: "x.csv".to_owned() };
            let result = import::upload(&world.platform, &world.as_post(post), input).await;
            assert_eq!(result.as_ref().err().map(|e| e.kind), (!allowed).then_some(ErrorKind::Denied), "{} {kind}", post.role);
        }
        // Whoever may not upload a kind may not take it further either.
        let id = upload(&world, &city.clerk, ImportKind::Subject, "x.csv", register(&[row(CODES[0])])).await;
        for post in [&city.admin, &city.leader] {
            let error = import::dry_run(&world.platform, &world.as_post(post), id).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Denied);
        }
        let outside = import::get(&world.platform, &world.as_post(&city.county_clerk), id).await.unwrap_err();
        assert_eq!(outside.kind, ErrorKind::NotFound);
    }

    async fn a_bad_choice_of_columns_names_its_field(world) {
        let city = city(&world).await;
        let ctx = world.as_post(&city.clerk);
        let id = upload(&world, &city.clerk, ImportKind::Subject, "x.csv", register(&[row(CODES[0])])).await;
        let choose = async |version: i64, key: &str, column: Option<u32>| {
            import::set_mapping(&world.platform, &ctx, id, version, &[(key.to_owned(), column)]).await.unwrap_err()
        };
        let field = |error: &app::Error| (error.fields[0].field, error.fields[0].code);
        assert_eq!(field(&choose(1, "name", None).await), ("name", "IMPT-003"));
        assert_eq!(field(&choose(1, "name", Some(2)).await), ("name", "IMPT-004"));
        assert_eq!(field(&choose(1, "address", Some(99)).await), ("address", "IMPT-005"));
        assert_eq!(choose(7, "address", None).await.code, "CORE-409");
        import::cancel(&world.platform, &ctx, id).await.unwrap();
        assert_eq!(choose(2, "address", None).await.code, "IMPT-002");
        nothing_is_written(&world).await;
    }

    async fn what_changed_after_the_dry_run_is_not_overwritten_blindly(world) {
        let city = city(&world).await;
        let mine = dry_run(&world, &city.clerk, ImportKind::Subject, "一.csv", register(&[row(CODES[0])])).await;
        let other = register(&[row(CODES[0]).replace("河北大街1号", "文化路2号")]);
        import_now(&world, &city.keeper, ImportKind::Subject, "二.csv", other).await;
        import::commit(&world.platform, &world.as_post(&city.clerk), mine.import.id).await.unwrap();
        world.work().await;
        // It is a change now, with the other's version kept.
        let report = view(&world, &city.clerk, mine.import.id).await.report.unwrap();
        assert_eq!((report.new, report.changed), (0, 1));
        assert_eq!(table_counts(&world).await["subject_history"], 1);
    }
}

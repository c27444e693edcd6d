//! Dispatch: every object goes to its registering agency, with its stratum's items and those of its tags.

use app::ErrorKind;
use app::assigning::{self, Filter};
use domain::calendar::Calendar;
use testkit::{FrozenObject, on_both};

use crate::city::{City, code, day, firm, ten};

on_both! {
    async fn each_object_goes_to_its_registering_agency(world) {
        let city = City::new(world, &ten()).await;
        let ctx = city.world.as_post(&city.clerk);
        let preview = assigning::preview(&city.world.platform, &ctx, city.task).await.unwrap();
        assert_eq!(preview.objects, 10);
        assert_eq!(preview.units.iter().map(|u| u.objects).collect::<Vec<_>>(), [6, 3, 1]);
        assert!(!preview.dispatched && preview.job.is_none());
        // Five days from 2021-05-06 for matching; visits are planned from the day after on.
        assert_eq!(preview.first_on.to_string(), "2021-05-12");
        // Nobody is in the directory: what cannot be done is said before it is dispatched.
        assert!(preview.units.iter().all(|unit| unit.load.is_short() && unit.load.capacity == 0));

        city.dispatch().await;
        let progress = assigning::progress(&city.world.platform, &ctx, city.task).await.unwrap();
        assert_eq!((progress.visits, progress.matched), (10, 0));
        assert_eq!(progress.units.iter().map(|u| u.share.visits).collect::<Vec<_>>(), [6, 3, 1]);
        let visits = assigning::visits(&city.world.platform, &ctx, &Filter::default(), app::Window::page(0, 100)).await.unwrap();
        assert_eq!(visits.total, 10);
        for row in &visits.rows {
            // The invented codes hold the registering agency's key.
            let unit = progress.units.iter().find(|u| u.share.id == row.visit.share_id).unwrap();
            assert!(row.visit.code.contains(&unit.share.agency_code), "{} at {}", row.visit.code, unit.share.agency_name);
            assert!((day("2021-05-12")..=day("2021-08-31")).contains(&row.visit.planned_on));
            assert_eq!(Calendar::statutory().is_working_day(row.visit.planned_on), Some(true));
        }
        let numbers: Vec<_> = visits.rows.iter().map(|row| row.visit.number.clone()).collect();
        assert_eq!((numbers[0].as_str(), numbers[9].as_str()), ("1303002021000001", "1303002021000010"));
        // Matching in five days; receipt in five working days would be 12 May (8 May 2021 is a make-up working day), which is
        // later, so that the earlier day binds both.
        let due: Vec<_> = assigning::view(&city.world.platform, &ctx, city.share(city.a).await.id).await.unwrap().deadlines
            .into_iter().map(|d| (d.kind, d.due_on.to_string())).collect();
        assert_eq!(due, [("receipt".to_owned(), "2021-05-11".to_owned()), ("matching".to_owned(), "2021-05-11".to_owned())]);
        let kinds = city.world.event_kinds().await;
        assert_eq!(kinds[kinds.len() - 2..], ["task.dispatch_begun", "task.dispatch"]);
        assert_eq!(city.world.work().await, 0);
    }

    async fn a_form_holds_the_items_of_strata_and_tags(world) {
        let city = City::new(world, &ten()).await;
        city.dispatch().await;
        let ctx = city.world.as_post(&city.clerk);
        let check = async |search: &str, strata: &[&str], items: &[&str]| {
            let filter = Filter { search: search.to_owned(), ..Filter::default() };
            let found = assigning::visits(&city.world.platform, &ctx, &filter, app::Window::page(0, 10)).await.unwrap();
            assert_eq!(found.total, 1, "{search}");
            assert_eq!(found.rows[0].strata, strata);
            let view = assigning::visit(&city.world.platform, &ctx, found.rows[0].visit.id).await.unwrap();
            assert_eq!(view.items.iter().map(|i| i.code.as_str()).collect::<Vec<_>>(), items, "{search}");
        };
        check("130302第1号", &["其它类型企业"], &["A01"]).await;
        // Two strata, one visit, each item once.
        check("130302第5号", &["电子商务平台经营者", "特种设备使用单位"], &["A01", "A02", "A03"]).await;
        // 其它 is checked for its own items only, whatever the firm's tags call (R59).
        check("130302第6号", &["其它类型企业"], &["A01"]).await;
    }

    async fn tags_call_items_only_where_a_class_says_so(world) {
        let tags: &[&str] = &["特种设备", "商标代理", "广告"];
        let firms = [
            firm("130302", 1, &["E6"], tags),
            firm("130302", 2, &["E8"], tags),
            firm("130302", 3, &["E6", "E8"], tags),
        ];
        let city = City::new(world, &firms).await;
        city.dispatch().await;
        // A05 is called too but is not in force yet. A visit of two classes has the items of both.
        for (n, items) in [(1, "A01,A03,A04"), (2, "A01"), (3, "A01,A03,A04")] {
            let filter = Filter { search: format!("130302第{n}号"), ..Filter::default() };
            let ctx = city.world.as_post(&city.clerk);
            let found = assigning::visits(&city.world.platform, &ctx, &filter, app::Window::page(0, 10)).await.unwrap();
            let view = assigning::visit(&city.world.platform, &ctx, found.rows[0].visit.id).await.unwrap();
            assert_eq!(view.items.iter().map(|i| i.code.as_str()).collect::<Vec<_>>().join(","), items, "{n}");
        }
    }

    async fn what_the_directory_says_after_the_draw_changes_no_dispatch(world) {
        let mut firms = ten();
        firms.push(firm("130302", 7, &["E6"], &["特种设备", "广告"]));
        let city = City::new(world, &firms).await;
        // Moved to another county, renamed, another kind, other tags: all of it after the roll was frozen.
        city.sql("UPDATE check_item SET subjects = 'enterprise' WHERE code = 'A01'", vec![]).await;
        city.sql(
            "UPDATE subject SET agency_id = $1, name = '改了名的商行', kind = 'individual', tags = '广告' WHERE code LIKE '%MA00000001'",
            vec![city.b.to_string().into()],
        ).await;
        city.sql("DELETE FROM subject_tag", vec![]).await;
        // The rows that the pages list are made of the result, and are not what is dispatched.
        let changed = format!(
            "DELETE FROM drawn WHERE code LIKE '%MA00000002'; UPDATE drawn SET stratum = 'E2', agency_id = '{}' WHERE code LIKE '%MA00000003'",
            city.zone
        );
        testkit::tamper(&city.world.store_config, &changed).await;
        city.dispatch().await;
        let ctx = city.world.as_post(&city.clerk);
        let progress = assigning::progress(&city.world.platform, &ctx, city.task).await.unwrap();
        assert_eq!(progress.units.iter().map(|u| u.share.visits).collect::<Vec<_>>(), [7, 3, 1]);
        let check = async |search: &str, strata: &[&str], items: &[&str]| {
            let filter = Filter { search: search.to_owned(), ..Filter::default() };
            let found = assigning::visits(&city.world.platform, &ctx, &filter, app::Window::page(0, 10)).await.unwrap();
            assert_eq!((found.total, &found.rows[0].strata[..]), (1, &strata.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()[..]), "{search}");
            let view = assigning::visit(&city.world.platform, &ctx, found.rows[0].visit.id).await.unwrap();
            assert_eq!(view.items.iter().map(|i| i.code.as_str()).collect::<Vec<_>>(), items, "{search}");
        };
        check("130302第1号", &["其它类型企业"], &["A01"]).await;
        check("130302第2号", &["其它类型企业"], &["A01"]).await;
        check("130302第3号", &["其它类型企业"], &["A01"]).await;
        check("130302第7号", &["特种设备使用单位"], &["A01", "A03", "A04"]).await;
    }

    async fn a_register_or_result_that_was_not_announced_stops_the_dispatch(world) {
        let city = City::new(world, &ten()).await;
        let refused = async || {
            city.ask(&city.clerk, None).await.unwrap();
            city.world.work().await;
            assert_eq!(city.int("SELECT COUNT(*) FROM share").await, 0);
            city.job_error().await
        };
        // Another register, whole in itself: the commitment names the one that was frozen.
        let moved: Vec<_> = ten().iter().enumerate().map(|(n, firm)| FrozenObject { agency: city.zone, ..city.frozen(n, firm) }).collect();
        let frozen = city.text("SELECT register_file AS line FROM draw").await;
        let commitment = city.text("SELECT commitment_document AS line FROM draw").await;
        let result = city.text("SELECT result_digest AS line FROM draw").await;
        city.world.freeze_draw(city.draw, &["E2", "E6", "E8"], &moved).await;
        let other = city.text("SELECT register_file AS line FROM draw").await;
        assert_ne!(frozen, other);
        city.sql("UPDATE draw SET commitment_document = $1", vec![commitment.as_str().into()]).await;
        assert_eq!(refused().await, "DRAW-026");
        // Another result than the announced one.
        city.sql("UPDATE draw SET register_file = $1, result_digest = $2", vec![frozen.as_str().into(), "0".repeat(64).into()]).await;
        assert_eq!(refused().await, "DRAW-026");
        city.world.freeze_draw(city.draw, &["E2", "E6", "E8"], &ten().iter().enumerate().map(|(n, firm)| city.frozen(n, firm)).collect::<Vec<_>>()).await;
        assert_eq!(city.text("SELECT result_digest AS line FROM draw").await, result);
        // A changed byte in the file.
        let path = city.world.folder.path().join("files").join(&frozen[..2]).join(&frozen);
        let whole = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, whole.replacen("第1号", "第9号", 1)).unwrap();
        assert_eq!(refused().await, "DRAW-026");
        std::fs::write(&path, whole).unwrap();
        city.dispatch().await;
        assert_eq!(city.int("SELECT COUNT(*) FROM visit").await, 10);
    }

    async fn who_may_dispatch_what(world) {
        let city = City::new(world, &ten()).await;
        assert_eq!(city.ask(&city.a_clerk, None).await.unwrap_err().kind, ErrorKind::NotFound);
        assert_eq!(city.ask(&city.a_leader, None).await.unwrap_err().kind, ErrorKind::Denied);
        for bad in ["2021-05-05", "2021-09-01"] {
            assert_eq!(code(city.ask(&city.clerk, Some(bad)).await), "DISP-005", "{bad}");
        }
        city.sql("UPDATE task SET state = 'committed'", vec![]).await;
        assert_eq!(code(city.ask(&city.clerk, None).await), "DISP-001");
        city.sql("UPDATE task SET state = 'drawn'", vec![]).await;
        city.ask(&city.clerk, Some("2021-08-31")).await.unwrap();
        assert_eq!(code(city.ask(&city.clerk, None).await), "DISP-003");
        assert_eq!(city.world.work().await, 1);
        assert_eq!(code(city.ask(&city.clerk, None).await), "DISP-002");
        assert_eq!(city.int("SELECT COUNT(*) FROM visit WHERE planned_on = '2021-08-31'").await, 10);
    }

    async fn two_jobs_dispatch_once(world) {
        let city = City::new(world, &ten()).await;
        let id = city.ask(&city.clerk, None).await.unwrap();
        // As if a second clerk had pressed at the same moment.
        city.sql(
            "INSERT INTO job (id, kind, state, title, payload, subject_kind, subject_id, agency_id, created_by, created_at)
             SELECT '01953333-0000-7000-8000-000000000000', kind, state, title, payload, subject_kind, subject_id, agency_id, created_by,
             created_at FROM job WHERE id = $1",
            vec![id.to_string().into()],
        ).await;
        assert_eq!(city.world.work().await, 2);
        assert_eq!(city.job_error().await, "DISP-002");
        assert_eq!(city.int("SELECT COUNT(*) FROM visit").await, 10);
        assert_eq!(city.int("SELECT COUNT(*) FROM event WHERE kind = 'task.dispatch'").await, 1);
    }

    async fn an_object_without_items_stops_nobody(world) {
        let city = City::new(world, &[firm("130302", 1, &["E8"], &[]), firm("130302", 2, &["E6"], &[])]).await;
        city.sql("UPDATE check_item SET subjects = 'individual' WHERE code = 'A01'", vec![]).await;
        city.dispatch().await;
        assert_eq!(city.int("SELECT COUNT(*) FROM visit").await, 2);
        assert_eq!(city.int("SELECT COUNT(*) FROM visit WHERE problem = 'no_items'").await, 1);
        assert_eq!(city.int("SELECT COUNT(*) FROM visit_item").await, 1);
    }

    async fn a_word_that_names_no_item_is_refused_with_the_way_out(world) {
        let city = City::new(world, &[firm("130302", 1, &["E8"], &[])]).await;
        city.sql("UPDATE check_item SET category = '改名' WHERE code = 'A02'", vec![]).await;
        let refused = city.ask(&city.clerk, None).await.unwrap_err();
        assert_eq!(refused.code, "DISP-007");
        let message = refused.message() + &refused.next_step();
        for part in ["电子商务平台经营者", "电子商务经营行为监督检查", "事项对应", "不必重新摇号"] {
            assert!(message.contains(part), "{message}");
        }
        assert_eq!(city.int("SELECT COUNT(*) FROM job").await, 0);
    }
}

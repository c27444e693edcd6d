//! Planned days: spread by capacity over working days, moved freely before the matching, by its rules and on record after.

use app::assigning::{self, Filter, PLAN_ROWS_MAX, PlanInput, Planned};
use chrono::NaiveDate;
use domain::calendar::Calendar;
use domain::ids::{ShareId, VisitId};
use domain::rulebook::{Rule, RuleValue, StartEvent};
use store::values;
use testkit::on_both;

use crate::city::{City, code, day, firm, ten};
use crate::forms;

fn input(share: ShareId, only: &[VisitId], on: &str) -> PlanInput {
    PlanInput { share, only: only.to_vec(), planned_on: day(on), reason: String::new() }
}

async fn planned(city: &City, share: ShareId) -> Vec<NaiveDate> {
    let ctx = city.world.as_post(&city.clerk);
    let filter = Filter { share: Some(share), ..Filter::default() };
    let rows = assigning::visits(&city.world.platform, &ctx, &filter, app::Window::page(0, 200)).await.unwrap().rows;
    let mut days: Vec<_> = rows.into_iter().map(|row| row.visit.planned_on).collect();
    days.sort();
    days
}

/// Sets a rule for everybody, past the administrator's page.
async fn rule(city: &City, rule: Rule, value: RuleValue) {
    city.sql(
        "INSERT INTO rulebook (id, scope_kind, scope_id, name, value, basis, changed_by, changed_at)
         VALUES ($1, 'installation', '', $1, $2, '试验', 'system', 0)",
        values![rule.code(), serde_json::to_string(&value).unwrap()],
    )
    .await;
}

on_both! {
    async fn visits_lie_on_working_days_by_capacity(world) {
        let firms: Vec<_> = (1..=60).map(|n| firm("130302", n, &["E8"], &[])).collect();
        let city = City::new(world, &firms).await;
        let people = city.inspectors(city.a, 4, "2026-12-31").await;
        // Three of four are away for the first days of the window after the matching, so that nobody can go.
        for id in &people[..3] {
            city.sql(
                "INSERT INTO inspector_leave (id, inspector_id, from_day, to_day, reason)
                 VALUES ($1, $1, '2021-05-12', '2021-05-18', '培训')",
                values![id.to_string()],
            ).await;
        }
        city.sql("UPDATE task SET window_to = '2021-05-31'", vec![]).await;
        let ctx = city.world.as_post(&city.clerk);
        let preview = assigning::preview(&city.world.platform, &ctx, city.task).await.unwrap();
        // Nine working days with four people, who make four visits each, two on a visit: eight a day.
        let load = preview.units[0].load;
        assert_eq!((load.need, load.capacity, load.days, load.is_short()), (60, 72, 14, false));
        city.dispatch().await;
        let share = city.share(city.a).await.id;
        let view = assigning::view(&city.world.platform, &ctx, share).await.unwrap();
        assert_eq!(view.visits_by_day.iter().map(|day| day.visits).sum::<i64>(), 60);
        assert_eq!(view.visits_by_day.len(), 9, "{:?}", view.visits_by_day);
        for count in &view.visits_by_day {
            assert!(count.on >= day("2021-05-19") && !count.off && count.visits <= 8, "{count:?}");
            assert_eq!(Calendar::statutory().is_working_day(count.on), Some(true));
        }
        assert!(view.visits_by_day[0].day.starts_with("2021-05-19（周三）"));
    }

    async fn each_visit_is_judged_on_its_own_day(world) {
        let firms: Vec<_> = (1..=12).map(|n| firm("130302", n, &["E8"], &[])).collect();
        let city = City::new(world, &firms).await;
        // Two whose certificates end with June, two whose certificates begin with July.
        let early = city.inspectors(city.a, 2, "2021-06-30").await;
        let late = city.inspectors(city.a, 2, "2026-12-31").await;
        for id in &late {
            city.sql("UPDATE inspector SET certificate_from = '2021-07-01' WHERE id = $1", values![id.to_string()]).await;
        }
        city.dispatch().await;
        let share = city.accepted().await;
        forms::match_share(&city.world, &city, share).await;
        let ctx = city.world.as_post(&city.a_clerk);
        let rows = assigning::visits(&city.world.platform, &ctx, &Filter::default(), app::Window::page(0, 50)).await.unwrap().rows;
        let (june, july): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.visit.planned_on <= day("2021-06-30"));
        assert!(june.len() > 3 && july.len() > 3);
        for (rows, people) in [(june, &early), (july, &late)] {
            assert!(rows.iter().all(|row| row.team.iter().all(|seat| people.contains(&seat.inspector_id))));
        }
    }

    async fn too_small_a_window_is_said_and_filled_evenly(world) {
        let firms: Vec<_> = (1..=30).map(|n| firm("130302", n, &["E8"], &[])).collect();
        let city = City::new(world, &firms).await;
        city.inspectors(city.a, 2, "2026-12-31").await;
        city.sql("UPDATE task SET window_to = '2021-05-14'", vec![]).await;
        rule(&city, Rule::VisitsPerDay, RuleValue::Count(2)).await;
        let ctx = city.world.as_post(&city.clerk);
        let load = assigning::preview(&city.world.platform, &ctx, city.task).await.unwrap().units[0].load;
        assert_eq!((load.need, load.capacity, load.days, load.is_short()), (30, 6, 3, true));
        city.dispatch().await;
        let view = assigning::view(&city.world.platform, &ctx, city.share(city.a).await.id).await.unwrap();
        assert_eq!(view.visits_by_day.iter().map(|day| day.visits).collect::<Vec<_>>(), [10, 10, 10]);
    }

    async fn neighbours_in_territory_and_ticket_go_together_and_nobody_chooses(world) {
        let city = City::new(world, &ten()).await;
        city.inspectors(city.a, 2, "2026-12-31").await;
        // Tickets rise with the firms' codes; two lie elsewhere, in a division that sorts first. What counts is the register
        // of the roll's day: where they have moved since is no reason for another order.
        let mut frozen: Vec<_> = ten().iter().enumerate().map(|(n, firm)| city.frozen(n, firm)).collect();
        for one in frozen.iter_mut().filter(|one| ["130302第5号", "130302第6号"].iter().any(|name| one.name.starts_with(name))) {
            one.division = "130301".to_owned();
        }
        city.world.freeze_draw(city.draw, &["E2", "E6", "E8"], &frozen).await;
        city.sql("UPDATE subject SET division = '130300' WHERE name LIKE '130302第4号%'", vec![]).await;
        city.dispatch().await;
        let ctx = city.world.as_post(&city.a_clerk);
        let order = async || {
            let rows = assigning::visits(&city.world.platform, &ctx, &Filter::default(), app::Window::page(0, 50)).await.unwrap().rows;
            let mut rows: Vec<_> = rows.into_iter().map(|row| (row.visit.planned_on, row.visit.name)).collect();
            rows.sort();
            rows.into_iter().map(|(_, name)| name.chars().nth(7).unwrap()).collect::<String>()
        };
        let first = order().await;
        assert_eq!(first, "561234");
        // Asked for again, with the same people, it is the same plan.
        let share = city.share(city.a).await.id;
        let before = planned(&city, share).await;
        assert_eq!(assigning::spread(&city.world.platform, &ctx, share).await.unwrap(), 6);
        assert_eq!((planned(&city, share).await, order().await), (before, first));
        assert_eq!(city.world.event_kinds().await.last().unwrap(), "visit.spread");
        let above = city.world.as_post(&city.clerk);
        assert_eq!(code(assigning::spread(&city.world.platform, &above, share).await), "SHARE-001");
    }

    async fn whoever_takes_a_share_over_gets_days_of_its_own(world) {
        let city = City::new(world, &ten()).await;
        city.inspectors(city.a, 4, "2026-12-31").await;
        city.dispatch().await;
        let platform = city.world.platform.clone();
        let (a, above) = (city.world.as_post(&city.a_clerk), city.world.as_post(&city.clerk));
        let share = city.share(city.a).await;
        assigning::give_back(&platform, &a, share.id, share.version, "人手不足").await.unwrap();
        // Back at the sender it waits there, with the unit's name.
        let home = app::home::view(&platform, &above).await.unwrap();
        let todo = home.todos.iter().find(|todo| todo.kind == app::home::TodoKind::Redispatch).unwrap();
        assert!(todo.id == share.id.to_string() && todo.name.ends_with("甲区市场监督管理局"), "{todo:?}");
        assert!(app::home::view(&platform, &a).await.unwrap().todos.iter().all(|todo| todo.id != share.id.to_string()));
        // The city's own people hold certificates from 1 July on only.
        let people = city.inspectors(city.city, 4, "2026-12-31").await;
        for id in people {
            city.sql("UPDATE inspector SET certificate_from = '2021-07-01' WHERE id = $1", values![id.to_string()]).await;
        }
        let share = city.share(city.a).await;
        assigning::redispatch(&platform, &above, share.id, share.version, city.city).await.unwrap();
        assert!(planned(&city, share.id).await.iter().all(|on| *on >= day("2021-07-01")));
        let home = app::home::view(&platform, &above).await.unwrap();
        assert!(home.todos.iter().all(|todo| todo.kind != app::home::TodoKind::Redispatch));
    }

    async fn before_the_matching_days_move_within_the_window(world) {
        let city = City::new(world, &ten()).await;
        city.dispatch().await;
        let platform = city.world.platform.clone();
        let a = city.world.as_post(&city.a_clerk);
        let share = city.share(city.a).await.id;
        let rows = assigning::visits(&platform, &a, &Filter::default(), app::Window::page(0, 2)).await.unwrap().rows;
        let two: Vec<_> = rows.iter().map(|row| row.visit.id).collect();
        let moved = |visits| Planned { visits, to_print: 0 };
        assert_eq!(assigning::plan(&platform, &a, input(share, &two, "2021-06-01")).await.unwrap(), moved(2));
        assert_eq!(assigning::plan(&platform, &a, input(share, &[], "2021-06-02")).await.unwrap(), moved(6));
        assert_eq!(city.int("SELECT COUNT(*) FROM visit_day").await, 0, "nobody knew these days yet");
        for bad in ["2021-05-05", "2021-09-01"] {
            assert_eq!(code(assigning::plan(&platform, &a, input(share, &[], bad)).await), "VISIT-001", "{bad}");
        }
        let b = city.world.as_post(&city.b_clerk);
        let other = city.share(city.b).await.id;
        assert_eq!(code(assigning::plan(&platform, &b, input(other, &two, "2021-06-01")).await), "VISIT-004");
        let many = vec![two[0]; PLAN_ROWS_MAX + 1];
        assert_eq!(code(assigning::plan(&platform, &a, input(share, &many, "2021-06-01")).await), "VISIT-003");
        assert!(assigning::plan(&platform, &a, input(share, &many[1..], "2021-06-01")).await.unwrap().visits > 0);
        let above = city.world.as_post(&city.clerk);
        assert_eq!(code(assigning::plan(&platform, &above, input(share, &[], "2021-06-01")).await), "SHARE-001");
    }

    async fn after_the_matching_a_day_moves_by_the_rules_and_on_record(world) {
        let city = City::new(world, &ten()).await;
        let share = forms::matched(&city).await;
        let platform = city.world.platform.clone();
        let a = city.world.as_post(&city.a_clerk);
        let rows = assigning::visits(&platform, &a, &Filter::default(), app::Window::page(0, 50)).await.unwrap().rows;
        let row = rows.iter().find(|row| row.visit.name.contains("第5号")).unwrap();
        let (id, before) = (row.visit.id, row.visit.planned_on);
        let why = |on: &str, reason: &str| PlanInput { reason: reason.to_owned(), ..input(share, &[id], on) };
        let refusal = async |on: &str| {
            let error = assigning::plan(&platform, &a, why(on, "企业停业装修")).await.unwrap_err();
            assert_eq!(error.code, "VISIT-005");
            error.message()
        };
        // All that wait: none does any more.
        assert_eq!(code(assigning::plan(&platform, &a, input(share, &[], "2021-06-01")).await), "VISIT-004");
        assert_eq!(code(assigning::plan(&platform, &a, why("2021-06-01", " ")).await), "VISIT-006");
        assert_eq!(code(assigning::plan(&platform, &a, why("2021-06-01", &"由".repeat(501))).await), "VISIT-006");

        let lead = row.team[0].inspector_id.to_string();
        city.sql(
            "INSERT INTO inspector_leave (id, inspector_id, from_day, to_day, reason)
             VALUES ($1, $1, '2021-06-03', '2021-06-03', '培训')", values![&lead],
        ).await;
        assert!(refusal("2021-06-03").await.contains("当日请假"));
        city.sql("UPDATE inspector SET certificate_to = '2021-06-20' WHERE id = $1", values![&lead]).await;
        assert!(refusal("2021-06-21").await.contains("执法证当日无效"));
        city.sql("UPDATE inspector SET certificate_to = '2026-12-31' WHERE id = $1", values![&lead]).await;
        city.sql("UPDATE inspector_qualification SET valid_to = '2021-06-20'", vec![]).await;
        assert!(refusal("2021-06-21").await.contains("所需资质“special_equipment”"));

        // At the limit it is allowed, one more is not.
        rule(&city, Rule::VisitsPerDay, RuleValue::Count(1)).await;
        let busy = rows.iter().find(|other| other.visit.id != id && other.team.iter().any(|seat| seat.inspector_id == row.team[0].inspector_id));
        let busy = busy.unwrap().visit.id;
        city.sql("UPDATE visit SET planned_on = '2021-06-08' WHERE id = $1", values![busy.to_string()]).await;
        assert!(refusal("2021-06-08").await.contains("每人每日检查户数上限（1户）"));
        assert_eq!(city.int("SELECT COUNT(*) FROM visit_day").await, 0);

        // Papers that name the old day are to be printed again; the change stands on the visit.
        city.sql("UPDATE visit SET state = 'prepared' WHERE id = $1", values![id.to_string()]).await;
        let moved = assigning::plan(&platform, &a, why("2021-06-02", "企业停业装修")).await.unwrap();
        assert_eq!(moved, Planned { visits: 1, to_print: 1 });
        let view = assigning::visit(&platform, &a, id).await.unwrap();
        assert_eq!((view.row.visit.planned_on, view.row.visit.state.code()), (day("2021-06-02"), "matched"));
        let change = &view.day_changes[0];
        assert_eq!((change.from, change.to, change.reason.as_str(), change.by.as_str()), (before, day("2021-06-02"), "企业停业装修", "甲经办"));
        assert_eq!(city.world.event_kinds().await.last().unwrap(), "visit.plan");
        assert_eq!(code(assigning::plan(&platform, &a, why("2021-06-02", "同日")).await), "VISIT-004");
        assigning::plan(&platform, &a, why("2021-06-04", "再改")).await.unwrap();
        let days: Vec<_> = assigning::visit(&platform, &a, id).await.unwrap().day_changes.iter().map(|change| change.to).collect();
        assert_eq!(days, [day("2021-06-02"), day("2021-06-04")]);

        // Several at once: all of them or none, and the refusal counts the rest.
        let all: Vec<_> = rows.iter().map(|row| row.visit.id).collect();
        let together = PlanInput { reason: "统一安排".to_owned(), ..input(share, &all, "2021-06-09") };
        let error = assigning::plan(&platform, &a, together.clone()).await.unwrap_err();
        assert!(error.code == "VISIT-005" && error.message().contains("另有"), "{}", error.message());
        assert_eq!(city.int("SELECT COUNT(*) FROM visit WHERE planned_on = '2021-06-09'").await, 0);
        city.sql("UPDATE rulebook SET value = '{\"type\":\"count\",\"value\":20}'", vec![]).await;
        assert_eq!(assigning::plan(&platform, &a, together).await.unwrap().visits, 6);
        // Twelve seats for five people on one day: a limit that shrinks later is told.
        assert_eq!(assigning::view(&platform, &a, share).await.unwrap().over_limit, 0);
        city.sql("UPDATE rulebook SET value = '{\"type\":\"count\",\"value\":2}'", vec![]).await;
        let view = assigning::view(&platform, &a, share).await.unwrap();
        assert_eq!((view.per_day, view.over_limit), (2, 2));
        let filter = Filter { day: Some(day("2021-06-09")), ..Filter::default() };
        assert_eq!(assigning::visits(&platform, &a, &filter, app::Window::page(0, 50)).await.unwrap().total, 6);
        let filter = Filter { day: Some(day("2021-06-10")), ..Filter::default() };
        assert_eq!(assigning::visits(&platform, &a, &filter, app::Window::page(0, 50)).await.unwrap().total, 0);
    }

    async fn a_span_from_the_receipt_begins_when_it_is_signed(world) {
        let city = City::new(world, &ten()).await;
        rule(&city, Rule::MatchingFrom, RuleValue::StartEvent(StartEvent::Receipt)).await;
        city.dispatch().await;
        let due = async || {
            let ctx = city.world.as_post(&city.clerk);
            let share = city.share(city.a).await.id;
            let view = assigning::view(&city.world.platform, &ctx, share).await.unwrap();
            view.deadlines.into_iter().map(|d| (d.kind, d.due_on.to_string(), d.left)).collect::<Vec<_>>()
        };
        let row = |kind: &str, on: &str, left: &str| (kind.to_owned(), on.to_owned(), left.to_owned());
        // Receipt in five working days; matching five days after the last of them.
        let expect = [row("receipt", "2021-05-12", "还剩 5 个工作日"), row("matching", "2021-05-17", "还剩 8 个工作日")];
        assert_eq!(due().await, expect);
        city.world.clock.set("2021-05-07T09:00:00+08:00");
        city.accepted().await;
        let expect = [row("receipt", "2021-05-12", "2021-05-07 按期完成"), row("matching", "2021-05-12", "还剩 4 个工作日")];
        assert_eq!(due().await, expect);
    }

    async fn a_list_says_where_the_work_is(world) {
        use domain::work::WorkState;
        let city = City::new(world, &ten()).await;
        let platform = city.world.platform.clone();
        let ctx = city.world.as_post(&city.clerk);
        // The list's filter and the state that it shows are derived twice; each must find what the other says.
        let check = async |expect: WorkState| {
            for state in WorkState::ALL.iter().copied() {
                let found = app::task::list(&platform, &ctx, Some(state), "", app::Window::page(0, 50)).await.unwrap();
                assert_eq!(found.total, u64::from(state == expect), "{state} while {expect}");
                assert!(found.rows.iter().all(|row| row.work == state && !row.late));
            }
        };
        check(WorkState::ToDispatch).await;
        city.dispatch().await;
        check(WorkState::Dispatching).await;
        city.sql("UPDATE share SET state = 'accepted'", vec![]).await;
        check(WorkState::Matching).await;
        city.sql("UPDATE share SET state = 'matched'", vec![]).await;
        check(WorkState::ToInspect).await;
        for state in ["draft", "approved", "sealed", "committed", "failed", "voided"] {
            city.sql("UPDATE task SET state = $1", values![state]).await;
            check(WorkState::from_code(state).unwrap()).await;
        }
        city.sql("UPDATE task SET state = 'drawn'", vec![]).await;
        city.world.clock.set("2021-09-01T09:00:00+08:00");
        let later = city.world.as_post(&city.clerk);
        let found = app::task::list(&platform, &later, None, "", app::Window::page(0, 50)).await.unwrap();
        assert!(found.rows[0].late);
    }
}

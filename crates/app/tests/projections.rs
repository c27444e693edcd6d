//! Rows that people are told facts from, changed behind the product's back: the check of the log, the doctor and the scheduled
//! check name each of them, the pages raise the alarm, and nothing is said of an untouched installation. Every projection has a
//! case here: a new one without fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use app::assigning::PlanInput;
use app::audit::{AuditFault, AuditReport, COMPARED_AGAIN_SECONDS, Place, verify, verify_all, watch_once};
use app::check::{Name, Verdict};
use app::public_site::{self, DrawnFilter, ExportFormat};
use app::todo::TodoKind;
use app::{ErrorKind, Post};
use domain::agency::AgencyLevel;
use domain::ids::{MatchingId, TaskId};
use domain::projection::Projection;
use domain::role::Role;
use domain::state::AttemptState;
use domain::time::parse_day;
use testkit::play::Cast;
use testkit::{World, on_both, tamper};

const UNIT: &str = "130300";
/// Firms of the register: two platforms of 100, one of the others.
const FIRMS: usize = 100;

/// A city whose task went from the lists to a moved visit.
struct City {
    world: World,
    clerk: Post,
    leader: Post,
    auditor: Post,
    admin: Post,
    task: TaskId,
    number: String,
}

impl City {
    async fn new(world: World) -> Self {
        let agency = world.agency(UNIT, "秦皇岛市市场监督管理局", AgencyLevel::City, None).await;
        let clerk = world.person("clerk", "王经办", agency, Role::Clerk).await;
        let leader = world.person("leader", "李局长", agency, Role::Leader).await;
        let auditor = world.person("auditor", "赵纪检", agency, Role::Auditor).await;
        let admin = world.person("admin", "周管理", agency, Role::Administrator).await;
        let cast = Cast::of_one(&clerk, &leader);
        cast.lists(&world, &[UNIT], FIRMS).await;
        let task = cast.task(&world).await;
        cast.freeze(&world, task).await;
        cast.seal(&world, task).await;
        let secrets = cast.commit(&world, task).await;
        // One reveal that does not fit stands on record.
        let public = world.platform.ctx(app::Actor::Public, "phone");
        let wrong = app::party::reveal(&world.platform, &public, &secrets[0].token, &secrets[0].salt, "别的数").await;
        assert_eq!(wrong.unwrap_err().code, "DRAW-014");
        cast.draw(&world, &secrets).await;
        let view = app::task::view(&world.platform, &world.as_post(&clerk), task).await.unwrap();
        let result = view.latest().unwrap().attempt.result_digest.clone().unwrap();
        app::drawing::attest(&world.platform, &world.as_post(&auditor), task, &result).await.unwrap();
        let share = cast.dispatch(&world, task).await;
        cast.accept(&world, share).await;
        let matching: MatchingId = cast.prepare(&world, share).await;
        cast.publish(&world, matching).await.reveal(&world.platform).await.unwrap();
        world.work().await;
        let filter = app::assigning::Filter::default();
        let visits = app::assigning::visits(&world.platform, &world.as_post(&clerk), &filter, app::Window::page(0, 10))
            .await
            .unwrap();
        let day = |text: &str| parse_day(text).unwrap();
        let other_day = if visits.rows[0].visit.planned_on == day("2021-06-18") { "2021-06-17" } else { "2021-06-18" };
        let moved = PlanInput {
            share,
            only: vec![visits.rows[0].visit.id],
            planned_on: day(other_day),
            reason: "企业停业盘点".to_owned(),
        };
        app::assigning::plan(&world.platform, &world.as_post(&clerk), moved).await.unwrap();
        app::audit::seal_once(&world.platform, true).await.unwrap();
        Self { number: view.task.number, world, clerk, leader, auditor, admin, task }
    }

    async fn verified(&self) -> AuditReport {
        verify(&self.world.platform, &self.world.as_post(&self.auditor), None).await.unwrap()
    }

    async fn recounted(&self) -> AuditReport {
        let ctx = self.world.as_post(&self.auditor);
        verify_all(&self.world.platform, &ctx, None, &mut |_, _, _| {}).await.unwrap()
    }

    /// What the doctor says of the rows.
    async fn doctor(&self) -> (Verdict, String) {
        let row = app::AREAS.iter().flat_map(|area| area.checks).find(|row| row.name == Name::Rows).unwrap();
        let (verdict, finding) = (row.run)(&self.world.platform).await.unwrap();
        (verdict, finding.found)
    }

    /// All rounds of the scheduled check, as after a start.
    async fn watch(&self) -> u64 {
        let since = self.world.platform.now();
        let mut compared = watch_once(&self.world.platform, since, true).await.unwrap();
        loop {
            match watch_once(&self.world.platform, since, false).await.unwrap() {
                0 => return compared,
                more => compared += more,
            }
        }
    }

    async fn tamper(&self, script: &str) {
        tamper(&self.world.store_config, script).await;
    }

    /// What a post is alarmed of.
    async fn alarms(&self, post: &Post) -> Vec<String> {
        let home = app::home::view(&self.world.platform, &self.world.as_post(post)).await.unwrap();
        home.todos.iter().filter(|todo| todo.kind == TodoKind::RowsDiffer).map(|todo| todo.detail.clone()).collect()
    }

    async fn events(&self, kind: &str) -> usize {
        self.world.event_kinds().await.iter().filter(|known| *known == kind).count()
    }
}

fn place(fault: &AuditFault) -> Option<&Place> {
    match fault {
        AuditFault::ChangedRow { place, .. }
        | AuditFault::MissingRow { place }
        | AuditFault::ExtraRow { place }
        | AuditFault::ChangedNote { place }
        | AuditFault::UnsealedRows { place }
        | AuditFault::LostRecord { place }
        | AuditFault::ChangedState { place, .. }
        | AuditFault::Unreadable { place, .. }
        | AuditFault::Recount { place, .. } => Some(place),
        _ => None,
    }
}

/// Code and table of each fault, once.
fn found(report: &AuditReport) -> Vec<(&'static str, Projection)> {
    let mut found: Vec<_> =
        report.faults.iter().map(|fault| (fault.code(), place(fault).expect("a fault of rows").of)).collect();
    found.dedup();
    found
}

/// One way to change rows, and the way back.
struct Case {
    of: Projection,
    code: &'static str,
    script: &'static str,
    undo: &'static str,
}

/// Changes one column of one row and sets it back.
macro_rules! changed {
    ($of:ident, $table:literal, $column:literal, $filter:literal) => {
        Case {
            of: Projection::$of,
            code: "changed-row",
            script: concat!("UPDATE ", $table, " SET ", $column, " = ", $column, " || 'X' WHERE ", $filter),
            undo: concat!("UPDATE ", $table, " SET ", $column, " = REPLACE(", $column, ", 'X', '') WHERE ", $filter),
        }
    };
}

/// Takes rows away and puts them back.
macro_rules! taken {
    ($of:ident, $table:literal, $filter:literal) => {
        Case {
            of: Projection::$of,
            code: "missing-row",
            script: concat!(
                "CREATE TABLE kept AS SELECT * FROM ",
                $table,
                " WHERE ",
                $filter,
                "; DELETE FROM ",
                $table,
                " WHERE ",
                $filter
            ),
            undo: concat!("INSERT INTO ", $table, " SELECT * FROM kept; DROP TABLE kept"),
        }
    };
}

const CASES: &[Case] = &[
    changed!(Task, "task", "title", "1 = 1"),
    Case {
        of: Projection::Census,
        code: "changed-row",
        script: "UPDATE roll_census SET document = document || ' '",
        undo: "UPDATE roll_census SET document = TRIM(document)",
    },
    changed!(Draw, "draw", "bundle_file", "1 = 1"),
    Case {
        of: Projection::Draw,
        code: "changed-row",
        script: "UPDATE draw SET drawn_rows = drawn_rows + 1",
        undo: "UPDATE draw SET drawn_rows = drawn_rows - 1",
    },
    changed!(Party, "party", "name", "ceremony_kind = 'draw' AND position = 1"),
    Case {
        of: Projection::Rejection,
        code: "changed-row",
        script: "UPDATE party_rejection SET at = at + 1",
        undo: "UPDATE party_rejection SET at = at - 1",
    },
    taken!(Rejection, "party_rejection", "1 = 1"),
    changed!(Chain, "commitment_chain", "digest", "seq = 1"),
    taken!(Chain, "commitment_chain", "seq = 2"),
    changed!(Attestation, "attestation", "name", "1 = 1"),
    taken!(Attestation, "attestation", "1 = 1"),
    changed!(Drawn, "drawn", "name", "rank = 1"),
    taken!(Drawn, "drawn", "rank = 1"),
    changed!(Publication, "publication", "title", "1 = 1"),
    changed!(Publication, "publication", "number", "1 = 1"),
    Case {
        of: Projection::Publication,
        code: "changed-row",
        script: "UPDATE publication SET content = REPLACE(content, '王经办', '李经办')",
        undo: "UPDATE publication SET content = REPLACE(content, '李经办', '王经办')",
    },
    changed!(PublishedDrawn, "publication_drawn", "unit", "position = 1"),
    taken!(PublishedDrawn, "publication_drawn", "position = 1"),
    Case {
        of: Projection::PublishedDrawn,
        code: "extra-row",
        script: "INSERT INTO publication_drawn SELECT publication_id, 99, '91130300MA0000999X', '假冒商行', unit, stratum, stratum_label, ticket
                 FROM publication_drawn WHERE position = 1",
        undo: "DELETE FROM publication_drawn WHERE position = 99",
    },
    Case {
        of: Projection::Mapping,
        code: "unsealed-rows",
        script: "INSERT INTO item_mapping (id, task_id, stratum, entry, slot, list_id, reason, state, proposed_by, proposed_name,
                     proposed_account, proposed_at)
                 SELECT '01790000-0000-7000-8000-000000000001', id, 'E8', '假的', 'open', scheme_id, '', 'approved', '', '', '', 0 FROM task",
        undo: "DELETE FROM item_mapping",
    },
    Case {
        of: Projection::MappingItem,
        code: "unsealed-rows",
        script: "INSERT INTO item_mapping (id, task_id, stratum, entry, slot, list_id, reason, state, proposed_by, proposed_name,
                     proposed_account, proposed_at)
                 SELECT '01790000-0000-7000-8000-000000000001', id, 'E8', '假的', 'open', scheme_id, '', 'approved', '', '', '', 0 FROM task;
                 INSERT INTO item_mapping_item VALUES ('01790000-0000-7000-8000-000000000001', 0, 'K01')",
        undo: "DELETE FROM item_mapping_item; DELETE FROM item_mapping",
    },
    Case {
        of: Projection::Share,
        code: "changed-row",
        script: "UPDATE share SET visits = visits + 1",
        undo: "UPDATE share SET visits = visits - 1",
    },
    changed!(Visit, "visit", "name", "number = (SELECT MIN(number) FROM visit)"),
    // An item is named by its code: another code is another row.
    Case { code: "missing-row", ..changed!(VisitItem, "visit_item", "item_code", "1 = 1") },
    Case { code: "extra-row", ..changed!(VisitItem, "visit_item", "item_code", "1 = 1") },
    taken!(VisitItem, "visit_item", "1 = 1"),
    changed!(VisitDay, "visit_day", "reason", "1 = 1"),
    taken!(VisitDay, "visit_day", "1 = 1"),
    changed!(Matching, "matching", "seed", "1 = 1"),
    Case {
        of: Projection::Assignment,
        code: "changed-row",
        // The two seats of the first visit change places.
        script: "UPDATE assignment SET seat = seat + 10 WHERE visit_id = (SELECT MIN(visit_id) FROM assignment);
                 UPDATE assignment SET seat = 11 - seat WHERE seat >= 10",
        undo: "UPDATE assignment SET seat = seat + 10 WHERE visit_id = (SELECT MIN(visit_id) FROM assignment);
               UPDATE assignment SET seat = 11 - seat WHERE seat >= 10",
    },
    taken!(Assignment, "assignment", "seat = 1"),
];

#[test]
fn every_projection_has_a_case() {
    for of in Projection::ALL {
        assert!(CASES.iter().any(|case| case.of == *of), "{of} can be changed without a test that looks");
    }
}

on_both! {
    async fn every_changed_row_is_named_and_an_untouched_city_is_clean(world) {
        let city = City::new(world).await;
        let report = city.recounted().await;
        assert_eq!(report.faults, []);
        assert_eq!(report.recounted, 2, "one draw and one matching");
        assert!(report.slices >= 16 && report.rows > 20, "{report:?}");
        let (verdict, words) = city.doctor().await;
        assert_eq!(verdict, Verdict::Ok, "{words}");
        assert_eq!(city.watch().await, report.slices);
        assert_eq!(city.events("projection.differs").await, 0);

        // What is wrong with a case is gathered, so that one run names all of them.
        let mut wrong: Vec<String> = Vec::new();
        let mut expect = |holds: bool, script: &str, what: String| {
            if !holds {
                wrong.push(format!("{script}\n  {what}"));
            }
        };
        let mut told = 0;
        for case in CASES {
            city.tamper(case.script).await;
            let seen = found(&city.verified().await);
            expect(seen.contains(&(case.code, case.of)), case.script, format!("{seen:?}"));
            let (verdict, words) = city.doctor().await;
            expect(verdict == Verdict::Fault, case.script, words);
            city.watch().await;
            let view = app::task::view(&city.world.platform, &city.world.as_post(&city.leader), city.task).await.unwrap();
            let on_page = view.differences.iter().any(|difference| difference.of == case.of);
            expect(on_page, case.script, format!("{:?}", view.differences));
            for post in [&city.leader, &city.auditor, &city.admin] {
                expect(!city.alarms(post).await.is_empty(), case.script, format!("no alarm for {}", post.person));
            }
            let events = city.events("projection.differs").await;
            expect(events > told, case.script, "no event".to_owned());
            told = events;

            city.tamper(case.undo).await;
            let left = city.verified().await.faults;
            expect(left.is_empty(), case.undo, format!("{left:?}"));
            city.world.clock.advance_seconds(COMPARED_AGAIN_SECONDS + 1);
            city.watch().await;
            let alarms = city.alarms(&city.leader).await;
            expect(alarms.is_empty(), case.undo, format!("{alarms:?}"));
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert_eq!(city.events("projection.differs").await, city.events("projection.agrees").await);
        app::audit::seal_once(&city.world.platform, true).await.unwrap();
        assert_eq!(city.recounted().await.faults, []);
    }

    async fn a_task_set_back_opens_nothing_and_is_found(world) {
        let city = City::new(world).await;
        let ctx = city.world.as_post(&city.clerk);
        let latest = async || {
            let store = city.world.store().await;
            let mut conn = store.read().await.unwrap();
            let attempt = store::repo::attempt::latest(&mut conn, city.task).await.unwrap().unwrap();
            drop(conn);
            store.close().await;
            attempt
        };
        let before = latest().await;
        for state in ["approved", "failed", "voided", "zzz"] {
            city.tamper(&format!("UPDATE task SET state = '{state}'")).await;
            if state == "approved" {
                let refused = app::task::freeze(&city.world.platform, &ctx, city.task).await.unwrap_err();
                assert_eq!((refused.kind, refused.code), (ErrorKind::Conflict, "TASK-019"));
                city.world.work().await;
            }
            let report = city.recounted().await;
            assert!(found(&report).contains(&("changed-state", Projection::Task)), "{state}: {:?}", report.faults);
            assert_eq!(report.recounted, 2, "{state}: a value that cannot be read stops nothing");
            let (verdict, words) = city.doctor().await;
            assert_eq!(verdict, Verdict::Fault, "{state}");
            assert!(words.contains("应为 ") , "{words}");
        }
        city.tamper("UPDATE task SET state = 'approved'").await;
        city.world.clock.advance_seconds(COMPARED_AGAIN_SECONDS + 1);
        city.watch().await;
        assert_ne!(city.alarms(&city.leader).await, [""; 0]);
        // The row below refuses too, whatever a caller read: what is drawn is written no more.
        let store = city.world.store().await;
        let mut tx = store.write().await.unwrap();
        let all = [AttemptState::Frozen, AttemptState::Requested, AttemptState::Committed, AttemptState::Drawn];
        let refused = store::repo::attempt::update(&mut tx, &before, &all).await.unwrap_err();
        assert!(matches!(refused, store::StoreError::Stale), "{refused:?}");
        drop(tx);
        store.close().await;
        let after = latest().await;
        assert_eq!((after.state, after.version), (AttemptState::Drawn, before.version));
        city.tamper("UPDATE task SET state = 'drawn'").await;
        assert_eq!(city.recounted().await.faults, []);
        assert_eq!(city.doctor().await.0, Verdict::Ok);
    }

    async fn a_firm_put_in_anothers_place_is_never_told(world) {
        let city = City::new(world).await;
        let platform = &city.world.platform;
        let list = public_site::drawn(platform, &city.number, &DrawnFilter::default(), 0, 50).await.unwrap();
        let real = list.rows.rows[0].code.clone();
        let false_one = testkit::play::objects(&[UNIT], FIRMS)
            .lines()
            .skip(1)
            .map(|line| line.split(',').nth(1).unwrap().to_owned())
            .find(|code| list.rows.rows.iter().all(|row| row.code != *code))
            .unwrap();
        let drawn_before = public_site::check(platform, &real, "").await.unwrap();
        assert_eq!((drawn_before.drawn.len(), drawn_before.doubted.len()), (1, 0));
        city.tamper(&format!(
            "UPDATE drawn SET code = '{false_one}', name = '替身商行' WHERE code = '{real}';
             UPDATE publication_drawn SET code = '{false_one}', name = '替身商行' WHERE code = '{real}'"
        )).await;
        // Recomputing knows it without any seal, and so does the comparison with the event.
        let report = city.recounted().await;
        let words: Vec<_> = report.faults.iter().map(AuditFault::words).collect();
        for (code, of) in [("changed-row", Projection::Drawn), ("changed-row", Projection::PublishedDrawn),
            ("recount", Projection::Drawn), ("recount", Projection::PublishedDrawn)] {
            assert!(found(&report).contains(&(code, of)), "{code} {of}: {words:?}");
        }
        assert!(words.iter().any(|words| words.contains(&city.number) && words.contains(&real) && words.contains(&false_one)), "{words:?}");

        city.watch().await;
        for code in [&real, &false_one] {
            for number in ["", city.number.as_str()] {
                let answer = public_site::check(platform, code, number).await.unwrap();
                assert_eq!((answer.drawn.len(), answer.not_drawn.len(), answer.doubted.len()), (0, 0, 1), "{code} {number}");
            }
        }
        let refused = public_site::drawn(platform, &city.number, &DrawnFilter::default(), 0, 50).await.unwrap_err();
        assert_eq!((refused.kind, refused.code), (ErrorKind::Conflict, "PUBL-006"));
        let refused = public_site::export(platform, &city.number, &DrawnFilter::default(), ExportFormat::Csv).await.unwrap_err();
        assert_eq!(refused.code, "PUBL-006");
        // What holds is still there: the announcement without its numbers, and the bundle.
        let view = public_site::view(platform, &city.number).await.unwrap();
        assert_eq!((view.announced.doubt, view.units.len()), (Some(public_site::Doubt::List), 0));
        public_site::bundle(platform, &city.number).await.unwrap();

        // An announcement that is itself in doubt is not shown at all, under neither number.
        city.tamper("UPDATE publication SET number = 'X'").await;
        city.watch().await;
        for number in [city.number.as_str(), "X"] {
            assert_eq!(public_site::view(platform, number).await.unwrap_err().code, "PUBL-007", "{number}");
            assert_eq!(public_site::bundle(platform, number).await.unwrap_err().code, "PUBL-007", "{number}");
        }
    }

    async fn no_form_is_printed_of_a_team_that_was_not_matched(world) {
        let city = City::new(world).await;
        let platform = &city.world.platform;
        let print = async || {
            let ctx = city.world.as_post(&city.clerk);
            let filter = app::assigning::Filter::default();
            let visits = app::assigning::visits(platform, &ctx, &filter, app::Window::page(0, 10)).await.unwrap();
            let id = visits.rows[0].visit.id;
            app::form::print(platform, &ctx, id, app::form::FormKind::Record).await.map(drop)
        };
        print().await.unwrap();
        city.tamper(
            "UPDATE assignment SET inspector_id = (SELECT MIN(id) FROM inspector WHERE id NOT IN
                 (SELECT inspector_id FROM assignment)) WHERE seat = 1 AND visit_id = (SELECT MIN(visit_id) FROM assignment)",
        ).await;
        city.watch().await;
        let refused = print().await.unwrap_err();
        assert_eq!(refused.code, "FORM-011");
        assert!(refused.args.iter().any(|(name, value)| *name == "what" && value.contains("检查人员的匹配")), "{refused:?}");
    }

    async fn notes_that_are_changed_set_back_or_deleted_are_found(world) {
        let city = City::new(world).await;
        let check = async |script: &str, code: &str, of: Projection| {
            city.tamper(script).await;
            let seen = found(&city.verified().await);
            assert!(seen.contains(&(code, of)), "{script}: {seen:?}");
        };
        // Rows and note together: the event still holds the digest.
        check("UPDATE projection SET rows_digest = 'f' || SUBSTR(rows_digest, 2), rows_text = NULL, rows_file = NULL WHERE name = 'attestation'",
            "changed-note", Projection::Attestation).await;
        // Nothing left to say where: said, too.
        check("UPDATE attestation SET name = '别人'", "lost-record", Projection::Attestation).await;
        check("DELETE FROM projection WHERE name = 'assignment'", "unsealed-rows", Projection::Assignment).await;
        check("UPDATE party SET name = name WHERE 1 = 0", "changed-note", Projection::Assignment).await;
        // Set back to an earlier seal of the slice.
        check(
            "UPDATE projection SET n = 1, event_id = (SELECT id FROM event WHERE kind = 'commitment.publish') WHERE name = 'party'
             AND slice IN (SELECT id FROM draw)",
            "changed-note", Projection::Party,
        ).await;
    }
}

//! Moves of inspectors: two sides, two persons, nothing before both; and the former states that every write keeps.

use app::directory::inspector;
use app::directory::moves::{self, MoveInput};
use app::home::{SentKind, TodoKind};
use app::{ErrorKind, Post};
use domain::agency::AgencyLevel;
use domain::ids::InspectorMoveId;
use domain::import::{ImportKind, ImportState};
use domain::role::Role;
use domain::state::MoveState;
use testkit::play::Cast;
use testkit::{World, on_both};

use crate::desk::*;

const LIST: &str = "执法证号,姓名,机构代码,科室（所）,执法证有效期起,执法证有效期至,资质\n";

fn list(agency: &str, until: &str) -> String {
    format!("{LIST}0303000001,张三,{agency},信用股,2017-01-01,{until},计量:2022-12-31\n")
}

fn input(to: &str) -> MoveInput {
    MoveInput {
        certificate: "0303000001".to_owned(),
        name: "张三".to_owned(),
        to: to.to_owned(),
        reason: "市局调令〔2021〕1号".to_owned(),
    }
}

/// Two counties' people beside those of the desk.
struct Sides {
    city: City,
    south: Post,
    north_second: Post,
    far: Post,
}

async fn sides(world: &World) -> Sides {
    let city = city(world).await;
    let far = world.agency("130304", "北戴河区市场监督管理局", AgencyLevel::County, Some("130300")).await;
    let agencies = app::agency::list(&world.platform, &world.system()).await.unwrap();
    let at = |code: &str| agencies.iter().find(|agency| agency.code == code).unwrap().id;
    let sides = Sides {
        south: world.person("south", "石经办", at("130303"), Role::Clerk).await,
        north_second: world.person("north2", "海名录", at("130302"), Role::DirectoryKeeper).await,
        far: world.person("far", "戴经办", far, Role::Clerk).await,
        city,
    };
    import_now(world, &sides.city.county_clerk, ImportKind::Inspector, "人.csv", list("130302", "2022-12-31")).await;
    sides
}

async fn ask(world: &World, by: &Post, to: &str) -> InspectorMoveId {
    moves::request(&world.platform, &world.as_post(by), &input(to)).await.unwrap()
}

/// Where the person is, and in which version and section.
async fn stands(world: &World) -> (String, i64, String) {
    let record = inspectors(world, &Default::default()).await.remove(0);
    (record.agency_code, record.version, record.section)
}

fn field(error: &app::Error) -> (&'static str, &'static str) {
    (error.fields[0].field, error.fields[0].code)
}

async fn todos(world: &World, post: &Post) -> Vec<(TodoKind, String)> {
    let home = app::home::view(&world.platform, &world.as_post(post)).await.unwrap();
    home.todos.into_iter().map(|todo| (todo.kind, todo.id)).collect()
}

on_both! {
    async fn somebody_moves_when_both_sides_agree_and_not_before(world) {
        let sides = sides(&world).await;
        let (platform, north) = (&world.platform, &sides.city.county_clerk);
        let here = ("130302".to_owned(), 1, "信用股".to_owned());
        let id = ask(&world, &sides.south, "130303").await;
        assert_eq!(stands(&world).await, here, "nothing moves before consent");
        let due = vec![(TodoKind::DecideMove, id.to_string())];
        assert_eq!(todos(&world, north).await, due);
        assert_eq!(todos(&world, &sides.north_second).await, due);
        assert_eq!(todos(&world, &sides.south).await, []);
        assert_eq!(todos(&world, &sides.far).await, []);
        let home = app::home::view(platform, &world.as_post(&sides.south)).await.unwrap();
        assert_eq!(home.sent.iter().map(|sent| (sent.kind, sent.id.clone())).collect::<Vec<_>>(), [(SentKind::Move, id.to_string())]);

        let twice = moves::request(platform, &world.as_post(north), &input("130304")).await.unwrap_err();
        assert_eq!(twice.code, "MOVE-005");
        let own = moves::consent(platform, &world.as_post(&sides.south), id, 1).await.unwrap_err();
        assert_eq!((own.kind, own.code), (ErrorKind::Denied, "MOVE-006"));
        let far = moves::consent(platform, &world.as_post(&sides.far), id, 1).await.unwrap_err();
        assert_eq!(far.kind, ErrorKind::NotFound);
        let late = moves::consent(platform, &world.as_post(north), id, 7).await.unwrap_err();
        assert_eq!(late.code, "CORE-409");
        let leader = moves::consent(platform, &world.as_post(&sides.city.leader), id, 1).await.unwrap_err();
        assert_eq!(leader.code, "CORE-403");
        assert_eq!(stands(&world).await, here);

        world.clock.advance_seconds(60);
        moves::consent(platform, &world.as_post(north), id, 1).await.unwrap();
        assert_eq!(stands(&world).await, ("130303".to_owned(), 2, String::new()));
        let kinds = world.event_kinds().await;
        assert_eq!(kinds.iter().filter(|kind| kind.starts_with("move.")).collect::<Vec<_>>(), ["move.request", "move.consent"]);
        let again = moves::consent(platform, &world.as_post(&sides.north_second), id, 2).await.unwrap_err();
        assert_eq!(again.code, "MOVE-008");
        assert_eq!(todos(&world, north).await, []);
        let moved = moves::view(platform, &world.as_post(north), id).await.unwrap();
        assert_eq!((moved.record.state, moved.may_answer, moved.may_open), (MoveState::Moved, false, false));

        // The new agency keeps the person from now on, the former state is theirs too, the old one reaches nothing any more.
        let record = inspectors(&world, &Default::default()).await.remove(0);
        let seen = inspector::view(platform, &world.as_post(&sides.south), record.inspector.id).await.unwrap();
        let said: Vec<_> = seen.history[0].changes.as_ref().unwrap().iter().map(|c| (c.field, c.before.as_str(), c.after.as_str())).collect();
        assert_eq!(said, [
            ("agency", "秦皇岛市海港区市场监督管理局", "秦皇岛市山海关区市场监督管理局"),
            ("section", "信用股", ""),
        ]);
        assert_eq!(seen.history[0].who, "周海港（秦皇岛市海港区市场监督管理局）");
        let gone = inspector::view(platform, &world.as_post(north), record.inspector.id).await.unwrap_err();
        assert_eq!(gone.kind, ErrorKind::NotFound);
        let back = import_now(&world, north, ImportKind::Inspector, "回.csv", list("130302", "2026-12-31")).await.report.unwrap();
        assert_eq!(back.shown[0].code, "listed_elsewhere");
    }

    async fn a_list_moves_nobody_even_of_a_bureau_above_both(world) {
        let sides = sides(&world).await;
        let refused = import_now(&world, &sides.city.clerk, ImportKind::Inspector, "调.csv", list("130303", "2022-12-31")).await;
        let report = refused.report.unwrap();
        assert_eq!((refused.import.state, report.shown[0].code.as_str()), (ImportState::Refused, "inspector_moved"));
        assert!(report.shown[0].reason.contains("秦皇岛市海港区市场监督管理局"));
        assert_eq!(stands(&world).await.0, "130302");
        // The bureau above asks like anybody else, for the side that gives; and nobody agrees to an own request.
        let id = ask(&world, &sides.city.keeper, "130303").await;
        let own = moves::consent(&world.platform, &world.as_post(&sides.city.keeper), id, 1).await.unwrap_err();
        assert_eq!((own.kind, own.code), (ErrorKind::Denied, "MOVE-007"));
        let other = moves::consent(&world.platform, &world.as_post(&sides.city.county_clerk), id, 1).await.unwrap_err();
        assert_eq!(other.code, "MOVE-006", "the side that gives was spoken for");
        moves::consent(&world.platform, &world.as_post(&sides.south), id, 1).await.unwrap();
        assert_eq!(stands(&world).await.0, "130303");
    }

    /// A city keeps both counties, and has several people; none of them answers for the county that was not asked.
    async fn a_bureau_above_both_does_not_answer_for_the_other_side(world) {
        let sides = sides(&world).await;
        let platform = &world.platform;
        // The city asked itself, for the county that gives: the county that takes answers.
        let id = ask(&world, &sides.city.clerk, "130304").await;
        let keeper = world.as_post(&sides.city.keeper);
        let own = moves::consent(platform, &keeper, id, 1).await.unwrap_err();
        assert_eq!((own.kind, own.code), (ErrorKind::Denied, "MOVE-013"));
        assert_eq!(moves::refuse(platform, &keeper, id, 1, "不同意").await.unwrap_err().code, "MOVE-013");
        assert!(!moves::view(platform, &keeper, id).await.unwrap().may_answer);
        let due = vec![(TodoKind::DecideMove, id.to_string())];
        assert_eq!(todos(&world, &sides.city.keeper).await, []);
        assert_eq!(todos(&world, &sides.far).await, due);
        assert_eq!(stands(&world).await.0, "130302");
        assert!(moves::view(platform, &world.as_post(&sides.far), id).await.unwrap().may_answer);
        moves::consent(platform, &world.as_post(&sides.far), id, 1).await.unwrap();
        assert_eq!(stands(&world).await.0, "130304");

        // A county asks for somebody of another: the city above both does not give them away.
        let id = ask(&world, &sides.south, "130303").await;
        assert_eq!(moves::consent(platform, &keeper, id, 1).await.unwrap_err().code, "MOVE-013");
        assert_eq!(todos(&world, &sides.city.keeper).await, []);
        assert_eq!(todos(&world, &sides.far).await, [(TodoKind::DecideMove, id.to_string())]);
        moves::consent(platform, &world.as_post(&sides.far), id, 1).await.unwrap();
        assert_eq!(stands(&world).await.0, "130303");

        // The city takes somebody of its county: it asks for itself, and the county answers.
        let id = ask(&world, &sides.city.clerk, "130300").await;
        assert_eq!(moves::consent(platform, &keeper, id, 1).await.unwrap_err().code, "MOVE-013");
        assert_eq!(todos(&world, &sides.south).await, [(TodoKind::DecideMove, id.to_string())]);
        moves::consent(platform, &world.as_post(&sides.south), id, 1).await.unwrap();
        // A county asks the city itself: that is the deciding agency, and answers although it lies above.
        let id = ask(&world, &sides.south, "130303").await;
        assert_eq!(todos(&world, &sides.city.keeper).await, [(TodoKind::DecideMove, id.to_string())]);
        moves::consent(platform, &keeper, id, 1).await.unwrap();
        assert_eq!(stands(&world).await.0, "130303");
    }

    async fn a_request_is_declined_with_a_reason_or_taken_back(world) {
        let sides = sides(&world).await;
        let (platform, north) = (&world.platform, world.as_post(&sides.city.county_clerk));
        let south = world.as_post(&sides.south);
        let id = ask(&world, &sides.south, "130303").await;
        let wordless = moves::refuse(platform, &north, id, 1, " ").await.unwrap_err();
        assert_eq!(field(&wordless), ("answer", "CORE-101"));
        let long = moves::refuse(platform, &north, id, 1, &"字".repeat(moves::REASON_CHARS_MAX + 1)).await.unwrap_err();
        assert_eq!(field(&long), ("answer", "CORE-101"));
        moves::refuse(platform, &north, id, 1, "人手不足").await.unwrap();
        let told = moves::view(platform, &south, id).await.unwrap().record;
        assert_eq!((told.state, told.answer.as_str(), told.answered_name.as_str()), (MoveState::Refused, "人手不足", "周海港"));
        let id = ask(&world, &sides.south, "130303").await;
        let other = moves::withdraw(platform, &north, id, 1).await.unwrap_err();
        assert_eq!((other.kind, other.code), (ErrorKind::Denied, "MOVE-012"));
        moves::withdraw(platform, &south, id, 1).await.unwrap();
        assert_eq!(moves::consent(platform, &north, id, 2).await.unwrap_err().code, "MOVE-008");
        assert_eq!(stands(&world).await, ("130302".to_owned(), 1, "信用股".to_owned()));
        let found = moves::list(platform, &south, app::Window::page(0, 10)).await.unwrap();
        assert_eq!(found.total, 2);
        assert_eq!(moves::list(platform, &world.as_post(&sides.far), app::Window::page(0, 10)).await.unwrap().total, 0);
    }

    async fn what_is_asked_for_is_checked(world) {
        let sides = sides(&world).await;
        let ctx = world.as_post(&sides.south);
        let check = async |input: MoveInput, expect: (&str, &str)| {
            assert_eq!(field(&moves::request(&world.platform, &ctx, &input).await.unwrap_err()), expect);
        };
        check(MoveInput { name: "李四".to_owned(), ..input("130303") }, ("certificate", "MOVE-001")).await;
        check(MoveInput { certificate: "0".to_owned(), ..input("130303") }, ("certificate", "MOVE-001")).await;
        check(input("999999"), ("receiving", "MOVE-002")).await;
        check(input("130300/130303"), ("receiving", "MOVE-002")).await;
        check(input("130304"), ("receiving", "MOVE-003")).await;
        check(MoveInput { reason: String::new(), ..input("130303") }, ("reason", "CORE-101")).await;
        check(MoveInput { reason: "字".repeat(moves::REASON_CHARS_MAX + 1), ..input("130303") }, ("reason", "CORE-101")).await;
        let there = moves::request(&world.platform, &world.as_post(&sides.city.county_clerk), &input("130302")).await;
        assert_eq!(field(&there.unwrap_err()), ("receiving", "MOVE-004"));
        let left = list("130302", "2022-12-31").replace("资质\n", "资质,岗位状态\n").replace("计量:2022-12-31\n", "计量:2022-12-31,离岗\n");
        let id = ask(&world, &sides.south, "130303").await;
        import_now(&world, &sides.city.county_clerk, ImportKind::Inspector, "离.csv", left).await;
        let gone = moves::consent(&world.platform, &world.as_post(&sides.city.county_clerk), id, 1).await.unwrap_err();
        assert_eq!(gone.code, "MOVE-011");
        assert_eq!(stands(&world).await.0, "130302");
    }

    async fn what_is_matched_is_done_before_anybody_moves(world) {
        let city = world.agency("130300", "秦皇岛市市场监督管理局", AgencyLevel::City, None).await;
        let north = world.agency("130302", "海港区市场监督管理局", AgencyLevel::County, Some("130300")).await;
        let south = world.agency("130303", "山海关区市场监督管理局", AgencyLevel::County, Some("130300")).await;
        assert_ne!(city, north);
        let clerk = world.person("clerk", "王经办", north, Role::Clerk).await;
        let leader = world.person("leader", "赵分管", north, Role::Leader).await;
        let asks = world.person("south", "石经办", south, Role::Clerk).await;
        let cast = Cast::of_one(&clerk, &leader);
        cast.lists(&world, &["130302"], 60).await;
        let task = cast.drawn(&world).await;
        let share = cast.dispatch(&world, task).await;
        cast.accept(&world, share).await;
        // Requests for everybody, so that whoever is matched is among them.
        let people = inspectors(&world, &Default::default()).await;
        let mut asked = Vec::new();
        for person in &people {
            let input = MoveInput {
                certificate: person.certificate().unwrap().number.clone(), name: person.inspector.name.clone(),
                to: "130303".to_owned(), reason: "调令".to_owned(),
            };
            asked.push(moves::request(&world.platform, &world.as_post(&asks), &input).await.unwrap());
        }
        let answer = async |id| match moves::consent(&world.platform, &world.as_post(&clerk), id, 1).await {
            Ok(()) => "moved",
            Err(error) => error.code,
        };
        let matching = cast.prepare(&world, share).await;
        assert_eq!(answer(asked[0]).await, "MOVE-010");
        let second = cast.publish(&world, matching).await;
        assert_eq!(answer(asked[0]).await, "MOVE-010");
        cast.draw(&world, &[second]).await;
        let mut answers = Vec::new();
        for id in &asked {
            answers.push(answer(*id).await);
        }
        let busy = answers.iter().filter(|answer| **answer == "MOVE-009").count();
        assert!(busy >= 2, "{answers:?}");
        assert_eq!(busy + answers.iter().filter(|answer| **answer == "moved").count(), answers.len(), "{answers:?}");
        // All planned days lie behind.
        world.clock.advance_seconds(400 * 86_400);
        for (id, answered) in asked.iter().zip(&answers) {
            if *answered == "MOVE-009" {
                // Nothing was printed for them: whoever agrees is told.
                let seen = moves::view(&world.platform, &world.as_post(&clerk), *id).await.unwrap();
                assert_eq!((seen.ahead, seen.overdue > 0), (0, true));
                assert_eq!(answer(*id).await, "moved");
            }
        }
        // What was checked stays on record, under the person.
        let at_south = inspector::list(&world.platform, &world.as_post(&asks), &Default::default(), app::Window::page(0, 50)).await.unwrap();
        assert_eq!(at_south.total, 6);
        assert!(at_south.rows.iter().map(|line| line.load).sum::<u64>() >= 2);
    }

    async fn every_write_of_a_person_keeps_what_it_replaces(world) {
        let sides = sides(&world).await;
        let (platform, keeper) = (&world.platform, &sides.north_second);
        let id = inspectors(&world, &Default::default()).await.remove(0).inspector.id;
        let view = async || inspector::view(platform, &world.as_post(keeper), id).await.unwrap();
        assert_eq!(view().await.history.len(), 1, "only the version that stands");
        // The same file again writes nothing.
        import_now(&world, &sides.city.county_clerk, ImportKind::Inspector, "同.csv", list("130302", "2022-12-31")).await;
        assert_eq!(view().await.history.len(), 1);
        world.clock.advance_seconds(60);
        let changed = list("130302", "2026-12-31").replace("计量:2022-12-31", "特种设备:");
        import_now(&world, &sides.city.county_clerk, ImportKind::Inspector, "改.csv", changed).await;
        world.clock.advance_seconds(60);
        inspector::name_account(platform, &world.as_post(keeper), id, "county").await.unwrap();
        world.clock.advance_seconds(60);
        inspector::confirm_account(platform, &world.as_post(&sides.city.county_clerk), true).await.unwrap();
        let history = view().await.history;
        let said: Vec<Vec<_>> = history.iter().map(|version| {
            let changes = version.changes.iter().flatten();
            changes.map(|c| format!("{}: {} → {}", c.field, c.before, c.after)).collect()
        }).collect();
        assert_eq!(said, [
            vec!["account_confirmed: 待本人确认 → 已由本人确认".to_owned()],
            vec!["login:  → county".to_owned()],
            vec![
                "certificate_to: 2022-12-31 → 2026-12-31".to_owned(),
                "qualifications: 计量（至 2022-12-31） → 特种设备（长期有效）".to_owned(),
            ],
            vec![],
        ]);
        assert_eq!(history.iter().map(|version| version.version).collect::<Vec<_>>(), [4, 3, 2, 1]);
        assert!(history.windows(2).all(|pair| pair[0].from > pair[1].from));
        let who: Vec<_> = history.iter().map(|version| version.who.as_str()).collect();
        assert_eq!(who[1], "海名录（秦皇岛市海港区市场监督管理局）");
        assert!(who.iter().filter(|who| who.starts_with("周海港")).count() == 3, "{who:?}");
        assert_eq!(table_counts(&world).await["inspector_history"], 3);
    }
}

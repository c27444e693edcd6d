//! The directories in use: lists with filters and scope, an object's history, edits, exports read back cell by cell,
//! recusals, leaves, item lists. Imports have a file of their own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::io::Read as _;

use app::directory::hub;
use app::directory::inspector::{self, CertificateState, InspectorQuery, LEAVE_DAYS_MAX, LeaveInput, RecusalInput};
use app::directory::item::{self, ItemQuery};
use app::directory::subject::{self, LicenceInput, Saved, SubjectInput, SubjectQuery};
use app::export::Format;
use app::{Ctx, ErrorKind, Post};
use domain::agency::AgencyLevel;
use domain::ids::{AgencyId, CheckItemId, InspectorId, RevisionId, SubjectId};
use domain::inspector::{Certificate, Inspector, Qualification};
use domain::item::{AppliesTo, CheckItem, CheckMethod, ItemWeight};
use domain::role::Role;
use domain::state::RevisionState;
use domain::subject::{Licence, LicenceState, RiskClass, RiskLevel, RiskScale, Subject, SubjectKind, SubjectStatus};
use store::repo;
use store::repo::check_item::ItemRecord;
use store::repo::inspector::InspectorRecord;
use testkit::{World, on_both};

/// A city with two counties, three objects in one and one in the other, three inspectors, and people.
struct City {
    world: World,
    haigang: AgencyId,
    keeper: Post,
    clerk: Post,
    city_keeper: Post,
    other_keeper: Post,
    /// 北方春晖商贸, 星火饭店, =公式商行 in 海港; 老龙头渔具 in 山海关.
    subjects: Vec<SubjectId>,
    /// 张执法 (valid), 李执法 (ends soon), 王执法 (expired), 赵执法 (left), all of 海港.
    inspectors: Vec<InspectorId>,
}

const CODES: [&str; 4] = ["91130302MA07X00032", "91130302601234566U", "92130302MA07X002XH", "91130303MA07X00383"];

fn day(text: &str) -> chrono::NaiveDate {
    domain::time::parse_day(text).unwrap()
}

fn subject_of(ctx: &Ctx, agency: AgencyId, key: &str, name: &str) -> Subject {
    Subject {
        id: SubjectId::from_parts(ctx.ms(), ctx.ten()),
        key: key.to_owned(),
        code: key.parse().ok(),
        name: name.to_owned(),
        kind: SubjectKind::Enterprise,
        sub_kind: None,
        status: SubjectStatus::Existing,
        established_on: Some(day("2019-03-15")),
        registrar: agency,
        territory: None,
        division: "130302".parse().ok(),
        address: "秦皇岛市海港区文化路1号".to_owned(),
        representative: "周明".to_owned(),
        phone: "13800000000".to_owned(),
        industry: Some("F5211".to_owned()),
        tags: std::collections::BTreeSet::new(),
        risk_classes: Vec::new(),
        licences: Vec::new(),
    }
}

fn inspector_of(ctx: &Ctx, agency: AgencyId, number: &str, name: &str, to: &str) -> InspectorRecord {
    InspectorRecord {
        inspector: Inspector {
            id: InspectorId::from_parts(ctx.ms(), ctx.ten()),
            account: None,
            staff_number: format!("G{number}"),
            name: name.to_owned(),
            agency,
            active: true,
            certificates: vec![Certificate {
                number: format!("冀C{number}"),
                valid_from: day("2019-01-01"),
                valid_to: day(to),
            }],
            qualifications: Vec::new(),
            leaves: Vec::new(),
        },
        section: "执法大队".to_owned(),
        expertise: "食品".to_owned(),
        left_on: None,
        agency_code: String::new(),
        agency_name: String::new(),
        account_login: String::new(),
        account_confirmed_at: None,
        version: 1,
        valid_from: ctx.now,
        changed_by: String::new(),
    }
}

impl City {
    async fn new(world: World) -> Self {
        let city = world.agency("130300", "秦皇岛市市场监督管理局", AgencyLevel::City, None).await;
        let haigang = world.agency("130302", "海港区市场监督管理局", AgencyLevel::County, Some("130300")).await;
        let other = world.agency("130303", "山海关区市场监督管理局", AgencyLevel::County, Some("130300")).await;
        let keeper = world.person("keeper", "钱名录", haigang, Role::DirectoryKeeper).await;
        let clerk = world.person("clerk", "王经办", haigang, Role::Clerk).await;
        let city_keeper = world.person("city", "孙市局", city, Role::DirectoryKeeper).await;
        let other_keeper = world.person("other", "吴名录", other, Role::DirectoryKeeper).await;
        let ctx = world.system();
        let mut objects = vec![
            subject_of(&ctx, haigang, CODES[0], "秦皇岛北方春晖商贸有限公司"),
            subject_of(&ctx, haigang, CODES[1], "秦皇岛星火饭店有限公司"),
            subject_of(&ctx, haigang, CODES[2], "=HYPERLINK(\"http://a\")商行"),
            subject_of(&ctx, other, CODES[3], "山海关老龙头渔具店"),
        ];
        objects[0].tags = ["食品销售".parse().unwrap(), "广告".parse().unwrap()].into();
        objects[0].risk_classes = vec![
            RiskClass::new(RiskScale::Credit, RiskLevel::A, day("2020-01-01")).unwrap(),
            RiskClass::new(RiskScale::Credit, RiskLevel::C, day("2021-01-01")).unwrap(),
            RiskClass::new(RiskScale::Credit, RiskLevel::D, day("2022-01-01")).unwrap(),
        ];
        objects[1].status = SubjectStatus::Suspended;
        objects[1].established_on = None;
        objects[2].kind = SubjectKind::Individual;
        objects[2].established_on = Some(day("2020-12-31"));
        let mut people = vec![
            inspector_of(&ctx, haigang, "001", "张执法", "2025-12-31"),
            inspector_of(&ctx, haigang, "002", "李执法", "2021-06-30"),
            inspector_of(&ctx, haigang, "003", "王执法", "2021-05-05"),
            inspector_of(&ctx, haigang, "004", "赵执法", "2025-12-31"),
        ];
        people[0].inspector.qualifications =
            vec![Qualification {
                code: "食品检查员".to_owned(), valid_from: None, valid_to: Some(day("2021-12-31"))
            }];
        people[1].inspector.qualifications =
            vec![Qualification {
                code: "食品检查员".to_owned(), valid_from: None, valid_to: Some(day("2020-12-31"))
            }];
        people[3].left_on = Some(day("2021-02-01"));
        let store = world.store().await;
        let mut tx = store.write().await.unwrap();
        for object in &objects {
            repo::subject::insert(&mut tx, object, "system", ctx.now).await.unwrap();
        }
        for person in &people {
            repo::inspector::insert(
                &mut tx,
                person,
                repo::inspector::Written { by: "system", at: ctx.now, import: None },
            )
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
        store.close().await;
        let subjects = objects.iter().map(|object| object.id).collect();
        let inspectors = people.iter().map(|person| person.inspector.id).collect();
        Self { world, haigang, keeper, clerk, city_keeper, other_keeper, subjects, inspectors }
    }

    fn ctx(&self, post: &Post) -> Ctx {
        self.world.as_post(post)
    }

    /// What the last event says, and its kind.
    async fn last_event(&self) -> (String, serde_json::Value) {
        let store = self.world.store().await;
        let mut conn = store.read().await.unwrap();
        let row =
            conn.row("SELECT kind, data FROM event ORDER BY at DESC, id DESC LIMIT 1", vec![]).await.unwrap().unwrap();
        let found = (row.text("kind").unwrap(), serde_json::from_str(&row.text("data").unwrap()).unwrap());
        drop(conn);
        store.close().await;
        found
    }

    async fn events(&self) -> usize {
        self.world.event_kinds().await.len()
    }

    async fn input(&self, index: usize) -> SubjectInput {
        let (record, _) =
            subject::editable(&self.world.platform, &self.ctx(&self.city_keeper), self.subjects[index]).await.unwrap();
        SubjectInput::from(&record)
    }

    async fn post(&self, login: &str, name: &str, role: Role) -> Post {
        self.world.person(login, name, self.haigang, role).await
    }

    /// Publishes an item list of the city and returns its items' ids.
    async fn publish_items(&self) -> Vec<CheckItemId> {
        let ctx = self.world.system();
        let revision = RevisionId::from_parts(ctx.ms(), ctx.ten());
        let item = |code: &str, category: &str, weight, tags: &[&str]| ItemRecord {
            item: CheckItem {
                id: CheckItemId::from_parts(ctx.ms(), ctx.ten()),
                code: code.to_owned(),
                category: category.to_owned(),
                name: format!("{category}的检查"),
                legal_basis: "《某条例》第一条".to_owned(),
                weight,
                methods: [CheckMethod::OnSite].into(),
                applies: AppliesTo {
                    kinds: std::collections::BTreeSet::new(),
                    tags: tags.iter().map(|tag| tag.parse().unwrap()).collect(),
                },
                qualifications: std::collections::BTreeSet::new(),
                published: true,
                valid_from: day("2021-01-01"),
                valid_to: None,
            },
            body: "市场监督管理部门".to_owned(),
            materials: String::new(),
            revision_id: revision,
        };
        let items = vec![
            item("1.1", "登记事项检查", ItemWeight::General, &[]),
            item("1.2", "登记事项检查", ItemWeight::General, &[]),
            item("6", "广告行为检查", ItemWeight::Key, &["广告"]),
        ];
        let store = self.world.store().await;
        let mut tx = store.write().await.unwrap();
        let row = repo::revision::Revision {
            id: revision,
            kind: repo::check_item::REVISION_KIND.to_owned(),
            number: "QHD-2021".to_owned(),
            revision: 1,
            title: "秦皇岛市随机抽查事项清单".to_owned(),
            agency_id: self.city_keeper.agency_id,
            state: RevisionState::Published,
            content: "{}".to_owned(),
            digest: "00".repeat(32),
            version: 1,
            created_by: "system".to_owned(),
            created_at: ctx.now,
            changed_at: ctx.now,
        };
        repo::revision::insert(&mut tx, &row).await.unwrap();
        repo::check_item::insert_all(&mut tx, revision, &items).await.unwrap();
        tx.commit().await.unwrap();
        store.close().await;
        items.iter().map(|record| record.item.id).collect()
    }
}

async fn names(city: &City, post: &Post, query: SubjectQuery) -> Vec<String> {
    let found = subject::list(&city.world.platform, &city.ctx(post), &query, app::Window::page(0, 50)).await.unwrap();
    assert_eq!(found.total, found.rows.len() as u64);
    found.rows.into_iter().map(|line| line.name).collect()
}

fn fields(error: &app::Error) -> Vec<(&'static str, &'static str)> {
    assert_eq!(error.kind, ErrorKind::Invalid, "{error}");
    error.fields.iter().map(|field| (field.field, field.code)).collect()
}

on_both! {
    async fn objects_are_found_by_name_code_and_every_filter(world) {
        let city = City::new(world).await;
        let all = ["秦皇岛星火饭店有限公司", "秦皇岛北方春晖商贸有限公司", "=HYPERLINK(\"http://a\")商行"];
        let (bright, spark, formula) = (all[1], all[0], all[2]);
        let q = |q: &str| SubjectQuery { q: q.to_owned(), ..SubjectQuery::default() };
        let keeper = &city.keeper;
        assert_eq!(names(&city, keeper, SubjectQuery::default()).await, all, "by code; nothing of the other county");
        assert_eq!(names(&city, keeper, q("春晖")).await, [bright]);
        assert_eq!(names(&city, keeper, q(" 91130302ma07 ")).await, [bright]);
        assert_eq!(names(&city, keeper, q("老龙头")).await, [""; 0]);
        assert_eq!(names(&city, keeper, q("%")).await, [""; 0]);
        let some = SubjectQuery::default;
        assert_eq!(names(&city, keeper, SubjectQuery { kind: "individual".into(), ..some() }).await, [formula]);
        assert_eq!(names(&city, keeper, SubjectQuery { status: "suspended".into(), ..some() }).await, [spark]);
        assert_eq!(names(&city, keeper, SubjectQuery { tag: "广告".into(), ..some() }).await, [bright]);
        assert_eq!(names(&city, keeper, SubjectQuery { risk: "C".into(), ..some() }).await, [bright], "the class of today");
        assert_eq!(names(&city, keeper, SubjectQuery { risk: "D".into(), ..some() }).await, [""; 0], "a class of next year");
        assert_eq!(names(&city, keeper, SubjectQuery { risk: "A".into(), ..some() }).await, [""; 0], "a class of last year");
        assert_eq!(names(&city, keeper, SubjectQuery { from: "2020-12-31".into(), ..some() }).await, [formula]);
        assert_eq!(names(&city, keeper, SubjectQuery { to: "2019-03-15".into(), ..some() }).await, [bright]);
        assert_eq!(names(&city, keeper, SubjectQuery { kind: "nonsense".into(), from: "05/08".into(), ..some() }).await, all);
        let by_agency = SubjectQuery { agency: city.other_keeper.agency_id.to_string(), ..some() };
        assert_eq!(names(&city, keeper, by_agency.clone()).await, [""; 0], "a filter does not widen the scope");
        assert_eq!(names(&city, &city.city_keeper, by_agency).await, ["山海关老龙头渔具店"]);
        let whole_city = SubjectQuery { agency: city.city_keeper.agency_id.to_string(), ..some() };
        assert_eq!(names(&city, &city.city_keeper, whole_city).await.len(), 4, "an agency holds those below it");

        let listing = subject::list(&city.world.platform, &city.ctx(keeper), &some(), app::Window::page(1, 2)).await.unwrap();
        assert_eq!((listing.rows.len(), listing.total), (1, 3), "the second page");
        assert_eq!(listing.offered.tags, [("广告".to_owned(), 1), ("食品销售".to_owned(), 1)]);
        assert_eq!(listing.offered.agencies.len(), 1);
        let admin = city.post("admin", "李管理", Role::Administrator).await;
        let denied = subject::list(&city.world.platform, &city.ctx(&admin), &some(), app::Window::page(0, 50)).await.unwrap_err();
        assert_eq!((denied.kind, denied.code), (ErrorKind::Denied, "CORE-403"));
    }

    async fn an_object_shows_its_history_and_its_risk_of_today(world) {
        let city = City::new(world).await;
        let platform = &city.world.platform;
        let offered = async || {
            let shown = app::Window::page(0, 50);
            let found = subject::list(platform, &city.ctx(&city.keeper), &SubjectQuery::default(), shown).await.unwrap();
            found.offered.tags.iter().map(|(tag, _)| tag.clone()).collect::<Vec<_>>()
        };
        assert_eq!(offered().await, ["广告", "食品销售"]);
        let mut input = city.input(0).await;
        input.name = "秦皇岛北方春晖百货有限公司".to_owned();
        input.tags = "广告，校外培训".to_owned();
        assert_eq!(subject::save(platform, &city.ctx(&city.keeper), city.subjects[0], &input).await.unwrap(), Saved::Version(2));
        assert_eq!(offered().await, ["广告", "校外培训"], "what was kept of the list does not outlive a save");
        let view = subject::view(platform, &city.ctx(&city.clerk), city.subjects[0]).await.unwrap();
        assert_eq!(view.record.version, 2);
        assert_eq!(view.credit.map(|class| class.level), Some(RiskLevel::C));
        assert_eq!(view.food, None);
        assert!(view.draws.is_empty());
        let [now, first] = view.history.as_slice() else { panic!("{:?}", view.history) };
        assert_eq!((now.version, now.who.as_str()), (2, "钱名录（海港区市场监督管理局）"));
        let changes: Vec<_> =
            now.changes.as_ref().unwrap().iter().map(|c| (c.field, c.before.as_str(), c.after.as_str())).collect();
        assert_eq!(changes, [
            ("name", "秦皇岛北方春晖商贸有限公司", "秦皇岛北方春晖百货有限公司"),
            ("tags", "广告、食品销售", "广告、校外培训"),
        ]);
        assert_eq!((first.version, first.who.as_str(), first.changes.is_none()), (1, "系统", true));
        assert_eq!(names(&city, &city.keeper, SubjectQuery { tag: "校外培训".into(), ..SubjectQuery::default() }).await.len(), 1);
        let other = subject::view(platform, &city.ctx(&city.other_keeper), city.subjects[0]).await.unwrap_err();
        assert_eq!(other.kind, ErrorKind::NotFound);
    }

    async fn an_edit_is_saved_whole_with_its_event(world) {
        let city = City::new(world).await;
        let platform = &city.world.platform;
        let mut input = city.input(1).await;
        input.status = "operating".to_owned();
        input.registered_on = "2018-08-08".to_owned();
        input.phone = " 0335-1234567 ".to_owned();
        input.licences = vec![
            LicenceInput { kind: "食品经营许可证".into(), number: "JY21303020001".into(), valid_from: String::new(), valid_to: "2025-01-01".into(), state: String::new() },
            LicenceInput::default(),
        ];
        (input.risk_scale, input.risk_level, input.risk_on) = ("food".into(), "B".into(), "2021-05-06".into());
        let saved = subject::save(platform, &city.ctx(&city.keeper), city.subjects[1], &input).await.unwrap();
        assert_eq!(saved, Saved::Version(2));
        let (kind, data) = city.last_event().await;
        assert_eq!(kind, "subject.save");
        assert_eq!(data, serde_json::json!({
            "code": CODES[1], "version": 2, "fields": ["status", "registered_on", "phone", "licences"], "risk_class": true
        }));
        let view = subject::view(platform, &city.ctx(&city.keeper), city.subjects[1]).await.unwrap();
        let s = &view.record.subject;
        assert_eq!((s.status, s.established_on, s.phone.as_str()), (SubjectStatus::Operating, Some(day("2018-08-08")), "0335-1234567"));
        assert_eq!(s.licences, [Licence {
            kind: "食品经营许可证".into(), number: "JY21303020001".into(), valid_from: None, valid_to: Some(day("2025-01-01")),
            state: LicenceState::Valid,
        }]);
        assert_eq!(view.food.map(|class| class.level), Some(RiskLevel::B));

        let again = SubjectInput { risk_scale: String::new(), risk_level: String::new(), risk_on: String::new(), ..city.input(1).await };
        let events = city.events().await;
        assert_eq!(subject::save(platform, &city.ctx(&city.keeper), city.subjects[1], &again).await.unwrap(), Saved::Unchanged);
        assert_eq!(city.events().await, events, "nothing differed, so nothing was written");

        let mut moved = city.input(1).await;
        moved.agency = "130303".to_owned();
        subject::save(platform, &city.ctx(&city.city_keeper), city.subjects[1], &moved).await.unwrap();
        let gone = subject::view(platform, &city.ctx(&city.keeper), city.subjects[1]).await.unwrap_err();
        assert_eq!(gone.kind, ErrorKind::NotFound, "it is the other county's now");
        assert_eq!(city.world.work().await, 0);
    }

    async fn every_wrong_field_is_named(world) {
        let city = City::new(world).await;
        let base = city.input(0).await;
        let events = city.events().await;
        let licence = |kind: &str, number: &str, from: &str, to: &str| LicenceInput {
            kind: kind.into(), number: number.into(), valid_from: from.into(), valid_to: to.into(), state: String::new(),
        };
        let check = |change: &dyn Fn(&mut SubjectInput), expect: &'static [(&'static str, &'static str)]| {
            let mut input = base.clone();
            change(&mut input);
            let (platform, ctx, id) = (city.world.platform.clone(), city.ctx(&city.keeper), city.subjects[0]);
            async move {
                let error = subject::save(&platform, &ctx, id, &input).await.unwrap_err();
                assert_eq!(fields(&error), expect, "{error}");
            }
        };
        check(&|i| i.name = " ".into(), &[("name", "SUBJ-101")]).await;
        check(&|i| i.name = "名".repeat(121), &[("name", "SUBJ-101")]).await;
        check(&|i| i.name = "一\n二".into(), &[("name", "SUBJ-108")]).await;
        check(&|i| i.kind = "firm".into(), &[("kind", "SUBJ-105")]).await;
        check(&|i| i.kind = "product".into(), &[("kind", "SUBJ-101")]).await;
        check(&|i| i.status = String::new(), &[("status", "SUBJ-105")]).await;
        check(&|i| i.registered_on = "2021-02-30".into(), &[("registered_on", "CORE-103")]).await;
        check(&|i| i.registered_on = "2021-05-07".into(), &[("registered_on", "SUBJ-104")]).await;
        check(&|i| i.agency = "130303".into(), &[("agency", "SUBJ-102")]).await;
        check(&|i| i.agency = "999999".into(), &[("agency", "SUBJ-102")]).await;
        check(&|i| i.division = "1303".into(), &[("division", "SUBJ-101")]).await;
        check(&|i| i.address = "路".repeat(201), &[("address", "SUBJ-101")]).await;
        check(&|i| i.legal_person = "人".repeat(201), &[("legal_person", "SUBJ-101")]).await;
        check(&|i| i.industry = "5211".into(), &[("industry", "SUBJ-101")]).await;
        check(&|i| i.tags = "有 空格".into(), &[("tags", "SUBJ-101")]).await;
        check(&|i| i.licences = vec![licence("许可证", "", "", "")], &[("licences", "SUBJ-107")]).await;
        check(&|i| i.licences = vec![licence("许可证", "1", "2021-13-01", "")], &[("licences", "CORE-103")]).await;
        check(&|i| i.licences = vec![licence("许可证", "1", "2021-02-01", "2021-01-01")], &[("licences", "SUBJ-101")]).await;
        check(&|i| i.risk_level = "B".into(), &[("risk_scale", "SUBJ-106")]).await;
        check(&|i| (i.risk_scale, i.risk_level, i.risk_on) = ("food".into(), "E".into(), "2021-01-01".into()), &[("risk_level", "SUBJ-101")]).await;
        check(&|i| (i.risk_scale, i.risk_level, i.risk_on) = ("food".into(), "A".into(), "2021-05-07".into()), &[("risk_on", "SUBJ-104")]).await;
        check(
            &|i| (i.name, i.status, i.registered_on, i.agency) = (String::new(), "x".into(), "y".into(), "z".into()),
            &[("agency", "SUBJ-102"), ("status", "SUBJ-105"), ("registered_on", "CORE-103")],
        ).await;
        let (platform, ctx) = (&city.world.platform, city.ctx(&city.keeper));
        let longest = SubjectInput { name: "名".repeat(120), ..base.clone() };
        assert_eq!(subject::save(platform, &ctx, city.subjects[0], &longest).await.unwrap(), Saved::Version(2), "one less fits");
        assert_eq!(city.events().await, events + 1, "what was refused left no event");
    }

    async fn a_stale_edit_names_who_was_faster(world) {
        let city = City::new(world).await;
        let platform = &city.world.platform;
        let seen = city.input(0).await;
        let theirs = SubjectInput { phone: "1".into(), ..seen.clone() };
        subject::save(platform, &city.ctx(&city.city_keeper), city.subjects[0], &theirs).await.unwrap();
        let mine = SubjectInput { phone: "2".into(), ..seen };
        let error = subject::save(platform, &city.ctx(&city.keeper), city.subjects[0], &mine).await.unwrap_err();
        assert_eq!((error.kind, error.code), (ErrorKind::Conflict, "SUBJ-103"));
        assert!(error.message().contains("孙市局（秦皇岛市市场监督管理局）") && error.message().contains("2021-05-06 09:00"), "{error}");
        let view = subject::view(platform, &city.ctx(&city.keeper), city.subjects[0]).await.unwrap();
        assert_eq!((view.record.version, view.record.subject.phone.as_str()), (2, "1"));
    }

    async fn only_a_keeper_of_the_agency_edits(world) {
        let city = City::new(world).await;
        let platform = &city.world.platform;
        let input = city.input(0).await;
        let clerk = subject::save(platform, &city.ctx(&city.clerk), city.subjects[0], &input).await.unwrap_err();
        assert_eq!((clerk.kind, clerk.code), (ErrorKind::Denied, "CORE-403"));
        let other = subject::save(platform, &city.ctx(&city.other_keeper), city.subjects[0], &input).await.unwrap_err();
        assert_eq!(other.kind, ErrorKind::NotFound);
        let form = subject::editable(platform, &city.ctx(&city.other_keeper), city.subjects[0]).await.unwrap_err();
        assert_eq!(form.kind, ErrorKind::NotFound);
    }

    async fn a_csv_export_holds_exactly_what_is_shown(world) {
        let city = City::new(world).await;
        let query = SubjectQuery { q: "商".into(), ..SubjectQuery::default() };
        let ctx = city.ctx(&city.clerk);
        let mut export = subject::export(&city.world.platform, &ctx, &query, None, Format::Csv).await.unwrap();
        let mut text = String::new();
        export.file.read_to_string(&mut text).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines, [
            "\u{FEFF}名称,统一社会信用代码或注册号,主体类别,主体小类,登记机关代码,登记机关,行政区划,成立日期,登记状态,信用风险等级,行业代码,标签,法定代表人（负责人）,住所（经营场所）,导出日期",
            "秦皇岛北方春晖商贸有限公司,91130302MA07X00032,企业,,130302,海港区市场监督管理局,130302,2019-03-15,存续,C,F5211,广告、食品销售,周明,秦皇岛市海港区文化路1号,2021-05-06",
            "\"'=HYPERLINK(\"\"http://a\"\")商行\",92130302MA07X002XH,个体工商户,,130302,海港区市场监督管理局,130302,2020-12-31,存续,,F5211,,周明,秦皇岛市海港区文化路1号,2021-05-06",
        ]);
        assert_eq!((export.rows, export.name.as_str(), export.bytes), (2, "检查对象名录-2021-05-06.csv", text.len() as u64));
        assert!(!text.contains("13800000000"), "no phone number leaves the house");
        let (kind, data) = city.last_event().await;
        assert_eq!((kind.as_str(), data), ("subject.export", serde_json::json!({ "rows": 2, "format": "csv", "filter": { "q": "商" } })));
        let left: Vec<_> = std::fs::read_dir(city.world.platform.incoming()).unwrap().collect();
        assert!(left.is_empty(), "the file has no name any more: {left:?}");
    }

    async fn a_workbook_export_reads_back_cell_by_cell(world) {
        let city = City::new(world).await;
        let ctx = city.ctx(&city.city_keeper);
        let mut export = subject::export(&city.world.platform, &ctx, &SubjectQuery::default(), None, Format::Xlsx).await.unwrap();
        let mut bytes = Vec::new();
        export.file.read_to_end(&mut bytes).unwrap();
        let path = city.world.folder.path().join("export.xlsx");
        std::fs::write(&path, &bytes).unwrap();
        let mut book = sheet::open(&path, &sheet::Limits::default()).unwrap();
        let name = book.first_sheet().to_owned();
        assert_eq!(name, "检查对象名录");
        let mut rows = book.rows(&name).unwrap();
        let mut row = sheet::Row::default();
        let mut found = Vec::new();
        while rows.next_into(&mut row).unwrap() {
            found.push((1..=15).map(|column| row.text(column).into_owned()).collect::<Vec<_>>());
        }
        assert_eq!(found.len(), 5);
        assert_eq!(found[0][1], "统一社会信用代码或注册号");
        assert_eq!(found[1], [
            "秦皇岛星火饭店有限公司", "91130302601234566U", "企业", "", "130302", "海港区市场监督管理局", "130302", "", "歇业", "",
            "F5211", "", "周明", "秦皇岛市海港区文化路1号", "2021-05-06",
        ]);
        assert_eq!(found[2][7], "2019-03-15");
        assert_eq!(found[4][0], "'=HYPERLINK(\"http://a\")商行");
        assert_eq!(export.rows, 4);
    }

    async fn an_export_has_a_limit_and_a_scope(world) {
        let city = City::new(world).await;
        let platform = &city.world.platform;
        let all = SubjectQuery::default();
        for format in Format::ALL {
            let ctx = city.ctx(&city.keeper);
            assert_eq!(subject::export_up_to(platform, &ctx, &all, None, format, 3).await.unwrap().rows, 3);
            let events = city.events().await;
            let error = subject::export_up_to(platform, &ctx, &all, None, format, 2).await.unwrap_err();
            assert_eq!((error.kind, error.code), (ErrorKind::Conflict, "SUBJ-109"));
            assert!(error.message().contains('2') && error.message().contains('3'), "{error}");
            assert_eq!(city.events().await, events);
        }
        assert_eq!(subject::export(platform, &city.ctx(&city.other_keeper), &all, None, Format::Csv).await.unwrap().rows, 1);
        let admin = city.post("admin", "李管理", Role::Administrator).await;
        let denied = subject::export(platform, &city.ctx(&admin), &all, None, Format::Csv).await.unwrap_err();
        assert_eq!(denied.kind, ErrorKind::Denied);
    }

    async fn inspectors_are_listed_with_the_certificate_of_today(world) {
        let city = City::new(world).await;
        let platform = &city.world.platform;
        let list = |post: &Post, query: InspectorQuery| {
            let (platform, ctx) = (platform.clone(), city.ctx(post));
            async move {
                let found = inspector::list(&platform, &ctx, &query, app::Window::page(0, 50)).await.unwrap();
                assert_eq!(found.total, found.rows.len() as u64);
                found.rows.into_iter().map(|line| (line.record.inspector.name, line.state)).collect::<Vec<_>>()
            }
        };
        let some = InspectorQuery::default;
        let state = |state: &str| InspectorQuery { state: state.to_owned(), ..some() };
        let (zhang, li) = (("张执法".to_owned(), CertificateState::Valid), ("李执法".to_owned(), CertificateState::EndsSoon));
        let (wang, zhao) = (("王执法".to_owned(), CertificateState::Expired), ("赵执法".to_owned(), CertificateState::Left));
        let all = [zhang.clone(), li.clone(), wang.clone(), zhao.clone()];
        assert_eq!(list(&city.keeper, some()).await, all);
        assert_eq!(list(&city.keeper, state("valid")).await, [zhang.clone(), li.clone()]);
        assert_eq!(list(&city.keeper, state("soon")).await, std::slice::from_ref(&li));
        assert_eq!(list(&city.keeper, state("invalid")).await, [wang]);
        assert_eq!(list(&city.keeper, state("left")).await, [zhao]);
        assert_eq!(list(&city.keeper, InspectorQuery { q: "冀C002".into(), ..some() }).await, [li]);
        assert_eq!(
            list(&city.keeper, InspectorQuery { qualification: "食品检查员".into(), ..some() }).await,
            [zhang],
            "only who holds it today"
        );
        assert_eq!(list(&city.city_keeper, InspectorQuery { agency: city.city_keeper.agency_id.to_string(), ..some() }).await, all);
        assert_eq!(list(&city.other_keeper, some()).await, []);
        let admin = city.post("admin", "李管理", Role::Administrator).await;
        let denied = inspector::list(platform, &city.ctx(&admin), &some(), app::Window::page(0, 50)).await.unwrap_err();
        assert_eq!(denied.kind, ErrorKind::Denied);
        let other = inspector::view(platform, &city.ctx(&city.other_keeper), city.inspectors[0]).await.unwrap_err();
        assert_eq!(other.kind, ErrorKind::NotFound);
    }

    async fn a_recusal_is_declared_once_and_shown(world) {
        let city = City::new(world).await;
        let platform = &city.world.platform;
        let input = RecusalInput { subject_code: format!(" {} ", CODES[0].to_lowercase()), reason: "配偶任该公司财务负责人".into() };
        let declared = inspector::declare(platform, &city.ctx(&city.clerk), city.inspectors[0], &input).await.unwrap();
        assert_eq!((declared.subject_name.as_str(), declared.visits), ("秦皇岛北方春晖商贸有限公司", 0));
        let (kind, data) = city.last_event().await;
        assert_eq!((kind.as_str(), data), ("recusal.declare", serde_json::json!({ "subject": CODES[0], "visits": 0 })));
        let view = inspector::view(platform, &city.ctx(&city.keeper), city.inspectors[0]).await.unwrap();
        assert_eq!(view.recusals.len(), 1);
        assert_eq!(view.recusals[0].who, "王经办（海港区市场监督管理局）");
        assert_eq!((view.load, view.visits.len(), view.record.inspector.qualifications.len()), (0, 0, 1));
        let twice = inspector::declare(platform, &city.ctx(&city.keeper), city.inspectors[0], &input).await.unwrap_err();
        assert_eq!((twice.kind, twice.code), (ErrorKind::Conflict, "INSP-102"));

        let check = |post: &Post, index: usize, code: &str, reason: &str| {
            let (platform, ctx, id) = (platform.clone(), city.ctx(post), city.inspectors[index]);
            let input = RecusalInput { subject_code: code.to_owned(), reason: reason.to_owned() };
            async move { inspector::declare(&platform, &ctx, id, &input).await }
        };
        let unknown = check(&city.keeper, 0, "1", " ").await.unwrap_err();
        assert_eq!(fields(&unknown), [("subject_code", "INSP-103"), ("reason", "CORE-101")]);
        let elsewhere = check(&city.keeper, 0, CODES[3], "亲属").await.unwrap_err();
        assert_eq!(fields(&elsewhere), [("subject_code", "INSP-103")], "an object of another county is not known here");
        let long = check(&city.keeper, 0, CODES[1], &"理".repeat(201)).await.unwrap_err();
        assert_eq!(fields(&long), [("reason", "CORE-101")]);
        check(&city.keeper, 0, CODES[1], &"理".repeat(200)).await.unwrap();
        let other = check(&city.other_keeper, 0, CODES[3], "亲属").await.unwrap_err();
        assert_eq!(other.kind, ErrorKind::NotFound);
        let auditor = city.post("auditor", "郑审计", Role::Auditor).await;
        assert_eq!(check(&auditor, 0, CODES[1], "亲属").await.unwrap_err().code, "CORE-403");
        let own = city.post("zhang", "张执法", Role::Inspector).await;
        check(&own, 0, CODES[2], "亲属").await.unwrap();
        assert_eq!(check(&own, 1, CODES[2], "亲属").await.unwrap_err().code, "INSP-104");
        assert_eq!(city.world.work().await, 0);
    }

    async fn a_leave_is_recorded_with_its_days(world) {
        let city = City::new(world).await;
        let platform = &city.world.platform;
        let check = |post: &Post, index: usize, from: &str, to: &str, reason: &str| {
            let (platform, ctx, id) = (platform.clone(), city.ctx(post), city.inspectors[index]);
            let input = LeaveInput { from: from.to_owned(), to: to.to_owned(), reason: reason.to_owned() };
            async move { inspector::record(&platform, &ctx, id, &input).await }
        };
        let recorded = check(&city.clerk, 0, "2021-05-20", "2021-05-21", "年休假").await.unwrap();
        assert_eq!((recorded.days, recorded.visits), (2, 0));
        let (kind, data) = city.last_event().await;
        assert_eq!((kind.as_str(), data), ("leave.record", serde_json::json!({ "from": "2021-05-20", "to": "2021-05-21", "visits": 0 })));
        let view = inspector::view(platform, &city.ctx(&city.keeper), city.inspectors[0]).await.unwrap();
        assert_eq!((view.leaves.len(), view.leaves[0].reason.as_str()), (1, "年休假"));

        let overlap = check(&city.clerk, 0, "2021-05-21", "2021-05-30", "年休假").await.unwrap_err();
        assert_eq!((overlap.kind, overlap.code), (ErrorKind::Conflict, "INSP-106"));
        check(&city.clerk, 0, "2021-05-22", "2021-05-22", "年休假").await.unwrap();
        let left = check(&city.clerk, 3, "2021-05-20", "2021-05-21", "年休假").await.unwrap_err();
        assert_eq!((left.kind, left.code), (ErrorKind::Conflict, "INSP-101"));
        let wrong = check(&city.clerk, 1, "2021-05-32", "", "").await.unwrap_err();
        assert_eq!(fields(&wrong), [("from", "CORE-103"), ("to", "CORE-103"), ("reason", "CORE-101")]);
        let backwards = check(&city.clerk, 1, "2021-05-21", "2021-05-20", "年休假").await.unwrap_err();
        assert_eq!(fields(&backwards), [("to", "CORE-102")]);
        assert_eq!(LEAVE_DAYS_MAX, 366);
        let long = check(&city.clerk, 1, "2021-01-01", "2022-01-02", "产假").await.unwrap_err();
        assert_eq!(fields(&long), [("to", "INSP-105")]);
        assert_eq!(check(&city.clerk, 1, "2021-01-01", "2022-01-01", "产假").await.unwrap().days, 366);
        assert_eq!(check(&city.other_keeper, 0, "2021-06-01", "2021-06-01", "年休假").await.unwrap_err().kind, ErrorKind::NotFound);
        let leader = city.post("leader", "冯领导", Role::Leader).await;
        assert_eq!(check(&leader, 0, "2021-06-01", "2021-06-01", "年休假").await.unwrap_err().code, "CORE-403");
    }

    async fn a_county_reads_the_citys_item_list(world) {
        let city = City::new(world).await;
        let platform = &city.world.platform;
        let ctx = city.ctx(&city.keeper);
        let nothing = item::list(platform, &ctx, &ItemQuery::default()).await.unwrap();
        assert!(nothing.list.is_none() && nothing.rows.is_empty() && nothing.lists.is_empty());
        let ids = city.publish_items().await;
        let listing = item::list(platform, &ctx, &ItemQuery::default()).await.unwrap();
        assert_eq!(listing.list.as_ref().unwrap().title, "秦皇岛市随机抽查事项清单");
        assert_eq!((listing.rows.len(), listing.total), (3, 3));
        assert_eq!(listing.categories, [("登记事项检查".to_owned(), 2), ("广告行为检查".to_owned(), 1)]);
        assert_eq!((listing.tags, listing.lists.len()), (vec!["广告".to_owned()], 1));
        let codes = |query: ItemQuery| {
            let (platform, ctx) = (platform.clone(), city.ctx(&city.keeper));
            async move {
                let found = item::list(&platform, &ctx, &query).await.unwrap();
                found.rows.into_iter().map(|record| record.item.code).collect::<Vec<_>>()
            }
        };
        let some = ItemQuery::default;
        assert_eq!(codes(ItemQuery { category: "登记事项检查".into(), ..some() }).await, ["1.1", "1.2"]);
        assert_eq!(codes(ItemQuery { weight: "key".into(), ..some() }).await, ["6"]);
        assert_eq!(codes(ItemQuery { tag: "广告".into(), ..some() }).await, ["6"]);
        assert_eq!(codes(ItemQuery { q: "广告行为".into(), ..some() }).await, ["6"]);
        assert_eq!(codes(ItemQuery { list: listing.lists[0].id.to_string(), ..some() }).await.len(), 3);
        let unknown = item::list(platform, &ctx, &ItemQuery { list: "x".into(), ..some() }).await.unwrap_err();
        assert_eq!(unknown.kind, ErrorKind::NotFound);
        let (record, list) = item::view(platform, &ctx, ids[2]).await.unwrap();
        assert_eq!((record.item.code.as_str(), list.revision), ("6", 1));
        let missing = item::view(platform, &ctx, CheckItemId::from_parts(0, [0; 10])).await.unwrap_err();
        assert_eq!(missing.kind, ErrorKind::NotFound);
    }

    async fn the_start_page_counts_what_the_post_may_see(world) {
        let city = City::new(world).await;
        city.publish_items().await;
        let platform = &city.world.platform;
        let hub_of = |post: &Post| {
            let (platform, ctx) = (platform.clone(), city.ctx(post));
            async move { hub::view(&platform, &ctx).await.unwrap() }
        };
        let found = hub_of(&city.city_keeper).await;
        assert_eq!((found.subjects, found.by_agency.len()), (4, 2));
        assert_eq!((found.inspectors, found.inspectors_valid, found.inspectors_ending, found.items), (4, 2, 1, 3));
        let found = hub_of(&city.other_keeper).await;
        assert_eq!((found.subjects, found.inspectors, found.items), (1, 0, 3));
        let own = city.post("zhang", "张执法", Role::Inspector).await;
        let found = hub_of(&own).await;
        assert_eq!((found.subjects, found.inspectors, found.items), (0, 0, 3), "an inspector may not list them");
    }
}

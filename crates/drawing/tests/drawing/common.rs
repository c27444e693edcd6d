//! A city with a register, its people, a scheme, and witnesses who compute for themselves.

use app::ceremony::PublishInput;
use app::party::Invitation;
use app::task::NewTask;
use app::{Ctx, Post};
use domain::agency::AgencyLevel;
use domain::ids::{AgencyId, RevisionId, SubjectId, TaskId};
use domain::role::Role;
use domain::scheme::{
    Condition, ConditionTest, ExclusionRule, SchemeColumn, SchemeDraft, SizeRounding, StratumRule, StratumSize,
};
use domain::subject::{Subject, SubjectKind, SubjectStatus};
use domain::time::parse_day;
use draw::{Digest, Suite};
use testkit::World;
use testkit::items::item;

/// A city with two counties and its people.
pub struct City {
    pub world: World,
    pub city: AgencyId,
    pub clerk: Post,
    pub leader: Post,
    pub auditor: Post,
    pub county_clerk: Post,
}

pub const ORGANISER: &str = "秦皇岛市市场监督管理局";

impl City {
    pub async fn new(world: World) -> Self {
        let city = world.agency("130300", ORGANISER, AgencyLevel::City, None).await;
        let county = world.agency("130302", "海港区市场监督管理局", AgencyLevel::County, Some("130300")).await;
        world.agency("130303", "山海关区市场监督管理局", AgencyLevel::County, Some("130300")).await;
        world.item_list(city, &[item("K01", "登记事项检查", "营业执照使用情况")]).await;
        Self {
            clerk: world.person("clerk", "王经办", city, Role::Clerk).await,
            leader: world.person("leader", "李局长", city, Role::Leader).await,
            auditor: world.person("auditor", "赵纪检", city, Role::Auditor).await,
            county_clerk: world.person("county", "孙区办", county, Role::Clerk).await,
            world,
            city,
        }
    }

    /// A city with a register of `enterprises` and half as many individuals, and two objects that are left out.
    pub async fn with_register(world: World, enterprises: u32) -> Self {
        let city = Self::new(world).await;
        city.add_subjects(enterprises).await;
        city
    }

    pub fn clerk(&self) -> Ctx {
        self.world.as_post(&self.clerk)
    }

    pub fn leader(&self) -> Ctx {
        self.world.as_post(&self.leader)
    }

    pub async fn add_subjects(&self, enterprises: u32) {
        let store = self.world.store().await;
        let mut tx = store.write().await.unwrap();
        let agencies = store::repo::agency::list(&mut tx, &domain::agency::Scope::everything()).await.unwrap();
        let counties: Vec<_> = agencies.iter().filter(|agency| agency.level == AgencyLevel::County).collect();
        let mut n = 0;
        let mut add = |kind, status, day: &str, tags: &[&str]| {
            n += 1;
            let kinds = if kind == SubjectKind::Enterprise { "9113" } else { "9213" };
            Subject {
                id: SubjectId::from_parts(i64::from(n), [7; 10]),
                key: format!("{kinds}0302MA{n:08}"),
                code: None,
                name: format!("测试主体{n}号"),
                kind,
                sub_kind: None,
                status,
                established_on: parse_day(day),
                registrar: counties[usize::try_from(n).unwrap() % counties.len()].id,
                territory: None,
                division: Some("130302".parse().unwrap()),
                address: "河北大街1号".to_owned(),
                representative: "张三".to_owned(),
                phone: String::new(),
                industry: Some("F5211".to_owned()),
                tags: tags.iter().map(|tag| tag.parse().unwrap()).collect(),
                risk_classes: Vec::new(),
                licences: Vec::new(),
            }
        };
        let mut subjects = Vec::new();
        for i in 0..enterprises {
            let tags: &[&str] = if i % 10 == 0 { &["电子商务平台", "广告"] } else { &[] };
            subjects.push(add(SubjectKind::Enterprise, SubjectStatus::Existing, "2015-06-01", tags));
            if i % 2 == 0 {
                subjects.push(add(SubjectKind::Individual, SubjectStatus::Operating, "2018-01-01", &[]));
            }
        }
        subjects.push(add(SubjectKind::Enterprise, SubjectStatus::Deregistered, "2010-01-01", &[]));
        subjects.push(add(SubjectKind::Enterprise, SubjectStatus::Existing, "2020-12-31", &[]));
        subjects.push(add(SubjectKind::Enterprise, SubjectStatus::Existing, "2021-01-01", &[]));
        for subject in &subjects {
            store::repo::subject::insert(&mut tx, subject, "test", self.world.platform.now()).await.unwrap();
        }
        tx.commit().await.unwrap();
        store.close().await;
    }

    /// The approved scheme of most tests.
    pub async fn approved_scheme(&self) -> RevisionId {
        self.approved(&draft()).await
    }

    /// A scheme, submitted and approved.
    pub async fn approved(&self, draft: &SchemeDraft) -> RevisionId {
        let platform = &self.world.platform;
        let id = app::scheme::draft(platform, &self.clerk(), draft).await.unwrap();
        app::scheme::submit(platform, &self.clerk(), id, 1).await.unwrap();
        app::scheme::approve(platform, &self.leader(), id, 2).await.unwrap();
        id
    }

    /// An approved task.
    pub async fn approved_task(&self, rehearsal: bool) -> TaskId {
        let platform = &self.world.platform;
        let scheme = self.approved_scheme().await;
        let id = app::task::create(platform, &self.clerk(), new_task(scheme, rehearsal)).await.unwrap();
        app::task::approve(platform, &self.leader(), id).await.unwrap();
        id
    }

    pub async fn freeze(&self, task: TaskId) {
        app::task::freeze(&self.world.platform, &self.clerk(), task).await.unwrap();
        assert_eq!(self.world.work().await, 1);
        let jobs = app::task::view(&self.world.platform, &self.clerk(), task).await.unwrap().jobs;
        assert_eq!(jobs[0].state, "done", "{:?}", jobs[0].error);
    }

    pub async fn seal(&self, task: TaskId, reason: &str) {
        let platform = &self.world.platform;
        let seen = app::task::check_seal(platform, &self.clerk(), task).await.unwrap().seen;
        app::task::request_seal(platform, &self.clerk(), task, seen, reason).await.unwrap();
        let seen = app::task::check_seal(platform, &self.leader(), task).await.unwrap().seen;
        app::task::approve_seal(platform, &self.leader(), task, seen).await.unwrap();
    }

    /// A task that is sealed over a frozen roll.
    pub async fn sealed_task(&self) -> TaskId {
        let task = self.approved_task(false).await;
        self.freeze(task).await;
        self.seal(task, "").await;
        task
    }

    pub async fn invite(&self, task: TaskId, name: &str) -> Witness {
        let invitation = app::ceremony::invite(&self.world.platform, &self.clerk(), task, name).await.unwrap();
        Witness::new(invitation)
    }

    pub async fn publish(&self, task: TaskId) -> String {
        let input = PublishInput { reveal_minutes: 10 };
        app::ceremony::publish(&self.world.platform, &self.clerk(), task, input).await.unwrap()
    }

    /// Publishes with two committed witnesses.
    pub async fn committed_task(&self, task: TaskId) -> [Witness; 2] {
        let witnesses = [self.invite(task, "机关纪委").await, self.invite(task, "企业代表").await];
        for witness in &witnesses {
            witness.commit(self).await.unwrap();
        }
        self.publish(task).await;
        witnesses
    }

    /// Through the ceremony, to the drawn list.
    pub async fn drawn(&self, task: TaskId) {
        for witness in self.committed_task(task).await {
            witness.reveal(self).await.unwrap();
        }
        assert_eq!(self.world.work().await, 1);
    }

    /// Runs one statement, for what the directory's own use cases would do.
    pub async fn sql(&self, sql: &str) {
        let store = self.world.store().await;
        let mut tx = store.write().await.unwrap();
        tx.execute(sql, vec![]).await.unwrap();
        tx.commit().await.unwrap();
        store.close().await;
    }

    /// The public context.
    pub fn public(&self) -> Ctx {
        self.world.platform.ctx(app::Actor::Public, "test")
    }
}

/// A witness with a phone: salt and value are its own.
pub struct Witness {
    pub invitation: Invitation,
    pub salt: Digest,
    pub value: String,
}

impl Witness {
    pub fn new(invitation: Invitation) -> Self {
        let salt = Suite::Sha256.hash(&[invitation.token.as_bytes()]);
        let value = format!("{}说7391", invitation.name);
        Self { invitation, salt, value }
    }

    pub async fn commitment(&self, city: &City) -> String {
        let state = self.state(city).await;
        let number = u64::try_from(state.attempt).unwrap();
        let who = draw::who(Suite::Sha256, "draw", &state.draw, number, &state.organiser, &state.party);
        assert_eq!(who.to_string(), state.who_hex);
        draw::reveal_commitment(Suite::Sha256, &who, &self.salt, &self.value).to_string()
    }

    pub async fn state(&self, city: &City) -> app::party::WitnessState {
        app::party::state(&city.world.platform, &city.public(), &self.invitation.token).await.unwrap()
    }

    pub async fn commit(&self, city: &City) -> app::Result<()> {
        let commitment = self.commitment(city).await;
        app::party::commit(&city.world.platform, &city.public(), &self.invitation.token, &commitment).await
    }

    pub async fn reveal(&self, city: &City) -> app::Result<()> {
        self.reveal_as(city, &self.value).await
    }

    pub async fn reveal_as(&self, city: &City, value: &str) -> app::Result<()> {
        let salt = self.salt.to_string();
        app::party::reveal(&city.world.platform, &city.public(), &self.invitation.token, &salt, value).await
    }
}

pub fn new_task(scheme: RevisionId, rehearsal: bool) -> NewTask {
    NewTask {
        scheme,
        title: String::new(),
        window_from: parse_day("2021-05-10").unwrap(),
        window_to: parse_day("2021-06-30").unwrap(),
        contact: "王经办 0335-0000000".to_owned(),
        rehearsal,
    }
}

pub fn stratum(code: &str, label: &str, conditions: Vec<Condition>, ratio: &str) -> StratumRule {
    StratumRule {
        code: code.to_owned(),
        label: label.to_owned(),
        population: "企业".to_owned(),
        items: vec!["登记事项检查".to_owned()],
        tagged: true,
        conditions,
        size: StratumSize::Ratio { ratio: ratio.to_owned(), rounding: SizeRounding::Ceil, at_least: None },
        split: None,
        otherwise: false,
    }
}

/// All platforms, a tenth of the other enterprises, a fifth of the individuals.
pub fn draft() -> SchemeDraft {
    let mut draft = SchemeDraft::empty("2021年内部联合抽查");
    draft.basis = "秦市监〔2021〕1号".to_owned();
    draft.exclusions = vec![
        ExclusionRule {
            code: "status".to_owned(),
            label: "非存续".to_owned(),
            conditions: vec![Condition::new(SchemeColumn::Status, ConditionTest::NotIn, ["存续", "在营"])],
        },
        ExclusionRule {
            code: "new".to_owned(),
            label: "2021年以后成立".to_owned(),
            conditions: vec![one_value(SchemeColumn::Registered, ConditionTest::After, "2020-12-31")],
        },
    ];
    let kind = |value: &str| one_value(SchemeColumn::Kind, ConditionTest::In, value);
    draft.strata = vec![
        stratum(
            "E2",
            "电子商务平台经营者",
            vec![kind("企业"), one_value(SchemeColumn::Tags, ConditionTest::Has, "电子商务平台")],
            "1",
        ),
        stratum("E8", "其它类型企业", vec![kind("企业")], "0.1"),
        stratum("G4", "个体工商户", vec![kind("个体工商户")], "0.2"),
    ];
    draft
}

pub fn one_value(column: SchemeColumn, test: ConditionTest, value: &str) -> Condition {
    Condition::new(column, test, [value])
}

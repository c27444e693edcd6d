//! A task from the lists to the printed forms, played by the use cases that pages call. Each function goes one step, so that
//! a test stops where its own subject begins.

use std::fmt::Write as _;

use app::assigning::matching::{self, PublishInput};
use app::assigning::{self, DispatchInput};
use app::directory::import::{self, Upload};
use app::form::{self, FormKind};
use app::task::NewTask;
use app::{Actor, Ctx, Platform, Post, Result, ceremony, party};
use domain::credit_code::UnifiedCreditCode;
use domain::ids::{FileId, ImportId, MatchingId, RevisionId, ShareId, TaskId};
use domain::import::{ImportKind, ImportState};
use domain::scheme::{Condition, ConditionTest, SchemeColumn, SchemeDraft, SizeRounding, StratumRule, StratumSize};
use domain::time::parse_day;
use draw::{Digest, Suite};
use serde::{Deserialize, Serialize};

use crate::World;

/// A list of one item, which every stratum of [`scheme`] checks.
pub const ITEMS: &str = "事项编码,抽查类别,抽查事项,检查对象,适用标签,事项类型,检查方式,检查主体,检查依据,人员资质要求,生效日期\n\
    K01,登记事项检查,营业执照使用情况,企业,,一般检查事项,现场检查,市场监督管理部门,《试验法》,,2020-01-01\n";
/// Who watches the draws.
pub const WITNESSES: [&str; 2] = ["机关纪委", "企业代表"];
/// Minutes for the reveals.
const REVEAL_MINUTES: i64 = 600;

/// A register of enterprises with sound codes, of the units in turn; the first and every fiftieth is a platform.
#[must_use]
pub fn objects(units: &[&str], count: usize) -> String {
    let mut text = "名称,统一社会信用代码,主体类别,登记机关代码,成立日期,登记状态,住所,标签\n".to_owned();
    for n in 0..count {
        let unit = units[n % units.len()];
        let code = UnifiedCreditCode::compose('9', '1', unit.parse().unwrap(), &format!("MA{n:06}")).unwrap();
        let tag = if n % 50 == 0 { "电子商务平台" } else { "" };
        writeln!(text, "试验{n}商贸有限公司,{},企业,{unit},2015-06-01,存续,河北大街{n}号,{tag}", code.as_str())
            .unwrap();
    }
    text
}

/// A list of inspectors, of the units in turn, whose certificates are valid until 2026.
#[must_use]
pub fn inspectors(units: &[&str], count: usize) -> String {
    let mut text = "单位工号,姓名,机构代码,执法证号,执法证有效期起,执法证有效期至\n".to_owned();
    for n in 0..count {
        writeln!(text, "{n:03},检查员{n},{},03030000{n:02},2017-01-01,2026-12-31", units[n % units.len()]).unwrap();
    }
    text
}

/// Imports a list in one go and waits for it.
pub async fn bring_in(world: &World, by: &Post, kind: ImportKind, text: &str) -> ImportId {
    let path = world.platform.incoming().join("list.csv");
    std::fs::write(&path, text).unwrap();
    let input = Upload { kind, path, file_name: "名单.csv".to_owned() };
    let (id, _) = import::import_now(&world.platform, &world.as_post(by), input).await.unwrap();
    world.work().await;
    let view = import::get(&world.platform, &world.as_post(by), id).await.unwrap();
    assert_eq!(view.import.state, ImportState::Committed, "{:?}", view.report);
    id
}

/// A fifth of the platforms, a hundredth of the other enterprises, rounded up.
#[must_use]
pub fn scheme() -> SchemeDraft {
    let stratum = |code: &str, label: &str, test: Condition, ratio: &str| StratumRule {
        code: code.to_owned(),
        label: label.to_owned(),
        population: "企业".to_owned(),
        items: vec!["登记事项检查".to_owned()],
        tagged: true,
        conditions: vec![Condition::new(SchemeColumn::Kind, ConditionTest::In, ["企业"]), test],
        size: StratumSize::Ratio { ratio: ratio.to_owned(), rounding: SizeRounding::Ceil, at_least: None },
        split: None,
        otherwise: false,
    };
    let mut draft = SchemeDraft::empty("2021年内部联合抽查");
    draft.basis = "试市监〔2021〕1号".to_owned();
    let platforms = Condition::new(SchemeColumn::Tags, ConditionTest::Has, ["电子商务平台"]);
    let old = Condition::new(SchemeColumn::Registered, ConditionTest::After, ["2000-01-01"]);
    draft.strata =
        vec![stratum("E2", "电子商务平台经营者", platforms, "0.2"), stratum("E8", "其它类型企业", old, "0.01")];
    draft
}

/// [`scheme`], drafted by the clerk and approved by the leader.
pub async fn approved_scheme(platform: &Platform, clerk: &Ctx, leader: &Ctx) -> RevisionId {
    let scheme = app::scheme::draft(platform, clerk, &scheme()).await.unwrap();
    app::scheme::submit(platform, clerk, scheme, 1).await.unwrap();
    app::scheme::approve(platform, leader, scheme, 2).await.unwrap();
    scheme
}

/// What is typed for a task of a scheme, in the weeks after the clock's day.
#[must_use]
pub fn new_task(scheme: RevisionId) -> NewTask {
    NewTask {
        scheme,
        title: String::new(),
        window_from: parse_day("2021-05-10").unwrap(),
        window_to: parse_day("2021-06-30").unwrap(),
        contact: "王经办 0335-0000000".to_owned(),
        rehearsal: false,
    }
}

/// An approved task of an approved scheme.
pub async fn approved_task(platform: &Platform, clerk: &Ctx, leader: &Ctx) -> TaskId {
    let scheme = approved_scheme(platform, clerk, leader).await;
    let task = app::task::create(platform, clerk, new_task(scheme)).await.unwrap();
    app::task::approve(platform, leader, task).await.unwrap();
    task
}

/// Asked for by the clerk, approved by the leader.
pub async fn seal(platform: &Platform, clerk: &Ctx, leader: &Ctx, task: TaskId) {
    let seen = app::task::check_seal(platform, clerk, task).await.unwrap().seen;
    app::task::request_seal(platform, clerk, task, seen, "").await.unwrap();
    let seen = app::task::check_seal(platform, leader, task).await.unwrap().seen;
    app::task::approve_seal(platform, leader, task, seen).await.unwrap();
}

/// Invites the witnesses of a sealed task; they commit, and the clerk publishes.
pub async fn commit(platform: &Platform, clerk: impl AsyncFn() -> Ctx, task: TaskId) -> [Secret; 2] {
    let seat = async |name| {
        let token = ceremony::invite(platform, &clerk().await, task, name).await.unwrap().token;
        Secret::committed(platform, token).await.unwrap()
    };
    let secrets = [seat(WITNESSES[0]).await, seat(WITNESSES[1]).await];
    let input = ceremony::PublishInput { reveal_minutes: REVEAL_MINUTES };
    ceremony::publish(platform, &clerk().await, task, input).await.unwrap();
    secrets
}

/// What a party keeps to itself until the reveal, as its phone makes it behind its link.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Secret {
    /// The secret part of the link.
    pub token: String,
    /// 64 hex digits.
    pub salt: String,
    /// What the party typed.
    pub value: String,
}

fn public(platform: &Platform) -> Ctx {
    platform.ctx(Actor::Public, "phone")
}

impl Secret {
    /// A secret for a link; nothing is handed in.
    #[must_use]
    pub fn of(token: String) -> Self {
        let salt = Suite::Sha256.hash(&[token.as_bytes()]).to_string();
        Self { token, salt, value: "公平 公正 公开".to_owned() }
    }

    /// What the party hands in.
    ///
    /// # Errors
    /// Those of `party::state`.
    pub async fn commitment(&self, platform: &Platform) -> Result<String> {
        let state = party::state(platform, &public(platform), &self.token).await?;
        let (who, salt) = (Digest::parse(&state.who_hex).unwrap(), Digest::parse(&self.salt).unwrap());
        Ok(draw::reveal_commitment(Suite::Sha256, &who, &salt, &self.value).to_string())
    }

    /// A secret whose commitment is handed in.
    ///
    /// # Errors
    /// Those of `party::commit`.
    pub async fn committed(platform: &Platform, token: String) -> Result<Self> {
        let secret = Self::of(token);
        let commitment = secret.commitment(platform).await?;
        party::commit(platform, &public(platform), &secret.token, &commitment).await?;
        Ok(secret)
    }

    /// Whether it has been revealed.
    ///
    /// # Errors
    /// Those of `party::state`.
    pub async fn is_revealed(&self, platform: &Platform) -> Result<bool> {
        Ok(party::state(platform, &public(platform), &self.token).await?.state == "revealed")
    }

    /// Reveals it.
    ///
    /// # Errors
    /// Those of `party::reveal`.
    pub async fn reveal(&self, platform: &Platform) -> Result<()> {
        party::reveal(platform, &public(platform), &self.token, &self.salt, &self.value).await
    }
}

/// Who plays: the organiser's two people and a unit's, who may be the same.
#[derive(Clone, Debug)]
pub struct Cast {
    /// Clerk of the organiser.
    pub clerk: Post,
    /// Leader of the organiser.
    pub leader: Post,
    /// Clerk of the unit.
    pub unit_clerk: Post,
    /// Leader of the unit.
    pub unit_leader: Post,
}

impl Cast {
    /// One agency that organises the task and does it.
    #[must_use]
    pub fn of_one(clerk: &Post, leader: &Post) -> Self {
        let (unit_clerk, unit_leader) = (clerk.clone(), leader.clone());
        Self { clerk: clerk.clone(), leader: leader.clone(), unit_clerk, unit_leader }
    }

    /// Items, six inspectors of each unit and a register; the import of the register.
    pub async fn lists(&self, world: &World, units: &[&str], firms: usize) -> ImportId {
        bring_in(world, &self.clerk, ImportKind::Item, ITEMS).await;
        bring_in(world, &self.clerk, ImportKind::Inspector, &inspectors(units, 6 * units.len())).await;
        bring_in(world, &self.clerk, ImportKind::Subject, &objects(units, firms)).await
    }

    /// An approved task.
    pub async fn task(&self, world: &World) -> TaskId {
        approved_task(&world.platform, &world.as_post(&self.clerk), &world.as_post(&self.leader)).await
    }

    /// Freezes the roll of an approved task.
    pub async fn freeze(&self, world: &World, task: TaskId) {
        app::task::freeze(&world.platform, &world.as_post(&self.clerk), task).await.unwrap();
        world.work().await;
    }

    /// Seals a frozen task.
    pub async fn seal(&self, world: &World, task: TaskId) {
        seal(&world.platform, &world.as_post(&self.clerk), &world.as_post(&self.leader), task).await;
    }

    /// Seats two witnesses at a sealed task and publishes their commitments.
    pub async fn commit(&self, world: &World, task: TaskId) -> [Secret; 2] {
        commit(&world.platform, async || world.as_post(&self.clerk), task).await
    }

    /// The witnesses reveal, and the lots are drawn.
    pub async fn draw(&self, world: &World, secrets: &[Secret]) {
        for secret in secrets {
            secret.reveal(&world.platform).await.unwrap();
        }
        world.work().await;
    }

    /// From an approved task to the drawn lots.
    pub async fn drawn(&self, world: &World) -> TaskId {
        let task = self.task(world).await;
        self.freeze(world, task).await;
        self.seal(world, task).await;
        let secrets = self.commit(world, task).await;
        self.draw(world, &secrets).await;
        task
    }

    /// Dispatches a drawn task; the unit's share.
    pub async fn dispatch(&self, world: &World, task: TaskId) -> ShareId {
        let input = DispatchInput { task, first_on: None };
        assigning::dispatch(&world.platform, &world.as_post(&self.clerk), input).await.unwrap();
        world.work().await;
        let shares =
            assigning::list(&world.platform, &world.as_post(&self.unit_clerk), None, app::Window::page(0, 100))
                .await
                .unwrap()
                .rows;
        let mine = |share: &assigning::Share| share.agency_id == self.unit_clerk.agency_id && share.task_id == task;
        shares.into_iter().map(|view| view.share).find(mine).expect("a share of the unit").id
    }

    /// The unit signs for its share.
    pub async fn accept(&self, world: &World, share: ShareId) {
        let ctx = world.as_post(&self.unit_clerk);
        let version = assigning::view(&world.platform, &ctx, share).await.unwrap().share.version;
        assigning::accept(&world.platform, &ctx, share, version).await.unwrap();
    }

    /// The unit's clerk prepares the matching of an accepted share.
    pub async fn prepare(&self, world: &World, share: ShareId) -> MatchingId {
        matching::prepare(&world.platform, &world.as_post(&self.unit_clerk), share).await.unwrap()
    }

    /// The unit's leader joins and commits, the clerk publishes.
    pub async fn publish(&self, world: &World, id: MatchingId) -> Secret {
        let token = matching::join(&world.platform, &world.as_post(&self.unit_leader), id).await.unwrap().token;
        let secret = Secret::committed(&world.platform, token).await.unwrap();
        let input = PublishInput { reveal_minutes: REVEAL_MINUTES };
        matching::publish(&world.platform, &world.as_post(&self.unit_clerk), id, input).await.unwrap();
        secret
    }

    /// Prints the record forms of a matched share.
    pub async fn print(&self, world: &World, share: ShareId) -> FileId {
        let ctx = world.as_post(&self.unit_clerk);
        form::print_batch(&world.platform, &ctx, share, FormKind::Record, None).await.unwrap();
        world.work().await;
        form::files(&world.platform, &ctx, share).await.unwrap().first().expect("a printed file").id
    }
}

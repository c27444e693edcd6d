//! The way to each step: a small city, prepared by the use cases that pages call, and put to rest just before the step.

use std::fmt::Write as _;

use app::directory::import::{self, Upload};
use app::task::NewTask;
use app::{Post, ceremony};
use domain::agency::AgencyLevel;
use domain::credit_code::UnifiedCreditCode;
use domain::import::{ImportKind, ImportState};
use domain::role::Role;
use domain::scheme::{Condition, ConditionTest, SchemeColumn, SchemeDraft, SizeRounding, StratumRule, StratumSize};
use domain::time::parse_day;
use tempfile::TempDir;
use testkit::{PASSWORD, Rest, World};

use crate::step::{Desk, Scene, Secret, Step, drive, publish};

/// Objects of the register: two batches of the import.
pub const OBJECTS: usize = 4_100;
/// Inspectors of each unit.
const INSPECTORS: usize = 6;

const ITEMS: &str = "事项编码,抽查类别,抽查事项,检查对象,适用标签,事项类型,检查方式,检查主体,检查依据,人员资质要求,生效日期\n\
    K01,登记事项检查,营业执照使用情况,企业,,一般检查事项,现场检查,市场监督管理部门,《试验法》,,2020-01-01\n";

/// A platform just before a step.
pub struct Prepared {
    pub rest: Rest,
    pub scene: Scene,
    _register: TempDir,
}

/// Makes the city and goes as far as just before `step`.
pub async fn prepare(world: World, step: Step) -> Prepared {
    let register = tempfile::tempdir().unwrap();
    let mut scene = city(&world).await;
    scene.register = register.path().join("register.csv");
    std::fs::write(&scene.register, objects(OBJECTS)).unwrap();
    let before = [Step::Import, Step::Freeze, Step::Draw, Step::Dispatch, Step::Publish, Step::Match, Step::Forms];
    for done in before.into_iter().take_while(|done| *done != step) {
        set_the_scene(&world, &mut scene, done).await;
        let desk = Desk { platform: &world.platform, scene: &scene };
        if done != Step::Publish {
            drive(done, &desk).await.unwrap();
        }
    }
    set_the_scene(&world, &mut scene, step).await;
    Prepared { rest: world.rest().await, scene, _register: register }
}

/// A city with two units and their people, inspectors and items.
async fn city(world: &World) -> Scene {
    let city = world.agency("130300", "试验市市场监督管理局", AgencyLevel::City, None).await;
    let unit = world.agency("130302", "甲区市场监督管理局", AgencyLevel::County, Some("130300")).await;
    world.agency("130303", "乙区市场监督管理局", AgencyLevel::County, Some("130300")).await;
    let clerk = world.person("clerk", "王经办", city, Role::Clerk).await;
    world.person("leader", "李分管", city, Role::Leader).await;
    world.person("unit_clerk", "甲经办", unit, Role::Clerk).await;
    world.person("unit_leader", "甲分管", unit, Role::Leader).await;
    bring_in(world, &clerk, ImportKind::Item, ITEMS).await;
    let mut people = "单位工号,姓名,机构代码,执法证号,执法证有效期起,执法证有效期至\n".to_owned();
    for n in 0..2 * INSPECTORS {
        let unit = if n % 2 == 0 { "130302" } else { "130303" };
        writeln!(people, "{n:03},检查员{n},{unit},03030000{n:02},2017-01-01,2026-12-31").unwrap();
    }
    bring_in(world, &clerk, ImportKind::Inspector, &people).await;
    Scene {
        clerk: sign_in(world, "clerk").await,
        leader: sign_in(world, "leader").await,
        unit_clerk: sign_in(world, "unit_clerk").await,
        unit_leader: sign_in(world, "unit_leader").await,
        ..Scene::default()
    }
}

async fn sign_in(world: &World, login: &str) -> String {
    let ctx = world.platform.ctx(app::Actor::Public, "kill");
    app::account::sign_in(&world.platform, &ctx, login, PASSWORD).await.unwrap().token
}

async fn bring_in(world: &World, by: &Post, kind: ImportKind, text: &str) {
    let path = world.platform.incoming().join("list.csv");
    std::fs::write(&path, text).unwrap();
    let input = Upload { kind, path, file_name: "名单.csv".to_owned() };
    let (id, _) = import::import_now(&world.platform, &world.as_post(by), input).await.unwrap();
    world.work().await;
    let view = import::get(&world.platform, &world.as_post(by), id).await.unwrap();
    assert_eq!(view.import.state, ImportState::Committed, "{:?}", view.report);
}

/// A register of enterprises with sound codes, half of each unit.
pub fn objects(count: usize) -> String {
    let mut text = "名称,统一社会信用代码,主体类别,登记机关代码,成立日期,登记状态,住所,标签\n".to_owned();
    for n in 0..count {
        let unit = if n % 2 == 0 { "130302" } else { "130303" };
        let code = UnifiedCreditCode::compose('9', '1', unit.parse().unwrap(), &format!("MA{n:06}")).unwrap();
        let tag = if n % 50 == 0 { "电子商务平台" } else { "" };
        writeln!(text, "试验{n}商贸有限公司,{},企业,{unit},2015-06-01,存续,河北大街{n}号,{tag}", code.as_str())
            .unwrap();
    }
    text
}

/// What people do between the step before and this one.
async fn set_the_scene(world: &World, scene: &mut Scene, step: Step) {
    let platform = &world.platform;
    let now = scene.clone();
    let desk = Desk { platform, scene: &now };
    let (clerk, leader) = (desk.clerk().await, desk.person(&scene.leader).await);
    match step {
        Step::Freeze => {
            let scheme = app::scheme::draft(platform, &clerk, &scheme()).await.unwrap();
            app::scheme::submit(platform, &clerk, scheme, 1).await.unwrap();
            app::scheme::approve(platform, &leader, scheme, 2).await.unwrap();
            let input = NewTask {
                scheme,
                title: String::new(),
                window_from: parse_day("2021-05-10").unwrap(),
                window_to: parse_day("2021-06-30").unwrap(),
                contact: "王经办 0335-0000000".to_owned(),
                rehearsal: false,
            };
            let task = app::task::create(platform, &clerk, input).await.unwrap();
            app::task::approve(platform, &leader, task).await.unwrap();
            scene.task = Some(task);
        }
        Step::Draw => {
            let task = now.task.unwrap();
            let seen = app::task::check_seal(platform, &clerk, task).await.unwrap().seen;
            app::task::request_seal(platform, &clerk, task, seen, "").await.unwrap();
            let seen = app::task::check_seal(platform, &leader, task).await.unwrap().seen;
            app::task::approve_seal(platform, &leader, task, seen).await.unwrap();
            let mut secrets = Vec::new();
            for name in ["机关纪委", "企业代表"] {
                let clerk = desk.clerk().await;
                let token = ceremony::invite(platform, &clerk, task, name).await.unwrap().token;
                secrets.push(Secret::committed(&desk, token).await.unwrap());
            }
            let input = ceremony::PublishInput { reveal_minutes: 600 };
            ceremony::publish(platform, &desk.clerk().await, task, input).await.unwrap();
            secrets[0].reveal(&desk).await.unwrap();
            scene.witness = secrets.pop();
        }
        Step::Publish => {
            let unit_clerk = desk.person(&scene.unit_clerk).await;
            let shares = app::assign::list(platform, &unit_clerk, None, 0, 10).await.unwrap().rows;
            let share = &shares[0].share;
            app::assign::accept(platform, &unit_clerk, share.id, share.version).await.unwrap();
            scene.share = Some(share.id);
        }
        // The link of the second person is shown once, so the step before is done here.
        Step::Match => scene.witness = publish(&desk).await.unwrap(),
        Step::Import | Step::Dispatch | Step::Forms => {}
    }
}

fn scheme() -> SchemeDraft {
    let stratum = |code: &str, label: &str, test: Condition, ratio: &str| StratumRule {
        code: code.to_owned(),
        label: label.to_owned(),
        population: "企业".to_owned(),
        items: vec!["登记事项检查".to_owned()],
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

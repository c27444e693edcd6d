//! The way to each step: a small city, prepared by the use cases that pages call, and put to rest just before the step.

use domain::agency::AgencyLevel;
use domain::import::ImportKind;
use domain::role::Role;
use tempfile::TempDir;
use testkit::{PASSWORD, Rest, World, play};

use crate::step::{Desk, Scene, Step, drive, publish};

/// Objects of the register: two batches of the import.
pub const OBJECTS: usize = 4_100;
/// Inspectors of each unit.
const INSPECTORS: usize = 6;
/// The units, by their registrar keys.
pub const UNITS: [&str; 2] = ["130302", "130303"];

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
    std::fs::write(&scene.register, play::objects(&UNITS, OBJECTS)).unwrap();
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
    play::bring_in(world, &clerk, ImportKind::Item, play::ITEMS).await;
    let people = play::inspectors(&UNITS, UNITS.len() * INSPECTORS);
    play::bring_in(world, &clerk, ImportKind::Inspector, &people).await;
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
    app::account::sign_in(&world.platform, &ctx, login, PASSWORD, None).await.unwrap().token
}

/// What people do between the step before and this one.
async fn set_the_scene(world: &World, scene: &mut Scene, step: Step) {
    let platform = &world.platform;
    let now = scene.clone();
    let desk = Desk { platform, scene: &now };
    let (clerk, leader) = (desk.clerk().await, desk.person(&scene.leader).await);
    match step {
        Step::Freeze => scene.task = Some(play::approved_task(platform, &clerk, &leader).await),
        Step::Draw => {
            let task = now.task.unwrap();
            play::seal(platform, &clerk, &leader, task).await;
            let [first, last] = play::commit(platform, async || desk.clerk().await, task).await;
            first.reveal(platform).await.unwrap();
            scene.witness = Some(last);
        }
        Step::Publish => {
            let unit_clerk = desk.person(&scene.unit_clerk).await;
            let shares =
                app::assigning::list(platform, &unit_clerk, None, app::Window::page(0, 10)).await.unwrap().rows;
            let share = &shares[0].share;
            app::assigning::accept(platform, &unit_clerk, share.id, share.version).await.unwrap();
            scene.share = Some(share.id);
        }
        // The link of the second person is shown once, so the step before is done here.
        Step::Match => scene.witness = publish(&desk).await.unwrap(),
        Step::Import | Step::Dispatch | Step::Forms => {}
    }
}

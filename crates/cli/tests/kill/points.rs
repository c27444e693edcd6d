//! Every named point of the product, once by itself and some of them one after the other: the process that takes the work up
//! is killed as well.

use app::directory::import::{self, Upload};
use app::job::Worker;
use domain::import::ImportKind;
use testkit::{on_both, play};

use crate::case::{Kill, Trial};
use crate::facts;
use crate::page::Front;
use crate::step::{Desk, Step};
use crate::way::{OBJECTS, UNITS};

on_both! {
    async fn an_import_killed_at_its_points(world) {
        let trial = Trial::new(world, Step::Import).await;
        for point in ["import.staged", "import.staged:2", "import.checked", "import.checked.done", "import.swap"] {
            trial.killed_at(&[point], false).await;
        }
        trial.killed_at(&["import.swapped"], true).await;
        trial.killed_at(&["import.staged:2", "import.staged", "import.checked", "import.swap", "import.swapped"], true).await;
        what_was_staged_is_thrown_away_by_the_next_import(&trial).await;
    }

    async fn a_freeze_killed_at_its_points(world) {
        let trial = Trial::new(world, Step::Freeze).await;
        trial.killed_at(&["freeze.staged"], false).await;
        trial.killed_at(&["freeze.done"], true).await;
        trial.killed_at(&["freeze.staged", "freeze.staged", "freeze.done"], true).await;
    }

    async fn a_draw_killed_at_its_points(world) {
        let trial = Trial::new(world, Step::Draw).await;
        trial.killed_at(&["draw.staged"], false).await;
        trial.killed_at(&["draw.done"], true).await;
        trial.killed_at(&["draw.staged", "draw.staged"], false).await;
        a_job_that_kills_its_process_is_given_up_and_can_be_begun_anew(&trial).await;
        half_a_draw_would_be_noticed(&trial).await;
    }

    async fn a_dispatch_killed_at_its_points(world) {
        let trial = Trial::new(world, Step::Dispatch).await;
        trial.killed_at(&["dispatch.prepared"], false).await;
        trial.killed_at(&["dispatch.commit"], false).await;
        trial.killed_at(&["dispatch.done"], true).await;
        trial.killed_at(&["dispatch.commit", "dispatch.prepared", "dispatch.done"], true).await;
    }

    async fn a_matching_killed_before_it_is_published(world) {
        let trial = Trial::new(world, Step::Publish).await;
        trial.killed_at(&["match.input"], false).await;
        trial.killed_at(&["match.publish"], false).await;
        trial.killed_at(&["match.input", "match.publish", "match.publish"], false).await;
    }

    async fn a_matching_killed_at_its_points(world) {
        let trial = Trial::new(world, Step::Match).await;
        trial.killed_at(&["match.computed"], false).await;
        trial.killed_at(&["match.commit"], false).await;
        trial.killed_at(&["match.done"], true).await;
        trial.killed_at(&["match.commit", "match.computed", "match.done"], true).await;
    }

    async fn forms_killed_before_they_count(world) {
        let trial = Trial::new(world, Step::Forms).await;
        trial.killed_at(&["forms.printed"], false).await;
        trial.killed_at(&["forms.printed", "forms.printed"], false).await;
    }
}

/// Killed between the swap and the clearing of the stage, rows stay staged; they are nobody's and the next import clears them.
async fn what_was_staged_is_thrown_away_by_the_next_import(trial: &Trial) {
    let mut case = trial.case("the import after one that was killed at import.swapped".to_owned()).await;
    assert_eq!(case.run(Kill::At("import.swapped")).await, None);
    case.rest.alone().await;
    let staged = "SELECT CAST(COUNT(*) AS TEXT) AS line FROM subject_stage";
    assert_eq!(facts::text(&case.rest, staged).await, Some(OBJECTS.to_string()));
    let platform = case.open().await;
    let desk = Desk { platform: &platform, scene: trial.scene() };
    let path = platform.incoming().join("again.csv");
    std::fs::write(&path, play::objects(&UNITS, OBJECTS)).unwrap();
    let input = Upload { kind: ImportKind::Subject, path, file_name: "登记册.csv".to_owned() };
    let ctx = desk.clerk().await;
    let (id, _) = import::import_now(&platform, &ctx, input).await.unwrap();
    desk.work().await.unwrap();
    let report = import::get(&platform, &desk.clerk().await, id).await.unwrap().report.unwrap();
    assert_eq!((report.new, report.changed, report.unchanged), (0, 0, OBJECTS as u64));
    platform.close().await;
    assert_eq!(facts::text(&case.rest, staged).await.as_deref(), Some("0"));
    case.rest.remove().await;
}

/// Five processes die of one job; the sixth does not begin it, the page says so, and a person begins it anew.
async fn a_job_that_kills_its_process_is_given_up_and_can_be_begun_anew(trial: &Trial) {
    let mut case = trial.case("Draw killed at draw.staged five times".to_owned()).await;
    for _ in 0..app::job::ATTEMPTS_MAX {
        assert_eq!(case.run(Kill::At("draw.staged")).await, None);
        assert!(!case.look().await);
    }
    let platform = case.open().await;
    Worker::new(platform.clone()).drain().await.unwrap();
    let job = facts::text(&case.rest, "SELECT id AS line FROM job WHERE kind = 'draw.run' AND state = 'failed'").await;
    let front = Front::of(&platform).await;
    let json = front.json(&format!("/office/jobs/{}.json", job.unwrap()), &trial.scene().clerk).await;
    assert_eq!(json["state"], "failed");
    let task = format!("/office/tasks/{}", trial.scene().task.unwrap());
    let page = front.get(&task, &trial.scene().clerk).await;
    assert!(page.contains(json["message"].as_str().unwrap()) && !page.contains("查看摇号结果"), "{page}");
    front.close().await;
    let desk = Desk { platform: &platform, scene: trial.scene() };
    crate::step::drive(Step::Draw, &desk).await.unwrap();
    platform.close().await;
    assert_eq!(trial.happened_on(&case.rest).await, Some(true), "{}", case.label);
    case.rest.remove().await;
}

/// The look at what is left is worth something only if it sees a draw of which one ticket is missing.
async fn half_a_draw_would_be_noticed(trial: &Trial) {
    let mut case = trial.case("half a draw".to_owned()).await;
    assert_eq!(case.run(Kill::At("draw.done")).await, None);
    assert_eq!(trial.happened_on(&case.rest).await, Some(true));
    let first = "UPDATE drawn SET ticket = '' WHERE stratum = 'E8' AND rank = 1";
    testkit::tamper(case.rest.store_config(), first).await;
    assert_eq!(trial.happened_on(&case.rest).await, None);
    case.rest.remove().await;
}

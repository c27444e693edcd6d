//! A step that is prepared once and killed often: each case is a copy, a process that is killed on it (perhaps several), a
//! look at what is left, and a run to the end.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use app::Platform;
use testkit::store::StoreConfig;
use testkit::{FakeClock, Rest, World};

use crate::child::{self, BEGUN, DONE, Order};
use crate::facts::{self, Traces};
use crate::page::Front;
use crate::step::{Desk, Scene, Step, drive};
use crate::way::{self, Prepared};

/// Seconds from one process to the next on the same platform: longer than a lease, so that the next one takes over.
const BETWEEN_SECONDS: i64 = 120;
/// Seconds after which one looks: shorter than a lease, so that a job of the dead still counts as running.
const LOOK_SECONDS: i64 = 30;
const SIGABRT: i32 = 6;
const SIGKILL: i32 = 9;

/// How a process ends.
#[derive(Clone, Copy, Debug)]
pub enum Kill {
    /// By itself, at a named point.
    At(&'static str),
    /// From outside, so long after it began.
    After(Duration),
    /// Not at all.
    Never,
}

/// A step, prepared, with the traces of before and of an undisturbed run.
pub struct Trial {
    step: Step,
    prepared: Prepared,
    before: Traces,
    after: Traces,
    counts: BTreeMap<String, i64>,
    /// How long the undisturbed run took.
    pub took: Duration,
}

impl Trial {
    /// Prepares a step and lets it run undisturbed once, in a process like those that are killed.
    pub async fn new(world: World, step: Step) -> Self {
        let prepared = way::prepare(world, step).await;
        let label = format!("{step:?} undisturbed");
        let before = facts::traces(&prepared.rest, &step.spec(), &label).await;
        let rest = prepared.rest.copy().await;
        let mut trial =
            Self { step, prepared, after: before.clone(), before, counts: BTreeMap::new(), took: Duration::ZERO };
        let mut case = Case { trial: &trial, rest, generation: 0, label: label.clone() };
        let took = case.run(Kill::Never).await.expect("it ends");
        case.seal().await;
        let after = facts::traces(&case.rest, &step.spec(), &label).await;
        let counts = facts::counts(&case.rest).await;
        case.rest.remove().await;
        assert_ne!(trial.before, after, "{label}: nothing happened");
        assert_eq!(after.events, trial.before.events + 1, "{label}: its event");
        assert_eq!(after.done, trial.before.done + i64::from(step.spec().job.is_some()), "{label}: its job");
        (trial.after, trial.counts, trial.took) = (after, counts, took);
        println!("{label}: {} µs", took.as_micros());
        trial
    }

    /// A case of its own.
    pub async fn case(&self, label: String) -> Case<'_> {
        println!("{label}");
        Case { trial: self, rest: self.prepared.rest.copy().await, generation: 0, label }
    }

    /// Who is signed in, and the ids of the things.
    pub const fn scene(&self) -> &Scene {
        &self.prepared.scene
    }

    /// Whether the step happened, by the traces of a platform; none if it is half done.
    fn happened(&self, found: &Traces) -> Option<bool> {
        if *found == self.after { Some(true) } else { (*found == self.before).then_some(false) }
    }

    /// The same of a platform that nobody has open, whatever else happened on the way.
    pub async fn happened_on(&self, rest: &Rest) -> Option<bool> {
        rest.alone().await;
        self.happened(&facts::traces(rest, &self.step.spec(), "at the end").await)
    }

    /// Kills one process after another, looks after each, runs to the end. `whole` says whether it has happened after the
    /// last kill.
    pub async fn killed_at(&self, points: &[&'static str], whole: bool) {
        let mut case = self.case(format!("{:?} killed at {points:?}", self.step)).await;
        let mut happened = false;
        for point in points {
            let ended = case.run(Kill::At(point)).await;
            assert_eq!(ended, None, "{}: {point} was not reached", case.label);
            happened = case.look().await;
        }
        assert_eq!(happened, whole, "{}", case.label);
        case.finish().await;
    }
}

/// One copy of a prepared platform.
pub struct Case<'a> {
    trial: &'a Trial,
    pub rest: Rest,
    generation: i64,
    pub label: String,
}

impl Case<'_> {
    fn clock(&self, seconds: i64, name: &str) -> Arc<FakeClock> {
        let at = self.rest.at.plus_seconds(self.generation * BETWEEN_SECONDS + seconds);
        Arc::new(FakeClock::starting(at, &format!("{name} {}", self.generation)))
    }

    /// Lets a process work. Gives how long it took, or none if it was killed; anything else is a failure.
    pub async fn run(&mut self, kill: Kill) -> Option<Duration> {
        self.generation += 1;
        let order = Order {
            step: self.trial.step,
            scene: self.trial.prepared.scene.clone(),
            home: self.rest.home().to_owned(),
            database: match self.rest.store_config() {
                StoreConfig::PostgresUrl(url) => Some(url.clone()),
                _ => None,
            },
            at: self.rest.at.plus_seconds(self.generation * BETWEEN_SECONDS).unix_ms(),
            name: format!("child {}", self.generation),
        };
        let label = self.label.clone();
        tokio::task::spawn_blocking(move || run_child(&order, kill, &label)).await.unwrap()
    }

    /// Opens the platform as the next process would, before it works.
    pub async fn open(&mut self) -> Platform {
        self.generation += 1;
        self.rest.alone().await;
        let platform = self.rest.open(self.clock(0, "next")).await;
        let alone = app::folder::Alone::on(self.rest.home()).unwrap().expect("nobody works");
        app::job::release_after_restart(&platform, &alone).await.unwrap();
        platform
    }

    /// Whether the step has happened, after a look at everything that must agree about it. Nothing works meanwhile.
    pub async fn look(&self) -> bool {
        self.rest.alone().await;
        let (label, trial, spec) = (&self.label, self.trial, self.trial.step.spec());
        let found = facts::traces(&self.rest, &spec, label).await;
        let happened = trial.happened(&found);
        let whole = happened.unwrap_or_else(|| panic!("{label}: half done\n{}", difference(trial, &found)));
        let clock = self.clock(LOOK_SECONDS, "look");
        facts::is_sound(&self.rest, &clock, label).await;
        let platform = self.rest.open(clock).await;
        self.look_at_the_pages(&platform, whole).await;
        platform.close().await;
        whole
    }

    async fn look_at_the_pages(&self, platform: &Platform, whole: bool) {
        let (label, spec, scene) = (&self.label, self.trial.step.spec(), &self.trial.prepared.scene);
        let token = if spec.of_unit { &scene.unit_clerk } else { &scene.clerk };
        let front = Front::of(platform).await;
        let import = facts::text(&self.rest, "SELECT id AS line FROM import WHERE kind = 'subject'").await;
        let of = |id: Option<String>| id.unwrap_or_default();
        let path = spec
            .page
            .replace("{import}", &of(import))
            .replace("{task}", &of(scene.task.map(|task| task.to_string())))
            .replace("{share}", &of(scene.share.map(|share| share.to_string())));
        let page = front.get(path.trim_end_matches('/'), token).await;
        assert_eq!(page.contains(spec.says), whole, "{label}: {path} about {:?}\n{page}", spec.says);
        let Some(kind) = spec.job else { return front.close().await };
        // The job of the step itself, not one of the preparation.
        let newest = |column: &str| {
            let since = self.rest.at.unix_ms();
            format!(
                "SELECT {column} AS line FROM job WHERE kind = '{kind}' AND created_at > {since} ORDER BY created_at DESC"
            )
        };
        let id = facts::text(&self.rest, &newest("id")).await;
        assert!(id.is_some() || !whole, "{label}: it happened without its job");
        if let Some(id) = id {
            let state = facts::text(&self.rest, &newest("state")).await.unwrap();
            assert!(["queued", "running", "done"].contains(&state.as_str()), "{label}: the job is {state}");
            assert_eq!(state == "done", whole, "{label}: the job is {state}");
            let json = front.json(&format!("/office/jobs/{id}.json"), token).await;
            assert_eq!(json["state"], state.as_str(), "{label}: {json}");
            let page = front.get(&format!("/office/jobs/{id}"), token).await;
            // A job that has not ended leads back to its business, one that has to its result.
            assert_eq!(!page.contains("返回业务页面"), whole, "{label}: the job's page\n{page}");
        }
        front.close().await;
    }

    /// Seals the log to its end, in a process of its own time.
    async fn seal(&mut self) {
        let platform = self.open().await;
        app::audit::seal_once(&platform, true).await.unwrap();
        platform.close().await;
        self.rest.alone().await;
    }

    /// Takes the work up, and ends where an undisturbed run ends: the same result, once.
    pub async fn finish(mut self) {
        let platform = self.open().await;
        drive(self.trial.step, &Desk { platform: &platform, scene: &self.trial.prepared.scene }).await.unwrap();
        platform.close().await;
        self.seal().await;
        assert!(self.look().await, "{}: not done in the end", self.label);
        assert_eq!(facts::counts(&self.rest).await, self.trial.counts, "{}: rows in the end", self.label);
        if self.trial.step == Step::Draw {
            self.proof_holds().await;
        }
        facts::keeps_only_named_files(&self.rest, &self.label).await;
        self.rest.remove().await;
    }

    async fn proof_holds(&self) {
        let bundle = facts::text(&self.rest, "SELECT bundle_file AS line FROM draw").await.unwrap();
        let path = self.rest.home().join("files").join(&bundle[..2]).join(&bundle);
        let mut opened = bundle::Bundle::open(&path).unwrap();
        let report = bundle::verify(&mut opened, None, &mut draw::unattended).unwrap();
        let bad = report.steps.iter().find(|step| step.verdict == bundle::Verdict::Failed);
        assert!(bad.is_none(), "{}: {bad:?}", self.label);
    }
}

fn run_child(order: &Order, kill: Kill, label: &str) -> Option<Duration> {
    let point = if let Kill::At(point) = kill { Some(point) } else { None };
    let mut child = child::command(order, point).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    lines.by_ref().find(|line| line == BEGUN.trim());
    let begun = Instant::now();
    if let Kill::After(delay) = kill {
        std::thread::sleep(delay);
        child.kill().unwrap();
    }
    let done = lines.any(|line| line == DONE.trim());
    let took = begun.elapsed();
    let status = child.wait().unwrap();
    match (kill, status.signal()) {
        (Kill::At(_), Some(SIGABRT)) | (Kill::After(_), Some(SIGKILL)) => None,
        _ if status.success() && done => Some(took),
        _ => {
            let mut words = String::new();
            child.stderr.take().unwrap().read_to_string(&mut words).ok();
            panic!("{label}: the process ended with {status}\n{words}");
        }
    }
}

/// Which lines are neither as before nor as after.
fn difference(trial: &Trial, found: &Traces) -> String {
    let mut text = format!("events {}, jobs done {}\n", found.events, found.done);
    for ((sql, lines), (before, after)) in
        trial.step.spec().lines.iter().zip(&found.lines).zip(trial.before.lines.iter().zip(&trial.after.lines))
    {
        let like = match (lines == before, lines == after) {
            (true, true) => "the same throughout",
            (true, false) => "as before",
            (false, true) => "as after",
            (false, false) => "NEITHER",
        };
        text.push_str(&format!("{like}: {sql}\n"));
        if like == "NEITHER" {
            text.push_str(&format!("  found  {lines:?}\n  before {before:?}\n  after  {after:?}\n"));
        }
    }
    text
}

//! The process that is killed: this binary once more, told by a variable what to do. It is a worker as `mingcha serve` has
//! one, with its sealer, and the people who give it work; only its clock is the test's.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use domain::time::Instant;
use serde::{Deserialize, Serialize};
use testkit::FakeClock;
use testkit::store::StoreConfig;

use crate::step::{Desk, Scene, Step, drive};

/// The variable with the order, as JSON.
const ORDER: &str = "MINGCHA_KILL_ORDER";
/// The variable that `mingcha` reads as well: `name` or `name:n`.
pub const KILL_AT: &str = "MINGCHA_KILL_AT";
/// What it prints when it has opened the platform, and when it is done.
pub const BEGUN: &str = "\nkill test: begun\n";
pub const DONE: &str = "\nkill test: done\n";

/// What a child shall do, and where.
#[derive(Debug, Serialize, Deserialize)]
pub struct Order {
    pub step: Step,
    pub scene: Scene,
    pub home: PathBuf,
    /// The address of a PostgreSQL database; without it `mingcha.db` in the home.
    pub database: Option<String>,
    /// What its clock shows, in milliseconds since 1970.
    pub at: i64,
    /// Makes its randomness differ from that of others.
    pub name: String,
}

/// The command that obeys an order; its standard output is a pipe.
pub fn command(order: &Order, point: Option<&str>) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "child::an_order_is_obeyed_or_refused", "--nocapture", "--test-threads=1"]);
    command.env(ORDER, serde_json::to_string(order).unwrap()).env_remove(KILL_AT);
    if let Some(point) = point {
        command.env(KILL_AT, point);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn say(words: &str) {
    let mut out = std::io::stdout();
    out.write_all(words.as_bytes()).unwrap();
    out.flush().unwrap();
}

/// In a child: does what it is told. In the test's own process: sends a child to a place that does not exist, which must
/// fail and must not look like a kill.
#[test]
fn an_order_is_obeyed_or_refused() {
    let Ok(order) = std::env::var(ORDER) else { return an_impossible_order_fails() };
    let order: Order = serde_json::from_str(&order).unwrap();
    if let Ok(point) = std::env::var(KILL_AT) {
        app::kill::plan(&point);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(obey(&order));
}

fn an_impossible_order_fails() {
    let nowhere = tempfile::tempdir().unwrap().path().join("nowhere");
    let order = Order {
        step: Step::Freeze,
        scene: Scene::default(),
        home: nowhere,
        database: None,
        at: 0,
        name: "nobody".to_owned(),
    };
    let ended = command(&order, None).output().unwrap();
    assert_eq!(ended.status.code(), Some(101), "a failed test, not a signal");
    assert!(!String::from_utf8_lossy(&ended.stdout).contains(DONE));
}

async fn obey(order: &Order) {
    let store = match &order.database {
        Some(url) => StoreConfig::PostgresUrl(url.clone()),
        None => StoreConfig::SqliteFile(order.home.join("mingcha.db")),
    };
    let clock = FakeClock::starting(Instant::from_unix_ms(order.at), &order.name);
    let platform = testkit::open(&order.home, &store, Arc::new(clock)).await;
    say(BEGUN);
    let alone = app::folder::Alone::on(&order.home).unwrap().expect("nobody works");
    app::job::release_after_restart(&platform, &alone).await.unwrap();
    drop(alone);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let sealer = tokio::spawn(app::audit::seal_forever(platform.clone(), stopped));
    drive(order.step, &Desk { platform: &platform, scene: &order.scene }).await.unwrap();
    say(DONE);
    stop.send(true).unwrap();
    sealer.await.unwrap();
    platform.close().await;
}

//! The same with `mingcha` itself: an import at the command line is killed, the server takes up what it left, and the
//! same command run again ends with every object once.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use testkit::store::StoreConfig;
use testkit::{Rest, on_both, run_sql};

use crate::child::KILL_AT;
use crate::facts;
use crate::step::Step;
use crate::way::{OBJECTS, prepare};

/// Milliseconds between two looks at the queue, and how many looks there are.
const LOOK_MS: u64 = 50;
const LOOKS_MAX: u32 = 400;
const SIGABRT: i32 = 6;

fn mingcha(rest: &Rest, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mingcha"));
    command.env_clear().env("PATH", "/usr/bin:/bin").args(words).arg("--home").arg(rest.home());
    if let StoreConfig::PostgresUrl(url) = rest.store_config() {
        command.args(["--database", url]);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn words_of(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

async fn number(rest: &Rest, sql: &str) -> usize {
    let sql = format!("SELECT CAST(COUNT(*) AS TEXT) AS line FROM {sql}");
    facts::text(rest, &sql).await.unwrap().parse().unwrap()
}

fn is_sound(rest: &Rest, label: &str) {
    for words in [["doctor"].as_slice(), &["audit", "verify"]] {
        let said = mingcha(rest, words).output().unwrap();
        assert_eq!(said.status.code(), Some(0), "{label}: {words:?}: {}", words_of(&said));
    }
}

on_both! {
    async fn an_import_at_the_command_line(world) {
        let prepared = prepare(world, Step::Import).await;
        let register = prepared.scene.register.display().to_string();
        let import = ["import", "subjects", register.as_str()];
        for point in ["import.staged:2", "import.checked", "import.checked.done", "import.swap", "import.swapped"] {
            let rest = prepared.rest.copy().await;
            let killed = mingcha(&rest, &import).env(KILL_AT, point).output().unwrap();
            assert_eq!(killed.status.signal(), Some(SIGABRT), "{point}: {}", words_of(&killed));
            rest.alone().await;
            let whole = point == "import.swapped";
            assert_eq!(number(&rest, "subject").await, if whole { OBJECTS } else { 0 }, "{point}");
            is_sound(&rest, point);

            let resumed = point != "import.checked.done" && !whole;
            assert_eq!(number(&rest, "job WHERE state = 'running'").await, usize::from(resumed), "{point}");
            the_server_takes_it_up(&rest, point).await;
            let whole = whole || point == "import.swap";
            assert_eq!(number(&rest, "subject").await, if whole { OBJECTS } else { 0 }, "{point}");
            let committed = "import WHERE kind = 'subject' AND state = 'committed'";
            assert_eq!(number(&rest, committed).await, usize::from(whole), "{point}");

            let again = mingcha(&rest, &import).output().unwrap();
            assert_eq!(again.status.code(), Some(0), "{point}: {}", words_of(&again));
            let counted = if whole { format!("unchanged\t{OBJECTS}") } else { format!("new\t{OBJECTS}") };
            assert!(words_of(&again).contains(&counted), "{point}: {}", words_of(&again));
            assert_eq!(number(&rest, "subject").await, OBJECTS, "{point}");
            assert_eq!(number(&rest, "subject_history").await, 0, "{point}");
            // What the killed one staged stays as long as somebody may still commit it on the pages.
            let nobodys = "subject_stage WHERE import_id NOT IN (SELECT id FROM import WHERE state = 'checked')";
            assert_eq!(number(&rest, nobodys).await, 0, "{point}");
            is_sound(&rest, point);
            rest.remove().await;
        }
    }
}

/// Serves until nothing is left in the queue, and kills the server then.
async fn the_server_takes_it_up(rest: &Rest, label: &str) {
    if let StoreConfig::PostgresUrl(_) = rest.store_config() {
        // As if the lease's minute had passed: on PostgreSQL another server may be alive, so nobody takes a job before.
        run_sql(rest.store_config(), "UPDATE job SET lease_until = 0 WHERE state = 'running'").await;
    }
    let mut server = mingcha(rest, &["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::null()).spawn().unwrap();
    let mut open = usize::MAX;
    for _ in 0..LOOKS_MAX {
        open = number(rest, "job WHERE state IN ('queued', 'running')").await;
        if open == 0 {
            break;
        }
        assert!(server.try_wait().unwrap().is_none(), "{label}: the server ended");
        tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
    }
    server.kill().unwrap();
    server.wait().unwrap();
    rest.alone().await;
    assert_eq!(open, 0, "{label}: jobs are left");
}

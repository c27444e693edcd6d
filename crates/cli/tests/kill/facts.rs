//! What a database and a home say when no process works on them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use app::check::{Check, Name, Verdict};
use app::upkeep::{Patient, doctor};
use testkit::store::{Conn, dump, migration_names, tables_after, values};
use testkit::{FakeClock, Rest};

use crate::spec::Spec;

/// Tables whose number of rows depends on when one looks: sessions end, the log is sealed in rounds, and what is staged is
/// thrown away by whoever comes next.
const BY_THE_HOUR: [&str; 6] =
    ["session", "tree_head", "subject_stage", "subject_tag_stage", "subject_licence_stage", "import_stage"];

/// The traces of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traces {
    /// The answers to [`Spec::lines`].
    pub lines: Vec<Vec<String>>,
    /// How many events of its kind there are.
    pub events: i64,
    /// How many jobs of its kind are done.
    pub done: i64,
}

async fn lines(conn: &mut Conn, sql: &str) -> Vec<String> {
    let rows = conn.rows(sql, vec![]).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.iter().map(|row| row.opt_text("line").unwrap().unwrap_or_default()).collect()
}

/// Reads a step's traces, and checks that the counts agree that always do.
pub async fn traces(rest: &Rest, spec: &Spec, label: &str) -> Traces {
    let store = rest.store().await;
    let mut conn = store.snapshot().await.unwrap();
    let mut found = Vec::new();
    for sql in spec.lines {
        found.push(lines(&mut conn, sql).await);
    }
    let (kind, data) = spec.event;
    let sql = "SELECT COUNT(*) FROM event WHERE kind = $1 AND data LIKE $2 AND data NOT LIKE '%\"phase\":\"asked\"%'";
    let events = conn.int(sql, values![kind, format!("%{data}%")]).await.unwrap();
    let sql = "SELECT COUNT(*) FROM job WHERE kind = $1 AND state = 'done'";
    let done = conn.int(sql, values![spec.job.unwrap_or_default()]).await.unwrap();
    for counts in spec.agree {
        let mut seen = Vec::new();
        for sql in *counts {
            seen.push(conn.int(sql, vec![]).await.unwrap_or_else(|error| panic!("{sql}: {error}")));
        }
        assert!(seen.windows(2).all(|two| two[0] == two[1]), "{label}: {seen:?} of {counts:#?}");
    }
    drop(conn);
    store.close().await;
    Traces { lines: found, events, done }
}

/// How many rows each table has, and how many events each kind: what an undisturbed run must equal.
pub async fn counts(rest: &Rest) -> BTreeMap<String, i64> {
    let store = rest.store().await;
    let mut conn = store.snapshot().await.unwrap();
    let mut counts = BTreeMap::new();
    for table in tables_after(migration_names().len()).iter().filter(|table| !BY_THE_HOUR.contains(&table.name)) {
        let rows = conn.int(&format!("SELECT COUNT(*) FROM {}", table.name), vec![]).await.unwrap();
        counts.insert(table.name.to_owned(), rows);
    }
    for row in conn.rows("SELECT kind, COUNT(*) AS n FROM event GROUP BY kind", vec![]).await.unwrap() {
        counts.insert(format!("event {}", row.text("kind").unwrap()), row.int("n").unwrap());
    }
    let sql = "SELECT kind || ' ' || state AS kind, COUNT(*) AS n FROM job GROUP BY 1";
    for row in conn.rows(sql, vec![]).await.unwrap() {
        counts.insert(format!("job {}", row.text("kind").unwrap()), row.int("n").unwrap());
    }
    drop(conn);
    store.close().await;
    counts
}

/// One text, such as an id; none if there is no row.
pub async fn text(rest: &Rest, sql: &str) -> Option<String> {
    let store = rest.store().await;
    let mut conn = store.read().await.unwrap();
    let row = conn.row(sql, vec![]).await.unwrap();
    let text = row.map(|row| row.text("line").unwrap());
    drop(conn);
    store.close().await;
    text
}

/// The doctor, by a clock: all is well with database, schema, files, log and jobs.
pub async fn is_sound(rest: &Rest, clock: &Arc<FakeClock>, label: &str) {
    for check in examine(rest, clock.clone(), false).await {
        // The disk of the machine that tests may be nearly full; that is not the crash's doing.
        let fine = check.verdict == Verdict::Ok || (check.name == Name::Home && check.verdict == Verdict::Warning);
        assert!(fine, "{label}: {check:#?}");
    }
}

async fn examine(rest: &Rest, clock: Arc<FakeClock>, mend: bool) -> Vec<Check> {
    let (home, files) = (rest.home().to_owned(), rest.home().join("files"));
    let patient = Patient { home, files, store: rest.store_config().clone(), clock, mend };
    doctor(&patient, app::AREAS, &mut |_, _, _| {}).await
}

/// Two days later, by the doctor's hand, the folder holds exactly the files that rows name.
pub async fn keeps_only_named_files(rest: &Rest, label: &str) {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let later = domain::time::Instant::from_unix_ms(i64::try_from(now).unwrap() + 2 * 86_400_000);
    let checks = examine(rest, Arc::new(FakeClock::starting(later, "doctor")), true).await;
    let orphans = checks.iter().find(|check| check.name == Name::Orphans).unwrap();
    assert!(matches!(orphans.verdict, Verdict::Ok | Verdict::Mended), "{label}: {orphans:?}");
    let store = rest.store().await;
    let mut conn = store.read().await.unwrap();
    let named = dump::named_files(&mut conn, &tables_after(migration_names().len())).await.unwrap();
    drop(conn);
    store.close().await;
    let mut found: Vec<String> = files_below(&rest.home().join("files"))
        .iter()
        .map(|f| f.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    found.sort();
    assert_eq!(found, named, "{label}: files and the rows that name them");
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files_below(&path)) } else { found.push(path) }
    }
    found
}

//! Ten named checks of an installation, each with its mend in words, and done where that is safe. Eight are made here;
//! fonts and certificate belong to crates that only the command line knows, and it adds them with the same types.
//!
//! A check that cannot be made is a fault, never silence.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use domain::time::{Instant, china_day};
use files::FileError;
use store::health::{self, DatabaseFault};
use store::{StoreConfig, dump};
use text::upkeep as say;
use text::upkeep::Finding;

use super::Progress;
use super::restore::restore_is_unfinished;
use crate::{Actor, Clock, Config, Error, Platform, Result};

/// Free MiB on the disk of the home below which the doctor speaks up: an import of a city needs about half of it.
const FREE_MIB_MIN: u64 = 1_024;
/// A file that no row names is only removed once it is this old: a command may be about to name it.
const ORPHAN_SECONDS_MIN: u64 = 86_400;
/// A job that waited this long was forgotten.
const QUEUED_SECONDS_MAX: i64 = 3_600;
/// An event may lie this far ahead of the clock.
const CLOCK_SECONDS_MAX: i64 = 300;

/// The checks, in the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Name {
    /// The home folder: whole, private, with space left.
    Home,
    /// The database: reachable and whole.
    Database,
    /// The schema: up to date.
    Schema,
    /// Files: each that a row names is there with its bytes.
    Files,
    /// Orphans: files that no row names.
    Orphans,
    /// The log of events, and the clock against its newest.
    Log,
    /// Jobs: none without a worker.
    Jobs,
    /// The calendar of working days: reaches far enough.
    Calendar,
    /// Fonts for the forms.
    Fonts,
    /// The certificate.
    Certificate,
}

impl Name {
    /// All, in order.
    pub const ALL: [Self; 10] = [
        Self::Home,
        Self::Database,
        Self::Schema,
        Self::Files,
        Self::Orphans,
        Self::Log,
        Self::Jobs,
        Self::Calendar,
        Self::Fonts,
        Self::Certificate,
    ];

    /// Its word, as in `--json`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Database => "database",
            Self::Schema => "schema",
            Self::Files => "files",
            Self::Orphans => "orphans",
            Self::Log => "log",
            Self::Jobs => "jobs",
            Self::Calendar => "calendar",
            Self::Fonts => "fonts",
            Self::Certificate => "certificate",
        }
    }
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// It was wrong and has been put right.
    Mended,
    /// Works, but wants attention.
    Warning,
    /// Wrong.
    Fault,
    /// Could not be made, because an earlier check failed.
    Skipped,
}

impl Verdict {
    /// Its word, as in `--json`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Mended => "mended",
            Self::Warning => "warning",
            Self::Fault => "fault",
            Self::Skipped => "skipped",
        }
    }
}

/// One check's result.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Check {
    /// Which.
    pub name: Name,
    /// How it ended.
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// What to do about it; empty if nothing.
    pub mend: String,
}

impl Check {
    /// A result.
    #[must_use]
    pub fn new(name: Name, verdict: Verdict, finding: Finding) -> Self {
        Self { name, verdict, found: finding.found, mend: finding.mend }
    }
}

/// What is examined.
#[derive(Clone)]
pub struct Patient {
    /// The home folder.
    pub home: PathBuf,
    /// The database.
    pub store: StoreConfig,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Whether to put right what can be put right safely.
    pub mend: bool,
}

/// A verdict with what was found.
type Found = (Verdict, Finding);

/// Makes the checks of this crate: all of [`Name::ALL`] but fonts and certificate.
///
/// # Errors
/// None: a check that fails to run is a fault of its own.
pub async fn doctor(patient: &Patient, progress: Progress<'_>) -> Vec<Check> {
    let mut checks = vec![check(Name::Home, home(patient))];
    if restore_is_unfinished(&patient.home) || !patient.home.is_dir() {
        skip_the_rest(&mut checks);
        return checks;
    }
    let platform = match open(patient).await {
        Ok(platform) => platform,
        Err(finding) => {
            checks.push(Check::new(Name::Database, Verdict::Fault, finding));
            skip_the_rest(&mut checks);
            return checks;
        }
    };
    checks.push(check(Name::Database, database(&platform).await));
    let schema = check(Name::Schema, schema(&platform).await);
    let usable = schema.verdict == Verdict::Ok;
    checks.push(schema);
    if usable {
        checks.push(check(Name::Files, files(&platform, progress).await));
        checks.push(check(Name::Orphans, orphans(&platform, patient).await));
        checks.push(check(Name::Log, log(&platform).await));
        checks.push(check(Name::Jobs, jobs(&platform).await));
        checks.push(check(Name::Calendar, calendar(&platform).await));
    } else {
        skip_the_rest(&mut checks);
    }
    platform.close().await;
    checks
}

fn check(name: Name, found: Result<Found>) -> Check {
    match found {
        Ok((verdict, finding)) => Check::new(name, verdict, finding),
        Err(error) => Check::new(name, Verdict::Fault, say::check_failed(&error)),
    }
}

fn skip_the_rest(checks: &mut Vec<Check>) {
    for name in Name::ALL.into_iter().take(8).skip(checks.len()) {
        checks.push(Check::new(name, Verdict::Skipped, say::skipped()));
    }
}

fn home(patient: &Patient) -> Result<Found> {
    let path = &patient.home;
    if !path.is_dir() {
        return Ok((Verdict::Fault, say::home_missing(&path.display())));
    }
    if restore_is_unfinished(path) {
        return Ok((Verdict::Fault, say::home_unfinished()));
    }
    let disk = rustix::fs::statvfs(path).map_err(Error::internal)?;
    let free_mib = disk.f_bavail.saturating_mul(disk.f_frsize) >> 20;
    let metadata = std::fs::metadata(path).map_err(Error::internal)?;
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        if !patient.mend {
            return Ok((Verdict::Fault, say::home_open(mode)));
        }
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).map_err(Error::internal)?;
        return Ok((Verdict::Mended, say::home_mended()));
    }
    if free_mib < FREE_MIB_MIN {
        return Ok((Verdict::Warning, say::home_full(free_mib, FREE_MIB_MIN)));
    }
    Ok((Verdict::Ok, say::home_fine(free_mib >> 10)))
}

async fn open(patient: &Patient) -> std::result::Result<Platform, Finding> {
    if let StoreConfig::SqliteFile(path) = &patient.store
        && !path.exists()
    {
        return Err(say::database_missing(&path.display()));
    }
    let config = Config {
        store: patient.store.clone(),
        files: patient.home.join("files"),
        clock: patient.clock.clone(),
        base_url: String::new(),
        site_url: None,
        printer: None,
    };
    Platform::open(config).await.map_err(|error| say::database_closed(&error))
}

async fn database(platform: &Platform) -> Result<Found> {
    let mut conn = platform.store().read().await?;
    let faults = health::database_faults(&mut conn).await?;
    Ok(match faults.first() {
        None => match conn.engine() {
            store::Engine::Sqlite => (Verdict::Ok, say::sqlite_fine()),
            store::Engine::Postgres => (Verdict::Ok, say::postgres_fine()),
        },
        Some(DatabaseFault::Damaged(detail)) => (Verdict::Fault, say::damaged(detail)),
        Some(DatabaseFault::Dangling { table, parent }) => (Verdict::Fault, say::dangling(table, parent)),
        Some(DatabaseFault::OldServer(version)) => {
            (Verdict::Fault, say::old_server(*version, health::POSTGRES_VERSION_MIN))
        }
        Some(DatabaseFault::Encoding(name)) => (Verdict::Fault, say::encoding(name)),
        Some(DatabaseFault::Collation(table)) => (Verdict::Fault, say::collation(table)),
    })
}

async fn schema(platform: &Platform) -> Result<Found> {
    let pending = platform.pending_migrations().await?;
    if pending.is_empty() {
        Ok((Verdict::Ok, say::schema_fine(store::migration_names().len())))
    } else {
        Ok((Verdict::Fault, say::schema_old(&pending)))
    }
}

async fn named(platform: &Platform) -> Result<Vec<String>> {
    let tables = store::tables_after(store::migration_names().len());
    let mut conn = platform.store().read().await?;
    Ok(dump::named_files(&mut conn, &tables).await?)
}

async fn files(platform: &Platform, progress: Progress<'_>) -> Result<Found> {
    let named = named(platform).await?;
    let (mut missing, mut changed) = (Vec::new(), Vec::new());
    for (at, digest) in named.iter().enumerate() {
        progress(say::FILES, at as u64, named.len() as u64);
        match platform.files().check(digest) {
            Ok(_) => {}
            Err(FileError::Corrupt { .. }) => changed.push(digest.clone()),
            Err(FileError::NotFound(_) | FileError::BadDigest(_)) => missing.push(digest.clone()),
            Err(other) => return Err(other.into()),
        }
    }
    if missing.is_empty() && changed.is_empty() {
        Ok((Verdict::Ok, say::files_fine(named.len())))
    } else {
        Ok((Verdict::Fault, say::files_bad(&missing, &changed)))
    }
}

async fn orphans(platform: &Platform, patient: &Patient) -> Result<Found> {
    // The folder is listed before the rows are read: a file that is named in between is then not taken for an orphan.
    let there = platform.files().list()?;
    let named: std::collections::BTreeSet<String> = named(platform).await?.into_iter().collect();
    let now = platform.now();
    let (mut old, mut young) = (Vec::new(), 0);
    for digest in there.into_iter().filter(|digest| !named.contains(digest)) {
        if is_old(&platform.files().path_of(&digest)?, now)? {
            old.push(digest);
        } else {
            young += 1;
        }
    }
    let leftovers = old_leftovers(&platform.incoming(), now)?;
    if old.is_empty() && leftovers.is_empty() {
        return Ok((Verdict::Ok, say::orphans_none()));
    }
    if !patient.mend {
        return Ok((Verdict::Warning, say::orphans(old.len(), young, leftovers.len())));
    }
    for digest in &old {
        platform.files().remove(digest)?;
    }
    for path in &leftovers {
        let removed = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
        removed.map_err(|error| super::backup::place(path, error))?;
    }
    Ok((Verdict::Mended, say::orphans_mended(old.len() + leftovers.len())))
}

fn old_leftovers(incoming: &Path, now: Instant) -> Result<Vec<PathBuf>> {
    let mut old = Vec::new();
    for entry in std::fs::read_dir(incoming).map_err(|error| super::backup::place(incoming, error))? {
        let path = entry.map_err(Error::internal)?.path();
        if is_old(&path, now)? {
            old.push(path);
        }
    }
    Ok(old)
}

fn is_old(path: &Path, now: Instant) -> Result<bool> {
    let changed =
        std::fs::metadata(path).and_then(|m| m.modified()).map_err(|error| super::backup::place(path, error))?;
    let now: SystemTime = UNIX_EPOCH + Duration::from_millis(u64::try_from(now.unix_ms()).unwrap_or(0));
    Ok(now.duration_since(changed).is_ok_and(|age| age.as_secs() >= ORPHAN_SECONDS_MIN))
}

async fn log(platform: &Platform) -> Result<Found> {
    let report = crate::audit::verify(platform, &platform.ctx(Actor::System, "doctor"), None).await?;
    if let Some(first) = report.faults.first() {
        return Ok((Verdict::Fault, say::log_bad(first, report.faults.len())));
    }
    let mut conn = platform.store().read().await?;
    if let Some(newest) = health::newest_event(&mut conn).await?
        && newest > platform.now().plus_seconds(CLOCK_SECONDS_MAX)
    {
        return Ok((Verdict::Fault, say::clock_behind(&newest.rfc3339())));
    }
    Ok((Verdict::Ok, say::log_fine(report.events, report.sealed)))
}

async fn jobs(platform: &Platform) -> Result<Found> {
    let now = platform.now();
    let mut conn = platform.store().read().await?;
    let stuck = health::stuck_jobs(&mut conn, now, now.plus_seconds(-QUEUED_SECONDS_MAX)).await?;
    if stuck.is_empty() { Ok((Verdict::Ok, say::jobs_fine())) } else { Ok((Verdict::Fault, say::jobs_stuck(&stuck))) }
}

async fn calendar(platform: &Platform) -> Result<Found> {
    use chrono::Datelike as _;
    let today = china_day(platform.now());
    let calendar = platform.calendar().await?;
    let has = |year: i32| calendar.years().any(|known| known.year() == year);
    if !has(today.year()) {
        return Ok((Verdict::Fault, say::calendar_short(today.year())));
    }
    // The notice for the next year comes out in November; deadlines begin to reach into it then.
    if today.month() >= 11 && !has(today.year() + 1) {
        return Ok((Verdict::Warning, say::calendar_short(today.year() + 1)));
    }
    let last = calendar.years().map(domain::calendar::CalendarYear::year).max().unwrap_or(today.year());
    Ok((Verdict::Ok, say::calendar_fine(last)))
}

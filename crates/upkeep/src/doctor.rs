//! Named checks of an installation, each with its mend in words, and done where that is safe. What belongs to crates that only the
//! command line knows (fonts, certificate, address), it adds with the same types.
//!
//! A check that cannot be made is a fault, never silence.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use domain::time::Instant;
use files::FileError;
use store::guard::{self, GuardFault};
use store::health::{self, DatabaseFault};
use store::{StoreConfig, dump};
use text::upkeep as say;
use text::upkeep::Finding;

use crate::restore::restore_is_unfinished;
use kernel::area::{Area, Parts};
use kernel::check::{Check, Found, Name, Verdict};
use kernel::job::Progress;
use kernel::{Clock, Config, Error, Platform, Result};

/// Free MiB on the disk of the home below which the doctor speaks up: an import of a city needs about half of it.
const FREE_MIB_MIN: u64 = 1_024;
/// A file that no row names is only removed once it is this old: a command may be about to name it.
const ORPHAN_SECONDS_MIN: u64 = 86_400;

/// What is examined.
#[derive(Clone)]
pub struct Patient {
    /// The home folder.
    pub home: PathBuf,
    /// The folder of files.
    pub files: PathBuf,
    /// The database.
    pub store: StoreConfig,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Whether to put right what can be put right safely.
    pub mend: bool,
}

/// Makes the checks of the installation and of its areas: all of [`Name::ALL`] but fonts, certificate
/// and address.
///
/// # Errors
/// None: a check that fails to run is a fault of its own.
pub async fn doctor(patient: &Patient, areas: &'static [&'static Area], progress: Progress<'_>) -> Vec<Check> {
    let mut checks = vec![check(Name::Home, home(patient))];
    if restore_is_unfinished(&patient.home) || !patient.home.is_dir() {
        skip_the_rest(&mut checks);
        return checks;
    }
    let platform = match open(patient).await {
        Ok(platform) => platform,
        Err(Closed::Newer(finding)) => {
            checks.push(Check::new(Name::Database, Verdict::Skipped, say::skipped()));
            checks.push(Check::new(Name::Schema, Verdict::Fault, finding));
            skip_the_rest(&mut checks);
            return checks;
        }
        Err(Closed::Broken(finding)) => {
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
        checks.push(check(Name::Guards, guards(&platform, patient).await));
        checks.push(check(Name::Files, files(&platform, progress).await));
        checks.push(check(Name::Orphans, orphans(&platform, patient).await));
        for row in areas.iter().flat_map(|area| area.checks) {
            checks.push(check(row.name, (row.run)(&platform).await));
        }
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
    for name in Name::ALL.into_iter().take(11).skip(checks.len()) {
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
    let free_mib = files::free_bytes(path).map_err(|error| Error::at_path(path, &error))? >> 20;
    let metadata = std::fs::metadata(path).map_err(|error| Error::at_path(path, &error))?;
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

/// Why a platform cannot be opened.
enum Closed {
    /// A newer program has changed its schema.
    Newer(Finding),
    /// Anything else.
    Broken(Finding),
}

async fn open(patient: &Patient) -> std::result::Result<Platform, Closed> {
    if let StoreConfig::SqliteFile(path) = &patient.store
        && !path.exists()
    {
        return Err(Closed::Broken(say::database_missing(&path.display())));
    }
    let config = Config {
        store: patient.store.clone(),
        files: patient.files.clone(),
        clock: patient.clock.clone(),
        base_url: String::new(),
        site_url: None,
        areas: &[],
        parts: Parts::default(),
    };
    Platform::open(config).await.map_err(|error| match error.code {
        "STOR-006" => Closed::Newer(say::refused(error.message(), error.next_step())),
        code if code.starts_with("STOR-") => Closed::Broken(say::refused(error.message(), error.next_step())),
        _ => Closed::Broken(say::database_closed(&error)),
    })
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

/// Triggers and privileges: what refuses changes of rows that are final. Making SQLite's triggers anew changes no row.
async fn guards(platform: &Platform, patient: &Patient) -> Result<Found> {
    let words = |fault: &GuardFault| match fault {
        GuardFault::Missing(trigger) => say::trigger_missing(trigger),
        GuardFault::Changed(trigger) => say::trigger_changed(trigger),
        GuardFault::Foreign { trigger, table } => say::trigger_foreign(trigger, table),
        GuardFault::Privilege { role, privilege, table } => say::privilege(role, privilege, table),
    };
    let mut conn = platform.store().read().await?;
    let engine = conn.engine();
    let mut faults = guard::guard_faults(&mut conn).await?;
    let as_owner = guard::acts_as_owner(&mut conn).await?;
    drop(conn);
    let all = store::told::triggers().len();
    if faults.is_empty() {
        return Ok(match engine {
            store::Engine::Sqlite => (Verdict::Ok, say::triggers_fine(all)),
            store::Engine::Postgres => (Verdict::Ok, say::privileges_fine(as_owner)),
        });
    }
    if patient.mend {
        let named: Vec<String> = faults.iter().map(words).collect();
        let mended = guard::mend_triggers(platform.store()).await?;
        faults = guard::guard_faults(&mut platform.store().read().await?).await?;
        if faults.is_empty() {
            return Ok((Verdict::Mended, say::triggers_mended(mended, &named)));
        }
    }
    let named: Vec<String> = faults.iter().map(words).collect();
    Ok((Verdict::Fault, say::guards_bad(&named, engine == store::Engine::Sqlite)))
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
    remove_all(&leftovers)?;
    Ok((Verdict::Mended, say::orphans_mended(old.len() + leftovers.len())))
}

/// Removes what uploads and jobs that were cut off left in `incoming` more than a day ago; returns how much it was.
///
/// # Errors
/// `Unavailable` or `Internal` if the disk fails.
pub fn sweep_incoming(platform: &Platform) -> Result<usize> {
    let leftovers = old_leftovers(&platform.incoming(), platform.now())?;
    remove_all(&leftovers)?;
    Ok(leftovers.len())
}

fn remove_all(paths: &[PathBuf]) -> Result<()> {
    for path in paths {
        let removed = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
        removed.map_err(|error| super::backup::place(path, error))?;
    }
    Ok(())
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

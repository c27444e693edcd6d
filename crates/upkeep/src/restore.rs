//! Loads a backup into an empty home and an empty database of either engine, and compares what lies there afterwards with
//! what the backup says, table by table and file by file.
//!
//! All or nothing: the home carries a marker from the first to the last moment, and nothing opens a home that carries
//! one; all rows are loaded and compared in one transaction. After a crash the same command begins anew; if the crash fell
//! between the commit and the removal of the marker, it finds the rows complete and only finishes.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use domain::time::Instant;
use files::FileStore;
use sha2::{Digest as _, Sha256};
use store::{Store, StoreConfig, Table, Tx, dump};

use super::archive::{Hashing, Source, stays_inside};
use super::backup::place;
use super::manifest::{FORMAT, FilePart, MANIFEST, MANIFEST_BYTES_MAX, MANIFEST_DIGEST, Manifest, TablePart};
use kernel::job::Progress;

use super::table;
use kernel::folder::{self, HomeLock};
use kernel::{Error, Result};

/// A home with this file in it was never restored to the end.
pub const RESTORE_MARKER: &str = "restore-unfinished";
/// Rows in one statement of the load.
const CHUNK_ROWS: usize = 4_000;
/// Bytes of one row at most.
const LINE_BYTES_MAX: u64 = 64 << 20;
/// Names that a restore makes inside a home, and so may remove from one that carries the marker.
const OURS: &[&str] = &["mingcha.db", "mingcha.db-wal", "mingcha.db-shm", "mingcha.toml", "files", "tls"];

/// Where a backup goes.
#[derive(Clone, Debug)]
pub struct RestoreTarget {
    /// The home folder; it must be empty or not exist.
    pub home: PathBuf,
    /// The database; it must hold no rows.
    pub store: StoreConfig,
}

/// One table, as the backup says and as it was found afterwards.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct TableComparison {
    /// The table.
    pub name: String,
    /// Rows in the backup.
    pub expected: u64,
    /// Rows in the database.
    pub found: u64,
    /// SHA-256 over all rows of the database, equal to the backup's.
    pub sha256: String,
}

/// What was restored.
#[derive(Clone, Debug, serde::Serialize)]
pub struct RestoreReport {
    /// The moment of the backup, RFC 3339.
    pub made_at: String,
    /// The engine that the backup was made of.
    pub engine: String,
    /// The tables.
    pub tables: Vec<TableComparison>,
    /// Files restored and compared.
    pub files: u64,
    /// Their bytes.
    pub file_bytes: u64,
    /// Files of the home folder.
    pub home: Vec<String>,
    /// Digests of files that the backup itself lacks.
    pub missing: Vec<String>,
    /// Whether a line `database = …` of the configuration was switched off, because it names the old database.
    pub database_line_switched_off: bool,
    /// Whether a line `files = …` was switched off, because it names the old folder of files.
    pub files_line_switched_off: bool,
    /// Schema steps taken after loading, if the backup is of an older version.
    pub migrated: Vec<&'static str>,
}

/// Whether a home carries the marker of a restore that never ended.
#[must_use]
pub fn restore_is_unfinished(home: &Path) -> bool {
    home.join(RESTORE_MARKER).exists()
}

/// Restores a backup.
///
/// # Errors
/// `OPS-003` for what is not a backup, `OPS-004` for a damaged part (with its name), `OPS-005` and `OPS-006` if home or
/// database are not empty, `OPS-007` if the backup was made by a newer version, `Internal` if database or disk fail.
/// `HOME-001` if another process restores into the home, `STOR-006` if the database is a newer program's, `STOR-011` if the
/// disk of the home has too little space.
/// Nothing usable is left then: the home is removed or carries the marker, the database holds no rows.
pub async fn restore(
    backup: &Path,
    target: &RestoreTarget,
    now: Instant,
    progress: Progress<'_>,
) -> Result<RestoreReport> {
    let (mut source, manifest) = open(backup)?;
    let known = store::migration_names();
    let steps = manifest.migrations.len();
    if manifest.migrations.iter().map(String::as_str).ne(known.iter().take(steps).copied()) {
        return Err(Error::conflict("OPS-007"));
    }
    let tables = tables_of(&manifest)?;
    let (begun_before, lock) = prepare_home(&target.home, now)?;
    let done = fill(&mut source, &manifest, &tables, target, begun_before, progress).await;
    match done {
        Ok(report) => {
            drop(lock);
            let marker = target.home.join(RESTORE_MARKER);
            fs::remove_file(&marker).map_err(|error| place(&marker, error))?;
            Ok(report)
        }
        Err(error) => {
            drop(lock);
            // What cannot be removed keeps its marker and is removed by the next run.
            clear(&target.home).and_then(|()| fs::remove_dir_all(&target.home)).ok();
            Err(error)
        }
    }
}

async fn fill(
    source: &mut Source,
    manifest: &Manifest,
    tables: &[Table],
    target: &RestoreTarget,
    begun_before: bool,
    progress: Progress<'_>,
) -> Result<RestoreReport> {
    folder::require_space(&target.home, space(manifest, &target.store))?;
    let files = FileStore::open(target.home.join("files"))?;
    for (at, part) in manifest.files.iter().enumerate() {
        progress(text::upkeep::FILES, at as u64, manifest.files.len() as u64);
        restore_file(source, &files, part)?;
    }
    let [database_line_switched_off, files_line_switched_off] = restore_home(source, manifest, &target.home)?;
    kernel::point("restore.files");
    let store = Store::open(&target.store).await?;
    let loaded = load(source, manifest, tables, &store, begun_before, progress).await;
    let compared = match loaded {
        Ok(compared) => compared,
        Err(error) => {
            store.close().await;
            return Err(error);
        }
    };
    kernel::point("restore.committed");
    // What the schema has gained since the backup was made.
    let migrated = store.migrate().await?;
    let mut conn = store.read().await?;
    let mark = store::repo::installation::get(&mut conn, kernel::FILES_FOLDER_FACT).await?;
    drop(conn);
    store.close().await;
    if let Some(mark) = mark {
        // Here are its files now, so that a server takes this folder for the installation's own.
        files.set_mark(&mark)?;
    }
    Ok(RestoreReport {
        made_at: manifest.made_at.clone(),
        engine: manifest.engine.clone(),
        tables: compared,
        files: manifest.files.len() as u64,
        file_bytes: manifest.files.iter().map(|file| file.bytes).sum(),
        home: manifest.home.iter().map(|file| file.path.clone()).collect(),
        missing: manifest.missing.clone(),
        database_line_switched_off,
        files_line_switched_off,
        migrated,
    })
}

/// Bytes that the home may need: the files, and on the embedded database twice what the rows take there with their indexes,
/// which is about twice what they take as lines: all are loaded in one transaction, so that they stand in the log first.
fn space(manifest: &Manifest, store: &StoreConfig) -> u64 {
    let sum = |parts: &[FilePart]| parts.iter().map(|part| part.bytes).sum::<u64>();
    let rows: u64 = manifest.tables.iter().map(|table| table.bytes).sum();
    let rows = match store {
        StoreConfig::SqliteFile(_) => rows.saturating_mul(4),
        StoreConfig::PostgresUrl(_) => 0,
    };
    rows.saturating_add(sum(&manifest.files)).saturating_add(sum(&manifest.home))
}

/// Opens a backup and reads its list.
fn open(path: &Path) -> Result<(Source, Manifest)> {
    let none = || Error::conflict("OPS-003").with("path", path.display());
    let mut source = Source::open(path).map_err(|_| none())?;
    let text = read_small(&mut source, MANIFEST).map_err(|_| none())?;
    let digest = read_small(&mut source, MANIFEST_DIGEST).map_err(|_| none())?;
    if hex::encode(Sha256::digest(&text)).as_bytes() != digest {
        return Err(damaged(MANIFEST));
    }
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|_| damaged(MANIFEST))?;
    if manifest.format != FORMAT {
        return Err(Error::conflict("OPS-007"));
    }
    Ok((source, manifest))
}

fn read_small(source: &mut Source, name: &str) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.entry(name, MANIFEST_BYTES_MAX)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn damaged(part: &str) -> Error {
    Error::conflict("OPS-004").with("part", part)
}

/// The tables of the backup's schema, which must be exactly those that it holds.
fn tables_of(manifest: &Manifest) -> Result<Vec<Table>> {
    let tables: Vec<Table> = store::tables_after(manifest.migrations.len())
        .into_iter()
        .filter(|table| !dump::LEFT_OUT.contains(&table.name))
        .collect();
    for (table, part) in tables.iter().zip(&manifest.tables) {
        if table.name != part.name || table.columns.iter().map(|c| c.name).ne(part.columns.iter().map(String::as_str)) {
            return Err(damaged(&part.entry()));
        }
    }
    if tables.len() == manifest.tables.len() { Ok(tables) } else { Err(damaged(MANIFEST)) }
}

/// Makes the home with its marker; returns whether a restore had been begun there before, and the lock: two restores into
/// one home would each remove what the other writes.
fn prepare_home(home: &Path, now: Instant) -> Result<(bool, HomeLock)> {
    let begun_before = restore_is_unfinished(home);
    if home.exists() {
        if !begun_before && fs::read_dir(home).map_err(|error| place(home, error))?.next().is_some() {
            return Err(Error::conflict("OPS-005").with("path", home.display()));
        }
    } else {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(home).map_err(|error| place(home, error))?;
    }
    let lock = HomeLock::take(home, now)?;
    if begun_before {
        clear(home).map_err(|error| place(home, error))?;
    }
    let marker = home.join(RESTORE_MARKER);
    fs::write(&marker, []).map_err(|error| place(&marker, error))?;
    Ok((begun_before, lock))
}

/// Removes what a restore made; other people's files are left alone.
fn clear(home: &Path) -> std::io::Result<()> {
    for name in OURS {
        let path = home.join(name);
        if path.is_dir() {
            fs::remove_dir_all(&path)?;
        } else if path.exists() {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

fn restore_file(source: &mut Source, files: &FileStore, part: &FilePart) -> Result<()> {
    let name = part.path.strip_prefix("files/").unwrap_or_default();
    if name != part.sha256 || files.path_of(name).is_err() {
        return Err(damaged(&part.path));
    }
    let path = files.incoming().join(name);
    extract(source, part, &path)?;
    let stored = files.adopt(&path)?;
    if stored.digest == part.sha256 && stored.size == part.bytes { Ok(()) } else { Err(damaged(&part.path)) }
}

/// Copies an entry to a private file and compares it.
fn extract(source: &mut Source, part: &FilePart, path: &Path) -> Result<()> {
    let entry = source.entry(&part.path, part.bytes).map_err(|_| damaged(&part.path))?;
    let mut reader = Hashing::new(entry);
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| place(path, error))?;
    std::io::copy(&mut reader, &mut file).map_err(|error| match error.kind() {
        // The zip's own check of the entry.
        std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::Other => {
            damaged(&part.path)
        }
        _ => place(path, error),
    })?;
    file.sync_all().map_err(|error| place(path, error))?;
    if reader.finish() == (part.bytes, part.sha256.clone()) { Ok(()) } else { Err(damaged(&part.path)) }
}

/// Writes configuration and certificates; returns whether the configuration named a database, and a folder of files.
fn restore_home(source: &mut Source, manifest: &Manifest, home: &Path) -> Result<[bool; 2]> {
    let mut switched_off = [false; 2];
    for part in &manifest.home {
        let Some(name) = part.path.strip_prefix("home/").filter(|name| stays_inside(name)) else {
            return Err(damaged(&part.path));
        };
        let path = home.join(name);
        if let Some(parent) = path.parent() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(parent).map_err(|error| place(parent, error))?;
        }
        extract(source, part, &path)?;
        if name == "mingcha.toml" {
            let text = fs::read_to_string(&path).map_err(|error| place(&path, error))?;
            // The lines name the database and the folder that the backup was made of. Left in, the next start would write
            // there.
            let mut lines = Vec::new();
            for line in text.lines() {
                let names =
                    |key: &str| line.trim_start().strip_prefix(key).is_some_and(|r| r.trim_start().starts_with('='));
                let named = ["database", "files"].map(names);
                switched_off = [switched_off[0] | named[0], switched_off[1] | named[1]];
                lines.push(if named.contains(&true) { format!("# {line}") } else { line.to_owned() });
            }
            if switched_off.contains(&true) {
                fs::write(&path, lines.join("\n") + "\n").map_err(|error| place(&path, error))?;
            }
        }
    }
    Ok(switched_off)
}

/// Loads and compares all rows in one transaction.
async fn load(
    source: &mut Source,
    manifest: &Manifest,
    tables: &[Table],
    store: &Store,
    begun_before: bool,
    progress: Progress<'_>,
) -> Result<Vec<TableComparison>> {
    let live = dump::live_tables(&mut store.read().await?).await?;
    if live.is_empty() {
        store.migrate_first(manifest.migrations.len()).await?;
    } else if !live.iter().any(|name| name == "migration") {
        return Err(Error::conflict("OPS-006").with("table", live.first().cloned().unwrap_or_default()));
    } else {
        let pending = store.pending_migrations().await?.len();
        if pending + manifest.migrations.len() != store::migration_names().len() {
            return Err(Error::conflict("OPS-006").with("table", "migration"));
        }
    }
    let mut tx = store.write().await?;
    if let Some(table) = first_with_rows(&mut tx, tables).await? {
        if begun_before {
            // Either an earlier run committed just before it ended, or somebody else's rows are here: comparing tells.
            return compare(&mut tx, manifest, tables, progress)
                .await
                .map_err(|_| Error::conflict("OPS-006").with("table", table));
        }
        return Err(Error::conflict("OPS-006").with("table", table));
    }
    let total = manifest.tables.iter().map(|part| part.rows).sum();
    let mut done = 0;
    for (table, part) in tables.iter().zip(&manifest.tables) {
        load_table(source, &mut tx, table, part, &mut |rows| {
            done += rows;
            progress(text::upkeep::ROWS, done, total);
        })
        .await?;
    }
    let compared = compare(&mut tx, manifest, tables, progress).await?;
    kernel::point("restore.loaded");
    tx.commit().await?;
    Ok(compared)
}

async fn first_with_rows(tx: &mut Tx, tables: &[Table]) -> Result<Option<&'static str>> {
    for table in tables {
        if dump::count(tx, table).await? > 0 {
            return Ok(Some(table.name));
        }
    }
    Ok(None)
}

async fn load_table(
    source: &mut Source,
    tx: &mut Tx,
    table: &Table,
    part: &TablePart,
    loaded: &mut (dyn FnMut(u64) + Send),
) -> Result<()> {
    let name = part.entry();
    let entry = source.entry(&name, part.bytes).map_err(|_| damaged(&name))?;
    let mut reader = BufReader::with_capacity(1 << 16, Hashing::new(entry));
    let (mut rows, mut line, mut count) = (Vec::new(), Vec::new(), 0_u64);
    loop {
        line.clear();
        let n = (&mut reader).take(LINE_BYTES_MAX).read_until(b'\n', &mut line).map_err(|_| damaged(&name))?;
        if n > 0 {
            count += 1;
            let row = dump::read_line(table, &line);
            rows.push(row.map_err(|_| damaged(&format!("{name}:{count}")))?);
        }
        if rows.len() >= CHUNK_ROWS || (n == 0 && !rows.is_empty()) {
            let chunk = std::mem::take(&mut rows);
            loaded(chunk.len() as u64);
            dump::load(tx, table, chunk).await.map_err(|error| match error {
                store::StoreError::Duplicate(_) => damaged(&name),
                other => other.into(),
            })?;
        }
        if n == 0 {
            break;
        }
    }
    let (bytes, sha256) = reader.into_inner().finish();
    if (bytes, &sha256, count) == (part.bytes, &part.sha256, part.rows) { Ok(()) } else { Err(damaged(&name)) }
}

/// Reads every table back and compares it with the list.
async fn compare(
    tx: &mut Tx,
    manifest: &Manifest,
    tables: &[Table],
    progress: Progress<'_>,
) -> Result<Vec<TableComparison>> {
    let mut compared = Vec::new();
    for (at, (table, part)) in tables.iter().zip(&manifest.tables).enumerate() {
        progress(text::upkeep::COMPARING, at as u64, tables.len() as u64);
        let (found, sha256) = table::digest(tx, table).await?;
        if (found, &sha256) != (part.rows, &part.sha256) {
            return Err(damaged(&part.entry()));
        }
        compared.push(TableComparison { name: part.name.clone(), expected: part.rows, found, sha256 });
    }
    Ok(compared)
}

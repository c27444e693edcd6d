//! Writes database and files at one point in time into a zip file or a folder, also while the server runs.
//!
//! The rows come from one snapshot of the database. The files that they name are copied afterwards: a file is written
//! before the row that names it and never changes, so what the snapshot names is there.
//!
//! All or nothing: a table or a column that this program does not know, left by a newer one or by hand, would be missing from
//! the backup without a word, so it refuses.

use std::path::Path;

use store::dump;

use super::archive::{self, Sink};
use super::manifest::{FORMAT, FilePart, MANIFEST, MANIFEST_DIGEST, Manifest, TablePart, table_entry};
use kernel::job::Progress;
use kernel::{Error, Platform, Result, folder};

/// Files of the home folder that a backup takes along: the configuration and the certificates.
const HOME_FILES: &[&str] =
    &["mingcha.toml", "tls/ca.pem", "tls/ca-key.pem", "tls/server.pem", "tls/server-key.pem", "tls/names"];
/// Rows between two reports of progress.
const REPORT_ROWS: u64 = 5_000;

/// What a backup holds.
#[derive(Clone, Debug, serde::Serialize)]
pub struct BackupReport {
    /// Tables with their rows.
    pub tables: Vec<(String, u64)>,
    /// Rows of all tables.
    pub rows: u64,
    /// Content-addressed files.
    pub files: u64,
    /// Their bytes.
    pub file_bytes: u64,
    /// Files of the home folder, by path.
    pub home: Vec<String>,
    /// Digests of files that rows name and that are missing or damaged.
    pub missing: Vec<String>,
}

/// Writes a backup of the platform and of its `home` folder to `target`, which must not exist yet. With `incomplete` it
/// goes on when a file is missing or damaged and lists it.
///
/// # Errors
/// `OPS-001` if `target` exists, `OPS-010` if another process writes it, `OPS-002` if a file is missing or damaged, `OPS-008` if the schema is not up to date,
/// `STOR-006` if a newer program has changed it, `OPS-009` if the database holds more than this program knows, `STOR-011`
/// if the disk of `target` has too little space; `Unavailable` or `Internal` if database or disk fail. Then nothing is left at
/// `target`.
pub async fn backup(
    platform: &Platform,
    home: &Path,
    target: &Path,
    incomplete: bool,
    progress: Progress<'_>,
) -> Result<BackupReport> {
    if target.exists() {
        return Err(Error::conflict("OPS-001").with("path", target.display()));
    }
    if !platform.pending_migrations().await?.is_empty() {
        return Err(Error::conflict("OPS-008"));
    }
    let beside = archive::folder_of(target);
    archive::sweep(beside).map_err(|error| place(beside, error))?;
    let mut sink = Sink::create(target).map_err(|error| match error.kind() {
        std::io::ErrorKind::ResourceBusy => Error::conflict("OPS-010").with("path", target.display()),
        _ => place(target, error),
    })?;
    match write(platform, home, &mut sink, incomplete, progress).await {
        Ok(report) => {
            sink.finish().map_err(|error| place(target, error))?;
            Ok(report)
        }
        Err(error) => {
            // The first failure is the one that matters; what could not be removed is replaced by the next run.
            sink.abandon().ok();
            Err(error)
        }
    }
}

async fn write(
    platform: &Platform,
    home: &Path,
    sink: &mut Sink,
    incomplete: bool,
    progress: Progress<'_>,
) -> Result<BackupReport> {
    let migrations = store::migration_names();
    let tables = store::tables_after(migrations.len());
    let mut conn = platform.store().snapshot().await?;
    let unknown = dump::unknown_parts(&mut conn, &tables).await?;
    if !unknown.is_empty() {
        return Err(Error::conflict("OPS-009").with("tables", unknown.join("、")));
    }
    let digests = dump::named_files(&mut conn, &tables).await?;
    folder::require_space(sink.folder(), space(platform, sink, dump::bytes(&mut conn).await?, &digests))?;
    let mut parts = Vec::new();
    let mut total = 0;
    for table in &tables {
        if !dump::LEFT_OUT.contains(&table.name) {
            total += dump::count(&mut conn, table).await?;
        }
    }
    let made_at = platform.now();
    let mut done = 0;
    for table in tables.iter().filter(|table| !dump::LEFT_OUT.contains(&table.name)) {
        sink.begin(&table_entry(table.name), false).map_err(|error| place(sink.folder(), error))?;
        let rows = dump::table_lines(&mut conn, table, |line| {
            done += 1;
            if done % REPORT_ROWS == 0 {
                progress(text::upkeep::ROWS, done, total);
            }
            sink.write(line)
        })
        .await?;
        let (bytes, sha256) = sink.end().map_err(|error| place(sink.folder(), error))?;
        let columns = table.columns.iter().map(|column| column.name.to_owned()).collect();
        parts.push(TablePart { name: table.name.to_owned(), columns, rows, bytes, sha256 });
    }
    drop(conn);
    kernel::point("backup.tables");
    let (files, missing) = copy_files(platform, sink, &digests, incomplete, progress)?;
    let home = copy_home(home, sink)?;
    let report = BackupReport {
        tables: parts.iter().map(|part| (part.name.clone(), part.rows)).collect(),
        rows: done,
        files: files.len() as u64,
        file_bytes: files.iter().map(|file| file.bytes).sum(),
        home: home.iter().map(|file| file.path.clone()).collect(),
        missing: missing.clone(),
    };
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        made_at: made_at.rfc3339(),
        engine: match platform.store().engine() {
            store::Engine::Sqlite => "sqlite",
            store::Engine::Postgres => "postgres",
        }
        .to_owned(),
        migrations: migrations.iter().map(|name| (*name).to_owned()).collect(),
        tables: parts,
        files,
        home,
        missing,
        left_out: dump::LEFT_OUT.iter().map(|name| (*name).to_owned()).collect(),
    };
    let text = serde_json::to_vec_pretty(&manifest)?;
    last(sink, &text).map_err(|error| place(sink.folder(), error))?;
    Ok(report)
}

/// Writes the list and its digest.
fn last(sink: &mut Sink, list: &[u8]) -> std::io::Result<()> {
    sink.begin(MANIFEST, false)?;
    sink.write(list)?;
    let (_, digest) = sink.end()?;
    sink.begin(MANIFEST_DIGEST, false)?;
    sink.write(digest.as_bytes())?;
    sink.end().map(drop)
}

/// Bytes that the backup may need: the files as they are, for they are not compressed, and the rows. As lines these take up
/// to twice their place in the database; in a zip file under half of that.
fn space(platform: &Platform, sink: &Sink, database: u64, digests: &[String]) -> u64 {
    let sizes = digests.iter().filter_map(|digest| platform.files().path_of(digest).ok()?.metadata().ok());
    let files: u64 = sizes.map(|metadata| metadata.len()).sum();
    let rows = if sink.compresses() { database } else { database.saturating_mul(2) };
    files.saturating_add(rows)
}

/// The files and the digests of those that could not be copied whole.
fn copy_files(
    platform: &Platform,
    sink: &mut Sink,
    digests: &[String],
    incomplete: bool,
    progress: Progress<'_>,
) -> Result<(Vec<FilePart>, Vec<String>)> {
    let (mut files, mut missing) = (Vec::new(), Vec::new());
    for (at, digest) in digests.iter().enumerate() {
        progress(text::upkeep::FILES, at as u64, digests.len() as u64);
        // Checked first: a damaged file must not be copied under the name of the whole one.
        let path = match platform.files().check(digest) {
            Ok(_) => platform.files().existing(digest)?,
            Err(_) if incomplete => {
                missing.push(digest.clone());
                continue;
            }
            Err(files::FileError::NotFound(_) | files::FileError::Corrupt { .. } | files::FileError::BadDigest(_)) => {
                return Err(Error::conflict("OPS-002").with("digest", digest));
            }
            Err(other) => return Err(other.into()),
        };
        let entry = format!("files/{digest}");
        let (bytes, sha256) = sink.copy(&entry, &path).map_err(|error| place(&path, error))?;
        if sha256 != *digest {
            return Err(Error::conflict("OPS-002").with("digest", digest));
        }
        files.push(FilePart { path: entry, bytes, sha256 });
    }
    Ok((files, missing))
}

fn copy_home(home: &Path, sink: &mut Sink) -> Result<Vec<FilePart>> {
    let mut files = Vec::new();
    for name in HOME_FILES {
        let path = home.join(name);
        if path.is_file() {
            let entry = format!("home/{name}");
            let (bytes, sha256) = sink.copy(&entry, &path).map_err(|error| place(&path, error))?;
            files.push(FilePart { path: entry, bytes, sha256 });
        }
    }
    Ok(files)
}

/// A failure of the disk with its place.
pub(super) fn place(path: &Path, error: std::io::Error) -> Error {
    Error::at_path(path, &error)
}

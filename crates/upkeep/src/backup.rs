//! Writes database and files at one point in time into a zip file or a folder, also while the server runs.
//!
//! The rows come from one snapshot of the database. The files that they name are copied afterwards: a file is written
//! before the row that names it and never changes, so what the snapshot names is there.

use std::path::Path;

use store::dump;

use super::archive::Sink;
use super::manifest::{FORMAT, FilePart, MANIFEST, MANIFEST_DIGEST, Manifest, TablePart, table_entry};
use kernel::job::Progress;
use kernel::{Error, Platform, Result};

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
/// `OPS-001` if `target` exists, `OPS-002` if a file is missing or damaged, `OPS-008` if the schema is not up to date,
/// `Internal` if database or disk fail. Then nothing is left at `target`.
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
    let mut sink = Sink::create(target).map_err(|error| place(target, error))?;
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
        sink.begin(&table_entry(table.name), false).map_err(Error::internal)?;
        let rows = dump::table_lines(&mut conn, table, |line| {
            done += 1;
            if done % REPORT_ROWS == 0 {
                progress(text::upkeep::ROWS, done, total);
            }
            sink.write(line)
        })
        .await?;
        let (bytes, sha256) = sink.end().map_err(Error::internal)?;
        let columns = table.columns.iter().map(|column| column.name.to_owned()).collect();
        parts.push(TablePart { name: table.name.to_owned(), columns, rows, bytes, sha256 });
    }
    let digests = dump::named_files(&mut conn, &tables).await?;
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
    sink.begin(MANIFEST, false).and_then(|()| sink.write(&text)).map_err(Error::internal)?;
    let (_, digest) = sink.end().map_err(Error::internal)?;
    sink.begin(MANIFEST_DIGEST, false).and_then(|()| sink.write(digest.as_bytes())).map_err(Error::internal)?;
    sink.end().map_err(Error::internal)?;
    Ok(report)
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
    Error::internal(format!("{}: {error}", path.display()))
}

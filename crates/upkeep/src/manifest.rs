//! The list of what a backup holds, with the digest of every part. It is written last: a backup without it is none.

use serde::{Deserialize, Serialize};

/// Name of the list inside a backup; its own SHA-256 stands beside it in `manifest.json.sha256`.
pub(super) const MANIFEST: &str = "manifest.json";
/// Name of the file with the list's digest.
pub(super) const MANIFEST_DIGEST: &str = "manifest.json.sha256";
/// The form of a backup; a reader refuses another.
pub(super) const FORMAT: &str = "mingcha-backup-1";
/// Bytes of the list at most: about a million files.
pub(super) const MANIFEST_BYTES_MAX: u64 = 256 << 20;

/// The list.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub format: String,
    /// The moment of the snapshot, RFC 3339.
    pub made_at: String,
    /// The engine that it was made of; for people only.
    pub engine: String,
    /// The steps of the schema.
    pub migrations: Vec<String>,
    pub tables: Vec<TablePart>,
    pub files: Vec<FilePart>,
    /// Files of the home folder: the configuration and the certificates.
    pub home: Vec<FilePart>,
    /// Digests that rows name and that could not be read: only in a backup that was asked to go on.
    pub missing: Vec<String>,
    /// Tables that are left out on purpose.
    pub left_out: Vec<String>,
}

/// A table's rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TablePart {
    pub name: String,
    pub columns: Vec<String>,
    pub rows: u64,
    pub bytes: u64,
    pub sha256: String,
}

impl TablePart {
    /// Its name inside the backup.
    pub fn entry(&self) -> String {
        table_entry(&self.name)
    }
}

/// A file: in `files/` under its digest, in `home/` under its path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FilePart {
    pub path: String,
    pub bytes: u64,
    pub sha256: String,
}

/// Where a table's rows lie.
pub(super) fn table_entry(table: &str) -> String {
    format!("tables/{table}.jsonl")
}

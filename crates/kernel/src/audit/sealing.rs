//! Seals over rows: what a command leaves in tables that people are told facts from goes into its event as a digest, slice by
//! slice, so that the log covers the rows, too. The rows as they were written are kept beside it, to say later which one differs.

use domain::ids::{FileId, TaskId};
use domain::projection::Projection;
use files::FileStore;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use store::repo::event::Event;
use store::repo::file::File;
use store::repo::projection::{self as repo, Sealed};
use store::{Conn, Tx};

use crate::{Ctx, Error, Result};

/// The key of an event's data under which its seals stand.
const KEY: &str = "seals";
/// Bytes of canonical rows that are kept in the database; longer ones go into a file.
const INLINE_BYTES_MAX: usize = 32 << 10;

/// The seals of a running command.
#[derive(Debug)]
pub(crate) struct Seals {
    files: FileStore,
    taken: Vec<Taken>,
}

#[derive(Debug)]
struct Taken {
    of: Projection,
    slice: String,
    task: Option<TaskId>,
    rows: Vec<u8>,
}

/// A note that is to be written behind its event.
#[derive(Debug)]
pub(crate) struct Noted {
    sealed: Sealed,
    /// Of the canonical rows.
    bytes: i64,
}

/// A seal as an event holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) of: Projection,
    pub(super) slice: String,
    /// From 1: how often the slice was sealed.
    pub(super) n: i64,
    /// SHA-256 over the canonical rows, hex.
    pub(super) digest: String,
}

/// The seals in an event's data; a seal that cannot be read counts as absent, and its note is then found to be without one.
pub(super) fn held(data: &str) -> Vec<Held> {
    // Most events have none; those are not parsed.
    if !data.contains("\"seals\"") {
        return Vec::new();
    }
    let Ok(data) = serde_json::from_str::<Value>(data) else { return Vec::new() };
    let seals = data.get(KEY).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    seals
        .iter()
        .filter_map(|seal| {
            Some(Held {
                of: Projection::from_code(seal.get("of")?.as_str()?)?,
                slice: seal.get("slice")?.as_str()?.to_owned(),
                n: seal.get("n")?.as_i64()?,
                digest: seal.get("rows")?.as_str()?.to_owned(),
            })
        })
        .collect()
}

impl Seals {
    pub(crate) fn new(files: FileStore) -> Self {
        Self { files, taken: Vec::new() }
    }

    /// Reads the rows of a slice as they are now. A slice that is taken twice counts as it was the last time.
    pub(crate) async fn take(&mut self, conn: &mut Conn, of: Projection, slice: String) -> Result<()> {
        let mut rows = Vec::new();
        repo::lines(conn, of, &slice, |line| rows.extend_from_slice(line)).await?;
        let task = repo::task_of(conn, of, &slice).await?;
        self.taken.retain(|taken| taken.of != of || taken.slice != slice);
        self.taken.push(Taken { of, slice, task, rows });
        Ok(())
    }

    /// Puts the seals into the data of the event that is about to be written; gives the notes to be written behind it.
    pub(crate) async fn notes(&mut self, conn: &mut Conn, data: &mut Value) -> Result<Vec<Noted>> {
        let (mut seals, mut notes) = (Vec::new(), Vec::new());
        for Taken { of, slice, task, rows } in std::mem::take(&mut self.taken) {
            let n = repo::times(conn, of, &slice).await? + 1;
            let digest = hex::encode(Sha256::digest(&rows));
            seals.push(json!({ "of": of.code(), "slice": slice, "n": n, "rows": digest }));
            let bytes = i64::try_from(rows.len()).unwrap_or(i64::MAX);
            let (text, file) = if rows.len() <= INLINE_BYTES_MAX {
                (Some(String::from_utf8(rows).map_err(Error::internal)?), None)
            } else {
                let files = self.files.clone();
                let stored = tokio::task::spawn_blocking(move || files.put(&rows)).await.map_err(Error::internal)??;
                (None, Some(stored.digest))
            };
            let sealed = Sealed {
                projection: of,
                slice,
                task_id: task,
                n,
                digest,
                text,
                file,
                event: None,
                checked_at: None,
                fault: None,
                fault_at: None,
            };
            notes.push(Noted { sealed, bytes });
        }
        if !seals.is_empty() {
            if data.is_null() {
                *data = json!({});
            }
            let map = data.as_object_mut().ok_or_else(|| Error::internal("the data of an event is no object"))?;
            map.insert(KEY.to_owned(), Value::Array(seals));
        }
        Ok(notes)
    }

    /// Writes the notes of an event. The file of long rows gets a row of its own, so that a later seal does not orphan it.
    pub(crate) async fn write(&self, tx: &mut Tx, ctx: &Ctx, (event, notes): (&Event, Vec<Noted>)) -> Result<()> {
        for Noted { sealed: note, bytes } in notes {
            if let Some(digest) = &note.file {
                let row = File {
                    id: FileId::from_parts(ctx.ms(), ctx.ten()),
                    digest: digest.clone(),
                    size: bytes,
                    media_type: "application/jsonl".to_owned(),
                    name: format!("{}.jsonl", note.projection.code()),
                    purpose: "sealed_rows".to_owned(),
                    subject_kind: "projection".to_owned(),
                    subject_id: note.slice.clone(),
                    agency_id: event.agency_id,
                    created_by: event.actor.clone(),
                    created_at: event.at,
                };
                store::repo::file::insert(tx, &row).await?;
            }
            repo::put(tx, &Sealed { event: Some(event.id), ..note }).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seals_are_read_out_of_an_events_data() {
        let check = |data: &str, expect: usize| assert_eq!(held(data).len(), expect, "{data}");
        check("{}", 0);
        check("not json \"seals\"", 0);
        check(r#"{"seals":[{"of":"drawn","slice":"a","n":1,"rows":"00"}]}"#, 1);
        check(
            r#"{"seals":[{"of":"nothing","slice":"a","n":1,"rows":"00"},{"of":"draw","slice":"a","n":2,"rows":"00"}]}"#,
            1,
        );
        check(r#"{"seals":[{"of":"drawn","slice":"a","n":"1","rows":"00"}]}"#, 0);
    }
}

//! One slice of a projection against its event: the digest over the rows as they are now, and where it differs, which rows.

use std::collections::BTreeMap;

use domain::projection::Projection;
use domain::state::{AttemptState, TaskState};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use store::Conn;
use store::repo::projection::{self as repo, Sealed};
use store::repo::task::Standing;
use store::repo::{event, task};
use store::told::spec;
use text::Label as _;

use super::fault::{AuditFault, Place};
use super::sealing::held;
use crate::{Platform, Result};

/// Faults named of one slice at most.
const FAULTS_MAX: usize = 20;
/// Characters of a value that a fault shows.
const VALUE_CHARS_MAX: usize = 60;

/// What was compared.
#[derive(Clone, Debug, Default)]
pub(super) struct Compared {
    /// Rows of the slice.
    pub(super) rows: u64,
    /// What does not hold.
    pub(super) faults: Vec<AuditFault>,
}

/// Where a slice is, for people.
pub(super) async fn place(conn: &mut Conn, note: &Sealed) -> Result<Place> {
    let task = match note.task_id {
        Some(id) => match task::by_id_unscoped(conn, id).await {
            Ok(task) => task.number,
            // The task itself is gone or cannot be read; what belongs to it is still named.
            Err(store::StoreError::NotFound | store::StoreError::Corrupt { .. }) => id.to_string(),
            Err(other) => return Err(other.into()),
        },
        None => String::new(),
    };
    Ok(Place { of: note.projection, slice: note.slice.clone(), task, row: String::new() })
}

/// Compares one slice, and the state of a task with what follows from its other rows. A value that cannot be read is a fault of the
/// slice. The connection must be a snapshot in which the note was read, or what a command writes meanwhile
/// would look like a difference.
pub(super) async fn compare(platform: &Platform, conn: &mut Conn, note: &Sealed) -> Result<Compared> {
    let mut compared = match compare_rows(platform, conn, note).await {
        Ok(compared) => compared,
        Err(error) => match error.unreadable() {
            None => return Err(error),
            Some(detail) => {
                let fault = AuditFault::Unreadable { place: place(conn, note).await?, detail };
                Compared { rows: 0, faults: vec![fault] }
            }
        },
    };
    if note.projection == Projection::Task
        && let Some(standing) = task::standing_unscoped(conn, &note.slice).await?
    {
        let possible = possible(&standing);
        if !possible.iter().any(|state| state.code() == standing.state) {
            let label =
                |state: &str| state.parse::<TaskState>().map_or_else(|_| state.to_owned(), |s| s.label().to_owned());
            let expected: Vec<_> = possible.iter().map(|state| state.label()).collect();
            compared.faults.push(AuditFault::ChangedState {
                place: place(conn, note).await?,
                expected: expected.join("、"),
                found: label(&standing.state),
            });
        }
    }
    Ok(compared)
}

/// The states that a task may be in by its latest attempt and its announcement. None if those do not agree with each other.
fn possible(standing: &Standing) -> &'static [TaskState] {
    use TaskState::{Approved, Committed, Draft, Drawn, Failed, Sealed, Voided};
    let Some((attempt, state)) = &standing.attempt else {
        return if standing.published { &[] } else { &[Draft, Approved, Voided] };
    };
    let Ok(state) = state.parse::<AttemptState>() else { return &[] };
    let after = matches!(state, AttemptState::Committed | AttemptState::Drawn | AttemptState::Failed);
    if standing.committed != after || standing.published != (state == AttemptState::Drawn) {
        // What everybody was told is the last word.
        return if standing.published { &[Drawn] } else { &[] };
    }
    match state {
        AttemptState::Frozen | AttemptState::Requested if *attempt > 1 => &[Failed, Voided],
        AttemptState::Frozen | AttemptState::Requested => &[Approved, Voided],
        AttemptState::Sealed => &[Sealed, Voided],
        AttemptState::Committed => &[Committed],
        AttemptState::Drawn => &[Drawn],
        AttemptState::Failed => &[Failed, Voided],
    }
}

async fn compare_rows(platform: &Platform, conn: &mut Conn, note: &Sealed) -> Result<Compared> {
    let mut hasher = Sha256::new();
    let rows = repo::lines(conn, note.projection, &note.slice, |line| hasher.update(line)).await?;
    let found = hex::encode(hasher.finalize());
    let mut compared = Compared { rows, faults: Vec::new() };
    if note.n == 0 {
        if rows > 0 {
            compared.faults.push(AuditFault::UnsealedRows { place: place(conn, note).await? });
        }
        return Ok(compared);
    }
    let sealed = match note.event {
        Some(id) => event::by_id_unscoped(conn, id).await?.map(|event| held(&event.data)).unwrap_or_default(),
        None => Vec::new(),
    };
    let sealed =
        sealed.into_iter().find(|held| held.of == note.projection && held.slice == note.slice && held.n == note.n);
    let expected = sealed.as_ref().map_or(&note.digest, |held| &held.digest);
    if sealed.as_ref().is_none_or(|held| held.digest != note.digest) {
        compared.faults.push(AuditFault::ChangedNote { place: place(conn, note).await? });
    }
    if *expected == found {
        return Ok(compared);
    }
    let place = place(conn, note).await?;
    match record(platform, note, expected).await? {
        None => compared.faults.push(AuditFault::LostRecord { place }),
        Some(record) => {
            let mut now = Vec::new();
            repo::lines(conn, note.projection, &note.slice, |line| now.extend_from_slice(line)).await?;
            compared.faults.extend(differences(note.projection, &place, &record, &now));
        }
    }
    Ok(compared)
}

/// The rows as they were written, if they are still those of the digest.
async fn record(platform: &Platform, note: &Sealed, expected: &str) -> Result<Option<Vec<u8>>> {
    let bytes = match (&note.text, &note.file) {
        (Some(text), _) => Some(text.clone().into_bytes()),
        (None, Some(file)) => {
            let (files, file) = (platform.files().clone(), file.clone());
            // A file that is gone or rotten is no record; the doctor's check of the files names it.
            tokio::task::spawn_blocking(move || files.read(&file).ok()).await.map_err(crate::Error::internal)?
        }
        (None, None) => None,
    };
    Ok(bytes.filter(|bytes| hex::encode(Sha256::digest(bytes)) == expected))
}

type Rows = BTreeMap<String, Vec<Value>>;

/// The rows of canonical lines by what names them.
fn rows(of: Projection, lines: &[u8]) -> Rows {
    let spec = spec(of);
    let mut rows = Rows::new();
    for line in lines.split(|byte| *byte == b'\n').skip(1).filter(|line| !line.is_empty()) {
        let Ok(cells) = serde_json::from_slice::<Vec<Value>>(line) else { continue };
        let cell = |name: &str| {
            let at = spec.columns.iter().position(|column| *column == name)?;
            Some(match cells.get(at)? {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            })
        };
        // A stratum of one cell has an empty one.
        let told = |key: &str| cell(key).filter(|value| !value.is_empty());
        let name = |key: &&str| Some(format!("{} {}", text::audit::column_label(key), told(key)?));
        let mut named: Vec<String> = spec.key.iter().filter_map(name).collect();
        // What a person knows the row by stands beside its key.
        named.extend(
            ["code", "name"].iter().filter(|beside| !spec.key.contains(beside)).filter_map(|beside| cell(beside)),
        );
        let key = spec.key.iter().filter_map(|key| cell(key)).collect::<Vec<_>>().join("\u{1f}");
        rows.insert(key, std::iter::once(Value::from(named.join("，"))).chain(cells.iter().cloned()).collect());
    }
    rows
}

/// What differs between the rows that were written and those that are there.
fn differences(of: Projection, place: &Place, record: &[u8], now: &[u8]) -> Vec<AuditFault> {
    let (was, is) = (rows(of, record), rows(of, now));
    let name = |cells: &[Value]| cells.first().and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut faults = Vec::new();
    for (key, cells) in &was {
        match is.get(key) {
            None => faults.push(AuditFault::MissingRow { place: place.at(name(cells)) }),
            Some(there) => {
                let columns = spec(of).columns.iter().zip(cells.iter().skip(1).zip(there.iter().skip(1)));
                for (column, (expected, found)) in columns.filter(|(_, (expected, found))| expected != found) {
                    let (within, expected, found) = deeper(expected, found);
                    let column = if within.is_empty() { (*column).to_owned() } else { format!("{column}/{within}") };
                    faults.push(AuditFault::ChangedRow { place: place.at(name(cells)), column, expected, found });
                }
            }
        }
        if faults.len() >= FAULTS_MAX {
            break;
        }
    }
    let extra = is.iter().filter(|(key, _)| !was.contains_key(*key));
    faults.extend(extra.map(|(_, cells)| AuditFault::ExtraRow { place: place.at(name(cells)) }));
    faults.truncate(FAULTS_MAX);
    faults
}

/// Two values as a fault shows them; where both are documents, the first place at which they differ.
fn deeper(expected: &Value, found: &Value) -> (String, String, String) {
    let document = |value: &Value| value.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    if let (Some(was), Some(is)) = (document(expected), document(found))
        && (was.is_object() || was.is_array())
        && let Some((path, was, is)) = first_difference(&was, &is)
    {
        return (path.join("/"), shown(&was), shown(&is));
    }
    (String::new(), shown(expected), shown(found))
}

fn first_difference(was: &Value, is: &Value) -> Option<(Vec<String>, Value, Value)> {
    let within = |name: String, was: &Value, is: &Value| {
        first_difference(was, is).map(|(mut path, was, is)| {
            path.insert(0, name);
            (path, was, is)
        })
    };
    match (was, is) {
        _ if was == is => None,
        (Value::Object(left), Value::Object(right)) => left.keys().chain(right.keys()).find_map(|key| {
            within(key.clone(), left.get(key).unwrap_or(&Value::Null), right.get(key).unwrap_or(&Value::Null))
        }),
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            left.iter().zip(right).enumerate().find_map(|(at, (left, right))| within((at + 1).to_string(), left, right))
        }
        _ => Some((Vec::new(), was.clone(), is.clone())),
    }
}

fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => return text::audit::value(None),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let short: String = text.chars().take(VALUE_CHARS_MAX).collect();
    text::audit::value(Some(&if short.len() < text.len() { format!("{short}…") } else { short }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn found(record: &str, now: &str) -> Vec<String> {
        let place =
            Place { of: Projection::PublishedDrawn, slice: "t".to_owned(), task: "T1".to_owned(), row: String::new() };
        let with_head = |rows: &str| format!("[]\n{rows}").into_bytes();
        let faults = differences(Projection::PublishedDrawn, &place, &with_head(record), &with_head(now));
        faults.iter().map(|fault| format!("{} {}", fault.code(), fault.words())).collect()
    }

    #[test]
    fn a_difference_is_named_by_row_column_and_values() {
        let row = |n: u8, code: &str, name: &str| format!("[{n},\"{code}\",\"{name}\",\"U\",\"E1\",\"L\",\"00\"]\n");
        let (one, two) = (row(1, "A", "甲"), row(2, "B", "乙"));
        let both = format!("{one}{two}");
        assert!(found(&both, &both).is_empty());
        let changed = found(&both, &format!("{one}{}", row(2, "B", "丙")));
        assert_eq!(changed.len(), 1);
        assert!(
            changed[0].starts_with("changed-row 任务 T1 的“公布的抽取名单”（序号 2，B，乙）的名称被改动"),
            "{changed:?}"
        );
        assert!(changed[0].contains("写入时是 “乙”，现在是 “丙”"), "{changed:?}");
        assert!(found(&both, &one)[0].starts_with("missing-row"));
        assert!(found(&one, &both)[0].starts_with("extra-row"));
        let many: String = (1..=200).map(|n| row(n, "A", "甲")).collect();
        assert_eq!(found(&many, "").len(), FAULTS_MAX);
    }

    #[test]
    fn within_a_document_the_first_place_is_named() {
        let was = Value::from(r#"{"a":1,"list":[{"x":"y"},{"x":"z"}]}"#);
        let is = Value::from(r#"{"a":1,"list":[{"x":"y"},{"x":"w"}]}"#);
        assert_eq!(deeper(&was, &is), ("list/2/x".to_owned(), "“z”".to_owned(), "“w”".to_owned()));
        assert_eq!(deeper(&Value::Null, &Value::from(3)), (String::new(), "空".to_owned(), "“3”".to_owned()));
        let long = "长".repeat(VALUE_CHARS_MAX + 1);
        assert!(shown(&Value::from(long)).ends_with("…”"));
    }
}

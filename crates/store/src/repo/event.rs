//! Events: one append-only business fact per command; and the log that orders and seals them afterwards.

use domain::agency::Scope;
use domain::ids::{AgencyId, EventId};
use domain::time::Instant;

use super::{Page, Window, path_end, unsigned};
use crate::{Conn, Result, Row, Tx, insert_rows, values};

/// An event. It holds no plaintext id numbers or phone numbers.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// When.
    pub at: Instant,
    /// What: the event name of the use case, e.g. `subject.imported`.
    pub kind: String,
    /// The post that acted, or `system`, or `party:<name>`.
    pub actor: String,
    /// The person's name of that day.
    pub actor_name: String,
    /// The agency acted for.
    pub agency_id: Option<AgencyId>,
    /// The agency's name of that day.
    pub agency_name: String,
    /// Kind of thing it happened to: `task`, `subject`, `import` …
    pub subject_kind: String,
    /// That thing's id.
    pub subject_id: String,
    /// Facts, as JSON text with sorted keys.
    pub data: String,
    /// The request it came with.
    pub request_id: String,
}

const COLUMNS: &str = "event.id, event.at, event.kind, event.actor, event.actor_name, event.agency_id, event.agency_name, event.subject_kind, event.subject_id, event.data, event.request_id";

fn read(row: &Row) -> Result<Event> {
    Ok(Event {
        id: row.parse("id")?,
        at: row.instant("at")?,
        kind: row.text("kind")?,
        actor: row.text("actor")?,
        actor_name: row.text("actor_name")?,
        agency_id: row.opt_parse("agency_id")?,
        agency_name: row.text("agency_name")?,
        subject_kind: row.text("subject_kind")?,
        subject_id: row.text("subject_id")?,
        data: row.text("data")?,
        request_id: row.text("request_id")?,
    })
}

/// Appends an event.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn insert(tx: &mut Tx, event: &Event) -> Result<()> {
    tx.execute(
        "INSERT INTO event (id, at, kind, actor, actor_name, agency_id, agency_name, subject_kind, subject_id, data, request_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        values![
            event.id.to_string(),
            event.at,
            &event.kind,
            &event.actor,
            &event.actor_name,
            event.agency_id.map(|id| id.to_string()),
            &event.agency_name,
            &event.subject_kind,
            &event.subject_id,
            &event.data,
            &event.request_id
        ],
    )
    .await?;
    Ok(())
}

/// What a list of events is narrowed to; an empty text means all.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Event kind or its first part (`task`).
    pub kind: String,
    /// Kind of thing.
    pub subject_kind: String,
    /// Id of thing.
    pub subject_id: String,
    /// Not before.
    pub from: Option<Instant>,
    /// Before.
    pub to: Option<Instant>,
}

/// What the list can be sorted by.
const SORTS: &[(&str, &str)] = &[
    ("at", "event.at"),
    ("kind", "event.kind"),
    ("actor", "event.actor_name"),
    ("agency", "agency.path"),
    ("subject", "event.subject_kind"),
];

/// A window of the events of the scope, newest first.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn list(conn: &mut Conn, scope: &Scope, filter: &EventFilter, window: Window) -> Result<Page<Event>> {
    let prefix = scope.prefix();
    let condition = "FROM event JOIN agency ON agency.id = event.agency_id
         WHERE agency.path >= $1 AND agency.path < $2
         AND ($3 = '' OR event.kind = $3 OR event.kind LIKE $3 || '.%')
         AND ($4 = '' OR event.subject_kind = $4) AND ($5 = '' OR event.subject_id = $5)
         AND ($6 = 0 OR event.at >= $6) AND ($7 = 0 OR event.at < $7)";
    let values = values![
        prefix,
        path_end(prefix),
        &filter.kind,
        &filter.subject_kind,
        &filter.subject_id,
        filter.from.map_or(0, |i| i.unix_ms()),
        filter.to.map_or(0, |i| i.unix_ms())
    ];
    let total = conn.int(&format!("SELECT COUNT(*) {condition}"), values.clone()).await?;
    let clause = window.clause(SORTS, "event.at DESC, event.id DESC");
    let rows = conn.rows(&format!("SELECT {COLUMNS} {condition} {clause}"), values).await?;
    Ok(Page { rows: rows.iter().map(read).collect::<Result<_>>()?, total: unsigned(total) })
}

/// Events that the log does not hold yet and that happened before `before`, oldest first.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn unsealed(conn: &mut Conn, before: Instant, rows_max: u32) -> Result<Vec<Event>> {
    conn.rows(
        &format!(
            "SELECT {COLUMNS} FROM event LEFT JOIN log_leaf ON log_leaf.event_id = event.id
             WHERE log_leaf.event_id IS NULL AND event.at < $1 ORDER BY event.at, event.id LIMIT {rows_max}"
        ),
        values![before],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// A leaf of the log with the event it seals.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// Position, from 0.
    pub seq: i64,
    /// Leaf hash, hex.
    pub hash: String,
    /// The event.
    pub event: Event,
}

/// A head of the log's tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeHead {
    /// Leaves it covers.
    pub size: i64,
    /// Root, hex.
    pub root: String,
    /// Roots of its perfect subtrees from left to right, hex, joined by commas.
    pub frontier: String,
    /// When it was made.
    pub at: Instant,
}

fn read_head(row: &Row) -> Result<TreeHead> {
    Ok(TreeHead {
        size: row.int("size")?,
        root: row.text("root")?,
        frontier: row.text("frontier")?,
        at: row.instant("at")?,
    })
}

/// The newest head.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn newest_head(conn: &mut Conn) -> Result<Option<TreeHead>> {
    conn.row("SELECT size, root, frontier, at FROM tree_head ORDER BY size DESC LIMIT 1", vec![])
        .await?
        .as_ref()
        .map(read_head)
        .transpose()
}

/// All heads, oldest first.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn heads(conn: &mut Conn) -> Result<Vec<TreeHead>> {
    conn.rows("SELECT size, root, frontier, at FROM tree_head ORDER BY size", vec![])
        .await?
        .iter()
        .map(read_head)
        .collect()
}

/// The fact of the installation that remembers the newest head outside of the log's own tables.
const LOG_HEAD_FACT: &str = "log_head";

/// What the log's tables and the memory beside them say of its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEnd {
    /// Leaves that the newest head covers; 0 without a head.
    pub size: i64,
    /// The newest head's root, hex; empty without a head.
    pub root: String,
    /// The number behind the last leaf.
    pub leaves: i64,
    /// Size and root of the newest head, as they were remembered when it was made.
    pub remembered: Option<String>,
}

impl LogEnd {
    /// The newest head as it is remembered; `None` without a head.
    #[must_use]
    pub fn newest(&self) -> Option<String> {
        (self.size > 0 || !self.root.is_empty()).then(|| remembered(self.size, &self.root))
    }

    /// Whether head, leaves and memory agree.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.size == self.leaves && self.newest() == self.remembered
    }
}

fn remembered(size: i64, root: &str) -> String {
    format!("{size} {root}")
}

/// The log's end. One statement, so that all of it is of one moment.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn log_end(conn: &mut Conn) -> Result<LogEnd> {
    let sql = "SELECT COALESCE((SELECT MAX(size) FROM tree_head), 0) AS size,
             COALESCE((SELECT root FROM tree_head ORDER BY size DESC LIMIT 1), '') AS root,
             COALESCE((SELECT MAX(seq) + 1 FROM log_leaf), 0) AS leaves,
             (SELECT value FROM installation WHERE name = $1) AS remembered";
    let row = conn.row(sql, values![LOG_HEAD_FACT]).await?.ok_or(crate::StoreError::NotFound)?;
    Ok(LogEnd {
        size: row.int("size")?,
        root: row.text("root")?,
        leaves: row.int("leaves")?,
        remembered: row.opt_text("remembered")?,
    })
}

/// Appends leaves and the head over them, and remembers the head outside of the log's tables.
///
/// # Errors
/// `Duplicate` if another sealer was quicker: then the caller reads anew.
pub async fn seal(tx: &mut Tx, leaves: &[(i64, EventId, String)], head: &TreeHead) -> Result<()> {
    let rows = leaves.iter().map(|(seq, id, hash)| values![*seq, id.to_string(), hash]).collect();
    insert_rows(tx, "log_leaf", &["seq", "event_id", "hash"], rows).await?;
    tx.execute(
        "INSERT INTO tree_head (size, root, frontier, at) VALUES ($1, $2, $3, $4)",
        values![head.size, &head.root, &head.frontier, head.at],
    )
    .await?;
    super::installation::set(tx, LOG_HEAD_FACT, &remembered(head.size, &head.root)).await
}

/// Leaves from `from` on, in order, with their events; for verifying the log.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn leaves(conn: &mut Conn, from: i64, rows_max: u32) -> Result<Vec<Leaf>> {
    conn.rows(
        &format!(
            "SELECT {COLUMNS}, log_leaf.seq, log_leaf.hash FROM log_leaf JOIN event ON event.id = log_leaf.event_id
             WHERE log_leaf.seq >= $1 ORDER BY log_leaf.seq LIMIT {rows_max}"
        ),
        values![from],
    )
    .await?
    .iter()
    .map(|row| Ok(Leaf { seq: row.int("seq")?, hash: row.text("hash")?, event: read(row)? }))
    .collect()
}

/// One event, whosever it is; for comparing a seal's note with it.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn by_id_unscoped(conn: &mut Conn, id: EventId) -> Result<Option<Event>> {
    let sql = format!("SELECT {COLUMNS} FROM event WHERE event.id = $1");
    conn.row(&sql, values![id.to_string()]).await?.as_ref().map(read).transpose()
}

/// How many events there are, and how many of them the log holds.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn counts(conn: &mut Conn) -> Result<(u64, u64)> {
    let events = conn.int("SELECT COUNT(*) FROM event", vec![]).await?;
    let leaves = conn.int("SELECT COUNT(*) FROM log_leaf", vec![]).await?;
    Ok((unsigned(events), unsigned(leaves)))
}

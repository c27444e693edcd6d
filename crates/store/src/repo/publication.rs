//! What the public front reads, and nothing else. No function here touches another table.

use domain::ids::TaskId;
use domain::time::Instant;

use super::{PAGE_ROWS_MAX, Page, like, unsigned};
use crate::{Conn, Result, Row, StoreError, Tx, Value, insert_rows, values};

/// Something announced.
#[derive(Clone, Debug)]
pub struct Publication {
    /// Its id.
    pub id: String,
    /// What kind: `draw`.
    pub kind: String,
    /// The task.
    pub task_id: TaskId,
    /// The task's number.
    pub number: String,
    /// Title.
    pub title: String,
    /// Name of the organiser.
    pub organiser: String,
    /// Everything else, JSON.
    pub content: String,
    /// Digest of the bundle in the file store, once there is one.
    pub bundle_file: Option<String>,
    /// When it was first announced.
    pub published_at: Instant,
}

const COLUMNS: &str = "id, kind, task_id, number, title, organiser, content, bundle_file, published_at";

fn read(row: &Row) -> Result<Publication> {
    Ok(Publication {
        id: row.text("id")?,
        kind: row.text("kind")?,
        task_id: row.parse("task_id")?,
        number: row.text("number")?,
        title: row.text("title")?,
        organiser: row.text("organiser")?,
        content: row.text("content")?,
        bundle_file: row.opt_text("bundle_file")?,
        published_at: row.instant("published_at")?,
    })
}

/// Announces, or brings the announcement of the same kind and task up to date; number, id and first instant stay.
///
/// # Errors
/// See [`StoreError`].
pub async fn put(tx: &mut Tx, p: &Publication) -> Result<()> {
    tx.execute(
        "INSERT INTO publication (id, kind, task_id, number, title, organiser, content, bundle_file, published_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (kind, task_id) DO UPDATE SET title = excluded.title, organiser = excluded.organiser, content = excluded.content,
             bundle_file = excluded.bundle_file",
        values![
            &p.id,
            &p.kind,
            p.task_id.to_string(),
            &p.number,
            &p.title,
            &p.organiser,
            &p.content,
            p.bundle_file.clone(),
            p.published_at
        ],
    )
    .await?;
    Ok(())
}

/// One announcement of a task, if it was announced.
///
/// # Errors
/// See [`StoreError`].
pub async fn of_task(conn: &mut Conn, kind: &str, task: TaskId) -> Result<Option<Publication>> {
    conn.row(
        &format!("SELECT {COLUMNS} FROM publication WHERE kind = $1 AND task_id = $2"),
        values![kind, task.to_string()],
    )
    .await?
    .as_ref()
    .map(read)
    .transpose()
}

/// The announcement with the task's number.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn by_number(conn: &mut Conn, kind: &str, number: &str) -> Result<Publication> {
    let row = conn
        .row(&format!("SELECT {COLUMNS} FROM publication WHERE kind = $1 AND number = $2"), values![kind, number])
        .await?
        .ok_or(StoreError::NotFound)?;
    read(&row)
}

/// Announcements, newest first. `text` empty means all; `page` counts from 0.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(conn: &mut Conn, kind: &str, text: &str, page: u32, per_page: u32) -> Result<Page<Publication>> {
    let per_page = per_page.clamp(1, PAGE_ROWS_MAX);
    let from = r"FROM publication WHERE kind = $1
        AND ($2 = '%%' OR title LIKE $2 ESCAPE '\' OR number LIKE $2 ESCAPE '\' OR organiser LIKE $2 ESCAPE '\')";
    let total = conn.int(&format!("SELECT COUNT(*) {from}"), values![kind, like(text)]).await?;
    let rows = conn
        .rows(
            &format!("SELECT {COLUMNS} {from} ORDER BY published_at DESC, id DESC LIMIT $3 OFFSET $4"),
            values![kind, like(text), i64::from(per_page), i64::from(page) * i64::from(per_page)],
        )
        .await?;
    Ok(Page { rows: rows.iter().map(read).collect::<Result<_>>()?, total: unsigned(total) })
}

/// The announcements in whose drawn lists a code stands, newest first, at most `limit`.
///
/// # Errors
/// See [`StoreError`].
pub async fn with_code(conn: &mut Conn, kind: &str, code: &str, limit: u32) -> Result<Vec<Publication>> {
    conn.rows(
        &format!(
            "SELECT {COLUMNS} FROM publication WHERE kind = $1
             AND id IN (SELECT publication_id FROM publication_drawn WHERE code = $2)
             ORDER BY published_at DESC, id DESC LIMIT $3"
        ),
        values![kind, code, i64::from(limit)],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// A drawn object as the public sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedDrawn {
    /// Place in the list, from 1.
    pub position: i64,
    /// Code.
    pub code: String,
    /// Name of the roll's day.
    pub name: String,
    /// Unit that checks it.
    pub unit: String,
    /// Code of the stratum.
    pub stratum: String,
    /// What the stratum is called.
    pub stratum_label: String,
    /// Ticket, hex.
    pub ticket: String,
}

const DRAWN_COLUMNS: &str = "position, code, name, unit, stratum, stratum_label, ticket";

fn read_drawn(row: &Row) -> Result<PublishedDrawn> {
    Ok(PublishedDrawn {
        position: row.int("position")?,
        code: row.text("code")?,
        name: row.text("name")?,
        unit: row.text("unit")?,
        stratum: row.text("stratum")?,
        stratum_label: row.text("stratum_label")?,
        ticket: row.text("ticket")?,
    })
}

/// Publishes the drawn list.
///
/// # Errors
/// `Duplicate` if it is published already.
pub async fn insert_drawn(tx: &mut Tx, publication: &str, rows: &[PublishedDrawn]) -> Result<u64> {
    let columns = &["publication_id", "position", "code", "name", "unit", "stratum", "stratum_label", "ticket"];
    let rows = rows.iter().map(|row| {
        values![
            publication,
            row.position,
            &row.code,
            &row.name,
            &row.unit,
            &row.stratum,
            &row.stratum_label,
            &row.ticket
        ]
    });
    insert_rows(tx, "publication_drawn", columns, rows.collect()).await
}

/// What a published list is asked for; empty means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublishedFilter {
    /// Part of a name or a code.
    pub text: String,
    /// A unit, whole.
    pub unit: String,
    /// A stratum's code, whole.
    pub stratum: String,
}

/// `$1` to `$5`: the publication, then the filter. Codes are written in capitals; whoever types small letters means the same.
const DRAWN_FROM: &str = r"FROM publication_drawn WHERE publication_id = $1
    AND ($2 = '%%' OR name LIKE $2 ESCAPE '\' OR code LIKE $3 ESCAPE '\') AND ($4 = '' OR unit = $4) AND ($5 = '' OR stratum = $5)";

fn drawn_values(publication: &str, filter: &PublishedFilter) -> Vec<Value> {
    let text = filter.text.trim();
    values![publication, like(text), like(&text.to_ascii_uppercase()), &filter.unit, &filter.stratum]
}

/// How many rows of a published list the filter lets through.
///
/// # Errors
/// See [`StoreError`].
pub async fn drawn_count(conn: &mut Conn, publication: &str, filter: &PublishedFilter) -> Result<u64> {
    Ok(unsigned(conn.int(&format!("SELECT COUNT(*) {DRAWN_FROM}"), drawn_values(publication, filter)).await?))
}

/// One page of a published list. `page` counts from 0.
///
/// # Errors
/// See [`StoreError`].
pub async fn drawn(
    conn: &mut Conn,
    publication: &str,
    filter: &PublishedFilter,
    page: u32,
    per_page: u32,
) -> Result<Vec<PublishedDrawn>> {
    let per_page = per_page.clamp(1, PAGE_ROWS_MAX);
    let mut with_page = drawn_values(publication, filter);
    with_page.extend(values![i64::from(per_page), i64::from(page) * i64::from(per_page)]);
    conn.rows(&format!("SELECT {DRAWN_COLUMNS} {DRAWN_FROM} ORDER BY position LIMIT $6 OFFSET $7"), with_page)
        .await?
        .iter()
        .map(read_drawn)
        .collect()
}

/// The rows of a published list behind `after` (0 to begin), at most `limit`: for exports.
///
/// # Errors
/// See [`StoreError`].
pub async fn drawn_after(
    conn: &mut Conn,
    publication: &str,
    filter: &PublishedFilter,
    after: i64,
    limit: u32,
) -> Result<Vec<PublishedDrawn>> {
    let mut values = drawn_values(publication, filter);
    values.extend(values![after, i64::from(limit)]);
    conn.rows(&format!("SELECT {DRAWN_COLUMNS} {DRAWN_FROM} AND position > $6 ORDER BY position LIMIT $7"), values)
        .await?
        .iter()
        .map(read_drawn)
        .collect()
}

/// The units of a published list with their numbers.
///
/// # Errors
/// See [`StoreError`].
pub async fn units(conn: &mut Conn, publication: &str) -> Result<Vec<(String, u64)>> {
    conn.rows(
        "SELECT unit, COUNT(*) AS n FROM publication_drawn WHERE publication_id = $1 GROUP BY unit ORDER BY MIN(position) LIMIT 10000",
        values![publication],
    )
    .await?
    .iter()
    .map(|row| Ok((row.text("unit")?, unsigned(row.int("n")?))))
    .collect()
}

/// What was drawn of a stratum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedStratum {
    /// Code.
    pub code: String,
    /// What it is called.
    pub label: String,
    /// How many were drawn.
    pub drawn: u64,
    /// The greatest ticket among them, hex.
    pub threshold: String,
}

/// The strata of a published list, in its order. Strata of which nothing was drawn are absent.
///
/// # Errors
/// See [`StoreError`].
pub async fn strata(conn: &mut Conn, publication: &str) -> Result<Vec<PublishedStratum>> {
    conn.rows(
        "SELECT stratum, stratum_label, COUNT(*) AS n, MAX(ticket) AS threshold FROM publication_drawn
         WHERE publication_id = $1 GROUP BY stratum, stratum_label ORDER BY MIN(position) LIMIT 1000",
        values![publication],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(PublishedStratum {
            code: row.text("stratum")?,
            label: row.text("stratum_label")?,
            drawn: unsigned(row.int("n")?),
            threshold: row.text("threshold")?,
        })
    })
    .collect()
}

/// The rows of one code in a published list: one for each stratum in which it was drawn.
///
/// # Errors
/// See [`StoreError`].
pub async fn drawn_by_code(conn: &mut Conn, publication: &str, code: &str) -> Result<Vec<PublishedDrawn>> {
    conn.rows(
        &format!("SELECT {DRAWN_COLUMNS} FROM publication_drawn WHERE publication_id = $1 AND code = $2 ORDER BY position LIMIT 100"),
        values![publication, code],
    )
    .await?
    .iter()
    .map(read_drawn)
    .collect()
}

//! Deadlines as rows, so that clocks can alarm, be listed and be recounted when the calendar changes.

use chrono::NaiveDate;
use domain::agency::Scope;
use domain::deadline::Due;
use domain::ids::{AgencyId, DeadlineId};

use super::path_end;
use crate::{Conn, Result, Row, Tx, values};

/// A deadline.
#[derive(Clone, Debug)]
pub struct Deadline {
    /// Its id.
    pub id: DeadlineId,
    /// What is due: `receipt`, `matching` …
    pub kind: String,
    /// Kind of thing: `share`, `task` …
    pub subject_kind: String,
    /// That thing's id.
    pub subject_id: String,
    /// Who owes it.
    pub agency_id: AgencyId,
    /// The day it started; counting begins on the next.
    pub started_on: NaiveDate,
    /// The span, as `domain::deadline::Span` prints it.
    pub span: String,
    /// The last day on which it is met.
    pub due_on: NaiveDate,
    /// The calendar of the year it reaches into is not known yet.
    pub provisional: bool,
    /// The day on which it was met.
    pub met_on: Option<NaiveDate>,
    /// The rule it rests on.
    pub basis: String,
}

const COLUMNS: &str =
    "deadline.id, deadline.kind, deadline.subject_kind, deadline.subject_id, deadline.agency_id, deadline.started_on,
     deadline.span, deadline.due_on, deadline.provisional, deadline.met_on, deadline.basis";

fn read(row: &Row) -> Result<Deadline> {
    Ok(Deadline {
        id: row.parse("id")?,
        kind: row.text("kind")?,
        subject_kind: row.text("subject_kind")?,
        subject_id: row.text("subject_id")?,
        agency_id: row.parse("agency_id")?,
        started_on: row.parse("started_on")?,
        span: row.text("span")?,
        due_on: row.parse("due_on")?,
        provisional: row.flag("provisional")?,
        met_on: row.opt_parse("met_on")?,
        basis: row.text("basis")?,
    })
}

/// Starts a deadline.
///
/// # Errors
/// `Duplicate` if the thing has one of this kind already.
pub async fn insert(tx: &mut Tx, d: &Deadline) -> Result<()> {
    tx.execute(
        "INSERT INTO deadline (id, kind, subject_kind, subject_id, agency_id, started_on, span, due_on, provisional, met_on, basis)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        values![
            d.id.to_string(),
            &d.kind,
            &d.subject_kind,
            &d.subject_id,
            d.agency_id.to_string(),
            d.started_on,
            &d.span,
            d.due_on,
            d.provisional,
            d.met_on,
            &d.basis
        ],
    )
    .await?;
    Ok(())
}

/// Notes that a deadline was met; a thing without one is left alone.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn meet(tx: &mut Tx, kind: &str, subject_kind: &str, subject_id: &str, day: NaiveDate) -> Result<()> {
    tx.execute(
        "UPDATE deadline SET met_on = $1 WHERE kind = $2 AND subject_kind = $3 AND subject_id = $4 AND met_on IS NULL",
        values![day, kind, subject_kind, subject_id],
    )
    .await?;
    Ok(())
}

/// Lets a deadline begin anew on another day, because what starts it has happened now.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn restart(tx: &mut Tx, id: DeadlineId, started_on: NaiveDate, due: Due) -> Result<()> {
    tx.execute(
        "UPDATE deadline SET started_on = $1, due_on = $2, provisional = $3 WHERE id = $4",
        values![started_on, due.on, due.provisional, id.to_string()],
    )
    .await?;
    Ok(())
}

/// Takes back the deadlines of a thing that is no longer owed: a share that was returned.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn withdraw(tx: &mut Tx, subject_kind: &str, subject_id: &str) -> Result<()> {
    tx.execute("DELETE FROM deadline WHERE subject_kind = $1 AND subject_id = $2", values![subject_kind, subject_id])
        .await?;
    Ok(())
}

/// The deadlines of one thing, the next one first; of two on one day receipt stands before matching.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn of_subject(conn: &mut Conn, subject_kind: &str, subject_id: &str) -> Result<Vec<Deadline>> {
    conn.rows(
        &format!("SELECT {COLUMNS} FROM deadline WHERE deadline.subject_kind = $1 AND deadline.subject_id = $2 ORDER BY deadline.due_on, deadline.started_on, deadline.kind DESC LIMIT 100"),
        values![subject_kind, subject_id],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// What is still due in the scope, earliest first.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn open(conn: &mut Conn, scope: &Scope, rows_max: u32) -> Result<Vec<Deadline>> {
    let prefix = scope.prefix();
    conn.rows(
        &format!(
            "SELECT {COLUMNS} FROM deadline JOIN agency ON agency.id = deadline.agency_id
             WHERE deadline.met_on IS NULL AND agency.path >= $1 AND agency.path < $2 ORDER BY deadline.due_on, deadline.id LIMIT {rows_max}"
        ),
        values![prefix, path_end(prefix)],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// Deadlines that are not met and that a calendar of `year` may move: they started by its end, and end in it or later or
/// are provisional. `after` is the last id that was read; whatever the scope, because the calendar is everyone's.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn touched_by_year_unscoped(
    conn: &mut Conn,
    year: i32,
    after: Option<DeadlineId>,
    rows_max: u32,
) -> Result<Vec<Deadline>> {
    conn.rows(
        &format!(
            "SELECT {COLUMNS} FROM deadline
             WHERE deadline.met_on IS NULL AND deadline.id > $1 AND deadline.started_on <= $2
             AND (deadline.due_on >= $3 OR deadline.provisional = 1) ORDER BY deadline.id LIMIT {rows_max}"
        ),
        values![after.map_or(String::new(), |id| id.to_string()), format!("{year}-12-31"), format!("{year}-01-01")],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// Moves a deadline to the day that a changed calendar gives.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn recount(tx: &mut Tx, id: DeadlineId, due: Due) -> Result<()> {
    tx.execute(
        "UPDATE deadline SET due_on = $1, provisional = $2 WHERE id = $3",
        values![due.on, due.provisional, id.to_string()],
    )
    .await?;
    Ok(())
}

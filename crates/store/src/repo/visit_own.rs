//! The visits of one person: those whose team has the inspector that an account is confirmed to be. No scope is asked
//! for: the person's own seat is the narrowest there is.

use chrono::NaiveDate;
use domain::ids::{AccountId, VisitId};
use domain::state::VisitState;

use super::{Page, unsigned};
use crate::{Conn, Result, Row, values};

/// A visit as the person who goes needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnVisit {
    /// Its id.
    pub id: VisitId,
    /// Its number.
    pub number: String,
    /// The object's code, of the roll's day.
    pub code: String,
    /// The object's name, of the roll's day.
    pub name: String,
    /// State.
    pub state: VisitState,
    /// The day for which it is planned.
    pub planned_on: NaiveDate,
    /// Seat of the person in the team: 0 leads.
    pub seat: i64,
    /// Title of the task.
    pub task_title: String,
    /// Last day of the task's visits.
    pub window_to: NaiveDate,
    /// The object's address today.
    pub address: String,
    /// Legal representative or person in charge today.
    pub legal_person: String,
    /// That person's phone.
    pub phone: String,
}

/// Which days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Before this day, the oldest first.
    Before(NaiveDate),
    /// On this day.
    On(NaiveDate),
    /// After this day, the next first.
    After(NaiveDate),
}

const OWN: &str = "FROM assignment JOIN inspector ON inspector.id = assignment.inspector_id
     JOIN visit ON visit.id = assignment.visit_id JOIN task ON task.id = visit.task_id
     JOIN subject ON subject.id = visit.subject_id
     WHERE inspector.account_id = $1 AND inspector.account_confirmed_at IS NOT NULL AND inspector.left_on IS NULL
     AND visit.state <> 'dropped' AND task.state <> 'voided'";

fn read(row: &Row) -> Result<OwnVisit> {
    Ok(OwnVisit {
        id: row.parse("id")?,
        number: row.text("number")?,
        code: row.text("code")?,
        name: row.text("name")?,
        state: row.parse("state")?,
        planned_on: row.parse("planned_on")?,
        seat: row.int("seat")?,
        task_title: row.text("title")?,
        window_to: row.parse("window_to")?,
        address: row.text("address")?,
        legal_person: row.text("legal_person")?,
        phone: row.text("phone")?,
    })
}

/// The account's own visits of some days, `rows_max` at most, and how many there are.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn list(conn: &mut Conn, account: AccountId, when: When, rows_max: u32) -> Result<Page<OwnVisit>> {
    let (test, day) = condition(when);
    let values = values![account.to_string(), day];
    let total = conn.int(&format!("SELECT COUNT(*) {OWN} AND visit.planned_on {test} $2"), values.clone()).await?;
    let rows = conn
        .rows(
            &format!(
                "SELECT visit.id, visit.number, visit.code, visit.name, visit.state, visit.planned_on, assignment.seat, task.title,
                 task.window_to, subject.address, subject.legal_person, subject.phone {OWN} AND visit.planned_on {test} $2
                 ORDER BY visit.planned_on, visit.number LIMIT {rows_max}"
            ),
            values,
        )
        .await?;
    Ok(Page { rows: rows.iter().map(read).collect::<Result<_>>()?, total: unsigned(total) })
}

/// How many own visits of some days there are, and the first of those days.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn count(conn: &mut Conn, account: AccountId, when: When) -> Result<(u64, Option<NaiveDate>)> {
    let (test, day) = condition(when);
    let row = conn
        .row(
            &format!("SELECT COUNT(*) AS n, MIN(visit.planned_on) AS first {OWN} AND visit.planned_on {test} $2"),
            values![account.to_string(), day],
        )
        .await?;
    row.map_or(Ok((0, None)), |row| Ok((unsigned(row.int("n")?), row.opt_parse("first")?)))
}

const fn condition(when: When) -> (&'static str, NaiveDate) {
    match when {
        When::Before(day) => ("<", day),
        When::On(day) => ("=", day),
        When::After(day) => (">", day),
    }
}

//! How many visits an inspector has had and will have: for the directory's pages. Matching counts its own loads, from the
//! sealed documents, and reads nothing here.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::ids::{InspectorId, SubjectId, VisitId};

use super::{in_chunks, unsigned};
use crate::{Conn, Result, values};

/// Visits of one inspector that are shown at most.
const SHOWN_ROWS_MAX: i64 = 200;

/// A visit to which an inspector was matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignedVisit {
    /// The visit.
    pub visit_id: VisitId,
    /// Its number.
    pub number: String,
    /// The day for which it is planned, as written; may be empty.
    pub planned_on: String,
    /// The object's name today.
    pub subject_name: String,
    /// Number of the task.
    pub task_number: String,
    /// Title of the task.
    pub task_title: String,
}

/// How many visits each of these inspectors was matched to; who has none is absent.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn loads(conn: &mut Conn, inspectors: &[InspectorId]) -> Result<HashMap<InspectorId, u64>> {
    let mut loads = HashMap::new();
    for (places, values) in in_chunks(inspectors) {
        let sql = format!(
            "SELECT inspector_id, COUNT(*) AS n FROM assignment WHERE inspector_id IN ({places}) GROUP BY inspector_id"
        );
        for row in &conn.rows(&sql, values).await? {
            loads.insert(row.parse("inspector_id")?, unsigned(row.int("n")?));
        }
    }
    Ok(loads)
}

/// The visits of one inspector, the latest planned first. The caller has made sure that the inspector lies in its scope.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn visits(conn: &mut Conn, id: InspectorId) -> Result<Vec<AssignedVisit>> {
    conn.rows(
        &format!(
            "SELECT visit.id, visit.number, visit.planned_on, subject.name AS subject_name, task.number AS task_number, task.title
             FROM assignment JOIN visit ON visit.id = assignment.visit_id JOIN subject ON subject.id = visit.subject_id
             JOIN task ON task.id = visit.task_id
             WHERE assignment.inspector_id = $1 ORDER BY visit.planned_on DESC, visit.number DESC LIMIT {SHOWN_ROWS_MAX}"
        ),
        values![id.to_string()],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(AssignedVisit {
            visit_id: row.parse("id")?,
            number: row.text("number")?,
            planned_on: row.text("planned_on")?,
            subject_name: row.text("subject_name")?,
            task_number: row.text("task_number")?,
            task_title: row.text("title")?,
        })
    })
    .collect()
}

/// How many visits of an inspector are planned from one day to another, both included.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn planned_between(conn: &mut Conn, id: InspectorId, from: NaiveDate, to: NaiveDate) -> Result<u64> {
    let n = conn
        .int(
            "SELECT COUNT(*) FROM assignment JOIN visit ON visit.id = assignment.visit_id
             WHERE assignment.inspector_id = $1 AND visit.planned_on >= $2 AND visit.planned_on <= $3",
            values![id.to_string(), from, to],
        )
        .await?;
    Ok(unsigned(n))
}

/// Visits of an inspector that are planned for `day` or later, or for no day yet, and the last of those days, as written.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn open_from(conn: &mut Conn, id: InspectorId, day: NaiveDate) -> Result<(u64, String)> {
    let row = conn
        .row(
            "SELECT COUNT(*) AS n, COALESCE(MAX(visit.planned_on), '') AS last FROM assignment JOIN visit ON visit.id = assignment.visit_id
             WHERE assignment.inspector_id = $1 AND (visit.planned_on >= $2 OR visit.planned_on = '')",
            values![id.to_string(), day],
        )
        .await?
        .ok_or(crate::StoreError::NotFound)?;
    Ok((unsigned(row.int("n")?), row.text("last")?))
}

/// Visits of an inspector whose planned day lies before `day` and whose documents nobody has printed for that day. What came of a
/// visit is not recorded, so that this is what can be said about visits that were not made.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn unprepared_before(conn: &mut Conn, id: InspectorId, day: NaiveDate) -> Result<u64> {
    let n = conn
        .int(
            "SELECT COUNT(*) FROM assignment JOIN visit ON visit.id = assignment.visit_id
             WHERE assignment.inspector_id = $1 AND visit.planned_on < $2 AND visit.planned_on <> '' AND visit.state = 'matched'",
            values![id.to_string(), day],
        )
        .await?;
    Ok(unsigned(n))
}

/// How many visits of an inspector to one object are planned for `day` or later.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn planned_at(conn: &mut Conn, id: InspectorId, subject: SubjectId, day: NaiveDate) -> Result<u64> {
    let n = conn
        .int(
            "SELECT COUNT(*) FROM assignment JOIN visit ON visit.id = assignment.visit_id
             WHERE assignment.inspector_id = $1 AND visit.subject_id = $2 AND visit.planned_on >= $3",
            values![id.to_string(), subject.to_string(), day],
        )
        .await?;
    Ok(unsigned(n))
}

//! The draws that an object came out of: for its page. What a draw is stays in the repositories of the ceremony.

use chrono::NaiveDate;
use domain::ids::{SubjectId, TaskId, VisitId};
use domain::time::Instant;

use crate::{Conn, Result, values};

/// Draws of one object that are shown at most.
const DRAWS_ROWS_MAX: i64 = 200;

/// One time that an object was drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectDraw {
    /// The task.
    pub task_id: TaskId,
    /// Its number.
    pub task_number: String,
    /// Its title.
    pub task_title: String,
    /// Whether the draw was a rehearsal.
    pub rehearsal: bool,
    /// The stratum in which it was drawn.
    pub stratum: String,
    /// Its place there, from 1.
    pub rank: i64,
    /// Whether it was drawn as a reserve.
    pub reserve: bool,
    /// When the draw ended.
    pub drawn_at: Instant,
    /// The visit that followed, if the list was dispatched.
    pub visit_id: Option<VisitId>,
    /// That visit's number.
    pub visit_number: Option<String>,
    /// The day for which it is planned.
    pub planned_on: Option<NaiveDate>,
}

/// The draws that held and brought this object out, newest first. A drawn list is public, so the task's agency does not
/// matter; the caller has made sure that the object lies in its scope.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn draws(conn: &mut Conn, id: SubjectId) -> Result<Vec<SubjectDraw>> {
    conn.rows(
        &format!(
            "SELECT task.id, task.number, task.title, task.rehearsal, drawn.stratum, drawn.rank, drawn.reserve, draw.ended_at,
                    visit.id AS visit_id, visit.number AS visit_number, visit.planned_on
             FROM drawn JOIN draw ON draw.id = drawn.draw_id JOIN task ON task.id = draw.task_id
             LEFT JOIN visit ON visit.task_id = task.id AND visit.subject_id = drawn.subject_id
             WHERE drawn.subject_id = $1 AND draw.ended_at IS NOT NULL AND draw.failure IS NULL
             ORDER BY draw.ended_at DESC, drawn.stratum, drawn.rank LIMIT {DRAWS_ROWS_MAX}"
        ),
        values![id.to_string()],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(SubjectDraw {
            task_id: row.parse("id")?,
            task_number: row.text("number")?,
            task_title: row.text("title")?,
            rehearsal: row.flag("rehearsal")?,
            stratum: row.text("stratum")?,
            rank: row.int("rank")?,
            reserve: row.flag("reserve")?,
            drawn_at: row.instant("ended_at")?,
            visit_id: row.opt_parse("visit_id")?,
            visit_number: row.opt_text("visit_number")?,
            planned_on: row.opt_text("planned_on")?.filter(|day| !day.is_empty()).and_then(|day| domain::time::parse_day(&day)),
        })
    })
    .collect()
}

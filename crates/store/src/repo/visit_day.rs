//! The days of visits: in which order they get one, how many lie on each, who goes on them, and what was changed after the
//! inspectors were matched.

use chrono::NaiveDate;
use domain::ids::{AgencyId, InspectorId, ShareId, SubjectId, VisitId};
use domain::time::Instant;

use super::visit::{self, Visit};
use crate::{Conn, Result, StoreError, Tx, values};

/// The visits of a share that wait for inspectors, each with its object, in the order of codes.
///
/// # Errors
/// See [`StoreError`].
pub async fn waiting(conn: &mut Conn, share: ShareId) -> Result<Vec<(VisitId, SubjectId)>> {
    conn.rows(
        "SELECT visit.id, visit.subject_id FROM visit WHERE visit.share_id = $1 AND visit.state = 'waiting' ORDER BY visit.code",
        values![share.to_string()],
    )
    .await?
    .iter()
    .map(|row| Ok((row.parse("id")?, row.parse("subject_id")?)))
    .collect()
}

/// Gives visits of a share that wait for inspectors their days: runs of ids with one day each.
///
/// # Errors
/// See [`StoreError`].
pub async fn set_days(tx: &mut Tx, share: ShareId, days: &[(VisitId, NaiveDate)]) -> Result<u64> {
    let mut moved = 0;
    for run in days.chunk_by(|a, b| a.1 == b.1) {
        let ids: Vec<VisitId> = run.iter().map(|(id, _)| *id).collect();
        if let Some((_, day)) = run.first() {
            moved += visit::plan(tx, share, &ids, *day).await?;
        }
    }
    Ok(moved)
}

/// How many visits of a share lie on each day, in the order of the days; the caller has read the share within a scope.
///
/// # Errors
/// See [`StoreError`].
pub async fn days(conn: &mut Conn, share: ShareId) -> Result<Vec<(NaiveDate, i64)>> {
    conn.rows(
        "SELECT planned_on, COUNT(*) AS visits FROM visit WHERE share_id = $1 GROUP BY planned_on ORDER BY planned_on LIMIT 2000",
        values![share.to_string()],
    )
    .await?
    .iter()
    .map(|row| Ok((row.parse("planned_on")?, row.int("visits")?)))
    .collect()
}

/// Who goes on which visits on a day, of one unit: (inspector, visit), whatever the task.
///
/// # Errors
/// See [`StoreError`].
pub async fn seats_on(conn: &mut Conn, agency: AgencyId, day: NaiveDate) -> Result<Vec<(InspectorId, VisitId)>> {
    conn.rows(
        "SELECT assignment.inspector_id, assignment.visit_id FROM assignment JOIN visit ON visit.id = assignment.visit_id
         WHERE visit.planned_on = $1 AND assignment.inspector_id IN (SELECT id FROM inspector WHERE agency_id = $2)
         ORDER BY assignment.inspector_id, assignment.visit_id",
        values![day, agency.to_string()],
    )
    .await?
    .iter()
    .map(|row| Ok((row.parse("inspector_id")?, row.parse("visit_id")?)))
    .collect()
}

/// On how many days some inspector of a share makes more than `max` visits, this share's among them: a matching seats at
/// random and knows no limit a day. Counted by inspector and day.
///
/// # Errors
/// See [`StoreError`].
pub async fn over_limit(conn: &mut Conn, share: ShareId, max: u16) -> Result<i64> {
    conn.int(
        "SELECT COUNT(*) FROM (
             SELECT assignment.inspector_id, visit.planned_on FROM assignment JOIN visit ON visit.id = assignment.visit_id
             WHERE assignment.inspector_id IN (
                 SELECT mine.inspector_id FROM assignment mine JOIN visit own ON own.id = mine.visit_id WHERE own.share_id = $1)
             GROUP BY assignment.inspector_id, visit.planned_on
             HAVING COUNT(*) > $2 AND COUNT(CASE WHEN visit.share_id = $1 THEN 1 END) > 0) AS crowded",
        values![share.to_string(), i64::from(max)],
    )
    .await
}

/// One change of a visit's day after its inspectors were matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayChange {
    /// The day before.
    pub from: NaiveDate,
    /// The day since.
    pub to: NaiveDate,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: Instant,
}

/// Moves matched visits to another day, each with a row that says who, when and why. What was printed names the old day, so
/// a visit whose papers are ready is to be printed again.
///
/// # Errors
/// [`StoreError::Stale`] if one of them has changed meanwhile.
pub async fn move_matched(
    tx: &mut Tx,
    visits: &[Visit],
    to: NaiveDate,
    (reason, by_post, by_name): (&str, &str, &str),
    now: Instant,
) -> Result<()> {
    for visit in visits {
        let id = visit.id.to_string();
        let touched = tx
            .execute(
                "UPDATE visit SET planned_on = $1, state = 'matched', version = version + 1
                 WHERE id = $2 AND version = $3 AND state IN ('matched', 'prepared')",
                values![to, &id, visit.version],
            )
            .await?;
        if touched == 0 {
            return Err(StoreError::Stale);
        }
        tx.execute(
            "INSERT INTO visit_day (visit_id, n, from_day, to_day, reason, by_post, by_name, at)
             SELECT $1, COALESCE(MAX(n), 0) + 1, $2, $3, $4, $5, $6, $7 FROM visit_day WHERE visit_id = $1",
            values![&id, visit.planned_on, to, reason, by_post, by_name, now],
        )
        .await?;
    }
    Ok(())
}

/// The changes of a visit's day, the first one first; the caller has read the visit within a scope.
///
/// # Errors
/// See [`StoreError`].
pub async fn day_changes(conn: &mut Conn, visit: VisitId) -> Result<Vec<DayChange>> {
    conn.rows(
        "SELECT from_day, to_day, reason, by_name, at FROM visit_day WHERE visit_id = $1 ORDER BY n LIMIT 200",
        values![visit.to_string()],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(DayChange {
            from: row.parse("from_day")?,
            to: row.parse("to_day")?,
            reason: row.text("reason")?,
            by: row.text("by_name")?,
            at: row.instant("at")?,
        })
    })
    .collect()
}

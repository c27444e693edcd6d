//! What a dispatch reads and writes in bulk: a task's drawn objects, the items of its list, and the new shares with their
//! visits. Everything here is called by one job, which has checked who asked for it.

use chrono::NaiveDate;
use domain::agency::{AgencyPath, Scope};
use domain::ids::{AgencyId, DrawId, ShareId, SubjectId, TaskId, VisitId};
use domain::item::VisitProblem;
use domain::state::TaskState;
use domain::subject::{SubjectKind, Tag};
use domain::time::Instant;

use super::path_end;
use crate::{Conn, Result, StoreError, Tx, insert_rows, values};

/// Most drawn objects of one task, a province's largest.
pub const DRAWN_MAX: usize = 50_000;

/// A task as its dispatch needs it.
#[derive(Clone, Debug)]
pub struct Source {
    /// The task.
    pub task_id: TaskId,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Its organiser.
    pub agency_id: AgencyId,
    /// The organiser's name.
    pub agency_name: String,
    /// The organiser's place in the tree.
    pub agency_path: AgencyPath,
    /// State.
    pub state: TaskState,
    /// First day of visits.
    pub window_from: NaiveDate,
    /// Last day of visits.
    pub window_to: NaiveDate,
    /// The pinned revision of the item list.
    pub item_list_id: String,
    /// The last attempt with a result.
    pub draw_id: Option<DrawId>,
    /// The scheme as it was approved.
    pub scheme: String,
    /// Shares that exist already.
    pub shares: i64,
}

/// One object in one stratum.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The stratum.
    pub stratum: String,
    /// The object.
    pub subject_id: SubjectId,
    /// Its code on the roll's day.
    pub code: String,
    /// Its name on the roll's day.
    pub name: String,
    /// Its registering agency on the roll's day.
    pub agency_id: AgencyId,
    /// Its kind.
    pub kind: SubjectKind,
}

/// Drawn objects of one agency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitCount {
    /// The agency.
    pub agency_id: AgencyId,
    /// Its name.
    pub agency_name: String,
    /// Objects, each counted once however many strata drew it.
    pub objects: i64,
}

/// A share to be written.
#[derive(Clone, Debug)]
pub struct NewShare {
    /// Its id.
    pub id: ShareId,
    /// Its agency.
    pub agency_id: AgencyId,
    /// Number of its visits.
    pub visits: i64,
}

/// A visit to be written.
#[derive(Clone, Debug)]
pub struct NewVisit {
    /// Its id.
    pub id: VisitId,
    /// Its share.
    pub share_id: ShareId,
    /// Its agency.
    pub agency_id: AgencyId,
    /// The object.
    pub subject_id: SubjectId,
    /// The object's code.
    pub code: String,
    /// The object's name.
    pub name: String,
    /// Number.
    pub number: String,
    /// Planned day.
    pub planned_on: NaiveDate,
    /// Strata, joined by commas.
    pub strata: String,
    /// Codes of the items on its form, in order.
    pub items: Vec<String>,
    /// What has to be settled first.
    pub problem: Option<VisitProblem>,
}

/// A task within the scope, as its dispatch needs it.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn source(conn: &mut Conn, scope: &Scope, task: TaskId) -> Result<Source> {
    let prefix = scope.prefix();
    let row = conn
        .row(
            "SELECT task.id, task.number, task.title, task.agency_id, agency.name AS agency_name, agency.path, task.state,
             task.window_from, task.window_to, COALESCE(task.item_list_id, '') AS item_list_id, draw.id AS draw_id, revision.content AS scheme,
             (SELECT COUNT(*) FROM share WHERE share.task_id = task.id) AS shares
             FROM task JOIN agency ON agency.id = task.agency_id JOIN revision ON revision.id = task.scheme_id
             LEFT JOIN draw ON draw.task_id = task.id AND draw.result_digest IS NOT NULL
             WHERE task.id = $1 AND agency.path >= $2 AND agency.path < $3 ORDER BY draw.attempt DESC LIMIT 1",
            values![task.to_string(), prefix, path_end(prefix)],
        )
        .await?
        .ok_or(StoreError::NotFound)?;
    Ok(Source {
        task_id: row.parse("id")?,
        number: row.text("number")?,
        title: row.text("title")?,
        agency_id: row.parse("agency_id")?,
        agency_name: row.text("agency_name")?,
        agency_path: row.parse("path")?,
        state: row.parse("state")?,
        window_from: row.parse("window_from")?,
        window_to: row.parse("window_to")?,
        item_list_id: row.text("item_list_id")?,
        draw_id: row.opt_parse("draw_id")?,
        scheme: row.text("scheme")?,
        shares: row.int("shares")?,
    })
}

/// How many drawn objects each agency registers, in the order of the agencies.
///
/// # Errors
/// See [`StoreError`].
pub async fn unit_counts(conn: &mut Conn, draw: DrawId) -> Result<Vec<UnitCount>> {
    conn.rows(
        "SELECT agency.id, agency.name, COUNT(DISTINCT drawn.subject_id) AS objects
         FROM drawn JOIN agency ON agency.id = drawn.agency_id WHERE drawn.draw_id = $1 AND drawn.reserve = 0
         GROUP BY agency.id, agency.name, agency.path ORDER BY agency.path LIMIT 2000",
        values![draw.to_string()],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(UnitCount { agency_id: row.parse("id")?, agency_name: row.text("name")?, objects: row.int("objects")? })
    })
    .collect()
}

/// All drawn objects of an attempt, without reserves, by agency and code: an object of several strata stands several
/// times in a row.
///
/// # Errors
/// [`StoreError::Corrupt`] above [`DRAWN_MAX`] rows: never a shortened list.
pub async fn drawn(conn: &mut Conn, draw: DrawId) -> Result<Vec<Drawn>> {
    let rows = conn
        .rows(
            &format!(
                "SELECT drawn.stratum, drawn.subject_id, drawn.code, drawn.name, drawn.agency_id, subject.kind
                 FROM drawn JOIN subject ON subject.id = drawn.subject_id JOIN agency ON agency.id = drawn.agency_id
                 WHERE drawn.draw_id = $1 AND drawn.reserve = 0 ORDER BY agency.path, drawn.code, drawn.stratum LIMIT {}",
                DRAWN_MAX + 1
            ),
            values![draw.to_string()],
        )
        .await?;
    if rows.len() > DRAWN_MAX {
        return Err(StoreError::Corrupt { column: "drawn".to_owned(), detail: format!("more than {DRAWN_MAX} rows") });
    }
    rows.iter()
        .map(|row| {
            Ok(Drawn {
                stratum: row.text("stratum")?,
                subject_id: row.parse("subject_id")?,
                code: row.text("code")?,
                name: row.text("name")?,
                agency_id: row.parse("agency_id")?,
                kind: row.parse("kind")?,
            })
        })
        .collect()
}

/// The tags that the drawn objects carry.
///
/// # Errors
/// See [`StoreError`].
pub async fn tags(conn: &mut Conn, draw: DrawId) -> Result<Vec<(SubjectId, Tag)>> {
    conn.rows(
        "SELECT subject_tag.subject_id, subject_tag.tag FROM subject_tag
         WHERE subject_tag.subject_id IN (SELECT drawn.subject_id FROM drawn WHERE drawn.draw_id = $1 AND drawn.reserve = 0)
         ORDER BY subject_tag.subject_id, subject_tag.tag",
        values![draw.to_string()],
    )
    .await?
    .iter()
    .map(|row| Ok((row.parse("subject_id")?, row.parse("tag")?)))
    .collect()
}

/// The members of a list column.
pub fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|member| !member.is_empty())
}

/// Writes shares, visits and the items of their forms.
///
/// # Errors
/// `Duplicate` (`u_share__task_id__agency_id`, `u_visit__task_id__subject_id`) if the task was dispatched meanwhile.
pub async fn write(
    tx: &mut Tx,
    source: &Source,
    draw: DrawId,
    shares: &[NewShare],
    visits: &[NewVisit],
    now: Instant,
) -> Result<()> {
    let task = source.task_id.to_string();
    let rows = shares
        .iter()
        .map(|s| {
            values![s.id.to_string(), &task, draw.to_string(), s.agency_id.to_string(), "received", s.visits, now, 1]
        })
        .collect();
    let columns = &["id", "task_id", "draw_id", "agency_id", "state", "visits", "dispatched_at", "version"];
    insert_rows(tx, "share", columns, rows).await?;
    let rows = visits
        .iter()
        .map(|v| {
            values![
                v.id.to_string(),
                &task,
                v.share_id.to_string(),
                v.subject_id.to_string(),
                v.agency_id.to_string(),
                &v.number,
                &v.code,
                &v.name,
                "waiting",
                v.planned_on,
                &v.strata,
                v.problem.map(|problem| problem.code().to_owned()),
                1
            ]
        })
        .collect();
    let columns = &[
        "id",
        "task_id",
        "share_id",
        "subject_id",
        "agency_id",
        "number",
        "code",
        "name",
        "state",
        "planned_on",
        "strata",
        "problem",
        "version",
    ];
    insert_rows(tx, "visit", columns, rows).await?;
    let rows = visits
        .iter()
        .flat_map(|v| (0_i64..).zip(&v.items).map(|(n, code)| values![v.id.to_string(), code, n]))
        .collect();
    insert_rows(tx, "visit_item", &["visit_id", "item_code", "position"], rows).await?;
    Ok(())
}

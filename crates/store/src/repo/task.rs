//! Check tasks: the row that a scheme, a draw, its dispatch and its visits hang on.

use chrono::NaiveDate;
use domain::agency::Scope;
use domain::ids::{AgencyId, RevisionId, TaskId};
use domain::state::TaskState;
use domain::time::Instant;
use domain::work::ShareCount;

use super::{Page, Window, like, path_end, unsigned};
use crate::{Conn, Result, Row, StoreError, Tx, values};

/// A task.
#[derive(Clone, Debug)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Its number, unique.
    pub number: String,
    /// Title.
    pub title: String,
    /// Whose task: the organiser.
    pub agency_id: AgencyId,
    /// The scheme's revision.
    pub scheme_id: RevisionId,
    /// The item list's revision, once there is one.
    pub item_list_id: Option<RevisionId>,
    /// First day of the checks.
    pub window_from: NaiveDate,
    /// Last day of the checks.
    pub window_to: NaiveDate,
    /// Whom to ask.
    pub contact: String,
    /// State.
    pub state: TaskState,
    /// It may be drawn without witnesses and is never official.
    pub rehearsal: bool,
    /// For optimistic locking.
    pub version: i64,
    /// The post that made it.
    pub created_by: String,
    /// That post's account.
    pub created_account: String,
    /// When.
    pub created_at: Instant,
    /// When it last changed.
    pub changed_at: Instant,
}

const COLUMNS: &str = "task.id, task.number, task.title, task.agency_id, task.scheme_id, task.item_list_id, task.window_from, task.window_to,
     task.contact, task.state, task.rehearsal, task.version, task.created_by, task.created_account, task.created_at, task.changed_at";

fn read(row: &Row) -> Result<Task> {
    Ok(Task {
        id: row.parse("id")?,
        number: row.text("number")?,
        title: row.text("title")?,
        agency_id: row.parse("agency_id")?,
        scheme_id: row.parse("scheme_id")?,
        item_list_id: row.opt_parse("item_list_id")?,
        window_from: row.parse("window_from")?,
        window_to: row.parse("window_to")?,
        contact: row.text("contact")?,
        state: row.parse("state")?,
        rehearsal: row.flag("rehearsal")?,
        version: row.int("version")?,
        created_by: row.text("created_by")?,
        created_account: row.text("created_account")?,
        created_at: row.instant("created_at")?,
        changed_at: row.instant("changed_at")?,
    })
}

/// Adds a task.
///
/// # Errors
/// `Duplicate("u_task__number")` if the number is taken.
pub async fn insert(tx: &mut Tx, task: &Task) -> Result<()> {
    tx.execute(
        "INSERT INTO task (id, number, title, agency_id, scheme_id, item_list_id, window_from, window_to, contact, state, rehearsal,
             created_by, created_account, created_at, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)",
        values![
            task.id.to_string(),
            &task.number,
            &task.title,
            task.agency_id.to_string(),
            task.scheme_id.to_string(),
            task.item_list_id.map(|id| id.to_string()),
            task.window_from,
            task.window_to,
            &task.contact,
            task.state.to_string(),
            task.rehearsal,
            &task.created_by,
            &task.created_account,
            task.created_at
        ],
    )
    .await?;
    Ok(())
}

/// Writes state and item list back.
///
/// # Errors
/// [`StoreError::Stale`] if the task changed since `task.version` was read.
pub async fn update(tx: &mut Tx, task: &Task, now: Instant) -> Result<()> {
    let touched = tx
        .execute(
            "UPDATE task SET state = $1, item_list_id = $2, changed_at = $3, version = version + 1 WHERE id = $4 AND version = $5",
            values![
                task.state.to_string(),
                task.item_list_id.map(|id| id.to_string()),
                now,
                task.id.to_string(),
                task.version
            ],
        )
        .await?;
    if touched == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// One task within the scope.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn get(conn: &mut Conn, scope: &Scope, id: TaskId) -> Result<Task> {
    let prefix = scope.prefix();
    let row = conn
        .row(
            &format!(
                "SELECT {COLUMNS} FROM task JOIN agency ON agency.id = task.agency_id WHERE task.id = $1 AND agency.path >= $2 AND agency.path < $3"
            ),
            values![id.to_string(), prefix, path_end(prefix)],
        )
        .await?
        .ok_or(StoreError::NotFound)?;
    read(&row)
}

/// One task, whatever the scope: for jobs, parties, and counties that work on a city's task.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn by_id_unscoped(conn: &mut Conn, id: TaskId) -> Result<Task> {
    let row = conn
        .row(&format!("SELECT {COLUMNS} FROM task WHERE task.id = $1"), values![id.to_string()])
        .await?
        .ok_or(StoreError::NotFound)?;
    read(&row)
}

/// What rows say of how far a task came, in their own words: none of them is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The task's state.
    pub state: String,
    /// Its latest attempt and that one's state.
    pub attempt: Option<(i64, String)>,
    /// That attempt has a commitment.
    pub committed: bool,
    /// The task's announcement has a bundle: it was drawn, and everybody was told.
    pub published: bool,
}

/// How far a task came, by each row that says so, whatever they hold. `None` without such a task.
///
/// # Errors
/// See [`StoreError`].
pub async fn standing_unscoped(conn: &mut Conn, task: &str) -> Result<Option<Standing>> {
    let sql = "SELECT task.state AS state, draw.attempt AS attempt, draw.state AS attempt_state, draw.commitment_digest AS commitment,
             (SELECT publication.bundle_file FROM publication WHERE publication.kind = 'draw' AND publication.task_id = task.id) AS bundle
         FROM task LEFT JOIN draw ON draw.task_id = task.id
             AND draw.attempt = (SELECT MAX(latest.attempt) FROM draw latest WHERE latest.task_id = task.id)
         WHERE task.id = $1";
    let Some(row) = conn.row(sql, values![task]).await? else { return Ok(None) };
    Ok(Some(Standing {
        state: row.text("state")?,
        attempt: row.opt_int("attempt")?.zip(row.opt_text("attempt_state")?),
        committed: row.opt_text("commitment")?.is_some(),
        published: row.opt_text("bundle")?.is_some(),
    }))
}

/// Where the work of a task is, as `domain::work::WorkState::of` derives it; a test holds the two together.
const WORK: &str = "CASE WHEN task.state <> 'drawn' THEN task.state
     WHEN NOT EXISTS (SELECT 1 FROM share WHERE share.task_id = task.id) THEN 'to_dispatch'
     WHEN EXISTS (SELECT 1 FROM share WHERE share.task_id = task.id AND share.state IN ('received', 'returned')) THEN 'dispatching'
     WHEN EXISTS (SELECT 1 FROM share WHERE share.task_id = task.id AND share.state <> 'matched') THEN 'matching'
     ELSE 'to_inspect' END";

/// What the list can be sorted by.
const SORTS: &[(&str, &str)] =
    &[("number", "task.number"), ("title", "task.title"), ("organiser", "agency.path"), ("window", "task.window_from")];

/// A window of the tasks of the scope, newest first. `work` (a code of `WorkState`) and `text` (number or title) empty mean
/// all.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(conn: &mut Conn, scope: &Scope, work: &str, text: &str, window: Window) -> Result<Page<Task>> {
    let prefix = scope.prefix();
    let filter = format!(
        r"FROM task JOIN agency ON agency.id = task.agency_id
        WHERE agency.path >= $1 AND agency.path < $2 AND ($3 = '' OR ({WORK}) = $3)
        AND ($4 = '%%' OR task.title LIKE $4 ESCAPE '\' OR task.number LIKE $4 ESCAPE '\')"
    );
    let filters = || values![prefix, path_end(prefix), work, like(text)];
    let total = conn.int(&format!("SELECT COUNT(*) {filter}"), filters()).await?;
    let clause = window.clause(SORTS, "task.created_at DESC, task.id DESC");
    let rows = conn.rows(&format!("SELECT {COLUMNS} {filter} {clause}"), filters()).await?;
    Ok(Page { rows: rows.iter().map(read).collect::<Result<_>>()?, total: unsigned(total) })
}

/// How far the shares of a task are.
///
/// # Errors
/// See [`StoreError`].
pub async fn share_progress(conn: &mut Conn, task: TaskId) -> Result<ShareCount> {
    let row = conn
        .row(
            "SELECT COUNT(*) AS total, COUNT(CASE WHEN state IN ('accepted', 'matched') THEN 1 END) AS accepted,
             COUNT(CASE WHEN state = 'matched' THEN 1 END) AS matched FROM share WHERE task_id = $1",
            values![task.to_string()],
        )
        .await?
        .ok_or(StoreError::NotFound)?;
    Ok(ShareCount { total: row.int("total")?, accepted: row.int("accepted")?, matched: row.int("matched")? })
}

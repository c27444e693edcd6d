//! Parameters that an installation, an agency or a task sets differently from the default, each with its basis.

use domain::ids::TaskId;
use domain::time::Instant;

use crate::{Conn, Result, Row, Tx, values};

/// A parameter's value at one level.
#[derive(Clone, Debug)]
pub struct Setting {
    /// `installation`, `agency` or `task`.
    pub scope_kind: String,
    /// Id of that agency or task; empty for the installation.
    pub scope_id: String,
    /// The parameter.
    pub name: String,
    /// Its value as text.
    pub value: String,
    /// The rule or document it rests on.
    pub basis: String,
}

/// A setting with who made it.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The setting.
    pub setting: Setting,
    /// Who set it: a post's id, or `system`.
    pub changed_by: String,
    /// When.
    pub changed_at: Instant,
}

/// Sets a parameter.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn set(tx: &mut Tx, id: &str, setting: &Setting, changed_by: &str, now: Instant) -> Result<()> {
    tx.execute(
        "INSERT INTO rulebook (id, scope_kind, scope_id, name, value, basis, changed_by, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (scope_kind, scope_id, name) DO UPDATE SET value = excluded.value, basis = excluded.basis,
         changed_by = excluded.changed_by, changed_at = excluded.changed_at",
        values![id, &setting.scope_kind, &setting.scope_id, &setting.name, &setting.value, &setting.basis, changed_by, now],
    )
    .await?;
    Ok(())
}

/// All settings of the installation, of the given agencies and of the given task.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn all(conn: &mut Conn) -> Result<Vec<Setting>> {
    conn.rows(
        "SELECT scope_kind, scope_id, name, value, basis FROM rulebook ORDER BY name, scope_kind, scope_id LIMIT 10000",
        vec![],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// What a task sets itself.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn of_task(conn: &mut Conn, task: TaskId) -> Result<Vec<Setting>> {
    conn.rows(
        "SELECT scope_kind, scope_id, name, value, basis FROM rulebook WHERE scope_kind = 'task' AND scope_id = $1 ORDER BY name",
        values![task.to_string()],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// Takes a setting back, so that the level above decides again. One that is not there is left alone.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn remove(tx: &mut Tx, scope_kind: &str, scope_id: &str, name: &str) -> Result<()> {
    tx.execute(
        "DELETE FROM rulebook WHERE scope_kind = $1 AND scope_id = $2 AND name = $3",
        values![scope_kind, scope_id, name],
    )
    .await?;
    Ok(())
}

/// The settings of the installation and of all agencies, with who made them and when; tasks' settings stand with the
/// task. Agencies outside a post's range are left out by `app`, which knows the way from the root down.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn stored_unscoped(conn: &mut Conn) -> Result<Vec<Stored>> {
    conn.rows(
        "SELECT scope_kind, scope_id, name, value, basis, changed_by, changed_at FROM rulebook
         WHERE scope_kind IN ('installation', 'agency') ORDER BY name, scope_kind, scope_id LIMIT 10000",
        vec![],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(Stored { setting: read(row)?, changed_by: row.text("changed_by")?, changed_at: row.instant("changed_at")? })
    })
    .collect()
}

fn read(row: &Row) -> Result<Setting> {
    Ok(Setting {
        scope_kind: row.text("scope_kind")?,
        scope_id: row.text("scope_id")?,
        name: row.text("name")?,
        value: row.text("value")?,
        basis: row.text("basis")?,
    })
}

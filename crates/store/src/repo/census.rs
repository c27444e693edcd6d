//! The census beside a task's roll: who the members of its classes are, by unit, kind and tags. A new freeze replaces it; an
//! attempt that follows a failed one draws the same roll, so it stands with the task.

use domain::ids::TaskId;
use domain::scheme::Census;

use crate::{Conn, Result, StoreError, Tx, values};

/// Keeps the census of a task's roll.
///
/// # Errors
/// See [`StoreError`].
pub async fn put(tx: &mut Tx, task: TaskId, census: &Census) -> Result<()> {
    let document = serde_json::to_string(census)
        .map_err(|e| StoreError::Corrupt { column: "document".to_owned(), detail: e.to_string() })?;
    tx.execute(
        "INSERT INTO roll_census (task_id, document) VALUES ($1, $2)
         ON CONFLICT (task_id) DO UPDATE SET document = excluded.document",
        values![task.to_string(), document],
    )
    .await?;
    Ok(())
}

/// The census of a task's roll, once it is frozen.
///
/// # Errors
/// See [`StoreError`].
pub async fn of_task(conn: &mut Conn, task: TaskId) -> Result<Option<Census>> {
    let row = conn.row("SELECT document FROM roll_census WHERE task_id = $1", values![task.to_string()]).await?;
    row.map(|row| row.json("document")).transpose()
}

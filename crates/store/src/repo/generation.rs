//! Generations: counters that a write raises in its own transaction, so that what was counted before is known to be old.
//! They share the table of serial numbers.

use super::counter;
use crate::{Conn, Result, Tx, values};

/// What a generation tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// Inspected objects, their tags, licences and risk classes, and the agencies that register them.
    Subjects,
}

impl Generation {
    const fn name(self) -> &'static str {
        match self {
            Self::Subjects => "generation.subjects",
        }
    }
}

/// The present generation; 0 before the first write.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn current(conn: &mut Conn, of: Generation) -> Result<i64> {
    let row = conn.row("SELECT value FROM counter WHERE name = $1", values![of.name()]).await?;
    row.map_or(Ok(0), |row| row.int("value"))
}

/// Begins the next one. The row stays locked until the transaction ends, so this comes last in it.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn begin(tx: &mut Tx, of: Generation) -> Result<()> {
    counter::next(tx, of.name()).await?;
    Ok(())
}

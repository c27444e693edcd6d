//! The digest of a table's rows as they lie in a database.

use sha2::{Digest as _, Sha256};
use store::dump;
use store::{Conn, Table};

use kernel::Result;

/// Rows and SHA-256 of a table, as a dump would have them.
pub(super) async fn digest(conn: &mut Conn, table: &Table) -> Result<(u64, String)> {
    let mut hasher = Sha256::new();
    let rows = dump::table_lines(conn, table, |line| {
        hasher.update(line);
        Ok(())
    })
    .await?;
    Ok((rows, hex::encode(hasher.finalize())))
}

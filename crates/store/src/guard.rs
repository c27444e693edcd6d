//! Whether the database still refuses what nobody may do to rows that are final: SQLite by triggers, PostgreSQL by the
//! privileges of every role but the owner. What should be there follows from [`crate::told::TABLES`].

use std::collections::BTreeMap;

use crate::told::{TABLES, forbidden, triggers};
use crate::{Conn, Engine, Result, Store, values};

/// Lines of each kind that are reported at most.
const LINES_MAX: u32 = 200;

/// A guard that is not as the migrations and `grant_application_role` make it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GuardFault {
    /// A trigger of ours is gone.
    Missing(String),
    /// A trigger bears the name of ours and another text.
    Changed(String),
    /// A trigger that is none of ours: it could change rows behind every command.
    Foreign {
        /// Its name.
        trigger: String,
        /// Its table.
        table: String,
    },
    /// A role may do to a table what none but its owner may.
    Privilege {
        /// The role, or `PUBLIC`.
        role: String,
        /// `UPDATE`, `DELETE`, `INSERT`, `TRUNCATE`.
        privilege: String,
        /// The table.
        table: String,
    },
}

/// Guards that are not as they should be; empty if all is well.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn guard_faults(conn: &mut Conn) -> Result<Vec<GuardFault>> {
    match conn.engine() {
        Engine::Sqlite => sqlite(conn).await,
        Engine::Postgres => postgres(conn).await,
    }
}

async fn sqlite(conn: &mut Conn) -> Result<Vec<GuardFault>> {
    let sql =
        format!("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name LIMIT {LINES_MAX}");
    let mut found = BTreeMap::new();
    for row in conn.rows(&sql, vec![]).await? {
        found.insert(row.text("name")?, (row.text("tbl_name")?, row.text("sql")?));
    }
    let mut faults = Vec::new();
    for (name, text) in triggers() {
        match found.remove(&name) {
            Some((_, there)) if there == text => {}
            Some(_) => faults.push(GuardFault::Changed(name)),
            None => faults.push(GuardFault::Missing(name)),
        }
    }
    faults.extend(found.into_iter().map(|(trigger, (table, _))| GuardFault::Foreign { trigger, table }));
    Ok(faults)
}

async fn postgres(conn: &mut Conn) -> Result<Vec<GuardFault>> {
    let mut faults = Vec::new();
    let sql = format!(
        "SELECT CAST(t.tgname AS TEXT) AS name, CAST(c.relname AS TEXT) AS held
         FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE NOT t.tgisinternal AND n.nspname = current_schema() ORDER BY 1, 2 LIMIT {LINES_MAX}"
    );
    for row in conn.rows(&sql, vec![]).await? {
        faults.push(GuardFault::Foreign { trigger: row.text("name")?, table: row.text("held")? });
    }
    // A grant on single columns lets a row be changed just as well.
    let sql = "SELECT DISTINCT COALESCE(CAST(r.rolname AS TEXT), 'PUBLIC') AS role, CAST(a.privilege_type AS TEXT) AS privilege,
             CAST(g.relname AS TEXT) AS held
         FROM (
             SELECT c.relname, c.relowner, c.relacl AS acl FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = current_schema() AND c.relkind = 'r' AND c.relacl IS NOT NULL
             UNION ALL
             SELECT c.relname, c.relowner, t.attacl AS acl FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid
             JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = current_schema() AND c.relkind = 'r' AND t.attacl IS NOT NULL
         ) AS g CROSS JOIN LATERAL aclexplode(g.acl) AS a LEFT JOIN pg_roles r ON r.oid = a.grantee
         WHERE a.grantee <> g.relowner AND a.privilege_type <> 'SELECT' ORDER BY 3, 1, 2";
    let forbidden = forbidden();
    for row in conn.rows(sql, vec![]).await? {
        let (role, privilege, table) = (row.text("role")?, row.text("privilege")?, row.text("held")?);
        let not_granted = !matches!(privilege.as_str(), "INSERT" | "UPDATE" | "DELETE");
        let ours = table == "migration" || TABLES.iter().any(|row| row.table == table);
        if ours && (not_granted || forbidden.contains(&(privilege.as_str(), table.as_str()))) {
            faults.push(GuardFault::Privilege { role, privilege, table });
        }
    }
    Ok(faults)
}

/// Whether the role of this connection owns the tables: then PostgreSQL's privileges do not bind it.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn acts_as_owner(conn: &mut Conn) -> Result<bool> {
    if conn.engine() == Engine::Sqlite {
        return Ok(false);
    }
    let sql = "SELECT COUNT(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = current_schema() AND c.relname = 'event' AND pg_has_role(current_user, c.relowner, 'USAGE')";
    Ok(conn.int(sql, values![]).await? > 0)
}

/// Makes SQLite's triggers anew that are missing or changed; those that are none of ours stay and are named. Returns how many.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn mend_triggers(store: &Store) -> Result<usize> {
    if store.engine() == Engine::Postgres {
        return Ok(0);
    }
    let mut tx = store.write().await?;
    let mut mended = 0;
    let faults = guard_faults(&mut tx).await?;
    for (name, text) in triggers() {
        let changed = faults.contains(&GuardFault::Changed(name.clone()));
        if changed || faults.contains(&GuardFault::Missing(name.clone())) {
            tx.script(&format!("DROP TRIGGER IF EXISTS {name}; {text};")).await?;
            mended += 1;
        }
    }
    tx.commit().await?;
    Ok(mended)
}

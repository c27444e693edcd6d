//! One list of migrations for both engines, forward only.
//!
//! The scripts use `{text}` (text that sorts bytewise on both), `{bytes}` and `BIGINT`. From the first tagged release
//! on a released script never changes; until then scripts may be edited and squashed.

use std::sync::LazyLock;

use crate::catalog::{self, Table};
use crate::{Conn, Engine, Result, Store, StoreError, told, values};

/// A step of the schema.
pub struct Migration {
    /// Its number and name, as kept in the table `migration`.
    pub name: &'static str,
    sql: &'static str,
    sqlite_only: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "001_core",
        sql: include_str!("migration/001_core.sql"),
        sqlite_only: include_str!("migration/001_core.sqlite.sql"),
    },
    Migration { name: "002_directory", sql: include_str!("migration/002_directory.sql"), sqlite_only: "" },
    Migration {
        name: "003_drawing",
        sql: include_str!("migration/003_drawing.sql"),
        sqlite_only: include_str!("migration/003_drawing.sqlite.sql"),
    },
    Migration {
        name: "004_assign",
        sql: include_str!("migration/004_assign.sql"),
        sqlite_only: include_str!("migration/004_assign.sqlite.sql"),
    },
];

static SCRIPTS: LazyLock<Vec<String>> =
    LazyLock::new(|| MIGRATIONS.iter().map(|m| catalog::without_comments(m.sql)).collect());

/// The names of all steps, in order.
#[must_use]
pub fn migration_names() -> Vec<&'static str> {
    MIGRATIONS.iter().map(|m| m.name).collect()
}

/// The tables after the first `count` steps, each after those that it refers to. The table `migration` is not among them.
#[must_use]
pub fn tables_after(count: usize) -> Vec<Table> {
    catalog::tables(SCRIPTS.iter().take(count).map(String::as_str))
}

impl Store {
    /// Brings the schema up to date and returns the names of the steps that were taken now.
    ///
    /// # Errors
    /// [`StoreError`] of the failing step; each step happens whole or not at all.
    pub async fn migrate(&self) -> Result<Vec<&'static str>> {
        self.migrate_first(MIGRATIONS.len()).await
    }

    /// As [`Store::migrate`], but takes only the first `count` steps: a backup is loaded into the schema that it was made
    /// of, and the rest follows.
    ///
    /// # Errors
    /// As [`Store::migrate`].
    pub async fn migrate_first(&self, count: usize) -> Result<Vec<&'static str>> {
        let mut tx = self.write().await?;
        // Several instances may start at once: on PostgreSQL they queue here, on SQLite at BEGIN IMMEDIATE.
        if self.engine() == Engine::Postgres {
            tx.script("SELECT pg_advisory_xact_lock(7463001)").await?;
        }
        tx.script(&portable("CREATE TABLE IF NOT EXISTS migration (name {text} PRIMARY KEY)", self.engine())).await?;
        let done = steps_taken(&mut tx).await?;
        let mut taken = Vec::new();
        for migration in MIGRATIONS.iter().take(count).filter(|m| !done.iter().any(|name| name == m.name)) {
            tx.script(&portable(migration.sql, self.engine())).await?;
            if self.engine() == Engine::Sqlite && !migration.sqlite_only.trim().is_empty() {
                tx.script(migration.sqlite_only).await?;
            }
            tx.execute("INSERT INTO migration (name) VALUES ($1)", values![migration.name]).await?;
            taken.push(migration.name);
        }
        tx.commit().await?;
        Ok(taken)
    }

    /// Steps that this version knows and the database has not taken yet.
    ///
    /// # Errors
    /// [`StoreError::Newer`] if the database has one that this version does not know; [`StoreError::Backend`] if it cannot
    /// be read.
    pub async fn pending_migrations(&self) -> Result<Vec<&'static str>> {
        let mut conn = self.read().await?;
        let exists = match self.engine() {
            Engine::Sqlite => "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'migration'",
            // The catalogue and not `information_schema`: that one hides tables which this role may not touch, and an
            // installation would look like none.
            Engine::Postgres => {
                "SELECT COUNT(*) FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = 'migration'"
            }
        };
        let done = if conn.int(exists, vec![]).await? == 0 { Vec::new() } else { steps_taken(&mut conn).await? };
        Ok(MIGRATIONS.iter().map(|m| m.name).filter(|name| !done.iter().any(|d| d == name)).collect())
    }

    /// Gives the application's own role on PostgreSQL what it needs and no more: events, the log and rows that are final can be
    /// written and read, never changed (house rule 5; [`told::forbidden`]). A no-op on SQLite, where triggers refuse it.
    ///
    /// # Errors
    /// [`StoreError::Backend`] if the role does not exist or the caller does not own the tables.
    pub async fn grant_application_role(&self, role: &str) -> Result<()> {
        if self.engine() == Engine::Sqlite {
            return Ok(());
        }
        if role.is_empty() || !role.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(StoreError::Corrupt {
                column: "role".to_owned(),
                detail: format!("{role} is not a plain role name"),
            });
        }
        let mut tx = self.write().await?;
        tx.script(&format!(
            "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role};
             GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};"
        ))
        .await?;
        for (privilege, table) in told::forbidden() {
            tx.script(&format!("REVOKE {privilege} ON {table} FROM {role}")).await?;
        }
        tx.commit().await
    }
}

/// The triggers as the scripts make them, each without its semicolon.
#[cfg(test)]
pub(crate) fn triggers() -> Vec<String> {
    let lines = MIGRATIONS.iter().flat_map(|migration| migration.sqlite_only.lines());
    lines.filter(|line| !line.trim().is_empty()).map(|line| line.trim_end_matches(';').to_owned()).collect()
}

/// The steps that the database has taken.
///
/// # Errors
/// [`StoreError::Newer`] with the first one that this version does not know.
async fn steps_taken(conn: &mut Conn) -> Result<Vec<String>> {
    let rows = conn.rows("SELECT name FROM migration ORDER BY name", vec![]).await?;
    let done: Vec<String> = rows.iter().map(|row| row.text("name")).collect::<Result<_>>()?;
    match done.iter().find(|name| !MIGRATIONS.iter().any(|m| m.name == name.as_str())) {
        Some(unknown) => Err(StoreError::Newer(unknown.clone())),
        None => Ok(done),
    }
}

fn portable(sql: &str, engine: Engine) -> String {
    match engine {
        Engine::Sqlite => sql.replace("{text}", "TEXT").replace("{bytes}", "BLOB"),
        Engine::Postgres => sql.replace("{text}", "TEXT COLLATE \"C\"").replace("{bytes}", "BYTEA"),
    }
}

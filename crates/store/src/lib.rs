//! The only crate that knows SQL. It hides which of the two databases is open, keeps the list of migrations, and
//! turns rows into domain types. It decides no rule and checks no permission: that is `app`'s work.
//!
//! Reading takes a [`Conn`] from [`Store::read`]; writing takes a [`Tx`] from [`Store::write`], which is
//! `BEGIN IMMEDIATE` on SQLite and READ COMMITTED on PostgreSQL. Correctness rests on unique indexes, counter rows and
//! `version` columns, not on the isolation level.

mod bulk;
mod catalog;
mod conn;
mod driver;
pub mod dump;
mod error;
pub mod guard;
pub mod health;
mod migration;
pub mod repo;
mod row;
pub mod told;
mod value;

pub use bulk::{Column, insert_rows};
pub use catalog::{ColumnKind, Table, TableColumn};
pub use conn::{Conn, Tx};
pub use driver::{Engine, Store, StoreConfig};
pub use error::{Cause, StoreError};
pub use migration::{Migration, migration_names, tables_after};
pub use row::Row;
pub use value::Value;

/// Result of every function of this crate.
pub type Result<T> = std::result::Result<T, StoreError>;

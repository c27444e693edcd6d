//! For tests only: a platform on either database, builders of people and agencies, ugly input files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub mod bad_register;
mod frozen;
pub mod items;
pub mod play;
mod published;
mod rest;
mod world;

pub use frozen::FrozenObject;
pub use published::Published;
pub use rest::{Rest, open};
pub use store;
pub use store::Engine;
pub use world::{
    FakeClock, MISSING_GLYPH, PASSWORD, POSTGRES_VARIABLE, PlainPrinter, UNPRINTABLE, World, drop_postgres_on,
    empty_postgres, postgres_on, run_sql, tamper,
};

/// Runs a test on SQLite and on PostgreSQL: `on_both! { async fn name(world) { … } }` makes `name::sqlite` and
/// `name::postgres`, which `make test` counts.
#[macro_export]
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn body($world: $crate::World) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                body($crate::World::new($crate::Engine::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                body($crate::World::new($crate::Engine::Postgres).await).await;
            }
        }
    )+};
}

//! All routes of the office front: one line an area. The role matrix test walks this table at run time.

use axum::response::Response;
use axum::routing::any;
use axum::{Extension, Router};
use web::budget::Budget;

use crate::{Desk, Office, Routes, page};

/// Every address of the front with its use case. An area's `routes()` returns [`Routes`].
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .merge(page::home::routes())
        .merge(page::upkeep::routes())
        .merge(page::planning::routes())
        .merge(page::drawing::routes())
        .merge(page::admin::routes())
        .merge(page::assigning::routes())
        .merge(page::directory::routes())
}

/// The office front, not yet hardened (see `web::harden`).
pub fn router(office: Office) -> Router {
    let budget = Budget::of_this_machine();
    routes().into_router().route("/office/{*nowhere}", any(lost)).layer(Extension(budget)).with_state(office)
}

/// An address of the front that leads nowhere. Whoever is signed in keeps the menu.
async fn lost(_desk: Result<Desk, Response>) -> web::Error {
    web::Error::not_found()
}

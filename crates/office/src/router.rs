//! All routes of the office front: one line an area. The role matrix test walks this table at run time.

use axum::Router;

use crate::{Office, Routes, page};

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
    routes().into_router().with_state(office)
}

//! All routes of the office front: one line an area. The role matrix test walks this table at run time.

use axum::Router;

use crate::{Office, Routes, page};

/// Every address of the front with its use case. An area's `routes()` returns [`Routes`].
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .merge(page::home::routes())
        .merge(page::account::routes())
        .merge(page::job::routes())
        .merge(page::event::routes())
        .merge(page::scheme::routes())
        .merge(page::task::routes())
        .merge(page::fairness::routes())
        .merge(page::import::routes())
        .merge(page::admin::routes())
        .merge(page::dispatch::routes())
        .merge(page::share::routes())
        .merge(page::matching::routes())
        .merge(page::visit::routes())
        .merge(page::directory::routes())
        .merge(page::subject::routes())
        .merge(page::inspector::routes())
        .merge(page::item::routes())
}

/// The office front, not yet hardened (see `web::harden`).
pub fn router(office: Office) -> Router {
    routes().into_router().with_state(office)
}

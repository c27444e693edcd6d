//! All routes of the office front: one line an area. The role matrix test walks this table at run time.

use axum::Router;

use crate::{Office, page};

/// The office front, not yet hardened (see `web::harden`).
pub fn router(office: Office) -> Router {
    Router::new()
        .merge(page::home::routes())
        .merge(page::account::routes())
        .merge(page::job::routes())
        .merge(page::event::routes())
        .with_state(office)
}

//! The public front: announcements, drawn lists, proofs and "was I drawn?", for anyone and without sign-in.
//!
//! It reads through `app::public_site` only, and so sees nothing but what was announced; it changes nothing. Pages work
//! without scripts.

mod limit;
mod page;

use std::sync::Arc;

use app::Platform;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use web::Page;
use web::budget::Budget;

pub use limit::{ADDRESSES_MAX, CHECKS_PER_MINUTE_MAX, Limiter, TooOften};
pub use page::health::router as health;

/// How long anyone may keep a page: a draw shows at most this late.
const PAGE_CACHE: &str = "public, max-age=60";

/// What the front needs.
#[derive(Clone, Debug)]
pub struct Public {
    /// The platform.
    pub platform: Platform,
    /// What the pages call themselves; see `app::public_site::bureau`.
    pub bureau: String,
    /// An installation that was made as a demo says so on each page.
    pub demo: bool,
}

/// What every handler gets.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) platform: Platform,
    bureau: Arc<str>,
    demo: bool,
    pub(crate) checks: Arc<Limiter>,
    /// What lists may cost as files.
    pub(crate) files: Arc<Budget>,
}

impl Site {
    /// What stands round the content.
    pub(crate) fn page(&self) -> Page {
        Page { demo: self.demo, ..Page::public(self.bureau.as_ref()) }
    }
}

/// The public front, not yet hardened (see `web::harden`). Assets are served by whoever puts the fronts together.
pub fn router(public: Public) -> Router {
    let site = Site {
        platform: public.platform,
        bureau: public.bureau.into(),
        demo: public.demo,
        checks: Arc::new(Limiter::default()),
        files: Budget::of_this_machine(),
    };
    Router::new()
        .merge(page::announcement::routes())
        .merge(page::drawn::routes())
        .merge(page::proof::routes())
        .merge(page::check::routes())
        .route_layer(from_fn(cached))
        .with_state(site)
}

/// What went well may be kept for a short while, unless the handler decided otherwise.
async fn cached(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if response.status() == StatusCode::OK {
        response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(PAGE_CACHE));
    }
    response
}

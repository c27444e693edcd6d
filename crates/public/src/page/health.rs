//! `/healthz`: `ok` while the database answers, for whoever watches the server.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::routing::get;

use crate::Site;

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/healthz", get(health))
}

async fn health(State(site): State<Site>) -> web::Result<([(HeaderName, &'static str); 2], &'static str)> {
    app::public_site::reachable(&site.platform).await?;
    Ok(([(header::CACHE_CONTROL, "no-store"), (header::CONTENT_TYPE, "text/plain; charset=utf-8")], "ok\n"))
}

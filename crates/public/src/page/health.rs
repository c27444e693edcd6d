//! `/healthz`: `ok` while this process can read and write what it needs, for whoever watches the server; else 503 with the
//! reason. Every front has it.

use app::Platform;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::routing::get;

/// The one route. A process that keeps no files (`keeps_files`) need not be able to write them.
pub fn router(platform: Platform, keeps_files: bool) -> Router {
    Router::new().route("/healthz", get(health)).with_state((platform, keeps_files))
}

type Answer = ([(HeaderName, &'static str); 2], &'static str);

async fn health(State((platform, keeps_files)): State<(Platform, bool)>) -> web::Result<Answer> {
    platform.readiness(keeps_files).await?;
    Ok(([(header::CACHE_CONTROL, "no-store"), (header::CONTENT_TYPE, "text/plain; charset=utf-8")], "ok\n"))
}

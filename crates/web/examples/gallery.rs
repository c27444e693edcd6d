//! Serves the component page on 127.0.0.1:8099, to look at it while changing it: `cargo run -p web --example gallery`.
//! It has no sign-in and no data.

use axum::Router;
use axum::routing::get;
use web::gallery::Gallery;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let router = Router::new()
        .merge(web::assets::router())
        .route("/", get(|| web::gallery(Gallery::example_page())))
        .route("/office/components", get(|| web::gallery(Gallery::example_page())))
        .route("/error", get(|| async { web::Error::new(web::Category::Conflict) }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8099").await?;
    axum::serve(listener, web::harden(router, web::Hardening::default())).await?;
    Ok(())
}

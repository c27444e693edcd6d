//! The layers every front wears: a name for the request, security headers, the check of its origin, a limit for bodies,
//! the check of all that is typed, compression, and words for every error, panics included. Sessions and permissions are the fronts' and `app`'s.

use std::any::Any;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};

use crate::client::{self, Proxies};
use crate::error::Error;
pub use crate::error_page::ErrorPages;
use crate::typed::Bodies;
use crate::{error_page, flash, origin, request_id, typed};

/// Most bytes of a form or a JSON body, unless a route sets its own `DefaultBodyLimit`.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Styles and scripts from our own files only, no inline ones; pictures also from `data:` (QR codes as images).
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; \
                                           form-action 'self'; frame-ancestors 'none'";

/// How a front is hardened.
#[derive(Clone, Debug, Default)]
pub struct Hardening {
    /// Sign-in and home of the front.
    pub pages: ErrorPages,
    /// Further origins whose requests are ours, for proxies that change `Host`.
    pub trusted_origins: &'static [&'static str],
    /// Do browsers reach the front over HTTPS, by our TLS or by a proxy's? Then they are told to stay there, and every cookie
    /// is for HTTPS only.
    pub secure: bool,
    /// The proxies whose word about the asker's address counts.
    pub proxies: Proxies,
    /// Below which addresses forms and documents are read, and how much of one.
    pub bodies: Bodies,
}

/// Wraps a finished router. Call it last, once.
pub fn harden(router: Router, how: Hardening) -> Router {
    let Hardening { pages, trusted_origins, secure, proxies, bodies } = how;
    router
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(move |request: Request, next: Next| typed::fit(bodies, request, next)))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn(move |request: Request, next: Next| origin::check(trusted_origins, request, next)))
        .layer(from_fn(move |request: Request, next: Next| error_page::render(pages, trusted_origins, request, next)))
        .layer(from_fn(move |request: Request, next: Next| headers(secure, request, next)))
        .layer(CompressionLayer::new().gzip(true).compress_when(worth_it()))
        .layer(from_fn(request_id::name))
        .layer(from_fn(move |request: Request, next: Next| {
            let request = client::mark(request, &proxies, secure);
            next.run(request)
        }))
}

/// Archives, workbooks and PDFs are compressed already, and their length and tag should stay as they are.
fn worth_it() -> impl Predicate {
    DefaultPredicate::new()
        .and(NotForContentType::const_new("application/zip"))
        .and(NotForContentType::const_new("application/pdf"))
        .and(NotForContentType::const_new("application/vnd.openxmlformats"))
}

/// A panic is a bug; the person still gets a page with a number, and the other requests go on.
fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let what = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    Error::internal(format!("panic: {what}")).into_response()
}

async fn headers(secure: bool, request: Request, next: Next) -> Response {
    let flashed = flash::read(request.headers(), secure).is_some();
    let mut response = next.run(request).await;
    let page =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let shown = page && response.status() == StatusCode::OK;
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-security-policy", CONTENT_SECURITY_POLICY),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        // `same-origin` and not `no-referrer`: the latter makes browsers send `Origin: null` with our own forms.
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()"),
    ] {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    if secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    // Pages show what one post may see; the next person at this computer must not find them in a cache.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if flashed && shown {
        headers.append(header::SET_COOKIE, flash::ended());
    }
    if secure {
        flash::secure(headers);
    }
    response
}

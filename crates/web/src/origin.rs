//! Refuses requests that change something and that another site made the browser send (cross-site request forgery). It
//! compares where the request comes from with where it goes; no token is kept in pages, and GET never changes anything.
//! A request with neither header does not come from a browser of the supported line, so it carries nobody's cookie unasked.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::{Category, Error};

/// Layer: lets safe methods and requests of our own pages pass. `trusted` lists further origins (`https://host[:port]`),
/// for a reverse proxy that changes `Host`.
pub(crate) async fn check(trusted: &'static [&'static str], request: Request, next: Next) -> Response {
    if is_safe(request.method()) || is_ours(request.headers(), request.uri().host(), trusted) {
        return next.run(request).await;
    }
    tracing::warn!(path = request.uri().path(), "a request from another site was refused");
    Error::new(Category::Denied)
        .saying(
            "WEB-ORIGIN",
            "这个请求来自别的网站，已拒绝",
            "请从本系统的页面上操作。若经过反向代理，请管理员保留 Host 请求头。",
        )
        .into_response()
}

fn is_safe(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS].contains(method)
}

fn is_ours(headers: &HeaderMap, authority: Option<&str>, trusted: &[&str]) -> bool {
    let origin = text(headers, header::ORIGIN);
    if origin.is_some_and(|origin| trusted.contains(&origin)) {
        return true;
    }
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = origin else { return true };
    let host = text(headers, header::HOST).or(authority);
    let from = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    matches!((from, host), (Some(from), Some(host)) if from.eq_ignore_ascii_case(host))
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_may_change_things() {
        let check = |pairs: &[(&'static str, &str)], expect: bool| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            assert_eq!(is_ours(&headers, None, &["https://proxy.example"]), expect, "{pairs:?}");
        };
        check(&[("host", "a.example"), ("origin", "https://a.example"), ("sec-fetch-site", "same-origin")], true);
        check(&[("host", "a.example"), ("origin", "https://a.example")], true);
        check(&[("host", "a.example:8443"), ("origin", "https://a.example:8443")], true);
        check(&[("host", "A.example"), ("origin", "http://a.EXAMPLE")], true);
        check(&[("host", "a.example"), ("sec-fetch-site", "none")], true);
        check(&[("host", "a.example")], true);
        check(&[("host", "a.example"), ("origin", "https://proxy.example"), ("sec-fetch-site", "cross-site")], true);

        check(&[("host", "a.example"), ("origin", "https://b.example")], false);
        check(&[("host", "a.example"), ("origin", "https://a.example:444")], false);
        check(&[("host", "a.example"), ("origin", "https://a.example.evil.example")], false);
        check(&[("host", "a.example"), ("origin", "null")], false);
        check(&[("host", "a.example"), ("origin", "")], false);
        check(&[("host", "a.example"), ("origin", "https://a.example"), ("sec-fetch-site", "cross-site")], false);
        check(&[("host", "a.example"), ("origin", "https://a.example"), ("sec-fetch-site", "same-site")], false);
        check(&[("origin", "https://a.example")], false);
    }

    #[test]
    fn reading_is_always_allowed() {
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            assert!(is_safe(&method));
        }
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            assert!(!is_safe(&method));
        }
    }
}

//! The way back: the page of ours from which a request came. The browser names it (our `Referrer-Policy` has it sent to
//! ourselves only), and nothing of it is believed before it is known to be an address of this very server: nobody is ever led
//! elsewhere. What an address *means* is the front's affair.

use axum::http::{HeaderMap, Uri, header};

/// Longest address that is gone back to; ours are far shorter.
pub const ADDRESS_BYTES_MAX: usize = 2000;

/// The text if it is an address of this server: a path from `/`, with or without a query, and nothing that a browser could
/// read as another host.
#[must_use]
pub fn own_address(text: &str) -> Option<&str> {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let path = text.split(['?', '#']).next().unwrap_or_default();
    (plain && text.len() <= ADDRESS_BYTES_MAX && path.starts_with('/') && !path.contains("//")).then_some(text)
}

/// The page that a request came from, if that page is ours. A part of a page names it in a header of htmx.
pub(crate) fn came_from(headers: &HeaderMap, uri: &Uri, trusted: &[&str]) -> Option<String> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let named = text("hx-current-url").or_else(|| text(header::REFERER.as_str()))?;
    let (scheme, rest) = named.split_once("://").filter(|(scheme, _)| ["http", "https"].contains(scheme))?;
    let (host, _) = rest.split_once('/')?;
    let here = text(header::HOST.as_str()).or_else(|| uri.host());
    let ours =
        here.is_some_and(|here| here.eq_ignore_ascii_case(host)) || trusted.contains(&&*format!("{scheme}://{host}"));
    let address = rest.strip_prefix(host)?.split('#').next()?;
    own_address(address).filter(|_| ours).map(str::to_owned)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_ours_are_addresses() {
        let check = |text: &str, expect: bool| assert_eq!(own_address(text).is_some(), expect, "{text:?}");
        check("/", true);
        check("/office/tasks?page=2&q=%E4%B8%80", true);
        check("/office/sign-in?next=https://a.example/", true);
        check("", false);
        check("office", false);
        check("//evil.example", false);
        check("/\\evil.example", false);
        check("/office//evil.example", false);
        check("https://evil.example/", false);
        check("/office\r\nset-cookie: a=b", false);
        check("/office\0", false);
        check("/office/一", false);
        check(&format!("/{}", "a".repeat(ADDRESS_BYTES_MAX - 1)), true);
        check(&format!("/{}", "a".repeat(ADDRESS_BYTES_MAX)), false);
    }

    #[test]
    fn the_way_back_is_a_page_of_this_server() {
        let check = |pairs: &[(&'static str, &str)], expect: Option<&str>| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            let from = came_from(&headers, &Uri::from_static("/office/x"), &["https://proxy.example"]);
            assert_eq!(from.as_deref(), expect, "{pairs:?}");
        };
        let host = ("host", "a.example:8443");
        check(&[host, ("referer", "https://a.example:8443/office/tasks?page=2#x")], Some("/office/tasks?page=2"));
        check(&[host, ("referer", "http://A.EXAMPLE:8443/office")], Some("/office"));
        check(&[host, ("referer", "https://proxy.example/office")], Some("/office"));
        check(
            &[host, ("referer", "https://a.example:8443/a"), ("hx-current-url", "https://a.example:8443/b")],
            Some("/b"),
        );
        check(&[host], None);
        check(&[("referer", "https://a.example/office")], None);
        check(&[host, ("referer", "https://evil.example/office")], None);
        check(&[host, ("referer", "https://a.example:8443.evil.example/office")], None);
        check(&[host, ("referer", "https://a.example:8443@evil.example/office")], None);
        check(&[host, ("referer", "https://a.example:8443//evil.example")], None);
        check(&[host, ("referer", "https://a.example:8443")], None);
        check(&[host, ("referer", "javascript://a.example:8443/alert(1)")], None);
        check(&[host, ("referer", "/office")], None);
    }
}

//! Files as answers: small ones from memory, bundles piece by piece from the disk.

use app::public_site::BundleFile;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// A file that was made for this request.
pub(crate) fn bytes(content: Vec<u8>, media_type: &'static str, name: &str) -> Response {
    web::download::named(content.into_response(), media_type, name)
}

/// A bundle. Its tag is its digest, so who has it already is not sent it again.
pub(crate) async fn bundle(asked: &HeaderMap, file: BundleFile) -> web::Result<Response> {
    let tag = format!("\"{}\"", file.digest);
    let mut response = if holds(asked, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        web::download::named(web::download::of_path(&file.path).await?, "application/zip", &file.name)
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    // A later attempt replaces the bundle under the same address: keep it, but ask whether it is still the one.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    Ok(response)
}

/// Does the asker hold the version of this tag?
fn holds(asked: &HeaderMap, tag: &str) -> bool {
    let Some(held) = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()) else { return false };
    held.split(',').map(str::trim).any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn who_holds_it() {
        let check = |value: Option<&str>, expect: bool| {
            let mut asked = HeaderMap::new();
            if let Some(value) = value {
                asked.insert(header::IF_NONE_MATCH, value.parse().unwrap());
            }
            assert_eq!(holds(&asked, "\"ab\""), expect, "{value:?}");
        };
        check(None, false);
        check(Some("\"ab\""), true);
        check(Some("W/\"ab\""), true);
        check(Some("\"cd\", \"ab\""), true);
        check(Some("*"), true);
        check(Some("\"cd\""), false);
        check(Some("ab"), false);
    }
}

//! Files as answers: small ones from memory, bundles piece by piece from the disk.

use app::public_site::BundleFile;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

/// Bytes of a bundle in memory at once, for each download.
const CHUNK_BYTES: usize = 64 * 1024;

/// A file that was made for this request.
pub(crate) fn bytes(content: Vec<u8>, media_type: &'static str, name: &str) -> Response {
    let mut response = content.into_response();
    attach(response.headers_mut(), media_type, name);
    response
}

/// A bundle. Its tag is its digest, so who has it already is not sent it again.
pub(crate) async fn bundle(asked: &HeaderMap, file: BundleFile) -> web::Result<Response> {
    let tag = format!("\"{}\"", file.digest);
    let mut response = if holds(asked, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let opened = File::open(&file.path).await.map_err(web::Error::internal)?;
        let mut response = Body::from_stream(pieces(opened)).into_response();
        attach(response.headers_mut(), "application/zip", &file.name);
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(file.bytes));
        response
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    // A later attempt replaces the bundle under the same address: keep it, but ask whether it is still the one.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    Ok(response)
}

fn pieces(file: File) -> impl futures_util::Stream<Item = std::io::Result<Bytes>> {
    futures_util::stream::try_unfold(file, |mut file| async move {
        let mut piece = vec![0; CHUNK_BYTES];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        Ok((read > 0).then(|| (Bytes::from(piece), file)))
    })
}

/// Does the asker hold the version of this tag?
fn holds(asked: &HeaderMap, tag: &str) -> bool {
    let Some(held) = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()) else { return false };
    held.split(',').map(str::trim).any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

/// Names hold numbers of tasks and endings only, so they need no escaping; anything else is left out.
fn attach(headers: &mut HeaderMap, media_type: &'static str, name: &str) {
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    let plain: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')).collect();
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{plain}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
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

//! Files as answers, piece by piece: a bundle may have hundreds of megabytes, and ten people may fetch it over slow lines
//! at the same time.

use std::path::Path;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

use crate::{Error, Result};

/// Bytes in memory at once, for each download.
const PIECE_BYTES: usize = 64 << 10;

/// The file at `path`, with its length.
///
/// # Errors
/// Internal, if it cannot be opened.
pub async fn of_path(path: &Path) -> Result<Response> {
    let file = File::open(path).await.map_err(Error::internal)?;
    let bytes = file.metadata().await.map_err(Error::internal)?.len();
    Ok(of_file(file, bytes))
}

/// An open file of `bytes` bytes, from where it stands.
pub fn of_file(file: File, bytes: u64) -> Response {
    let pieces = futures_util::stream::try_unfold(file, |mut file| async move {
        let mut piece = vec![0; PIECE_BYTES];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        std::io::Result::Ok((read > 0).then(|| (Bytes::from(piece), file)))
    });
    let mut response = Response::new(Body::from_stream(pieces));
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(bytes));
    response
}

/// Says what it is, and what to call it when it is kept. A Chinese name travels percent-encoded (RFC 6266).
pub fn named(mut response: Response, media_type: &str, name: &str) -> Response {
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(media_type) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    if let Ok(disposition) = HeaderValue::from_str(&disposition("attachment", name)) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

/// `attachment` or `inline` with a name.
#[must_use]
pub fn disposition(how: &str, name: &str) -> String {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if plain {
        return format!("{how}; filename=\"{name}\"");
    }
    let encoded: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    format!("{how}; filename*=UTF-8''{}", encoded.replace('+', "%20").replace('*', "%2A"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_are_encoded_where_they_must() {
        assert_eq!(disposition("attachment", "T-1.zip"), "attachment; filename=\"T-1.zip\"");
        assert_eq!(disposition("inline", "名 1.pdf"), "inline; filename*=UTF-8''%E5%90%8D%201.pdf");
        assert_eq!(disposition("attachment", "a\"b"), "attachment; filename*=UTF-8''a%22b");
    }

    #[tokio::test]
    async fn a_file_is_sent_whole_and_in_pieces() {
        let path = std::env::temp_dir().join(format!("mingcha-download-{}", std::process::id()));
        let content = vec![7; PIECE_BYTES * 2 + 1];
        std::fs::write(&path, &content).unwrap();
        let response = of_path(&path).await;
        std::fs::remove_file(&path).unwrap();
        let response = response.unwrap();
        assert_eq!(response.headers()[header::CONTENT_LENGTH], content.len().to_string());
        let mut pieces = response.into_body().into_data_stream();
        let first = futures_util::StreamExt::next(&mut pieces).await.unwrap().unwrap();
        assert!(first.len() <= PIECE_BYTES, "not the whole file at once");
        let mut all = first.to_vec();
        while let Some(piece) = futures_util::StreamExt::next(&mut pieces).await {
            all.extend_from_slice(&piece.unwrap());
        }
        assert_eq!(all, content);
        assert!(of_path(&path).await.is_err());
    }
}

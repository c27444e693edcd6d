//! Lists as files: the list's own address with `format=xlsx` or `format=csv`. A file is sent piece by piece, so that a
//! city's register does not stand in memory.

use app::export::Export;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use domain::registry::UseCase;
use tokio::io::AsyncReadExt as _;
use web::{FileFormat, Result, Table};

use crate::Desk;
use crate::page::percent;

/// Bytes of one piece.
const PIECE_BYTES: usize = 64 << 10;

/// What `list` shows, as a file.
pub(crate) async fn file(desk: &Desk, list: UseCase, table: Table, format: FileFormat) -> Result<Response> {
    Ok(send(app::export::list(&desk.platform, &desk.ctx, list, table.into_listed(), format.into()).await?))
}

/// A finished export as an answer.
pub(crate) fn send(export: Export) -> Response {
    let file = tokio::fs::File::from_std(export.file);
    let pieces = futures_util::stream::try_unfold(file, |mut file| async move {
        let mut piece = vec![0; PIECE_BYTES];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        std::io::Result::Ok((read > 0).then(|| (Bytes::from(piece), file)))
    });
    let mut response = Response::new(Body::from_stream(pieces));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(export.media_type));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(export.bytes));
    if let Ok(disposition) = HeaderValue::from_str(&attachment(&export.name)) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

/// Chinese names travel percent-encoded (RFC 6266).
fn attachment(name: &str) -> String {
    format!("attachment; filename*=UTF-8''{}", percent(name))
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_encoded() {
        assert_eq!(super::attachment("名录-1.csv"), "attachment; filename*=UTF-8''%E5%90%8D%E5%BD%95-1.csv");
    }
}

//! The list as a file. It is sent piece by piece, so that a city's register does not stand in memory.

use app::directory::subject::{self, ExportFormat};
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use tokio::io::AsyncReadExt as _;
use web::{ListQuery, Result};

use super::{percent, query_of};
use crate::Desk;

/// Bytes of one piece.
const PIECE_BYTES: usize = 64 << 10;

pub(super) async fn export(desk: Desk, query: ListQuery) -> Result<Response> {
    let format = if query.filter("format") == "csv" { ExportFormat::Csv } else { ExportFormat::Xlsx };
    let export = subject::export(&desk.platform, &desk.ctx, &query_of(&query), format).await?;
    let file = tokio::fs::File::from_std(export.file);
    let pieces = futures_util::stream::try_unfold(file, |mut file| async move {
        let mut piece = vec![0; PIECE_BYTES];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        std::io::Result::Ok((read > 0).then(|| (Bytes::from(piece), file)))
    });
    let mut response = Response::new(Body::from_stream(pieces));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(export.bytes));
    if let Ok(disposition) = HeaderValue::from_str(&attachment(&export.name)) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
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

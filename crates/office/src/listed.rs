//! Lists as files: the list's own address with `format=xlsx` or `format=csv`. A file is sent piece by piece, so that a
//! city's register does not stand in memory.

use app::export::Export;
use axum::response::Response;
use domain::registry::UseCase;
use web::{FileFormat, Result, Table, download};

use crate::Desk;

/// What `list` shows, as a file.
pub(crate) async fn file(desk: &Desk, list: UseCase, table: Table, format: FileFormat) -> Result<Response> {
    Ok(send(app::export::list(&desk.platform, &desk.ctx, list, table.into_listed(), format.into()).await?))
}

/// A finished export as an answer.
pub(crate) fn send(export: Export) -> Response {
    let response = download::of_file(tokio::fs::File::from_std(export.file), export.bytes);
    download::named(response, export.media_type, &export.name)
}

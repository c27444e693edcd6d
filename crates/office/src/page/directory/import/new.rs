//! The page that asks for a file, the template that it offers, and the upload.

use std::path::PathBuf;

use app::ErrorKind;
use app::directory::import::{self, TemplateColumn, Upload};
use app::export::Format;
use askama::Template;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, Multipart};
use axum::handler::Handler as _;
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use domain::ids::ImportId;
use domain::import::ImportKind;
use domain::registry::UseCase;
use text::Label as _;
use tokio::io::AsyncWriteExt as _;
use web::{Area, Html, ListQuery, Page, Result, go};

use super::{crumbs, upload_address};
use crate::{Desk, Routes};

/// Bytes of an uploaded file; the limit of `sheet` is the same.
const UPLOAD_BYTES_MAX: usize = 200 << 20;
/// What stands round the file in the form.
const FORM_BYTES_MAX: usize = 1 << 16;

pub(super) fn routes() -> Routes {
    let limit = || DefaultBodyLimit::max(UPLOAD_BYTES_MAX + FORM_BYTES_MAX);
    Routes::new()
        .get("/office/subjects/import", UseCase::SubjectImport, async |desk: Desk| new(&desk, ImportKind::Subject))
        .get("/office/inspectors/import", UseCase::InspectorImport, async |desk: Desk| {
            new(&desk, ImportKind::Inspector)
        })
        .get("/office/items/import", UseCase::ItemImport, async |desk: Desk| new(&desk, ImportKind::Item))
        .get("/office/agencies/import", UseCase::AgencyImport, async |desk: Desk| new(&desk, ImportKind::Agency))
        .post("/office/subjects/import", UseCase::SubjectImport, upload_subjects.layer(limit()))
        .post("/office/inspectors/import", UseCase::InspectorImport, upload_inspectors.layer(limit()))
        .post("/office/items/import", UseCase::ItemImport, upload_items.layer(limit()))
        .post("/office/agencies/import", UseCase::AgencyImport, upload_agencies.layer(limit()))
        .get("/office/subjects/import/template", UseCase::SubjectImport, async |_: Desk, query: ListQuery| {
            template(&query, ImportKind::Subject)
        })
        .get("/office/inspectors/import/template", UseCase::InspectorImport, async |_: Desk, query: ListQuery| {
            template(&query, ImportKind::Inspector)
        })
        .get("/office/items/import/template", UseCase::ItemImport, async |_: Desk, query: ListQuery| {
            template(&query, ImportKind::Item)
        })
        .get("/office/agencies/import/template", UseCase::AgencyImport, async |_: Desk, query: ListQuery| {
            template(&query, ImportKind::Agency)
        })
}

#[derive(Template)]
#[template(path = "directory/import/new.html")]
struct NewPage {
    page: Page,
    action: &'static str,
    kind: &'static str,
    bytes_max: u64,
    rows_max: u64,
    /// What the file may hold.
    columns: Vec<TemplateColumn>,
}

/// The page that asks for a file of a kind.
fn new(desk: &Desk, kind: ImportKind) -> Html<NewPage> {
    Html(NewPage {
        page: desk.page_under(Area::Directory, crumbs(&format!("导入{}", kind.label()))),
        action: upload_address(kind),
        kind: kind.label(),
        bytes_max: u64::try_from(UPLOAD_BYTES_MAX).unwrap_or(0),
        rows_max: import::rows_max(kind),
        columns: import::template_columns(kind),
    })
}

async fn upload_subjects(desk: Desk, headers: HeaderMap, form: Multipart) -> Result<Response> {
    upload(desk, &headers, form, ImportKind::Subject).await
}

async fn upload_inspectors(desk: Desk, headers: HeaderMap, form: Multipart) -> Result<Response> {
    upload(desk, &headers, form, ImportKind::Inspector).await
}

async fn upload_items(desk: Desk, headers: HeaderMap, form: Multipart) -> Result<Response> {
    upload(desk, &headers, form, ImportKind::Item).await
}

async fn upload_agencies(desk: Desk, headers: HeaderMap, form: Multipart) -> Result<Response> {
    upload(desk, &headers, form, ImportKind::Agency).await
}

/// The form has one field, and a script shows the refusal beside it: what is wrong with the file is the whole answer.
async fn upload(desk: Desk, headers: &HeaderMap, form: Multipart, kind: ImportKind) -> Result<Response> {
    // Said before the first byte is read: whoever sends a gigabyte should not have to send it to learn that.
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let taken = match announced {
        Some(bytes) if bytes > UPLOAD_BYTES_MAX + FORM_BYTES_MAX => Err(too_large()),
        _ => take_in(&desk, form, kind).await,
    };
    Ok(taken.map_err(|error| match error.fields.first() {
        Some(field) => field
            .args
            .iter()
            .fold(app::Error::new(error.kind, field.code), |whole, (name, value)| whole.with(name, value)),
        None => error,
    })?)
}

fn too_large() -> app::Error {
    let max = web::format::bytes(u64::try_from(UPLOAD_BYTES_MAX).unwrap_or(u64::MAX));
    app::Error::new(ErrorKind::Invalid, "IMPT-015").with("max", max)
}

/// What a part of the form that cannot be read means.
fn unread(error: &MultipartError) -> app::Error {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { too_large() } else { app::Error::field("file", "IMPT-011") }
}

/// The file goes to the disk as it arrives, never whole into memory.
async fn take_in(desk: &Desk, mut form: Multipart, kind: ImportKind) -> Result<Response, app::Error> {
    while let Some(mut part) = form.next_field().await.map_err(|error| unread(&error))? {
        if part.name() != Some("file") {
            continue;
        }
        let file_name = part.file_name().unwrap_or_default().to_owned();
        let name = format!("upload-{}", ImportId::from_parts(desk.ctx.ms(), desk.ctx.ten()));
        let incoming = Incoming(desk.platform.incoming().join(name));
        let mut file = tokio::fs::File::create(&incoming.0).await.map_err(app::Error::internal)?;
        while let Some(bytes) = part.chunk().await.map_err(|error| unread(&error))? {
            file.write_all(&bytes).await.map_err(app::Error::internal)?;
        }
        file.flush().await.map_err(app::Error::internal)?;
        drop(file);
        let upload = Upload { kind, path: incoming.0.clone(), file_name };
        let id = import::upload(&desk.platform, &desk.ctx, upload).await?;
        return Ok(go(&format!("/office/imports/{id}")));
    }
    Err(app::Error::field("file", "IMPT-012"))
}

/// An upload on the disk. Whatever was not taken in goes with it, also where the browser is gone before the end.
struct Incoming(PathBuf);

impl Drop for Incoming {
    fn drop(&mut self) {
        match std::fs::remove_file(&self.0) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(%error, "an upload that was refused could not be removed");
            }
            _ => {}
        }
    }
}

/// `?format=csv` gives the headings alone; anything else the workbook.
fn template(query: &ListQuery, kind: ImportKind) -> Result<Response> {
    let format = query.file.map_or(Format::Xlsx, Format::from);
    let file = import::template(kind, format)?;
    Ok(web::download::named(file.bytes.into_response(), format.content_type(), &file.name))
}

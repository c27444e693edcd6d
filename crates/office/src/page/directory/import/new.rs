//! The page that asks for a file, the template that it offers, and the upload.

use std::path::PathBuf;

use app::directory::import::{self, TemplateColumn, Upload};
use app::export::Format;
use askama::Template;
use axum::extract::{DefaultBodyLimit, Multipart};
use axum::handler::Handler as _;
use axum::response::Response;
use domain::ids::ImportId;
use domain::import::ImportKind;
use domain::registry::UseCase;
use text::Label as _;
use tokio::io::AsyncWriteExt as _;
use web::{Area, Html, ListQuery, Page, Result, go};

use super::{attached, crumbs, upload_address};
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

async fn upload_subjects(desk: Desk, form: Multipart) -> Result<Response> {
    upload(desk, form, ImportKind::Subject).await
}

async fn upload_inspectors(desk: Desk, form: Multipart) -> Result<Response> {
    upload(desk, form, ImportKind::Inspector).await
}

async fn upload_items(desk: Desk, form: Multipart) -> Result<Response> {
    upload(desk, form, ImportKind::Item).await
}

async fn upload_agencies(desk: Desk, form: Multipart) -> Result<Response> {
    upload(desk, form, ImportKind::Agency).await
}

/// The form has one field, and a script shows the refusal beside it: what is wrong with the file is the whole answer.
async fn upload(desk: Desk, form: Multipart, kind: ImportKind) -> Result<Response> {
    Ok(take_in(&desk, form, kind).await.map_err(|error| match error.fields.first() {
        Some(field) => field
            .args
            .iter()
            .fold(app::Error::new(error.kind, field.code), |whole, (name, value)| whole.with(name, value)),
        None => error,
    })?)
}

/// The file goes to the disk as it arrives, never whole into memory.
async fn take_in(desk: &Desk, mut form: Multipart, kind: ImportKind) -> Result<Response, app::Error> {
    let cut_off = |_| app::Error::field("file", "IMPT-011");
    while let Some(mut part) = form.next_field().await.map_err(cut_off)? {
        if part.name() != Some("file") {
            continue;
        }
        let file_name = part.file_name().unwrap_or_default().to_owned();
        let path =
            desk.platform.incoming().join(format!("upload-{}", ImportId::from_parts(desk.ctx.ms(), desk.ctx.ten())));
        let mut file = tokio::fs::File::create(&path).await.map_err(app::Error::internal)?;
        let mut received = Ok(());
        loop {
            match part.chunk().await {
                Ok(Some(bytes)) => file.write_all(&bytes).await.map_err(app::Error::internal)?,
                Ok(None) => break,
                Err(_) => {
                    received = Err(app::Error::field("file", "IMPT-011"));
                    break;
                }
            }
        }
        file.flush().await.map_err(app::Error::internal)?;
        drop(file);
        let taken = match received {
            Ok(()) => import::upload(&desk.platform, &desk.ctx, Upload { kind, path: path.clone(), file_name }).await,
            Err(error) => Err(error),
        };
        return match taken {
            Ok(id) => Ok(go(&format!("/office/imports/{id}"))),
            Err(error) => {
                remove(path).await;
                Err(error)
            }
        };
    }
    Err(app::Error::field("file", "IMPT-012"))
}

async fn remove(path: PathBuf) {
    // The file may have been taken in already; what stays is removed by the doctor.
    if let Err(error) = tokio::fs::remove_file(&path).await {
        tracing::debug!(%error, "an upload that was refused was already gone");
    }
}

/// `?format=csv` gives the headings alone; anything else the workbook.
fn template(query: &ListQuery, kind: ImportKind) -> Result<Response> {
    let format = query.file.map_or(Format::Xlsx, Format::from);
    let file = import::template(kind, format)?;
    attached(file.bytes, &file.name, format.content_type())
}

//! Imports: the upload of each kind of file, its columns, the dry run with its report, the confirmation, and the list.

use std::path::PathBuf;

use app::directory::import::{self, Download, FieldView, ImportReport, ImportView, LayoutColumn, Upload};
use app::job::JobView;
use askama::Template;
use axum::extract::{DefaultBodyLimit, Multipart};
use axum::handler::Handler as _;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::ids::ImportId;
use domain::import::{ImportKind, ImportState};
use domain::registry::UseCase;
use serde::Deserialize;
use text::Label as _;
use tokio::io::AsyncWriteExt as _;
use web::{
    Area, Cell, Column, Crumb, FieldErrors, Form, Html, ListQuery, Page, Path, Query, Result, Step, StepState, Table,
    Tone, go, go_saying,
};

use crate::page::upkeep::job::component;
use crate::{Desk, Routes, listed};

/// Bytes of an uploaded file; the limit of `sheet` is the same.
const UPLOAD_BYTES_MAX: usize = 200 << 20;
/// What stands round the file in the form.
const FORM_BYTES_MAX: usize = 1 << 16;

pub(crate) fn routes() -> Routes {
    let limit = || DefaultBodyLimit::max(UPLOAD_BYTES_MAX + FORM_BYTES_MAX);
    Routes::new()
        .get("/office/imports", UseCase::ImportList, list)
        .get("/office/imports/new", UseCase::ImportList, choose)
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
        .get("/office/imports/{import}", UseCase::ImportView, view)
        .get("/office/imports/{import}/problems", UseCase::ImportView, problems)
        .post("/office/imports/{import}/map", UseCase::ImportMap, map)
        .post("/office/imports/{import}/dry-run", UseCase::ImportDryRun, dry_run)
        .post("/office/imports/{import}/commit", UseCase::ImportCommit, commit)
        .post("/office/imports/{import}/cancel", UseCase::ImportCancel, cancel)
}

#[derive(Deserialize)]
struct Chosen {
    #[serde(default)]
    kind: String,
}

/// `?kind=subject` leads to the form of that kind, anything else to the list with its buttons.
async fn choose(_desk: Desk, Query(Chosen { kind }): Query<Chosen>) -> Response {
    go(kind.parse().map_or("/office/imports", upload_address))
}

/// Where the form of a kind of file is.
const fn upload_address(kind: ImportKind) -> &'static str {
    match kind {
        ImportKind::Agency => "/office/agencies/import",
        ImportKind::Subject => "/office/subjects/import",
        ImportKind::Inspector => "/office/inspectors/import",
        ImportKind::Item => "/office/items/import",
    }
}

/// The directory that a kind of file fills.
const fn directory_address(kind: ImportKind) -> &'static str {
    match kind {
        ImportKind::Agency => "/office/agencies",
        ImportKind::Subject => "/office/subjects",
        ImportKind::Inspector => "/office/inspectors",
        ImportKind::Item => "/office/items",
    }
}

const fn tone(state: ImportState) -> Tone {
    match state {
        ImportState::Uploaded | ImportState::Mapped => Tone::Info,
        ImportState::Checked => Tone::Warn,
        ImportState::Refused => Tone::Bad,
        ImportState::Committed => Tone::Good,
        ImportState::Cancelled => Tone::Plain,
    }
}

const COLUMNS: &[Column] = &[
    Column::text("file", "文件").head().wide(40.0),
    Column::text("kind", "名录"),
    Column::text("state", "状态"),
    Column::text("person", "上传人"),
    Column::moment("at", "上传时间"),
];

#[derive(Template)]
#[template(path = "directory/import/list.html")]
struct ListPage {
    page: Page,
    table: Table,
    uploads: Vec<(&'static str, &'static str)>,
}

async fn list(desk: Desk, query: ListQuery) -> Result<Response> {
    let found = import::list(&desk.platform, &desk.ctx, query.window(COLUMNS)).await?;
    let cells = |line: import::Import| {
        // Whoever may not upload a kind may not open its imports either.
        let href =
            if desk.may(import::use_case(line.kind)) { format!("/office/imports/{}", line.id) } else { String::new() };
        vec![
            Cell::link(line.file_name, href),
            Cell::text(line.kind.label()),
            Cell::chip(tone(line.state), line.state.label()),
            Cell::text(line.created_name),
            Cell::text(text::moment(line.created_at)),
        ]
    };
    let table = Table::paged(("导入记录", "次"), COLUMNS, &query, found.total, found.rows.into_iter().map(cells));
    if let Some(format) = query.file {
        return listed::file(&desk, UseCase::ImportList, table, format).await;
    }
    let uploads = ImportKind::ALL.iter().filter(|kind| desk.may(import::use_case(**kind)));
    Ok(Html(ListPage {
        table,
        uploads: uploads.map(|kind| (upload_address(*kind), kind.label())).collect(),
        page: desk.page_under(Area::Directory, crumbs("导入记录")),
    })
    .into_response())
}

fn crumbs(here: &str) -> [Crumb; 2] {
    [Crumb::to("名录库", "/office/directory"), Crumb::here(here)]
}

#[derive(Template)]
#[template(path = "directory/import/new.html")]
struct NewPage {
    page: Page,
    action: &'static str,
    kind: &'static str,
    bytes_max: u64,
    rows_max: u64,
    /// Name and whether it is required.
    fields: Vec<(&'static str, bool)>,
}

fn new(desk: &Desk, kind: ImportKind) -> Html<NewPage> {
    Html(NewPage {
        page: desk.page_under(Area::Directory, crumbs(&format!("导入{}", kind.label()))),
        action: upload_address(kind),
        kind: kind.label(),
        bytes_max: u64::try_from(UPLOAD_BYTES_MAX).unwrap_or(0),
        rows_max: import::rows_max(kind),
        fields: import::field_labels(kind),
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

/// A field with the column that is chosen for it.
struct FieldRow {
    field: FieldView,
    options: Vec<(String, String, bool)>,
}

#[derive(Template)]
#[template(path = "directory/import/view.html")]
struct ViewPage {
    page: Page,
    id: String,
    version: i64,
    file_name: String,
    kind: &'static str,
    state: &'static str,
    tone: Tone,
    uploaded: String,
    size: String,
    steps: Vec<Step>,
    running: Option<web::JobView>,
    job_failed: Option<(String, String)>,
    sheet: String,
    rows: Vec<FieldRow>,
    unread: Vec<String>,
    may_map: bool,
    report: Option<ImportReport>,
    /// Whether there is something to confirm.
    checked: bool,
    committed: bool,
    open: bool,
    has_workbook: bool,
    directory: &'static str,
    again: &'static str,
    errors: FieldErrors,
}

async fn view(desk: Desk, Path(name): Path<String>) -> Result<Html<ViewPage>> {
    let id = id_of(&name)?;
    let found = import::get(&desk.platform, &desk.ctx, id).await?;
    Ok(Html(view_page(&desk, found, &[], FieldErrors::none())))
}

fn id_of(name: &str) -> Result<ImportId> {
    Ok(name.parse().map_err(|_| app::Error::not_found())?)
}

fn view_page(desk: &Desk, found: ImportView, typed: &[(String, Option<u32>)], errors: FieldErrors) -> ViewPage {
    let ImportView { import, layout, fields, report, job, has_problems_workbook } = found;
    let running = job.as_ref().is_some_and(|job| !job.ended);
    let columns = layout.as_ref().map(|l| l.columns.clone()).unwrap_or_default();
    let taken: Vec<u32> = fields.iter().filter_map(|f| f.column).collect();
    let unread = columns.iter().filter(|c| !taken.contains(&c.column)).map(|c| c.name.clone()).collect();
    let open = import.state.is_open();
    ViewPage {
        page: desk.page_under(
            Area::Directory,
            [
                Crumb::to("名录库", "/office/directory"),
                Crumb::to("导入记录", "/office/imports"),
                Crumb::here(import.file_name.clone()),
            ],
        ),
        id: import.id.to_string(),
        version: import.version,
        kind: import.kind.label(),
        state: import.state.label(),
        tone: tone(import.state),
        uploaded: format!("{} {}", import.created_name, text::moment(import.created_at)),
        size: web::format::bytes(u64::try_from(import.file_size).unwrap_or(0)),
        steps: steps(import.state, running),
        job_failed: job.as_ref().filter(|_| open).and_then(failure),
        running: job.as_ref().filter(|job| !job.ended).map(component),
        sheet: layout.map(|l| l.sheet).unwrap_or_default(),
        rows: fields.into_iter().map(|field| field_row(field, &columns, typed)).collect(),
        unread,
        may_map: open && !running && !columns.is_empty(),
        report,
        checked: import.state == ImportState::Checked && !running,
        committed: import.state == ImportState::Committed,
        open: open && !running,
        has_workbook: has_problems_workbook,
        directory: directory_address(import.kind),
        again: upload_address(import.kind),
        file_name: import.file_name,
        errors,
    }
}

/// Message and next step of a job that did not come to an end by itself.
fn failure(job: &JobView) -> Option<(String, String)> {
    let error = job.error.as_ref()?;
    let word = |name: &str| error.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    Some((word("message"), word("next")))
}

fn field_row(field: FieldView, columns: &[LayoutColumn], typed: &[(String, Option<u32>)]) -> FieldRow {
    let chosen = typed.iter().find(|(key, _)| key == field.key).map_or(field.column, |(_, column)| *column);
    let options = columns.iter().map(|c| {
        let samples = c.samples.iter().filter(|s| !s.is_empty()).take(2).cloned().collect::<Vec<_>>().join("，");
        let label = if samples.is_empty() { c.name.clone() } else { format!("{}（{samples}）", c.name) };
        (c.column.to_string(), label, chosen == Some(c.column))
    });
    FieldRow { options: options.collect(), field }
}

fn steps(state: ImportState, running: bool) -> Vec<Step> {
    let reached = match state {
        ImportState::Uploaded => 1,
        ImportState::Mapped | ImportState::Refused => 2,
        ImportState::Checked | ImportState::Cancelled => 3,
        ImportState::Committed => 4,
    };
    let step = |place: usize, label: &str| {
        let step_state = match (place.cmp(&reached), state) {
            (std::cmp::Ordering::Less, _) => StepState::Done,
            (std::cmp::Ordering::Equal, ImportState::Refused) if !running => StepState::Failed,
            (std::cmp::Ordering::Equal, ImportState::Cancelled) => StepState::Waiting,
            (std::cmp::Ordering::Equal, _) => StepState::Current,
            (std::cmp::Ordering::Greater, _) => StepState::Waiting,
        };
        Step {
            label: label.to_owned(),
            state: step_state,
            owner: String::new(),
            deadline: String::new(),
            waits_for: String::new(),
            href: String::new(),
        }
    };
    [(0, "上传文件"), (1, "对应列"), (2, "试导入"), (3, "确认导入")].map(|(place, label)| step(place, label)).into()
}

/// Columns as chosen, then the dry run at once: one button for both.
async fn map(desk: Desk, Path(name): Path<String>, Form(form): Form<Vec<(String, String)>>) -> Result<Response> {
    let id = id_of(&name)?;
    let version = form.iter().find(|(key, _)| key == "version").and_then(|(_, v)| v.parse().ok()).unwrap_or(0);
    let choices: Vec<(String, Option<u32>)> = form
        .iter()
        .filter(|(key, _)| key != "version")
        .map(|(key, column)| (key.clone(), column.parse().ok()))
        .collect();
    match import::set_mapping(&desk.platform, &desk.ctx, id, version, &choices).await {
        Ok(()) => {
            import::dry_run(&desk.platform, &desk.ctx, id).await?;
            Ok(go(&format!("/office/imports/{id}")))
        }
        Err(error) if !error.fields.is_empty() => {
            let found = import::get(&desk.platform, &desk.ctx, id).await?;
            Ok(Html::invalid(view_page(&desk, found, &choices, FieldErrors::from(&error))))
        }
        Err(error) => Err(error.into()),
    }
}

async fn dry_run(desk: Desk, Path(name): Path<String>) -> Result<Response> {
    let id = id_of(&name)?;
    import::dry_run(&desk.platform, &desk.ctx, id).await?;
    Ok(go(&format!("/office/imports/{id}")))
}

async fn commit(desk: Desk, Path(name): Path<String>) -> Result<Response> {
    let id = id_of(&name)?;
    import::commit(&desk.platform, &desk.ctx, id).await?;
    Ok(go(&format!("/office/imports/{id}")))
}

async fn cancel(desk: Desk, Path(name): Path<String>) -> Result<Response> {
    let id = id_of(&name)?;
    import::cancel(&desk.platform, &desk.ctx, id).await?;
    Ok(go_saying(&format!("/office/imports/{id}"), Tone::Info, "已取消导入，名录库没有变化。"))
}

async fn problems(desk: Desk, Path(name): Path<String>) -> Result<Response> {
    let download = import::problems_workbook(&desk.platform, &desk.ctx, id_of(&name)?).await?;
    send(download).await
}

/// A file of some megabytes, under its Chinese name.
async fn send(download: Download) -> Result<Response> {
    let bytes = tokio::fs::read(&download.path).await.map_err(app::Error::internal)?;
    let name: String = download.name.bytes().map(percent).collect();
    let disposition = format!("attachment; filename*=UTF-8''{name}");
    let mut response = bytes.into_response();
    for (header, value) in [(header::CONTENT_TYPE, download.media_type), (header::CONTENT_DISPOSITION, disposition)] {
        response.headers_mut().insert(header, HeaderValue::from_str(&value).map_err(app::Error::internal)?);
    }
    Ok(response)
}

/// A byte of a file's name as it may stand in a header.
fn percent(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

//! Imports: the upload of each kind of file, its columns, the dry run with its report, the confirmation, and the list.

mod changes;
mod new;

use app::directory::import::{self, Download, FieldView, ImportReport, ImportView, LayoutColumn};
use app::job::JobView;
use askama::Template;
use axum::response::{IntoResponse, Response};
use domain::ids::ImportId;
use domain::import::{ImportKind, ImportState};
use domain::registry::UseCase;
use serde::Deserialize;
use text::Label as _;
use web::{
    Area, Cell, Column, Crumb, FieldErrors, Form, Html, ListQuery, Page, Path, Query, Result, Step, StepState, Table,
    Tone, go, go_saying,
};

use changes::Outline;

use crate::page::upkeep::job::component;
use crate::{Desk, Routes, listed};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/office/imports", UseCase::ImportList, list)
        .get("/office/imports/new", UseCase::ImportList, choose)
        .merge(new::routes())
        .get("/office/imports/{import}", UseCase::ImportView, view)
        .get("/office/imports/{import}/changes", UseCase::ImportView, changes::changes)
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
    /// What becomes of what stood there before.
    kept: &'static str,
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
    /// What it would do, once it is checked.
    changes: Option<(Outline, Table)>,
    /// What confirming it means, in a sentence.
    consequence: String,
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
    Ok(Html(view_page(&desk, found, &[], FieldErrors::none()).await?))
}

fn id_of(name: &str) -> Result<ImportId> {
    Ok(name.parse().map_err(|_| app::Error::not_found())?)
}

async fn view_page(
    desk: &Desk,
    found: ImportView,
    typed: &[(String, Option<u32>)],
    errors: FieldErrors,
) -> Result<ViewPage> {
    let ImportView { import, layout, fields, report, job, has_problems_workbook } = found;
    let running = job.as_ref().is_some_and(|job| !job.ended);
    let columns = layout.as_ref().map(|l| l.columns.clone()).unwrap_or_default();
    let taken: Vec<u32> = fields.iter().filter_map(|f| f.column).collect();
    let unread = columns.iter().filter(|c| !taken.contains(&c.column)).map(|c| c.name.clone()).collect();
    let open = import.state.is_open();
    let checked = import.state == ImportState::Checked && !running;
    let changes = match report.as_ref().filter(|_| checked) {
        Some(report) => Some(changes::first(desk, import.id, report).await?),
        None => None,
    };
    let consequence = report.as_ref().map(consequence).unwrap_or_default();
    let page = ViewPage {
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
        kept: text::import::kept(import.kind),
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
        consequence,
        changes,
        checked,
        committed: import.state == ImportState::Committed,
        open: open && !running,
        has_workbook: has_problems_workbook,
        directory: directory_address(import.kind),
        again: upload_address(import.kind),
        file_name: import.file_name,
        errors,
    };
    Ok(page)
}

/// What confirming means.
fn consequence(report: &ImportReport) -> String {
    let count = |rows: u64| web::format::thousands(rows);
    let removed =
        if report.removed > 0 { format!("、从清单中移出 {} 条", count(report.removed)) } else { String::new() };
    let (new, changed) = (count(report.new), count(report.changed));
    format!("将新增 {new} 条、变更 {changed} 条{removed}，写入后不能撤销，只能再次导入更正。")
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
            Ok(Html::invalid(view_page(&desk, found, &choices, FieldErrors::from(&error)).await?))
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

async fn send(download: Download) -> Result<Response> {
    Ok(web::download::named(web::download::of_path(&download.path).await?, &download.media_type, &download.name))
}

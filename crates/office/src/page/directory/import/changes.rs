//! What an import would do, before it is confirmed: the outline and the first lines on the import's page, and all of them
//! on a page of their own.

use app::Window;
use app::directory::import::{self, ImportReport, LEAVING, Preview, PreviewLine, PreviewQuery};
use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::ids::ImportId;
use domain::import::{ImportEffect, ImportKind};
use text::Label as _;
use web::{Area, Cell, Choice, Column, Crumb, Html, ListQuery, Look, Page, Path, Result, Table, Tone};

use super::id_of;
use crate::{Desk, listed};

/// Lines that the import's own page shows.
const FIRST_LINES: u32 = 10;
/// Effects in the order in which a keeper looks for them.
const EFFECTS: [ImportEffect; 4] =
    [ImportEffect::Changed, ImportEffect::New, ImportEffect::Removed, ImportEffect::Unchanged];

/// How much an import would do, with the way to each part of it.
pub(super) struct Outline {
    /// Each effect with its rows and their address.
    pub(super) effects: Vec<(ImportEffect, u64, String)>,
    /// Rows, name and address of each field that changes.
    pub(super) fields: Vec<(u64, String, String)>,
    pub(super) leaving: (u64, String),
    pub(super) untouched: Option<u64>,
    pub(super) moved_on: bool,
    /// Is there nothing that changes?
    pub(super) nothing: bool,
    /// Where all lines are.
    pub(super) all: String,
}

impl Outline {
    fn of(preview: &Preview) -> Self {
        let all = format!("/office/imports/{}/changes", preview.import.id);
        let counts = preview.counts;
        let count = |effect: ImportEffect| match effect {
            ImportEffect::New => counts.new,
            ImportEffect::Changed => counts.changed,
            ImportEffect::Unchanged => counts.unchanged,
            ImportEffect::Removed => counts.removed,
        };
        // Only an item list takes anything away.
        let told = |effect: &ImportEffect| *effect != ImportEffect::Removed || preview.import.kind == ImportKind::Item;
        let figure = |effect: ImportEffect| {
            let rows = count(effect);
            let href = if rows > 0 { format!("{all}?effect={}", effect.code()) } else { String::new() };
            (effect, rows, href)
        };
        let field = |key: &str| format!("{all}?field={key}");
        Self {
            effects: EFFECTS.into_iter().filter(told).map(figure).collect(),
            fields: preview.fields.iter().map(|f| (f.rows, f.label.clone(), field(f.key))).collect(),
            leaving: (preview.leaving, field(LEAVING)),
            untouched: preview.untouched,
            moved_on: preview.moved_on,
            nothing: counts.new + counts.changed + counts.removed == 0,
            all,
        }
    }
}

const EFFECT: Column = Column::text("effect", "变化").unsorted();
const CONTENT: Column = Column::text("changes", "内容").unsorted();
const COLUMNS: &[Column] = &[
    Column::number("row", "文件行"),
    EFFECT,
    Column::text("name", "名称").head(),
    Column::code("code", "代码"),
    CONTENT,
];
/// The same where only the first lines stand.
const FIRST_COLUMNS: &[Column] = &[
    Column::number("row", "文件行").unsorted(),
    EFFECT,
    Column::text("name", "名称").head().unsorted(),
    Column::code("code", "代码").unsorted(),
    CONTENT,
];

/// A line as cells.
fn cells(kind: ImportKind, line: PreviewLine) -> Vec<Cell> {
    let PreviewLine { row, effect, code, name, known, summary, changes, leaving } = line;
    let href = match (kind, known) {
        (ImportKind::Subject, Some(id)) => format!("/office/subjects/{id}"),
        (ImportKind::Inspector, Some(id)) => format!("/office/inspectors/{id}"),
        (ImportKind::Item, Some(id)) => format!("/office/items/{id}"),
        // The page of an agency is a form, and says no more than the line.
        (ImportKind::Agency, _) | (_, None) => String::new(),
    };
    let filled = |text: String| if text.is_empty() { "（空）".to_owned() } else { text };
    let words = changes.into_iter().fold(Cell::default(), |cell, change| {
        let label = text::import::changed_field(kind, change.field);
        let words = format!("{label}：{} → {}", filled(change.before), filled(change.after));
        let cell = cell.and(words, Look::Line);
        if leaving && change.field == "status" {
            cell.and("不再存续或在营", Look::Chip(Tone::Warn))
        } else {
            cell
        }
    });
    vec![
        row.map_or_else(Cell::default, |row| Cell::number(u64::from(row))),
        Cell::chip(tone(effect), effect.label()),
        Cell::link(name, href),
        Cell::text(code),
        if summary.is_empty() { words } else { Cell::text(summary) },
    ]
}

/// The lines as a table.
fn table(found: &mut Preview, columns: &'static [Column], query: &ListQuery) -> Table {
    let kind = found.import.kind;
    let rows = std::mem::take(&mut found.lines).into_iter().map(|line| cells(kind, line));
    let names = (text::import::CHANGES_TITLE, "条");
    Table::paged(names, columns, query, found.total, rows).with_file_rows_max(import::FILE_ROWS_MAX)
}

const fn tone(effect: ImportEffect) -> Tone {
    match effect {
        ImportEffect::New => Tone::Good,
        ImportEffect::Changed | ImportEffect::Unchanged => Tone::Plain,
        ImportEffect::Removed => Tone::Bad,
    }
}

/// The outline and the first lines of what matters most, for the import's own page.
pub(super) async fn first(desk: &Desk, id: ImportId, report: &ImportReport) -> Result<(Outline, Table)> {
    let counts = [report.changed, report.new, report.removed];
    let wanted = EFFECTS.into_iter().zip(counts).find(|(_, rows)| *rows > 0);
    let effect = wanted.map_or("", |(effect, _)| effect.code()).to_owned();
    let query = PreviewQuery { effect, ..PreviewQuery::default() };
    let mut found = import::preview(&desk.platform, &desk.ctx, id, &query, Window::page(0, FIRST_LINES)).await?;
    let outline = Outline::of(&found);
    Ok((outline, table(&mut found, FIRST_COLUMNS, &ListQuery::parse("", ""))))
}

#[derive(Template)]
#[template(path = "directory/import/changes.html")]
pub(super) struct ChangesPage {
    page: Page,
    id: String,
    kind: &'static str,
    file_name: String,
    outline: Outline,
    table: Table,
    effects: Vec<Choice>,
    fields: Vec<Choice>,
}

/// What a preview is asked for in an address.
fn query_of(query: &ListQuery) -> PreviewQuery {
    PreviewQuery {
        effect: query.filter("effect").to_owned(),
        field: query.filter("field").to_owned(),
        q: query.filter("q").to_owned(),
    }
}

pub(super) async fn changes(desk: Desk, Path(name): Path<String>, query: ListQuery) -> Result<Response> {
    let id = id_of(&name)?;
    let wanted = query_of(&query);
    let window = query.window(COLUMNS);
    if let Some(format) = query.file {
        let (platform, sort) = (&desk.platform, window.sort());
        let file = import::preview_file(platform, &desk.ctx, id, &wanted, sort, format.into()).await?;
        return Ok(listed::send(file));
    }
    let mut found = import::preview(&desk.platform, &desk.ctx, id, &wanted, window).await?;
    let outline = Outline::of(&found);
    let counted = |label: &str, rows: u64| format!("{label}（{}）", web::format::thousands(rows));
    let effects = outline.effects.iter().filter(|(_, rows, _)| *rows > 0);
    let effects = effects.map(|(effect, rows, _)| Choice::new(effect.code(), counted(effect.label(), *rows))).collect();
    let mut fields: Vec<_> = found.fields.iter().map(|f| Choice::new(f.key, counted(&f.label, f.rows))).collect();
    if found.leaving > 0 {
        fields.push(Choice::new(LEAVING, counted("登记状态：不再存续或在营", found.leaving)));
    }
    let table = table(&mut found, COLUMNS, &query);
    let page = ChangesPage {
        page: desk.page_under(
            Area::Directory,
            [
                Crumb::to("名录库", "/office/directory"),
                Crumb::to("导入记录", "/office/imports"),
                Crumb::to(found.import.file_name.clone(), format!("/office/imports/{id}")),
                Crumb::here(text::import::CHANGES_TITLE),
            ],
        ),
        id: id.to_string(),
        kind: found.import.kind.label(),
        file_name: found.import.file_name,
        outline,
        table,
        effects,
        fields,
    };
    Ok(Html(page).into_response())
}

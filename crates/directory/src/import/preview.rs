//! What an import would do, row by row, before anybody confirms it. It is read from the staged rows each time, by the
//! comparison that the commit writes by; a register is never held in memory.

use std::collections::HashMap;

use domain::agency::Scope;
use domain::ids::ImportId;
use domain::import::{ImportEffect, ImportKind, ImportState};
use domain::registry::UseCase;
use serde_json::json;
use store::Conn;
use store::repo;
use store::repo::import::Import;
use store::repo::import_stage::{DatedClass, StagedChange, StagedCounts, StagedFilter};
use store::repo::inspector::InspectorFilter;
use text::Label as _;

use super::commit::{lines, scope_of};
use super::line::{PreviewLine, counts};
use super::report::ImportReport;
use super::step::{layout_of, payload};
use super::{Payload, THING, load, subject_row};
use crate::subject::{Change, changes_of};
use kernel::export::{ColumnKind, ColumnSpec, Export, Format, Value, Writer};
use kernel::{Ctx, Error, Platform, Result, Window};

/// Stands for a field in [`PreviewQuery::field`]: changes to a registration state that is not in operation.
pub const LEAVING: &str = "leaving";

/// What a preview is narrowed to, as it stands in the address. An effect that is none narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PreviewQuery {
    /// Code of an effect.
    pub effect: String,
    /// Key of a field that changes, or [`LEAVING`].
    pub field: String,
    /// Part of a name or of a code.
    pub q: String,
}

/// In how many rows a field changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldCount {
    /// Its key.
    pub key: &'static str,
    /// Its name.
    pub label: String,
    /// Rows.
    pub rows: u64,
}

/// One page of what an import would do, and how much it is in all.
#[derive(Debug)]
pub struct Preview {
    /// The import.
    pub import: Import,
    /// The lines of this page, in the order of the file; what it takes away comes last.
    pub lines: Vec<PreviewLine>,
    /// Lines over all pages that the query lets through.
    pub total: u64,
    /// How many rows do what, whatever the query.
    pub counts: StagedCounts,
    /// In how many rows each field changes; those that change in none are left out.
    pub fields: Vec<FieldCount>,
    /// How many objects change to a registration state that is not in operation.
    pub leaving: u64,
    /// How many of the directory the file does not name, so that they stay as they are; none for a list that replaces
    /// another.
    pub untouched: Option<u64>,
    /// Whether the directory has changed since the dry run counted.
    pub moved_on: bool,
}

/// What a checked import would do if the acting post confirmed it now: counts, and the lines of a window, which can be
/// sorted by `row`, `name` and `code`.
///
/// # Errors
/// `IMPT-013` if it is not checked, or no longer; `NotFound`, `Denied`, `Unauthenticated`.
pub async fn preview(
    platform: &Platform,
    ctx: &Ctx,
    id: ImportId,
    query: &PreviewQuery,
    window: Window,
) -> Result<Preview> {
    // One instant for counts and lines.
    let mut conn = platform.store().snapshot().await?;
    let (import, payload, scope) = checked(&mut conn, ctx, id).await?;
    let report: ImportReport = serde_json::from_str(&import.report)?;
    let label = |key: &'static str| text::import::changed_field(import.kind, key).to_owned();
    if import.kind == ImportKind::Subject {
        let columns = subject_row::staged_columns(&layout_of(&import)?);
        let summary = repo::import_stage::summary(&mut conn, id, &columns).await?;
        let found = repo::import_stage::changes_in(&mut conn, id, &columns, &query.staged(), &summary, window).await?;
        let fields = summary.fields.into_iter().map(|(column, rows)| {
            let key = field_of(column);
            FieldCount { key, label: label(key), rows }
        });
        return Ok(Preview {
            lines: found.rows.into_iter().map(of_subject).collect(),
            total: found.total,
            counts: summary.counts,
            fields: fields.collect(),
            leaving: summary.leaving,
            untouched: Some(repo::import_stage::untouched(&mut conn, &scope, summary.counts).await?),
            moved_on: report.differs_from(summary.counts),
            import,
        });
    }
    let all = lines(&mut conn, &import, &payload, &scope).await?;
    let counts = counts(&all);
    let mut rows: HashMap<&'static str, u64> = HashMap::new();
    for change in all.iter().flat_map(|line| &line.changes) {
        *rows.entry(change.field).or_default() += 1;
    }
    let keys = super::fields::fields(import.kind).iter().map(|field| field.key);
    let fields = keys.filter_map(|key| Some(FieldCount { key, label: label(key), rows: *rows.get(key)? })).collect();
    let shown = ordered(all.into_iter().filter(|line| query.lets_through(line)).collect(), window);
    Ok(Preview {
        total: u64::try_from(shown.len()).unwrap_or(u64::MAX),
        lines: window.cut(shown),
        counts,
        fields,
        leaving: 0,
        untouched: untouched(&mut conn, ctx, &import, &scope, counts).await?,
        moved_on: report.differs_from(counts),
        import,
    })
}

/// Lines that were read whole, in the order that the window asks for.
fn ordered(mut lines: Vec<PreviewLine>, window: Window) -> Vec<PreviewLine> {
    match window.sort() {
        Some(("name", _)) => lines.sort_by(|a, b| a.name.cmp(&b.name)),
        Some(("code", _)) => lines.sort_by(|a, b| a.code.cmp(&b.code)),
        _ => {}
    }
    if window.sort().is_some_and(|(_, down)| down) {
        lines.reverse();
    }
    lines
}

/// The import with whom and what it would be confirmed for.
async fn checked(conn: &mut Conn, ctx: &Ctx, id: ImportId) -> Result<(Import, Payload, Scope)> {
    ctx.require(UseCase::ImportView)?;
    let import = load(conn, ctx, id).await?;
    if import.state != ImportState::Checked {
        return Err(Error::conflict("IMPT-013").with("state", import.state.label()));
    }
    let payload = payload(ctx, id, false);
    let scope = scope_of(conn, &payload).await?;
    Ok((import, payload, scope))
}

async fn untouched(
    conn: &mut Conn,
    ctx: &Ctx,
    import: &Import,
    scope: &Scope,
    counts: StagedCounts,
) -> Result<Option<u64>> {
    let all = match import.kind {
        ImportKind::Subject | ImportKind::Item => return Ok(None),
        ImportKind::Inspector => {
            let everybody = InspectorFilter::default();
            repo::inspector::list(conn, scope, &everybody, ctx.today(), Window::first(1)).await?.total
        }
        ImportKind::Agency => u64::try_from(repo::agency::list(conn, scope).await?.len()).unwrap_or(u64::MAX),
    };
    Ok(Some(all.saturating_sub(counts.changed + counts.unchanged)))
}

impl PreviewQuery {
    fn effect(&self) -> Option<ImportEffect> {
        ImportEffect::from_code(&self.effect)
    }

    fn staged(&self) -> StagedFilter {
        let leaving = self.field == LEAVING;
        let field = if leaving { String::new() } else { column_of(&self.field).to_owned() };
        StagedFilter { effect: self.effect(), field, leaving, search: self.q.clone() }
    }

    fn lets_through(&self, line: &PreviewLine) -> bool {
        let search = self.q.trim();
        self.effect().is_none_or(|effect| line.effect == effect)
            && (self.field.is_empty() || line.changes.iter().any(|change| change.field == self.field))
            && (line.name.contains(search) || line.code.contains(search))
    }
}

/// The column of the register that holds a field.
fn column_of(field: &str) -> &str {
    if field == "agency" { "agency_id" } else { field }
}

fn field_of(column: &'static str) -> &'static str {
    if column == "agency_id" { "agency" } else { column }
}

fn of_subject(staged: StagedChange) -> PreviewLine {
    let (after, agency) = (&staged.after.0, staged.after.1.as_str());
    let Some((before, agency_before)) = &staged.before else {
        let tags: Vec<_> = after.tags.iter().map(domain::subject::Tag::as_str).collect();
        let words =
            [after.kind.label().to_owned(), agency.to_owned(), after.status.label().to_owned(), tags.join("、")];
        return PreviewLine::added(staged.row, &after.key, &after.name, text::import::summary(words));
    };
    let fields: Vec<_> = staged.fields.iter().copied().map(field_of).collect();
    let mut changes = changes_of(&fields, (before, agency_before), (after, agency));
    for (field, (was, is)) in [("credit_class", staged.credit), ("food_class", staged.food)] {
        if fields.contains(&field) {
            let words = |class: Option<DatedClass>| class.map(|(level, day)| text::import::dated_class(level, day));
            let (before, after) = (words(was).unwrap_or_default(), words(is).unwrap_or_default());
            changes.push(Change { field, before, after });
        }
    }
    let leaving = fields.contains(&"status") && !after.status.is_in_operation();
    let line = PreviewLine::compared(staged.row, &after.key, &after.name, before.id.to_string(), changes);
    PreviewLine { leaving, ..line }
}

/// Every line that the query lets through, in the order of the window; of a register one is in memory at a time.
async fn for_each_line(
    conn: &mut Conn,
    (import, payload, scope): (&Import, &Payload, &Scope),
    query: &PreviewQuery,
    window: Window,
    mut each: impl FnMut(PreviewLine) + Send,
) -> Result<()> {
    if import.kind != ImportKind::Subject {
        let all = lines(conn, import, payload, scope).await?;
        let shown = ordered(all.into_iter().filter(|line| query.lets_through(line)).collect(), window);
        shown.into_iter().for_each(each);
        return Ok(());
    }
    let columns = subject_row::staged_columns(&layout_of(import)?);
    repo::import_stage::for_each_change(conn, import.id, &columns, &query.staged(), window, |staged| {
        each(of_subject(staged));
        Ok(())
    })
    .await?;
    Ok(())
}

/// Lines of a preview's file: the rows of a sheet, less its heading.
pub const FILE_ROWS_MAX: u32 = 1_000_000;

/// All that the query lets through as a file, in the order of `sort`: a line for each field that changes, so that a
/// spreadsheet can be filtered by it, and one for each row that is new, stays or goes. It left the house, which is noted.
///
/// # Errors
/// As [`preview`]; `LIST-001` beyond [`FILE_ROWS_MAX`] lines.
pub async fn preview_file(
    platform: &Platform,
    ctx: &Ctx,
    id: ImportId,
    query: &PreviewQuery,
    sort: Option<(&'static str, bool)>,
    format: Format,
) -> Result<Export> {
    preview_file_up_to(platform, ctx, id, query, sort, format, FILE_ROWS_MAX).await
}

/// As [`preview_file`], with another limit.
///
/// # Errors
/// As [`preview_file`].
pub async fn preview_file_up_to(
    platform: &Platform,
    ctx: &Ctx,
    id: ImportId,
    query: &PreviewQuery,
    sort: Option<(&'static str, bool)>,
    format: Format,
    rows_max: u32,
) -> Result<Export> {
    let mut conn = platform.store().snapshot().await?;
    let (import, payload, scope) = checked(&mut conn, ctx, id).await?;
    // One more than allowed is asked for, so that it is noticed.
    let window = Window::first(rows_max.saturating_add(1)).sorted(sort);
    let (kind, wanted) = (import.kind, query.clone());
    let handle = tokio::runtime::Handle::current();
    let name = text::import::CHANGES_FILE;
    let export = kernel::export::write(platform, ctx, name, format, move |target| {
        let columns = text::import::CHANGES_COLUMNS.iter().zip(COLUMNS);
        let columns: Vec<_> = columns.map(|(title, (width, held))| ColumnSpec::new(title, width, held)).collect();
        let mut writer = Writer::begin(target, name, &columns, format)?;
        let (mut rows, mut failed) = (0_u64, None);
        let put = |line: PreviewLine| {
            let cells = cells(kind, &line);
            rows += u64::try_from(cells.len()).unwrap_or(u64::MAX);
            if rows <= u64::from(rows_max) && failed.is_none() {
                failed = cells.iter().find_map(|row| writer.put(row).err());
            }
        };
        handle.block_on(for_each_line(&mut conn, (&import, &payload, &scope), &wanted, window, put))?;
        if let Some(failed) = failed {
            return Err(failed.into());
        }
        if rows > u64::from(rows_max) {
            return Err(Error::conflict("LIST-001").with("max", rows_max).with("found", rows));
        }
        Ok(writer.finish(target)?)
    })
    .await?;
    let filter = json!({ "effect": query.effect, "field": query.field, "q": query.q });
    let data = json!({
        "list": UseCase::ImportView.row().name, "rows": export.rows, "format": format.extension(), "filter": filter,
    });
    platform.command(ctx, UseCase::ListExport).await?.finish(THING, id, data).await?;
    Ok(export)
}

/// Width and content of the file's columns.
const COLUMNS: [(f64, ColumnKind); 7] = [
    (8.0, ColumnKind::Number),
    (8.0, ColumnKind::Text),
    (40.0, ColumnKind::Text),
    (22.0, ColumnKind::Code),
    (20.0, ColumnKind::Text),
    (44.0, ColumnKind::Text),
    (44.0, ColumnKind::Text),
];

/// A line as rows of the file.
fn cells(kind: ImportKind, line: &PreviewLine) -> Vec<[Value<'_>; 7]> {
    let row = |field: &'static str, before: &'_ str, after: &'_ str| {
        [
            line.row.map_or(Value::Empty, Value::from),
            Value::from(line.effect.label()),
            Value::from(line.name.clone()),
            Value::from(line.code.clone()),
            Value::from(if field.is_empty() { "" } else { text::import::changed_field(kind, field) }),
            Value::from(before.to_owned()),
            Value::from(after.to_owned()),
        ]
    };
    if !line.changes.is_empty() {
        return line.changes.iter().map(|change| row(change.field, &change.before, &change.after)).collect();
    }
    match line.effect {
        ImportEffect::Removed => vec![row("", &line.summary, "")],
        _ => vec![row("", "", &line.summary)],
    }
}

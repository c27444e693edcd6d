//! Exactly what the list shows, as a workbook or as CSV. It holds no phone numbers: the file leaves the house.

use std::path::Path;

use chrono::NaiveDate;
use domain::agency::Scope;
use domain::registry::UseCase;
use kernel::export::{Export, Format, Writer};
use kernel::{Ctx, Error, Platform, Result};
use sheet::{ColumnKind, ColumnSpec, SheetError, Value};
use store::repo;
use store::repo::Window;
use store::repo::subject::{SubjectFilter, SubjectRow};
use text::Label as _;

use super::SubjectQuery;

/// Rows of one export: the register of a large city. A sheet could hold more; a clerk's office program could not.
pub const EXPORT_ROWS_MAX: u32 = 300_000;

/// Columns of both kinds of file.
const COLUMNS: [(&str, f64, ColumnKind); 15] = [
    ("name", 40.0, ColumnKind::Text),
    ("code", 22.0, ColumnKind::Code),
    ("kind", 16.0, ColumnKind::Text),
    ("sub_kind", 18.0, ColumnKind::Text),
    ("agency_code", 14.0, ColumnKind::Code),
    ("agency", 20.0, ColumnKind::Text),
    ("division", 12.0, ColumnKind::Code),
    ("registered_on", 12.0, ColumnKind::Date),
    ("status", 10.0, ColumnKind::Text),
    ("credit_class", 14.0, ColumnKind::Text),
    ("industry", 10.0, ColumnKind::Code),
    ("tags", 24.0, ColumnKind::Text),
    ("legal_person", 16.0, ColumnKind::Text),
    ("address", 50.0, ColumnKind::Text),
    ("exported_on", 12.0, ColumnKind::Date),
];

/// Writes what the query lets through, in the order of `sort` (see [`Window::sorted`]), and notes that it left the house.
///
/// # Errors
/// `Conflict` (`SUBJ-109`) beyond [`EXPORT_ROWS_MAX`] rows; `Denied`; `Unauthenticated`.
pub async fn export(
    platform: &Platform,
    ctx: &Ctx,
    query: &SubjectQuery,
    sort: Option<(&'static str, bool)>,
    format: Format,
) -> Result<Export> {
    export_up_to(platform, ctx, query, sort, format, EXPORT_ROWS_MAX).await
}

/// As [`export`], with another limit.
///
/// # Errors
/// As [`export`].
pub async fn export_up_to(
    platform: &Platform,
    ctx: &Ctx,
    query: &SubjectQuery,
    sort: Option<(&'static str, bool)>,
    format: Format,
    rows_max: u32,
) -> Result<Export> {
    ctx.require(UseCase::SubjectExport)?;
    let agency = ctx.post()?.agency_id;
    let today = ctx.today();
    let job = Job { scope: ctx.scope()?, filter: query.filter(), today, sort, rows_max, format };
    let mut conn = platform.store().read().await?;
    let total = repo::subject::count(&mut conn, &job.scope, &job.filter, today).await?;
    drop(conn);
    if total > u64::from(rows_max) {
        return Err(too_many(rows_max, total));
    }
    let worker = platform.clone();
    // The walk and the writing share one blocking thread.
    let handle = tokio::runtime::Handle::current();
    let export = kernel::export::write(platform, ctx, text::directory::export_name(), format, move |target| {
        handle.block_on(job.write(&worker, target))
    })
    .await?;
    let narrowed: serde_json::Map<_, _> =
        query.parts().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let command = platform.command(ctx, UseCase::SubjectExport).await?;
    let data = serde_json::json!({ "rows": export.rows, "format": format.extension(), "filter": narrowed });
    command.finish("agency", agency, data).await?;
    Ok(export)
}

fn too_many(max: u32, found: u64) -> Error {
    Error::conflict("SUBJ-109").with("max", max).with("found", found)
}

struct Job {
    scope: Scope,
    filter: SubjectFilter,
    today: NaiveDate,
    sort: Option<(&'static str, bool)>,
    rows_max: u32,
    format: Format,
}

impl Job {
    /// Writes the file and returns its rows.
    async fn write(&self, platform: &Platform, target: &Path) -> Result<u64> {
        let column = |&(name, width, kind): &(&str, f64, ColumnKind)| {
            ColumnSpec::new(text::directory::subject_field(name), width, kind)
        };
        let columns: Vec<_> = COLUMNS.iter().map(column).collect();
        let mut writer = Writer::begin(target, text::directory::export_name(), &columns, self.format)?;
        let mut rows = 0_u64;
        let mut failed: Option<SheetError> = None;
        let mut conn = platform.store().read().await?;
        // One more than allowed is asked for, because an import may have added rows since they were counted.
        let window = Window::first(self.rows_max.saturating_add(1)).sorted(self.sort);
        repo::subject::for_each_row(&mut conn, &self.scope, &self.filter, self.today, window, |row| {
            rows += 1;
            if rows <= u64::from(self.rows_max) && failed.is_none() {
                failed = writer.put(&cells(&row, self.today)).err();
            }
            Ok(())
        })
        .await?;
        if let Some(failed) = failed {
            return Err(failed.into());
        }
        if rows > u64::from(self.rows_max) {
            return Err(too_many(self.rows_max, rows));
        }
        Ok(writer.finish(target)?)
    }
}

/// The cells of a row, in the order of [`COLUMNS`].
fn cells(row: &SubjectRow, today: NaiveDate) -> [Value<'_>; 15] {
    [
        Value::from(row.line.name.as_str()),
        Value::from(row.line.code.as_str()),
        Value::from(row.line.kind.label()),
        Value::from(row.sub_kind.as_str()),
        Value::from(row.agency_code.as_str()),
        Value::from(row.line.agency_name.as_str()),
        Value::from(row.division.as_str()),
        row.line.registered_on.map_or(Value::Empty, Value::Date),
        Value::from(row.line.status.label()),
        Value::from(row.line.credit_class.map_or("", |class| class.label())),
        Value::from(row.industry.as_str()),
        Value::from(row.line.tags.join("、")),
        Value::from(row.legal_person.as_str()),
        Value::from(row.address.as_str()),
        Value::Date(today),
    ]
}

//! Exactly what the list shows, as a workbook or as CSV. It holds no phone numbers: the file leaves the house.

use std::fs::File;
use std::path::Path;

use chrono::NaiveDate;
use domain::agency::Scope;
use domain::ids::EventId;
use domain::registry::UseCase;
use sheet::{ColumnKind, ColumnSpec, CsvWriter, SheetError, Value, XlsxWriter};
use store::repo;
use store::repo::subject::{SubjectFilter, SubjectLine};
use text::Label as _;

use super::SubjectQuery;
use kernel::{Ctx, Error, Platform, Result};

/// Rows of one export: the register of a large city. A sheet could hold more; a clerk's office program could not.
pub const EXPORT_ROWS_MAX: u64 = 300_000;

/// How the file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// A workbook.
    Xlsx,
    /// UTF-8 with its mark.
    Csv,
}

impl ExportFormat {
    /// Ending of the file's name.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
        }
    }

    /// Content type for HTTP.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// A finished export. The file has no name any more; it goes when it is closed.
#[derive(Debug)]
pub struct Export {
    /// The open file, at its beginning.
    pub file: File,
    /// Its size.
    pub bytes: u64,
    /// Rows without the heading.
    pub rows: u64,
    /// What the browser shall call it.
    pub name: String,
}

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

/// Writes what the query lets through, by code, and notes that it left the house.
///
/// # Errors
/// `Conflict` (`SUBJ-109`) beyond [`EXPORT_ROWS_MAX`] rows; `Denied`; `Unauthenticated`.
pub async fn export(platform: &Platform, ctx: &Ctx, query: &SubjectQuery, format: ExportFormat) -> Result<Export> {
    export_up_to(platform, ctx, query, format, EXPORT_ROWS_MAX).await
}

/// As [`export`], with another limit.
///
/// # Errors
/// As [`export`].
pub async fn export_up_to(
    platform: &Platform,
    ctx: &Ctx,
    query: &SubjectQuery,
    format: ExportFormat,
    rows_max: u64,
) -> Result<Export> {
    ctx.require(UseCase::SubjectExport)?;
    let agency = ctx.post()?.agency_id;
    let today = ctx.today();
    let job = Job { scope: ctx.scope()?, filter: query.filter(), today, rows_max, format };
    let mut conn = platform.store().read().await?;
    let total = repo::subject::list(&mut conn, &job.scope, &job.filter, today, 0, 1).await?.total;
    drop(conn);
    if total > rows_max {
        return Err(too_many(rows_max, total));
    }
    let id = EventId::from_parts(ctx.ms(), ctx.ten());
    let path = platform.incoming().join(format!("export-{id}.{}", format.extension()));
    let (worker, target) = (platform.clone(), path.clone());
    // The walk and the writing share one blocking thread, so that a large export keeps no request waiting.
    let handle = tokio::runtime::Handle::current();
    let written = tokio::task::spawn_blocking(move || {
        let written = handle.block_on(job.write(&worker, &target));
        let opened = written.and_then(|rows| Ok((rows, File::open(&target).map_err(Error::internal)?)));
        std::fs::remove_file(&target).or_else(missing_is_fine).map_err(Error::internal).and(opened)
    });
    let (rows, file) = written.await.map_err(Error::internal)??;
    let bytes = file.metadata().map_err(Error::internal)?.len();
    let narrowed: serde_json::Map<_, _> =
        query.parts().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let command = platform.command(ctx, UseCase::SubjectExport).await?;
    let data = serde_json::json!({ "rows": rows, "format": format.extension(), "filter": narrowed });
    command.finish("agency", agency, data).await?;
    let name = format!("{}-{today}.{}", text::directory::export_name(), format.extension());
    Ok(Export { file, bytes, rows, name })
}

/// The file may never have been begun.
fn missing_is_fine(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

fn too_many(max: u64, found: u64) -> Error {
    Error::conflict("SUBJ-109").with("max", max).with("found", found)
}

struct Job {
    scope: Scope,
    filter: SubjectFilter,
    today: NaiveDate,
    rows_max: u64,
    format: ExportFormat,
}

enum Writer {
    Xlsx(Box<XlsxWriter>),
    Csv(Box<CsvWriter<File>>),
}

impl Job {
    /// Writes the file and returns its rows.
    async fn write(&self, platform: &Platform, target: &Path) -> Result<u64> {
        let mut writer = self.begin(target).map_err(Error::internal)?;
        let mut rows = 0_u64;
        let mut failed: Option<SheetError> = None;
        let mut conn = platform.store().read().await?;
        // One more than allowed is asked for, because an import may have added rows since they were counted.
        let asked = self.rows_max.saturating_add(1);
        repo::subject::for_each_line(&mut conn, &self.scope, &self.filter, self.today, asked, |line| {
            rows += 1;
            if rows <= self.rows_max && failed.is_none() {
                failed = self.put(&mut writer, &line).err();
            }
            Ok(())
        })
        .await?;
        if let Some(failed) = failed {
            return Err(Error::internal(failed));
        }
        if rows > self.rows_max {
            return Err(too_many(self.rows_max, rows));
        }
        match writer {
            Writer::Xlsx(writer) => writer.save(target).map_err(Error::internal)?,
            Writer::Csv(writer) => writer.finish().map_err(Error::internal)?.sync_all().map_err(Error::internal)?,
        }
        Ok(rows)
    }

    fn begin(&self, target: &Path) -> std::result::Result<Writer, SheetError> {
        let titles = COLUMNS.map(|(name, _, _)| text::directory::subject_field(name));
        Ok(match self.format {
            ExportFormat::Csv => Writer::Csv(Box::new(CsvWriter::new(File::create(target)?, &titles)?)),
            ExportFormat::Xlsx => {
                let mut writer = XlsxWriter::new();
                let columns: Vec<_> = COLUMNS
                    .iter()
                    .zip(titles)
                    .map(|((_, width, kind), title)| ColumnSpec::new(title, *width, *kind))
                    .collect();
                writer.add_sheet(text::directory::export_name(), &columns)?;
                Writer::Xlsx(Box::new(writer))
            }
        })
    }

    fn put(&self, writer: &mut Writer, line: &SubjectLine) -> std::result::Result<(), SheetError> {
        let cells = cells(line);
        match writer {
            Writer::Csv(writer) => {
                let registered = line.registered_on.map(text::day).unwrap_or_default();
                let today = text::day(self.today);
                let cells = cells.map(|cell| match cell {
                    Cell::Text(text) => text.to_owned(),
                    Cell::Registered => registered.clone(),
                    Cell::Today => today.clone(),
                    Cell::Tags => line.tags.join("、"),
                });
                writer.write_row(&cells)
            }
            Writer::Xlsx(writer) => {
                let cells = cells.map(|cell| match cell {
                    Cell::Text(text) => Value::from(text),
                    Cell::Registered => line.registered_on.map_or(Value::Empty, Value::Date),
                    Cell::Today => Value::Date(self.today),
                    Cell::Tags => Value::from(line.tags.join("、")),
                });
                writer.write_row(&cells)
            }
        }
    }
}

enum Cell<'a> {
    Text(&'a str),
    Registered,
    Today,
    Tags,
}

/// The cells of a row, in the order of [`COLUMNS`].
fn cells(line: &SubjectLine) -> [Cell<'_>; 15] {
    [
        Cell::Text(&line.name),
        Cell::Text(&line.code),
        Cell::Text(line.kind.label()),
        Cell::Text(&line.sub_kind),
        Cell::Text(&line.agency_code),
        Cell::Text(&line.agency_name),
        Cell::Text(&line.division),
        Cell::Registered,
        Cell::Text(line.status.label()),
        Cell::Text(line.credit_class.map_or("", |class| class.label())),
        Cell::Text(&line.industry),
        Cell::Tags,
        Cell::Text(&line.legal_person),
        Cell::Text(&line.address),
        Cell::Today,
    ]
}

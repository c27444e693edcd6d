//! Lists as files: a workbook or CSV of exactly what a list shows. The file leaves the house, so each is an event.

use std::fs::File;
use std::path::Path;

use domain::ids::EventId;
use domain::registry::UseCase;
pub use sheet::{ColumnKind, ColumnSpec, Value};
use sheet::{CsvWriter, SheetError, XlsxWriter};

use crate::{Ctx, Error, Platform, Result};

/// Rows of a list's file. The register of subjects has a limit of its own: its file is written as it is read.
pub const ROWS_MAX: u32 = 50_000;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A workbook.
    Xlsx,
    /// UTF-8 with its mark.
    Csv,
}

impl Format {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Xlsx, Self::Csv];

    /// Ending of the file's name, and its name in an address.
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
    /// Content type for HTTP.
    pub media_type: &'static str,
}

/// What a list shows, for its file.
#[derive(Debug)]
pub struct Listed {
    /// Name of the list, for file and sheet.
    pub name: &'static str,
    /// Its columns.
    pub columns: Vec<ColumnSpec>,
    /// Its rows, a value for each column.
    pub rows: Vec<Vec<Value<'static>>>,
    /// Rows that the list has: more than `rows` if these were cut at [`ROWS_MAX`].
    pub total: u64,
    /// What it was narrowed to, for the event.
    pub filter: Vec<(String, String)>,
}

/// Writes a list that `list` may show, and notes that it left the house.
///
/// # Errors
/// `Conflict` (`LIST-001`) beyond [`ROWS_MAX`] rows; `Denied`; `Unauthenticated`.
pub async fn list(platform: &Platform, ctx: &Ctx, list: UseCase, listed: Listed, format: Format) -> Result<Export> {
    ctx.require(list)?;
    let agency = ctx.post()?.agency_id;
    if listed.total > u64::from(ROWS_MAX) {
        return Err(Error::conflict("LIST-001").with("max", ROWS_MAX).with("found", listed.total));
    }
    let Listed { name, columns, rows, filter, .. } = listed;
    let export = write(platform, ctx, name, format, move |target| {
        let mut writer = Writer::begin(target, name, &columns, format)?;
        for row in &rows {
            writer.put(row)?;
        }
        Ok(writer.finish(target)?)
    })
    .await?;
    let narrowed: serde_json::Map<_, _> = filter.into_iter().map(|(name, value)| (name, value.into())).collect();
    let command = platform.command(ctx, UseCase::ListExport).await?;
    let data = serde_json::json!({
        "list": list.row().name, "rows": export.rows, "format": format.extension(), "filter": narrowed,
    });
    command.finish("agency", agency, data).await?;
    Ok(export)
}

/// Makes a file on a blocking thread, so that a large one keeps no request waiting. `fill` gets the path to write to and
/// returns how many rows it wrote; whatever happens, nothing is left at the path.
///
/// # Errors
/// Those of `fill`; `Internal` if the disk fails.
pub async fn write(
    platform: &Platform,
    ctx: &Ctx,
    name: &str,
    format: Format,
    fill: impl FnOnce(&Path) -> Result<u64> + Send + 'static,
) -> Result<Export> {
    let id = EventId::from_parts(ctx.ms(), ctx.ten());
    let target = platform.incoming().join(format!("export-{id}.{}", format.extension()));
    let written = tokio::task::spawn_blocking(move || {
        let written = fill(&target).and_then(|rows| Ok((rows, File::open(&target).map_err(Error::internal)?)));
        std::fs::remove_file(&target).or_else(missing_is_fine).map_err(Error::internal).and(written)
    });
    let (rows, file) = written.await.map_err(Error::internal)??;
    let bytes = file.metadata().map_err(Error::internal)?.len();
    let name = format!("{name}-{}.{}", ctx.today(), format.extension());
    Ok(Export { file, bytes, rows, name, media_type: format.content_type() })
}

/// The file may never have been begun.
fn missing_is_fine(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// A table on its way into a file.
pub struct Writer {
    kind: Kind,
    rows: u64,
}

enum Kind {
    Xlsx(Box<XlsxWriter>),
    Csv(Box<CsvWriter<File>>),
}

impl From<SheetError> for Error {
    fn from(error: SheetError) -> Self {
        Self::internal(error)
    }
}

impl Writer {
    /// Begins a table with its heading.
    ///
    /// # Errors
    /// [`SheetError`] if the disk fails.
    pub fn begin(
        target: &Path,
        name: &str,
        columns: &[ColumnSpec],
        format: Format,
    ) -> std::result::Result<Self, SheetError> {
        let kind = match format {
            Format::Csv => {
                let titles: Vec<_> = columns.iter().map(|column| column.title.as_str()).collect();
                Kind::Csv(Box::new(CsvWriter::new(File::create(target)?, &titles)?))
            }
            Format::Xlsx => {
                let mut writer = match target.parent() {
                    Some(folder) => XlsxWriter::in_directory(folder)?,
                    None => XlsxWriter::new(),
                };
                writer.add_sheet(name, columns)?;
                Kind::Xlsx(Box::new(writer))
            }
        };
        Ok(Self { kind, rows: 0 })
    }

    /// Adds a row; it must have as many values as there are columns.
    ///
    /// # Errors
    /// [`SheetError`] if it does not, or the disk fails.
    pub fn put(&mut self, row: &[Value<'_>]) -> std::result::Result<(), SheetError> {
        self.rows += 1;
        match &mut self.kind {
            Kind::Xlsx(writer) => writer.write_row(row),
            Kind::Csv(writer) => writer.write_row(&row.iter().map(in_csv).collect::<Vec<_>>()),
        }
    }

    /// Closes the file and returns its rows.
    ///
    /// # Errors
    /// [`SheetError`] if the disk fails.
    pub fn finish(self, target: &Path) -> std::result::Result<u64, SheetError> {
        match self.kind {
            Kind::Xlsx(writer) => writer.save(target)?,
            Kind::Csv(writer) => writer.finish()?.sync_all()?,
        }
        Ok(self.rows)
    }
}

fn in_csv(value: &Value<'_>) -> String {
    match value {
        Value::Empty => String::new(),
        Value::Text(text) => text.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Date(day) => text::day(*day),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn both_formats_hold_the_same_table() {
        let folder = tempfile::tempdir().unwrap();
        let columns = [
            ColumnSpec::new("名称", 20.0, ColumnKind::Text),
            ColumnSpec::new("代码", 20.0, ColumnKind::Code),
            ColumnSpec::new("户数", 8.0, ColumnKind::Number),
            ColumnSpec::new("日期", 12.0, ColumnKind::Date),
        ];
        let day = NaiveDate::from_ymd_opt(2021, 5, 6).unwrap();
        let rows = [
            [Value::from("甲,\"乙\""), Value::from("0012"), Value::Number(1234.0), Value::Date(day)],
            [Value::from("=1+1"), Value::Empty, Value::Number(0.0), Value::Empty],
        ];
        for format in Format::ALL {
            let target = folder.path().join(format!("a.{}", format.extension()));
            let mut writer = Writer::begin(&target, "表", &columns, format).unwrap();
            for row in &rows {
                writer.put(row).unwrap();
            }
            assert_eq!(writer.finish(&target).unwrap(), 2);
            let mut book = sheet::open(&target, &sheet::Limits::default()).unwrap();
            let sheet = book.first_sheet().to_owned();
            let mut read = book.rows(&sheet).unwrap();
            let mut row = sheet::Row::default();
            let mut found = Vec::new();
            while read.next_into(&mut row).unwrap() {
                found.push((1..=4).map(|column| row.text(column).into_owned()).collect::<Vec<_>>());
            }
            let second = ["甲,\"乙\"", "0012", "1234", "2021-05-06"];
            assert_eq!(found, [["名称", "代码", "户数", "日期"], second, ["'=1+1", "", "0", ""]], "{format:?}");
        }
        let csv = std::fs::read_to_string(folder.path().join("a.csv")).unwrap();
        assert_eq!(csv, "\u{FEFF}名称,代码,户数,日期\r\n\"甲,\"\"乙\"\"\",0012,1234,2021-05-06\r\n'=1+1,,0,\r\n");
    }
}

//! The drawn list: search, pages, and an export of exactly the rows that the filters show.

use std::sync::Arc;

use kernel::memo::Memo;
use sheet::{ColumnKind, ColumnSpec, CsvWriter, Value, XlsxWriter};
use store::Conn;
use store::repo;
use store::repo::Page;
use store::repo::publication::{PublishedDrawn, PublishedFilter};

use super::Announced;
use super::list::with_list;
use kernel::{Error, Platform, Result};

pub use store::repo::publication::PublishedFilter as DrawnFilter;

/// Rows of one export at most. A longer list is narrowed by unit or stratum; the whole of it stands in the bundle.
pub const EXPORT_ROWS_MAX: u32 = 100_000;
/// Rows read at once for an export.
const EXPORT_CHUNK_ROWS: u32 = 5_000;

/// A page of a drawn list with what its filters offer.
#[derive(Clone, Debug)]
pub struct DrawnPage {
    /// The announcement.
    pub announced: Announced,
    /// The rows.
    pub rows: Page<PublishedDrawn>,
    /// What the list can be narrowed to.
    pub offered: Arc<DrawnOffered>,
}

/// What a drawn list can be narrowed to.
#[derive(Clone, Debug)]
pub struct DrawnOffered {
    /// Units with their numbers.
    pub units: Vec<(String, u64)>,
    /// Code, label and number of each stratum of which something was drawn.
    pub strata: Vec<(String, String, u64)>,
}

/// What was counted of drawn lists, beside the platform. A drawn list belongs to its bundle and never changes after it.
#[derive(Debug, Default)]
pub struct Counted {
    totals: Memo<u64>,
    offered: Memo<DrawnOffered>,
}

/// Drawn lists have no generation: what was asked names the bundle.
const OF_THE_BUNDLE: i64 = 1;

/// A page of a drawn list. `page` counts from 0. Before the draw it has no rows.
///
/// # Errors
/// `NotFound`; `PUBL-006` or `PUBL-007` for what is known not to agree with its proof.
pub async fn drawn(
    platform: &Platform,
    number: &str,
    filter: &PublishedFilter,
    page: u32,
    per_page: u32,
) -> Result<DrawnPage> {
    let counted = platform.part::<Counted>()?;
    let mut conn = platform.store().read().await?;
    let announced = with_list(&mut conn, number).await?;
    let Some(bundle) = &announced.bundle_digest else {
        let nothing = DrawnOffered { units: Vec::new(), strata: Vec::new() };
        return Ok(DrawnPage { announced, rows: Page { rows: Vec::new(), total: 0 }, offered: Arc::new(nothing) });
    };
    let rows = repo::publication::drawn(&mut conn, &announced.id, filter, page, per_page).await?;
    let total = counted.total(&mut conn, &announced.id, bundle, filter).await?;
    let offered = counted.offered(&mut conn, &announced.id, bundle).await?;
    Ok(DrawnPage { announced, rows: Page { rows, total }, offered })
}

impl Counted {
    async fn total(&self, conn: &mut Conn, publication: &str, bundle: &str, filter: &PublishedFilter) -> Result<u64> {
        let asked = format!("{publication} {bundle} {filter:?}");
        if let Some(total) = self.totals.get(OF_THE_BUNDLE, &asked) {
            return Ok(*total);
        }
        let total = repo::publication::drawn_count(conn, publication, filter).await?;
        Ok(*self.totals.keep(OF_THE_BUNDLE, asked, total))
    }

    async fn offered(&self, conn: &mut Conn, publication: &str, bundle: &str) -> Result<Arc<DrawnOffered>> {
        let asked = format!("{publication} {bundle}");
        if let Some(offered) = self.offered.get(OF_THE_BUNDLE, &asked) {
            return Ok(offered);
        }
        let units = repo::publication::units(conn, publication).await?;
        let strata = repo::publication::strata(conn, publication).await?;
        let strata = strata.into_iter().map(|one| (one.code, one.label, one.drawn)).collect();
        Ok(self.offered.keep(OF_THE_BUNDLE, asked, DrawnOffered { units, strata }))
    }
}

/// The kinds of files a list is exported as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// UTF-8 with its mark, as spreadsheet programs open it.
    Csv,
    /// A workbook.
    Xlsx,
}

/// An exported list.
#[derive(Clone, Debug)]
pub struct Export {
    /// The file.
    pub bytes: Vec<u8>,
    /// Name for the download.
    pub name: String,
    /// Media type.
    pub media_type: &'static str,
}

/// The rows that the filter shows, all pages of them, as a file. Text that a spreadsheet would take for a formula is
/// marked as text.
///
/// # Errors
/// `PUBL-004` for more than [`EXPORT_ROWS_MAX`] rows; otherwise as [`drawn`].
pub async fn export(
    platform: &Platform,
    number: &str,
    filter: &PublishedFilter,
    format: ExportFormat,
) -> Result<Export> {
    let mut conn = platform.store().read().await?;
    let announced = with_list(&mut conn, number).await?;
    let rows = all(&mut conn, &announced.id, filter).await?;
    drop(conn);
    let work = move || match format {
        ExportFormat::Csv => csv(&rows),
        ExportFormat::Xlsx => xlsx(&rows),
    };
    let bytes = tokio::task::spawn_blocking(work).await.map_err(Error::internal)??;
    let (ending, media_type) = match format {
        ExportFormat::Csv => ("csv", "text/csv; charset=utf-8"),
        ExportFormat::Xlsx => ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    };
    Ok(Export { bytes, name: format!("{}-drawn.{ending}", announced.number), media_type })
}

async fn all(conn: &mut Conn, publication: &str, filter: &PublishedFilter) -> Result<Vec<PublishedDrawn>> {
    let mut rows: Vec<PublishedDrawn> = Vec::new();
    loop {
        let after = rows.last().map_or(0, |row| row.position);
        let chunk = repo::publication::drawn_after(conn, publication, filter, after, EXPORT_CHUNK_ROWS).await?;
        let ended = chunk.len() < usize::try_from(EXPORT_CHUNK_ROWS).unwrap_or(usize::MAX);
        rows.extend(chunk);
        if rows.len() > usize::try_from(EXPORT_ROWS_MAX).unwrap_or(usize::MAX) {
            return Err(Error::conflict("PUBL-004").with("max", EXPORT_ROWS_MAX));
        }
        if ended {
            return Ok(rows);
        }
    }
}

fn csv(rows: &[PublishedDrawn]) -> Result<Vec<u8>> {
    let mut writer = CsvWriter::new(Vec::new(), &text::public_site::DRAWN_HEADINGS).map_err(Error::internal)?;
    for row in rows {
        let position = row.position.to_string();
        writer
            .write_row(&[&position, &row.code, &row.name, &row.unit, &row.stratum, &row.stratum_label, &row.ticket])
            .map_err(Error::internal)?;
    }
    writer.finish().map_err(Error::internal)
}

fn xlsx(rows: &[PublishedDrawn]) -> Result<Vec<u8>> {
    let kinds = [
        (8.0, ColumnKind::Number),
        (22.0, ColumnKind::Code),
        (44.0, ColumnKind::Text),
        (20.0, ColumnKind::Text),
        (10.0, ColumnKind::Code),
        (24.0, ColumnKind::Text),
        (68.0, ColumnKind::Code),
    ];
    let titles = text::public_site::DRAWN_HEADINGS.iter();
    let columns: Vec<_> = titles.zip(kinds).map(|(title, (width, kind))| ColumnSpec::new(title, width, kind)).collect();
    // Not beside the files: an outside machine may only read those.
    let mut writer = XlsxWriter::new();
    writer.add_sheet(text::public_site::DRAWN_SHEET, &columns).map_err(Error::internal)?;
    for row in rows {
        let position = u32::try_from(row.position).unwrap_or(0);
        let cells: [Value<'_>; 7] = [
            position.into(),
            row.code.as_str().into(),
            row.name.as_str().into(),
            row.unit.as_str().into(),
            row.stratum.as_str().into(),
            row.stratum_label.as_str().into(),
            row.ticket.as_str().into(),
        ];
        writer.write_row(&cells).map_err(Error::internal)?;
    }
    writer.into_bytes().map_err(Error::internal)
}

//! Finds the heading of a table: below titles and notes, over one row or several, with merged cells resolved.

use crate::mapping::{Field, normalise};
use crate::{Cell, Merge, Row, SheetError, Workbook, column_letter};

/// How many rows with content are looked at in search of the heading.
const SCANNED_ROWS_MAX: usize = 20;
/// A heading of more rows is not believed; a merged area that tall is no part of it.
const HEADER_ROWS_MAX: u32 = 5;

/// The heading of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The sheet it stands in.
    pub sheet: String,
    /// First row of the heading, from 1.
    pub first_row: u32,
    /// Last row of the heading; the data begins below it.
    pub last_row: u32,
    /// The columns with a name, from left to right.
    pub columns: Vec<HeaderColumn>,
    /// Merged areas below the heading: all but their first cell read as empty, which is reported and never filled in.
    pub merged_data: Vec<Merge>,
}

/// One named column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderColumn {
    /// Its place, from 1.
    pub column: u32,
    /// The name as written; the levels of a heading of several rows are joined by `/`.
    pub name: String,
    /// Whether the name was spread over several columns by merging, without any of its own below.
    pub shared: bool,
}

impl Header {
    /// The column's name, or its letter if it has none.
    #[must_use]
    pub fn name_of(&self, column: u32) -> String {
        let named = self.columns.iter().find(|known| known.column == column);
        named.map_or_else(|| column_letter(column), |known| known.name.clone())
    }
}

/// Finds the heading of a sheet: among the first rows the one that names most of `fields`, or, if none names any, the
/// first with at least two cells of text. Rows merged with it belong to it.
///
/// # Errors
/// [`SheetError::NoHeader`] if there is no such row, and whatever reading the rows meets.
pub fn find_header(book: &mut Workbook, sheet: &str, fields: &[Field<'_>]) -> Result<Header, SheetError> {
    let merges = book.merges(sheet)?;
    let mut scanned = Vec::new();
    for row in book.rows(sheet)?.take(SCANNED_ROWS_MAX) {
        scanned.push(row?);
    }
    let no_header =
        || SheetError::NoHeader { sheet: sheet.to_owned(), scanned: u32::try_from(scanned.len()).unwrap_or(u32::MAX) };
    let best = best_row(&scanned, fields).ok_or_else(no_header)?;
    let (first_row, last_row) = extent(best, &merges);
    let columns = name_columns(&scanned, &merges, first_row, last_row);
    let merged_data = merges.into_iter().filter(|area| area.last_row > last_row).collect();
    Ok(Header { sheet: sheet.to_owned(), first_row, last_row, columns, merged_data })
}

fn best_row(rows: &[Row], fields: &[Field<'_>]) -> Option<u32> {
    let mut best: Option<(usize, u32)> = None;
    for row in rows {
        let score = fields.iter().filter(|field| row.cells.iter().any(|cell| field.is_named(&cell.text()))).count();
        if score > 0 && best.is_none_or(|(known, _)| score > known) {
            best = Some((score, row.number));
        }
    }
    let first_of_text = || {
        let texts =
            |row: &Row| row.cells.iter().filter(|cell| matches!(cell, Cell::Text(_)) && !cell.is_blank()).count();
        rows.iter().find(|row| texts(row) >= 2).map(|row| row.number)
    };
    best.map(|(_, number)| number).or_else(first_of_text)
}

/// Widens the heading to rows that are merged with it, until nothing is added.
fn extent(row: u32, merges: &[Merge]) -> (u32, u32) {
    let (mut first, mut last) = (row, row);
    loop {
        let before = (first, last);
        for area in merges {
            if area.first_row > last || area.last_row < first {
                continue;
            }
            let (wider_first, wider_last) = (first.min(area.first_row), last.max(area.last_row));
            if wider_last - wider_first < HEADER_ROWS_MAX {
                (first, last) = (wider_first, wider_last);
            }
        }
        if before == (first, last) {
            return before;
        }
    }
}

fn name_columns(rows: &[Row], merges: &[Merge], first_row: u32, last_row: u32) -> Vec<HeaderColumn> {
    let heading = rows.iter().filter(|row| (first_row..=last_row).contains(&row.number)).collect::<Vec<_>>();
    let text_at = |row: u32, column: u32| {
        heading
            .iter()
            .find(|known| known.number == row)
            .map(|known| known.text(column).into_owned())
            .unwrap_or_default()
    };
    let covering = |row: u32, column: u32| merges.iter().find(|area| area.covers(row, column));
    let widest_row = heading.iter().map(|row| u32::try_from(row.cells.len()).unwrap_or(0)).max().unwrap_or(0);
    let widest_merge = merges
        .iter()
        .filter(|area| area.first_row <= last_row && area.last_row >= first_row)
        .map(|area| area.last_column)
        .max()
        .unwrap_or(0);
    // A merged title may claim all 16,384 columns; names are needed only a little beyond what holds text.
    let width = widest_row.max(widest_merge.min(widest_row.saturating_add(200)));
    let mut columns = Vec::new();
    for column in 1..=width {
        let mut parts: Vec<String> = Vec::new();
        for row in first_row..=last_row {
            let origin = covering(row, column).map_or((row, column), |area| (area.first_row, area.first_column));
            let part = text_at(origin.0, origin.1);
            if !part.is_empty() && parts.last() != Some(&part) {
                parts.push(part);
            }
        }
        if !parts.is_empty() {
            let shared = covering(last_row, column).is_some_and(|area| area.last_column > area.first_column);
            columns.push(HeaderColumn { column, name: parts.join("/"), shared });
        }
    }
    columns
}

impl Field<'_> {
    /// Whether a heading's text is one of the field's names.
    pub(crate) fn is_named(&self, text: &str) -> bool {
        let text = normalise(text);
        !text.is_empty() && self.names.iter().any(|name| normalise(name) == text)
    }
}

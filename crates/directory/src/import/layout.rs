//! Where a file keeps its table: sheet, heading, columns, and which column holds which field. Kept as JSON with the import.

use domain::import::ImportKind;
use serde::{Deserialize, Serialize};
use sheet::{ColumnMapping, Header, HeaderColumn, Match, Merge, Row, SheetError, Workbook};

use super::fields::fields;

/// Rows that are shown beside the columns, so that a person sees what they assign.
const SAMPLES_MAX: usize = 3;
/// Characters of one shown value.
const SAMPLE_CHARS_MAX: usize = 40;

/// Sheet, heading and columns of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// Sheet that is read; for a CSV file its name without the ending.
    pub sheet: String,
    /// All sheets that the spreadsheet program shows.
    pub sheets: Vec<String>,
    /// First row of the heading.
    pub first_row: u32,
    /// Last row of the heading.
    pub last_row: u32,
    /// The columns with a name.
    pub columns: Vec<LayoutColumn>,
    /// Merged areas below the heading: first row, first column, last row, last column.
    pub merged: Vec<(u32, u32, u32, u32)>,
    /// Which column holds which field.
    pub mapping: ColumnMapping,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayoutColumn {
    /// Its place, from 1.
    pub column: u32,
    /// Its heading.
    pub name: String,
    /// What stands in its first rows.
    pub samples: Vec<String>,
}

impl Layout {
    /// Finds the table of the first sheet and suggests its columns. The sheet with which our templates explain themselves is
    /// no table, wherever a clerk moved it.
    pub(super) fn find(book: &mut Workbook, kind: ImportKind) -> Result<Self, SheetError> {
        let table = book.sheets().iter().find(|sheet| sheet.visible && sheet.name != text::template::GUIDE_SHEET);
        let sheet = table.map_or_else(|| book.first_sheet().to_owned(), |sheet| sheet.name.clone());
        let fields = fields(kind);
        let header = sheet::find_header(book, &sheet, fields)?;
        let mut mapping = ColumnMapping::suggest(&header, fields);
        one_field_per_column(&mut mapping);
        let samples = samples(book, &header)?;
        let columns = header
            .columns
            .iter()
            .map(|known| LayoutColumn {
                column: known.column,
                name: known.name.clone(),
                samples: samples.iter().map(|row| shortened(&row.text(known.column))).collect(),
            })
            .collect();
        let merged = header.merged_data.iter().map(|m| (m.first_row, m.first_column, m.last_row, m.last_column));
        Ok(Self {
            sheets: book.sheets().iter().filter(|s| s.visible).map(|s| s.name.clone()).collect(),
            first_row: header.first_row,
            last_row: header.last_row,
            columns,
            merged: merged.collect(),
            mapping,
            sheet,
        })
    }

    /// The heading as `sheet` knows it.
    pub(super) fn header(&self) -> Header {
        Header {
            sheet: self.sheet.clone(),
            first_row: self.first_row,
            last_row: self.last_row,
            columns: self
                .columns
                .iter()
                .map(|c| HeaderColumn { column: c.column, name: c.name.clone(), shared: false })
                .collect(),
            merged_data: self
                .merged
                .iter()
                .map(|&(first_row, first_column, last_row, last_column)| Merge {
                    first_row,
                    first_column,
                    last_row,
                    last_column,
                })
                .collect(),
        }
    }
}

/// 登记机关 may be the agency or its name for comparison; where a file has only one such column, it is the agency.
fn one_field_per_column(mapping: &mut ColumnMapping) {
    let mut taken = Vec::new();
    for field in &mut mapping.fields {
        match field.column {
            Some(column) if taken.contains(&column) => (field.column, field.matched) = (None, Match::Missing),
            Some(column) => taken.push(column),
            None => {}
        }
    }
}

fn samples(book: &mut Workbook, header: &Header) -> Result<Vec<Row>, SheetError> {
    let mut found = Vec::new();
    for row in book.rows(&header.sheet)? {
        let row = row?;
        if row.number > header.last_row {
            found.push(row);
        }
        if found.len() == SAMPLES_MAX {
            break;
        }
    }
    Ok(found)
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SAMPLE_CHARS_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

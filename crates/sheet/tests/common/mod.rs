//! Files for the tests, written on the spot.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use sheet::{Cell, Limits, Row, SheetError, Workbook};
use std::io::Write;
use std::path::PathBuf;
use tempfile::TempDir;

/// A folder that vanishes with the test.
pub struct Desk {
    folder: TempDir,
}

impl Desk {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub fn open(&self, name: &str, bytes: impl AsRef<[u8]>) -> Result<Workbook, SheetError> {
        sheet::open(&self.file(name, bytes), &Limits::default())
    }

    /// A workbook whose only sheet has this XML inside `<worksheet>`.
    pub fn xlsx_of(&self, name: &str, sheet_xml: &str) -> PathBuf {
        self.file(name, xlsx_bytes(sheet_xml))
    }
}

/// The smallest workbook that readers accept, around the given inside of `<worksheet>`.
pub fn xlsx_bytes(sheet_xml: &str) -> Vec<u8> {
    xlsx_of_part(&format!(r#"<worksheet xmlns="{SPREADSHEET}">{sheet_xml}</worksheet>"#))
}

const SPREADSHEET: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

/// The same around the sheet's whole part, which may be cut off anywhere.
pub fn xlsx_of_part(part: &str) -> Vec<u8> {
    let spreadsheet = SPREADSHEET;
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let parts = [
        ("[Content_Types].xml", r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#.to_owned()),
        ("_rels/.rels", format!(r#"<Relationships xmlns="{package}"><Relationship Id="r1" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#)),
        ("xl/workbook.xml", format!(r#"<workbook xmlns="{spreadsheet}" xmlns:r="{relations}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#)),
        ("xl/_rels/workbook.xml.rels", format!(r#"<Relationships xmlns="{package}"><Relationship Id="r1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#)),
        ("xl/worksheets/sheet1.xml", part.to_owned()),
    ];
    zip_of(&parts)
}

/// An archive of these parts.
pub fn zip_of(parts: &[(&str, String)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// All rows of the first sheet.
pub fn rows(book: &mut Workbook) -> Result<Vec<Row>, SheetError> {
    let sheet = book.first_sheet().to_owned();
    book.rows(&sheet)?.collect()
}

/// Row numbers and texts.
pub fn texts(rows: &[Row]) -> Vec<(u32, Vec<String>)> {
    rows.iter().map(|row| (row.number, row.cells.iter().map(|cell| cell.text().into_owned()).collect())).collect()
}

pub fn text(content: &str) -> Cell {
    Cell::Text(content.into())
}

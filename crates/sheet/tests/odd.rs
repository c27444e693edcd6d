//! What bureaus really upload, and what crafted files claim: each ends as a refusal that names the kind of file or the
//! place, never as a panic and never as a fault of ours.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use common::{Desk, rows, xlsx_bytes, xlsx_of_part, zip_of};
use sheet::{FORMAT_ROWS_MAX, Field, Format, Limit, Limits, SheetError, find_header, open};

fn refused(bytes: impl AsRef<[u8]>) -> SheetError {
    let desk = Desk::new();
    // The name's ending is what people believe the file to be.
    match open(&desk.file("名录.xlsx", bytes), &Limits::default()).and_then(|mut book| rows(&mut book)) {
        Err(error) => error,
        Ok(rows) => panic!("read: {rows:?}"),
    }
}

fn cell(place: &str) -> String {
    format!(r#"<c r="{place}"><v>1</v></c>"#)
}

fn sheet_with(place: &str) -> Vec<u8> {
    let row = place.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    xlsx_bytes(&format!(
        r#"<sheetData><row r="1">{}</row><row r="2">{}</row><row r="{row}">{}</row></sheetData>"#,
        cell("A1"),
        cell("A2"),
        cell(place)
    ))
}

#[test]
fn a_cell_beyond_the_format_is_refused_with_its_place() {
    let desk = Desk::new();
    let last = format!("A{FORMAT_ROWS_MAX}");
    let mut book = open(&desk.file("x", sheet_with(&last)), &Limits::default()).unwrap();
    assert_eq!(rows(&mut book).unwrap().last().unwrap().number, FORMAT_ROWS_MAX);
    for (place, row, column) in [("A1048577", 1_048_577, 1), ("B4294967295", u32::MAX, 2), ("XFE3", 3, 16_385)] {
        match refused(sheet_with(place)) {
            SheetError::Beyond { sheet, row: found, column: at } => {
                assert_eq!((sheet.as_str(), found, at), ("S", row, column), "{place}");
            }
            other => panic!("{place}: {other:?}"),
        }
    }
}

#[test]
fn a_reference_that_the_library_stumbles_over_is_refused_with_sheet_and_row() {
    for place in ["ZZZZZZZZZZ3", "A99999999999", "A4294967296", "A0", "3", "", "甲3", "A3B", "A-3"] {
        match refused(sheet_with(place)) {
            SheetError::Damaged { sheet, row, .. } => assert_eq!((sheet.as_str(), row), ("S", 2), "{place:?}"),
            other => panic!("{place:?}: {other:?}"),
        }
    }
    assert!(!sheet::is_reading_fenced());
}

#[test]
fn claims_without_measure_are_refused_or_come_to_nothing() {
    let dimension = r#"<dimension ref="A1:XFD1048576"/><sheetData/>"#;
    assert!(matches!(refused(xlsx_bytes(dimension)), SheetError::TooMuch { limit: Limit::ClaimedCells, .. }));
    for bad in ["ZZZZZZZZZZ1:A1", "A1:A99999999999", "甲", ""] {
        let xml = format!(r#"<dimension ref="{bad}"/><sheetData/>"#);
        let desk = Desk::new();
        let found = open(&desk.file("x", xlsx_bytes(&xml)), &Limits::default()).and_then(|mut book| rows(&mut book));
        assert!(
            matches!(&found, Ok(rows) if rows.is_empty())
                || matches!(&found, Err(SheetError::Damaged { sheet, .. }) if sheet == "S"),
            "{bad:?}: {found:?}"
        );
    }
    let fields = [Field { key: "name", names: &["名称"], required: true }];
    let head = r#"<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>名称</t></is></c></row></sheetData>"#;
    let merged = |areas: &[&str]| {
        let areas: String = areas.iter().map(|area| format!(r#"<mergeCell ref="{area}"/>"#)).collect();
        xlsx_bytes(&format!("{head}<mergeCells>{areas}</mergeCells>"))
    };
    let found = |bytes: Vec<u8>, limits: &Limits| {
        let desk = Desk::new();
        let mut book = open(&desk.file("x", bytes), limits)?;
        find_header(&mut book, "S", &fields).map(|header| header.columns.len())
    };
    let wide = found(merged(&["A1:XFD1048576", "A2:XFD1048576"]), &Limits::default()).unwrap();
    assert!(wide <= 201, "{wide}");
    let three = merged(&["A3:B3", "A4:B4", "A5:B5"]);
    assert!(found(three.clone(), &Limits { merges_max: 3, ..Limits::default() }).is_ok());
    let limits = Limits { merges_max: 2, ..Limits::default() };
    assert!(matches!(found(three, &limits), Err(SheetError::TooMuch { limit: Limit::Merges, found: 3, .. })));
    let crafted = found(merged(&["ZZZZZZZZZZ1:A1"]), &Limits::default());
    assert!(matches!(&crafted, Err(SheetError::Damaged { sheet, .. }) if sheet == "S"), "{crafted:?}");
}

#[test]
fn a_file_cut_off_anywhere_is_damaged() {
    let sound = format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">{}</row><row r="2">{}</row></sheetData></worksheet>"#,
        cell("A1"),
        cell("A2")
    );
    let desk = Desk::new();
    assert_eq!(
        open(&desk.file("x", xlsx_of_part(&sound)), &Limits::default()).and_then(|mut b| rows(&mut b)).unwrap().len(),
        2
    );
    let data_ends = sound.find("</sheetData>").unwrap();
    for cut in (0..data_ends).step_by(3).chain([data_ends]) {
        match refused(xlsx_of_part(&sound[..cut])) {
            SheetError::Damaged { sheet, .. } => assert_eq!(sheet, "S", "cut at {cut}"),
            other => panic!("cut at {cut}: {other:?}"),
        }
    }
    let whole = xlsx_bytes(&format!("<sheetData><row r=\"1\">{}</row></sheetData>", cell("A1")));
    for cut in [4, 30, whole.len() / 2, whole.len() - 1] {
        assert!(matches!(refused(&whole[..cut]), SheetError::Damaged { .. }), "cut at {cut}");
    }
}

#[test]
fn documents_of_other_programs_are_named() {
    let part = |name: &'static str| zip_of(&[(name, "<a/>".to_owned()), ("meta.xml", String::new())]);
    for (name, kind) in [
        ("word/document.xml", ".docx"),
        ("ppt/presentation.xml", ".pptx"),
        ("xl/workbook.bin", ".xlsb"),
        ("content.xml", ".ods"),
        ("Index/Document.iwa", ".numbers"),
    ] {
        match refused(part(name)) {
            SheetError::OtherOffice { kind: found } => assert_eq!(found, kind),
            other => panic!("{name}: {other:?}"),
        }
    }
    assert!(matches!(refused(part("照片/1.jpg")), SheetError::NotASpreadsheet));
    assert!(matches!(refused(zip_of(&[])), SheetError::NotASpreadsheet), "an archive without parts");
    assert!(matches!(
        refused(zip_of(&[("xl/workbook.xml", "<workbook/>".to_owned())])),
        SheetError::Damaged { .. } | SheetError::NotASpreadsheet
    ));
    // The container of old workbooks, and of new ones under a password.
    let mut container = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    container.resize(4_096, 0);
    assert!(matches!(refused(container), SheetError::OldOrEncrypted));
}

#[test]
fn web_pages_under_a_spreadsheets_name_are_named() {
    let (gbk, _, _) = encoding_rs::GBK.encode("<table><tr><td>名称</td></tr></table>");
    let utf16: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain("<html><body>名称".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for page in [
        b"<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\">".to_vec(),
        b"\xEF\xBB\xBF\r\n  <!DOCTYPE html>".to_vec(),
        b"<meta http-equiv=\"Content-Type\" content=\"text/html\"><table>".to_vec(),
        b"<style>td{mso-number-format:'\\@'}</style><table>".to_vec(),
        b"<!-- export --><div>".to_vec(),
        b"<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?>".to_vec(),
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related".to_vec(),
        gbk.into_owned(),
        utf16,
    ] {
        let said = String::from_utf8_lossy(&page).into_owned();
        assert!(matches!(refused(page), SheetError::WebPage), "{said}");
    }
}

#[test]
fn text_under_a_workbooks_name_is_read_as_what_it_is() {
    let desk = Desk::new();
    for text in ["名称,代码\n甲,1\n", "<名称>,代码\n甲,1\n"] {
        let mut book = open(&desk.file("名录.xlsx", text), &Limits::default()).unwrap();
        assert!(matches!(book.format(), Format::Csv { .. }), "{text}");
        assert_eq!(rows(&mut book).unwrap().len(), 2);
    }
    // Tabs, as many systems write them into a file that ends in .xls.
    let mut book = open(&desk.file("名录.xls", "名称\t代码\n甲\t1\n"), &Limits::default()).unwrap();
    assert_eq!(book.format(), Format::Csv { encoding: sheet::TextEncoding::Utf8, separator: b'\t' });
    assert_eq!(rows(&mut book).unwrap().len(), 2);
}

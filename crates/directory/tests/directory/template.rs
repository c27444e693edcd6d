//! A template comes back filled in: every kind, as a workbook and as CSV, without a column being assigned by hand.

use std::io::{Cursor, Read as _, Write as _};

use app::directory::import::{self, TemplateColumn};
use app::export::Format;
use domain::import::{ImportKind, ImportState};
use sheet::{ColumnKind, ColumnSpec, Limits, Value, XlsxWriter};
use testkit::on_both;
use zip::ZipArchive;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::desk::*;

/// The examples of the second sheet, as a clerk would type them into the first.
fn examples(columns: &[TemplateColumn]) -> Vec<&'static str> {
    columns.iter().map(|column| column.example).collect()
}

/// The workbook with one row typed below the heading of its first sheet.
fn typed_into(workbook: &[u8], row: &[&str]) -> Vec<u8> {
    let mut from = ZipArchive::new(Cursor::new(workbook)).unwrap();
    let mut to = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..from.len() {
        let mut entry = from.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        if name == "xl/worksheets/sheet1.xml" {
            let cell = |(place, text): (u32, &&str)| {
                format!("<c r=\"{}2\" t=\"inlineStr\"><is><t>{text}</t></is></c>", sheet::column_letter(place))
            };
            let cells: String = (1_u32..).zip(row).filter(|(_, text)| !text.is_empty()).map(cell).collect();
            let xml = String::from_utf8(bytes).unwrap();
            assert!(xml.contains("</sheetData>"), "{xml}");
            bytes = xml.replace("</sheetData>", &format!("<row r=\"2\">{cells}</row></sheetData>")).into_bytes();
        }
        to.start_file(name, SimpleFileOptions::default()).unwrap();
        to.write_all(&bytes).unwrap();
    }
    to.finish().unwrap().into_inner()
}

fn csv_with(template: &[u8], row: &[&str]) -> String {
    let quoted: Vec<_> = row.iter().map(|cell| format!("\"{cell}\"")).collect();
    format!("{}{}\r\n", std::str::from_utf8(template).unwrap(), quoted.join(","))
}

on_both! {
    async fn every_template_comes_back_filled_and_is_committed_as_it_is(world) {
        let city = city(&world).await;
        for (kind, post) in [
            (ImportKind::Agency, &city.admin),
            (ImportKind::Subject, &city.clerk),
            (ImportKind::Inspector, &city.keeper),
            (ImportKind::Item, &city.clerk),
        ] {
            let columns = import::template_columns(kind);
            for format in [Format::Xlsx, Format::Csv] {
                let template = import::template(kind, format).unwrap();
                let empty = dry_run(&world, post, kind, &template.name, &template.bytes).await;
                let refusal = empty.report.unwrap().refused.unwrap();
                assert_eq!(refusal.code, "IMPT-112", "{kind}: the explanations are no data");
                let filled = match format {
                    Format::Xlsx => typed_into(&template.bytes, &examples(&columns)),
                    Format::Csv => csv_with(&template.bytes, &examples(&columns)).into_bytes(),
                };
                let done = import_now(&world, post, kind, &template.name, filled).await;
                let report = done.report.unwrap();
                assert_eq!(done.import.state, ImportState::Committed, "{kind} {format:?} {:?}", report.shown);
                // The CSV says what the workbook said.
                let expect = if format == Format::Xlsx { (1, 1, 0) } else { (1, 0, 1) };
                assert_eq!((report.rows, report.new, report.unchanged), expect, "{kind} {format:?}");
                let layout = done.layout.unwrap();
                assert_eq!(layout.columns.len(), columns.len(), "{kind} {format:?}");
                for (place, field) in (1_u32..).zip(&done.fields) {
                    assert_eq!((field.column, field.doubtful), (Some(place), false), "{kind} {format:?} {}", field.key);
                }
            }
        }
        queue_is_empty(&world).await;
    }

    async fn the_sheet_of_explanations_is_no_table_wherever_it_stands(world) {
        let city = city(&world).await;
        let mut writer = XlsxWriter::new();
        let column = |title: &str| ColumnSpec::new(title, 20.0, ColumnKind::Code);
        let columns = import::template_columns(ImportKind::Subject);
        writer.add_sheet(text::template::GUIDE_SHEET, &text::template::GUIDE_TITLES.map(column)).unwrap();
        for explained in &columns {
            writer.write_row(&[Value::from(explained.heading.as_str())]).unwrap();
        }
        let headings: Vec<_> = columns.iter().map(|c| column(&c.heading)).collect();
        writer.add_sheet("表", &headings).unwrap();
        writer.write_row(&examples(&columns).into_iter().map(Value::from).collect::<Vec<_>>()).unwrap();
        let done = import_now(&world, &city.clerk, ImportKind::Subject, "移过的.xlsx", writer.into_bytes().unwrap()).await;
        assert_eq!((done.layout.unwrap().sheet.as_str(), done.report.unwrap().new), ("表", 1));
    }
}

#[test]
fn a_workbook_explains_each_column_on_its_second_sheet() {
    for kind in ImportKind::ALL {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.xlsx");
        let template = import::template(*kind, Format::Xlsx).unwrap();
        assert!(template.name.ends_with("-导入模板.xlsx"), "{}", template.name);
        std::fs::write(&path, &template.bytes).unwrap();
        let mut book = sheet::open(&path, &Limits::default()).unwrap();
        let names: Vec<_> = book.sheets().iter().map(|sheet| sheet.name.clone()).collect();
        assert_eq!(names.len(), 2);
        assert_eq!(names[1], text::template::GUIDE_SHEET);
        let rows: Vec<_> = book.rows(&names[1]).unwrap().map(|row| row.unwrap()).collect();
        let columns = import::template_columns(*kind);
        assert_eq!(rows.len(), columns.len() + 1);
        for (row, column) in rows.iter().skip(1).zip(&columns) {
            assert_eq!((row.text(1), row.text(3)), (column.heading.as_str().into(), column.expected.into()));
            assert_eq!(row.text(4), column.permitted.join("、"));
        }
    }
}

//! Whatever bytes come, reading ends: with rows or with an error, never with a panic.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_possible_truncation
)]

mod common;

use common::{Desk, rows, texts, xlsx_bytes};
use proptest::prelude::*;
use sheet::{ColumnMapping, Field, find_header, parse_date};

const FIELDS: [Field<'static>; 1] = [Field { key: "name", names: &["名称"], required: true }];

fn survive(bytes: &[u8]) {
    let desk = Desk::new();
    let Ok(mut book) = desk.open("x", bytes) else {
        return;
    };
    let sheet = book.first_sheet().to_owned();
    if let Ok(header) = find_header(&mut book, &sheet, &FIELDS) {
        let _suggestion = ColumnMapping::suggest(&header, &FIELDS);
    }
    let Ok(walk) = book.rows(&sheet) else {
        return;
    };
    let mut last = 0;
    for row in walk.flatten() {
        assert!(row.number > last && !row.is_blank());
        last = row.number;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        survive(&bytes);
    }

    #[test]
    fn bytes_that_look_like_csv(pieces in proptest::collection::vec(prop_oneof![
        Just(b",".to_vec()), Just(b"\"".to_vec()), Just(b"\r\n".to_vec()), Just(b"\n".to_vec()), Just(b"\r".to_vec()), Just(b"\t".to_vec()),
        Just("名称".as_bytes().to_vec()), Just(vec![0xC3, 0xFB]), Just(vec![0x81, 0x30, 0x81]), Just(vec![0xEF, 0xBB, 0xBF]), Just(b" ".to_vec()), Just(b"1E+17".to_vec())
    ], 0..60)) {
        survive(&pieces.concat());
    }

    #[test]
    fn damaged_workbooks(place in 0_usize..2000, byte in any::<u8>(), cut in 0_usize..2000) {
        let mut bytes = xlsx_bytes(r#"<dimension ref="A1:B2"/><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>名称</t></is></c><c r="B1"><v>1</v></c></row></sheetData><mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>"#);
        let length = bytes.len();
        bytes[place % length] = byte;
        survive(&bytes);
        bytes.truncate(length - cut % length);
        survive(&bytes);
    }

    #[test]
    fn any_sheet_positions(place in "[A-Z]{0,9}[0-9]{0,12}", row in "[0-9]{0,12}", merge in "[A-Z]{0,8}[0-9]{0,11}:[A-Z]{0,8}[0-9]{0,11}") {
        survive(&xlsx_bytes(&format!(r#"<sheetData><row r="{row}"><c r="{place}"><v>1</v></c><c><v>2</v></c></row></sheetData><mergeCells count="1"><mergeCell ref="{merge}"/></mergeCells>"#)));
    }

    #[test]
    fn what_csv_writes_it_reads(table in proptest::collection::vec(proptest::collection::vec("[a-z名称\",\n =+@-]{0,6}", 3), 1..8)) {
        let mut writer = sheet::CsvWriter::new(Vec::new(), &["名称", "乙", "丙"]).unwrap();
        for row in &table {
            writer.write_row(row).unwrap();
        }
        let desk = Desk::new();
        let mut book = desk.open("x.csv", writer.finish().unwrap()).unwrap();
        let found = texts(&rows(&mut book).unwrap());
        let expect = table.iter().zip(2_u32..).filter(|(row, _)| row.iter().any(|cell| !cell.trim().is_empty()));
        let expect = expect.map(|(row, number)| (number, row.iter().map(|cell| sheet::guard(cell).into_owned()).collect::<Vec<_>>())).collect::<Vec<_>>();
        // A row of blanks is blank even if the guard marked it; what is left must be equal.
        let found = found.into_iter().skip(1).filter(|(number, _)| expect.iter().any(|(known, _)| known == number)).collect::<Vec<_>>();
        prop_assert_eq!(found, expect);
    }

    #[test]
    fn dates_take_any_text(text in any::<String>()) {
        let _date = parse_date(&text);
    }
}

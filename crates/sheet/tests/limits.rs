//! Every limit at n and at n + 1, and files that lie about their size.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_possible_truncation
)]

mod common;

use common::{Desk, rows, xlsx_bytes};
use sheet::{Limit, Limits, SheetError, open};
use std::io::Write;

/// What reading the whole first sheet under these limits comes to.
fn read(bytes: &[u8], limits: &Limits) -> Result<usize, SheetError> {
    let desk = Desk::new();
    let mut book = open(&desk.file("x", bytes), limits)?;
    rows(&mut book).map(|rows| rows.len())
}

#[track_caller]
fn check(bytes: &[u8], limit: Limit, set: impl Fn(&mut Limits, u64), n: u64) {
    let mut limits = Limits::default();
    set(&mut limits, n);
    read(bytes, &limits).unwrap_or_else(|error| panic!("{limit} at n: {error}"));
    set(&mut limits, n - 1);
    match read(bytes, &limits) {
        Err(SheetError::TooMuch { limit: found, max, found: count, .. }) => {
            assert_eq!(found, limit);
            assert_eq!(max, n - 1);
            assert!(count > max);
        }
        other => panic!("{limit} at n + 1: {other:?}"),
    }
}

const XML: &str = r#"<dimension ref="A1:C3"/><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>名称</t></is></c><c r="C1"><v>1</v></c></row><row r="2"/><row r="3"><c r="B3" t="inlineStr"><is><t>秦皇岛市</t></is></c></row></sheetData>"#;

#[test]
fn limits_hold_at_n_and_refuse_n_plus_one_in_csv() {
    let csv = "名称,代码,住所\n\n甲,1,海港区河北大街\n";
    check(csv.as_bytes(), Limit::FileBytes, |limits, n| limits.file_bytes_max = n, csv.len() as u64);
    check(csv.as_bytes(), Limit::Rows, |limits, n| limits.rows_max = n, 2);
    check(csv.as_bytes(), Limit::Columns, |limits, n| limits.columns_max = n, 3);
    check(csv.as_bytes(), Limit::CellCharacters, |limits, n| limits.cell_characters_max = n, 7);
    // Empty cells beyond the last column count for nothing.
    check(b"a,b,,,,\n", Limit::Columns, |limits, n| limits.columns_max = n, 2);
}

#[test]
fn limits_hold_at_n_and_refuse_n_plus_one_in_xlsx() {
    let bytes = xlsx_bytes(XML);
    check(&bytes, Limit::FileBytes, |limits, n| limits.file_bytes_max = n, bytes.len() as u64);
    check(&bytes, Limit::ZipEntries, |limits, n| limits.zip_entries_max = n, 5);
    check(&bytes, Limit::Rows, |limits, n| limits.rows_max = n, 2);
    check(&bytes, Limit::Columns, |limits, n| limits.columns_max = n, 3);
    check(&bytes, Limit::CellCharacters, |limits, n| limits.cell_characters_max = n, 4);
    check(&bytes, Limit::ClaimedCells, |limits, n| limits.claimed_cells_max = n, 9);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
    let unpacked = (0..archive.len()).map(|index| archive.by_index_raw(index).unwrap().size()).sum();
    check(&bytes, Limit::UnpackedBytes, |limits, n| limits.unpacked_bytes_max = n, unpacked);
}

#[test]
fn the_ratio_is_judged_above_a_megabyte() {
    let padded = |blanks: usize| xlsx_bytes(&format!("{}{XML}", " ".repeat(blanks)));
    let small = padded((Limits::RATIO_FREE_BYTES / 2) as usize);
    assert_eq!(read(&small, &Limits { zip_ratio_max: 1, ..Limits::default() }).unwrap(), 2);
    let large = padded((Limits::RATIO_FREE_BYTES * 2) as usize);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&large)).unwrap();
    let part = archive.by_name("xl/worksheets/sheet1.xml").unwrap();
    let ratio = part.size().div_ceil(part.compressed_size());
    drop(part);
    check(&large, Limit::ZipRatio, |limits, n| limits.zip_ratio_max = n, ratio);
    assert!(matches!(read(&large, &Limits::default()), Err(SheetError::TooMuch { limit: Limit::ZipRatio, .. })));
}

fn bomb(unpacked: usize) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("xl/worksheets/sheet1.xml", zip::write::SimpleFileOptions::default()).unwrap();
    let zeros = vec![0_u8; 1 << 20];
    for _ in 0..unpacked >> 20 {
        archive.write_all(&zeros).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn a_zip_bomb_is_refused_by_what_it_claims() {
    let error = read(&bomb(64 << 20), &Limits::default()).unwrap_err();
    assert!(matches!(error, SheetError::TooMuch { limit: Limit::ZipRatio, .. }), "{error:?}");
    let limits = Limits { zip_ratio_max: u64::MAX, unpacked_bytes_max: 63 << 20, ..Limits::default() };
    let error = read(&bomb(64 << 20), &limits).unwrap_err();
    assert!(
        matches!(error, SheetError::TooMuch { limit: Limit::UnpackedBytes, found, .. } if found == 64 << 20),
        "{error:?}"
    );
}

#[test]
fn a_zip_bomb_that_hides_its_size_is_refused_while_counting() {
    // The unpacked size stands in the directory at offset 24 of the entry, and in the local header at offset 22.
    let mut bytes = bomb(16 << 20);
    let directory = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    bytes[directory + 24..directory + 28].copy_from_slice(&100_u32.to_le_bytes());
    bytes[22..26].copy_from_slice(&100_u32.to_le_bytes());
    let error = read(&bytes, &Limits::default()).unwrap_err();
    assert!(
        matches!(error, SheetError::TooMuch { limit: Limit::ZipRatio, .. } | SheetError::Damaged { .. }),
        "{error:?}"
    );
}

#[test]
fn a_gigabyte_of_claimed_cells_is_refused_before_any_is_read() {
    let bytes = xlsx_bytes(&XML.replace("A1:C3", "A1:XFD1048576"));
    let error = read(&bytes, &Limits::default()).unwrap_err();
    assert!(
        matches!(error, SheetError::TooMuch { limit: Limit::ClaimedCells, found: 17_179_869_184, .. }),
        "{error:?}"
    );
    // A directory that claims a gigabyte.
    let mut bytes = xlsx_bytes(XML);
    let directory = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    bytes[directory + 24..directory + 28].copy_from_slice(&(1_u32 << 30).to_le_bytes());
    assert!(matches!(read(&bytes, &Limits::default()), Err(SheetError::TooMuch { .. })));
}

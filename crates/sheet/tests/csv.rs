//! CSV as it really comes: encodings, separators, blank lines, quotes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_possible_truncation
)]

mod common;

use common::{Desk, rows, texts};
use sheet::{Format, Limits, SheetError, TextEncoding, open};

fn check(bytes: &[u8], encoding: TextEncoding, separator: u8, expect: &[(u32, &[&str])]) {
    let desk = Desk::new();
    let mut book = desk.open("名录.csv", bytes).unwrap();
    assert_eq!(book.format(), Format::Csv { encoding, separator });
    assert_eq!(book.first_sheet(), "名录");
    let found = texts(&rows(&mut book).unwrap());
    let expect = expect
        .iter()
        .map(|(number, cells)| (*number, cells.iter().map(|cell| (*cell).to_owned()).collect()))
        .collect::<Vec<_>>();
    assert_eq!(found, expect);
    // A second walk sees the same.
    assert_eq!(texts(&rows(&mut book).unwrap()), expect);
}

#[test]
fn utf8_with_and_without_its_mark() {
    check(
        "名称,代码\r\n甲,007\r\n".as_bytes(),
        TextEncoding::Utf8,
        b',',
        &[(1, &["名称", "代码"]), (2, &["甲", "007"])],
    );
    check(
        "\u{FEFF}名称,代码\n甲, 007 ".as_bytes(),
        TextEncoding::Utf8,
        b',',
        &[(1, &["名称", "代码"]), (2, &["甲", " 007 "])],
    );
}

#[test]
fn gb18030_with_rare_characters() {
    let line = "名称,法定代表人\r\n秦皇岛市海港区䶮达商贸有限公司,𠮷某\r\n";
    let (bytes, _, lost) = encoding_rs::GB18030.encode(line);
    assert!(!lost);
    check(
        &bytes,
        TextEncoding::Gb18030,
        b',',
        &[(1, &["名称", "法定代表人"]), (2, &["秦皇岛市海港区䶮达商贸有限公司", "𠮷某"])],
    );
    // Even one short Chinese word is enough.
    let (bytes, _, _) = encoding_rs::GB18030.encode("a,海港\n");
    check(&bytes, TextEncoding::Gb18030, b',', &[(1, &["a", "海港"])]);
}

#[test]
fn utf16_as_spreadsheet_programs_export_text() {
    let mut bytes = vec![0xFF, 0xFE];
    for unit in "名称\t代码\r\n甲\t007\r\n".encode_utf16() {
        bytes.extend_from_slice(&unit.to_le_bytes());
    }
    check(&bytes, TextEncoding::Utf16, b'\t', &[(1, &["名称", "代码"]), (2, &["甲", "007"])]);
}

#[test]
fn rows_are_numbered_as_spreadsheet_programs_show_them() {
    let content = "标题,\n\n\n名称,住所\n甲,\"河北大街\n1号\"\n,\n  ,\n乙,\n";
    check(
        content.as_bytes(),
        TextEncoding::Utf8,
        b',',
        &[(1, &["标题", ""]), (4, &["名称", "住所"]), (5, &["甲", "河北大街\n1号"]), (8, &["乙", ""])],
    );
    let windows = content.replace('\n', "\r\n");
    check(
        windows.as_bytes(),
        TextEncoding::Utf8,
        b',',
        &[(1, &["标题", ""]), (4, &["名称", "住所"]), (5, &["甲", "河北大街\n1号"]), (8, &["乙", ""])],
    );
    check(
        b"a,b\r\nc,\"d\re\"\n\r\nf,g\r\rh,i",
        TextEncoding::Utf8,
        b',',
        &[(1, &["a", "b"]), (2, &["c", "d\ne"]), (4, &["f", "g"]), (6, &["h", "i"])],
    );
    check(b"\n\n\na,b\n", TextEncoding::Utf8, b',', &[(4, &["a", "b"])]);
    check(b"\r\n\r\na,b\r\n\r\nc,d", TextEncoding::Utf8, b',', &[(3, &["a", "b"]), (5, &["c", "d"])]);
}

#[test]
fn separators_are_found_outside_quotes() {
    check(b"\"a,b,c\";d\n", TextEncoding::Utf8, b';', &[(1, &["a,b,c", "d"])]);
    check(b"one\ntwo\n", TextEncoding::Utf8, b',', &[(1, &["one"]), (2, &["two"])]);
}

fn refused(bytes: &[u8]) -> SheetError {
    let desk = Desk::new();
    match desk.open("x.csv", bytes) {
        Err(error) => error,
        Ok(mut book) => rows(&mut book).expect_err("the file should be refused"),
    }
}

#[test]
fn what_cannot_be_read_is_refused_with_what_to_do() {
    assert!(matches!(refused(b""), SheetError::Empty));
    assert!(matches!(refused(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), SheetError::OldOrEncrypted));
    assert!(matches!(refused(b"\r\n<html><table><tr><td>1</td></tr></table></html>"), SheetError::WebPage));
    assert!(matches!(refused(b"\x89PNG\r\n\x1A\n\x00\x00"), SheetError::NotASpreadsheet));
    assert!(matches!(refused(b"PK\x03\x04 and then nothing of a zip"), SheetError::Damaged { .. }));
    let (big5, _, _) = encoding_rs::BIG5.encode("公司名稱,統一編號,負責人,登記機關,地址\n臺灣積體電路製造股份有限公司,22099131,張忠謀,經濟部,新竹市力行六路八號\n");
    assert!(matches!(refused(&big5), SheetError::Encoding { guess: "Big5" }));
    let error = refused(b"a,b\n\xC3\xFB\xB3\xC6,\xFF\n");
    assert!(matches!(error, SheetError::Garbled { byte: 9, encoding: "gb18030" }), "{error:?}");
}

#[test]
fn a_quote_that_is_never_closed_is_named_by_its_row() {
    let error = refused("名称,住所\n甲,1号\n乙,\"2号\n丙,3号\n丁,4号\n".as_bytes());
    assert!(matches!(error, SheetError::UnclosedQuote { row: 3 }), "{error:?}");
    // A stray quote inside a cell harms nobody.
    check(
        "名称,住所\n5\"管,1号\n".as_bytes(),
        TextEncoding::Utf8,
        b',',
        &[(1, &["名称", "住所"]), (2, &["5\"管", "1号"])],
    );
}

#[test]
fn a_quarter_of_a_million_rows_are_read_fast() {
    let desk = Desk::new();
    let mut bytes = Vec::from("\u{FEFF}".as_bytes());
    bytes.extend_from_slice("名称,代码,主体类别,主体小类,登记机关,登记机关代码,行政区划,成立日期,登记状态,风险,评定日期,行业代码,住所,法定代表人\r\n".as_bytes());
    for index in 0..240_000 {
        bytes.extend_from_slice(format!("秦皇岛市海港区第{index}商贸有限公司,91130302MA{index:08},企业,有限责任公司,海港区市场监督管理局,130302,130302,2015-03-0{},存续,B,2020-12-01,F5299,秦皇岛市海港区河北大街{index}号,张某某\r\n", index % 9 + 1).as_bytes());
    }
    let path = desk.file("register.csv", &bytes);
    let start = std::time::Instant::now();
    let mut book = open(&path, &Limits::default()).unwrap();
    let (mut row, mut count, mut cells) = (sheet::Row::default(), 0, 0);
    let mut walk = book.rows("register").unwrap();
    while walk.next_into(&mut row).unwrap() {
        count += 1;
        cells += row.cells.len();
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{} MB, {count} rows, {cells} cells in {seconds:.2} s", bytes.len() >> 20);
    assert_eq!((count, cells), (240_001, 240_001 * 14));
    // The aim is 1.5 s on a quiet machine; the bound allows for a busy one.
    assert!(seconds < 6.0, "{seconds} s");
}

//! Workbooks as they really come, and our own workbooks read back.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_possible_truncation
)]

mod common;

use common::{Desk, rows, text, texts, xlsx_bytes};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use sheet::{
    Cell, ColumnKind, ColumnMapping, ColumnSpec, CsvWriter, Field, FormColumn, Limits, MappingProblem, Match, Merge,
    Problem, ProblemTexts, SheetError, Shown, Value, XlsxWriter, find_header, open, write_problems,
};
use std::borrow::Cow;
use std::path::Path;

const FIELDS: [Field<'static>; 5] = [
    Field { key: "name", names: &["名称", "企业名称", "市场主体名称"], required: true },
    Field {
        key: "code", names: &["统一社会信用代码/注册号", "统一社会信用代码", "注册号"], required: true
    },
    Field { key: "category", names: &["抽查类别"], required: false },
    Field { key: "item", names: &["抽查事项"], required: false },
    Field { key: "founded", names: &["成立日期", "注册日期"], required: false },
];

#[test]
fn cells_keep_their_kind() {
    let desk = Desk::new();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let date = Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
    sheet.write_string(0, 0, "00123").unwrap();
    sheet.write_number(0, 1, 123.0).unwrap();
    sheet.write_number(0, 2, 911_303_021_234_568_000.0).unwrap();
    sheet.write_datetime_with_format(0, 3, ExcelDateTime::from_ymd(2021, 5, 8).unwrap(), &date).unwrap();
    sheet
        .write_datetime_with_format(
            0,
            4,
            ExcelDateTime::from_ymd(2021, 5, 8).unwrap().and_hms(9, 30, 0).unwrap(),
            &date,
        )
        .unwrap();
    sheet.write_boolean(0, 5, true).unwrap();
    sheet.write_string(4, 1, "  ").unwrap();
    sheet.write_string(5, 2, "末").unwrap();
    book.add_worksheet().set_name("空").unwrap();
    book.add_worksheet().set_name("藏").unwrap().set_hidden(true);
    let path = desk.path("kinds.xlsx");
    book.save(&path).unwrap();

    let mut book = open(&path, &Limits::default()).unwrap();
    let names = book.sheets().iter().map(|sheet| (sheet.name.as_str(), sheet.visible)).collect::<Vec<_>>();
    assert_eq!(names, [("Sheet1", true), ("空", true), ("藏", false)]);
    let rows = rows(&mut book).unwrap();
    assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 6]);
    assert_eq!(
        rows[0].cells,
        [
            text("00123"),
            Cell::Number(123.0),
            Cell::Number(911_303_021_234_568_000.0),
            Cell::Date { serial: 44_324.0, text: "2021-05-08".into() },
            Cell::Date { serial: 44_324.0 + 9.5 / 24.0, text: "2021-05-08 09:30:00".into() },
            Cell::Bool(true),
        ]
    );
    assert!(rows[0].cell(3).lost_digits());
    assert_eq!(rows[1].cells, [Cell::Empty, Cell::Empty, text("末")]);
    assert_eq!(book.rows("空").unwrap().count(), 0);
    assert!(matches!(book.rows("无").err(), Some(SheetError::NoSuchSheet { .. })));
}

/// A list as a bureau sends it: title over all columns, a blank row, a heading of two rows, merged data.
fn ugly(path: &Path) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let plain = Format::new();
    sheet.merge_range(0, 0, 0, 5, "抽查事项清单（2020年版）", &plain).unwrap();
    sheet.merge_range(2, 0, 3, 0, "序号", &plain).unwrap();
    sheet.merge_range(2, 1, 2, 2, "抽查项目", &plain).unwrap();
    sheet.merge_range(2, 3, 3, 3, "*企业名称\n（全称）", &plain).unwrap();
    sheet.merge_range(2, 4, 3, 5, "联系", &plain).unwrap();
    sheet.write_string(3, 1, "抽查类别").unwrap();
    sheet.write_string(3, 2, "抽查 事项").unwrap();
    sheet.write_number(4, 0, 1.0).unwrap();
    sheet.merge_range(4, 1, 5, 1, "登记事项检查", &plain).unwrap();
    sheet.write_string(4, 2, "=名称").unwrap();
    sheet.write_string(4, 3, "甲公司").unwrap();
    sheet.write_number(5, 0, 2.0).unwrap();
    sheet.write_string(5, 2, "期限").unwrap();
    book.save(path).unwrap();
}

#[test]
fn a_heading_of_two_merged_rows_below_a_title_is_found() {
    let desk = Desk::new();
    let path = desk.path("ugly.xlsx");
    ugly(&path);
    let mut book = open(&path, &Limits::default()).unwrap();
    let header = find_header(&mut book, "Sheet1", &FIELDS).unwrap();
    assert_eq!((header.first_row, header.last_row), (3, 4));
    let names =
        header.columns.iter().map(|column| (column.column, column.name.as_str(), column.shared)).collect::<Vec<_>>();
    assert_eq!(
        names,
        [
            (1, "序号", false),
            (2, "抽查项目/抽查类别", false),
            (3, "抽查项目/抽查 事项", false),
            (4, "*企业名称\n（全称）", false),
            (5, "联系", true),
            (6, "联系", true)
        ]
    );
    assert_eq!(header.merged_data, [Merge { first_row: 5, first_column: 2, last_row: 6, last_column: 2 }]);
    assert_eq!(header.name_of(9), "I");

    let mapping = ColumnMapping::suggest(&header, &FIELDS);
    let found = mapping
        .fields
        .iter()
        .map(|field| (field.key.as_str(), field.column, field.matched.clone()))
        .collect::<Vec<_>>();
    assert_eq!(
        found,
        [
            ("name", Some(4), Match::Similar),
            ("code", None, Match::Missing),
            ("category", Some(2), Match::Exact),
            ("item", Some(3), Match::Exact),
            ("founded", None, Match::Missing),
        ]
    );
    assert_eq!(mapping.problems(), [MappingProblem::Missing { key: "code".into() }]);
    assert_eq!(mapping.free_columns(&header).map(|column| column.column).collect::<Vec<_>>(), [1, 5, 6]);
}

#[test]
fn a_person_overrides_the_suggestion() {
    let desk = Desk::new();
    let mut book = desk.open("x.csv", "名称,注册号,注册号,其他\n甲,1,2,3\n").unwrap();
    let header = find_header(&mut book, "x", &FIELDS).unwrap();
    let mut mapping = ColumnMapping::suggest(&header, &FIELDS);
    assert_eq!(mapping.fields[1].matched, Match::Ambiguous(vec![2, 3]));
    assert_eq!(mapping.column("code"), None);
    mapping.choose("code", Some(3), &header).unwrap();
    assert_eq!(mapping.column("code"), Some(3));
    assert!(mapping.problems().is_empty());
    for (key, column, problem) in [
        ("code", Some(9), MappingProblem::NoSuchColumn { column: 9 }),
        ("code", Some(1), MappingProblem::ColumnTaken { column: 1, key: "name".into() }),
        ("nothing", Some(4), MappingProblem::UnknownField { key: "nothing".into() }),
    ] {
        assert_eq!(mapping.choose(key, column, &header), Err(problem));
    }
    mapping.choose("code", None, &header).unwrap();
    assert_eq!(mapping.column("code"), None);
}

#[test]
fn without_known_names_the_first_row_of_texts_is_the_heading() {
    let desk = Desk::new();
    let mut book = desk.open("x.csv", "某表\n\n甲乙,丙丁\n1,2\n").unwrap();
    assert_eq!(find_header(&mut book, "x", &FIELDS).unwrap().first_row, 3);
    let mut book = desk.open("y.csv", "甲\n乙\n").unwrap();
    assert!(matches!(find_header(&mut book, "y", &FIELDS), Err(SheetError::NoHeader { scanned: 2, .. })));
}

#[test]
fn crafted_positions_end_as_an_error() {
    let desk = Desk::new();
    let cell = |place: &str| format!(r#"<sheetData><row r="1"><c r="{place}"><v>1</v></c></row></sheetData>"#);
    for xml in [
        cell("ZZZZZZZZZZ1"),
        cell("A99999999999999999999"),
        cell("1"),
        cell(""),
        r#"<sheetData><row r="5"><c r="A5"><v>1</v></c></row><row r="4"><c r="A4"><v>1</v></c></row></sheetData>"#
            .to_owned(),
        r#"<sheetData><row r="1"><c r="A1" t="s"><v>7</v></c></row></sheetData>"#.to_owned(),
        r#"<sheetData><row r="1"><c r="A1"><v>1</v></row>"#.to_owned(),
        "nothing of a sheet".to_owned(),
    ] {
        let path = desk.xlsx_of("x.xlsx", &xml);
        let result = open(&path, &Limits::default()).and_then(|mut book| rows(&mut book));
        assert!(matches!(result, Err(SheetError::Damaged { .. })), "{xml}: {result:?}");
    }
}

#[test]
fn entities_are_not_expanded() {
    let desk = Desk::new();
    let xml =
        r#"<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&lt;甲&amp;乙&gt;</t></is></c></row></sheetData>"#;
    let mut book = open(&desk.xlsx_of("x.xlsx", xml), &Limits::default()).unwrap();
    assert_eq!(texts(&rows(&mut book).unwrap()), [(1, vec!["<甲&乙>".to_owned()])]);
}

fn problem(row: u32, column: Option<u32>, value: &str, code: &str) -> Problem {
    Problem {
        sheet: "Sheet1".into(),
        row,
        column,
        column_name: "抽查项目/抽查 事项".into(),
        value: value.into(),
        code: code.into(),
        data: vec![],
    }
}

#[test]
fn the_problems_workbook_repeats_the_table_and_lists_every_cell() {
    let desk = Desk::new();
    ugly(&desk.path("ugly.xlsx"));
    let mut source = open(&desk.path("ugly.xlsx"), &Limits::default()).unwrap();
    let header = find_header(&mut source, "Sheet1", &FIELDS).unwrap();
    let problems = [
        problem(5, Some(3), "=名称", "formula"),
        problem(5, None, "", "twice"),
        problem(6, Some(3), "期限", "unknown"),
    ];
    let reason = |problem: &Problem| format!("原因：{}", problem.code);
    let words = ProblemTexts {
        marked_sheet: "原表",
        list_sheet: "问题",
        reasons: "问题说明",
        list_titles: ["表", "行", "列", "列名", "值", "原因"],
        reason: &reason,
    };
    for (shown, name) in [(Shown::AllRows, "all.xlsx"), (Shown::BadRows, "bad.xlsx")] {
        write_problems(&mut source, &header, &problems, shown, &words, &desk.path(name)).unwrap();
        let mut back = open(&desk.path(name), &Limits::default()).unwrap();
        let marked = back.rows("原表").unwrap().collect::<Result<Vec<_>, _>>().unwrap();
        let last =
            |row: u32| marked.iter().find(|known| known.number == row).map(|known| known.text(7).into_owned()).unwrap();
        assert_eq!(last(4), "问题说明");
        assert_eq!(last(5), "原因：formula; 原因：twice");
        assert_eq!(last(6), "原因：unknown");
        assert_eq!(marked.iter().find(|row| row.number == 5).unwrap().cell(3), &text("'=名称"));
        let list = texts(&back.rows("问题").unwrap().collect::<Result<Vec<_>, _>>().unwrap());
        assert_eq!(list[0].1, ["表", "行", "列", "列名", "值", "原因"]);
        assert_eq!(list[1].1, ["Sheet1", "5", "C", "抽查项目/抽查 事项", "'=名称", "原因：formula"]);
        assert_eq!(list[2].1, ["Sheet1", "5", "", "抽查项目/抽查 事项", "", "原因：twice"]);
        assert_eq!(list.len(), 4);
    }
}

#[test]
fn what_is_written_is_read_back() {
    let desk = Desk::new();
    let day = chrono::NaiveDate::from_ymd_opt(2021, 5, 8).unwrap();
    let mut writer = XlsxWriter::in_directory(&desk.path("")).unwrap();
    let columns = [
        ColumnSpec::new("代码", 22.0, ColumnKind::Code),
        ColumnSpec::new("数量", 8.0, ColumnKind::Number),
        ColumnSpec::new("日期", 12.0, ColumnKind::Date),
        ColumnSpec::new("说明", 40.0, ColumnKind::Text),
    ];
    writer.add_sheet("一", &columns).unwrap();
    writer.write_row(&[Value::from("007"), Value::from(3), Value::Date(day), Value::from("=HYPERLINK(1)")]).unwrap();
    writer.write_row(&[Value::Empty, Value::Number(0.5), Value::Empty, Value::from(String::new())]).unwrap();
    writer.add_sheet("二", &columns).unwrap();
    assert!(writer.add_sheet("二", &columns).is_err());
    let mut writer = XlsxWriter::new();
    writer.add_sheet("一", &columns).unwrap();
    writer.write_row(&[Value::from("007"), Value::from(3), Value::Date(day), Value::from("=HYPERLINK(1)")]).unwrap();
    writer.save(&desk.path("own.xlsx")).unwrap();
    let mut back = open(&desk.path("own.xlsx"), &Limits::default()).unwrap();
    let found = rows(&mut back).unwrap();
    assert_eq!(
        found[1].cells,
        [
            text("007"),
            Cell::Number(3.0),
            Cell::Date { serial: 44_324.0, text: "2021-05-08".into() },
            text("'=HYPERLINK(1)")
        ]
    );

    let mut csv = CsvWriter::new(Vec::new(), &["代码", "说明"]).unwrap();
    csv.write_row(&["007", "@甲,\"乙\""]).unwrap();
    assert!(csv.write_row(&["one cell"]).is_err());
    let mut csv = CsvWriter::new(Vec::new(), &["代码", "说明"]).unwrap();
    csv.write_row(&["007", "@甲,\"乙\""]).unwrap();
    let bytes = csv.finish().unwrap();
    assert_eq!(String::from_utf8(bytes.clone()).unwrap(), "\u{FEFF}代码,说明\r\n007,\"'@甲,\"\"乙\"\"\"\r\n");
    let mut back = desk.open("own.csv", bytes).unwrap();
    assert_eq!(texts(&rows(&mut back).unwrap())[1].1, ["007", "'@甲,\"乙\""]);
}

#[test]
fn a_text_too_long_for_a_cell_is_refused_and_not_shortened() {
    let columns = [ColumnSpec::new("甲", 10.0, ColumnKind::Text)];
    let mut writer = XlsxWriter::new();
    assert!(matches!(writer.write_row(&[Value::from("x")]), Err(SheetError::Write { .. })));
    writer.add_sheet("一", &columns).unwrap();
    writer.write_row(&[Value::Text(Cow::Owned("字".repeat(32_767)))]).unwrap();
    assert!(matches!(writer.write_row(&[Value::Text(Cow::Owned("字".repeat(32_768)))]), Err(SheetError::Write { .. })));
}

#[test]
fn a_large_workbook_streams() {
    let desk = Desk::new();
    let columns =
        (0..14).map(|index| ColumnSpec::new(&format!("列{index}"), 12.0, ColumnKind::Code)).collect::<Vec<_>>();
    let start = std::time::Instant::now();
    let mut writer = XlsxWriter::new();
    writer.add_sheet("一", &columns).unwrap();
    for index in 0..50_000_u32 {
        let values = (0..14).map(|column| Value::from(format!("值{index}-{column}"))).collect::<Vec<_>>();
        writer.write_row(&values).unwrap();
    }
    let path = desk.path("large.xlsx");
    writer.save(&path).unwrap();
    let written = start.elapsed();
    let mut book = open(&path, &Limits::default()).unwrap();
    let count = book.rows("一").unwrap().map(|row| row.unwrap().cells.len()).filter(|&cells| cells == 14).count();
    println!("50,000 x 14: written in {written:.2?}, read in {:.2?}", start.elapsed() - written);
    assert_eq!(count, 50_001);
    assert!(!xlsx_bytes("").is_empty());
}

#[test]
fn a_form_keeps_what_is_typed_and_offers_choices() {
    let desk = Desk::new();
    let column = |title: &str, kind: ColumnKind, choices: &'static [&'static str]| FormColumn {
        column: ColumnSpec::new(title, 20.0, kind),
        required: title.ends_with('*'),
        choices,
    };
    let columns = [column("代码*", ColumnKind::Code, &[]), column("登记状态", ColumnKind::Text, &["存续", "注销"])];
    let mut writer = XlsxWriter::new();
    writer.add_form("表", &columns, 100).unwrap();
    writer.add_sheet("说明", &[ColumnSpec::new("列", 20.0, ColumnKind::Text)]).unwrap();
    let path = desk.path("form.xlsx");
    writer.save(&path).unwrap();
    let mut archive = zip::ZipArchive::new(std::fs::File::open(&path).unwrap()).unwrap();
    let mut xml = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut xml).unwrap();
    assert!(xml.contains("sqref=\"B2:B101\"") && xml.contains("存续,注销"), "{xml}");
    assert!(xml.contains("<cols><col min=\"1\" max=\"1\"") && xml.contains("style="), "{xml}");
    let mut book = open(&path, &Limits::default()).unwrap();
    assert_eq!(rows(&mut book).unwrap().len(), 1, "empty rows are no rows");
    let too_long: Vec<String> = (0..64).map(|n| format!("选项{n:02}")).collect();
    let too_long: Vec<&str> = too_long.iter().map(String::as_str).collect();
    let bad = FormColumn { column: ColumnSpec::new("列", 9.0, ColumnKind::Text), required: false, choices: &too_long };
    assert!(matches!(XlsxWriter::new().add_form("表", &[bad], 1), Err(SheetError::Write { .. })));
}

//! Texts that no directory may hold, named by their cell; workbooks that are none or are crafted, refused with their place at
//! the upload and in the job; names that the forms cannot show, told before anybody confirms.

use std::io::Write as _;

use app::directory::import::{self, ImportReport};
use domain::import::{ImportKind, ImportState};
use testkit::{MISSING_GLYPH, on_both};

use crate::desk::*;

/// The smallest workbook around these rows of XML, with the headings of a register.
fn workbook(rows: &str) -> Vec<u8> {
    let spreadsheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let heading = line(1, HEADINGS);
    let parts = [
        (
            "_rels/.rels",
            format!(
                r#"<Relationships xmlns="{package}"><Relationship Id="r1" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                r#"<workbook xmlns="{spreadsheet}" xmlns:r="{relations}"><sheets><sheet name="企业" sheetId="1" r:id="r1"/></sheets></workbook>"#
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                r#"<Relationships xmlns="{package}"><Relationship Id="r1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!(r#"<worksheet xmlns="{spreadsheet}"><sheetData>{heading}{rows}</sheetData></worksheet>"#),
        ),
    ];
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A row of a workbook from a line of CSV.
fn line(number: u32, text: &str) -> String {
    let cells: String = text
        .split(',')
        .zip("ABCDEFGHIJK".chars())
        .map(|(text, column)| format!(r#"<c r="{column}{number}" t="inlineStr"><is><t>{text}</t></is></c>"#))
        .collect();
    format!(r#"<row r="{number}">{cells}</row>"#)
}

/// Sound rows from the second on, and then this.
fn long_workbook(sound: u32, then: &str) -> Vec<u8> {
    let rows: String = (2..2 + sound).map(|number| line(number, &row(CODES[0]))).collect();
    workbook(&format!("{rows}{then}"))
}

fn refusal(report: Option<ImportReport>) -> (String, String) {
    let refusal = report.unwrap().refused.unwrap();
    (refusal.code, refusal.message)
}

on_both! {
    async fn a_text_that_no_directory_may_hold_is_named_by_its_cell(world) {
        let city = city(&world).await;
        let named = |name: &str| row(CODES[0]).replacen(&format!("试报{}", CODES[0]), name, 1);
        let bad = [
            ("甲\u{1}乙", "control", "U+0001"),
            ("甲\u{200B}乙", "invisible", "U+200B"),
            ("甲\u{202E}乙", "direction", "U+202E"),
            ("甲\u{E123}乙", "private_use", "U+E123"),
            ("甲\u{378}乙", "unassigned", "U+0378"),
            ("甲\u{FFFD}乙", "garbled", "U+FFFD"),
            ("甲\0乙", "nul", "U+0000"),
        ];
        // A text file that begins with zero bytes is taken for none: the rows with them stand further down.
        let mut rows = vec![named("甲"); 60];
        rows.extend(bad.iter().map(|(name, ..)| named(name)));
        let refused = dry_run(&world, &city.clerk, ImportKind::Subject, "坏字.csv", register(&rows)).await;
        assert_eq!(refused.import.state, ImportState::Refused);
        let report = refused.report.unwrap();
        let by_kind = |code: &str| report.by_kind.iter().find(|kind| kind.code == code).map(|kind| kind.count);
        for (_, code, _) in bad {
            assert_eq!(by_kind(code), Some(1), "{code}: {:?}", report.by_kind);
        }
        nothing_is_written(&world).await;
        // Each by itself: the place, the character and what to do.
        for (n, (name, code, character)) in bad.iter().enumerate().filter(|(_, bad)| bad.1 != "nul") {
            let file = format!("坏字{n}.csv");
            let report = dry_run(&world, &city.clerk, ImportKind::Subject, &file, register(&[named("甲"), named(name)])).await.report.unwrap();
            let shown = report.shown.iter().find(|shown| shown.code == *code).unwrap();
            assert_eq!((shown.row, shown.column.as_str(), shown.column_name.as_str()), (3, "A", "名称"));
            assert!(shown.reason.contains("第2个字") && shown.reason.contains(character), "{}", shown.reason);
            world.clock.advance_seconds(1);
        }
    }

    async fn what_pasting_leaves_around_a_text_falls_away_and_it_is_kept_in_its_normal_form(world) {
        let city = city(&world).await;
        let sound = row(CODES[0]).replacen("试报", "\u{202D} Cafe\u{301}\u{F9D1}", 1).replacen("河北大街1号", "河北大街1号\u{202C}\u{200B}", 1);
        let done = import_now(&world, &city.clerk, ImportKind::Subject, "好.csv", register(&[sound])).await;
        assert_eq!(done.import.state, ImportState::Committed, "{:?}", done.report);
        let kept = walk(&world).await;
        let (record, _) = subject(&world, kept[0].id).await;
        assert_eq!(record.subject.name, format!("Café六{}商贸有限公司", CODES[0]));
        assert_eq!(record.subject.address, "河北大街1号");
    }

    async fn crafted_workbooks_end_as_refusals_with_their_place(world) {
        let city = city(&world).await;
        let cell = |row: u32, place: &str| format!(r#"<row r="{row}"><c r="{place}"><v>1</v></c></row>"#);
        // Beyond what the upload looks at, so that the job meets it.
        for (name, then, code, place) in [
            ("超界.xlsx", cell(1_048_577, "A1048577"), "IMPT-115", "（工作表“企业”第1048577行）"),
            ("坏格.xlsx", cell(402, "ZZZZZZZZZZ402"), "IMPT-109", "（工作表“企业”，第401行之后）"),
            ("倒序.xlsx", cell(5, "A5"), "IMPT-109", "（工作表“企业”，第401行之后）"),
        ] {
            let id = upload(&world, &city.clerk, ImportKind::Subject, name, long_workbook(400, &then)).await;
            assert_eq!(view(&world, &city.clerk, id).await.import.state, ImportState::Uploaded, "{name}");
            import::dry_run(&world.platform, &world.as_post(&city.clerk), id).await.unwrap();
            world.work().await;
            let refused = view(&world, &city.clerk, id).await;
            assert_eq!((refused.import.state, refused.job.unwrap().state.as_str()), (ImportState::Refused, "done"), "{name}");
            let (found, message) = refusal(refused.report);
            assert_eq!(found, code, "{name}: {message}");
            assert!(message.contains(place), "{name}: {message}");
            world.clock.advance_seconds(1);
        }
        // Within it: the upload itself is refused, and says the same once more when a dry run is asked for.
        for (name, bytes, code, says) in [
            ("坏格.xlsx", workbook(&cell(2, "ZZZZZZZZZZ2")), "IMPT-109", "（工作表“企业”，第1行之后）"),
            ("截断.xlsx", long_workbook(400, "").into_iter().take(900).collect(), "IMPT-109", "已损坏"),
            ("文档.xlsx", other("word/document.xml"), "IMPT-114", ".docx"),
            ("开放.xlsx", other("content.xml"), "IMPT-114", ".ods"),
            ("空包.xlsx", b"PK\x05\x06".iter().copied().chain([0; 18]).collect(), "IMPT-105", "既不是"),
            ("网页.xls", b"<meta charset=gbk><table><tr>".to_vec(), "IMPT-104", "网页"),
        ] {
            let id = upload(&world, &city.clerk, ImportKind::Subject, name, bytes).await;
            let refused = view(&world, &city.clerk, id).await;
            assert_eq!(refused.import.state, ImportState::Refused, "{name}");
            let (found, message) = refusal(refused.report);
            assert_eq!(found, code, "{name}: {message}");
            assert!(message.contains(says), "{name}: {message}");
            let error = import::dry_run(&world.platform, &world.as_post(&city.clerk), id).await.unwrap_err();
            assert_eq!((error.code, error.message()), (code, message));
            world.clock.advance_seconds(1);
        }
        nothing_is_written(&world).await;
        queue_is_empty(&world).await;
    }

    async fn a_file_is_not_called_by_what_nobody_sees(world) {
        let city = city(&world).await;
        for (name, code) in [("a\0b.csv", "IMPT-014"), ("名\u{200B}录.csv", "IMPT-014"), ("\u{E123}.csv", "IMPT-014"), (" \u{200B}", "IMPT-009")] {
            let path = incoming(&world, "x.csv", register(&[row(CODES[0])]));
            let input = import::Upload { kind: ImportKind::Subject, path, file_name: name.to_owned() };
            let error = import::upload(&world.platform, &world.as_post(&city.clerk), input).await.unwrap_err();
            assert_eq!(error.fields[0].code, code, "{name:?}");
        }
    }

    async fn names_that_the_forms_cannot_show_are_told_and_stop_nobody(world) {
        let city = city(&world).await;
        let rare = row(CODES[1]).replacen("试报", &format!("{MISSING_GLYPH}记"), 1);
        let file = register(&[row(CODES[0]), rare]);
        let checked = dry_run(&world, &city.clerk, ImportKind::Subject, "生僻.csv", &file).await;
        assert_eq!(checked.import.state, ImportState::Checked);
        let report = checked.report.unwrap();
        assert_eq!((report.unprinted, report.problems, report.new), (1, 0, 2));
        let told = &report.unprinted_shown[0];
        assert_eq!((told.row, told.column_name.as_str(), told.characters.as_str()), (3, "名称", "U+2B820"));
        assert!(told.text.starts_with(MISSING_GLYPH));
        // A font that has it was installed since, or there is none at all, which the doctor tells.
        for missing in [Some(&[][..]), None] {
            world.clock.advance_seconds(1);
            world.printer.set_missing(missing);
            let report = dry_run(&world, &city.clerk, ImportKind::Subject, "生僻.csv", &file).await.report.unwrap();
            assert_eq!(report.unprinted, 0);
        }
        let done = import_now(&world, &city.clerk, ImportKind::Subject, "生僻二.csv", &file).await;
        assert_eq!(done.import.state, ImportState::Committed);
    }
}

/// An archive as another program writes it.
fn other(part: &str) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file(part, zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(b"<a/>").unwrap();
    archive.finish().unwrap().into_inner()
}

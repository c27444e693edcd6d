//! Bad files: every bad cell with its place and reason, whole files that are refused, and nothing written by either.

use std::io::Write as _;

use app::directory::import::{self, Upload};
use domain::import::{ImportKind, ImportState};
use sheet::Limits;
use testkit::bad_register::{BadCell, DATA_ROWS, EXPECTED, SHEET, write_bad_register};
use testkit::on_both;

use crate::desk::*;

/// The importer's code for each kind of bad cell.
fn code_of(kind: BadCell) -> &'static str {
    match kind {
        BadCell::CodeMissing => "code_missing",
        BadCell::CodeCheck => "code_check",
        BadCell::OrganisationCheck => "organisation_check",
        BadCell::FullWidth => "full_width",
        BadCell::CodeLength => "code_length",
        BadCell::CodeLetter => "code_letter",
        BadCell::LowerCase => "code_lower_case",
        BadCell::RegistrationCheck => "registration_check",
        BadCell::LostDigits => "lost_digits",
        BadCell::DuplicateCode => "duplicate",
        BadCell::NameMissing => "required",
        BadCell::NameTooLong => "too_long",
        BadCell::FormulaText => "formula",
        BadCell::Invisible => "invisible",
        BadCell::LineBreak => "line_break",
        BadCell::KindUnknown => "kind_unknown",
        BadCell::StatusUnknown => "status_unknown",
        BadCell::RegistrarUnknown => "agency_unknown",
        BadCell::DivisionUnknown => "division_unknown",
        BadCell::DateForm => "date_form",
        BadCell::DateNoSuchDay => "date_no_such_day",
        BadCell::CellError => "error_value",
        BadCell::RiskUnknown => "risk_unknown",
        BadCell::RiskDateMissing => "risk_undated",
        BadCell::IndustryForm => "industry_form",
        BadCell::TagForm => "tag_form",
        BadCell::LicenceForm => "licence_form",
    }
}

/// A zip whose one part unpacks to many times its size.
fn bomb() -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("xl/worksheets/sheet1.xml", zip::write::SimpleFileOptions::default()).unwrap();
    for _ in 0..64 {
        archive.write_all(&vec![0_u8; 1 << 20]).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A small workbook whose directory claims one gigabyte.
fn gigabyte() -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("xl/worksheets/sheet1.xml", zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(b"<worksheet/>").unwrap();
    let mut bytes = archive.finish().unwrap().into_inner();
    let entry = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    bytes[entry + 24..entry + 28].copy_from_slice(&(1_u32 << 30).to_le_bytes());
    bytes
}

on_both! {
    async fn every_bad_cell_is_reported_with_its_place(world) {
        let city = city(&world).await;
        let path = world.platform.incoming().join("bad.xlsx");
        write_bad_register(&path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let refused = dry_run(&world, &city.clerk, ImportKind::Subject, "报送.xlsx", bytes).await;
        assert_eq!(refused.import.state, ImportState::Refused);
        let report = refused.report.clone().unwrap();
        assert_eq!(report.rows, u64::from(DATA_ROWS));
        let found: Vec<_> = report
            .shown
            .iter()
            .map(|p| (p.sheet.as_str(), p.row, p.column.as_str(), p.column_name.as_str(), p.value.as_str(), p.code.as_str()))
            .collect();
        let expected: Vec<_> =
            EXPECTED.iter().map(|e| (SHEET, e.row, e.column, e.column_name, e.value, code_of(e.kind))).collect();
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, expected);
        }
        assert_eq!((found.len(), report.problems), (expected.len(), expected.len() as u64));
        assert!(report.shown.iter().all(|p| p.reason.ends_with('。')), "{:?}", report.shown);
        nothing_is_written(&world).await;
        queue_is_empty(&world).await;

        // The job and the event are kept, and a commit is impossible.
        assert_eq!(refused.job.unwrap().state, "done");
        assert!(world.event_kinds().await.iter().filter(|kind| *kind == "import.dry_run").count() == 2);
        let error = import::commit(&world.platform, &world.as_post(&city.clerk), refused.import.id).await.unwrap_err();
        assert_eq!(error.code, "IMPT-006");

        // The workbook that goes back lists the same cells.
        let download = import::problems_workbook(&world.platform, &world.as_post(&city.clerk), refused.import.id).await.unwrap();
        assert_eq!(download.name, "报送-问题清单.xlsx");
        let mut book = sheet::open(&download.path, &Limits::default()).unwrap();
        let list: Vec<_> = book.rows("问题清单").unwrap().map(|row| row.unwrap()).skip(1).collect();
        assert_eq!(list.len(), EXPECTED.len());
        for (row, expected) in list.iter().zip(&EXPECTED) {
            assert_eq!((row.text(2), row.text(3), row.text(4)), (expected.row.to_string().into(), expected.column.into(), expected.column_name.into()));
            assert!(!row.text(6).is_empty());
        }
        let marked = book.rows("原表（问题已标红）").unwrap().count();
        assert_eq!(marked, 3 + DATA_ROWS as usize);
    }

    async fn files_that_cannot_be_read_are_kept_as_refused(world) {
        let city = city(&world).await;
        for (name, bytes, code) in [
            ("炸弹.xlsx", bomb(), "IMPT-101"),
            ("一千兆.xlsx", gigabyte(), "IMPT-101"),
            ("空.csv", Vec::new(), "IMPT-102"),
            ("旧.xls", [0xD0, 0xCF, 0x11, 0xE0].to_vec(), "IMPT-103"),
            ("网页.xls", b"<html><table></table>".to_vec(), "IMPT-104"),
            ("图.png", b"\x89PNG\x00\x01".to_vec(), "IMPT-105"),
            ("坏.xlsx", b"PK\x03\x04 nothing".to_vec(), "IMPT-109"),
        ] {
            let id = upload(&world, &city.clerk, ImportKind::Subject, name, bytes).await;
            let refused = view(&world, &city.clerk, id).await;
            assert_eq!(refused.import.state, ImportState::Refused, "{name}");
            let refusal = refused.report.unwrap().refused.unwrap();
            assert_eq!(refusal.code, code, "{name}: {}", refusal.message);
            assert!(!refusal.next.is_empty());
            let error = import::dry_run(&world.platform, &world.as_post(&city.clerk), id).await.unwrap_err();
            assert_eq!(error.code, code);
            world.clock.advance_seconds(1);
        }
        assert_eq!(world.event_kinds().await.iter().filter(|kind| *kind == "subject.import").count(), 7);
        nothing_is_written(&world).await;
        queue_is_empty(&world).await;
    }

    async fn a_heading_alone_and_a_file_of_other_columns_are_refused(world) {
        let city = city(&world).await;
        let empty = dry_run(&world, &city.clerk, ImportKind::Subject, "空表.csv", format!("{HEADINGS}\n")).await;
        assert_eq!(empty.report.unwrap().refused.unwrap().code, "IMPT-112");
        let id = upload(&world, &city.clerk, ImportKind::Subject, "别的.csv", "甲,乙\n1,2\n").await;
        let error = import::dry_run(&world.platform, &world.as_post(&city.clerk), id).await.unwrap_err();
        assert_eq!(error.code, "IMPT-003");
        nothing_is_written(&world).await;
    }

    async fn limits_hold_at_n_and_refuse_n_plus_one(world) {
        let city = city(&world).await;
        let file = |rows: u64| {
            let mut text = String::from("机构代码,机构名称,上级机构代码,层级,机构类型,行政区划\n");
            for n in 0..rows {
                text.push_str(&format!("S{n:05},测试{n}所,130302,所,市场监督管理所,130302\n"));
            }
            text
        };
        let max = import::rows_max(ImportKind::Agency);
        let full = dry_run(&world, &city.admin, ImportKind::Agency, "满.csv", file(max)).await;
        assert_eq!(full.report.unwrap().new, max);
        let over = dry_run(&world, &city.admin, ImportKind::Agency, "超.csv", file(max + 1)).await;
        assert_eq!(over.report.unwrap().refused.unwrap().code, "IMPT-113");

        for (chars, fine) in [(import::FILE_NAME_CHARS_MAX, true), (import::FILE_NAME_CHARS_MAX + 1, false)] {
            let path = incoming(&world, "x.csv", register(&[row(CODES[0])]));
            let input = Upload { kind: ImportKind::Subject, path, file_name: "名".repeat(chars) };
            let result = import::upload(&world.platform, &world.as_post(&city.clerk), input).await;
            assert_eq!(result.is_ok(), fine);
        }
    }

    async fn an_encoding_of_old_systems_is_read(world) {
        let city = city(&world).await;
        let text = register(&[row(CODES[0])]);
        // GB18030 of the same text.
        let bytes = encode_gb18030(&text);
        let done = import_now(&world, &city.clerk, ImportKind::Subject, "老系统.csv", bytes).await;
        assert_eq!(done.import.state, ImportState::Committed);
        assert_eq!(walk(&world).await[0].tags, ["商标使用", "广告"]);
    }

    async fn a_cancelled_job_leaves_nothing(world) {
        let city = city(&world).await;
        let ctx = world.as_post(&city.clerk);
        let id = upload(&world, &city.clerk, ImportKind::Subject, "x.csv", register(&[row(CODES[0])])).await;
        let job = import::dry_run(&world.platform, &ctx, id).await.unwrap();
        app::job::cancel(&world.platform, &ctx, job).await.unwrap();
        assert_eq!(world.work().await, 0);
        nothing_is_written(&world).await;
        // It can be begun again.
        import::dry_run(&world.platform, &ctx, id).await.unwrap();
        world.work().await;
        assert_eq!(view(&world, &city.clerk, id).await.import.state, ImportState::Checked);
    }
}

fn encode_gb18030(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

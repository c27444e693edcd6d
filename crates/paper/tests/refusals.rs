//! What is not printed: missing glyphs and fonts, control characters, everything above a limit.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use common::{item, notice, person, printer, quiet, record};
use paper::{CheckNotice, Choice, Day, Families, FontRole, PaperError, Printer, RecordForm, SYSTEM_FONT_DIRS, Unset};
use std::path::PathBuf;

/// Why the second of two forms is left out; the first is printed all the same.
fn refusal(change: impl FnOnce(&mut RecordForm)) -> PaperError {
    let mut form = record();
    change(&mut form);
    let mut printed = printer().record_forms(&[record(), form], &mut quiet).expect("the first form is sound");
    assert_eq!((printed.left_out.len(), printed.pages_of_form[1]), (1, 0));
    assert_eq!(printed.pages, printed.pages_of_form[0]);
    printed.left_out.remove(0).reason
}

#[test]
fn a_character_that_no_font_has_is_named_with_its_place() {
    // U+2FFFE will never be a character; U+E001 is for private use, and means another sign in every font that has one.
    for character in ['\u{2FFFE}', '\u{E001}', '\u{F0000}', '\u{100000}'] {
        let mut form = record();
        form.items[2].found = format!("商号{character}");
        let unset = printer().record_forms(&[record(), form], &mut quiet).unwrap().unset;
        assert_eq!(unset, [Unset { form: 1, place: "items[2].found".to_owned(), character }]);
    }
    let mut letter = notice();
    letter.items.push("\u{E001}".to_owned());
    let unset = printer().notices(&[letter], &mut quiet).unwrap().unset;
    assert_eq!(unset, [Unset { form: 0, place: "items[3]".to_owned(), character: '\u{E001}' }]);
}

#[test]
fn a_notice_has_no_hole() {
    type Empty = (&'static str, fn(&mut CheckNotice));
    let cases: [Empty; 14] = [
        ("number", |f| f.number.clear()),
        ("organ", |f| f.organ = " ".to_owned()),
        ("organiser", |f| f.organiser.clear()),
        ("subject_name", |f| f.subject_name.clear()),
        ("subject_code", |f| f.subject_code.clear()),
        ("basis", |f| f.basis.clear()),
        ("task_name", |f| f.task_name.clear()),
        ("task_number", |f| f.task_number.clear()),
        ("method", |f| f.method.clear()),
        ("contact", |f| f.contact.clear()),
        ("phone", |f| f.phone.clear()),
        ("items", |f| f.items.clear()),
        ("materials", |f| f.materials.clear()),
        ("inspectors", |f| f.inspectors.truncate(paper::INSPECTORS_MIN - 1)),
    ];
    let printer = printer();
    for (place, empty) in cases {
        let mut letter = notice();
        empty(&mut letter);
        assert_eq!(printer.notices(&[letter], &mut quiet), Err(PaperError::Incomplete { form: 0, place }));
    }
    let mut letter = notice();
    (letter.source, letter.frequency, letter.assistants) = (String::new(), String::new(), 0);
    letter.inspectors.truncate(paper::INSPECTORS_MIN);
    printer.notices(&[letter], &mut quiet).expect("these may be absent");
}

#[test]
fn control_characters_are_refused() {
    for character in ['\0', '\u{1f}', '\t', '\u{7f}', '\u{202e}', '\u{feff}'] {
        let got = refusal(|f| f.address = format!("海港区{character}"));
        assert_eq!(got, PaperError::BadText { form: 1, place: "address".to_owned(), character }, "{got}");
    }
}

#[test]
fn without_fonts_the_printer_does_not_start() {
    let empty = tempfile::tempdir().unwrap();
    let got = Printer::new(&[empty.path().to_owned(), PathBuf::from("/does/not/exist")]).expect_err("no fonts");
    assert!(matches!(got, PaperError::FontMissing { role: FontRole::Heading, .. }), "{got}");
    assert!(got.to_string().contains("fonts-noto-cjk"));
}

fn with_only(files: &[&str]) -> Result<Printer, PaperError> {
    let dir = tempfile::tempdir().unwrap();
    for file in files {
        std::os::unix::fs::symlink(format!("/usr/share/fonts/opentype/noto/{file}"), dir.path().join(file)).unwrap();
    }
    std::fs::write(dir.path().join("broken.ttf"), b"no font").unwrap();
    Printer::new(&[dir.path().to_owned()])
}

#[test]
fn a_heading_is_never_printed_thin() {
    let (serif, sans, bold) = ("NotoSerifCJK-Regular.ttc", "NotoSansCJK-Regular.ttc", "NotoSerifCJK-Bold.ttc");
    let role = |files: &[&str]| match with_only(files) {
        Err(PaperError::FontMissing { role, .. }) => Some(role),
        Ok(_) => None,
        other => panic!("{other:?}"),
    };
    assert_eq!(role(&[serif, sans]), Some(FontRole::Heading));
    assert_eq!(role(&[bold, sans]), Some(FontRole::Body));
    assert_eq!(role(&[bold, serif]), Some(FontRole::Label));
    assert_eq!(role(&[bold, serif, sans]), None);
}

#[test]
fn a_configured_family_is_required() {
    let families = Families { body: vec!["仿宋_虚构".to_owned()], ..Families::default() };
    let got = Printer::with_families(&SYSTEM_FONT_DIRS.map(PathBuf::from), families).expect_err("not installed");
    assert!(
        matches!(&got, PaperError::FontMissing { role: FontRole::Body, wanted, .. } if wanted == &["仿宋_虚构"]),
        "{got}"
    );
}

#[test]
fn limits_hold_at_n_and_fail_at_n_plus_one() {
    type Fill = fn(&mut RecordForm, usize);
    let cases: [(usize, Fill); 6] = [
        (paper::ITEMS_MAX, |f, n| f.items = vec![item("", "事项"); n]),
        (paper::LIST_MAX, |f, n| f.results = vec![Choice { label: "结果".to_owned(), ticked: false }; n]),
        (paper::LIST_MAX, |f, n| f.methods = vec![Choice { label: "方式".to_owned(), ticked: false }; n]),
        (paper::PERSONS_MAX, |f, n| f.inspectors = vec![person("甲", ""); n]),
        (paper::SPARE_ROWS_MAX, |f, n| f.spare_rows = u32::try_from(n).unwrap()),
        (paper::TEXT_CHARS_MAX, |f, n| f.address = "海".repeat(n)),
    ];
    let printer = printer();
    for (max, fill) in cases {
        let print = |n| {
            let mut form = record();
            fill(&mut form, n);
            printer.record_forms(&[form], &mut quiet)
        };
        print(max).unwrap();
        assert!(
            matches!(print(max + 1), Err(PaperError::TooLong { form: 0, count, max: limit, .. }) if count == max + 1 && limit == max)
        );
    }
    let letter = |n| {
        let materials = vec!["营业执照".to_owned(); n];
        printer.notices(&[CheckNotice { materials, ..notice() }], &mut quiet)
    };
    letter(paper::MATERIALS_MAX).unwrap();
    assert!(matches!(letter(paper::MATERIALS_MAX + 1), Err(PaperError::TooLong { max: paper::MATERIALS_MAX, .. })));
    let above = vec![record(); paper::FORMS_MAX + 1];
    assert!(matches!(printer.record_forms(&above, &mut quiet), Err(PaperError::TooMany { .. })));
    assert_eq!(printer.record_forms(&[], &mut quiet), Err(PaperError::NoForms));
    assert_eq!(printer.notices(&[], &mut quiet), Err(PaperError::NoForms));
}

#[test]
fn addresses_and_days_are_checked() {
    let url = |text: String| {
        let form = RecordForm { url: text, ..record() };
        printer().record_forms(&[form], &mut quiet).map(|_| ())
    };
    let long = |n: usize| format!("https://{}", "a".repeat(n - 8));
    assert_eq!(url(long(paper::URL_BYTES_MAX)), Ok(()));
    for bad in [
        long(paper::URL_BYTES_MAX + 1),
        String::new(),
        "javascript:alert(1)".to_owned(),
        "https://明察".to_owned(),
        "https://a b".to_owned(),
    ] {
        assert_eq!(url(bad), Err(PaperError::BadUrl { form: 0 }));
    }
    let got = refusal(|f| f.checked_on = Some(Day { year: 2021, month: 2, day: 29 }));
    assert_eq!(got, PaperError::BadDay { form: 1, place: "checked_on".to_owned() });
}

#[test]
fn days_are_read_in_one_form_only() {
    let check = |text: &str, expect: Option<Day>| assert_eq!(Day::parse(text), expect, "{text}");
    check("2024-02-29", Some(Day { year: 2024, month: 2, day: 29 }));
    for bad in ["2023-02-29", "2021-6-1", "2021-06-01-", "2021/06/01", "", "0000-01-01", "+202-01-01"] {
        check(bad, None);
    }
}

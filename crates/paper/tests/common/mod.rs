//! Sample forms (all firms and people are invented), the printer over the system's fonts, and poppler to read PDFs back.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

pub mod symbols;

use paper::{CheckNotice, Day, Item, Person, Printed, Printer, RecordForm, SYSTEM_FONT_DIRS};
use std::path::PathBuf;
use std::process::Command;

pub fn printer() -> Printer {
    Printer::new(&SYSTEM_FONT_DIRS.map(PathBuf::from)).expect("the package fonts-noto-cjk is installed")
}

/// For tests that do not watch the progress.
pub fn quiet(_: usize, _: usize) {}

pub fn person(name: &str, certificate: &str) -> Person {
    Person { name: name.to_owned(), certificate: certificate.to_owned() }
}

pub fn item(category: &str, name: &str) -> Item {
    Item {
        category: category.to_owned(),
        name: name.to_owned(),
        checked: None,
        found: String::new(),
        disposal: String::new(),
    }
}

pub fn record() -> RecordForm {
    RecordForm {
        subject_term: "市场主体".to_owned(),
        task_name: "秦皇岛市市场监管系统2021年内部联合“双随机、一公开”抽查".to_owned(),
        task_number: "130300202105100001".to_owned(),
        record_number: "13030220210001".to_owned(),
        subject_name: "秦皇岛市海港区望潮楼电子商务有限公司".to_owned(),
        subject_code: "91130302MA0A1B2C3D".to_owned(),
        address: "河北省秦皇岛市海港区文涛路虚构里 18 号 3 单元 501 室".to_owned(),
        representative: "赵望舒".to_owned(),
        representative_phone: "0335-0000001".to_owned(),
        liaison: "钱明远".to_owned(),
        liaison_phone: "0335-0000002".to_owned(),
        organ: "秦皇岛市海港区市场监督管理局".to_owned(),
        checked_on: None,
        inspectors: vec![person("孙守正", "03030200123"), person("李致远", "03030200456")],
        items: vec![
            item("登记事项检查", "营业执照（登记证）规范使用情况的检查"),
            item("登记事项检查", "住所（经营场所）或者驻在场所的检查"),
            item("公示信息检查", "年度报告公示信息的检查"),
            item("公示信息检查", "即时公示信息的检查"),
            item("电子商务经营行为监督检查", "电子商务平台经营者履行主体责任的检查"),
        ],
        spare_rows: 2,
        methods: vec![],
        results: vec![],
        follow_ups: vec![],
        completed: None,
        completed_on: None,
        subject_opinion: String::new(),
        review_opinion: String::new(),
        disclosure_opinion: String::new(),
        url: "https://mingcha.example.cn/r/0190f3a2-7c1e-7b3a-9d52-6f1f0c7a1b22".to_owned(),
    }
}

pub fn notice() -> CheckNotice {
    let list = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect();
    CheckNotice {
        number: "秦海市监检通〔2021〕17号".to_owned(),
        organ: "秦皇岛市海港区市场监督管理局".to_owned(),
        organiser: "秦皇岛市市场监督管理局".to_owned(),
        subject_name: "秦皇岛市海港区望潮楼电子商务有限公司".to_owned(),
        subject_code: "91130302MA0A1B2C3D".to_owned(),
        basis: "《企业信息公示暂行条例》第十四条".to_owned(),
        task_name: "秦皇岛市市场监管系统2021年内部联合“双随机、一公开”抽查".to_owned(),
        task_number: "130300202105100001".to_owned(),
        source: "年度抽查工作计划".to_owned(),
        frequency: "本年度第一次".to_owned(),
        items: list(&["登记事项检查", "公示信息检查", "电子商务经营行为监督检查"]),
        from: Day::parse("2021-06-01").unwrap(),
        to: Day::parse("2021-07-31").unwrap(),
        method: "实地检查".to_owned(),
        inspectors: vec![person("孙守正", "03030200123"), person("李致远", "03030200456")],
        assistants: 1,
        materials: list(&["营业执照和有关许可证件", "2020年度报告的有关资料", "平台内经营者身份核验记录"]),
        contact: "周清和".to_owned(),
        phone: "0335-0000003".to_owned(),
        issued_on: Day::parse("2021-05-24").unwrap(),
        url: "https://mingcha.example.cn/announcements/130300202105100001".to_owned(),
    }
}

/// Where Debian's fonts-noto-cjk lies.
pub const NOTO: &str = "/usr/share/fonts/opentype/noto";

/// A folder with the named fonts and nothing else.
pub fn named_fonts() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for file in ["NotoSerifCJK-Regular.ttc", "NotoSerifCJK-Bold.ttc", "NotoSansCJK-Regular.ttc"] {
        std::os::unix::fs::symlink(format!("{NOTO}/{file}"), dir.path().join(file)).unwrap();
    }
    dir
}

/// The text of a PDF without white space, as lines break anywhere.
pub fn text(printed: &Printed) -> String {
    pages(printed).concat()
}

pub fn pages(printed: &Printed) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("form.pdf");
    std::fs::write(&file, &printed.pdf).unwrap();
    let out = Command::new("pdftotext")
        .args(["-raw", "-enc", "UTF-8"])
        .arg(&file)
        .arg("-")
        .output()
        .expect("poppler-utils is installed");
    assert!(out.status.success());
    let whole = String::from_utf8(out.stdout).unwrap();
    let mut pages: Vec<String> =
        whole.split('\u{c}').map(|p| p.chars().filter(|c| !c.is_whitespace() && *c != '\u{200B}').collect()).collect();
    pages.pop();
    pages
}

/// Keeps a sample where a person can look at it.
pub fn keep(name: &str, printed: &Printed) {
    std::fs::write(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name), &printed.pdf).unwrap();
}

pub fn assert_holds(text: &str, parts: &[&str]) {
    for part in parts {
        let part: String = part.chars().filter(|c| !c.is_whitespace()).collect();
        assert!(text.contains(&part), "{part:?} is not in {text:?}");
    }
}

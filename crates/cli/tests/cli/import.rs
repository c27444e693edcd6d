//! `import`: a dry run, the real thing, and files with problems; nothing of a refused file is written.

use std::fs;

use crate::run::{Engine, Installation, on_both};

const AGENCIES: &str = "机构代码,机构名称,机构简称,上级机构代码,层级,机构类型,行政区划\n\
    130300,秦皇岛市市场监督管理局,市局,,市,市场监督管理局,130300\n\
    130302,海港区市场监督管理局,海港局,130300,县,市场监督管理局,130302\n";

on_both! {
    fn agencies_come_in_whole_or_not_at_all(engine) {
        let place = Installation::place(engine);
        assert_eq!(place.mingcha(&["migrate"]).said().code, Some(0));
        fs::write(place.folder.path().join("a.csv"), AGENCIES).unwrap();
        place.mingcha(&["import", "agencies", "a.csv", "--dry-run"]).snapshot("import/dry-run");
        let nobody = ["user", "add", "a", "--name", "甲", "--agency", "130302", "--role", "clerk"];
        assert_eq!(place.mingcha(&nobody).input("a long enough password\n").said().code, Some(1), "a dry run writes nothing");
        let said = place.mingcha(&["import", "agencies", "a.csv"]).snapshot("import/agencies");
        assert_eq!(said.code, Some(0));
        assert_eq!(place.mingcha(&nobody).input("a long enough password\n").said().code, Some(0));
        place.mingcha(&["import", "agencies", "a.csv", "--json"]).snapshot("import/agencies-again");
        assert!(place.folder.path().join("a.csv").exists(), "the clerk's own file stays");
    }

    fn problems_are_listed_and_nothing_is_written(engine) {
        let place = Installation::place(engine);
        assert_eq!(place.mingcha(&["migrate"]).said().code, Some(0));
        let bad = AGENCIES.replace("130302,海港区", "13/02,海港区").replace(",县,", ",银河,");
        fs::write(place.folder.path().join("bad.csv"), bad).unwrap();
        let said = place
            .mingcha(&["import", "agencies", "bad.csv", "--problems", "problems.xlsx"])
            .snapshot("import/problems");
        assert_eq!(said.code, Some(1));
        let workbook = fs::read(place.folder.path().join("problems.xlsx")).unwrap();
        assert!(workbook.starts_with(b"PK"), "a workbook");
        place.mingcha(&["import", "agencies", "bad.csv", "--problems", "problems.xlsx"]).snapshot("import/problems-again");
        let add = ["user", "add", "a", "--name", "甲", "--agency", "130300", "--role", "clerk"];
        assert_eq!(place.mingcha(&add).input("a long enough password\n").said().code, Some(1), "the good row is not written either");
        fs::write(place.folder.path().join("other.csv"), "甲,乙\n1,2\n").unwrap();
        assert_eq!(place.mingcha(&["import", "agencies", "other.csv"]).snapshot("import/no-columns").code, Some(1));
        fs::write(place.folder.path().join("not.xlsx"), "PK not a workbook").unwrap();
        assert_eq!(place.mingcha(&["import", "subjects", "not.xlsx"]).snapshot("import/not-a-workbook").code, Some(1));
        assert_eq!(place.mingcha(&["import", "subjects", "none.xlsx"]).snapshot("import/no-file").code, Some(2));
        assert_eq!(place.mingcha(&["doctor"]).said().code, Some(0), "no stuck job, no file too many");
    }

    fn a_template_comes_back_filled(engine) {
        let place = Installation::place(engine);
        let out = place.mingcha(&["import", "agencies", "--template", "t.csv"]).snapshot("import/template");
        assert_eq!(out.code, Some(0), "no installation is needed");
        let template = fs::read_to_string(place.folder.path().join("t.csv")).unwrap();
        assert_eq!(place.mingcha(&["import", "agencies", "--template", "t.csv"]).snapshot("import/template-again").code, Some(1));
        assert_eq!(place.mingcha(&["import", "agencies", "--template", "t.xlsx"]).said().code, Some(0));
        assert!(fs::read(place.folder.path().join("t.xlsx")).unwrap().starts_with(b"PK"));
        let both = place.mingcha(&["import", "agencies", "t.csv", "--template", "u.csv"]).snapshot("import/template-and-file");
        assert_eq!(both.code, Some(2));
        assert_eq!(place.mingcha(&["import", "agencies"]).snapshot("import/neither").code, Some(2));
        assert_eq!(place.mingcha(&["migrate"]).said().code, Some(0));
        let filled = format!("{template}130300,秦皇岛市市场监督管理局,市局,,市级,市场监督管理局,130300,,\r\n");
        fs::write(place.folder.path().join("t.csv"), filled).unwrap();
        assert_eq!(place.mingcha(&["import", "agencies", "t.csv"]).snapshot("import/template-filled").code, Some(0));
    }
}

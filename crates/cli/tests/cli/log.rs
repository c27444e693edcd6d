//! `verify --log`: a folder of published commitments.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::bundles::run;

/// A log of one draw: the frozen bundle `edges`, whose attempt replaces another, needs that one too; `base` stands alone.
fn log(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        let to = folder.path().join("log").join(name);
        fs::create_dir_all(&to).unwrap();
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../bundle/tests/vectors").join(name);
        for file in ["commitment.json", "result.json"] {
            fs::copy(from.join(file), to.join(file)).unwrap();
        }
    }
    folder
}

#[test]
fn a_chain_holds_or_says_where_it_breaks() {
    let folder = log(&["base"]);
    let base = folder.path().join("log/base");
    let said = run(&folder, &["verify", "--log", "log"]).snapshot("log/whole");
    assert_eq!(said.code, Some(0));
    let json = run(&folder, &["verify", "--log", "log", "--json"]).said();
    let report: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((report["verdict"].as_str(), report["faults"].as_array().map(Vec::len)), (Some("ok"), Some(0)));
    let digest = report["chains"][0]["commitments"][0]["commitment"].as_str().unwrap().to_owned();
    assert_eq!(run(&folder, &["verify", "--log", "log", "--commitment", &digest]).said().code, Some(0));
    let other = "0".repeat(64);
    let said = run(&folder, &["verify", "--log", "log", "--commitment", &other]).snapshot("log/not-in-it");
    assert_eq!(said.code, Some(1));

    fs::remove_file(base.join("result.json")).unwrap();
    let said = run(&folder, &["verify", "--log", "log"]).snapshot("log/open");
    assert_eq!(said.code, Some(3));
    let commitment: Value = serde_json::from_slice(&fs::read(base.join("commitment.json")).unwrap()).unwrap();
    let draw = commitment["draw"].as_str().unwrap();
    let failure = |digest: &str| {
        format!(
            r#"{{"at":"2021-05-08T10:00:01+08:00","by":"甲","commitment_digest":"{digest}","draw":"{draw}","reason":"缺席"}}"#
        )
    };
    fs::write(base.join("failure.json"), failure(&digest)).unwrap();
    assert_eq!(run(&folder, &["verify", "--log", "log"]).said().code, Some(0));
    fs::write(base.join("failure.json"), failure(&other)).unwrap();
    let said = run(&folder, &["verify", "--log", "log"]).snapshot("log/failure-of-another");
    assert_eq!(said.code, Some(1));
}

#[test]
fn what_is_missing_is_named() {
    let folder = log(&["base", "edges"]);
    fs::create_dir(folder.path().join("log/nothing")).unwrap();
    let said = run(&folder, &["verify", "--log", "log"]).snapshot("log/gap");
    assert_eq!(said.code, Some(1));
    fs::create_dir(folder.path().join("empty")).unwrap();
    for (name, words) in [
        ("empty", &["verify", "--log", "empty"][..]),
        ("none", &["verify", "--log", "none"]),
        ("both", &["verify", "bundle", "--log", "log"]),
    ] {
        let said = run(&folder, words).snapshot(&format!("log/{name}"));
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{name}");
    }
}

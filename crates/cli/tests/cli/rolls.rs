//! `roll` and `sizes`: digests, the other format, and what a scheme would draw.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::bundles::{change, copy, run};

fn json(folder: &TempDir, words: &[&str]) -> Value {
    let said = run(folder, &[words, &["--json"]].concat()).said();
    assert_eq!(said.code, Some(0), "{}", said.err);
    serde_json::from_str(&said.out).unwrap()
}

fn document(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn a_roll_has_the_digest_that_was_committed() {
    let (folder, bundle) = copy();
    let (roll, commitment) = (document(&bundle.join("roll.json")), document(&bundle.join("commitment.json")));
    let key = roll["key"].as_str().unwrap();
    let said = run(&folder, &["roll", "digest", "bundle/roll.csv", "--key", key]).snapshot("rolls/digest");
    assert_eq!(said.code, Some(0));
    let found = json(&folder, &["roll", "digest", "bundle/roll.csv", "--key", &key.to_uppercase()]);
    for name in ["header", "rows", "root", "key"] {
        assert_eq!(found[name], roll[name], "{name}");
    }
    assert_eq!(found["digest"], commitment["roll"]["digest"]);
    assert_eq!(found.as_object().unwrap().len(), 5);
    let sm3 = json(&folder, &["roll", "digest", "bundle/roll.csv", "--key", key, "--suite", "sm3"]);
    assert_ne!(sm3["root"], roll["root"]);

    let fresh = [(); 2].map(|()| json(&folder, &["roll", "digest", "bundle/roll.csv"]));
    assert_ne!(fresh[0]["key"], fresh[1]["key"]);
    assert_ne!(fresh[0]["root"], fresh[1]["root"]);
    let again = json(&folder, &["roll", "digest", "bundle/roll.csv", "--key", fresh[0]["key"].as_str().unwrap()]);
    assert_eq!(again, fresh[0]);
}

#[test]
fn a_roll_is_rewritten_in_the_other_format() {
    let (folder, bundle) = copy();
    let said = run(&folder, &["roll", "export", "bundle/roll.csv", "roll.parquet"]).snapshot("rolls/export");
    assert_eq!(said.code, Some(0));
    let back = json(&folder, &["roll", "export", "roll.parquet", "back.csv"]);
    assert_eq!(back["rows"], 3000);
    assert!(fs::read(folder.path().join("back.csv")).unwrap() == fs::read(bundle.join("roll.csv")).unwrap());
    let key = "0".repeat(64);
    let digest = |file| json(&folder, &["roll", "digest", file, "--key", &key]);
    assert_eq!(digest("roll.parquet"), digest("bundle/roll.csv"));
}

#[test]
fn a_refused_roll_leaves_nothing_behind() {
    let (folder, bundle) = copy();
    let roll = bundle.join("roll.csv");
    let before = fs::read(&roll).unwrap();
    for (name, words) in [
        ("digest-none", &["roll", "digest", "none.csv"][..]),
        ("digest-ending", &["roll", "digest", "bundle/roll.json"]),
        ("digest-key", &["roll", "digest", "bundle/roll.csv", "--key", "abc"]),
        ("export-ending", &["roll", "export", "bundle/roll.csv", "roll.txt"]),
        ("export-exists", &["roll", "export", "bundle/roll.csv", "bundle/roll.csv"]),
    ] {
        let said = run(&folder, words).snapshot(&format!("rolls/{name}"));
        let code = if name == "export-exists" { 1 } else { 2 };
        assert_eq!((said.code, said.out.as_str()), (Some(code), ""), "{name}");
    }
    assert!(fs::read(&roll).unwrap() == before);
    let text = String::from_utf8(before).unwrap();
    let second = text.lines().nth(1).unwrap().to_owned();
    change(&roll, &second, &format!("{second}\r\n{second}"));
    for (name, words) in [
        ("digest-twice", &["roll", "digest", "bundle/roll.csv"][..]),
        ("export-twice", &["roll", "export", "bundle/roll.csv", "new.parquet"]),
    ] {
        let said = run(&folder, words).snapshot(&format!("rolls/{name}"));
        assert_eq!((said.code, said.out.as_str()), (Some(1), ""), "{name}");
    }
    // A file of any name is called by it, and the advice helps: `roll export` cannot read line ends of another kind either.
    fs::write(bundle.join("名录.csv"), text.replace("\r\n", "\n")).unwrap();
    let said = run(&folder, &["roll", "digest", "bundle/名录.csv"]).snapshot("rolls/digest-line-ends");
    assert_eq!((said.code, said.out.as_str()), (Some(1), ""));
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["bundle"]);
}

#[test]
fn sizes_are_known_before_any_seed() {
    let (folder, bundle) = copy();
    let base = ["sizes", "--roll", "bundle/roll.csv", "--scheme", "bundle/scheme.json"];
    let said = run(&folder, &[&base[..], &["--floor", "0.03", "--out", "sizes.json"]].concat()).snapshot("sizes/base");
    assert_eq!(said.code, Some(0));
    assert!(fs::read(folder.path().join("sizes.json")).unwrap() == fs::read(bundle.join("sizes.json")).unwrap());
    let again = run(&folder, &[&base[..], &["--out", "sizes.json"]].concat()).snapshot("sizes/exists");
    assert_eq!((again.code, again.out.as_str()), (Some(1), ""));

    let report = json(&folder, &base);
    assert_eq!((report["rows"].as_u64(), report["total"].as_u64()), (Some(3000), Some(47)));
    let codes: Vec<_> = report["warnings"].as_array().unwrap().iter().map(|w| w["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"stratum-empty") && !codes.contains(&"under-floor"), "{codes:?}");
    let stratum = report["strata"].as_array().unwrap().iter().find(|s| s["stratum"] == "E8").unwrap();
    let cells = stratum["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 9);
    assert!(cells.iter().all(|cell| cell["chance"] == "17/543" && cell["percent"] == "3.1308"), "{cells:?}");
}

#[test]
fn a_scheme_that_does_not_fit_is_refused_at_its_place() {
    let base = ["sizes", "--roll", "bundle/roll.csv", "--scheme", "bundle/scheme.json", "--out", "sizes.json"];
    let (folder, bundle) = copy();
    let said = run(&folder, &[&base[..], &["--floor", "3%"]].concat()).snapshot("sizes/floor");
    assert_eq!(said.code, Some(2));
    change(&bundle.join("scheme.json"), r#""column":"status""#, r#""column":"zone""#);
    let said = run(&folder, &base).snapshot("sizes/unknown-column");
    assert_eq!(said.code, Some(1));
    change(&bundle.join("scheme.json"), r#""column":"zone""#, r#""column": "status""#);
    let said = run(&folder, &base).snapshot("sizes/not-canonical");
    assert_eq!(said.code, Some(1));
    assert!(!folder.path().join("sizes.json").exists());
}

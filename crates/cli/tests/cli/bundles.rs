//! `verify` and `draw` on a frozen bundle: whole, changed, incomplete.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::run::{Run, mingcha};

/// A copy of the frozen bundle that may be changed.
pub fn copy() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("bundle");
    fs::create_dir(&bundle).unwrap();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../bundle/tests/vectors/base")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, bundle.join(path.file_name().unwrap())).unwrap();
    }
    (folder, bundle)
}

pub fn run(folder: &TempDir, words: &[&str]) -> Run {
    mingcha(words).within(folder.path())
}

pub fn change(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{}", path.display());
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn a_whole_bundle_verifies() {
    let (folder, _) = copy();
    let said = run(&folder, &["verify", "bundle"]).snapshot("bundles/verify-ok");
    assert_eq!(said.code, Some(0));
    let json = run(&folder, &["verify", "bundle", "--json"]).said();
    let report: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(report["verdict"], "ok");
    let commitment = report["commitment"].as_str().unwrap().to_owned();
    let with = run(&folder, &["verify", "bundle", "--commitment", &commitment]).snapshot("bundles/verify-commitment");
    assert_eq!(with.code, Some(0));
    let other = "0".repeat(64);
    let with = run(&folder, &["verify", "bundle", "--commitment", &other]).snapshot("bundles/verify-other-commitment");
    assert_eq!(with.code, Some(1));
    let with = run(&folder, &["verify", "bundle", "--commitment", "abc"]).snapshot("bundles/verify-bad-commitment");
    assert_eq!(with.code, Some(2));
}

#[test]
fn what_cannot_be_checked_makes_it_partial() {
    let (folder, bundle) = copy();
    let roll = fs::read_to_string(bundle.join("roll.json")).unwrap();
    let key = serde_json::from_str::<serde_json::Value>(&roll).unwrap()["key"].to_string();
    change(&bundle.join("roll.json"), &key, "null");
    fs::remove_file(bundle.join("roll.csv")).unwrap();
    let said = run(&folder, &["verify", "bundle"]).snapshot("bundles/verify-partial");
    assert_eq!(said.code, Some(3));
    fs::write(bundle.join("signatures.json"), "{}").unwrap();
    let said = run(&folder, &["verify", "bundle"]).snapshot("bundles/verify-signatures");
    assert_eq!(said.code, Some(1));
}

#[test]
fn a_changed_bundle_does_not_hold() {
    for (name, from, to) in [("roll.csv", "1", "2"), ("result.json", "\"", "\" ")] {
        let (folder, bundle) = copy();
        change(&bundle.join(name), from, to);
        let said = run(&folder, &["verify", "bundle"]).snapshot(&format!("bundles/verify-changed-{name}"));
        assert_eq!(said.code, Some(1), "{name}");
    }
    let folder = tempfile::tempdir().unwrap();
    let said = run(&folder, &["verify", "none"]).snapshot("bundles/verify-none");
    assert_eq!(said.code, Some(2));
}

#[test]
fn a_bundle_is_drawn_again_elsewhere() {
    let (folder, bundle) = copy();
    let said = run(&folder, &["draw", "bundle", "--out", "drawn"]).snapshot("bundles/draw");
    assert_eq!(said.code, Some(0));
    let result = |at: &Path| fs::read(at.join("result.json")).unwrap();
    assert_eq!(result(&bundle), result(&folder.path().join("drawn")), "the same result, byte for byte");
    let quick = ["draw", "bundle", "--out", "quick", "--no-roll-check"];
    let said = run(&folder, &quick).snapshot("bundles/draw-no-roll-check");
    assert_eq!(said.code, Some(0));
    assert_eq!(result(&bundle), result(&folder.path().join("quick")), "the result has no place for how it was made");
    let again = run(&folder, &quick).snapshot("bundles/draw-exists");
    assert_eq!(again.code, Some(1));
    for (words, told) in [(&["--no-roll-check"][..], "left-to-verify"), (&[], "checked")] {
        let said = run(&folder, &[&["draw", "bundle", "--json"], words].concat()).said();
        let json: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!((json["roll_digest"].as_str(), json["drawn"].as_u64()), (Some(told), Some(47)));
    }
    change(&bundle.join("reveals.json"), "0", "1");
    let said = run(&folder, &["draw", "bundle", "--out", "other"]).snapshot("bundles/draw-changed");
    assert_eq!(said.code, Some(1));
    assert!(!folder.path().join("other").exists(), "nothing is written");
}

//! `prove` and `verify-receipt`: the firm's own receipt, good and changed.

use std::fs;

use serde_json::Value;

use crate::bundles::{change, copy, run};

const DRAWN: &str = "91130302MA0000008Y";

/// An id that was drawn, and one of the same stratum that was not.
fn ids(bundle: &std::path::Path) -> (String, String) {
    let result: Value = serde_json::from_slice(&fs::read(bundle.join("result.json")).unwrap()).unwrap();
    let cell = result["cells"].as_array().unwrap().iter().find(|cell| cell["stratum"] == "E4").unwrap();
    let drawn = cell["drawn"][0]["id"].as_str().unwrap().to_owned();
    (drawn, DRAWN.to_owned())
}

#[test]
fn a_firm_has_its_receipt_and_anybody_can_check_it() {
    let (folder, bundle) = copy();
    let (drawn, other) = ids(&bundle);
    let words = ["prove", "bundle", "--id", &drawn, &other, "--out", "receipt.json"];
    let said = run(&folder, &words).snapshot("receipts/prove");
    assert_eq!(said.code, Some(0));
    let said = run(&folder, &["verify-receipt", "receipt.json"]).snapshot("receipts/verify");
    assert_eq!(said.code, Some(0));

    let printed = run(&folder, &["prove", "bundle", "--id", &drawn]).said();
    fs::write(folder.path().join("one.json"), &printed.out).unwrap();
    let json = run(&folder, &["verify-receipt", "one.json", "--json"]).said();
    assert_eq!(json.code, Some(0), "{}", json.err);
    let report: Value = serde_json::from_str(&json.out).unwrap();
    let object = &report["objects"][0];
    assert_eq!((object["drawn"].as_bool(), object["id"].as_str()), (Some(true), Some(drawn.as_str())));
    assert_eq!(
        (object["cells"][0]["chance"].as_str(), object["cells"][0]["stratum"].as_str()),
        (Some("2/13"), Some("E4"))
    );
    let commitment = report["commitment"].as_str().unwrap().to_owned();
    let tied = run(&folder, &["verify-receipt", "one.json", "--commitment", &commitment]).said();
    assert_eq!(tied.code, Some(0));
    let other = "0".repeat(64);
    let said = run(&folder, &["verify-receipt", "one.json", "--commitment", &other]).snapshot("receipts/verify-other");
    assert_eq!(said.code, Some(1));
    let key = fs::read_to_string(bundle.join("roll.json")).unwrap();
    let key: Value = serde_json::from_str(&key).unwrap();
    assert!(!printed.out.contains(key["key"].as_str().unwrap()), "the roll key stays where it is");
}

#[test]
fn every_part_of_a_receipt_counts() {
    let (folder, bundle) = copy();
    let (drawn, other) = ids(&bundle);
    assert_eq!(run(&folder, &["prove", "bundle", "--id", &other, "--out", "receipt.json"]).said().code, Some(0));
    let path = folder.path().join("receipt.json");
    let good = fs::read(&path).unwrap();
    let receipt: Value = serde_json::from_slice(&good).unwrap();
    let object = &receipt["objects"][0];
    for (name, from, to) in [
        ("row", other.as_str(), drawn.as_str()),
        ("blind", object["proof"]["blind"].as_str().unwrap(), &"0".repeat(32)),
        ("path", object["proof"]["path"][0].as_str().unwrap(), &"0".repeat(64)),
        ("root", receipt["roll"]["root"].as_str().unwrap(), &"0".repeat(64)),
        ("cell", r#""cells":[{"cell":"#, r#""cells":[{"cell":"x","cell2":"#),
        ("seed", receipt["reveals"]["reveals"][0]["salt"].as_str().unwrap(), &"0".repeat(64)),
        ("space", "{", "{ "),
    ] {
        change(&path, from, to);
        let said = run(&folder, &["verify-receipt", "receipt.json"]).snapshot(&format!("receipts/changed-{name}"));
        assert_eq!(said.code, Some(1), "{name}");
        fs::write(&path, &good).unwrap();
    }
}

#[test]
fn no_receipt_for_what_does_not_hold() {
    let (folder, bundle) = copy();
    let words = ["prove", "bundle", "--id", DRAWN, "91130302MA000000XX", "--out", "receipt.json"];
    let said = run(&folder, &words).snapshot("receipts/not-on-roll");
    assert_eq!((said.code, said.out.as_str()), (Some(1), ""));
    let said = run(&folder, &["prove", "bundle"]).snapshot("receipts/no-id");
    assert_eq!(said.code, Some(2));
    change(&bundle.join("roll.csv"), "1", "2");
    let said = run(&folder, &["prove", "bundle", "--id", DRAWN]).snapshot("receipts/changed-roll");
    assert_eq!((said.code, said.out.as_str()), (Some(1), ""));
    fs::remove_file(bundle.join("roll.csv")).unwrap();
    let said = run(&folder, &["prove", "bundle", "--id", DRAWN]).snapshot("receipts/no-roll");
    assert_eq!((said.code, said.out.as_str()), (Some(1), ""));
    assert!(!folder.path().join("receipt.json").exists());
    let said = run(&folder, &["verify-receipt", "none.json"]).snapshot("receipts/none");
    assert_eq!(said.code, Some(2));
}

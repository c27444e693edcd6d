//! Every error code that the use cases speak has its two sentences in `text::problem`, and none stands there unused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeSet;
use std::path::Path;

/// `ABCD-123` in quotes.
fn codes_in(text: &str, found: &mut BTreeSet<String>) {
    for part in text.split('"').skip(1).step_by(2) {
        let Some((letters, digits)) = part.split_once('-') else { continue };
        let letters_ok = (2..=6).contains(&letters.len()) && letters.bytes().all(|b| b.is_ascii_uppercase());
        if letters_ok && digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()) {
            found.insert(part.to_owned());
        }
    }
}

fn sources(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            codes_in(&std::fs::read_to_string(&path).unwrap(), found);
        }
    }
}

#[test]
fn every_code_has_its_words() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut used = BTreeSet::new();
    for name in ["kernel", "directory", "planning", "drawing", "assigning", "upkeep", "app", "office", "public", "cli"]
    {
        sources(&crates.join(name).join("src"), &mut used);
    }
    assert!(used.contains("ACCT-001") && used.len() > 20, "the sources were not read: {used:?}");
    let known: BTreeSet<String> =
        text::problem::TABLES.iter().flat_map(|t| t.iter()).map(|p| p.code.to_owned()).collect();
    let missing: Vec<_> = used.difference(&known).collect();
    assert!(missing.is_empty(), "without words in text::problem: {missing:?}");
}

#[test]
fn codes_are_recognised() {
    let mut found = BTreeSet::new();
    codes_in(r#"Error::conflict("TASK-003").with("number", "12-345") // "not-001" "ABC-12""#, &mut found);
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["TASK-003"]);
}

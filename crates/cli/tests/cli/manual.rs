//! The manual names every command, every key of the configuration and every variable.

use std::fs;
use std::path::Path;

use crate::help::commands;

fn manual() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/manual");
    let mut pages: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    assert_eq!(pages.len(), 7);
    pages.iter().map(|page| fs::read_to_string(page).unwrap()).collect()
}

fn source(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(name)).unwrap()
}

#[test]
fn every_command_stands_in_the_manual() {
    let manual = manual();
    for name in commands(&[]) {
        assert!(manual.contains(&format!("mingcha {name}")), "`mingcha {name}` is missing");
        for inner in commands(&[&name]) {
            assert!(manual.contains(&format!("mingcha {name} {inner}")), "`mingcha {name} {inner}` is missing");
        }
    }
}

#[test]
fn every_key_of_the_configuration_stands_in_the_manual() {
    let config = source("config.rs");
    let (_, form) = config.split_once("struct File {").unwrap();
    let (form, _) = form.split_once('}').unwrap();
    let keys: Vec<&str> = form.lines().filter_map(|line| line.trim().split_once(':')).map(|(key, _)| key).collect();
    assert!(keys.contains(&"database") && keys.len() >= 7, "{keys:?}");
    let manual = manual();
    for key in keys {
        assert!(manual.contains(&format!("| `{key}` |")), "the key `{key}` has no row");
    }
}

#[test]
fn every_variable_stands_in_the_manual() {
    let manual = manual();
    let mut found = 0;
    for name in ["config.rs", "say.rs"] {
        for part in source(name).split('"').filter(|part| part.starts_with("MINGCHA_")) {
            assert!(manual.contains(&format!("`{part}`")), "the variable {part} is missing");
            found += 1;
        }
    }
    assert!(found >= 5, "{found}");
}

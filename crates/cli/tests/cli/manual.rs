//! The manual names every command, every key of the configuration and every variable; the pages for firms and auditors show
//! commands that run.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::help::commands;
use crate::run::mingcha;

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

/// A folder as the pages describe it: the worked example as a bundle, alone in a chain, its roll as Parquet, the script.
fn reader() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for folder in ["证明包", "承诺链/2021-1"] {
        let folder = home.path().join(folder);
        fs::create_dir_all(&folder).unwrap();
        for entry in fs::read_dir(root.join("docs/protocol/示例")).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
        }
    }
    fs::copy(root.join("verifiers/verify.py"), home.path().join("verify.py")).unwrap();
    let said = mingcha(&["roll", "export", "证明包/roll.csv", "底册.parquet"]).within(home.path()).said();
    assert_eq!(said.code, Some(0));
    home
}

#[test]
fn the_commands_for_auditors_and_firms_run() {
    let home = reader();
    let program = Path::new(env!("CARGO_BIN_EXE_mingcha")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    // The auditor's page makes the receipt that the firm's page verifies.
    for (page, expected) in [("审计三页.md", 9), ("企业一页.md", 1)] {
        let text =
            fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/protocol").join(page)).unwrap();
        let blocks = text.split("```sh\n").skip(1).filter_map(|rest| rest.split_once("```"));
        let lines: Vec<_> = blocks.flat_map(|(block, _)| block.trim().lines()).collect();
        assert_eq!(lines.len(), expected, "{page}");
        for line in lines {
            let said =
                Command::new("sh").args(["-c", line]).current_dir(home.path()).env("PATH", &path).output().unwrap();
            assert!(said.status.success(), "{page}: {line}\n{}", String::from_utf8_lossy(&said.stderr));
        }
    }
}

//! The rules of the house, checked: which crates exist and may use which, what a source file must look like, and what a
//! document must hold. The reasons stand in `ARCHITECTURE.md` and in `docs/adr/`; a rule that changes there changes here.
//!
//! Each rule is a function from facts to a list of complaints, and each has a test with made-up facts that it must refuse,
//! so that a rule which has stopped looking is noticed.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod crates;
mod documents;
mod repository;
mod rooms;
mod sources;
mod templates;

use std::path::PathBuf;
use std::process::Command;

/// The folder that holds the workspace.
fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("crates/testkit lies two folders below the root").to_owned()
}

/// Runs a program in the root and returns what it printed; a program that fails fails the test with its own words.
fn output(program: &str, arguments: &[&str]) -> Vec<u8> {
    let done = Command::new(program)
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap_or_else(|error| panic!("{program} does not run: {error}"));
    assert!(done.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    done.stdout
}

/// One file that git tracks.
struct Tracked {
    /// Path from the root, with `/`.
    path: String,
    /// Its text, or `None` for a file that is not UTF-8 (a workbook, a picture).
    text: Option<String>,
}

/// Every file that git tracks and that is present. What git ignores (data, builds) is none of the house's business.
fn tracked() -> Vec<Tracked> {
    let names = output("git", &["ls-files", "-z"]);
    names
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
        .filter_map(|name| {
            let path = String::from_utf8(name.to_vec()).expect("file names are UTF-8");
            let bytes = std::fs::read(root().join(&path)).ok()?;
            let text = String::from_utf8(bytes).ok();
            Some(Tracked { path, text })
        })
        .collect()
}

/// Fails with all complaints at once, one a line.
fn none(rule: &str, complaints: &[String]) {
    assert!(complaints.is_empty(), "{rule}:\n  {}", complaints.join("\n  "));
}

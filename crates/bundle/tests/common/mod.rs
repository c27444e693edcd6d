//! Copies of the vector bundles that a test may change.

#![allow(dead_code, reason = "each test file uses its part")]

use std::path::{Path, PathBuf};

use bundle::{Bundle, Report, verify};
use draw::{Commitment, RollDocument, unattended};
use tempfile::TempDir;

/// The four vector bundles.
pub const VECTORS: [&str; 4] = ["base", "classes", "every", "edges"];

/// The folder of a vector bundle, never to be written to.
pub fn vector(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(name)
}

/// A fresh copy of a vector bundle.
pub fn copy(name: &str) -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("bundle");
    std::fs::create_dir(&folder).unwrap();
    for entry in std::fs::read_dir(vector(name)).unwrap() {
        let entry = entry.unwrap();
        std::fs::write(folder.join(entry.file_name()), std::fs::read(entry.path()).unwrap()).unwrap();
    }
    (home, folder)
}

/// Verifies without a progress display.
pub fn report(path: &Path) -> Report {
    verify(&mut Bundle::open(path).unwrap(), None, &mut unattended).unwrap()
}

/// The commitment and roll document of a bundle.
pub fn documents(folder: &Path) -> (Commitment, RollDocument) {
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    (Commitment::parse(&read("commitment.json")).unwrap(), RollDocument::parse(&read("roll.json")).unwrap())
}

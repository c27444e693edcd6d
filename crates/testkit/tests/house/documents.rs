//! What the developers' documents must hold: a row per crate, decisions numbered without gaps, links that lead somewhere.

use std::path::Path;

use crate::{Tracked, none, root, tracked};

/// The sections that each decision record has, in this order.
const ADR_SECTIONS: &[&str] = &["## Situation", "## Choice", "## Given up", "## What would make us return"];

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Complaints about the names of decision records: `0001-title.md`, counted without gap or double.
fn numbering_complaints(names: &[&str]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut names = names.to_vec();
    names.sort_unstable();
    for (position, name) in names.iter().enumerate() {
        let expected = format!("{:04}-", position + 1);
        if !name.starts_with(&expected) {
            complaints.push(format!("{name} stands where {expected}… is due"));
        }
    }
    complaints
}

/// Complaints about relative links in a Markdown text whose targets do not exist.
fn link_complaints(file: &Tracked, exists: impl Fn(&Path) -> bool) -> Vec<String> {
    let folder = Path::new(&file.path).parent().unwrap_or(Path::new(""));
    let text = file.text.as_deref().unwrap_or_default();
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .map(|target| target.split('#').next().unwrap_or_default())
        .filter(|target| !target.is_empty() && !target.contains("://"))
        .filter(|target| !exists(&folder.join(target)))
        .map(|target| format!("{} links to {target}, which does not exist", file.path))
        .collect()
}

#[test]
fn every_crate_has_a_row_in_the_architecture() {
    let text = read("ARCHITECTURE.md");
    let mut missing = Vec::new();
    for entry in std::fs::read_dir(root().join("crates")).expect("crates/") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("UTF-8");
        if entry.path().join("Cargo.toml").exists() && !text.contains(&format!("\n| `{name}` |")) {
            missing.push(name);
        }
    }
    none("crates without a row in ARCHITECTURE.md", &missing);
}

#[test]
fn decisions_are_numbered_without_gaps() {
    let files = tracked();
    let names: Vec<&str> = files.iter().filter_map(|file| file.path.strip_prefix("docs/adr/")).collect();
    assert!(!names.is_empty(), "docs/adr/ is empty");
    none("docs/adr", &numbering_complaints(&names));
}

#[test]
fn decisions_say_what_was_given_up() {
    let mut complaints = Vec::new();
    for file in tracked() {
        if !file.path.starts_with("docs/adr/") {
            continue;
        }
        let text = file.text.unwrap_or_default();
        let mut from = 0;
        for section in ADR_SECTIONS {
            match text.get(from..).and_then(|rest| rest.find(section)) {
                Some(at) => from += at + section.len(),
                None => complaints.push(format!("{} lacks `{section}`", file.path)),
            }
        }
    }
    none("docs/adr", &complaints);
}

#[test]
fn links_between_documents_lead_somewhere() {
    let complaints: Vec<String> = tracked()
        .iter()
        .filter(|file| file.path.ends_with(".md"))
        .flat_map(|file| link_complaints(file, |path| root().join(path).exists()))
        .collect();
    none("links", &complaints);
}

#[test]
fn bad_documents_are_refused() {
    assert_eq!(numbering_complaints(&["0002-b.md", "0001-a.md"]).len(), 0);
    assert_eq!(numbering_complaints(&["0001-a.md", "0003-c.md"]).len(), 1);
    assert_eq!(numbering_complaints(&["0001-a.md", "0001-b.md"]).len(), 1);
    let file = |text: &str| Tracked { path: "docs/a.md".to_owned(), text: Some(text.to_owned()) };
    let exists = |path: &Path| path == Path::new("docs/b.md");
    let check = |text: &str| link_complaints(&file(text), exists).len();
    assert_eq!(check("[b](b.md) and [b](b.md#part) and [x](https://example.org)"), 0);
    assert_eq!(check("[c](c.md)"), 1);
}

//! What may not stand in the repository: one machine's folders, one registry's address, tests that are switched off.

use crate::{Tracked, none, tracked};

/// Folders of a developer's machine. Put together here, so that this file does not hold what it looks for.
const MACHINE: &[&str] = &[concat!("/wo", "rk/"), concat!("/ro", "ot/")];

/// Hosts that packages come from. Each installation has its own mirror; lock files hold digests instead.
const REGISTRIES: &[&str] = &[
    concat!("registry.", "npmjs.org"),
    concat!("npm", "mirror.com"),
    concat!("registry.", "yarnpkg.com"),
    concat!("static.", "crates.io"),
    concat!("index.", "crates.io"),
    concat!("files.", "pythonhosted.org"),
];

fn word_complaints(files: &[Tracked]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files {
        let Some(text) = &file.text else { continue };
        for (number, line) in text.lines().enumerate() {
            for word in MACHINE.iter().chain(REGISTRIES) {
                if line.contains(word) {
                    complaints.push(format!("{}:{} holds {word}", file.path, number + 1));
                }
            }
        }
    }
    complaints
}

fn lock_complaints(files: &[Tracked]) -> Vec<String> {
    files
        .iter()
        .filter(|file| file.path.ends_with("package-lock.json"))
        .filter(|file| file.text.as_ref().is_some_and(|text| text.contains("\"resolved\": \"http")))
        .map(|file| format!("{} names the host it was fetched from", file.path))
        .collect()
}

fn switched_off_complaints(files: &[Tracked]) -> Vec<String> {
    let marks =
        [concat!("#[ig", "nore"), concat!("test.", "skip("), concat!("test.", "fixme("), concat!("test.", "only(")];
    files
        .iter()
        .filter(|file| file.path.ends_with(".rs") || file.path.ends_with(".ts"))
        .filter(|file| file.text.as_ref().is_some_and(|text| marks.iter().any(|mark| text.contains(mark))))
        .map(|file| format!("{} switches a test off", file.path))
        .collect()
}

#[test]
fn no_machine_and_no_registry_is_named() {
    none("words", &word_complaints(&tracked()));
}

#[test]
fn lock_files_name_no_host() {
    let files = tracked();
    assert!(
        files.iter().any(|file| file.path == "package-lock.json"),
        "the browser packages are pinned by a lock file"
    );
    none("lock files", &lock_complaints(&files));
}

#[test]
fn no_test_is_switched_off() {
    none("tests", &switched_off_complaints(&tracked()));
}

#[test]
fn bad_files_are_refused() {
    let file = |path: &str, text: String| Tracked { path: path.to_owned(), text: Some(text) };
    assert_eq!(word_complaints(&[file("a.md", format!("see {}x", MACHINE[0]))]).len(), 1);
    assert_eq!(word_complaints(&[file("a.md", format!("at {}", REGISTRIES[0]))]).len(), 1);
    assert_eq!(word_complaints(&[file("a.md", "a network".to_owned())]).len(), 0);
    let resolved = "\"resolved\": \"https://example.org/a.tgz\"".to_owned();
    assert_eq!(lock_complaints(&[file("e2e/package-lock.json", resolved)]).len(), 1);
    let off = format!("#[ig{}]\n", "nore");
    assert_eq!(switched_off_complaints(&[file("a.rs", off)]).len(), 1);
}

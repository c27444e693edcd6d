//! What every source file keeps to: a header, a length that a person can read, and no clock or chance in the pure crates.
//! The ban on calls is clippy's (`clippy.toml`); here it is only checked that the ban has not been lifted.

use crate::{Tracked, none, root, tracked};

/// A file beyond this is two files. Most have 100 to 300 lines.
const LINES_MAX: usize = 800;

/// Sources that people write. Data, lock files and vendored tables have other limits.
const WRITTEN: &[&str] = &[".rs", ".ts", ".mjs", ".py", ".html", ".css", ".typ"];

/// The verifiers that strangers take away: one file each, on purpose.
const ONE_FILE: &[&str] = &["verifiers/verify.py", "verifiers/verify.html"];

/// Calls that each pure crate's `clippy.toml` must refuse.
const BANNED_IN_PURE: &[&str] = &[
    "std::time::SystemTime::now",
    "std::time::Instant::now",
    "chrono::Utc::now",
    "chrono::Local::now",
    "std::env::var",
    "std::env::vars",
    "std::fs::read",
    "std::fs::File::open",
    "getrandom::fill",
    "uuid::Uuid::now_v7",
    "uuid::Uuid::new_v4",
];

/// Calls that the workspace's `clippy.toml` must refuse, so that `now` and ids stay parameters.
const BANNED_EVERYWHERE: &[&str] =
    &["std::time::SystemTime::now", "chrono::Utc::now", "chrono::Local::now", "uuid::Uuid::new_v4"];

/// The one handler that takes a form in parts: it reads a file and its name, which `directory` checks, and no text beside it.
/// Any other form is looked through by `web::typed` before its handler.
const TAKES_PARTS: &str = "crates/office/src/page/directory/import/new.rs";

fn parts_complaints(files: &[Tracked]) -> Vec<String> {
    files
        .iter()
        .filter(|file| file.path.starts_with("crates/") && file.path.contains("/src/") && file.path != TAKES_PARTS)
        .filter(|file| file.text.as_ref().is_some_and(|text| text.contains("Multipart")))
        .map(|file| format!("{}: text in a multipart form passes no check", file.path))
        .collect()
}

fn length_complaints(files: &[Tracked]) -> Vec<String> {
    files
        .iter()
        .filter(|file| WRITTEN.iter().any(|end| file.path.ends_with(end)) && !ONE_FILE.contains(&file.path.as_str()))
        .filter_map(|file| {
            let lines = file.text.as_ref()?.lines().count();
            (lines > LINES_MAX).then(|| format!("{} has {lines} lines", file.path))
        })
        .collect()
}

fn header_complaints(files: &[Tracked]) -> Vec<String> {
    files
        .iter()
        .filter(|file| file.path.ends_with(".rs"))
        .filter(|file| {
            let first = file.text.as_deref().and_then(|text| text.lines().next());
            !first.is_some_and(|line| line.starts_with("//! ") && line.len() > "//! ".len() + 10)
        })
        .map(|file| format!("{} does not begin with its purpose (`//! …`)", file.path))
        .collect()
}

#[test]
fn files_are_short_enough_to_read() {
    none("length", &length_complaints(&tracked()));
}

#[test]
fn no_form_comes_in_parts_unchecked() {
    none("multipart", &parts_complaints(&tracked()));
}

#[test]
fn every_source_says_what_it_is_for() {
    none("headers", &header_complaints(&tracked()));
}

#[test]
fn clocks_and_chance_are_banned() {
    let banned = |place: &str, calls: &[&str]| {
        let text = std::fs::read_to_string(root().join(place).join("clippy.toml"))
            .unwrap_or_else(|error| panic!("{place}/clippy.toml: {error}"));
        for call in calls {
            assert!(text.contains(&format!("path = \"{call}\"")), "{place}/clippy.toml no longer refuses {call}");
        }
    };
    for pure in ["crates/domain", "crates/draw", "crates/matching", "crates/fairness"] {
        banned(pure, BANNED_IN_PURE);
    }
    banned(".", BANNED_EVERYWHERE);
}

#[test]
fn nothing_lifts_the_bans_in_the_pure_crates() {
    let complaints: Vec<String> = tracked()
        .iter()
        .filter(|file| {
            // Their tests read vectors from files, and may.
            ["crates/domain/src/", "crates/draw/src/", "crates/matching/src/", "crates/fairness/src/"]
                .iter()
                .any(|folder| file.path.starts_with(folder))
        })
        .filter(|file| file.text.as_ref().is_some_and(|text| text.contains("disallowed_methods")))
        .map(|file| file.path.clone())
        .collect();
    none("`disallowed_methods` is allowed in", &complaints);
}

#[test]
fn bad_sources_are_refused() {
    let file = |path: &str, text: &str| Tracked { path: path.to_owned(), text: Some(text.to_owned()) };
    let long = |lines: usize| "a\n".repeat(lines);
    assert_eq!(length_complaints(&[file("a.rs", &long(LINES_MAX))]).len(), 0);
    assert_eq!(length_complaints(&[file("a.rs", &long(LINES_MAX + 1))]).len(), 1);
    assert_eq!(length_complaints(&[file("a.json", &long(LINES_MAX + 1))]).len(), 0);
    let parts = "use axum::extract::Multipart;";
    assert_eq!(parts_complaints(&[file("crates/public/src/a.rs", parts)]).len(), 1);
    assert_eq!(parts_complaints(&[file(TAKES_PARTS, parts), file("crates/office/tests/a.rs", parts)]).len(), 0);
    assert_eq!(header_complaints(&[file("a.rs", "//! Ranks the members of a cell.\n")]).len(), 0);
    assert_eq!(header_complaints(&[file("a.rs", "//! \n")]).len(), 1);
    assert_eq!(header_complaints(&[file("a.rs", "use std::fs;\n")]).len(), 1);
    assert_eq!(header_complaints(&[file("a.rs", "")]).len(), 1);
}

/// Files that look something up by a key and ask nothing of `domain::reach`, with the reason.
const KEYS_WITHOUT_REACH: &[(&str, &str)] = &[
    ("crates/kernel/src/account/sign_in.rs", "whoever knows the password is the account"),
    ("crates/drawing/src/party/mod.rs", "the link's token is the party's own right"),
    ("crates/directory/src/moves/request.rs", "asks `MoveSide::asking`, which asks it of both sides"),
];

/// Where a row is found by a key (`by_code_unscoped`, and every other that is not by id), the text of a form or a file says
/// which row is meant, and only `Scope::reaches` says whether it may be touched.
#[test]
fn whoever_finds_a_row_by_its_key_asks_whether_it_is_in_reach() {
    let by_key = |text: &str| {
        text.split("::by_").skip(1).any(|rest| {
            let name = rest.split('(').next().unwrap_or_default();
            name.ends_with("_unscoped") && !name.starts_with("id_")
        })
    };
    let files = tracked();
    let code = |path: &str| path.starts_with("crates/") && path.contains("/src/") && path.ends_with(".rs");
    let elsewhere = |path: &str| ["crates/store/", "crates/testkit/"].iter().any(|part| path.starts_with(part));
    let finders: Vec<_> = files
        .iter()
        .filter(|file| code(&file.path) && !elsewhere(&file.path) && file.text.as_deref().is_some_and(by_key))
        .collect();
    assert!(finders.len() > KEYS_WITHOUT_REACH.len(), "the calls were not found");
    let excused = |path: &str| KEYS_WITHOUT_REACH.iter().any(|(known, _)| *known == path);
    let complaints: Vec<_> = finders
        .iter()
        .filter(|file| {
            let asks = file.text.as_deref().is_some_and(|text| text.contains(".reaches("));
            asks == excused(&file.path)
        })
        .map(|file| {
            format!(
                "{} finds a row by its key and does not ask `Scope::reaches` (or no longer has to be excused)",
                file.path
            )
        })
        .collect();
    none("keys", &complaints);
    let idle: Vec<_> =
        KEYS_WITHOUT_REACH.iter().filter(|(path, _)| !finders.iter().any(|file| file.path == *path)).collect();
    assert!(idle.is_empty(), "excused and needed no longer: {idle:?}");
}

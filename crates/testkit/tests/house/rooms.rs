//! The rooms inside an area: each uses only those that stand before it, so that no circle grows within a crate either.
//! And the fronts do not reach through the platform to the database or the files.

use crate::{Tracked, none, tracked};

/// The rooms of an area in order. What stands at the root of the crate is the room `""`.
const ROOMS: &[(&str, &[&str])] = &[
    ("planning", &["scheme"]),
    ("drawing", &["party", "task", "public_site", "ceremony", "", "fairness"]),
    ("assigning", &["", "form"]),
    ("directory", &["", "item", "subject", "inspector", "moves", "import", "hub"]),
];

/// The room of a file: the folder or the module below `src`.
fn room<'a>(rooms: &[&'a str], path: &str) -> &'a str {
    let first = path.split('/').next().unwrap_or_default().trim_end_matches(".rs");
    rooms.iter().find(|room| **room == first).copied().unwrap_or("")
}

fn uses<'a>(rooms: &[&'a str], text: &str) -> Vec<&'a str> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.split("crate::")
        .skip(1)
        .filter_map(|rest| {
            let name: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            rooms.iter().find(|room| **room == name).copied()
        })
        .collect()
}

fn complaints(files: &[Tracked]) -> Vec<String> {
    let mut found = Vec::new();
    for (area, rooms) in ROOMS {
        let folder = format!("crates/{area}/src/");
        for file in files {
            let (Some(path), Some(text)) = (file.path.strip_prefix(&folder), &file.text) else { continue };
            if path == "lib.rs" {
                continue;
            }
            let here = room(rooms, path);
            let place = |name: &str| rooms.iter().position(|room| *room == name);
            for used in uses(rooms, text) {
                if place(used) > place(here) {
                    found.push(format!("{}: the room {here:?} uses {used:?}, which stands after it", file.path));
                }
            }
        }
    }
    found
}

#[test]
fn rooms_use_only_earlier_rooms() {
    none("rooms", &complaints(&tracked()));
}

#[test]
fn a_room_that_uses_a_later_one_is_named() {
    let file = |path: &str, text: &str| Tracked { path: path.to_owned(), text: Some(text.to_owned()) };
    let up = file("crates/drawing/src/party/table.rs", "//! x\nuse crate::task::KIND;\n");
    let down = file("crates/drawing/src/ceremony/table.rs", "//! x\nuse crate::task::KIND;\n");
    let root = file("crates/drawing/src/run.rs", "//! x\nuse crate::fairness::view;\n");
    assert_eq!(complaints(&[down]).len(), 0);
    assert_eq!(complaints(&[up]).len(), 1);
    assert_eq!(complaints(&[root]).len(), 1);
}

#[test]
fn fronts_do_not_reach_through_the_platform() {
    let fronts = ["crates/web/src/", "crates/office/src/", "crates/public/src/", "crates/cli/src/"];
    let mut found = Vec::new();
    for file in tracked() {
        let Some(text) = file.text.as_ref().filter(|_| fronts.iter().any(|front| file.path.starts_with(front))) else {
            continue;
        };
        for reach in [".store()", ".files()"] {
            if text.contains(reach) {
                found.push(format!("{} calls {reach}", file.path));
            }
        }
    }
    none("reaching through", &found);
}

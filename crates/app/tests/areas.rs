//! The table of areas is whole: names and kinds are distinct, every point in an area's source stands in its row and none
//! stands there without being reached, and every kind of ceremony has its table.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeSet;
use std::path::Path;

fn sources(folder: &Path, each: &mut dyn FnMut(&str)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, each);
        } else if path.extension().is_some_and(|e| e == "rs") {
            each(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

fn source_of(area: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(area).join("src")
}

#[test]
fn names_and_kinds_of_jobs_are_distinct() {
    let names: BTreeSet<&str> = app::AREAS.iter().map(|area| area.name).collect();
    assert_eq!(names.len(), app::AREAS.len());
    let kinds: Vec<&str> = app::AREAS.iter().flat_map(|area| area.jobs).map(|kind| kind.name).collect();
    assert_eq!(kinds.iter().collect::<BTreeSet<_>>().len(), kinds.len(), "{kinds:?}");
    for area in app::AREAS {
        assert!(source_of(area.name).is_dir(), "the area {} is not a crate", area.name);
    }
}

#[test]
fn every_kind_of_job_has_its_handler() {
    // A kind is a constant whose name ends in _JOB; whatever is enqueued names one.
    for area in app::AREAS {
        let mut declared = BTreeSet::new();
        sources(&source_of(area.name), &mut |text| {
            for line in text.lines().filter(|line| line.contains("const ") && line.contains("_JOB: &str = \"")) {
                declared.insert(line.split('"').nth(1).unwrap().to_owned());
            }
        });
        let handled: BTreeSet<String> = area.jobs.iter().map(|kind| kind.name.to_owned()).collect();
        assert_eq!(declared, handled, "{}", area.name);
    }
}

#[test]
fn every_point_stands_in_the_row_of_its_area() {
    for area in app::AREAS {
        let mut reached = BTreeSet::new();
        sources(&source_of(area.name), &mut |text| {
            for part in text.split("point(\"").skip(1) {
                reached.insert(part.split('"').next().unwrap().to_owned());
            }
        });
        let listed: BTreeSet<String> = area.points.iter().map(|&point| point.to_owned()).collect();
        assert_eq!(reached, listed, "{}", area.name);
    }
}

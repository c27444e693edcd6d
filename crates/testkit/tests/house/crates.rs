//! The closed list of crates, the allowed edges between them, and the libraries that only one floor may use (ADR 0002).
//! Reads `cargo metadata`; it does not look at source text.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{none, output, root};

/// Each crate and the crates of ours that it may use. A crate or an edge that is not here needs an ADR.
const EDGES: &[(&str, &[&str])] = &[
    ("draw", &[]),
    // The protocol's rule of which characters a text may hold is part of the domain's own (ADR 0015).
    ("domain", &["draw"]),
    ("matching", &[]),
    ("fairness", &[]),
    ("text", &["domain", "fairness"]),
    ("bundle", &["draw"]),
    ("sheet", &["domain", "text"]),
    ("paper", &[]),
    ("files", &["domain", "text"]),
    ("store", &["domain", "text"]),
    // The areas of the use cases, each on the kernel, and one on another only downwards in the order of a campaign.
    ("kernel", &["domain", "files", "sheet", "store", "text"]),
    ("directory", &["domain", "files", "kernel", "sheet", "store", "text"]),
    ("planning", &["bundle", "domain", "draw", "kernel", "store", "text"]),
    ("drawing", &["bundle", "domain", "draw", "fairness", "files", "kernel", "planning", "sheet", "store", "text"]),
    ("assigning", &["domain", "draw", "drawing", "files", "kernel", "matching", "planning", "store", "text"]),
    ("upkeep", &["domain", "files", "kernel", "store", "text"]),
    ("app", &["assigning", "directory", "domain", "drawing", "kernel", "planning", "store", "text", "upkeep"]),
    ("web", &["app", "domain", "text"]),
    ("office", &["app", "domain", "text", "web"]),
    ("public", &["app", "domain", "text", "web"]),
    ("cli", &["app", "bundle", "domain", "draw", "fairness", "office", "paper", "public", "sheet", "text", "web"]),
    ("testkit", &["app", "domain", "draw", "store"]),
];

/// Crates whose tests may use `testkit`. The pure floors are absent: their tests need no database.
const TESTED_WITH_TESTKIT: &[&str] = &[
    "store",
    "kernel",
    "directory",
    "planning",
    "drawing",
    "assigning",
    "upkeep",
    "app",
    "web",
    "office",
    "public",
    "cli",
];

/// Crates whose tests may use `app`, which stands above them: an area is tested on a platform with all areas, as it runs.
const TESTED_WITH_APP: &[&str] = &["kernel", "directory", "planning", "drawing", "assigning", "upkeep"];

/// Edges of tests alone: a simulation of draws needs the protocol's own tickets, the report itself does not.
const TESTED_WITH: &[(&str, &str)] = &[("fairness", "draw")];

/// Libraries that carry a decision, and the crates that alone may use them. A name that ends in `*` stands for a family.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("sqlx*", &["store"]),
    ("rusqlite", &[]),
    ("sea-orm*", &[]),
    ("sea-query*", &[]),
    ("diesel*", &[]),
    ("typst*", &["paper"]),
    ("axum*", &["web", "office", "public", "cli"]),
    ("askama*", &["web", "office", "public"]),
    ("parquet", &["bundle"]),
    ("drand-verify", &["bundle"]),
    ("ed25519*", &["bundle"]),
    ("sm2", &["bundle"]),
    ("calamine", &["sheet"]),
    ("rust_xlsxwriter", &["sheet", "testkit"]),
    ("rustls*", &["cli"]),
    ("rcgen", &["cli"]),
    ("clap*", &["cli"]),
];

/// What the pure crates may not use at all: sources of time and chance, and ways to the outside.
const PURE: &[&str] = &["domain", "draw", "matching", "fairness"];
const NOT_IN_PURE: &[&str] =
    &["getrandom", "rand*", "fastrand", "tokio*", "futures*", "reqwest", "tracing*", "tempfile"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Normal,
    Dev,
    Build,
}

/// One line of some crate's `Cargo.toml`.
#[derive(Clone, Debug)]
struct Edge {
    from: String,
    to: String,
    kind: Kind,
}

fn edge(from: &str, to: &str, kind: Kind) -> Edge {
    Edge { from: from.to_owned(), to: to.to_owned(), kind }
}

fn packages() -> Vec<Value> {
    let text = output(env!("CARGO"), &["metadata", "--format-version", "1", "--no-deps", "--offline"]);
    let metadata: Value = serde_json::from_slice(&text).expect("cargo metadata prints JSON");
    metadata["packages"].as_array().expect("packages").clone()
}

fn edges(packages: &[Value]) -> Vec<Edge> {
    let mut all = Vec::new();
    for package in packages {
        let from = package["name"].as_str().expect("a name");
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let kind = match dependency["kind"].as_str() {
                None => Kind::Normal,
                Some("dev") => Kind::Dev,
                Some(_) => Kind::Build,
            };
            all.push(edge(from, dependency["name"].as_str().expect("a name"), kind));
        }
    }
    all
}

fn matches(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |family| name.starts_with(family))
}

/// Complaints about edges between our crates.
fn inner_complaints(edges: &[Edge]) -> Vec<String> {
    let allowed: BTreeMap<&str, &[&str]> = EDGES.iter().copied().collect();
    let mut complaints = Vec::new();
    for Edge { from, to, kind } in edges {
        if !allowed.contains_key(to.as_str()) {
            continue;
        }
        if to == "testkit" {
            if *kind != Kind::Dev {
                complaints.push(format!("{from} uses testkit outside its tests"));
            } else if !TESTED_WITH_TESTKIT.contains(&from.as_str()) {
                complaints.push(format!("the tests of {from} may not use testkit"));
            }
            continue;
        }
        if to == "app" && *kind == Kind::Dev && TESTED_WITH_APP.contains(&from.as_str()) {
            continue;
        }
        let in_tests = *kind == Kind::Dev && TESTED_WITH.contains(&(from.as_str(), to.as_str()));
        let fine = in_tests || allowed.get(from.as_str()).is_some_and(|list| list.contains(&to.as_str()));
        if !fine {
            complaints.push(format!("{from} may not use {to} ({kind:?})"));
        }
    }
    complaints
}

/// Complaints about libraries outside the crates that they belong to.
fn library_complaints(edges: &[Edge]) -> Vec<String> {
    let mut complaints = Vec::new();
    for Edge { from, to, kind } in edges {
        for (library, homes) in ONLY_IN {
            if matches(library, to) && !homes.contains(&from.as_str()) {
                complaints.push(format!("{from} uses {to} ({kind:?}); only {homes:?} may"));
            }
        }
        let pure = PURE.contains(&from.as_str()) && *kind != Kind::Dev;
        if pure && NOT_IN_PURE.iter().any(|library| matches(library, to)) {
            complaints.push(format!("{from} is pure and may not use {to} ({kind:?})"));
        }
    }
    complaints
}

#[test]
fn the_list_of_crates_is_closed() {
    let packages = packages();
    let mut found: Vec<&str> = packages.iter().map(|package| package["name"].as_str().expect("a name")).collect();
    let mut expected: Vec<&str> = EDGES.iter().map(|(name, _)| *name).collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected, "a crate enters by an ADR and a row in EDGES");
    for package in &packages {
        let name = package["name"].as_str().expect("a name");
        let manifest = root().join("crates").join(name).join("Cargo.toml");
        assert_eq!(package["manifest_path"].as_str(), manifest.to_str(), "the folder of a crate has its name");
        let text = std::fs::read_to_string(manifest).expect("a manifest");
        assert!(text.contains("[lints]\nworkspace = true"), "{name} does not take the workspace's lints");
    }
}

#[test]
fn crates_use_only_what_the_diagram_allows() {
    none("edges between our crates", &inner_complaints(&edges(&packages())));
}

#[test]
fn libraries_stay_in_their_crates() {
    none("libraries", &library_complaints(&edges(&packages())));
}

/// `name version` -> the feature lists with which it is compiled.
fn compiled(arguments: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let mut all = vec!["tree", "--locked", "--prefix", "none", "--format", "{p}|{f}"];
    all.extend_from_slice(arguments);
    let text = String::from_utf8(output(env!("CARGO"), &all)).expect("cargo tree prints UTF-8");
    let mut result: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in text.lines() {
        let line = line.strip_suffix(" (*)").unwrap_or(line);
        // Empty lines part the members of the workspace.
        let Some((package, features)) = line.split_once('|') else {
            continue;
        };
        result.entry(package.to_owned()).or_default().insert(features.to_owned());
    }
    result
}

#[test]
fn running_and_testing_compile_the_same() {
    // A feature that only the tests switch on compiles its package, and all that use it, a second time (ADR 0003).
    let binary = compiled(&["--package", "cli", "--edges", "normal,build"]);
    let tests = compiled(&["--workspace", "--edges", "normal,build,dev"]);
    assert!(binary.len() > EDGES.len(), "cargo tree named no packages");
    let complaints: Vec<String> = binary
        .iter()
        .filter(|(package, features)| tests.get(*package) != Some(*features))
        .map(|(package, features)| {
            format!("{package}: {features:?} in the binary, {:?} in the tests", tests.get(package))
        })
        .collect();
    none("features", &complaints);
}

#[test]
fn the_diagram_has_no_circle() {
    // A list in which each crate uses only earlier ones is the proof that there is none; testkit stands last.
    for (position, (name, uses)) in EDGES.iter().enumerate() {
        for used in *uses {
            let earlier = EDGES.iter().take(position).any(|(other, _)| other == used);
            assert!(earlier, "{name} uses {used}, which stands after it");
        }
    }
}

#[test]
fn an_edge_that_points_up_is_refused() {
    let complaints = |from, to, kind| {
        let edges = [edge(from, to, kind)];
        inner_complaints(&edges).len() + library_complaints(&edges).len()
    };
    let table = [
        (("store", "domain", Kind::Normal), 0),
        (("domain", "store", Kind::Normal), 1),
        (("office", "store", Kind::Normal), 1),
        (("office", "store", Kind::Dev), 1),
        (("cli", "store", Kind::Normal), 1),
        (("draw", "domain", Kind::Normal), 1),
        (("fairness", "draw", Kind::Normal), 1),
        (("fairness", "draw", Kind::Dev), 0),
        (("paper", "app", Kind::Build), 1),
        (("assigning", "drawing", Kind::Normal), 0),
        (("drawing", "assigning", Kind::Normal), 1),
        (("directory", "planning", Kind::Normal), 1),
        (("kernel", "drawing", Kind::Normal), 1),
        (("kernel", "app", Kind::Normal), 1),
        (("kernel", "app", Kind::Dev), 0),
        (("store", "app", Kind::Dev), 1),
        (("office", "planning", Kind::Normal), 1),
        (("store", "testkit", Kind::Dev), 0),
        (("store", "testkit", Kind::Normal), 1),
        (("draw", "testkit", Kind::Dev), 1),
        (("store", "sqlx", Kind::Normal), 0),
        (("app", "sqlx", Kind::Normal), 1),
        (("app", "sqlx-core", Kind::Dev), 1),
        (("store", "sea-orm", Kind::Normal), 1),
        (("cli", "typst-pdf", Kind::Normal), 1),
        (("app", "axum", Kind::Normal), 1),
        (("app", "parquet", Kind::Normal), 1),
        (("app", "calamine", Kind::Normal), 1),
        (("draw", "getrandom", Kind::Normal), 1),
        (("draw", "rand_chacha", Kind::Normal), 1),
        (("draw", "rand_chacha", Kind::Dev), 0),
        (("app", "getrandom", Kind::Normal), 0),
    ];
    for ((from, to, kind), expect) in table {
        assert_eq!(complaints(from, to, kind), expect, "{from} -> {to} {kind:?}");
    }
}

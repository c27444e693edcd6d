//! What a person reads is Chinese: every code of the protocol has its sentence, and no English word stands in the help of a
//! command, in the answer to a wrong call, or in what a verification says.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use text::protocol::{LISTS, template};

use crate::bundles::{change, copy, run};
use crate::help::commands;
use crate::run::{Said, mingcha};

/// What may be written in small Latin letters: names of products and formats, of files and their endings, keys of documents,
/// and parts of an example's address.
const ALLOWED: &[&str] = &[
    "Chromium",
    "Ctrl",
    "Merkle",
    "Parquet",
    "PostgreSQL",
    "SQLite",
    "Unicode",
    "Word",
    "beacon",
    "cn",
    "commitment",
    "csv",
    "data",
    "db",
    "demo",
    "digest",
    "docs",
    "example",
    "failure",
    "gov",
    "hamilton",
    "https",
    "json",
    "key",
    "manual",
    "mc1",
    "md",
    "mingcha",
    "organ",
    "parquet",
    "pem",
    "postgres",
    "proofs",
    "protocol",
    "random",
    "receipt",
    "result",
    "reveals",
    "roll",
    "scheme",
    "sha256",
    "sizes",
    "sjc",
    "sm3",
    "toml",
    "verify",
    "xlsx",
    "zip",
];

/// English words of a text: two letters or more that are no option, placeholder or path, no name in capitals, not allowed.
fn english(text: &str, also: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    let ends = |letter: char| letter.is_whitespace() || "，。；：、（）“”【】《》|".contains(letter);
    for part in text.split(ends) {
        let latin = part.trim_matches(|letter: char| "[]().,'\"=".contains(letter));
        if latin.starts_with(['-', '<']) || latin.contains(['/', '_']) {
            continue;
        }
        for word in latin.split(|letter: char| !letter.is_ascii_alphanumeric()) {
            let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
            let hexadecimal = word.len() >= 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
            let capitals = word.bytes().all(|byte| !byte.is_ascii_lowercase());
            let known = ALLOWED.contains(&word) || also.contains(word) || capitals || hexadecimal;
            if letters >= 2 && !known {
                found.push(word.to_owned());
            }
        }
    }
    found
}

/// Names that a help text itself brings: of commands, of values, of roles and of the doctor's checks.
fn names(help: &str) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    let own = |part: &str| part.trim().split(['-', ' ']).next().unwrap_or_default().to_owned();
    for line in help.lines() {
        if line.starts_with("  ") && !line.starts_with("   ") {
            names
                .extend(line.split_whitespace().next().into_iter().flat_map(|name| name.split('-')).map(str::to_owned));
        }
        for values in line.split('【').skip(1).filter_map(|notes| notes.split('】').next()) {
            names.extend(values.split(|letter: char| !letter.is_ascii_alphanumeric()).map(str::to_owned));
        }
        if let Some((_, roles)) = line.split_once("角色：") {
            names.extend(roles.split('、').map(own));
        }
    }
    // A list of checks may go on on the next line.
    for paragraph in help.split("\n\n").filter(|paragraph| paragraph.contains(" · ")) {
        names.extend(paragraph.replace('\n', " ").split(" · ").map(own));
    }
    names
}

#[test]
fn no_help_speaks_english() {
    let mut calls: Vec<Vec<String>> = vec![vec![]];
    for name in commands(&[]) {
        calls.push(vec![name.clone()]);
        calls.extend(commands(&[&name]).into_iter().map(|inner| vec![name.clone(), inner]));
    }
    assert!(calls.len() > 20, "{calls:?}");
    for call in &calls {
        for flag in ["-h", "--help"] {
            let mut words: Vec<&str> = call.iter().map(String::as_str).collect();
            words.push(flag);
            let said = mingcha(&words).said();
            assert_eq!(said.code, Some(0), "{words:?}");
            let mut own = names(&said.out);
            own.extend(calls.iter().flatten().flat_map(|name| name.split('-')).map(str::to_owned));
            let found = english(&said.out, &own);
            assert!(found.is_empty(), "{words:?} says {found:?}\n{}", said.out);
        }
    }
}

#[test]
fn no_wrong_call_is_answered_in_english() {
    let calls: [&[&str]; 13] = [
        &["frobnicate"],
        &["verfy"],
        &["user"],
        &["user", "frobnicate"],
        &["help", "frobnicate"],
        &["verify"],
        &["verify", "a", "b"],
        &["verify", "a", "--log", "b"],
        &["verify", "a", "--commitment"],
        &["doctor", "--frobnicate"],
        &["serve", "--front", "everything"],
        &["draw", "a", "--threads", "many"],
        &["user", "add", "x", "--name", "甲", "--agency", "130300", "--role", "emperor"],
    ];
    for call in calls {
        let said = mingcha(call).said();
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{call:?}: {}", said.err);
        let mut given: BTreeSet<String> = call.iter().flat_map(|word| word.split('-')).map(str::to_owned).collect();
        given.extend(["all", "office", "public"].map(str::to_owned));
        given.extend(names(&said.err));
        let found = english(&said.err, &given);
        assert!(found.is_empty(), "{call:?} says {found:?}\n{}", said.err);
    }
}

#[test]
fn no_verification_speaks_english() {
    let say = |said: &Said, codes: &[&str]| {
        let steps = bundle::StepName::ALL.iter().map(|step| step.word());
        let own: BTreeSet<String> =
            steps.chain(codes.iter().copied()).flat_map(|word| word.split('-')).map(str::to_owned).collect();
        let found = english(&format!("{}\n{}", said.out, said.err), &own);
        assert!(found.is_empty(), "{found:?}\n{}{}", said.out, said.err);
    };
    let (folder, bundle) = copy();
    say(&run(&folder, &["verify", "bundle"]).said(), &["bundle"]);
    let other = "0".repeat(64);
    say(&run(&folder, &["verify", "bundle", "--commitment", &other]).said(), &["digest-mismatch"]);
    change(&bundle.join("roll.csv"), "1", "2");
    say(&run(&folder, &["verify", "bundle"]).said(), &["id-order", "id"]);
    change(&bundle.join("reveals.json"), "0", "1");
    say(&run(&folder, &["draw", "bundle", "--out", "other"]).said(), &["reveal-mismatch"]);
}

type Codes = &'static [(&'static str, &'static [&'static str])];

/// Every list of codes, by the list of `text` that says it.
const TOLD: [(&str, Codes); 8] = [
    ("reason", draw::Reason::ALL),
    ("expected", draw::Expected::ALL),
    ("syntax", draw::Syntax::ALL),
    ("mismatch", draw::Mismatch::ALL),
    ("chain", draw::ChainWord::ALL),
    ("fact", bundle::Fact::ALL),
    ("damage", bundle::Damage::ALL),
    ("unit", bundle::Unit::ALL),
];

/// The names in a template, each with the list that says it, if one does.
fn slots(template: &str) -> Vec<(&str, &str)> {
    let slots = template.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    slots.map(|slot| slot.split_once(':').unwrap_or((slot, ""))).collect()
}

#[test]
fn every_code_of_the_protocol_is_said_with_its_own_data() {
    for (list, codes) in TOLD {
        for (code, fields) in codes {
            let template = template(list, code).unwrap_or_else(|| panic!("{list}: {code} is not said"));
            for (name, inner) in slots(template) {
                assert!(fields.contains(&name), "{list}: {code} has no {name}");
                let known = inner.is_empty() || inner == "hex" || LISTS.iter().any(|list| list.name == inner);
                assert!(known, "{list}: {code} says {name} by a list {inner} that is not there");
            }
        }
        let rows = LISTS.iter().find(|known| known.name == list).unwrap().rows;
        let dead = |code: &&str| *code != "announced" && !codes.iter().any(|(known, _)| known == code);
        let dead: Vec<_> = rows.iter().map(|(code, _)| *code).filter(dead).collect();
        assert!(dead.is_empty(), "{list} says codes that are not there: {dead:?}");
    }
    for step in bundle::StepName::ALL {
        assert!(template("step", step.word()).is_some(), "{}", step.word());
    }
    for verdict in bundle::Verdict::ALL {
        assert!(template("verdict", verdict.word()).is_some(), "{}", verdict.word());
    }
}

#[test]
fn the_three_verifiers_call_a_step_the_same() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../verifiers");
    for file in ["verify.py", "verify.html"] {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        let lists = |code: &str, name: &str| {
            // The page puts a sign before the word of a verdict.
            let signs = ["", "✓ ", "◐ ", "✗ "];
            let keys = [format!("\"{code}\""), code.to_owned()];
            keys.iter().any(|key| signs.iter().any(|sign| text.contains(&format!("{key}: \"{sign}{name}\""))))
        };
        // `announced` and `receipt` are steps of the product only: the others check the digest within `commitment`.
        for step in bundle::StepName::ALL.map(bundle::StepName::word) {
            let name = template("step", step).unwrap();
            assert!(["announced", "receipt"].contains(&step) || lists(step, name), "{file}: {step} is not {name}");
        }
        for verdict in bundle::Verdict::ALL.map(bundle::Verdict::word) {
            let name = template("verdict", verdict).unwrap();
            assert!(lists(verdict, name), "{file}: {verdict} is not {name}");
        }
    }
}

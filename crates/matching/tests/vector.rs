//! The frozen known-answer vector and the canonical form. A change here is a change of the algorithm, and needs another `ALGORITHM`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use common::{inspector, plain, qualified, seed, span, visit};
use matching::{Input, Recusal, Refusal, Rules, Separation, Suite, Visit};

const INPUT: &str = include_str!("vectors/input.json");
const OUTCOME: &str = include_str!("vectors/outcome.json");
const OUTCOME_SM3: &str = include_str!("vectors/outcome-sm3.json");

/// The document of `vectors/input.json`: twelve visits of two units, eight people, every rule.
fn document() -> Input {
    let mut visits: Vec<Visit> = (0..12).map(|n| visit(&format!("2021-{n:04}"))).collect();
    for (n, visit) in visits.iter_mut().enumerate() {
        visit.unit = if n < 8 { "130302" } else { "130303" }.to_owned();
        visit.subject = format!("91130302MA0{n:07}");
        visit.day = format!("2021-06-{:02}", 7 + n);
        visit.requires = if n % 4 == 0 { vec!["检验检测".to_owned()] } else { Vec::new() };
    }
    let mut inspectors: Vec<_> = (1..=8)
        .map(|n| if n % 4 == 1 { qualified(&format!("p{n}"), &["检验检测"]) } else { inspector(&format!("p{n}")) })
        .collect();
    for (n, person) in inspectors.iter_mut().enumerate() {
        person.unit = if n < 4 { "130302" } else { "130303" }.to_owned();
    }
    inspectors[1].leave = vec![span("2021-06-07", "2021-06-09")];
    inspectors[2].prior_load = 2;
    inspectors[7].certificate = span("2018-06-01", "2021-06-16");
    let recusals = vec![Recusal { inspector: "p4".to_owned(), subject: "91130302MA00000003".to_owned() }];
    let separate = vec![Separation { one: "p7".to_owned(), other: "p6".to_owned() }];
    Input { visits, inspectors, recusals, rules: Rules { separate, ..Rules::default() } }
}

#[test]
fn the_vector_is_reproduced_byte_for_byte() {
    let check = |name: &str, got: Vec<u8>, expect: &str| {
        let got = String::from_utf8(got).unwrap();
        assert_eq!(got, expect.trim_end(), "{name}");
    };
    check("input", document().canonical().unwrap(), INPUT);
    let input = Input::parse(INPUT.trim_end().as_bytes()).unwrap();
    assert_eq!(input, document().sorted());
    let digest = input.digest(Suite::Sha256).unwrap();
    assert_eq!(hex::encode(digest), "8d3e0798fbce401ea0408c16c70de53be877a1bd2d8d78ed4b2003f2887fd697");
    check("outcome", matching::run(&input, seed(2021), Suite::Sha256).unwrap().canonical().unwrap(), OUTCOME);
    check("outcome, SM3", matching::run(&input, seed(2021), Suite::Sm3).unwrap().canonical().unwrap(), OUTCOME_SM3);
}

#[test]
fn only_canonical_bytes_are_read() {
    let canonical = plain(2, 3).canonical().unwrap();
    let text = String::from_utf8(canonical.clone()).unwrap();
    assert!(text.starts_with("{\"inspectors\":[{\"certificate\":{\"from\":\"2020-01-01\""), "{text}");
    assert!(Input::parse(&canonical).is_ok());
    let check = |changed: String, not_canonical: bool| match Input::parse(changed.as_bytes()) {
        Err(Refusal::NotCanonical) => assert!(not_canonical, "{changed}"),
        Err(Refusal::Unreadable(_)) => assert!(!not_canonical, "{changed}"),
        other => panic!("{other:?}"),
    };
    check(format!("{text}\n"), true);
    check(text.replace("\"prior_load\":0", "\"prior_load\": 0"), true);
    check(text.replace("v0001", "x").replacen("v0000", "v0001", 1).replace('x', "v0000"), true);
    check(text.replacen("\"i000\"", "\"i\\u0030\\u0030\\u0030\"", 1), true);
    check(text.replacen("\"prior_load\":0", "\"prior_load\":0,\"prior_load\":0", 1), false);
    check(text.replacen("\"prior_load\":0", "\"prior_load\":0.0", 1), false);
    check(text.replacen("\"prior_load\":0", "\"prior_load\":0,\"salary\":1", 1), false);
    check(String::new(), false);
}

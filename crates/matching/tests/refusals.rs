//! What is refused, and with which words: infeasible visits by rule, bad places of the document, every limit at n and n + 1.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use common::{input, inspector, plain, qualified, seed, span, visit};
use matching::{Input, Inspector, Qualification, Recusal, Refusal, Separation, Short, Suite, Visit};

fn run(input: &Input) -> Result<matching::Outcome, Refusal> {
    matching::run(input, seed(0), Suite::Sha256)
}

fn short(visit: Visit, inspectors: Vec<Inspector>, change: impl FnOnce(&mut Input)) -> Short {
    let mut input = input(vec![visit], inspectors);
    change(&mut input);
    match run(&input) {
        Err(Refusal::Infeasible(report)) if report.len() == 1 => report[0].short.clone(),
        other => panic!("{other:?}"),
    }
}

fn expired(id: &str) -> Inspector {
    Inspector { certificate: span("2019-01-01", "2021-06-09"), ..inspector(id) }
}

fn away(id: &str) -> Inspector {
    Inspector { leave: vec![span("2021-06-01", "2021-06-10")], ..inspector(id) }
}

fn recuse(who: &'static str) -> impl FnOnce(&mut Input) {
    move |input| input.recusals.push(Recusal { inspector: who.to_owned(), subject: "s-v".to_owned() })
}

fn requiring(codes: &[&str]) -> Visit {
    Visit { requires: codes.iter().map(|c| (*c).to_owned()).collect(), ..visit("v") }
}

#[test]
fn the_first_rule_that_leaves_too_few_is_named() {
    let nothing = |_: &mut Input| {};
    let other_unit = Inspector { unit: "u2".to_owned(), ..inspector("c") };
    let check = |got: Short, expect: Short| assert_eq!(got, expect);
    check(short(visit("v"), vec![], nothing), Short::Unit);
    check(short(visit("v"), vec![inspector("a"), other_unit], nothing), Short::Unit);
    check(short(visit("v"), vec![inspector("a"), expired("b")], nothing), Short::Certificate);
    check(short(visit("v"), vec![inspector("a"), away("b"), expired("c")], nothing), Short::Leave);
    check(short(visit("v"), vec![inspector("a"), inspector("b"), away("c")], recuse("b")), Short::Recusal);
    let codes = || vec!["P".to_owned(), "R".to_owned()];
    check(
        short(requiring(&["Q", "P", "R"]), vec![qualified("a", &["Q"]), inspector("b")], nothing),
        Short::Qualification { codes: codes() },
    );
    let three = vec![qualified("a", &["P"]), qualified("b", &["Q"]), qualified("c", &["R"])];
    check(short(requiring(&["P", "Q", "R"]), three, nothing), Short::Team);
    let separate =
        |input: &mut Input| input.rules.separate.push(Separation { one: "a".to_owned(), other: "b".to_owned() });
    check(short(visit("v"), vec![inspector("a"), inspector("b")], separate), Short::Team);
}

#[test]
fn a_qualification_counts_on_the_day_only() {
    let lapsed = Inspector {
        qualifications: vec![Qualification {
            code: "Q".to_owned(),
            from: "2021-06-11".to_owned(),
            to: "2022-01-01".to_owned(),
        }],
        ..inspector("a")
    };
    let mut input = input(vec![requiring(&["Q"])], vec![lapsed, inspector("b")]);
    assert!(matches!(run(&input), Err(Refusal::Infeasible(_))));
    input.visits[0].day = "2021-06-11".to_owned();
    assert!(run(&input).is_ok());
    input.visits[0].day = "2022-01-01".to_owned();
    assert!(run(&input).is_ok());
    input.visits[0].day = "2022-01-02".to_owned();
    assert!(matches!(run(&input), Err(Refusal::Infeasible(_))));
}

#[test]
fn the_report_lists_every_visit_with_its_counts_and_nothing_is_seated() {
    let visits = vec![
        visit("v3"),
        Visit { requires: vec!["Q".to_owned()], ..visit("v2") },
        Visit { unit: "u9".to_owned(), ..visit("v1") },
    ];
    let input = input(visits, vec![inspector("a"), inspector("b"), expired("c"), away("d")]);
    let Err(Refusal::Infeasible(report)) = run(&input) else { panic!("must be refused") };
    let named: Vec<(&str, &str)> = report.iter().map(|s| (s.visit.as_str(), s.unit.as_str())).collect();
    assert_eq!(named, [("v1", "u9"), ("v2", "u1")]);
    let why = &report[1].why;
    assert_eq!((why.unit, why.certificate, why.leave, why.recused, why.eligible), (4, 1, 1, 0, 2));
    assert_eq!((why.holders[0].code.as_str(), why.holders[0].eligible), ("Q", 0));
    assert_eq!(
        Refusal::Infeasible(report).to_string(),
        "2 visits cannot have two lawful inspectors; see the report for each"
    );
}

#[test]
fn bad_places_of_the_document_are_named() {
    let check = |change: &dyn Fn(&mut Input), expect: &str| {
        let mut input = plain(2, 3);
        change(&mut input);
        let refusal = run(&input).expect_err(expect).to_string();
        assert!(refusal.starts_with(expect), "{refusal:?} should start with {expect:?}");
        assert_eq!(input.canonical().expect_err("not sealed either").to_string(), refusal);
    };
    check(&|i| i.visits[1].id.clear(), "visits[1].id: \"\" is not a text");
    check(&|i| i.visits[0].subject = "a\u{1f}b".to_owned(), "visits[0].subject:");
    check(&|i| i.visits[0].unit = "u\u{200b}1".to_owned(), "visits[0].unit:");
    check(&|i| i.visits[0].day = "2021-6-10".to_owned(), "visits[0].day: \"2021-6-10\" is not a real day");
    check(&|i| i.visits[0].requires = vec!["Q".to_owned(), "Q".to_owned()], "visits[0].requires: \"Q\" occurs twice");
    check(&|i| i.visits[1].id = "v0000".to_owned(), "visits: \"v0000\" occurs twice");
    check(&|i| i.inspectors[1].id = "i000".to_owned(), "inspectors: \"i000\" occurs twice");
    check(&|i| i.inspectors[2].certificate = span("2021-02-29", "2022-01-01"), "inspectors[2].certificate.from:");
    check(
        &|i| i.inspectors[2].leave = vec![span("2021-03-02", "2021-03-01")],
        "inspectors[2].leave[0]: the span ends before",
    );
    check(
        &|i| i.recusals.push(Recusal { inspector: "x".to_owned(), subject: "s".to_owned() }),
        "recusals[0].inspector: inspector \"x\"",
    );
    check(
        &|i| i.rules.separate.push(Separation { one: "i000".to_owned(), other: "y".to_owned() }),
        "rules.separate[0].other:",
    );
    check(
        &|i| i.rules.separate.push(Separation { one: "i000".to_owned(), other: "i000".to_owned() }),
        "rules.separate[0]: \"i000\"",
    );
    check(&|i| i.rules.seats = 3, "rules.seats: \"3\"");
    check(&|i| i.rules.algorithm = "mingcha pairs v2".to_owned(), "rules.algorithm:");
}

/// At the limit nothing is said about the limit (a list of copies may still be refused for another reason); one above it is.
#[test]
fn every_limit_holds_at_n_and_fails_at_n_plus_one() {
    let too_many = |change: &dyn Fn(&mut Input)| {
        let mut input = plain(1, 2);
        change(&mut input);
        let refused = input.canonical().err();
        refused.is_some_and(|refusal| refusal.code().starts_with("too-many"))
    };
    let check = |max: usize, fill: &dyn Fn(&mut Input, usize)| {
        assert!(!too_many(&|i| fill(i, max)), "at {max}");
        assert!(too_many(&|i| fill(i, max + 1)), "at {max} + 1");
    };
    check(matching::VISITS_MAX, &|i, n| i.visits = vec![visit("v"); n]);
    check(matching::INSPECTORS_MAX, &|i, n| {
        i.inspectors =
            (0..n).map(|p| Inspector { unit: format!("u{}", p / 1_000), ..inspector(&format!("i{p}")) }).collect();
        i.visits[0].unit = "u999".to_owned();
    });
    check(matching::UNIT_INSPECTORS_MAX, &|i, n| i.inspectors = (0..n).map(|p| inspector(&format!("i{p}"))).collect());
    check(matching::RECUSALS_MAX, &|i, n| {
        i.recusals = vec![Recusal { inspector: "i000".to_owned(), subject: "s".to_owned() }; n];
    });
    check(matching::SEPARATIONS_MAX, &|i, n| {
        i.rules.separate = vec![Separation { one: "i000".to_owned(), other: "i001".to_owned() }; n];
    });
    check(matching::REQUIRES_MAX, &|i, n| i.visits[0].requires = (0..n).map(|q| format!("q{q}")).collect());
    check(matching::QUALIFICATIONS_MAX, &|i, n| {
        i.inspectors[0].qualifications =
            vec![Qualification { code: "Q".to_owned(), from: "2021-01-01".to_owned(), to: "2021-01-01".to_owned() }; n];
    });
    check(matching::LEAVES_MAX, &|i, n| i.inspectors[0].leave = vec![span("2021-01-01", "2021-01-01"); n]);
    let prior = usize::try_from(matching::PRIOR_LOAD_MAX).unwrap();
    check(prior, &|i, n| i.inspectors[0].prior_load = u32::try_from(n).unwrap());
    check(matching::UNIT_PAIRS_MAX, &|i, n| {
        // 5 000 visits with 1 000 people are exactly the limit; one visit more is above it.
        let visits = 5_000 + (n - matching::UNIT_PAIRS_MAX);
        i.visits = (0..visits).map(|v| visit(&format!("v{v}"))).collect();
        i.inspectors = (0..1_000).map(|p| inspector(&format!("i{p}"))).collect();
    });
}

#[test]
fn a_text_may_have_64_bytes_and_no_more() {
    let check = |bytes: usize, good: bool| {
        let mut input = plain(1, 2);
        input.visits[0].id = "x".repeat(bytes);
        assert_eq!(run(&input).is_ok(), good, "{bytes} bytes");
    };
    check(matching::TEXT_BYTES_MAX, true);
    check(matching::TEXT_BYTES_MAX + 1, false);
}

#[test]
fn sixteen_requirements_can_be_shared_by_two_people() {
    let codes: Vec<String> = (0..matching::REQUIRES_MAX).map(|n| format!("q{n}")).collect();
    let half = |from: usize| codes[from..from + 8].iter().map(String::as_str).collect::<Vec<_>>();
    let mut input = input(vec![visit("v")], vec![qualified("a", &half(0)), qualified("b", &half(8)), inspector("c")]);
    input.visits[0].requires = codes.clone();
    let team = &run(&input).unwrap().teams[0];
    assert!([&*team.leader, &*team.member].contains(&"a") && [&*team.leader, &*team.member].contains(&"b"));
}

#[test]
fn nothing_to_match_is_an_empty_outcome() {
    let outcome = run(&plain(0, 2)).unwrap();
    assert!(outcome.teams.is_empty() && outcome.loads.len() == 2);
}

#[test]
fn every_refusal_has_a_code_of_its_own_with_its_data() {
    let (place, value, unit, visit) = ("p".to_owned(), "v".to_owned(), "u".to_owned(), "w".to_owned());
    let all = [
        Refusal::TooMany { place: place.clone(), count: 2, max: 1 },
        Refusal::TooManyOfUnit { unit: unit.clone(), count: 2, max: 1 },
        Refusal::TooManyPairs { unit, count: 2, max: 1 },
        Refusal::BadText { place: place.clone(), value: value.clone() },
        Refusal::BadDay { place: place.clone(), value: value.clone() },
        Refusal::Backwards { place: place.clone() },
        Refusal::Duplicate { place: place.clone(), value: value.clone() },
        Refusal::UnknownInspector { place: place.clone(), value: value.clone() },
        Refusal::BadRule { place, value },
        Refusal::Unreadable("why".to_owned()),
        Refusal::NotCanonical,
        Refusal::Infeasible(Vec::new()),
        Refusal::Unplaced { visit },
    ];
    let told: Vec<_> = all
        .iter()
        .map(|refusal| (refusal.code(), refusal.args().iter().map(|(name, _)| *name).collect::<Vec<_>>()))
        .collect();
    let listed: Vec<_> = Refusal::ALL.iter().map(|(code, names)| (*code, names.to_vec())).collect();
    assert_eq!(told, listed);
}

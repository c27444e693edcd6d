//! What is refused, each with its code and its exact place.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use common::{HEADER, SUITE, committed, roll_of, rows, scheme, scheme_bytes, stratum};
use draw::{
    Beacon, BeaconForm, BeaconPlan, Commitment, Digest, Header, Id, Intake, Outcome, Refused, Rejected, Replaces,
    Reveal, RollDocument, Scheme, Sizes, Subject, unattended,
};

fn check<T>(input: &str, found: Result<T, Refused>, code: &str, place: &str) {
    match found {
        Ok(_) => panic!("{input}: accepted instead of {code}"),
        Err(refused) => assert_eq!((refused.code(), refused.place.as_str()), (code, place), "{input}: {refused}"),
    }
}

#[test]
fn headers() {
    for (cells, code, place) in [
        (vec![], "header-id", "header[0]"),
        (vec!["name:text"], "header-id", "header[0]"),
        (vec!["id:int"], "header-id", "header[0]"),
        (vec!["id:text", "Organ:text"], "header-form", "header[1]"),
        (vec!["id:text", "1a:text"], "header-form", "header[1]"),
        (vec!["id:text", "organ"], "header-form", "header[1]"),
        (vec!["id:text", "organ:float"], "header-form", "header[1]"),
        (vec!["id:text", "a:text", "a:int"], "twice", "header"),
    ] {
        check(&format!("{cells:?}"), Header::parse(&cells), code, place);
    }
    let columns = |count: usize| {
        (0..count)
            .map(|index| if index == 0 { "id:text".to_owned() } else { format!("c{index}:int") })
            .collect::<Vec<_>>()
    };
    assert!(Header::parse(&columns(draw::COLUMNS_MAX)).is_ok());
    check("too many", Header::parse(&columns(draw::COLUMNS_MAX + 1)), "too-large", "header");
}

#[test]
fn rows_of_a_roll() {
    let long = "a".repeat(56);
    let good = "b|名|企业|1303|2020-02-29|-3|a,b";
    for (row, code, place) in [
        ("b|名", "field-count", "row 2"),
        (&good.replacen('b', "a", 1), "id-twice", "row 2, column id"),
        (&good.replacen('b', "Z", 1), "id-order", "row 2, column id"),
        (&good.replacen('b', &long, 1), "id-form", "row 2, column id"),
        (&good.replacen('b', "b c", 1), "id-form", "row 2, column id"),
        (&good.replacen('b', "", 1), "id-form", "row 2, column id"),
        (&good.replace("企业", "企\u{200B}业"), "banned-code-point", "row 2 (id b), column kind"),
        (&good.replace("企业", "企\u{1F}业"), "banned-code-point", "row 2 (id b), column kind"),
        (&good.replace("企业", "e\u{301}"), "not-nfc", "row 2 (id b), column kind"),
        (&good.replace("企业", "\u{378}"), "unassigned-code-point", "row 2 (id b), column kind"),
        (&good.replace("2020-02-29", "2021-02-29"), "date-form", "row 2 (id b), column opened"),
        (&good.replace("2020-02-29", "2020/02/28"), "date-form", "row 2 (id b), column opened"),
        (&good.replace("-3", "-0"), "int-form", "row 2 (id b), column checks"),
        (&good.replace("-3", "３"), "int-form", "row 2 (id b), column checks"),
        (&good.replace("a,b", "b,a"), "set-form", "row 2 (id b), column tags"),
        (&good.replace("a,b", "a,a"), "set-form", "row 2 (id b), column tags"),
        (&good.replace("a,b", "a,"), "set-form", "row 2 (id b), column tags"),
    ] {
        let mut intake = Intake::new(Header::parse(&HEADER).unwrap());
        intake.push(&["a", "", "", "", "", "", ""]).unwrap();
        check(row, intake.push(&row.split('|').collect::<Vec<_>>()), code, place);
    }
    let mut limited = Intake::new(Header::parse(&HEADER[..1]).unwrap()).limited_to(2);
    limited.push(&["a"]).unwrap();
    limited.push(&["b"]).unwrap();
    check("n + 1 rows", limited.push(&["c"]), "too-large", "row 3");
}

#[test]
fn schemes_by_themselves() {
    let ratio = r#"{"ratio":"0.1","rounding":"ceil"}"#;
    let good = stratum("A", ratio, "");
    let when = r#"{"column":"kind","empty":false}"#;
    let with = |predicate: &str| good.replace(when, predicate);
    let size = |size: &str| stratum("A", size, "");
    for (strata, code, place) in [
        (format!("{good},{good}"), "twice", "strata"),
        (stratum("企", ratio, ""), "not-a-code", "strata[0].code"),
        (stratum(&"x".repeat(33), ratio, ""), "not-a-code", "strata[0].code"),
        (size(r#"{"ratio":"1.0","rounding":"ceil"}"#), "not-a-ratio", "strata[0].size.ratio"),
        (size(r#"{"ratio":"0.1","rounding":"up"}"#), "wrong-kind", "strata[0].size.rounding"),
        (size(r#"{"ratio":0,"rounding":"ceil"}"#), "wrong-kind", "strata[0].size.ratio"),
        (size(r#"{"rounding":"ceil"}"#), "missing-key", "strata[0].size"),
        (size(r#"{"count":-1}"#), "wrong-kind", "strata[0].size.count"),
        (size(r#"{"at_least":1,"count":1}"#), "unknown-key", "strata[0].size"),
        (size(r#"{"by":"organ","ratios":{"a":"2"},"rounding":"ceil"}"#), "not-a-ratio", "strata[0].size.ratios.a"),
        (
            stratum(
                "A",
                r#"{"by":"organ","ratios":{},"rounding":"ceil"}"#,
                r#","split":{"by":"organ","method":"random"}"#,
            ),
            "split-with-by",
            "strata[0].split",
        ),
        (stratum("A", ratio, r#","split":{"by":"organ","method":"skip"}"#), "wrong-kind", "strata[0].split.method"),
        (good.replace(r#""code""#, r#""code":"A","code2""#), "unknown-key", "strata[0]"),
        (good.replace(r#""items""#, r#""else":true,"items""#), "else-under-first", "strata[0].else"),
        (good.replace(r#""items""#, r#""else":false,"items""#), "wrong-kind", "strata[0].else"),
        (with(r#"{"all":[]}"#), "empty", "strata[0].when.all"),
        (with(r#"{"column":"kind"}"#), "predicate-form", "strata[0].when"),
        (with(r#"{"column":"kind","empty":true,"in":["a"]}"#), "predicate-form", "strata[0].when"),
        (with(r#"{"all":[{"any":[{"column":"kind","in":[]}]}]}"#), "empty", "strata[0].when.all[0].any[0].in"),
        (with(r#"{"column":"kind","prefix":[""]}"#), "empty", "strata[0].when.prefix[0]"),
        (with(r#"{"column":"kind","in":[1]}"#), "wrong-kind", "strata[0].when.in[0]"),
        (with(r#"{"at_least":0.5,"column":"checks"}"#), "not-an-integer", "strata[0].when.at_least"),
        (with("{}"), "predicate-form", "strata[0].when"),
    ] {
        check(&strata, Scheme::parse(&scheme_bytes("first", &strata)), code, place);
    }
    check("every with else", Scheme::parse(&scheme_bytes("some", "")), "wrong-kind", "membership");
    let many = |count: usize| {
        scheme_bytes(
            "first",
            &(0..count).map(|index| stratum(&format!("s{index}"), ratio, "")).collect::<Vec<_>>().join(","),
        )
    };
    assert!(Scheme::parse(&many(draw::RULES_MAX)).is_ok());
    check("too many strata", Scheme::parse(&many(draw::RULES_MAX + 1)), "too-large", "strata");
}

#[test]
fn schemes_against_a_header() {
    let when =
        |predicate: &str| stratum("A", r#"{"count":1}"#, "").replace(r#"{"column":"kind","empty":false}"#, predicate);
    let cells = |by: &str| stratum("A", r#"{"count":1}"#, &format!(r#","split":{{"by":"{by}","method":"hamilton"}}"#));
    let (roll, _) = roll_of(&rows(8));
    for (strata, code, place) in [
        (when(r#"{"column":"zone","empty":true}"#), "unknown-column", "strata[0].when.column"),
        (when(r#"{"all":[{"column":"id","in":["S-000001"]}]}"#), "identity-column", "strata[0].when.all[0].column"),
        (when(r#"{"not":{"column":"name","prefix":["n"]}}"#), "identity-column", "strata[0].when.not.column"),
        (when(r#"{"column":"tags","in":["a"]}"#), "column-kind", "strata[0].when.column"),
        (when(r#"{"column":"kind","has":["a"]}"#), "column-kind", "strata[0].when.column"),
        (when(r#"{"column":"opened","prefix":["2020"]}"#), "column-kind", "strata[0].when.column"),
        (when(r#"{"column":"checks","from":"1"}"#), "column-kind", "strata[0].when.column"),
        (when(r#"{"at_most":1,"column":"kind"}"#), "column-kind", "strata[0].when.column"),
        (when(r#"{"column":"opened","to":"2021-02-29"}"#), "date-form", "strata[0].when.to"),
        (cells("id"), "identity-column", "strata[0].split.by"),
        (cells("tags"), "column-kind", "strata[0].split.by"),
        (stratum("A", r#"{"by":"name","ratios":{},"rounding":"ceil"}"#, ""), "identity-column", "strata[0].size.by"),
        (
            stratum("A", r#"{"by":"kind","ratios":{"company":"0"},"rounding":"ceil"}"#, ""),
            "value-not-named",
            "strata[0]: size.ratios",
        ),
    ] {
        check(&strata, draw::sizes(&scheme("first", &strata), &roll, &mut unattended), code, place);
    }
}

#[test]
fn commitments() {
    let (roll, document) = roll_of(&rows(8));
    let scheme = scheme("first", &stratum("A", r#"{"count":1}"#, ""));
    let sizes = draw::sizes(&scheme, &roll, &mut unattended).unwrap();
    let good = || committed(&scheme, &sizes, &document).0;
    let beacon = |form, source: &str, at: &str| BeaconPlan {
        source: source.to_owned(),
        round: "1".to_owned(),
        form,
        at: at.to_owned(),
    };
    let late = "2026-01-01T11:00:00+08:00";
    type Change = fn(&mut Commitment);
    let changes: [(&str, &str, Change); 10] = [
        ("reveal before commitment", "instant-order", |it| it.reveal_by.clone_from(&it.committed_at)),
        ("same party twice", "twice", |it| it.parties[1].party = "平台".to_owned()),
        ("same commitment twice", "twice", |it| it.parties[1].commitment = it.parties[0].commitment),
        ("second attempt without replaces", "replaces-missing", |it| it.attempt = 2),
        ("attempt 0", "wrong-kind", |it| it.attempt = 0),
        ("no parties", "platform-first", |it| it.parties.clear()),
        ("instant without offset", "not-an-instant", |it| it.committed_at = "2026-01-01T09:00:00".to_owned()),
        ("leap second", "not-an-instant", |it| it.committed_at = "2026-01-01T09:00:60+08:00".to_owned()),
        ("year 0", "not-an-instant", |it| it.committed_at = "0000-01-01T09:00:00+08:00".to_owned()),
        ("no organiser", "empty", |it| it.organiser.clear()),
    ];
    for (name, code, change) in changes {
        let mut commitment = good();
        change(&mut commitment);
        assert_eq!(commitment.validate().unwrap_err().code(), code, "{name}");
    }
    let mut roll_after = good();
    if let Subject::Draw { roll, .. } = &mut roll_after.subject {
        roll.at = "2026-01-01T09:00:01+08:00".to_owned();
    }
    let mut sourceless = good();
    if let Subject::Draw { roll, .. } = &mut sourceless.subject {
        roll.source.clear();
    }
    check("roll of no source", sourceless.validate(), "empty", "roll.source");
    let mut far = good();
    far.beacon = Some(beacon(BeaconForm::Hex64, &format!("drand:{}", "0".repeat(64)), late));
    far.validate().unwrap();
    far.beacon.iter_mut().for_each(|plan| plan.round = "9".repeat(16));
    check("round of 16 digits", far.validate(), "beacon-form", "beacon");
    check("roll after commitment", roll_after.validate(), "instant-order", "roll.at");
    let replaces = Replaces { commitment: Digest([1; 32]), reason: "r".to_owned(), approved_by: "a".to_owned() };
    let mut first = good();
    first.replaces = Some(replaces.clone());
    check("first attempt that replaces", first.validate(), "replaces-on-first", "replaces");
    (first.attempt, first.previous) = (2, Some(Digest([1; 32])));
    first.validate().unwrap();
    for (plan, code, place) in [
        (beacon(BeaconForm::Digits, "福彩", "2026-01-01T10:00:00+08:00"), "instant-order", "beacon.at"),
        (beacon(BeaconForm::Hex64, "福彩", late), "beacon-form", "beacon"),
        (beacon(BeaconForm::Digits, "", late), "empty", "beacon.source"),
    ] {
        let mut commitment = good();
        commitment.beacon = Some(plan);
        check("beacon", commitment.validate(), code, place);
    }
    let mut matching = good();
    matching.subject = Subject::Match { result: Digest([1; 32]), matching: Digest([2; 32]) };
    matching.validate().unwrap();
    matching.parties.truncate(1);
    check("matching by the platform alone", matching.validate(), "second-party-needed", "parties");
    let text = String::from_utf8(good().to_jcs()).unwrap();
    check(
        "witness first",
        Commitment::parse(text.replace("platform", "witness").as_bytes()),
        "platform-first",
        "parties",
    );
    check(
        "other protocol",
        Commitment::parse(text.replace("mc1-sha256", "mc1-sha512").as_bytes()),
        "wrong-kind",
        "protocol",
    );
}

#[test]
fn reveals_and_beacons() {
    let (roll, document) = roll_of(&rows(8));
    let scheme = scheme("first", &stratum("A", r#"{"count":1}"#, ""));
    let sizes = draw::sizes(&scheme, &roll, &mut unattended).unwrap();
    let (commitment, good) = committed(&scheme, &sizes, &document);
    let absent = |party: &str| Reveal::Absent { party: party.to_owned() };
    let open = |party: &str, value: &str| Reveal::Open {
        party: party.to_owned(),
        salt: Digest([3; 32]),
        value: value.to_owned(),
    };
    for (index, reveal, code) in [
        (0, absent("平台"), "platform-absent"),
        (1, absent("见证人"), "party-absent"),
        (1, open("见证人", "43"), "reveal-mismatch"),
        (1, open("见证人", ""), "reveal-value"),
        (1, open("见证人", &"9".repeat(65)), "reveal-value"),
        (1, open("见证人", "a\u{200B}"), "banned-code-point"),
        (1, open("路人", "42"), "party-order"),
        (0, open("见证人", "42"), "party-order"),
    ] {
        let mut reveals = good.clone();
        reveals.reveals[index] = reveal;
        check(code, commitment.settle(&reveals, None), code, &format!("reveals[{index}]"));
    }
    let mut reveals = good.clone();
    reveals.reveals.push(open("路人", "42"));
    check("one too many", commitment.settle(&reveals, None), "unknown-party", "reveals[2]");
    reveals.reveals.truncate(1);
    check("one too few", commitment.settle(&reveals, None), "party-order", "reveals[1]");
    for (party, at, code, place) in [
        ("路人", "2026-01-01T09:30:00+08:00", "unknown-party", "rejected[0].party"),
        ("平台", "2026-01-01T10:00:01+08:00", "instant-order", "rejected[0].at"),
    ] {
        let mut reveals = good.clone();
        reveals.rejected.push(Rejected { party: party.to_owned(), at: at.to_owned() });
        check(code, commitment.settle(&reveals, None), code, place);
    }

    let beacon = |value: &str, proof: &str| Beacon { value: value.to_owned(), proof: proof.to_owned() };
    check("undeclared", commitment.settle(&good, Some(&beacon("1", "p"))), "beacon-undeclared", "beacon");
    let mut declared = commitment.clone();
    let source = format!("drand:{}", "5".repeat(64));
    declared.beacon = Some(BeaconPlan {
        source,
        round: "7".to_owned(),
        form: BeaconForm::Hex64,
        at: "2026-01-01T11:00:00+08:00".to_owned(),
    });
    declared.validate().unwrap();
    check("missing", declared.settle(&good, None), "beacon-missing", "beacon");
    check("digits as hex64", declared.settle(&good, Some(&beacon("123", "00"))), "beacon-form", "beacon");
    check(
        "not the signature's hash",
        declared.settle(&good, Some(&beacon(&"0".repeat(64), "00"))),
        "beacon-form",
        "beacon",
    );
    let hash = SUITE.hash(&[&[0xAB, 0xCD]]).to_string();
    check("upper-case signature", declared.settle(&good, Some(&beacon(&hash, "ABCD"))), "beacon-form", "beacon");
    let seed = declared.settle(&good, Some(&beacon(&hash, "abcd"))).unwrap();
    let mut missing = good;
    missing.reveals[1] = absent("见证人");
    let without = declared.settle(&missing, Some(&beacon(&hash, "abcd"))).unwrap();
    assert_eq!(without.absent, ["见证人"]);
    assert_ne!(without.seed, seed.seed);
}

#[test]
fn draws_of_other_documents() {
    let (roll, document) = roll_of(&rows(40));
    let scheme = scheme("first", &stratum("A", r#"{"count":12}"#, r#","split":{"by":"organ","method":"random"}"#));
    let sizes = draw::sizes(&scheme, &roll, &mut unattended).unwrap();
    let (commitment, reveals) = committed(&scheme, &sizes, &document);
    let settled = commitment.settle(&reveals, None).unwrap();
    let draw = |commitment: &Commitment, scheme: &Scheme, sizes: &Sizes| {
        draw::draw(commitment, &settled, scheme, &roll, sizes, &mut unattended)
    };
    let outcome = draw(&commitment, &scheme, &sizes).unwrap();

    let mut other = scheme.clone();
    other.title.push('x');
    check("other scheme", draw(&commitment, &other, &sizes), "digest-mismatch", "scheme");
    let mut wrong = sizes.clone();
    wrong.outside += 1;
    check("other sizes", draw(&commitment, &scheme, &wrong), "digest-mismatch", "sizes");
    let lying = committed(&scheme, &wrong, &document).0;
    check("committed to wrong sizes", draw(&lying, &scheme, &wrong), "mismatch", "sizes");
    let cancelled = draw::sizes(&scheme, &roll_of(&rows(20_000)).0, &mut |_, _| std::ops::ControlFlow::Break(()));
    check("cancelled", cancelled, "cancelled", "");

    let inconsistent = |change: &dyn Fn(&mut Outcome)| {
        let mut changed = outcome.clone();
        change(&mut changed);
        changed.expect_consistent(&commitment, &settled, &scheme, &sizes).unwrap_err().place
    };
    outcome.expect_consistent(&commitment, &settled, &scheme, &sizes).unwrap();
    assert_eq!(inconsistent(&|it| it.cells[1].drawn.swap(0, 1)), "cells[1]");
    assert_eq!(inconsistent(&|it| it.cells[1].drawn[0].id = Id::parse("another").unwrap()), "cells[1]");
    assert_eq!(inconsistent(&|it| it.cells[1].size += 1), "cells[1]");
    assert_eq!(
        inconsistent(&|it| {
            it.cells[0].reserves.pop();
        }),
        "cells[0]"
    );
    assert_eq!(inconsistent(&|it| drop(it.cells.pop())), "cells");
    assert_eq!(inconsistent(&|it| it.seed = Digest([0; 32])), "seed");
    assert_eq!(inconsistent(&|it| it.draw.push('x')), "commitment_digest");

    let text = String::from_utf8(sizes.to_jcs()).unwrap();
    for (from, to, place) in [
        ("\"outside\":0", "\"outside\":1", ""),
        ("\"size\":12", "\"size\":11", "strata[0]"),
        ("\"rows\":40", "\"rows\":41", "strata[0].cells"),
        ("\"A\"", "\"B\"", "strata[0]"),
    ] {
        let changed = Sizes::parse(text.replace(from, to).as_bytes()).unwrap();
        check(to, changed.expect_consistent(&scheme, 40), "mismatch", place);
    }
    let roll_text = String::from_utf8(document.to_jcs()).unwrap();
    check(
        "upper-case root",
        RollDocument::parse(roll_text.to_uppercase().replace("HEADER", "header").as_bytes()),
        "not-canonical",
        "",
    );
}

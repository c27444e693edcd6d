//! An organiser's chain of commitments: unbroken, and broken in every way that matters.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use common::{committed, roll_of, rows, scheme, stratum};
use draw::{ChainEntry, ChainReport, Commitment, Digest, Ending, Failure, Replaces, Subject, check_chain, unattended};

/// A commitment of `draw`, made at that hour.
fn commitment(draw: &str, hour: u8) -> Commitment {
    let (roll, document) = roll_of(&rows(8));
    let scheme = scheme("first", &stratum("A", r#"{"count":1}"#, ""));
    let sizes = draw::sizes(&scheme, &roll, &mut unattended).unwrap();
    let mut commitment = committed(&scheme, &sizes, &document).0;
    draw.clone_into(&mut commitment.draw);
    commitment.committed_at = format!("2026-01-01T09:{hour:02}:00+08:00");
    // Its own secrets and inputs, so that nothing repeats.
    for (index, party) in commitment.parties.iter_mut().enumerate() {
        party.commitment.0[..2].copy_from_slice(&[hour, u8::try_from(index).unwrap()]);
    }
    if let Subject::Draw { roll, scheme, .. } = &mut commitment.subject {
        (roll.digest.0[0], scheme.0[0]) = (hour, hour);
    }
    commitment
}

/// Four commitments: two draws, of which the second fails once; the last is still open.
fn good() -> Vec<ChainEntry> {
    let mut entries: Vec<ChainEntry> = Vec::new();
    for (hour, draw, ending) in
        [(1, "D-1", Ending::Result), (2, "D-2", Ending::Failed), (3, "D-2", Ending::Result), (4, "D-3", Ending::Open)]
    {
        let mut commitment = commitment(draw, hour);
        commitment.previous = entries.last().map(|entry| entry.commitment.digest());
        if hour == 3 {
            commitment.attempt = 2;
            let failed = commitment.previous.unwrap();
            let (reason, approved_by) = ("见证人缺席".to_owned(), "局长".to_owned());
            commitment.replaces = Some(Replaces { commitment: failed, reason, approved_by });
        }
        commitment.validate().unwrap();
        entries.push(ChainEntry { place: format!("e{hour}"), commitment, ending });
    }
    entries
}

fn codes(report: &ChainReport) -> Vec<(&'static str, String)> {
    report.faults.iter().map(|fault| (fault.what.code(), fault.place.clone())).collect()
}

#[test]
fn an_unbroken_chain_holds_in_whatever_order_it_is_read() {
    let mut entries = good();
    for _ in 0..4 {
        let report = check_chain(&entries);
        assert_eq!((codes(&report), report.flags.len()), (vec![], 0));
        let (organiser, chain) = &report.chains[0];
        let order: Vec<_> = chain.iter().map(|index| entries[*index].place.as_str()).collect();
        assert_eq!((organiser.as_str(), order), ("某局", vec!["e1", "e2", "e3", "e4"]));
        assert_eq!(report.open.iter().map(|index| entries[*index].place.as_str()).collect::<Vec<_>>(), ["e4"]);
        entries.rotate_left(1);
    }
    assert_eq!(check_chain(&entries[..0]).chains, []);
}

#[test]
fn every_break_is_named_at_its_place() {
    type Change = fn(&mut Vec<ChainEntry>);
    type Faults = &'static [(&'static str, &'static str)];
    let changes: [(&str, Change, Faults); 10] = [
        ("the first is missing", |all| drop(all.remove(0)), &[("gap", "e2")]),
        ("one in the middle is missing", |all| drop(all.remove(1)), &[("gap", "e3"), ("gap-replaced", "e3")]),
        ("dropped without a word", |all| all[0].ending = Ending::Open, &[("dropped", "e1")]),
        ("replaced although it has a result", |all| all[1].ending = Ending::Result, &[("redrawn", "e3")]),
        (
            "a second line from the same commitment",
            |all| {
                let mut other = commitment("D-9", 9);
                other.previous = all[3].commitment.previous;
                all.push(ChainEntry { place: "e9".to_owned(), commitment: other, ending: Ending::Failed });
            },
            &[("fork", "e9"), ("dropped", "e4")],
        ),
        (
            "a second beginning",
            |all| {
                all.push(ChainEntry {
                    place: "e9".to_owned(),
                    commitment: commitment("D-9", 9),
                    ending: Ending::Result,
                })
            },
            &[("fork-start", "e9"), ("dropped", "e4")],
        ),
        (
            "the same twice",
            |all| {
                let again = ChainEntry { place: "e9".to_owned(), ..all[3].clone() };
                all.push(again);
            },
            &[("twice", "e9")],
        ),
        (
            "earlier than what it follows",
            |all| all[3].commitment.committed_at = "2026-01-01T09:02:30+08:00".to_owned(),
            &[("instant-order", "e4")],
        ),
        (
            "a first attempt under a name that was there",
            |all| all[3].commitment.draw = "D-1".to_owned(),
            &[("attempt-twice", "e4")],
        ),
        (
            "an attempt that skips one",
            |all| {
                all[3].commitment.attempt = 4;
                let replaces = all[2].commitment.replaces.clone().unwrap();
                all[3].commitment.replaces = Some(replaces);
                all[3].commitment.draw = "D-2".to_owned();
            },
            &[("attempt-order", "e4")],
        ),
    ];
    for (name, change, expected) in changes {
        let mut entries = good();
        change(&mut entries);
        let found = codes(&check_chain(&entries));
        let found: Vec<_> = found.iter().map(|(code, place)| (*code, place.as_str())).collect();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn what_was_there_before_is_flagged() {
    let mut entries = good();
    let secret = entries[0].commitment.parties[1].commitment;
    entries[3].commitment.parties[1].commitment = secret;
    let Subject::Draw { roll: first_roll, scheme: first_scheme, .. } = entries[0].commitment.subject.clone() else {
        panic!("a draw");
    };
    if let Subject::Draw { roll, scheme, .. } = &mut entries[3].commitment.subject {
        (roll.digest, *scheme) = (first_roll.digest, first_scheme);
    }
    let report = check_chain(&entries);
    let flags: Vec<_> = report.flags.iter().map(|flag| (flag.what.code(), flag.place.as_str())).collect();
    assert_eq!(flags, [("commitment-repeated", "e4"), ("roll-repeated", "e4"), ("scheme-repeated", "e4")]);
    assert_eq!(codes(&report), []);
}

#[test]
fn another_organiser_has_a_chain_of_its_own() {
    let mut entries = good();
    let mut other = commitment("D-9", 9);
    other.organiser = "另一局".to_owned();
    entries.push(ChainEntry { place: "e9".to_owned(), commitment: other.clone(), ending: Ending::Result });
    let report = check_chain(&entries);
    assert_eq!((codes(&report), report.chains.len()), (vec![], 2));
    other.previous = Some(entries[0].commitment.digest());
    entries[4].commitment = other;
    assert_eq!(codes(&check_chain(&entries)), [("other-organiser", "e9".to_owned())]);
    entries[4].commitment.previous = Some(Digest([9; 32]));
    assert_eq!(codes(&check_chain(&entries)), [("gap", "e9".to_owned())]);
}

#[test]
fn a_failure_is_a_document_of_five_keys() {
    let digest = "a".repeat(64);
    let good = format!(
        r#"{{"at":"2026-01-01T10:00:00+08:00","by":"甲","commitment_digest":"{digest}","draw":"D-1","reason":"缺席"}}"#
    );
    assert_eq!(String::from_utf8(Failure::parse(good.as_bytes()).unwrap().to_jcs()).unwrap(), good);
    for (from, to, code) in [
        ("+08:00", "", "not-an-instant"),
        (&digest[..], "aa", "not-hex"),
        ("缺席", "", "empty"),
        ("\"by\":\"甲\",", "", "missing-key"),
        ("\"by\"", "\"attempt\":1,\"by\"", "unknown-key"),
        ("\"甲\"", "null", "wrong-kind"),
    ] {
        assert_eq!(Failure::parse(good.replace(from, to).as_bytes()).unwrap_err().code(), code, "{from} → {to}");
    }
}

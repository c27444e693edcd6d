//! Properties of sizes, splits and selections. A second implementation as oracle is in `oracle`, asked by `corpus.rs`; chances
//! are in `statistics.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use std::collections::BTreeSet;

use common::{SUITE, committed, drawn, roll_of, rows, scheme, stratum};
use draw::{
    Beacon, BeaconForm, BeaconPlan, Commitment, Digest, Drawn, Id, Replaces, Reveal, Reveals, SplitMethod, Subject,
    Suite, Ticker, Tickets, reveal_commitment, select, split, unattended,
};
use proptest::prelude::*;

fn tickets(number: u64) -> Tickets {
    Tickets::new(SUITE, &SUITE.hash(&[b"mingcha stats", &number.to_be_bytes()]))
}

fn select_ids(seed: u64, ids: &[String], size: u64, reserves: u64) -> (Vec<Drawn>, Vec<Drawn>) {
    select(&tickets(seed), ids.iter().map(String::as_str), size, reserves, &mut Ticker::new(0), &mut unattended)
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn selection(count in 0..200_usize, size in 0..220_u64, reserves in 0..5_u64, seed: u64, turn in 0..200_usize) {
        let mut ids: Vec<_> = (0..count).map(|index| format!("id-{index}")).collect();
        let (chosen, next) = select_ids(seed, &ids, size, reserves);
        // By definition: sort all tickets, take the first.
        let mut all: Vec<_> = ids.iter().map(|id| Drawn { ticket: tickets(seed).of(id.as_bytes()), id: Id::parse(id).unwrap() }).collect();
        all.sort();
        let wanted = usize::try_from(size).unwrap().min(count);
        prop_assert_eq!(&chosen, &all[..wanted]);
        let expected = if size == 0 { 0 } else { usize::try_from(reserves).unwrap().min(count - wanted) };
        prop_assert_eq!(&next, &all[wanted..wanted + expected]);
        // The order of the ids has no influence, and a larger size only adds.
        if count > 0 {
            ids.rotate_left(turn % count);
        }
        ids.reverse();
        prop_assert_eq!(&select_ids(seed, &ids, size, reserves).0, &chosen);
        let (larger, _) = select_ids(seed, &ids, size + 1, 0);
        prop_assert_eq!(&larger[..chosen.len()], &chosen[..]);
    }

    #[test]
    fn splits(rows in prop::collection::vec(1..500_u64, 1..12), share in 0..=100_u64, seed: u64) {
        let names: Vec<_> = (0..rows.len()).map(|index| format!("c{index}")).collect();
        let cells: Vec<_> = names.iter().map(String::as_str).zip(rows.iter().copied()).collect();
        let all: u64 = rows.iter().sum();
        let size = all * share / 100;
        for method in [SplitMethod::Random, SplitMethod::Hamilton] {
            let sizes = split(&tickets(seed), "S", size, &cells, method);
            prop_assert_eq!(sizes.iter().sum::<u64>(), size);
            for (got, rows) in sizes.iter().zip(&rows) {
                let floor = size * rows / all;
                prop_assert!(*got <= *rows && (*got == floor || *got == floor + 1));
            }
        }
    }

    #[test]
    fn whole_draws(count in 0..300_usize, share in 0..=9_u8, method in prop::sample::select(vec!["random", "hamilton"])) {
        let (roll, document) = roll_of(&rows(count));
        let ratio = format!(r#"{{"ratio":"0.{share}","rounding":"ceil"}}"#);
        let scheme = scheme("first", &stratum("A", &ratio, &format!(r#","split":{{"by":"organ","method":"{method}"}}"#)));
        let outcome = drawn(&scheme, &roll, &document);
        let ids: Vec<_> = outcome.cells.iter().flat_map(|cell| &cell.drawn).map(|drawn| &drawn.id).collect();
        prop_assert_eq!(ids.len() as u64, (count as u64 * u64::from(share)).div_ceil(10));
        prop_assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        for cell in &outcome.cells {
            prop_assert_eq!(cell.drawn.len() as u64, cell.size);
            for drawn in &cell.drawn {
                prop_assert_eq!(roll.find(&drawn.id).and_then(|row| roll.field(row, 3)), cell.cell.as_deref());
            }
        }
    }
}

#[test]
fn a_random_split_keeps_every_objects_chance() {
    // Fractions 0.4, 0.6, 0.95 and 0.05 of a seat; over 20 000 seeds each cell's mean is within five standard deviations.
    let cells = [("a", 8), ("b", 12), ("c", 19), ("d", 1)];
    let mut sums = [0_u64; 4];
    let seeds = 20_000;
    for seed in 0..seeds {
        for (sum, size) in sums.iter_mut().zip(split(&tickets(seed), "S", 2, &cells, SplitMethod::Random)) {
            *sum += size;
        }
    }
    for (sum, (cell, rows)) in sums.into_iter().zip(cells) {
        let chance = f64::from(u32::try_from(rows).unwrap()) * 2.0 / 40.0;
        let fraction = chance.fract();
        let deviation = (fraction * (1.0 - fraction) / seeds as f64).sqrt();
        let mean = sum as f64 / seeds as f64;
        assert!((mean - chance).abs() < 5.0 * deviation, "{cell}: {mean} instead of {chance}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_that_were_not_drawn_have_no_influence(count in 20..120_usize, size in 1..15_u64, turn in 1..100_usize) {
        let all = rows(count);
        let scheme = scheme("first", &stratum("A", &format!(r#"{{"count":{size}}}"#), ""));
        let seed = Tickets::new(SUITE, &Digest([9; 32]));
        let pick = |rows: &[String]| {
            let (roll, _) = roll_of(rows);
            assert!(draw::sizes(&scheme, &roll, &mut unattended).unwrap().total() == size);
            let ids: Vec<_> = (0..roll.rows()).map(|row| roll.id(row).unwrap()).collect();
            select(&seed, ids.into_iter(), size, 0, &mut Ticker::new(0), &mut unattended).unwrap().0
        };
        let chosen = pick(&all);
        let listed = |row: &String| chosen.iter().any(|drawn| row.starts_with(&format!("{}|", drawn.id)));
        // Whichever of the others leave, and whatever their rows say: the same are drawn, with the same tickets.
        let fewer = (0..count).filter(|row| listed(&all[*row]) || row * turn % 7 > 2).map(|row| all[row].clone());
        let fewer: Vec<_> = fewer.collect();
        prop_assert_eq!(&pick(&fewer), &chosen);
    }
}

#[test]
fn excluded_rows_are_never_drawn_and_nobody_twice() {
    let text = r#"{"exclude":[{"code":"x","label":"","when":{"column":"tags","has":["b"]}},{"code":"y","label":"","when":{"column":"organ","in":["130301"]}}],"membership":"every","reserves":500,"scheme":"mc1","strata":[{"code":"A","items":[],"label":"","population":"p","size":{"ratio":"0.5","rounding":"ceil"},"when":{"column":"kind","empty":false}},{"code":"B","items":[],"label":"","population":"p","size":{"count":7},"split":{"by":"kind","method":"random"},"when":{"at_least":1,"column":"checks"}}],"title":"t"}"#;
    let scheme = draw::Scheme::parse(text.as_bytes()).unwrap();
    let (roll, document) = roll_of(&rows(400));
    let outcome = drawn(&scheme, &roll, &document);
    let field = |id: &str, column: usize| roll.field(roll.find(id).unwrap(), column).unwrap().to_owned();
    let mut seen = 0;
    for stratum in ["A", "B"] {
        let cells = outcome.cells.iter().filter(|cell| cell.stratum == stratum);
        // With reserves without end, drawn and reserves are all that could be drawn.
        let listed: Vec<_> = cells.flat_map(|cell| cell.drawn.iter().chain(&cell.reserves)).map(|it| &it.id).collect();
        assert_eq!(listed.iter().collect::<BTreeSet<_>>().len(), listed.len(), "{stratum} lists somebody twice");
        seen += listed.len();
        for id in listed {
            assert!(!field(id, 6).split(',').any(|tag| tag == "b") && field(id, 3) != "130301", "{id} was excluded");
        }
    }
    assert!(seen > 100, "{seen} listed");
}

/// The seed of a commitment whose parties reveal these salts and values, and honestly committed to them.
fn seed_of(mut commitment: Commitment, reveals: &Reveals, beacon: Option<&Beacon>) -> Digest {
    for (index, reveal) in reveals.reveals.iter().enumerate() {
        let Reveal::Open { salt, value, .. } = reveal else { continue };
        let who = commitment.who(&commitment.parties[index].party);
        commitment.parties[index].commitment = reveal_commitment(commitment.suite, &who, salt, value);
    }
    commitment.validate().unwrap();
    commitment.settle(reveals, beacon).unwrap().seed
}

#[test]
fn any_change_before_the_seed_changes_the_seed() {
    let (roll, document) = roll_of(&rows(30));
    let scheme = scheme("first", &stratum("A", r#"{"count":3}"#, ""));
    let sizes = draw::sizes(&scheme, &roll, &mut unattended).unwrap();
    let (mut commitment, reveals) = committed(&scheme, &sizes, &document);
    let beacon = Beacon { value: "123".to_owned(), proof: "公告".to_owned() };
    commitment.beacon = Some(BeaconPlan {
        source: "福彩3D".to_owned(),
        round: "2026001".to_owned(),
        form: BeaconForm::Digits,
        at: "2026-01-01T11:00:00+08:00".to_owned(),
    });
    (commitment.attempt, commitment.previous) = (2, Some(Digest([7; 32])));
    commitment.replaces =
        Some(Replaces { commitment: Digest([7; 32]), reason: "缺席".to_owned(), approved_by: "局长".to_owned() });
    type Change = (&'static str, fn(&mut Commitment, &mut Reveals, &mut Beacon));
    fn subject(it: &mut Commitment, index: usize) {
        if let Subject::Draw { roll, scheme, sizes } = &mut it.subject {
            match index {
                0 => roll.digest.0[31] ^= 1,
                1 => roll.at = "2026-01-01T08:00:01+08:00".to_owned(),
                2 => roll.source.push('二'),
                3 => scheme.0[31] ^= 1,
                _ => sizes.0[31] ^= 1,
            }
        }
    }
    fn opened(it: &mut Reveals, index: usize) -> (&mut Digest, &mut String) {
        let Reveal::Open { salt, value, .. } = &mut it.reveals[index] else { panic!("open") };
        (salt, value)
    }
    fn renamed(it: &mut Commitment, reveals: &mut Reveals, index: usize) {
        it.parties[index].party.push('二');
        if let Reveal::Open { party, .. } = &mut reveals.reveals[index] {
            party.push('二');
        }
    }
    let changes: [Change; 29] = [
        ("protocol", |it, _, _| it.suite = Suite::Sm3),
        ("purpose", |it, _, _| it.subject = Subject::Match { result: Digest([1; 32]), matching: Digest([2; 32]) }),
        ("roll.digest", |it, _, _| subject(it, 0)),
        ("roll.at", |it, _, _| subject(it, 1)),
        ("roll.source", |it, _, _| subject(it, 2)),
        ("scheme", |it, _, _| subject(it, 3)),
        ("sizes", |it, _, _| subject(it, 4)),
        ("draw", |it, _, _| it.draw.push('1')),
        ("attempt", |it, _, _| it.attempt += 1),
        ("organiser", |it, _, _| it.organiser.push('1')),
        ("parties[0].party", |it, reveals, _| renamed(it, reveals, 0)),
        ("parties[1].party", |it, reveals, _| renamed(it, reveals, 1)),
        ("beacon.source", |it, _, _| it.beacon.as_mut().unwrap().source.push('1')),
        ("beacon.round", |it, _, _| it.beacon.as_mut().unwrap().round.push('1')),
        ("beacon.at", |it, _, _| it.beacon.as_mut().unwrap().at = "2026-01-01T11:00:01+08:00".to_owned()),
        ("committed_at", |it, _, _| it.committed_at = "2026-01-01T09:00:01+08:00".to_owned()),
        ("the same instant in other words", |it, _, _| it.committed_at = "2026-01-01T01:00:00Z".to_owned()),
        ("reveal_by", |it, _, _| it.reveal_by = "2026-01-01T10:00:01+08:00".to_owned()),
        ("previous", |it, _, _| it.previous = Some(Digest([8; 32]))),
        ("replaces.commitment", |it, _, _| it.replaces.as_mut().unwrap().commitment.0[31] ^= 1),
        ("replaces.reason", |it, _, _| it.replaces.as_mut().unwrap().reason.push('1')),
        ("replaces.approved_by", |it, _, _| it.replaces.as_mut().unwrap().approved_by.push('1')),
        ("the platform's salt", |_, reveals, _| opened(reveals, 0).0.0[31] ^= 1),
        ("the witness's salt", |_, reveals, _| opened(reveals, 1).0.0[31] ^= 1),
        ("the platform's value", |_, reveals, _| opened(reveals, 0).1.push('1')),
        ("the witness's value", |_, reveals, _| opened(reveals, 1).1.push('1')),
        ("an absent witness", |_, reveals, _| reveals.reveals[1] = Reveal::Absent { party: "见证人".to_owned() }),
        ("the beacon's value", |_, _, beacon| beacon.value.push('1')),
        ("no witness", |it, reveals, _| {
            it.parties.truncate(1);
            reveals.reveals.truncate(1);
        }),
    ];
    let mut seeds = vec![seed_of(commitment.clone(), &reveals, Some(&beacon))];
    for (name, change) in changes {
        let (mut commitment, mut reveals, mut beacon) = (commitment.clone(), reveals.clone(), beacon.clone());
        change(&mut commitment, &mut reveals, &mut beacon);
        let seed = seed_of(commitment, &reveals, Some(&beacon));
        assert!(!seeds.contains(&seed), "{name} changes nothing");
        seeds.push(seed);
    }
    // What is said beside the beacon's value changes nothing.
    let said = Beacon { proof: "另一份公告".to_owned(), ..beacon };
    assert_eq!(seed_of(commitment, &reveals, Some(&said)), seeds[0]);
}

#[test]
fn equal_seeds_and_other_seeds() {
    let (a, b) = (Digest([1; 32]), Digest([2; 32]));
    assert_eq!(Tickets::new(SUITE, &a).of(b"x"), Tickets::new(SUITE, &a).of(b"x"));
    assert_ne!(Tickets::new(SUITE, &a).of(b"x"), Tickets::new(SUITE, &b).of(b"x"));
    // The ticket by its formula, without the kept state.
    let mut block = b"mingcha ticket v1".to_vec();
    block.resize(32, 0);
    block.extend_from_slice(a.as_bytes());
    assert_eq!(Tickets::new(SUITE, &a).of(b"x"), SUITE.hash(&[&block, b"x"]));
}

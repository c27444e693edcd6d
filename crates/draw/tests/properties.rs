//! Properties of sizes, splits and selections, and a naive second selection as oracle.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{SUITE, drawn, roll_of, rows, scheme, stratum};
use draw::{Digest, Drawn, Membership, Roll, Scheme, SplitMethod, Ticker, Tickets, select, split, unattended};
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
        let mut all: Vec<_> = ids.iter().map(|id| Drawn { ticket: tickets(seed).of(id.as_bytes()), id: id.clone() }).collect();
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

/// The groups of a roll, row by row and without any of the engine's means.
fn naive_groups(scheme: &Scheme, roll: &Roll) -> BTreeMap<(usize, Option<String>), Vec<String>> {
    let mut groups: BTreeMap<(usize, Option<String>), Vec<String>> = BTreeMap::new();
    for row in 0..roll.rows() {
        let field = |name: &str| roll.field(row, roll.header().find(name).unwrap().0).unwrap();
        let meets: Vec<bool> = scheme.strata.iter().map(|stratum| naive_meets(&stratum.when, &field)).collect();
        let mut found = false;
        for (index, stratum) in scheme.strata.iter().enumerate() {
            let others = scheme.strata.iter().zip(&meets);
            let blocked = stratum.otherwise
                && others
                    .into_iter()
                    .any(|(other, met)| *met && !other.otherwise && other.population == stratum.population);
            if meets[index] && !blocked && !(found && scheme.membership == Membership::First) {
                found = true;
                let cell = stratum.cell_column().map(|column| field(column).to_owned());
                groups.entry((index, cell)).or_default().push(field("id").to_owned());
            }
        }
    }
    groups
}

fn naive_meets<'a>(predicate: &draw::Predicate, field: &impl Fn(&str) -> &'a str) -> bool {
    match predicate {
        draw::Predicate::All(parts) => parts.iter().all(|part| naive_meets(part, field)),
        draw::Predicate::Any(parts) => parts.iter().any(|part| naive_meets(part, field)),
        draw::Predicate::Not(part) => !naive_meets(part, field),
        draw::Predicate::Test { column, test } => test.is_met(field(column)),
    }
}

#[test]
fn the_engine_agrees_with_a_naive_one() {
    let strata = |marked: &str| {
        [
            r#"{"code":"a","items":[],"label":"","population":"p","size":{"ratio":"0.3","rounding":"half-up"},"split":{"by":"organ","method":"hamilton"},"when":{"column":"tags","has":["a"]}}"#.to_owned(),
            r#"{"code":"b","items":[],"label":"","population":"q","size":{"count":9},"when":{"all":[{"column":"tags","has":["b"]},{"at_least":2,"column":"checks"}]}}"#.to_owned(),
            r#"{"code":"c","items":[],"label":"","population":"p","size":{"by":"kind","ratios":{"":"0","company":"0.2","individual":"0.05"},"rounding":"floor"},"when":{"column":"opened","from":"2020-01-10"}}"#.to_owned(),
            format!(r#"{{"code":"d",{marked}"items":[],"label":"","population":"p","size":{{"at_least":3,"ratio":"0.01","rounding":"floor"}},"when":{{"not":{{"column":"kind","prefix":["x"]}}}}}}"#),
        ]
        .join(",")
    };
    let (roll, document) = roll_of(&rows(500));
    for (membership, marked) in [("first", ""), ("every", ""), ("every", r#""else":true,"#)] {
        let scheme = scheme(membership, &strata(marked));
        let outcome = drawn(&scheme, &roll, &document);
        let tickets = Tickets::new(SUITE, &outcome.seed);
        let groups = naive_groups(&scheme, &roll);
        let mut drawn_cells = 0;
        for ((index, cell), mut ids) in groups {
            ids.sort_by_key(|id| (tickets.of(id.as_bytes()), id.clone()));
            let found = outcome
                .cells
                .iter()
                .find(|found| found.stratum == scheme.strata[index].code && found.cell == cell)
                .unwrap();
            assert_eq!(found.rows, ids.len() as u64);
            let listed: Vec<_> = found.drawn.iter().chain(&found.reserves).map(|drawn| &drawn.id).collect();
            assert_eq!(listed, ids.iter().take(listed.len()).collect::<Vec<_>>());
            assert_eq!(found.threshold(), found.drawn.last().map(|drawn| &drawn.ticket));
            drawn_cells += 1;
        }
        assert_eq!(drawn_cells, outcome.cells.len(), "{membership} {marked}");
    }
}

#[test]
fn class_ratios_of_a_league() {
    // The class case: 30 323 firms, rounded each way.
    let classes = [("D", 898), ("C", 1_581), ("B", 5_658), ("A", 22_186)];
    let mut rows = Vec::new();
    for (class, count) in classes {
        for index in 0..count {
            rows.push(format!("{class}-{index:05}||{class}||||"));
        }
    }
    rows.sort();
    let (roll, _) = roll_of(&rows);
    for (rounding, total, sizes) in [
        ("ceil", 765, [222, 114, 159, 270]),
        ("half-up", 762, [222, 113, 158, 269]),
        ("floor", 761, [221, 113, 158, 269]),
    ] {
        let by = format!(
            r#"{{"by":"kind","ratios":{{"A":"0.01","B":"0.02","C":"0.1","D":"0.3"}},"rounding":"{rounding}"}}"#
        );
        let found = draw::sizes(&scheme("first", &stratum("R", &by, "")), &roll, &mut unattended).unwrap();
        assert_eq!(found.total(), total);
        let cells: Vec<_> = found.strata[0].cells.iter().map(|cell| cell.size.unwrap()).collect();
        assert_eq!(cells, sizes, "{rounding}");
    }
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

//! A sieve against its definition: guesses, joins, and batches of hashes.

use super::*;
use crate::roll::{Intake, Roll};
use crate::suite::{Digest, Suite};

const ROWS: u64 = 4_000;

fn roll() -> Roll {
    let mut intake = Intake::new(Header::parse(&["id:text", "kind:text"]).unwrap()).keeping();
    for row in 0..ROWS {
        intake.push(&[&format!("id{row:05}"), if row % 4 == 0 { "a" } else { "b" }]).unwrap();
    }
    intake.finish().roll.unwrap()
}

#[test]
fn a_guess_that_is_too_low_is_noticed_and_an_open_bound_needs_none() {
    let text = r#"{"exclude":[],"membership":"first","reserves":3,"scheme":"mc1","strata":[{"code":"A","items":[],"label":"","population":"p","size":{"ratio":"0.05","rounding":"ceil"},"when":{"column":"kind","in":["a"]}},{"code":"B","items":[],"label":"","population":"p","size":{"count":40},"when":{"column":"kind","in":["b"]}}],"title":"t"}"#;
    let (scheme, roll) = (Scheme::parse(text.as_bytes()).unwrap(), roll());
    let sizes = crate::sizes::sizes(&scheme, &roll, &mut crate::unattended).unwrap();
    let (commitment, settled) = crate::selection::tests::committed(&scheme, &sizes);
    let outcome = |bounds: Bounds, spoil: fn(&mut (usize, u64))| {
        let mut sieve = Sieve::drawing(&commitment, &settled, &scheme, roll.header(), &sizes, bounds).unwrap();
        sieve.drawing.as_mut().unwrap().plans.values_mut().for_each(spoil);
        roll.parts().iter().for_each(|part| sieve.take(part).unwrap());
        sieve.finish(&commitment, &settled, &sizes).unwrap()
    };
    let expected = outcome(Bounds::Open, |_| {}).unwrap();
    assert_eq!(expected.cells.iter().map(|cell| cell.drawn.len()).collect::<Vec<_>>(), [50, 40]);
    assert_eq!(outcome(Bounds::Guessed, |_| {}), Some(expected.clone()));
    assert!(outcome(Bounds::Guessed, |(_, bound)| assert!(*bound < u64::MAX)).is_some());
    assert_eq!(outcome(Bounds::Guessed, |(_, bound)| *bound /= 16), None);
}

#[test]
fn a_guess_leaves_room() {
    for (wanted, rows) in [(0, 1), (1, 1), (1, 10), (1, 1_000_000), (120_000, 10_000_000), (999_999, 1_000_000)] {
        let expected = f64::from(u32::try_from(wanted).unwrap());
        let share = guess(wanted, rows) as f64 / 2_f64.powi(64);
        let found = share * f64::from(u32::try_from(rows).unwrap());
        let enough = expected + 7.9 * expected.sqrt() + 31.0;
        assert!(found >= enough || guess(wanted, rows) == u64::MAX, "{wanted} of {rows}: {found}");
    }
    assert_eq!(guess(u64::MAX, u64::MAX), u64::MAX);
}

#[test]
fn sieves_of_parts_join_to_the_sieve_of_all() {
    let text = r#"{"exclude":[],"membership":"every","reserves":0,"scheme":"mc1","strata":[{"code":"A","items":[],"label":"","population":"p","size":{"by":"kind","ratios":{"a":"0.1","b":"0.01"},"rounding":"ceil"},"when":{"column":"kind","empty":false}}],"title":"t"}"#;
    let (scheme, roll) = (Scheme::parse(text.as_bytes()).unwrap(), roll());
    let sizes = crate::sizes::sizes(&scheme, &roll, &mut crate::unattended).unwrap();
    let (commitment, settled) = crate::selection::tests::committed(&scheme, &sizes);
    let header = roll.header();
    let sieve = || Sieve::drawing(&commitment, &settled, &scheme, header, &sizes, Bounds::Open).unwrap();
    let part = roll.parts().first().unwrap();
    let mut whole = sieve();
    whole.take(part).unwrap();
    // The same rows, in two parts that pass through two sieves in the other order.
    let cut = 1_234_u32;
    let half = |from: u32, to: u32| {
        let mut intake = Intake::new(header.clone()).keeping();
        for row in from..to {
            intake.push(&[roll.id(row).unwrap(), roll.field(row, 1).unwrap()]).unwrap();
        }
        let mut sieve = sieve();
        intake.finish().roll.unwrap().parts().iter().for_each(|part| sieve.take(part).unwrap());
        sieve.rest();
        sieve
    };
    let mut joined = half(cut, roll.rows());
    joined.join(half(0, cut)).unwrap();
    assert_eq!(joined.sizes(), whole.sizes());
    assert_eq!(joined.finish(&commitment, &settled, &sizes), whole.finish(&commitment, &settled, &sizes));
}

#[test]
fn batches_give_the_tickets_that_single_ids_have() {
    for suite in [Suite::Sha256, Suite::Sm3] {
        let tickets = Tickets::new(suite, &Digest([9; 32]));
        let ids: Vec<String> = (0..300_usize).map(|id| "x".repeat(1 + id % 55)).collect();
        let usual: Vec<String> = (0..300).map(|id| format!("91130302{id:010}")).collect();
        let all: Vec<&String> = ids.iter().zip(&usual).flat_map(|(a, b)| [b, a, b]).collect();
        let (mut waiting, mut found) = (Waiting::new(0), Vec::new());
        for (number, id) in all.iter().enumerate() {
            // Some are not wanted, and written over.
            if waiting.add(id.as_bytes(), number, number % 5 != 0) {
                tickets.of_all(&mut waiting, |number, id, ticket| found.push((number, id.to_vec(), ticket.digest())));
            }
        }
        tickets.of_all(&mut waiting, |number, id, ticket| found.push((number, id.to_vec(), ticket.digest())));
        let expected = all.iter().enumerate().filter(|(number, _)| number % 5 != 0);
        let expected: Vec<_> = expected.map(|(n, id)| (n, id.as_bytes().to_vec(), tickets.of(id.as_bytes()))).collect();
        assert_eq!(found, expected);
        // The ticket by its definition: one hash over label, seed and id.
        let block = [b"mingcha ticket v1".as_slice(), &[0; 15], &[9; 32]].concat();
        assert_eq!(tickets.of(b"a"), suite.hash(&[&block, b"a"]));
    }
}

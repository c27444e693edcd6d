//! The draw over thousands of seeds `H("mingcha stats" || i)`, `i` in decimal, so that nobody picks them.
//!
//! Each statistic has a bound that a fair draw exceeds with a chance below [`ALARM`], whatever its distribution: counts by
//! Chernoff's bound, sums over seeds by Freedman's (which is Bernstein's for terms that only depend on earlier seeds). This
//! file asks about twenty of them, so all together raise a false alarm with a chance below 1e-6. The seeds are fixed: whoever
//! changes them on purpose knows what a failure means. Two samplers that are known to be bad show that the bounds are tight
//! enough to alarm.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod checks;
mod oracle;
mod random;

use std::collections::BTreeMap;

use draw::{Digest, Scheme, Settled, Suite, Ticker, Tickets, select, unattended};

/// The chance of a false alarm of one statistic.
const ALARM: f64 = 1e-8;
const SEEDS: u64 = 4_000;
/// Objects of the list, and how many are drawn.
const ROWS: usize = 60;
const SIZE: usize = 12;

fn seed(number: u64) -> Digest {
    Suite::Sha256.hash(&[b"mingcha stats", number.to_string().as_bytes()])
}

/// Whether a count of successes in independent trials of chance `p` is one that a fair draw gives with a chance below
/// [`ALARM`], where `asked` such counts are looked at: Chernoff's bound `P ≤ 2 exp(−trials × KL)`.
fn count_alarms(count: u64, trials: u64, p: f64, asked: usize) -> bool {
    let found = count as f64 / trials as f64;
    let part = |found: f64, p: f64| if found == 0.0 { 0.0 } else { found * (found / p).ln() };
    trials as f64 * (part(found, p) + part(1.0 - found, 1.0 - p)) > (2.0 * asked as f64 / ALARM).ln()
}

/// The same of a sum over seeds, of terms with this mean and variance that are nowhere further than `most` from the mean.
fn sum_alarms(sum: f64, terms: u64, mean: f64, variance: f64, most: f64) -> bool {
    let (apart, log) = ((sum - terms as f64 * mean).abs(), (2.0 / ALARM).ln());
    apart > (2.0 * terms as f64 * variance * log).sqrt() + most * log
}

/// The statistics of a sampler of [`SIZE`] out of [`ROWS`] that raise an alarm. A sample is given in the order drawn.
fn alarms(sample: &dyn Fn(u64) -> Vec<usize>) -> Vec<&'static str> {
    let (rows, size) = (ROWS as f64, SIZE as f64);
    let (mut inclusion, mut firsts) = ([0_u64; ROWS], [0_u64; ROWS]);
    let mut pairs = vec![[0_u64; ROWS]; ROWS];
    let (mut places, mut neighbours, mut repeats) = (0, 0, 0);
    let mut before = Vec::new();
    for number in 0..SEEDS {
        let sample = sample(number);
        firsts[sample[0]] += 1;
        let mut drawn = sample;
        drawn.sort_unstable();
        for (index, row) in drawn.iter().enumerate() {
            inclusion[*row] += 1;
            places += row;
            drawn[index + 1..].iter().for_each(|other| pairs[*row][*other] += 1);
        }
        neighbours += drawn.windows(2).filter(|pair| pair[0] + 1 == pair[1]).count();
        repeats += drawn.iter().filter(|row| before.contains(*row)).count();
        before = drawn;
    }
    let together = |others: u32| (0..others).map(|it| (size - f64::from(it)) / (rows - f64::from(it))).product::<f64>();
    let (p1, p2, p3, p4) = (together(1), together(2), together(3), together(4));
    let asked = ROWS * (ROWS - 1) / 2;
    // Neighbours: of the 59 places between two rows, how many have both sides drawn.
    let gaps = rows - 1.0;
    let beside = gaps * p2 + 2.0 * (gaps - 1.0) * p3 + (gaps - 1.0) * (gaps - 2.0) * p4 - (gaps * p2).powi(2);
    let finite = (rows - size) / (rows - 1.0);
    let place = size * (rows * rows - 1.0) / 12.0 * finite;
    let raised = [
        ("inclusion", inclusion.iter().any(|count| count_alarms(*count, SEEDS, p1, ROWS))),
        ("first", firsts.iter().any(|count| count_alarms(*count, SEEDS, 1.0 / rows, ROWS))),
        ("pairs", (0..ROWS).any(|a| (a + 1..ROWS).any(|b| count_alarms(pairs[a][b], SEEDS, p2, asked)))),
        ("position", sum_alarms(places as f64, SEEDS, size * (rows - 1.0) / 2.0, place, size * rows / 2.0)),
        ("neighbours", sum_alarms(neighbours as f64, SEEDS, gaps * p2, beside, size)),
        ("serial", sum_alarms(repeats as f64, SEEDS - 1, size * p1, size * p1 * (1.0 - p1) * finite, size)),
    ];
    raised.into_iter().filter(|(_, raised)| *raised).map(|(name, _)| name).collect()
}

fn ids() -> Vec<String> {
    (0..ROWS).map(|row| format!("9113{row:05}")).collect()
}

fn engine(suite: Suite, ids: &[String], number: u64) -> Vec<usize> {
    let tickets = Tickets::new(suite, &seed(number));
    let all = ids.iter().map(String::as_str);
    let (drawn, _) = select(&tickets, all, SIZE as u64, 0, &mut Ticker::new(0), &mut unattended).unwrap();
    drawn.iter().map(|drawn| ids.binary_search_by(|id| id.as_str().cmp(&drawn.id)).unwrap()).collect()
}

#[test]
fn the_draw_raises_no_alarm() {
    let ids = ids();
    for suite in [Suite::Sha256, Suite::Sm3] {
        assert_eq!(alarms(&|number| engine(suite, &ids, number)), Vec::<&str>::new(), "{suite:?}");
    }
}

#[test]
fn bad_samplers_raise_it() {
    // "Skip sampling": every k-th row behind a start in the first interval. Each row has its chance, and no two that are near.
    let skip = |number: u64| {
        let every = ROWS / SIZE;
        (0..SIZE).map(|step| seed(number).0[0] as usize % every + step * every).collect::<Vec<_>>()
    };
    let raised = alarms(&skip);
    assert!(["pairs", "neighbours", "first"].iter().all(|name| raised.contains(name)), "{raised:?}");
    // The same where the list is not a multiple: a tail that is never drawn.
    let tail = |number: u64| skip(number).into_iter().map(|row| row * (ROWS - 5) / ROWS).collect::<Vec<_>>();
    assert!(alarms(&tail).contains(&"inclusion"));
    // Modulo bias: a byte has 256 values, and 60 rows do not share them evenly.
    let modulo = |number: u64| {
        let mut drawn = Vec::new();
        for byte in (0_u8..).flat_map(|round| Suite::Sha256.hash(&[&seed(number).0, &[round]]).0) {
            let row = usize::from(byte) % ROWS;
            if !drawn.contains(&row) {
                drawn.push(row);
            }
            if drawn.len() == SIZE {
                break;
            }
        }
        drawn
    };
    let raised = alarms(&modulo);
    assert!(["inclusion", "position"].iter().all(|name| raised.contains(name)), "{raised:?}");
    // One row in sixty kept out, in one draw of four, and a seed that is used twice.
    let ids = ids();
    let spared = |number: u64| {
        let mut drawn = engine(Suite::Sha256, &ids, number);
        match drawn.iter().position(|row| *row == 30) {
            Some(place) if number.is_multiple_of(4) => {
                drawn[place] = (0..ROWS).find(|row| !drawn.contains(row)).unwrap()
            }
            _ => {}
        }
        drawn
    };
    assert!(alarms(&spared).contains(&"inclusion"));
    assert_eq!(alarms(&|number| engine(Suite::Sha256, &ids, number / 2)), ["serial"]);
}

/// A stratum shared out at random, one by the largest remainders, one by class.
const CELLS: &str = r#"{"exclude":[{"code":"x","label":"","when":{"column":"tags","has":["b"]}}],"membership":"first","reserves":1,"scheme":"mc1","strata":[{"code":"A","items":[],"label":"","population":"p","size":{"ratio":"0.07","rounding":"ceil"},"split":{"by":"organ","method":"random"},"when":{"column":"kind","in":["企业"]}},{"code":"B","items":[],"label":"","population":"p","size":{"count":9},"split":{"by":"organ","method":"hamilton"},"when":{"column":"kind","in":["个体"]}},{"code":"C","items":[],"label":"","population":"p","size":{"by":"organ","ratios":{"1303":"0.1","130302":"0.333333333","130303":"1"},"rounding":"half-up"},"when":{"column":"kind","empty":true}}],"title":"t"}"#;

#[test]
fn objects_and_cells_keep_their_published_chance() {
    let scheme = Scheme::parse(CELLS.as_bytes()).unwrap();
    let table: Vec<_> = (0..180)
        .map(|row| {
            let (kind, organ) =
                (["企业", "企业", "企业", "个体", ""][row % 5], ["1303", "130302", "130303"][row * row % 7 % 3]);
            let tags = if row % 11 == 0 { "b" } else { "" };
            [&format!("S-{row:04}"), "n", kind, organ, "", "", tags].map(str::to_owned).to_vec()
        })
        .collect();
    let roll = checks::roll_of(&table);
    let sizes = draw::sizes(&scheme, &roll, &mut unattended).unwrap();
    let chances = draw::chances(&scheme, &sizes);
    let commitment = checks::committed(&scheme, &sizes, Suite::Sha256);
    let seeds = SEEDS / 2;
    let mut objects: BTreeMap<String, (usize, u64)> = BTreeMap::new();
    let mut above = vec![0_u64; chances.len()];
    for number in 0..seeds {
        let settled = Settled { seed: seed(number), absent: Vec::new() };
        let outcome = draw::draw(&commitment, &settled, &scheme, &roll, &sizes, &mut unattended).unwrap();
        for (index, (cell, chance)) in outcome.cells.iter().zip(&chances).enumerate() {
            assert_eq!((&cell.stratum, &cell.cell, cell.rows), (&chance.stratum, &chance.cell, chance.rows));
            above[index] += u64::from(cell.size > chance.least);
            for drawn in &cell.drawn {
                objects.entry(drawn.id.to_string()).or_insert((index, 0)).1 += 1;
            }
        }
    }
    let chance_of = |index: usize| {
        let chance = chances[index].chance.unwrap();
        chance.numerator as f64 / chance.denominator as f64
    };
    for (id, (index, count)) in &objects {
        let p = chance_of(*index);
        assert!(!count_alarms(*count, seeds, p, table.len()), "{id}: {count} of {seeds} at {p}");
    }
    // Every object that is in a cell with a chance was drawn in some seed, and no other.
    let in_cells: u64 = chances.iter().filter(|cell| cell.most > 0).map(|cell| cell.rows).sum();
    assert_eq!(objects.len() as u64, in_cells);
    for (index, cell) in chances.iter().enumerate() {
        // A random split gives a cell its floor or one more; how often, follows from the chance.
        let p = chance_of(index) * cell.rows as f64 - cell.least as f64;
        let fixed = cell.least == cell.most && above[index] == 0;
        assert!(fixed || !count_alarms(above[index], seeds, p, chances.len()), "{cell:?}: {} of {seeds}", above[index]);
    }
    assert_eq!(chances.iter().filter(|cell| cell.least < cell.most).count(), 3, "three cells are shared out at random");
}

//! A second implementation of partition, sizes, split and selection, written from the protocol's page (§3, §5, §6) with
//! strings, lists and sorting only. It takes nothing from the crate but the types that hold a scheme, and hashes by itself.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::cast_possible_truncation, reason = "tables here have some sixty rows")]

use draw::{Membership, Predicate, Rounding, Scheme, Size, SplitMethod, Stratum, Test};
use sha2::Digest as _;

/// A cell as the result lists it: stratum, value, rows, size, drawn and reserves as (ticket, id).
pub type Cell = (String, Option<String>, usize, usize, Vec<(Vec<u8>, String)>, Vec<(Vec<u8>, String)>);

/// What the oracle finds: rows by exclusion, rows outside, (rows, size) by stratum, and the cells.
pub type Found = (Vec<usize>, usize, Vec<(usize, usize)>, Vec<Cell>);

/// `ticket(x) = H(B || x)` by its formula.
pub fn ticket(sm3: bool, seed: &[u8; 32], x: &[u8]) -> Vec<u8> {
    let label = b"mingcha ticket v1";
    let message = [label.as_slice(), &vec![0; 32 - label.len()], seed, x].concat();
    if sm3 { sm3::Sm3::digest(message).to_vec() } else { sha2::Sha256::digest(message).to_vec() }
}

/// The draw of a table whose first row is the header's names. `None` where a value of a `by` column has no ratio.
pub fn draw(scheme: &Scheme, names: &[&str], table: &[Vec<String>], sm3: bool, seed: &[u8; 32]) -> Option<Found> {
    let field = |row: &[String], name: &str| row[names.iter().position(|known| *known == name).unwrap()].clone();
    let meets = |row: &[String], rule: &Predicate| met(rule, &|name| field(row, name));
    let rule_of = |row: &[String]| scheme.exclude.iter().position(|rule| meets(row, &rule.when));
    let left: Vec<_> = table.iter().map(|row| rule_of(row)).collect();
    let excluded = (0..scheme.exclude.len()).map(|rule| left.iter().filter(|it| **it == Some(rule)).count()).collect();
    let rows: Vec<&Vec<String>> = table.iter().zip(&left).filter(|(_, left)| left.is_none()).map(|it| it.0).collect();
    let belongs = |row: &[String], index: usize| {
        let it = &scheme.strata[index];
        let before = scheme.strata[..index].iter().any(|other| meets(row, &other.when));
        let unmarked = |other: &&Stratum| !other.otherwise && other.population == it.population;
        let blocked = it.otherwise && scheme.strata.iter().filter(unmarked).any(|other| meets(row, &other.when));
        meets(row, &it.when) && !blocked && !(before && scheme.membership == Membership::First)
    };
    let outside = rows.iter().filter(|row| !(0..scheme.strata.len()).any(|index| belongs(row, index))).count();
    let (mut totals, mut cells) = (Vec::new(), Vec::new());
    for (index, stratum) in scheme.strata.iter().enumerate() {
        let mine: Vec<_> = rows.iter().filter(|row| belongs(row, index)).collect();
        let by = match (&stratum.size, &stratum.split) {
            (Size::By { column, .. }, _) => Some(column),
            (_, split) => split.as_ref().map(|split| &split.by),
        };
        let mut values: Vec<_> = mine.iter().map(|row| by.map(|column| field(row, column))).collect();
        values.sort();
        values.dedup();
        if by.is_none() {
            values = vec![None];
        }
        let ids = |value: &Option<String>| {
            let of_cell = mine.iter().filter(|row| by.map(|column| field(row, column)) == *value);
            of_cell.map(|row| row[0].clone()).collect::<Vec<_>>()
        };
        let counts: Vec<_> = values.iter().map(|value| ids(value).len()).collect();
        let mut sizes = Vec::new();
        for (value, count) in values.iter().zip(&counts) {
            sizes.push(match (&stratum.size, value) {
                (Size::By { ratios, rounding, .. }, Some(value)) => {
                    share(ratios.iter().find(|(named, _)| named == value)?.1.as_str(), *count, *rounding)
                }
                (Size::Ratio { ratio, rounding, at_least }, _) => {
                    let least = mine.len().min(usize::try_from(at_least.unwrap_or(0)).unwrap());
                    share(ratio.as_str(), mine.len(), *rounding).max(least)
                }
                (Size::Count(count), _) => mine.len().min(usize::try_from(*count).unwrap()),
                _ => 0,
            });
        }
        let mut total = if by.is_none() || stratum.split.is_none() { sizes.iter().sum() } else { 0 };
        if let (Some(split), Some(first)) = (&stratum.split, sizes.first()) {
            total = *first;
            let names: Vec<_> = values.iter().map(|value| value.clone().unwrap()).collect();
            let draw = |x: &[&str]| ticket(sm3, seed, x.join("\u{1F}").as_bytes());
            sizes = shared(total, &names, &counts, split.method, &stratum.code, &draw);
        }
        totals.push((mine.len(), total));
        for ((value, count), size) in values.iter().zip(counts).zip(sizes) {
            let mut order: Vec<_> = ids(value).into_iter().map(|id| (ticket(sm3, seed, id.as_bytes()), id)).collect();
            order.sort();
            let reserves = order.iter().skip(size).take(if size == 0 { 0 } else { scheme.reserves as usize });
            let (reserves, drawn) = (reserves.cloned().collect(), order[..size].to_vec());
            cells.push((stratum.code.clone(), value.clone(), count, size, drawn, reserves));
        }
    }
    Some((excluded, outside, totals, cells))
}

/// `ratio × rows`, rounded, in whole billionths.
fn share(ratio: &str, rows: usize, rounding: Rounding) -> usize {
    let billionths: usize = match ratio.strip_prefix("0.") {
        Some(digits) => format!("{digits:0<9}").parse().unwrap(),
        None => ratio.parse::<usize>().unwrap() * 1_000_000_000,
    };
    let product = billionths * rows;
    let add = match rounding {
        Rounding::Ceil => 999_999_999,
        Rounding::HalfUp => 500_000_000,
        Rounding::Floor => 0,
    };
    (product + add) / 1_000_000_000
}

/// The seats of a split: floors first, then by chance or by largest remainder.
fn shared(
    size: usize,
    names: &[String],
    counts: &[usize],
    method: SplitMethod,
    code: &str,
    ticket: &impl Fn(&[&str]) -> Vec<u8>,
) -> Vec<usize> {
    let rows: usize = counts.iter().sum();
    let mut seats: Vec<_> = counts.iter().map(|count| size * count / rows).collect();
    let fraction = |cell: usize| size * counts[cell] % rows;
    let left = size - seats.iter().sum::<usize>();
    let mut order: Vec<usize> = (0..names.len()).collect();
    if method == SplitMethod::Hamilton {
        order.sort_by_key(|cell| (std::cmp::Reverse(fraction(*cell)), names[*cell].clone()));
        order.iter().take(left).for_each(|cell| seats[*cell] += 1);
        return seats;
    }
    order.sort_by_key(|cell| (ticket(&["cell", code, &names[*cell]]), names[*cell].clone()));
    // The whole part of u × rows: what is carried out of the product's top byte.
    let mut start = 0;
    for byte in ticket(&["split", code]).iter().rev() {
        start = (usize::from(*byte) * rows + start) >> 8;
    }
    let mut before = 0;
    for cell in order {
        let points = (0..left).map(|point| start + point * rows);
        seats[cell] += points.filter(|point| (before..before + fraction(cell)).contains(point)).count();
        before += fraction(cell);
    }
    seats
}

fn met(rule: &Predicate, field: &impl Fn(&str) -> String) -> bool {
    match rule {
        Predicate::All(parts) => !parts.iter().any(|part| !met(part, field)),
        Predicate::Any(parts) => parts.iter().any(|part| met(part, field)),
        Predicate::Not(part) => !met(part, field),
        Predicate::Test { column, test } => {
            let held = field(column);
            match test {
                Test::In(members) => members.contains(&held),
                Test::Prefix(starts) => starts.iter().any(|start| held.starts_with(start)),
                Test::Has(members) => members.iter().any(|member| held.split(',').any(|one| one == member)),
                Test::Range { from, to } => {
                    let (low, high) = (from.clone().unwrap_or_default(), to.clone().unwrap_or(held.clone()));
                    !held.is_empty() && low <= held && held <= high
                }
                Test::Bounds { at_least, at_most } => {
                    let place = |text: &str| match text.strip_prefix('-') {
                        Some(digits) => (-(digits.len() as i64), digits.bytes().map(|it| !it).collect::<Vec<_>>()),
                        None => (text.len() as i64, text.bytes().collect()),
                    };
                    let (low, high) = (at_least.map(|it| it.to_string()), at_most.map(|it| it.to_string()));
                    let above = low.is_none_or(|low| place(&low) <= place(&held));
                    !held.is_empty() && above && high.is_none_or(|high| place(&held) <= place(&high))
                }
                Test::Empty(empty) => held.is_empty() == *empty,
            }
        }
    }
}

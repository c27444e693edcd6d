//! Small random schemes and tables, made of bytes: of a fuzzer's, or of a hash's. Every predicate, size rule, split and both
//! memberships occur; the values are few, so that rows meet rules often.

#![allow(dead_code, reason = "each test file uses its part")]

use draw::{Exclusion, Membership, Predicate, Ratio, Rounding, Scheme, Size, Split, SplitMethod, Stratum, Suite, Test};

/// The columns of every table.
pub const HEADER: [&str; 7] =
    ["id:text", "name:text", "kind:text", "organ:text", "opened:date", "checks:int", "tags:set"];
/// The values of each column behind the name.
const VALUES: [(&str, &[&str]); 5] = [
    ("kind", &["", "企业", "个体", "x", "xa"]),
    ("organ", &["", "1303", "130302", "130303", "Ａ区"]),
    ("opened", &["", "2019-12-31", "2020-01-01", "2020-02-29", "9999-12-31"]),
    ("checks", &["", "0", "-1", "3", "17", "99999999999999999999", "-99999999999999999999"]),
    ("tags", &["", "a", "a,b", "ab,b", "b", "电商"]),
];
const RATIOS: [&str; 9] = ["0", "1", "0.5", "0.07", "0.333333333", "0.000000001", "0.9", "0.10", "0.03"];

/// Choices, one byte each; after the last byte always the first choice.
pub struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    /// Of a fuzzer's bytes.
    pub fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    fn below(&mut self, count: usize) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first) % count
    }

    /// True for one choice of so many.
    pub fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 1
    }

    fn of_list<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

/// The bytes of the `number`th choice of a series: nobody picks them.
pub fn series(number: u64, length: usize) -> Vec<u8> {
    let block = |index: usize| {
        let (number, index) = (number.to_string(), index.to_string());
        Suite::Sha256.hash(&[b"mingcha stats", number.as_bytes(), b" ", index.as_bytes()]).0
    };
    (0..length.div_ceil(32)).flat_map(block).collect()
}

/// A scheme, and the rows of a small table with [`HEADER`].
pub fn draw(bytes: &mut Bytes<'_>) -> (Scheme, Vec<Vec<String>>) {
    let scheme = scheme(bytes);
    let rows = bytes.below(60);
    (scheme, table(bytes, rows))
}

/// A scheme for [`HEADER`].
pub fn scheme(bytes: &mut Bytes<'_>) -> Scheme {
    let membership = bytes.of_list(&[Membership::First, Membership::Every]);
    let exclude = (0..bytes.below(3)).map(|index| Exclusion {
        code: format!("x{}", 9 - index),
        label: String::new(),
        when: predicate(bytes, 0),
    });
    let exclude = exclude.collect();
    let strata = (0..1 + bytes.below(4)).map(|index| stratum(bytes, index, membership)).collect();
    let reserves = bytes.of_list(&[0, 1, 2, 100]);
    Scheme { title: "t".to_owned(), membership, exclude, strata, reserves }
}

/// The rows of a table with [`HEADER`].
pub fn table(bytes: &mut Bytes<'_>, rows: usize) -> Vec<Vec<String>> {
    let ids = (0..rows).map(|index| format!("{}{index}", bytes.of_list(&["S-", "z.", "0", "_"])));
    let mut ids: Vec<_> = ids.collect();
    ids.sort();
    let table = ids.into_iter().map(|id| {
        let mut row = vec![id, "n".to_owned()];
        row.extend(VALUES.iter().map(|(_, values)| bytes.of_list(values).to_owned()));
        row
    });
    table.collect()
}

fn stratum(bytes: &mut Bytes<'_>, index: usize, membership: Membership) -> Stratum {
    let by = bytes.of_list(&["organ", "kind", "opened", "checks"]);
    let rounding = bytes.of_list(&[Rounding::Ceil, Rounding::HalfUp, Rounding::Floor]);
    let mut ratio = || Ratio::parse(bytes.of_list(&RATIOS)).unwrap();
    let (first, second) = (ratio(), ratio());
    let size = match bytes.below(4) {
        0 => Size::Ratio { ratio: first, rounding, at_least: None },
        1 => Size::Ratio { ratio: first, rounding, at_least: Some(bytes.of_list(&[0, 1, 5, 1_000])) },
        2 => Size::Count(bytes.of_list(&[0, 1, 4, 9, 1_000])),
        _ => {
            let values = VALUES.iter().find(|(name, _)| *name == by).unwrap().1.iter();
            // Sometimes a value is left out, which is refused where it occurs.
            let named = values.skip(usize::from(bytes.one_in(8))).enumerate();
            let mut ratios: Vec<_> = named
                .map(|(index, value)| {
                    ((*value).to_owned(), if index % 2 == 0 { first.clone() } else { second.clone() })
                })
                .collect();
            ratios.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            Size::By { column: by.to_owned(), ratios, rounding }
        }
    };
    let method = bytes.of_list(&[SplitMethod::Random, SplitMethod::Hamilton]);
    let split = !matches!(size, Size::By { .. }) && bytes.below(3) > 0;
    Stratum {
        code: format!("s{index}"),
        label: String::new(),
        population: bytes.of_list(&["p", "q"]).to_owned(),
        items: Vec::new(),
        when: predicate(bytes, 0),
        size,
        split: split.then(|| Split { by: by.to_owned(), method }),
        otherwise: membership == Membership::Every && bytes.one_in(3),
    }
}

fn predicate(bytes: &mut Bytes<'_>, depth: usize) -> Predicate {
    let parts = |bytes: &mut Bytes<'_>| (0..1 + bytes.below(3)).map(|_| predicate(bytes, depth + 1)).collect();
    match bytes.below(if depth < 3 { 9 } else { 6 }) {
        6 => Predicate::All(parts(bytes)),
        7 => Predicate::Any(parts(bytes)),
        8 => Predicate::Not(Box::new(predicate(bytes, depth + 1))),
        kind => test(bytes, kind),
    }
}

fn test(bytes: &mut Bytes<'_>, kind: usize) -> Predicate {
    let of = |bytes: &mut Bytes<'_>, name: &str| {
        bytes.of_list(VALUES.iter().find(|(known, _)| *known == name).unwrap().1).to_owned()
    };
    let some = |bytes: &mut Bytes<'_>, list: &[&str]| -> Vec<String> {
        (0..1 + bytes.below(3)).map(|_| bytes.of_list(list).to_owned()).collect()
    };
    let (column, test) = match kind {
        0 => (bytes.of_list(&["tags", "kind", "opened"]), Test::Empty(bytes.one_in(2))),
        1 => {
            let column = bytes.of_list(&["kind", "organ", "opened", "checks"]);
            (column, Test::In((0..1 + bytes.below(3)).map(|_| of(bytes, column)).collect()))
        }
        2 => (bytes.of_list(&["organ", "kind"]), Test::Prefix(some(bytes, &["13", "1303", "130302", "x", "企", "Ａ"]))),
        3 => ("tags", Test::Has(some(bytes, &["a", "b", "ab", "电商"]))),
        4 => {
            let column = bytes.of_list(&["opened", "organ"]);
            let dates: &[&str] = &["2020-01-01", "2020-02-29", "0001-01-01", "9999-12-31"];
            let mut bound = || Some(bytes.of_list(dates).to_owned());
            let (from, to) = (bound(), bound());
            match bytes.below(3) {
                0 => (column, Test::Range { from, to }),
                1 => (column, Test::Range { from, to: None }),
                _ => (column, Test::Range { from: None, to }),
            }
        }
        _ => {
            let mut bound = || Some(bytes.of_list(&[0_i64, 3, -1, 17, -9_007_199_254_740_991, 9_007_199_254_740_991]));
            let (at_least, at_most) = (bound(), bound());
            match bytes.below(3) {
                0 => ("checks", Test::Bounds { at_least, at_most }),
                1 => ("checks", Test::Bounds { at_least, at_most: None }),
                _ => ("checks", Test::Bounds { at_least: None, at_most }),
            }
        }
    };
    Predicate::Test { column: column.to_owned(), test }
}

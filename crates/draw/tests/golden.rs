//! The golden scenarios: sizes, classes, dispatch and overlap with figures that were worked out by hand. Each stratum's size by
//! itself is in `scheme/ratio.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{SUITE, drawn, roll_of, scheme, stratum};
use draw::{Digest, Ratio, SplitMethod, Tickets, split, unattended};

#[test]
fn dispatch_by_largest_remainders() {
    let tickets = Tickets::new(SUITE, &Digest([1; 32]));
    let units = ["130300", "130302", "130303", "130304", "130306", "130321", "130322", "130324", "130371", "130372"];
    let firms = [2_413, 18_964, 3_117, 2_846, 6_021, 4_733, 8_259, 4_487, 9_015, 1_428];
    let traders = [44_120, 8_034, 7_411, 14_236, 16_902, 22_574, 12_345, 13_208, 4_747];
    for (rows, size, expected) in [
        (&firms[..], 1_839, &[72, 569, 94, 85, 181, 142, 248, 135, 270, 43][..]),
        (&firms, 1_838, &[72, 569, 93, 85, 181, 142, 248, 135, 270, 43]),
        (&traders, 718, &[221, 40, 37, 71, 84, 113, 62, 66, 24]),
    ] {
        let cells: Vec<_> = units.iter().copied().zip(rows.iter().copied()).collect();
        assert_eq!(split(&tickets, "E8", size, &cells, SplitMethod::Hamilton), expected);
        // By chance each unit gets one of the two whole numbers beside its quota.
        let all: u64 = rows.iter().sum();
        for (got, rows) in split(&tickets, "E8", size, &cells, SplitMethod::Random).iter().zip(rows) {
            assert!((size * rows / all..=size * rows / all + 1).contains(got));
        }
    }
}

#[test]
fn overlapping_directories_are_drawn_each_and_merged() {
    let (first, second) = (
        [("E1", 3, "0.01", 1), ("E2", 7, "1", 7), ("E3", 213, "0.3", 64), ("E4", 486, "0.1", 49)],
        [("E5", 1_247, "0.05", 63), ("E6", 94, "0.3", 29), ("E7", 41, "0.15", 7)],
    );
    let special: Vec<_> = first.into_iter().chain(second).collect();
    // 12 firms are in E4 and E5, 5 in E5 and E6, 3 in E2 and E5.
    let (low, high) = (
        [("E1", 3), ("E2", 4), ("E2,E5", 3), ("E3", 213), ("E4", 474)],
        [("E4,E5", 12), ("E5", 1_227), ("E5,E6", 5), ("E6", 89), ("E7", 41)],
    );
    let mut tags: Vec<&str> = low.into_iter().chain(high).flat_map(|(tag, rows)| vec![tag; rows]).collect();
    assert_eq!(tags.len(), 2_071);
    tags.resize(63_354, "");
    let rows: Vec<_> = tags.iter().enumerate().map(|(row, tag)| format!("{row:06}||company||||{tag}")).collect();
    let size = |ratio: &str| format!(r#"{{"ratio":"{ratio}","rounding":"ceil"}}"#);
    let mut strata: Vec<_> = special
        .iter()
        .map(|(code, _, ratio, _)| {
            let has = format!(r#"{{"column":"tags","has":["{code}"]}}"#);
            stratum(code, &size(ratio), "").replace(r#"{"column":"kind","empty":false}"#, &has)
        })
        .collect();
    strata.push(stratum("E8", &size("0.03"), "").replace(r#""items""#, r#""else":true,"items""#));
    let (roll, document) = roll_of(&rows);
    let outcome = drawn(&scheme("every", &strata.join(",")), &roll, &document);
    let mut expected: Vec<_> = special.iter().map(|(code, rows, _, size)| (*code, *rows, *size)).collect();
    expected.push(("E8", 61_283, 1_839));
    let found: Vec<_> = outcome.cells.iter().map(|cell| (cell.stratum.as_str(), cell.rows, cell.size)).collect();
    assert_eq!(found, expected);
    assert_eq!(outcome.cells.iter().map(|cell| cell.drawn.len()).sum::<usize>(), 2_059);
    let mut visits: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for cell in &outcome.cells {
        for drawn in &cell.drawn {
            visits.entry(&drawn.id).or_default().insert(&cell.stratum);
        }
    }
    let of = |row: usize| visits.get(format!("{row:06}").as_str());
    // Who is in E2 as well is always drawn; nobody of the special directories is in the rest.
    let both = tags.iter().enumerate().filter(|(_, tag)| **tag == "E2,E5").map(|(row, _)| of(row).unwrap());
    assert_eq!(both.filter(|strata| strata.contains("E2")).count(), 3);
    assert!((0..2_071).all(|row| of(row).is_none_or(|strata| !strata.contains("E8"))));
    // Whoever is drawn twice is one visit. The three of E2 are in E5 as well, but not always drawn there.
    let twice = visits.values().filter(|strata| strata.len() == 2).count();
    assert!(twice > 0 && visits.len() == 2_059 - twice);
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
        let scheme = scheme("first", &stratum("R", &by, ""));
        let found = draw::sizes(&scheme, &roll, &mut unattended).unwrap();
        assert_eq!(found.total(), total);
        // Whichever way: less than the yearly 3 % of all firms.
        let told = draw::warnings(&scheme, &found, 30_323, Some(&Ratio::parse("0.03").unwrap()));
        assert!(told.iter().any(|warning| warning.code() == "under-floor"), "{told:?}");
        let cells: Vec<_> = found.strata[0].cells.iter().map(|cell| cell.size.unwrap()).collect();
        assert_eq!(cells, sizes, "{rounding}");
    }
}

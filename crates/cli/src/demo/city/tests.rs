//! The files are read back and counted by the scenario's rules, apart from how they were made.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::print_stdout)]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]

use super::numbers::{raw, share_out, unit_weights};
use super::*;
use domain::credit_code::SubjectCode;
use sheet::{Limits, Row};
use std::collections::{BTreeMap, BTreeSet, HashSet};

fn rows(path: &Path) -> Vec<Row> {
    let mut book = sheet::open(path, &Limits::default()).unwrap();
    let sheet = book.first_sheet().to_owned();
    book.rows(&sheet).unwrap().map(Result::unwrap).collect()
}

/// Where a record belongs by the scheme: exclusions in their order, then strata in theirs.
fn place(row: &Row) -> String {
    let text = |column| row.text(column).into_owned();
    let (kind, sub_kind, established, status) = (text(3), text(4), text(8), text(9));
    let individual = kind == "个体工商户";
    assert!(individual || ["企业", "农民专业合作社"].contains(&kind.as_str()), "{kind}");
    let population = if individual { "G" } else { "E" };
    if !["存续", "在营"].contains(&status.as_str()) {
        return format!("{population} status");
    }
    if established.as_str() > "2020-12-31" {
        return format!("{population} late");
    }
    if sub_kind == "企业集团" {
        return format!("{population} group");
    }
    if ["外国企业常驻代表机构", "办事处"].contains(&sub_kind.as_str()) {
        return format!("{population} office");
    }
    let tags = text(15);
    let tags = tags.split('；').collect::<Vec<_>>();
    let has = |wanted: &[&str]| wanted.iter().any(|tag| tags.contains(tag));
    let enterprise = [
        ("E1", has(&["直销"])),
        ("E2", has(&["电子商务平台"])),
        ("E3", has(&["电动自行车", "棉花加工"])),
        ("E4", has(&["宣传出版", "文化教育", "市场交易"])),
        ("E5", has(&["自愿性认证"])),
        ("E6", has(&["检验检测-机动车", "检验检测-生态环境", "检验检测-工程", "检验检测-食品", "检验检测-煤炭"])),
        ("E7", has(&["检验检测-其它"])),
    ];
    let individuals = [
        ("G1", has(&["电子商务平台"])),
        ("G2", has(&["电动自行车", "棉花加工"])),
        ("G3", has(&["宣传出版", "文化教育", "市场交易"])),
    ];
    let special = if individual { &individuals[..] } else { &enterprise[..] };
    let met = special.iter().filter(|(_, met)| *met).map(|(code, _)| *code).collect::<Vec<_>>();
    assert!(met.len() <= 1, "row {} lies in {met:?}", row.number);
    met.first().copied().unwrap_or(if individual { "G4" } else { "E8" }).to_owned()
}

/// The scenario's numbers, typed from its tables.
const FULL: [(&str, u32); 18] = [
    ("E status", 4_311),
    ("E late", 2_907),
    ("E group", 118),
    ("E office", 26),
    ("G status", 12_630),
    ("G late", 9_884),
    ("E1", 3),
    ("E2", 7),
    ("E3", 213),
    ("E4", 486),
    ("E5", 1_247),
    ("E6", 94),
    ("E7", 41),
    ("E8", 61_283),
    ("G1", 2),
    ("G2", 1_109),
    ("G3", 2_318),
    ("G4", 143_577),
];

fn check_register(scale: Scale, expect: impl Fn(u32) -> u32) -> BTreeMap<(String, String), u32> {
    let folder = tempfile::tempdir().unwrap();
    let start = std::time::Instant::now();
    let files = write(folder.path(), scale).unwrap();
    println!("{scale:?}: {} rows in {:.2?}", files.subject_rows, start.elapsed());
    let rows = rows(&files.subjects);
    assert_eq!(rows.len() as u64, files.subject_rows + 1);
    assert_eq!(rows[0].cells.len(), 16);
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    let mut by_unit = BTreeMap::new();
    let (mut names, mut codes) = (HashSet::new(), HashSet::new());
    for row in &rows[1..] {
        let place = place(row);
        *by_unit.entry((place.clone(), row.text(6).into_owned())).or_default() += 1;
        *counts.entry(place).or_default() += 1;
        assert!(names.insert(row.text(1).into_owned()), "{} twice", row.text(1));
        assert!(codes.insert(row.text(2).into_owned()), "{} twice", row.text(2));
        let code: SubjectCode = row.text(2).parse().unwrap_or_else(|error| panic!("{}: {error}", row.text(2)));
        assert_eq!(code.as_str().len() == 15, matches!(code, SubjectCode::Registration(_)));
        sheet::parse_date(&row.text(8)).unwrap();
        assert!(domain::subject::is_industry(&row.text(12)), "{}", row.text(12));
        assert!(!row.text(13).is_empty() && !row.text(14).is_empty());
        assert_eq!(row.text(10).is_empty(), row.text(11).is_empty());
    }
    let expected = FULL.iter().map(|(place, count)| ((*place).to_owned(), expect(*count))).collect::<BTreeMap<_, _>>();
    assert_eq!(counts, expected);
    let old = codes.iter().filter(|code| code.len() == 15).count();
    println!("{old} registration numbers of fifteen digits");
    assert!(old > 0);
    by_unit
}

#[test]
fn the_full_register_has_the_golden_numbers() {
    let by_unit = check_register(Scale::Full, |count| count);
    assert_eq!(raw(Population::Enterprises, Scale::Full), 70_736);
    assert_eq!(raw(Population::Individuals, Scale::Full), 169_520);
    for unit in UNITS {
        let of = |place: &str| by_unit.get(&(place.to_owned(), unit.code.to_owned())).copied().unwrap_or(0);
        assert_eq!((of("E8"), of("G4")), (unit.others_enterprises, unit.others_individuals), "{}", unit.name);
    }
    assert_eq!(UNITS.iter().map(|unit| unit.inspectors).sum::<u32>(), 438);
}

#[test]
fn the_small_register_is_a_fiftieth_rounded_up() {
    check_register(Scale::Small, |count| count.div_ceil(50).max(1));
}

#[test]
fn boundary_rows_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let files = write(folder.path(), Scale::Small).unwrap();
    let rows = rows(&files.subjects);
    let days = |wanted: &str| {
        rows[1..].iter().filter(|row| place(row) == wanted).map(|row| row.text(8).into_owned()).collect::<BTreeSet<_>>()
    };
    assert_eq!(days("E8").last().unwrap(), "2020-12-31");
    assert_eq!(days("G4").last().unwrap(), "2020-12-31");
    assert_eq!(days("E late").first().unwrap(), "2021-01-01");
    assert_eq!(days("G late").first().unwrap(), "2021-01-01");
    let office = rows.iter().find(|row| row.text(4) == "外国企业常驻代表机构" && place(row) == "E office").unwrap();
    assert_eq!(office.text(8), "2010-06-18");
}

#[test]
fn the_same_files_come_out_each_time() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let one = write(first.path(), Scale::Small).unwrap();
    let other = write(second.path(), Scale::Small).unwrap();
    assert_eq!(std::fs::read(one.subjects).unwrap(), std::fs::read(other.subjects).unwrap());
    // Workbooks carry the time of writing; their cells are equal.
    for (one, other) in [(one.inspectors, other.inspectors), (one.items, other.items), (one.agencies, other.agencies)] {
        assert_eq!(rows(&one), rows(&other));
    }
}

#[test]
fn strata_draw_what_the_scenario_says() {
    for stratum in STRATA {
        assert_eq!(stratum.drawn(Scale::Full), stratum.drawn_full, "{}", stratum.code);
        assert_eq!(stratum.base(Scale::Small), stratum.base_full.div_ceil(50));
        let written = stratum.ratio.text.parse::<f64>().unwrap() * 1_000.0;
        assert_eq!(written.round() as u32, stratum.ratio.per_mille);
        for category in stratum.items {
            assert!(items::category_names().any(|name| name == *category), "{category}");
        }
    }
    let total = |scale| STRATA.iter().map(|stratum| stratum.drawn(scale)).sum::<u32>();
    assert_eq!(total(Scale::Full), 3_344);
    println!("small draws {}", total(Scale::Small));
}

#[test]
fn shares_add_up_and_follow_the_weights() {
    let weights = unit_weights(Population::Individuals);
    assert_eq!(share_out(143_577, &weights), weights);
    assert_eq!(share_out(718, &weights), [221, 40, 37, 71, 84, 113, 62, 66, 24, 0]);
    let weights = unit_weights(Population::Enterprises);
    assert_eq!(share_out(1_839, &weights), [569, 94, 85, 181, 142, 248, 135, 270, 43, 72]);
}

#[test]
fn every_unit_has_two_testers_with_valid_papers() {
    for (scale, total) in [(Scale::Full, 438), (Scale::Small, 40)] {
        let folder = tempfile::tempdir().unwrap();
        let files = write(folder.path(), scale).unwrap();
        let rows = rows(&files.inspectors);
        assert_eq!((rows.len() - 1, files.inspector_rows), (total, total as u64));
        let distinct = |column| rows[1..].iter().map(|row| row.text(column).into_owned()).collect::<HashSet<_>>().len();
        assert_eq!((distinct(1), distinct(2), distinct(7)), (total, total, total));
        for unit in UNITS {
            let own = rows[1..].iter().filter(|row| row.text(5) == unit.code).collect::<Vec<_>>();
            assert_eq!(own.len() as u32, scale.inspectors(unit.inspectors));
            let valid = |row: &&&Row| row.text(9).as_ref() >= "2021-07-31";
            let tester = |row: &&&Row| {
                row.text(10)
                    .split('；')
                    .any(|held| held.strip_prefix("检验检测:").is_some_and(|until| until >= "2021-07-31"))
            };
            assert!(own.iter().filter(valid).filter(tester).count() >= 2, "{}", unit.name);
            if scale == Scale::Full {
                assert!(
                    own.iter().any(|row| row.text(9).as_ref() < "2021-05-08"),
                    "{} has an expired certificate",
                    unit.name
                );
            }
        }
    }
}

#[test]
fn items_and_agencies_fit_together() {
    let folder = tempfile::tempdir().unwrap();
    let files = write(folder.path(), Scale::Small).unwrap();
    let items = rows(&files.items);
    assert_eq!(items[1..].iter().map(|row| row.text(2).into_owned()).collect::<BTreeSet<_>>().len(), 15);
    assert!(items[1..].iter().all(|row| row.text(9).contains('《') && !row.text(7).is_empty()));
    let agencies = rows(&files.agencies);
    let mut known = HashSet::from([String::new()]);
    for row in &agencies[1..] {
        assert!(known.contains(row.text(4).as_ref()), "{} comes before its parent", row.text(2));
        assert!(known.insert(row.text(1).into_owned()));
    }
    assert!(UNITS.iter().all(|unit| known.contains(unit.code)));
    assert_eq!(agencies.len() as u64, files.agency_rows + 1);
}

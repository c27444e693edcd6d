//! The report's tables by hand, what it leaves out and refuses, strata that overlap, and a large series.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]

use std::ops::ControlFlow;

use draw::{Suite, Ticker, Tickets};
use fairness::{
    Cell, DRAWS_MAX, Draw, Family, Fault, LeftOut, Report, Row, SUBJECTS_MAX, Series, Split, Stratum, UNITS_MAX, report,
};

fn made(series: &Series) -> Report {
    report(series, &mut |_, _| ControlFlow::Continue(())).expect("a report")
}

/// A cell of objects `from..to`, every second of unit 1, with these drawn.
fn cell(objects: std::ops::Range<u32>, drawn: &[u32]) -> Cell {
    let row = |subject| Row { subject, unit: u16::from(subject % 2 == 1), drawn: drawn.contains(&subject) };
    Cell { value: None, rows: objects.map(row).collect() }
}

fn draw_of(year: i32, cells: Vec<Cell>) -> Draw {
    let strata = cells.into_iter().zip('a'..).map(|(cell, code)| Stratum {
        code: code.to_string(),
        label: format!("层{code}"),
        split: Split::Fixed,
        cells: vec![cell],
    });
    Draw { label: format!("{year}年"), year, rehearsal: false, strata: strata.collect() }
}

fn series(subjects: u32, draws: Vec<Draw>) -> Series {
    Series { subjects, units: vec!["东所".to_owned(), "西所".to_owned()], draws }
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
}

#[test]
fn tables_by_hand() {
    // Two draws of 2 out of 4, then one of everybody among two others.
    let report = made(&series(
        6,
        vec![
            draw_of(2024, vec![cell(0..4, &[0, 1]), cell(4..6, &[4, 5])]),
            draw_of(2025, vec![cell(0..4, &[0, 2]), cell(4..6, &[])]),
        ],
    ));
    assert_eq!((report.draws, report.years, report.eligible, report.drawn), (2, Some((2024, 2025)), 6, 5));
    let rows: Vec<_> =
        report.strata.iter().map(|row| (row.eligible, row.drawn, row.distinct, row.distinct_drawn)).collect();
    assert_eq!(rows, [(8, 4, 4, 3), (4, 2, 2, 2)]);
    let units: Vec<_> = report.units.iter().map(|row| (row.label.as_str(), row.eligible, row.drawn)).collect();
    assert_eq!(units, [("东所", 6, 4), ("西所", 6, 2)]);
    near(report.units[0].expected, 3.0);
    assert_eq!((report.never.objects, report.never.without_chance), (1, 0));
    near(report.never.expected, 1.0);
    assert_eq!(report.never.rarest.len(), 1);
    assert_eq!((report.never.rarest[0].subject, report.never.rarest[0].draws), (3, 2));
    near(report.never.rarest[0].chance, 0.25);
    let times: Vec<_> = report.times.iter().map(|row| (row.value, row.objects, row.expected)).collect();
    assert_eq!(times.iter().map(|row| (row.0, row.1)).collect::<Vec<_>>(), [(Some(0), 1), (Some(1), 4), (Some(2), 1)]);
    near(times[1].2, 4.0 * 0.5 + 2.0);
    let since: Vec<_> = report.since.iter().map(|row| (row.value, row.objects)).collect();
    assert_eq!(since, [(Some(0), 2), (Some(1), 3), (None, 1)]);
    near(report.since[1].expected, 4.0 * 0.25 + 2.0);
    assert_eq!(report.repeats.len(), 1);
    near(report.repeats[0].at_once, 1.0);
    near(report.repeats[0].at_once_expected, 1.0);
    let left = LeftOut { full_cells: 1, full_rows: 2, empty_cells: 1, empty_rows: 2, ..LeftOut::default() };
    assert_eq!(report.left_out, left);
    assert!(!report.alarms() && report.tests() > 0);
}

#[test]
fn rehearsals_and_objects_without_chance_are_told_apart() {
    let mut draws = vec![draw_of(2025, vec![cell(0..4, &[])]), draw_of(2026, vec![cell(0..4, &[1])])];
    draws[1].rehearsal = true;
    let report = made(&series(4, draws));
    assert_eq!((report.draws, report.left_out.rehearsals, report.left_out.empty_rows), (1, 1, 4));
    assert_eq!((report.never.objects, report.never.without_chance, report.tests()), (4, 4, 0));
    assert!(!report.alarms());
    let nothing = made(&series(0, Vec::new()));
    assert_eq!((nothing.years, nothing.tests(), nothing.alarms()), (None, 0, false));
}

#[test]
fn data_that_is_no_series_is_refused() {
    let refused = |series: &Series| report(series, &mut |_, _| ControlFlow::Continue(())).expect_err("a refusal");
    let good = series(4, vec![draw_of(2025, vec![cell(0..4, &[1])])]);
    let bent = |bend: fn(&mut Series)| {
        let mut series = good.clone();
        bend(&mut series);
        refused(&series)
    };
    assert!(matches!(bent(|it| it.subjects = 3), Fault::Subject { subject: 3, .. }));
    assert!(matches!(bent(|it| it.draws[0].strata[0].cells[0].rows[1].subject = 0), Fault::Subject { subject: 0, .. }));
    assert!(matches!(bent(|it| it.units.truncate(1)), Fault::Unit { unit: 1, .. }));
    assert!(matches!(bent(|it| it.draws.push(draw_of(2024, Vec::new()))), Fault::Order { .. }));
    assert!(matches!(bent(|it| it.subjects = SUBJECTS_MAX + 1), Fault::TooMany { what: "objects", .. }));
    let split = bent(|it| {
        let stratum = &mut it.draws[0].strata[0];
        stratum.split = Split::Random;
        stratum.cells = vec![cell(0..2, &[0, 1]), cell(2..4, &[])];
    });
    assert!(matches!(split, Fault::Share { drawn: 2, .. }));
    let many = |draws: usize, units: usize| {
        let mut series = series(1, vec![draw_of(2025, vec![cell(0..1, &[])]); draws]);
        series.units = vec![String::new(); units];
        series.check()
    };
    assert_eq!(many(DRAWS_MAX, UNITS_MAX), Ok(()));
    assert!(many(DRAWS_MAX + 1, 1).is_err() && many(1, UNITS_MAX + 1).is_err());
    let stopped = report(&good, &mut |_, _| ControlFlow::Break(()));
    assert_eq!(stopped, Err(Fault::Cancelled));
}

/// Ten years in which all firms stand in one stratum (5 %) and a third of them in a second, too (15 %), by one ticket each.
fn overlapping(number: u64, ids: &[String]) -> Series {
    let draws = (0..10).map(|year: u64| {
        let seed = Suite::Sha256.hash(&[b"mingcha stats", (number * 10 + year).to_string().as_bytes()]);
        let tickets = Tickets::new(Suite::Sha256, &seed);
        let select = |step: usize, size: u64| {
            let rows = || ids.iter().zip(0..).step_by(step);
            let names = rows().map(|(id, _)| id.as_str());
            let mut ticker = Ticker::new(0);
            let drawn = draw::select(&tickets, names, size, 0, &mut ticker, &mut draw::unattended).expect("drawn").0;
            let drawn: std::collections::HashSet<String> =
                drawn.into_iter().map(|drawn| drawn.id.to_string()).collect();
            let row = |(id, subject): (&String, u32)| Row {
                subject,
                unit: u16::from(subject < 700),
                drawn: drawn.contains(id),
            };
            Cell { value: None, rows: rows().map(row).collect() }
        };
        draw_of(2016 + i32::try_from(year).expect("small"), vec![select(1, 100), select(3, 100)])
    });
    let draws = draws.collect();
    series(u32::try_from(ids.len()).expect("small"), draws)
}

#[test]
fn overlapping_strata_do_not_alarm_by_themselves() {
    let ids: Vec<String> = (0..2_000).map(|number| format!("{number:06}")).collect();
    let (mut at_5, mut at_50) = (0, 0);
    for number in 0..200 {
        let report = made(&overlapping(number, &ids));
        assert_eq!(report.left_out.overlapping_rows, 6_670);
        assert!(!report.alarms(), "decade {number}");
        at_5 += u32::from(report.smallest_adjusted() < 0.05);
        at_50 += u32::from(report.smallest_adjusted() < 0.5);
    }
    assert!(at_5 < 20 && at_50 > 0, "{at_5} {at_50}");
}

#[test]
fn a_city_of_240_000_firms_and_twenty_draws() {
    let mut state = 1_u64;
    let mut next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let draws = (0..20).map(|number| {
        let strata = (0..12_u32).map(|stratum| {
            let mut rows: Vec<Row> = (0..20_000)
                .map(|row| Row {
                    subject: row * 12 + stratum,
                    unit: u16::try_from(row % 300).expect("small"),
                    drawn: false,
                })
                .collect();
            for _ in 0..600 {
                let place = usize::try_from(next()).expect("31 bits") % rows.len();
                rows[place].drawn = true;
            }
            let (code, label) = (stratum.to_string(), format!("层{stratum}"));
            Stratum { code, label, split: Split::Fixed, cells: vec![Cell { value: None, rows }] }
        });
        Draw { label: number.to_string(), year: 2007 + number, rehearsal: false, strata: strata.collect() }
    });
    let units = (0..300).map(|unit| unit.to_string()).collect();
    let series = Series { subjects: 240_000, units, draws: draws.collect() };
    let report = made(&series);
    assert!(!report.alarms());
    assert_eq!((report.eligible, report.draws), (240_000, 20));
    let by_stratum = report.families.iter().find(|family| family.family == Family::UnitsByStratum);
    assert_eq!(by_stratum.map(|family| family.tests), Some(300 * 12 * 20));
    assert!(report.sensitivity.tail_noticed);
}

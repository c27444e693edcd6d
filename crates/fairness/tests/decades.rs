//! Simulated decades: silent where the draws are fair, loud where they are bent. What is measured here and what the page
//! `docs/protocol/公平性检验.md` states must agree, row by row.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]

mod common;

use std::ops::ControlFlow;

use common::{Bend, City, YEARS};
use fairness::{ALPHA, Family, Report, Series, report};

/// Fair decades of the small and of the larger city.
const FAIR: [(u32, u64); 2] = [(6_000, 400), (30_000, 40)];
/// Bent decades of each kind.
const BENT: [(u32, u64); 2] = [(6_000, 40), (30_000, 20)];

fn made(series: &Series) -> Report {
    report(series, &mut |_, _| ControlFlow::Continue(())).expect("a report")
}

fn drawn(report: &Report) -> u64 {
    report.strata.iter().map(|stratum| stratum.drawn).sum()
}

/// The page must hold this row.
fn stated(row: &str) {
    let page = include_str!("../../../docs/protocol/公平性检验.md");
    assert!(page.lines().any(|line| line == row), "the page does not say:\n{row}");
}

#[test]
fn fair_decades_are_silent() {
    for (firms, decades) in FAIR {
        let city = City::new(firms);
        let (mut alarms, mut single_alarms, mut at_5, mut at_20) = (0, 0, 0, 0);
        let mut tests = 0;
        for number in 0..decades {
            let mut series = city.decade(number, Bend::Fair);
            let report = made(&series);
            alarms += u32::from(report.alarms());
            at_5 += u32::from(report.smallest_adjusted() < 0.05);
            at_20 += u32::from(report.smallest_adjusted() < 0.2);
            tests = tests.max(report.tests());
            series.draws.drain(..series.draws.len() - 1);
            single_alarms += u32::from(made(&series).alarms());
        }
        // At least 99 of 100 are silent, with a wide margin: ALPHA promises 9997 of 10 000.
        assert_eq!((alarms, single_alarms), (0, 0));
        // The p-values are no larger than they must be: at 20 % some decades do stand out, and not more than 20 %.
        assert!(at_20 > 0 && f64::from(at_20) < 0.2 * decades as f64);
        assert!(f64::from(at_5) < 0.05 * decades as f64);
        stated(&format!("| {firms} | {YEARS} | {decades} | {tests} | {alarms} | {single_alarms} | {at_5} | {at_20} |"));
    }
}

/// Alarms of bent decades, and how many of them the family raised that asks the question.
fn power(bend: Bend, words: &str, asks: &[Family], least: [u32; 2]) {
    for ((firms, decades), least) in BENT.into_iter().zip(least) {
        let city = City::new(firms);
        let (mut alarms, mut asked, mut size) = (0, 0, 0);
        for number in 0..decades {
            let report = made(&city.decade(number, bend));
            alarms += u32::from(report.alarms());
            let loud = report.families.iter().filter(|family| family.alarms > 0);
            asked += u32::from(loud.map(|family| family.family).any(|family| asks.contains(&family)));
            size = drawn(&report);
        }
        assert!(alarms >= least && asked >= least, "{bend:?} of {firms}: {alarms}, {asked}");
        stated(&format!("| {words} | {firms} | {size} | {YEARS} | {alarms}/{decades} |"));
    }
}

#[test]
fn skip_sampling_alarms() {
    power(Bend::Skip, "隔行抽取（每隔固定行数取一行）", &[Family::Spacing], [40, 20]);
}

#[test]
fn a_tail_left_out_alarms() {
    power(Bend::TailLeftOut, "底册最后 1% 抽不到", &[Family::Position], [40, 20]);
}

#[test]
fn a_unit_drawn_too_often_alarms() {
    power(Bend::UnitOften(120), "一个单位多抽 20%", &[Family::Units], [20, 20]);
}

#[test]
fn a_firm_never_drawn_at_high_ratios_alarms() {
    power(Bend::FirmSpared, "一户重点企业（每年 80%）十年未中", &[Family::NeverDrawn], [40, 20]);
}

#[test]
fn other_bent_draws_alarm() {
    power(Bend::NotAgain, "上一年中签的这一年让过", &[Family::Repeats], [40, 20]);
    power(Bend::OneSeed, "每年用同一个种子", &[Family::Repeats], [40, 20]);
    // Ten seats by a fraction that is not small: in the small city even ten lucky ones are no proof.
    power(Bend::SeatGiven, "零头名额总给同一个单位", &[Family::Seats], [0, 20]);
}

#[test]
fn a_firm_is_named_when_it_alarms() {
    let report = made(&City::new(6_000).decade(3, Bend::FirmSpared));
    let rarest = report.never.rarest.first().expect("one is named");
    assert_eq!((rarest.subject, rarest.draws), (7, 10));
    assert!((rarest.chance / 0.2_f64.powi(10) - 1.0).abs() < 1e-6);
    let finding = report.families.iter().find(|family| family.family == Family::NeverDrawn).expect("a family");
    let finding = finding.findings.first().expect("a finding");
    assert_eq!(finding.subject, Some(7));
    // 200 firms of this chance: one such decade in 1 / (200 × 0.2^10).
    assert!((finding.p / (200.0 * 0.2_f64.powi(10)) - 1.0).abs() < 1e-6);
    assert!(finding.alarms() && finding.adjusted < ALPHA);
}

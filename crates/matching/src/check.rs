//! Limits and forms of the matching document. Nothing is mended silently: what does not comply is refused with its place.

use crate::{ALGORITHM, Input, Inspector, Refusal, Visit};
use std::collections::{BTreeMap, BTreeSet};

/// Most visits of one document: a province's largest task.
pub const VISITS_MAX: usize = 50_000;
/// Most inspectors of one document.
pub const INSPECTORS_MAX: usize = 20_000;
/// Most inspectors of one unit; evening out keeps a table of all pairs of them.
pub const UNIT_INSPECTORS_MAX: usize = 1_000;
/// Most visits times inspectors of one unit; each such combination costs a ticket.
pub const UNIT_PAIRS_MAX: usize = 5_000_000;
/// Most recusals of one document.
pub const RECUSALS_MAX: usize = 200_000;
/// Most separated pairs of one document.
pub const SEPARATIONS_MAX: usize = 10_000;
/// Most qualification codes that one visit requires.
pub const REQUIRES_MAX: usize = 16;
/// Most qualifications of one inspector.
pub const QUALIFICATIONS_MAX: usize = 200;
/// Most spans of leave of one inspector.
pub const LEAVES_MAX: usize = 400;
/// Longest id or code in bytes.
pub const TEXT_BYTES_MAX: usize = 64;
/// Highest `prior_load`.
pub const PRIOR_LOAD_MAX: u32 = 1_000_000;

pub(crate) fn check(input: &Input) -> Result<(), Refusal> {
    rules(input)?;
    at_most("visits", input.visits.len(), VISITS_MAX)?;
    at_most("inspectors", input.inspectors.len(), INSPECTORS_MAX)?;
    at_most("recusals", input.recusals.len(), RECUSALS_MAX)?;
    at_most("rules.separate", input.rules.separate.len(), SEPARATIONS_MAX)?;
    for (index, visit) in input.visits.iter().enumerate() {
        check_visit(index, visit)?;
    }
    for (index, inspector) in input.inspectors.iter().enumerate() {
        check_inspector(index, inspector)?;
    }
    distinct("visits", input.visits.iter().map(|v| v.id.as_str()))?;
    let known = distinct("inspectors", input.inspectors.iter().map(|i| i.id.as_str()))?;
    unit_sizes(input)?;
    pairs(input, &known)
}

fn rules(input: &Input) -> Result<(), Refusal> {
    let rules = &input.rules;
    if rules.algorithm != ALGORITHM {
        return Err(Refusal::BadRule { place: "rules.algorithm".to_owned(), value: rules.algorithm.clone() });
    }
    if rules.seats != 2 {
        return Err(Refusal::BadRule { place: "rules.seats".to_owned(), value: rules.seats.to_string() });
    }
    Ok(())
}

fn check_visit(index: usize, visit: &Visit) -> Result<(), Refusal> {
    let place = |key: &str| format!("visits[{index}].{key}");
    text(|| place("id"), &visit.id)?;
    text(|| place("subject"), &visit.subject)?;
    text(|| place("unit"), &visit.unit)?;
    day(|| place("day"), &visit.day)?;
    at_most(&place("requires"), visit.requires.len(), REQUIRES_MAX)?;
    for code in &visit.requires {
        text(|| place("requires"), code)?;
    }
    distinct(&place("requires"), visit.requires.iter().map(String::as_str)).map(|_| ())
}

fn check_inspector(index: usize, inspector: &Inspector) -> Result<(), Refusal> {
    let place = |key: &str| format!("inspectors[{index}].{key}");
    text(|| place("id"), &inspector.id)?;
    text(|| place("unit"), &inspector.unit)?;
    span(|| place("certificate"), &inspector.certificate.from, &inspector.certificate.to)?;
    at_most(&place("qualifications"), inspector.qualifications.len(), QUALIFICATIONS_MAX)?;
    for (n, q) in inspector.qualifications.iter().enumerate() {
        text(|| place(&format!("qualifications[{n}].code")), &q.code)?;
        span(|| place(&format!("qualifications[{n}]")), &q.from, &q.to)?;
    }
    at_most(&place("leave"), inspector.leave.len(), LEAVES_MAX)?;
    for (n, leave) in inspector.leave.iter().enumerate() {
        span(|| place(&format!("leave[{n}]")), &leave.from, &leave.to)?;
    }
    if inspector.prior_load > PRIOR_LOAD_MAX {
        let count = usize::try_from(inspector.prior_load).unwrap_or(usize::MAX);
        let max = usize::try_from(PRIOR_LOAD_MAX).unwrap_or(usize::MAX);
        return Err(Refusal::TooMany { place: place("prior_load"), count, max });
    }
    Ok(())
}

fn unit_sizes(input: &Input) -> Result<(), Refusal> {
    let mut sizes: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for visit in &input.visits {
        sizes.entry(visit.unit.as_str()).or_default().0 += 1;
    }
    for inspector in &input.inspectors {
        sizes.entry(inspector.unit.as_str()).or_default().1 += 1;
    }
    for (unit, (visits, inspectors)) in sizes {
        if inspectors > UNIT_INSPECTORS_MAX {
            let (unit, count, max) = (unit.to_owned(), inspectors, UNIT_INSPECTORS_MAX);
            return Err(Refusal::TooManyOfUnit { unit, count, max });
        }
        let count = visits.saturating_mul(inspectors);
        if count > UNIT_PAIRS_MAX {
            return Err(Refusal::TooManyPairs { unit: unit.to_owned(), count, max: UNIT_PAIRS_MAX });
        }
    }
    Ok(())
}

fn pairs(input: &Input, known: &BTreeSet<&str>) -> Result<(), Refusal> {
    let listed = |place: String, id: &str| {
        if known.contains(id) { Ok(()) } else { Err(Refusal::UnknownInspector { place, value: id.to_owned() }) }
    };
    for (index, recusal) in input.recusals.iter().enumerate() {
        listed(format!("recusals[{index}].inspector"), &recusal.inspector)?;
        text(|| format!("recusals[{index}].subject"), &recusal.subject)?;
    }
    for (index, pair) in input.rules.separate.iter().enumerate() {
        listed(format!("rules.separate[{index}].one"), &pair.one)?;
        listed(format!("rules.separate[{index}].other"), &pair.other)?;
        if pair.one == pair.other {
            return Err(Refusal::Duplicate { place: format!("rules.separate[{index}]"), value: pair.one.clone() });
        }
    }
    Ok(())
}

fn at_most(place: &str, count: usize, max: usize) -> Result<(), Refusal> {
    if count > max { Err(Refusal::TooMany { place: place.to_owned(), count, max }) } else { Ok(()) }
}

fn distinct<'a>(place: &str, values: impl Iterator<Item = &'a str>) -> Result<BTreeSet<&'a str>, Refusal> {
    let mut seen = BTreeSet::new();
    for value in values {
        if !seen.insert(value) {
            return Err(Refusal::Duplicate { place: place.to_owned(), value: value.to_owned() });
        }
    }
    Ok(seen)
}

/// The characters that protocol §1 bars everywhere; among them the separator of ticket texts, so that two texts never join to the same bytes.
fn text(place: impl Fn() -> String, value: &str) -> Result<(), Refusal> {
    let barred = |c: char| matches!(c, '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}');
    if value.is_empty() || value.len() > TEXT_BYTES_MAX || value.chars().any(barred) {
        return Err(Refusal::BadText { place: place(), value: value.chars().take(TEXT_BYTES_MAX).collect() });
    }
    Ok(())
}

fn span(place: impl Fn() -> String, from: &str, to: &str) -> Result<(), Refusal> {
    day(|| format!("{}.from", place()), from)?;
    day(|| format!("{}.to", place()), to)?;
    if to < from { Err(Refusal::Backwards { place: place() }) } else { Ok(()) }
}

fn day(place: impl Fn() -> String, value: &str) -> Result<(), Refusal> {
    if real_day(value) {
        Ok(())
    } else {
        Err(Refusal::BadDay { place: place(), value: value.chars().take(TEXT_BYTES_MAX).collect() })
    }
}

fn real_day(value: &str) -> bool {
    let shape = value.len() == 10
        && value.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    let part = |range: std::ops::Range<usize>| value.get(range).and_then(|t| t.parse::<u32>().ok());
    if !shape {
        return false;
    }
    let (Some(year), Some(month), Some(day)) = (part(0..4), part(5..7), part(8..10)) else { return false };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    year >= 1 && (1..=last).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::real_day;

    #[test]
    fn days_are_real_and_padded() {
        let check = |value: &str, expect: bool| assert_eq!(real_day(value), expect, "{value}");
        for good in ["2021-05-10", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"] {
            check(good, true);
        }
        for bad in [
            "2021-02-29",
            "1900-02-29",
            "2021-5-10",
            "2021/05/10",
            "2021-13-01",
            "2021-04-31",
            "0000-01-01",
            "2021-05-00",
            "２０２１-05-10",
            "",
            "2021-05-101",
        ] {
            check(bad, false);
        }
    }
}

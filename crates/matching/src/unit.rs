//! The tables of one unit: who is eligible for which visit, who may sit together, and why a visit has nobody. It chooses nothing.

use crate::{Holders, Input, Inspector, Short, Shortage, Tickets, Visit, Why};
use std::collections::{BTreeMap, BTreeSet};

/// A table of small values. Reading outside of it gives the default, so that no index can bring a matching down.
pub(crate) struct Grid<T> {
    width: usize,
    cells: Vec<T>,
}

impl<T: Copy + Default> Grid<T> {
    pub(crate) fn new(rows: usize, width: usize) -> Self {
        Self { width, cells: vec![T::default(); rows.saturating_mul(width)] }
    }

    #[inline]
    pub(crate) fn at(&self, row: usize, column: usize) -> T {
        self.cells.get(row * self.width + column).copied().unwrap_or_default()
    }

    #[inline]
    pub(crate) fn set(&mut self, row: usize, column: usize, change: impl FnOnce(T) -> T) {
        if let Some(cell) = self.cells.get_mut(row * self.width + column) {
            *cell = change(*cell);
        }
    }
}

/// One unit. Inspectors are numbered in the order of their rank tickets, visits in the order of their ids.
pub(crate) struct Unit<'a> {
    name: &'a str,
    pub(crate) visits: Vec<&'a Visit>,
    pub(crate) inspectors: Vec<&'a Inspector>,
    recused: BTreeSet<(&'a str, &'a str)>,
    eligible: Grid<bool>,
    /// For visits with requirements, which of them each inspector fulfils, one bit each; empty for the others.
    held: Vec<Vec<u32>>,
    separate: Grid<bool>,
    pub(crate) prior_counts: bool,
}

impl<'a> Unit<'a> {
    pub(crate) fn new(name: &'a str, mut visits: Vec<&'a Visit>, input: &'a Input, tickets: &Tickets) -> Self {
        visits.sort_by(|a, b| a.id.cmp(&b.id));
        let mut inspectors: Vec<&Inspector> = input.inspectors.iter().filter(|i| i.unit == name).collect();
        inspectors.sort_by_cached_key(|i| tickets.key(&["rank", &i.id]));
        let number: BTreeMap<&str, usize> = inspectors.iter().enumerate().map(|(n, i)| (i.id.as_str(), n)).collect();
        let recused: BTreeSet<(&str, &str)> = input
            .recusals
            .iter()
            .map(|r| (r.inspector.as_str(), r.subject.as_str()))
            .filter(|(i, _)| number.contains_key(i))
            .collect();
        let mut separate = Grid::new(inspectors.len(), inspectors.len());
        for pair in &input.rules.separate {
            if let (Some(&a), Some(&b)) = (number.get(pair.one.as_str()), number.get(pair.other.as_str())) {
                separate.set(a, b, |_| true);
                separate.set(b, a, |_| true);
            }
        }
        let mut eligible = Grid::new(visits.len(), inspectors.len());
        for (v, visit) in visits.iter().enumerate() {
            for (i, inspector) in inspectors.iter().enumerate() {
                eligible.set(v, i, |_| barred(inspector, visit, &recused).is_none());
            }
        }
        let held = visits
            .iter()
            .map(|visit| {
                if visit.requires.is_empty() { Vec::new() } else { inspectors.iter().map(|i| held(i, visit)).collect() }
            })
            .collect();
        let prior_counts = input.rules.balance == crate::Balance::Load;
        Self { name, visits, inspectors, recused, eligible, held, separate, prior_counts }
    }

    pub(crate) fn inspector(&self, number: usize) -> Option<&'a Inspector> {
        self.inspectors.get(number).copied()
    }

    pub(crate) fn visit(&self, number: usize) -> Option<&'a Visit> {
        self.visits.get(number).copied()
    }

    #[inline]
    pub(crate) fn eligible(&self, visit: usize, inspector: usize) -> bool {
        self.eligible.at(visit, inspector)
    }

    /// Whether two inspectors may form the team of a visit.
    #[inline]
    pub(crate) fn team(&self, visit: usize, a: usize, b: usize) -> bool {
        a != b
            && self.eligible(visit, a)
            && self.eligible(visit, b)
            && !self.separate.at(a, b)
            && self.complete(visit, a, b)
    }

    #[inline]
    fn complete(&self, visit: usize, a: usize, b: usize) -> bool {
        match self.held.get(visit) {
            Some(masks) if !masks.is_empty() => {
                let mask = |i: usize| masks.get(i).copied().unwrap_or_default();
                mask(a) | mask(b) == full(self.visits.get(visit).map_or(0, |v| v.requires.len()))
            }
            _ => true,
        }
    }

    /// The visits without any lawful team.
    pub(crate) fn shortages(&self) -> Vec<Shortage> {
        (0..self.visits.len())
            .filter_map(|v| self.visit(v).filter(|_| !self.feasible(v)))
            .map(|v| self.shortage(v))
            .collect()
    }

    fn feasible(&self, visit: usize) -> bool {
        let people: Vec<usize> = (0..self.inspectors.len()).filter(|&i| self.eligible(visit, i)).collect();
        people.iter().enumerate().any(|(n, &a)| people.iter().skip(n + 1).any(|&b| self.team(visit, a, b)))
    }

    fn shortage(&self, visit: &Visit) -> Shortage {
        let why = self.why(visit);
        let missing: Vec<String> = why.holders.iter().filter(|h| h.eligible == 0).map(|h| h.code.clone()).collect();
        let mut left = why.unit;
        let mut short = if left < 2 { Some(Short::Unit) } else { None };
        for (taken, rule) in
            [(why.certificate, Short::Certificate), (why.leave, Short::Leave), (why.recused, Short::Recusal)]
        {
            left = left.saturating_sub(taken);
            if short.is_none() && left < 2 {
                short = Some(rule);
            }
        }
        let short =
            short.unwrap_or(if missing.is_empty() { Short::Team } else { Short::Qualification { codes: missing } });
        Shortage {
            visit: visit.id.clone(),
            subject: visit.subject.clone(),
            unit: self.name.to_owned(),
            day: visit.day.clone(),
            short,
            why,
        }
    }

    /// The counts of a visit: what each rule took away, and who holds what is required.
    pub(crate) fn why(&self, visit: &Visit) -> Why {
        let mut why =
            Why { unit: self.inspectors.len(), certificate: 0, leave: 0, recused: 0, eligible: 0, holders: Vec::new() };
        let mut people = Vec::new();
        for inspector in &self.inspectors {
            match barred(inspector, visit, &self.recused) {
                Some(Bar::Certificate) => why.certificate += 1,
                Some(Bar::Leave) => why.leave += 1,
                Some(Bar::Recusal) => why.recused += 1,
                None => people.push(inspector),
            }
        }
        why.eligible = people.len();
        let mut codes: Vec<&String> = visit.requires.iter().collect();
        codes.sort();
        why.holders = codes
            .into_iter()
            .map(|code| Holders {
                code: code.clone(),
                eligible: people.iter().filter(|i| holds(i, code, &visit.day)).count(),
            })
            .collect();
        why
    }
}

enum Bar {
    Certificate,
    Leave,
    Recusal,
}

fn barred(inspector: &Inspector, visit: &Visit, recused: &BTreeSet<(&str, &str)>) -> Option<Bar> {
    if !inspector.certificate.holds(&visit.day) {
        Some(Bar::Certificate)
    } else if inspector.leave.iter().any(|l| l.holds(&visit.day)) {
        Some(Bar::Leave)
    } else if recused.contains(&(inspector.id.as_str(), visit.subject.as_str())) {
        Some(Bar::Recusal)
    } else {
        None
    }
}

fn holds(inspector: &Inspector, code: &str, day: &str) -> bool {
    inspector.qualifications.iter().any(|q| q.code == code && q.holds(day))
}

fn held(inspector: &Inspector, visit: &Visit) -> u32 {
    visit
        .requires
        .iter()
        .enumerate()
        .filter(|(_, code)| holds(inspector, code, &visit.day))
        .fold(0, |mask, (bit, _)| mask | 1 << bit)
}

fn full(requirements: usize) -> u32 {
    (0..requirements).fold(0, |mask, bit| mask | 1 << bit)
}

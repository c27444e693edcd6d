//! Evens out loads along chains of hand-overs. It keeps every team lawful at every step and never takes a visit's team away.

use crate::Tickets;
use crate::place::{Seats, starting_loads};
use crate::unit::{Grid, Unit};
use std::collections::{BTreeSet, VecDeque};

/// Hands visits over until neither a single hand-over nor a chain lowers the sum of the squared loads.
pub(crate) fn even_out(unit: &Unit<'_>, tickets: &Tickets, seats: Seats) -> Seats {
    let mut state = State::new(unit, tickets, seats);
    let mut barred = BTreeSet::new();
    loop {
        if let Some((a, b)) = state.best_pair() {
            state.hand(a, b);
            barred.clear();
            continue;
        }
        let Some(chain) = state.chain(&barred) else { return state.seats };
        match state.carry_out(&chain) {
            Ok(()) => barred.clear(),
            Err(link) => {
                barred.insert(link);
            }
        }
    }
}

struct State<'a> {
    unit: &'a Unit<'a>,
    tickets: &'a Tickets,
    seats: Seats,
    loads: Vec<u64>,
    /// The visits of each inspector.
    visits: Vec<BTreeSet<usize>>,
    /// How many visits the first can hand to the second. Kept up to date at each hand-over, so that a search need not look at visits.
    can: Grid<u32>,
}

impl<'a> State<'a> {
    fn new(unit: &'a Unit<'a>, tickets: &'a Tickets, seats: Seats) -> Self {
        let people = unit.inspectors.len();
        let mut state = Self {
            unit,
            tickets,
            loads: starting_loads(unit),
            visits: vec![BTreeSet::new(); people],
            can: Grid::new(people, people),
            seats,
        };
        for v in 0..state.seats.len() {
            let (a, b) = state.team_of(v);
            for seated in [a, b] {
                state.note(v, seated, true);
            }
            state.count(v, |n| n.saturating_add(1));
        }
        state
    }

    fn team_of(&self, v: usize) -> (usize, usize) {
        self.seats.get(v).copied().unwrap_or_default()
    }

    fn load(&self, i: usize) -> u64 {
        self.loads.get(i).copied().unwrap_or_default()
    }

    fn note(&mut self, v: usize, inspector: usize, seated: bool) {
        if let (Some(load), Some(visits)) = (self.loads.get_mut(inspector), self.visits.get_mut(inspector)) {
            if seated {
                *load += 1;
                visits.insert(v);
            } else {
                *load = load.saturating_sub(1);
                visits.remove(&v);
            }
        }
    }

    /// Adds or removes what visit `v` contributes to `can`.
    fn count(&mut self, v: usize, change: impl Fn(u32) -> u32 + Copy) {
        let (a, b) = self.team_of(v);
        for other in 0..self.unit.inspectors.len() {
            if other == a || other == b || !self.unit.eligible(v, other) {
                continue;
            }
            if self.unit.team(v, other, b) {
                self.can.set(a, other, change);
            }
            if self.unit.team(v, a, other) {
                self.can.set(b, other, change);
            }
        }
    }

    fn best_pair(&self) -> Option<(usize, usize)> {
        let people = self.unit.inspectors.len();
        let least = (0..people).map(|i| self.load(i)).min()?;
        let mut givers: Vec<usize> = (0..people).filter(|&a| self.load(a) >= least + 2).collect();
        givers.sort_by_key(|&a| (std::cmp::Reverse(self.load(a)), a));
        givers.into_iter().find_map(|a| {
            (0..people)
                .filter(|&b| self.load(a) >= self.load(b) + 2 && self.can.at(a, b) > 0)
                .min_by_key(|&b| (self.load(b), b))
                .map(|b| (a, b))
        })
    }

    /// The chain of inspectors, each handing a visit to the next, that the search of the module docs finds; `None` if loads are final.
    fn chain(&self, barred: &BTreeSet<(usize, usize)>) -> Option<Vec<usize>> {
        let people = self.unit.inspectors.len();
        let levels: BTreeSet<u64> = self.loads.iter().copied().collect();
        let least = levels.first().copied()?;
        let mut from: Vec<Option<usize>> = vec![None; people];
        let mut reached = vec![false; people];
        for &level in levels.iter().rev().take_while(|&&level| level >= least + 2) {
            let mut queue: VecDeque<usize> =
                (0..people).filter(|&i| self.load(i) == level && !reached.get(i).copied().unwrap_or(true)).collect();
            for &root in &queue {
                if let Some(flag) = reached.get_mut(root) {
                    *flag = true;
                }
            }
            let mut best: Option<usize> = None;
            while let Some(a) = queue.pop_front() {
                for b in 0..people {
                    if reached.get(b).copied().unwrap_or(true) || self.can.at(a, b) == 0 || barred.contains(&(a, b)) {
                        continue;
                    }
                    if let (Some(flag), Some(parent)) = (reached.get_mut(b), from.get_mut(b)) {
                        *flag = true;
                        *parent = Some(a);
                    }
                    queue.push_back(b);
                    if self.load(b) + 2 <= level && best.is_none_or(|found| self.load(b) < self.load(found)) {
                        best = Some(b);
                    }
                }
            }
            if let Some(end) = best {
                return Some(path(end, &from));
            }
        }
        None
    }

    /// Carries a chain out from its end, or undoes it and names the link that had become impossible.
    fn carry_out(&mut self, chain: &[usize]) -> Result<(), (usize, usize)> {
        let mut done: Vec<(usize, usize, usize)> = Vec::new();
        let links: Vec<(usize, usize)> = chain.iter().copied().zip(chain.iter().copied().skip(1)).collect();
        for &(a, b) in links.iter().rev() {
            match self.hand(a, b) {
                Some(v) => done.push((v, a, b)),
                None => {
                    for (v, a, b) in done.into_iter().rev() {
                        self.replace(v, b, a);
                    }
                    return Err((a, b));
                }
            }
        }
        Ok(())
    }

    /// Hands the visit with the smallest seat ticket of `b` from `a` to `b`; `None` if there is none to hand.
    fn hand(&mut self, a: usize, b: usize) -> Option<usize> {
        let id = &self.unit.inspector(b)?.id;
        let chosen = self
            .visits
            .get(a)?
            .iter()
            .copied()
            .filter(|&v| {
                let (x, y) = self.team_of(v);
                let stays = if x == a { y } else { x };
                stays != b && self.unit.team(v, stays, b)
            })
            .min_by_key(|&v| {
                self.unit.visit(v).map(|visit| (self.tickets.ticket(&["seat", &visit.id, id]), &visit.id))
            })?;
        self.replace(chosen, a, b);
        Some(chosen)
    }

    fn replace(&mut self, v: usize, out: usize, into: usize) {
        self.count(v, |n| n.saturating_sub(1));
        if let Some(seat) = self.seats.get_mut(v) {
            if seat.0 == out {
                seat.0 = into;
            } else {
                seat.1 = into;
            }
        }
        self.note(v, out, false);
        self.note(v, into, true);
        self.count(v, |n| n.saturating_add(1));
    }
}

fn path(end: usize, from: &[Option<usize>]) -> Vec<usize> {
    let mut chain = vec![end];
    let mut at = end;
    while let Some(before) = from.get(at).copied().flatten() {
        chain.push(before);
        at = before;
    }
    chain.reverse();
    chain
}

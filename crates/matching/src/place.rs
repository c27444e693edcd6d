//! The first seating: each visit takes the least loaded lawful team, chance deciding between equals. Balance over chains comes later.

use crate::unit::Unit;
use crate::{Refusal, Tickets};

/// Two inspectors per visit, by number, in the order of `unit.visits`.
pub(crate) type Seats = Vec<(usize, usize)>;

/// Seats every visit of a unit whose feasibility was tested.
///
/// # Errors
/// [`Refusal::Unplaced`] where a visit has no team after all.
pub(crate) fn place(unit: &Unit<'_>, tickets: &Tickets) -> Result<Seats, Refusal> {
    let mut order: Vec<usize> = (0..unit.visits.len()).collect();
    order.sort_by_cached_key(|&v| {
        unit.visit(v).map(|visit| (visit.requires.is_empty(), tickets.key(&["visit", &visit.id])))
    });
    let mut loads = starting_loads(unit);
    let mut seats = vec![(0, 0); unit.visits.len()];
    for v in order {
        let (a, b) = choose(unit, tickets, v, &loads).ok_or_else(|| Refusal::Unplaced {
            visit: unit.visit(v).map_or_else(String::new, |visit| visit.id.clone()),
        })?;
        for seated in [a, b] {
            if let Some(load) = loads.get_mut(seated) {
                *load += 1;
            }
        }
        if let Some(seat) = seats.get_mut(v) {
            *seat = (a, b);
        }
    }
    Ok(seats)
}

/// The loads before the first visit is given.
pub(crate) fn starting_loads(unit: &Unit<'_>) -> Vec<u64> {
    unit.inspectors.iter().map(|i| if unit.prior_counts { u64::from(i.prior_load) } else { 0 }).collect()
}

fn choose(unit: &Unit<'_>, tickets: &Tickets, v: usize, loads: &[u64]) -> Option<(usize, usize)> {
    let visit = unit.visit(v)?;
    let mut people: Vec<_> = (0..unit.inspectors.len())
        .filter(|&i| unit.eligible(v, i))
        .filter_map(|i| {
            let id = &unit.inspector(i)?.id;
            Some((loads.get(i).copied()?, tickets.key(&["seat", &visit.id, id]), i))
        })
        .collect();
    people.sort_unstable();
    // Whoever comes earlier and has a partner was taken already, so a partner always stands later in the order.
    people.iter().enumerate().find_map(|(n, &(_, _, a))| {
        people.iter().skip(n + 1).find(|&&(_, _, b)| unit.team(v, a, b)).map(|&(_, _, b)| (a, b))
    })
}

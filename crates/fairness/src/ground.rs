//! The ground that the tests stand on: rehearsals gone, and each object in one cell of a draw only.
//!
//! Where strata overlap, one ticket decides for an object in all of its strata, and counts of two strata are not
//! independent. So an object counts in the cell in which its chance is greatest; the others keep the rest of their rows.
//! Given the tickets of all cells before, and how many of the rest were drawn, each set of that many of the rest is equally
//! likely, because their tickets are independent of those before. The tests stay exact.

use std::borrow::Cow;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::series::{Cell, Draw, Fault, Row, Series};

/// What the tests could not look at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Draws that were rehearsals.
    pub rehearsals: u64,
    /// Cells in which everybody was drawn.
    pub full_cells: u64,
    /// Their objects.
    pub full_rows: u64,
    /// Cells in which nobody was drawn.
    pub empty_cells: u64,
    /// Their objects.
    pub empty_rows: u64,
    /// Objects that stood in a second stratum of a draw and count in one.
    pub overlapping_rows: u64,
}

/// The draws that count.
pub(crate) struct Ground<'a> {
    pub(crate) series: &'a Series,
    pub(crate) draws: Vec<GroundDraw<'a>>,
    pub(crate) left_out: LeftOut,
}

/// A draw whose cells share no object.
pub(crate) struct GroundDraw<'a> {
    pub(crate) draw: &'a Draw,
    pub(crate) cells: Vec<GroundCell<'a>>,
}

/// A cell, maybe without objects that count elsewhere.
pub(crate) struct GroundCell<'a> {
    /// The stratum's place in the scheme.
    pub(crate) place: usize,
    pub(crate) rows: Cow<'a, [Row]>,
    pub(crate) drawn: u64,
}

impl GroundCell<'_> {
    pub(crate) fn population(&self) -> u64 {
        self.rows.len() as u64
    }

    /// Whether chance has a say here.
    pub(crate) fn varies(&self) -> bool {
        self.drawn > 0 && self.drawn < self.population()
    }

    /// The chance of each of its objects.
    pub(crate) fn chance(&self) -> f64 {
        self.drawn as f64 / self.population().max(1) as f64
    }
}

/// Asked to go on after each draw; `Break` cancels.
pub(crate) type Progress<'a> = &'a mut dyn FnMut(u64, u64) -> ControlFlow<()>;

/// Lays the ground.
pub(crate) fn ground<'a>(series: &'a Series, progress: Progress<'_>) -> Result<Ground<'a>, Fault> {
    let mut left_out = LeftOut::default();
    let mut draws = Vec::new();
    // For each object the number (from 1) of the last draw in which it was seen.
    let mut seen = vec![0_u32; usize::try_from(series.subjects).unwrap_or(0)];
    let total = series.draws.len() as u64;
    for (draw, number) in series.draws.iter().zip(1..) {
        if progress(u64::from(number), total).is_break() {
            return Err(Fault::Cancelled);
        }
        if draw.rehearsal {
            left_out.rehearsals += 1;
            continue;
        }
        let mut cells = Vec::new();
        for (place, cell) in by_chance(draw) {
            let fresh = fresh(cell, number, &mut seen);
            left_out.overlapping_rows += (cell.rows.len() - fresh.len()) as u64;
            let drawn = fresh.iter().filter(|row| row.drawn).count() as u64;
            let cell = GroundCell { place, rows: fresh, drawn };
            if cell.population() == 0 {
                continue;
            }
            if drawn == 0 {
                left_out.empty_cells += 1;
                left_out.empty_rows += cell.population();
            } else if !cell.varies() {
                left_out.full_cells += 1;
                left_out.full_rows += cell.population();
            }
            cells.push(cell);
        }
        draws.push(GroundDraw { draw, cells });
    }
    Ok(Ground { series, draws, left_out })
}

/// The cells of a draw, those with the greatest chance first; in the scheme's order where they are equal.
fn by_chance(draw: &Draw) -> Vec<(usize, &Cell)> {
    let strata = draw.strata.iter().enumerate();
    let mut cells: Vec<_> =
        strata.flat_map(|(place, stratum)| stratum.cells.iter().map(move |cell| (place, cell))).collect();
    let chance = |cell: &Cell| cell.drawn() as f64 / cell.rows.len().max(1) as f64;
    cells.sort_by_cached_key(|(_, cell)| std::cmp::Reverse((chance(cell) * 1e12).round().to_bits()));
    cells
}

/// The objects of a cell that no cell before it had.
fn fresh<'a>(cell: &'a Cell, number: u32, seen: &mut [u32]) -> Cow<'a, [Row]> {
    let mut again = false;
    let mut is_fresh = |row: &Row| {
        let place = usize::try_from(row.subject).ok().and_then(|index| seen.get_mut(index));
        place.is_some_and(|place| std::mem::replace(place, number) != number)
    };
    let marks: Vec<bool> = cell.rows.iter().map(&mut is_fresh).collect();
    for mark in &marks {
        again |= !mark;
    }
    if !again {
        return Cow::Borrowed(&cell.rows);
    }
    let rows = cell.rows.iter().zip(marks).filter(|(_, fresh)| *fresh).map(|(row, _)| *row);
    Cow::Owned(rows.collect())
}

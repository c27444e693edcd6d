//! Passes a roll, part by part, and keeps of every cell its smallest tickets: populations, sizes and selection in one go
//! (protocol §3, §5, §6).
//!
//! **This is the hot path of the product.** For each row it costs one look at a table for where the row belongs
//! ([`crate::partition`]), one compression of the hash for its ticket ([`crate::Tickets`]), and one comparison: a ticket whose
//! first 64 bits are above the cell's *bound* cannot be drawn and is forgotten at once. The bound is guessed from the size
//! and population that the sizes document states, with room to spare, so that about as many rows are kept as will be drawn.
//! Should it have been too low after all, [`Sieve::finish`] says so, and the roll is passed once more without a guess.
//!
//! Parts may pass through several sieves at the same time; [`Sieve::join`] makes one of two. Which sieve saw which part has no
//! influence on the result: counts are sums, and what is kept is put into ticket order at the end.

use std::collections::{BTreeMap, HashMap};

use crate::commitment::Commitment;
use crate::outcome::{DrawnCell, Outcome};
use crate::partition::{Fate, Rules, Sorter, unread};
use crate::placement::Placement;
use crate::refused::{Reason, Refused};
use crate::reveals::Settled;
use crate::roll::{Header, Part};
use crate::scheme::Scheme;
use crate::selection::Best;
use crate::sizes::{Sizes, sizes_of};
use crate::suite::{Tickets, Waiting};

/// Whether the smallest tickets are looked for below a guessed bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bounds {
    /// Below a bound that a few cells in a million million exceed: fast.
    Guessed,
    /// Everywhere.
    Open,
}

/// Counts the rows of a scheme's cells and, given tickets, keeps the smallest of each.
pub struct Sieve<'s> {
    scheme: &'s Scheme,
    sorter: Sorter<'s>,
    /// The tickets, and the sizes by cell; `None` where rows are counted only.
    drawing: Option<Drawing>,
    /// By the numbers of the sorter's fates: how many rows.
    by_fate: Vec<u64>,
    strata: Vec<StratumCells>,
    /// The first is [`NOWHERE`].
    cells: Vec<Cell>,
    /// The fates of the part at hand; kept for its room.
    fates: Vec<u32>,
    /// The codes of a column that has one value.
    zeros: Vec<u32>,
}

struct Drawing {
    tickets: Tickets,
    /// How many to keep, and the bound, of each cell.
    plans: HashMap<(usize, Option<String>), (usize, u64)>,
}

/// Where the cells of a stratum are found.
struct StratumCells {
    /// The position of the column whose values are the cells.
    column: Option<usize>,
    by_value: BTreeMap<Option<String>, usize>,
}

struct Cell {
    rows: u64,
    best: Best,
}

/// The cells of a stratum for the codes of one part.
enum Slots<'p> {
    Whole(usize),
    ByCode { codes: std::borrow::Cow<'p, [u32]>, slots: Vec<usize> },
}

impl<'s> Sieve<'s> {
    /// A sieve that counts.
    ///
    /// # Errors
    /// Whatever [`Scheme::check`] refuses.
    pub fn counting(scheme: &'s Scheme, header: &Header) -> Result<Self, Refused> {
        scheme.check(header)?;
        let sorter = Sorter::new(Rules::new(scheme, header)?);
        let strata = scheme.strata.iter().map(|stratum| {
            let column = stratum.cell_column().map(|name| header.find(name).map(|(position, _)| position));
            let column = column.map(|found| found.ok_or_else(unread)).transpose()?;
            Ok(StratumCells { column, by_value: BTreeMap::new() })
        });
        let strata = strata.collect::<Result<Vec<_>, Refused>>()?;
        let nowhere = Cell { rows: 0, best: Best::default() };
        Ok(Self {
            scheme,
            sorter,
            drawing: None,
            by_fate: Vec::new(),
            strata,
            cells: vec![nowhere],
            fates: Vec::new(),
            zeros: Vec::new(),
        })
    }

    /// A sieve that also keeps what will be drawn under a settled commitment. The sizes decide how much is kept; that they
    /// are the roll's is found out at the end.
    ///
    /// # Errors
    /// Scheme or sizes that are not the commitment's; whatever [`Scheme::check`] refuses.
    pub fn drawing(
        commitment: &Commitment,
        settled: &Settled,
        scheme: &'s Scheme,
        header: &Header,
        sizes: &Sizes,
        bounds: Bounds,
    ) -> Result<Self, Refused> {
        commitment.expect_documents(scheme, sizes)?;
        let mut sieve = Self::counting(scheme, header).map_err(|refused| refused.within("scheme"))?;
        let tickets = Tickets::new(commitment.suite, &settled.seed);
        let mut plans = HashMap::new();
        for (index, (stratum, stated)) in scheme.strata.iter().zip(&sizes.strata).enumerate() {
            for plan in stated.plan(stratum, &tickets) {
                let wanted = if plan.size == 0 { 0 } else { plan.size.saturating_add(scheme.reserves) };
                let bound = if bounds == Bounds::Open { u64::MAX } else { guess(wanted, plan.rows) };
                plans.insert((index, plan.cell), (usize::try_from(wanted).unwrap_or(usize::MAX), bound));
            }
        }
        sieve.drawing = Some(Drawing { tickets, plans });
        Ok(sieve)
    }

    /// The columns that parts must have, by position in the header, ascending.
    #[must_use]
    pub fn columns(&self) -> Vec<usize> {
        let cells = self.strata.iter().filter_map(|stratum| stratum.column);
        let mut columns: Vec<_> = self.sorter.rules().columns().chain(cells).collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// Passes the rows of a part that was checked.
    ///
    /// # Errors
    /// A column that the scheme reads is not there.
    pub fn take(&mut self, part: &Part) -> Result<(), Refused> {
        let mut fates = std::mem::take(&mut self.fates);
        self.sorter.sort(part, &mut fates)?;
        self.by_fate.resize(self.sorter.fates().len(), 0);
        let slots = (0..self.strata.len()).map(|stratum| self.slots(stratum, part)).collect::<Result<Vec<_>, _>>()?;
        let mut zeros = std::mem::take(&mut self.zeros);
        zeros.resize(part.rows(), 0);
        let ways: Vec<_> = self.sorter.fates().iter().map(|fate| Way::of(fate, &slots, &zeros)).collect();
        let tickets = self.drawing.as_ref().map(|drawing| &drawing.tickets);
        let mut waiting = Waiting::new(NOWHERE);
        for (row, (id, fate)) in part.ids().iter().zip(&fates).enumerate() {
            let fate = *fate as usize;
            let (Some(count), Some(way)) = (self.by_fate.get_mut(fate), ways.get(fate)) else { continue };
            *count += 1;
            let slot = way.codes.get(row).and_then(|code| way.slots.get(*code as usize)).copied().unwrap_or(NOWHERE);
            pass_one(&mut self.cells, slot, id, tickets, &mut waiting);
            // An object of several strata has the same ticket in all of them.
            for stratum in way.further {
                if let Some(slot) = slots.get(*stratum).and_then(|slots| slots.of(row)) {
                    pass_one(&mut self.cells, slot, id, tickets, &mut waiting);
                }
            }
        }
        if let Some(tickets) = tickets {
            hash(&mut self.cells, tickets, &mut waiting);
        }
        (self.fates, self.zeros) = (fates, zeros);
        Ok(())
    }

    /// Where the rows of a part go that belong to a stratum.
    fn slots<'p>(&mut self, stratum: usize, part: &'p Part) -> Result<Slots<'p>, Refused> {
        let Some(column) = self.strata.get(stratum).map(|cells| cells.column) else { return Err(unread()) };
        let Some(column) = column else { return Ok(Slots::Whole(self.slot(stratum, None))) };
        let column = part.column(column).filter(|column| column.len() == part.rows()).ok_or_else(unread)?;
        let codes = column.coded().map_err(|reason| Refused::new("", reason))?;
        let mut slots = Vec::with_capacity(column.values().len());
        for value in column.values().iter() {
            slots.push(self.slot(stratum, Some(String::from_utf8_lossy(value).into_owned())));
        }
        Ok(Slots::ByCode { codes, slots })
    }

    /// The cell of a value, which may be new.
    fn slot(&mut self, stratum: usize, value: Option<String>) -> usize {
        let Some(cells) = self.strata.get_mut(stratum) else { return usize::MAX };
        if let Some(slot) = cells.by_value.get(&value) {
            return *slot;
        }
        let slot = self.cells.len();
        let plan = self.drawing.as_ref().and_then(|drawing| drawing.plans.get(&(stratum, value.clone())));
        let (wanted, bound) = plan.copied().unwrap_or((0, 0));
        self.cells.push(Cell { rows: 0, best: Best::new(wanted, bound) });
        cells.by_value.insert(value, slot);
        slot
    }

    /// Puts what was kept into ticket order. [`Sieve::finish`] does so in any case; of sieves on several threads, each does its
    /// own share here.
    pub fn rest(&mut self) {
        self.cells.iter_mut().for_each(|cell| cell.best.sort());
    }

    /// Takes over what another sieve of the same scheme and draw has counted and kept.
    ///
    /// # Errors
    /// More different fates than can be numbered.
    pub fn join(&mut self, other: Self) -> Result<(), Refused> {
        for (fate, rows) in other.sorter.fates().iter().zip(&other.by_fate) {
            let number = self.sorter.number(fate.clone())? as usize;
            self.by_fate.resize(self.sorter.fates().len(), 0);
            if let Some(count) = self.by_fate.get_mut(number) {
                *count += rows;
            }
        }
        let mut cells: Vec<_> = other.cells.into_iter().map(Some).collect();
        for (stratum, others) in other.strata.into_iter().enumerate() {
            for (value, slot) in others.by_value {
                let mine = self.slot(stratum, value);
                let theirs = cells.get_mut(slot).and_then(Option::take);
                if let (Some(mine), Some(theirs)) = (self.cells.get_mut(mine), theirs) {
                    mine.rows += theirs.rows;
                    mine.best.join(theirs.best);
                }
            }
        }
        Ok(())
    }

    /// The sizes that the counts give.
    ///
    /// # Errors
    /// A value without a ratio.
    pub fn sizes(&self) -> Result<Sizes, Refused> {
        let mut excluded = vec![0; self.scheme.exclude.len()];
        let mut outside = 0;
        for (fate, rows) in self.sorter.fates().iter().zip(&self.by_fate) {
            match fate {
                Fate::Excluded(rule) => excluded.get_mut(*rule).into_iter().for_each(|count| *count += rows),
                Fate::Member(strata) if strata.is_empty() => outside += rows,
                Fate::Member(_) => {}
            }
        }
        let rows_of = |slot: &usize| self.cells.get(*slot).map_or(0, |cell| cell.rows);
        let strata = self.strata.iter().map(|cells| {
            let populated =
                cells.by_value.iter().map(|(value, slot)| (value, rows_of(slot))).filter(|(_, rows)| *rows > 0);
            match cells.column {
                None => (populated.map(|(_, rows)| rows).sum(), Vec::new()),
                Some(_) => {
                    let cells: Vec<_> =
                        populated.map(|(value, rows)| (value.clone().unwrap_or_default(), rows)).collect();
                    (cells.iter().map(|(_, rows)| rows).sum(), cells)
                }
            }
        });
        sizes_of(self.scheme, &excluded, outside, strata.collect())
    }

    /// Where the rows went; meant for a single one.
    pub(crate) fn placement(&self) -> Placement {
        let mut placement = Placement { excluded: None, cells: Vec::new() };
        for (fate, rows) in self.sorter.fates().iter().zip(&self.by_fate) {
            if let (Fate::Excluded(rule), true) = (fate, *rows > 0) {
                placement.excluded = self.scheme.exclude.get(*rule).map(|rule| rule.code.clone());
            }
        }
        for (stratum, cells) in self.scheme.strata.iter().zip(&self.strata) {
            let met =
                cells.by_value.iter().filter(|(_, slot)| self.cells.get(**slot).is_some_and(|cell| cell.rows > 0));
            placement.cells.extend(met.map(|(value, _)| (stratum.code.clone(), value.clone())));
        }
        placement
    }

    /// What was drawn. `None` where a guessed bound was too low for a cell: pass the roll again with [`Bounds::Open`].
    ///
    /// # Errors
    /// Populations or sizes that differ from the stated ones.
    pub fn finish(
        mut self,
        commitment: &Commitment,
        settled: &Settled,
        sizes: &Sizes,
    ) -> Result<Option<Outcome>, Refused> {
        let found = self.sizes()?;
        if found.to_jcs() != sizes.to_jcs() {
            return Err(Refused::new("sizes", Reason::Mismatch { what: sizes.difference_from(&found) }));
        }
        let Some(drawing) = self.drawing.take() else { return Ok(None) };
        let mut cells = Vec::new();
        for (index, (stratum, stated)) in self.scheme.strata.iter().zip(&sizes.strata).enumerate() {
            for plan in stated.plan(stratum, &drawing.tickets) {
                let slot = self.strata.get(index).and_then(|cells| cells.by_value.get(&plan.cell));
                let best = slot.and_then(|slot| self.cells.get_mut(*slot)).map(|cell| std::mem::take(&mut cell.best));
                let best = best.unwrap_or_default();
                let reserves =
                    if plan.size == 0 { 0 } else { self.scheme.reserves.min(plan.rows.saturating_sub(plan.size)) };
                let mut drawn = best.into_sorted();
                if drawn.len() as u64 != plan.size + reserves {
                    return Ok(None);
                }
                let reserves = drawn.split_off(usize::try_from(plan.size).unwrap_or(usize::MAX));
                let cell = plan.cell;
                cells.push(DrawnCell {
                    stratum: stratum.code.clone(),
                    cell,
                    rows: plan.rows,
                    size: plan.size,
                    drawn,
                    reserves,
                });
            }
        }
        Ok(Some(Outcome {
            draw: commitment.draw.clone(),
            commitment_digest: commitment.digest(),
            seed: settled.seed,
            absent: settled.absent.clone(),
            cells,
        }))
    }
}

impl Slots<'_> {
    fn of(&self, row: usize) -> Option<usize> {
        match self {
            Self::Whole(slot) => Some(*slot),
            Self::ByCode { codes, slots } => slots.get(*codes.get(row)? as usize).copied(),
        }
    }
}

/// The cell of rows that belong nowhere: it is counted like any other and wants nothing.
const NOWHERE: usize = 0;

/// What a fate means in one part. Whatever it is, a row's cell is found by the same two looks, so that there is nothing for
/// the processor to guess.
struct Way<'p> {
    codes: &'p [u32],
    /// The cells, by code.
    slots: &'p [usize],
    /// The strata behind the first, of an object of several.
    further: &'p [usize],
}

impl<'p> Way<'p> {
    /// `zeros` are the codes of a column that has one value.
    fn of(fate: &'p Fate, slots: &'p [Slots<'_>], zeros: &'p [u32]) -> Self {
        let nowhere = Self { codes: zeros, slots: &[NOWHERE], further: &[] };
        let Fate::Member(strata) = fate else { return nowhere };
        let Some((first, further)) = strata.split_first() else { return nowhere };
        match slots.get(*first) {
            Some(Slots::Whole(slot)) => Self { codes: zeros, slots: std::slice::from_ref(slot), further },
            Some(Slots::ByCode { codes, slots }) => Self { codes, slots, further },
            None => nowhere,
        }
    }
}

/// Counts a row in its cell, and puts it among those whose tickets are wanted if the cell wants any.
#[inline(always)]
fn pass_one<'a>(
    cells: &mut [Cell],
    slot: usize,
    id: &'a [u8],
    tickets: Option<&Tickets>,
    waiting: &mut Waiting<'a, usize>,
) {
    let Some(cell) = cells.get_mut(slot) else { return };
    cell.rows += 1;
    if let Some(tickets) = tickets
        && waiting.add(id, slot, cell.best.wants_any())
    {
        hash(cells, tickets, waiting);
    }
}

/// Makes the tickets of a waiting and keeps those that may be drawn.
#[inline(never)]
fn hash(cells: &mut [Cell], tickets: &Tickets, waiting: &mut Waiting<'_, usize>) {
    tickets.of_all(waiting, |slot, id, ticket| {
        if let Some(cell) = cells.get_mut(slot)
            && cell.best.may_hold(ticket.head())
        {
            cell.best.keep(ticket.digest(), id);
        }
    });
}

/// A bound below which, of `rows` tickets, `wanted` lie but for bad luck of less than one in 10^12: the expected count is
/// raised by eight standard deviations and some.
fn guess(wanted: u64, rows: u64) -> u64 {
    let raised = u128::from(wanted) + 8 * u128::from(wanted.isqrt() + 1) + 32;
    if raised >= u128::from(rows) {
        return u64::MAX;
    }
    u64::try_from((raised << 64) / u128::from(rows)).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

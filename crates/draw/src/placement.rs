//! Where a single row belongs under a scheme: excluded, outside, or in which cells. For a firm that holds nothing but its
//! own row.

use crate::id::Id;
use crate::mismatch::Mismatch;
use crate::outcome::{Drawn, Outcome};
use crate::refused::{Reason, Refused};
use crate::roll::{Header, Intake};
use crate::scheme::Scheme;
use crate::sieve::Sieve;
use crate::suite::Tickets;

/// Where a row belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The code of the first exclusion that the row meets; it has no cells then.
    pub excluded: Option<String>,
    /// The stratum's code and the cell's value (`None` for a stratum that is one cell), strata in scheme order. Under
    /// membership `first` at most one; none for a row outside of all strata.
    pub cells: Vec<(String, Option<String>)>,
}

/// Places a row.
///
/// # Errors
/// A row that does not fit the header, or a scheme that does not.
pub fn place(scheme: &Scheme, header: &Header, row: &[&str]) -> Result<Placement, Refused> {
    // A roll of one row, so that no second reading of the rules exists.
    let mut intake = Intake::new(header.clone()).keeping();
    intake.push(row)?;
    let Some(roll) = intake.finish().roll else { return Ok(Placement { excluded: None, cells: Vec::new() }) };
    let mut sieve = Sieve::counting(scheme, header)?;
    roll.parts().iter().try_for_each(|part| sieve.take(part))?;
    Ok(sieve.placement())
}

/// Checks that a result that is consistent ([`Outcome::expect_consistent`]) lists a row as drawn in exactly those of its
/// cells whose threshold its ticket does not exceed, and in no other. It needs no roll.
///
/// # Errors
/// As [`place`]; a result that lacks one of the row's cells, or lists it where it is not drawn, or not where it is.
pub fn expect_listed(
    scheme: &Scheme,
    header: &Header,
    row: &[&str],
    outcome: &Outcome,
    tickets: &Tickets,
) -> Result<(), Refused> {
    let mut missing = place(scheme, header, row)?.cells;
    let id = row.first().copied().unwrap_or_default();
    let mine =
        Drawn { ticket: tickets.of(id.as_bytes()), id: Id::parse(id).map_err(|reason| Refused::new("row", reason))? };
    let mismatch = |what| Err(Refused::new("row", Reason::Mismatch { what }));
    for cell in &outcome.cells {
        let belongs = missing.iter().position(|(stratum, value)| *stratum == cell.stratum && *value == cell.cell);
        let due = belongs.is_some() && cell.threshold().is_some_and(|threshold| mine.ticket <= *threshold);
        if due != cell.drawn.binary_search(&mine).is_ok() {
            let (id, stratum) = (id.to_owned(), cell.stratum.clone());
            return mismatch(match due {
                true => Mismatch::DrawnNotListed { id, stratum },
                false => Mismatch::ListedNotDrawn { id, stratum },
            });
        }
        if let Some(index) = belongs {
            missing.swap_remove(index);
        }
    }
    match missing.first() {
        None => Ok(()),
        Some((stratum, _)) => mismatch(Mismatch::ResultLacksCell { id: id.to_owned(), stratum: stratum.clone() }),
    }
}

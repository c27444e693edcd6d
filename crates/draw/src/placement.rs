//! Where a single row belongs under a scheme: excluded, outside, or in which cells. For a firm that holds nothing but its
//! own row.

use crate::refused::Refused;
use crate::roll::{Header, Intake};
use crate::scheme::Scheme;
use crate::sieve::Sieve;

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

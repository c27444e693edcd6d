//! Who belongs to which cell, for those who count over many draws. It draws nothing.

use crate::partition::{Members, partition};
use crate::progress::Progress;
use crate::refused::Refused;
use crate::roll::Roll;
use crate::scheme::Scheme;

/// The rows of one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellMembers {
    /// The stratum's code.
    pub stratum: String,
    /// The value; `None` for a stratum that is one cell.
    pub cell: Option<String>,
    /// Row numbers from 0, ascending.
    pub rows: Vec<u32>,
}

/// The cells of a roll under a scheme: strata in scheme order, their cells bytewise, as in a result.
///
/// # Errors
/// Whatever [`Scheme::check`] refuses; cancelled.
pub fn members(scheme: &Scheme, roll: &Roll, progress: Progress<'_>) -> Result<Vec<CellMembers>, Refused> {
    scheme.check(roll.header())?;
    let strata = scheme.strata.iter().zip(partition(scheme, roll, progress)?.strata);
    let cells = strata.flat_map(|(stratum, members)| {
        let cells = match members {
            Members::Whole(rows) => vec![(None, rows)],
            Members::Cells(cells) => cells.into_iter().map(|(value, rows)| (Some(value), rows)).collect(),
        };
        cells.into_iter().map(|(cell, rows)| CellMembers { stratum: stratum.code.clone(), cell, rows })
    });
    Ok(cells.collect())
}

//! Who belongs to which cell, for those who count over many draws. It draws nothing.

use std::collections::BTreeMap;

use crate::partition::{Fate, Rules, Sorter};
use crate::progress::{Progress, Ticker};
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
    let mut sorter = Sorter::new(Rules::new(scheme, roll.header())?);
    let column = |name: &str| roll.header().find(name).map(|(position, _)| position);
    let columns: Vec<_> = scheme.strata.iter().map(|stratum| stratum.cell_column().and_then(column)).collect();
    // A stratum that is one cell is listed even when it is empty.
    let whole = |column: &Option<usize>| BTreeMap::from_iter(column.is_none().then(|| (None, Vec::new())));
    let mut cells: Vec<BTreeMap<Option<String>, Vec<u32>>> = columns.iter().map(whole).collect();
    let mut fates = Vec::new();
    let mut ticker = Ticker::new(u64::from(roll.rows()));
    let mut number = 0;
    for part in roll.parts() {
        sorter.sort(part, &mut fates)?;
        for (row, fate) in fates.iter().enumerate() {
            if let Some(Fate::Member(strata)) = sorter.fates().get(*fate as usize) {
                for stratum in strata {
                    let column = columns.get(*stratum).copied().flatten().and_then(|column| part.column(column));
                    let value = column.map(|column| column.text(row).unwrap_or_default().to_owned());
                    if let Some(cells) = cells.get_mut(*stratum) {
                        cells.entry(value).or_default().push(number);
                    }
                }
            }
            number += 1;
        }
        ticker.advance(part.rows() as u64, &mut *progress)?;
    }
    let strata = scheme.strata.iter().zip(cells);
    let cells = strata.flat_map(|(stratum, cells)| {
        cells.into_iter().map(|(cell, rows)| CellMembers { stratum: stratum.code.clone(), cell, rows })
    });
    Ok(cells.collect())
}

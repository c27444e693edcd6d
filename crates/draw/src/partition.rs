//! Who belongs where: exclusions, strata and cells of a roll under a scheme. It draws nothing and sizes nothing.

use crate::progress::{Progress, Ticker};
use crate::refused::Refused;
use crate::roll::Roll;
use crate::scheme::predicate::Compiled;
use crate::scheme::{Membership, Scheme};

/// The rows of a roll by stratum and cell.
pub(crate) struct Partition {
    /// Rows that left, for each exclusion in scheme order.
    pub(crate) excluded: Vec<u64>,
    /// Rows of no stratum.
    pub(crate) outside: u64,
    /// The strata in scheme order.
    pub(crate) strata: Vec<Members>,
}

/// The rows of a stratum.
pub(crate) enum Members {
    /// The stratum is one cell.
    Whole(Vec<u32>),
    /// Cells by value, bytewise; only values that occur.
    Cells(Vec<(String, Vec<u32>)>),
}

/// Sorts the rows of a roll. The scheme must have been checked against the roll's header.
pub(crate) fn partition(scheme: &Scheme, roll: &Roll, progress: Progress<'_>) -> Result<Partition, Refused> {
    let exclude = scheme.exclude.iter().map(|rule| Compiled::new(&rule.when, roll)).collect::<Result<Vec<_>, _>>()?;
    let strata = scheme.strata.iter().map(|rule| Compiled::new(&rule.when, roll)).collect::<Result<Vec<_>, _>>()?;
    let blocked_by = blockers(scheme);
    let mut excluded = vec![0; exclude.len()];
    let mut outside = 0;
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); strata.len()];
    let mut met = vec![false; strata.len()];
    let mut ticker = Ticker::new(u64::from(roll.rows()));
    for row in 0..roll.rows() {
        ticker.tick(progress)?;
        let leaves = exclude.iter().zip(&mut excluded).find(|(rule, _)| rule.is_met(row));
        if let Some((_, count)) = leaves {
            *count += 1;
            continue;
        }
        let belongs = match scheme.membership {
            Membership::First => {
                let first = strata.iter().zip(&mut members).find(|(rule, _)| rule.is_met(row));
                first.map(|(_, rows)| rows.push(row)).is_some()
            }
            Membership::Every => {
                for (met, rule) in met.iter_mut().zip(&strata) {
                    *met = rule.is_met(row);
                }
                join_every(row, &met, &blocked_by, &mut members)
            }
        };
        outside += u64::from(!belongs);
    }
    let strata = scheme.strata.iter().zip(members);
    let strata = strata.map(|(stratum, rows)| match stratum.cell_column() {
        None => Ok(Members::Whole(rows)),
        Some(column) => Ok(Members::Cells(roll.column(column)?.group(rows))),
    });
    Ok(Partition { excluded, outside, strata: strata.collect::<Result<_, Refused>>()? })
}

/// For each stratum marked `else`, the unmarked strata of its population; for the others nothing.
fn blockers(scheme: &Scheme) -> Vec<Vec<usize>> {
    let unmarked = |population: &str| {
        let strata = scheme.strata.iter().enumerate();
        strata.filter(|(_, other)| !other.otherwise && other.population == population).map(|(index, _)| index).collect()
    };
    scheme
        .strata
        .iter()
        .map(|stratum| if stratum.otherwise { unmarked(&stratum.population) } else { Vec::new() })
        .collect()
}

fn join_every(row: u32, met: &[bool], blocked_by: &[Vec<usize>], members: &mut [Vec<u32>]) -> bool {
    let mut belongs = false;
    for ((rows, blockers), meets) in members.iter_mut().zip(blocked_by).zip(met) {
        let blocked = blockers.iter().any(|index| met.get(*index).copied().unwrap_or(false));
        if *meets && !blocked {
            rows.push(row);
            belongs = true;
        }
    }
    belongs
}

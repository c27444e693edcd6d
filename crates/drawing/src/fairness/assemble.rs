//! From opened bundles to a series: ids become numbers in the rolls' order, and each object gets the unit of its row.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use bundle::Populations;
use draw::{Digest, Instant, SplitMethod, Strength};
use fairness::{Cell, Draw, Row, SUBJECTS_MAX, Series, Split, Stratum, UNITS_MAX};

/// The column that tells the unit where nobody names another.
const UNIT_COLUMN: &str = "organ";
/// The one unit of rolls that have no such column.
const WHOLE: &str = "全部";

/// Draws of a series as they are added, in any order.
pub struct Assembly {
    unit_column: Option<String>,
    ids: HashMap<String, u32>,
    units: HashMap<String, u16>,
    unit_names: Vec<String>,
    seen: BTreeSet<Digest>,
    draws: Vec<(i64, Draw)>,
}

/// Why a draw cannot join a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misfit {
    /// The same commitment twice.
    Twice {
        /// The draw's label.
        draw: String,
    },
    /// The roll has no column of the name that was asked for.
    NoColumn {
        /// The draw's label.
        draw: String,
        /// The name.
        column: String,
    },
    /// More than a limit.
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        max: u64,
    },
}

impl Assembly {
    /// An empty series; `unit_column` names the rolls' column that tells the unit.
    #[must_use]
    pub fn new(unit_column: Option<String>) -> Self {
        Self {
            unit_column,
            ids: HashMap::new(),
            units: HashMap::new(),
            unit_names: Vec::new(),
            seen: BTreeSet::new(),
            draws: Vec::new(),
        }
    }

    /// Takes a draw. It counts for the year that its commitment was made in. A draw that nobody witnessed is a rehearsal by
    /// itself; `rehearsal` says that it was called one besides. `units` tells the unit of each row of the roll, where that is
    /// known from elsewhere; a roll has it only if its scheme reads it.
    ///
    /// # Errors
    /// [`Misfit`]; the series is then of no use any more.
    pub fn add(
        &mut self,
        label: &str,
        rehearsal: bool,
        populations: &Populations,
        units: Option<&[Arc<str>]>,
    ) -> Result<(), Misfit> {
        let Populations { commitment, scheme, outcome, roll, cells } = populations;
        if !self.seen.insert(commitment.digest()) {
            return Err(Misfit::Twice { draw: label.to_owned() });
        }
        let named = self.unit_column.as_deref();
        let unit_column = roll.header().find(named.unwrap_or(UNIT_COLUMN)).map(|(index, _)| index);
        if let (Some(column), None) = (named, unit_column) {
            return Err(Misfit::NoColumn { draw: label.to_owned(), column: column.to_owned() });
        }
        let mut strata: Vec<Stratum> = scheme.strata.iter().map(stratum).collect();
        let index_of: HashMap<&str, usize> = scheme.strata.iter().map(|it| it.code.as_str()).zip(0..).collect();
        for (cell, drawn) in cells.iter().zip(&outcome.cells) {
            let drawn: BTreeSet<u32> = drawn.drawn.iter().filter_map(|drawn| roll.find(&drawn.id)).collect();
            let mut rows = Vec::with_capacity(cell.rows.len());
            for row in &cell.rows {
                let subject = self.subject(roll.id(*row).unwrap_or_default())?;
                let unit = match units {
                    Some(units) => usize::try_from(*row).ok().and_then(|row| units.get(row)).map(AsRef::as_ref),
                    None => unit_column.and_then(|column| roll.field(*row, column)),
                };
                let unit = unit.unwrap_or(WHOLE);
                rows.push(Row { subject, unit: self.unit(unit)?, drawn: drawn.contains(row) });
            }
            let stratum = index_of.get(cell.stratum.as_str()).and_then(|index| strata.get_mut(*index));
            if let Some(stratum) = stratum {
                stratum.cells.push(Cell { value: cell.cell.clone(), rows });
            }
        }
        let instant = Instant::parse(&commitment.committed_at).map_or(0, |instant| instant.unix_seconds());
        let year = commitment.committed_at.get(..4).and_then(|year| year.parse().ok()).unwrap_or(0);
        let rehearsal = rehearsal || commitment.strength() == Strength::Rehearsal;
        self.draws.push((instant, Draw { label: label.to_owned(), year, rehearsal, strata }));
        Ok(())
    }

    fn subject(&mut self, id: &str) -> Result<u32, Misfit> {
        if let Some(number) = self.ids.get(id) {
            return Ok(*number);
        }
        let number = u32::try_from(self.ids.len()).ok().filter(|number| *number < SUBJECTS_MAX);
        let number = number.ok_or(Misfit::TooMany { what: "检查对象", max: u64::from(SUBJECTS_MAX) })?;
        self.ids.insert(id.to_owned(), number);
        Ok(number)
    }

    fn unit(&mut self, name: &str) -> Result<u16, Misfit> {
        if let Some(number) = self.units.get(name) {
            return Ok(*number);
        }
        let number = u16::try_from(self.units.len()).ok().filter(|number| usize::from(*number) < UNITS_MAX);
        let number = number.ok_or(Misfit::TooMany { what: "单位", max: UNITS_MAX as u64 })?;
        self.units.insert(name.to_owned(), number);
        self.unit_names.push(name.to_owned());
        Ok(number)
    }

    /// How many draws were taken.
    #[must_use]
    pub fn draws(&self) -> usize {
        self.draws.len()
    }

    /// The series, oldest draw first, and the ids of its objects by number.
    #[must_use]
    pub fn finish(self) -> (Series, Vec<String>) {
        let mut ids: Vec<(String, u32)> = self.ids.into_iter().collect();
        ids.sort_unstable();
        let mut numbers = vec![0_u32; ids.len()];
        for ((_, taken), number) in ids.iter().zip(0..) {
            if let Some(place) = usize::try_from(*taken).ok().and_then(|taken| numbers.get_mut(taken)) {
                *place = number;
            }
        }
        let mut draws = self.draws;
        draws.sort_by(|(at, one), (other_at, other)| {
            (at, one.year, &one.label).cmp(&(other_at, other.year, &other.label))
        });
        let mut draws: Vec<Draw> = draws.into_iter().map(|(_, draw)| draw).collect();
        let strata = draws.iter_mut().flat_map(|draw| &mut draw.strata);
        for row in strata.flat_map(|stratum| &mut stratum.cells).flat_map(|cell| &mut cell.rows) {
            let number = usize::try_from(row.subject).ok().and_then(|taken| numbers.get(taken));
            row.subject = number.copied().unwrap_or_default();
        }
        // Offsets may differ between commitments: a draw never stands in an earlier year than the one before it.
        let mut year = i32::MIN;
        for draw in &mut draws {
            year = year.max(draw.year);
            draw.year = year;
        }
        let subjects = u32::try_from(ids.len()).unwrap_or(SUBJECTS_MAX);
        let series = Series { subjects, units: self.unit_names, draws };
        (series, ids.into_iter().map(|(id, _)| id).collect())
    }
}

fn stratum(stratum: &draw::Stratum) -> Stratum {
    let random = stratum.split.as_ref().is_some_and(|split| split.method == SplitMethod::Random);
    Stratum {
        code: stratum.code.clone(),
        label: stratum.label.clone(),
        split: if random { Split::Random } else { Split::Fixed },
        cells: Vec::new(),
    }
}

//! What the report is made from: a series of draws as plain data, and the checks that it is one.

use thiserror::Error;

/// Draws of a series at most.
pub const DRAWS_MAX: usize = 400;
/// Distinct objects of a series at most.
pub const SUBJECTS_MAX: u32 = 20_000_000;
/// Distinct units of a series at most.
pub const UNITS_MAX: usize = 5_000;

/// A series of draws, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Series {
    /// How many distinct objects there are. They are numbered from 0 in the order of the rolls, which is that of their ids.
    pub subjects: u32,
    /// The units' names, by number.
    pub units: Vec<String>,
    /// The draws; years never decrease.
    pub draws: Vec<Draw>,
}

/// One draw.
#[derive(Debug, Clone)]
pub struct Draw {
    /// What people call it.
    pub label: String,
    /// The year that it counts for.
    pub year: i32,
    /// A rehearsal is left out: who holds all inputs can try inputs.
    pub rehearsal: bool,
    /// Its strata in scheme order. An object may stand in several.
    pub strata: Vec<Stratum>,
}

/// One stratum of a draw.
#[derive(Debug, Clone)]
pub struct Stratum {
    /// The stratum's code.
    pub code: String,
    /// Its name.
    pub label: String,
    /// How its size was shared out over its cells.
    pub split: Split,
    /// Its cells.
    pub cells: Vec<Cell>,
}

/// How a stratum's size became the sizes of its cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// Fixed before the seed was known, or there is one cell.
    Fixed,
    /// By the seed: each cell has the floor of its share or one more, with the fraction's chance.
    Random,
}

/// Objects of which each set of the same size was equally likely.
#[derive(Debug, Clone)]
pub struct Cell {
    /// The value; `None` for a stratum that is one cell.
    pub value: Option<String>,
    /// All eligible objects, by ascending number.
    pub rows: Vec<Row>,
}

/// An eligible object. Eight bytes: millions of them are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The object's number.
    pub subject: u32,
    /// The number of the unit that it belonged to on the day of the draw.
    pub unit: u16,
    /// Whether it was drawn here.
    pub drawn: bool,
}

impl Cell {
    /// How many were drawn.
    #[must_use]
    pub fn drawn(&self) -> u64 {
        self.rows.iter().filter(|row| row.drawn).count() as u64
    }
}

/// Why data is no series.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// More than a limit.
    #[error("more than {max} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        max: u64,
    },
    /// A draw stands before one of an earlier year.
    #[error("draw {draw}: the draws are not in the order of their years")]
    Order {
        /// The later draw's label.
        draw: String,
    },
    /// Objects of a cell are not in ascending order, stand twice, or have a number that the series does not have.
    #[error("draw {draw}, stratum {stratum}: object {subject} is out of order or unknown")]
    Subject {
        /// The draw's label.
        draw: String,
        /// The stratum's code.
        stratum: String,
        /// The object.
        subject: u32,
    },
    /// A unit's number that the series does not have.
    #[error("draw {draw}, stratum {stratum}: unit {unit} is unknown")]
    Unit {
        /// The draw's label.
        draw: String,
        /// The stratum's code.
        stratum: String,
        /// The unit.
        unit: u16,
    },
    /// A cell of a random split has neither the floor of its share nor one more.
    #[error("draw {draw}, stratum {stratum}, cell {cell}: {drawn} drawn is not its share of a random split")]
    Share {
        /// The draw's label.
        draw: String,
        /// The stratum's code.
        stratum: String,
        /// The cell.
        cell: String,
        /// Its size.
        drawn: u64,
    },
    /// The progress function asked to stop.
    #[error("cancelled")]
    Cancelled,
}

impl Series {
    /// Checks limits, order and numbers. The report starts with it.
    ///
    /// # Errors
    /// [`Fault`], at the first breach.
    pub fn check(&self) -> Result<(), Fault> {
        for (what, found, max) in [
            ("draws", self.draws.len() as u64, DRAWS_MAX as u64),
            ("objects", u64::from(self.subjects), u64::from(SUBJECTS_MAX)),
            ("units", self.units.len() as u64, UNITS_MAX as u64),
        ] {
            if found > max {
                return Err(Fault::TooMany { what, max });
            }
        }
        let mut year = i32::MIN;
        for draw in &self.draws {
            if draw.year < year {
                return Err(Fault::Order { draw: draw.label.clone() });
            }
            year = draw.year;
            for stratum in &draw.strata {
                self.check_rows(draw, stratum)?;
                check_shares(draw, stratum)?;
            }
        }
        Ok(())
    }

    fn check_rows(&self, draw: &Draw, stratum: &Stratum) -> Result<(), Fault> {
        for cell in &stratum.cells {
            let mut next = 0;
            for row in &cell.rows {
                if row.subject < next || row.subject >= self.subjects {
                    let (draw, stratum) = (draw.label.clone(), stratum.code.clone());
                    return Err(Fault::Subject { draw, stratum, subject: row.subject });
                }
                if usize::from(row.unit) >= self.units.len() {
                    let (draw, stratum) = (draw.label.clone(), stratum.code.clone());
                    return Err(Fault::Unit { draw, stratum, unit: row.unit });
                }
                next = row.subject + 1;
            }
        }
        Ok(())
    }
}

fn check_shares(draw: &Draw, stratum: &Stratum) -> Result<(), Fault> {
    if stratum.split == Split::Fixed {
        return Ok(());
    }
    let rows: u64 = stratum.cells.iter().map(|cell| cell.rows.len() as u64).sum();
    let size: u64 = stratum.cells.iter().map(Cell::drawn).sum();
    for cell in &stratum.cells {
        let (drawn, share) = (cell.drawn(), size * cell.rows.len() as u64);
        let floor = share / rows.max(1);
        let most = floor + u64::from(!share.is_multiple_of(rows.max(1)));
        if drawn < floor || drawn > most {
            return Err(Fault::Share {
                draw: draw.label.clone(),
                stratum: stratum.code.clone(),
                cell: cell.value.clone().unwrap_or_default(),
                drawn,
            });
        }
    }
    Ok(())
}

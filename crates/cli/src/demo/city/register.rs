//! The register of check objects: which rows there are, in which order, and the file.

use super::dice::Dice;
use super::numbers::{Population, Scale, raw, share_out, unit_weights};
use super::subject::{COLUMNS, Class, Maker, Slot};
use super::{CityError, EXCLUSIONS, STRATA};
use sheet::CsvWriter;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

/// Writes the file and returns how many rows it holds besides the heading.
pub fn write(path: &Path, scale: Scale) -> Result<u64, CityError> {
    let slots = slots(scale);
    let mut maker = Maker::new()?;
    let mut writer = CsvWriter::new(BufWriter::new(File::create(path)?), &COLUMNS)?;
    let mut rows = 0;
    for (number, slot) in (0_u32..).zip(slots) {
        writer.write_row(&maker.cells(slot, number)?)?;
        rows += 1;
    }
    let file = writer.finish()?.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    file.sync_all()?;
    Ok(rows)
}

/// Every row of the register, well mixed: bureaus' exports have no order that a draw could lean on.
pub fn slots(scale: Scale) -> Vec<Slot> {
    let total = raw(Population::Enterprises, scale) + raw(Population::Individuals, scale);
    let mut slots = Vec::with_capacity(usize::try_from(total).unwrap_or(0));
    for (index, stratum) in STRATA.iter().enumerate() {
        add(&mut slots, Class::Member(index), stratum.population, stratum.base(scale));
    }
    for population in [Population::Enterprises, Population::Individuals] {
        for (index, exclusion) in EXCLUSIONS.iter().enumerate() {
            add(&mut slots, Class::Excluded(population, index), population, exclusion.rows(population, scale));
        }
    }
    Dice::new("register", 0).shuffle(&mut slots);
    slots
}

/// The rows of one class, shared out over the units by their ordinary objects: for the rest strata at full scale these are
/// the scenario's own numbers.
fn add(slots: &mut Vec<Slot>, class: Class, population: Population, rows: u32) {
    let mut within = 0;
    for (unit, share) in share_out(rows, &unit_weights(population)).into_iter().enumerate() {
        for _ in 0..share {
            slots.push(Slot { class, unit, within });
            within += 1;
        }
    }
}

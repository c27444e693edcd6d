//! The demo city: four files of the kind that bureaus exchange, from which a whole task of seed 000 can be played.
//!
//! Pure data and files. The same files come out each time: every choice hangs on a label and a number ([`dice`]), never on
//! a random source or a clock. All firms, people and addresses are invented; only the bureaus' structure, the ratios and
//! the names of laws are real. It imports nothing: that is done through the same use cases as for any other file.

mod agencies;
mod dice;
mod inspectors;
mod items;
mod names;
mod numbers;
mod places;
mod register;
mod subject;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use numbers::{
    EXCLUSIONS, GROUP_SUB_KINDS, OFFICE_SUB_KINDS, Population, REGISTERED_UNTIL, STATUSES_IN_OPERATION, STRATA, Scale,
    Stratum, UNITS,
};

/// Name of the file with the check objects.
pub const SUBJECTS_FILE: &str = "检查对象名录.csv";
/// Name of the file with the inspectors.
pub const INSPECTORS_FILE: &str = "执法检查人员名录.xlsx";
/// Name of the file with the check items.
pub const ITEMS_FILE: &str = "抽查事项清单.xlsx";
/// Name of the file with the agencies.
pub const AGENCIES_FILE: &str = "机构.xlsx";

/// The files written, and how many data rows each holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// Check objects: UTF-8 CSV with its mark.
    pub subjects: PathBuf,
    /// Inspectors.
    pub inspectors: PathBuf,
    /// Check items.
    pub items: PathBuf,
    /// Agencies, parents before children.
    pub agencies: PathBuf,
    /// Rows of `subjects`.
    pub subject_rows: u64,
    /// Rows of `inspectors`.
    pub inspector_rows: u64,
    /// Rows of `items`.
    pub item_rows: u64,
    /// Rows of `agencies`.
    pub agency_rows: u64,
}

/// Why the city could not be written.
#[derive(Debug, thiserror::Error)]
pub enum CityError {
    /// The disk failed or the folder is missing.
    #[error("the demo's files could not be written: {0}")]
    Io(#[from] std::io::Error),
    /// A workbook could not be written.
    #[error("the demo's files could not be written: {0}")]
    Sheet(#[from] sheet::SheetError),
    /// The generator made something that the rules of codes refuse: a fault in it.
    #[error("the demo's generator made a bad code: {0}")]
    Code(#[from] domain::credit_code::BadCode),
    /// As above, for divisions.
    #[error("the demo's generator has a bad division: {0}")]
    Division(#[from] domain::division::BadDivision),
    /// A table of the generator does not fit its numbers: a fault in it.
    #[error("the demo's generator ran out of {0}")]
    Exhausted(&'static str),
}

/// Writes the four files into `folder`, which must exist; files of these names are replaced.
///
/// # Errors
/// [`CityError`].
pub fn write(folder: &Path, scale: Scale) -> Result<Files, CityError> {
    let path = |name: &str| folder.join(name);
    let subjects = path(SUBJECTS_FILE);
    let subject_rows = register::write(&subjects, scale)?;
    let inspectors = path(INSPECTORS_FILE);
    let inspector_rows = inspectors::write(&inspectors, scale)?;
    let items = path(ITEMS_FILE);
    let item_rows = items::write(&items)?;
    let agencies = path(AGENCIES_FILE);
    let agency_rows = agencies::write(&agencies)?;
    Ok(Files { subjects, inspectors, items, agencies, subject_rows, inspector_rows, item_rows, agency_rows })
}

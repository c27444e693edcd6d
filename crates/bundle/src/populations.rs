//! A drawn bundle opened for counting: its roll in memory, who belongs to which cell, and who was drawn. It checks that these
//! belong together; that the result is the right one is what [`crate::verify`] proves.

use std::collections::BTreeSet;
use std::path::Path;

use draw::{
    Beacon, CellMembers, Commitment, Expected, Mismatch, Outcome, Progress, Reason, Refused, Reveals, Roll,
    RollDocument, Scheme, Sizes, Subject,
};

use crate::container::Bundle;
use crate::drawing::{document, optional};
use crate::error::{BundleError, ROLL_FILES};
use crate::roll::take_rows;

/// What a bundle says of its population.
pub struct Populations {
    /// `commitment.json`
    pub commitment: Commitment,
    /// `scheme.json`
    pub scheme: Scheme,
    /// `result.json`
    pub outcome: Outcome,
    /// The roll.
    pub roll: Roll,
    /// The cells, in the order of the result's.
    pub cells: Vec<CellMembers>,
}

/// Opens a drawn bundle, folder or zip.
///
/// Checked are the digests of all documents, the roll's header and row count, the populations and sizes, the tickets of the
/// drawn, and that each drawn object belongs to its cell. The root of the roll is left to [`crate::verify`].
///
/// # Errors
/// Whatever does not comply, with its file and place; [`BundleError::MissingFile`] for a bundle without a result or a roll.
pub fn populations(path: &Path, progress: Progress<'_>) -> Result<Populations, BundleError> {
    let mut bundle = Bundle::open(path)?;
    let commitment = document(&mut bundle, "commitment.json", Commitment::parse)?;
    let outcome = document(&mut bundle, "result.json", Outcome::parse)?;
    let scheme = document(&mut bundle, "scheme.json", Scheme::parse)?;
    let sizes = document(&mut bundle, "sizes.json", Sizes::parse)?;
    let reveals = document(&mut bundle, "reveals.json", Reveals::parse)?;
    let roll_document = document(&mut bundle, "roll.json", RollDocument::parse)?;
    let beacon = optional(&mut bundle, "beacon.json", Beacon::parse)?;
    let suite = commitment.suite;
    let Subject::Draw { roll: reference, scheme: scheme_digest, sizes: sizes_digest } = &commitment.subject else {
        return Err(Refused::new(
            "commitment.json: purpose",
            Reason::WrongKind { expected: Expected::Word { words: "draw" } },
        )
        .into());
    };
    roll_document.expect_digest(suite, &reference.digest).map_err(|refused| refused.within("roll.json"))?;
    for (place, expected, found) in
        [("scheme.json", scheme_digest, scheme.digest(suite)), ("sizes.json", sizes_digest, sizes.digest(suite))]
    {
        if *expected != found {
            let reason = Reason::DigestMismatch { expected: expected.to_string(), found: found.to_string() };
            return Err(Refused::new(place, reason).into());
        }
    }
    let settled = commitment.settle(&reveals, beacon.as_ref()).map_err(|refused| refused.within("reveals.json"))?;
    let consistent = outcome.expect_consistent(&commitment, &settled, &scheme, &sizes);
    consistent.map_err(|refused| refused.within("result.json"))?;
    let format = bundle.roll_format()?.ok_or(BundleError::MissingFile { name: ROLL_FILES })?;
    let taken = take_rows(bundle.roll(format)?, None, roll_document.rows, progress);
    let taken = taken.map_err(|error| error.within(format.file_name()))?;
    let roll = taken.roll.ok_or(BundleError::MissingFile { name: ROLL_FILES })?;
    if roll.header() != &roll_document.header || u64::from(roll.rows()) != roll_document.rows {
        return Err(Refused::new(format.file_name(), Reason::Mismatch { what: Mismatch::RollRows }).into());
    }
    let cells = draw::members(&scheme, &roll, progress).map_err(|refused| refused.within("scheme.json"))?;
    expect_members(&outcome, &roll, &cells).map_err(|refused| refused.within("result.json"))?;
    Ok(Populations { commitment, scheme, outcome, roll, cells })
}

/// The cells are those of the result, as large, and every drawn object is a member of its cell.
fn expect_members(outcome: &Outcome, roll: &Roll, cells: &[CellMembers]) -> Result<(), Refused> {
    let mismatch = |place: String, what| Err(Refused::new(place, Reason::Mismatch { what }));
    if outcome.cells.len() != cells.len() {
        return mismatch("cells".to_owned(), Mismatch::RollCells);
    }
    for (index, (drawn, cell)) in outcome.cells.iter().zip(cells).enumerate() {
        let place = format!("cells[{index}]");
        if (&drawn.stratum, &drawn.cell, drawn.rows) != (&cell.stratum, &cell.cell, cell.rows.len() as u64) {
            return mismatch(place, Mismatch::RollPopulations);
        }
        let mut distinct = BTreeSet::new();
        for (number, object) in drawn.drawn.iter().enumerate() {
            let row = roll.find(&object.id).filter(|row| cell.rows.binary_search(row).is_ok());
            if !row.is_some_and(|row| distinct.insert(row)) {
                return mismatch(format!("{place}.drawn[{number}]"), Mismatch::NotAMember);
            }
        }
    }
    Ok(())
}

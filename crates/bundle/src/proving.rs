//! Inclusion proofs for single rows of a roll file.

use std::path::Path;

use draw::{Digest, Intake, Progress, Proof, RowLeaf, Suite, inclusion_path};

use crate::error::BundleError;
use crate::roll::{RollBytes, RollFormat, for_each_row};

/// The proofs of the rows with these ids, in roll order; ids that are not on the roll have none. Memory grows by 32 bytes
/// for each row of the roll.
///
/// # Errors
/// The roll does not comply or cannot be read; cancelled.
pub fn prove(
    roll: &Path,
    suite: Suite,
    key: Digest,
    ids: &[&str],
    progress: Progress<'_>,
) -> Result<Vec<Proof>, BundleError> {
    let format = RollFormat::of_path(roll)?;
    let mut rows = RollBytes::open(roll, format)?.rows()?;
    let mut intake = Intake::new(rows.header().clone());
    let leaf = RowLeaf::new(suite, key);
    let blinds = draw::Blinds::new(suite, &key);
    let mut leaves = Vec::new();
    let mut found = Vec::new();
    let taken = for_each_row(rows.as_mut(), 0, progress, |fields| {
        intake.push(fields)?;
        let id = fields.first().copied().unwrap_or_default();
        if ids.contains(&id) {
            found.push((leaves.len(), blinds.of(id), fields.iter().map(|field| (*field).to_owned()).collect()));
        }
        leaves.push(leaf.of(fields));
        Ok(())
    });
    taken.map_err(|error| error.within(format.file_name()))?;
    let proofs = found.into_iter().map(|(index, blind, row)| {
        let path = inclusion_path(suite, &leaves, index).unwrap_or_default();
        Proof { row, blind, index: index as u64, path }
    });
    Ok(proofs.collect())
}

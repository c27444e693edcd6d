//! Inclusion proofs for single rows of a roll file, and the receipts that are made of them.

use std::path::Path;

use draw::{
    Beacon, Commitment, Digest, Intake, Mismatch, Outcome, Progress, Proof, RECEIPT_OBJECTS_MAX, Receipt,
    ReceiptObject, Refused, Reveals, RollDocument, RowLeaf, Scheme, Sizes, Suite, inclusion_path,
};

use crate::container::Bundle;
use crate::drawing::{RollCheck, compute, document, optional};
use crate::error::BundleError;
use crate::fact::Unit;
use crate::roll::{RollBytes, RollFormat, for_each_row, name_of};

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
    prove_rows(RollBytes::open(roll, format)?, 0, suite, key, ids, progress)
        .map_err(|error| error.within(&name_of(roll)))
}

fn prove_rows(
    roll: RollBytes<'_>,
    rows_expected: u64,
    suite: Suite,
    key: Digest,
    ids: &[&str],
    progress: Progress<'_>,
) -> Result<Vec<Proof>, BundleError> {
    let mut rows = roll.rows()?;
    let mut intake = Intake::new(rows.header().clone());
    let leaf = RowLeaf::new(suite, key);
    let blinds = draw::Blinds::new(suite, &key);
    let mut leaves = Vec::new();
    let mut found = Vec::new();
    for_each_row(rows.as_mut(), rows_expected, progress, |fields| {
        intake.push(fields)?;
        let id = fields.first().copied().unwrap_or_default();
        if ids.contains(&id) {
            found.push((leaves.len(), blinds.of(id), fields.iter().map(|field| (*field).to_owned()).collect()));
        }
        leaves.push(leaf.of(fields));
        Ok(())
    })?;
    let proofs = found.into_iter().map(|(index, blind, row)| {
        let path = inclusion_path(suite, &leaves, index).unwrap_or_default();
        Proof { row, blind, index: index as u64, path }
    });
    Ok(proofs.collect())
}

/// The receipt of these ids, out of a bundle that has been drawn. Where the bundle holds the roll, everything is computed
/// again first, so that no receipt is given for a result that does not hold; where it does not, the rows must be in its
/// `proofs.json`, and the result is checked as far as that goes without the roll.
///
/// # Errors
/// [`BundleError::NotOnRoll`] for an id without a row; more than [`RECEIPT_OBJECTS_MAX`] ids; whatever of the bundle does
/// not hold, with its file and place; cancelled.
pub fn receipt(bundle: &mut Bundle, ids: &[&str], progress: Progress<'_>) -> Result<Receipt, BundleError> {
    if ids.len() > RECEIPT_OBJECTS_MAX {
        return Err(BundleError::Limit {
            place: "ids".to_owned(),
            max: RECEIPT_OBJECTS_MAX as u64,
            unit: Unit::Objects,
        });
    }
    let commitment = document(bundle, "commitment.json", Commitment::parse)?;
    let outcome = document(bundle, "result.json", Outcome::parse)?;
    let roll = document(bundle, "roll.json", RollDocument::parse)?;
    let suite = commitment.suite;
    let (place, proofs) = match (bundle.roll_format()?, roll.key) {
        (Some(format), Some(key)) => {
            if compute(bundle, RollCheck::Digest.into(), &mut *progress)? != outcome {
                let what = Mismatch::BundlesResult;
                return Err(Refused::new("result.json", draw::Reason::Mismatch { what }).into());
            }
            let proofs = prove_rows(bundle.roll(format)?, roll.rows, suite, key, ids, progress);
            (format.file_name(), proofs.map_err(|error| error.within(format.file_name()))?)
        }
        _ => {
            let proofs = optional(bundle, "proofs.json", Proof::parse_all)?;
            let missing = BundleError::MissingFile { name: "roll.csv / roll.parquet / proofs.json" };
            ("proofs.json", proofs.ok_or(missing)?)
        }
    };
    let id_of = |proof: &Proof| proof.row.first().cloned().unwrap_or_default();
    let proofs: Vec<_> = proofs.into_iter().filter(|proof| ids.contains(&id_of(proof).as_str())).collect();
    if let Some(id) = ids.iter().find(|id| !proofs.iter().any(|proof| id_of(proof) == **id)) {
        return Err(BundleError::NotOnRoll { place, id: (*id).to_owned() });
    }
    let scheme = document(bundle, "scheme.json", Scheme::parse)?;
    let objects = proofs.into_iter().map(|proof| ReceiptObject::of(proof, &scheme, &roll, &outcome));
    let receipt = Receipt {
        objects: objects.collect::<Result<_, _>>()?,
        sizes: document(bundle, "sizes.json", Sizes::parse)?,
        reveals: document(bundle, "reveals.json", Reveals::parse)?,
        beacon: optional(bundle, "beacon.json", Beacon::parse)?,
        roll: roll.without_key(),
        result: outcome.digest(suite),
        commitment,
        scheme,
    };
    let settled = receipt.settle()?;
    outcome
        .expect_consistent(&receipt.commitment, &settled, &receipt.scheme, &receipt.sizes)
        .map_err(|refused| refused.within("result.json"))?;
    for object in &receipt.objects {
        receipt.finding(&settled, object)?;
    }
    Ok(receipt)
}

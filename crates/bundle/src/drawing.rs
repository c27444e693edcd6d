//! Drawing a bundle: from roll, scheme, sizes, commitment and reveals to `result.json`. Any mismatch is refused with its
//! place, and nothing is written then.

use std::num::NonZeroUsize;
use std::path::Path;

use draw::{
    Beacon, Bounds, Commitment, Expected, Header, Mismatch, Outcome, Progress, Refused, Reveals, RollDocument, Scheme,
    Sieve, Sizes, Subject,
};

use crate::container::{Bundle, stream_document};
use crate::error::{BundleError, ROLL_FILES};
use crate::fact::Damage;
use crate::roll::sift;
use crate::zipped::copy_bundle;

/// How much of the roll a draw checks. Form, order and distinctness of the ids are always checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RollCheck {
    /// Every row is hashed, and the root must be that of `roll.json`.
    Digest,
    /// Header and row count only; the root is left to [`crate::verify`], which always computes it. A result has no place to
    /// say so (protocol §6), so who draws this way says it beside the result.
    Ids,
}

/// How a bundle is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawing {
    /// How much of the roll is checked.
    pub check: RollCheck,
    /// Threads that read a Parquet roll at most; as many as the machine runs at once where none is given. The result is the
    /// same with any number. Above [`crate::THREADS_MAX`] it is that many.
    pub threads: Option<NonZeroUsize>,
}

impl From<RollCheck> for Drawing {
    fn from(check: RollCheck) -> Self {
        Self { check, threads: None }
    }
}

/// Draws the bundle at `path` and writes `result.json` into it, or into a copy of it in the new folder `out`.
///
/// A zip needs `out`. A result that is there already must be the same.
///
/// # Errors
/// Whatever does not comply, with its file and place; [`BundleError::AlreadyDrawn`]; [`BundleError::Exists`] for `out`.
pub fn draw_bundle(
    path: &Path,
    out: Option<&Path>,
    how: impl Into<Drawing>,
    progress: Progress<'_>,
) -> Result<Outcome, BundleError> {
    // Not generic from here on: generic code would be compiled in the crate that calls, which may not optimise it.
    draw_as(path, out, how.into(), progress)
}

fn draw_as(path: &Path, out: Option<&Path>, how: Drawing, progress: Progress<'_>) -> Result<Outcome, BundleError> {
    let mut bundle = Bundle::open(path)?;
    let outcome = compute(&mut bundle, how, progress)?;
    if bundle.read("result.json")?.is_some_and(|before| before != outcome.to_jcs()) {
        return Err(BundleError::AlreadyDrawn);
    }
    let write = |folder: &Path| stream_document(folder, "result.json", |out| outcome.write_jcs(out));
    match (out, bundle.folder()) {
        (Some(out), _) => {
            let names: Vec<_> = bundle.names().map(str::to_owned).collect();
            copy_bundle(&mut bundle, &names, out, write)?;
        }
        (None, Some(folder)) => write(folder)?,
        (None, None) => {
            return Err(BundleError::unreadable(&path.display().to_string(), Damage::ZipNotInPlace));
        }
    }
    Ok(outcome)
}

pub(crate) fn compute(bundle: &mut Bundle, how: Drawing, progress: Progress<'_>) -> Result<Outcome, BundleError> {
    let Drawing { check, threads } = how;
    let commitment = document(bundle, "commitment.json", Commitment::parse)?;
    let scheme = document(bundle, "scheme.json", Scheme::parse)?;
    let sizes = document(bundle, "sizes.json", Sizes::parse)?;
    let reveals = document(bundle, "reveals.json", Reveals::parse)?;
    let roll_document = document(bundle, "roll.json", RollDocument::parse)?;
    let beacon = optional(bundle, "beacon.json", Beacon::parse)?;
    let suite = commitment.suite;
    let Subject::Draw { roll: reference, .. } = &commitment.subject else {
        return Err(Refused::new(
            "commitment.json: purpose",
            draw::Reason::WrongKind { expected: Expected::Word { words: "draw" } },
        )
        .into());
    };
    roll_document.expect_digest(suite, &reference.digest).map_err(|refused| refused.within("roll.json"))?;
    let settled = commitment.settle(&reveals, beacon.as_ref()).map_err(|refused| refused.within("reveals.json"))?;
    let format = bundle.roll_format()?.ok_or(BundleError::MissingFile { name: ROLL_FILES })?;
    let key = roll_document
        .key
        .ok_or_else(|| Refused::new("roll.json: key", draw::Reason::WrongKind { expected: Expected::RollKey }))?;
    let hashing = (check == RollCheck::Digest).then_some((suite, key));
    for bounds in [Bounds::Guessed, Bounds::Open] {
        let sieve = |header: &Header| {
            // Columns are found by their place in the committed header.
            if *header != roll_document.header {
                let (expected, found) = (roll_document.header.cells().join(","), header.cells().join(","));
                return Err(Refused::new("header", draw::Reason::DigestMismatch { expected, found }).into());
            }
            Ok(Some(Sieve::drawing(&commitment, &settled, &scheme, header, &sizes, bounds)?))
        };
        let sifted = sift(bundle.roll(format)?, hashing, roll_document.rows, threads, sieve, &mut *progress);
        let (passed, sieve) = sifted.map_err(|error| error.within(format.file_name()))?;
        let rows = passed.rows;
        let found = passed.document.unwrap_or_else(|| RollDocument { rows, ..roll_document.clone() });
        expect_same_roll(&roll_document, &found).map_err(|refused| refused.within(format.file_name()))?;
        let outcome = sieve.map(|sieve| sieve.finish(&commitment, &settled, &sizes)).transpose()?;
        if let Some(outcome) = outcome.flatten() {
            return Ok(outcome);
        }
    }
    // Without a guess nothing that belongs to the result is forgotten.
    Err(Refused::new("sizes.json", draw::Reason::Mismatch { what: Mismatch::CellTooSmall }).into())
}

/// Refuses a roll file whose header, rows or root are not those of `roll.json`.
pub(crate) fn expect_same_roll(stated: &RollDocument, found: &RollDocument) -> Result<(), Refused> {
    let pairs = [
        ("header", stated.header.cells().join(","), found.header.cells().join(",")),
        ("rows", stated.rows.to_string(), found.rows.to_string()),
        ("root", stated.root.to_string(), found.root.to_string()),
    ];
    for (place, expected, found) in pairs {
        if expected != found {
            return Err(Refused::new(place, draw::Reason::DigestMismatch { expected, found }));
        }
    }
    Ok(())
}

pub(crate) fn document<T>(
    bundle: &mut Bundle,
    name: &'static str,
    parse: impl FnOnce(&[u8]) -> Result<T, Refused>,
) -> Result<T, BundleError> {
    let bytes = bundle.need(name)?;
    Ok(parse(&bytes).map_err(|refused| refused.within(name))?)
}

pub(crate) fn optional<T>(
    bundle: &mut Bundle,
    name: &'static str,
    parse: impl FnOnce(&[u8]) -> Result<T, Refused>,
) -> Result<Option<T>, BundleError> {
    let Some(bytes) = bundle.read(name)? else { return Ok(None) };
    Ok(Some(parse(&bytes).map_err(|refused| refused.within(name))?))
}

//! `verify --log`: a folder with an organiser's commitments, one folder or zip each, as they were published. An entry holds
//! `commitment.json` and what became of it: `result.json` or `failure.json`; the other files of a bundle may be there too.

use std::path::Path;

use draw::{
    ChainEntry, ChainReport, Commitment, Digest, Ending, Failure, Mismatch, Outcome, Refused, Subject, check_chain,
};

use crate::container::Bundle;
use crate::drawing::{document, optional};
use crate::error::BundleError;
use crate::fact::{Damage, Unit};

/// Commitments of a log at most.
pub const LOG_ENTRIES_MAX: usize = 100_000;

/// What a log shows.
#[derive(Debug)]
pub struct LogReport {
    /// The entries, by name.
    pub entries: Vec<(ChainEntry, Digest)>,
    /// Entries that could not be read, with why.
    pub unreadable: Vec<(String, BundleError)>,
    /// The chains.
    pub chain: ChainReport,
    /// Whether the announced commitment is one of the entries, where one was given.
    pub announced: Option<bool>,
}

impl LogReport {
    /// The exit code: 0 unbroken, 1 something does not hold, 3 the newest commitment has no ending yet.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        if !self.unreadable.is_empty() || !self.chain.faults.is_empty() || self.announced == Some(false) {
            1
        } else if self.chain.open.is_empty() {
            0
        } else {
            3
        }
    }
}

/// Checks the log in `folder`.
///
/// # Errors
/// The folder or a file in it cannot be read, it holds nothing, or more than [`LOG_ENTRIES_MAX`]; entries that do not comply are told in the
/// report.
pub fn verify_log(folder: &Path, announced: Option<Digest>) -> Result<LogReport, BundleError> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(BundleError::io(folder))? {
        paths.push(entry.map_err(BundleError::io(folder))?.path());
        if paths.len() > LOG_ENTRIES_MAX {
            let place = folder.display().to_string();
            return Err(BundleError::Limit { place, max: LOG_ENTRIES_MAX as u64, unit: Unit::Commitments });
        }
    }
    if paths.is_empty() {
        return Err(BundleError::unreadable(&folder.display().to_string(), Damage::EmptyLog));
    }
    paths.sort();
    let mut entries = Vec::new();
    let mut unreadable = Vec::new();
    for path in paths {
        let place = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match read_entry(&path, &place) {
            Ok(entry) => entries.push(entry),
            // A file that the machine does not give is no finding about the chain.
            Err(error @ BundleError::Io { .. }) => return Err(error),
            Err(error) => unreadable.push((place, error)),
        }
    }
    let chain = check_chain(&entries);
    let digests: Vec<_> = entries.iter().map(|entry| entry.commitment.digest()).collect();
    let announced = announced.map(|announced| digests.contains(&announced));
    Ok(LogReport { entries: entries.into_iter().zip(digests).collect(), unreadable, chain, announced })
}

fn read_entry(path: &Path, place: &str) -> Result<ChainEntry, BundleError> {
    let mut bundle = Bundle::open(path)?;
    let commitment = document(&mut bundle, "commitment.json", Commitment::parse)?;
    let digest = commitment.digest();
    let result = match &commitment.subject {
        Subject::Draw { .. } => optional(&mut bundle, "result.json", Outcome::parse)?
            .map(|outcome| ("result.json", outcome.draw, outcome.commitment_digest)),
        // What a matching's result looks like is not part of this protocol: it only has to be a document.
        Subject::Match { .. } => {
            optional(&mut bundle, "result.json", |bytes| draw::digest_of_document(commitment.suite, bytes))?
                .map(|_| ("result.json", commitment.draw.clone(), digest))
        }
    };
    let failure = optional(&mut bundle, "failure.json", Failure::parse)?;
    let failure = failure.map(|failure| ("failure.json", failure.draw, failure.commitment_digest));
    let ending = match (&result, &failure) {
        (Some(_), Some(_)) => {
            let what = Mismatch::TwoEndings;
            return Err(Refused::new("failure.json", draw::Reason::Mismatch { what }).into());
        }
        (Some(_), None) => Ending::Result,
        (None, Some(_)) => Ending::Failed,
        (None, None) => Ending::Open,
    };
    if let Some((name, draw, of)) = result.or(failure)
        && (draw != commitment.draw || of != digest)
    {
        let what = Mismatch::OtherCommitment;
        return Err(Refused::new(name, draw::Reason::Mismatch { what }).into());
    }
    Ok(ChainEntry { place: place.to_owned(), commitment, ending })
}

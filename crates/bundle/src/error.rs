//! What can go wrong with files. Refusals of the protocol pass through unchanged.

use std::path::Path;

use draw::Refused;
use thiserror::Error;

/// Why a file or bundle was not read, written, drawn or verified.
#[derive(Debug, Error)]
pub enum BundleError {
    /// The content does not comply with the protocol.
    #[error("{0}")]
    Refused(#[from] Refused),
    /// The operating system did not read or write.
    #[error("{place}: {source}")]
    Io {
        /// The file.
        place: String,
        /// The cause.
        source: std::io::Error,
    },
    /// A file that the bundle needs is not there.
    #[error("{name} is missing; add it to the bundle")]
    MissingFile {
        /// The file's name.
        name: &'static str,
    },
    /// A file that no bundle has.
    #[error("{name:?} is no file of a bundle; remove it")]
    UnknownFile {
        /// The file's name.
        name: String,
    },
    /// `roll.csv` and `roll.parquet` together, or a zip that names a file twice.
    #[error("{what} stands twice in the bundle; keep one")]
    FileTwice {
        /// What.
        what: String,
    },
    /// Larger than a limit.
    #[error("{place}: more than {max} {unit}")]
    Limit {
        /// The file.
        place: String,
        /// The limit.
        max: u64,
        /// What is counted.
        unit: &'static str,
    },
    /// Not a file of its kind.
    #[error("{place}: {what}")]
    Unreadable {
        /// The file.
        place: String,
        /// What does not fit.
        what: String,
    },
    /// An id for which the roll, or where that is not handed out `proofs.json`, has no row.
    #[error("{place}: no row of {id}")]
    NotOnRoll {
        /// The file.
        place: &'static str,
        /// The id.
        id: String,
    },
    /// A result other than the one computed is already there.
    #[error("result.json is there and differs from what the bundle gives; nothing is ever redrawn in place")]
    AlreadyDrawn,
    /// Where output should go there is something already.
    #[error("{place} exists; choose another place")]
    Exists {
        /// The path.
        place: String,
    },
}

impl BundleError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self + use<> {
        let place = path.display().to_string();
        move |source| Self::Io { place, source }
    }

    pub(crate) fn unreadable(place: &str, what: impl std::fmt::Display) -> Self {
        Self::Unreadable { place: place.to_owned(), what: what.to_string() }
    }

    /// The stable code, for programs and translations. Refusals keep their own.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refused) => refused.code(),
            Self::Io { .. } => "io",
            Self::MissingFile { .. } => "missing-file",
            Self::UnknownFile { .. } => "unknown-file",
            Self::FileTwice { .. } => "file-twice",
            Self::Limit { .. } => "limit",
            Self::Unreadable { .. } => "unreadable",
            Self::NotOnRoll { .. } => "not-on-roll",
            Self::AlreadyDrawn => "already-drawn",
            Self::Exists { .. } => "exists",
        }
    }

    /// Whether the progress function cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Refused(Refused { reason: draw::Reason::Cancelled, .. }))
    }

    /// A refusal with the file's name put before its place; other errors name their file already.
    pub(crate) fn within(self, file: &str) -> Self {
        match self {
            Self::Refused(refused) if refused.reason != draw::Reason::Cancelled => Self::Refused(refused.within(file)),
            other => other,
        }
    }
}

//! What can go wrong with files. Refusals of the protocol pass through unchanged.

use std::path::Path;

use draw::{Args, Refused, Told as _};
use thiserror::Error;

use crate::fact::{Damage, Unit};

/// The names of a roll's file, of which a bundle has one.
pub(crate) const ROLL_FILES: &str = "roll.csv / roll.parquet";

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
        /// The file's name, or the names of which one is needed.
        name: &'static str,
    },
    /// A file that no bundle has.
    #[error("{name:?} is no file of a bundle; remove it")]
    UnknownFile {
        /// The file's name.
        name: String,
    },
    /// `roll.csv` and `roll.parquet` together, or a zip that names a file twice.
    #[error("{name} stands twice in the bundle; keep one")]
    FileTwice {
        /// The file, or both names of the roll.
        name: String,
    },
    /// Larger than a limit.
    #[error("{place}: more than {max} {unit}")]
    Limit {
        /// The file.
        place: String,
        /// The limit.
        max: u64,
        /// What is counted.
        unit: Unit,
    },
    /// Not a file of its kind.
    #[error("{place}: {what}")]
    Unreadable {
        /// The file.
        place: String,
        /// What does not fit.
        what: Damage,
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

    /// What a reader met within an archive: words of the operating system, or of the archive's own reader, which finds damage.
    pub(crate) fn reading(place: &str) -> impl FnOnce(std::io::Error) -> Self + use<'_> {
        move |source| match source.raw_os_error() {
            Some(_) => Self::Io { place: place.to_owned(), source },
            None => Self::zip(place, source),
        }
    }

    pub(crate) fn unreadable(place: &str, what: Damage) -> Self {
        Self::Unreadable { place: place.to_owned(), what }
    }

    pub(crate) fn zip(place: &str, detail: impl std::fmt::Display) -> Self {
        Self::unreadable(place, Damage::Zip { detail: detail.to_string() })
    }

    pub(crate) fn parquet(detail: impl std::fmt::Display) -> Self {
        Self::unreadable("roll.parquet", Damage::Parquet { detail: detail.to_string() })
    }

    pub(crate) fn writing(place: &str, detail: impl std::fmt::Display) -> Self {
        Self::unreadable(place, Damage::Writing { detail: detail.to_string() })
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

    /// Where: file, row, column or path; empty where the code says it.
    #[must_use]
    pub fn place(&self) -> &str {
        match self {
            Self::Refused(refused) => &refused.place,
            Self::Io { place, .. } | Self::Limit { place, .. } | Self::Unreadable { place, .. } => place,
            Self::NotOnRoll { place, .. } => place,
            Self::Exists { .. }
            | Self::MissingFile { .. }
            | Self::UnknownFile { .. }
            | Self::FileTwice { .. }
            | Self::AlreadyDrawn => "",
        }
    }

    /// The data of the error by name.
    #[must_use]
    pub fn args(&self) -> Args {
        let mut args = Args::new();
        match self {
            Self::Refused(refused) => args = refused.args(),
            Self::Io { source, .. } => {
                args.push(("kind", format!("{:?}", source.kind())));
                args.push(("number", source.raw_os_error().unwrap_or_default().to_string()));
            }
            Self::MissingFile { name } => name.tell("name", &mut args),
            Self::UnknownFile { name } | Self::FileTwice { name } => name.tell("name", &mut args),
            Self::Limit { max, unit, .. } => {
                max.tell("max", &mut args);
                unit.tell("unit", &mut args);
            }
            Self::Unreadable { what, .. } => what.tell("what", &mut args),
            Self::NotOnRoll { id, .. } => id.tell("id", &mut args),
            Self::Exists { place } => place.tell("name", &mut args),
            Self::AlreadyDrawn => {}
        }
        args
    }

    /// Whether nothing was judged: what was named could not be read at all, or is no file of its kind. This is no verdict.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        matches!(self, Self::Io { .. } | Self::Unreadable { .. } | Self::Limit { .. })
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

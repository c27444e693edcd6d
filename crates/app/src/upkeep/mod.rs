//! Upkeep of an installation from its owner's command line: backup, restore, and the doctor. These commands act on the
//! installation as a whole and for nobody's post, so they take no [`crate::Ctx`] and write no event; what they touch is
//! protected by the folder's permissions and the database's own roles.

mod archive;
mod backup;
mod doctor;
mod manifest;
mod restore;
mod table;

pub use backup::{BackupReport, backup};
pub use doctor::{Check, Name, Patient, Verdict, doctor};
pub use restore::{RESTORE_MARKER, RestoreReport, RestoreTarget, TableComparison, restore, restore_is_unfinished};

/// What a long command is doing, for a progress bar: the step's words, units done, units in all (0: unknown).
pub type Progress<'a> = &'a mut (dyn FnMut(&str, u64, u64) + Send);

//! Upkeep of an installation from its owner's command line: backup, restore, and the doctor. These commands act on the
//! installation as a whole and for nobody's post, so they take no [`kernel::Ctx`] and write no event; what they touch is
//! protected by the folder's permissions and the database's own roles.

mod archive;
mod backup;
mod doctor;
mod manifest;
mod restore;
mod table;

pub use backup::{BackupReport, backup};
pub use doctor::{Patient, doctor, sweep_incoming};
pub use restore::{RESTORE_MARKER, RestoreReport, RestoreTarget, TableComparison, restore, restore_is_unfinished};

/// What upkeep hands up. Its commands belong to the installation's owner, so it has neither jobs nor to-dos.
pub const AREA: kernel::area::Area = kernel::area::Area {
    name: "upkeep",
    jobs: &[],
    todos: &[],
    sent: &[],
    checks: &[],
    recounts: &[],
    points: &["backup.tables", "restore.files", "restore.committed", "restore.loaded"],
};

//! One row of a file and what it does to the directory. The dry run counts these, the preview shows them, and the commit
//! writes what they say has changed.

use domain::import::ImportEffect;
use store::repo::import_stage::StagedCounts;

use crate::subject::Change;

/// One row of a file, or one of the directory that the file takes away, and what would become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewLine {
    /// Row of the file as the spreadsheet program numbers it; none for what the file no longer has.
    pub row: Option<u32>,
    /// What would become of it.
    pub effect: ImportEffect,
    /// Code, or number of the certificate.
    pub code: String,
    /// Name; the file's, where it has one.
    pub name: String,
    /// Id under which the directory has it.
    pub known: Option<String>,
    /// What is new or goes, in a few words; empty where [`PreviewLine::changes`] says it.
    pub summary: String,
    /// The fields that change.
    pub changes: Vec<Change>,
    /// Whether it changes to a registration state that is not in operation.
    pub leaving: bool,
}

impl PreviewLine {
    /// A row whose code the directory does not have.
    pub(super) fn added(row: u32, code: &str, name: &str, summary: String) -> Self {
        Self {
            row: Some(row),
            effect: ImportEffect::New,
            code: code.to_owned(),
            name: name.to_owned(),
            known: None,
            summary,
            changes: Vec::new(),
            leaving: false,
        }
    }

    /// A row whose code it has.
    pub(super) fn compared(row: u32, code: &str, name: &str, known: String, changes: Vec<Change>) -> Self {
        let effect = if changes.is_empty() { ImportEffect::Unchanged } else { ImportEffect::Changed };
        Self { effect, known: Some(known), changes, ..Self::added(row, code, name, String::new()) }
    }
}

/// How many rows do what.
pub(super) fn counts(lines: &[PreviewLine]) -> StagedCounts {
    let mut counts = StagedCounts::default();
    for line in lines {
        match line.effect {
            ImportEffect::New => counts.new += 1,
            ImportEffect::Changed => counts.changed += 1,
            ImportEffect::Unchanged => counts.unchanged += 1,
            ImportEffect::Removed => counts.removed += 1,
        }
    }
    counts
}

//! What of the log, or of the rows that people are told facts from, does not hold: a code that stays the same for programs, its
//! data, and the sentence for an auditor.

use domain::projection::Projection;

/// Where rows do not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The table.
    pub of: Projection,
    /// The slice: the id of what its rows belong to.
    pub slice: String,
    /// The task's number; empty where there is no task.
    pub task: String,
    /// What names the row within the slice; empty for the slice as a whole.
    pub row: String,
}

impl Place {
    /// Another row of the same slice.
    #[must_use]
    pub fn at(&self, row: impl Into<String>) -> Self {
        Self { row: row.into(), ..self.clone() }
    }

    fn words(&self) -> String {
        text::audit::place(self.of, &self.task, &self.row)
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        vec![
            ("of", self.of.to_string()),
            ("slice", self.slice.clone()),
            ("task", self.task.clone()),
            ("row", self.row.clone()),
        ]
    }
}

/// Something of the log that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditFault {
    /// Leaves are missing between two numbers.
    Gap {
        /// The number that should have followed.
        expected: i64,
        /// The number that did.
        found: i64,
    },
    /// An event no longer has the hash it was sealed with.
    ChangedEvent {
        /// Its number.
        seq: i64,
        /// Its id.
        event: String,
    },
    /// A head is not the root of the leaves before it.
    ChangedHead {
        /// How many leaves it covers.
        size: i64,
    },
    /// A head covers more leaves than there are.
    MissingLeaves {
        /// How many it covers.
        size: i64,
        /// How many there are.
        found: i64,
    },
    /// More leaves are there than the newest head covers: a head is gone, or all are.
    MissingHead {
        /// How many leaves there are.
        size: i64,
        /// How many the newest head covers.
        found: i64,
    },
    /// The newest head is not the one that is remembered outside of the log: the log was cut or made anew.
    OtherHead {
        /// Size and root that are remembered; empty if nothing is.
        expected: String,
        /// Size and root of the newest head; empty if there is none.
        found: String,
    },
    /// The root that someone wrote down elsewhere is none of ours.
    UnknownRoot {
        /// That root.
        root: String,
    },
    /// A value of a row is not the one that was written.
    ChangedRow {
        /// The row.
        place: Place,
        /// The column; behind a slash the place in a document.
        column: String,
        /// What was written.
        expected: String,
        /// What stands there.
        found: String,
    },
    /// A row that was written is not there.
    MissingRow {
        /// The row.
        place: Place,
    },
    /// A row that no command wrote.
    ExtraRow {
        /// The row.
        place: Place,
    },
    /// The note of a seal is not what the log says, or gone.
    ChangedNote {
        /// The slice.
        place: Place,
    },
    /// Rows that no event holds.
    UnsealedRows {
        /// The slice.
        place: Place,
    },
    /// The digest differs, and what was written is not kept any more.
    LostRecord {
        /// The slice.
        place: Place,
    },
    /// A task is in another state than its attempt and its announcement allow.
    ChangedState {
        /// The task.
        place: Place,
        /// The states that it may be in, in words.
        expected: String,
        /// The one that stands there.
        found: String,
    },
    /// A value of a row is none of its column's.
    Unreadable {
        /// The slice.
        place: Place,
        /// The column and what stands there.
        detail: String,
    },
    /// Recomputing from sealed files gives something else.
    Recount {
        /// The row or the slice.
        place: Place,
        /// What should be there and what is.
        detail: String,
    },
}

impl AuditFault {
    /// Every code. They are public: programs read them in `--json`.
    pub const CODES: [&'static str; 16] = [
        "gap",
        "changed-event",
        "changed-head",
        "missing-leaves",
        "missing-head",
        "other-head",
        "unknown-root",
        "changed-row",
        "missing-row",
        "extra-row",
        "changed-note",
        "unsealed-rows",
        "lost-record",
        "changed-state",
        "unreadable",
        "recount",
    ];

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Gap { .. } => "gap",
            Self::ChangedEvent { .. } => "changed-event",
            Self::ChangedHead { .. } => "changed-head",
            Self::MissingLeaves { .. } => "missing-leaves",
            Self::MissingHead { .. } => "missing-head",
            Self::OtherHead { .. } => "other-head",
            Self::UnknownRoot { .. } => "unknown-root",
            Self::ChangedRow { .. } => "changed-row",
            Self::MissingRow { .. } => "missing-row",
            Self::ExtraRow { .. } => "extra-row",
            Self::ChangedNote { .. } => "changed-note",
            Self::UnsealedRows { .. } => "unsealed-rows",
            Self::LostRecord { .. } => "lost-record",
            Self::ChangedState { .. } => "changed-state",
            Self::Unreadable { .. } => "unreadable",
            Self::Recount { .. } => "recount",
        }
    }

    /// The data by name.
    #[must_use]
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Gap { expected, found } => vec![("expected", expected.to_string()), ("found", found.to_string())],
            Self::ChangedEvent { seq, event } => vec![("seq", seq.to_string()), ("event", event.clone())],
            Self::ChangedHead { size } => vec![("size", size.to_string())],
            Self::MissingLeaves { size, found } | Self::MissingHead { size, found } => {
                vec![("size", size.to_string()), ("found", found.to_string())]
            }
            Self::OtherHead { expected, found } => vec![("expected", expected.clone()), ("found", found.clone())],
            Self::UnknownRoot { root } => vec![("root", root.clone())],
            Self::ChangedRow { place, column, expected, found } => {
                let mut args = place.args();
                args.extend([("column", column.clone()), ("expected", expected.clone()), ("found", found.clone())]);
                args
            }
            Self::MissingRow { place }
            | Self::ExtraRow { place }
            | Self::ChangedNote { place }
            | Self::UnsealedRows { place }
            | Self::LostRecord { place } => place.args(),
            Self::ChangedState { place, expected, found } => {
                let mut args = place.args();
                args.extend([("expected", expected.clone()), ("found", found.clone())]);
                args
            }
            Self::Unreadable { place, detail } | Self::Recount { place, detail } => {
                let mut args = place.args();
                args.push(("detail", detail.clone()));
                args
            }
        }
    }

    /// The sentence for a person.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Gap { expected, found } => text::audit::gap(*expected, *found),
            Self::ChangedEvent { seq, event } => text::audit::changed_event(*seq, event),
            Self::ChangedHead { size } => text::audit::changed_head(*size),
            Self::MissingLeaves { size, found } => text::audit::missing_leaves(*size, *found),
            Self::MissingHead { size, found } => text::audit::missing_head(*size, *found),
            Self::OtherHead { expected, found } => text::audit::other_head(expected, found),
            Self::UnknownRoot { root } => text::audit::unknown_root(root),
            Self::ChangedRow { place, column, expected, found } => {
                text::audit::changed_row(&place.words(), column, expected, found)
            }
            Self::MissingRow { place } => text::audit::missing_row(&place.words()),
            Self::ExtraRow { place } => text::audit::extra_row(&place.words()),
            Self::ChangedNote { place } => text::audit::changed_note(&place.words()),
            Self::UnsealedRows { place } => text::audit::unsealed_rows(&place.words()),
            Self::LostRecord { place } => text::audit::lost_record(&place.words()),
            Self::ChangedState { place, expected, found } => {
                text::audit::changed_state(&place.words(), expected, found)
            }
            Self::Unreadable { place, detail } => text::audit::unreadable(&place.words(), detail),
            Self::Recount { place, detail } => text::audit::recount(&place.words(), detail),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_code_and_a_sentence_with_its_data() {
        let place = || Place {
            of: Projection::Drawn,
            slice: "0190-d".to_owned(),
            task: "130300202101".to_owned(),
            row: "序号 7".to_owned(),
        };
        let all = [
            AuditFault::Gap { expected: 41, found: 43 },
            AuditFault::ChangedEvent { seq: 41, event: "0190-e".to_owned() },
            AuditFault::ChangedHead { size: 41 },
            AuditFault::MissingLeaves { size: 43, found: 41 },
            AuditFault::MissingHead { size: 43, found: 41 },
            AuditFault::OtherHead { expected: "43 00ff".to_owned(), found: "41 ff00".to_owned() },
            AuditFault::UnknownRoot { root: "00ff".to_owned() },
            AuditFault::ChangedRow {
                place: place(),
                column: "content/contact".to_owned(),
                expected: "甲".to_owned(),
                found: "乙".to_owned(),
            },
            AuditFault::MissingRow { place: place() },
            AuditFault::ExtraRow { place: place() },
            AuditFault::ChangedNote { place: place() },
            AuditFault::UnsealedRows { place: place() },
            AuditFault::LostRecord { place: place() },
            AuditFault::ChangedState { place: place(), expected: "丁".to_owned(), found: "戊".to_owned() },
            AuditFault::Unreadable { place: place(), detail: "己".to_owned() },
            AuditFault::Recount { place: place(), detail: "丙".to_owned() },
        ];
        assert_eq!(all.each_ref().map(AuditFault::code), AuditFault::CODES);
        for fault in all {
            let words = fault.words();
            // Table, slice and column are said in words.
            for (name, value) in
                fault.args().into_iter().filter(|(name, _)| !matches!(*name, "of" | "slice" | "column"))
            {
                assert!(words.contains(&value), "{name} of {} is missing in {words}", fault.code());
            }
        }
    }
}

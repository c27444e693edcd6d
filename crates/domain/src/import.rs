//! Uploads on their way into a directory: which directory, and how far they have come.

coded_enum! {
    /// Which directory a file fills.
    ImportKind {
        /// The organisation tree.
        Agency = "agency",
        /// 检查对象名录库
        Subject = "subject",
        /// 执法检查人员名录库
        Inspector = "inspector",
        /// 随机抽查事项清单
        Item = "item",
    }
}

coded_enum! {
    /// How far an import has come. Whether a job works on it now is the job's business.
    ImportState {
        /// The file is here, its columns are suggested.
        Uploaded = "uploaded",
        /// Somebody has confirmed which column holds what.
        Mapped = "mapped",
        /// A dry run found nothing wrong.
        Checked = "checked",
        /// The file cannot be read, or a dry run found something wrong.
        Refused = "refused",
        /// Its rows are the directory's.
        Committed = "committed",
        /// Given up.
        Cancelled = "cancelled",
    }
}

coded_enum! {
    /// What a row of a file does to the directory that it fills.
    ImportEffect {
        /// Its code is new.
        New = "new",
        /// Its code is known with other content.
        Changed = "changed",
        /// Its code is known with the same content.
        Unchanged = "unchanged",
        /// A file that replaces the whole no longer has it: only item lists do.
        Removed = "removed",
    }
}

impl ImportState {
    /// Whether the columns may still be assigned and a dry run be started.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Uploaded | Self::Mapped | Self::Checked | Self::Refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_ended_is_not_open() {
        for state in ImportState::ALL {
            let ended = matches!(state, ImportState::Committed | ImportState::Cancelled);
            assert_eq!(state.is_open(), !ended, "{state}");
        }
    }
}

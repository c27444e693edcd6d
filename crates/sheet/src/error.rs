//! Why a file was not read or not written. The English sentences are for logs; pages word [`SheetError::code`] in Chinese.

use std::fmt;

/// Which of the [`crate::Limits`] a file goes beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// [`crate::Limits::file_bytes_max`].
    FileBytes,
    /// [`crate::Limits::unpacked_bytes_max`].
    UnpackedBytes,
    /// [`crate::Limits::zip_ratio_max`].
    ZipRatio,
    /// [`crate::Limits::zip_entries_max`].
    ZipEntries,
    /// [`crate::Limits::claimed_cells_max`].
    ClaimedCells,
    /// [`crate::Limits::merges_max`].
    Merges,
    /// [`crate::Limits::rows_max`], or the rows an xlsx sheet can hold when writing.
    Rows,
    /// [`crate::Limits::columns_max`].
    Columns,
    /// [`crate::Limits::cell_characters_max`].
    CellCharacters,
}

impl Limit {
    /// The limit's name as it stands in [`crate::Limits`].
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FileBytes => "file_bytes_max",
            Self::UnpackedBytes => "unpacked_bytes_max",
            Self::ZipRatio => "zip_ratio_max",
            Self::ZipEntries => "zip_entries_max",
            Self::ClaimedCells => "claimed_cells_max",
            Self::Merges => "merges_max",
            Self::Rows => "rows_max",
            Self::Columns => "columns_max",
            Self::CellCharacters => "cell_characters_max",
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a spreadsheet was refused.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// The file goes beyond a limit. `found` is what was claimed or counted when reading stopped.
    #[error(
        "the file goes beyond {limit}: {found} where {max} is allowed (row {row:?}); split the file or ask for a higher limit"
    )]
    TooMuch {
        /// Which limit.
        limit: Limit,
        /// Its value.
        max: u64,
        /// What was found.
        found: u64,
        /// The row at which it was noticed, where there is one.
        row: Option<u32>,
    },
    /// The file holds nothing at all.
    #[error("the file is empty; export it again")]
    Empty,
    /// The old binary format, or a workbook under a password: both begin with the same bytes.
    #[error("the file is an old .xls workbook or has a password; save it as .xlsx without a password")]
    OldOrEncrypted,
    /// A web page under a spreadsheet's name, as some systems export it.
    #[error("the file is a web page, not a spreadsheet; open it and save it as .xlsx")]
    WebPage,
    /// Neither xlsx nor text.
    #[error("the file is neither an .xlsx workbook nor CSV text; save it as .xlsx")]
    NotASpreadsheet,
    /// The text is neither UTF-8 nor UTF-16 with a mark nor GB18030.
    #[error("the text of the file is in {guess}, which is not read; save it as CSV UTF-8")]
    Encoding {
        /// The encoding that it looks like.
        guess: &'static str,
    },
    /// Some byte has no meaning in the encoding of the rest.
    #[error("byte {byte} of the file is no {encoding} text; save the file again as CSV UTF-8")]
    Garbled {
        /// Offset from the file's start.
        byte: u64,
        /// The encoding in which the file was being read.
        encoding: &'static str,
    },
    /// A quote was opened in a CSV file and never closed, so that the rest of the file is one cell.
    #[error("the quote opened in row {row} is never closed; mend that row")]
    UnclosedQuote {
        /// Row of the cell with the quote.
        row: u32,
    },
    /// A document of another office program, zipped as an xlsx is.
    #[error("the file is {kind}, not an .xlsx workbook; save it as .xlsx")]
    OtherOffice {
        /// Which: `.ods`, `.xlsb`, `.docx` and the like.
        kind: &'static str,
    },
    /// The inside of an xlsx file contradicts the format.
    #[error("the workbook is damaged ({detail}) in sheet {sheet:?}, behind row {row:?}; open it and save it again")]
    Damaged {
        /// What the reader met, for the log.
        detail: String,
        /// The sheet that was being read; empty if none was yet.
        sheet: String,
        /// The last row that was read whole, 0 if none was.
        row: u32,
    },
    /// A cell that stands where no spreadsheet program can show one.
    #[error(
        "sheet {sheet} has a cell at row {row}, column {column}, beyond the format's last; open it and save it again"
    )]
    Beyond {
        /// The sheet.
        sheet: String,
        /// The row, from 1.
        row: u32,
        /// The column, from 1.
        column: u32,
    },
    /// No sheet has this name.
    #[error("the workbook has no sheet named {name}")]
    NoSuchSheet {
        /// The name asked for.
        name: String,
    },
    /// No row near the top looks like a heading.
    #[error("no heading was found in the first {scanned} rows of sheet {sheet}")]
    NoHeader {
        /// The sheet.
        sheet: String,
        /// How many rows were looked at.
        scanned: u32,
    },
    /// A workbook could not be written.
    #[error("the workbook could not be written: {detail}")]
    Write {
        /// The writer's words, for the log.
        detail: String,
    },
    /// The disk or the stream failed.
    #[error("reading or writing failed: {0}")]
    Io(#[from] std::io::Error),
}

impl SheetError {
    /// A stable code for tables of messages.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooMuch { .. } => "too_much",
            Self::Empty => "empty",
            Self::OldOrEncrypted => "old_or_encrypted",
            Self::WebPage => "web_page",
            Self::NotASpreadsheet => "not_a_spreadsheet",
            Self::Encoding { .. } => "encoding",
            Self::Garbled { .. } => "garbled",
            Self::UnclosedQuote { .. } => "unclosed_quote",
            Self::OtherOffice { .. } => "other_office",
            Self::Damaged { .. } => "damaged",
            Self::Beyond { .. } => "beyond",
            Self::NoSuchSheet { .. } => "no_such_sheet",
            Self::NoHeader { .. } => "no_header",
            Self::Write { .. } => "write",
            Self::Io(_) => "io",
        }
    }

    pub(crate) fn damaged(detail: impl fmt::Display) -> Self {
        Self::Damaged { detail: detail.to_string(), sheet: String::new(), row: 0 }
    }

    /// The same refusal, at this place as far as it is known.
    pub(crate) fn at(self, sheet: &str, row: u32) -> Self {
        match self {
            Self::Damaged { detail, .. } => Self::Damaged { detail, sheet: sheet.to_owned(), row },
            other => other,
        }
    }

    pub(crate) fn write(detail: impl fmt::Display) -> Self {
        Self::Write { detail: detail.to_string() }
    }
}

/// Refuses `found` if it is above `max`.
pub(crate) fn within(limit: Limit, max: u64, found: u64, row: Option<u32>) -> Result<(), SheetError> {
    if found > max {
        return Err(SheetError::TooMuch { limit, max, found, row });
    }
    Ok(())
}

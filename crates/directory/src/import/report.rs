//! What a dry run or a commit says: counts, problems by kind, the first problems, or why the file as a whole is refused.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sheet::{Problem, SheetError};
use store::repo::import_stage::StagedCounts;

use super::cells::Unprinted;
use kernel::{Error, ErrorKind};

/// Problems that the page shows by itself; the workbook holds all that are kept.
const SHOWN_MAX: usize = 30;

/// The report of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Data rows of the file.
    pub rows: u64,
    /// Rows that the directory does not have yet. The three counts are 0 if there are problems.
    pub new: u64,
    /// Rows that it has with other content.
    pub changed: u64,
    /// Rows that it has with the same content.
    pub unchanged: u64,
    /// What a list that replaces another no longer has.
    #[serde(default)]
    pub removed: u64,
    /// Problems, all of them.
    pub problems: u64,
    /// Problems by kind, most frequent first.
    pub by_kind: Vec<ProblemCount>,
    /// The first problems.
    pub shown: Vec<ShownProblem>,
    /// Why the file as a whole is refused.
    pub refused: Option<Refusal>,
    /// Texts of forms (names, addresses) with a character that the forms' fonts lack. They are no problem of the file.
    #[serde(default)]
    pub unprinted: u64,
    /// The first of them.
    #[serde(default)]
    pub unprinted_shown: Vec<UnprintedText>,
}

/// A text that forms print with the codes of some of its characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnprintedText {
    /// Row as the spreadsheet program numbers it.
    pub row: u32,
    /// Heading of the column.
    pub column_name: String,
    /// What stands there.
    pub text: String,
    /// The characters, by their codes.
    pub characters: String,
}

/// How often one kind of problem occurs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemCount {
    /// Stable code.
    pub code: String,
    /// A few words.
    pub label: String,
    /// How often.
    pub count: u64,
}

/// A problem with its place and its sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownProblem {
    /// Sheet.
    pub sheet: String,
    /// Row as the spreadsheet program numbers it.
    pub row: u32,
    /// Letter of the column, empty if the whole row is meant.
    pub column: String,
    /// Heading of the column.
    pub column_name: String,
    /// What stands there.
    pub value: String,
    /// Stable code.
    pub code: String,
    /// The sentence.
    pub reason: String,
}

/// Why a file is refused as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Code of `text::problem`.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do next.
    pub next: String,
    /// What stands for the names in the code's text, so that it can be said again.
    #[serde(default)]
    pub args: Vec<(String, String)>,
}

/// The names that stand in the texts of refusals.
const NAMES: [&str; 12] =
    ["limit", "max", "found", "place", "kind", "byte", "row", "rows", "column", "columns", "name", "scanned"];

impl Refusal {
    /// The refusal once more, as an error of `kind`.
    pub(super) fn again(&self, kind: ErrorKind) -> Error {
        // Codes and names come back from the report as text; the tables have them as static text.
        let code = text::problem::find(&self.code).map_or("IMPT-105", |problem| problem.code);
        self.args.iter().fold(Error::new(kind, code), |error, (name, value)| {
            match NAMES.into_iter().find(|known| known == name) {
                Some(name) => error.with(name, value),
                None => error,
            }
        })
    }
}

impl ImportReport {
    /// A report of a dry run that read the file to its end.
    pub(super) fn of(rows: u64, kept: &[Problem], by_code: &BTreeMap<String, u64>, counts: StagedCounts) -> Self {
        let mut by_kind: Vec<_> = by_code
            .iter()
            .map(|(code, count)| ProblemCount {
                code: code.clone(),
                label: text::import::short(code).to_owned(),
                count: *count,
            })
            .collect();
        by_kind.sort_by_key(|kind| std::cmp::Reverse(kind.count));
        let mut report = Self {
            rows,
            problems: by_code.values().sum(),
            by_kind,
            shown: kept.iter().take(SHOWN_MAX).map(ShownProblem::of).collect(),
            ..Self::default()
        };
        report.count(counts);
        report
    }

    /// Takes over what cannot be printed as it is.
    pub(super) fn tell_unprinted(&mut self, unprinted: Unprinted) {
        (self.unprinted, self.unprinted_shown) = (unprinted.count, unprinted.shown);
    }

    /// Takes the counts of a comparison over.
    pub(super) const fn count(&mut self, counts: StagedCounts) {
        (self.new, self.changed) = (counts.new, counts.changed);
        (self.unchanged, self.removed) = (counts.unchanged, counts.removed);
    }

    /// Whether a comparison of now says something else than this report did.
    pub(super) fn differs_from(&self, counts: StagedCounts) -> bool {
        (self.new, self.changed, self.unchanged, self.removed)
            != (counts.new, counts.changed, counts.unchanged, counts.removed)
    }

    /// A report of a file that cannot be read.
    pub(super) fn refused(error: &Error) -> Self {
        let args = error.args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let refusal = Refusal { code: error.code.to_owned(), message: error.message(), next: error.next_step(), args };
        Self { refused: Some(refusal), ..Self::default() }
    }
}

impl ShownProblem {
    fn of(problem: &Problem) -> Self {
        Self {
            sheet: problem.sheet.clone(),
            row: problem.row,
            column: problem.column_letter(),
            column_name: problem.column_name.clone(),
            value: problem.value.clone(),
            code: problem.code.clone(),
            reason: text::import::reason(&problem.code, &problem.data),
        }
    }
}

/// A file that cannot be read, as an error with its next step; disk failures stay internal.
pub(super) fn file_error(error: SheetError) -> Error {
    let refuse = |code: &'static str| Error::new(ErrorKind::Invalid, code);
    match error {
        SheetError::TooMuch { limit, max, found, row } => refuse("IMPT-101")
            .with("limit", text::import::limit(limit.name()))
            .with("max", max)
            .with("found", found)
            .with("place", text::import::place("", row.unwrap_or(0))),
        SheetError::Empty => refuse("IMPT-102"),
        SheetError::OldOrEncrypted => refuse("IMPT-103"),
        SheetError::WebPage => refuse("IMPT-104"),
        SheetError::NotASpreadsheet => refuse("IMPT-105"),
        SheetError::Encoding { guess } => refuse("IMPT-106").with("found", guess),
        SheetError::Garbled { byte, .. } => refuse("IMPT-107").with("byte", byte),
        SheetError::UnclosedQuote { row } => refuse("IMPT-108").with("row", row),
        SheetError::OtherOffice { kind } => refuse("IMPT-114").with("kind", kind),
        SheetError::Damaged { detail, sheet, row } => {
            tracing::info!(%detail, sheet, row, "a workbook is damaged");
            refuse("IMPT-109").with("place", text::import::behind(&sheet, row))
        }
        SheetError::Beyond { sheet, row, column } => refuse("IMPT-115")
            .with("place", text::import::place(&sheet, row))
            .with("column", sheet::column_letter(column))
            .with("rows", sheet::FORMAT_ROWS_MAX)
            .with("columns", sheet::column_letter(sheet::FORMAT_COLUMNS_MAX)),
        SheetError::NoSuchSheet { name } => refuse("IMPT-110").with("name", name),
        SheetError::NoHeader { sheet, scanned } => refuse("IMPT-111").with("name", sheet).with("scanned", scanned),
        other @ (SheetError::Write { .. } | SheetError::Io(_)) => Error::internal(other),
    }
}

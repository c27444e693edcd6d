//! Reads the cells of one row and notes what is wrong with them, at most one problem a cell. It mends nothing but the
//! spaces around a text, its normal form (`domain::text`), and the mark that our own exports put before formulas.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::text::{BadChar, BadText, Shape, check, tidy};
use kernel::paper::Names;
use sheet::{Cell, DateProblem, Header, Problem, Problems, Row, parse_date_cell, to_half_width};
use text::Explain as _;

use super::report::UnprintedText;

/// Problems that are kept with their place; beyond it they are only counted.
pub(super) const PROBLEMS_KEPT_MAX: usize = 5_000;
/// Texts that cannot be printed as they are and are kept with their place.
const UNPRINTED_KEPT_MAX: usize = 200;

/// The problems of one file, and the row in hand.
pub(super) struct Checker {
    header: Header,
    problems: Problems,
    by_code: BTreeMap<String, u64>,
    /// Problems of the row in hand.
    in_row: u64,
    names: Names,
    unprinted: Unprinted,
}

/// Texts that stand on forms and hold characters that the forms' fonts lack. They stop nobody: on the form the code stands
/// in the character's place.
#[derive(Debug, Default)]
pub(super) struct Unprinted {
    /// All of them.
    pub(super) count: u64,
    /// The first.
    pub(super) shown: Vec<UnprintedText>,
}

impl Checker {
    pub(super) fn new(header: Header, names: Names) -> Self {
        Self {
            header,
            problems: Problems::new(PROBLEMS_KEPT_MAX),
            by_code: BTreeMap::new(),
            in_row: 0,
            names,
            unprinted: Unprinted::default(),
        }
    }

    /// Begins the next row.
    pub(super) fn begin(&mut self) {
        self.in_row = 0;
    }

    /// Whether the row in hand has had no problem so far.
    pub(super) fn row_is_sound(&self) -> bool {
        self.in_row == 0
    }

    /// The problems kept, how many there were of each kind, and what cannot be printed as it is.
    pub(super) fn into_parts(self) -> (Problems, BTreeMap<String, u64>, Unprinted) {
        (self.problems, self.by_code, self.unprinted)
    }

    /// Looks whether a text that will stand on forms can be printed as it is.
    pub(super) fn on_forms(&mut self, row: &Row, column: Option<u32>, text: &str) {
        let lacking = self.names.lacking_in(text);
        if lacking.is_empty() {
            return;
        }
        self.unprinted.count += 1;
        if self.unprinted.shown.len() < UNPRINTED_KEPT_MAX {
            self.unprinted.shown.push(UnprintedText {
                row: row.number,
                column_name: column.map(|c| self.header.name_of(c)).unwrap_or_default(),
                text: text.to_owned(),
                characters: lacking.chars().map(text::written::code).collect::<Vec<_>>().join("、"),
            });
        }
    }

    /// Notes a problem of a cell; without a column, of the row.
    pub(super) fn note(&mut self, row: &Row, column: Option<u32>, code: &'static str, data: Vec<String>) {
        self.in_row += 1;
        *self.by_code.entry(code.to_owned()).or_default() += 1;
        self.problems.push(Problem {
            sheet: self.header.sheet.clone(),
            row: row.number,
            column,
            column_name: column.map(|c| self.header.name_of(c)).unwrap_or_default(),
            value: column.map(|c| row.cell(c).text().into_owned()).unwrap_or_default(),
            code: code.to_owned(),
            data,
        });
    }

    /// The text of a cell without the spaces around it; `None` if something is wrong with it, which is then noted. A
    /// field without a column is empty.
    pub(super) fn text<'r>(&mut self, row: &'r Row, column: Option<u32>, chars_max: usize) -> Option<Cow<'r, str>> {
        let Some(at) = column else { return Some(Cow::Borrowed("")) };
        let cell = row.cell(at);
        if let Cell::Error(value) = cell {
            self.note(row, column, "error_value", vec![value.clone()]);
            return None;
        }
        let text = row.text(at);
        if text.is_empty() {
            if self.header.merged_data.iter().any(|area| area.covers(row.number, at)) {
                self.note(row, column, "merged", vec![]);
                return None;
            }
            return Some(text);
        }
        // Formulas that an export of ours has marked are texts.
        let marked = sheet::unguard(&text).len() != text.len();
        let text = match text {
            Cow::Borrowed(text) => tidy(sheet::unguard(text), Shape::Line),
            Cow::Owned(text) => Cow::Owned(tidy(sheet::unguard(&text), Shape::Line).into_owned()),
        };
        if !marked && sheet::guard(&text).len() != text.len() {
            self.note(row, column, "formula", vec![]);
            return None;
        }
        match check(&text, Shape::Line, chars_max) {
            Ok(()) => {}
            Err(BadText::TooLong { chars, max }) => {
                self.note(row, column, "too_long", vec![chars.to_string(), max.to_string()]);
                return None;
            }
            Err(unfit @ BadText::Character { bad, .. }) => {
                self.note(row, column, problem_of(bad), vec![unfit.explain().to_string()]);
                return None;
            }
        }
        Some(text)
    }

    /// As [`Checker::text`], for a cell that must not be empty.
    pub(super) fn required<'r>(&mut self, row: &'r Row, column: Option<u32>, chars_max: usize) -> Option<Cow<'r, str>> {
        let text = self.text(row, column, chars_max)?;
        if text.is_empty() {
            self.note(row, column, "required", vec![]);
            return None;
        }
        Some(text)
    }

    /// A code: as [`Checker::text`], and without full-width characters or lost digits.
    pub(super) fn code<'r>(&mut self, row: &'r Row, column: Option<u32>, chars_max: usize) -> Option<Cow<'r, str>> {
        if column.is_some_and(|at| row.cell(at).lost_digits()) {
            self.note(row, column, "lost_digits", vec![]);
            return None;
        }
        let text = self.text(row, column, chars_max)?;
        let narrow = if text.is_ascii() { None } else { Some(to_half_width(&text)) };
        match narrow {
            Some(narrow) if *narrow != *text => {
                self.note(row, column, "full_width", vec![narrow]);
                None
            }
            _ => Some(text),
        }
    }

    /// A date; `Some(None)` for an empty cell, `None` if something is wrong with it.
    pub(super) fn date(&mut self, row: &Row, column: Option<u32>) -> Option<Option<NaiveDate>> {
        let Some(at) = column else { return Some(None) };
        let cell = row.cell(at);
        if cell.is_blank() {
            // Merged cells are noted there.
            return self.text(row, column, 64).map(|_| None);
        }
        if let Cell::Error(value) = cell {
            self.note(row, column, "error_value", vec![value.clone()]);
            return None;
        }
        let code = match parse_date_cell(cell) {
            Ok(day) => return Some(Some(day)),
            Err(DateProblem::Empty) => return Some(None),
            Err(DateProblem::Unrecognised) => "date_form",
            Err(DateProblem::NoSuchDay { .. }) => "date_no_such_day",
            Err(DateProblem::OutOfRange { .. }) => "date_out_of_range",
        };
        let narrow = to_half_width(&cell.text());
        if code == "date_form" && sheet::parse_date(&narrow).is_ok() {
            self.note(row, column, "full_width", vec![narrow.trim().to_owned()]);
        } else {
            self.note(row, column, code, vec![]);
        }
        None
    }

    /// As [`Checker::date`], for a cell that must not be empty.
    pub(super) fn required_date(&mut self, row: &Row, column: Option<u32>) -> Option<NaiveDate> {
        let day = self.date(row, column)?;
        if day.is_none() {
            self.note(row, column, "required", vec![]);
        }
        day
    }
}

/// The problem of a cell with such a character.
const fn problem_of(bad: BadChar) -> &'static str {
    match bad {
        BadChar::Nul => "nul",
        BadChar::Control => "control",
        BadChar::LineBreak => "line_break",
        BadChar::Invisible => "invisible",
        BadChar::Direction => "direction",
        BadChar::PrivateUse => "private_use",
        BadChar::Unassigned => "unassigned",
        BadChar::Garbled => "garbled",
    }
}

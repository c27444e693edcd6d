//! Spreadsheets as bureaus exchange them: xlsx and CSV into typed rows, and rows into xlsx and CSV.
//!
//! Reading streams ([`open`], [`Workbook::rows`]): a register of a million rows needs the memory of one row (and of the
//! shared strings of an xlsx file). Every file is taken for hostile: [`Limits`] names what it may cost, and a file that
//! claims more is refused before it is unpacked.
//!
//! This crate knows cells, not check objects: it decides neither what a column means nor whether a code is right. It
//! holds no Chinese sentence; callers turn codes into words. It changes nothing silently: cells are handed on as they stand
//! in the file, a number that lost its last digits among them ([`Cell::lost_digits`]). Which texts are fit is `domain`'s rule.

mod cell;
mod date;
mod decode;
mod error;
mod guard;
mod header;
mod limits;
mod mapping;
mod problem;
mod problems_workbook;
mod read_csv;
mod read_xlsx;
mod unpack;
mod width;
mod workbook;
mod write_csv;
mod write_xlsx;

pub use cell::{Cell, Row, column_letter};
pub use date::{DateProblem, parse_date, parse_date_cell};
pub use error::{Limit, SheetError};
pub use guard::{guard, unguard};
pub use header::{Header, HeaderColumn, find_header};
pub use limits::Limits;
pub use mapping::{ColumnMapping, Field, MappedField, MappingProblem, Match};
pub use problem::{Problem, Problems};
pub use problems_workbook::{ProblemTexts, Shown, write_problems};
pub use read_xlsx::{FORMAT_COLUMNS_MAX, FORMAT_ROWS_MAX, is_reading_fenced};
pub use width::to_half_width;
pub use workbook::{Format, Merge, Rows, SheetInfo, TextEncoding, Workbook, open};
pub use write_csv::CsvWriter;
pub use write_xlsx::{ColumnKind, ColumnSpec, FormColumn, Value, XlsxWriter};

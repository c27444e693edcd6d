//! Rows of an xlsx sheet as a stream, through calamine's cell reader.
//!
//! Positions in such a file are plain text that anybody can write, and the library computes with them unchecked: its
//! calls are fenced, so that a crafted file ends as [`SheetError::Damaged`] and not with the process. The refusal names
//! the sheet and the last row that was read.

use crate::error::{Limit, SheetError, within};
use crate::workbook::Merge;
use crate::{Cell, Limits, Row};
use calamine::{DataRef, Reader, Xlsx, XlsxCellReader};
use std::cell::Cell as Flag;
use std::fs::File;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};

pub(crate) type Source = BufReader<File>;

/// The last row and column that the format has; what a program shows beyond is nobody's.
pub const FORMAT_ROWS_MAX: u32 = 1_048_576;
/// See [`FORMAT_ROWS_MAX`].
pub const FORMAT_COLUMNS_MAX: u32 = 16_384;

thread_local! {
    static FENCED: Flag<bool> = const { Flag::new(false) };
}

/// Whether a panic of this thread, now, would only mean that a workbook is damaged: a program's panic hook has nothing to
/// report then, because the refusal does.
#[must_use]
pub fn is_reading_fenced() -> bool {
    FENCED.get()
}

/// Runs a call of the library; a panic in it becomes an error.
pub(crate) fn fenced<T, E: std::fmt::Display>(call: impl FnOnce() -> Result<T, E>) -> Result<T, SheetError> {
    let before = FENCED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(call));
    FENCED.set(before);
    match done {
        Ok(result) => result.map_err(SheetError::damaged),
        Err(_) => Err(SheetError::damaged("a position inside the sheet is out of bounds")),
    }
}

pub(crate) fn open(file: File) -> Result<Xlsx<Source>, SheetError> {
    fenced(|| Xlsx::new(BufReader::new(file)))
}

pub(crate) fn merges(book: &mut Xlsx<Source>, sheet: &str, limits: &Limits) -> Result<Vec<Merge>, SheetError> {
    let dimensions = fenced(|| book.merge_cells_by_sheet_name(sheet)).map_err(|error| error.at(sheet, 0))?;
    within(Limit::Merges, limits.merges_max, u64::try_from(dimensions.len()).unwrap_or(u64::MAX), None)?;
    Ok(dimensions
        .into_iter()
        .map(|area| Merge {
            first_row: area.start.0.saturating_add(1),
            first_column: area.start.1.saturating_add(1),
            last_row: area.end.0.saturating_add(1),
            last_column: area.end.1.saturating_add(1),
        })
        .collect())
}

pub(crate) struct XlsxRows<'a> {
    reader: Box<XlsxCellReader<'a, Source>>,
    sheet: String,
    limits: Limits,
    /// First cell of the next row, already taken from the stream.
    waiting: Option<(u32, u32, Cell)>,
    ended: bool,
    last_row: u32,
    /// Row of the last cell that was read.
    seen: u32,
    rows: u64,
}

impl<'a> XlsxRows<'a> {
    pub(crate) fn new(book: &'a mut Xlsx<Source>, sheet: &str, limits: &Limits) -> Result<Self, SheetError> {
        let reader = fenced(|| book.worksheet_cells_reader(sheet)).map_err(|error| error.at(sheet, 0))?;
        let claimed = reader.dimensions();
        let height = u64::from(claimed.end.0.saturating_sub(claimed.start.0)) + 1;
        let width = u64::from(claimed.end.1.saturating_sub(claimed.start.1)) + 1;
        within(Limit::ClaimedCells, limits.claimed_cells_max, height.saturating_mul(width), None)?;
        Ok(Self {
            reader: Box::new(reader),
            sheet: sheet.to_owned(),
            limits: limits.clone(),
            waiting: None,
            ended: false,
            last_row: 0,
            seen: 0,
            rows: 0,
        })
    }

    pub(crate) fn next_into(&mut self, row: &mut Row) -> Result<bool, SheetError> {
        loop {
            row.cells.clear();
            row.number = 0;
            if let Some((number, column, cell)) = self.waiting.take() {
                row.number = number;
                put(&mut row.cells, column, cell);
            }
            while !self.ended {
                let Some((number, column, cell)) = self.next_cell()? else {
                    self.ended = true;
                    break;
                };
                if row.number == 0 {
                    row.number = number;
                }
                if number != row.number {
                    self.waiting = Some((number, column, cell));
                    break;
                }
                put(&mut row.cells, column, cell);
            }
            if row.number == 0 {
                return Ok(false);
            }
            if row.number <= self.last_row {
                let error = SheetError::damaged(format!("row {} stands after row {}", row.number, self.last_row));
                return Err(error.at(&self.sheet, self.last_row));
            }
            self.last_row = row.number;
            if !row.is_blank() {
                self.rows += 1;
                within(Limit::Rows, self.limits.rows_max, self.rows, Some(row.number))?;
                return Ok(true);
            }
        }
    }

    /// The next cell that is not empty, with row and column counted from 1.
    fn next_cell(&mut self) -> Result<Option<(u32, u32, Cell)>, SheetError> {
        loop {
            let next = fenced(|| self.reader.next_cell()).map_err(|error| error.at(&self.sheet, self.seen));
            let Some(found) = next? else {
                return Ok(None);
            };
            let (row, column) = found.get_position();
            let (number, column) = (row.saturating_add(1), column.saturating_add(1));
            self.seen = number;
            let cell = convert(found.get_value());
            if cell == Cell::Empty {
                continue;
            }
            if number > FORMAT_ROWS_MAX || column > FORMAT_COLUMNS_MAX {
                return Err(SheetError::Beyond { sheet: self.sheet.clone(), row: number, column });
            }
            within(Limit::Columns, self.limits.columns_max, u64::from(column), Some(number))?;
            if let Cell::Text(text) = &cell
                && u64::try_from(text.len()).unwrap_or(u64::MAX) > self.limits.cell_characters_max
            {
                let characters = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
                within(Limit::CellCharacters, self.limits.cell_characters_max, characters, Some(number))?;
            }
            return Ok(Some((number, column, cell)));
        }
    }
}

/// Columns are within [`Limits::columns_max`] here, so the row stays small.
fn put(cells: &mut Vec<Cell>, column: u32, cell: Cell) {
    let Some(index) = usize::try_from(column).ok().and_then(|column| column.checked_sub(1)) else {
        return;
    };
    while cells.len() <= index {
        cells.push(Cell::Empty);
    }
    if let Some(slot) = cells.get_mut(index) {
        *slot = cell;
    }
}

fn convert(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(number) => number.to_string().parse().map_or(Cell::Empty, Cell::Number),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            crate::read_csv::text_cell(text)
        }
        DataRef::SharedString(text) => crate::read_csv::text_cell(text),
        DataRef::Bool(value) => Cell::Bool(*value),
        DataRef::DateTime(moment) if moment.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            let mut text = format!("{year:04}-{month:02}-{day:02}");
            if (hour, minute, second) != (0, 0, 0) {
                text.push_str(&format!(" {hour:02}:{minute:02}:{second:02}"));
            }
            Cell::Date { serial: moment.as_f64(), text }
        }
        DataRef::DateTime(duration) => Cell::Number(duration.as_f64()),
        DataRef::Error(error) => Cell::Error(error.to_string()),
    }
}

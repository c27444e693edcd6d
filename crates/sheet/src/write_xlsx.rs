//! xlsx sheets row by row in constant memory: heading, widths, frozen pane, codes as text. Rows once written are gone.

use crate::error::{Limit, within};
use crate::{SheetError, guard};
use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{
    Color, DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet,
};
use std::borrow::Cow;
use std::path::Path;

/// Rows of an xlsx sheet, by the format's definition.
const SHEET_ROWS_MAX: u64 = 1_048_576;
/// Characters of a cell, by the format's definition, in UTF-16 units.
const CELL_UNITS_MAX: usize = 32_767;

/// What a column holds, which decides how its cells look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Free text, wrapped.
    Text,
    /// A code or number of a document: text that must never become a number.
    Code,
    /// Numbers.
    Number,
    /// Days.
    Date,
}

/// One column of a sheet to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnSpec {
    /// Heading.
    pub title: String,
    /// Width in characters of the default font; a Chinese character takes two.
    pub width_characters: f64,
    /// Kind of content.
    pub kind: ColumnKind,
}

impl ColumnSpec {
    /// A column.
    #[must_use]
    pub fn new(title: &str, width_characters: f64, kind: ColumnKind) -> Self {
        Self { title: title.to_owned(), width_characters, kind }
    }
}

/// One column of a sheet that somebody else will fill.
#[derive(Debug, Clone, PartialEq)]
pub struct FormColumn<'a> {
    /// Heading, width and kind.
    pub column: ColumnSpec,
    /// Whether its heading stands out.
    pub required: bool,
    /// What the spreadsheet program offers in its cells; anything else may be typed all the same. Empty for no offer.
    pub choices: &'a [&'a str],
}

/// A cell to be written.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// Nothing.
    Empty,
    /// Text; see [`crate::guard`].
    Text(Cow<'a, str>),
    /// A number.
    Number(f64),
    /// A day.
    Date(NaiveDate),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(Cow::Borrowed(text)) }
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(Cow::Owned(text)) }
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::Number(f64::from(number))
    }
}

struct Formats {
    header: Format,
    columns: Vec<Format>,
    bad: Format,
}

struct OpenSheet {
    index: usize,
    next_row: u32,
    formats: Formats,
}

/// Writes one workbook, sheet after sheet.
pub struct XlsxWriter {
    book: Workbook,
    /// Names given out, in lower case: the library would notice a second one only when saving.
    names: Vec<String>,
    open: Option<OpenSheet>,
}

impl Default for XlsxWriter {
    fn default() -> Self {
        Self::new()
    }
}

impl XlsxWriter {
    /// An empty workbook; its sheets wait in the system's folder for temporary files until [`XlsxWriter::save`].
    #[must_use]
    pub fn new() -> Self {
        let mut book = Workbook::new();
        // The format asks for an instant of creation; a fixed one, so that equal contents are equal files.
        let created = ExcelDateTime::from_ymd(2000, 1, 1).unwrap_or_default();
        book.set_properties(&DocProperties::new().set_creation_datetime(&created));
        Self { book, names: Vec::new(), open: None }
    }

    /// As [`XlsxWriter::new`], with the waiting sheets in `directory`.
    ///
    /// # Errors
    /// [`SheetError::Write`] if the folder cannot be written to.
    pub fn in_directory(directory: &Path) -> Result<Self, SheetError> {
        let mut writer = Self::new();
        writer.book.set_tempdir(directory).map_err(SheetError::write)?;
        Ok(writer)
    }

    /// Begins a sheet with its heading in the first row, which stays in sight. Ends the sheet before.
    ///
    /// # Errors
    /// [`SheetError::Write`] if the name is taken, longer than 31 characters, or holds one of `[]:*?/\`.
    pub fn add_sheet(&mut self, name: &str, columns: &[ColumnSpec]) -> Result<(), SheetError> {
        self.begin(name, columns, 1)?;
        let titles = columns.iter().map(|column| Value::from(column.title.as_str())).collect::<Vec<_>>();
        self.put_row(&titles, Look::Header)
    }

    /// Begins a sheet to be filled, with its heading and `rows_max` empty rows below it. What is typed there is what the
    /// column says: a code stays text, a day is shown as one.
    ///
    /// # Errors
    /// As [`XlsxWriter::add_sheet`]; [`SheetError::Write`] too if the choices of a column have more than 255 characters.
    pub fn add_form(&mut self, name: &str, columns: &[FormColumn<'_>], rows_max: u32) -> Result<(), SheetError> {
        let specs: Vec<_> = columns.iter().map(|column| column.column.clone()).collect();
        self.begin(name, &specs, 1)?;
        let open = self.open.as_mut().ok_or_else(|| SheetError::write("no sheet was begun"))?;
        let sheet = self.book.worksheet_from_index(open.index).map_err(SheetError::write)?;
        let required = header_format().set_background_color(Color::RGB(0x00FD_E9C8));
        for (index, form) in (0_u16..).zip(columns) {
            let format = open.formats.columns.get(usize::from(index)).unwrap_or(&required);
            sheet.set_column_format(index, format).map_err(SheetError::write)?;
            let heading = if form.required { &required } else { &open.formats.header };
            put(sheet, 0, index, &Value::from(form.column.title.as_str()), heading)?;
            if !form.choices.is_empty() {
                let offered = DataValidation::new().allow_list_strings(form.choices).map_err(SheetError::write)?;
                let offered = offered.show_error_message(false);
                sheet.add_data_validation(1, index, rows_max.max(1), index, &offered).map_err(SheetError::write)?;
            }
        }
        open.next_row = 1;
        Ok(())
    }

    pub(crate) fn begin(&mut self, name: &str, columns: &[ColumnSpec], frozen_rows: u32) -> Result<(), SheetError> {
        let lower = name.to_lowercase();
        if self.names.contains(&lower) {
            return Err(SheetError::write(format!("the workbook has a sheet named {name} already")));
        }
        let sheet = self.book.add_worksheet_with_constant_memory().map_err(SheetError::write)?;
        sheet.set_name(name).map_err(SheetError::write)?;
        sheet.set_freeze_panes(frozen_rows, 0).map_err(SheetError::write)?;
        for (index, column) in (0_u16..).zip(columns) {
            sheet.set_column_width(index, column.width_characters).map_err(SheetError::write)?;
        }
        let formats = Formats {
            header: header_format(),
            columns: columns.iter().map(column_format).collect(),
            bad: bad_format(),
        };
        self.open = Some(OpenSheet { index: self.names.len(), next_row: 0, formats });
        self.names.push(lower);
        Ok(())
    }

    /// Writes the next row of the open sheet.
    ///
    /// # Errors
    /// [`SheetError::TooMuch`] beyond the 1,048,576 rows of a sheet (begin another one), [`SheetError::Write`] if no sheet
    /// is open or a text is longer than the 32,767 characters of a cell.
    pub fn write_row(&mut self, values: &[Value<'_>]) -> Result<(), SheetError> {
        self.put_row(values, Look::Plain)
    }

    pub(crate) fn put_row(&mut self, values: &[Value<'_>], look: Look<'_>) -> Result<(), SheetError> {
        let open = self.open.as_mut().ok_or_else(|| SheetError::write("no sheet was begun"))?;
        within(Limit::Rows, SHEET_ROWS_MAX, u64::from(open.next_row) + 1, None)?;
        let sheet = self.book.worksheet_from_index(open.index).map_err(SheetError::write)?;
        let plain = Format::default();
        for (index, value) in (0_u16..).zip(values) {
            let format = match look {
                Look::Header => &open.formats.header,
                Look::Bad(columns) if columns.contains(&(u32::from(index) + 1)) => &open.formats.bad,
                Look::Plain | Look::Bad(_) => open.formats.columns.get(usize::from(index)).unwrap_or(&plain),
            };
            put(sheet, open.next_row, index, value, format)?;
        }
        open.next_row += 1;
        Ok(())
    }

    /// Writes the workbook to a file.
    ///
    /// # Errors
    /// [`SheetError::Write`] if the disk fails or no sheet was begun.
    pub fn save(mut self, path: &Path) -> Result<(), SheetError> {
        self.book.save(path).map_err(SheetError::write)
    }

    /// The workbook as bytes, for small ones.
    ///
    /// # Errors
    /// [`SheetError::Write`] as [`XlsxWriter::save`].
    pub fn into_bytes(mut self) -> Result<Vec<u8>, SheetError> {
        self.book.save_to_buffer().map_err(SheetError::write)
    }
}

/// How a row looks.
#[derive(Clone, Copy)]
pub(crate) enum Look<'a> {
    Header,
    Plain,
    /// The columns named, from 1, are marked as bad.
    Bad(&'a [u32]),
}

fn put(sheet: &mut Worksheet, row: u32, column: u16, value: &Value<'_>, format: &Format) -> Result<(), SheetError> {
    let written = match value {
        Value::Empty => sheet.write_blank(row, column, format),
        Value::Text(text) => sheet.write_string_with_format(row, column, fitting(text)?, format),
        Value::Number(number) => sheet.write_number_with_format(row, column, *number, format),
        Value::Date(day) => {
            let year = u16::try_from(day.year()).map_err(SheetError::write)?;
            let (month, day) = (u8::try_from(day.month()), u8::try_from(day.day()));
            let moment =
                ExcelDateTime::from_ymd(year, month.map_err(SheetError::write)?, day.map_err(SheetError::write)?);
            sheet.write_datetime_with_format(row, column, moment.map_err(SheetError::write)?, format)
        }
    };
    written.map(|_| ()).map_err(SheetError::write)
}

/// Guards a text and refuses one that a cell cannot hold, rather than shortening it.
fn fitting(text: &str) -> Result<Cow<'_, str>, SheetError> {
    let guarded = guard(text);
    if guarded.len() > CELL_UNITS_MAX && guarded.encode_utf16().count() > CELL_UNITS_MAX {
        return Err(SheetError::write("a text is longer than the 32,767 characters of a cell"));
    }
    Ok(guarded)
}

fn header_format() -> Format {
    Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
        .set_border(FormatBorder::Thin)
        .set_background_color(Color::RGB(0x00E8_EEF4))
}

fn column_format(column: &ColumnSpec) -> Format {
    let format = Format::new().set_align(FormatAlign::Top);
    match column.kind {
        ColumnKind::Text => format.set_text_wrap(),
        ColumnKind::Code => format.set_num_format("@"),
        ColumnKind::Number => format,
        ColumnKind::Date => format.set_num_format("yyyy-mm-dd"),
    }
}

/// Red ground and dark red text, so that the mark survives black-and-white printing as grey.
fn bad_format() -> Format {
    Format::new()
        .set_align(FormatAlign::Top)
        .set_num_format("@")
        .set_background_color(Color::RGB(0x00FF_C7CE))
        .set_font_color(Color::RGB(0x009C_0006))
}

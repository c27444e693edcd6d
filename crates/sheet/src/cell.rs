//! Cells and rows as they stand in the file. Nothing is trimmed or mended here.

use std::borrow::Cow;

/// Above this, two neighbouring integers share one floating-point number in a spreadsheet, which keeps 15 digits.
const INTEGER_EXACT_BELOW: f64 = 1e15;

/// The content of one cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    /// Nothing, or the empty text.
    #[default]
    Empty,
    /// Text as written, leading zeros and spaces included. All cells of a CSV file are text.
    Text(String),
    /// A number. Codes typed as numbers end up here and may have lost digits: see [`Cell::lost_digits`].
    Number(f64),
    /// A number that the workbook shows as a date.
    Date {
        /// Days since 1899-12-30 (or 1904-01-01 in workbooks of that epoch), with the time as the fraction.
        serial: f64,
        /// `YYYY-MM-DD`, followed by ` HH:MM:SS` where there is a time.
        text: String,
    },
    /// True or false.
    Bool(bool),
    /// An error value such as `#N/A`.
    Error(String),
}

impl Cell {
    /// Whether the cell holds nothing or only white space.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// The cell as text, untrimmed: dates as `YYYY-MM-DD`, whole numbers without a point, others as short as is exact.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => Cow::Borrowed(""),
            Self::Text(text) | Self::Date { text, .. } | Self::Error(text) => Cow::Borrowed(text),
            Self::Number(number) => Cow::Owned(number_text(*number)),
            Self::Bool(true) => Cow::Borrowed("TRUE"),
            Self::Bool(false) => Cow::Borrowed("FALSE"),
        }
    }

    /// Whether the cell holds a whole number too long for a spreadsheet's number, so that its last digits are lost:
    /// the number itself, or its text as `1.23457E+17`, which is what remains of it in a CSV file.
    #[must_use]
    pub fn lost_digits(&self) -> bool {
        match self {
            Self::Number(number) => number.abs() >= INTEGER_EXACT_BELOW,
            Self::Text(text) => is_scientific(text.trim()),
            _ => false,
        }
    }
}

/// Whether the text is a number with an exponent of ten or more, as spreadsheets show long codes.
pub(crate) fn is_scientific(text: &str) -> bool {
    let Some((digits, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let whole = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa = match digits.split_once('.') {
        Some((before, after)) => before.len() == 1 && whole(before) && whole(after),
        None => digits.len() == 1 && whole(digits),
    };
    mantissa && exponent.strip_prefix('+').is_some_and(|power| power.len() == 2 && whole(power))
}

fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < INTEGER_EXACT_BELOW {
        return format!("{number:.0}");
    }
    if number.abs() >= INTEGER_EXACT_BELOW {
        return format!("{number:E}").replace('E', "E+");
    }
    format!("{number}")
}

/// One row of a sheet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// The number that the spreadsheet program shows at its left, from 1.
    pub number: u32,
    /// The cells from column A on; what lies beyond is empty.
    pub cells: Vec<Cell>,
}

static EMPTY: Cell = Cell::Empty;

impl Row {
    /// The cell in `column`, counted from 1.
    #[must_use]
    pub fn cell(&self, column: u32) -> &Cell {
        let index = usize::try_from(column).ok().and_then(|column| column.checked_sub(1));
        index.and_then(|index| self.cells.get(index)).unwrap_or(&EMPTY)
    }

    /// The trimmed text of the cell in `column`, counted from 1.
    #[must_use]
    pub fn text(&self, column: u32) -> Cow<'_, str> {
        match self.cell(column).text() {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        }
    }

    /// Whether no cell holds anything but white space.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(Cell::is_blank)
    }
}

/// The letters that the spreadsheet program shows above `column`, counted from 1: 1 is `A`, 27 is `AA`; 0 is empty.
#[must_use]
pub fn column_letter(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_lettered_as_spreadsheets_do() {
        for (column, letters) in
            [(0, ""), (1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (702, "ZZ"), (703, "AAA"), (16_384, "XFD")]
        {
            assert_eq!(column_letter(column), letters);
        }
    }

    #[test]
    fn numbers_read_as_people_wrote_them() {
        for (number, text) in [
            (0.0, "0"),
            (20_210_508.0, "20210508"),
            (-3.0, "-3"),
            (0.03, "0.03"),
            (130_302_600_012_345.0, "130302600012345"),
            (1.234_567_890_123_45E17, "1.23456789012345E+17"),
        ] {
            assert_eq!(Cell::Number(number).text(), text);
        }
    }

    #[test]
    fn long_numbers_are_known_to_have_lost_digits() {
        let text = |text: &str| Cell::Text(text.into());
        for (cell, lost) in [
            (Cell::Number(999_999_999_999_999.0), false),
            (Cell::Number(1e15), true),
            (Cell::Number(9.113_030_2E17), true),
            (text("1.23457E+17"), true),
            (text("9E+14"), true),
            (text("91130302MA07X0001E"), false),
            (text("911303E+17"), false),
            (text("9113030220E2345678"), false),
        ] {
            assert_eq!(cell.lost_digits(), lost, "{cell:?}");
        }
    }
}

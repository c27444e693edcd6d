//! The header of a roll: names and types of its columns, and the form that fields of each type have.

use crate::node::distinct;
use crate::refused::{Reason, Refused};
use crate::text::{check_text, is_date, is_int, is_set};

/// Columns of a roll at most.
pub const COLUMNS_MAX: usize = 256;

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Any text of the protocol.
    Text,
    /// A real date, `YYYY-MM-DD`.
    Date,
    /// An integer in decimal.
    Int,
    /// Distinct texts, ascending, joined by commas.
    Set,
}

impl ColumnType {
    /// The type's word in a header.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Date => "date",
            Self::Int => "int",
            Self::Set => "set",
        }
    }

    /// Checks a field; the empty field is good for every type.
    ///
    /// # Errors
    /// The reason why the text is no field of this type.
    pub fn check(self, field: &str) -> Result<(), Reason> {
        if field.is_empty() {
            return Ok(());
        }
        match self {
            Self::Text => check_text(field),
            Self::Date if is_date(field) => Ok(()),
            Self::Date => Err(Reason::DateForm),
            Self::Int if is_int(field) => Ok(()),
            Self::Int => Err(Reason::IntForm),
            Self::Set if is_set(field) => check_text(field),
            Self::Set => Err(Reason::SetForm),
        }
    }
}

/// A column's name and type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnSpec {
    /// `[a-z][a-z0-9_]*`
    pub name: String,
    /// The type of its fields.
    pub kind: ColumnType,
}

/// The header of a roll. Column 0 is `id:text`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header(Vec<ColumnSpec>);

impl Header {
    /// Reads cells of the form `name:type`.
    ///
    /// # Errors
    /// With the cell's number as place: wrong form, a name that stands twice, column 0 not `id:text`, too many columns.
    pub fn parse<T: AsRef<str>>(cells: &[T]) -> Result<Self, Refused> {
        if cells.len() > COLUMNS_MAX {
            return Err(Refused::new("header", Reason::TooLarge { max: COLUMNS_MAX as u64 }));
        }
        let mut columns = Vec::with_capacity(cells.len());
        for (index, cell) in cells.iter().enumerate() {
            columns.push(parse_cell(cell.as_ref()).map_err(|reason| Refused::new(format!("header[{index}]"), reason))?);
        }
        if !columns.first().is_some_and(|first| first.name == "id" && first.kind == ColumnType::Text) {
            return Err(Refused::new("header[0]", Reason::HeaderId));
        }
        distinct("header", columns.iter().map(|column| column.name.as_str()))?;
        Ok(Self(columns))
    }

    /// The columns in order.
    #[must_use]
    pub fn columns(&self) -> &[ColumnSpec] {
        &self.0
    }

    /// Position and type of a column.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<(usize, ColumnType)> {
        self.0.iter().enumerate().find(|(_, column)| column.name == name).map(|(index, column)| (index, column.kind))
    }

    /// The cells, `name:type`.
    #[must_use]
    pub fn cells(&self) -> Vec<String> {
        self.0.iter().map(|column| format!("{}:{}", column.name, column.kind.word())).collect()
    }
}

fn parse_cell(cell: &str) -> Result<ColumnSpec, Reason> {
    let refused = || Reason::HeaderForm { cell: cell.to_owned() };
    let (name, word) = cell.split_once(':').ok_or_else(refused)?;
    let kinds = [ColumnType::Text, ColumnType::Date, ColumnType::Int, ColumnType::Set];
    let kind = kinds.into_iter().find(|kind| kind.word() == word).ok_or_else(refused)?;
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if name.starts_with(|first: char| first.is_ascii_lowercase()) && name.bytes().all(letters) {
        Ok(ColumnSpec { name: name.to_owned(), kind })
    } else {
        Err(refused())
    }
}

//! Rolls: the frozen population. Header, columns in memory, intake with all checks, and the roll document.

mod column;
mod document;
mod header;
mod intake;

pub use document::RollDocument;
pub use header::{COLUMNS_MAX, ColumnSpec, ColumnType, Header};
pub use intake::{Intake, ROWS_MAX, RowLeaf, Taken};

pub(crate) use column::Column;

use crate::refused::{Reason, Refused};

/// A roll in memory, column by column. Rows stand in ascending order of their ids.
pub struct Roll {
    pub(crate) header: Header,
    pub(crate) rows: u32,
    pub(crate) columns: Vec<Column>,
}

impl Roll {
    /// The columns' names and types.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// How many rows there are.
    #[must_use]
    pub const fn rows(&self) -> u32 {
        self.rows
    }

    /// The id of a row.
    #[must_use]
    pub fn id(&self, row: u32) -> Option<&str> {
        self.field(row, 0)
    }

    /// One field; `None` outside the table.
    #[must_use]
    pub fn field(&self, row: u32, column: usize) -> Option<&str> {
        self.columns.get(column)?.get(row)
    }

    /// The column of a name, for predicates and cells.
    pub(crate) fn column(&self, name: &str) -> Result<&Column, Refused> {
        let found = self.header.find(name).and_then(|(index, _)| self.columns.get(index));
        found.ok_or_else(|| Refused::new("", Reason::UnknownColumn { column: name.to_owned() }))
    }

    /// The row of an id, by binary search.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<u32> {
        let (mut low, mut high) = (0, self.rows);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.id(middle)?.cmp(id) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}

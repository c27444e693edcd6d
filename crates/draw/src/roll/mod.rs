//! Rolls: the frozen population. Header, parts of rows in columns, intake with all checks, leaves, and the roll document.

mod column;
mod document;
mod header;
mod intake;
mod leaf;
mod part;
mod texts;

pub use column::{Column, ColumnBuilder, are_below};
pub use document::RollDocument;
pub use header::{COLUMNS_MAX, ColumnSpec, ColumnType, Header};
pub use intake::{Intake, ROWS_MAX, Taken};
pub use leaf::RowLeaf;
pub use part::{Edges, Part, Room, check_edges};
pub use texts::Texts;

/// A roll in memory. Rows stand in ascending order of their ids.
pub struct Roll {
    header: Header,
    rows: u32,
    /// Without empty ones, in the order of their rows.
    parts: Vec<Part>,
}

impl Roll {
    /// A roll of parts that were checked and follow one another.
    #[must_use]
    pub fn new(header: Header, mut parts: Vec<Part>) -> Self {
        parts.retain(|part| part.rows() > 0);
        let rows = parts.iter().map(Part::rows).sum::<usize>();
        Self { header, rows: u32::try_from(rows).unwrap_or(u32::MAX), parts }
    }

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

    /// The parts, in the order of their rows.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The parts themselves.
    #[must_use]
    pub fn into_parts(self) -> Vec<Part> {
        self.parts
    }

    /// The id of a row.
    #[must_use]
    pub fn id(&self, row: u32) -> Option<&str> {
        self.field(row, 0)
    }

    /// One field; `None` outside the table.
    #[must_use]
    pub fn field(&self, row: u32, column: usize) -> Option<&str> {
        let row = u64::from(row);
        let part = self.parts.partition_point(|part| part.first_row() <= row).checked_sub(1)?;
        let part = self.parts.get(part)?;
        let field = part.field(usize::try_from(row - part.first_row()).ok()?, column)?;
        std::str::from_utf8(field).ok()
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

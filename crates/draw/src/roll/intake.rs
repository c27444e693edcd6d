//! The one way into a roll: rows one by one in id order, each checked once, then hashed, kept in columns, or both. It
//! reads no files, and it does not sort: a roll out of order is refused.

use crate::merkle::MerkleTree;
use crate::refused::{Reason, Refused};
use crate::roll::column::ColumnBuilder;
use crate::roll::leaf::RowLeaf;
use crate::roll::part::{Part, order_fault};
use crate::roll::texts::Texts;
use crate::roll::{Header, Roll, RollDocument};
use crate::suite::{Digest, Suite};
use crate::text::is_id;

/// Rows of a roll at most.
pub const ROWS_MAX: u32 = 1_000_000_000;
/// Rows of a part that is made row by row.
const PART_ROWS: usize = 1 << 16;

/// Takes the rows of one roll.
pub struct Intake {
    header: Header,
    last_id: String,
    rows: u32,
    rows_max: u32,
    hashing: Option<(RowLeaf, MerkleTree)>,
    keeping: Option<Kept>,
}

/// The rows that are kept: full parts, and the one that grows.
struct Kept {
    parts: Vec<Part>,
    ids: Texts,
    /// Of the columns behind the id.
    columns: Vec<ColumnBuilder>,
}

/// What an intake gives at the end.
pub struct Taken {
    /// Header, rows, root and key, if the intake was hashing.
    pub document: Option<RollDocument>,
    /// The columns, if the intake was keeping them.
    pub roll: Option<Roll>,
}

impl Intake {
    /// An intake that checks only.
    #[must_use]
    pub const fn new(header: Header) -> Self {
        Self { header, last_id: String::new(), rows: 0, rows_max: ROWS_MAX, hashing: None, keeping: None }
    }

    /// Computes the root with this roll key.
    #[must_use]
    pub fn hashing(mut self, suite: Suite, key: Digest) -> Self {
        self.hashing = Some((RowLeaf::new(suite, key), MerkleTree::new(suite)));
        self
    }

    /// Keeps the columns in memory.
    #[must_use]
    pub fn keeping(mut self) -> Self {
        self.keeping = Some(Kept { parts: Vec::new(), ids: Texts::default(), columns: columns_of(&self.header) });
        self
    }

    /// Lowers the limit of rows from [`ROWS_MAX`].
    #[must_use]
    pub fn limited_to(mut self, rows_max: u32) -> Self {
        self.rows_max = rows_max.min(ROWS_MAX);
        self
    }

    /// How many rows were taken.
    #[must_use]
    pub const fn rows(&self) -> u32 {
        self.rows
    }

    /// The columns of the roll.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// Takes the next row.
    ///
    /// # Errors
    /// With row (from 1) and column as place: a field of the wrong form, an id that is malformed, repeated or out of
    /// order, too few or too many fields, too many rows. Nothing of a refused row is kept; stop then.
    pub fn push(&mut self, fields: &[&str]) -> Result<(), Refused> {
        self.check(fields)?;
        if let Some((leaf, tree)) = &mut self.hashing {
            tree.push(leaf.of(fields));
        }
        if let Some(kept) = &mut self.keeping {
            kept.push(fields).map_err(|reason| Refused::new(format!("row {}", self.rows + 1), reason))?;
            if kept.ids.len() >= PART_ROWS {
                kept.close(&self.header, self.rows + 1);
            }
        }
        self.last_id.clear();
        self.last_id.push_str(fields.first().copied().unwrap_or_default());
        self.rows += 1;
        Ok(())
    }

    fn check(&self, fields: &[&str]) -> Result<(), Refused> {
        let row = u64::from(self.rows) + 1;
        let at_row = |reason| Refused::new(format!("row {row}"), reason);
        let columns = self.header.columns();
        if self.rows >= self.rows_max {
            return Err(at_row(Reason::TooLarge { max: u64::from(self.rows_max) }));
        }
        if fields.len() != columns.len() {
            return Err(at_row(Reason::FieldCount { expected: columns.len(), found: fields.len() }));
        }
        let id = fields.first().copied().unwrap_or_default();
        let at_id = |reason| Refused::new(format!("row {row}, column id"), reason);
        if !is_id(id) {
            return Err(at_id(Reason::IdForm));
        }
        if self.rows > 0 && id <= self.last_id.as_str() {
            return Err(at_id(order_fault(self.last_id.as_bytes(), id.as_bytes())));
        }
        for (column, field) in columns.iter().zip(fields) {
            let place = |reason| Refused::new(format!("row {row} (id {id}), column {}", column.name), reason);
            column.kind.check(field).map_err(place)?;
        }
        Ok(())
    }

    /// The next full part of the rows that are kept, which then are kept no longer: so a roll of any length passes through.
    /// Call it after every [`Intake::push`], and [`Intake::finish`] for the rest.
    pub fn full_part(&mut self) -> Option<Part> {
        self.keeping.as_mut()?.parts.pop()
    }

    /// Ends the roll.
    #[must_use]
    pub fn finish(self) -> Taken {
        let document = self.hashing.map(|(leaf, tree)| RollDocument {
            header: self.header.clone(),
            rows: u64::from(self.rows),
            root: tree.root(),
            key: Some(leaf.key()),
        });
        let roll = self.keeping.map(|mut kept| {
            kept.close(&self.header, self.rows);
            Roll::new(self.header, kept.parts)
        });
        Taken { document, roll }
    }
}

impl Kept {
    fn push(&mut self, fields: &[&str]) -> Result<(), Reason> {
        let mut fields = fields.iter().map(|field| field.as_bytes());
        self.ids.push(fields.next().unwrap_or_default())?;
        self.columns.iter_mut().zip(fields).try_for_each(|(column, field)| column.push(field))
    }

    /// Closes the growing part; `rows` is the count of all rows up to its end.
    fn close(&mut self, header: &Header, rows: u32) {
        if self.ids.is_empty() {
            return;
        }
        let columns = std::mem::replace(&mut self.columns, columns_of(header));
        let columns = std::iter::once(None).chain(columns.into_iter().map(|column| Some(column.build())));
        let first_row = u64::from(rows) - self.ids.len() as u64;
        self.parts.push(Part::new(first_row, std::mem::take(&mut self.ids), columns.collect()));
    }
}

fn columns_of(header: &Header) -> Vec<ColumnBuilder> {
    header.columns().iter().skip(1).map(|_| ColumnBuilder::new()).collect()
}

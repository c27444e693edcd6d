//! The one way into a roll: rows one by one in id order, each checked once, then hashed, kept in columns, or both. It
//! reads no files, and it does not sort: a roll out of order is refused.

use crate::merkle::{MerkleTree, leaf_hash};
use crate::refused::{Reason, Refused};
use crate::roll::column::ColumnBuilder;
use crate::roll::{Header, Roll, RollDocument};
use crate::suite::{Blinds, Digest, Suite, US};
use crate::text::is_id;

/// Rows of a roll in memory at most.
pub const ROWS_MAX: u32 = 1_000_000_000;

/// Takes the rows of one roll.
pub struct Intake {
    header: Header,
    last_id: String,
    rows: u32,
    rows_max: u32,
    hashing: Option<(RowLeaf, MerkleTree)>,
    columns: Option<Vec<ColumnBuilder>>,
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
        Self { header, last_id: String::new(), rows: 0, rows_max: ROWS_MAX, hashing: None, columns: None }
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
        let unique = |name: &str| matches!(name, "id" | "name");
        self.columns =
            Some(self.header.columns().iter().map(|column| ColumnBuilder::new(unique(&column.name))).collect());
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
        if let Some(columns) = &mut self.columns {
            for (column, field) in columns.iter_mut().zip(fields) {
                column.push(field).map_err(|reason| Refused::new(format!("row {}", self.rows + 1), reason))?;
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
            let twice = id == self.last_id;
            return Err(at_id(if twice {
                Reason::IdTwice
            } else {
                Reason::IdOrder { previous: self.last_id.clone() }
            }));
        }
        for (column, field) in columns.iter().zip(fields) {
            let place = |reason| Refused::new(format!("row {row} (id {id}), column {}", column.name), reason);
            column.kind.check(field).map_err(place)?;
        }
        Ok(())
    }

    /// Ends the roll.
    #[must_use]
    pub fn finish(self) -> Taken {
        let document = self.hashing.map(|(leaf, tree)| RollDocument {
            header: self.header.clone(),
            rows: u64::from(self.rows),
            root: tree.root(),
            key: Some(leaf.key),
        });
        let roll = self.columns.map(|columns| Roll {
            header: self.header,
            rows: self.rows,
            columns: columns.into_iter().map(ColumnBuilder::build).collect(),
        });
        Taken { document, roll }
    }
}

/// Makes Merkle leaves of rows: `row bytes || US || hex(blind(id))`.
pub struct RowLeaf {
    suite: Suite,
    key: Digest,
    blinds: Blinds,
}

impl RowLeaf {
    /// Prepares the leaves of a roll key.
    #[must_use]
    pub fn new(suite: Suite, key: Digest) -> Self {
        Self { suite, key, blinds: Blinds::new(suite, &key) }
    }

    /// The leaf hash of a row whose first field is the id.
    #[must_use]
    pub fn of(&self, fields: &[&str]) -> Digest {
        Self::with_blind(self.suite, fields, &self.blinds.of(fields.first().copied().unwrap_or_default()))
    }

    /// The leaf hash of a row with the blind that a proof gives.
    #[must_use]
    pub fn with_blind(suite: Suite, fields: &[&str], blind: &str) -> Digest {
        let mut bytes = Vec::with_capacity(fields.iter().map(|field| field.len() + 1).sum::<usize>() + blind.len());
        for field in fields {
            bytes.extend_from_slice(field.as_bytes());
            bytes.push(US);
        }
        bytes.extend_from_slice(blind.as_bytes());
        leaf_hash(suite, &[&bytes])
    }
}

//! A part of a roll: a run of its rows, column by column. Whoever reads a roll makes parts, and everything else (checks,
//! leaves, partition, selection) takes them, so that a roll of any length passes through little memory and parts can be
//! worked on side by side.

use crate::merkle::MerkleTree;
use crate::refused::{Reason, Refused};
use crate::roll::column::Column;
use crate::roll::header::Header;
use crate::roll::leaf::RowLeaf;
use crate::roll::texts::Texts;
use crate::text::{follows, is_id_bytes};

/// A run of rows.
pub struct Part {
    /// Rows of the roll before this part.
    first_row: u64,
    ids: Texts,
    /// By position in the header; `None` for the id, and for columns that nobody asked for.
    columns: Vec<Option<Column>>,
}

/// Memory of a part that is no longer needed. Parts are of equal size, mostly, and giving their memory back to the system
/// only to ask for as much again would cost as much as decoding them.
#[derive(Default)]
pub struct Room {
    texts: Vec<Texts>,
    codes: Vec<Vec<u32>>,
}

impl Room {
    /// An empty list of texts with room.
    #[must_use]
    pub fn texts(&mut self) -> Texts {
        let mut texts = self.texts.pop().unwrap_or_default();
        texts.clear();
        texts
    }

    /// An empty list of codes with room.
    #[must_use]
    pub fn codes(&mut self) -> Vec<u32> {
        let mut codes = self.codes.pop().unwrap_or_default();
        codes.clear();
        codes
    }
}

/// What two parts that follow one another must agree on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edges {
    /// Rows of the roll before the part.
    pub first_row: u64,
    /// The first and the last id; `None` for a part without rows.
    pub ids: Option<(String, String)>,
}

impl Part {
    /// A part; `columns` by position in the header, the id's place and unread columns empty.
    #[must_use]
    pub const fn new(first_row: u64, ids: Texts, columns: Vec<Option<Column>>) -> Self {
        Self { first_row, ids, columns }
    }

    /// The room that the part took, for the next one.
    #[must_use]
    pub fn into_room(self) -> Room {
        let mut room = Room { texts: vec![self.ids], codes: Vec::new() };
        for column in self.columns.into_iter().flatten() {
            match column {
                Column::Plain(texts) => room.texts.push(texts),
                Column::Dictionary { codes, .. } => room.codes.push(codes),
            }
        }
        room
    }

    /// Rows of the roll before this part.
    #[must_use]
    pub const fn first_row(&self) -> u64 {
        self.first_row
    }

    /// How many rows the part has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.ids.len()
    }

    /// The ids, in order.
    #[must_use]
    pub const fn ids(&self) -> &Texts {
        &self.ids
    }

    /// A column, if it was read.
    #[must_use]
    pub fn column(&self, column: usize) -> Option<&Column> {
        self.columns.get(column)?.as_ref()
    }

    /// The bytes of a field; empty where the column was not read.
    #[must_use]
    #[inline]
    pub fn field(&self, row: usize, column: usize) -> Option<&[u8]> {
        if column == 0 { self.ids.get(row) } else { self.column(column)?.get(row) }
    }

    /// Checks every id and every field of the columns that were read: their forms, and that ids ascend and are distinct.
    ///
    /// # Errors
    /// The first row that does not comply, with row (from 1), id and column as place.
    pub fn check(&self, header: &Header) -> Result<(), Refused> {
        let mut first = self.check_ids();
        for (index, spec) in header.columns().iter().enumerate().skip(1) {
            let Some(column) = self.column(index) else { continue };
            let fault = match column.check(spec.kind) {
                Ok(()) if column.len() == self.rows() => continue,
                Ok(()) => (column.len().min(self.rows()), Reason::FieldCount { expected: index + 1, found: index }),
                Err(fault) => fault,
            };
            // Of two faults in one row the id's or the first column's is named.
            if first.as_ref().is_none_or(|(row, _)| fault.0 < *row) {
                let id = self.ids.text(fault.0).unwrap_or_default();
                let place = format!("row {} (id {id}), column {}", self.number(fault.0), spec.name);
                first = Some((fault.0, Refused::new(place, fault.1)));
            }
        }
        first.map_or(Ok(()), |(_, refused)| Err(refused))
    }

    /// The number of a row in the roll, from 1.
    fn number(&self, row: usize) -> u64 {
        self.first_row + row as u64 + 1
    }

    fn check_ids(&self) -> Option<(usize, Refused)> {
        let mut previous: &[u8] = b"";
        // First whether there is a fault at all, then which: the usual roll has none.
        let mut good = true;
        for id in self.ids.iter() {
            good &= is_id_bytes(id) & follows(previous, id);
            previous = id;
        }
        if good {
            return None;
        }
        previous = b"";
        for (row, id) in self.ids.iter().enumerate() {
            if !is_id_bytes(id) || previous >= id {
                let reason = if is_id_bytes(id) { order_fault(previous, id) } else { Reason::IdForm };
                return Some((row, Refused::new(format!("row {}, column id", self.number(row)), reason)));
            }
            previous = id;
        }
        None
    }

    /// First row and outer ids, to be compared with the neighbours'.
    #[must_use]
    pub fn edges(&self) -> Edges {
        let id = |row| self.ids.text(row).map(str::to_owned);
        let last = self.rows().checked_sub(1);
        Edges { first_row: self.first_row, ids: id(0).zip(last.and_then(id)) }
    }

    /// The Merkle leaves of the rows, combined as far as they can be without their neighbours. All columns must be there.
    #[must_use]
    pub fn leaves(&self, leaf: &RowLeaf) -> MerkleTree {
        let mut tree = MerkleTree::starting_at(leaf.suite(), self.first_row);
        let mut buffer = leaf.buffer();
        for row in 0..self.rows() {
            let columns = 1..self.columns.len();
            let id = self.ids.get(row).unwrap_or_default();
            let fields = columns.map(|column| self.column(column).and_then(|it| it.get(row)).unwrap_or_default());
            tree.push(leaf.in_buffer(&mut buffer, id, fields));
        }
        tree
    }
}

/// Checks that each part's ids follow the ones of the part before. `edges` come in the order of their rows.
///
/// # Errors
/// An id that does not follow its predecessor, with its row.
pub fn check_edges<'a>(edges: impl IntoIterator<Item = &'a Edges>) -> Result<(), Refused> {
    let mut previous = "";
    for edge in edges {
        let Some((first, last)) = &edge.ids else { continue };
        if previous >= first.as_str() {
            let place = format!("row {}, column id", edge.first_row + 1);
            return Err(Refused::new(place, order_fault(previous.as_bytes(), first.as_bytes())));
        }
        previous = last;
    }
    Ok(())
}

/// Why `id` may not stand behind `previous`.
pub(crate) fn order_fault(previous: &[u8], id: &[u8]) -> Reason {
    if previous == id {
        Reason::IdTwice
    } else {
        Reason::IdOrder { previous: String::from_utf8_lossy(previous).into_owned() }
    }
}

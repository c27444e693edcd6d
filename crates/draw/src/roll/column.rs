//! Columns in memory. Most columns of a register hold few values many times, so a column is a dictionary with one code a
//! row; one that is nearly unique (names, addresses) is plain.

use std::collections::HashMap;

use crate::mismatch::Mismatch;
use crate::refused::Reason;
use crate::roll::header::ColumnType;
use crate::roll::texts::Texts;

/// Distinct values of a dictionary at most; a column that is built value by value and has more becomes plain.
const DICTIONARY_VALUES_MAX: usize = 1 << 16;

/// One column of a part of a roll.
pub enum Column {
    /// A text for each row.
    Plain(Texts),
    /// A code for each row, and the text of each code. A text may stand under several codes, and under none.
    Dictionary {
        /// By row.
        codes: Vec<u32>,
        /// By code.
        values: Texts,
    },
}

impl Column {
    /// How many rows the column has.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Plain(texts) => texts.len(),
            Self::Dictionary { codes, .. } => codes.len(),
        }
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of a field.
    #[must_use]
    #[inline]
    pub fn get(&self, row: usize) -> Option<&[u8]> {
        match self {
            Self::Plain(texts) => texts.get(row),
            Self::Dictionary { codes, values } => values.get(*codes.get(row)? as usize),
        }
    }

    /// A field.
    #[must_use]
    pub fn text(&self, row: usize) -> Option<&str> {
        std::str::from_utf8(self.get(row)?).ok()
    }

    /// The fields as texts, a dictionary's values gathered.
    ///
    /// # Errors
    /// A code without a value.
    pub fn into_texts(self) -> Result<Texts, Reason> {
        match self {
            Self::Plain(texts) => Ok(texts),
            Self::Dictionary { codes, mut values } => {
                let spans = codes.iter().map(|code| values.span(*code as usize)).collect::<Option<Vec<_>>>();
                let what = || Reason::Mismatch { what: Mismatch::Dictionary };
                values.set_spans(spans.ok_or_else(what)?);
                Ok(values)
            }
        }
    }

    /// Checks the form of every field, each value of a dictionary once.
    ///
    /// # Errors
    /// The first row whose field does not comply, and why.
    pub fn check(&self, kind: ColumnType) -> Result<(), (usize, Reason)> {
        let fault = |field: &[u8]| check_field(kind, field).err();
        let (codes, values) = match self {
            Self::Plain(texts) => {
                let mut faults = texts.iter().enumerate().filter_map(|(row, field)| Some((row, fault(field)?)));
                return faults.next().map_or(Ok(()), Err);
            }
            Self::Dictionary { codes, values } => (codes, values),
        };
        if are_below(codes, values.len()) && values.iter().all(|value| fault(value).is_none()) {
            return Ok(());
        }
        let faults: Vec<_> = values.iter().map(fault).collect();
        let mut rows = codes.iter().enumerate().filter_map(|(row, code)| match faults.get(*code as usize) {
            Some(None) => None,
            Some(Some(reason)) => Some((row, reason.clone())),
            None => Some((row, Reason::Mismatch { what: Mismatch::Dictionary })),
        });
        // A value that no row holds is not part of the roll.
        rows.next().map_or(Ok(()), Err)
    }

    /// For each row a code, and the texts of the codes: the column itself, or its values gathered.
    pub(crate) fn coded(&self) -> Result<std::borrow::Cow<'_, [u32]>, Reason> {
        match self {
            Self::Dictionary { codes, .. } => Ok(codes.into()),
            Self::Plain(texts) => {
                let rows = u32::try_from(texts.len()).map_err(|_| Reason::TooLarge { max: u64::from(u32::MAX) })?;
                Ok((0..rows).collect::<Vec<_>>().into())
            }
        }
    }

    /// The texts of the codes of [`Column::coded`].
    pub(crate) const fn values(&self) -> &Texts {
        match self {
            Self::Plain(texts) | Self::Dictionary { values: texts, .. } => texts,
        }
    }
}

/// Whether every code is below `end`.
#[must_use]
pub fn are_below(codes: &[u32], end: usize) -> bool {
    let end = u32::try_from(end).unwrap_or(u32::MAX);
    codes.iter().fold(true, |good, code| good & (*code < end))
}

fn check_field(kind: ColumnType, field: &[u8]) -> Result<(), Reason> {
    let text = std::str::from_utf8(field).map_err(|error| Reason::NotUtf8 { byte: error.valid_up_to() })?;
    kind.check(text)
}

/// A column that grows value by value.
pub struct ColumnBuilder {
    column: Column,
    index: HashMap<Box<[u8]>, u32>,
    dictionary_max: usize,
}

impl ColumnBuilder {
    /// A column without rows.
    #[must_use]
    pub fn new() -> Self {
        Self::with_dictionary_max(DICTIONARY_VALUES_MAX)
    }

    fn with_dictionary_max(dictionary_max: usize) -> Self {
        let column = Column::Dictionary { codes: Vec::new(), values: Texts::default() };
        Self { column, index: HashMap::new(), dictionary_max }
    }

    /// Adds the field of the next row.
    ///
    /// # Errors
    /// [`Reason::TooLarge`] where the texts would exceed 4 GiB.
    pub fn push(&mut self, value: &[u8]) -> Result<(), Reason> {
        if let Column::Plain(texts) = &mut self.column {
            return texts.push(value);
        }
        if self.index.len() >= self.dictionary_max && !self.index.contains_key(value) {
            self.make_plain();
            return self.push(value);
        }
        if let Column::Dictionary { codes, values } = &mut self.column {
            let code = match self.index.get(value) {
                Some(code) => *code,
                None => {
                    let max = u64::from(u32::MAX);
                    let code = u32::try_from(self.index.len()).map_err(|_| Reason::TooLarge { max })?;
                    values.push(value)?;
                    self.index.insert(value.into(), code);
                    code
                }
            };
            codes.push(code);
        }
        Ok(())
    }

    fn make_plain(&mut self) {
        if let Column::Dictionary { codes, values } = &mut self.column {
            let mut plain = std::mem::take(values);
            let spans: Vec<_> = codes.iter().filter_map(|code| plain.span(*code as usize)).collect();
            plain.set_spans(spans);
            self.column = Column::Plain(plain);
            self.index = HashMap::new();
        }
    }

    /// The column.
    #[must_use]
    pub fn build(self) -> Column {
        self.column
    }
}

impl Default for ColumnBuilder {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_full_dictionary_becomes_plain_and_keeps_its_values() {
        let written = ["a", "b", "", "a", "c", "b", "d"];
        for (max, plain) in [(4, true), (5, false), (0, true)] {
            let mut builder = ColumnBuilder::with_dictionary_max(max);
            for value in written {
                builder.push(value.as_bytes()).unwrap();
            }
            let column = builder.build();
            assert_eq!(matches!(column, Column::Plain(_)), plain, "{max}");
            let read: Vec<_> = (0..7).map(|row| column.text(row).unwrap()).collect();
            assert_eq!(read, written);
            assert_eq!(column.get(7), None);
            let codes = column.coded().unwrap();
            let coded = codes.iter().map(|code| column.values().text(*code as usize).unwrap());
            assert_eq!(coded.collect::<Vec<_>>(), written);
        }
    }

    #[test]
    fn the_first_bad_row_is_named_and_unused_values_do_not_count() {
        let mut values = Texts::default();
        for value in ["ok", "bad\u{200B}", "1", "unused\t"] {
            values.push(value.as_bytes()).unwrap();
        }
        let column = |codes: Vec<u32>| Column::Dictionary { codes, values: values.clone() };
        assert_eq!(column(vec![0, 2, 0]).check(ColumnType::Text), Ok(()));
        assert_eq!(
            column(vec![0, 2, 1, 3, 1]).check(ColumnType::Text),
            Err((2, Reason::BannedCodePoint { code: 0x200B }))
        );
        assert_eq!(column(vec![2, 0]).check(ColumnType::Int), Err((1, Reason::IntForm)));
        assert!(matches!(column(vec![0, 4]).check(ColumnType::Text), Err((1, Reason::Mismatch { .. }))));
        let mut plain = Texts::default();
        plain.push(b"a").unwrap();
        plain.push(b"\xFF").unwrap();
        assert_eq!(Column::Plain(plain).check(ColumnType::Text), Err((1, Reason::NotUtf8 { byte: 0 })));
    }
}

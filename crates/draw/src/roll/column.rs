//! Columns in memory. Most columns of a register hold few values many times, so a column starts as a dictionary with one
//! code a row; one that turns out to be nearly unique (ids, names) becomes a plain arena. Nothing is checked here.

use std::collections::HashMap;

use crate::refused::Reason;

/// Distinct values of a dictionary at most; a column with more becomes plain.
const DICTIONARY_VALUES_MAX: usize = 1 << 16;
/// Bytes of one column's text at most (positions are 32 bits wide).
const ARENA_BYTES_MAX: u64 = u32::MAX as u64;

/// Texts one behind the other.
#[derive(Default)]
pub(crate) struct Arena {
    text: String,
    ends: Vec<u32>,
}

impl Arena {
    fn push(&mut self, value: &str) -> Result<(), Reason> {
        self.text.push_str(value);
        let end = u32::try_from(self.text.len()).map_err(|_| Reason::TooLarge { max: ARENA_BYTES_MAX })?;
        self.ends.push(end);
        Ok(())
    }

    pub(crate) fn get(&self, index: u32) -> Option<&str> {
        let index = index as usize;
        let end = *self.ends.get(index)? as usize;
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)? as usize,
            None => 0,
        };
        self.text.get(start..end)
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).filter_map(|index| self.get(u32::try_from(index).ok()?))
    }
}

/// One column of a roll.
pub(crate) enum Column {
    /// A text for each row.
    Plain(Arena),
    /// A code for each row, and the text of each code.
    Dictionary { codes: Vec<u32>, values: Arena },
}

impl Column {
    pub(crate) fn get(&self, row: u32) -> Option<&str> {
        match self {
            Self::Plain(arena) => arena.get(row),
            Self::Dictionary { codes, values } => values.get(*codes.get(row as usize)?),
        }
    }

    /// `test` of each value of the dictionary, by code.
    pub(crate) fn test_values(values: &Arena, test: impl Fn(&str) -> bool) -> Vec<bool> {
        values.iter().map(test).collect()
    }

    /// The rows by the value that they hold, values ascending bytewise; only values that occur.
    pub(crate) fn group(&self, rows: Vec<u32>) -> Vec<(String, Vec<u32>)> {
        let mut groups: Vec<(String, Vec<u32>)> = match self {
            Self::Dictionary { codes, values } => {
                let mut by_code: Vec<Vec<u32>> = vec![Vec::new(); values.ends.len()];
                for row in rows {
                    let code = codes.get(row as usize).map(|code| *code as usize);
                    if let Some(group) = code.and_then(|code| by_code.get_mut(code)) {
                        group.push(row);
                    }
                }
                values.iter().map(str::to_owned).zip(by_code).filter(|(_, rows)| !rows.is_empty()).collect()
            }
            Self::Plain(arena) => {
                let mut by_value: HashMap<&str, Vec<u32>> = HashMap::new();
                for row in rows {
                    if let Some(value) = arena.get(row) {
                        by_value.entry(value).or_default().push(row);
                    }
                }
                by_value.into_iter().map(|(value, rows)| (value.to_owned(), rows)).collect()
            }
        };
        groups.sort_by(|(a, _), (b, _)| a.cmp(b));
        groups
    }
}

/// A column that grows.
pub(crate) struct ColumnBuilder {
    column: Column,
    index: HashMap<Box<str>, u32>,
    dictionary_max: usize,
}

impl ColumnBuilder {
    /// `unique` columns are plain from the start.
    pub(crate) fn new(unique: bool) -> Self {
        Self::with_dictionary_max(if unique { 0 } else { DICTIONARY_VALUES_MAX })
    }

    fn with_dictionary_max(dictionary_max: usize) -> Self {
        let column = match dictionary_max {
            0 => Column::Plain(Arena::default()),
            _ => Column::Dictionary { codes: Vec::new(), values: Arena::default() },
        };
        Self { column, index: HashMap::new(), dictionary_max }
    }

    pub(crate) fn push(&mut self, value: &str) -> Result<(), Reason> {
        if self.index.len() >= self.dictionary_max && !self.index.contains_key(value) {
            self.make_plain()?;
        }
        match &mut self.column {
            Column::Plain(arena) => arena.push(value),
            Column::Dictionary { codes, values } => {
                let code = match self.index.get(value) {
                    Some(code) => *code,
                    None => {
                        let code =
                            u32::try_from(self.index.len()).map_err(|_| Reason::TooLarge { max: ARENA_BYTES_MAX })?;
                        values.push(value)?;
                        self.index.insert(value.into(), code);
                        code
                    }
                };
                codes.push(code);
                Ok(())
            }
        }
    }

    fn make_plain(&mut self) -> Result<(), Reason> {
        if let Column::Dictionary { codes, values } = &self.column {
            let mut arena = Arena::default();
            for code in codes {
                arena.push(values.get(*code).unwrap_or_default())?;
            }
            self.column = Column::Plain(arena);
            self.index = HashMap::new();
        }
        Ok(())
    }

    pub(crate) fn build(self) -> Column {
        self.column
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
                builder.push(value).unwrap();
            }
            let column = builder.build();
            assert_eq!(matches!(column, Column::Plain(_)), plain, "{max}");
            let read: Vec<_> = (0..7).map(|row| column.get(row).unwrap()).collect();
            assert_eq!(read, written);
            assert_eq!(column.get(7), None);
            let groups = column.group(vec![0, 1, 2, 3, 4]);
            let expected = [("", vec![2]), ("a", vec![0, 3]), ("b", vec![1]), ("c", vec![4])];
            assert_eq!(groups, expected.map(|(value, rows)| (value.to_owned(), rows)));
        }
    }
}

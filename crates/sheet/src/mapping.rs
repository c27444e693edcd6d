//! Which column holds which field. The crate suggests by name; a person decides.

use crate::{Header, HeaderColumn, to_half_width};
use serde::{Deserialize, Serialize};

/// A field that the caller wants from a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// The caller's name for it.
    pub key: &'a str,
    /// Headings under which it is known, the usual one first.
    pub names: &'a [&'a str],
    /// Whether a file without it is of no use.
    pub required: bool,
}

/// How a field came to its column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Match {
    /// The heading is one of the field's names.
    Exact,
    /// The heading only resembles a name: a person should look.
    Similar,
    /// A person chose it.
    Chosen,
    /// Several columns fit equally well; none was taken.
    Ambiguous(Vec<u32>),
    /// No column fits.
    Missing,
}

/// One field of a mapping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappedField {
    /// [`Field::key`].
    pub key: String,
    /// Whether it is required.
    pub required: bool,
    /// Its column, from 1.
    pub column: Option<u32>,
    /// How it got there.
    pub matched: Match,
}

/// Fields and their columns.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ColumnMapping {
    /// In the order in which the fields were given.
    pub fields: Vec<MappedField>,
}

/// Why a mapping cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingProblem {
    /// No field has this key.
    #[error("there is no field {key}")]
    UnknownField {
        /// The key.
        key: String,
    },
    /// The heading has no such column.
    #[error("the heading has no column {column}")]
    NoSuchColumn {
        /// The column, from 1.
        column: u32,
    },
    /// Another field already reads this column.
    #[error("column {column} is already read as {key}")]
    ColumnTaken {
        /// The column, from 1.
        column: u32,
        /// The other field.
        key: String,
    },
    /// A required field has no column.
    #[error("the required field {key} has no column")]
    Missing {
        /// The field.
        key: String,
    },
}

impl ColumnMapping {
    /// Suggests columns: first every field whose name stands in the heading, then, among the columns left, those that
    /// contain a name or are contained in one. A column serves one field.
    #[must_use]
    pub fn suggest(header: &Header, fields: &[Field<'_>]) -> Self {
        let mut mapping = Self { fields: fields.iter().map(unmapped).collect() };
        for (field, wanted) in mapping.fields.iter_mut().zip(fields) {
            let exact = wanted.names.iter().map(|name| columns_named(header, name)).find(|columns| !columns.is_empty());
            match exact.as_deref() {
                Some([column]) => (field.column, field.matched) = (Some(*column), Match::Exact),
                Some(several) => field.matched = Match::Ambiguous(several.to_vec()),
                None => {}
            }
        }
        for (index, wanted) in fields.iter().enumerate() {
            let similar = mapping
                .free_columns(header)
                .filter(|column| resembles(&column.name, wanted))
                .map(|column| column.column)
                .collect::<Vec<_>>();
            let Some(field) = mapping.fields.get_mut(index).filter(|field| field.matched == Match::Missing) else {
                continue;
            };
            match similar.as_slice() {
                [] => {}
                [column] => (field.column, field.matched) = (Some(*column), Match::Similar),
                several => field.matched = Match::Ambiguous(several.to_vec()),
            }
        }
        mapping
    }

    /// Sets or clears the column of a field, as a person chose.
    ///
    /// # Errors
    /// [`MappingProblem::UnknownField`], `NoSuchColumn`, or `ColumnTaken` if another field reads that column.
    pub fn choose(&mut self, key: &str, column: Option<u32>, header: &Header) -> Result<(), MappingProblem> {
        if let Some(column) = column {
            if !header.columns.iter().any(|known| known.column == column) {
                return Err(MappingProblem::NoSuchColumn { column });
            }
            if let Some(other) = self.fields.iter().find(|field| field.column == Some(column) && field.key != key) {
                return Err(MappingProblem::ColumnTaken { column, key: other.key.clone() });
            }
        }
        let field = self.fields.iter_mut().find(|field| field.key == key);
        let field = field.ok_or_else(|| MappingProblem::UnknownField { key: key.to_owned() })?;
        field.column = column;
        field.matched = if column.is_some() { Match::Chosen } else { Match::Missing };
        Ok(())
    }

    /// The column of a field.
    #[must_use]
    pub fn column(&self, key: &str) -> Option<u32> {
        self.fields.iter().find(|field| field.key == key).and_then(|field| field.column)
    }

    /// Everything that keeps the mapping from being used.
    #[must_use]
    pub fn problems(&self) -> Vec<MappingProblem> {
        let missing = self.fields.iter().filter(|field| field.required && field.column.is_none());
        missing.map(|field| MappingProblem::Missing { key: field.key.clone() }).collect()
    }

    /// The columns of the heading that no field reads.
    pub fn free_columns<'a>(&'a self, header: &'a Header) -> impl Iterator<Item = &'a HeaderColumn> {
        header.columns.iter().filter(|column| !self.fields.iter().any(|field| field.column == Some(column.column)))
    }
}

fn unmapped(field: &Field<'_>) -> MappedField {
    MappedField { key: field.key.to_owned(), required: field.required, column: None, matched: Match::Missing }
}

/// Columns whose whole name, or its lowest level, is `name`.
fn columns_named(header: &Header, name: &str) -> Vec<u32> {
    let name = normalise(name);
    let whole = header
        .columns
        .iter()
        .filter(|column| normalise(&column.name) == name)
        .map(|column| column.column)
        .collect::<Vec<_>>();
    if !whole.is_empty() {
        return whole;
    }
    let lowest = header
        .columns
        .iter()
        .filter(|column| column.name.rsplit_once('/').is_some_and(|(_, last)| normalise(last) == name));
    lowest.map(|column| column.column).collect()
}

fn resembles(heading: &str, field: &Field<'_>) -> bool {
    let heading = normalise(heading);
    let long_enough = |text: &str| text.chars().count() >= 2;
    long_enough(&heading)
        && field
            .names
            .iter()
            .map(|name| normalise(name))
            .any(|name| long_enough(&name) && (heading.contains(&name) || name.contains(&heading)))
}

/// A heading without what people add to it: spaces, line breaks, marks of duty, full-width forms, case.
pub(crate) fn normalise(heading: &str) -> String {
    to_half_width(heading)
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '*' | ':' | '\u{FEFF}' | '\u{200B}'))
        .flat_map(char::to_lowercase)
        .collect()
}

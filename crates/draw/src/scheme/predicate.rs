//! Predicates over one row: their types, their tests, and their canonical form.

use crate::json::Json;

/// A rule that a row meets or does not meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Predicate {
    /// Every part is met. Not empty.
    All(Vec<Predicate>),
    /// Some part is met. Not empty.
    Any(Vec<Predicate>),
    /// The part is not met.
    Not(Box<Predicate>),
    /// A test of one column.
    Test {
        /// The column's name; neither `id` nor `name`.
        column: String,
        /// The test.
        test: Test,
    },
}

/// A test of one field. An empty field meets no range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// Text, date, int: the field equals one of these; the empty text included.
    In(Vec<String>),
    /// Text: the field starts with one of these.
    Prefix(Vec<String>),
    /// Set: the field holds at least one of these.
    Has(Vec<String>),
    /// Text, date: bytewise, inclusive, at least one bound.
    Range {
        /// The first value that is met.
        from: Option<String>,
        /// The last value that is met.
        to: Option<String>,
    },
    /// Int: inclusive, at least one bound.
    Bounds {
        /// The least value that is met.
        at_least: Option<i64>,
        /// The greatest value that is met.
        at_most: Option<i64>,
    },
    /// Any type: the field is empty, or is not.
    Empty(bool),
}

impl Predicate {
    /// The columns that the predicate reads, in order of appearance, with repetitions.
    #[must_use]
    pub fn columns(&self) -> Vec<&str> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::columns).collect(),
            Self::Not(part) => part.columns(),
            Self::Test { column, .. } => vec![column],
        }
    }

    pub(crate) fn to_json(&self) -> Json {
        let list = |parts: &[Self]| Json::List(parts.iter().map(Self::to_json).collect());
        match self {
            Self::All(parts) => Json::object([("all", list(parts))]),
            Self::Any(parts) => Json::object([("any", list(parts))]),
            Self::Not(part) => Json::object([("not", part.to_json())]),
            Self::Test { column, test } => {
                let mut entries = test.to_entries();
                entries.push(("column", Json::text(column)));
                Json::Object(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
            }
        }
    }
}

impl Test {
    fn to_entries(&self) -> Vec<(&'static str, Json)> {
        let texts = |texts: &[String]| Json::List(texts.iter().map(|text| Json::text(text)).collect());
        let bound = |key, bound: &Option<String>| bound.as_ref().map(|text| (key, Json::text(text)));
        match self {
            Self::In(members) => vec![("in", texts(members))],
            Self::Prefix(members) => vec![("prefix", texts(members))],
            Self::Has(members) => vec![("has", texts(members))],
            Self::Range { from, to } => [bound("from", from), bound("to", to)].into_iter().flatten().collect(),
            Self::Bounds { at_least, at_most } => {
                let bounds = [("at_least", at_least), ("at_most", at_most)];
                bounds.into_iter().filter_map(|(key, bound)| bound.map(|bound| (key, Json::Int(bound)))).collect()
            }
            Self::Empty(empty) => vec![("empty", Json::Bool(*empty))],
        }
    }

    /// Whether a field meets the test.
    #[must_use]
    pub fn is_met(&self, field: &str) -> bool {
        match self {
            Self::In(members) => members.iter().any(|member| member == field),
            Self::Prefix(members) => members.iter().any(|member| field.starts_with(member.as_str())),
            Self::Has(members) => field.split(',').any(|held| members.iter().any(|member| member == held)),
            Self::Range { from, to } => {
                let after = from.as_ref().is_none_or(|from| from.as_str() <= field);
                !field.is_empty() && after && to.as_ref().is_none_or(|to| field <= to.as_str())
            }
            Self::Bounds { at_least, at_most } => {
                !field.is_empty() && {
                    let number = saturated(field);
                    at_least.is_none_or(|least| least <= number) && at_most.is_none_or(|most| number <= most)
                }
            }
            Self::Empty(empty) => field.is_empty() == *empty,
        }
    }
}

/// An int field of any length as a number. Bounds stay within ±2^53, so cutting off at the ends of `i64` changes no test.
fn saturated(field: &str) -> i64 {
    field.parse().unwrap_or(if field.starts_with('-') { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_of_fields() {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let range = |from: Option<&str>, to: Option<&str>| Test::Range {
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
        };
        let bounds = |at_least, at_most| Test::Bounds { at_least, at_most };
        for (test, field, expected) in [
            (Test::In(texts(&["a", ""])), "a", true),
            (Test::In(texts(&["a", ""])), "", true),
            (Test::In(texts(&["a"])), "ab", false),
            (Test::Prefix(texts(&["C", "F5"])), "F5211", true),
            (Test::Prefix(texts(&["C", "F5"])), "F6", false),
            (Test::Prefix(texts(&["C"])), "", false),
            (Test::Has(texts(&["b"])), "a,b,c", true),
            (Test::Has(texts(&["b"])), "ab,bc", false),
            (Test::Has(texts(&["b"])), "", false),
            (range(None, Some("2020-12-31")), "2020-12-31", true),
            (range(None, Some("2020-12-31")), "2021-01-01", false),
            (range(None, Some("2020-12-31")), "", false),
            (range(Some("b"), Some("c")), "b", true),
            (range(Some("b"), Some("c")), "ca", false),
            (bounds(Some(2), None), "2", true),
            (bounds(Some(2), None), "1", false),
            (bounds(None, Some(-1)), "-3", true),
            (bounds(None, Some(-1)), "", false),
            (bounds(Some(2), None), "99999999999999999999999999", true),
            (bounds(Some(2), None), "-99999999999999999999999999", false),
            (Test::Empty(true), "", true),
            (Test::Empty(false), "", false),
            (Test::Empty(false), "x", true),
        ] {
            assert_eq!(test.is_met(field), expected, "{test:?} on {field:?}");
        }
    }
}

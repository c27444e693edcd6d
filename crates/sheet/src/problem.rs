//! What is wrong with a cell: the place, the value and a code. The words for it are the caller's.

use crate::column_letter;
use serde::{Deserialize, Serialize};

/// One thing wrong with one cell, or with a row as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Sheet of the file.
    pub sheet: String,
    /// Row as the spreadsheet program numbers it, from 1.
    pub row: u32,
    /// Column from 1; `None` where the whole row is meant.
    pub column: Option<u32>,
    /// Heading of the column, or empty.
    pub column_name: String,
    /// What stands there, as it stands there.
    pub value: String,
    /// What is wrong with it, as a stable code.
    pub code: String,
    /// What the sentence needs besides: the right check digit, the row of the other occurrence.
    pub data: Vec<String>,
}

impl Problem {
    /// The column as the spreadsheet program letters it, or empty.
    #[must_use]
    pub fn column_letter(&self) -> String {
        self.column.map(column_letter).unwrap_or_default()
    }
}

/// Problems in the order met: all are counted, the first `kept_max` kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems {
    kept: Vec<Problem>,
    kept_max: usize,
    total: u64,
}

impl Problems {
    /// An empty list that keeps `kept_max` problems: a file with the wrong column mapped has one in every row.
    #[must_use]
    pub const fn new(kept_max: usize) -> Self {
        Self { kept: Vec::new(), kept_max, total: 0 }
    }

    /// Counts a problem and keeps it if there is room.
    pub fn push(&mut self, problem: Problem) {
        self.total += 1;
        if self.kept.len() < self.kept_max {
            self.kept.push(problem);
        }
    }

    /// The problems kept.
    #[must_use]
    pub fn kept(&self) -> &[Problem] {
        &self.kept
    }

    /// How many there were, kept or not.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// Whether there was none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.total == 0
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn all_are_counted_and_the_first_are_kept() {
        let problem = |row| Problem {
            sheet: "S".into(),
            row,
            column: Some(28),
            column_name: String::new(),
            value: String::new(),
            code: "x".into(),
            data: vec![],
        };
        let mut problems = Problems::new(2);
        assert!(problems.is_empty());
        for row in 1..=3 {
            problems.push(problem(row));
        }
        assert_eq!(problems.total(), 3);
        assert_eq!(problems.kept().iter().map(|kept| kept.row).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(problems.kept()[0].column_letter(), "AB");
    }
}

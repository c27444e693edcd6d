//! Directories and imports.

use super::Problem;

/// The table.
pub const TABLE: &[Problem] = &[];

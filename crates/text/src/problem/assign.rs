//! Dispatch, receipt, visits, matching, forms.

use super::Problem;

/// The table.
pub const TABLE: &[Problem] = &[];

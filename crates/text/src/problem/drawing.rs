//! Schemes, tasks, sealing, the ceremony and the draw.

use super::Problem;

/// The table.
pub const TABLE: &[Problem] = &[];

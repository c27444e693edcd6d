//! The fairness report over many draws: bundles become the plain series that `fairness` counts and tests.

mod assemble;

pub use assemble::{Assembly, Misfit};

//! The fairness report: was a series of draws what the protocol promises, a simple random sample in each cell?
//!
//! A [`Series`] is plain data (who was eligible where, who was drawn); [`report`] counts, compares and tests. Every test is
//! conditional on the cells' sizes, so that it holds for any scheme: within a cell of N objects each set of n was equally
//! likely. It knows nothing of seeds, files or databases, uses no crate of ours, and says nothing about single draws that
//! `mingcha verify` does not say better: verification proves that a draw followed its documents, this report asks whether
//! the documents themselves (the roll's order, who stands on it) were fair over the years.
//!
//! The overall false-alarm rate of a report is at most [`ALPHA`] ([`Family`] says how it is shared out).

mod chance;
mod coverage;
mod finding;
mod ground;
mod hypergeometric;
mod objects;
mod position;
mod repeats;
mod report;
mod seats;
mod sensitivity;
mod series;
mod spacing;
mod tail;
mod units;

pub use coverage::Coverage;
pub use finding::{ALPHA, Family, FamilyResult, Finding, KEPT_MAX, Method, Statistic};
pub use ground::LeftOut;
pub use objects::{Bucket, Never, NeverDrawn, RAREST_MAX};
pub use repeats::Repeat;
pub use report::{Report, report};
pub use sensitivity::Sensitivity;
pub use series::{Cell, DRAWS_MAX, Draw, Fault, Row, SUBJECTS_MAX, Series, Split, Stratum, UNITS_MAX};

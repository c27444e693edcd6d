//! Protocol `mc1` on disk: rolls in CSV and Parquet, documents as their canonical bytes, bundles as folder or zip, drawing
//! and verifying a bundle. It holds no rule of the draw itself: those are in `draw`. It reads no clock and draws no
//! randomness; roll keys are parameters.
//!
//! [`RollWriter`] freezes a roll row by row, [`read_roll`] reads one, [`Bundle`] opens a bundle, [`draw_bundle`] writes its
//! result and [`verify`] recomputes everything.

mod attached;
mod container;
mod drand;
mod drawing;
mod error;
mod fact;
mod log;
mod populations;
mod proving;
mod receipt_check;
mod report;
mod roll;
mod signatures;
mod steps;
mod verify;
mod zip_frame;
mod zipped;

pub use container::{Bundle, read_file, write_document};
pub use drawing::{Drawing, RollCheck, draw_bundle};
pub use error::BundleError;
pub use fact::{Damage, Fact, Unit};
pub use log::{LOG_ENTRIES_MAX, LogReport, verify_log};
pub use populations::{Populations, populations};
pub use proving::{prove, receipt};
pub use receipt_check::{ReceiptReport, verify_receipt};
pub use report::{Report, Step, StepName, Verdict};
pub use roll::{
    ROW_BYTES_MAX, RollFormat, RollWriter, THREADS_MAX, convert_roll, count_roll, export_roll, is_reading_guarded,
    read_roll, read_roll_as, roll_document,
};
pub use verify::verify;
pub use zipped::{ENTRIES_MAX, RATIO_MAX, TOTAL_BYTES_MAX, unzip, zip_folder};

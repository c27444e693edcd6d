//! The fairness report over many draws: bundles become the plain series that `fairness` counts and tests. For the office a
//! job makes it of a scope's draws, for one year and for the ten years up to it.

mod assemble;
mod compute;
mod view;

pub use assemble::{Assembly, Misfit};
pub use compute::compute;
pub(crate) use compute::{FAIRNESS_JOB, run_fairness};
pub use view::{FairnessView, Made, Told, view};

// What the fronts read of a report; they may not name the crate itself.
pub use ::fairness::{Bucket, Coverage, FamilyResult, Finding, Report};

use chrono::{Datelike as _, NaiveDate};
use domain::ids::AgencyId;
use domain::time::{Instant, start_of_china_day};

use kernel::Ctx;

/// Years of the longer report, the chosen one included.
pub const YEARS: i32 = 10;
/// Years that can be chosen.
const YEARS_SHOWN: i32 = 15;
/// Purpose of the file that holds a report, and the kind of thing that it belongs to.
const PURPOSE: &str = "fairness";

/// What reports of an agency and a year are found by.
fn subject_of(agency: AgencyId, year: i32) -> String {
    format!("{agency}.{year}")
}

/// Years that can be chosen, the current one first.
fn years(ctx: &Ctx) -> impl Iterator<Item = i32> {
    let this_year = ctx.today().year();
    (0..YEARS_SHOWN).map(move |before| this_year - before)
}

/// The year if it can be chosen, otherwise the current one.
#[must_use]
pub fn year_or_current(ctx: &Ctx, year: Option<i32>) -> i32 {
    year.filter(|year| years(ctx).any(|it| it == *year)).unwrap_or_else(|| ctx.today().year())
}

/// The year of a job's or a file's subject.
#[must_use]
pub fn year_of(subject_id: &str) -> Option<i32> {
    subject_id.rsplit_once('.').and_then(|(_, year)| year.parse().ok())
}

/// From the beginning of the first of the ten years to the end of `year`.
fn span(year: i32) -> (Instant, Instant) {
    let begin = |year| NaiveDate::from_ymd_opt(year, 1, 1).map(start_of_china_day);
    (begin(year - YEARS + 1).unwrap_or(Instant::MIN), begin(year + 1).unwrap_or(Instant::MAX))
}

//! The doctor's checks as rows: what is looked at, how it ended, and what to do about it. Areas hand theirs up in
//! [`crate::area::Area`]; the doctor of `upkeep` walks them. Here are the kernel's own: the log, the rows held
//! against it, the jobs, the calendar, the rules.
//!
//! A check that cannot be made is a fault, never silence.

use std::collections::BTreeSet;

use domain::time::china_day;
use futures_util::future::BoxFuture;
use store::health;
use text::upkeep as say;
use text::upkeep::Finding;

use crate::{Platform, Result, audit, rulebook};

/// A job that waited this long was forgotten.
const QUEUED_SECONDS_MAX: i64 = 3_600;
/// An event may lie this far ahead of the clock.
const CLOCK_SECONDS_MAX: i64 = 300;

/// The checks, in the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Name {
    /// The home folder: whole, private, with space left.
    Home,
    /// The database: reachable and whole.
    Database,
    /// The schema: up to date.
    Schema,
    /// The guards: SQLite's triggers, PostgreSQL's privileges.
    Guards,
    /// Files: each that a row names is there with its bytes.
    Files,
    /// Orphans: files that no row names.
    Orphans,
    /// The log of events, and the clock against its newest.
    Log,
    /// The rows that people are told facts from: as the log says.
    Rows,
    /// Jobs: none without a worker.
    Jobs,
    /// The calendar of working days: reaches far enough.
    Calendar,
    /// The rules: each setting is of a rule that there is, and a value that it takes.
    Rules,
    /// Fonts for the forms.
    Fonts,
    /// The certificate.
    Certificate,
    /// The address in QR codes: no other machine is led to itself.
    Address,
}

impl Name {
    /// All, in order.
    pub const ALL: [Self; 14] = [
        Self::Home,
        Self::Database,
        Self::Schema,
        Self::Guards,
        Self::Files,
        Self::Orphans,
        Self::Log,
        Self::Rows,
        Self::Jobs,
        Self::Calendar,
        Self::Rules,
        Self::Fonts,
        Self::Certificate,
        Self::Address,
    ];

    /// Its word, as in `--json`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Database => "database",
            Self::Schema => "schema",
            Self::Guards => "guards",
            Self::Files => "files",
            Self::Orphans => "orphans",
            Self::Log => "log",
            Self::Rows => "rows",
            Self::Jobs => "jobs",
            Self::Calendar => "calendar",
            Self::Rules => "rules",
            Self::Fonts => "fonts",
            Self::Certificate => "certificate",
            Self::Address => "address",
        }
    }
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// It was wrong and has been put right.
    Mended,
    /// Works, but wants attention.
    Warning,
    /// Wrong.
    Fault,
    /// Could not be made, because an earlier check failed.
    Skipped,
}

impl Verdict {
    /// Its word, as in `--json`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Mended => "mended",
            Self::Warning => "warning",
            Self::Fault => "fault",
            Self::Skipped => "skipped",
        }
    }
}

/// One check's result.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Check {
    /// Which.
    pub name: Name,
    /// How it ended.
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// What to do about it; empty if nothing.
    pub mend: String,
}

impl Check {
    /// A result.
    #[must_use]
    pub fn new(name: Name, verdict: Verdict, finding: Finding) -> Self {
        Self { name, verdict, found: finding.found, mend: finding.mend }
    }
}

/// A verdict with what was found.
pub type Found = (Verdict, Finding);

/// A check of an open installation with an up-to-date schema. A handler that fails is a fault of its own.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Which.
    pub name: Name,
    /// Makes it.
    pub run: for<'a> fn(&'a Platform) -> BoxFuture<'a, Result<Found>>,
}

/// The kernel's checks.
pub(crate) const ROWS: &[Row] = &[
    Row { name: Name::Log, run: |platform| Box::pin(log(platform)) },
    Row { name: Name::Rows, run: |platform| Box::pin(rows(platform)) },
    Row { name: Name::Jobs, run: |platform| Box::pin(jobs(platform)) },
    Row { name: Name::Calendar, run: |platform| Box::pin(calendar(platform)) },
    Row { name: Name::Rules, run: |platform| Box::pin(rules(platform)) },
];

async fn log(platform: &Platform) -> Result<Found> {
    let (report, _) = audit::log(platform, None).await?;
    if let Some(first) = report.faults.first() {
        return Ok((Verdict::Fault, say::log_bad(&first.words(), report.faults.len())));
    }
    let mut conn = platform.store().read().await?;
    if let Some(newest) = health::newest_event(&mut conn).await?
        && newest > platform.now().plus_seconds(CLOCK_SECONDS_MAX)
    {
        return Ok((Verdict::Fault, say::clock_behind(&newest.rfc3339())));
    }
    Ok((Verdict::Ok, say::log_fine(report.events, report.sealed)))
}

/// Every slice against its event. It recomputes no draw: that is `audit verify`.
async fn rows(platform: &Platform) -> Result<Found> {
    let mut report = audit::AuditReport::default();
    audit::compare_all(platform, &mut report, None, &mut |_, _, _| {}).await?;
    let mut conn = platform.store().read().await?;
    let (_, _, last) = store::repo::projection::state(&mut conn).await?;
    Ok(match report.faults.first() {
        Some(first) => (Verdict::Fault, say::rows_bad(&first.words(), report.faults.len())),
        None => (Verdict::Ok, say::rows_fine(report.slices, report.rows, last.map(text::moment).as_deref())),
    })
}

async fn jobs(platform: &Platform) -> Result<Found> {
    let now = platform.now();
    let mut conn = platform.store().read().await?;
    let stuck = health::stuck_jobs(&mut conn, now, now.plus_seconds(-QUEUED_SECONDS_MAX)).await?;
    if stuck.is_empty() { Ok((Verdict::Ok, say::jobs_fine())) } else { Ok((Verdict::Fault, say::jobs_stuck(&stuck))) }
}

async fn calendar(platform: &Platform) -> Result<Found> {
    use chrono::Datelike as _;
    let today = china_day(platform.now());
    let calendar = platform.calendar().await?;
    let has = |year: i32| calendar.years().any(|known| known.year() == year);
    if !has(today.year()) {
        return Ok((Verdict::Fault, say::calendar_short(today.year())));
    }
    // The notice for the next year comes out in November; deadlines begin to reach into it then.
    if today.month() >= 11 && !has(today.year() + 1) {
        return Ok((Verdict::Warning, say::calendar_short(today.year() + 1)));
    }
    let last = calendar.years().map(domain::calendar::CalendarYear::year).max().unwrap_or(today.year());
    Ok((Verdict::Ok, say::calendar_fine(last)))
}

async fn rules(platform: &Platform) -> Result<Found> {
    let mut conn = platform.store().read().await?;
    let (unknown, bad) = rulebook::strangers(&mut conn).await?;
    let names = |names: &BTreeSet<String>| names.iter().map(String::as_str).collect::<Vec<_>>().join("、");
    Ok(match (bad.is_empty(), unknown.is_empty()) {
        (false, _) => (Verdict::Fault, say::rules_bad(&names(&bad))),
        (true, false) => (Verdict::Warning, say::rules_unknown(&names(&unknown))),
        (true, true) => (Verdict::Ok, say::rules_fine()),
    })
}

//! A year's report as the office shows it: the newest that was made, and whether draws came since.

use std::collections::BTreeMap;

use domain::registry::UseCase;
use fairness::Report;
use store::repo;

use super::compute::drawn;
use super::{PURPOSE, subject_of, year_or_current, years};
use kernel::job::JobView;
use kernel::{Ctx, Error, Platform, Result};

/// What the page needs.
#[derive(Clone, Debug)]
pub struct FairnessView {
    /// The year that was chosen.
    pub year: i32,
    /// Years to choose from.
    pub years: Vec<i32>,
    /// Draws of the ten years up to it, rehearsals included.
    pub draws: usize,
    /// The job that makes the report, or that failed at it last.
    pub job: Option<JobView>,
    /// The newest report.
    pub made: Option<Made>,
}

/// A report that was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// When, in words.
    pub at: String,
    /// Draws came since, or went.
    pub outdated: bool,
    /// Of the year.
    pub single: Told,
    /// Of the ten years up to it.
    pub decade: Told,
}

/// A report and the ids of the objects that it names.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Told {
    /// The report.
    pub report: Report,
    /// The ids by number.
    pub ids: BTreeMap<u32, String>,
}

/// The file of a report.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct Stored {
    /// The bundles that it was made from, by digest, oldest first.
    pub(super) bundles: Vec<String>,
    pub(super) single: Told,
    pub(super) decade: Told,
}

impl Told {
    pub(super) fn new(report: Report, ids: &[String]) -> Self {
        let findings = report.families.iter().flat_map(|family| &family.findings);
        let named = findings.filter_map(|finding| finding.subject);
        let named = named.chain(report.never.rarest.iter().map(|object| object.subject));
        let id = |subject: u32| Some((subject, ids.get(usize::try_from(subject).ok()?)?.clone()));
        let ids = named.filter_map(id).collect();
        Self { report, ids }
    }

    /// The id of an object that the report names.
    #[must_use]
    pub fn id(&self, subject: u32) -> String {
        self.ids.get(&subject).cloned().unwrap_or_default()
    }
}

/// The report of a year for the acting post's agency; without a year, of the current one.
///
/// # Errors
/// `Denied`, `Unauthenticated`, `FAIR-004`.
pub async fn view(platform: &Platform, ctx: &Ctx, year: Option<i32>) -> Result<FairnessView> {
    ctx.require(UseCase::FairnessView)?;
    let year = year_or_current(ctx, year);
    let subject_id = subject_of(ctx.post()?.agency_id, year);
    let mut conn = platform.store().read().await?;
    let drawn = drawn(&mut conn, &ctx.scope()?, year).await?;
    let jobs = repo::job::of_subject(&mut conn, PURPOSE, &subject_id).await?;
    let job = jobs.into_iter().max_by_key(|job| (job.created_at, job.id));
    let file = repo::file::of_subject(&mut conn, PURPOSE, &subject_id, PURPOSE).await?.pop();
    drop(conn);
    let made = match file {
        None => None,
        Some(file) => {
            let (files, digest) = (platform.files().clone(), file.digest);
            let bytes = tokio::task::spawn_blocking(move || files.read(&digest)).await.map_err(Error::internal)??;
            let stored: Stored = serde_json::from_slice(&bytes)?;
            let outdated = !stored.bundles.iter().eq(drawn.iter().map(|attempt| &attempt.bundle_file));
            let at = text::moment(file.created_at);
            Some(Made { at, outdated, single: stored.single, decade: stored.decade })
        }
    };
    let job = job.map(|job| JobView::of(job, platform.now()));
    // A job that did its work is told by its report.
    let job = job.filter(|job| !(job.ended && job.state == "done"));
    Ok(FairnessView { year, years: years(ctx).collect(), draws: drawn.len(), job, made })
}

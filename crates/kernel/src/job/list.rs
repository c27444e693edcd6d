//! Jobs as people see them: the list, one job with its progress, and cancelling.

use domain::ids::JobId;
use domain::registry::UseCase;
use store::repo::job::Job;
use store::repo::{Page, Window};
use text::Label as _;

use crate::{Ctx, Error, Platform, Result};

/// A job with its progress in words.
#[derive(Clone, Debug, serde::Serialize)]
pub struct JobView {
    /// Id.
    pub id: String,
    /// State's code.
    pub state: String,
    /// State in words.
    pub state_label: &'static str,
    /// Title.
    pub title: String,
    /// Units done.
    pub done: i64,
    /// Units in all, 0 while unknown.
    pub total: i64,
    /// 0 to 100.
    pub percent: i64,
    /// What it is doing, in words.
    pub step: &'static str,
    /// Seconds still to go, by the pace so far; none while unknown.
    pub seconds_left: Option<i64>,
    /// It ended, in whatever way.
    pub ended: bool,
    /// Someone asked it to stop.
    pub cancel_requested: bool,
    /// Why it failed: message and next step.
    pub error: Option<serde_json::Value>,
    /// What came out.
    pub result: Option<serde_json::Value>,
    /// When it was asked for, in words.
    pub created_at: String,
    /// When it ended.
    pub finished_at: Option<String>,
    /// Kind of thing it works on.
    pub subject_kind: String,
    /// That thing's id.
    pub subject_id: String,
}

impl JobView {
    /// A row in words.
    #[must_use]
    pub fn of(job: Job, now: domain::time::Instant) -> Self {
        let ended = !matches!(job.state, domain::state::JobState::Queued | domain::state::JobState::Running);
        let percent = if job.total > 0 { (job.done.saturating_mul(100) / job.total).clamp(0, 100) } else { 0 };
        let seconds_left = match (job.started_at, job.done, job.total) {
            (Some(started), done, total) if !ended && done > 0 && total >= done => {
                let spent = now.since_ms(started);
                Some(spent.saturating_mul(total - done) / done / 1000)
            }
            _ => None,
        };
        let json = |text: Option<String>| text.and_then(|t| serde_json::from_str(&t).ok());
        Self {
            id: job.id.to_string(),
            state: job.state.to_string(),
            state_label: job.state.label(),
            title: job.title,
            done: job.done,
            total: job.total,
            percent: if ended && job.error.is_none() { 100 } else { percent },
            step: text::job::step(&job.step),
            seconds_left,
            ended,
            cancel_requested: job.cancel_requested,
            error: json(job.error),
            result: json(job.result),
            created_at: text::moment(job.created_at),
            finished_at: job.finished_at.map(text::moment),
            subject_kind: job.subject_kind,
            subject_id: job.subject_id,
        }
    }
}

/// Jobs of the acting post's scope, newest first; `state` empty means all.
///
/// # Errors
/// `Denied`, `Unauthenticated`.
pub async fn list(platform: &Platform, ctx: &Ctx, state: &str, window: Window) -> Result<Page<JobView>> {
    ctx.require(UseCase::JobList)?;
    let mut conn = platform.store().read().await?;
    let page = store::repo::job::list(&mut conn, &ctx.scope()?, state, window).await?;
    Ok(Page { rows: page.rows.into_iter().map(|job| JobView::of(job, ctx.now)).collect(), total: page.total })
}

/// One job of the scope.
///
/// # Errors
/// `NotFound`, `Denied`, `Unauthenticated`.
pub async fn get(platform: &Platform, ctx: &Ctx, id: JobId) -> Result<JobView> {
    ctx.require(UseCase::JobView)?;
    let mut conn = platform.store().read().await?;
    Ok(JobView::of(store::repo::job::get(&mut conn, &ctx.scope()?, id).await?, ctx.now))
}

/// Asks a job to stop. What it prepared is thrown away; what was there before stays.
///
/// # Errors
/// `JOB-003` if it has ended already; `NotFound`, `Denied`.
pub async fn cancel(platform: &Platform, ctx: &Ctx, id: JobId) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::JobCancel).await?;
    let scope = ctx.scope()?;
    store::repo::job::get(command.tx(), &scope, id).await?;
    store::repo::job::request_cancel(command.tx(), id, ctx.now).await.map_err(|error| match error {
        store::StoreError::Stale => Error::conflict("JOB-003"),
        other => other.into(),
    })?;
    command.finish("job", id, serde_json::json!({})).await
}

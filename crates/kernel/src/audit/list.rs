//! The list of events of a scope.

use domain::registry::UseCase;
use domain::time::{Instant, start_of_china_day};
use store::repo::event::{Event, EventFilter};
use store::repo::{Page, Window};

use crate::{Ctx, Platform, Result};

/// What the list is narrowed to.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub struct EventQuery {
    /// Event kind or its first part.
    #[serde(default)]
    pub kind: String,
    /// Kind of thing.
    #[serde(default)]
    pub subject_kind: String,
    /// Id of thing.
    #[serde(default)]
    pub subject_id: String,
    /// First day, `YYYY-MM-DD`, or empty.
    #[serde(default)]
    pub from: String,
    /// Last day, or empty.
    #[serde(default)]
    pub to: String,
}

/// Events of the scope, newest first.
///
/// # Errors
/// `Denied`, `Unauthenticated`.
pub async fn list(platform: &Platform, ctx: &Ctx, query: &EventQuery, window: Window) -> Result<Page<Event>> {
    ctx.require(UseCase::EventList)?;
    let day = |text: &str| -> Option<Instant> { domain::time::parse_day(text).map(start_of_china_day) };
    let filter = EventFilter {
        kind: query.kind.clone(),
        subject_kind: query.subject_kind.clone(),
        subject_id: query.subject_id.clone(),
        from: day(&query.from),
        to: day(&query.to).map(|at| at.plus_seconds(86_400)),
    };
    let mut conn = platform.store().read().await?;
    Ok(store::repo::event::list(&mut conn, &ctx.scope()?, &filter, window).await?)
}

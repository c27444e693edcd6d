//! Who changed a thing lately, for the form that came too late: its refusal says who, when and what. It reads the events of
//! the acting post's scope; what somebody outside it did stays unsaid.

use domain::registry::UseCase;
use domain::time::Instant;
use store::repo;
use store::repo::Window;
use store::repo::event::EventFilter;

use crate::{Ctx, Platform, Result};

/// Most changes that are told.
pub const CHANGES_MAX: u32 = 5;

/// One change of a thing.
#[derive(Clone, Debug)]
pub struct Change {
    /// When.
    pub at: Instant,
    /// The person's name of that day.
    pub who: String,
    /// Their agency's name of that day.
    pub agency: String,
    /// The event's kind (`agency.saved`).
    pub kind: String,
    /// Its facts, as JSON text.
    pub data: String,
}

/// The last `count` changes of a thing, newest first, at most [`CHANGES_MAX`]. `subject` is the thing's kind and id as events
/// name them; whoever may do `use_case` with it may know who did.
///
/// # Errors
/// `Denied`, `Unauthenticated`.
pub async fn latest(
    platform: &Platform,
    ctx: &Ctx,
    use_case: UseCase,
    subject: (&str, &str),
    count: u32,
) -> Result<Vec<Change>> {
    ctx.require(use_case)?;
    latest_of_kind(platform, ctx, "", subject, count).await
}

/// As [`latest`], of one kind of event or its first part; the permission was checked before.
pub(crate) async fn latest_of_kind(
    platform: &Platform,
    ctx: &Ctx,
    kind: &str,
    subject: (&str, &str),
    count: u32,
) -> Result<Vec<Change>> {
    let filter = EventFilter {
        kind: kind.to_owned(),
        subject_kind: subject.0.to_owned(),
        subject_id: subject.1.to_owned(),
        from: None,
        to: None,
    };
    let mut conn = platform.store().read().await?;
    let events =
        repo::event::list(&mut conn, &ctx.scope()?, &filter, Window::page(0, count.clamp(1, CHANGES_MAX))).await?;
    let change = |event: repo::event::Event| Change {
        at: event.at,
        who: event.actor_name,
        agency: event.agency_name,
        kind: event.kind,
        data: event.data,
    };
    Ok(events.rows.into_iter().map(change).collect())
}

//! What the steps after the seal will demand of a frozen task: looked at after the freeze, on the page before the seal, and
//! by both commands that seal.

use domain::calendar::Calendar;
use domain::scheme::{Finding, SchemeDraft};
use store::repo::task::Task;
use store::{Conn, repo};

use super::sizes_of;
use kernel::paper::Paper;
use kernel::{Ctx, Error, Platform, Result};
use planning::scheme::{DemandsOf, blocking, findings, items_of};

/// What a look at a task takes from outside of its rows: got before a transaction begins, because it may take a moment.
pub(crate) struct Around {
    calendar: Calendar,
    paper: Paper,
}

impl Around {
    /// The calendar and the fonts of an installation.
    ///
    /// # Errors
    /// `Internal`.
    pub(crate) async fn of(platform: &Platform) -> Result<Self> {
        Ok(Self { calendar: platform.calendar().await?, paper: Paper::of(platform).await? })
    }
}

/// What is missing for a task whose roll is frozen, what blocks first. Nothing before the freeze.
///
/// # Errors
/// `Internal`.
pub(crate) async fn missing(conn: &mut Conn, ctx: &Ctx, around: &Around, task: &Task) -> Result<Vec<Finding>> {
    let Some(attempt) = repo::attempt::latest(conn, task.id).await? else { return Ok(Vec::new()) };
    let (Some(sizes), Some(census)) = (sizes_of(&attempt)?, repo::census::of_task(conn, task.id).await?) else {
        return Ok(Vec::new());
    };
    let revision = repo::revision::by_id_unscoped(conn, task.scheme_id).await?;
    let draft: SchemeDraft = serde_json::from_str(&revision.content)?;
    let organiser = repo::agency::by_id_unscoped(conn, task.agency_id).await?;
    let items = match task.item_list_id {
        Some(list) => Some(items_of(conn, list).await?),
        None => None,
    };
    let book = kernel::rulebook::in_force(conn, &organiser.path, Some(task.id)).await?;
    let of = DemandsOf {
        draft: &draft,
        census: &census,
        sizes: &sizes.strata,
        organiser: &organiser.path,
        items: items.as_deref(),
        window: (Some(task.window_from), Some(task.window_to)),
        today: ctx.today(),
        matching: (book.matching_span(), &around.calendar),
        per_day: book.visits_per_day(),
        paper: Some(&around.paper),
    };
    findings(conn, &of).await
}

/// Refuses to seal what could not be carried out afterwards.
///
/// # Errors
/// `TASK-017` with everything that blocks and what to do about it.
pub(crate) async fn require_met(conn: &mut Conn, ctx: &Ctx, around: &Around, task: &Task) -> Result<()> {
    match blocking(&missing(conn, ctx, around, task).await?) {
        None => Ok(()),
        Some((count, problems)) => Err(Error::conflict("TASK-017").with("count", count).with("problems", problems)),
    }
}

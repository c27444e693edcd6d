//! Shares: a unit signs for its share or sends it back with a reason; whoever dispatched it may send it again; everybody
//! above reads how far it is.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::agency::Scope;
use domain::ids::{AgencyId, ShareId, TaskId};
use domain::projection::Projection;
use domain::registry::UseCase;
use domain::state::{ShareCommand, ShareState, next};
use store::repo::share::{self as repo, Share};
use store::{Conn, StoreError};
use text::Label as _;

use super::{DeadlineView, days, deadline};
use kernel::rulebook;
use kernel::{Ctx, Error, Page, Platform, Result, Window, actor_id};

/// Characters of a reason.
pub(crate) const REASON_CHARS_MAX: usize = 500;

/// A share as a page shows it.
#[derive(Clone, Debug)]
pub struct ShareView {
    /// The share.
    pub share: Share,
    /// Receipt and matching, in words.
    pub deadlines: Vec<DeadlineView>,
    /// Visits by state.
    pub visits_by_state: Vec<(String, i64)>,
    /// Visits by planned day; empty in a list of shares.
    pub visits_by_day: Vec<DayCount>,
    /// How many visits an inspector makes on one day at most, by the rules in force; zero in a list of shares.
    pub per_day: u16,
    /// How often an inspector has more than that on one day, counted by inspector and day; zero in a list of shares.
    pub over_limit: i64,
    /// Visits whose items two people of the organiser have to settle.
    pub without_items: i64,
    /// It is the acting post's own unit's.
    pub own: bool,
    /// The acting post's unit dispatched it.
    pub organised: bool,
    /// What its state allows.
    pub commands: Vec<ShareCommand>,
    /// The days for its visits are over: said wherever nothing else is due, because results are not entered here yet.
    pub window_over: bool,
}

/// A day with visits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayCount {
    /// The day.
    pub on: NaiveDate,
    /// The day in words, with why it is worked or off.
    pub day: String,
    /// Not a working day.
    pub off: bool,
    /// Visits planned on it.
    pub visits: i64,
}

/// One unit's line in the progress of a task.
#[derive(Clone, Debug)]
pub struct UnitProgress {
    /// The share.
    pub share: Share,
    /// Its state in words.
    pub state_label: &'static str,
    /// Visits with two inspectors.
    pub matched: i64,
    /// The next deadline that is still open.
    pub deadline: Option<DeadlineView>,
    /// Something is late.
    pub late: bool,
    /// The days for its visits are over.
    pub window_over: bool,
}

/// How far the units of a task are.
#[derive(Clone, Debug)]
pub struct TaskProgress {
    /// The units within the scope.
    pub units: Vec<UnitProgress>,
    /// Visits of all of them.
    pub visits: i64,
    /// Of these, with two inspectors.
    pub matched: i64,
}

/// Shares of the scope, the newest dispatch first, with their deadlines; `state` empty means all.
///
/// # Errors
/// `Denied`, `Unauthenticated`.
pub async fn list(
    platform: &Platform,
    ctx: &Ctx,
    state: Option<ShareState>,
    window: Window,
) -> Result<Page<ShareView>> {
    ctx.require(UseCase::ShareList)?;
    let calendar = platform.calendar().await?;
    let mut conn = platform.store().read().await?;
    let state = state.map_or("", ShareState::code);
    let found = repo::list(&mut conn, &ctx.scope()?, state, window).await?;
    let mut rows = Vec::with_capacity(found.rows.len());
    for share in found.rows {
        rows.push(shown(&mut conn, ctx, share, &calendar).await?);
    }
    Ok(Page { rows, total: found.total })
}

/// One share of the scope.
///
/// # Errors
/// `NotFound`, `Denied`.
pub async fn view(platform: &Platform, ctx: &Ctx, id: ShareId) -> Result<ShareView> {
    ctx.require(UseCase::ShareView)?;
    let calendar = platform.calendar().await?;
    let mut conn = platform.store().read().await?;
    let share = repo::get(&mut conn, &ctx.scope()?, id).await?;
    let per_day = rulebook::in_force(&mut conn, &share.agency_path, Some(share.task_id)).await?.visits_per_day();
    let days = store::repo::visit_day::days(&mut conn, id).await?;
    let visits_by_day = days.into_iter().map(|(on, visits)| DayCount {
        on,
        day: text::day_with_kind(on, &calendar),
        off: !calendar.presumed_working_day(on).0,
        visits,
    });
    Ok(ShareView {
        visits_by_day: visits_by_day.collect(),
        over_limit: store::repo::visit_day::over_limit(&mut conn, id, per_day).await?,
        per_day,
        ..shown(&mut conn, ctx, share, &calendar).await?
    })
}

/// How far each unit of a task within the scope is.
///
/// # Errors
/// `Denied`.
pub async fn progress(platform: &Platform, ctx: &Ctx, task: TaskId) -> Result<TaskProgress> {
    ctx.require(UseCase::ShareList)?;
    let calendar = platform.calendar().await?;
    let scope = ctx.scope()?;
    let mut conn = platform.store().read().await?;
    let mut done: BTreeMap<ShareId, i64> = BTreeMap::new();
    for (share, state, visits) in repo::visit_counts(&mut conn, &scope, task).await? {
        if state == "matched" || state == "prepared" {
            *done.entry(share).or_default() += visits;
        }
    }
    let mut units = Vec::new();
    for share in repo::of_task(&mut conn, &scope, task).await? {
        let all = deadlines(&mut conn, ctx, share.id, &calendar).await?;
        units.push(UnitProgress {
            state_label: share.state.label(),
            matched: done.get(&share.id).copied().unwrap_or_default(),
            late: all.iter().any(|d| d.late),
            window_over: ctx.today() > share.window_to,
            deadline: all.into_iter().find(|d| d.met_on.is_none()),
            share,
        });
    }
    let visits = units.iter().map(|unit| unit.share.visits).sum();
    let matched = units.iter().map(|unit| unit.matched).sum();
    Ok(TaskProgress { units, visits, matched })
}

/// Signs the receipt of the acting post's own share, which meets its deadline.
///
/// # Errors
/// `NotFound` outside the scope; `Denied` (`SHARE-001`) for another unit's share; `SHARE-002` in another state;
/// `CORE-409` if `version` is stale.
pub async fn accept(platform: &Platform, ctx: &Ctx, id: ShareId, version: i64) -> Result<()> {
    let calendar = platform.calendar().await?;
    let mut command = platform.command(ctx, UseCase::ShareAccept).await?;
    let share = own(command.tx(), ctx, id, version).await?;
    allowed(&share, ShareCommand::Accept)?;
    let person = ctx.post().map(|post| post.person.clone()).unwrap_or_default();
    repo::accept(command.tx(), &share, &actor_id(&ctx.actor), &person, ctx.now).await?;
    deadline::received(command.tx(), ctx, id, &calendar).await?;
    command
        .finish(
            "share",
            id,
            serde_json::json!({ "task": share.task_number, "unit": share.agency_name, "visits": share.visits }),
        )
        .await
}

/// Sends the acting post's own share back to whoever dispatched it; its deadlines end.
///
/// # Errors
/// As [`accept`]; `Invalid` on `reason` (`SHARE-003`); `SHARE-007` once a matching was published.
pub async fn give_back(platform: &Platform, ctx: &Ctx, id: ShareId, version: i64, reason: &str) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::ShareReturn).await?;
    let reason = reason_of(reason)?;
    let share = own(command.tx(), ctx, id, version).await?;
    allowed(&share, ShareCommand::Return)?;
    discard_prepared(command.tx(), id).await?;
    repo::give_back(command.tx(), &share, reason).await?;
    store::repo::deadline::withdraw(command.tx(), "share", &id.to_string()).await?;
    command
        .finish(
            "share",
            id,
            serde_json::json!({ "task": share.task_number, "unit": share.agency_name, "reason": reason }),
        )
        .await
}

/// Dispatches a returned share again, to its unit or to another one below the organiser; its deadlines begin anew.
///
/// # Errors
/// `NotFound`; `Denied` (`SHARE-005`) unless the acting post's unit dispatched it; `SHARE-002` in another state;
/// `Invalid` on `to` (`SHARE-004` that unit has a share of the task, `SHARE-006` not below the organiser).
pub async fn redispatch(platform: &Platform, ctx: &Ctx, id: ShareId, version: i64, to: AgencyId) -> Result<()> {
    ctx.require(UseCase::ShareRedispatch)?;
    let calendar = platform.calendar().await?;
    let mut conn = platform.store().read().await?;
    let task = repo::get(&mut conn, &ctx.scope()?, id).await?.task_id;
    drop(conn);
    let places = days::Places::read(platform, task).await?;
    let mut command = platform.command(ctx, UseCase::ShareRedispatch).await?;
    let share = repo::get(command.tx(), &ctx.scope()?, id).await?;
    if ctx.post().is_ok_and(|post| post.agency_id != share.organiser_id) {
        return Err(Error::denied("SHARE-005").with("agency", &share.organiser_name));
    }
    check_version(&share, version)?;
    allowed(&share, ShareCommand::Redispatch)?;
    let organiser = store::repo::agency::by_id_unscoped(command.tx(), share.organiser_id).await?;
    let target = store::repo::agency::get(command.tx(), &Scope::below(&organiser.path), to)
        .await
        .map_err(|_| Error::field("to", "SHARE-006"))?;
    repo::redispatch(command.tx(), &share, target.id, ctx.now).await.map_err(|error| match error {
        StoreError::Duplicate(_) => Error::field("to", "SHARE-004").with("agency", &target.name),
        other => other.into(),
    })?;
    let book = rulebook::in_force(command.tx(), &target.path, Some(share.task_id)).await?;
    deadline::start(command.tx(), ctx, (share.task_id, id), target.id, &book, &calendar).await?;
    // Other people go: the days follow their number.
    let window = days::window_of(&share);
    let first = days::first_day(&window, deadline::matching_due(&book, ctx.today(), &calendar).on);
    let days = days::of_unit(command.tx(), target.id, (first, window.to), &book, &calendar).await?;
    days::spread_share(command.tx(), id, &places, &days).await?;
    command.seal(Projection::Share, share.task_id).await?;
    command.seal(Projection::Visit, share.task_id).await?;
    command
        .finish(
            "share",
            id,
            serde_json::json!({ "task": share.task_number, "from": share.agency_name, "to": target.name }),
        )
        .await
}

/// The acting post's own share in the version that was seen. Scope first: another county's share does not exist for it.
pub(crate) async fn own(conn: &mut Conn, ctx: &Ctx, id: ShareId, version: i64) -> Result<Share> {
    let share = repo::get(conn, &ctx.scope()?, id).await?;
    require_own(ctx, &share)?;
    check_version(&share, version)?;
    Ok(share)
}

/// Only the unit itself signs, plans and matches; those above read.
pub(crate) fn require_own(ctx: &Ctx, share: &Share) -> Result<()> {
    if ctx.post().is_ok_and(|post| post.agency_id != share.agency_id) {
        return Err(Error::denied("SHARE-001").with("agency", &share.agency_name));
    }
    Ok(())
}

/// Trims a reason and bounds it.
pub(crate) fn reason_of(reason: &str) -> Result<&str> {
    let reason = reason.trim();
    if (1..=REASON_CHARS_MAX).contains(&reason.chars().count()) {
        Ok(reason)
    } else {
        Err(Error::field("reason", "SHARE-003").with("max", REASON_CHARS_MAX))
    }
}

fn check_version(share: &Share, version: i64) -> Result<()> {
    if share.version == version { Ok(()) } else { Err(Error::conflict("CORE-409")) }
}

fn allowed(share: &Share, command: ShareCommand) -> Result<()> {
    next(share.state, command).map(drop).map_err(|refused| {
        Error::conflict("SHARE-002").with("state", refused.from.label()).with("command", command.label())
    })
}

/// A prepared matching of which nothing is published goes with the share; a published one holds it.
async fn discard_prepared(tx: &mut store::Tx, id: ShareId) -> Result<()> {
    use domain::state::MatchingState;
    for matching in store::repo::matching::of_share(tx, id).await? {
        match matching.state {
            MatchingState::Prepared => store::repo::matching::discard(tx, &matching).await?,
            MatchingState::Committed | MatchingState::Matched => return Err(Error::conflict("SHARE-007")),
            MatchingState::Failed => {}
        }
    }
    Ok(())
}

async fn shown(conn: &mut Conn, ctx: &Ctx, share: Share, calendar: &domain::calendar::Calendar) -> Result<ShareView> {
    let deadlines = deadlines(conn, ctx, share.id, calendar).await?;
    let counts = repo::visit_counts_of_share(conn, share.id).await?;
    let without_items = repo::problems_of_share(conn, share.id).await?;
    let post = ctx.post().ok();
    Ok(ShareView {
        own: post.is_some_and(|post| post.agency_id == share.agency_id),
        organised: post.is_some_and(|post| post.agency_id == share.organiser_id),
        commands: domain::state::commands(share.state),
        window_over: ctx.today() > share.window_to,
        visits_by_state: counts,
        visits_by_day: Vec::new(),
        per_day: 0,
        over_limit: 0,
        without_items,
        deadlines,
        share,
    })
}

async fn deadlines(
    conn: &mut Conn,
    ctx: &Ctx,
    id: ShareId,
    calendar: &domain::calendar::Calendar,
) -> Result<Vec<DeadlineView>> {
    let rows = store::repo::deadline::of_subject(conn, "share", &id.to_string()).await?;
    Ok(rows.into_iter().map(|row| deadline::view(row, ctx.today(), calendar)).collect())
}

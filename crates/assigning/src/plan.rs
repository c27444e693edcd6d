//! Moving planned days: before the matching freely within the window; afterwards by the rules that the matching kept
//! (certificate, leave, recusal, qualification, the day's limit), with a reason and on record.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::ids::{InspectorId, ShareId, VisitId};
use domain::projection::Projection;
use domain::registry::UseCase;
use domain::state::{MatchingState, VisitState};
use store::repo::roster::{self, Entry};
use store::repo::share::Share;
use store::repo::visit::{self as repo, Seat, Visit};
use store::repo::visit_day;
use store::{StoreError, Tx};
use text::assign::DayRule;

use super::{days, deadline, share};
use kernel::rulebook;
use kernel::{Ctx, Error, Platform, Result, actor_id};

/// Visits whose day is moved by one command at most.
pub const PLAN_ROWS_MAX: usize = 5_000;
/// Inspectors of one unit that are looked up, as many as a matching takes.
const PEOPLE_MAX: u32 = 1_001;

/// What a clerk asks for.
#[derive(Clone, Debug)]
pub struct PlanInput {
    /// The share.
    pub share: ShareId,
    /// These visits; empty for all that wait for inspectors.
    pub only: Vec<VisitId>,
    /// Their new day.
    pub planned_on: NaiveDate,
    /// Why; needed once inspectors are matched.
    pub reason: String,
}

/// What was moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Visits that lie on another day now.
    pub visits: u64,
    /// Of these, visits whose papers name the old day and are to be printed again.
    pub to_print: u64,
}

/// Moves the planned day of the acting post's own visits.
///
/// Visits that have inspectors are moved all or none, and only if both may go on the new day.
///
/// # Errors
/// `NotFound`; `Denied` (`SHARE-001`); `Invalid` on `planned_on` (`VISIT-001`), on `why` (`VISIT-006`) for visits that
/// have inspectors; `VISIT-002` while a matching is published and not computed; `VISIT-003` above [`PLAN_ROWS_MAX`];
/// `VISIT-004` if there was nothing to move; `VISIT-005` naming the first visit that may not lie on that day, the rule, and
/// how many more there are; `CORE-409` if one of them was changed meanwhile.
pub async fn plan(platform: &Platform, ctx: &Ctx, input: PlanInput) -> Result<Planned> {
    let mut command = platform.command(ctx, UseCase::VisitPlan).await?;
    if input.only.len() > PLAN_ROWS_MAX {
        return Err(Error::conflict("VISIT-003").with("max", PLAN_ROWS_MAX));
    }
    let share = store::repo::share::get(command.tx(), &ctx.scope()?, input.share).await?;
    share::require_own(ctx, &share)?;
    in_window(ctx, &share, input.planned_on)?;
    not_sealed(command.tx(), share.id).await?;
    let chosen = repo::of_share_among(command.tx(), share.id, &input.only).await?;
    let matched: Vec<Visit> = chosen
        .into_iter()
        .filter(|visit| visit.state != VisitState::Waiting && visit.planned_on != input.planned_on)
        .collect();
    let waiting = repo::plan(command.tx(), share.id, &input.only, input.planned_on).await?;
    let mut reason = String::new();
    if !matched.is_empty() {
        let why = share::reason_of(&input.reason);
        why.map_err(|_| Error::field("why", "VISIT-006").with("max", share::REASON_CHARS_MAX))?.clone_into(&mut reason);
        check_day(command.tx(), &share, &matched, input.planned_on).await?;
        let person = ctx.post()?.person.clone();
        let by = (reason.as_str(), actor_id(&ctx.actor));
        visit_day::move_matched(command.tx(), &matched, input.planned_on, (by.0, &by.1, &person), ctx.now)
            .await
            .map_err(|error| match error {
                StoreError::Stale => Error::conflict("CORE-409"),
                other => other.into(),
            })?;
    }
    let moved = waiting + u64::try_from(matched.len()).unwrap_or(u64::MAX);
    if moved == 0 {
        return Err(Error::conflict("VISIT-004"));
    }
    let to_print = matched.iter().filter(|visit| visit.state == VisitState::Prepared).count();
    if !matched.is_empty() {
        command.seal(Projection::VisitDay, share.id).await?;
    }
    let data = serde_json::json!({
        "task": share.task_number, "planned_on": input.planned_on.to_string(), "visits": moved, "reason": reason,
    });
    command.finish("share", share.id, data).await?;
    Ok(Planned { visits: moved, to_print: u64::try_from(to_print).unwrap_or(u64::MAX) })
}

/// Spreads the acting post's own visits anew over the working days that are left, because leave or people have changed.
///
/// # Errors
/// `NotFound`; `Denied` (`SHARE-001`); `VISIT-002` once a matching is published; `VISIT-004` if none waits for inspectors.
pub async fn spread(platform: &Platform, ctx: &Ctx, share_id: ShareId) -> Result<u64> {
    ctx.require(UseCase::VisitSpread)?;
    let calendar = platform.calendar().await?;
    let mut conn = platform.store().read().await?;
    let task = store::repo::share::get(&mut conn, &ctx.scope()?, share_id).await?.task_id;
    drop(conn);
    let places = days::Places::read(platform, task).await?;
    let mut command = platform.command(ctx, UseCase::VisitSpread).await?;
    let share = store::repo::share::get(command.tx(), &ctx.scope()?, share_id).await?;
    share::require_own(ctx, &share)?;
    not_sealed(command.tx(), share_id).await?;
    let book = rulebook::in_force(command.tx(), &share.agency_path, Some(share.task_id)).await?;
    let deadlines = store::repo::deadline::of_subject(command.tx(), "share", &share_id.to_string()).await?;
    let due = deadlines.iter().find(|row| row.kind == "matching").map(|row| row.due_on);
    let due = due.unwrap_or_else(|| deadline::matching_due(&book, ctx.today(), &calendar).on);
    let window = days::window_of(&share);
    let first = days::first_day(&window, due.max(ctx.today()));
    let days = days::of_unit(command.tx(), share.agency_id, (first, window.to), &book, &calendar).await?;
    let moved = days::spread_share(command.tx(), share_id, &places, &days).await?;
    if moved == 0 {
        return Err(Error::conflict("VISIT-004"));
    }
    command.finish("share", share_id, serde_json::json!({ "task": share.task_number, "visits": moved })).await?;
    Ok(moved)
}

fn in_window(ctx: &Ctx, share: &Share, day: NaiveDate) -> Result<()> {
    let from = share.window_from.max(ctx.today());
    if day < from || day > share.window_to {
        return Err(Error::field("planned_on", "VISIT-001")
            .with("from", text::day(from))
            .with("to", text::day(share.window_to)));
    }
    Ok(())
}

/// While the matching of a share is under way, its days are part of what was sealed.
async fn not_sealed(tx: &mut Tx, share: ShareId) -> Result<()> {
    let attempts = store::repo::matching::of_share(tx, share).await?;
    if attempts.iter().any(|matching| matching.state == MatchingState::Committed) {
        return Err(Error::conflict("VISIT-002"));
    }
    Ok(())
}

/// Refuses unless both inspectors of every visit may go on that day.
async fn check_day(tx: &mut Tx, share: &Share, visits: &[Visit], day: NaiveDate) -> Result<()> {
    // Two clerks who move visits of one inspector to one day wait for each other here, so that the limit holds.
    store::repo::counter::take(tx, &format!("visit_day:{}", share.agency_id), 1).await?;
    let ids: Vec<VisitId> = visits.iter().map(|visit| visit.id).collect();
    let mut teams: BTreeMap<VisitId, Vec<Seat>> = BTreeMap::new();
    for seat in repo::teams(tx, &ids).await? {
        teams.entry(seat.visit_id).or_default().push(seat);
    }
    let mut required: BTreeMap<VisitId, BTreeSet<String>> = BTreeMap::new();
    for item in repo::items(tx, &share.item_list_id, &ids).await? {
        let codes = store::repo::dispatch::list(&item.qualification).map(str::to_owned);
        required.entry(item.visit_id).or_default().extend(codes);
    }
    let people = roster::of_unit(tx, share.agency_id, PEOPLE_MAX).await?;
    let people: BTreeMap<InspectorId, Entry> = people.into_iter().map(|entry| (entry.id, entry)).collect();
    let recusals: BTreeSet<_> = roster::recusals(tx, share.agency_id, share.id).await?.into_iter().collect();
    let book = rulebook::in_force(tx, &share.agency_path, Some(share.task_id)).await?;
    let moving: BTreeSet<VisitId> = ids.iter().copied().collect();
    let mut loads: BTreeMap<InspectorId, usize> = BTreeMap::new();
    for (inspector, visit) in visit_day::seats_on(tx, share.agency_id, day).await? {
        *loads.entry(inspector).or_default() += usize::from(!moving.contains(&visit));
    }
    let on = text::day(day);
    let mut refused: Option<(&Visit, String)> = None;
    let mut count = 0_usize;
    for visit in visits {
        let team = teams.get(&visit.id).map(Vec::as_slice).unwrap_or_default();
        let mut why = Vec::new();
        for seat in team {
            let load = loads.entry(seat.inspector_id).or_default();
            *load += 1;
            let recused = recusals.contains(&(seat.inspector_id, visit.subject_id));
            let entry = people.get(&seat.inspector_id);
            why.extend(
                against(entry, recused, &on, *load, book.visits_per_day()).map(|rule| (seat.name.as_str(), rule)),
            );
        }
        let held =
            |code: &String| team.iter().any(|seat| people.get(&seat.inspector_id).is_some_and(|e| holds(e, code, &on)));
        let missing = required.get(&visit.id).into_iter().flatten().find(|code| !held(code));
        let words = match (why.first(), missing) {
            (Some((name, rule)), _) => text::assign::day_rule(name, *rule),
            (None, Some(code)) => text::assign::day_qualification(code),
            (None, None) => continue,
        };
        count += 1;
        refused.get_or_insert((visit, words));
    }
    match refused {
        None => Ok(()),
        Some((visit, why)) => Err(Error::conflict("VISIT-005")
            .with("name", &visit.name)
            .with("day", on)
            .with("why", why)
            .with("more", text::assign::more_visits(count - 1))),
    }
}

/// The first rule that keeps an inspector from a visit on that day.
fn against(entry: Option<&Entry>, recused: bool, day: &str, load: usize, per_day: u16) -> Option<DayRule> {
    let Some(entry) = entry else { return Some(DayRule::Gone) };
    if !days::certified(entry, day) {
        Some(DayRule::Certificate)
    } else if days::away(entry, day) {
        Some(DayRule::Leave)
    } else if recused {
        Some(DayRule::Recusal)
    } else if load > usize::from(per_day) {
        Some(DayRule::Limit(per_day))
    } else {
        None
    }
}

/// Whether an inspector holds a qualification on that day.
fn holds(entry: &Entry, code: &str, day: &str) -> bool {
    entry.qualifications.iter().any(|(held, from, to)| {
        held == code && from.as_deref().is_none_or(|from| from <= day) && to.as_deref().is_none_or(|to| day <= to)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            id: InspectorId::from_bytes([1; 16]),
            name: "甲".to_owned(),
            from: "2021-01-01".to_owned(),
            to: "2021-06-10".to_owned(),
            qualifications: vec![("testing".to_owned(), None, Some("2021-06-09".to_owned()))],
            leaves: vec![("2021-05-20".to_owned(), "2021-05-21".to_owned())],
        }
    }

    #[test]
    fn each_rule_on_its_day() {
        let check = |day: &str, recused: bool, load: usize, expect: Option<DayRule>| {
            assert_eq!(against(Some(&entry()), recused, day, load, 4), expect, "{day}");
        };
        check("2021-05-19", false, 4, None);
        check("2021-05-19", false, 5, Some(DayRule::Limit(4)));
        check("2021-05-20", false, 1, Some(DayRule::Leave));
        check("2021-05-21", false, 1, Some(DayRule::Leave));
        check("2021-05-22", true, 1, Some(DayRule::Recusal));
        check("2021-06-10", false, 1, None);
        check("2021-06-11", false, 1, Some(DayRule::Certificate));
        assert_eq!(against(None, false, "2021-05-19", 1, 4), Some(DayRule::Gone));
        assert!(holds(&entry(), "testing", "2021-06-09") && !holds(&entry(), "testing", "2021-06-10"));
        assert!(!holds(&entry(), "food", "2021-06-09"));
    }
}

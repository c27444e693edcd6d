//! An inspector's own list: the visits whose team has this person, those past their day, today's, and the next.

use std::collections::BTreeMap;

use domain::ids::VisitId;
use domain::registry::UseCase;
use kernel::{Ctx, Page, Platform, Result};
use store::Conn;
use store::repo::visit::{self, Seat};
use store::repo::visit_own::{self as repo, OwnVisit, When};

/// Visits of one part of the list at most; the page says how many there are in all.
pub const OWN_ROWS_MAX: u32 = 100;

/// A visit with those who go along.
#[derive(Clone, Debug)]
pub struct OwnRow {
    /// The visit.
    pub visit: OwnVisit,
    /// The whole team, the leader first.
    pub team: Vec<Seat>,
}

/// Whose list it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnTie {
    /// The directory names no inspector for this account.
    Missing,
    /// It names one, and the person has not confirmed it.
    Unconfirmed,
    /// It is this person.
    Confirmed,
}

/// The own list.
#[derive(Debug)]
pub struct OwnVisits {
    /// Whose it is; without a confirmed tie the list is empty.
    pub tie: OwnTie,
    /// Planned for an earlier day, the oldest first.
    pub late: Page<OwnRow>,
    /// Planned for today.
    pub today: Page<OwnRow>,
    /// Planned for a later day, the next first.
    pub next: Page<OwnRow>,
}

/// The acting person's own visits.
///
/// # Errors
/// `Denied`, `Unauthenticated`.
pub async fn mine(platform: &Platform, ctx: &Ctx) -> Result<OwnVisits> {
    ctx.require(UseCase::VisitMine)?;
    let account = ctx.post()?.account_id;
    let today = ctx.today();
    let mut conn = platform.store().read().await?;
    let tie = match store::repo::inspector_account::of_account(&mut conn, account).await? {
        None => OwnTie::Missing,
        Some(inspector) if inspector.account_confirmed_at.is_none() => OwnTie::Unconfirmed,
        Some(_) => OwnTie::Confirmed,
    };
    let mut parts = Vec::new();
    for when in [When::Before(today), When::On(today), When::After(today)] {
        let found = repo::list(&mut conn, account, when, OWN_ROWS_MAX).await?;
        parts.push(Page { rows: with_teams(&mut conn, found.rows).await?, total: found.total });
    }
    let mut parts = parts.into_iter();
    let mut part = || parts.next().unwrap_or(Page { rows: Vec::new(), total: 0 });
    Ok(OwnVisits { tie, late: part(), today: part(), next: part() })
}

async fn with_teams(conn: &mut Conn, visits: Vec<OwnVisit>) -> Result<Vec<OwnRow>> {
    let ids: Vec<VisitId> = visits.iter().map(|visit| visit.id).collect();
    let mut teams: BTreeMap<VisitId, Vec<Seat>> = BTreeMap::new();
    for seat in visit::teams(conn, &ids).await? {
        teams.entry(seat.visit_id).or_default().push(seat);
    }
    let row = |visit: OwnVisit| OwnRow { team: teams.remove(&visit.id).unwrap_or_default(), visit };
    Ok(visits.into_iter().map(row).collect())
}

//! Visits: the list, one visit with its items and team, and how many visits each inspector has.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use domain::ids::{ShareId, SubjectId, VisitId};
use domain::registry::UseCase;
use store::Conn;
use store::repo::roster::Load;
use store::repo::share::Share;
use store::repo::visit::{self as repo, Filter, FormItem, Place, Seat, Visit};
use store::repo::visit_day::{self, DayChange};

use kernel::{Ctx, Error, Page, Platform, Result, Window};

/// Characters of a search.
const SEARCH_CHARS_MAX: usize = 60;
/// Inspectors of one table of loads at most.
const LOADS_ROWS_MAX: u32 = 2_000;

/// A visit in a list.
#[derive(Clone, Debug)]
pub struct VisitRow {
    /// The visit.
    pub visit: Visit,
    /// Its strata by their labels.
    pub strata: Vec<String>,
    /// Its team, the leader first; empty before the matching.
    pub team: Vec<Seat>,
    /// What the register says today.
    pub place: Option<Place>,
}

/// One visit in full.
#[derive(Clone, Debug)]
pub struct VisitView {
    /// The visit with strata and team.
    pub row: VisitRow,
    /// Its share.
    pub share: Share,
    /// The items of its form.
    pub items: Vec<FormItem>,
    /// It is the acting post's own unit's.
    pub own: bool,
    /// What was changed of its day after the matching, the first change first.
    pub day_changes: Vec<DayChange>,
}

/// Visits of the scope in the order of their numbers.
///
/// # Errors
/// `Denied`; `Invalid` on `search` (`CORE-101`).
pub async fn visits(platform: &Platform, ctx: &Ctx, filter: &Filter, window: Window) -> Result<Page<VisitRow>> {
    ctx.require(UseCase::VisitList)?;
    if filter.search.chars().count() > SEARCH_CHARS_MAX {
        return Err(Error::field("search", "CORE-101").with("max", SEARCH_CHARS_MAX));
    }
    let mut conn = platform.store().read().await?;
    let found = repo::list(&mut conn, &ctx.scope()?, filter, window).await?;
    let rows = rows(&mut conn, found.rows).await?;
    Ok(Page { rows, total: found.total })
}

/// One visit of the scope.
///
/// # Errors
/// `NotFound`, `Denied`.
pub async fn visit(platform: &Platform, ctx: &Ctx, id: VisitId) -> Result<VisitView> {
    ctx.require(UseCase::VisitView)?;
    let scope = ctx.scope()?;
    let mut conn = platform.store().read().await?;
    let found = repo::get(&mut conn, &scope, id).await?;
    let share = store::repo::share::get(&mut conn, &scope, found.share_id).await?;
    let items = repo::items(&mut conn, &share.item_list_id, &[id]).await?;
    let own = ctx.post().is_ok_and(|post| post.agency_id == share.agency_id);
    let row = rows(&mut conn, vec![found]).await?.into_iter().next().ok_or_else(Error::not_found)?;
    let day_changes = visit_day::day_changes(&mut conn, id).await?;
    Ok(VisitView { row, share, items, own, day_changes })
}

/// Visits of each inspector of the scope: of one share, or (`None`) of all.
///
/// # Errors
/// `NotFound`, `Denied`.
pub async fn loads(platform: &Platform, ctx: &Ctx, share: Option<ShareId>) -> Result<Vec<Load>> {
    ctx.require(UseCase::VisitList)?;
    let scope = ctx.scope()?;
    let mut conn = platform.store().read().await?;
    if let Some(share) = share {
        store::repo::share::get(&mut conn, &scope, share).await?;
    }
    Ok(store::repo::roster::loads(&mut conn, &scope, share, LOADS_ROWS_MAX).await?)
}

async fn rows(conn: &mut Conn, visits: Vec<Visit>) -> Result<Vec<VisitRow>> {
    let ids: Vec<VisitId> = visits.iter().map(|visit| visit.id).collect();
    let mut teams: BTreeMap<VisitId, Vec<Seat>> = BTreeMap::new();
    for seat in repo::teams(conn, &ids).await? {
        teams.entry(seat.visit_id).or_default().push(seat);
    }
    let places = repo::places(conn, &ids).await?;
    let places: BTreeMap<SubjectId, Place> = places.into_iter().map(|place| (place.subject_id, place)).collect();
    let mut labels: BTreeMap<ShareId, BTreeMap<String, String>> = BTreeMap::new();
    let mut rows = Vec::with_capacity(visits.len());
    for visit in visits {
        let known = match labels.entry(visit.share_id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(strata_labels(conn, visit.share_id).await?),
        };
        let label = |code: &str| known.get(code).cloned().unwrap_or_else(|| code.to_owned());
        rows.push(VisitRow {
            strata: visit.strata.split(',').filter(|code| !code.is_empty()).map(label).collect(),
            team: teams.remove(&visit.id).unwrap_or_default(),
            place: places.get(&visit.subject_id).cloned(),
            visit,
        });
    }
    Ok(rows)
}

/// Code and label of the strata that a share's objects were drawn from.
async fn strata_labels(conn: &mut Conn, share: ShareId) -> Result<BTreeMap<String, String>> {
    let document = store::repo::share::scheme_document(conn, share).await?;
    let scheme = draw::Scheme::parse(document.as_bytes()).map_err(Error::internal)?;
    Ok(scheme.strata.into_iter().map(|stratum| (stratum.code, stratum.label)).collect())
}

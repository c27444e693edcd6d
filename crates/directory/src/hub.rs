//! The start page of the directories: how much each holds for the acting post.

use domain::registry::UseCase;
use store::repo;
use store::repo::inspector::InspectorFilter;

use super::inspector::EXPIRY_NOTICE_DAYS;
use kernel::{Ctx, Platform, Result, Window};

/// What the directories hold, in the scope of the acting post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hub {
    /// Inspected objects by agency, in the order of the tree; agencies without any are left out.
    pub by_agency: Vec<(String, String, u64)>,
    /// All inspected objects.
    pub subjects: u64,
    /// All inspectors, those that left included.
    pub inspectors: u64,
    /// Inspectors whose certificate holds today.
    pub inspectors_valid: u64,
    /// Inspectors whose certificate holds today and ends within [`EXPIRY_NOTICE_DAYS`].
    pub inspectors_ending: u64,
    /// Items of the published list that holds for the post.
    pub items: u64,
    /// Title of that list; empty if none is published.
    pub item_list: String,
}

/// Counts the directories. Objects and inspectors are counted for those who may list them.
///
/// # Errors
/// `Denied`, `Unauthenticated`.
pub async fn view(platform: &Platform, ctx: &Ctx) -> Result<Hub> {
    ctx.require(UseCase::ItemList)?;
    let scope = ctx.scope()?;
    let today = ctx.today();
    let mut conn = platform.store().read().await?;
    let mut hub = Hub {
        by_agency: Vec::new(),
        subjects: 0,
        inspectors: 0,
        inspectors_valid: 0,
        inspectors_ending: 0,
        items: 0,
        item_list: String::new(),
    };
    if ctx.require(UseCase::SubjectList).is_ok() {
        let counts = repo::subject::count_by_agency(&mut conn, &scope).await?;
        hub.subjects = counts.iter().map(|(_, _, n)| n).sum();
        hub.by_agency =
            counts.into_iter().filter(|(_, _, n)| *n > 0).map(|(id, name, n)| (id.to_string(), name, n)).collect();
    }
    if ctx.require(UseCase::InspectorList).is_ok() {
        let soon = today.checked_add_days(chrono::Days::new(EXPIRY_NOTICE_DAYS)).unwrap_or(today);
        let valid = InspectorFilter { valid_only: true, ..InspectorFilter::default() };
        let ending = InspectorFilter { ends_by: Some(soon), ..InspectorFilter::default() };
        hub.inspectors =
            repo::inspector::list(&mut conn, &scope, &InspectorFilter::default(), today, Window::page(0, 1))
                .await?
                .total;
        hub.inspectors_valid = repo::inspector::list(&mut conn, &scope, &valid, today, Window::page(0, 1)).await?.total;
        hub.inspectors_ending =
            repo::inspector::list(&mut conn, &scope, &ending, today, Window::page(0, 1)).await?.total;
    }
    if let Some(list) = repo::check_item::published_for(&mut conn, &ctx.post()?.agency_path).await? {
        hub.items = u64::try_from(repo::check_item::of_revision(&mut conn, list.id).await?.len()).unwrap_or(u64::MAX);
        hub.item_list = list.title;
    }
    Ok(hub)
}

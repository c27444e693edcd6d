//! Check items: the published list that holds for a post, older lists, one item. A post reads the lists of its scope
//! and of the agencies above it; a new list comes by import (`directory::import`).

use domain::ids::{CheckItemId, RevisionId};
use domain::item::ItemWeight;
use domain::registry::UseCase;
use domain::state::RevisionState;
use store::repo;
use store::repo::check_item::ItemRecord;
use store::repo::revision::Revision;

use super::subject::coded;
use kernel::{Ctx, Error, Platform, Result};

/// What a list is narrowed to, as it stands in the address. What cannot be read narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemQuery {
    /// Id of a list; empty for the published one.
    pub list: String,
    /// Part of a name, a code or a legal basis.
    pub q: String,
    /// A category.
    pub category: String,
    /// Code of the weight.
    pub weight: String,
    /// A tag that calls the item.
    pub tag: String,
}

/// A list that can be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListName {
    /// Its id.
    pub id: RevisionId,
    /// Title.
    pub title: String,
    /// Revision, from 1.
    pub revision: i64,
    /// State.
    pub state: RevisionState,
    /// Its items.
    pub items: u64,
}

/// The items of one list.
#[derive(Debug)]
pub struct ItemListing {
    /// The list; `None` if none is published that holds for the post.
    pub list: Option<Revision>,
    /// The items that the query lets through, in the order of the list.
    pub rows: Vec<ItemRecord>,
    /// All items of the list.
    pub total: usize,
    /// The categories, in the order of the list, with how many items each has.
    pub categories: Vec<(String, usize)>,
    /// The tags that call items.
    pub tags: Vec<String>,
    /// All lists of the scope and above it, newest first.
    pub lists: Vec<ListName>,
}

/// The items of a list: of the one that the query names, else of the published one that holds for the post.
///
/// # Errors
/// `NotFound` if the query names a list that is neither of the scope nor above it; `Unauthenticated`.
pub async fn list(platform: &Platform, ctx: &Ctx, query: &ItemQuery) -> Result<ItemListing> {
    ctx.require(UseCase::ItemList)?;
    let mut conn = platform.store().read().await?;
    let lists: Vec<_> = repo::check_item::lists(&mut conn, &ctx.scope()?)
        .await?
        .into_iter()
        .map(|(id, title, revision, state, items)| ListName { id, title, revision, state, items })
        .collect();
    let list = if query.list.is_empty() {
        repo::check_item::published_for(&mut conn, &ctx.post()?.agency_path).await?
    } else {
        let named = lists.iter().find(|list| list.id.to_string() == query.list).ok_or_else(Error::not_found)?;
        Some(repo::revision::by_id_unscoped(&mut conn, named.id).await?)
    };
    let all = match &list {
        Some(list) => repo::check_item::of_revision(&mut conn, list.id).await?,
        None => Vec::new(),
    };
    let mut categories: Vec<(String, usize)> = Vec::new();
    for record in &all {
        match categories.iter_mut().find(|(name, _)| *name == record.item.category) {
            Some((_, count)) => *count += 1,
            None => categories.push((record.item.category.clone(), 1)),
        }
    }
    let tags: std::collections::BTreeSet<String> =
        all.iter().flat_map(|record| &record.item.applies.tags).map(ToString::to_string).collect();
    let total = all.len();
    let rows = all.into_iter().filter(|record| query.lets_through(record)).collect();
    Ok(ItemListing { list, rows, total, categories, tags: tags.into_iter().collect(), lists })
}

impl ItemQuery {
    fn lets_through(&self, record: &ItemRecord) -> bool {
        let item = &record.item;
        let q = self.q.trim();
        let found = q.is_empty() || [&item.name, &item.code, &item.legal_basis].iter().any(|text| text.contains(q));
        found
            && (self.category.is_empty() || item.category == self.category)
            && coded::<ItemWeight>(&self.weight).is_none_or(|weight| item.weight == weight)
            && (self.tag.is_empty() || item.applies.tags.iter().any(|tag| tag.as_str() == self.tag))
    }
}

/// One item with the list that it stands in.
///
/// # Errors
/// `NotFound`, also if the list is neither of the scope nor above it; `Unauthenticated`.
pub async fn view(platform: &Platform, ctx: &Ctx, id: CheckItemId) -> Result<(ItemRecord, Revision)> {
    ctx.require(UseCase::ItemView)?;
    let mut conn = platform.store().read().await?;
    let record = repo::check_item::by_id_unscoped(&mut conn, id).await?;
    let lists = repo::check_item::lists(&mut conn, &ctx.scope()?).await?;
    if !lists.iter().any(|(list, ..)| *list == record.revision_id) {
        return Err(Error::not_found());
    }
    let list = repo::revision::by_id_unscoped(&mut conn, record.revision_id).await?;
    Ok((record, list))
}

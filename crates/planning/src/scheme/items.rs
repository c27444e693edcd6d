//! The check items that a scheme may name: those of the item list in force, alone or by category.
//!
//! Which list that is, is decided here for scheme, task and freeze alike: the published one of the nearest agency at or
//! above.

use std::collections::{BTreeMap, BTreeSet};

use domain::agency::AgencyPath;
use domain::ids::RevisionId;
use domain::item::{CheckItem, unknown_entries};
use domain::registry::UseCase;
use domain::scheme::{BadScheme, SchemeDraft, SchemeProblem};
use domain::subject::SubjectKind;
use store::repo::revision::Revision;
use store::{Conn, repo};

use kernel::{Ctx, Platform, Result};

/// What a form offers as check items.
#[derive(Clone, Debug, Default)]
pub struct ItemChoices {
    /// The list in force; `None` if the agency and those above have none, and then there is nothing to choose.
    pub list: Option<ItemListName>,
    /// Its categories, in the order of the list, with the items that may be executed today.
    pub categories: Vec<CategoryChoice>,
}

/// An item list as pages name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemListName {
    /// The revision.
    pub id: RevisionId,
    /// Its title.
    pub title: String,
    /// Its revision's number, from 1.
    pub revision: i64,
}

impl From<&Revision> for ItemListName {
    fn from(revision: &Revision) -> Self {
        Self { id: revision.id, title: revision.title.clone(), revision: revision.revision }
    }
}

/// A category: an entry of its name stands for all its items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CategoryChoice {
    /// Its name, which is the entry.
    pub name: String,
    /// Its items; never empty.
    pub items: Vec<ItemChoice>,
    /// Kinds of objects to which at least one of its items applies.
    pub kinds: Vec<SubjectKind>,
    /// Objects of these kinds in the directory of the scope.
    pub objects: u64,
}

/// An item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemChoice {
    /// Its code.
    pub code: String,
    /// Its name, which is the entry.
    pub name: String,
    /// Kinds of objects to which it applies: all kinds where the list names none.
    pub kinds: Vec<SubjectKind>,
    /// Tags that call it, whatever the class.
    pub tags: Vec<String>,
    /// Objects of these kinds in the directory of the scope.
    pub objects: u64,
}

/// The items and categories that a scheme of the acting post's agency may name today.
///
/// # Errors
/// `Denied`, `Unauthenticated`.
pub async fn item_choices(platform: &Platform, ctx: &Ctx) -> Result<ItemChoices> {
    ctx.require(UseCase::SchemeView)?;
    let mut conn = platform.store().read().await?;
    let Some(list) = in_force(&mut conn, &ctx.post()?.agency_path).await? else {
        return Ok(ItemChoices::default());
    };
    let counts = repo::roll::values_of(&mut conn, &ctx.scope()?, "kind", u32::MAX).await?;
    let counts: BTreeMap<SubjectKind, u64> = counts
        .into_iter()
        .filter_map(|(code, n)| Some((SubjectKind::from_code(&code)?, u64::try_from(n).unwrap_or(0))))
        .collect();
    let objects = |kinds: &[SubjectKind]| kinds.iter().filter_map(|kind| counts.get(kind)).sum();
    let mut categories: Vec<CategoryChoice> = Vec::new();
    for item in list.items.iter().filter(|item| item.executable_on(ctx.today())) {
        let kinds: Vec<_> = SubjectKind::ALL.iter().copied().filter(|kind| item.applies.fits_kind(*kind)).collect();
        let choice = ItemChoice {
            code: item.code.clone(),
            name: item.name.clone(),
            tags: item.applies.tags.iter().map(|tag| tag.as_str().to_owned()).collect(),
            objects: objects(&kinds),
            kinds,
        };
        match categories.iter_mut().find(|category| category.name == item.category) {
            Some(category) => category.items.push(choice),
            None => categories.push(CategoryChoice {
                name: item.category.clone(),
                items: vec![choice],
                kinds: Vec::new(),
                objects: 0,
            }),
        }
    }
    for category in &mut categories {
        let kinds: BTreeSet<_> = category.items.iter().flat_map(|item| item.kinds.iter().copied()).collect();
        category.kinds = SubjectKind::ALL.iter().copied().filter(|kind| kinds.contains(kind)).collect();
        category.objects = objects(&category.kinds);
    }
    Ok(ItemChoices { list: Some((&list.revision).into()), categories })
}

/// An item list with its items.
#[derive(Clone, Debug)]
pub struct ItemList {
    pub revision: Revision,
    pub items: Vec<CheckItem>,
}

/// The list in force for an agency: its own, or that of the nearest one above.
pub async fn in_force(conn: &mut Conn, path: &AgencyPath) -> Result<Option<ItemList>> {
    match repo::check_item::published_for(conn, path).await? {
        Some(revision) => Ok(Some(ItemList { items: items_of(conn, revision.id).await?, revision })),
        None => Ok(None),
    }
}

/// The items of a revision, in their order.
pub async fn items_of(conn: &mut Conn, revision: RevisionId) -> Result<Vec<CheckItem>> {
    let records = repo::check_item::of_revision(conn, revision).await?;
    Ok(records.into_iter().map(|record| record.item).collect())
}

/// Entries of a draft that the list in force does not know, each with its place. Without a list nothing is known to be
/// wrong yet: that there is none is a finding of its own.
pub async fn unlisted(conn: &mut Conn, path: &AgencyPath, draft: &SchemeDraft) -> Result<Vec<SchemeProblem>> {
    let Some(list) = in_force(conn, path).await? else { return Ok(Vec::new()) };
    let mut problems = Vec::new();
    for (index, rule) in draft.strata.iter().enumerate() {
        let entries: Vec<String> = rule.items.iter().map(|entry| entry.trim().to_owned()).collect();
        for entry in unknown_entries(&entries, &list.items) {
            let what = BadScheme::NotListed(entry.to_owned());
            problems.push(SchemeProblem { place: format!("strata[{index}].items"), what });
        }
    }
    Ok(problems)
}

//! What a drawn task's words stand for, what is missing, and the mappings so far.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::ids::TaskId;
use domain::item::CheckItem;
use domain::registry::UseCase;
use domain::scheme::SchemeDraft;
use domain::subject::SubjectKind;
use store::repo::dispatch::{self, Source};
use store::repo::item_mapping::{self, ItemMapping};
use store::{Conn, repo};

use super::list_for;
use crate::dispatch::{drawn_attempt, gaps};
use kernel::{Ctx, Platform, Result};
use planning::scheme::{ItemListName, items_of};

/// The page of a task's mappings.
#[derive(Clone, Debug)]
pub struct MappingView {
    /// Number of the task.
    pub number: String,
    /// Title of the task.
    pub title: String,
    /// The acting post's own agency organises it.
    pub own: bool,
    /// The list from which words are mapped.
    pub list: ItemListName,
    /// The classes with their words.
    pub classes: Vec<MappingClass>,
    /// The mappings, oldest first.
    pub mappings: Vec<MappingRow>,
    /// Items of the list that may be executed today: code, category, name.
    pub items: Vec<(String, String, String)>,
}

/// A class and its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingClass {
    /// Code.
    pub code: String,
    /// Label.
    pub label: String,
    /// Its words.
    pub entries: Vec<MappingEntry>,
    /// Kinds of drawn objects to whom none of its items applies, with how many.
    pub without: Vec<(SubjectKind, u64)>,
}

/// A word of a scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingEntry {
    /// The word.
    pub name: String,
    /// Something has to be mapped: it names nothing, or objects of its class have no item.
    pub missing: bool,
}

/// A mapping with names.
#[derive(Clone, Debug)]
pub struct MappingRow {
    /// The mapping.
    pub mapping: ItemMapping,
    /// Label of its class.
    pub class: String,
    /// Names of its items.
    pub items: Vec<String>,
    /// The list that holds them.
    pub list: ItemListName,
}

/// The mappings of a drawn task.
///
/// # Errors
/// `NotFound`, `Denied`; `DISP-001` if it is not drawn; `DISP-004` without an item list.
pub async fn view(platform: &Platform, ctx: &Ctx, task: TaskId) -> Result<MappingView> {
    ctx.require(UseCase::MappingView)?;
    let mut conn = platform.store().read().await?;
    let source = dispatch::source(&mut conn, &ctx.scope()?, task).await?;
    drawn_attempt(&source)?;
    let (list, items) = list_for(&mut conn, &source).await?;
    let list = (&repo::revision::by_id_unscoped(&mut conn, list).await?).into();
    let classes = stuck(&mut conn, &source, ctx.today()).await?;
    let mut mappings = Vec::new();
    for mapping in item_mapping::of_task(&mut conn, task).await? {
        mappings.push(row(&mut conn, mapping, &classes).await?);
    }
    let executable = items.iter().filter(|item| item.executable_on(ctx.today()));
    let shown = |item: &CheckItem| (item.code.clone(), item.category.clone(), item.name.clone());
    Ok(MappingView {
        own: ctx.post().is_ok_and(|post| post.agency_id == source.agency_id),
        items: executable.map(shown).collect(),
        number: source.number,
        title: source.title,
        list,
        classes,
        mappings,
    })
}

async fn row(conn: &mut Conn, mapping: ItemMapping, classes: &[MappingClass]) -> Result<MappingRow> {
    let list = (&repo::revision::by_id_unscoped(conn, mapping.list_id).await?).into();
    let items = items_of(conn, mapping.list_id).await?;
    let named = mapping.items.iter().filter_map(|code| items.iter().find(|item| item.code == *code));
    Ok(MappingRow {
        items: named.map(|item| item.name.clone()).collect(),
        class: classes.iter().find(|class| class.code == mapping.stratum).map(|c| c.label.clone()).unwrap_or_default(),
        list,
        mapping,
    })
}

/// The classes of a drawn task with what is missing in each.
pub(super) async fn stuck(conn: &mut Conn, source: &Source, today: NaiveDate) -> Result<Vec<MappingClass>> {
    let draft: SchemeDraft = serde_json::from_str(&source.scheme)?;
    let draw = drawn_attempt(source)?;
    let gaps = gaps(conn, source, draw, today).await?;
    let class = |rule: domain::scheme::StratumRule| {
        // An object of several classes is missing in all of them: any may take the item.
        let here = gaps.without.iter().filter(|without| without.classes.contains(&rule.code));
        let without: Vec<_> = here.map(|without| (without.kind, without.objects)).collect();
        let entries: BTreeSet<String> = rule.items.iter().map(|entry| entry.trim().to_owned()).collect();
        let missing = |entry: &String| {
            !without.is_empty() || gaps.unknown.iter().any(|word| word.class == rule.code && word.entry == *entry)
        };
        MappingClass {
            entries: entries.into_iter().map(|name| MappingEntry { missing: missing(&name), name }).collect(),
            code: rule.code.clone(),
            label: rule.label.clone(),
            without,
        }
    };
    Ok(draft.strata.into_iter().map(class).collect())
}

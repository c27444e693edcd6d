//! An item list against the one that holds: what differs, what the new one no longer has, and the write of it.

use std::collections::{BTreeSet, HashSet};

use domain::agency::Scope;
use domain::ids::{CheckItemId, RevisionId};
use domain::import::ImportEffect;
use domain::item::{AppliesTo, CheckItem};
use domain::state::RevisionState;
use sha2::{Digest as _, Sha256};
use store::repo;
use store::repo::agency::Agency;
use store::repo::check_item::{ItemRecord, REVISION_KIND};
use store::repo::import::Import;
use store::repo::import_stage::StagedCounts;
use store::repo::revision::Revision;
use store::{Conn, Tx};
use text::Label;

use super::Payload;
use super::commit::changed_meanwhile;
use super::item_row::StagedItem;
use super::line::{PreviewLine, counts};
use crate::subject::{Change, Changes};
use kernel::{Ctx, Error, Result, Window};

/// What the file says otherwise of an item of the list that holds.
fn changes(known: &ItemRecord, staged: &StagedItem) -> Vec<Change> {
    // Taken apart, so that whoever adds a field decides here what a change of it is.
    let CheckItem { id: _, code: _, category, name, legal_basis, weight, methods, applies, qualifications, .. } =
        &known.item;
    let CheckItem { published, valid_from, valid_to, .. } = &known.item;
    let AppliesTo { kinds, tags } = applies;
    let new = &staged.item;
    let mut changes = Changes::default();
    changes.text("category", category, &new.category);
    changes.text("name", name, &new.name);
    changes.of("kinds", kinds, &new.applies.kinds, labels);
    changes.of("tags", tags, &new.applies.tags, |tags| joined(tags.iter().map(domain::subject::Tag::as_str)));
    changes.of("weight", weight, &new.weight, |weight| weight.label().to_owned());
    changes.of("methods", methods, &new.methods, labels);
    changes.text("body", &known.body, &staged.body);
    changes.text("materials", &known.materials, &staged.materials);
    changes.text("basis", legal_basis, &new.legal_basis);
    changes.of("qualification", qualifications, &new.qualifications, |all| joined(all.iter().map(String::as_str)));
    changes.of("valid_from", valid_from, &new.valid_from, |day| text::day(*day));
    changes.of("valid_to", valid_to, &new.valid_to, |day| day.map(text::day).unwrap_or_default());
    changes.of("published", published, &new.published, |_| String::new());
    changes.into_vec()
}

fn labels<T: Label + Copy + Ord>(all: &BTreeSet<T>) -> String {
    joined(all.iter().map(|value| value.label()))
}

fn joined<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    parts.collect::<Vec<_>>().join("、")
}

fn words(item: &CheckItem) -> String {
    text::import::summary([item.category.clone(), item.weight.label().to_owned()])
}

/// What each row of the file would do, in its order, and then what of the list that holds it no longer has.
fn compared(known: &[ItemRecord], staged: &[(u32, StagedItem)]) -> Vec<PreviewLine> {
    let held = |code: &str| known.iter().find(|record| record.item.code == code);
    let mut lines: Vec<_> = staged
        .iter()
        .map(|(row, staged)| match held(&staged.item.code) {
            Some(known) => {
                let id = known.item.id.to_string();
                PreviewLine::compared(*row, &staged.item.code, &staged.item.name, id, changes(known, staged))
            }
            None => PreviewLine::added(*row, &staged.item.code, &staged.item.name, words(&staged.item)),
        })
        .collect();
    let named: HashSet<_> = staged.iter().map(|(_, staged)| staged.item.code.as_str()).collect();
    lines.extend(known.iter().filter(|record| !named.contains(record.item.code.as_str())).map(|record| PreviewLine {
        row: None,
        effect: ImportEffect::Removed,
        known: Some(record.item.id.to_string()),
        ..PreviewLine::added(0, &record.item.code, &record.item.name, words(&record.item))
    }));
    lines
}

/// Number of an agency's item list; its revisions share it.
fn list_number(agency: &Agency) -> String {
    format!("ITEMS-{}", agency.code)
}

/// The agency whose list is imported: the importer's, or the root for the owner's command line.
pub(super) async fn list_owner(conn: &mut Conn, payload: &Payload) -> Result<Agency> {
    match payload.agency {
        Some(id) => Ok(repo::agency::by_id_unscoped(conn, id).await?),
        None => repo::agency::root(conn).await?.ok_or_else(Error::not_found),
    }
}

/// Revisions of item lists that are looked through for the published one, newest first.
const LISTS_MAX: u32 = 500;

async fn current_list(conn: &mut Conn, agency: &Agency) -> Result<Option<Revision>> {
    let lists =
        repo::revision::list(conn, &Scope::below(&agency.path), REVISION_KIND, Window::first(LISTS_MAX)).await?;
    Ok(lists.rows.into_iter().find(|r| r.number == list_number(agency) && r.state == RevisionState::Published))
}

async fn items_of(conn: &mut Conn, list: Option<&Revision>) -> Result<Vec<ItemRecord>> {
    match list {
        Some(list) => Ok(repo::check_item::of_revision(conn, list.id).await?),
        None => Ok(Vec::new()),
    }
}

/// What the file would do to the list that holds.
pub(super) async fn lines(conn: &mut Conn, import: &Import, payload: &Payload) -> Result<Vec<PreviewLine>> {
    let agency = list_owner(conn, payload).await?;
    let current = current_list(conn, &agency).await?;
    let known = items_of(conn, current.as_ref()).await?;
    Ok(compared(&known, &repo::import_stage::rows::<StagedItem>(conn, import.id).await?))
}

/// A new list is a new revision, published at once; the one before it is superseded. The same list again is no revision.
pub(super) async fn publish(tx: &mut Tx, ctx: &Ctx, import: &Import, payload: &Payload) -> Result<StagedCounts> {
    let staged = repo::import_stage::rows::<StagedItem>(tx, import.id).await?;
    let agency = list_owner(tx, payload).await?;
    let current = current_list(tx, &agency).await?;
    let known = items_of(tx, current.as_ref()).await?;
    let counts = counts(&compared(&known, &staged));
    let staged: Vec<_> = staged.into_iter().map(|(_, staged)| staged).collect();
    let content = serde_json::to_string(&staged)?;
    let digest = hex::encode(Sha256::digest(content.as_bytes()));
    if current.as_ref().is_some_and(|current| current.digest == digest) {
        return Ok(counts);
    }
    if let Some(mut before) = current {
        before.state = RevisionState::Superseded;
        repo::revision::update(tx, &before, ctx.now).await.map_err(changed_meanwhile)?;
    }
    let number = list_number(&agency);
    let revision = Revision {
        id: RevisionId::from_parts(ctx.ms(), ctx.ten()),
        kind: REVISION_KIND.to_owned(),
        revision: repo::check_item::latest_revision(tx, &number).await? + 1,
        number,
        title: text::import::item_list_title(&agency.name),
        agency_id: agency.id,
        state: RevisionState::Published,
        content,
        digest,
        version: 1,
        created_by: payload.by.clone(),
        created_at: ctx.now,
        changed_at: ctx.now,
    };
    repo::revision::insert(tx, &revision).await.map_err(changed_meanwhile)?;
    let items: Vec<_> = staged
        .into_iter()
        .map(|StagedItem { mut item, body, materials }| {
            item.id = CheckItemId::from_parts(ctx.ms(), ctx.ten());
            ItemRecord { item, body, materials, revision_id: revision.id }
        })
        .collect();
    repo::check_item::insert_all(tx, revision.id, &items).await.map_err(changed_meanwhile)?;
    Ok(counts)
}

//! Check items by revision of the item list. A revision's items never change; a new list is a new revision.

use std::collections::BTreeSet;

use domain::Coded;
use domain::agency::Scope;
use domain::ids::{CheckItemId, RevisionId};
use domain::item::CheckItem;
use domain::state::RevisionState;

use super::path_end;
use super::revision::Revision;
use crate::{Conn, Result, Row, StoreError, Tx, insert_rows, values};

/// Kind of the revisions that hold check items.
pub const REVISION_KIND: &str = "item_list";
/// Items of one list.
pub const ITEMS_MAX: u32 = 5_000;

/// An item with what the list says besides.
#[derive(Clone, Debug)]
pub struct ItemRecord {
    /// The item.
    pub item: CheckItem,
    /// 检查主体, as listed.
    pub body: String,
    /// 需准备的资料, one thing a line; empty if the list names none.
    pub materials: String,
    /// The list's revision.
    pub revision_id: RevisionId,
}

const COLUMNS: &str = "check_item.id, check_item.revision_id, check_item.code, check_item.category, check_item.name, check_item.legal_basis,
     check_item.grade, check_item.methods, check_item.subjects, check_item.tags, check_item.qualification, check_item.body, check_item.materials,
     check_item.valid_from, check_item.valid_to, revision.state";

fn list_of<T: std::str::FromStr + Ord>(row: &Row, column: &str) -> Result<BTreeSet<T>>
where
    T::Err: std::fmt::Display,
{
    let text = row.text(column)?;
    text.split(',')
        .filter(|part| !part.is_empty())
        .map(|part| {
            part.parse().map_err(|e: T::Err| StoreError::Corrupt { column: column.to_owned(), detail: e.to_string() })
        })
        .collect()
}

fn read(row: &Row) -> Result<ItemRecord> {
    let state: RevisionState = row.parse("state")?;
    Ok(ItemRecord {
        item: CheckItem {
            id: row.parse("id")?,
            code: row.text("code")?,
            category: row.text("category")?,
            name: row.text("name")?,
            legal_basis: row.text("legal_basis")?,
            weight: row.parse("grade")?,
            methods: list_of(row, "methods")?,
            applies: domain::item::AppliesTo { kinds: list_of(row, "subjects")?, tags: list_of(row, "tags")? },
            qualifications: list_of(row, "qualification")?,
            // A superseded list was published too: tasks that were sealed with it go on with it.
            published: matches!(state, RevisionState::Published | RevisionState::Superseded),
            valid_from: row.parse("valid_from")?,
            valid_to: row.opt_parse("valid_to")?,
        },
        body: row.text("body")?,
        materials: row.text("materials")?,
        revision_id: row.parse("revision_id")?,
    })
}

fn codes<T: Coded>(set: &BTreeSet<T>) -> String {
    set.iter().map(|value| value.code()).collect::<Vec<_>>().join(",")
}

/// Adds the items of a revision, in their order.
///
/// # Errors
/// `Duplicate("u_check_item__revision_id__code")` if a code stands twice.
pub async fn insert_all(tx: &mut Tx, revision: RevisionId, items: &[ItemRecord]) -> Result<()> {
    let rows = (1_i64..)
        .zip(items)
        .map(|(position, ItemRecord { item: i, body, materials, .. })| {
            let tags: Vec<_> = i.applies.tags.iter().map(domain::subject::Tag::as_str).collect();
            let qualifications: Vec<_> = i.qualifications.iter().map(String::as_str).collect();
            values![
                i.id.to_string(),
                revision.to_string(),
                &i.code,
                &i.category,
                &i.name,
                &i.legal_basis,
                i.weight.code(),
                codes(&i.methods),
                codes(&i.applies.kinds),
                tags.join(","),
                qualifications.join(","),
                body,
                materials,
                i.valid_from,
                i.valid_to,
                position
            ]
        })
        .collect();
    let columns = [
        "id",
        "revision_id",
        "code",
        "category",
        "name",
        "legal_basis",
        "grade",
        "methods",
        "subjects",
        "tags",
        "qualification",
        "body",
        "materials",
        "valid_from",
        "valid_to",
        "position",
    ];
    insert_rows(tx, "check_item", &columns, rows).await?;
    Ok(())
}

/// The items of a revision, in the order of the list. Whose list it is does not matter: a county works with the city's.
///
/// # Errors
/// See [`StoreError`].
pub async fn of_revision(conn: &mut Conn, revision: RevisionId) -> Result<Vec<ItemRecord>> {
    conn.rows(
        &format!(
            "SELECT {COLUMNS} FROM check_item JOIN revision ON revision.id = check_item.revision_id
             WHERE check_item.revision_id = $1 ORDER BY check_item.position LIMIT {ITEMS_MAX}"
        ),
        values![revision.to_string()],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// One item by its id. Item lists are public, so any post may read any.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn by_id_unscoped(conn: &mut Conn, id: CheckItemId) -> Result<ItemRecord> {
    let row = conn
        .row(
            &format!("SELECT {COLUMNS} FROM check_item JOIN revision ON revision.id = check_item.revision_id WHERE check_item.id = $1"),
            values![id.to_string()],
        )
        .await?
        .ok_or(StoreError::NotFound)?;
    read(&row)
}

/// The published list that holds for a post: that of the nearest agency at or above its own. `path` is the post's.
///
/// # Errors
/// See [`StoreError`].
pub async fn published_for(conn: &mut Conn, path: &domain::agency::AgencyPath) -> Result<Option<Revision>> {
    let row = conn
        .row(
            "SELECT revision.id FROM revision JOIN agency ON agency.id = revision.agency_id
             WHERE revision.kind = $1 AND revision.state = 'published' AND SUBSTR($2, 1, LENGTH(agency.path)) = agency.path
             ORDER BY agency.path DESC, revision.created_at DESC, revision.id DESC LIMIT 1",
            values![REVISION_KIND, path.as_str()],
        )
        .await?;
    match row {
        None => Ok(None),
        Some(row) => super::revision::by_id_unscoped(conn, row.parse("id")?).await.map(Some),
    }
}

/// All lists of the scope and of the agencies above it, newest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn lists(conn: &mut Conn, scope: &Scope) -> Result<Vec<(RevisionId, String, i64, RevisionState, u64)>> {
    let prefix = scope.prefix();
    conn.rows(
        "SELECT revision.id, revision.title, revision.revision, revision.state,
                (SELECT COUNT(*) FROM check_item WHERE check_item.revision_id = revision.id) AS items
         FROM revision JOIN agency ON agency.id = revision.agency_id
         WHERE revision.kind = $1 AND (agency.path >= $2 AND agency.path < $3 OR SUBSTR($2, 1, LENGTH(agency.path)) = agency.path)
         ORDER BY revision.created_at DESC, revision.id DESC LIMIT 200",
        values![REVISION_KIND, prefix, path_end(prefix)],
    )
    .await?
    .iter()
    .map(|row| {
        Ok((row.parse("id")?, row.text("title")?, row.int("revision")?, row.parse("state")?, super::unsigned(row.int("items")?)))
    })
    .collect()
}

/// The highest revision of a list's number, 0 if there is none.
///
/// # Errors
/// See [`StoreError`].
pub async fn latest_revision(conn: &mut Conn, number: &str) -> Result<i64> {
    conn.int(
        "SELECT CAST(COALESCE(MAX(revision), 0) AS BIGINT) FROM revision WHERE kind = $1 AND number = $2",
        values![REVISION_KIND, number],
    )
    .await
}

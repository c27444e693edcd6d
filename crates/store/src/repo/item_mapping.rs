//! Mappings of a scheme's words to items (事项对应): the way out of a drawn task whose scheme names what its item list does not
//! hold. One person proposes, another decides; a class has one open or approved mapping of each word.

use domain::ids::{AccountId, ItemMappingId, PostId, RevisionId, TaskId};
use domain::state::MappingState;
use domain::time::Instant;

use crate::{Conn, Result, Row, StoreError, Tx, insert_rows, values};

/// Mappings of one task that are kept.
pub const MAPPINGS_MAX: u32 = 1_000;

/// A mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemMapping {
    /// Its id.
    pub id: ItemMappingId,
    /// The task.
    pub task_id: TaskId,
    /// Code of the class.
    pub stratum: String,
    /// The word of the scheme.
    pub entry: String,
    /// The list that holds the items.
    pub list_id: RevisionId,
    /// Codes of the items, in the order of the list.
    pub items: Vec<String>,
    /// Why.
    pub reason: String,
    /// How far it is.
    pub state: MappingState,
    /// The post that proposed it.
    pub proposed_by: PostId,
    /// That person's name.
    pub proposed_name: String,
    /// That person's account.
    pub proposed_account: AccountId,
    /// When.
    pub proposed_at: Instant,
    /// Who decided.
    pub decided_name: Option<String>,
    /// When.
    pub decided_at: Option<Instant>,
    /// Why it was returned.
    pub return_reason: Option<String>,
    /// For optimistic locking.
    pub version: i64,
}

/// Adds a proposal.
///
/// # Errors
/// `Duplicate("u_item_mapping__task_id__stratum__entry__slot")` if the word has an open or approved one.
pub async fn insert(tx: &mut Tx, m: &ItemMapping) -> Result<()> {
    tx.execute(
        "INSERT INTO item_mapping (id, task_id, stratum, entry, slot, list_id, reason, state, proposed_by, proposed_name, proposed_account,
             proposed_at, version)
         VALUES ($1, $2, $3, $4, 'open', $5, $6, $7, $8, $9, $10, $11, 1)",
        values![
            m.id.to_string(),
            m.task_id.to_string(),
            &m.stratum,
            &m.entry,
            m.list_id.to_string(),
            &m.reason,
            m.state.to_string(),
            m.proposed_by.to_string(),
            &m.proposed_name,
            m.proposed_account.to_string(),
            m.proposed_at
        ],
    )
    .await?;
    let rows = (1_i64..).zip(&m.items).map(|(n, code)| values![m.id.to_string(), n, code]).collect();
    insert_rows(tx, "item_mapping_item", &["mapping_id", "position", "item_code"], rows).await?;
    Ok(())
}

/// Writes the decision.
///
/// # Errors
/// [`StoreError::Stale`] if it changed since `m.version` was read.
pub async fn decide(tx: &mut Tx, m: &ItemMapping) -> Result<()> {
    let id = m.id.to_string();
    let slot = if m.state == MappingState::Returned { id.as_str() } else { "open" };
    let touched = tx
        .execute(
            "UPDATE item_mapping SET state = $1, slot = $2, decided_name = $3, decided_at = $4, return_reason = $5,
                 version = version + 1 WHERE id = $6 AND version = $7",
            values![
                m.state.to_string(),
                slot,
                m.decided_name.clone(),
                m.decided_at,
                m.return_reason.clone(),
                &id,
                m.version
            ],
        )
        .await?;
    if touched == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// The mappings of a task, oldest first; the caller has read the task within a scope.
///
/// # Errors
/// See [`StoreError`].
pub async fn of_task(conn: &mut Conn, task: TaskId) -> Result<Vec<ItemMapping>> {
    let rows = conn
        .rows(
            &format!(
                "SELECT id, task_id, stratum, entry, list_id, reason, state, proposed_by, proposed_name, proposed_account, proposed_at,
                     decided_name, decided_at, return_reason, version
                 FROM item_mapping WHERE task_id = $1 ORDER BY proposed_at, id LIMIT {MAPPINGS_MAX}"
            ),
            values![task.to_string()],
        )
        .await?;
    let mut mappings: Vec<ItemMapping> = rows.iter().map(read).collect::<Result<_>>()?;
    let items = conn
        .rows(
            "SELECT mapping_id, item_code FROM item_mapping_item
             WHERE mapping_id IN (SELECT id FROM item_mapping WHERE task_id = $1) ORDER BY mapping_id, position",
            values![task.to_string()],
        )
        .await?;
    for row in &items {
        let id: ItemMappingId = row.parse("mapping_id")?;
        if let Some(mapping) = mappings.iter_mut().find(|mapping| mapping.id == id) {
            mapping.items.push(row.text("item_code")?);
        }
    }
    Ok(mappings)
}

fn read(row: &Row) -> Result<ItemMapping> {
    Ok(ItemMapping {
        id: row.parse("id")?,
        task_id: row.parse("task_id")?,
        stratum: row.text("stratum")?,
        entry: row.text("entry")?,
        list_id: row.parse("list_id")?,
        items: Vec::new(),
        reason: row.text("reason")?,
        state: row.parse("state")?,
        proposed_by: row.parse("proposed_by")?,
        proposed_name: row.text("proposed_name")?,
        proposed_account: row.parse("proposed_account")?,
        proposed_at: row.instant("proposed_at")?,
        decided_name: row.opt_text("decided_name")?,
        decided_at: row.opt_instant("decided_at")?,
        return_reason: row.opt_text("return_reason")?,
        version: row.int("version")?,
    })
}

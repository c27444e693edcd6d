//! Moves of inspectors between agencies: asked for by one side, answered by the other.

use domain::agency::{AgencyPath, Scope};
use domain::ids::{AccountId, AgencyId, InspectorId, InspectorMoveId};
use domain::moves::MoveSide;
use domain::state::MoveState;
use domain::time::Instant;

use super::sent::SentRow;
use super::{Page, Window, path_end, unsigned};
use crate::{Conn, Result, Row, StoreError, Tx, values};

/// Moves that wait for one post, and those that one person asked for, at most; who has more works from the list.
const WAITING_ROWS_MAX: u32 = 50;

/// An agency on one side of a move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveAgency {
    /// Its id.
    pub id: AgencyId,
    /// Its path.
    pub path: AgencyPath,
    /// Its name today.
    pub name: String,
}

/// A move.
#[derive(Clone, Debug)]
pub struct InspectorMove {
    /// Its id.
    pub id: InspectorMoveId,
    /// Who is to be moved.
    pub inspector_id: InspectorId,
    /// Their name today.
    pub name: String,
    /// Their certificate.
    pub certificate: String,
    /// The agency that they leave.
    pub from: MoveAgency,
    /// The agency that they join.
    pub to: MoveAgency,
    /// Which side asked.
    pub side: MoveSide,
    /// Why.
    pub reason: String,
    /// How far it has come.
    pub state: MoveState,
    /// The post that asked.
    pub asked_by: String,
    /// The person who asked.
    pub asked_name: String,
    /// That person's account.
    pub asked_account: AccountId,
    /// Path of the agency of the post that asked; a post stays in its agency for good.
    pub asked_agency: AgencyPath,
    /// When.
    pub asked_at: Instant,
    /// The post that answered or withdrew; empty before.
    pub answered_by: String,
    /// Its person.
    pub answered_name: String,
    /// When.
    pub answered_at: Option<Instant>,
    /// What was said to it; may be empty.
    pub answer: String,
    /// For optimistic locking.
    pub version: i64,
}

impl InspectorMove {
    /// The agency that asked.
    #[must_use]
    pub fn asking(&self) -> &MoveAgency {
        self.side.of(&self.from, &self.to)
    }

    /// The agency that has to agree.
    #[must_use]
    pub fn deciding(&self) -> &MoveAgency {
        self.side.other().of(&self.from, &self.to)
    }
}

const SELECT: &str = "SELECT m.id, m.inspector_id, inspector.name AS name, inspector.certificate, m.from_id, f.path AS from_path,
     f.name AS from_name, m.to_id, t.path AS to_path, t.name AS to_name, m.side, m.reason, m.state, m.asked_by, m.asked_name,
     m.asked_account, asker.path AS asked_agency, m.asked_at, m.answered_by, m.answered_name, m.answered_at, m.answer, m.version";
const FROM: &str = "FROM inspector_move m JOIN inspector ON inspector.id = m.inspector_id
     JOIN agency f ON f.id = m.from_id JOIN agency t ON t.id = m.to_id
     JOIN post ON post.id = m.asked_by JOIN agency asker ON asker.id = post.agency_id";
/// One of the two sides lies within `$1` and `$2`.
const WITHIN: &str = "((f.path >= $1 AND f.path < $2) OR (t.path >= $1 AND t.path < $2))";

fn read(row: &Row) -> Result<InspectorMove> {
    let agency = |side: &str| -> Result<MoveAgency> {
        Ok(MoveAgency {
            id: row.parse(&format!("{side}_id"))?,
            path: row.parse(&format!("{side}_path"))?,
            name: row.text(&format!("{side}_name"))?,
        })
    };
    Ok(InspectorMove {
        id: row.parse("id")?,
        inspector_id: row.parse("inspector_id")?,
        name: row.text("name")?,
        certificate: row.text("certificate")?,
        from: agency("from")?,
        to: agency("to")?,
        side: row.parse("side")?,
        reason: row.text("reason")?,
        state: row.parse("state")?,
        asked_by: row.text("asked_by")?,
        asked_name: row.text("asked_name")?,
        asked_account: row.parse("asked_account")?,
        asked_agency: row.parse("asked_agency")?,
        asked_at: row.instant("asked_at")?,
        answered_by: row.text("answered_by")?,
        answered_name: row.text("answered_name")?,
        answered_at: row.opt_instant("answered_at")?,
        answer: row.text("answer")?,
        version: row.int("version")?,
    })
}

/// Notes a request.
///
/// # Errors
/// `Duplicate("u_inspector_move__inspector_id")` if one of the same person waits already.
pub async fn insert(tx: &mut Tx, m: &InspectorMove) -> Result<()> {
    tx.execute(
        "INSERT INTO inspector_move (id, inspector_id, from_id, to_id, side, reason, state, asked_by, asked_name, asked_account, asked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        values![
            m.id.to_string(), m.inspector_id.to_string(), m.from.id.to_string(), m.to.id.to_string(), m.side.to_string(), &m.reason,
            m.state.to_string(), &m.asked_by, &m.asked_name, m.asked_account.to_string(), m.asked_at
        ],
    )
    .await?;
    Ok(())
}

/// Writes the answer, or that it was withdrawn.
///
/// # Errors
/// [`StoreError::Stale`] if it changed since `m.version` was read.
pub async fn answer(tx: &mut Tx, m: &InspectorMove) -> Result<()> {
    let touched = tx
        .execute(
            "UPDATE inspector_move SET state = $1, answered_by = $2, answered_name = $3, answered_at = $4, answer = $5, version = version + 1
             WHERE id = $6 AND version = $7",
            values![
                m.state.to_string(),
                &m.answered_by,
                &m.answered_name,
                m.answered_at,
                &m.answer,
                m.id.to_string(),
                m.version
            ],
        )
        .await?;
    if touched == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// One move of which a side lies within the scope.
///
/// # Errors
/// [`StoreError::NotFound`] if there is none or both sides lie outside.
pub async fn get(conn: &mut Conn, scope: &Scope, id: InspectorMoveId) -> Result<InspectorMove> {
    let prefix = scope.prefix();
    let row = conn
        .row(
            &format!("{SELECT} {FROM} WHERE {WITHIN} AND m.id = $3"),
            values![prefix, path_end(prefix), id.to_string()],
        )
        .await?
        .ok_or(StoreError::NotFound)?;
    read(&row)
}

/// What the list can be sorted by.
const SORTS: &[(&str, &str)] = &[
    ("name", "inspector.name"),
    ("certificate", "inspector.certificate"),
    ("from", "f.path"),
    ("to", "t.path"),
    ("state", "m.state"),
    ("asked_at", "m.asked_at"),
];

/// A window of the moves of which a side lies within the scope, those that wait first, then the newest.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(conn: &mut Conn, scope: &Scope, window: Window) -> Result<Page<InspectorMove>> {
    let prefix = scope.prefix();
    let values = || values![prefix, path_end(prefix)];
    let total = conn.int(&format!("SELECT COUNT(*) {FROM} WHERE {WITHIN}"), values()).await?;
    let own = "CASE WHEN m.state = 'requested' THEN 0 ELSE 1 END, m.asked_at DESC, m.id";
    let rows = conn
        .rows(&format!("{SELECT} {FROM} WHERE {WITHIN} {}", window.clause(SORTS, own)), values())
        .await?
        .iter()
        .map(read)
        .collect::<Result<_>>()?;
    Ok(Page { rows, total: unsigned(total) })
}

/// The moves that wait for the answer of a post of the agency at `own`, the oldest first, but for those that `account` asked
/// for. The rule is [`domain::moves::may_answer`], here in the database's words, since the number of rows is limited.
///
/// # Errors
/// See [`StoreError`].
pub async fn waiting(conn: &mut Conn, own: &AgencyPath, account: AccountId) -> Result<Vec<InspectorMove>> {
    let scope = Scope::below(own);
    let prefix = scope.prefix();
    let answers = |side: &str, deciding: &str, asking: &str| {
        format!(
            "(m.side = '{side}' AND {deciding}.path >= $1 AND {deciding}.path < $2
              AND ({deciding}.path = $1 OR {asking}.path < $1 OR {asking}.path >= $2))"
        )
    };
    let (receiving, releasing) = (answers("releasing", "t", "f"), answers("receiving", "f", "t"));
    conn.rows(
        &format!(
            "{SELECT} {FROM} WHERE m.state = 'requested' AND m.asked_account <> $3 AND asker.path <> $1
             AND ({receiving} OR {releasing})
             ORDER BY m.asked_at, m.id LIMIT {WAITING_ROWS_MAX}"
        ),
        values![prefix, path_end(prefix), account.to_string()],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// The moves that a person asked for and nobody has answered.
///
/// # Errors
/// See [`StoreError`].
pub async fn sent(conn: &mut Conn, account: AccountId) -> Result<Vec<SentRow>> {
    conn.rows(
        &format!(
            "{SELECT} {FROM} WHERE m.state = 'requested' AND m.asked_account = $1 ORDER BY m.asked_at, m.id LIMIT {WAITING_ROWS_MAX}"
        ),
        values![account.to_string()],
    )
    .await?
    .iter()
    .map(|row| {
        let m = read(row)?;
        Ok(SentRow {
            id: m.id.to_string(),
            number: String::new(),
            agency: m.deciding().name.clone(),
            title: m.name,
            person: String::new(),
            since: m.asked_at,
        })
    })
    .collect()
}

/// Whether an agency has a matching under way, whose input names its inspectors.
///
/// # Errors
/// See [`StoreError`].
pub async fn is_matching(conn: &mut Conn, agency: AgencyId) -> Result<bool> {
    let n = conn
        .int(
            "SELECT COUNT(*) FROM matching JOIN share ON share.id = matching.share_id
             WHERE share.agency_id = $1 AND matching.state IN ('prepared', 'committed')",
            values![agency.to_string()],
        )
        .await?;
    Ok(n > 0)
}

//! Parties of a ceremony (a draw or a matching), their commitments and reveals. Of a witness's link only the hash of the
//! token is kept; salt and value stay empty until the witness reveals them.

use domain::ids::{DrawId, MatchingId, PartyId};
use domain::state::PartyState;
use domain::time::Instant;

use crate::{Conn, Result, Row, StoreError, Tx, values};

/// Which ceremony: a draw's attempt or a matching.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceremony {
    /// `draw` or `match`.
    pub kind: &'static str,
    /// Id of the attempt or matching.
    pub id: String,
}

impl Ceremony {
    /// Kind of a draw's ceremony, and its purpose in the protocol.
    pub const DRAW: &'static str = "draw";
    /// Kind of a matching's.
    pub const MATCH: &'static str = "match";

    /// The ceremony of a draw's attempt.
    #[must_use]
    pub fn draw(id: DrawId) -> Self {
        Self { kind: Self::DRAW, id: id.to_string() }
    }

    /// The ceremony of a matching's attempt.
    #[must_use]
    pub fn matching(id: MatchingId) -> Self {
        Self { kind: Self::MATCH, id: id.to_string() }
    }
}

/// A party.
#[derive(Clone, Debug)]
pub struct Party {
    /// Its id.
    pub id: PartyId,
    /// `draw` or `match`.
    pub ceremony_kind: String,
    /// Id of the attempt or matching.
    pub ceremony_id: String,
    /// The platform is 0.
    pub position: i64,
    /// Its name in the commitment document.
    pub name: String,
    /// `platform` or `witness`.
    pub role: String,
    /// State.
    pub state: PartyState,
    /// SHA-256 of the token in the witness's link, hex.
    pub token_hash: Option<String>,
    /// What the link was made from, together with the inviting session's own key; no secret. Gone once the link has served.
    pub link_nonce: Option<String>,
    /// Its commitment, hex.
    pub commitment: Option<String>,
    /// When that came.
    pub committed_at: Option<Instant>,
    /// The platform's own salt before its reveal, hex.
    pub kept_salt: Option<String>,
    /// The platform's own value before its reveal.
    pub kept_value: Option<String>,
    /// The revealed salt, hex.
    pub salt: Option<String>,
    /// The revealed value.
    pub value: Option<String>,
    /// When it was revealed.
    pub revealed_at: Option<Instant>,
}

impl Party {
    /// A witness who has handed in nothing yet.
    #[must_use]
    pub fn invited(id: PartyId, ceremony: Ceremony, position: i64, name: &str, token_hash: Option<String>) -> Self {
        Self {
            id,
            ceremony_kind: ceremony.kind.to_owned(),
            ceremony_id: ceremony.id,
            position,
            name: name.to_owned(),
            role: "witness".to_owned(),
            state: PartyState::Invited,
            token_hash,
            link_nonce: None,
            commitment: None,
            committed_at: None,
            kept_salt: None,
            kept_value: None,
            salt: None,
            value: None,
            revealed_at: None,
        }
    }
}

const COLUMNS: &str = "id, ceremony_kind, ceremony_id, position, name, role, state, token_hash, link_nonce, commitment, committed_at, kept_salt, kept_value, salt, value, revealed_at";

fn read(row: &Row) -> Result<Party> {
    Ok(Party {
        id: row.parse("id")?,
        ceremony_kind: row.text("ceremony_kind")?,
        ceremony_id: row.text("ceremony_id")?,
        position: row.int("position")?,
        name: row.text("name")?,
        role: row.text("role")?,
        state: row.parse("state")?,
        token_hash: row.opt_text("token_hash")?,
        link_nonce: row.opt_text("link_nonce")?,
        commitment: row.opt_text("commitment")?,
        committed_at: row.opt_instant("committed_at")?,
        kept_salt: row.opt_text("kept_salt")?,
        kept_value: row.opt_text("kept_value")?,
        salt: row.opt_text("salt")?,
        value: row.opt_text("value")?,
        revealed_at: row.opt_instant("revealed_at")?,
    })
}

/// Adds a party.
///
/// # Errors
/// `Duplicate("u_party__ceremony_kind__ceremony_id__name")` if the name is taken, `…__position` if the place is.
pub async fn insert(tx: &mut Tx, p: &Party) -> Result<()> {
    tx.execute(
        "INSERT INTO party (id, ceremony_kind, ceremony_id, position, name, role, state, token_hash, link_nonce, commitment,
             committed_at, kept_salt, kept_value, salt, value, revealed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        values![
            p.id.to_string(),
            &p.ceremony_kind,
            &p.ceremony_id,
            p.position,
            &p.name,
            &p.role,
            p.state.to_string(),
            p.token_hash.clone(),
            p.link_nonce.clone(),
            p.commitment.clone(),
            p.committed_at,
            p.kept_salt.clone(),
            p.kept_value.clone(),
            p.salt.clone(),
            p.value.clone(),
            p.revealed_at
        ],
    )
    .await?;
    Ok(())
}

/// Writes a party back if it is still in the state `from`: two answers at the same instant cannot both count.
///
/// # Errors
/// [`StoreError::Stale`] if it is in another state by now.
pub async fn update(tx: &mut Tx, p: &Party, from: PartyState) -> Result<()> {
    let touched = tx
        .execute(
            "UPDATE party SET state = $1, token_hash = $2, link_nonce = $3, commitment = $4, committed_at = $5, salt = $6,
                 value = $7, revealed_at = $8
             WHERE id = $9 AND state = $10",
            values![
                p.state.to_string(),
                p.token_hash.clone(),
                p.link_nonce.clone(),
                p.commitment.clone(),
                p.committed_at,
                p.salt.clone(),
                p.value.clone(),
                p.revealed_at,
                p.id.to_string(),
                from.to_string()
            ],
        )
        .await?;
    if touched == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// Takes a party off that has handed in nothing yet.
///
/// # Errors
/// [`StoreError::Stale`] if it has committed meanwhile.
pub async fn remove_invited(tx: &mut Tx, id: PartyId) -> Result<()> {
    let touched = tx
        .execute(
            "DELETE FROM party WHERE id = $1 AND state = $2 AND role = 'witness'",
            values![id.to_string(), PartyState::Invited.to_string()],
        )
        .await?;
    if touched == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// The parties of a ceremony in their order.
///
/// # Errors
/// See [`StoreError`].
pub async fn of_ceremony(conn: &mut Conn, ceremony: &Ceremony) -> Result<Vec<Party>> {
    conn.rows(
        &format!(
            "SELECT {COLUMNS} FROM party WHERE ceremony_kind = $1 AND ceremony_id = $2 ORDER BY position LIMIT 200"
        ),
        values![ceremony.kind, &ceremony.id],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// One party.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn by_id_unscoped(conn: &mut Conn, id: PartyId) -> Result<Party> {
    let row = conn
        .row(&format!("SELECT {COLUMNS} FROM party WHERE id = $1"), values![id.to_string()])
        .await?
        .ok_or(StoreError::NotFound)?;
    read(&row)
}

/// The party whose link carries the token with this hash.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn by_token_unscoped(conn: &mut Conn, token_hash: &str) -> Result<Party> {
    let row = conn
        .row(&format!("SELECT {COLUMNS} FROM party WHERE token_hash = $1"), values![token_hash])
        .await?
        .ok_or(StoreError::NotFound)?;
    read(&row)
}

/// A reveal that did not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Whose.
    pub party: String,
    /// When.
    pub at: Instant,
}

/// Records a reveal that did not fit. `id` is any fresh id.
///
/// # Errors
/// See [`StoreError`].
pub async fn reject(tx: &mut Tx, id: &str, party: PartyId, at: Instant) -> Result<()> {
    tx.execute(
        "INSERT INTO party_rejection (id, party_id, at) VALUES ($1, $2, $3)",
        values![id, party.to_string(), at],
    )
    .await?;
    Ok(())
}

/// The reveals of a ceremony that did not fit, as they came.
///
/// # Errors
/// See [`StoreError`].
pub async fn rejections(conn: &mut Conn, ceremony: &Ceremony) -> Result<Vec<Rejection>> {
    conn.rows(
        "SELECT party.name, party_rejection.at FROM party_rejection JOIN party ON party.id = party_rejection.party_id
         WHERE party.ceremony_kind = $1 AND party.ceremony_id = $2 ORDER BY party_rejection.at, party_rejection.id LIMIT 10000",
        values![ceremony.kind, &ceremony.id],
    )
    .await?
    .iter()
    .map(|row| Ok(Rejection { party: row.text("name")?, at: row.instant("at")? }))
    .collect()
}

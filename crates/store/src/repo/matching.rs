//! Matchings of a share: one row for each attempt, with its documents, and the teams that the last one gave.

use domain::agency::Scope;
use domain::ids::{AccountId, InspectorId, MatchingId, ShareId, VisitId};
use domain::state::MatchingState;
use domain::time::Instant;

use super::party::Ceremony;
use super::path_end;
use crate::{Conn, Result, Row, StoreError, Tx, insert_rows, values};

/// One attempt.
#[derive(Clone, Debug)]
pub struct Matching {
    /// Its id.
    pub id: MatchingId,
    /// The share.
    pub share_id: ShareId,
    /// From 1.
    pub attempt: i64,
    /// What its documents call the draw.
    pub name: String,
    /// State.
    pub state: MatchingState,
    /// `mc1-sha256` or `mc1-sm3`.
    pub suite: String,
    /// Visits of the input.
    pub visits: i64,
    /// Inspectors of the input.
    pub inspectors: i64,
    /// SHA-256 of the input document, under which the file store keeps it.
    pub input_file: String,
    /// Digest of the input document by the suite.
    pub input_digest: String,
    /// Until when parties reveal.
    pub reveal_by: Option<Instant>,
    /// When the commitment was published.
    pub committed_at: Option<Instant>,
    /// `commitment.json`.
    pub commitment_document: Option<String>,
    /// Its digest.
    pub commitment_digest: Option<String>,
    /// `reveals.json`, once all are in.
    pub reveals_document: Option<String>,
    /// The match seed, hex.
    pub seed: Option<String>,
    /// SHA-256 of the outcome document.
    pub outcome_file: Option<String>,
    /// When it was matched or failed.
    pub ended_at: Option<Instant>,
    /// `failure.json`.
    pub failure: Option<String>,
    /// For optimistic locking.
    pub version: i64,
    /// The post that prepared it.
    pub created_by: String,
    /// The account that prepared it: the second party must be another one.
    pub created_account: AccountId,
    /// When.
    pub created_at: Instant,
}

impl Matching {
    /// Its parties' ceremony.
    #[must_use]
    pub fn ceremony(&self) -> Ceremony {
        Ceremony::matching(self.id)
    }
}

const COLUMNS: &str = "matching.id, matching.share_id, matching.attempt, matching.name, matching.state, matching.suite, matching.visits,
     matching.inspectors, matching.input_file, matching.input_digest, matching.reveal_by, matching.committed_at,
     matching.commitment_document, matching.commitment_digest, matching.reveals_document, matching.seed, matching.outcome_file,
     matching.ended_at, matching.failure, matching.version, matching.created_by, matching.created_account, matching.created_at";

fn read(row: &Row) -> Result<Matching> {
    Ok(Matching {
        id: row.parse("id")?,
        share_id: row.parse("share_id")?,
        attempt: row.int("attempt")?,
        name: row.text("name")?,
        state: row.parse("state")?,
        suite: row.text("suite")?,
        visits: row.int("visits")?,
        inspectors: row.int("inspectors")?,
        input_file: row.text("input_file")?,
        input_digest: row.text("input_digest")?,
        reveal_by: row.opt_instant("reveal_by")?,
        committed_at: row.opt_instant("committed_at")?,
        commitment_document: row.opt_text("commitment_document")?,
        commitment_digest: row.opt_text("commitment_digest")?,
        reveals_document: row.opt_text("reveals_document")?,
        seed: row.opt_text("seed")?,
        outcome_file: row.opt_text("outcome_file")?,
        ended_at: row.opt_instant("ended_at")?,
        failure: row.opt_text("failure")?,
        version: row.int("version")?,
        created_by: row.text("created_by")?,
        created_account: row.parse("created_account")?,
        created_at: row.instant("created_at")?,
    })
}

/// Adds a prepared attempt.
///
/// # Errors
/// `Duplicate("u_matching__share_id__attempt")` if someone else prepared the same attempt.
pub async fn insert(tx: &mut Tx, m: &Matching) -> Result<()> {
    tx.execute(
        "INSERT INTO matching (id, share_id, attempt, name, state, suite, visits, inspectors, input_file, input_digest,
         version, created_by, created_account, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $12, $13)",
        values![
            m.id.to_string(),
            m.share_id.to_string(),
            m.attempt,
            &m.name,
            m.state.to_string(),
            &m.suite,
            m.visits,
            m.inspectors,
            &m.input_file,
            &m.input_digest,
            &m.created_by,
            m.created_account.to_string(),
            m.created_at
        ],
    )
    .await?;
    Ok(())
}

/// Takes back an attempt of which nothing is published yet, with its parties.
///
/// # Errors
/// [`StoreError::Stale`] if it is no longer prepared or changed since `version` was read.
pub async fn discard(tx: &mut Tx, m: &Matching) -> Result<()> {
    tx.execute("DELETE FROM party WHERE ceremony_kind = 'match' AND ceremony_id = $1", values![m.id.to_string()])
        .await?;
    touched(
        tx.execute(
            "DELETE FROM matching WHERE id = $1 AND version = $2 AND state = 'prepared'",
            values![m.id.to_string(), m.version],
        )
        .await?,
    )
}

/// One attempt within the scope.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn get(conn: &mut Conn, scope: &Scope, id: MatchingId) -> Result<Matching> {
    let prefix = scope.prefix();
    let row = conn
        .row(
            &format!(
                "SELECT {COLUMNS} FROM matching JOIN share ON share.id = matching.share_id JOIN agency ON agency.id = share.agency_id
                 WHERE matching.id = $1 AND agency.path >= $2 AND agency.path < $3"
            ),
            values![id.to_string(), prefix, path_end(prefix)],
        )
        .await?
        .ok_or(StoreError::NotFound)?;
    read(&row)
}

/// One attempt, whatever the scope: for jobs and for parties, who are known by a token.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn by_id_unscoped(conn: &mut Conn, id: MatchingId) -> Result<Matching> {
    let row = conn
        .row(&format!("SELECT {COLUMNS} FROM matching WHERE matching.id = $1"), values![id.to_string()])
        .await?
        .ok_or(StoreError::NotFound)?;
    read(&row)
}

/// All attempts of a share, the newest first; the caller has read the share within a scope.
///
/// # Errors
/// See [`StoreError`].
pub async fn of_share(conn: &mut Conn, share: ShareId) -> Result<Vec<Matching>> {
    conn.rows(
        &format!(
            "SELECT {COLUMNS} FROM matching WHERE matching.share_id = $1 ORDER BY matching.attempt DESC LIMIT 100"
        ),
        values![share.to_string()],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// Locks an attempt for the rest of the transaction if it is still in `state`, so that a party's answer and the end of
/// the attempt cannot cross.
///
/// # Errors
/// [`StoreError::Stale`] if it is in another state.
pub async fn touch(tx: &mut Tx, id: MatchingId, state: MatchingState) -> Result<()> {
    touched(
        tx.execute(
            "UPDATE matching SET version = version + 1 WHERE id = $1 AND state = $2",
            values![id.to_string(), state.to_string()],
        )
        .await?,
    )
}

/// Publishes the commitment.
///
/// # Errors
/// [`StoreError::Stale`] if the attempt changed since `version` was read.
pub async fn commit(
    tx: &mut Tx,
    m: &Matching,
    document: &str,
    digest: &str,
    reveal_by: Instant,
    now: Instant,
) -> Result<()> {
    touched(
        tx.execute(
            "UPDATE matching SET state = 'committed', commitment_document = $1, commitment_digest = $2, reveal_by = $3,
             committed_at = $4, version = version + 1 WHERE id = $5 AND version = $6 AND state = 'prepared'",
            values![document, digest, reveal_by, now, m.id.to_string(), m.version],
        )
        .await?,
    )
}

/// What a computed matching leaves.
#[derive(Clone, Debug)]
pub struct Computed<'a> {
    /// `reveals.json`.
    pub reveals: &'a str,
    /// The match seed, hex.
    pub seed: &'a str,
    /// SHA-256 of the outcome document.
    pub outcome_file: &'a str,
}

/// Ends an attempt with its teams: (visit, leader, member).
///
/// # Errors
/// [`StoreError::Stale`] if the attempt is not committed any more; `Duplicate` if a visit has a team already.
pub async fn finish(
    tx: &mut Tx,
    m: &Matching,
    computed: &Computed<'_>,
    teams: &[(VisitId, InspectorId, InspectorId)],
    now: Instant,
) -> Result<()> {
    touched(
        tx.execute(
            "UPDATE matching SET state = 'matched', reveals_document = $1, seed = $2, outcome_file = $3, ended_at = $4,
             version = version + 1 WHERE id = $5 AND state = 'committed'",
            values![computed.reveals, computed.seed, computed.outcome_file, now, m.id.to_string()],
        )
        .await?,
    )?;
    let rows = teams
        .iter()
        .flat_map(|(visit, leader, member)| [(visit, 0_i64, leader), (visit, 1, member)])
        .map(|(visit, seat, who)| values![visit.to_string(), seat, who.to_string(), m.id.to_string()])
        .collect();
    insert_rows(tx, "assignment", &["visit_id", "seat", "inspector_id", "matching_id"], rows).await?;
    Ok(())
}

/// Puts a failure on record.
///
/// # Errors
/// [`StoreError::Stale`] if the attempt changed since `version` was read.
pub async fn fail(tx: &mut Tx, m: &Matching, failure: &str, now: Instant) -> Result<()> {
    touched(
        tx.execute(
            "UPDATE matching SET state = 'failed', failure = $1, ended_at = $2, version = version + 1
             WHERE id = $3 AND version = $4 AND state = 'committed'",
            values![failure, now, m.id.to_string(), m.version],
        )
        .await?,
    )
}

/// Matchings with teams, by id behind `after` (empty to begin): for recomputing all of them.
///
/// # Errors
/// See [`StoreError`].
pub async fn matched_after_unscoped(conn: &mut Conn, after: &str, rows_max: u32) -> Result<Vec<MatchingId>> {
    let sql =
        format!("SELECT id FROM matching WHERE outcome_file IS NOT NULL AND id > $1 ORDER BY id LIMIT {rows_max}");
    conn.rows(&sql, values![after]).await?.iter().map(|row| row.parse("id")).collect()
}

/// The teams that stand at the visits of a matching: number of the visit, leader, member, by number. A seat that is empty or
/// taken a third time shows as a name that no team has.
///
/// # Errors
/// See [`StoreError`].
pub async fn teams_unscoped(conn: &mut Conn, id: MatchingId) -> Result<Vec<(String, String, String)>> {
    let rows = conn
        .rows(
            "SELECT visit.number, assignment.seat, assignment.inspector_id FROM assignment JOIN visit ON visit.id = assignment.visit_id
             WHERE assignment.matching_id = $1 ORDER BY visit.number, assignment.seat",
            values![id.to_string()],
        )
        .await?;
    let mut teams: Vec<(String, String, String)> = Vec::new();
    for row in &rows {
        let (number, seat, who) = (row.text("number")?, row.int("seat")?, row.text("inspector_id")?);
        if teams.last().is_none_or(|team| team.0 != number) {
            teams.push((number, String::new(), String::new()));
        }
        if let Some(team) = teams.last_mut() {
            let place = if seat == 0 { &mut team.1 } else { &mut team.2 };
            if !place.is_empty() {
                place.push('+');
            }
            place.push_str(&who);
        }
    }
    Ok(teams)
}

/// The digest of the result that a share's visits come from, and the suite of its draw.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn result_of_share(conn: &mut Conn, share: ShareId) -> Result<(String, String)> {
    let row = conn
        .row(
            "SELECT draw.result_digest, draw.suite FROM share JOIN draw ON draw.id = share.draw_id
             WHERE share.id = $1 AND draw.result_digest IS NOT NULL",
            values![share.to_string()],
        )
        .await?
        .ok_or(StoreError::NotFound)?;
    Ok((row.text("result_digest")?, row.text("suite")?))
}

fn touched(rows: u64) -> Result<()> {
    if rows == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

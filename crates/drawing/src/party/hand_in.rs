//! What a party does with its link: look at the state, hand in the commitment, reveal. Who holds the token is the party.

use domain::ids::PartyId;
use domain::projection::Projection;
use domain::registry::UseCase;
use domain::state::PartyState;
use draw::{Digest, Reason};
use store::StoreError;
use store::repo::party::{self as repo, Party};

use super::{Stage, Table, all_revealed, at_table};
use kernel::{Actor, Command, Ctx, Error, ErrorKind, Platform, Result};

/// Reveals that do not fit and are put on record, for one party; more are refused like guesses.
const REJECTIONS_MAX: usize = 50;

/// What the witness's page polls. The words of `state` are those of its script.
#[derive(Clone, Debug, serde::Serialize)]
pub struct WitnessState {
    /// `invited`, `committed`, `reveal`, `revealed`, `absent`, `failed`, `drawn`.
    pub state: &'static str,
    /// Name of the draw: the task's number, or the matching's name.
    pub draw: String,
    /// From 1.
    pub attempt: i64,
    /// Who draws.
    pub organiser: String,
    /// The witness's name.
    pub party: String,
    /// `draw` or `match`.
    pub purpose: &'static str,
    /// Hash suite.
    pub suite: &'static str,
    /// `who`, hex, as the server computes it: the page compares.
    pub who_hex: String,
    /// The commitment that is registered, hex.
    pub commitment: Option<String>,
    /// Until when to reveal, RFC 3339.
    pub reveal_by: Option<String>,
    /// A sentence for the witness.
    pub message: Option<&'static str>,
    /// Where the result can be checked.
    pub proof_url: Option<String>,
    /// Title of the task.
    pub title: String,
}

/// What stands behind a party's link, now.
///
/// # Errors
/// `DRAW-021` for an unknown token.
pub async fn state(platform: &Platform, ctx: &Ctx, token: &str) -> Result<WitnessState> {
    let mut conn = platform.store().read().await?;
    let (party, table) = at_table(platform, &mut conn, token).await?;
    let late = table.reveal_by().is_some_and(|by| ctx.now > by);
    let state = match (table.stage(), party.state) {
        (Stage::Done, _) => "drawn",
        (Stage::Failed, PartyState::Absent) => "absent",
        (Stage::Failed, _) => "failed",
        (_, PartyState::Invited) => "invited",
        (_, PartyState::Revealed) => "revealed",
        (_, PartyState::Absent) => "absent",
        (Stage::Revealing, _) if late => "absent",
        (Stage::Revealing, _) => "reveal",
        (Stage::Committing, _) => "committed",
    };
    let (suite, purpose) = (table.suite()?, table.ceremony().kind);
    let (_, organiser) = table.organiser();
    let number = u64::try_from(table.attempt()).unwrap_or(1);
    Ok(WitnessState {
        state,
        who_hex: draw::who(suite, purpose, table.name(), number, organiser, &party.name).to_string(),
        message: table.message(state),
        proof_url: table.proof_url(platform),
        draw: table.name().to_owned(),
        attempt: table.attempt(),
        organiser: organiser.to_owned(),
        party: party.name,
        purpose,
        suite: suite.protocol(),
        commitment: party.commitment,
        reveal_by: table.reveal_by().map(|by| by.to_string()),
        title: table.title().to_owned(),
    })
}

/// The party itself acts.
fn acting(ctx: &Ctx, party: &Party) -> Ctx {
    Ctx { actor: Actor::Party { name: party.name.clone() }, ..ctx.clone() }
}

/// A command on behalf of the organiser.
async fn begin<'a>(platform: &'a Platform, ctx: &'a Ctx, use_case: UseCase, table: &dyn Table) -> Result<Command<'a>> {
    let mut command = platform.command(ctx, use_case).await?;
    let (agency, name) = table.organiser();
    command.on_behalf_of(agency, name);
    Ok(command)
}

/// Hands in a commitment: once, before the document is published. The same one again is taken as the answer that got lost.
///
/// # Errors
/// `DRAW-021` unknown token, `DRAW-005` after publication, `DRAW-006` not 64 hex digits, `DRAW-007` another one is there,
/// `DRAW-008` another party has the same.
pub async fn commit(platform: &Platform, ctx: &Ctx, token: &str, commitment: &str) -> Result<()> {
    let mut conn = platform.store().read().await?;
    let (party, table) = at_table(platform, &mut conn, token).await?;
    drop(conn);
    let digest = Digest::parse(commitment).map_err(|_| Error::field("commitment", "DRAW-006"))?.to_string();
    if party.commitment.as_ref() == Some(&digest) {
        return Ok(());
    }
    let ctx = acting(ctx, &party);
    let mut command = begin(platform, &ctx, UseCase::PartyCommit, table.as_ref()).await?;
    table.lock(command.tx(), Stage::Committing).await.map_err(|error| match error {
        StoreError::Stale => Error::conflict("DRAW-005").with("state", table.state_label()),
        other => other.into(),
    })?;
    let parties = repo::of_ceremony(command.tx(), &table.ceremony()).await?;
    let found = parties.iter().find(|known| known.id == party.id).cloned();
    let mut party = found.ok_or_else(|| Error::new(ErrorKind::NotFound, "DRAW-021"))?;
    if party.state != PartyState::Invited {
        return Err(Error::conflict("DRAW-007").with("name", &party.name));
    }
    if parties.iter().any(|other| other.commitment.as_ref() == Some(&digest)) {
        return Err(Error::conflict("DRAW-008"));
    }
    party.state = PartyState::Committed;
    party.commitment = Some(digest.clone());
    party.link_nonce = None;
    party.committed_at = Some(ctx.now);
    repo::update(command.tx(), &party, PartyState::Invited).await?;
    let (kind, id) = table.subject();
    command.finish(kind, id, serde_json::json!({ "party": party.name, "commitment": digest })).await
}

/// Reveals salt and value. The same again is taken as the answer that got lost; what does not fit the commitment is put on
/// record and may be mended until the deadline. The last reveal lets the ceremony be decided.
///
/// # Errors
/// `DRAW-021` unknown token, `DRAW-012` before publication, `DRAW-013` after the deadline, `DRAW-014` what does not fit,
/// `DRAW-015` after another reveal, `Invalid` on `salt` or `value` (`DRAW-022`), `CORE-429` after too many guesses.
pub async fn reveal(platform: &Platform, ctx: &Ctx, token: &str, salt: &str, value: &str) -> Result<()> {
    let mut conn = platform.store().read().await?;
    let (party, table) = at_table(platform, &mut conn, token).await?;
    drop(conn);
    let already = || Error::conflict("DRAW-015").with("name", &party.name);
    if party.state == PartyState::Revealed {
        let again = party.salt.as_deref() == Some(salt) && party.value.as_deref() == Some(value);
        return if again { Ok(()) } else { Err(already()) };
    }
    if table.stage() != Stage::Revealing {
        return Err(Error::conflict("DRAW-012").with("state", table.state_label()));
    }
    let over =
        || Error::conflict("DRAW-013").with("reveal_by", table.reveal_by().map(text::moment).unwrap_or_default());
    if table.reveal_by().is_none_or(|by| ctx.now > by) {
        return Err(over());
    }
    let salt = Digest::parse(salt).map_err(|_| Error::field("salt", "DRAW-022"))?;
    let fits = table.commitment()?.check_reveal(&party.name, &salt, value);

    let ctx = acting(ctx, &party);
    let mut command = begin(platform, &ctx, UseCase::PartyReveal, table.as_ref()).await?;
    table.lock(command.tx(), Stage::Revealing).await.map_err(|error| match error {
        StoreError::Stale => over(),
        other => other.into(),
    })?;
    let mut now = repo::by_id_unscoped(command.tx(), party.id).await?;
    let from = now.state;
    if !matches!(from, PartyState::Committed | PartyState::Rejected) {
        return Err(already());
    }
    match fits {
        Ok(()) => {}
        Err(refused) if matches!(refused.reason, Reason::RevealMismatch { .. }) => {
            return reject(command, &ctx, table.as_ref(), now).await;
        }
        Err(_) => return Err(Error::field("value", "DRAW-022")),
    }
    now.state = PartyState::Revealed;
    now.link_nonce = None;
    now.salt = Some(salt.to_string());
    now.value = Some(value.to_owned());
    now.revealed_at = Some(ctx.now);
    repo::update(command.tx(), &now, from).await?;
    command.seal(Projection::Party, table.ceremony().id).await?;
    let last = all_revealed(command.tx(), &table.ceremony()).await?;
    if last {
        table.decide(&mut command).await?;
    }
    let (kind, id) = table.subject();
    command.finish(kind, id, serde_json::json!({ "party": now.name, "last": last })).await
}

/// Puts a reveal that does not fit on record; the refusal is the answer all the same.
async fn reject(mut command: Command<'_>, ctx: &Ctx, table: &dyn Table, mut party: Party) -> Result<()> {
    // The party's row first: whoever guesses at the same moment waits for it, and then counts this one.
    let from = party.state;
    party.state = PartyState::Rejected;
    repo::update(command.tx(), &party, from).await?;
    let so_far = repo::rejections(command.tx(), &table.ceremony()).await?;
    if so_far.iter().filter(|rejection| rejection.party == party.name).count() >= REJECTIONS_MAX {
        return Err(Error::new(ErrorKind::TooMany, "CORE-429"));
    }
    let fresh = PartyId::from_parts(ctx.ms(), ctx.ten()).to_string();
    repo::reject(command.tx(), &fresh, party.id, ctx.now).await?;
    command.seal(Projection::Rejection, table.ceremony().id).await?;
    let (kind, id) = table.subject();
    command.finish_as("party.reject", kind, id, serde_json::json!({ "party": party.name })).await?;
    Err(Error::conflict("DRAW-014"))
}

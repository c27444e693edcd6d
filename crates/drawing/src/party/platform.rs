//! The platform's own party: it commits before it can see another's commitment, and reveals before anybody else does.

use domain::ids::PartyId;
use domain::state::PartyState;
use draw::{Digest, Suite};
use store::Tx;
use store::repo::party::{self as repo, Ceremony, Party};

use kernel::{Ctx, Result};

/// Seats the platform, committed at once. Salt and value come from this request's randomness and wait in columns that no
/// page reads. `name`, `attempt` and `organiser` are those of the commitment document to come.
pub async fn commit_platform(
    tx: &mut Tx,
    ctx: &Ctx,
    ceremony: Ceremony,
    suite: Suite,
    (name, attempt, organiser): (&str, i64, &str),
) -> Result<()> {
    let salt = Digest(ctx.entropy.bytes());
    let value = hex::encode(ctx.entropy.bytes::<16>());
    let party = text::ceremony::platform();
    let who = draw::who(suite, ceremony.kind, name, u64::try_from(attempt).unwrap_or(1), organiser, party);
    let party = Party {
        role: "platform".to_owned(),
        state: PartyState::Committed,
        commitment: Some(draw::reveal_commitment(suite, &who, &salt, &value).to_string()),
        committed_at: Some(ctx.now),
        kept_salt: Some(salt.to_string()),
        kept_value: Some(value),
        ..Party::invited(PartyId::from_parts(ctx.ms(), ctx.ten()), ceremony, 0, party, None)
    };
    Ok(repo::insert(tx, &party).await?)
}

/// The platform reveals what it kept.
pub async fn reveal_platform(tx: &mut Tx, ctx: &Ctx, parties: Vec<Party>) -> Result<()> {
    let Some(mut platform) = parties.into_iter().find(|party| party.role == "platform") else { return Ok(()) };
    platform.state = PartyState::Revealed;
    platform.salt = platform.kept_salt.clone();
    platform.value = platform.kept_value.clone();
    platform.revealed_at = Some(ctx.now);
    Ok(repo::update(tx, &platform, PartyState::Committed).await?)
}

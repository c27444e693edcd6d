//! Publishing the commitment document of a matching: its input is fixed and out before anybody reveals. The platform
//! reveals first, in the same transaction.

use domain::ids::MatchingId;
use domain::projection::Projection;
use domain::registry::UseCase;
use domain::state::{MatchingState, PartyState};
use draw::{Commitment, Digest, Replaces, Subject};
use store::Tx;
use store::repo::chain::{self, Link};
use store::repo::matching::Matching;
use store::repo::party::{self as repo, Party};
use store::repo::share::Share;

use super::{attempt_of, input, own_in, suite_of, words};
use drawing::party::{REVEAL_MINUTES, reveal_platform};
use kernel::{Ctx, Error, Platform, Result};

/// Input of [`publish`].
#[derive(Clone, Copy, Debug)]
pub struct PublishInput {
    /// Minutes until everybody must have revealed.
    pub reveal_minutes: i64,
}

impl Default for PublishInput {
    /// An hour: the second person is a colleague, not a hall.
    fn default() -> Self {
        Self { reveal_minutes: 60 }
    }
}

/// Publishes the commitment document into the unit's chain; its digest comes back, hex.
///
/// # Errors
/// `NotFound`; `Denied` (`SHARE-001`); `MATCH-003` unless prepared; `Invalid` on `reveal_minutes` (`DRAW-011`); `MATCH-004`
/// without a second party, `MATCH-009` if an invited one has not committed; `MATCH-006` if directory or days changed since
/// the input was written down.
pub async fn publish(platform: &Platform, ctx: &Ctx, id: MatchingId, input: PublishInput) -> Result<String> {
    let mut command = platform.command(ctx, UseCase::MatchingCommit).await?;
    let (matching, share) = own_in(command.tx(), ctx, id, MatchingState::Prepared).await?;
    if !REVEAL_MINUTES.contains(&input.reveal_minutes) {
        let error = Error::field("reveal_minutes", "DRAW-011").with("min", REVEAL_MINUTES.start());
        return Err(error.with("max", REVEAL_MINUTES.end()));
    }
    let parties = repo::of_ceremony(command.tx(), &matching.ceremony()).await?;
    if parties.len() < 2 {
        return Err(Error::conflict("MATCH-004"));
    }
    if let Some(party) = parties.iter().find(|party| party.state != PartyState::Committed) {
        return Err(Error::conflict("MATCH-009").with("name", &party.name));
    }
    check_current(command.tx(), &matching, &share).await?;
    let reveal_by = ctx.now.plus_seconds(input.reveal_minutes * 60);
    let (seq, previous) = chain::next(command.tx(), share.agency_id).await?;
    let commitment = document(command.tx(), ctx, &matching, &share, &parties, previous.as_deref(), reveal_by).await?;
    let digest = commitment.digest().to_string();
    let bytes = String::from_utf8(commitment.to_jcs()).map_err(Error::internal)?;
    store::repo::matching::commit(command.tx(), &matching, &bytes, &digest, reveal_by, ctx.now).await?;
    let ceremony = matching.ceremony();
    let link = Link {
        seq,
        digest: digest.clone(),
        ceremony_kind: ceremony.kind.to_owned(),
        ceremony_id: ceremony.id,
        published_at: ctx.now,
    };
    chain::insert(command.tx(), share.agency_id, &link).await?;
    reveal_platform(command.tx(), ctx, parties).await?;
    let data = serde_json::json!({ "matching": matching.name, "attempt": matching.attempt, "commitment": digest });
    command.seal(Projection::Chain, id).await?;
    command.seal(Projection::Party, id).await?;
    command.seal(Projection::Matching, id).await?;
    kernel::point("match.publish");
    command.finish("matching", id, data).await?;
    Ok(digest)
}

/// A leave or a certificate may have changed since the input was written down; then it would seal yesterday's world.
async fn check_current(tx: &mut Tx, matching: &Matching, share: &Share) -> Result<()> {
    let built = input::build(tx, share).await?;
    let suite = ::matching::Suite::named(&matching.suite).ok_or_else(|| Error::internal("no suite"))?;
    let now = built.input.digest(suite).map_err(|refusal| words::refused(&refusal))?;
    if hex::encode(now) == matching.input_digest { Ok(()) } else { Err(Error::conflict("MATCH-006")) }
}

async fn document(
    tx: &mut Tx,
    ctx: &Ctx,
    matching: &Matching,
    share: &Share,
    parties: &[Party],
    previous: Option<&str>,
    reveal_by: domain::time::Instant,
) -> Result<Commitment> {
    let digest = |hex: &str| Digest::parse(hex).map_err(Error::internal);
    let (result, _) = store::repo::matching::result_of_share(tx, share.id).await?;
    let parties = parties.iter().map(|party| {
        Ok(draw::Party {
            party: party.name.clone(),
            commitment: digest(party.commitment.as_deref().unwrap_or_default())?,
        })
    });
    let commitment = Commitment {
        suite: suite_of(matching)?,
        subject: Subject::Match { result: digest(&result)?, matching: digest(&matching.input_digest)? },
        draw: matching.name.clone(),
        attempt: attempt_of(matching),
        organiser: share.agency_name.clone(),
        parties: parties.collect::<Result<_>>()?,
        beacon: None,
        committed_at: ctx.now.rfc3339(),
        reveal_by: reveal_by.rfc3339(),
        previous: previous.map(digest).transpose()?,
        replaces: replaced(tx, matching).await?,
    };
    commitment.validate().map_err(|refused| {
        Error::conflict("MATCH-015")
            .with("detail", text::protocol::refusal(&refused.place, refused.code(), &refused.args()))
    })?;
    Ok(commitment)
}

/// What a later attempt names: the failed one before it, why it failed, and who put that on record.
async fn replaced(tx: &mut Tx, matching: &Matching) -> Result<Option<Replaces>> {
    if matching.attempt == 1 {
        return Ok(None);
    }
    let attempts = store::repo::matching::of_share(tx, matching.share_id).await?;
    let failed = attempts.iter().find(|other| other.attempt < matching.attempt);
    let missing = || Error::internal("a second attempt without a failed one");
    let failed = failed.ok_or_else(missing)?;
    let failure: serde_json::Value = serde_json::from_str(failed.failure.as_deref().ok_or_else(missing)?)?;
    let text = |key: &str| failure.get(key).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    Ok(Some(Replaces {
        commitment: Digest::parse(failed.commitment_digest.as_deref().unwrap_or_default()).map_err(Error::internal)?,
        reason: text("reason"),
        approved_by: text("by"),
    }))
}

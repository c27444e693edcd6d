//! The matching of a share as its page shows it: every attempt with its parties, documents and job. A party's kept salt
//! and value are never in it.

use domain::ids::{JobId, MatchingId, PartyId, ShareId};
use domain::registry::UseCase;
use domain::state::{MatchingState, PartyState, ShareState};
use store::Conn;
use store::repo::matching::Matching;
use store::repo::party::{self as party_repo, Party};
use store::repo::share::Share;
use text::Label as _;

use super::run;
use drawing::party::{Invitation, link_of};
use kernel::{Ctx, Error, Platform, Result};

/// A party as others may see it.
#[derive(Clone, Debug)]
pub struct PartyView {
    /// Its id.
    pub id: PartyId,
    /// Its name.
    pub name: String,
    /// The platform.
    pub platform: bool,
    /// State.
    pub state: PartyState,
    /// State in words.
    pub state_label: &'static str,
    /// The commitment, hex.
    pub commitment: Option<String>,
    /// When it committed, in words.
    pub committed_at: Option<String>,
    /// When it revealed, in words.
    pub revealed_at: Option<String>,
    /// The revealed value.
    pub value: Option<String>,
    /// Its link, for the session that made it and while it waits to be used.
    pub link: Option<Invitation>,
}

/// One attempt.
#[derive(Clone, Debug)]
pub struct AttemptView {
    /// The row.
    pub matching: Matching,
    /// Its state in words.
    pub state_label: &'static str,
    /// The parties, the platform first.
    pub parties: Vec<PartyView>,
    /// Reveals that did not fit.
    pub rejections: usize,
    /// Every party has committed, and there is a second one.
    pub ready: bool,
    /// Every party has revealed.
    pub revealed: bool,
    /// The deadline for reveals has passed.
    pub late: bool,
    /// Why it failed.
    pub failure: Option<String>,
    /// The job at work.
    pub job: Option<JobId>,
}

/// A share's matching.
#[derive(Clone, Debug)]
pub struct MatchingView {
    /// The share.
    pub share: Share,
    /// It is the acting post's own unit's.
    pub own: bool,
    /// The acting person prepared the latest attempt, and so cannot be its second person.
    pub prepared_by_me: bool,
    /// A (new) attempt can be prepared.
    pub can_prepare: bool,
    /// The attempts, the newest first.
    pub attempts: Vec<AttemptView>,
}

/// A document of an attempt for download: the bytes are what was sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    /// `matching.json`: the whole input.
    Input,
    /// `commitment.json`.
    Commitment,
    /// `reveals.json`.
    Reveals,
    /// `outcome.json`.
    Outcome,
    /// `failure.json`.
    Failure,
}

/// The matching of a share.
///
/// # Errors
/// `NotFound`, `Denied`.
pub async fn view(platform: &Platform, ctx: &Ctx, share: ShareId) -> Result<MatchingView> {
    ctx.require(UseCase::MatchingView)?;
    let mut conn = platform.store().read().await?;
    let share = store::repo::share::get(&mut conn, &ctx.scope()?, share).await?;
    let mut attempts = Vec::new();
    for matching in store::repo::matching::of_share(&mut conn, share.id).await? {
        attempts.push(attempt(platform, &mut conn, ctx, matching).await?);
    }
    let post = ctx.post().ok();
    let last = attempts.first().map(|attempt| &attempt.matching);
    let open = last.is_none_or(|m| matches!(m.state, MatchingState::Prepared | MatchingState::Failed));
    Ok(MatchingView {
        own: post.is_some_and(|post| post.agency_id == share.agency_id),
        prepared_by_me: last.zip(post).is_some_and(|(m, post)| m.created_account == post.account_id),
        can_prepare: open && share.state == ShareState::Accepted,
        attempts,
        share,
    })
}

/// The share that an attempt belongs to.
///
/// # Errors
/// `NotFound`, `Denied`.
pub async fn share_of(platform: &Platform, ctx: &Ctx, id: MatchingId) -> Result<ShareId> {
    ctx.require(UseCase::MatchingView)?;
    let mut conn = platform.store().read().await?;
    Ok(store::repo::matching::get(&mut conn, &ctx.scope()?, id).await?.share_id)
}

/// The bytes of one of an attempt's documents, as they were sealed.
///
/// # Errors
/// `NotFound` if the attempt has no such document (yet); `Denied`.
pub async fn document(platform: &Platform, ctx: &Ctx, id: MatchingId, which: Document) -> Result<Vec<u8>> {
    ctx.require(UseCase::MatchingView)?;
    let mut conn = platform.store().read().await?;
    let matching = store::repo::matching::get(&mut conn, &ctx.scope()?, id).await?;
    drop(conn);
    let kept = match which {
        Document::Commitment => matching.commitment_document,
        Document::Reveals => matching.reveals_document,
        Document::Failure => matching.failure,
        Document::Input => return read(platform, matching.input_file).await,
        Document::Outcome => return read(platform, matching.outcome_file.ok_or_else(Error::not_found)?).await,
    };
    Ok(kept.ok_or_else(Error::not_found)?.into_bytes())
}

async fn read(platform: &Platform, digest: String) -> Result<Vec<u8>> {
    let files = platform.files().clone();
    Ok(tokio::task::spawn_blocking(move || files.read(&digest)).await.map_err(Error::internal)??)
}

async fn attempt(platform: &Platform, conn: &mut Conn, ctx: &Ctx, matching: Matching) -> Result<AttemptView> {
    let parties = party_repo::of_ceremony(conn, &matching.ceremony()).await?;
    let rejections = party_repo::rejections(conn, &matching.ceremony()).await?.len();
    let failure = matching.failure.as_deref().map(serde_json::from_str::<serde_json::Value>).transpose()?;
    Ok(AttemptView {
        state_label: matching.state.label(),
        ready: parties.len() > 1 && parties.iter().all(|party| party.state == PartyState::Committed),
        revealed: !parties.is_empty() && parties.iter().all(|party| party.state == PartyState::Revealed),
        late: matching.reveal_by.is_some_and(|by| ctx.now > by),
        failure: failure.and_then(|f| f.get("reason").and_then(|r| r.as_str()).map(str::to_owned)),
        job: run::open_job(conn, matching.id).await?,
        parties: parties.into_iter().map(|party| shown(platform, ctx, party)).collect(),
        rejections,
        matching,
    })
}

fn shown(platform: &Platform, ctx: &Ctx, party: Party) -> PartyView {
    // A session that acts as another post meanwhile does not invite, and sees no link.
    let link = ctx.require(UseCase::MatchingInvite).ok().and_then(|()| link_of(platform, ctx, &party));
    PartyView {
        id: party.id,
        link,
        platform: party.role == "platform",
        state_label: party.state.label(),
        committed_at: party.committed_at.map(text::moment),
        revealed_at: party.revealed_at.map(text::moment),
        name: party.name,
        state: party.state,
        commitment: party.commitment,
        value: party.value,
    }
}

//! Preparing: the input document is written down and kept by its digest, and the platform commits before anybody else.

use ::matching::Suite as MatchSuite;
use domain::ids::{FileId, MatchingId, ShareId};
use domain::registry::UseCase;
use domain::state::{MatchingState, ShareState};
use store::StoreError;
use store::repo::file::File;
use store::repo::matching::Matching;
use store::repo::share::Share;
use text::Label as _;

use super::{input, words};
use crate::share;
use drawing::party::commit_platform;
use kernel::{Ctx, Error, Platform, Result, actor_id};

/// Writes down the input of an accepted share's matching. An attempt that is only prepared is replaced by a newer one: of it
/// nothing was published, and nobody knows its seed.
///
/// # Errors
/// `NotFound`; `Denied` (`SHARE-001`); `MATCH-001` unless the share is accepted; `MATCH-003` if an attempt is published and
/// has not failed; `MATCH-002` naming how many visits cannot have two lawful inspectors; `MATCH-014` without visits;
/// `MATCH-015` if the document breaks a limit; `CORE-409` if someone else prepared at the same moment.
pub async fn prepare(platform: &Platform, ctx: &Ctx, share_id: ShareId) -> Result<MatchingId> {
    ctx.require(UseCase::MatchingPrepare)?;
    let mut conn = platform.store().read().await?;
    let seen = store::repo::share::get(&mut conn, &ctx.scope()?, share_id).await?;
    share::require_own(ctx, &seen)?;
    matchable(&seen)?;
    let built = input::build(&mut conn, &seen).await?;
    let (result, protocol) = store::repo::matching::result_of_share(&mut conn, share_id).await?;
    drop(conn);
    if built.input.visits.is_empty() {
        return Err(Error::conflict("MATCH-014"));
    }
    let suite = MatchSuite::named(&protocol).ok_or_else(|| Error::internal(format!("no suite {protocol}")))?;
    let (visits, inspectors) = (built.input.visits.len(), built.input.inspectors.len());
    let files = platform.files().clone();
    let (stored, digest) = tokio::task::spawn_blocking(move || {
        ::matching::check_feasible(&built.input).map_err(|refusal| words::refused(&refusal))?;
        let bytes = built.input.canonical().map_err(|refusal| words::refused(&refusal))?;
        Ok::<_, Error>((files.put(&bytes)?, hex::encode(suite.hash(&[&bytes]))))
    })
    .await
    .map_err(Error::internal)??;
    kernel::point("match.input");

    let mut command = platform.command(ctx, UseCase::MatchingPrepare).await?;
    let share = share::own(command.tx(), ctx, share_id, seen.version).await?;
    matchable(&share)?;
    let attempts = store::repo::matching::of_share(command.tx(), share_id).await?;
    let attempt = match attempts.first() {
        None => 1,
        Some(last) => match last.state {
            MatchingState::Prepared => {
                store::repo::matching::discard(command.tx(), last).await?;
                last.attempt
            }
            MatchingState::Failed => last.attempt + 1,
            MatchingState::Committed | MatchingState::Matched => {
                return Err(Error::conflict("MATCH-003").with("state", last.state.label()));
            }
        },
    };
    let matching = Matching {
        id: MatchingId::from_parts(ctx.ms(), ctx.ten()),
        share_id,
        attempt,
        name: format!("{}-{}", share.task_number, share.agency_code),
        state: MatchingState::Prepared,
        suite: protocol,
        visits: i64::try_from(visits).map_err(Error::internal)?,
        inspectors: i64::try_from(inspectors).map_err(Error::internal)?,
        input_file: stored.digest.clone(),
        input_digest: digest.clone(),
        reveal_by: None,
        committed_at: None,
        commitment_document: None,
        commitment_digest: None,
        reveals_document: None,
        seed: None,
        outcome_file: None,
        ended_at: None,
        failure: None,
        version: 1,
        created_by: actor_id(&ctx.actor),
        created_account: ctx.post()?.account_id,
        created_at: ctx.now,
    };
    store::repo::matching::insert(command.tx(), &matching).await.map_err(|error| match error {
        StoreError::Duplicate(_) => Error::conflict("CORE-409"),
        other => other.into(),
    })?;
    let file = File {
        id: FileId::from_parts(ctx.ms(), ctx.ten()),
        digest: stored.digest,
        size: i64::try_from(stored.size).unwrap_or(i64::MAX),
        media_type: "application/json".to_owned(),
        name: "matching.json".to_owned(),
        purpose: "matching_input".to_owned(),
        subject_kind: "matching".to_owned(),
        subject_id: matching.id.to_string(),
        agency_id: Some(share.agency_id),
        created_by: actor_id(&ctx.actor),
        created_at: ctx.now,
    };
    store::repo::file::insert(command.tx(), &file).await?;
    let names = (matching.name.as_str(), attempt, share.agency_name.as_str());
    commit_platform(command.tx(), ctx, matching.ceremony(), super::suite_of(&matching)?, names).await?;
    let data = serde_json::json!({
        "matching": matching.name, "attempt": attempt, "visits": visits, "inspectors": inspectors,
        "input": digest, "result": result,
    });
    command.finish("matching", matching.id, data).await?;
    Ok(matching.id)
}

fn matchable(share: &Share) -> Result<()> {
    if share.state == ShareState::Accepted {
        return Ok(());
    }
    Err(Error::conflict("MATCH-001").with("state", share.state.label()))
}

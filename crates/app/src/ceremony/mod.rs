//! The ceremony of a draw: witnesses are invited and commit, the commitment document is published, everybody reveals.
//! When the last party has revealed, the draw runs by itself. Nothing here computes a draw.
//!
//! A witness's salt and value are made in the witness's browser; before the reveal this server sees the commitment only.

mod fail;
mod invite;
mod publish;
mod reveal;
mod state;
mod witness;

pub use fail::fail;
pub use invite::{Invitation, invite, reissue, withdraw};
pub use publish::{PublishInput, REVEAL_MINUTES_DEFAULT, REVEAL_MINUTES_MAX, REVEAL_MINUTES_MIN, publish};
pub(crate) use publish::{announce, commitment_of};
pub use reveal::reveal;
pub use state::{CeremonyView, FirstDrawn, PartyView, Phase, StageStratum, view};
pub use witness::{WitnessState, commit, state as witness_state};

use domain::ids::DrawId;
use domain::state::{AttemptState, PartyState};
use sha2::{Digest as _, Sha256};
use store::repo;
use store::repo::attempt::Attempt;
use store::repo::party::{Ceremony, Party};
use store::repo::task::Task;
use store::{Conn, StoreError};

use crate::drawing::DRAW_JOB;
use crate::{Command, Error, NewJob, Result};

/// Characters of a party's name.
pub const NAME_CHARS_MAX: usize = 40;

/// What stands behind a witness's link.
pub(crate) struct Seat {
    pub(crate) party: Party,
    pub(crate) attempt: Attempt,
    pub(crate) task: Task,
}

/// The hash under which a token is kept.
pub(crate) fn token_hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// The party of a token, with its attempt and task.
///
/// # Errors
/// `DRAW-021` if nobody has this token.
pub(crate) async fn seat(conn: &mut Conn, token: &str) -> Result<Seat> {
    let unknown = || Error::new(crate::ErrorKind::NotFound, "DRAW-021");
    let form = token.len() == 64 && token.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if !form {
        return Err(unknown());
    }
    let party = match repo::party::by_token_unscoped(conn, &token_hash(token)).await {
        Err(StoreError::NotFound) => return Err(unknown()),
        other => other?,
    };
    if party.ceremony_kind != "draw" {
        return Err(unknown());
    }
    let id: DrawId = party.ceremony_id.parse().map_err(Error::internal)?;
    let attempt = repo::attempt::by_id_unscoped(conn, id).await?;
    let task = repo::task::by_id_unscoped(conn, attempt.task_id).await?;
    Ok(Seat { party, attempt, task })
}

/// The latest attempt of a task in one of these states.
///
/// # Errors
/// `None` becomes `TASK-003` by the caller's words.
pub(crate) async fn latest_in(conn: &mut Conn, task: &Task, states: &[AttemptState]) -> Result<Option<Attempt>> {
    Ok(repo::attempt::latest(conn, task.id).await?.filter(|attempt| states.contains(&attempt.state)))
}

/// Enqueues the draw when nobody is left to reveal.
pub(crate) async fn draw_when_all_revealed(command: &mut Command<'_>, task: &Task, attempt: DrawId) -> Result<bool> {
    let parties = repo::party::of_ceremony(command.tx(), &Ceremony::draw(attempt)).await?;
    if parties.iter().any(|party| party.state != PartyState::Revealed) {
        return Ok(false);
    }
    enqueue_draw(command, task, attempt).await?;
    Ok(true)
}

/// Enqueues the draw of an attempt.
pub(crate) async fn enqueue_draw(command: &mut Command<'_>, task: &Task, attempt: DrawId) -> Result<()> {
    command
        .enqueue(NewJob {
            kind: DRAW_JOB,
            title: text::job::draw_title(&task.number),
            payload: serde_json::json!({ "draw": attempt }),
            subject_kind: crate::task::KIND,
            subject_id: task.id.to_string(),
        })
        .await?;
    Ok(())
}

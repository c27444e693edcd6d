//! The ceremony of a draw as its host leads it: witnesses are invited, the commitment document is published, a draw that
//! lacks a reveal fails on record. When the last party has revealed, the draw runs by itself. What the parties do with
//! their links is `party`'s work; nothing here computes a draw.

mod fail;
mod invite;
mod publish;
mod state;
mod table;

pub use fail::fail;
pub use invite::{invite, reissue, withdraw};
pub use publish::{PublishInput, REVEAL_MINUTES_DEFAULT, publish};
pub(crate) use publish::{announce, commitment_of};
pub use state::{CeremonyView, FirstDrawn, PartyView, Phase, StageStratum, view};
pub use table::TABLE;

use domain::ids::DrawId;
use domain::state::AttemptState;
use store::Conn;
use store::repo;
use store::repo::attempt::Attempt;
use store::repo::task::Task;

use kernel::{Command, NewJob, Result};

/// The handler of draws.
pub(crate) const DRAW_JOB: &str = "draw.run";

/// The latest attempt of a task in one of these states.
///
/// # Errors
/// `None` becomes `TASK-003` by the caller's words.
pub(crate) async fn latest_in(conn: &mut Conn, task: &Task, states: &[AttemptState]) -> Result<Option<Attempt>> {
    Ok(repo::attempt::latest(conn, task.id).await?.filter(|attempt| states.contains(&attempt.state)))
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

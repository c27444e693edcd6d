//! The table of a draw, for its parties: which firms are drawn is decided here.

use domain::ids::{AgencyId, DrawId};
use domain::state::AttemptState;
use domain::time::Instant;
use draw::{Commitment, Suite};
use futures_util::future::BoxFuture;
use kernel::{Command, Error, Platform, Result};
use store::Tx;
use store::repo;
use store::repo::agency::Agency;
use store::repo::attempt::Attempt;
use store::repo::party::Ceremony;
use store::repo::task::Task;
use text::Label as _;

use super::enqueue_draw;
use crate::party::{Stage, Table, TableKind, commitment_of};
use crate::public_site::proof_url;
use crate::task::{KIND, suite_of};

/// How parties of a draw find their table.
pub const TABLE: TableKind = TableKind {
    kind: Ceremony::DRAW,
    find: |conn, party| {
        Box::pin(async move {
            let id: DrawId = party.ceremony_id.parse().map_err(Error::internal)?;
            let attempt = repo::attempt::by_id_unscoped(conn, id).await?;
            let task = repo::task::by_id_unscoped(conn, attempt.task_id).await?;
            let agency = repo::agency::by_id_unscoped(conn, task.agency_id).await?;
            Ok(Box::new(DrawTable { attempt, task, agency }) as Box<dyn Table>)
        })
    },
};

struct DrawTable {
    attempt: Attempt,
    task: Task,
    agency: Agency,
}

impl Table for DrawTable {
    fn ceremony(&self) -> Ceremony {
        Ceremony::draw(self.attempt.id)
    }

    fn name(&self) -> &str {
        &self.task.number
    }

    fn attempt(&self) -> i64 {
        self.attempt.attempt
    }

    fn suite(&self) -> Result<Suite> {
        suite_of(&self.attempt)
    }

    fn organiser(&self) -> (AgencyId, &str) {
        (self.agency.id, &self.agency.name)
    }

    fn title(&self) -> &str {
        &self.task.title
    }

    fn reveal_by(&self) -> Option<Instant> {
        self.attempt.reveal_by
    }

    fn stage(&self) -> Stage {
        match self.attempt.state {
            AttemptState::Frozen | AttemptState::Requested | AttemptState::Sealed => Stage::Committing,
            AttemptState::Committed => Stage::Revealing,
            AttemptState::Drawn => Stage::Done,
            AttemptState::Failed => Stage::Failed,
        }
    }

    fn state_label(&self) -> &'static str {
        self.task.state.label()
    }

    fn message(&self, state: &str) -> Option<&'static str> {
        text::ceremony::witness_message(state)
    }

    fn proof_url(&self, platform: &Platform) -> Option<String> {
        (self.attempt.state == AttemptState::Drawn).then(|| proof_url(platform, &self.task.number))
    }

    fn subject(&self) -> (&'static str, String) {
        (KIND, self.task.id.to_string())
    }

    fn commitment(&self) -> Result<Commitment> {
        commitment_of(self.attempt.commitment_document.as_deref())
    }

    fn lock<'a>(&'a self, tx: &'a mut Tx, stage: Stage) -> BoxFuture<'a, store::Result<()>> {
        let state = if stage == Stage::Committing { AttemptState::Sealed } else { AttemptState::Committed };
        Box::pin(repo::attempt::touch(tx, self.attempt.id, state))
    }

    fn decide<'a, 'c: 'a>(&'a self, command: &'a mut Command<'c>) -> BoxFuture<'a, Result<()>> {
        Box::pin(enqueue_draw(command, &self.task, self.attempt.id))
    }
}

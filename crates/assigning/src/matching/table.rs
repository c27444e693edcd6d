//! The table of a matching, for its parties: who visits whom is decided here.

use domain::ids::{AgencyId, MatchingId};
use domain::state::MatchingState;
use domain::time::Instant;
use draw::{Commitment, Suite};
use drawing::party::{Stage, Table, TableKind, commitment_of};
use futures_util::future::BoxFuture;
use kernel::{Command, Error, Platform, Result};
use store::Tx;
use store::repo;
use store::repo::matching::Matching;
use store::repo::party::Ceremony;
use store::repo::share::Share;
use text::Label as _;

use super::{enqueue, suite_of};

/// How parties of a matching find their table.
pub const TABLE: TableKind = TableKind {
    kind: Ceremony::MATCH,
    find: |conn, party| {
        Box::pin(async move {
            let id: MatchingId = party.ceremony_id.parse().map_err(Error::internal)?;
            let matching = repo::matching::by_id_unscoped(conn, id).await?;
            let share = repo::share::by_id_unscoped(conn, matching.share_id).await?;
            Ok(Box::new(MatchTable { matching, share }) as Box<dyn Table>)
        })
    },
};

struct MatchTable {
    matching: Matching,
    share: Share,
}

impl Table for MatchTable {
    fn ceremony(&self) -> Ceremony {
        self.matching.ceremony()
    }

    fn name(&self) -> &str {
        &self.matching.name
    }

    fn attempt(&self) -> i64 {
        self.matching.attempt
    }

    fn suite(&self) -> Result<Suite> {
        suite_of(&self.matching)
    }

    fn organiser(&self) -> (AgencyId, &str) {
        (self.share.agency_id, &self.share.agency_name)
    }

    fn title(&self) -> &str {
        &self.share.task_title
    }

    fn reveal_by(&self) -> Option<Instant> {
        self.matching.reveal_by
    }

    fn stage(&self) -> Stage {
        match self.matching.state {
            MatchingState::Prepared => Stage::Committing,
            MatchingState::Committed => Stage::Revealing,
            MatchingState::Matched => Stage::Done,
            MatchingState::Failed => Stage::Failed,
        }
    }

    fn state_label(&self) -> &'static str {
        self.matching.state.label()
    }

    fn message(&self, state: &str) -> Option<&'static str> {
        text::assign::witness_message(state)
    }

    /// Who visits whom is not public.
    fn proof_url(&self, _platform: &Platform) -> Option<String> {
        None
    }

    fn subject(&self) -> (&'static str, String) {
        ("matching", self.matching.id.to_string())
    }

    fn commitment(&self) -> Result<Commitment> {
        commitment_of(self.matching.commitment_document.as_deref())
    }

    fn lock<'a>(&'a self, tx: &'a mut Tx, stage: Stage) -> BoxFuture<'a, store::Result<()>> {
        let state = if stage == Stage::Committing { MatchingState::Prepared } else { MatchingState::Committed };
        Box::pin(repo::matching::touch(tx, self.matching.id, state))
    }

    fn decide<'a, 'c: 'a>(&'a self, command: &'a mut Command<'c>) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move { enqueue(command, &self.matching, &self.share).await.map(|_| ()) })
    }
}

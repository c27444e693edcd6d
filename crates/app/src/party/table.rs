//! What parties sit around: the attempt of a draw, or of a matching.

use domain::ids::{AgencyId, DrawId, MatchingId};
use domain::state::{AttemptState, MatchingState};
use domain::time::Instant;
use draw::{Commitment, Suite};
use store::repo;
use store::repo::agency::Agency;
use store::repo::attempt::Attempt;
use store::repo::matching::Matching;
use store::repo::party::{Ceremony, Party};
use store::repo::share::Share;
use store::repo::task::Task;
use store::{Conn, Tx};
use text::Label as _;

use crate::assign::matching;
use crate::{Command, Error, Platform, Result, ceremony};

/// Where a ceremony is, for its parties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Parties commit.
    Committing,
    /// The commitment document is out, parties reveal.
    Revealing,
    /// It is decided.
    Done,
    /// It failed.
    Failed,
}

/// A ceremony with what its parties need of it.
pub(super) enum Table {
    /// Which firms are drawn.
    Draw { attempt: Box<Attempt>, task: Box<Task>, agency: Box<Agency> },
    /// Who visits whom.
    Match { matching: Box<Matching>, share: Box<Share> },
}

impl Table {
    /// The table at which a party sits.
    pub(super) async fn of(conn: &mut Conn, party: &Party) -> Result<Self> {
        if party.ceremony_kind == Ceremony::MATCH {
            let id: MatchingId = party.ceremony_id.parse().map_err(Error::internal)?;
            let matching = repo::matching::by_id_unscoped(conn, id).await?;
            let share = repo::share::by_id_unscoped(conn, matching.share_id).await?;
            return Ok(Self::Match { matching: Box::new(matching), share: Box::new(share) });
        }
        let id: DrawId = party.ceremony_id.parse().map_err(Error::internal)?;
        let attempt = repo::attempt::by_id_unscoped(conn, id).await?;
        let task = repo::task::by_id_unscoped(conn, attempt.task_id).await?;
        let agency = repo::agency::by_id_unscoped(conn, task.agency_id).await?;
        Ok(Self::Draw { attempt: Box::new(attempt), task: Box::new(task), agency: Box::new(agency) })
    }

    pub(super) fn ceremony(&self) -> Ceremony {
        match self {
            Self::Draw { attempt, .. } => Ceremony::draw(attempt.id),
            Self::Match { matching, .. } => matching.ceremony(),
        }
    }

    /// Name of the draw in the protocol's documents.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Draw { task, .. } => &task.number,
            Self::Match { matching, .. } => &matching.name,
        }
    }

    /// From 1.
    pub(super) fn attempt(&self) -> i64 {
        match self {
            Self::Draw { attempt, .. } => attempt.attempt,
            Self::Match { matching, .. } => matching.attempt,
        }
    }

    pub(super) fn suite(&self) -> Result<Suite> {
        let name = match self {
            Self::Draw { attempt, .. } => &attempt.suite,
            Self::Match { matching, .. } => &matching.suite,
        };
        Suite::from_protocol(name).ok_or_else(|| Error::internal(format!("no suite {name}")))
    }

    /// The agency that decides, and its name.
    pub(super) fn organiser(&self) -> (AgencyId, &str) {
        match self {
            Self::Draw { agency, .. } => (agency.id, &agency.name),
            Self::Match { share, .. } => (share.agency_id, &share.agency_name),
        }
    }

    pub(super) fn title(&self) -> &str {
        match self {
            Self::Draw { task, .. } => &task.title,
            Self::Match { share, .. } => &share.task_title,
        }
    }

    pub(super) fn reveal_by(&self) -> Option<Instant> {
        match self {
            Self::Draw { attempt, .. } => attempt.reveal_by,
            Self::Match { matching, .. } => matching.reveal_by,
        }
    }

    pub(super) fn stage(&self) -> Stage {
        match self {
            Self::Draw { attempt, .. } => match attempt.state {
                AttemptState::Frozen | AttemptState::Requested | AttemptState::Sealed => Stage::Committing,
                AttemptState::Committed => Stage::Revealing,
                AttemptState::Drawn => Stage::Done,
                AttemptState::Failed => Stage::Failed,
            },
            Self::Match { matching, .. } => match matching.state {
                MatchingState::Prepared => Stage::Committing,
                MatchingState::Committed => Stage::Revealing,
                MatchingState::Matched => Stage::Done,
                MatchingState::Failed => Stage::Failed,
            },
        }
    }

    /// The state in words, for a refusal.
    pub(super) fn state_label(&self) -> &'static str {
        match self {
            Self::Draw { task, .. } => task.state.label(),
            Self::Match { matching, .. } => matching.state.label(),
        }
    }

    /// What the witness reads under a state of the page.
    pub(super) fn message(&self, state: &str) -> Option<&'static str> {
        match self {
            Self::Draw { .. } => text::ceremony::witness_message(state),
            Self::Match { .. } => text::assign::witness_message(state),
        }
    }

    /// Where a result that is public can be checked.
    pub(super) fn proof_url(&self, platform: &Platform) -> Option<String> {
        match self {
            Self::Draw { task, attempt, .. } if attempt.state == AttemptState::Drawn => {
                Some(crate::public_site::proof_url(platform, &task.number))
            }
            _ => None,
        }
    }

    /// What an event of a party is about.
    pub(super) fn subject(&self) -> (&'static str, String) {
        match self {
            Self::Draw { task, .. } => (crate::task::KIND, task.id.to_string()),
            Self::Match { matching, .. } => ("matching", matching.id.to_string()),
        }
    }

    pub(super) fn commitment(&self) -> Result<Commitment> {
        let text = match self {
            Self::Draw { attempt, .. } => attempt.commitment_document.as_deref(),
            Self::Match { matching, .. } => matching.commitment_document.as_deref(),
        };
        commitment_of(text)
    }

    /// Holds the table in its stage until the transaction ends.
    ///
    /// # Errors
    /// [`store::StoreError::Stale`] if it is in another stage by now.
    pub(super) async fn lock(&self, tx: &mut Tx, stage: Stage) -> store::Result<()> {
        match self {
            Self::Draw { attempt, .. } => {
                let state = if stage == Stage::Committing { AttemptState::Sealed } else { AttemptState::Committed };
                repo::attempt::touch(tx, attempt.id, state).await
            }
            Self::Match { matching, .. } => {
                let state = if stage == Stage::Committing { MatchingState::Prepared } else { MatchingState::Committed };
                repo::matching::touch(tx, matching.id, state).await
            }
        }
    }

    /// Everybody has revealed: enqueues what decides.
    pub(super) async fn decide(&self, command: &mut Command<'_>) -> Result<()> {
        match self {
            Self::Draw { attempt, task, .. } => ceremony::enqueue_draw(command, task, attempt.id).await,
            Self::Match { matching, share } => matching::enqueue(command, matching, share).await.map(|_| ()),
        }
    }
}

/// A commitment document as it was published, read back.
///
/// # Errors
/// `Internal` if there is none.
pub(crate) fn commitment_of(document: Option<&str>) -> Result<Commitment> {
    let text = document.ok_or_else(|| Error::internal("no commitment document"))?;
    Commitment::parse(text.as_bytes()).map_err(Error::internal)
}

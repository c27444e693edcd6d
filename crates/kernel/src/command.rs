//! A command: permission first, then one transaction that holds the change, its jobs and its event.

use domain::ids::{AgencyId, EventId, JobId};
use domain::projection::Projection;
use domain::registry::{self, Allowed, UseCase};
use domain::state::JobState;
use store::Tx;
use store::repo::event::Event;
use store::repo::job::Job;
use text::Label as _;

use crate::audit::Seals;
use crate::{Actor, Ctx, Error, ErrorKind, Platform, Result};

/// A running command. Dropping it undoes everything; [`Command::finish`] makes it durable together with its event.
pub struct Command<'a> {
    ctx: &'a Ctx,
    use_case: UseCase,
    tx: Tx,
    agency_id: Option<AgencyId>,
    agency_name: String,
    seals: Seals,
}

/// A job to be done after the command.
pub struct NewJob {
    /// The handler, see `job::run_one`.
    pub kind: &'static str,
    /// What a person reads in the list of jobs.
    pub title: String,
    /// The handler's input.
    pub payload: serde_json::Value,
    /// Kind of thing it works on.
    pub subject_kind: &'static str,
    /// That thing's id.
    pub subject_id: String,
}

impl Ctx {
    /// Refuses unless the acting post's role may do `use_case`. The system and parties are not posts: the system may do
    /// all, a party is checked by its token in the use case itself.
    ///
    /// # Errors
    /// `Denied` (`CORE-403`), `Unauthenticated`.
    pub fn require(&self, use_case: UseCase) -> Result<()> {
        match &self.actor {
            Actor::System => Ok(()),
            Actor::Post(post) if registry::may(post.role, use_case) => Ok(()),
            Actor::Post(post) => Err(Error::denied("CORE-403").with("role", post.role.label()).with(
                "roles",
                registry::roles(use_case).iter().map(|role| role.label()).collect::<Vec<_>>().join("、"),
            )),
            Actor::Party { .. } | Actor::Public if use_case.row().allowed == Allowed::NoAccount => Ok(()),
            Actor::Party { .. } | Actor::Public => Err(Error::new(ErrorKind::Unauthenticated, "CORE-401")),
        }
    }

    /// Does the post's agency stand at the top of the tree? What holds for everyone (the calendar, the installation's
    /// rules) is decided there. The system counts as the top.
    #[must_use]
    pub fn is_root(&self) -> bool {
        match &self.actor {
            Actor::System => true,
            Actor::Post(post) => post.agency_path.parent().is_none(),
            Actor::Party { .. } | Actor::Public => false,
        }
    }

    /// Refuses unless [`Ctx::is_root`].
    ///
    /// # Errors
    /// `Denied` (`ADMN-001`).
    pub fn require_root(&self) -> Result<()> {
        if self.is_root() { Ok(()) } else { Err(Error::denied("ADMN-001")) }
    }
}

impl Platform {
    /// Checks the permission and begins the transaction of a command.
    ///
    /// # Errors
    /// `Denied`, `Unauthenticated`, `Unavailable`.
    pub async fn command<'a>(&self, ctx: &'a Ctx, use_case: UseCase) -> Result<Command<'a>> {
        ctx.require(use_case)?;
        let tx = self.store().write().await?;
        let (agency_id, agency_name) = match &ctx.actor {
            Actor::Post(post) => (Some(post.agency_id), post.agency_name.clone()),
            Actor::Party { .. } | Actor::System | Actor::Public => (None, String::new()),
        };
        let seals = Seals::new(self.files().clone());
        Ok(Command { ctx, use_case, tx, agency_id, agency_name, seals })
    }
}

impl Command<'_> {
    /// The transaction.
    pub fn tx(&mut self) -> &mut Tx {
        &mut self.tx
    }

    /// Books the event (and the jobs) under another agency than the actor's: for parties and for the system.
    pub fn on_behalf_of(&mut self, agency_id: AgencyId, agency_name: &str) {
        self.agency_id = Some(agency_id);
        agency_name.clone_into(&mut self.agency_name);
    }

    /// Adds a job that starts once the command is durable.
    ///
    /// # Errors
    /// `Internal`.
    pub async fn enqueue(&mut self, job: NewJob) -> Result<JobId> {
        let id = JobId::from_parts(self.ctx.ms(), self.ctx.ten());
        let row = Job {
            id,
            kind: job.kind.to_owned(),
            state: JobState::Queued,
            title: job.title,
            payload: job.payload.to_string(),
            subject_kind: job.subject_kind.to_owned(),
            subject_id: job.subject_id,
            done: 0,
            total: 0,
            step: String::new(),
            attempts: 0,
            cancel_requested: false,
            agency_id: self.agency_id,
            created_by: actor_id(&self.ctx.actor),
            created_at: self.ctx.now,
            started_at: None,
            finished_at: None,
            result: None,
            error: None,
        };
        store::repo::job::insert(&mut self.tx, &row).await?;
        Ok(id)
    }

    /// Seals rows that people are told facts from, as this command leaves them: the digest over the slice goes into its event. To be
    /// called behind the last write of the slice by every command that writes it; the check of the log finds who forgot.
    ///
    /// # Errors
    /// `Internal`, `Unavailable`.
    pub async fn seal(&mut self, of: Projection, slice: impl std::fmt::Display) -> Result<()> {
        self.seals.take(&mut self.tx, of, slice.to_string()).await
    }

    /// Writes the use case's event and commits.
    ///
    /// # Errors
    /// `Internal`, `Unavailable`: then nothing was written.
    pub async fn finish(
        self,
        subject_kind: &str,
        subject_id: impl std::fmt::Display,
        data: serde_json::Value,
    ) -> Result<()> {
        let kind = self.use_case.row().event.unwrap_or(self.use_case.name());
        self.finish_as(kind, subject_kind, subject_id, data).await
    }

    /// As [`Command::finish`], under another event kind: for a command with two outcomes (a draw that fails).
    ///
    /// # Errors
    /// As [`Command::finish`].
    pub async fn finish_as(
        mut self,
        kind: &str,
        subject_kind: &str,
        subject_id: impl std::fmt::Display,
        mut data: serde_json::Value,
    ) -> Result<()> {
        let notes = self.seals.notes(&mut self.tx, &mut data).await?;
        let event = self.event(kind, subject_kind, &subject_id.to_string(), &data);
        store::repo::event::insert(&mut self.tx, &event).await?;
        self.seals.write(&mut self.tx, self.ctx, (&event, notes)).await?;
        self.tx.commit().await?;
        Ok(())
    }

    /// Commits what was only counted: a count of tries is no change of anything, and one event for each would be a flood.
    ///
    /// # Errors
    /// As [`Command::finish`].
    pub(crate) async fn keep_counts(self) -> Result<()> {
        Ok(self.tx.commit().await?)
    }

    fn event(&self, kind: &str, subject_kind: &str, subject_id: &str, data: &serde_json::Value) -> Event {
        Event {
            id: EventId::from_parts(self.ctx.ms(), self.ctx.ten()),
            at: self.ctx.now,
            kind: kind.to_owned(),
            actor: actor_id(&self.ctx.actor),
            actor_name: actor_name(&self.ctx.actor),
            agency_id: self.agency_id,
            agency_name: self.agency_name.clone(),
            subject_kind: subject_kind.to_owned(),
            subject_id: subject_id.to_owned(),
            data: data.to_string(),
            request_id: self.ctx.request_id.clone(),
        }
    }
}

/// How an actor is cited: a post's id, `party:<name>`, `system` or `public`.
#[must_use]
pub fn actor_id(actor: &Actor) -> String {
    match actor {
        Actor::Post(post) => post.id.to_string(),
        Actor::Party { name } => format!("party:{name}"),
        Actor::System => "system".to_owned(),
        Actor::Public => "public".to_owned(),
    }
}

fn actor_name(actor: &Actor) -> String {
    match actor {
        Actor::Post(post) => post.person.clone(),
        Actor::Party { name } => name.clone(),
        Actor::System | Actor::Public => text::core::system_name().to_owned(),
    }
}

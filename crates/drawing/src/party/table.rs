//! What parties sit around, as its area describes it: the attempt of a draw, or of a matching. The description is handed
//! down ([`Tables`]); nothing here knows what is decided at a table.

use std::fmt;

use domain::ids::AgencyId;
use domain::time::Instant;
use draw::{Commitment, Suite};
use futures_util::future::BoxFuture;
use kernel::{Command, Error, Platform, Result};
use store::repo::party::{Ceremony, Party};
use store::{Conn, Tx};

/// Where a ceremony is, for its parties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
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
pub trait Table: Send + Sync {
    /// The ceremony whose parties sit here.
    fn ceremony(&self) -> Ceremony;

    /// Name of the draw in the protocol's documents.
    fn name(&self) -> &str;

    /// From 1.
    fn attempt(&self) -> i64;

    /// The hash suite.
    ///
    /// # Errors
    /// `Internal` if it names none.
    fn suite(&self) -> Result<Suite>;

    /// The agency that decides, and its name.
    fn organiser(&self) -> (AgencyId, &str);

    /// Title of the task.
    fn title(&self) -> &str;

    /// Until when to reveal, once the commitment document is out.
    fn reveal_by(&self) -> Option<Instant>;

    /// Where it is.
    fn stage(&self) -> Stage;

    /// The state in words, for a refusal.
    fn state_label(&self) -> &'static str;

    /// What the witness reads under a state of the page.
    fn message(&self, state: &str) -> Option<&'static str>;

    /// Where a result that is public can be checked.
    fn proof_url(&self, platform: &Platform) -> Option<String>;

    /// What an event of a party is about: kind and id.
    fn subject(&self) -> (&'static str, String);

    /// The commitment document as it was published.
    ///
    /// # Errors
    /// `Internal` if there is none yet.
    fn commitment(&self) -> Result<Commitment>;

    /// Holds the table in its stage until the transaction ends.
    ///
    /// # Errors
    /// [`store::StoreError::Stale`] if it is in another stage by now.
    fn lock<'a>(&'a self, tx: &'a mut Tx, stage: Stage) -> BoxFuture<'a, store::Result<()>>;

    /// Everybody has revealed: enqueues what decides.
    ///
    /// # Errors
    /// `Internal`.
    fn decide<'a, 'c: 'a>(&'a self, command: &'a mut Command<'c>) -> BoxFuture<'a, Result<()>>;
}

/// How the table of a party is found.
pub type FindTable = for<'a> fn(&'a mut Conn, &'a Party) -> BoxFuture<'a, Result<Box<dyn Table>>>;

/// One kind of ceremony, and how the table of one of its parties is found.
#[derive(Clone, Copy, Debug)]
pub struct TableKind {
    /// The kind in [`Party::ceremony_kind`].
    pub kind: &'static str,
    /// Finds it.
    pub find: FindTable,
}

/// All kinds of ceremonies of an installation: a part of the platform, filled in where the areas are joined.
#[derive(Clone, Copy)]
pub struct Tables(pub &'static [TableKind]);

impl fmt::Debug for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|kind| kind.kind)).finish()
    }
}

impl Tables {
    /// The table at which a party sits.
    ///
    /// # Errors
    /// `Internal` if its ceremony is of no kind that was joined.
    pub(super) async fn of(self, conn: &mut Conn, party: &Party) -> Result<Box<dyn Table>> {
        let Some(kind) = self.0.iter().find(|kind| kind.kind == party.ceremony_kind) else {
            return Err(Error::internal(format!("no table of kind {}", party.ceremony_kind)));
        };
        (kind.find)(conn, party).await
    }
}

/// A commitment document as it was published, read back.
///
/// # Errors
/// `Internal` if there is none.
pub fn commitment_of(document: Option<&str>) -> Result<Commitment> {
    let text = document.ok_or_else(|| Error::internal("no commitment document"))?;
    Commitment::parse(text.as_bytes()).map_err(Error::internal)
}

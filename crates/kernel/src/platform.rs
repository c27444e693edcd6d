//! The open platform: database, files, clock, randomness. Fronts and the command line hold one and nothing else.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use domain::calendar::{Calendar, CalendarYear};
use domain::time::Instant;
use files::FileStore;
use store::{Store, StoreConfig};

use crate::account::{Pool, Tally};
use crate::area::{Area, Parts};
use crate::readiness::Readiness;
use crate::{Actor, Ctx, Entropy, Error, Result};

/// Where time and randomness come from. `cli` gives the machine's, tests give fixed ones.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Instant;
    /// 32 fresh bytes for one request.
    fn seed(&self) -> [u8; 32];
}

/// How to open a platform.
#[derive(Clone)]
pub struct Config {
    /// The database.
    pub store: StoreConfig,
    /// Folder of content-addressed files.
    pub files: PathBuf,
    /// Time and randomness.
    pub clock: Arc<dyn Clock>,
    /// What the outside calls this installation, without a slash at the end: `https://10.1.2.3:8443`. It stands in QR codes.
    pub base_url: String,
    /// Where the public front is, if another address than `base_url`: a bureau with an inner and an outer network has two.
    /// It stands in the QR codes that anybody may scan.
    pub site_url: Option<String>,
    /// The areas whose rows the platform walks: handlers of jobs, to-dos, checks.
    pub areas: &'static [&'static Area],
    /// What areas keep beside it.
    pub parts: Parts,
}

/// The open platform. Cloning is cheap.
#[derive(Clone)]
pub struct Platform {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    files: FileStore,
    clock: Arc<dyn Clock>,
    base_url: String,
    site_url: String,
    areas: &'static [&'static Area],
    parts: Parts,
    passwords: Pool,
    tally: Tally,
    readiness: Arc<Readiness>,
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Platform").field("store", &self.inner.store).finish_non_exhaustive()
    }
}

impl Platform {
    /// Opens database and files. The schema must be up to date; see [`Platform::migrate`].
    ///
    /// # Errors
    /// `Conflict` (`STOR-006`) if a newer program has changed the schema: whoever opens a platform may rely on it that this
    /// one knows every table. `Unavailable` (`STOR-…`) or `Internal` if the database or the folder cannot be opened.
    pub async fn open(config: Config) -> Result<Self> {
        let store = Store::open(&config.store).await?;
        if let Err(error) = store.pending_migrations().await {
            store.close().await;
            return Err(error.into());
        }
        let files = FileStore::open(config.files)?;
        let inner = Inner {
            store,
            files,
            clock: config.clock,
            site_url: config.site_url.unwrap_or_else(|| config.base_url.clone()),
            base_url: config.base_url,
            areas: config.areas,
            parts: config.parts,
            passwords: Pool::default(),
            tally: Tally::default(),
            readiness: Arc::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Brings the schema up to date; returns the steps taken.
    ///
    /// # Errors
    /// `Internal` if a step fails; it is then undone.
    pub async fn migrate(&self) -> Result<Vec<&'static str>> {
        Ok(self.inner.store.migrate().await?)
    }

    /// Schema steps that are still to be taken.
    ///
    /// # Errors
    /// `Internal`.
    pub async fn pending_migrations(&self) -> Result<Vec<&'static str>> {
        Ok(self.inner.store.pending_migrations().await?)
    }

    /// Whether nobody has set anything up here yet: no tables, or no agency.
    ///
    /// # Errors
    /// `Internal`.
    pub async fn is_empty(&self) -> Result<bool> {
        if !self.pending_migrations().await?.is_empty() {
            return Ok(true);
        }
        let mut conn = self.store().read().await?;
        Ok(store::repo::agency::list(&mut conn, &domain::agency::Scope::everything()).await?.is_empty())
    }

    /// Gives the application's role on PostgreSQL what it needs and no more.
    ///
    /// # Errors
    /// `Internal` if the role does not exist or the caller does not own the tables.
    pub async fn grant_application_role(&self, role: &str) -> Result<()> {
        Ok(self.inner.store.grant_application_role(role).await?)
    }

    /// Closes the database.
    pub async fn close(&self) {
        self.inner.store.close().await;
    }

    /// The database, for the use cases of areas. Fronts cannot use it: they may not name the crate `store`.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    pub(crate) fn readiness_state(&self) -> &Arc<Readiness> {
        &self.inner.readiness
    }

    /// The files, for the use cases of areas.
    #[must_use]
    pub fn files(&self) -> &FileStore {
        &self.inner.files
    }

    /// The threads that look at passwords.
    pub(crate) fn passwords(&self) -> &Pool {
        &self.inner.passwords
    }

    /// Refused tries to sign in that are still to be written.
    pub(crate) fn tally(&self) -> &Tally {
        &self.inner.tally
    }

    /// The areas that were joined.
    #[must_use]
    pub fn areas(&self) -> &'static [&'static Area] {
        self.inner.areas
    }

    /// What an area keeps beside the platform.
    ///
    /// # Errors
    /// `Internal` if the platform was opened without it.
    pub fn part<T: Send + Sync + 'static>(&self) -> Result<&T> {
        self.inner.parts.get()
    }

    /// Refuses what would need more of the disk than there is; asked before long work is begun, so that it does not fail
    /// at the end and take everybody else's space with it. Only the disk of the home folder can be looked at: that of a
    /// PostgreSQL server is its administrator's.
    ///
    /// # Errors
    /// `STOR-011` with what is free and what is needed; `Unavailable` or `Internal` if the disk cannot be asked.
    pub fn require_space(&self, bytes: u64) -> Result<()> {
        crate::folder::require_space(&self.incoming(), bytes)
    }

    /// Where uploads are written before a use case takes them over.
    #[must_use]
    pub fn incoming(&self) -> PathBuf {
        self.inner.files.incoming()
    }

    /// The address in QR codes.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.inner.base_url
    }

    /// The address of the public front.
    #[must_use]
    pub fn site_url(&self) -> &str {
        &self.inner.site_url
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.inner.clock.now()
    }

    /// A context for `actor`, with the clock's time and fresh randomness.
    #[must_use]
    pub fn ctx(&self, actor: Actor, request_id: impl Into<String>) -> Ctx {
        Ctx {
            actor,
            now: self.inner.clock.now(),
            entropy: Entropy::from_seed(self.inner.clock.seed()),
            request_id: request_id.into(),
            session: None,
            address: None,
        }
    }

    /// The statutory calendar with the years that an administrator added.
    ///
    /// # Errors
    /// `Internal`.
    pub async fn calendar(&self) -> Result<Calendar> {
        let mut conn = self.store().read().await?;
        let mut calendar = Calendar::statutory().clone();
        for (year, days) in store::repo::calendar::years(&mut conn).await? {
            let off = days.iter().filter(|d| !d.working).map(|d| d.day);
            let on = days.iter().filter(|d| d.working).map(|d| d.day);
            calendar.extend(CalendarYear::new(year, off, on).map_err(Error::internal)?);
        }
        Ok(calendar)
    }

    /// The database's product name, for people.
    #[must_use]
    pub fn engine_name(&self) -> &'static str {
        match self.inner.store.engine() {
            store::Engine::Sqlite => "SQLite",
            store::Engine::Postgres => "PostgreSQL",
        }
    }

    /// A fact about the installation, such as `kind` (`demo` or `bureau`).
    ///
    /// # Errors
    /// `Internal`.
    pub async fn fact(&self, name: &str) -> Result<Option<String>> {
        let mut conn = self.store().read().await?;
        Ok(store::repo::installation::get(&mut conn, name).await?)
    }

    /// Sets a fact about the installation. For the owner's command line only, so it takes no post.
    ///
    /// # Errors
    /// `Internal`.
    pub async fn set_fact(&self, name: &str, value: &str) -> Result<()> {
        let mut tx = self.store().write().await?;
        store::repo::installation::set(&mut tx, name, value).await?;
        Ok(tx.commit().await?)
    }
}

//! A whole platform on a throw-away database, with a clock that the test moves and randomness that repeats.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use app::form::{FormData, FormKind, FormPrinter, PrintError, PrintedForms};
use app::job::Worker;
use app::paper::Glyphs;
use app::{Actor, Clock, Config, Ctx, Platform};
use domain::agency::{AgencyKind, AgencyLevel};
use domain::ids::{AgencyId, PostId};
use domain::role::Role;
use domain::time::Instant;
use sha2::{Digest as _, Sha256};
use store::repo::post::Post;
use store::{Engine, Store, StoreConfig};
use tempfile::TempDir;

/// Where tests find PostgreSQL; `make test` sets it, `scripts/postgres.py start` prints it.
pub const POSTGRES_VARIABLE: &str = "MINGCHA_TEST_POSTGRES";
/// A Thursday, 2021-05-06 09:00 in China: the day of seed 000's scheme.
const START: &str = "2021-05-06T09:00:00+08:00";

static DATABASES: AtomicU64 = AtomicU64::new(0);

/// A clock that a test moves; by itself it goes on by a millisecond a look.
#[derive(Debug)]
pub struct FakeClock {
    ms: AtomicI64,
    seeds: AtomicU64,
    name: String,
}

impl FakeClock {
    /// A clock that starts at an instant. Clocks of different names give different randomness, so that two processes on one
    /// database do not make the same ids.
    #[must_use]
    pub fn starting(at: Instant, name: &str) -> Self {
        Self { ms: AtomicI64::new(at.unix_ms()), seeds: AtomicU64::new(0), name: name.to_owned() }
    }

    fn new() -> Self {
        Self::starting(START.parse().unwrap(), "testkit")
    }

    /// Moves the clock on.
    pub fn advance_seconds(&self, seconds: i64) {
        self.ms.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// Sets the clock.
    pub fn set(&self, at: &str) {
        let at: Instant = at.parse().unwrap();
        self.ms.store(at.unix_ms(), Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    /// Each look is a millisecond later, so that what happens one after the other is recorded in that order.
    fn now(&self) -> Instant {
        Instant::from_unix_ms(self.ms.fetch_add(1, Ordering::SeqCst))
    }

    fn seed(&self) -> [u8; 32] {
        let n = self.seeds.fetch_add(1, Ordering::SeqCst);
        Sha256::digest(format!("mingcha {} {n}", self.name)).into()
    }
}

/// A printer in the place of the one that the command line wires in: it keeps what it is given, tells which names have a
/// character without a glyph, and leaves out what cannot be set at all.
#[derive(Debug)]
pub struct PlainPrinter {
    printed: Mutex<Vec<(FormKind, Vec<FormData>)>>,
    /// What its fonts lack; `None` where it has no fonts.
    missing: Mutex<Option<BTreeSet<char>>>,
}

impl Default for PlainPrinter {
    fn default() -> Self {
        Self { printed: Mutex::default(), missing: Mutex::new(Some(BTreeSet::from([MISSING_GLYPH]))) }
    }
}

/// A character that the test's printer has no glyph for.
pub const MISSING_GLYPH: char = '\u{2B820}';
/// A character whose form the test's printer leaves out.
pub const UNPRINTABLE: char = '\u{202E}';

impl PlainPrinter {
    /// What was printed so far, oldest first.
    pub fn printed(&self) -> Vec<(FormKind, Vec<FormData>)> {
        self.printed.lock().unwrap().clone()
    }

    /// Other fonts from now on: what they lack, or `None` for no fonts. Printing itself lacks [`MISSING_GLYPH`] as before.
    pub fn set_missing(&self, missing: Option<&[char]>) {
        *self.missing.lock().unwrap() = missing.map(|missing| missing.iter().copied().collect());
    }
}

impl Glyphs for PlainPrinter {
    fn lacking(&self, characters: &BTreeSet<char>) -> Result<BTreeSet<char>, String> {
        let missing = self.missing.lock().unwrap();
        let missing = missing.as_ref().ok_or_else(|| "no fonts".to_owned())?;
        Ok(characters.iter().copied().filter(|c| *c == UNPRINTABLE || missing.contains(c)).collect())
    }
}

impl FormPrinter for PlainPrinter {
    fn forms_max(&self) -> usize {
        500
    }

    fn print(
        &self,
        kind: FormKind,
        forms: &[FormData],
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<PrintedForms, PrintError> {
        let having = |character: char| {
            (0..).zip(forms).filter(move |(_, form)| form.subject_name.contains(character)).map(|(place, _)| place)
        };
        let bad = |form: usize| PrintError::Form { form, detail: "U+202E".to_owned() };
        let left_out: Vec<(usize, PrintError)> = having(UNPRINTABLE).map(|form| (form, bad(form))).collect();
        let count = forms.len() - left_out.len();
        if count == 0 {
            return Err(bad(0));
        }
        progress(forms.len(), forms.len());
        self.printed.lock().unwrap().push((kind, forms.to_vec()));
        let unset = having(MISSING_GLYPH).map(|form| (form, MISSING_GLYPH)).collect();
        Ok(PrintedForms { pdf: format!("%PDF {} {count}", kind.code()).into_bytes(), unset, left_out })
    }
}

/// A platform with its surroundings. Dropping it removes the folder; databases on the throw-away cluster stay until the
/// cluster goes.
pub struct World {
    /// The platform under test.
    pub platform: Platform,
    /// Its clock.
    pub clock: Arc<FakeClock>,
    /// Its printer, which remembers what it was given.
    pub printer: Arc<PlainPrinter>,
    /// Its folder: `mingcha.db` (on SQLite) and `files/`.
    pub folder: TempDir,
    /// Where its database is, to open it a second time.
    pub store_config: StoreConfig,
}

impl World {
    /// An empty platform on one of the engines.
    pub async fn new(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store_config = match engine {
            Engine::Sqlite => StoreConfig::SqliteFile(folder.path().join("mingcha.db")),
            Engine::Postgres => StoreConfig::PostgresUrl(fresh_postgres().await),
        };
        let clock = Arc::new(FakeClock::new());
        let printer = Arc::new(PlainPrinter::default());
        let platform = app::open(Config {
            store: store_config.clone(),
            files: folder.path().join("files"),
            clock: clock.clone(),
            base_url: "https://mingcha.test".to_owned(),
            site_url: Some("https://public.mingcha.test".to_owned()),
            printer: Some(printer.clone()),
        })
        .await
        .unwrap();
        platform.migrate().await.unwrap();
        Self { platform, clock, printer, folder, store_config }
    }

    /// A second connection to the same database, for looking at rows and for other hands.
    pub async fn store(&self) -> Store {
        Store::open(&self.store_config).await.unwrap()
    }

    /// The context of the platform itself.
    pub fn system(&self) -> Ctx {
        self.platform.ctx(Actor::System, "test")
    }

    /// The context of a post, at the clock's time.
    pub fn as_post(&self, post: &Post) -> Ctx {
        self.platform.ctx(Actor::Post(Box::new(post.clone())), "test")
    }

    /// Does all jobs that wait.
    pub async fn work(&self) -> u64 {
        Worker::new(self.platform.clone()).drain().await.unwrap()
    }

    /// Adds an agency below `parent` (its registrar key) or as the root.
    pub async fn agency(&self, code: &str, name: &str, level: AgencyLevel, parent: Option<&str>) -> AgencyId {
        let zone = !code.bytes().all(|b| b.is_ascii_digit());
        app::agency::add(
            &self.platform,
            &self.system(),
            app::agency::NewAgency {
                code: code.to_owned(),
                name: name.to_owned(),
                short_name: name.to_owned(),
                level,
                kind: if zone { AgencyKind::ZoneBranch } else { AgencyKind::Bureau },
                parent_code: parent.map(str::to_owned),
                division: (!zone).then(|| code.to_owned()),
                contact: "钱接待".to_owned(),
                phone: "0335-0000003".to_owned(),
            },
        )
        .await
        .unwrap()
    }

    /// Makes an account `login` (password `PASSWORD`) with one post and returns the post.
    pub async fn person(&self, login: &str, name: &str, agency: AgencyId, role: Role) -> Post {
        let ctx = self.system();
        let account = app::account::NewAccount {
            login: login.to_owned(),
            name: name.to_owned(),
            password: PASSWORD.to_owned(),
            must_change: false,
        };
        let account = app::account::create(&self.platform, &ctx, account).await.unwrap();
        self.post(account, agency, role).await
    }

    /// Gives an account a (further) post.
    pub async fn post(&self, account: domain::ids::AccountId, agency: AgencyId, role: Role) -> Post {
        let ctx = self.system();
        let post = app::account::NewPost {
            account,
            agency,
            section: "信用监管科".to_owned(),
            role,
            valid_from: "2020-01-01".parse().unwrap(),
            valid_to: None,
            seen: None,
        };
        let id: PostId = app::account::grant(&self.platform, &ctx, post).await.unwrap();
        let store = self.store().await;
        let mut conn = store.read().await.unwrap();
        let post = store::repo::post::by_id_unscoped(&mut conn, id).await.unwrap();
        drop(conn);
        store.close().await;
        post
    }

    /// The kinds of all events so far, oldest first.
    pub async fn event_kinds(&self) -> Vec<String> {
        let store = self.store().await;
        let mut conn = store.read().await.unwrap();
        let rows = conn.rows("SELECT kind FROM event ORDER BY at, id", vec![]).await.unwrap();
        let kinds = rows.iter().map(|r| r.text("kind").unwrap()).collect();
        drop(conn);
        store.close().await;
        kinds
    }
}

/// The password of every account that [`World::person`] makes.
pub const PASSWORD: &str = "correct horse battery";

/// A database of its own on the throw-away cluster, copied from a migrated template (about 20 ms).
async fn fresh_postgres() -> String {
    let server = postgres_server();
    let (base, _) = server.rsplit_once('/').unwrap();
    let template = format!("mingcha_template_{}", std::process::id());
    static TEMPLATE: tokio::sync::OnceCell<()> = tokio::sync::OnceCell::const_new();
    TEMPLATE
        .get_or_init(|| async {
            create_database(&server, &template, None).await;
            let store = Store::open(&StoreConfig::PostgresUrl(format!("{base}/{template}"))).await.unwrap();
            store.migrate().await.unwrap();
            store.close().await;
        })
        .await;
    new_postgres(Some(&template)).await
}

/// A new, entirely empty PostgreSQL database on the throw-away cluster: its address.
pub async fn empty_postgres() -> String {
    new_postgres(None).await
}

/// A new PostgreSQL database on the throw-away cluster, empty or a copy of one that nobody uses: its address.
pub(crate) async fn new_postgres(template: Option<&str>) -> String {
    let server = postgres_server();
    let (base, _) = server.rsplit_once('/').unwrap();
    let name = format!("mingcha_{}_{}", std::process::id(), DATABASES.fetch_add(1, Ordering::SeqCst));
    create_database(&server, &name, template).await;
    format!("{base}/{name}")
}

/// A new, entirely empty PostgreSQL database whose tables lie in a folder of the test's, such as a small disk: the name of
/// its tablespace and its address. The server must run on this machine, and the caller be able to give it the folder.
pub async fn postgres_on(folder: &std::path::Path) -> (String, String) {
    let server = postgres_server();
    let (base, _) = server.rsplit_once('/').unwrap();
    let name = format!("mingcha_{}_{}", std::process::id(), DATABASES.fetch_add(1, Ordering::SeqCst));
    let store = Store::open(&StoreConfig::PostgresUrl(server.clone())).await.unwrap();
    let mut conn = store.read().await.unwrap();
    let data = conn.row("SELECT current_setting('data_directory') AS folder", vec![]).await.unwrap().unwrap();
    let owner = std::fs::metadata(data.text("folder").unwrap()).unwrap();
    let spaces = folder.join("tables");
    std::fs::create_dir(&spaces).unwrap();
    std::os::unix::fs::chown(&spaces, Some(std::os::unix::fs::MetadataExt::uid(&owner)), None).unwrap();
    std::fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o711)).unwrap();
    conn.script(&format!("CREATE TABLESPACE {name} LOCATION '{}'", spaces.display())).await.unwrap();
    conn.script(&format!("CREATE DATABASE {name} TABLESPACE {name}")).await.unwrap();
    drop(conn);
    store.close().await;
    let url = format!("{base}/{name}");
    (name, url)
}

/// Removes what [`postgres_on`] made.
pub async fn drop_postgres_on(name: &str) {
    let store = Store::open(&StoreConfig::PostgresUrl(postgres_server())).await.unwrap();
    let mut conn = store.read().await.unwrap();
    conn.script(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
    conn.script(&format!("DROP TABLESPACE {name}")).await.unwrap();
    drop(conn);
    store.close().await;
}

/// Runs SQL behind the product's back: for damage that the product must notice.
pub async fn run_sql(config: &StoreConfig, script: &str) {
    let store = Store::open(config).await.unwrap();
    let mut tx = store.write().await.unwrap();
    tx.script(script).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
}

/// As [`run_sql`], by a hand that may do everything: SQLite's triggers are taken away before and put back behind, as somebody
/// would who wants to leave no trace.
pub async fn tamper(config: &StoreConfig, script: &str) {
    let store = Store::open(config).await.unwrap();
    let mut tx = store.write().await.unwrap();
    let triggers = if store.engine() == Engine::Sqlite { store::told::triggers() } else { Vec::new() };
    for (name, _) in &triggers {
        tx.script(&format!("DROP TRIGGER {name}")).await.unwrap();
    }
    tx.script(script).await.unwrap_or_else(|error| panic!("{script}: {error}"));
    for (_, text) in &triggers {
        tx.script(text).await.unwrap();
    }
    tx.commit().await.unwrap();
    store.close().await;
}

pub(crate) fn postgres_server() -> String {
    std::env::var(POSTGRES_VARIABLE).unwrap_or_else(|_| {
        panic!("{POSTGRES_VARIABLE} is not set: run `make test`, or `eval $(python3 scripts/postgres.py start)` first")
    })
}

async fn create_database(server: &str, name: &str, template: Option<&str>) {
    let store = Store::open(&StoreConfig::PostgresUrl(server.to_owned())).await.unwrap();
    let mut conn = store.read().await.unwrap();
    let template = template.map_or(String::new(), |t| format!(" TEMPLATE {t}"));
    conn.script(&format!("DROP DATABASE IF EXISTS {name}")).await.unwrap();
    conn.script(&format!("CREATE DATABASE {name}{template}")).await.unwrap();
    drop(conn);
    store.close().await;
}

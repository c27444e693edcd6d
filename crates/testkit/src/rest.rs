//! A platform that nobody has open, to be copied: each case of a test that damages its platform begins with a copy, which
//! costs less than making it anew.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use app::{Config, Platform};
use domain::time::Instant;
use store::{Store, StoreConfig, values};
use tempfile::TempDir;

use crate::world::{new_postgres, postgres_server};
use crate::{FakeClock, PlainPrinter, World};

/// Milliseconds between two looks whether a server has noticed that its client is gone, and how many looks there are.
const LOOK_MS: u64 = 5;
const LOOKS_MAX: u32 = 2_000;

/// A platform at rest: a folder and a database, and no process that uses them.
pub struct Rest {
    folder: TempDir,
    store_config: StoreConfig,
    /// When it was put to rest, by its own clock.
    pub at: Instant,
}

impl World {
    /// Closes the platform.
    pub async fn rest(self) -> Rest {
        let at = self.platform.now();
        self.platform.close().await;
        Rest { folder: self.folder, store_config: self.store_config, at }
    }
}

impl Rest {
    /// The folder: `mingcha.db` (on SQLite) and `files/`.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.folder.path()
    }

    /// Where the database is.
    #[must_use]
    pub fn store_config(&self) -> &StoreConfig {
        &self.store_config
    }

    /// The same platform in a folder and a database of its own.
    pub async fn copy(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy_folder(self.home(), folder.path());
        // As the product makes its home: nobody else's to read.
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
        let store_config = match &self.store_config {
            StoreConfig::PostgresUrl(url) => {
                self.alone().await;
                StoreConfig::PostgresUrl(new_postgres(Some(name_of(url))).await)
            }
            _ => StoreConfig::SqliteFile(folder.path().join("mingcha.db")),
        };
        Self { folder, store_config, at: self.at }
    }

    /// Opens it.
    pub async fn open(&self, clock: Arc<FakeClock>) -> Platform {
        open(self.home(), &self.store_config, clock).await
    }

    /// Opens the database alone, for looking at rows.
    pub async fn store(&self) -> Store {
        Store::open(&self.store_config).await.unwrap()
    }

    /// Waits until no connection to the database is left: a PostgreSQL server notices only after a moment that a client was
    /// killed, and until then may still commit what that client sent last.
    pub async fn alone(&self) {
        let StoreConfig::PostgresUrl(url) = &self.store_config else { return };
        let server = Store::open(&StoreConfig::PostgresUrl(postgres_server())).await.unwrap();
        let mut conn = server.read().await.unwrap();
        let mut left = 1;
        for _ in 0..LOOKS_MAX {
            let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = $1";
            left = conn.int(sql, values![name_of(url)]).await.unwrap();
            if left == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        }
        drop(conn);
        server.close().await;
        assert_eq!(left, 0, "connections of a process that is gone");
    }

    /// Removes folder and database; a database that is only dropped stays until the cluster goes.
    pub async fn remove(self) {
        let StoreConfig::PostgresUrl(url) = &self.store_config else { return };
        self.alone().await;
        let server = Store::open(&StoreConfig::PostgresUrl(postgres_server())).await.unwrap();
        let mut conn = server.read().await.unwrap();
        conn.script(&format!("DROP DATABASE {}", name_of(url))).await.unwrap();
        drop(conn);
        server.close().await;
    }
}

/// Opens a platform that lies in a folder and a database, with a clock of the test.
pub async fn open(home: &Path, store: &StoreConfig, clock: Arc<FakeClock>) -> Platform {
    let config = Config {
        store: store.clone(),
        files: home.join("files"),
        clock,
        base_url: "https://mingcha.test".to_owned(),
        site_url: Some("https://public.mingcha.test".to_owned()),
        printer: Some(Arc::new(PlainPrinter::default())),
    };
    app::open(config).await.unwrap()
}

fn name_of(url: &str) -> &str {
    url.rsplit_once('/').unwrap().1
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy_folder(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

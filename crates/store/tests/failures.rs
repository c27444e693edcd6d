//! What a failure leaves behind: nothing. Whatever broke a connection in the middle of its work, the next one who writes
//! is served, without a restart, and people are told what to mend.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use store::{Cause, Engine, Store, StoreConfig, StoreError, Tx, values};
use testkit::{World, on_both};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Seconds within which people are told that a store cannot be reached.
const TOLD_SECONDS: u64 = 3;

async fn put(tx: &mut Tx, name: &str) -> Result<u64, StoreError> {
    tx.execute("INSERT INTO installation (name, value) VALUES ($1, 'x')", values![name]).await
}

async fn names(store: &Store, like: &str) -> i64 {
    let mut conn = store.read().await.unwrap();
    conn.int("SELECT COUNT(*) FROM installation WHERE name LIKE $1", values![like]).await.unwrap()
}

/// Writes a row and makes it durable.
async fn write(store: &Store, name: &str) {
    let mut tx = store.write().await.unwrap_or_else(|error| panic!("{name}: {error}"));
    put(&mut tx, name).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(names(store, name).await, 1);
}

/// Runs out of space in the middle of a transaction. SQLite may not grow the file any further, on this one connection, and
/// then ends the transaction by itself as on a full disk; PostgreSQL reports its own code. Full disks of the system's are
/// met in the tests of `cli`.
async fn fill(store: &Store, name: &str) -> StoreError {
    let mut tx = store.write().await.unwrap();
    put(&mut tx, name).await.unwrap();
    if tx.engine() == Engine::Postgres {
        return tx.script("DO $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$").await.unwrap_err();
    }
    let pages = tx.int("SELECT page_count FROM pragma_page_count", vec![]).await.unwrap();
    tx.script(&format!("PRAGMA max_page_count = {pages}")).await.unwrap();
    let large = "x".repeat(100_000);
    for n in 0..1_000 {
        let sql = "INSERT INTO installation (name, value) VALUES ($1, $2)";
        if let Err(error) = tx.execute(sql, values![format!("{name} {n}"), &large]).await {
            return error;
        }
    }
    panic!("the file grew beyond its limit");
}

async fn opened(url: &str) -> (Option<StoreError>, Duration) {
    let begun = Instant::now();
    let opened = Store::open(&StoreConfig::PostgresUrl(url.to_owned())).await;
    (opened.err(), begun.elapsed())
}

fn cause(error: Option<StoreError>) -> Option<Cause> {
    match error {
        Some(StoreError::Unusable { cause, .. }) => Some(cause),
        other => panic!("{other:?}"),
    }
}

/// The address behind another port.
fn through(url: &str, port: u16) -> String {
    let (before, database) = url.rsplit_once('/').unwrap();
    let (user, _) = before.rsplit_once('@').unwrap();
    format!("{user}@127.0.0.1:{port}/{database}")
}

fn port_of(url: &str) -> u16 {
    let (before, _) = url.rsplit_once('/').unwrap();
    before.rsplit_once(':').unwrap().1.parse().unwrap()
}

/// Hands connections on until it is stopped; then the port is closed and every connection through it is cut.
async fn line_to(listener: TcpListener, port: u16) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut lines = tokio::task::JoinSet::new();
        while let Ok((mut near, _)) = listener.accept().await {
            lines.spawn(async move {
                let mut far = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                copy_bidirectional(&mut near, &mut far).await.ok();
            });
        }
    })
}

async fn url_of(world: &World) -> Option<String> {
    match &world.store_config {
        StoreConfig::PostgresUrl(url) => Some(url.clone()),
        StoreConfig::SqliteFile(_) => None,
    }
}

on_both! {
    async fn after_a_full_disk_the_next_write_succeeds(world) {
        let store = world.store().await;
        for round in 0..3 {
            let error = fill(&store, &format!("lost {round}")).await;
            assert!(matches!(error, StoreError::Unusable { cause: Cause::Full, .. }), "{error:?}");
            write(&store, &format!("kept {round}")).await;
        }
        assert_eq!((names(&store, "lost%").await, names(&store, "kept%").await), (0, 3));
        store.close().await;
    }

    async fn after_a_commit_that_failed_the_next_write_succeeds(world) {
        let store = world.store().await;
        let mut tx = store.write().await.unwrap();
        put(&mut tx, "lost").await.unwrap();
        if store.engine() == Engine::Sqlite {
            // A reference that leads nowhere is found at the end only, and then the transaction stays open.
            tx.script("CREATE TABLE a (id TEXT REFERENCES installation (name) DEFERRABLE INITIALLY DEFERRED)").await.unwrap();
            tx.script("INSERT INTO a VALUES ('nobody')").await.unwrap();
        }
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        if store.engine() == Engine::Postgres {
            let other = world.store().await;
            other.write().await.unwrap().script(sql).await.unwrap();
            let error = tx.commit().await.unwrap_err();
            assert!(matches!(error, StoreError::Uncertain(_)), "{error:?}");
            other.close().await;
        } else {
            tx.commit().await.unwrap_err();
        }
        write(&store, "kept").await;
        assert_eq!(names(&store, "lost").await, 0);
        store.close().await;
    }

    async fn a_transaction_with_a_failed_statement_is_never_committed(world) {
        let store = world.store().await;
        let mut tx = store.write().await.unwrap();
        put(&mut tx, "twice").await.unwrap();
        assert!(matches!(put(&mut tx, "twice").await.unwrap_err(), StoreError::Duplicate(_)));
        assert!(matches!(tx.commit().await.unwrap_err(), StoreError::Undone));
        assert_eq!(names(&store, "twice").await, 0);
        write(&store, "twice").await;
        store.close().await;
    }

    async fn whoever_goes_away_in_mid_statement_hinders_nobody(world) {
        let store = world.store().await;
        let long = match store.engine() {
            Engine::Sqlite => "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT COUNT(*) FROM n",
            Engine::Postgres => "SELECT pg_sleep(2)",
        };
        for round in 0..3 {
            let mut tx = store.write().await.unwrap();
            put(&mut tx, &format!("lost {round}")).await.unwrap();
            let gone = tokio::time::timeout(Duration::from_millis(20), tx.rows(long, vec![])).await;
            assert!(gone.is_err(), "the statement must outlast its caller");
            drop(tx);
            write(&store, &format!("kept {round}")).await;
        }
        assert_eq!((names(&store, "lost%").await, names(&store, "kept%").await), (0, 3));
        store.close().await;
    }

    async fn a_store_that_goes_away_is_called_so_and_comes_back_by_itself(world) {
        let Some(url) = url_of(&world).await else { return a_folder_that_may_not_be_written().await };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let line = line_to(listener, port_of(&url)).await;
        let store = Store::open(&StoreConfig::PostgresUrl(through(&url, port))).await.unwrap();
        write(&store, "before").await;
        line.abort();
        assert!(line.await.unwrap_err().is_cancelled());
        for _ in 0..2 {
            let begun = Instant::now();
            let error = store.read().await.err().or(store.write().await.err());
            assert_eq!(cause(error), Some(Cause::Unreachable));
            assert!(begun.elapsed() < Duration::from_secs(TOLD_SECONDS), "{:?}", begun.elapsed());
        }
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let line = line_to(listener, port_of(&url)).await;
        write(&store, "after").await;
        store.close().await;
        line.abort();

        // Refused at once; and a server that lets us in and then says nothing.
        let (error, took) = opened(&through(&url, port)).await;
        assert_eq!((cause(error), took < Duration::from_secs(TOLD_SECONDS)), (Some(Cause::Unreachable), true), "{took:?}");
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (error, took) = opened(&through(&url, silent.local_addr().unwrap().port())).await;
        assert_eq!((cause(error), took < Duration::from_secs(TOLD_SECONDS)), (Some(Cause::Unreachable), true), "{took:?}");
        // What the server says no to.
        let (before, _) = url.rsplit_once('/').unwrap();
        assert_eq!(cause(opened(&format!("{before}/no_such_database")).await.0), Some(Cause::NoDatabase));
        let (_, host) = url.rsplit_once('@').unwrap();
        assert_eq!(cause(opened(&format!("postgres://nobody:x@{host}")).await.0), Some(Cause::Login));
    }
}

/// As the superuser may write everywhere, a folder in which nobody may is looked for then; anyone else makes one.
async fn a_folder_that_may_not_be_written() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o500)).unwrap();
    let superuser = std::fs::write(folder.path().join("x"), "").is_ok();
    let (path, expect) = match superuser {
        true => ("/proc/mingcha.db".into(), Cause::Disk),
        false => (folder.path().join("mingcha.db"), Cause::Permission),
    };
    let begun = Instant::now();
    let error = Store::open(&StoreConfig::SqliteFile(path)).await.err();
    assert_eq!(cause(error), Some(expect));
    assert!(begun.elapsed() < Duration::from_secs(TOLD_SECONDS));
}

//! What an unlucky administrator meets while people work: two servers on one home, a disk that is full for a while, a server
//! that is killed. Afterwards it goes on, and nothing that was acknowledged is lost.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use testkit::store::{Store, StoreConfig};

use crate::run::{Engine, Installation, block_on, mingcha, on_both};
use crate::server::{Server, add_account};

/// Threads that sign in at once.
const THREADS: usize = 3;
/// Bytes of the small disks.
const DISK_MIB: u64 = 64;
/// Seconds within which a server notices trouble, or that it is over.
const NOTICED_SECONDS: u64 = 30;

fn number(made: &Installation, sql: &str) -> i64 {
    block_on(async {
        let store = Store::open(&made.store).await.unwrap();
        let number = store.read().await.unwrap().int(sql, vec![]).await.unwrap();
        store.close().await;
        number
    })
}

fn is_sound(made: &Installation) {
    for words in [["doctor"].as_slice(), &["audit", "verify"]] {
        let said = made.mingcha(words).said();
        // A disk that is nearly full is a warning, and that of the test is.
        assert_eq!(said.code, Some(0), "{words:?}: {}{}", said.out, said.err);
    }
}

/// People who sign in all the time, until told to stop.
#[derive(Default)]
struct Load {
    stop: AtomicBool,
    acknowledged: AtomicU64,
    full: AtomicU64,
    tries: AtomicU32,
}

impl Load {
    fn run(&self, server: &Server) {
        while !self.stop.load(Ordering::Relaxed) {
            match server.sign_in(self.tries.fetch_add(1, Ordering::Relaxed)) {
                Some((303, _)) => {
                    self.acknowledged.fetch_add(1, Ordering::Relaxed);
                }
                Some((503, body))
                    if ["STOR-001", "STOR-003", "STOR-005", "STOR-009"].iter().any(|c| body.contains(c)) =>
                {
                    self.full.fetch_add(1, Ordering::Relaxed);
                }
                // Busy for the moment, refused by a limit, or gone.
                Some((422 | 429 | 503, _)) | None => {}
                Some((status, body)) => panic!("{status}: {body}\n{}", server.log()),
            }
        }
    }

    fn wait_for(&self, what: &str, count: &AtomicU64, more: u64) {
        let aim = count.load(Ordering::Relaxed) + more;
        let until = Instant::now() + Duration::from_secs(2 * NOTICED_SECONDS);
        while count.load(Ordering::Relaxed) < aim {
            if Instant::now() > until {
                panic!("{what}: {} of {aim}", count.load(Ordering::Relaxed));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Sends the people home when a test ends, also by a failure: else it would wait for them for ever.
struct Closing<'a>(&'a Load);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.stop.store(true, Ordering::Relaxed);
    }
}

/// What goes wrong for a while.
enum Trouble {
    /// A disk of its own, filled by a file.
    Disk(PathBuf),
    /// No file of the server's may grow: the way of an account that may not mount a disk.
    FileSize(u32),
    /// The server of the database ends connections: the way for PostgreSQL of an account that may not mount a disk.
    Cut(StoreConfig),
}

impl Trouble {
    fn begin(&self, made: &Installation) {
        match self {
            Self::Disk(folder) => fill(&folder.join("filler")),
            Self::FileSize(pid) => {
                let log = made.home.join("mingcha.db-wal");
                let bytes = fs::metadata(log).map_or(0, |metadata| metadata.len()).max(8_192);
                limit(*pid, &bytes.to_string());
            }
            Self::Cut(_) => self.again(),
        }
    }

    /// Keeps it wrong: what ends by itself is done once more.
    fn again(&self) {
        if let Self::Cut(config) = self {
            let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
            block_on(testkit::run_sql(config, sql));
        }
    }

    fn end(&self) {
        match self {
            Self::Disk(folder) => fs::remove_file(folder.join("filler")).unwrap(),
            Self::FileSize(pid) => limit(*pid, "unlimited"),
            Self::Cut(_) => {}
        }
    }
}

fn fill(path: &Path) {
    let mut filler = fs::File::create(path).unwrap();
    for bytes in [1 << 20, 1 << 12, 1] {
        let block = vec![0; bytes];
        while filler.write_all(&block).is_ok() {}
    }
}

fn limit(pid: u32, bytes: &str) {
    let mut command = Command::new("prlimit");
    command.arg(format!("--fsize={bytes}:unlimited")).args(["--pid", &pid.to_string()]);
    assert!(command.status().unwrap().success());
}

/// A small disk at a folder, which is unmounted when it is dropped.
struct Mounted(PathBuf);

impl Mounted {
    /// None for an account that may not mount.
    fn at(folder: &Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={DISK_MIB}m"), "mingcha-test"]).arg(folder);
        let done = mount.output().ok()?;
        done.status.success().then(|| Self(folder.to_owned()))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // Lazily: a server of the database may have files open there still.
        Command::new("umount").arg("-l").arg(&self.0).status().ok();
    }
}

/// An installation whose database lies on a disk that can be filled, with the trouble that fills it. The fields are dropped
/// in their order: the disk is unmounted before its folder is removed.
struct Small {
    disk: Option<Mounted>,
    tablespace: Option<String>,
    made: Installation,
    _folder: Option<TempDir>,
}

impl Small {
    fn new(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let disk = Mounted::at(folder.path());
        if engine == Engine::Sqlite {
            return Self { disk, tablespace: None, made: Installation::new_in(engine, folder, None), _folder: None };
        }
        if disk.is_none() {
            return Self { disk, tablespace: None, made: Installation::new(engine), _folder: None };
        }
        let (name, url) = block_on(testkit::postgres_on(folder.path()));
        let made = Installation::new_in(engine, tempfile::tempdir().unwrap(), Some(url));
        Self { disk, tablespace: Some(name), made, _folder: Some(folder) }
    }

    fn trouble(&self, server: &Server) -> Trouble {
        match (&self.disk, &self.made.store) {
            (Some(disk), _) => Trouble::Disk(disk.0.clone()),
            (None, StoreConfig::SqliteFile(_)) => Trouble::FileSize(server.pid()),
            (None, config) => Trouble::Cut(config.clone()),
        }
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        if let Some(name) = &self.tablespace {
            block_on(testkit::drop_postgres_on(name));
        }
    }
}

on_both! {
    fn a_full_disk_is_named_and_forgotten(engine) {
        let small = Small::new(engine);
        let made = &small.made;
        add_account(made);
        let server = Server::start(made);
        let load = Load::default();
        std::thread::scope(|scope| {
            let _closing = Closing(&load);
            for _ in 0..THREADS {
                scope.spawn(|| load.run(&server));
            }
            load.wait_for("people sign in", &load.acknowledged, 5);
            let trouble = small.trouble(&server);
            trouble.begin(made);
            let until = Instant::now() + Duration::from_secs(4 * NOTICED_SECONDS);
            while load.full.load(Ordering::Relaxed) < 3 && Instant::now() < until {
                trouble.again();
                std::thread::sleep(Duration::from_millis(100));
            }
            let noticed = load.full.load(Ordering::Relaxed) >= 3;
            if noticed && engine == Engine::Sqlite {
                let health = server.becomes("health", NOTICED_SECONDS, || server.get("/healthz"), 503);
                assert!(health.contains("磁盘已满") || health.contains("读写出错"), "{health}");
            }
            trouble.end();
            assert!(noticed, "nobody noticed the trouble\n{}", server.log());
            // Without a restart.
            load.wait_for("people sign in again", &load.acknowledged, 20);
            server.becomes("health", NOTICED_SECONDS, || server.get("/healthz"), 200);
        });
        let log = server.log();
        assert!(["is full", "No space left", "disk I/O error", "terminating connection"].iter().any(|w| log.contains(w)), "{log}");
        drop(server);
        let kept = number(made, "SELECT COUNT(*) FROM event WHERE kind = 'account.sign_in'");
        assert!(u64::try_from(kept).unwrap() >= load.acknowledged.load(Ordering::Relaxed), "{kept}");
        is_sound(made);
    }

    fn a_server_killed_while_people_sign_in_starts_again(engine) {
        let made = Installation::new(engine);
        add_account(&made);
        let load = Load::default();
        for round in 0..3 {
            let mut server = Server::start(&made);
            load.stop.store(false, Ordering::Relaxed);
            let pid = server.pid().to_string();
            std::thread::scope(|scope| {
                let _closing = Closing(&load);
                for _ in 0..THREADS {
                    scope.spawn(|| load.run(&server));
                }
                load.wait_for("people sign in", &load.acknowledged, 8 + 5 * round);
                assert!(Command::new("kill").args(["-9", &pid]).status().unwrap().success());
            });
            server.kill();
            is_sound(&made);
        }
        let kept = number(&made, "SELECT COUNT(*) FROM event WHERE kind = 'account.sign_in'");
        assert!(u64::try_from(kept).unwrap() >= load.acknowledged.load(Ordering::Relaxed), "{kept}");
    }

    fn two_servers_on_one_home(engine) {
        let made = Installation::new(engine);
        let mut first = Server::start(&made);
        made.sql(
            "INSERT INTO job (id, kind, state, title, payload, subject_kind, subject_id, created_by, created_at, attempts, lease_owner,
                 lease_until) VALUES ('j', 'import.commit', 'running', 'x', '{}', 'test', 'x', 'system', 0, 1, 'somebody', 99999999999999)",
        );
        match Server::try_start(&made) {
            Err(said) => {
                assert_eq!((engine, said.code), (Engine::Sqlite, Some(1)), "{}", said.err);
                assert!(said.err.contains("HOME-001") && said.err.contains(&format!("进程号{}", first.pid())), "{}", said.err);
            }
            // They share by leases.
            Ok(second) => {
                assert_eq!(engine, Engine::Postgres, "two servers on one file");
                second.becomes("health", NOTICED_SECONDS, || second.get("/healthz"), 200);
            }
        }
        let untouched = "SELECT COUNT(*) FROM job WHERE id = 'j' AND state = 'running' AND attempts = 1 AND lease_owner = 'somebody'";
        assert_eq!(number(&made, untouched), 1, "a running job was taken");
        first.becomes("health", NOTICED_SECONDS, || first.get("/healthz"), 200);
        // What writes a row or two works beside it.
        add_account(&made);
        assert_eq!(made.mingcha(&["migrate"]).said().code, Some(0));
        first.kill();
        let next = Server::start(&made);
        next.becomes("health", NOTICED_SECONDS, || next.get("/healthz"), 200);
    }
}

#[test]
fn a_home_that_others_may_read_is_closed_to_them() {
    let made = Installation::new(Engine::Sqlite);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let places = [made.home.clone(), made.home.join("mingcha.db"), made.home.join("files")];
    for path in &places {
        assert_eq!(mode(path) & 0o077, 0, "{}: as it was made", path.display());
        let open = if path.is_dir() { 0o755 } else { 0o644 };
        fs::set_permissions(path, fs::Permissions::from_mode(open)).unwrap();
    }
    let said = made.mingcha(&["user", "list"]).said();
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("已收紧权限") && said.err.contains("mingcha.db"), "{}", said.err);
    for path in &places {
        assert_eq!(mode(path) & 0o077, 0, "{}", path.display());
    }
    assert_eq!(made.mingcha(&["user", "list"]).said().err, "");
}

#[test]
fn a_database_that_cannot_be_reached_is_called_so_at_once() {
    let place = Installation::place(Engine::Sqlite);
    fs::create_dir(&place.home).unwrap();
    for words in [&["migrate"][..], &["user", "list"], &["serve", "--listen", "127.0.0.1:0"], &["doctor"]] {
        let mut all = words.to_vec();
        all.extend(["--database", "postgres://x@127.0.0.1:9/x"]);
        let begun = Instant::now();
        let said = place.mingcha(&all).said();
        let heard = format!("{}{}", said.out, said.err);
        assert!(begun.elapsed() < Duration::from_secs(5), "{words:?}: {:?}", begun.elapsed());
        assert!(heard.contains("连不上数据库"), "{words:?}: {heard}");
        let expect = if words == ["doctor"] { 1 } else { 4 };
        assert_eq!(said.code, Some(expect), "{words:?}: {heard}");
        assert!(expect == 1 || (heard.contains("STOR-003") && heard.contains("refused")), "{words:?}: {heard}");
    }
}

#[test]
fn a_home_that_cannot_be_written_is_called_so_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Mounted::at(folder.path());
    let made = Installation::new_in(Engine::Sqlite, folder, None);
    let superuser = fs::read_dir("/root").is_ok();
    let mut words = vec!["user", "list"];
    if let Some(Mounted(folder)) = &disk {
        assert!(Command::new("mount").args(["-o", "remount,ro"]).arg(folder).status().unwrap().success());
    } else if superuser {
        // Who may write everywhere but mount nothing has a place where nobody writes.
        words = vec!["migrate", "--home", "/sys/mingcha"];
    } else {
        fs::set_permissions(&made.home, fs::Permissions::from_mode(0o500)).unwrap();
    }
    let begun = Instant::now();
    let said = if words.len() == 2 { made.mingcha(&words).said() } else { mingcha(&words).said() };
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!(said.code, Some(4), "{}", said.err);
    assert!(said.err.contains("STOR-002") || (disk.is_none() && said.err.contains("STOR-004")), "{}", said.err);
    assert!(said.err.contains("只读") || said.err.contains("权限"), "{}", said.err);
    fs::set_permissions(&made.home, fs::Permissions::from_mode(0o700)).ok();
    drop(disk);
}

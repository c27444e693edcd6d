//! Runs the binary in an environment of its own and compares what it says.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use app::{Clock, Config, StoreConfig};
use domain::time::Instant;
use tempfile::TempDir;
pub use testkit::Engine;

/// What a run said.
pub struct Said {
    pub out: String,
    pub err: String,
    pub code: Option<i32>,
}

/// A run of the binary that is being prepared.
pub struct Run {
    command: Command,
    input: String,
    words: Vec<(String, String)>,
    shown: String,
}

/// `mingcha` with these words, in an empty environment: no variable of a developer leaks in.
pub fn mingcha(words: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mingcha"));
    command.env_clear().env("PATH", "/usr/bin:/bin").args(words);
    Run { command, input: String::new(), words: Vec::new(), shown: format!("mingcha {}", words.join(" ")) }
}

impl Run {
    /// Sets a variable.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs in a folder.
    pub fn within(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self.hide(&folder.display().to_string(), "[FOLDER]")
    }

    /// Gives standard input.
    pub fn input(mut self, text: &str) -> Self {
        text.clone_into(&mut self.input);
        self
    }

    /// Replaces what differs from run to run.
    pub fn hide(mut self, what: &str, by: &str) -> Self {
        self.words.push((what.to_owned(), by.to_owned()));
        self
    }

    /// Runs.
    pub fn said(mut self) -> Said {
        let mut child =
            self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A command that reads nothing may have ended already.
        child.stdin.take().unwrap().write_all(self.input.as_bytes()).ok();
        let done = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the binary speaks UTF-8");
        Said { out: text(done.stdout), err: text(done.stderr), code: done.status.code() }
    }

    /// Starts it and lets it run. A file that may not grow further is then an error like others and no signal.
    pub fn started(self) -> Child {
        let mut shell = Command::new("sh");
        shell.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(self.command.get_program());
        shell.args(self.command.get_args()).env_clear();
        for (name, value) in self.command.get_envs() {
            shell.envs(value.map(|value| (name, value)));
        }
        if let Some(folder) = self.command.get_current_dir() {
            shell.current_dir(folder);
        }
        shell.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Runs and compares everything with the snapshot `name`.
    #[track_caller]
    pub fn snapshot(mut self, name: &str) -> Said {
        let words = std::mem::take(&mut self.words);
        let mut shown = std::mem::take(&mut self.shown);
        let said = self.said();
        let mut text = |title: &str, body: &str| {
            if !body.is_empty() {
                write!(shown, "\n---- {title}\n{body}").unwrap();
            }
        };
        text("stdout", &said.out);
        text("stderr", &said.err);
        let ended = said.code.map_or("killed".to_owned(), |code| code.to_string());
        write!(shown, "\n---- exit {ended}\n").unwrap();
        for (what, by) in &words {
            shown = shown.replace(what, by);
        }
        compare(name, &settled(&shown));
        said
    }
}

/// Replaces times, free space, steps of the schema and the calendar's year: they depend on the machine, the day, the version.
fn settled(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut line = line.trim_end().to_owned();
        if let Some(at) = line.find("磁盘剩余") {
            line.truncate(at);
            line.push_str("磁盘剩余 [N] GiB。");
        }
        if line.contains("（calendar）") {
            "[VERDICT]\t工作日历（calendar）：[BY THE DAY]".clone_into(&mut line);
        }
        if line.contains("国务院办公厅发布") {
            continue;
        }
        if line.ends_with("步均已完成。") {
            "正常\t数据库结构（schema）：[N] 步均已完成。".clone_into(&mut line);
        }
        lines.push(without_times(&line));
    }
    lines.join("\n") + "\n"
}

/// `2021-05-06T09:00:00.000+08:00` becomes `[TIME]`.
fn without_times(line: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in line.split(' ') {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        let time = word.len() >= 20 && word.as_bytes().get(10) == Some(&b'T') && digits >= 14;
        words.push(if time { "[TIME]".to_owned() } else { word.to_owned() });
    }
    words.join(" ")
}

#[track_caller]
fn compare(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(format!("{name}.txt"));
    if std::env::var_os("MINGCHA_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, found).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == found,
        "{} differs; MINGCHA_BLESS=1 accepts what follows\n==== expected\n{expected}\n==== found\n{found}",
        path.display()
    );
}

/// An installation in a folder of its own, made by `mingcha migrate`.
pub struct Installation {
    pub folder: TempDir,
    pub home: PathBuf,
    pub store: StoreConfig,
    flags: Vec<String>,
}

impl Installation {
    /// No installation yet, but a place for one.
    pub fn place(engine: Engine) -> Self {
        Self::place_in(engine, tempfile::tempdir().unwrap(), None)
    }

    /// The same in a folder, and with an empty PostgreSQL database, of the test's own.
    fn place_in(engine: Engine, folder: TempDir, url: Option<String>) -> Self {
        let home = folder.path().join("home");
        let mut flags = vec!["--home".to_owned(), home.display().to_string()];
        let store = match engine {
            Engine::Sqlite => StoreConfig::SqliteFile(home.join("mingcha.db")),
            Engine::Postgres => {
                let url = url.unwrap_or_else(|| block_on(testkit::empty_postgres()));
                flags.extend(["--database".to_owned(), url.clone()]);
                StoreConfig::PostgresUrl(url)
            }
        };
        Self { folder, home, store, flags }
    }

    /// A migrated installation with one agency, one file and a sealed event.
    pub fn new(engine: Engine) -> Self {
        Self::new_in(engine, tempfile::tempdir().unwrap(), None)
    }

    /// The same in a folder, and with an empty PostgreSQL database, of the test's own.
    pub fn new_in(engine: Engine, folder: TempDir, url: Option<String>) -> Self {
        let made = Self::place_in(engine, folder, url);
        assert_eq!(made.mingcha(&["migrate"]).said().code, Some(0));
        block_on(async {
            let platform = app::open(Config {
                store: made.store.clone(),
                files: made.home.join("files"),
                clock: Arc::new(TestClock),
                base_url: String::new(),
                site_url: None,
                printer: None,
            })
            .await
            .unwrap();
            let agency = app::agency::NewAgency {
                code: "130300".to_owned(),
                name: "秦皇岛市市场监督管理局".to_owned(),
                short_name: "市局".to_owned(),
                level: domain::agency::AgencyLevel::City,
                kind: domain::agency::AgencyKind::Bureau,
                parent_code: None,
                division: Some("130300".to_owned()),
                contact: String::new(),
                phone: String::new(),
            };
            let ctx = platform.ctx(app::Actor::System, "test");
            app::agency::add(&platform, &ctx, agency).await.unwrap();
            app::audit::seal_once(&platform, true).await.unwrap();
            platform.close().await;
        });
        let file = made.file();
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, "abc").unwrap();
        let digest = file.file_name().unwrap().to_str().unwrap().to_owned();
        made.sql(&format!(
            "INSERT INTO file (id, digest, size, media_type, name, purpose, subject_kind, subject_id, created_by, created_at)
             VALUES ('f', '{digest}', 3, 'text/plain', 'abc.txt', 'upload', 'test', '1', 'system', 0)"
        ));
        made
    }

    /// The one file, with the bytes `abc`.
    pub fn file(&self) -> PathBuf {
        self.home.join("files/ba/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    /// Runs SQL behind the product's back.
    pub fn sql(&self, script: &str) {
        block_on(testkit::run_sql(&self.store, script));
    }

    /// `mingcha` on this installation, to be started and talked to.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut all: Vec<&str> = words.to_vec();
        all.extend(self.flags.iter().map(String::as_str));
        mingcha(&all).within(self.folder.path()).command
    }

    /// `mingcha` on this installation.
    pub fn mingcha(&self, words: &[&str]) -> Run {
        let mut all: Vec<&str> = words.to_vec();
        all.extend(self.flags.iter().map(String::as_str));
        let mut run = mingcha(&all).within(self.folder.path());
        run.shown = format!("mingcha {}", words.join(" "));
        if let StoreConfig::PostgresUrl(url) = &self.store {
            run = run.hide(url, "[DATABASE]");
        }
        run
    }
}

/// A clock for what the tests put in themselves.
#[derive(Debug)]
struct TestClock;

impl Clock for TestClock {
    fn now(&self) -> Instant {
        "2021-05-06T09:00:00+08:00".parse().unwrap()
    }

    fn seed(&self) -> [u8; 32] {
        [7; 32]
    }
}

pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap().block_on(future)
}

/// `on_both! { fn name(engine) { … } }` makes `name::sqlite` and `name::postgres`.
macro_rules! on_both {
    ($(fn $name:ident($engine:ident) $body:block)+) => {$(
        mod $name {
            use super::*;

            fn body($engine: Engine) $body

            #[test]
            fn sqlite() {
                body(Engine::Sqlite);
            }

            #[test]
            fn postgres() {
                body(Engine::Postgres);
            }
        }
    )+};
}
pub(crate) use on_both;

//! A running `mingcha serve`, and a client that says no more than it is told to.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use testkit::play::Cast;
use testkit::store::StoreConfig;
use testkit::{Rest, World};

/// How long a server may take to begin, and an answer to come.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(20);

/// A server that runs; dropped, it is killed.
pub struct Server {
    child: Child,
    said: Arc<Mutex<String>>,
    pub port: u16,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

/// `mingcha serve` with further words, on a home and a database; with a limit of open files if there is one.
pub fn command(home: &Path, store: &StoreConfig, files_max: Option<u32>, words: &[&str]) -> Command {
    let limit = files_max.map_or("exec \"$@\"".to_owned(), |max| format!("ulimit -n {max}; exec \"$@\""));
    let mut command = Command::new("sh");
    command.env_clear().env("PATH", "/usr/bin:/bin").args(["-c", &limit, "sh", env!("CARGO_BIN_EXE_mingcha")]);
    command.args(["serve", "--listen", "127.0.0.1:0", "--home"]).arg(home).args(words);
    if let StoreConfig::PostgresUrl(url) = store {
        command.args(["--database", url]);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

impl Server {
    /// Starts it, and waits until it says where it is.
    pub fn start(home: &Path, store: &StoreConfig, files_max: Option<u32>, words: &[&str]) -> Self {
        let mut child = command(home, store, files_max, words).spawn().unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let (lines, heard) = (BufReader::new(child.stderr.take().unwrap()).lines(), said.clone());
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                *heard.lock().unwrap() += &(line + "\n");
            }
        });
        let mut server = Self { child, said, port: 0 };
        // The last line of the start; what stands before it is the address.
        server.wait_for("按 Ctrl+C 停止");
        let said = server.said();
        let address = said.split("http://127.0.0.1:").nth(1).expect("an address");
        server.port = address.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap();
        server
    }

    /// What it has said so far.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Waits until it has said this.
    pub fn wait_for(&mut self, words: &str) {
        let began = Instant::now();
        while !self.said().contains(words) {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none() && began.elapsed() < PATIENCE, "{ended:?}: {}", self.said());
            std::thread::sleep(LOOK);
        }
    }

    /// Tells it to end.
    pub fn terminate(&self) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
    }

    /// Waits until it has ended, and says how long that took; none if it does not within `max`.
    pub fn ends_within(&mut self, max: Duration) -> Option<(ExitStatus, Duration)> {
        let began = Instant::now();
        while began.elapsed() < max {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some((status, began.elapsed()));
            }
            std::thread::sleep(LOOK);
        }
        None
    }

    /// A connection on which this was sent.
    pub fn sending(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        stream
    }

    /// Asks for a page.
    pub fn get(&self, path: &str) -> Answer {
        let head = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\nConnection: close\r\n\r\n");
        let mut all = Vec::new();
        self.sending(&head).read_to_end(&mut all).unwrap();
        let cut = all.windows(4).position(|four| four == b"\r\n\r\n").expect("a whole header");
        let head = String::from_utf8(all[..cut].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head, body: all[cut + 4..].to_vec() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().ok();
        self.child.wait().unwrap();
    }
}

/// A city that nobody has open, and its clerk.
pub struct City {
    pub rest: Rest,
    pub clerk: app::Post,
}

/// A small city with one drawn and published task, that nobody has open.
pub async fn drawn_city(world: World) -> City {
    use domain::agency::AgencyLevel;
    use domain::role::Role;
    let city = world.agency("130300", "试验市市场监督管理局", AgencyLevel::City, None).await;
    let clerk = world.person("clerk", "王经办", city, Role::Clerk).await;
    let leader = world.person("leader", "李分管", city, Role::Leader).await;
    let cast = Cast::of_one(&clerk, &leader);
    cast.lists(&world, &["130300"], 60).await;
    cast.drawn(&world).await;
    let rest = world.rest().await;
    std::fs::set_permissions(rest.home(), std::fs::Permissions::from_mode(0o700)).unwrap();
    City { rest, clerk }
}

//! `mingcha serve` as a process that tests talk to, stop and kill.

use std::io::{BufRead as _, BufReader};
use std::net::Ipv4Addr;
use std::process::Child;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpSocket;

use crate::run::{Installation, Said, block_on};

/// Seconds that a server may take to begin or to refuse.
const BEGIN_SECONDS_MAX: u64 = 60;
/// Seconds that an answer may take; the product promises its own in less.
const ANSWER_SECONDS_MAX: u64 = 60;
/// Milliseconds between two looks.
const LOOK_MS: u64 = 50;
/// Who signs in.
pub const LOGIN: &str = "admin";
pub const PASSWORD: &str = "a long enough password";

/// A running server. Dropping it kills it.
pub struct Server {
    child: Child,
    port: u16,
    log: Arc<Mutex<String>>,
}

impl Server {
    /// Starts one and waits until it listens, or until it has refused.
    pub fn try_start(made: &Installation) -> Result<Self, Said> {
        let mut child = made.mingcha(&["serve", "--listen", "127.0.0.1:0"]).started();
        let log = Arc::new(Mutex::new(String::new()));
        let lines = BufReader::new(child.stderr.take().unwrap());
        let kept = Arc::clone(&log);
        let reader = std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                let mut log = kept.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        let until = Instant::now() + Duration::from_secs(BEGIN_SECONDS_MAX);
        loop {
            let said = log.lock().unwrap().clone();
            if let Some((_, rest)) = said.split_once("明查已启动：http://127.0.0.1:") {
                let port = rest.split('/').next().unwrap().parse().unwrap();
                return Ok(Self { child, port, log });
            }
            if let Some(status) = child.try_wait().unwrap() {
                reader.join().unwrap();
                let err = log.lock().unwrap().clone();
                return Err(Said { out: String::new(), err, code: status.code() });
            }
            if Instant::now() > until {
                child.kill().unwrap();
                panic!("the server neither began nor refused: {said}");
            }
            std::thread::sleep(Duration::from_millis(LOOK_MS));
        }
    }

    /// Starts one that must begin.
    pub fn start(made: &Installation) -> Self {
        Self::try_start(made).unwrap_or_else(|said| panic!("{}", said.err))
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has said so far on standard error.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// `GET`: status and body.
    pub fn get(&self, path: &str) -> Option<(u16, String)> {
        self.ask(
            Ipv4Addr::LOCALHOST,
            &format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nconnection: close\r\n\r\n", self.port),
        )
    }

    /// Signs in from one of this machine's addresses: status and body; none if the server is gone. The next one comes from
    /// another: tries of one address make it wait.
    pub fn sign_in(&self, from: u32) -> Option<(u16, String)> {
        let from = Ipv4Addr::from_bits(Ipv4Addr::new(127, 1, 0, 1).to_bits() + from % 0x00ff_0000);
        let body = format!("login={LOGIN}&password={}", PASSWORD.replace(' ', "+"));
        let request = format!(
            "POST /office/sign-in HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nconnection: close\r\ncontent-type: \
             application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            self.port,
            body.len()
        );
        self.ask(from, &request)
    }

    fn ask(&self, from: Ipv4Addr, request: &str) -> Option<(u16, String)> {
        let asked = async {
            let socket = TcpSocket::new_v4().ok()?;
            socket.bind((from, 0).into()).ok()?;
            let mut stream = socket.connect((Ipv4Addr::LOCALHOST, self.port).into()).await.ok()?;
            stream.write_all(request.as_bytes()).await.ok()?;
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await.ok()?;
            Some(String::from_utf8_lossy(&answer).into_owned())
        };
        let within = Duration::from_secs(ANSWER_SECONDS_MAX);
        let answer = block_on(async { tokio::time::timeout(within, asked).await.ok().flatten() })?;
        let status = answer.split(' ').nth(1)?.parse().ok()?;
        Some((status, answer))
    }

    /// Asks until the answer's status is `status`, for at most `seconds`.
    pub fn becomes(&self, what: &str, seconds: u64, asked: impl Fn() -> Option<(u16, String)>, status: u16) -> String {
        let until = Instant::now() + Duration::from_secs(seconds);
        loop {
            let answer = asked();
            match answer {
                Some((found, body)) if found == status => return body,
                other if Instant::now() > until => panic!("{what}: {other:?}\n{}", self.log()),
                _ => std::thread::sleep(Duration::from_millis(LOOK_MS)),
            }
        }
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already ended by the test, perhaps.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Makes the account that signs in.
pub fn add_account(made: &Installation) {
    let add = ["user", "add", LOGIN, "--name", "李管理", "--agency", "130300", "--role", "administrator"];
    let said = made.mingcha(&add).input(&format!("{PASSWORD}\n")).said();
    assert_eq!(said.code, Some(0), "{}", said.err);
}

//! `serve` as strangers and proxies meet it: many wrong passwords at once cost little, hold up nobody else and tell nothing;
//! behind a proxy the cookies are for HTTPS only and each asker has his own address.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpSocket;

use crate::run::{Engine, Installation, block_on, on_both};

const PASSWORD: &str = "a long enough password";
/// Seconds after which an answer is no longer waited for.
const ANSWER_SECONDS_MAX: u64 = 60;
/// Kilobytes that the server may take, at its highest.
const RESIDENT_KB_MAX: u64 = 400 * 1024;

/// `mingcha serve` on a port of its own; it ends with the test.
struct Server {
    child: Child,
    port: u16,
    log: Arc<Mutex<String>>,
}

impl Server {
    fn start(made: &Installation, words: &[&str]) -> Self {
        let mut all = vec!["serve", "--listen", "127.0.0.1:0"];
        all.extend(words);
        let mut command = made.command(&all);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        assert!(lines.any(|line| line.starts_with("明查已启动")), "it did not begin");
        // Read on, so that it never waits for a reader.
        let kept = log.clone();
        std::thread::spawn(move || lines.for_each(|line| kept.lock().unwrap().push_str(&(line + "\n"))));
        let port = listening(child.id());
        Self { child, port, log }
    }

    /// A line of `/proc/…/status`, in kilobytes.
    fn kilobytes(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap()
    }

    fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// An answer to a request from a local address; nothing if the connection was refused or broken off.
    async fn ask(&self, from: &str, head: &str, body: &str) -> Option<String> {
        let asked = async {
            let socket = TcpSocket::new_v4().ok()?;
            socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
            let mut stream = socket.connect(([127, 0, 0, 1], self.port).into()).await.ok()?;
            let length = body.len();
            let text = format!("{head}Host: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
            stream.write_all(text.as_bytes()).await.ok()?;
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await.ok()?;
            Some(String::from_utf8_lossy(&answer).into_owned()).filter(|text| text.starts_with("HTTP/1.1 "))
        };
        tokio::time::timeout(Duration::from_secs(ANSWER_SECONDS_MAX), asked).await.expect("an answer in time")
    }

    async fn sign_in(&self, from: &str, login: &str, password: &str, headers: &str) -> Option<String> {
        let head = format!(
            "POST /office/sign-in HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nAccept: text/html\r\n{headers}"
        );
        self.ask(from, &head, &format!("login={login}&password={}", password.replace(' ', "+"))).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The port on which a process listens.
fn listening(process: u32) -> u16 {
    let sockets: Vec<String> = std::fs::read_dir(format!("/proc/{process}/fd"))
        .unwrap()
        .filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok())
        .filter_map(|link| Some(link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    let table = std::fs::read_to_string(format!("/proc/{process}/net/tcp")).unwrap();
    let listens = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let ours = words.get(3) == Some(&"0A") && sockets.iter().any(|inode| words.get(9) == Some(&&**inode));
        let port = words.get(1)?.split_once(':')?.1;
        ours.then(|| u16::from_str_radix(port, 16).unwrap())
    };
    table.lines().find_map(listens).expect("it listens")
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap()
}

fn with_a_clerk(engine: Engine) -> Installation {
    let made = Installation::new(engine);
    let add = ["user", "add", "clerk", "--name", "王经办", "--agency", "130300", "--role", "clerk"];
    assert_eq!(made.mingcha(&add).input(&format!("{PASSWORD}\n")).said().code, Some(0));
    made
}

on_both! {
    fn three_hundred_wrong_passwords_at_once(engine) {
        let made = with_a_clerk(engine);
        let server = Arc::new(Server::start(&made, &[]));
        block_on(async {
            let guesses = (0..300).map(|n| {
                let server = server.clone();
                // Half of them from one address at one login, half from all sides at logins that there are not.
                let (from, login) = match n % 2 {
                    0 => ("127.0.0.3".to_owned(), "clerk".to_owned()),
                    _ => (format!("127.0.1.{}", 1 + n % 250), format!("nobody{n}")),
                };
                tokio::spawn(async move { server.sign_in(&from, &login, &format!("wrong password {n}"), "").await })
            });
            let (mut refused, mut busy) = ([0, 0], 0);
            for (n, guess) in guesses.collect::<Vec<_>>().into_iter().enumerate() {
                // A limit of connections may refuse one before it is heard.
                let Some(answer) = guess.await.unwrap() else { continue };
                match status(&answer) {
                    "422" => refused[n % 2] += 1,
                    "503" | "429" => {
                        assert!(answer.to_lowercase().contains("retry-after: "), "{answer}");
                        busy += 1;
                    }
                    other => panic!("{other}: {answer}"),
                }
            }
            assert!(refused[0] >= 5 && refused[1] > 0, "{refused:?} refused, {busy} busy");
            // The right password from where it was guessed has to wait; from elsewhere it opens.
            let here = server.sign_in("127.0.0.3", "clerk", PASSWORD, "").await.unwrap();
            assert_eq!(status(&here), "422", "{here}");
            let elsewhere = server.sign_in("127.0.0.2", "clerk", PASSWORD, "").await.unwrap();
            assert_eq!(status(&elsewhere), "303", "{elsewhere}");
            assert!(elsewhere.contains("mingcha_flash=warn"), "told at sign-in: {elsewhere}");
            let health = server.ask("127.0.0.2", "GET /healthz HTTP/1.1\r\n", "").await.unwrap();
            assert_eq!(status(&health), "200");
        });
        let (highest, now) = (server.kilobytes("VmHWM:"), server.kilobytes("VmRSS:"));
        assert!(highest < RESIDENT_KB_MAX && now < RESIDENT_KB_MAX, "{highest} kB at the highest, {now} kB now");
        let log = server.log();
        assert!(log.contains("127.0.0.3") && !log.contains("nobody") && !log.contains("wrong+password"), "{log}");
    }

    fn a_proxy_that_is_no_address_is_refused_by_name(engine) {
        let made = with_a_clerk(engine);
        for bad in ["proxy.example", "10.0.0.0/33", ""] {
            std::fs::write(made.home.join("mingcha.toml"), format!("trusted_proxies = [\"127.0.0.1\", \"{bad}\"]\n")).unwrap();
            let said = made.mingcha(&["serve", "--listen", "127.0.0.1:0"]).said();
            assert_eq!(said.code, Some(2), "{}", said.err);
            assert!(said.err.contains(&format!("trusted_proxies 中的“{bad}”无法识别")), "{}", said.err);
        }
    }

    fn behind_a_proxy_cookies_are_for_https_and_askers_have_their_own_address(engine) {
        let made = with_a_clerk(engine);
        std::fs::write(made.home.join("mingcha.toml"), "trusted_proxies = [\"127.0.0.2\"]\n").unwrap();
        let server = Server::start(&made, &["--public-url", "https://sjc.example.gov.cn"]);
        block_on(async {
            let forwarded = "X-Forwarded-For: 192.0.2.1, 198.51.100.7\r\n";
            assert_eq!(status(&server.sign_in("127.0.0.2", "clerk", "wrong password", forwarded).await.unwrap()), "422");
            assert_eq!(status(&server.sign_in("127.0.0.5", "clerk", "wrong password", forwarded).await.unwrap()), "422");
            let answer = server.sign_in("127.0.0.2", "clerk", PASSWORD, forwarded).await.unwrap();
            assert_eq!(status(&answer), "303");
            let set = |name: &str| answer.lines().find(|line| line.to_lowercase().starts_with(&format!("set-cookie: {name}"))).unwrap().to_owned();
            for cookie in [set("__host-mingcha="), set("__host-mingcha_flash=")] {
                assert!(cookie.contains("; Secure") && cookie.contains("; HttpOnly") && cookie.contains("Path=/"), "{cookie}");
            }
            assert!(answer.to_lowercase().contains("strict-transport-security: "), "{answer}");
        });
        let log = server.log();
        assert!(log.contains("198.51.100.7") && log.contains("127.0.0.5") && !log.contains("192.0.2.1"), "{log}");
    }
}

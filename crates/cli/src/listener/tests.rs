//! The listener on a real socket, with patience of milliseconds. What the whole process does stands in `tests/server`.

use std::time::Instant;

use axum::body::Bytes;
use axum::extract::ConnectInfo;
use axum::routing::{get, post};
use tokio::io::AsyncReadExt as _;
use tokio::task::JoinHandle;

use super::*;

const MS: fn(u64) -> Duration = Duration::from_millis;

fn patience() -> Patience {
    Patience {
        head: MS(400),
        idle: MS(1_000),
        silent: MS(800),
        slow_after: MS(4_000),
        bytes_per_second_min: 1000,
        drain: MS(10_000),
        ..Patience::default()
    }
}

/// A listener that runs.
struct Served {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    ended: JoinHandle<()>,
}

async fn serve(room: Room, stop_within: Duration) -> Served {
    let router = Router::new()
        .route("/", get(|ConnectInfo(from): ConnectInfo<SocketAddr>| async move { from.ip().to_string() }))
        .route("/take", post(|body: Bytes| async move { body.len().to_string() }))
        .route("/refuse", post(|| async { (axum::http::StatusCode::PAYLOAD_TOO_LARGE, "no\n") }))
        .route(
            "/slow",
            get(|| async {
                tokio::time::sleep(MS(600)).await;
                "done"
            }),
        )
        .route("/for-ever", get(std::future::pending::<()>))
        .route("/much", get(|| async { vec![7_u8; 64 << 20] }))
        .layer(axum::extract::DefaultBodyLimit::disable());
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = tcp.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    let listener = Listener {
        tcp,
        tls: None,
        router,
        proxies: Proxies::default(),
        room,
        patience: patience(),
        stop_within,
        stop: stopped,
    };
    Served { address, stop, ended: tokio::spawn(listener.run()) }
}

const WIDE: Room = Room { connections: 100, per_address: 100 };

impl Served {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn sending(&self, text: &str) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }

    async fn ask(&self, path: &str) -> String {
        until_closed(self.sending(&format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).await)
            .await
            .0
    }
}

/// What comes until the other end closes, and how long that took. A broken connection is an end as well.
async fn until_closed(mut stream: TcpStream) -> (String, Duration) {
    let (began, mut all) = (Instant::now(), Vec::new());
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut all)).await;
    assert!(read.is_ok(), "never closed");
    (String::from_utf8_lossy(&all).into_owned(), began.elapsed())
}

#[tokio::test]
async fn a_request_is_answered_and_the_handler_knows_from_where() {
    let served = serve(WIDE, MS(1_000)).await;
    let answer = served.ask("/").await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("127.0.0.1"), "{answer}");
}

#[tokio::test]
async fn who_sends_no_whole_header_is_left() {
    let served = serve(WIDE, MS(1_000)).await;
    for begun in ["", "GET / HTTP/1.1\r\nHost: a"] {
        let (answer, took) = until_closed(served.sending(begun).await).await;
        assert!(took >= MS(380) && took < MS(8_000), "{begun:?}: {took:?}");
        assert_eq!(answer, "", "{begun:?}");
    }
    // Drop by drop is no header either: its time runs from the first byte.
    let mut drip = served.connect().await;
    let began = Instant::now();
    while drip.write_all(b"G").await.is_ok() && began.elapsed() < MS(8_000) {
        tokio::time::sleep(MS(20)).await;
    }
    assert!(began.elapsed() < MS(8_000), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_connection_is_kept_between_requests_but_not_for_ever() {
    let served = serve(WIDE, MS(1_000)).await;
    let mut stream = served.sending("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    // Longer than a header may take.
    tokio::time::sleep(MS(600)).await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let (answers, took) = until_closed(stream).await;
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 2, "{answers}");
    assert!(took >= MS(950) && took < MS(8_000), "{took:?}");
}

#[tokio::test]
async fn a_slow_body_arrives_and_a_silent_one_ends() {
    let served = serve(WIDE, MS(1_000)).await;
    let head = "POST /take HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2000\r\n\r\n";
    let mut slow = served.sending(head).await;
    for _ in 0..20 {
        tokio::time::sleep(MS(60)).await;
        slow.write_all(&[b'a'; 100]).await.unwrap();
    }
    let (answer, _) = until_closed(slow).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("2000"), "{answer}");

    let (answer, took) = until_closed(served.sending(&format!("{head}aaa")).await).await;
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
    assert!(took >= MS(780) && took < MS(8_000), "{took:?}");
}

#[tokio::test]
async fn who_does_not_take_an_answer_is_left() {
    let served = serve(WIDE, MS(300)).await;
    let stream = served.sending("GET /much HTTP/1.1\r\nHost: a\r\n\r\n").await;
    tokio::time::sleep(MS(4_000)).await;
    let (answer, _) = until_closed(stream).await;
    assert!(answer.len() < 64 << 20, "all of it came after all");
}

#[tokio::test]
async fn an_early_answer_reaches_who_is_still_sending() {
    let served = serve(WIDE, MS(1_000)).await;
    let bytes = 30 << 20;
    let mut stream =
        served.sending(&format!("POST /refuse HTTP/1.1\r\nHost: a\r\nContent-Length: {bytes}\r\n\r\n")).await;
    // A program that sends everything before it reads anything.
    let all = vec![b'a'; bytes];
    stream.write_all(&all).await.expect("what is sent is read away");
    let (answer, _) = until_closed(stream).await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.ends_with("no\n"), "{answer}");
}

#[tokio::test]
async fn half_open_connections_keep_nobody_out() {
    let served = serve(Room { connections: 10, per_address: 10 }, MS(1_000)).await;
    let mut half = Vec::new();
    for n in 0..40 {
        let text = if n % 2 == 0 { "GET / HT" } else { "POST /take HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\na" };
        half.push(served.sending(text).await);
        if n % 10 == 0 {
            assert!(served.ask("/").await.starts_with("HTTP/1.1 200"));
        }
    }
    assert!(served.ask("/").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn where_all_are_at_work_a_newcomer_is_told_so() {
    let served = serve(Room { connections: 2, per_address: 2 }, MS(1_000)).await;
    let mut busy = Vec::new();
    for _ in 0..2 {
        busy.push(served.sending("GET /for-ever HTTP/1.1\r\nHost: a\r\n\r\n").await);
    }
    tokio::time::sleep(MS(100)).await;
    let answer = served.ask("/").await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 503") && head.contains("Retry-After: 5"), "{head}");
    assert!(head.contains(&format!("Content-Length: {}", body.len())), "{head}");
}

#[tokio::test]
async fn a_stop_waits_for_work_but_for_nobody_who_is_silent() {
    let served = serve(WIDE, MS(10_000)).await;
    let mut waiting = served.sending("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").await;
    tokio::time::sleep(MS(100)).await;
    let began = Instant::now();
    served.stop.send(true).unwrap();
    let mut answer = vec![0; 4096];
    let read = waiting.read(&mut answer).await.unwrap();
    assert!(String::from_utf8_lossy(&answer[..read]).starts_with("HTTP/1.1 200"));
    served.ended.await.unwrap();
    assert!(began.elapsed() < MS(5_000), "{:?}", began.elapsed());
    assert!(TcpStream::connect(served.address).await.is_err(), "nobody comes in any more");
}

#[tokio::test]
async fn a_stop_ends_whatever_clients_and_handlers_do() {
    let served = serve(WIDE, MS(500)).await;
    let _kept = [
        served.sending("GET /for-ever HTTP/1.1\r\nHost: a\r\n\r\n").await,
        served.sending("POST /take HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\na").await,
        served.sending("GET / HT").await,
        served.connect().await,
    ];
    tokio::time::sleep(MS(50)).await;
    let began = Instant::now();
    served.stop.send(true).unwrap();
    served.ended.await.unwrap();
    assert!(began.elapsed() >= MS(480) && began.elapsed() < MS(5_000), "{:?}", began.elapsed());
}

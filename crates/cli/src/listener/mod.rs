//! Listening (ADR 0019): who may come in, how long each may keep the process waiting, and how it ends. It knows no page.
//!
//! `axum::serve` has no limit of time and no cap, so hyper's connections are driven here. The limits stand in `limits`,
//! whom a full house parts with in `gate`.

mod exchange;
mod gate;
mod limits;
mod line;
mod pace;
mod paced;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tracing::{debug, warn};
use web::Proxies;
use web::tally::Tally;

use self::exchange::Exchange;
use self::gate::{Admitted, Gate, Place};
pub use self::limits::{Patience, Room};
use self::line::{Line, Phase};
use self::paced::Paced;

/// What a full house says; the client is to come again.
const FULL: &str = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n\
                    Content-Type: text/plain; charset=utf-8\r\nContent-Length: 59\r\n\r\n\
                    连接太多，请过几秒再试。\nToo many connections.\n";
/// Refusals that are being told at the same time; beyond it connections are closed without a word.
const TELLING_MAX: usize = 16;
/// How long one refusal may take to be read.
const TELLING_TIME_MAX: Duration = Duration::from_millis(500);
/// While stopping: whoever has kept us waiting this long is not waited for.
const STOPPING_PATIENCE: Duration = Duration::from_secs(2);
/// While stopping: the pause between two looks.
const STOPPING_LOOK: Duration = Duration::from_millis(200);
/// How long connections that were told to end may take to do so.
const PARTING_MAX: Duration = Duration::from_secs(1);
/// A pause where the operating system gives no connection, so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What is served to whom.
pub struct Listener {
    /// Where connections come from.
    pub tcp: TcpListener,
    /// With it every connection is TLS.
    pub tls: Option<TlsAcceptor>,
    /// What answers.
    pub router: Router,
    /// Proxies: they have no share of their own.
    pub proxies: Proxies,
    /// How many there may be.
    pub room: Room,
    /// How long they may keep us waiting.
    pub patience: Patience,
    /// How long requests in hand may take once `stop` has turned true.
    pub stop_within: Duration,
    /// Turns true when it is to end.
    pub stop: watch::Receiver<bool>,
}

impl Listener {
    /// Serves until told to stop, and returns at the latest [`Listener::stop_within`] and [`PARTING_MAX`] later.
    pub async fn run(self) {
        let Self { tcp, tls, router, proxies, room, patience, stop_within, mut stop } = self;
        let gate = Gate::new(room, proxies);
        let told =
            Told { gate: gate.clone(), room, telling: Arc::new(Semaphore::new(TELLING_MAX)), tally: Tally::new() };
        let mut http = http1::Builder::new();
        // Limits of time are `Paced`'s; hyper's own for the header would also end a connection between two requests.
        http.header_read_timeout(None::<Duration>);
        let connection = Connection { tls, router, patience, http, stop: stop.clone() };
        loop {
            let accepted = tokio::select! {
                biased;
                () = told_to(&mut stop) => break,
                accepted = tcp.accept() => accepted,
            };
            let (stream, from) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    told.failed(&error);
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            match gate.admit(from.ip()).await {
                Admitted::In(place) => connection.begin(stream, from, place),
                Admitted::Instead(place, other) => {
                    told.instead(from.ip(), other);
                    connection.begin(stream, from, place);
                }
                Admitted::Full => told.refuse(stream, from.ip(), connection.tls.is_none()),
            }
        }
        drop(tcp);
        end(&gate, stop_within).await;
    }
}

/// Waits for requests in hand, but for nobody who says nothing, and for all no longer than `within`.
async fn end(gate: &Gate, within: Duration) {
    let until = tokio::time::Instant::now() + within;
    while tokio::time::Instant::now() < until {
        if tokio::time::timeout(STOPPING_LOOK, gate.empty()).await.is_ok() {
            return;
        }
        gate.part_with_waiting(STOPPING_PATIENCE);
    }
    let cut = gate.part_with_all();
    warn!(connections = cut, "requests were cut off, because they did not end within the time for stopping");
    tokio::time::timeout(PARTING_MAX, gate.empty()).await.ok();
}

/// Waits until it is time to stop. Whoever could say so is gone: then it is time as well.
async fn told_to(stop: &mut watch::Receiver<bool>) {
    stop.wait_for(|stop| *stop).await.ok();
}

/// What every connection needs.
struct Connection {
    tls: Option<TlsAcceptor>,
    router: Router,
    patience: Patience,
    http: http1::Builder,
    stop: watch::Receiver<bool>,
}

impl Connection {
    /// Serves a connection on a task of its own.
    fn begin(&self, stream: TcpStream, from: SocketAddr, place: Place) {
        // Answers are written whole; waiting for more to send would only delay them.
        if let Err(error) = stream.set_nodelay(true) {
            debug!(%error, "a connection ended before it began");
            return;
        }
        let (patience, line) = (self.patience, place.line.clone());
        let exchange = Exchange::new(self.router.clone(), from, line.clone(), patience);
        let (http, stop, tls) = (self.http.clone(), self.stop.clone(), self.tls.clone());
        let stream = Paced::new(stream, line.clone(), patience);
        tokio::spawn(async move {
            let served = async {
                let Some(tls) = tls else { return exchanges(&http, stream, exchange, stop).await };
                match tokio::time::timeout(patience.handshake, tls.accept(stream)).await {
                    Ok(Ok(stream)) => {
                        // The time for the first request begins anew.
                        line.enter(Phase::Head);
                        exchanges(&http, stream, exchange, stop).await;
                    }
                    Ok(Err(error)) => debug!(%error, "no TLS handshake"),
                    Err(_) => debug!("a TLS handshake took too long"),
                }
            };
            tokio::select! {
                () = served => {}
                () = line.leave.notified() => {}
                () = overdue(&line, &patience) => debug!(%from, "no request came in time"),
            }
            drop(place);
        });
    }
}

/// Waits until a request, or the next one, has been waited for too long. A phase that begins meanwhile lasts at least as long
/// as a header may take, so that a look after that time never comes too late.
async fn overdue(line: &Line, patience: &Patience) {
    loop {
        let left = line.left(patience).unwrap_or(patience.head);
        if left.is_zero() {
            return;
        }
        tokio::time::sleep(left.min(patience.head)).await;
    }
}

/// Answers requests until the connection ends or, after a request, the server does.
async fn exchanges<T>(http: &http1::Builder, stream: T, exchange: Exchange, mut stop: watch::Receiver<bool>)
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut connection = std::pin::pin!(http.serve_connection(TokioIo::new(stream), exchange));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = told_to(&mut stop) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        debug!(%error, "a connection broke off");
    }
}

/// Tells visitors and the log of what could not be.
struct Told {
    gate: Arc<Gate>,
    room: Room,
    telling: Arc<Semaphore>,
    tally: Tally,
}

impl Told {
    fn instead(&self, from: IpAddr, other: IpAddr) {
        if let Some(times) = self.tally.note() {
            let (now, max) = (self.gate.count(), self.room.connections);
            warn!(times, %from, closed = %other, now, max, "no connection left: the one that said nothing longest was closed");
        }
    }

    fn refuse(&self, stream: TcpStream, from: IpAddr, plain: bool) {
        if let Some(times) = self.tally.note() {
            let (now, max, per_address) = (self.gate.count(), self.room.connections, self.room.per_address);
            warn!(times, %from, now, max, per_address, "a connection was refused: all others are at work");
        }
        // Behind TLS a refusal would need the handshake first, which is the greater part of the work.
        let Ok(turn) = self.telling.clone().try_acquire_owned() else { return };
        if plain {
            tokio::spawn(async move {
                tokio::time::timeout(TELLING_TIME_MAX, tell(stream)).await.ok();
                drop(turn);
            });
        }
    }

    fn failed(&self, error: &std::io::Error) {
        if let Some(times) = self.tally.note() {
            warn!(times, %error, "a connection could not be accepted");
        }
    }
}

/// Says that there is no room, and reads what was asked away, or else the answer might be lost with it.
async fn tell(mut stream: TcpStream) -> std::io::Result<()> {
    stream.write_all(FULL.as_bytes()).await?;
    stream.shutdown().await?;
    tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests;

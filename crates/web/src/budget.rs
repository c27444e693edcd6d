//! A budget for what costs seconds of a processor: lists as files, printed forms, the log recomputed. A few run at a time and
//! away from the threads that answer pages, some wait in a short queue, and the rest is told to come again: ten exports at
//! once may keep each other waiting, but nobody's page.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::warn;

use crate::Error;
use crate::tally::Tally;

/// Of one asker at most, running and waiting together.
pub const OF_ONE_MAX: usize = 4;
/// Waiting at most, of all askers.
pub const WAITING_MAX: usize = 12;
/// Seconds in the queue at most.
pub const WAIT_SECONDS_MAX: u64 = 60;
/// Seconds after which whoever found the queue full may ask again.
pub const RETRY_SECONDS: u64 = 15;

/// Marks a request that costs much; see [`aside`].
#[derive(Clone, Copy, Debug)]
pub struct Heavy;

/// Who is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spent {
    /// This asker has [`OF_ONE_MAX`] of them already.
    OfOne,
    /// Everybody together has too many.
    OfAll,
}

/// How much may run, and who has asked for it.
#[derive(Debug)]
pub struct Budget {
    running: Arc<Semaphore>,
    at_once: usize,
    asked: Arc<Mutex<HashMap<String, usize>>>,
    wait: Duration,
    tally: Tally,
}

/// The right to run; dropping it lets the next one in.
#[derive(Debug)]
pub struct Turn {
    _running: OwnedSemaphorePermit,
    _seat: Seat,
}

/// A place among those who run or wait.
#[derive(Debug)]
struct Seat {
    asker: String,
    asked: Arc<Mutex<HashMap<String, usize>>>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut asked = lock(&self.asked);
        if let Some(count) = asked.get_mut(&self.asker) {
            *count -= 1;
            if *count == 0 {
                asked.remove(&self.asker);
            }
        }
    }
}

impl Budget {
    /// As many at a time as half of this machine's processors, but no more than two.
    #[must_use]
    pub fn of_this_machine() -> Arc<Self> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self::new((processors / 2).clamp(1, 2), Duration::from_secs(WAIT_SECONDS_MAX))
    }

    /// `at_once` at a time, each after a wait of at most `wait`.
    #[must_use]
    pub fn new(at_once: usize, wait: Duration) -> Arc<Self> {
        let running = Arc::new(Semaphore::new(at_once));
        Arc::new(Self { running, at_once, asked: Arc::default(), wait, tally: Tally::new() })
    }

    /// Waits for a turn. `asker` is who it is counted for, and what the log calls them: an account, an address.
    ///
    /// # Errors
    /// [`Spent`], at once or after the wait; the log is told who.
    pub async fn turn(&self, asker: &str) -> Result<Turn, Spent> {
        let turn = self.wait_for_turn(asker).await;
        if let Err(spent) = turn
            && let Some(times) = self.tally.note()
        {
            warn!(times, asker, ?spent, "a file was refused: too many are being made");
        }
        turn
    }

    async fn wait_for_turn(&self, asker: &str) -> Result<Turn, Spent> {
        let seat = self.sit_down(asker)?;
        match tokio::time::timeout(self.wait, self.running.clone().acquire_owned()).await {
            Ok(Ok(running)) => Ok(Turn { _running: running, _seat: seat }),
            _ => Err(Spent::OfAll),
        }
    }

    fn sit_down(&self, asker: &str) -> Result<Seat, Spent> {
        let mut asked = lock(&self.asked);
        let own = asked.get(asker).copied().unwrap_or(0);
        if own >= OF_ONE_MAX {
            return Err(Spent::OfOne);
        }
        if asked.values().sum::<usize>() >= self.at_once + WAITING_MAX {
            return Err(Spent::OfAll);
        }
        asked.insert(asker.to_owned(), own + 1);
        Ok(Seat { asker: asker.to_owned(), asked: self.asked.clone() })
    }
}

fn lock(asked: &Mutex<HashMap<String, usize>>) -> MutexGuard<'_, HashMap<String, usize>> {
    // Nothing fails between two changes of the map, so a thread that died here left it whole.
    asked.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does the request ask for a list as a file?
#[must_use]
pub fn asks_for_file(request: &Request) -> bool {
    let query = request.uri().query().unwrap_or_default();
    // Read as lists read it: an address that is spelled otherwise costs the same.
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    // What is asked without its content is made all the same.
    [Method::GET, Method::HEAD].contains(request.method())
        && pairs.any(|(name, value)| name == "format" && (value == "xlsx" || value == "csv"))
}

/// Answers a request that costs much on a thread of its own, marked [`Heavy`]: whoever answers takes a turn of a [`Budget`]
/// once it is known who asks.
pub async fn aside(mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(Heavy);
    let runtime = tokio::runtime::Handle::current();
    // It goes on where the asker has gone meanwhile; its turn ends with it.
    match tokio::task::spawn_blocking(move || runtime.block_on(next.run(request))).await {
        Ok(response) => response,
        Err(error) => Error::internal(error).into_response(),
    }
}

#[cfg(feature = "app")]
impl Spent {
    /// The refusal, with words and the time after which to ask again.
    #[must_use]
    pub fn into_response(self) -> Response {
        use app::ErrorKind;
        use axum::http::{HeaderValue, header};
        let error = match self {
            Self::OfOne => app::Error::new(ErrorKind::TooMany, "LIST-002").with("max", OF_ONE_MAX),
            Self::OfAll => app::Error::new(ErrorKind::Unavailable, "LIST-003"),
        };
        let mut response = Error::from(error).into_response();
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
        response
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_asker_has_so_many_and_all_have_so_many() {
        let budget = Budget::new(1, Duration::from_millis(20));
        let first = budget.turn("a").await.unwrap();
        assert_eq!(budget.turn("a").await.unwrap_err(), Spent::OfAll, "it waited, and nobody ended");
        let mut seats: Vec<_> = (1..OF_ONE_MAX).map(|_| budget.sit_down("a").unwrap()).collect();
        assert_eq!(budget.turn("a").await.unwrap_err(), Spent::OfOne);
        for n in seats.len()..WAITING_MAX {
            seats.push(budget.sit_down(&format!("b{n}")).unwrap());
        }
        assert_eq!(budget.turn("c").await.unwrap_err(), Spent::OfAll);
        seats.pop();
        let waiting = tokio::spawn({
            let budget = Budget { wait: Duration::from_secs(60), ..Arc::try_unwrap(budget).unwrap() };
            async move { budget.turn("c").await.map(drop) }
        });
        tokio::task::yield_now().await;
        drop(first);
        assert_eq!(waiting.await.unwrap(), Ok(()), "its turn came");
        drop(seats);
    }

    #[test]
    fn files_are_told_from_pages() {
        let check = |method: Method, address: &str, expect| {
            let request = Request::builder().method(method).uri(address).body(axum::body::Body::empty()).unwrap();
            assert_eq!(asks_for_file(&request), expect, "{address}");
        };
        check(Method::GET, "/office/subjects?q=a&format=xlsx", true);
        check(Method::GET, "/office/subjects?format=csv&page=2", true);
        check(Method::GET, "/office/subjects?%66ormat=%78lsx", true);
        check(Method::GET, "/office/subjects?q=format=csv", false);
        check(Method::GET, "/office/subjects", false);
        check(Method::HEAD, "/office/subjects?format=csv", true);
        check(Method::HEAD, "/office/subjects", false);
        check(Method::POST, "/office/subjects?format=csv", false);
    }
}

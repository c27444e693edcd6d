//! Who may come in. At a cap the connection whose other end has kept us waiting longest makes room: half-open connections
//! cost a newcomer nothing then, and nobody is refused while somebody else says nothing. Where all are at work, the
//! newcomer is refused.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::address::household;
use tokio::sync::Notify;
use web::Proxies;

use super::limits::Room;
use super::line::Line;

/// How long a newcomer waits until the one that makes room is gone.
const MAKING_ROOM_MAX: Duration = Duration::from_millis(500);

/// The connections that there are.
#[derive(Debug)]
pub struct Gate {
    room: Room,
    /// They speak for many, so that they have no share of their own; nor has this machine.
    proxies: Proxies,
    began: Instant,
    lines: Mutex<Lines>,
    /// Someone has gone. One waits for it at a time: whoever accepts, or whoever stops.
    gone: Notify,
}

#[derive(Debug, Default)]
struct Lines {
    next: u64,
    by_id: HashMap<u64, Arc<Line>>,
    of_household: HashMap<IpAddr, u64>,
}

/// What became of a newcomer.
#[derive(Debug)]
pub enum Admitted {
    /// It has a place.
    In(Place),
    /// It has a place, and the connection of this address was closed for it.
    Instead(Place, IpAddr),
    /// Everybody else is at work.
    Full,
}

/// A place; dropping it gives it back.
#[derive(Debug)]
pub struct Place {
    /// What is known of the connection.
    pub line: Arc<Line>,
    id: u64,
    gate: Arc<Gate>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut lines = self.gate.lines();
        lines.by_id.remove(&self.id);
        let household = household(self.line.from);
        if let Some(count) = lines.of_household.get_mut(&household) {
            *count -= 1;
            if *count == 0 {
                lines.of_household.remove(&household);
            }
        }
        drop(lines);
        self.gate.gone.notify_one();
    }
}

impl Gate {
    /// Nobody is in yet.
    pub fn new(room: Room, proxies: Proxies) -> Arc<Self> {
        Arc::new(Self { room, proxies, began: Instant::now(), lines: Mutex::default(), gone: Notify::new() })
    }

    /// A place for a newcomer, if need be after somebody silent has gone.
    pub async fn admit(self: &Arc<Self>, from: IpAddr) -> Admitted {
        let until = tokio::time::Instant::now() + MAKING_ROOM_MAX;
        let mut instead = None;
        loop {
            match self.try_admit(from) {
                Ok(place) => {
                    return match instead {
                        Some(other) => Admitted::Instead(place, other),
                        None => Admitted::In(place),
                    };
                }
                Err(Some(other)) => instead = Some(other),
                Err(None) => return Admitted::Full,
            }
            if tokio::time::timeout_at(until, self.gone.notified()).await.is_err() {
                return Admitted::Full;
            }
        }
    }

    /// A place, or the address of the connection that is leaving for it, or nothing if all are at work.
    fn try_admit(self: &Arc<Self>, from: IpAddr) -> Result<Place, Option<IpAddr>> {
        let mut lines = self.lines();
        let household = household(from);
        let own = lines.of_household.get(&household).copied().unwrap_or(0);
        let spared = from.to_canonical().is_loopback() || self.proxies.holds(from);
        let own_full = !spared && own >= self.room.per_address;
        let full = u64::try_from(lines.by_id.len()).unwrap_or(u64::MAX) >= self.room.connections;
        if !own_full && !full {
            let id = lines.next;
            lines.next += 1;
            let line = Arc::new(Line::new(from, self.began));
            lines.by_id.insert(id, line.clone());
            lines.of_household.insert(household, own + 1);
            return Ok(Place { line, id, gate: self.clone() });
        }
        let parting = if own_full { lines.parting_of(household) } else { lines.parting() };
        match parting {
            Some(line) => {
                if !line.leaving.load(Ordering::Relaxed) {
                    line.part();
                }
                Err(Some(line.from))
            }
            None => Err(None),
        }
    }

    /// Connections now.
    pub fn count(&self) -> usize {
        self.lines().by_id.len()
    }

    /// Waits until nobody is in; at once where nobody is.
    pub async fn empty(&self) {
        while self.count() > 0 {
            self.gone.notified().await;
        }
    }

    /// Parts with those that have kept us waiting for at least `longest`.
    pub fn part_with_waiting(&self, longest: Duration) {
        let longest = u64::try_from(longest.as_millis()).unwrap_or(u64::MAX);
        self.lines()
            .by_id
            .values()
            .filter(|line| line.waited_ms().is_some_and(|ms| ms >= longest))
            .for_each(|l| l.part());
    }

    /// Parts with everybody; returns how many there were.
    pub fn part_with_all(&self) -> usize {
        let lines = self.lines();
        lines.by_id.values().for_each(|line| line.part());
        lines.by_id.len()
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        // Nothing can fail between two changes of the maps, so a thread that died here left them whole.
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lines {
    /// Who has to go so that an address with its full share gets another place.
    fn parting_of(&self, one: IpAddr) -> Option<Arc<Line>> {
        self.longest_waiting(|line| household(line.from) == one)
    }

    /// Who has to go where all is full: first of those whose address has the most connections.
    fn parting(&self) -> Option<Arc<Line>> {
        let most = self.of_household.values().max();
        let of_crowd = |line: &Line| self.of_household.get(&household(line.from)) == most;
        self.longest_waiting(of_crowd).or_else(|| self.longest_waiting(|_| true))
    }

    /// One that is leaving already, or else the one that we have waited for longest.
    fn longest_waiting(&self, of: impl Fn(&Line) -> bool) -> Option<Arc<Line>> {
        let urgency = |line: &Line| {
            if line.leaving.load(Ordering::Relaxed) { Some(u64::MAX) } else { line.waited_ms() }
        };
        let candidates = self.by_id.values().filter(|line| of(line));
        let waiting = candidates.filter_map(|line| Some((urgency(line)?, line)));
        waiting.max_by_key(|(ms, _)| *ms).map(|(_, line)| line.clone())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::super::line::Phase;
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// Comes in; as a connection's task would, whoever is told to leave leaves.
    async fn come(gate: &Arc<Gate>, from: &str, others: &mut Vec<Place>) -> Option<Option<IpAddr>> {
        let asking = tokio::spawn({
            let (gate, from) = (gate.clone(), ip(from));
            async move { gate.admit(from).await }
        });
        while !asking.is_finished() {
            others.retain(|place| !place.line.leaving.load(Ordering::Relaxed));
            tokio::task::yield_now().await;
        }
        match asking.await.unwrap() {
            Admitted::In(place) => {
                others.push(place);
                Some(None)
            }
            Admitted::Instead(place, other) => {
                others.push(place);
                Some(Some(other))
            }
            Admitted::Full => None,
        }
    }

    #[tokio::test]
    async fn whoever_says_nothing_longest_makes_room() {
        let gate = Gate::new(Room { connections: 3, per_address: 3 }, Proxies::default());
        let mut places = Vec::new();
        for from in ["10.0.0.1", "10.0.0.2", "10.0.0.3"] {
            assert_eq!(come(&gate, from, &mut places).await, Some(None));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        places.first().unwrap().line.enter(Phase::Busy);
        assert_eq!(come(&gate, "10.0.0.4", &mut places).await, Some(Some(ip("10.0.0.2"))), "the first is at work");
        assert_eq!(gate.count(), 3);
        places.iter().for_each(|place| place.line.enter(Phase::Busy));
        assert_eq!(come(&gate, "10.0.0.5", &mut places).await, None, "all are at work");
        assert_eq!(gate.count(), 3);
        places.clear();
        assert_eq!(gate.count(), 0);
    }

    #[tokio::test]
    async fn an_address_has_its_share_and_the_crowd_goes_first() {
        let gate = Gate::new(Room { connections: 5, per_address: 3 }, Proxies::default());
        let mut places = Vec::new();
        assert_eq!(come(&gate, "10.0.0.9", &mut places).await, Some(None));
        tokio::time::sleep(Duration::from_millis(5)).await;
        for _ in 0..3 {
            assert_eq!(come(&gate, "10.0.0.1", &mut places).await, Some(None));
        }
        assert_eq!(come(&gate, "10.0.0.1", &mut places).await, Some(Some(ip("10.0.0.1"))), "its own share is full");
        assert_eq!(come(&gate, "10.0.0.2", &mut places).await, Some(None));
        let instead = come(&gate, "10.0.0.3", &mut places).await;
        assert_eq!(instead, Some(Some(ip("10.0.0.1"))), "not the lone one, though it has waited longer");
        assert_eq!(gate.lines().of_household.values().sum::<u64>(), 5);
    }

    #[tokio::test]
    async fn this_machine_and_proxies_have_no_share() {
        let proxies = ["10.0.0.7".parse().unwrap()].into_iter().collect();
        let gate = Gate::new(Room { connections: 8, per_address: 1 }, proxies);
        let mut places = Vec::new();
        for from in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.7"] {
            for _ in 0..2 {
                assert_eq!(come(&gate, from, &mut places).await, Some(None), "{from}");
            }
        }
        assert_eq!(gate.count(), 8);
    }
}

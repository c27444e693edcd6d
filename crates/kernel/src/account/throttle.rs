//! How often a password may be tried. Nobody is ever locked out by somebody else: what grows is the wait of one login *from
//! one address*, so that a stranger who hammers a login makes only himself wait. Beside it an address, a login and the whole
//! installation have an allowance that grows back; from an address where somebody has signed in before, only their own wait
//! counts.
//!
//! A try is counted before the password is looked at, and given back if it was right. Logins that do not exist count like
//! those that do, so that no answer tells which exist; what is kept of a login is its hash.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use domain::address::household;
use domain::ids::AccountId;
use domain::time::Instant;
use sha2::{Digest as _, Sha256};
use store::repo::account::Account;
use store::repo::password_try::{self, Span};
use store::{Conn, Tx, repo};

use crate::{Platform, Result};

/// Milliseconds that must pass after the n-th try of a login from an address; after further ones as after the last. Four
/// typing errors cost nothing.
const WAITS_MS: [i64; 10] = [0, 0, 0, 0, 30_000, 60_000, 120_000, 240_000, 480_000, 900_000];
/// An address: 30 at once, then six a minute.
const OF_ADDRESS: Allowance = Allowance { interval_ms: 10_000, burst: 30 };
/// A login, from all addresses where nobody has signed in as it: 50 at once, then twelve a minute.
const OF_LOGIN: Allowance = Allowance { interval_ms: 5_000, burst: 50 };
/// Everybody: 200 at once, then two a second.
const OF_ALL: Allowance = Allowance { interval_ms: 500, burst: 200 };
/// Hours after which a count has no effect any more. The table holds at most three rows for each try that [`OF_ALL`] allows
/// in this time: some 130 000.
const STALE_HOURS: i64 = 6;
/// Seconds that a row may lie ahead of the clock; what lies further was written by a clock that was wrong.
pub(super) const FUTURE_SECONDS: i64 = 300;
/// Days for which an address is known after a sign-in.
const KNOWN_DAYS: i64 = 90;
/// Tries between two sweeps of the table.
const TRIES_PER_SWEEP: i64 = 100;
/// Milliseconds between two writings of refused tries about the same thing, and about any.
const TALLY_MS: (i64, i64) = (60_000, 1_000);
/// Things about which refused tries are tallied at most.
const TALLIED_MAX: usize = 10_000;

#[derive(Clone, Copy)]
struct Allowance {
    interval_ms: i64,
    burst: i64,
}

impl Allowance {
    fn is_left(self, free_at: Instant, now: Instant) -> bool {
        free_at <= now.plus_ms(self.interval_ms * (self.burst - 1))
    }
}

fn span(now: Instant) -> Span {
    Span { now, stale: now.plus_seconds(-STALE_HOURS * 3600), future: now.plus_seconds(FUTURE_SECONDS) }
}

/// Somebody who tries to sign in.
pub(super) struct Trier {
    /// Who counts as one asker.
    pub(super) address: IpAddr,
    pair: String,
    of_address: String,
    of_login: String,
    /// The account has signed in from here.
    known: bool,
}

/// A try that was let through.
pub(super) struct Taken {
    /// Which one of its address it is; nothing from a known address.
    pub(super) of_address: Option<i64>,
    /// Rows without effect are to be deleted.
    pub(super) to_sweep: bool,
}

/// Deletes rows that have no effect any more: in a transaction of its own, because it meets rows in any order.
pub(super) async fn sweep(platform: &Platform, now: Instant) -> Result<()> {
    let mut tx = platform.store().write().await?;
    password_try::sweep(&mut tx, span(now)).await?;
    Ok(tx.commit().await?)
}

const ALL: &str = "all";

impl Trier {
    /// Somebody at an address who names a login; `account` is the one of that login, if there is one.
    pub(super) async fn new(
        conn: &mut Conn,
        login: &str,
        account: Option<&Account>,
        address: IpAddr,
        now: Instant,
    ) -> Result<Self> {
        let address = household(address);
        let known = match account {
            None => false,
            Some(account) => {
                let (since, until) = (now.plus_seconds(-KNOWN_DAYS * 86_400), now.plus_seconds(FUTURE_SECONDS));
                repo::known_address::is_known(conn, account.id, &address.to_string(), since, until).await?
            }
        };
        let of_login = login_key(login);
        Ok(Self {
            pair: format!("{of_login} {address}"),
            of_address: format!("address {address}"),
            of_login,
            address,
            known,
        })
    }

    /// Looks, without counting, whether a try would be refused, and by which count: a flood of them is not worth a write each.
    pub(super) async fn refused_by(&self, conn: &mut Conn, now: Instant) -> Result<Option<String>> {
        let keys: &[&str] =
            if self.known { &[&self.pair] } else { &[&self.pair, &self.of_address, &self.of_login, ALL] };
        let span = span(now);
        let refuses = |count: &password_try::Count| {
            let allowed = |allowance: Allowance| allowance.is_left(count.free_at, now);
            count.at <= span.future
                && !match &count.key {
                    key if *key == self.pair => count.free_at <= now || count.at < span.stale,
                    key if *key == self.of_address => allowed(OF_ADDRESS),
                    key if *key == self.of_login => allowed(OF_LOGIN),
                    _ => allowed(OF_ALL),
                }
        };
        Ok(password_try::of_keys(conn, keys).await?.into_iter().find(refuses).map(|count| count.key))
    }

    /// Takes a try, or says which count refuses it: then the transaction is to be dropped. Always in the same order, so that
    /// two that meet wait for each other in turn.
    pub(super) async fn take(&self, tx: &mut Tx, now: Instant) -> Result<std::result::Result<Taken, String>> {
        let span = span(now);
        if password_try::take_growing(tx, &self.pair, span, &WAITS_MS).await?.is_none() {
            return Ok(Err(self.pair.clone()));
        }
        if self.known {
            return Ok(Ok(Taken { of_address: None, to_sweep: false }));
        }
        let mut counts = [0; 3];
        for (count, (key, allowance)) in counts.iter_mut().zip(self.allowances()) {
            let taken = password_try::take_allowed(tx, key, span, allowance.interval_ms, allowance.burst).await?;
            let Some(taken) = taken else { return Ok(Err(key.to_owned())) };
            *count = taken;
        }
        let [of_address, _, of_all] = counts;
        Ok(Ok(Taken { of_address: Some(of_address), to_sweep: of_all % TRIES_PER_SWEEP == 0 }))
    }

    /// It was the right person: the try is given back, the wait is over, the address is known from now on.
    pub(super) async fn was_right(&self, tx: &mut Tx, account: AccountId, now: Instant) -> Result<()> {
        self.give_back(tx).await?;
        let since = now.plus_seconds(-KNOWN_DAYS * 86_400);
        Ok(repo::known_address::note(tx, account, &self.address.to_string(), since, now).await?)
    }

    async fn give_back(&self, tx: &mut Tx) -> Result<()> {
        password_try::forget(tx, &self.pair).await?;
        if !self.known {
            for (key, allowance) in self.allowances() {
                password_try::give_back(tx, key, allowance.interval_ms).await?;
            }
        }
        Ok(())
    }

    /// It was the right person, and the store could not keep the session: the try is given back, so that nobody waits longer
    /// for a full disk than until there is room. Where that cannot be written either, the wait stays.
    pub(super) async fn was_not_wrong(&self, platform: &Platform) {
        let given = async {
            let mut tx = platform.store().write().await?;
            self.give_back(&mut tx).await?;
            Ok::<_, crate::Error>(tx.commit().await?)
        };
        if let Err(error) = given.await {
            tracing::debug!(%error, "a try could not be given back");
        }
    }

    fn allowances(&self) -> [(&str, Allowance); 3] {
        [(&self.of_address, OF_ADDRESS), (&self.of_login, OF_LOGIN), (ALL, OF_ALL)]
    }
}

fn login_key(login: &str) -> String {
    format!("login {}", hex::encode(Sha256::digest(login.as_bytes())))
}

/// A new password ends what was known and counted about the old one.
pub(super) async fn forget(tx: &mut Tx, account: &Account) -> Result<()> {
    repo::known_address::forget(tx, account.id).await?;
    password_try::forget(tx, &current_key(account.id)).await?;
    // In the order in which a try takes them, so that the two never wait for each other.
    let of_login = login_key(&account.login);
    password_try::forget_beginning(tx, &format!("{of_login} ")).await?;
    Ok(password_try::forget(tx, &of_login).await?)
}

fn current_key(account: AccountId) -> String {
    format!("current {account}")
}

/// Takes a try of the current password of somebody who is signed in.
///
/// Returns which try it is, or how many seconds it comes too early.
pub(super) async fn take_current(
    tx: &mut Tx,
    account: AccountId,
    now: Instant,
) -> Result<std::result::Result<i64, i64>> {
    let key = current_key(account);
    if let Some(taken) = password_try::take_growing(tx, &key, span(now), &WAITS_MS).await? {
        return Ok(Ok(taken));
    }
    let count = password_try::of_keys(tx, &[&key]).await?.into_iter().next();
    Ok(Err(count.map_or(1, |count| (count.free_at.since_ms(now) + 999) / 1000).max(1)))
}

/// Does a count pass 1, 10, 100 … on its way from `before` to `after`? Then it is worth an event: of a flood the first and
/// then its size, not a row for each guess.
pub(super) fn is_told(before: i64, after: i64) -> bool {
    let mut step: i64 = 1;
    while step <= before {
        step = step.saturating_mul(10);
        if step == i64::MAX {
            return false;
        }
    }
    step <= after
}

/// Refused tries that are still to be written: a flood of them is worth one write a minute. They are this process's; what is
/// not yet written when it ends is lost.
#[derive(Default)]
pub(crate) struct Tally(Mutex<Tallied>);

#[derive(Default)]
struct Tallied {
    waiting: HashMap<(String, Option<AccountId>), Waiting>,
    written_at: Option<Instant>,
}

#[derive(Default)]
struct Waiting {
    count: i64,
    written_at: Option<Instant>,
}

impl Tally {
    /// Adds one; returns how many are to be written now, if any.
    pub(super) fn add(&self, key: &str, account: Option<AccountId>, now: Instant) -> Option<i64> {
        let mut tallied = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = |written_at: Option<Instant>, every_ms: i64| {
            written_at.is_none_or(|at| !(0..every_ms).contains(&now.since_ms(at)))
        };
        if tallied.waiting.len() >= TALLIED_MAX {
            tallied.waiting.retain(|_, waiting| waiting.count > 0 || !due(waiting.written_at, TALLY_MS.0));
            if tallied.waiting.len() >= TALLIED_MAX {
                tallied.waiting.clear();
            }
        }
        let free = due(tallied.written_at, TALLY_MS.1);
        let waiting = tallied.waiting.entry((key.to_owned(), account)).or_default();
        waiting.count += 1;
        if !free || !due(waiting.written_at, TALLY_MS.0) {
            return None;
        }
        waiting.written_at = Some(now);
        let count = std::mem::take(&mut waiting.count);
        tallied.written_at = Some(now);
        Some(count)
    }

    /// What still waits to be written about an account: whoever signs in is told of it.
    pub(super) fn take(&self, account: AccountId) -> i64 {
        let mut tallied = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_account = |key: &(String, Option<AccountId>)| key.1 == Some(account);
        let waiting = tallied.waiting.iter_mut().filter(|(key, _)| of_account(key));
        waiting.map(|(_, waiting)| std::mem::take(&mut waiting.count)).sum()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Instant {
        Instant::from_unix_ms(1_620_000_000_000 + ms)
    }

    #[test]
    fn of_many_the_first_and_then_powers_of_ten_are_told() {
        let check = |before, after, expect| assert_eq!(is_told(before, after), expect, "{before}..{after}");
        for n in [1, 10, 100, 1_000_000] {
            check(n - 1, n, true);
            check(n, n + 1, n == 0);
        }
        check(1, 9, false);
        check(3, 25, true);
        check(10, 99, false);
        check(0, 0, false);
        check(i64::MAX - 1, i64::MAX, false);
    }

    #[test]
    fn a_flood_is_written_once_a_minute() {
        let tally = Tally::default();
        assert_eq!(tally.add("a", None, at(0)), Some(1));
        for n in 1..1_000 {
            assert_eq!(tally.add("a", None, at(n)), None, "{n}");
        }
        assert_eq!(tally.add("b", None, at(500)), None, "another thing waits for its second");
        assert_eq!(tally.add("b", None, at(1_500)), Some(2));
        assert_eq!(tally.add("a", None, at(60_000)), Some(1_000));
        assert_eq!(tally.add("a", None, at(-1)), Some(1), "a clock that goes back holds nothing up");
    }

    #[test]
    fn memory_is_bounded_and_a_person_is_told_of_the_rest() {
        let tally = Tally::default();
        let mine = AccountId::from_parts(1, [7; 10]);
        assert_eq!(tally.add("pair", Some(mine), at(0)), Some(1));
        tally.add("pair", Some(mine), at(1));
        tally.add("address", Some(mine), at(2));
        assert_eq!((tally.take(mine), tally.take(mine)), (2, 0));
        for n in 0..TALLIED_MAX + 5 {
            tally.add(&n.to_string(), None, at(3));
        }
        assert!(tally.0.lock().unwrap().waiting.len() <= TALLIED_MAX);
    }
}

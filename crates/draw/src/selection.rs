//! The draw itself: of a cell, the smallest tickets. It trusts nobody about populations and sizes: both are computed again
//! and must be the committed ones.

use crate::commitment::{Commitment, Subject};
use crate::id::Id;
use crate::mismatch::{Expected, Mismatch};
use crate::outcome::{Drawn, Outcome};
use crate::progress::{Progress, Ticker};
use crate::refused::{Reason, Refused};
use crate::reveals::Settled;
use crate::roll::Roll;
use crate::scheme::Scheme;
use crate::sieve::{Bounds, Sieve};
use crate::sizes::Sizes;
use crate::suite::{Digest, Tickets};

/// Draws under a commitment that has been settled.
///
/// # Errors
/// A scheme or sizes other than the commitment's; populations or sizes that differ from `sizes`; a commitment of a
/// matching; cancelled. The caller has checked the roll's digest, or says that it has not.
pub fn draw(
    commitment: &Commitment,
    settled: &Settled,
    scheme: &Scheme,
    roll: &Roll,
    sizes: &Sizes,
    progress: Progress<'_>,
) -> Result<Outcome, Refused> {
    for bounds in [Bounds::Guessed, Bounds::Open] {
        let mut sieve = Sieve::drawing(commitment, settled, scheme, roll.header(), sizes, bounds)?;
        pass(roll, &mut sieve, &mut *progress)?;
        if let Some(outcome) = sieve.finish(commitment, settled, sizes)? {
            return Ok(outcome);
        }
    }
    // Without a guess nothing that belongs to the result is forgotten.
    Err(Refused::new("sizes", Reason::Mismatch { what: Mismatch::CellTooSmall }))
}

/// Passes a roll in memory through a sieve.
pub(crate) fn pass(roll: &Roll, sieve: &mut Sieve<'_>, progress: Progress<'_>) -> Result<(), Refused> {
    let mut ticker = Ticker::new(u64::from(roll.rows()));
    for part in roll.parts() {
        sieve.take(part)?;
        ticker.advance(part.rows() as u64, &mut *progress)?;
    }
    Ok(())
}

impl Commitment {
    /// Checks that scheme and sizes are the ones that the commitment names.
    ///
    /// # Errors
    /// A commitment of a matching; another digest.
    pub(crate) fn expect_documents(&self, scheme: &Scheme, sizes: &Sizes) -> Result<(), Refused> {
        let Subject::Draw { scheme: scheme_digest, sizes: sizes_digest, .. } = &self.subject else {
            return Err(Refused::new(
                "commitment.purpose",
                Reason::WrongKind { expected: Expected::Word { words: "draw" } },
            ));
        };
        let suite = self.suite;
        for (place, expected, found) in
            [("scheme", scheme_digest, scheme.digest(suite)), ("sizes", sizes_digest, sizes.digest(suite))]
        {
            if *expected != found {
                let (expected, found) = (expected.to_string(), found.to_string());
                return Err(Refused::new(place, Reason::DigestMismatch { expected, found }));
            }
        }
        Ok(())
    }
}

/// The `size` ids with the smallest tickets and the next `reserves`, each in ticket order. The order of `ids` has no
/// influence, and a larger size only adds. A cell of size 0 has no reserves.
///
/// # Errors
/// Cancelled.
pub fn select<'a>(
    tickets: &Tickets,
    ids: impl Iterator<Item = &'a str>,
    size: u64,
    reserves: u64,
    ticker: &mut Ticker,
    progress: Progress<'_>,
) -> Result<(Vec<Drawn>, Vec<Drawn>), Refused> {
    if size == 0 {
        return Ok((Vec::new(), Vec::new()));
    }
    let mut best = Best::new(usize::try_from(size.saturating_add(reserves)).unwrap_or(usize::MAX), u64::MAX);
    for id in ids {
        ticker.tick(progress)?;
        let ticket = tickets.of(id.as_bytes());
        if best.may_hold(ticket.head()) {
            best.keep(ticket, id.as_bytes());
        }
    }
    let mut drawn = best.into_sorted();
    let reserves = drawn.split_off(drawn.len().min(usize::try_from(size).unwrap_or(usize::MAX)));
    Ok((drawn, reserves))
}

/// The candidates of one cell: those that are offered and not above the bound. Whenever twice as many as wanted have
/// gathered, the worse half is forgotten and the bound falls to the worst that is left.
#[derive(Default)]
pub(crate) struct Best {
    wanted: usize,
    bound: u64,
    kept: Vec<Drawn>,
}

/// Candidates that gather beyond the wanted ones before the worse are forgotten, in small cells.
const SPARE: usize = 256;

impl Best {
    /// Keeps the `wanted` smallest whose first 64 bits are not above `bound`.
    pub(crate) const fn new(wanted: usize, bound: u64) -> Self {
        Self { wanted, bound, kept: Vec::new() }
    }

    pub(crate) const fn wants_any(&self) -> bool {
        self.wanted > 0
    }

    /// Whether a ticket of this head may be among the wanted.
    #[inline]
    pub(crate) const fn may_hold(&self, head: u64) -> bool {
        head <= self.bound
    }

    #[inline(never)]
    pub(crate) fn keep(&mut self, ticket: Digest, id: &[u8]) {
        self.kept.push(Drawn { ticket, id: Id::of_checked(id) });
        if self.kept.len() >= self.wanted.saturating_mul(2).saturating_add(SPARE) {
            self.forget();
        }
    }

    /// Forgets all but the wanted.
    fn forget(&mut self) {
        let Some(last) = self.wanted.checked_sub(1).filter(|last| *last < self.kept.len()) else { return };
        let (_, worst, _) = self.kept.select_nth_unstable(last);
        self.bound = self.bound.min(worst.ticket.head());
        self.kept.truncate(self.wanted);
    }

    pub(crate) fn sort(&mut self) {
        self.kept.sort_unstable();
    }

    /// Takes over the candidates of the same cell from another sieve.
    pub(crate) fn join(&mut self, mut other: Self) {
        self.bound = self.bound.min(other.bound);
        self.kept.append(&mut other.kept);
    }

    /// The wanted, or as many as there are, in ticket order.
    pub(crate) fn into_sorted(mut self) -> Vec<Drawn> {
        // What sieves have sorted already is merged by a sort that looks for runs.
        self.kept.sort();
        self.kept.truncate(self.wanted);
        self.kept
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod tests {
    use super::*;
    use crate::commitment::{Party, RollReference};
    use crate::reveals::{Reveal, Reveals};
    use crate::seed::{reveal_commitment, who};
    use crate::suite::Suite;

    /// A commitment of the platform alone, settled.
    pub(crate) fn committed(scheme: &Scheme, sizes: &Sizes) -> (Commitment, Settled) {
        let (suite, party, salt) = (Suite::Sha256, "平台".to_owned(), Digest([2; 32]));
        let instant = |hour: u8| format!("2026-01-01T{hour:02}:00:00+08:00");
        let who = who(suite, "draw", "D-1", 1, "某局", &party);
        let commitment = Commitment {
            suite,
            subject: Subject::Draw {
                roll: RollReference { digest: Digest([1; 32]), at: instant(8), source: "名录库".to_owned() },
                scheme: scheme.digest(suite),
                sizes: sizes.digest(suite),
            },
            draw: "D-1".to_owned(),
            attempt: 1,
            organiser: "某局".to_owned(),
            parties: vec![Party { party: party.clone(), commitment: reveal_commitment(suite, &who, &salt, "甲") }],
            beacon: None,
            committed_at: instant(9),
            reveal_by: instant(10),
            previous: None,
            replaces: None,
        };
        let open = Reveal::Open { party, salt, value: "甲".to_owned() };
        let settled = commitment.settle(&Reveals { reveals: vec![open], rejected: Vec::new() }, None).unwrap();
        (commitment, settled)
    }

    #[test]
    fn what_is_forgotten_on_the_way_changes_nothing() {
        let tickets = Tickets::new(Suite::Sha256, &Digest([5; 32]));
        let mut all: Vec<_> = (0..9_000).map(|id| format!("id{id}")).collect();
        all.sort_by_key(|id| (tickets.of(id.as_bytes()), id.clone()));
        for wanted in [0, 1, 3, 100, 1_500, 8_999, 9_000, 10_000] {
            // Best first, worst first, and mixed.
            let mixed = (0..9_000).map(|place| place * 7 % 9_000);
            for order in [(0..9_000).collect::<Vec<usize>>(), (0..9_000).rev().collect(), mixed.collect()] {
                let mut best = Best::new(wanted, u64::MAX);
                for id in order.iter().filter_map(|place| all.get(*place)).filter(|_| wanted > 0) {
                    let ticket = tickets.of(id.as_bytes());
                    if best.may_hold(ticket.head()) {
                        best.keep(ticket, id.as_bytes());
                    }
                }
                let found: Vec<_> = best.into_sorted().into_iter().map(|drawn| drawn.id).collect();
                assert_eq!(found, all.get(..wanted.min(9_000)).unwrap(), "{wanted}");
            }
        }
    }
}

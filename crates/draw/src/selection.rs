//! The draw itself: in each cell the smallest tickets. It trusts nobody about populations and sizes: both are computed
//! again and must be the committed ones.

use std::collections::BinaryHeap;

use crate::commitment::{Commitment, Subject};
use crate::outcome::{Drawn, DrawnCell, Outcome};
use crate::partition::{Members, partition};
use crate::progress::{Progress, Ticker};
use crate::refused::{Reason, Refused};
use crate::reveals::Settled;
use crate::roll::Roll;
use crate::scheme::Scheme;
use crate::sizes::{Sizes, sizes_of_partition};
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
    expect_documents(commitment, scheme, sizes)?;
    scheme.check(roll.header()).map_err(|refused| refused.within("scheme"))?;
    let partition = partition(scheme, roll, progress)?;
    let found = sizes_of_partition(scheme, &partition)?;
    if found.to_jcs() != sizes.to_jcs() {
        return Err(Refused::new("sizes", Reason::Mismatch { what: first_difference(sizes, &found) }));
    }
    let tickets = Tickets::new(commitment.suite, &settled.seed);
    let mut ticker = Ticker::new(u64::from(roll.rows()));
    let mut cells = Vec::new();
    for ((stratum, members), sizes) in scheme.strata.iter().zip(partition.strata).zip(&sizes.strata) {
        let rows = match members {
            Members::Whole(rows) => vec![rows],
            Members::Cells(cells) => cells.into_iter().map(|(_, rows)| rows).collect(),
        };
        for (plan, rows) in sizes.plan(stratum, &tickets).into_iter().zip(rows) {
            let ids = rows.iter().filter_map(|row| roll.id(*row));
            let (drawn, reserves) = select(&tickets, ids, plan.size, scheme.reserves, &mut ticker, progress)?;
            cells.push(DrawnCell {
                stratum: stratum.code.clone(),
                cell: plan.cell,
                rows: plan.rows,
                size: plan.size,
                drawn,
                reserves,
            });
        }
    }
    let commitment_digest = commitment.digest();
    Ok(Outcome {
        draw: commitment.draw.clone(),
        commitment_digest,
        seed: settled.seed,
        absent: settled.absent.clone(),
        cells,
    })
}

/// Checks that scheme and sizes are the ones that the commitment names.
fn expect_documents(commitment: &Commitment, scheme: &Scheme, sizes: &Sizes) -> Result<(), Refused> {
    let Subject::Draw { scheme: scheme_digest, sizes: sizes_digest, .. } = &commitment.subject else {
        return Err(Refused::new("commitment.purpose", Reason::WrongKind { expected: "draw" }));
    };
    let suite = commitment.suite;
    for (place, expected, found) in
        [("scheme", scheme_digest, scheme.digest(suite)), ("sizes", sizes_digest, sizes.digest(suite))]
    {
        if *expected != found {
            return Err(Refused::new(
                place,
                Reason::DigestMismatch { expected: expected.to_string(), found: found.to_string() },
            ));
        }
    }
    Ok(())
}

/// Says in which stratum two sizes documents differ.
fn first_difference(stated: &Sizes, found: &Sizes) -> String {
    let pairs = stated.strata.iter().zip(&found.strata);
    let stratum = pairs.into_iter().find(|(stated, found)| stated != found);
    match stratum {
        Some((stated, found)) => format!(
            "stratum {}: stated {} rows, {} drawn, {} cells; the roll gives {} rows, {} drawn, {} cells",
            stated.stratum,
            stated.rows,
            stated.size,
            stated.cells.len(),
            found.rows,
            found.size,
            found.cells.len()
        ),
        None => format!(
            "stated excluded {:?}, outside {}; the roll gives excluded {:?}, outside {}",
            stated.excluded, stated.outside, found.excluded, found.outside
        ),
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
    let wanted = usize::try_from(size.saturating_add(reserves)).unwrap_or(usize::MAX);
    // A heap whose top is the worst of the best: most ids lose against it after one comparison of tickets.
    let mut best: BinaryHeap<(Digest, &str)> = BinaryHeap::new();
    for id in ids {
        ticker.tick(progress)?;
        let candidate = (tickets.of(id.as_bytes()), id);
        if best.len() < wanted {
            best.push(candidate);
        } else if let Some(mut worst) = best.peek_mut()
            && candidate < *worst
        {
            *worst = candidate;
        }
    }
    let mut drawn: Vec<_> =
        best.into_sorted_vec().into_iter().map(|(ticket, id)| Drawn { ticket, id: id.to_owned() }).collect();
    let reserves = drawn.split_off(drawn.len().min(usize::try_from(size).unwrap_or(usize::MAX)));
    Ok((drawn, reserves))
}

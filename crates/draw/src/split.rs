//! Sharing a stratum's size out over its cells, in exact integers.

use crate::scheme::SplitMethod;
use crate::suite::{Digest, Tickets, US};

/// The sizes of the cells, in their order. `size` is at most the sum of the cells' rows.
#[must_use]
pub fn split(tickets: &Tickets, stratum: &str, size: u64, cells: &[(&str, u64)], method: SplitMethod) -> Vec<u64> {
    let rows: u128 = cells.iter().map(|(_, rows)| u128::from(*rows)).sum();
    if rows == 0 {
        return vec![0; cells.len()];
    }
    let mut shares: Vec<Share<'_>> = cells
        .iter()
        .enumerate()
        .map(|(index, (cell, cell_rows))| {
            let quota = u128::from(size) * u128::from(*cell_rows);
            Share { index, cell, size: u64::try_from(quota / rows).unwrap_or(u64::MAX), fraction: quota % rows }
        })
        .collect();
    let floors: u64 = shares.iter().map(|share| share.size).sum();
    let seats = size.saturating_sub(floors);
    match method {
        SplitMethod::Random => seat_at_random(tickets, stratum, seats, rows, &mut shares),
        SplitMethod::Hamilton => {
            shares.sort_by(|a, b| b.fraction.cmp(&a.fraction).then_with(|| a.cell.cmp(b.cell)));
            for share in shares.iter_mut().take(usize::try_from(seats).unwrap_or(usize::MAX)) {
                share.size += 1;
            }
        }
    }
    shares.sort_by_key(|share| share.index);
    shares.into_iter().map(|share| share.size).collect()
}

struct Share<'a> {
    index: usize,
    cell: &'a str,
    size: u64,
    /// The quota's fraction, in parts of the stratum's rows.
    fraction: u128,
}

/// Systematic sampling of the fractions, in the order of the cells' tickets. All lengths are multiplied by the stratum's
/// rows, so that cells begin and end at whole numbers; of the points only the whole part matters then.
fn seat_at_random(tickets: &Tickets, stratum: &str, seats: u64, rows: u128, shares: &mut [Share<'_>]) {
    let us: &[u8] = &[US];
    shares.sort_by_cached_key(|share| {
        (tickets.of_parts(&[b"cell", us, stratum.as_bytes(), us, share.cell.as_bytes()]), share.cell)
    });
    let start = scaled(&tickets.of_parts(&[b"split", us, stratum.as_bytes()]), rows);
    let mut before = 0_u128;
    let mut taken = 0_u128;
    for share in shares {
        let end = before + share.fraction;
        let point = start + taken * rows;
        if taken < u128::from(seats) && before <= point && point < end {
            share.size += 1;
            taken += 1;
        }
        before = end;
    }
}

/// `floor(rows × ticket / 2^256)`, exactly. `rows` is below 2^64, so each partial product fits.
fn scaled(ticket: &Digest, rows: u128) -> u128 {
    let mut carry = 0_u128;
    for limb in ticket.as_bytes().rchunks(8) {
        let limb = limb.iter().fold(0_u128, |value, byte| (value << 8) | u128::from(*byte));
        carry = (limb * rows + carry) >> 64;
    }
    carry
}

//! `bench_hashes K`: seconds for the tickets of K ids that stand in memory already, on as many threads as the machine runs at
//! once. It is what a draw cannot do without; `make bench` measures draws against it.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a program of its own that measures and prints")]

use std::time::Instant;

use draw::{Digest, Suite, Tickets};

/// Ids in memory; they are hashed again and again.
const IDS: usize = 1 << 16;

fn main() {
    let rows: usize = std::env::args().nth(1).and_then(|rows| rows.parse().ok()).unwrap_or(8_000_000);
    let tickets = Tickets::new(Suite::Sha256, &Digest([7; 32]));
    let ids: Vec<[u8; 18]> = (0..IDS).map(id).collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let begun = Instant::now();
    let least = std::thread::scope(|scope| {
        let share = |_| {
            let work =
                || (0..rows / threads).filter_map(|row| ids.get(row % IDS)).map(|id| tickets.of(id).head()).min();
            scope.spawn(work)
        };
        let threads: Vec<_> = (0..threads).map(share).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok().flatten()).min()
    });
    // The least ticket is printed so that no hash can be left out.
    println!("{} {}", begun.elapsed().as_secs_f64(), least.unwrap_or_default());
}

fn id(row: usize) -> [u8; 18] {
    let mut id = *b"91130302MA00000000";
    for (place, digit) in id.iter_mut().skip(8).zip((0..10).rev()) {
        *place = b'0' + u8::try_from(row.wrapping_mul(2_654_435_761) / 10_usize.pow(digit) % 10).unwrap_or(0);
    }
    id
}

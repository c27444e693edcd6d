//! `bench_freeze_hashes N ROW_BYTES`: seconds for the hashes that freezing N rows of so many bytes takes, on data that stands
//! in memory already and on as many threads as the machine runs at once: for each row its blind, its leaf and one node of the
//! tree. `make bench` measures freezing against it.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a program of its own that measures and prints")]

use std::time::Instant;

use draw::{Blinds, Digest, Suite};

fn main() {
    let argument = |place, usual| std::env::args().nth(place).and_then(|text| text.parse().ok()).unwrap_or(usual);
    let (rows, row_bytes): (usize, usize) = (argument(1, 1_000_000), argument(2, 100));
    let blinds = Blinds::new(Suite::Sha256, &Digest([7; 32]));
    // Separator and blind behind the row, the mark of a leaf before it.
    let leaf = vec![0x41; 1 + row_bytes + 1 + 32];
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let begun = Instant::now();
    let last = std::thread::scope(|scope| {
        let work = || {
            let mut left = Digest([0; 32]);
            for row in 0..rows / threads {
                let id = [b'0' + u8::try_from(row % 10).unwrap_or(0); 18];
                let blind = blinds.of(std::str::from_utf8(&id).unwrap_or_default());
                let leaf = Suite::Sha256.hash(&[&leaf, blind.as_bytes()]);
                left = Suite::Sha256.hash(&[&[1], left.as_bytes(), leaf.as_bytes()]);
            }
            left
        };
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).map(|digest| digest.head()).max()
    });
    // The last digest is printed so that no hash can be left out.
    println!("{} {}", begun.elapsed().as_secs_f64(), last.unwrap_or_default());
}

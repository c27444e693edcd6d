//! One side of `make bench`: draws from the ids of a file, one a line, and prints what it drew and how long that took.
//! It measures selection alone; reading the file is not timed, as it is not in the peer (`scripts/bench.py`).
#![allow(clippy::disallowed_methods, clippy::print_stdout)]

use std::error::Error;
use std::time::Instant;

use draw::{Digest, Suite, Ticker, Tickets, select, unattended};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(file), Some(suite), Some(seed), Some(size)) =
        (arguments.next(), arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("usage: bench_select FILE SUITE SEED_HEX SIZE".into());
    };
    let ids = std::fs::read_to_string(file)?;
    let suite = Suite::from_protocol(&suite).ok_or("no such suite")?;
    let tickets = Tickets::new(suite, &Digest::parse(&seed)?);
    let size = size.parse()?;
    let begun = Instant::now();
    let (drawn, _) = select(&tickets, ids.lines(), size, 0, &mut Ticker::new(0), &mut unattended)?;
    println!("{}", begun.elapsed().as_secs_f64());
    for one in drawn {
        println!("{}", one.id);
    }
    Ok(())
}

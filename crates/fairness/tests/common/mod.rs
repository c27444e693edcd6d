//! A city of the tests: ten years of draws with the protocol's own tickets, fair or bent in a stated way. Seeds are
//! `H("mingcha stats" || i)`, `i` in decimal and another one for each draw, so that nobody picks them.

use draw::{Digest, SplitMethod, Suite, Tickets};
use fairness::{Cell, Draw, Row, Series, Split, Stratum};

/// Firms whose class asks for [`KEY_PERCENT`] every year.
pub const KEY_FIRMS: u32 = 200;
/// Their yearly ratio.
pub const KEY_PERCENT: u64 = 80;
/// Units, of unequal size.
pub const UNITS: u16 = 12;
/// Cells of the middle stratum, whose sizes the seed decides.
const ORGANS: u64 = 5;
/// Years of a decade, one draw in each.
pub const YEARS: u64 = 10;

/// What is wrong with a city's draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bend {
    /// Nothing.
    Fair,
    /// Interval floor(N/n), a start in the first interval, every interval-th row; above one half the same to leave out
    /// (domain.md, section 4.10).
    Skip,
    /// The last hundredth of the roll cannot be drawn.
    TailLeftOut,
    /// One unit's firms have this chance in percent of their share.
    UnitOften(u64),
    /// One firm of the key class is passed over.
    FirmSpared,
    /// Whoever was drawn the year before is passed over while others are left.
    NotAgain,
    /// Every draw uses the first one's seed.
    OneSeed,
    /// Firms of one organ always have the place that the seed should give.
    SeatGiven,
}

/// Firms, whose number is also their place on the roll.
pub struct City {
    firms: u32,
    ids: Vec<String>,
}

/// A fixed scramble, for facts of the city that no draw may depend on.
fn scramble(parts: &[u64]) -> u64 {
    parts.iter().fold(0x9E37_79B9_7F4A_7C15, |state, part| {
        let mixed = (state ^ part).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB) ^ (mixed >> 31)
    })
}

impl City {
    pub fn new(firms: u32) -> Self {
        Self { firms, ids: (0..firms).map(|firm| format!("91370000{:010}", u64::from(firm) * 977 + 13)).collect() }
    }

    fn unit(firm: u32) -> u16 {
        // The first units are twice as large as the last.
        let share = scramble(&[u64::from(firm), 1]) % 18;
        u16::try_from(if share < 12 { share } else { share - 12 }).expect("below 12")
    }

    fn is_key(&self, firm: u32) -> bool {
        firm % (self.firms / KEY_FIRMS) == 7
    }

    /// The firm's place in this year's scheme: stratum and cell; none where it does not exist yet, or any more.
    fn place(&self, firm: u32, year: u64) -> Option<(usize, usize)> {
        if self.is_key(firm) {
            return Some((2, 0));
        }
        let born = scramble(&[u64::from(firm), 2]) % 40;
        let dead = scramble(&[u64::from(firm), 3]) % 60;
        if (30..30 + YEARS).contains(&born) && born - 30 > year || dead < year {
            return None;
        }
        let middle = scramble(&[u64::from(firm), 4, year / 3]).is_multiple_of(4);
        let organ = usize::try_from(scramble(&[u64::from(firm), 5]) % ORGANS).expect("small");
        Some(if middle { (1, organ) } else { (0, 0) })
    }

    /// The decade of this number.
    pub fn decade(&self, number: u64, bend: Bend) -> Series {
        let mut before = vec![false; self.ids.len()];
        let draws = (0..YEARS).map(|year| {
            let seed_number = number * YEARS + if bend == Bend::OneSeed { 0 } else { year };
            let seed = Suite::Sha256.hash(&[b"mingcha stats", seed_number.to_string().as_bytes()]);
            let draw = self.draw(year, &Tickets::new(Suite::Sha256, &seed), bend, &before);
            before.fill(false);
            let cells = draw.strata.iter().flat_map(|stratum| &stratum.cells);
            for row in cells.flat_map(|cell| &cell.rows).filter(|row| row.drawn) {
                before[row.subject as usize] = true;
            }
            draw
        });
        let draws = draws.collect();
        Series { subjects: self.firms, units: (1..=UNITS).map(|unit| format!("第{unit}所")).collect(), draws }
    }

    fn draw(&self, year: u64, tickets: &Tickets, bend: Bend, before: &[bool]) -> Draw {
        let mut cells = [vec![Vec::new()], vec![Vec::new(); ORGANS as usize], vec![Vec::new()]];
        for firm in 0..self.firms {
            if let Some((stratum, cell)) = self.place(firm, year) {
                cells[stratum][cell].push(Row { subject: firm, unit: Self::unit(firm), drawn: false });
            }
        }
        let strata = cells.into_iter().zip([("low", 3), ("middle", 10), ("key", KEY_PERCENT)]).map(
            |(mut cells, (code, percent))| {
                let split = if cells.len() > 1 { Split::Random } else { Split::Fixed };
                let rows: u64 = cells.iter().map(|cell| cell.len() as u64).sum();
                let size = (rows * percent).div_ceil(100);
                let names: Vec<String> = (0..cells.len()).map(|cell| format!("organ {cell}")).collect();
                let named: Vec<_> =
                    names.iter().map(String::as_str).zip(cells.iter().map(|cell| cell.len() as u64)).collect();
                let mut sizes = draw::split(tickets, code, size, &named, SplitMethod::Random);
                if bend == Bend::SeatGiven && cells.len() > 1 {
                    give_seat(&mut sizes, &named, size);
                }
                for ((cell, size), name) in cells.iter_mut().zip(sizes).zip(&names) {
                    self.select(cell, size as usize, tickets, &format!("{code}{name}"), bend, before);
                }
                let cells = cells.into_iter().zip(names);
                let cells = cells.map(|(rows, name)| Cell { value: (split == Split::Random).then_some(name), rows });
                Stratum { code: code.to_owned(), label: code.to_owned(), split, cells: cells.collect() }
            },
        );
        Draw { label: format!("{year}"), year: 2017 + year as i32, rehearsal: false, strata: strata.collect() }
    }

    fn select(&self, rows: &mut [Row], size: usize, tickets: &Tickets, name: &str, bend: Bend, before: &[bool]) {
        if bend == Bend::Skip {
            return skip(rows, size, &tickets.of(name.as_bytes()));
        }
        let firms = self.firms;
        // Larger comes later; the smallest `size` are drawn.
        let order = |row: &Row| {
            let ticket = tickets.of(self.ids[row.subject as usize].as_bytes());
            let last = match bend {
                Bend::TailLeftOut => row.subject >= firms - firms / 100,
                Bend::FirmSpared => row.subject == 7,
                Bend::NotAgain => before[row.subject as usize],
                _ => false,
            };
            let mut key = ticket;
            if let Bend::UnitOften(percent) = bend
                && row.unit == 3
            {
                key = smaller(&ticket, percent);
            }
            (last, key)
        };
        let mut keyed: Vec<((bool, Digest), usize)> = rows.iter().map(order).zip(0..).collect();
        if size > 0 && size < keyed.len() {
            keyed.select_nth_unstable(size - 1);
        }
        for (_, place) in keyed.into_iter().take(size) {
            rows[place].drawn = true;
        }
    }
}

/// The ticket times 100 / percent, to 64 bits: its chance to be among the smallest grows by as much.
fn smaller(ticket: &Digest, percent: u64) -> Digest {
    let mut bytes = *ticket.as_bytes();
    let head = u64::from_be_bytes(bytes[..8].try_into().expect("eight bytes"));
    let head = u128::from(head) * 100 / u128::from(percent);
    bytes[..8].copy_from_slice(&u64::try_from(head).unwrap_or(u64::MAX).to_be_bytes());
    Digest(bytes)
}

fn skip(rows: &mut [Row], size: usize, ticket: &Digest) {
    let spare = rows.len() - size;
    let (picked, mark) = if size <= spare { (size, true) } else { (spare, false) };
    for row in rows.iter_mut() {
        row.drawn = !mark;
    }
    if picked == 0 {
        return;
    }
    let interval = rows.len() / picked;
    let start = u64::from_be_bytes(ticket.as_bytes()[..8].try_into().expect("eight bytes")) % interval as u64;
    for row in rows.iter_mut().skip(start as usize).step_by(interval).take(picked) {
        row.drawn = mark;
    }
}

/// Moves a seat that the seed gave to some cell to the first one, where that has none.
fn give_seat(sizes: &mut [u64], cells: &[(&str, u64)], size: u64) {
    let rows: u64 = cells.iter().map(|(_, rows)| rows).sum();
    let floor = |cell: usize| size * cells[cell].1 / rows;
    let wants = sizes[0] == floor(0) && !(size * cells[0].1).is_multiple_of(rows);
    let from = (1..sizes.len()).find(|cell| sizes[*cell] > floor(*cell));
    if let (true, Some(from)) = (wants, from) {
        sizes[from] -= 1;
        sizes[0] += 1;
    }
}

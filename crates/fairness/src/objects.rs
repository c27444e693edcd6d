//! Objects: who was never drawn, who too often, and when each was drawn last.

use serde::{Deserialize, Serialize};

use crate::chance::Times;
use crate::finding::{Family, Finding, Method, Statistic};
use crate::ground::{Ground, Progress};
use crate::hypergeometric::Judged;
use crate::series::Fault;
use crate::tail::{self, probability};

/// Never drawn objects that a report names.
pub const RAREST_MAX: usize = 20;
/// Probabilities that differ by less than this part are ties.
const TIE: f64 = 1.0 + 1e-9;
/// Objects between two calls of the progress function.
const STEP: usize = 1 << 14;

/// A row of a distribution.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    /// Times drawn, or years since last drawn; `None` for never.
    pub value: Option<u32>,
    /// How many objects.
    pub objects: u64,
    /// What chance gives.
    pub expected: f64,
}

/// An object that was never drawn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NeverDrawn {
    /// Its number.
    pub subject: u32,
    /// In how many draws it was eligible.
    pub draws: u32,
    /// The chance of never being drawn: the product of 1 − n/N.
    pub chance: f64,
}

/// The objects that were never drawn.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Never {
    /// Objects that were eligible at least once and never drawn.
    pub objects: u64,
    /// What chance gives.
    pub expected: f64,
    /// Of these, objects that no draw gave any chance.
    pub without_chance: u64,
    /// Those with the smallest chance of never being drawn.
    pub rarest: Vec<NeverDrawn>,
}

/// What is told of single objects.
pub(crate) struct Objects {
    /// Objects that were eligible at least once.
    pub(crate) eligible: u64,
    /// Objects that were drawn at least once.
    pub(crate) drawn: u64,
    pub(crate) never: Never,
    pub(crate) times: Vec<Bucket>,
    pub(crate) since: Vec<Bucket>,
    pub(crate) never_drawn: Vec<Finding>,
    pub(crate) often: Vec<Finding>,
}

/// For each object the cells in which it counted, oldest first.
struct Lives {
    /// Where an object's entries begin; one more than there are objects.
    starts: Vec<usize>,
    /// The cell's number times two, plus one where the object was drawn.
    entries: Vec<u32>,
    /// By the cell's number.
    cells: Vec<CellOf>,
}

#[derive(Clone, Copy)]
struct CellOf {
    chance: f64,
    year: i32,
}

/// One object's eligibility in one draw.
#[derive(Clone, Copy)]
struct Entry {
    chance: f64,
    year: i32,
    drawn: bool,
}

impl Lives {
    fn new(ground: &Ground<'_>) -> Self {
        let subjects = usize::try_from(ground.series.subjects).unwrap_or(0);
        let mut starts = vec![0; subjects + 1];
        let all_cells = || ground.draws.iter().flat_map(|draw| draw.cells.iter().map(move |cell| (draw, cell)));
        for (_, cell) in all_cells() {
            for row in cell.rows.iter() {
                if let Some(count) = usize::try_from(row.subject).ok().and_then(|index| starts.get_mut(index + 1)) {
                    *count += 1;
                }
            }
        }
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        let mut next = starts.clone();
        let mut entries = vec![0; total];
        let mut cells = Vec::new();
        for ((draw, cell), number) in all_cells().zip(0_u32..) {
            cells.push(CellOf { chance: cell.chance(), year: draw.draw.year });
            for row in cell.rows.iter() {
                let place = usize::try_from(row.subject).ok().and_then(|index| next.get_mut(index));
                if let Some(place) = place {
                    if let Some(entry) = entries.get_mut(*place) {
                        *entry = number * 2 + u32::from(row.drawn);
                    }
                    *place += 1;
                }
            }
        }
        Self { starts, entries, cells }
    }

    /// The objects that were eligible at least once, with their entries.
    fn objects(&self) -> impl Iterator<Item = (u32, impl DoubleEndedIterator<Item = Entry> + Clone)> {
        let spans = self.starts.iter().zip(self.starts.iter().skip(1)).zip(0_u32..);
        spans.filter(|((start, end), _)| start < end).map(|((start, end), subject)| {
            let entries = self.entries.get(*start..*end).unwrap_or_default();
            let entry = |entry: &u32| {
                let cell = usize::try_from(*entry / 2).ok().and_then(|index| self.cells.get(index)).copied();
                let CellOf { chance, year } = cell.unwrap_or(CellOf { chance: 0.0, year: 0 });
                Entry { chance, year, drawn: *entry % 2 == 1 }
            };
            (subject, entries.iter().map(entry))
        })
    }
}

/// Sums over all objects.
#[derive(Default)]
struct Sums {
    eligible: u64,
    drawn: u64,
    never: Never,
    /// Objects that might have been drawn and might not, and those of them that were not.
    open: f64,
    open_never: f64,
    open_expected: f64,
    times: Vec<(u64, f64)>,
    since: Vec<(u64, f64)>,
    since_never: (u64, f64),
    /// The smallest chance of what happened to an object, and whose.
    least_never: Option<(f64, u32)>,
    most_often: Option<(f64, u32, u64, f64)>,
}

/// Looks at each object.
pub(crate) fn objects(ground: &Ground<'_>, progress: Progress<'_>) -> Result<Objects, Fault> {
    let lives = Lives::new(ground);
    let last_year = ground.draws.last().map_or(0, |draw| draw.draw.year);
    let total = 2 * u64::from(ground.series.subjects);
    let mut sums = Sums::default();
    let mut times = Times::default();
    for ((subject, entries), step) in lives.objects().zip(0..) {
        if step % STEP == 0 && progress(step as u64, total).is_break() {
            return Err(Fault::Cancelled);
        }
        sums.take(subject, entries, last_year, &mut times);
    }
    // In fair draws, how likely is any object as improbable as the worst? At most the sum over all objects of their chance
    // of such a fate.
    let (least_never, most_often) = (sums.least_never, sums.most_often);
    let (mut never_p, mut often_p) = (0.0, 0.0);
    for ((_, entries), step) in lives.objects().zip(0..) {
        if step % STEP == 0 && progress(total / 2 + step as u64, total).is_break() {
            return Err(Fault::Cancelled);
        }
        if let Some((least, _)) = least_never {
            let never: f64 = entries.clone().map(|entry| 1.0 - entry.chance).product();
            never_p += if never <= least * TIE { never } else { 0.0 };
        }
        if let Some((most, ..)) = most_often {
            times.clear();
            entries.for_each(|entry| times.add(entry.chance));
            often_p += times.greatest_tail_within(most * TIE);
        }
    }
    Ok(sums.finish(never_p, often_p))
}

impl Sums {
    fn take(
        &mut self,
        subject: u32,
        entries: impl DoubleEndedIterator<Item = Entry> + Clone,
        last_year: i32,
        times: &mut Times,
    ) {
        self.eligible += 1;
        times.clear();
        let (mut count, mut draws) = (0_usize, 0);
        let (mut mean, mut never) = (0.0, 1.0);
        for entry in entries.clone() {
            times.add(entry.chance);
            mean += entry.chance;
            never *= 1.0 - entry.chance;
            count += usize::from(entry.drawn);
            draws += 1;
        }
        add(&mut self.times, count, 1, 0.0);
        for (value, mass) in times.masses().iter().enumerate() {
            add(&mut self.times, value, 0, *mass);
        }
        self.never.expected += never;
        if never > 0.0 && never < 1.0 {
            self.open += 1.0;
            self.open_expected += never;
            self.open_never += if count == 0 { 1.0 } else { 0.0 };
        }
        if count == 0 {
            self.never.objects += 1;
            if mean <= 0.0 {
                self.never.without_chance += 1;
            } else {
                self.note_never(NeverDrawn { subject, draws, chance: never });
            }
        } else {
            self.drawn += 1;
            let tail = times.at_least(count);
            if tail < 1.0 && self.most_often.is_none_or(|(most, ..)| tail < most) {
                self.most_often = Some((tail, subject, count as u64, mean));
            }
        }
        self.take_last(entries, last_year);
    }

    fn note_never(&mut self, object: NeverDrawn) {
        if self.least_never.is_none_or(|(least, _)| object.chance < least) {
            self.least_never = Some((object.chance, object.subject));
        }
        let rarest = &mut self.never.rarest;
        let place = rarest.partition_point(|other| other.chance <= object.chance);
        if place < RAREST_MAX {
            rarest.insert(place, object);
            rarest.truncate(RAREST_MAX);
        }
    }

    /// The last time, for objects that were still eligible in the last year.
    fn take_last(&mut self, entries: impl DoubleEndedIterator<Item = Entry> + Clone, last_year: i32) {
        if entries.clone().next_back().is_none_or(|entry| entry.year < last_year) {
            return;
        }
        let years_ago = |entry: &Entry| usize::try_from(last_year - entry.year).unwrap_or(0);
        let mut spared_since = 1.0;
        let mut last = None;
        for entry in entries.rev() {
            add(&mut self.since, years_ago(&entry), 0, spared_since * entry.chance);
            spared_since *= 1.0 - entry.chance;
            if entry.drawn && last.is_none() {
                last = Some(years_ago(&entry));
            }
        }
        self.since_never.1 += spared_since;
        match last {
            Some(years) => add(&mut self.since, years, 1, 0.0),
            None => self.since_never.0 += 1,
        }
    }

    fn finish(self, never_p: f64, often_p: f64) -> Objects {
        let mut never_drawn = Vec::new();
        let mut often = Vec::new();
        let one = |observed, expected, p, method| Judged { observed, expected, p: probability(p), method };
        if self.open > 0.0 {
            // Where everybody was drawn at some time, there is nothing to find, and the test was made all the same.
            let judged = one(
                self.least_never.map_or(0.0, |_| 1.0),
                never_p,
                self.least_never.map_or(1.0, |_| never_p),
                Method::Bound,
            );
            let subject = self.least_never.map(|(_, subject)| subject);
            never_drawn
                .push(Finding { subject, ..Finding::of(Family::NeverDrawn, Statistic::LeastLikelyNever, judged) });
            let tails = tail::bounded(self.open_never, self.open_expected, self.open);
            let judged = one(self.open_never, self.open_expected, tails.two_sided(), Method::Bound);
            often.push(Finding::of(Family::Times, Statistic::NeverCount, judged));
        }
        if let Some((_, subject, count, mean)) = self.most_often {
            let judged = one(count as f64, mean, often_p, Method::Bound);
            often.push(Finding { subject: Some(subject), ..Finding::of(Family::Times, Statistic::MostOften, judged) });
        }
        let since = buckets(self.since);
        let never = Bucket { value: None, objects: self.since_never.0, expected: self.since_never.1 };
        Objects {
            eligible: self.eligible,
            drawn: self.drawn,
            never: self.never,
            times: buckets(self.times),
            since: since.into_iter().chain([never]).collect(),
            never_drawn,
            often,
        }
    }
}

fn add(counts: &mut Vec<(u64, f64)>, value: usize, objects: u64, expected: f64) {
    if counts.len() <= value {
        counts.resize(value + 1, (0, 0.0));
    }
    if let Some(count) = counts.get_mut(value) {
        count.0 += objects;
        count.1 += expected;
    }
}

/// Rows of which nothing is worth telling are dropped.
fn buckets(counts: Vec<(u64, f64)>) -> Vec<Bucket> {
    let rows = counts.into_iter().zip(0..);
    rows.map(|((objects, expected), value)| Bucket { value: Some(value), objects, expected })
        .filter(|bucket| bucket.objects > 0 || bucket.expected >= 0.05)
        .collect()
}

//! An organiser's chain of commitments: each names the one before it, whatever became of that, and each ends in a result or
//! in a failure. This is what shows that no attempt was dropped because its list did not suit (protocol §4). It reads no
//! files and no clock.

use std::collections::{BTreeMap, HashMap};

use crate::commitment::{Commitment, Subject};
use crate::instant::Instant;
use crate::mismatch::ChainWord;
use crate::suite::Digest;

/// One commitment of the log, with what it ended in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainEntry {
    /// Where it was found.
    pub place: String,
    /// The commitment.
    pub commitment: Commitment,
    /// What became of it.
    pub ending: Ending,
}

/// What became of a commitment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// A result.
    Result,
    /// A failure.
    Failed,
    /// Neither yet.
    Open,
}

/// Something that an honest chain does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainFault {
    /// At which entry.
    pub place: String,
    /// What is wrong.
    pub what: ChainWord,
}

/// What a log shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainReport {
    /// The organisers with the positions of their commitments, the oldest first; organisers by name.
    pub chains: Vec<(String, Vec<usize>)>,
    /// Gaps, forks, dropped and redrawn attempts.
    pub faults: Vec<ChainFault>,
    /// What is no fault by itself and is flagged for a second look: a commitment of a party, a roll or a scheme that was
    /// there before.
    pub flags: Vec<ChainFault>,
    /// The newest commitments that have no ending yet, by position. Whether they are late is not known without a clock.
    pub open: Vec<usize>,
}

/// Checks a log. Several organisers have a chain each.
#[must_use]
pub fn check_chain(entries: &[ChainEntry]) -> ChainReport {
    let mut check = Check::new(entries);
    // Grouped once: a log may name as many organisers as it has entries.
    let mut organisers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, entry) in entries.iter().enumerate() {
        if check.is_last_of_its_digest(index) {
            organisers.entry(entry.commitment.organiser.as_str()).or_default().push(index);
        }
    }
    let chains: Vec<_> =
        organisers.into_iter().map(|(organiser, mine)| (organiser.to_owned(), check.links(organiser, &mine))).collect();
    for (_, chain) in &chains {
        check.endings(chain);
        check.attempts(chain);
        check.repetitions(chain);
    }
    ChainReport { chains, faults: check.faults, flags: check.flags, open: check.open }
}

struct Check<'a> {
    entries: &'a [ChainEntry],
    digests: Vec<Digest>,
    by_digest: HashMap<Digest, usize>,
    faults: Vec<ChainFault>,
    flags: Vec<ChainFault>,
    open: Vec<usize>,
}

impl<'a> Check<'a> {
    fn new(entries: &'a [ChainEntry]) -> Self {
        let digests: Vec<_> = entries.iter().map(|entry| entry.commitment.digest()).collect();
        let mut by_digest = HashMap::new();
        let mut faults = Vec::new();
        for (index, (digest, entry)) in digests.iter().zip(entries).enumerate() {
            if let Some(before) = by_digest.insert(*digest, index) {
                let other = entries.get(before).map_or_else(String::new, |entry| entry.place.clone());
                let what = ChainWord::Twice { other };
                faults.push(ChainFault { place: entry.place.clone(), what });
            }
        }
        Self { entries, digests, by_digest, faults, flags: Vec::new(), open: Vec::new() }
    }

    fn fault(&mut self, entry: &ChainEntry, what: ChainWord) {
        self.faults.push(ChainFault { place: entry.place.clone(), what });
    }

    fn flag(&mut self, entry: &ChainEntry, what: ChainWord) {
        self.flags.push(ChainFault { place: entry.place.clone(), what });
    }

    fn entry(&self, index: usize) -> Option<&'a ChainEntry> {
        self.entries.get(index)
    }

    /// Whether the entry stands for its digest: where a commitment is there twice, one of the two is looked at.
    fn is_last_of_its_digest(&self, index: usize) -> bool {
        self.digests.get(index).and_then(|digest| self.by_digest.get(digest)) == Some(&index)
    }

    /// The commitments of an organiser, the oldest first: `mine`, each of them also where the chain is broken.
    fn links(&mut self, organiser: &str, mine: &[usize]) -> Vec<usize> {
        let mut next: HashMap<Option<Digest>, Vec<usize>> = HashMap::new();
        let mut starts = Vec::new();
        for index in mine {
            let Some(entry) = self.entry(*index) else { continue };
            let previous = entry.commitment.previous;
            let before = previous.and_then(|digest| self.by_digest.get(&digest)).and_then(|it| self.entry(*it));
            match (previous, before) {
                (None, _) => starts.push(*index),
                (Some(digest), None) => {
                    self.fault(entry, ChainWord::Gap { digest });
                    starts.push(*index);
                }
                (Some(_), Some(before)) if before.commitment.organiser != organiser => {
                    self.fault(entry, ChainWord::OtherOrganiser { other: before.place.clone() });
                    starts.push(*index);
                }
                (Some(_), Some(before)) => {
                    if Instant::parse(&entry.commitment.committed_at) < Instant::parse(&before.commitment.committed_at)
                    {
                        self.fault(entry, ChainWord::InstantOrder { other: before.place.clone() });
                    }
                }
            }
            next.entry(previous).or_default().push(*index);
        }
        for index in mine {
            let Some(entry) = self.entry(*index) else { continue };
            let same = next.get(&entry.commitment.previous).map_or(&[][..], Vec::as_slice);
            if let Some(first) = same.first().filter(|first| *first != index).and_then(|first| self.entry(*first)) {
                let other = first.place.clone();
                let what = match entry.commitment.previous {
                    Some(digest) => ChainWord::Fork { digest, other },
                    None => ChainWord::ForkStart { other },
                };
                self.fault(entry, what);
            }
        }
        // Digests make circles impossible, so walking from the starts meets each commitment once.
        let mut chain = Vec::with_capacity(mine.len());
        let mut waiting: Vec<usize> = starts.into_iter().rev().collect();
        while let Some(index) = waiting.pop() {
            chain.push(index);
            let digest = self.digests.get(index).copied();
            let followers = next.get(&digest).map_or(&[][..], Vec::as_slice);
            waiting.extend(followers.iter().rev());
        }
        chain
    }

    /// Only the newest commitment of a chain may still be open.
    fn endings(&mut self, chain: &[usize]) {
        for (position, index) in chain.iter().enumerate() {
            let Some(entry) = self.entry(*index).filter(|entry| entry.ending == Ending::Open) else { continue };
            if position + 1 == chain.len() {
                self.open.push(*index);
            } else {
                self.fault(entry, ChainWord::Dropped);
            }
        }
    }

    /// A later attempt replaces the attempt before it, which has failed; nothing is drawn twice.
    fn attempts(&mut self, chain: &[usize]) {
        let entries = self.entries;
        let mut seen: HashMap<(&str, &str, u64), &ChainEntry> = HashMap::new();
        for entry in chain.iter().filter_map(|index| entries.get(*index)) {
            let it = &entry.commitment;
            let name = (it.subject.purpose(), it.draw.as_str(), it.attempt);
            if let Some(before) = seen.insert(name, entry) {
                let (attempt, draw, other) = (it.attempt, it.draw.clone(), before.place.clone());
                self.fault(entry, ChainWord::AttemptTwice { attempt, draw, other });
            }
            let Some(replaces) = &it.replaces else { continue };
            let replaced = self.by_digest.get(&replaces.commitment).and_then(|index| self.entry(*index));
            let Some(replaced) = replaced else {
                self.fault(entry, ChainWord::GapReplaced { digest: replaces.commitment });
                continue;
            };
            let before = &replaced.commitment;
            let same = (before.subject.purpose(), &before.draw, &before.organiser);
            if same != (it.subject.purpose(), &it.draw, &it.organiser) || before.attempt + 1 != it.attempt {
                let (attempt, other) = (it.attempt, replaced.place.clone());
                self.fault(entry, ChainWord::AttemptOrder { attempt, other });
            }
            if replaced.ending == Ending::Result {
                self.fault(entry, ChainWord::Redrawn { other: replaced.place.clone() });
            }
        }
    }

    /// What was there before: a party's commitment, and a roll or scheme under another name.
    fn repetitions(&mut self, chain: &[usize]) {
        let entries = self.entries;
        let mut secrets: HashMap<(&str, Digest), &ChainEntry> = HashMap::new();
        let mut inputs: HashMap<(&str, Digest), &ChainEntry> = HashMap::new();
        for entry in chain.iter().filter_map(|index| entries.get(*index)) {
            for party in &entry.commitment.parties {
                if let Some(before) = secrets.insert((&party.party, party.commitment), entry) {
                    let (party, other) = (party.party.clone(), before.place.clone());
                    self.flag(entry, ChainWord::CommitmentRepeated { party, other });
                }
            }
            let Subject::Draw { roll, scheme, .. } = &entry.commitment.subject else { continue };
            for (kind, digest) in [("roll", roll.digest), ("scheme", *scheme)] {
                let before = *inputs.entry((kind, digest)).or_insert(entry);
                if before.commitment.draw != entry.commitment.draw {
                    let (draw, other) = (before.commitment.draw.clone(), before.place.clone());
                    let what = match kind {
                        "roll" => ChainWord::RollRepeated { draw, other },
                        _ => ChainWord::SchemeRepeated { draw, other },
                    };
                    self.flag(entry, what);
                }
            }
        }
    }
}

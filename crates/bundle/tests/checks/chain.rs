//! Logs made of bytes, and an oracle that says whether a log is honest (protocol §4), written without the crate's means.

use std::collections::BTreeSet;

use draw::{
    ChainEntry, Commitment, Digest, Ending, Instant, Party, Replaces, RollReference, Subject, Suite, check_chain,
};

/// A log of up to eight commitments, three bytes each; mostly honest ones, or a fuzzer would see little but gaps.
pub fn log_of(data: &[u8]) -> Vec<ChainEntry> {
    let mut entries: Vec<ChainEntry> = Vec::new();
    for (index, bytes) in data.chunks_exact(3).take(8).enumerate() {
        let number = u8::try_from(index).unwrap();
        let nth = |byte: u8| entries.get(usize::from(byte) % (entries.len() + 1));
        let mut it = commitment(number, if bytes[2] & 0x80 == 0 { "某局" } else { "另一局" });
        it.previous = match bytes[0] {
            0..=199 => entries.last().map(|last| last.commitment.digest()),
            200..=219 => None,
            220..=239 => nth(bytes[0]).map(|entry| entry.commitment.digest()),
            _ => Some(Digest([0xEE; 32])),
        };
        let replaced = match bytes[1] {
            0..=99 => None,
            100..=199 => entries.last(),
            200..=239 => nth(bytes[1]),
            _ => entries.first(),
        };
        if let (Some(replaced), Some(_)) = (replaced, it.previous) {
            let before = &replaced.commitment;
            it.attempt = before.attempt + 1 + u64::from(bytes[1] >= 230);
            it.draw.clone_from(&before.draw);
            let commitment = if bytes[1] == 255 { Digest([0xEE; 32]) } else { before.digest() };
            it.replaces = Some(Replaces { commitment, reason: "r".to_owned(), approved_by: "a".to_owned() });
        }
        if bytes[2] & 0x40 != 0 {
            it.committed_at = "2026-01-01T08:59:00+08:00".to_owned();
        }
        let ending = [Ending::Failed, Ending::Result, Ending::Open][usize::from(bytes[2] & 0x3F) % 3];
        entries.push(ChainEntry { place: format!("e{index}"), commitment: it, ending });
    }
    // The rest of the bytes takes entries out, or gives one twice.
    for byte in data.chunks_exact(3).skip(8).flatten().take(3) {
        match entries.len() {
            0 => {}
            count if *byte < 128 => drop(entries.remove(usize::from(*byte) % count)),
            count => entries.push(entries[usize::from(*byte) % count].clone()),
        }
    }
    entries
}

fn commitment(number: u8, organiser: &str) -> Commitment {
    Commitment {
        suite: Suite::Sha256,
        subject: Subject::Draw {
            roll: RollReference {
                digest: Digest([number; 32]),
                at: "2026-01-01T08:00:00+08:00".to_owned(),
                source: "s".to_owned(),
            },
            scheme: Digest([number; 32]),
            sizes: Digest([number; 32]),
        },
        draw: format!("D-{number}"),
        attempt: 1,
        organiser: organiser.to_owned(),
        parties: vec![Party { party: "平台".to_owned(), commitment: Digest([number; 32]) }],
        beacon: None,
        committed_at: format!("2026-01-01T09:{number:02}:00+08:00"),
        reveal_by: "2026-01-01T10:00:00+08:00".to_owned(),
        previous: None,
        replaces: None,
    }
}

/// Whether every organiser's commitments are one line, each but the newest ended, none drawn again.
fn is_honest(entries: &[ChainEntry]) -> bool {
    let digests: Vec<_> = entries.iter().map(|entry| entry.commitment.digest()).collect();
    let find = |digest: &Digest| digests.iter().position(|known| known == digest).map(|index| &entries[index]);
    let distinct = |list: Vec<String>| list.iter().collect::<BTreeSet<_>>().len() == list.len();
    let linked = entries.iter().all(|entry| {
        let it = &entry.commitment;
        let behind = it.previous.is_none_or(|previous| {
            find(&previous).is_some_and(|before| {
                let later = Instant::parse(&before.commitment.committed_at) <= Instant::parse(&it.committed_at);
                before.commitment.organiser == it.organiser && before.ending != Ending::Open && later
            })
        });
        let replaces = it.replaces.as_ref().is_none_or(|replaces| {
            find(&replaces.commitment).is_some_and(|failed| {
                let same = (&failed.commitment.draw, &failed.commitment.organiser) == (&it.draw, &it.organiser)
                    && failed.commitment.subject.purpose() == it.subject.purpose();
                same && failed.commitment.attempt + 1 == it.attempt && failed.ending != Ending::Result
            })
        });
        behind && replaces
    });
    let name = |it: &Commitment| format!("{}|{}|{}|{}", it.organiser, it.subject.purpose(), it.draw, it.attempt);
    linked
        && distinct(digests.iter().map(Digest::to_string).collect())
        && distinct(
            entries.iter().map(|it| format!("{}{:?}", it.commitment.organiser, it.commitment.previous)).collect(),
        )
        && distinct(entries.iter().map(|it| name(&it.commitment)).collect())
}

/// A fault is found exactly where the oracle finds the log dishonest, in whatever order it is read, and every commitment
/// stands in one chain.
pub fn agree(entries: &[ChainEntry]) {
    let mut turned = entries.to_vec();
    turned.reverse();
    for entries in [entries, &turned] {
        let report = check_chain(entries);
        assert_eq!(report.faults.is_empty(), is_honest(entries), "{:?} of {entries:#?}", report.faults);
        let mut listed: Vec<_> = report.chains.iter().flat_map(|(_, chain)| chain).collect();
        listed.sort_unstable();
        let all: BTreeSet<_> = entries.iter().map(|entry| entry.commitment.digest()).collect();
        let known: BTreeSet<_> = listed.iter().map(|index| entries[**index].commitment.digest()).collect();
        assert!(known == all && listed.len() == all.len(), "a commitment is in no chain, or in two");
        assert!(report.open.iter().all(|index| entries[*index].ending == Ending::Open));
    }
}

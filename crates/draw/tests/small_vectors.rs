//! The small vectors at the end of the protocol's page, as known answers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use draw::{
    Blinds, Commitment, Digest, Header, Intake, Party, Reveal, Reveals, RollReference, SplitMethod, Subject, Suite,
    Tickets, reveal_commitment, split, who,
};

const SUITE: Suite = Suite::Sha256;
const SEED: &str = "bb0c5cd934d5a7ac6aec1efdebca4fe654939c1a67c931cabb052e1400e6fa6a";
const ROLL: &str = "93811f0f76f1a94864ba13675bed572b5bc060fd5ff3767bc4a10213ef54f6db";

fn key() -> Digest {
    Digest(std::array::from_fn(|index| u8::try_from(index).unwrap()))
}

#[test]
fn a_roll_of_twenty_rows() {
    let header = Header::parse(&["id:text", "organ:text", "kind:text"]).unwrap();
    let mut intake = Intake::new(header).hashing(SUITE, key()).keeping();
    for row in 0..20 {
        let id = format!("91130302MA00000{row:02}");
        let organ = format!("1303{:02}", 2 + row % 3);
        intake.push(&[&id, &organ, if row % 4 == 0 { "individual" } else { "company" }]).unwrap();
    }
    let taken = intake.finish();
    let document = taken.document.unwrap();
    assert_eq!(Blinds::new(SUITE, &key()).of("91130302MA0000000"), "72d1dbfdc0d08091b99e1cfc353b62c5");
    assert_eq!(document.root.to_string(), "6288f678e33ea30a3d4a4992d4a67b5f37547296eec786c35f4ceca50a9934da");
    assert_eq!(document.digest(SUITE).to_string(), ROLL);
    let roll = taken.roll.unwrap();
    assert_eq!(roll.find("91130302MA0000019"), Some(19));
    assert_eq!(roll.find("91130302MA0000020"), None);
    assert_eq!(roll.field(19, 1), Some("130303"));
}

fn commitment() -> (Commitment, Reveals) {
    let parties = [("平台", Digest([0; 32]), "摇号员甲"), ("纪检监察组", Digest([1; 32]), "42")];
    let organiser = "秦皇岛市市场监督管理局";
    let commit = |(party, salt, value): &(&str, Digest, &str)| Party {
        party: (*party).to_owned(),
        commitment: reveal_commitment(SUITE, &who(SUITE, "draw", "D-2021-0001", 1, organiser, party), salt, value),
    };
    let commitment = Commitment {
        suite: SUITE,
        subject: Subject::Draw {
            roll: RollReference {
                digest: Digest::parse(ROLL).unwrap(),
                at: "2021-05-08T08:30:00+08:00".to_owned(),
                source: "检查对象名录库".to_owned(),
            },
            scheme: Digest([0; 32]),
            sizes: Digest([0x11; 32]),
        },
        draw: "D-2021-0001".to_owned(),
        attempt: 1,
        organiser: organiser.to_owned(),
        parties: parties.iter().map(commit).collect(),
        beacon: None,
        committed_at: "2021-05-08T09:00:00+08:00".to_owned(),
        reveal_by: "2021-05-08T10:00:00+08:00".to_owned(),
        previous: None,
        replaces: None,
    };
    let open = |(party, salt, value): (&str, Digest, &str)| Reveal::Open {
        party: party.to_owned(),
        salt,
        value: value.to_owned(),
    };
    (commitment, Reveals { reveals: parties.into_iter().map(open).collect(), rejected: Vec::new() })
}

#[test]
fn commitment_and_seed() {
    let (commitment, reveals) = commitment();
    commitment.validate().unwrap();
    let parties: Vec<_> = commitment.parties.iter().map(|party| party.commitment.to_string()).collect();
    assert_eq!(
        parties,
        [
            "b4053e0742980ddf1f83ea3314cf3a1538de812d481b5cfdf35f0e9688feff94",
            "c1cd6ad159f3d6791cf32d554d198f063e9a83d7a06783d139e0d15842d03215"
        ]
    );
    assert_eq!(commitment.digest().to_string(), "35929f9b0fa233b816b19104231ba5ccbb639749583106f1d743ca6eb0883423");
    let settled = commitment.settle(&reveals, None).unwrap();
    assert_eq!(settled.seed.to_string(), SEED);
    assert_eq!(Commitment::parse(&commitment.to_jcs()).unwrap(), commitment);
    assert_eq!(Reveals::parse(&reveals.to_jcs()).unwrap(), reveals);
}

#[test]
fn tickets_and_splits() {
    let tickets = Tickets::new(SUITE, &Digest::parse(SEED).unwrap());
    assert_eq!(
        tickets.of(b"91130302MA0000000").to_string(),
        "19225d9c978cf961cbc73d3817cb48799a854b7a4c58f018a49ff0398d4b9d19"
    );
    let organs = [("130302", 100), ("130303", 100), ("130304", 50)];
    let letters = [("a", 10), ("b", 10), ("c", 10), ("d", 10)];
    for (size, cells, method, expected) in [
        (7, organs.as_slice(), SplitMethod::Random, [2, 3, 2].as_slice()),
        (7, &organs, SplitMethod::Hamilton, &[3, 3, 1]),
        (6, &letters, SplitMethod::Random, &[2, 1, 2, 1]),
        (6, &letters, SplitMethod::Hamilton, &[2, 2, 1, 1]),
    ] {
        assert_eq!(split(&tickets, "E8", size, cells, method), expected, "{size} {method:?}");
    }
}

#[test]
fn a_matching_has_its_own_seed() {
    let (drawn, reveals) = commitment();
    let mut matching = drawn.clone();
    matching.subject = Subject::Match { result: Digest([4; 32]), matching: Digest([5; 32]) };
    // A reveal is bound to its purpose: the one made for the draw opens nothing here.
    assert_eq!(matching.settle(&reveals, None).unwrap_err().code(), "reveal-mismatch");
    for (party, reveal) in matching.parties.clone().into_iter().zip(&reveals.reveals) {
        let Reveal::Open { salt, value, .. } = reveal else { panic!("{party:?}") };
        let made = reveal_commitment(SUITE, &matching.who(&party.party), salt, value);
        let known = matching.parties.iter_mut().find(|known| known.party == party.party).unwrap();
        known.commitment = made;
    }
    let settled = matching.settle(&reveals, None).unwrap();
    let shares = reveals.reveals.iter().map(|reveal| match reveal {
        Reveal::Open { party, salt, value } => draw::reveal_share(SUITE, &matching.who(party), salt, value),
        Reveal::Absent { party } => draw::absent_share(SUITE, &matching.digest(), party),
    });
    let shares: Vec<_> = shares.collect();
    assert_eq!(settled.seed, draw::match_seed(SUITE, &matching.digest(), &shares, None));
    assert_ne!(settled.seed, draw::seed(SUITE, &matching.digest(), &shares, None));
}

//! Small rolls, schemes and commitments.

#![allow(dead_code, reason = "each test file uses its part")]

use draw::{
    Commitment, Digest, Header, Intake, Party, Reveal, Reveals, Roll, RollDocument, RollReference, Scheme, Sizes,
    Subject, Suite, reveal_commitment, unattended, who,
};

/// The suite of these tests.
pub const SUITE: Suite = Suite::Sha256;
/// The header of [`roll`].
pub const HEADER: [&str; 7] =
    ["id:text", "name:text", "kind:text", "organ:text", "opened:date", "checks:int", "tags:set"];

/// A roll of rows given as fields separated by `|`.
pub fn roll_of(rows: &[String]) -> (Roll, RollDocument) {
    let mut intake = Intake::new(Header::parse(&HEADER).unwrap()).hashing(SUITE, Digest([9; 32])).keeping();
    for row in rows {
        intake.push(&row.split('|').collect::<Vec<_>>()).unwrap();
    }
    let taken = intake.finish();
    (taken.roll.unwrap(), taken.document.unwrap())
}

/// `count` rows of two kinds, three organs and some tags.
pub fn rows(count: usize) -> Vec<String> {
    let row = |index: usize| {
        let kind = if index.is_multiple_of(3) { "individual" } else { "company" };
        let tags = ["", "a", "a,b", "b"][index % 4];
        format!(
            "S-{index:06}|n{index}|{kind}|1303{:02}|2020-01-{:02}|{}|{tags}",
            index * index % 7 % 3,
            1 + index % 28,
            index % 5
        )
    };
    (0..count).map(row).collect()
}

/// A scheme of the given strata, as JSON without spaces or order.
pub fn scheme(membership: &str, strata: &str) -> Scheme {
    Scheme::parse(&scheme_bytes(membership, strata)).unwrap()
}

/// The canonical bytes of such a scheme. The strata must be canonical.
pub fn scheme_bytes(membership: &str, strata: &str) -> Vec<u8> {
    format!(
        r#"{{"exclude":[],"membership":"{membership}","reserves":2,"scheme":"mc1","strata":[{strata}],"title":"t"}}"#
    )
    .into_bytes()
}

/// A stratum of everything but the empty kind.
pub fn stratum(code: &str, size: &str, split: &str) -> String {
    format!(
        r#"{{"code":"{code}","items":["i"],"label":"l","population":"p","size":{size}{split},"when":{{"column":"kind","empty":false}}}}"#
    )
}

/// A commitment of platform and one witness, with its reveals.
pub fn committed(scheme: &Scheme, sizes: &Sizes, roll: &RollDocument) -> (Commitment, Reveals) {
    let parties = [("平台", Digest([2; 32]), "甲"), ("见证人", Digest([3; 32]), "42")];
    let commitment = Commitment {
        suite: SUITE,
        subject: Subject::Draw {
            roll: RollReference {
                digest: roll.digest(SUITE),
                at: "2026-01-01T08:00:00+08:00".to_owned(),
                source: "名录库".to_owned(),
            },
            scheme: scheme.digest(SUITE),
            sizes: sizes.digest(SUITE),
        },
        draw: "D-1".to_owned(),
        attempt: 1,
        organiser: "某局".to_owned(),
        parties: parties
            .iter()
            .map(|(party, salt, value)| Party {
                party: (*party).to_owned(),
                commitment: reveal_commitment(SUITE, &who(SUITE, "draw", "D-1", 1, "某局", party), salt, value),
            })
            .collect(),
        beacon: None,
        committed_at: "2026-01-01T09:00:00+08:00".to_owned(),
        reveal_by: "2026-01-01T10:00:00+08:00".to_owned(),
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

/// Draws a roll under a scheme.
pub fn drawn(scheme: &Scheme, roll: &Roll, document: &RollDocument) -> draw::Outcome {
    let sizes = draw::sizes(scheme, roll, &mut unattended).unwrap();
    let (commitment, reveals) = committed(scheme, &sizes, document);
    let settled = commitment.settle(&reveals, None).unwrap();
    draw::draw(&commitment, &settled, scheme, roll, &sizes, &mut unattended).unwrap()
}

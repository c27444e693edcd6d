//! The four vector bundles, recomputed by the pure crate alone: digests, sizes, seed and result, byte for byte.

// Tests read their vectors from files; the crate itself may not (clippy.toml).
#![allow(clippy::disallowed_methods)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::path::PathBuf;

use draw::{
    Beacon, Commitment, Header, Intake, Outcome, Reveals, RollDocument, Scheme, Sizes, Subject, Taken, unattended,
};

fn file(bundle: &str, name: &str) -> Option<Vec<u8>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../bundle/tests/vectors");
    std::fs::read(root.join(bundle).join(name)).ok()
}

/// Splits a CSV line. The vectors are known to be well formed; the strict reader is in `bundle`.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => cells.last_mut().unwrap().extend(characters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            other => cells.last_mut().unwrap().push(other),
        }
    }
    cells
}

fn roll(bundle: &str, commitment: &Commitment, document: &RollDocument) -> Taken {
    let text = String::from_utf8(file(bundle, "roll.csv").unwrap()).unwrap();
    let mut lines = text.lines();
    let header = Header::parse(&cells(lines.next().unwrap())).unwrap();
    let mut intake = Intake::new(header).hashing(commitment.suite, document.key.unwrap()).keeping();
    for line in lines {
        let row = cells(line);
        intake.push(&row.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
    }
    intake.finish()
}

#[test]
fn every_bundle_is_recomputed() {
    for bundle in ["base", "classes", "every", "edges"] {
        let read = |name| file(bundle, name).unwrap();
        let commitment = Commitment::parse(&read("commitment.json")).unwrap();
        let scheme = Scheme::parse(&read("scheme.json")).unwrap();
        let sizes = Sizes::parse(&read("sizes.json")).unwrap();
        let reveals = Reveals::parse(&read("reveals.json")).unwrap();
        let beacon = file(bundle, "beacon.json").map(|bytes| Beacon::parse(&bytes).unwrap());
        let document = RollDocument::parse(&read("roll.json")).unwrap();
        assert_eq!(commitment.to_jcs(), read("commitment.json"), "{bundle}");
        assert_eq!(scheme.to_jcs(), read("scheme.json"), "{bundle}");
        assert_eq!(reveals.to_jcs(), read("reveals.json"), "{bundle}");
        assert_eq!(document.to_jcs(), read("roll.json"), "{bundle}");

        let taken = roll(bundle, &commitment, &document);
        assert_eq!(taken.document.as_ref(), Some(&document), "{bundle}");
        let Subject::Draw { roll: reference, scheme: scheme_digest, sizes: sizes_digest } = &commitment.subject else {
            panic!("{bundle}")
        };
        document.expect_digest(commitment.suite, &reference.digest).unwrap();
        assert_eq!(
            (scheme.digest(commitment.suite), sizes.digest(commitment.suite)),
            (*scheme_digest, *sizes_digest),
            "{bundle}"
        );

        let roll = taken.roll.unwrap();
        let computed = draw::sizes(&scheme, &roll, &mut unattended).unwrap();
        assert_eq!(String::from_utf8(computed.to_jcs()), String::from_utf8(read("sizes.json")), "{bundle}");
        sizes.expect_consistent(&scheme, document.rows).unwrap();
        let settled = commitment.settle(&reveals, beacon.as_ref()).unwrap();
        let outcome = draw::draw(&commitment, &settled, &scheme, &roll, &sizes, &mut unattended).unwrap();
        assert!(outcome.to_jcs() == read("result.json"), "{bundle}");
        assert_eq!(Outcome::parse(&read("result.json")).unwrap(), outcome, "{bundle}");
        outcome.expect_consistent(&commitment, &settled, &scheme, &sizes).unwrap();
    }
}

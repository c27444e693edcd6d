//! What must hold of any bytes at all: the bodies of the fuzz targets `documents`, `scheme` and `selection`. `fuzz/` runs them
//! over what it invents, `corpus.rs` over what was kept of that, so that no target rots.

#![allow(dead_code, reason = "each user takes its part")]
#![allow(clippy::cast_possible_truncation, reason = "tables here have some sixty rows")]

use draw::{
    Addendum, Beacon, Commitment, Digest, Failure, Header, Intake, Outcome, Party, Proof, Receipt, Refused, Reveals,
    Roll, RollDocument, RollReference, Scheme, Settled, SignatureEntry, Sizes, Subject, Suite, parse_document, place,
    unattended,
};

use crate::oracle;
use crate::random::{self, Bytes};

type Parse = fn(&[u8]) -> Result<Vec<u8>, Refused>;

/// Every document, by the first byte of an input: how it is read and written again.
pub const DOCUMENTS: [(u8, Parse); 12] = [
    (b'a', |bytes| Addendum::parse(bytes).map(|it| it.to_jcs())),
    (b'b', |bytes| Beacon::parse(bytes).map(|it| it.to_jcs())),
    (b'c', |bytes| Commitment::parse(bytes).map(|it| it.to_jcs())),
    (b'f', |bytes| Failure::parse(bytes).map(|it| it.to_jcs())),
    (b'h', |bytes| RollDocument::parse(bytes).map(|it| it.to_jcs())),
    (b'j', |bytes| parse_document(bytes).map(|it| it.to_jcs())),
    (b'o', |bytes| Outcome::parse(bytes).map(|it| it.to_jcs())),
    (b'p', |bytes| Proof::parse_all(bytes).map(|it| Proof::all_to_jcs(&it))),
    (b'r', |bytes| Reveals::parse(bytes).map(|it| it.to_jcs())),
    (b's', |bytes| SignatureEntry::parse_all(bytes).map(|it| SignatureEntry::all_to_jcs(&it))),
    (b't', |bytes| Receipt::parse(bytes).map(|it| it.to_jcs())),
    (b'z', |bytes| Sizes::parse(bytes).map(|it| it.to_jcs())),
];

/// A document that is read is written again to the same bytes; what is refused says why. What the documents compute by
/// themselves takes any of them.
pub fn document(data: &[u8]) {
    let Some((selector, bytes)) = data.split_first() else { return };
    let Some((_, parse)) = DOCUMENTS.iter().find(|(letter, _)| letter == selector) else { return };
    match parse(bytes) {
        Ok(written) => {
            assert!(written == bytes, "read, and written as {:?}", String::from_utf8_lossy(&written));
            assert!(parse_document(bytes).is_ok(), "a document that is no I-JSON");
        }
        Err(refused) => assert!(!refused.code().is_empty() && !refused.to_string().is_empty()),
    }
    match selector {
        b'c' => {
            let Ok(commitment) = Commitment::parse(bytes) else { return };
            commitment.validate().unwrap();
            assert_eq!(commitment.digest(), draw::document_digest(commitment.suite, bytes));
            let none = Reveals { reveals: Vec::new(), rejected: Vec::new() };
            assert!(commitment.settle(&none, None).is_err(), "a seed of nothing");
        }
        b't' => {
            let Ok(receipt) = Receipt::parse(bytes) else { return };
            let Ok(settled) = receipt.settle() else { return };
            for object in &receipt.objects {
                let Ok(finding) = receipt.finding(&settled, object) else { continue };
                assert!(finding.index < receipt.roll.rows && finding.cells.len() == object.cells.len());
            }
        }
        b'z' => {
            let Ok(sizes) = Sizes::parse(bytes) else { return };
            assert_eq!(sizes.digest(Suite::Sm3), draw::document_digest(Suite::Sm3, bytes));
            let (scheme, _) = random::draw(&mut Bytes::of(&[3; 64]));
            let consistent = sizes.expect_consistent(&scheme, 40).is_ok();
            assert!(!consistent || sizes.total() <= 40 * scheme.strata.len() as u64);
        }
        _ => {}
    }
}

/// A scheme that is read is written again to the same bytes; where it fits the header of [`random::HEADER`], the oracle
/// finds the same draw.
pub fn scheme(data: &[u8]) {
    match Scheme::parse(data) {
        Ok(scheme) => {
            let written = scheme.to_jcs();
            assert!(written == data, "read, and written as {:?}", String::from_utf8_lossy(&written));
            scheme.validate().unwrap();
            let (_, table) = random::draw(&mut Bytes::of(&[7; 600]));
            agree(&scheme, &table, Suite::Sm3, Digest([8; 32]));
        }
        Err(refused) => assert!(!refused.code().is_empty() && !refused.to_string().is_empty()),
    }
}

/// A scheme and a table made of the bytes: crate and oracle find the same draw.
pub fn selection(data: &[u8]) {
    let mut bytes = Bytes::of(data);
    let suite = if bytes.one_in(2) { Suite::Sm3 } else { Suite::Sha256 };
    let (scheme, table) = random::draw(&mut bytes);
    scheme.validate().unwrap_or_else(|refused| panic!("{refused}: {scheme:?}"));
    assert!(agree(&scheme, &table, suite, Suite::Sha256.hash(&[data])), "{scheme:?} does not fit its own header");
}

/// The roll of a table.
pub fn roll_of(table: &[Vec<String>]) -> Roll {
    let mut intake = Intake::new(Header::parse(&random::HEADER).unwrap()).keeping();
    for row in table {
        intake.push(&row.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
    }
    intake.finish().roll.unwrap()
}

/// Draws a table twice, with the crate and with the oracle, and compares everything. False where the scheme does not fit
/// the header.
pub fn agree(scheme: &Scheme, table: &[Vec<String>], suite: Suite, seed: Digest) -> bool {
    let roll = roll_of(table);
    if scheme.check(roll.header()).is_err() {
        assert!(draw::sizes(scheme, &roll, &mut unattended).is_err());
        return false;
    }
    let names = random::HEADER.map(|cell| cell.split_once(':').unwrap().0);
    let Some((excluded, outside, totals, cells)) =
        oracle::draw(scheme, &names, table, suite == Suite::Sm3, seed.as_bytes())
    else {
        let refused = draw::sizes(scheme, &roll, &mut unattended).unwrap_err();
        assert_eq!(refused.code(), "value-not-named");
        return true;
    };
    let sizes = draw::sizes(scheme, &roll, &mut unattended).unwrap();
    let counts = |counts: &[usize]| counts.iter().map(|count| *count as u64).collect::<Vec<_>>();
    assert_eq!(sizes.excluded.iter().map(|(_, rows)| *rows).collect::<Vec<_>>(), counts(&excluded));
    assert_eq!(sizes.outside, outside as u64);
    let stated: Vec<_> = sizes.strata.iter().map(|stratum| (stratum.rows as usize, stratum.size as usize)).collect();
    assert_eq!(stated, totals);
    sizes.expect_consistent(scheme, u64::from(roll.rows())).unwrap();

    let commitment = committed(scheme, &sizes, suite);
    let settled = Settled { seed, absent: Vec::new() };
    let outcome = draw::draw(&commitment, &settled, scheme, &roll, &sizes, &mut unattended).unwrap();
    let list = |list: &[draw::Drawn]| {
        list.iter().map(|drawn| (drawn.ticket.0.to_vec(), drawn.id.to_string())).collect::<Vec<_>>()
    };
    let found: Vec<oracle::Cell> = outcome
        .cells
        .iter()
        .map(|it| {
            let (drawn, reserves) = (list(&it.drawn), list(&it.reserves));
            (it.stratum.clone(), it.cell.clone(), it.rows as usize, it.size as usize, drawn, reserves)
        })
        .collect();
    assert_eq!(found, cells);
    outcome.expect_consistent(&commitment, &settled, scheme, &sizes).unwrap();
    assert_eq!(Outcome::parse(&outcome.to_jcs()).unwrap(), outcome);

    let chances = draw::chances(scheme, &sizes);
    for cell in &outcome.cells {
        let told = chances.iter().find(|it| it.stratum == cell.stratum && it.cell == cell.cell).unwrap();
        assert!((told.least..=told.most).contains(&cell.size) && told.rows == cell.rows);
    }
    let _warned = draw::warnings(scheme, &sizes, u64::from(roll.rows()), None);
    for row in table.iter().take(8) {
        let fields: Vec<_> = row.iter().map(String::as_str).collect();
        let placed = place(scheme, roll.header(), &fields).unwrap();
        let drawn = |id: &String| {
            let cells = outcome.cells.iter().filter(|cell| cell.drawn.iter().any(|drawn| drawn.id == *id));
            cells.map(|cell| (cell.stratum.clone(), cell.cell.clone())).collect::<Vec<_>>()
        };
        assert!(drawn(&row[0]).iter().all(|cell| placed.cells.contains(cell)));
    }
    true
}

/// A commitment of the platform alone to a scheme and its sizes; which roll it names is of no account here.
pub fn committed(scheme: &Scheme, sizes: &Sizes, suite: Suite) -> Commitment {
    let at = |hour: u8| format!("2026-01-01T{hour:02}:00:00+08:00");
    Commitment {
        suite,
        subject: Subject::Draw {
            roll: RollReference { digest: Digest([0; 32]), at: at(8), source: "名录库".to_owned() },
            scheme: scheme.digest(suite),
            sizes: sizes.digest(suite),
        },
        draw: "D-1".to_owned(),
        attempt: 1,
        organiser: "某局".to_owned(),
        parties: vec![Party { party: "平台".to_owned(), commitment: Digest([2; 32]) }],
        beacon: None,
        committed_at: at(9),
        reveal_by: at(10),
        previous: None,
        replaces: None,
    }
}

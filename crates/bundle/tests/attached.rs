//! Signatures and addenda of a bundle: good ones, and each way in which they do not hold.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use std::path::Path;

use bundle::{StepName, Verdict};
use common::{copy, documents, report};
use draw::{Addendum, Digest, Outcome, SignatureAlgorithm, SignatureEntry};
use ed25519_dalek::Signer as _;

const SM2_IDENTITY: &str = "1234567812345678";

fn ed25519(secret: u8, by: &str, document: Digest) -> SignatureEntry {
    let key = ed25519_dalek::SigningKey::from_bytes(&[secret; 32]);
    SignatureEntry {
        document,
        by: by.to_owned(),
        algorithm: SignatureAlgorithm::Ed25519,
        key: key.verifying_key().to_bytes().to_vec(),
        signature: key.sign(document.as_bytes()).to_bytes().to_vec(),
    }
}

fn sm2(secret: u8, by: &str, document: Digest) -> SignatureEntry {
    let key = sm2::SecretKey::from_slice(&[secret; 32]).unwrap();
    let signing = sm2::dsa::SigningKey::new(SM2_IDENTITY, &key).unwrap();
    let signature: sm2::dsa::Signature = signing.sign(document.as_bytes());
    let point = sm2::elliptic_curve::sec1::ToSec1Point::to_sec1_point(&key.public_key(), false);
    SignatureEntry {
        document,
        by: by.to_owned(),
        algorithm: SignatureAlgorithm::Sm2,
        key: point.as_bytes().to_vec(),
        signature: signature.to_bytes().to_vec(),
    }
}

fn found(folder: &Path, name: StepName) -> (Verdict, &'static str, String) {
    let report = report(folder);
    let step = report.step(name).unwrap();
    (step.verdict, step.code, step.detail.clone())
}

#[test]
fn signatures_of_both_algorithms_are_checked() {
    let (_home, folder) = copy("base");
    let (commitment, _) = documents(&folder);
    let digest = commitment.digest();
    let result = Outcome::parse(&std::fs::read(folder.join("result.json")).unwrap()).unwrap().digest(commitment.suite);
    let [first, second] = [1, 2].map(|index| commitment.parties[index].party.clone());
    let write = |entries: &[SignatureEntry]| {
        std::fs::write(folder.join("signatures.json"), SignatureEntry::all_to_jcs(entries)).unwrap();
    };
    let good = [ed25519(1, &first, digest), sm2(2, &second, digest), ed25519(3, "公证员", result)];
    write(&good);
    let report = report(&folder);
    assert_eq!(report.exit_code(), 0, "{report:#?}");
    let detail = &report.step(StepName::Signatures).unwrap().detail;
    assert!(detail.starts_with("2 of 2 witnesses attested") && detail.contains("result.json: 公证员"), "{detail}");
    write(&good[2..]);
    assert!(found(&folder, StepName::Signatures).2.starts_with("0 of 2 witnesses"));

    type Change = fn(&mut Vec<SignatureEntry>);
    let changes: [(&str, &str, Change); 6] = [
        ("[0].signature", "mismatch", |all| all[0].signature[9] ^= 1),
        ("[1].signature", "mismatch", |all| all[1].signature[9] ^= 1),
        ("[1].signature", "mismatch", |all| all[1].key = vec![4; 65]),
        ("[0].document", "mismatch", |all| all[0].document.0[0] ^= 1),
        ("[1].key", "mismatch", |all| {
            all[1] = SignatureEntry { by: all[1].by.clone(), ..ed25519(3, "", all[1].document) }
        }),
        ("[3].key", "twice", |all| all.push(all[0].clone())),
    ];
    for (place, code, change) in changes {
        let mut entries = good.to_vec();
        change(&mut entries);
        // A key that speaks for two people is told at the second of them.
        let place = if place == "[1].key" { "[2].key" } else { place };
        write(&entries);
        let (verdict, found, detail) = found(&folder, StepName::Signatures);
        assert_eq!((verdict, found), (Verdict::Failed, code), "{place}: {detail}");
        assert!(detail.starts_with(&format!("signatures.json: {place}")), "{place}: {detail}");
    }
    let text = String::from_utf8(SignatureEntry::all_to_jcs(&good)).unwrap();
    for (from, to, code) in [("Ed25519", "RSA", "wrong-kind"), ("\"key\":\"", "\"key\":\"00", "not-hex")] {
        std::fs::write(folder.join("signatures.json"), text.replacen(from, to, 1)).unwrap();
        assert_eq!(found(&folder, StepName::Signatures).1, code);
    }
}

/// The first two addenda to the first cell with reserves: one reserve comes in, and then leaves as well.
fn addenda(folder: &Path) -> Vec<Addendum> {
    let (commitment, _) = documents(folder);
    let outcome = Outcome::parse(&std::fs::read(folder.join("result.json")).unwrap()).unwrap();
    let cells = &outcome.cells;
    // An object of several cells needs an addendum for each; this test wants one that stands in one cell only.
    let listed = |id: &str| cells.iter().filter(|cell| cell.drawn.iter().any(|drawn| drawn.id == id)).count();
    let cell = cells
        .iter()
        .find(|cell| cell.reserves.len() >= 2 && listed(&cell.drawn[0].id) == 1 && listed(&cell.reserves[0].id) == 0);
    let cell = cell.unwrap();
    let addendum = |previous, out: &str, brought_in: &str, at: &str| Addendum {
        previous,
        stratum: cell.stratum.clone(),
        cell: cell.cell.clone(),
        out: out.to_owned(),
        brought_in: Some(brought_in.to_owned()),
        reason: "deregistered".to_owned(),
        evidence: Digest([7; 32]),
        approved_by: ["甲".to_owned(), "乙".to_owned()],
        at: at.to_owned(),
    };
    let [next, after] = [&cell.reserves[0].id, &cell.reserves[1].id];
    let result = outcome.digest(commitment.suite);
    let first = addendum(result, &cell.drawn[0].id, next, "2027-01-01T09:00:00+08:00");
    let second = addendum(first.digest(commitment.suite), next, after, "2027-01-02T09:00:00+08:00");
    vec![first, second]
}

#[test]
fn addenda_follow_each_other_and_bring_in_the_next_reserve() {
    let (_home, folder) = copy("edges");
    let write = |addenda: &[(u32, &Addendum)]| {
        std::fs::remove_dir_all(folder.join("addenda")).ok();
        for (number, addendum) in addenda {
            bundle::write_document(&folder, &format!("addenda/{number:04}.json"), &addendum.to_jcs()).unwrap();
        }
    };
    let good = addenda(&folder);
    write(&[(1, &good[0]), (2, &good[1])]);
    assert_eq!(report(&folder).exit_code(), 0, "{:#?}", report(&folder));
    assert!(found(&folder, StepName::Addenda).2.starts_with("2 objects out, 2 reserves in"));

    type Change = fn(&mut Addendum);
    let changes: [(&str, &str, Change); 8] = [
        ("0001: previous", "digest-mismatch", |it| it.previous.0[0] ^= 1),
        ("0001: cell", "mismatch", |it| it.stratum = "none".to_owned()),
        ("0001: out", "mismatch", |it| it.out = "nobody".to_owned()),
        ("0001: in", "mismatch", |it| it.brought_in = None),
        ("0001: in", "mismatch", |it| it.brought_in = Some(it.out.clone())),
        ("0001: at", "instant-order", |it| it.at = "2001-01-01T09:00:00+08:00".to_owned()),
        ("approved_by", "twice", |it| it.approved_by[1] = it.approved_by[0].clone()),
        ("reason", "not-a-code", |it| it.reason = "已注销".to_owned()),
    ];
    for (place, code, change) in changes {
        let mut first = good[0].clone();
        change(&mut first);
        write(&[(1, &first)]);
        let (verdict, found, detail) = found(&folder, StepName::Addenda);
        assert_eq!((verdict, found), (Verdict::Failed, code), "{place}: {detail}");
        assert!(detail.contains(place), "{place}: {detail}");
    }
    for (numbers, code) in [([1, 3], "mismatch"), ([2, 3], "mismatch")] {
        write(&[(numbers[0], &good[0]), (numbers[1], &good[1])]);
        assert_eq!(found(&folder, StepName::Addenda).1, code, "{numbers:?}");
    }
    write(&[(1, &good[1]), (2, &good[0])]);
    assert_eq!(found(&folder, StepName::Addenda).1, "digest-mismatch");

    // Under a scheme without reserves nobody is replaced, whatever the addendum says.
    let (commitment, _) = documents(&folder);
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let mut scheme = draw::Scheme::parse(&read("scheme.json")).unwrap();
    let outcome = Outcome::parse(&read("result.json")).unwrap();
    assert_eq!(
        draw::check_addenda(&commitment, &scheme, &outcome, &good).map(|cells| cells.len()),
        Ok(outcome.cells.len())
    );
    scheme.reserves = 0;
    let refused = draw::check_addenda(&commitment, &scheme, &outcome, &good).unwrap_err();
    assert_eq!(refused.code(), "no-reserves");
    assert!(draw::check_addenda(&commitment, &scheme, &outcome, &[]).is_ok());
}

//! A small bundle of every optional document, made in code: nine rows, two strata, a proof, signatures and an addendum.

use std::path::Path;
use std::sync::OnceLock;

use bundle::{RollCheck, RollWriter, draw_bundle, prove, write_document};
use draw::{
    Addendum, Commitment, Digest, Header, Party, Proof, Reveal, Reveals, RollReference, Scheme, Sizes, Subject, Suite,
    reveal_commitment, unattended, who,
};
use ed25519_dalek::Signer as _;

/// The roll key of the small bundle.
pub const KEY: Digest = Digest([5; 32]);
const SUITE: Suite = Suite::Sha256;

const SCHEME: &str = r#"{"exclude":[{"code":"gone","label":"","when":{"column":"kind","in":["注销"]}}],"membership":"first","reserves":1,"scheme":"mc1","strata":[{"code":"A","items":["i"],"label":"甲","population":"p","size":{"ratio":"0.5","rounding":"ceil"},"split":{"by":"organ","method":"random"},"when":{"column":"kind","in":["企业"]}},{"code":"B","items":[],"label":"乙","population":"p","size":{"count":1},"when":{"column":"kind","empty":true}}],"title":"小"}"#;

/// The documents of the bundle and its roll, by name, ascending.
pub fn files() -> &'static [(String, Vec<u8>)] {
    static FILES: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    FILES.get_or_init(|| {
        let home = tempfile::tempdir().unwrap();
        make(home.path());
        let bundle = bundle::Bundle::open(home.path()).unwrap();
        bundle.names().map(|name| (name.to_owned(), std::fs::read(home.path().join(name)).unwrap())).collect()
    })
}

/// Writes the bundle into a folder.
pub fn write(folder: &Path) {
    for (name, bytes) in files() {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

fn make(folder: &Path) {
    let roll = roll(&folder.join("roll.csv"));
    let scheme = Scheme::parse(SCHEME.as_bytes()).unwrap();
    let taken = bundle::read_roll(&folder.join("roll.csv"), None, 0, &mut unattended).unwrap();
    let sizes = draw::sizes(&scheme, &taken.roll.unwrap(), &mut unattended).unwrap();
    let (commitment, reveals) = committed(&scheme, &sizes, roll.digest(SUITE));
    for (name, bytes) in [
        ("roll.json", roll.to_jcs()),
        ("scheme.json", scheme.to_jcs()),
        ("sizes.json", sizes.to_jcs()),
        ("commitment.json", commitment.to_jcs()),
        ("reveals.json", reveals.to_jcs()),
    ] {
        write_document(folder, name, &bytes).unwrap();
    }
    let outcome = draw_bundle(folder, None, RollCheck::Digest, &mut unattended).unwrap();
    let proofs = prove(&folder.join("roll.csv"), SUITE, KEY, &["r3", "r5"], &mut unattended).unwrap();
    write_document(folder, "proofs.json", &Proof::all_to_jcs(&proofs)).unwrap();
    write_document(folder, "signatures.json", signature(commitment.digest()).as_bytes()).unwrap();
    let cell = outcome.cells.iter().find(|cell| !cell.reserves.is_empty()).unwrap();
    let addendum = Addendum {
        previous: outcome.digest(SUITE),
        stratum: cell.stratum.clone(),
        cell: cell.cell.clone(),
        out: cell.drawn[0].id.to_string(),
        brought_in: Some(cell.reserves[0].id.to_string()),
        reason: "gone".to_owned(),
        evidence: KEY,
        approved_by: ["甲".to_owned(), "乙".to_owned()],
        at: "2026-01-02T09:00:00+08:00".to_owned(),
    };
    write_document(folder, "addenda/0001.json", &addendum.to_jcs()).unwrap();
}

fn roll(path: &Path) -> draw::RollDocument {
    let header =
        Header::parse(&["id:text", "kind:text", "organ:text", "checks:int", "opened:date", "tags:set"]).unwrap();
    let mut writer = RollWriter::create(path, header, SUITE, KEY).unwrap();
    for index in 0..9 {
        let kind = ["企业", "企业", "企业", "", "注销"][index % 5];
        let (organ, checks) = (["1303,甲", "1304"][index % 2], ["", "-7"][index % 2]);
        let (opened, tags) = (["2020-02-29", ""][index % 2], ["a,b", "", "电商"][index % 3]);
        writer.push(&[&format!("r{index}"), kind, organ, checks, opened, tags]).unwrap();
    }
    writer.finish().unwrap().0
}

fn committed(scheme: &Scheme, sizes: &Sizes, roll: Digest) -> (Commitment, Reveals) {
    let at = |hour: u8| format!("2026-01-01T{hour:02}:00:00+08:00");
    let parties = [("平台", Digest([2; 32]), "甲"), ("见证人", Digest([3; 32]), "42")];
    let commit = |(party, salt, value): &(&str, Digest, &str)| Party {
        party: (*party).to_owned(),
        commitment: reveal_commitment(SUITE, &who(SUITE, "draw", "D-1", 1, "某局", party), salt, value),
    };
    let commitment = Commitment {
        suite: SUITE,
        subject: Subject::Draw {
            roll: RollReference { digest: roll, at: at(8), source: "名录库".to_owned() },
            scheme: scheme.digest(SUITE),
            sizes: sizes.digest(SUITE),
        },
        draw: "D-1".to_owned(),
        attempt: 1,
        organiser: "某局".to_owned(),
        parties: parties.iter().map(commit).collect(),
        beacon: None,
        committed_at: at(9),
        reveal_by: at(10),
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

fn signature(commitment: Digest) -> String {
    let key = ed25519_dalek::SigningKey::from_bytes(&[1; 32]);
    let entry = draw::SignatureEntry {
        document: commitment,
        by: "见证人".to_owned(),
        algorithm: draw::SignatureAlgorithm::Ed25519,
        key: key.verifying_key().to_bytes().to_vec(),
        signature: key.sign(commitment.as_bytes()).to_bytes().to_vec(),
    };
    String::from_utf8(draw::SignatureEntry::all_to_jcs(&[entry])).unwrap()
}

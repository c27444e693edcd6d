//! What must hold of any bytes at all: the bodies of the fuzz targets `csv`, `bundle`, `log` and `parquet`. `fuzz/` runs them
//! over what it invents, `corpus.rs` over what was kept of that, so that no target rots.

#![allow(dead_code, reason = "each user takes its part")]

pub mod chain;
pub mod plain_parquet;
pub mod small;

use std::fs::File;
use std::path::Path;

use bundle::{
    Bundle, BundleError, Report, RollCheck, RollWriter, StepName, Verdict, convert_roll, draw_bundle, prove, read_roll,
    roll_document, unzip, verify, verify_log, zip_folder,
};
use draw::{Reveals, Roll, RollDocument, Suite, unattended};
use small::KEY;

const SUITE: Suite = Suite::Sha256;

fn told(error: &BundleError) {
    assert!(!error.code().is_empty() && !error.to_string().is_empty());
    assert!(!error.is_cancelled(), "nobody cancelled");
}

fn read(path: &Path) -> Result<(RollDocument, Roll), BundleError> {
    let taken = read_roll(path, Some((SUITE, KEY)), 0, &mut unattended)?;
    Ok((taken.document.unwrap(), taken.roll.unwrap()))
}

fn write(path: &Path, roll: &Roll) -> Result<RollDocument, BundleError> {
    let mut writer = RollWriter::create(path, roll.header().clone(), SUITE, KEY)?;
    for row in 0..roll.rows() {
        let fields: Vec<_> =
            (0..roll.header().columns().len()).map(|column| roll.field(row, column).unwrap()).collect();
        writer.push(&fields)?;
    }
    Ok(writer.finish()?.0)
}

/// A CSV roll that is read is written again to the same bytes, and each of its rows can be proven.
pub fn csv(data: &[u8]) {
    let home = tempfile::tempdir().unwrap();
    let (path, again) = (home.path().join("roll.csv"), home.path().join("again.csv"));
    std::fs::write(&path, data).unwrap();
    let streamed = roll_document(&path, SUITE, KEY, &mut unattended);
    match read(&path) {
        Err(error) => {
            told(&error);
            assert_eq!(streamed.unwrap_err().to_string(), error.to_string());
        }
        Ok((document, roll)) => {
            assert_eq!(streamed.unwrap(), document);
            assert_eq!(write(&again, &roll).unwrap(), document);
            assert!(std::fs::read(&again).unwrap() == data, "read, and written to other bytes");
            let ids: Vec<_> = [0, roll.rows() / 2].into_iter().filter_map(|row| roll.id(row)).collect();
            for proof in prove(&path, SUITE, KEY, &ids, &mut unattended).unwrap() {
                proof.verify(SUITE, &document).unwrap();
            }
        }
    }
}

/// A Parquet roll that is read has the fields that the library's own reader of records finds, and gives the same roll as CSV
/// and as Parquet again. An input that does not begin as Parquet is a
/// CSV roll, which goes the other way round.
pub fn parquet(data: &[u8]) {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    let from = path(if data.starts_with(b"PAR1") { "roll.parquet" } else { "roll.csv" });
    std::fs::write(&from, data).unwrap();
    let (document, roll) = match read(&from) {
        Ok(read) => read,
        Err(error) => return told(&error),
    };
    if let Some(table) = plain_parquet::table(data) {
        let columns = 0..roll.header().columns().len();
        let row = |row| columns.clone().map(|column| roll.field(row, column).unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!((0..roll.rows()).map(row).collect::<Vec<_>>(), table);
    }
    assert_eq!(roll_document(&from, SUITE, KEY, &mut unattended).unwrap(), document);
    assert_eq!(write(&path("written.csv"), &roll).unwrap(), document);
    assert_eq!(read(&path("written.csv")).unwrap().0, document);
    match write(&path("written.parquet"), &roll) {
        Ok(written) => assert_eq!(written, document),
        // Parquet has no room for an integer beyond 64 bits.
        Err(error) => return assert_eq!(error.code(), "mismatch", "{error}"),
    }
    assert_eq!(read(&path("written.parquet")).unwrap().0, document);
    assert_eq!(
        convert_roll(&path("written.parquet"), &path("back.csv"), SUITE, KEY, &mut unattended).unwrap(),
        document
    );
    assert!(std::fs::read(path("back.csv")).unwrap() == std::fs::read(path("written.csv")).unwrap());
}

fn verified(path: &Path) -> Result<Report, BundleError> {
    Ok(verify(&mut Bundle::open(path)?, None, &mut unattended).unwrap())
}

/// What two reports of one bundle have in common: everything but the places of its files.
fn steps(report: &Report) -> Vec<(StepName, Verdict, &'static str)> {
    report.steps.iter().map(|step| (step.name, step.verdict, step.code)).collect()
}

/// The file of the small bundle that an input replaces, by its first byte; `z` is a whole zip.
pub const REPLACED: [(u8, &str); 12] = [
    (b'a', "addenda/0001.json"),
    (b'b', "beacon.json"),
    (b'c', "commitment.json"),
    (b'h', "roll.json"),
    (b'l', "roll.csv"),
    (b'm', "scheme.json"),
    (b'n', "notes.txt"),
    (b'o', "result.json"),
    (b'p', "proofs.json"),
    (b'r', "reveals.json"),
    (b's', "signatures.json"),
    (b'z', "sizes.json"),
];

/// A bundle of which one file was replaced, or a whole zip (first byte `Z`).
pub fn bundle(data: &[u8]) {
    let Some((selector, bytes)) = data.split_first() else { return };
    let home = tempfile::tempdir().unwrap();
    if *selector == b'Z' {
        return zip(home.path(), bytes);
    }
    let Some((_, name)) = REPLACED.iter().find(|(letter, _)| letter == selector) else { return };
    let folder = home.path().join("bundle");
    small::write(&folder);
    std::fs::write(folder.join(name), bytes).unwrap();
    let report = verified(&folder).unwrap();
    let good = small::files().iter().find(|(known, _)| known == name).is_some_and(|(_, good)| good == bytes);
    // What nothing else in the bundle binds may be another document, as long as it holds.
    let unbound = match *name {
        "addenda/0001.json" | "proofs.json" | "signatures.json" => true,
        "reveals.json" => Reveals::parse(bytes).is_ok_and(|reveals| !reveals.rejected.is_empty()),
        _ => false,
    };
    let holds = report.exit_code() == 0;
    assert!(!good || holds, "the bundle as it was made: {report:#?}");
    assert!(good || unbound || report.exit_code() == 1, "{name} was changed, and nobody noticed: {report:#?}");

    // Zipping costs as much as all the rest, and says the same of most inputs: every fourth length will do.
    if bytes.len().is_multiple_of(4) {
        let zip = home.path().join("bundle.zip");
        match zip_folder(&folder, File::create(&zip).unwrap()) {
            Ok(()) => assert_eq!(steps(&verified(&zip).unwrap()), steps(&report)),
            Err(error) => assert_eq!((error.code(), *name), ("unknown-file", "notes.txt")),
        }
    }
    let receipt = bundle::receipt(&mut Bundle::open(&folder).unwrap(), &["r3", "r4"], &mut unattended);
    match receipt {
        Ok(receipt) => {
            let checked = bundle::verify_receipt(&receipt.to_jcs(), report.commitment);
            assert_eq!((checked.report.exit_code(), checked.findings.len()), (0, 2), "{checked:#?}");
        }
        Err(error) => assert!(!holds, "{error}"),
    }
}

/// A zip that opens says the same as its folder, and that folder zipped again says the same.
fn zip(home: &Path, bytes: &[u8]) {
    let (path, folder, again) = (home.join("bundle.zip"), home.join("bundle"), home.join("again.zip"));
    std::fs::write(&path, bytes).unwrap();
    let report = match verified(&path) {
        Ok(report) => report,
        Err(error) => return told(&error),
    };
    if let Err(error) = unzip(&path, &folder) {
        told(&error);
        assert!(!folder.exists() && report.exit_code() != 0, "{error}, although {report:#?}");
        return;
    }
    assert_eq!(steps(&verified(&folder).unwrap()), steps(&report));
    zip_folder(&folder, File::create(&again).unwrap()).unwrap();
    assert_eq!(steps(&verified(&again).unwrap()), steps(&report));
    let drawn = draw_bundle(&path, Some(&home.join("drawn")), RollCheck::Digest, &mut unattended);
    assert!(report.exit_code() != 0 || drawn.is_ok(), "verified, and not drawn again: {drawn:?}");
}

/// A log made of the bytes behind the first, or (first byte `L`) a folder of commitments with their endings: entries between
/// U+001E, the two documents of an entry between U+001F. The crate finds a fault exactly where the oracle does.
pub fn log(data: &[u8]) {
    let Some((selector, data)) = data.split_first() else { return };
    if *selector != b'L' {
        return chain::agree(&chain::log_of(data));
    }
    let home = tempfile::tempdir().unwrap();
    let parts: Vec<_> = data.split(|byte| *byte == 0x1E).take(12).collect();
    for (index, part) in parts.iter().enumerate() {
        let folder = home.path().join(format!("{index:02}"));
        std::fs::create_dir(&folder).unwrap();
        let mut documents = part.splitn(2, |byte| *byte == 0x1F);
        std::fs::write(folder.join("commitment.json"), documents.next().unwrap()).unwrap();
        if let Some(ending) = documents.next() {
            let failed = ending.starts_with(br#"{"at""#);
            std::fs::write(folder.join(if failed { "failure.json" } else { "result.json" }), ending).unwrap();
        }
    }
    let report = verify_log(home.path(), Some(KEY)).unwrap();
    assert_eq!(report.entries.len() + report.unreadable.len(), parts.len());
    assert_eq!((report.announced, report.exit_code()), (Some(false), 1), "nothing has this digest");
    report.unreadable.iter().for_each(|(_, error)| told(error));
    let entries: Vec<_> = report.entries.iter().map(|(entry, _)| entry.clone()).collect();
    chain::agree(&entries);
}

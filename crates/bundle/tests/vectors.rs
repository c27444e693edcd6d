//! The vector bundles as folders and zips, with the roll in both formats: verified, drawn again, and changed byte by byte.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use std::fs::File;
use std::path::Path;

use bundle::{
    Bundle, RollCheck, StepName, Verdict, convert_roll, draw_bundle, prove, read_roll, unzip, verify, zip_folder,
};
use common::{VECTORS, copy, documents, report, vector};
use draw::{Digest, Outcome, Proof, unattended};

#[test]
fn vectors_are_verified_in_every_form() {
    for name in VECTORS {
        let (home, folder) = copy(name);
        assert_eq!(report(&folder).exit_code(), 0, "{name}: {:#?}", report(&folder));

        let zip = home.path().join("bundle.zip");
        zip_folder(&folder, File::create(&zip).unwrap()).unwrap();
        assert_eq!(report(&zip).exit_code(), 0, "{name}: {:#?}", report(&zip));
        let again = home.path().join("again");
        unzip(&zip, &again).unwrap();
        for entry in std::fs::read_dir(&folder).unwrap() {
            let file = entry.unwrap().file_name();
            assert!(
                std::fs::read(folder.join(&file)).unwrap() == std::fs::read(again.join(&file)).unwrap(),
                "{name} {file:?}"
            );
        }

        let (commitment, roll) = documents(&folder);
        let parquet = convert_roll(
            &folder.join("roll.csv"),
            &folder.join("roll.parquet"),
            commitment.suite,
            roll.key.unwrap(),
            &mut unattended,
        )
        .unwrap();
        assert_eq!(parquet, roll, "{name}");
        assert_eq!(report(&folder).step(StepName::Files).unwrap().code, "file-twice");
        let csv = std::fs::read(folder.join("roll.csv")).unwrap();
        std::fs::remove_file(folder.join("roll.csv")).unwrap();
        assert_eq!(report(&folder).exit_code(), 0, "{name}: {:#?}", report(&folder));
        zip_folder(&folder, File::create(&zip).unwrap()).unwrap();
        assert_eq!(report(&zip).exit_code(), 0, "{name}: {:#?}", report(&zip));
        let back = home.path().join("roll.csv");
        convert_roll(&folder.join("roll.parquet"), &back, commitment.suite, roll.key.unwrap(), &mut unattended)
            .unwrap();
        assert!(std::fs::read(back).unwrap() == csv, "{name}");
    }
}

#[test]
fn results_are_drawn_again_to_the_byte() {
    for name in VECTORS {
        let (home, folder) = copy(name);
        let expected = std::fs::read(folder.join("result.json")).unwrap();
        std::fs::remove_file(folder.join("result.json")).unwrap();
        let out = home.path().join("out");
        draw_bundle(&folder, Some(&out), RollCheck::Digest, &mut unattended).unwrap();
        assert!(!folder.join("result.json").exists());
        assert!(std::fs::read(out.join("result.json")).unwrap() == expected, "{name}");
        assert_eq!(report(&out).exit_code(), 0);
        draw_bundle(&folder, None, RollCheck::Digest, &mut unattended).unwrap();
        assert!(std::fs::read(folder.join("result.json")).unwrap() == expected, "{name}");
        draw_bundle(&folder, None, RollCheck::Digest, &mut unattended).unwrap();
        assert_eq!(draw_bundle(&folder, Some(&out), RollCheck::Digest, &mut unattended).unwrap_err().code(), "exists");

        std::fs::write(folder.join("result.json"), &expected[1..]).unwrap();
        assert_eq!(draw_bundle(&folder, None, RollCheck::Digest, &mut unattended).unwrap_err().code(), "already-drawn");
        assert!(std::fs::read(folder.join("result.json")).unwrap() == expected[1..], "{name}");
    }
}

#[test]
fn a_bundle_without_its_roll_is_partial() {
    let (_home, folder) = copy("base");
    let (commitment, roll) = documents(&folder);
    let suite = commitment.suite;
    let ids = ["91130302MA0000008Y", "91130304MA000024EX", "nobody"];
    let proofs = prove(&folder.join("roll.csv"), suite, roll.key.unwrap(), &ids, &mut unattended).unwrap();
    assert_eq!(proofs.len(), 2);
    std::fs::remove_file(folder.join("roll.csv")).unwrap();
    let key = report(&folder);
    assert_eq!(
        (key.exit_code(), key.step(StepName::RollDocument).unwrap().verdict),
        (1, Verdict::Failed),
        "the key without the roll"
    );

    std::fs::write(folder.join("roll.json"), roll.without_key().to_jcs()).unwrap();
    std::fs::write(folder.join("proofs.json"), Proof::all_to_jcs(&proofs)).unwrap();
    let partial = report(&folder);
    assert_eq!(partial.exit_code(), 3, "{partial:#?}");
    assert_eq!(partial.step(StepName::Proofs).unwrap().verdict, Verdict::Ok);
    assert_eq!(partial.step(StepName::Result).unwrap().verdict, Verdict::Partial);
    // Only who recomputed a result from its roll gets a digest to put a name to.
    assert_eq!(partial.result, None);

    let mut other = proofs;
    other[0].row[2] = "个体工商户".to_owned();
    std::fs::write(folder.join("proofs.json"), Proof::all_to_jcs(&other)).unwrap();
    assert_eq!(report(&folder).exit_code(), 1);
}

#[test]
fn every_vector_without_its_roll_is_partial_in_the_same_steps() {
    for name in VECTORS {
        let (_home, folder) = copy(name);
        let whole = report(&folder);
        let stated = std::fs::read(folder.join("result.json")).unwrap();
        let suite = documents(&folder).0.suite;
        assert_eq!(whole.result, Some(draw::document_digest(suite, &stated)), "{name}");
        let (_, roll) = documents(&folder);
        for file in ["roll.csv", "roll.parquet"] {
            let path = folder.join(file);
            if path.exists() {
                std::fs::remove_file(path).unwrap();
            }
        }
        std::fs::write(folder.join("roll.json"), roll.without_key().to_jcs()).unwrap();
        let partial = report(&folder);
        let owed = partial.steps.iter().filter(|step| step.verdict == Verdict::Partial).map(|step| step.name);
        assert_eq!(owed.collect::<Vec<_>>(), [StepName::Roll, StepName::Result], "{name}");
        assert_eq!((partial.exit_code(), partial.result), (3, None), "{name}");
    }
}

#[test]
fn the_announced_commitment_ties_a_bundle_to_what_was_published() {
    let (_home, folder) = copy("edges");
    let (commitment, _) = documents(&folder);
    let check =
        |announced| verify(&mut Bundle::open(&folder).unwrap(), Some(announced), &mut unattended).unwrap().exit_code();
    assert_eq!(check(commitment.digest()), 0);
    assert_eq!(check(Digest([7; 32])), 1);
}

#[test]
fn a_verification_can_be_cancelled() {
    let mut bundle = Bundle::open(&vector("base")).unwrap();
    let cancelled = verify(&mut bundle, None, &mut |_, _| std::ops::ControlFlow::Break(())).unwrap_err();
    assert!(cancelled.is_cancelled());
    let error = draw_bundle(&vector("base"), None, RollCheck::Digest, &mut |_, _| std::ops::ControlFlow::Break(()))
        .unwrap_err();
    assert_eq!(error.code(), "cancelled");
}

/// Changes single bytes of a file, at most `positions` of them spread over it, and expects every change to be noticed.
fn changes_are_noticed(folder: &Path, file: &str, positions: usize) {
    let path = folder.join(file);
    let good = std::fs::read(&path).unwrap();
    let step = (good.len() / positions).max(1);
    for position in (0..good.len()).step_by(step) {
        let mut bad = good.clone();
        // One bit of a letter or digit makes another one; that is the change which form checks cannot see.
        bad[position] ^= [1, 2, 4, 0x20][position % 4];
        std::fs::write(&path, &bad).unwrap();
        assert_eq!(report(folder).exit_code(), 1, "{file} byte {position}: {:?}", bad[position] as char);
    }
    let mut longer = good.clone();
    longer.push(b'\n');
    for bad in [&longer, &good[..good.len() - 1].to_vec(), &Vec::new()] {
        std::fs::write(&path, bad).unwrap();
        assert_eq!(report(folder).exit_code(), 1, "{file} of {} bytes", bad.len());
    }
    std::fs::write(&path, &good).unwrap();
}

#[test]
fn changed_bytes_are_noticed() {
    let (_home, folder) = copy("base");
    for (file, positions) in [
        ("commitment.json", 150),
        ("reveals.json", 150),
        ("roll.json", 150),
        ("scheme.json", 100),
        ("sizes.json", 100),
        ("result.json", 60),
        ("roll.csv", 40),
    ] {
        changes_are_noticed(&folder, file, positions);
    }
    assert_eq!(report(&folder).exit_code(), 0);
}

#[test]
fn every_changed_byte_of_the_small_bundle_is_noticed() {
    let (_home, folder) = copy("edges");
    // The list of rejected reveals is bound by nothing in a bundle; see the crate's notes. It is left out here.
    let (reveals, roll) = (folder.join("reveals.json"), folder.join("roll.csv"));
    let mut parsed = draw::Reveals::parse(&std::fs::read(&reveals).unwrap()).unwrap();
    parsed.rejected.clear();
    std::fs::write(&reveals, parsed.to_jcs()).unwrap();
    assert!(roll.exists());
    for file in ["commitment.json", "reveals.json", "roll.json", "scheme.json", "sizes.json", "result.json", "roll.csv"]
    {
        let positions = if file == "result.json" { 800 } else { usize::MAX };
        changes_are_noticed(&folder, file, positions);
    }
    assert_eq!(report(&folder).exit_code(), 0);
}

#[test]
fn columns_come_back_from_both_formats() {
    let (home, folder) = copy("edges");
    let (commitment, roll) = documents(&folder);
    let hashing = Some((commitment.suite, roll.key.unwrap()));
    let parquet = home.path().join("roll.parquet");
    convert_roll(&folder.join("roll.csv"), &parquet, commitment.suite, roll.key.unwrap(), &mut unattended).unwrap();
    let read = |path: &Path| read_roll(path, hashing, roll.rows, &mut unattended).unwrap();
    let (csv, parquet) = (read(&folder.join("roll.csv")), read(&parquet));
    assert_eq!((csv.document.as_ref(), parquet.document.as_ref()), (Some(&roll), Some(&roll)));
    let (csv, parquet) = (csv.roll.unwrap(), parquet.roll.unwrap());
    assert_eq!(csv.rows(), 60);
    for row in 0..csv.rows() {
        for column in 0..roll.header.columns().len() {
            assert_eq!(csv.field(row, column), parquet.field(row, column));
        }
    }
    let outcome = Outcome::parse(&std::fs::read(folder.join("result.json")).unwrap()).unwrap();
    assert!(outcome.cells.iter().flat_map(|cell| &cell.drawn).all(|drawn| csv.find(&drawn.id).is_some()));
}

#[test]
fn a_drand_beacon_is_partial_and_an_absent_witness_is_named() {
    let (_home, folder) = copy("edges");
    let (mut commitment, _) = documents(&folder);
    let late = "2026-02-28T10:00:00+08:00".to_owned();
    let source = format!("drand:{}", "5".repeat(64));
    commitment.beacon =
        Some(draw::BeaconPlan { source, round: "7".to_owned(), form: draw::BeaconForm::Hex64, at: late });
    let beacon = draw::Beacon { value: draw::Suite::Sha256.hash(&[&[0xAB]]).to_string(), proof: "ab".to_owned() };
    let mut reveals = draw::Reveals::parse(&std::fs::read(folder.join("reveals.json")).unwrap()).unwrap();
    reveals.reveals[2] = draw::Reveal::Absent { party: "企业代表".to_owned() };
    std::fs::remove_file(folder.join("result.json")).unwrap();
    for (name, bytes) in
        [("commitment.json", commitment.to_jcs()), ("reveals.json", reveals.to_jcs()), ("beacon.json", beacon.to_jcs())]
    {
        bundle::write_document(&folder, name, &bytes).unwrap();
    }
    let outcome = draw_bundle(&folder, None, RollCheck::Digest, &mut unattended).unwrap();
    assert_eq!(outcome.absent, ["企业代表"]);
    let found = report(&folder);
    assert_eq!((found.exit_code(), found.step(StepName::Beacon).unwrap().verdict), (3, Verdict::Partial), "{found:#?}");
    assert!(found.steps.iter().all(|step| step.name == StepName::Beacon || step.verdict == Verdict::Ok));
    std::fs::remove_file(folder.join("beacon.json")).unwrap();
    assert_eq!(report(&folder).step(StepName::Reveals).unwrap().code, "beacon-missing");
}

#[test]
fn a_draw_may_leave_the_rolls_digest_to_verify_but_not_its_ids() {
    let (_home, folder) = copy("base");
    let roll = folder.join("roll.csv");
    let good = std::fs::read_to_string(&roll).unwrap();
    let before = std::fs::read(folder.join("result.json")).unwrap();
    draw_bundle(&folder, None, RollCheck::Ids, &mut unattended).unwrap();
    assert!(std::fs::read(folder.join("result.json")).unwrap() == before);

    // A name decides nothing: only the root tells that it was changed.
    let name = good.lines().nth(1).unwrap().split(',').nth(1).unwrap().to_owned();
    std::fs::write(&roll, good.replacen(&name, &format!("{name}又"), 1)).unwrap();
    draw_bundle(&folder, None, RollCheck::Ids, &mut unattended).unwrap();
    let error = draw_bundle(&folder, None, RollCheck::Digest, &mut unattended).unwrap_err();
    assert_eq!(error.code(), "digest-mismatch");
    assert_eq!(report(&folder).step(StepName::Roll).unwrap().code, "digest-mismatch");

    let lines: Vec<_> = good.split_inclusive("\r\n").collect();
    for (changed, code) in [
        ([&lines[..2], &lines[1..]].concat(), "id-twice"),
        ([&lines[..1], &[lines[2], lines[1]], &lines[3..]].concat(), "id-order"),
        (lines[..lines.len() - 1].to_vec(), "digest-mismatch"),
    ] {
        std::fs::write(&roll, changed.concat()).unwrap();
        assert_eq!(draw_bundle(&folder, None, RollCheck::Ids, &mut unattended).unwrap_err().code(), code);
    }
}

#[test]
fn a_receipt_says_for_every_object_what_the_result_says() {
    for name in VECTORS {
        let (_home, folder) = copy(name);
        let (commitment, roll) = documents(&folder);
        let outcome = Outcome::parse(&std::fs::read(folder.join("result.json")).unwrap()).unwrap();
        let table = std::fs::read_to_string(folder.join("roll.csv")).unwrap();
        let ids: Vec<_> = table.lines().skip(1).step_by(7).filter_map(|line| line.split(',').next()).collect();
        let receipt = bundle::receipt(&mut Bundle::open(&folder).unwrap(), &ids, &mut unattended).unwrap();
        let checked = bundle::verify_receipt(&receipt.to_jcs(), Some(commitment.digest()));
        assert_eq!((checked.report.exit_code(), checked.findings.len()), (0, ids.len()), "{name}: {checked:#?}");
        let mut placed = 0;
        for finding in &checked.findings {
            let drawn = outcome.cells.iter().filter(|cell| cell.drawn.iter().any(|drawn| drawn.id == finding.id));
            let expected: Vec<_> = drawn.map(|cell| (&cell.stratum, &cell.cell)).collect();
            let told = finding.cells.iter().filter(|cell| cell.drawn);
            assert_eq!(
                told.map(|cell| (&cell.stratum, &cell.cell)).collect::<Vec<_>>(),
                expected,
                "{name} {finding:?}"
            );
            placed += finding.cells.len();
        }
        assert!(placed > 0);

        // Without the roll, a receipt is given to those whose proof is published.
        std::fs::write(folder.join("roll.json"), roll.without_key().to_jcs()).unwrap();
        std::fs::remove_file(folder.join("roll.csv")).unwrap();
        let proofs: Vec<_> = receipt.objects.iter().take(2).map(|object| object.proof.clone()).collect();
        std::fs::write(folder.join("proofs.json"), Proof::all_to_jcs(&proofs)).unwrap();
        let again = bundle::receipt(&mut Bundle::open(&folder).unwrap(), &ids[1..2], &mut unattended).unwrap();
        assert_eq!(again.objects, receipt.objects[1..2]);
        let refused = bundle::receipt(&mut Bundle::open(&folder).unwrap(), &ids[2..3], &mut unattended).unwrap_err();
        assert_eq!(refused.code(), "not-on-roll");
    }
}

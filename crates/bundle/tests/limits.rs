//! Folders, zips and roll files that are refused, and what a refused writer leaves behind: nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use std::fs::File;
use std::io::Write;
use std::path::Path;

use bundle::{
    Bundle, ENTRIES_MAX, RollCheck, RollWriter, StepName, convert_roll, draw_bundle, read_roll, unzip, write_document,
    zip_folder,
};
use common::{copy, documents, report};
use draw::{Digest, Header, Suite, unattended};
use zip::write::SimpleFileOptions;

fn zip_of(path: &Path, files: &[(&str, &[u8])]) {
    let mut zip = zip::ZipWriter::new(File::create(path).unwrap());
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
}

fn open_code(path: &Path) -> &'static str {
    Bundle::open(path).map_or_else(|error| error.code(), |_| "opened")
}

#[test]
fn hostile_zips() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("b.zip");
    zip_of(&path, &[("roll.csv", &vec![b'a'; 100 << 20])]);
    assert!(std::fs::metadata(&path).unwrap().len() < 200_000);
    assert_eq!(open_code(&path), "limit", "a hundred mebibytes of one letter");

    zip_of(&path, &[("a.json", b"{}"), ("b.json", b"{}")]);
    assert_eq!(open_code(&path), "opened");
    let bytes = std::fs::read(&path).unwrap();
    let twice = String::from_utf8_lossy(&bytes).contains("b.json");
    assert!(twice);
    let renamed: Vec<u8> = bytes
        .iter()
        .enumerate()
        .map(|(index, byte)| if bytes[index..].starts_with(b"b.json") { b'a' } else { *byte })
        .collect();
    std::fs::write(&path, renamed).unwrap();
    assert!(matches!(open_code(&path), "file-twice" | "unreadable"), "{}", open_code(&path));

    let many = |count: usize| {
        let names: Vec<_> = (0..count).map(|index| format!("addenda/{index:04}.json")).collect();
        zip_of(&path, &names.iter().map(|name| (name.as_str(), b"{}".as_slice())).collect::<Vec<_>>());
        open_code(&path)
    };
    assert_eq!((many(ENTRIES_MAX), many(ENTRIES_MAX + 1)), ("opened", "limit"));

    for bytes in [b"".as_slice(), b"PK", &[0; 100]] {
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(open_code(&path), "unreadable");
    }
    for name in ["../result.json", "addenda/../../x.json", "x/result.json", "/etc/result.json"] {
        zip_of(&path, &[(name, b"{}")]);
        let out = home.path().join("out");
        assert_eq!(unzip(&path, &out).unwrap_err().code(), "unknown-file", "{name}");
        assert!(!out.exists() && !home.path().join("out.partial").exists());
    }
}

/// Says in zip64 records what the end record of a small zip says, which then points to them.
fn with_zip64_end(zip: &[u8]) -> Vec<u8> {
    let (rest, end) = zip.split_at(zip.len() - 22);
    let [entries, bytes, at] = [(8, 2), (12, 4), (16, 4)].map(|(from, size)| {
        let mut number = [0; 8];
        number[..size].copy_from_slice(&end[from..from + size]);
        number
    });
    let record =
        [b"PK\x06\x06".as_slice(), &44_u64.to_le_bytes(), &[45, 0, 45, 0], &[0; 8], &entries, &entries, &bytes, &at];
    let locator = [b"PK\x06\x07".as_slice(), &[0; 4], &(rest.len() as u64).to_le_bytes(), &[1, 0, 0, 0]];
    let pointer = [&end[..16], &[0xFF; 4], &[0, 0]].concat();
    [rest, &record.concat(), &locator.concat(), &pointer].concat()
}

#[test]
fn a_small_zip_cannot_leave_its_frame_unchecked() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("b.zip");
    zip_of(&path, &[("sizes.json", b"{}")]);
    let mut bytes = std::fs::read(&path).unwrap();
    // The entry says another name than the directory: two programs could unpack two bundles.
    bytes[30] = b'S';
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(open_code(&path), "unreadable");
    std::fs::write(&path, with_zip64_end(&bytes)).unwrap();
    assert_eq!(open_code(&path), "unreadable");
}

#[test]
fn a_cut_zip_is_noticed_everywhere() {
    let (home, folder) = copy("edges");
    let zip = home.path().join("b.zip");
    zip_folder(&folder, File::create(&zip).unwrap()).unwrap();
    let good = std::fs::read(&zip).unwrap();
    for position in (0..good.len()).step_by(97) {
        let mut bad = good.clone();
        bad[position] ^= 0x11;
        std::fs::write(&zip, &bad).unwrap();
        // Dates, attributes and the like of the zip itself carry nothing of the draw; whatever opens must say the same.
        if let Ok(mut bundle) = Bundle::open(&zip) {
            let found = bundle::verify(&mut bundle, None, &mut unattended).unwrap();
            let unharmed = found.exit_code() == 0
                && Bundle::open(&zip).unwrap().need("result.json").unwrap()
                    == std::fs::read(folder.join("result.json")).unwrap();
            assert!(unharmed || found.exit_code() == 1, "byte {position}");
        }
    }
    for length in (0..good.len()).step_by(501) {
        std::fs::write(&zip, &good[..length]).unwrap();
        assert_eq!(open_code(&zip), "unreadable", "{length}");
    }
}

#[test]
fn hostile_folders() {
    let (home, folder) = copy("edges");
    std::fs::write(folder.join("notes.txt"), b"x").unwrap();
    assert_eq!(report(&folder).step(StepName::Files).unwrap().code, "unknown-file");
    assert_eq!(
        zip_folder(&folder, File::create(home.path().join("b.zip")).unwrap()).unwrap_err().code(),
        "unknown-file"
    );
    std::fs::remove_file(folder.join("notes.txt")).unwrap();
    assert_eq!(write_document(&folder, "notes.txt", b"x").unwrap_err().code(), "unknown-file");
    write_document(&folder, "addenda/0001.json", b"{}").unwrap();
    assert_eq!(report(&folder).step(StepName::Addenda).unwrap().code, "missing-key");
    std::fs::remove_dir_all(folder.join("addenda")).unwrap();
    for (file, step) in [
        ("commitment.json", StepName::Commitment),
        ("scheme.json", StepName::Scheme),
        ("sizes.json", StepName::Sizes),
        ("reveals.json", StepName::Reveals),
        ("result.json", StepName::Result),
    ] {
        let bytes = std::fs::read(folder.join(file)).unwrap();
        std::fs::remove_file(folder.join(file)).unwrap();
        let found = report(&folder);
        assert_eq!((found.exit_code(), found.step(step).unwrap().code), (1, "missing-file"), "{file}");
        std::fs::write(folder.join(file), bytes).unwrap();
    }
    std::fs::write(folder.join("beacon.json"), br#"{"proof":"p","value":"1"}"#).unwrap();
    assert_eq!(report(&folder).step(StepName::Reveals).unwrap().code, "beacon-undeclared");
}

#[test]
fn mismatches_are_refused_with_their_place_and_nothing_is_written() {
    let changes: [(&str, &str, &str, &str); 6] = [
        ("reveals.json", "平台的话", "平台的活", "reveal-mismatch"),
        ("roll.csv", "S-001,号1,", "S-001,号9,", "digest-mismatch"),
        ("roll.csv", "S-002,", "S-000,", "id-order"),
        ("roll.csv", "9999-12-31", "9999-12-32", "date-form"),
        ("scheme.json", "\"count\":5", "\"count\":6", "digest-mismatch"),
        ("sizes.json", "\"x1\":5", "\"x1\":6", "digest-mismatch"),
    ];
    for (file, from, to, code) in changes {
        let (home, folder) = copy("edges");
        std::fs::remove_file(folder.join("result.json")).unwrap();
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        assert!(text.contains(from), "{file} {from}");
        std::fs::write(folder.join(file), text.replacen(from, to, 1)).unwrap();
        let out = home.path().join("out");
        for out in [None, Some(out.as_path())] {
            let error = draw_bundle(&folder, out, RollCheck::Digest, &mut unattended).unwrap_err();
            assert_eq!(error.code(), code, "{file}: {error}");
        }
        assert!(!out.exists() && !folder.join("result.json").exists(), "{file}");
    }
}

#[test]
fn a_refused_roll_leaves_no_file() {
    let home = tempfile::tempdir().unwrap();
    let header = || Header::parse(&["id:text", "checks:int"]).unwrap();
    for name in ["roll.csv", "roll.parquet"] {
        let path = home.path().join(name);
        let mut writer = RollWriter::create(&path, header(), Suite::Sm3, Digest([5; 32])).unwrap();
        writer.push(&["b", "1"]).unwrap();
        assert_eq!(writer.push(&["a", "1"]).unwrap_err().code(), "id-order");
        drop(writer);
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0, "{name}");
        let empty = RollWriter::create(&path, header(), Suite::Sm3, Digest([5; 32])).unwrap();
        let (document, _) = empty.finish().unwrap();
        assert_eq!((document.rows, document.root), (0, Suite::Sm3.hash(&[])));
        let taken = read_roll(&path, Some((Suite::Sm3, Digest([5; 32]))), 0, &mut unattended).unwrap();
        assert_eq!(taken.document, Some(document));
        std::fs::remove_file(&path).unwrap();
    }
    let path = home.path().join("roll.parquet");
    let mut writer = RollWriter::create(&path, header(), Suite::Sha256, Digest([5; 32])).unwrap();
    writer.push(&["a", "99999999999999999999"]).unwrap();
    assert_eq!(writer.finish().err().unwrap().code(), "mismatch", "Parquet has no room for this number");
    assert_eq!(
        RollWriter::create(Path::new("roll.xlsx"), header(), Suite::Sha256, Digest([5; 32])).err().unwrap().code(),
        "unreadable"
    );
}

#[test]
fn changed_parquet_rolls_are_noticed_or_read_the_same() {
    let (_home, folder) = copy("edges");
    let (commitment, roll) = documents(&folder);
    let parquet = folder.join("roll.parquet");
    convert_roll(&folder.join("roll.csv"), &parquet, commitment.suite, roll.key.unwrap(), &mut unattended).unwrap();
    std::fs::remove_file(folder.join("roll.csv")).unwrap();
    let good = std::fs::read(&parquet).unwrap();
    let hashing = Some((commitment.suite, roll.key.unwrap()));
    for position in (0..good.len()).step_by(7) {
        let mut bad = good.clone();
        bad[position] ^= 0x15;
        std::fs::write(&parquet, &bad).unwrap();
        let read = std::panic::catch_unwind(|| read_roll(&parquet, hashing, 60, &mut unattended));
        let read = read.unwrap_or_else(|_| panic!("byte {position} of the roll makes the reader panic"));
        let found = report(&folder).exit_code();
        let same = read.is_ok_and(|taken| taken.document.as_ref() == Some(&roll));
        // Statistics and names of the writer may change without changing the roll.
        assert_eq!(found, u8::from(!same), "byte {position}");
    }
}

#[test]
fn rows_span_row_groups() {
    let home = tempfile::tempdir().unwrap();
    let header = Header::parse(&["id:text", "organ:text", "opened:date", "checks:int", "tags:set"]).unwrap();
    let (csv, parquet) = (home.path().join("roll.csv"), home.path().join("roll.parquet"));
    let write = |path: &Path| {
        let mut writer = RollWriter::create(path, header.clone(), Suite::Sha256, Digest([5; 32])).unwrap().keeping();
        for index in 0..150_000_u32 {
            let date = if index % 3 == 0 { String::new() } else { format!("2{:03}-02-28", index % 1000) };
            let checks = if index % 5 == 0 { String::new() } else { (i64::from(index) - 70_000).to_string() };
            writer
                .push(&[
                    &format!("9113{index:014}"),
                    ["130302", "130303", ""][index as usize % 3],
                    &date,
                    &checks,
                    ["", "a", "a,b"][index as usize % 3],
                ])
                .unwrap();
        }
        writer.finish().unwrap()
    };
    let (document, taken) = write(&csv);
    assert_eq!((document.rows, taken.roll.unwrap().rows()), (150_000, 150_000));
    assert_eq!(write(&parquet).0, document);
    let hashing = Some((Suite::Sha256, Digest([5; 32])));
    for path in [&csv, &parquet] {
        let taken = read_roll(path, hashing, 150_000, &mut unattended).unwrap();
        assert_eq!(taken.document.as_ref(), Some(&document));
        assert_eq!(taken.roll.unwrap().find("911300000000149999"), Some(149_999));
    }
    assert!(std::fs::metadata(&parquet).unwrap().len() < std::fs::metadata(&csv).unwrap().len() / 4);
}

#[test]
fn a_long_first_page_does_not_speak_for_the_others() {
    use parquet::data_type::{ByteArray, ByteArrayType};
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("roll.parquet");
    let schema = "message roll { required binary id (UTF8); required binary note (UTF8); }";
    let schema = std::sync::Arc::new(parquet::schema::parser::parse_message_type(schema).unwrap());
    // Written value by value, so that the first page holds one row of two mebibytes, and the second all the others.
    let properties = parquet::file::properties::WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_write_batch_size(1)
        .set_data_page_row_count_limit(usize::MAX);
    let rows = 200_000_u32;
    let ids = (0..rows).map(|row| format!("{row:06}")).collect::<Vec<_>>();
    let notes = (0..rows).map(|row| if row == 0 { "a".repeat(2 << 20) } else { String::new() }).collect::<Vec<_>>();
    let file = File::create(&path).unwrap();
    let mut writer =
        parquet::file::writer::SerializedFileWriter::new(file, schema, std::sync::Arc::new(properties.build()))
            .unwrap();
    let mut group = writer.next_row_group().unwrap();
    for texts in [ids, notes] {
        let values: Vec<_> = texts.iter().map(|text| ByteArray::from(text.as_str())).collect();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<ByteArrayType>().write_batch(&values, None, None).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
    let taken = read_roll(&path, None, 0, &mut unattended).unwrap();
    assert_eq!(taken.roll.unwrap().rows(), rows);
}

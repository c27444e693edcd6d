//! A roll reads the same whatever a Parquet writer made of it: versions, encodings, page and group lengths, with dictionaries,
//! without them, and with those that overflow in the middle of a column. And it reads the same with any number of threads.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fs::File;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use bundle::{Drawing, RollCheck, count_roll, draw_bundle, export_roll, read_roll, roll_document};
use draw::{
    Commitment, Digest, Party, Reveal, Reveals, RollReference, Scheme, Subject, Suite, reveal_commitment, unattended,
    who,
};
use parquet::basic::{Compression, Encoding, LogicalType, Repetition, Type as Physical, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type};
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, Type};

const KEY: Digest = Digest([3; 32]);
const ROWS: usize = 3_000;

/// The fields of a row: id, a text of few values, one of many, a date, two numbers and a set.
fn row(number: usize) -> [String; 7] {
    let hash = number.wrapping_mul(2_654_435_761) >> 7;
    let pick = |list: &[&str], by: usize| list[hash / by % list.len()].to_owned();
    [
        format!("91130302{number:06}{}", ["", "A", "_x"][hash % 3]),
        pick(&["企业", "个体工商户", "", "企业"], 5),
        if hash.is_multiple_of(11) { String::new() } else { format!("第{hash}号，\"街\"") },
        pick(&["", "1987-03-01", "2020-02-29", "0001-01-01", "9999-12-31"], 3),
        if hash.is_multiple_of(6) { String::new() } else { (hash as i64 % 19 - 9).to_string() },
        (hash % 1_000).to_string(),
        pick(&["", "a", "a,b", "b", "", "a,b,危险化学品", "危险化学品"], 2),
    ]
}

fn date(text: &str) -> i32 {
    let parts: Vec<i64> = text.split('-').map(|part| part.parse().unwrap()).collect();
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let years: i64 = (1..parts[0]).map(|year| 365 + i64::from(leap(year))).sum();
    let lengths = [31, 28 + i64::from(leap(parts[0])), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let months: i64 = lengths.iter().take(usize::try_from(parts[1]).unwrap() - 1).sum();
    i32::try_from(years + months + parts[2] - 1 - 719_162).unwrap()
}

fn schema() -> Arc<Type> {
    let leaf = |name, physical, logical, repetition| {
        let builder = Type::primitive_type_builder(name, physical).with_repetition(repetition);
        Arc::new(builder.with_logical_type(logical).build().unwrap())
    };
    let element = leaf("element", Physical::BYTE_ARRAY, Some(LogicalType::String), Repetition::OPTIONAL);
    let list = Type::group_type_builder("list").with_repetition(Repetition::REPEATED).with_fields(vec![element]);
    let tags = Type::group_type_builder("tags").with_repetition(Repetition::OPTIONAL);
    let tags = tags.with_logical_type(Some(LogicalType::List)).with_fields(vec![Arc::new(list.build().unwrap())]);
    let optional = Repetition::OPTIONAL;
    let fields = vec![
        leaf("id", Physical::BYTE_ARRAY, Some(LogicalType::String), Repetition::REQUIRED),
        leaf("kind", Physical::BYTE_ARRAY, Some(LogicalType::String), optional),
        leaf("address", Physical::BYTE_ARRAY, Some(LogicalType::String), optional),
        leaf("registered", Physical::INT32, Some(LogicalType::Date), optional),
        leaf("checks", Physical::INT32, None, optional),
        leaf("staff", Physical::INT64, None, Repetition::REQUIRED),
        Arc::new(tags.build().unwrap()),
    ];
    Arc::new(Type::group_type_builder("roll").with_fields(fields).build().unwrap())
}

fn write(path: &Path, properties: WriterPropertiesBuilder, group: usize) {
    write_rows(path, properties, &(0..ROWS).map(row).collect::<Vec<_>>(), group);
}

fn write_rows(path: &Path, properties: WriterPropertiesBuilder, rows: &[[String; 7]], group: usize) {
    let properties = properties.set_compression(Compression::ZSTD(ZstdLevel::default())).build();
    let mut writer = SerializedFileWriter::new(File::create(path).unwrap(), schema(), Arc::new(properties)).unwrap();
    for rows in rows.chunks(group) {
        let mut group = writer.next_row_group().unwrap();
        for column in 0..7 {
            let fields: Vec<&str> = rows.iter().map(|row| row[column].as_str()).collect();
            let present: Vec<&str> = fields.iter().copied().filter(|field| !field.is_empty()).collect();
            let texts = |texts: &[&str]| texts.iter().map(|text| ByteArray::from(*text)).collect::<Vec<_>>();
            let levels: Vec<i16> = fields.iter().map(|field| i16::from(!field.is_empty())).collect();
            let mut chunk = group.next_column().unwrap().unwrap();
            match column {
                0 => chunk.typed::<ByteArrayType>().write_batch(&texts(&fields), None, None),
                1 | 2 => chunk.typed::<ByteArrayType>().write_batch(&texts(&present), Some(&levels), None),
                3 => {
                    let days: Vec<_> = present.iter().map(|field| date(field)).collect();
                    chunk.typed::<Int32Type>().write_batch(&days, Some(&levels), None)
                }
                4 => {
                    let numbers: Vec<_> = present.iter().map(|field| field.parse().unwrap()).collect();
                    chunk.typed::<Int32Type>().write_batch(&numbers, Some(&levels), None)
                }
                5 => {
                    let numbers: Vec<_> = fields.iter().map(|field| field.parse().unwrap()).collect();
                    chunk.typed::<Int64Type>().write_batch(&numbers, None, None)
                }
                _ => {
                    // Null and the empty list are the same empty field.
                    let empty = |row: usize| (i16::from(row.is_multiple_of(2)), 0, None);
                    let members = fields.iter().enumerate().flat_map(|(row, field)| match *field {
                        "" => vec![empty(row)],
                        set => set.split(',').enumerate().map(|(at, it)| (3, i16::from(at > 0), Some(it))).collect(),
                    });
                    let members: Vec<_> = members.collect();
                    let values: Vec<&str> = members.iter().filter_map(|(_, _, member)| *member).collect();
                    let definitions: Vec<i16> = members.iter().map(|(definition, ..)| *definition).collect();
                    let repetitions: Vec<i16> = members.iter().map(|(_, repetition, _)| *repetition).collect();
                    chunk.typed::<ByteArrayType>().write_batch(&texts(&values), Some(&definitions), Some(&repetitions))
                }
            }
            .unwrap();
            chunk.close().unwrap();
        }
        group.close().unwrap();
    }
    writer.close().unwrap();
}

#[test]
fn a_roll_reads_the_same_whatever_its_writer_did() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("roll.parquet");
    let plain = || WriterProperties::builder().set_dictionary_enabled(false);
    let small_pages = |builder: WriterPropertiesBuilder| {
        builder.set_data_page_row_count_limit(64).set_write_batch_size(64).set_data_page_size_limit(512)
    };
    let encoded = |names: &[&str], encoding| {
        names.iter().fold(plain(), |builder, name| {
            builder
                .set_column_encoding(ColumnPath::from(name.split('.').map(str::to_owned).collect::<Vec<_>>()), encoding)
        })
    };
    let texts = ["id", "kind", "address", "tags.list.element"];
    let numbers = ["registered", "checks", "staff"];
    let builder = WriterProperties::builder;
    let forms = [
        ("usual", builder()),
        ("second version", builder().set_writer_version(WriterVersion::PARQUET_2_0)),
        ("small pages", small_pages(builder())),
        ("small pages of the second version", small_pages(builder().set_writer_version(WriterVersion::PARQUET_2_0))),
        ("no dictionaries", plain()),
        ("no dictionaries, small pages", small_pages(plain())),
        ("dictionaries that overflow", small_pages(builder().set_dictionary_page_size_limit(600))),
        ("texts by differences", encoded(&texts, Encoding::DELTA_BYTE_ARRAY)),
        ("texts by lengths", small_pages(encoded(&texts, Encoding::DELTA_LENGTH_BYTE_ARRAY))),
        ("numbers by differences", small_pages(encoded(&numbers, Encoding::DELTA_BINARY_PACKED))),
    ];
    let mut root = None;
    for (form, properties) in forms {
        write(&path, properties, 700);
        let taken = read_roll(&path, Some((Suite::Sha256, KEY)), 0, &mut unattended).unwrap();
        let roll = taken.roll.unwrap();
        assert_eq!(roll.rows() as usize, ROWS, "{form}");
        for number in 0..ROWS {
            let expected = row(number);
            let found: Vec<_> = (0..7).map(|at| roll.field(u32::try_from(number).unwrap(), at).unwrap()).collect();
            assert_eq!(found, expected, "{form}, row {number}");
        }
        let found = taken.document.unwrap().root;
        assert_eq!(*root.get_or_insert(found), found, "{form}");
        let csv = folder.path().join("roll.csv");
        export_roll(&path, &csv, &mut unattended).unwrap();
        assert_eq!(roll_document(&csv, Suite::Sha256, KEY, &mut unattended).unwrap().root, found, "{form}");
        std::fs::remove_file(&csv).unwrap();
    }
}

const SCHEME: &str = r#"{"exclude":[{"code":"gone","label":"","when":{"column":"registered","empty":true}}],"membership":"first","reserves":2,"scheme":"mc1","strata":[{"code":"T","items":[],"label":"","population":"p","size":{"ratio":"0.1","rounding":"ceil"},"split":{"by":"kind","method":"random"},"when":{"column":"tags","has":["b"]}},{"code":"N","items":[],"label":"","population":"p","size":{"ratio":"0.03","rounding":"ceil"},"when":{"at_least":500,"column":"staff"}},{"code":"Z","items":[],"label":"","population":"p","size":{"count":7},"when":{"column":"checks","empty":false}}],"title":"t"}"#;

/// A bundle without result around the roll, whose row groups have so many rows.
fn bundle_of(folder: &Path, group: usize) {
    write(&folder.join("roll.parquet"), WriterProperties::builder(), group);
    let roll = roll_document(&folder.join("roll.parquet"), Suite::Sha256, KEY, &mut unattended).unwrap();
    let scheme = Scheme::parse(SCHEME.as_bytes()).unwrap();
    let (sizes, rows) = count_roll(&folder.join("roll.parquet"), &scheme, "scheme.json", &mut unattended).unwrap();
    assert_eq!(rows, roll.rows);
    let purpose = who(Suite::Sha256, "draw", "D-1", 1, "某局", "平台");
    let instant = |hour: u8| format!("2026-01-01T{hour:02}:00:00+08:00");
    let commitment = Commitment {
        suite: Suite::Sha256,
        subject: Subject::Draw {
            roll: RollReference { digest: roll.digest(Suite::Sha256), at: instant(8), source: "名录库".to_owned() },
            scheme: scheme.digest(Suite::Sha256),
            sizes: sizes.digest(Suite::Sha256),
        },
        draw: "D-1".to_owned(),
        attempt: 1,
        organiser: "某局".to_owned(),
        parties: vec![Party {
            party: "平台".to_owned(),
            commitment: reveal_commitment(Suite::Sha256, &purpose, &KEY, "甲"),
        }],
        beacon: None,
        committed_at: instant(9),
        reveal_by: instant(10),
        previous: None,
        replaces: None,
    };
    let open = Reveal::Open { party: "平台".to_owned(), salt: KEY, value: "甲".to_owned() };
    let reveals = Reveals { reveals: vec![open], rejected: Vec::new() };
    let documents = [
        ("roll.json", roll.to_jcs()),
        ("scheme.json", scheme.to_jcs()),
        ("sizes.json", sizes.to_jcs()),
        ("commitment.json", commitment.to_jcs()),
        ("reveals.json", reveals.to_jcs()),
    ];
    for (name, bytes) in documents {
        bundle::write_document(folder, name, &bytes).unwrap();
    }
}

#[test]
fn row_groups_and_threads_change_no_byte() {
    let mut result = None;
    for group in [1_000, 3_000, 700, 64, 1] {
        let folder = tempfile::tempdir().unwrap();
        bundle_of(folder.path(), group);
        for threads in [1, 2, 3, 8] {
            for check in [RollCheck::Ids, RollCheck::Digest] {
                let how = Drawing { check, threads: NonZeroUsize::new(threads) };
                draw_bundle(folder.path(), None, how, &mut unattended).unwrap();
                let path = folder.path().join("result.json");
                let found = std::fs::read(&path).unwrap();
                std::fs::remove_file(&path).unwrap();
                assert!(*result.get_or_insert_with(|| found.clone()) == found, "groups of {group}, {threads} threads");
            }
        }
    }
    // Something was drawn, in several cells.
    let outcome = draw::Outcome::parse(&result.unwrap()).unwrap();
    assert!(outcome.cells.len() > 3 && outcome.cells.iter().filter(|cell| cell.drawn.len() > 3).count() > 2);
}

#[test]
fn of_several_faults_the_first_rows_is_told_with_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    bundle_of(folder.path(), 64);
    let told = |rows: Vec<[String; 7]>, group: usize| {
        write_rows(&folder.path().join("roll.parquet"), WriterProperties::builder(), &rows, group);
        let refusal = |threads| {
            let how = Drawing { check: RollCheck::Ids, threads: NonZeroUsize::new(threads) };
            draw_bundle(folder.path(), None, how, &mut unattended).unwrap_err().to_string()
        };
        let told = refusal(1);
        for _ in 0..4 {
            assert_eq!([refusal(2), refusal(3), refusal(8)], [told.as_str(); 3]);
        }
        told
    };
    let rows = || (0..ROWS).map(row).collect::<Vec<_>>();
    // A fault within a group, and an earlier one between two groups.
    let mut bad = rows();
    bad[1_500][1] = "甲\u{200B}".to_owned();
    bad[2_500][0] = "9113 bad".to_owned();
    assert!(told(bad.clone(), 64).contains("row 1501 (id"), "{}", told(bad.clone(), 64));
    let twice = bad[639].clone();
    bad[640] = twice;
    assert!(told(bad.clone(), 64).contains("row 641, column id"), "{}", told(bad, 64));
    // Of two faults in one row, the id's.
    let mut both = rows();
    both[100][0] = "ü".to_owned();
    both[100][1] = "\u{7}".to_owned();
    assert!(told(both, 700).contains("row 101, column id"));
}

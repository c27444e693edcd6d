//! The negative vectors: one change of a small bundle each, with the step that refuses it and the code.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[allow(dead_code, reason = "the fuzz targets' checks are not used here")]
#[path = "checks/small.rs"]
mod small;

use bundle::{Bundle, Verdict, verify};
use draw::unattended;

/// Name, file, what is replaced (the first occurrence), by what, the failing step, its code.
type Vector = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

const VECTORS: [Vector; 56] = [
    // Texts
    ("not NFC", "scheme.json", "小", "e\u{301}", "scheme", "not-nfc"),
    ("not NFC in a row", "roll.csv", "1303,甲", "1303,e\u{301}", "roll", "not-nfc"),
    ("zero width space", "scheme.json", "小", "小\u{200B}", "scheme", "banned-code-point"),
    ("zero width space in a row", "roll.csv", "1303,甲", "1303,\u{200B}甲", "roll", "banned-code-point"),
    ("the separator in a row", "roll.csv", "1303,甲", "1303,\u{1F}", "roll", "banned-code-point"),
    ("right-to-left override", "reveals.json", "\"甲\"", "\"\u{202E}甲\"", "reveals", "banned-code-point"),
    ("an escaped line feed", "commitment.json", "某局", "某\\n局", "commitment", "banned-code-point"),
    ("unassigned in Unicode 16", "commitment.json", "名录库", "\u{378}", "commitment", "unassigned-code-point"),
    // Documents
    ("byte order mark", "sizes.json", "{", "\u{FEFF}{", "sizes", "bom"),
    ("a space", "sizes.json", ",", ", ", "sizes", "not-canonical"),
    ("keys out of order", "reveals.json", PLATFORM, TURNED, "reveals", "not-canonical"),
    ("a needless escape", "scheme.json", "小", "\\u5c0f", "scheme", "not-canonical"),
    ("the same key twice", "scheme.json", "{\"exclude\"", "{\"title\":\"\",\"exclude\"", "scheme", "duplicate-key"),
    ("half a surrogate pair", "scheme.json", "小", "\\ud800", "scheme", "lone-surrogate"),
    ("minus zero", "sizes.json", "\"outside\":0", "\"outside\":-0", "sizes", "not-an-integer"),
    ("a float", "scheme.json", "\"reserves\":1", "\"reserves\":1.0", "scheme", "not-an-integer"),
    ("an exponent", "sizes.json", "\"outside\":0", "\"outside\":0e1", "sizes", "not-an-integer"),
    ("above 2^53 − 1", "roll.json", "\"rows\":9", "\"rows\":9007199254740992", "roll-document", "not-an-integer"),
    ("something behind the document", "result.json", "{\"absent\"", "{}{\"absent\"", "result", "json-syntax"),
    ("a key too many", "reveals.json", "{\"rejected\"", "{\"a\":1,\"rejected\"", "reveals", "unknown-key"),
    ("a key too few", "reveals.json", "\"rejected\":[],", "", "reveals", "missing-key"),
    ("upper-case hexadecimal", "roll.json", "\"root\":\"", "\"root\":\"A", "roll-document", "not-hex"),
    ("a text for a number", "sizes.json", "\"outside\":0", "\"outside\":\"0\"", "sizes", "wrong-kind"),
    ("a negative count", "sizes.json", "\"outside\":0", "\"outside\":-1", "sizes", "wrong-kind"),
    ("the ratio 1.0", "scheme.json", "\"0.5\"", "\"1.0\"", "scheme", "not-a-ratio"),
    ("a ratio of ten digits", "scheme.json", "\"0.5\"", "\"0.5000000000\"", "scheme", "not-a-ratio"),
    ("a code of Chinese letters", "scheme.json", "\"code\":\"A\"", "\"code\":\"甲\"", "scheme", "not-a-code"),
    ("a code twice", "scheme.json", "\"code\":\"B\"", "\"code\":\"A\"", "scheme", "twice"),
    ("two kinds of test", "scheme.json", "\"empty\":true", "\"empty\":true,\"in\":[\"\"]", "scheme", "predicate-form"),
    ("an empty list", "scheme.json", "[\"注销\"]", "[]", "scheme", "empty"),
    (
        "else under first",
        "scheme.json",
        ",\"items\":[\"i\"]",
        ",\"else\":true,\"items\":[\"i\"]",
        "scheme",
        "else-under-first",
    ),
    // Rolls
    ("an unsorted set", "roll.csv", "\"a,b\"", "\"b,a\"", "roll", "set-form"),
    ("a member twice", "roll.csv", "\"a,b\"", "\"a,a\"", "roll", "set-form"),
    ("minus zero in a row", "roll.csv", "-7", "-0", "roll", "int-form"),
    ("a leading zero", "roll.csv", "-7", "07", "roll", "int-form"),
    ("no such day", "roll.csv", "2020-02-29", "2021-02-29", "roll", "date-form"),
    (
        "an id of 56 bytes",
        "roll.csv",
        "r8",
        "r8aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "roll",
        "id-form",
    ),
    ("an id with a space", "roll.csv", "r8", "r 8", "roll", "id-form"),
    ("an id twice", "roll.csv", "r8", "r7", "roll", "id-twice"),
    ("ids out of order", "roll.csv", "r8", "r6", "roll", "id-order"),
    ("a field too many", "roll.csv", "r8,", "r8,,", "roll", "field-count"),
    ("needless quotes", "roll.csv", "r8", "\"r8\"", "roll", "mismatch"),
    ("a line feed alone", "roll.csv", "\r\n", "\n", "roll", "mismatch"),
    ("a column of no type", "roll.csv", "checks:int", "checks:number", "roll", "header-form"),
    ("another first column", "roll.csv", "id:text", "key:text", "roll", "header-id"),
    ("a column twice", "roll.csv", "organ:text", "kind:text", "roll", "twice"),
    ("one field changed", "roll.csv", "-7", "-8", "roll", "digest-mismatch"),
    // Ceremony
    ("a witness first", "commitment.json", "\"platform\"", "\"witness\"", "commitment", "platform-first"),
    ("one name for two parties", "commitment.json", "见证人", "平台", "commitment", "twice"),
    (
        "a second attempt that replaces nothing",
        "commitment.json",
        "\"attempt\":1",
        "\"attempt\":2",
        "commitment",
        "replaces-missing",
    ),
    ("revealed before committed", "commitment.json", "T10:00", "T08:59", "commitment", "instant-order"),
    ("an instant without offset", "commitment.json", "T10:00:00+08:00", "T10:00:00", "commitment", "not-an-instant"),
    ("the platform absent", "reveals.json", PLATFORM, ABSENT, "reveals", "platform-absent"),
    ("a value of 65 bytes", "reveals.json", "\"42\"", LONG, "reveals", "reveal-value"),
    ("another value", "reveals.json", "\"42\"", "\"43\"", "reveals", "reveal-mismatch"),
    ("another party's reveal", "reveals.json", "见证人", "路人", "reveals", "party-order"),
];

const PLATFORM: &str =
    r#"{"party":"平台","salt":"0202020202020202020202020202020202020202020202020202020202020202","value":"甲"}"#;
const TURNED: &str =
    r#"{"salt":"0202020202020202020202020202020202020202020202020202020202020202","party":"平台","value":"甲"}"#;
const ABSENT: &str = r#"{"absent":true,"party":"平台"}"#;
const LONG: &str = r#""99999999999999999999999999999999999999999999999999999999999999999""#;

#[test]
fn each_negative_vector_is_refused_with_its_code() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("bundle");
    small::write(&folder);
    let failed = || {
        let report = verify(&mut Bundle::open(&folder).unwrap(), None, &mut unattended).unwrap();
        let failed = report.steps.into_iter().find(|step| step.verdict == Verdict::Failed);
        failed.map(|step| (step.name.word(), step.code))
    };
    assert_eq!(failed(), None, "the bundle as it was made");
    for (name, file, from, to, step, code) in VECTORS {
        let path = folder.join(file);
        let good = std::fs::read_to_string(&path).unwrap();
        assert!(good.contains(from), "{name}: {file} holds no {from}");
        std::fs::write(&path, good.replacen(from, to, 1)).unwrap();
        assert_eq!(failed(), Some((step, code)), "{name}");
        std::fs::write(&path, good).unwrap();
    }
    assert_eq!(failed(), None, "every change was taken back");
    for (name, file, bytes, step, code) in [
        ("a file of no bundle", "notes.txt", "x", "files", "unknown-file"),
        ("the roll in both forms", "roll.parquet", "PAR1", "files", "file-twice"),
        (
            "a beacon that nobody declared",
            "beacon.json",
            r#"{"proof":"p","value":"1"}"#,
            "reveals",
            "beacon-undeclared",
        ),
    ] {
        std::fs::write(folder.join(file), bytes).unwrap();
        assert_eq!(failed(), Some((step, code)), "{name}");
        std::fs::remove_file(folder.join(file)).unwrap();
    }
}

//! The draw protocol in words: every code that `draw` and `bundle` tell, with its data filled in.
//!
//! Those crates know no Chinese and this one does not know them: they meet in the codes, which are stable and public
//! (`--json` prints them). A test of `cli`, which sees both, walks every code and fails for one without its sentence.

mod fact;
mod matching;
mod mismatch;
mod reason;

use std::io;

/// A roll's file gives another root than the one that was sealed.
pub const OTHER_ROOT: &str = "底册的摘要与封存的不同";
/// A file is gone that was sealed.
pub const FILE_GONE: &str = "没有底册文件";
/// A sealed file holds other bytes.
pub const FILE_CHANGED: &str = "底册文件的内容被改动过";

/// Data of a code by name.
type Args = [(&'static str, String)];

/// Templates of one list by code. `{name}` stands for a value, `{name:list}` for the sentence of a value that is a code
/// itself, `{name:hex}` for a number as U+XXXX.
pub struct List {
    /// What `{name:list}` calls it.
    pub name: &'static str,
    /// Code and template.
    pub rows: &'static [(&'static str, &'static str)],
}

/// Every list.
pub const LISTS: [List; 14] = [
    List { name: "reason", rows: reason::REASONS },
    List { name: "error", rows: reason::ERRORS },
    List { name: "io", rows: reason::IO },
    List { name: "damage", rows: reason::DAMAGES },
    List { name: "unit", rows: reason::UNITS },
    List { name: "expected", rows: mismatch::EXPECTED },
    List { name: "syntax", rows: mismatch::SYNTAX },
    List { name: "mismatch", rows: mismatch::MISMATCHES },
    List { name: "chain", rows: mismatch::CHAIN },
    List { name: "matching", rows: matching::REFUSALS },
    List { name: "fact", rows: fact::FACTS },
    List { name: "step", rows: fact::STEPS },
    List { name: "verdict", rows: fact::VERDICTS },
    List { name: "ending", rows: fact::ENDINGS },
];

/// The template of a code in a list.
#[must_use]
pub fn template(list: &str, code: &str) -> Option<&'static str> {
    let rows = LISTS.iter().find(|known| known.name == list)?.rows;
    rows.iter().find(|(known, _)| *known == code).map(|(_, template)| *template)
}

/// The sentence of a code of a list; the code itself where the list does not have it.
#[must_use]
pub fn say(list: &str, code: &str, args: &Args) -> String {
    template(list, code).map_or_else(|| code.to_owned(), |template| fill(template, args))
}

/// Why something was refused, with its place in front: `reason` for a rule of the protocol, else what happened to a file.
#[must_use]
pub fn refusal(place: &str, code: &str, args: &Args) -> String {
    let list = if template("reason", code).is_some() { "reason" } else { "error" };
    let said = say(list, code, args);
    if place.is_empty() { said } else { format!("{}：{said}", self::place(place)) }
}

/// Why a matching was refused, with the places of its document in words.
#[must_use]
pub fn matching_refusal(code: &str, args: &Args) -> String {
    let args: Vec<_> = args
        .iter()
        .map(|(name, value)| (*name, if *name == "place" { matching::place(value) } else { value.clone() }))
        .collect();
    say("matching", code, &args)
}

/// What the machine says about a file that it does not give or take. Its own English words are left out.
#[must_use]
pub fn io(error: &io::Error) -> String {
    let number = error.raw_os_error().map_or_else(|| "无".to_owned(), |number| number.to_string());
    io_reason(&format!("{:?}", error.kind()), &number)
}

fn io_reason(kind: &str, number: &str) -> String {
    template("io", kind).map_or_else(|| format!("读写失败（系统错误代码 {number}）"), str::to_owned)
}

/// A place of the protocol (`roll.csv: row 2, column id`) in words; names of files, columns and keys stay as they are.
#[must_use]
pub fn place(place: &str) -> String {
    place.split(": ").map(segment).collect::<Vec<_>>().join("：")
}

fn segment(segment: &str) -> String {
    if let Some(party) = segment.strip_prefix("party ") {
        return format!("参与方“{party}”");
    }
    let (file, rest) = match segment.split_once(" line ") {
        Some((file, rest)) => (format!("{file} "), Some(("line ", rest))),
        None => (String::new(), ["row ", "line "].iter().find_map(|kind| Some((*kind, segment.strip_prefix(kind)?)))),
    };
    let Some((_, rest)) = rest.filter(|(_, rest)| rest.starts_with(|first: char| first.is_ascii_digit())) else {
        return segment.to_owned();
    };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (number, behind) = rest.split_at(digits);
    let behind = behind.replace(" (id ", "（标识 ").replace(')', "）");
    let behind = match behind.split_once(", column ") {
        Some((before, column)) => format!("{before}，{column} 列"),
        None => behind,
    };
    format!("{file}第 {number} 行{behind}")
}

fn fill(template: &str, args: &Args) -> String {
    let value = |name: &str| args.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('{') {
        out.push_str(before);
        let Some((slot, after)) = behind.split_once('}') else { break };
        let (name, list) = slot.split_once(':').unwrap_or((slot, ""));
        let value = value(name).unwrap_or_default();
        match list {
            "" => out.push_str(value),
            "hex" => out.push_str(&format!("U+{:04X}", value.parse::<u32>().unwrap_or_default())),
            "io" => out.push_str(&io_reason(value, self::value_of(args, "number"))),
            list => out.push_str(&say(list, value, args)),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

fn value_of<'a>(args: &'a Args, name: &str) -> &'a str {
    args.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value.as_str())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn places_read_as_words() {
        let check = |from: &str, expect: &str| assert_eq!(place(from), expect);
        check("roll.csv: row 2, column id", "roll.csv：第 2 行，id 列");
        check("row 7 (id S-1), column kind", "第 7 行（标识 S-1），kind 列");
        check("line 1: header[0]", "第 1 行：header[0]");
        check("roll.csv line 9", "roll.csv 第 9 行");
        check("commitment.json: beacon.at", "commitment.json：beacon.at");
        check("party 公证员", "参与方“公证员”");
        check("row", "row");
        check("row, column kind", "row, column kind");
    }

    #[test]
    fn codes_are_said_with_their_data() {
        let args = [("what", "next-reserve".to_owned()), ("id", "S-7".to_owned())];
        assert!(refusal("0001: in", "mismatch", &args).contains("S-7"));
        assert_eq!(say("reason", "no-such-code", &[]), "no-such-code");
        assert!(refusal("", "banned-code-point", &[("code", "8203".to_owned())]).contains("U+200B"));
        let gone = io::Error::from_raw_os_error(2);
        assert_eq!(io(&gone), "没有这个文件或文件夹");
        let other = io::Error::from_raw_os_error(5);
        assert_eq!(io(&other), "读写失败（系统错误代码 5）");
    }

    #[test]
    fn a_code_stands_once_in_its_list() {
        for list in LISTS {
            let mut seen = std::collections::BTreeSet::new();
            assert!(
                list.rows.iter().all(|(code, template)| seen.insert(code) && !template.is_empty()),
                "{}",
                list.name
            );
        }
    }
}

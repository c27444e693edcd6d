//! A file that is not there, may not be read, or is none of its kind: exit code 2 and the reason in Chinese, whatever the
//! command. 0, 1 and 3 are verdicts, and nothing was judged.

use std::fs;

use crate::bundles::{copy, run};

/// The command with the file in place of `FILE`.
const COMMANDS: [&[&str]; 11] = [
    &["verify", "FILE"],
    &["verify", "--log", "FILE"],
    &["draw", "FILE"],
    &["prove", "FILE", "--id", "A"],
    &["verify-receipt", "FILE"],
    &["sizes", "--roll", "FILE", "--scheme", "bundle/scheme.json"],
    &["sizes", "--roll", "bundle/roll.csv", "--scheme", "FILE"],
    &["fairness", "FILE"],
    &["roll", "digest", "FILE"],
    &["roll", "export", "FILE", "new.csv"],
    &["doctor", "--config", "FILE"],
];

#[test]
fn what_is_not_there_exits_with_two() {
    let (folder, _) = copy();
    for command in COMMANDS {
        let words: Vec<_> = command.iter().map(|word| if *word == "FILE" { "none.csv" } else { word }).collect();
        let said = run(&folder, &words).said();
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{words:?}: {}", said.err);
        assert!(said.err.contains("none.csv") && said.err.contains("没有这个文件或文件夹"), "{words:?}: {}", said.err);
        assert!(!said.err.contains("os error"), "{words:?}: {}", said.err);
    }
}

#[test]
fn what_is_none_of_its_kind_exits_with_two() {
    let (folder, bundle) = copy();
    fs::write(folder.path().join("note.zip"), "no zip").unwrap();
    let calls =
        [&["verify", "note.zip"][..], &["draw", "note.zip", "--out", "out"], &["prove", "note.zip", "--id", "A"]];
    for command in calls {
        let said = run(&folder, command).said();
        assert_eq!(said.code, Some(2), "{command:?}: {}", said.err);
        assert!(said.err.contains("不是 zip 文件"), "{command:?}: {}", said.err);
    }
    let said = run(&folder, &["roll", "digest", "note.zip"]).said();
    assert_eq!(said.code, Some(2), "{}", said.err);
    // A folder where a file is expected within a bundle cannot be read: that is no verdict either.
    fs::remove_file(bundle.join("scheme.json")).unwrap();
    fs::create_dir(bundle.join("scheme.json")).unwrap();
    let said = run(&folder, &["verify", "bundle"]).said();
    assert_eq!(said.code, Some(2), "{}{}", said.out, said.err);
    assert!(said.err.contains("这是文件夹"), "{}", said.err);
}

//! `--help` of every command, found by asking the binary for its commands.

use crate::run::mingcha;

/// The commands in a help text.
pub fn commands(words: &[&str]) -> Vec<String> {
    let mut all = words.to_vec();
    all.push("--help");
    let help = mingcha(&all).said().out;
    help.lines()
        .skip_while(|line| *line != "命令：")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_command_teaches() {
    mingcha(&["--help"]).snapshot("help/mingcha");
    let names = commands(&[]);
    assert!(names.len() >= 9, "{names:?}");
    for name in names {
        let said = mingcha(&[&name, "--help"]).snapshot(&format!("help/{name}"));
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
        for inner in commands(&[&name]) {
            mingcha(&[&name, &inner, "--help"]).snapshot(&format!("help/{name}-{inner}"));
        }
    }
}

#[test]
fn without_a_command_the_help_goes_to_standard_error() {
    let said = mingcha(&[]).said();
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""));
    assert!(said.err.contains("用法：mingcha"));
}

#[test]
fn the_version_is_one_line() {
    let said = mingcha(&["--version"]).said();
    assert_eq!((said.code, said.err.as_str(), said.out.lines().count()), (Some(0), "", 1));
}

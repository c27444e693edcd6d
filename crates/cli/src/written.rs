//! The one door of the command line: every argument and every variable of ours is a text that `domain` takes, before clap
//! sees it, so that no command can forget to ask. Texts go on in their normal form; the name of a file that exists stays as
//! the disk has it.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::Path;

use domain::text::{BadText, LINE_CHARS_MAX, Shape, check, tidy};
use text::Explain as _;
use text::written::code;

use crate::exit::Failure;

/// Characters of a configuration file.
const FILE_CHARS_MAX: usize = 100_000;
/// How our variables begin.
const OURS: &str = "MINGCHA_";

/// The arguments (the program's name first) for clap.
///
/// # Errors
/// A usage failure for the first argument or variable with a character that no text may hold, or that is too long.
pub fn fit(
    arguments: impl Iterator<Item = OsString>,
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Vec<OsString>, Failure> {
    for (name, value) in variables {
        let Some(name) = name.to_str().filter(|name| name.starts_with(OURS)) else { continue };
        // Other than UTF-8 is the name of a file, or refused where a text is wanted.
        if let Some(Err(bad)) = value.to_str().map(judge) {
            return Err(unfit(&format!("环境变量 {name} "), &bad));
        }
    }
    let mut fit = Vec::new();
    for (place, argument) in arguments.enumerate() {
        let Some(text) = argument.to_str() else {
            fit.push(argument);
            continue;
        };
        if place > 0
            && let Err(bad) = judge(text)
        {
            return Err(unfit(&named(place, text), &bad));
        }
        fit.push(in_normal_form(text).into_owned().into());
    }
    Ok(fit)
}

/// A configuration file as a whole: it has lines.
///
/// # Errors
/// A usage failure.
pub fn fit_file(path: &Path, text: &str) -> Result<(), Failure> {
    let text = text.trim_start_matches('\u{FEFF}').replace("\r\n", "\n");
    check(&text, Shape::Lines, FILE_CHARS_MAX).map_err(|bad| unfit(&format!("配置文件 {} ", path.display()), &bad))
}

fn judge(text: &str) -> Result<(), BadText> {
    check(text, Shape::Line, LINE_CHARS_MAX)
}

/// An option by its name, another argument by its place.
fn named(place: usize, text: &str) -> String {
    match text.split_once('=') {
        Some((option, _)) if option.starts_with("--") && judge(option).is_ok() => format!("选项 {option} "),
        _ => format!("第{place}个参数"),
    }
}

fn unfit(what: &str, bad: &BadText) -> Failure {
    let said = bad.explain();
    let shown = match bad {
        BadText::Character { character, .. } => format!("；{} 不会出现在正常的文字里", code(*character)),
        BadText::TooLong { .. } => String::new(),
    };
    Failure::usage(format!("{what}不能用：{}", said.what.trim_end_matches('。')), format!("{}{shown}", said.next))
}

/// A text in its normal form, unless what it names lies on the disk under the other one.
fn in_normal_form(text: &str) -> Cow<'_, str> {
    let normal = tidy(text, Shape::Line);
    // Only the form: what stands around the text is the command's to judge.
    if *normal == *text.trim() {
        return Cow::Borrowed(text);
    }
    let (option, value) = text.split_once('=').unwrap_or(("", text));
    let on_disk = Path::new(value).exists() || (!option.is_empty() && Path::new(text).exists());
    if on_disk { Cow::Borrowed(text) } else { normal }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn words(words: &[&str]) -> Result<Vec<String>, Failure> {
        let fit = fit(words.iter().map(OsString::from), std::iter::empty())?;
        Ok(fit.into_iter().map(|word| word.into_string().unwrap()).collect())
    }

    /// The arguments of a command and of those below it, each as it is written on the command line with a value.
    fn written(command: &clap::Command, way: &[String], all: &mut Vec<Vec<String>>) {
        for argument in command.get_arguments().filter(|argument| argument.get_action().takes_values()) {
            let mut line = way.to_vec();
            line.extend(argument.get_long().map(|long| format!("--{long}")));
            line.push("VALUE".to_owned());
            all.push(line);
        }
        for inner in command.get_subcommands() {
            written(inner, &[way, &[inner.get_name().to_owned()]].concat(), all);
        }
    }

    #[test]
    fn every_argument_of_every_command_is_a_checked_text() {
        let mut command = crate::Arguments::command();
        command.build();
        let mut all = Vec::new();
        written(&command, &["mingcha".to_owned()], &mut all);
        assert!(all.len() > 60, "the commands were not read: {}", all.len());
        let long = "字".repeat(LINE_CHARS_MAX + 1);
        let mut refused = 0;
        for line in &all {
            for bad in [
                "a\0b",
                "甲\u{1}乙",
                "甲\u{E123}",
                "甲\u{200B}乙",
                "甲\u{202E}乙",
                "甲\u{10FFFF}",
                "甲\n乙",
                long.as_str(),
            ] {
                for joined in [false, true] {
                    let mut words_of: Vec<String> = line.clone();
                    let value = words_of.pop().unwrap();
                    assert_eq!(value, "VALUE");
                    match words_of.pop() {
                        Some(option) if joined && option.starts_with("--") => words_of.push(format!("{option}={bad}")),
                        Some(last) => words_of.extend([last, bad.to_owned()]),
                        None => words_of.push(bad.to_owned()),
                    }
                    let borrowed: Vec<&str> = words_of.iter().map(String::as_str).collect();
                    let Err(failure) = words(&borrowed) else { unreachable!("taken: {words_of:?}") };
                    assert!(failure.message().contains("不能用"), "{}", failure.message());
                    refused += 1;
                }
            }
        }
        assert_eq!(refused, all.len() * 16);
    }

    #[test]
    fn texts_go_on_in_their_normal_form_and_files_as_they_are() {
        assert_eq!(words(&["mingcha", "e\u{301}", "--name=e\u{301}"]).unwrap(), ["mingcha", "é", "--name=é"]);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("e\u{301}.csv");
        std::fs::write(&file, "").unwrap();
        let name = file.to_str().unwrap();
        assert_eq!(words(&["mingcha", name]).unwrap(), ["mingcha", name]);
        let option = format!("--file={name}");
        assert_eq!(words(&["mingcha", &option]).unwrap(), ["mingcha", option.as_str()]);
        assert_eq!(words(&["mingcha", " 甲 "]).unwrap(), ["mingcha", " 甲 "]);
    }

    #[test]
    fn variables_of_ours_and_the_configuration_are_checked_too() {
        let with = |name: &str, value: &str| {
            fit(["mingcha".into()].into_iter(), [(name.into(), value.into())].into_iter()).is_ok()
        };
        assert!(!with("MINGCHA_PUBLIC_URL", "https://a\u{1}") && with("MINGCHA_PUBLIC_URL", "https://a"));
        assert!(with("PS1", "\u{1}"), "what is not ours is not looked at");
        assert!(fit_file(Path::new("mingcha.toml"), "a = 1\r\nb = 2\r\n").is_ok());
        assert!(fit_file(Path::new("mingcha.toml"), "a = \"\0\"").is_err());
    }
}

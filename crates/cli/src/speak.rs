//! clap's own words in Chinese: headings and notes of every help text, and its errors by their kind. It reads the command
//! line, and decides nothing about what a command does.

use std::error::Error as _;
use std::process::ExitCode;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, Error, Parser};

use crate::{exit, say, written};

/// The words of this run.
///
/// # Errors
/// The exit code after a help text (0), or after an error that was told (2).
pub fn parse<T: Parser>() -> Result<T, ExitCode> {
    let words = written::fit(std::env::args_os(), std::env::vars_os()).map_err(|failure| failure.report())?;
    let mut command = T::command();
    // Built first: then the options of every command, `--help` and `help` are there to be given their words.
    command.build();
    let read = in_chinese(command).try_get_matches_from(words).and_then(|matches| T::from_arg_matches(&matches));
    read.map_err(|error| told(&error))
}

/// A built command and those below it, with their help in Chinese.
pub fn in_chinese(command: Command) -> Command {
    let names: Vec<_> = command.get_subcommands().map(|inner| inner.get_name().to_owned()).collect();
    let usage = usage(&command.clone().render_usage().to_string());
    let mut template = "{before-help}{about-with-newline}\n用法：{usage}\n".to_owned();
    for (there, words) in [
        (!names.is_empty(), "\n命令：\n{subcommands}\n"),
        (command.get_positionals().next().is_some(), "\n参数：\n{positionals}\n"),
        (command.get_opts().next().is_some() || names.is_empty(), "\n选项：\n{options}\n"),
    ] {
        template.push_str(if there { words } else { "" });
    }
    let mut command = command.override_usage(usage).help_template(template).mut_args(argument);
    for name in names {
        command = match name.as_str() {
            "help" => command.mut_subcommand(name, |help| in_chinese(help.about("显示本说明，或某个命令的说明"))),
            _ => command.mut_subcommand(name, in_chinese),
        };
    }
    command
}

/// An argument whose default, values and variable are told in its own help.
fn argument(argument: Arg) -> Arg {
    let argument = match argument.get_id().as_str() {
        "help" => argument.help("显示帮助（-h 只列要点）").long_help(None::<&str>),
        "version" => argument.help("显示版本"),
        "subcommand" => argument.help("要说明的命令"),
        _ => argument,
    };
    let mut notes = Vec::new();
    if argument.get_action().takes_values() {
        let values = argument.get_possible_values();
        let values = values.iter().filter(|value| !value.is_hide_set()).map(|value| match value.get_help() {
            Some(help) => format!("{}（{help}）", value.get_name()),
            None => value.get_name().to_owned(),
        });
        let values: Vec<_> = values.collect();
        if !values.is_empty() {
            notes.push(format!("可选 {}", values.join("、")));
        }
    }
    let defaults = argument.get_default_values().iter().map(|value| value.to_string_lossy());
    let defaults: Vec<_> = defaults.filter(|value| !value.is_empty()).collect();
    if !defaults.is_empty() && argument.get_action().takes_values() {
        notes.push(format!("默认 {}", defaults.join("、")));
    }
    if let Some(variable) = argument.get_env() {
        notes.push(format!("环境变量 {}", variable.to_string_lossy()));
    }
    let argument = argument.hide_default_value(true).hide_possible_values(true).hide_env(true);
    if notes.is_empty() {
        return argument;
    }
    let with = |help: &StyledStr| format!("{help}【{}】", notes.join("；"));
    let (help, long) = (argument.get_help().map(with), argument.get_long_help().map(with));
    let argument = argument.help(help.unwrap_or_default());
    match long {
        Some(long) => argument.long_help(long),
        None => argument,
    }
}

/// A usage line in Chinese, without its title.
fn usage(rendered: &str) -> String {
    let line = rendered.strip_prefix("Usage: ").unwrap_or(rendered);
    line.replace("[OPTIONS]", "[选项]").replace("<COMMAND>", "<命令>").replace("[COMMAND]", "[命令]")
}

/// Tells an error of clap, which a help text is as well, and gives the exit code.
fn told(error: &Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => match error.print() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => exit::environment(&text::protocol::io(&error)),
        },
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            say::line(error.render().to_string().trim_end());
            ExitCode::from(exit::USAGE)
        }
        _ => {
            let (message, next) = words(error);
            say::failure(&message, &next);
            if let Some(ContextValue::StyledStr(line)) = error.get(ContextKind::Usage) {
                say::line(format_args!("用法：{}", usage(line.to_string().trim())));
            }
            ExitCode::from(exit::USAGE)
        }
    }
}

/// What is wrong with the command line, and what to do.
fn words(error: &Error) -> (String, String) {
    let strings = |kind| match error.get(kind) {
        Some(ContextValue::String(value)) => vec![value.clone()],
        Some(ContextValue::Strings(values)) => values.clone(),
        Some(ContextValue::Number(number)) => vec![number.to_string()],
        _ => Vec::new(),
    };
    let one = |kind| strings(kind).join("、");
    let (argument, value) = (one(ContextKind::InvalidArg), one(ContextKind::InvalidValue));
    let near = |kind, all: &str| match strings(kind) {
        near if near.is_empty() => all.to_owned(),
        near => format!("是不是 {}？{all}", near.join("、")),
    };
    let help = "加 --help 可查看全部写法。";
    match error.kind() {
        ErrorKind::InvalidSubcommand => (
            format!("没有“{}”这个命令", one(ContextKind::InvalidSubcommand)),
            near(ContextKind::SuggestedSubcommand, "加 --help 可查看全部命令。"),
        ),
        ErrorKind::UnknownArgument => {
            (format!("没有“{argument}”这个选项，或多写了一个参数"), near(ContextKind::SuggestedArg, help))
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation if value.is_empty() => {
            (format!("{argument} 后面没有写取值"), help.to_owned())
        }
        ErrorKind::InvalidValue => {
            let valid = strings(ContextKind::ValidValue).join("、");
            (format!("{argument} 不能是“{value}”"), format!("可选：{valid}。"))
        }
        ErrorKind::ValueValidation => {
            // What our own readers say is Chinese; what the standard library says is not.
            let why = error.source().map(ToString::to_string).filter(|why| !why.is_ascii());
            (format!("{argument} 不能是“{value}”"), why.map_or_else(|| help.to_owned(), |why| format!("{why}。")))
        }
        ErrorKind::NoEquals => (format!("{argument} 与取值之间须写等号"), help.to_owned()),
        ErrorKind::TooManyValues => (format!("{argument} 多写了取值“{value}”"), help.to_owned()),
        ErrorKind::TooFewValues => (
            format!(
                "{argument} 至少要有 {} 个取值，现有 {} 个",
                one(ContextKind::MinValues),
                one(ContextKind::ActualNumValues)
            ),
            help.to_owned(),
        ),
        ErrorKind::WrongNumberOfValues => (
            format!(
                "{argument} 须有 {} 个取值，现有 {} 个",
                one(ContextKind::ExpectedNumValues),
                one(ContextKind::ActualNumValues)
            ),
            help.to_owned(),
        ),
        ErrorKind::ArgumentConflict => {
            let prior = one(ContextKind::PriorArg);
            if prior.is_empty() || prior == argument {
                (format!("{argument} 只能写一次"), help.to_owned())
            } else {
                (format!("{argument} 不能与 {prior} 同用"), "请只留其中之一。".to_owned())
            }
        }
        ErrorKind::MissingRequiredArgument => (format!("缺少：{argument}"), help.to_owned()),
        ErrorKind::MissingSubcommand => ("没有写要做什么".to_owned(), "加 --help 可查看全部命令。".to_owned()),
        ErrorKind::InvalidUtf8 => ("有一个参数不是 UTF-8 文字".to_owned(), "请检查终端的字符编码。".to_owned()),
        _ => ("命令行无法识别".to_owned(), help.to_owned()),
    }
}

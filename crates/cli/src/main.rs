//! The binary `mingcha`: reads the configuration once, hands clock and randomness down, runs one command.
//!
//! Data goes to standard output, everything else to standard error. Exit codes stand in [`exit`].
#![allow(clippy::print_stdout, reason = "a command's data is what it prints")]

mod clock;
mod command;
mod config;
mod demo;
mod duty;
mod exit;
mod installation;
mod listener;
mod output;
mod printer;
mod say;
mod speak;
mod tls;
mod written;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::config::Global;

/// How long threads that compute may go on after a command has ended.
const LEFT_BEHIND_MAX: Duration = Duration::from_secs(1);

/// 明查：双随机、一公开监管平台。
///
/// 一个文件夹就是一个安装（--home，默认 ./mingcha-data）；需要时用 --database 把状态放进 PostgreSQL。
/// 数据输出到标准输出，其余信息输出到标准错误；供程序读取时加 --json。
///
/// 退出码：0 成功；1 被拒绝或核验不成立；2 用法或配置有误；3 只能部分核验；4 环境故障（磁盘、网络、数据库）。
#[derive(Parser)]
#[command(name = "mingcha", version, max_term_width = 100)]
struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Serve(command::serve::Arguments),
    Demo(command::demo::Arguments),
    Draw(command::draw::Arguments),
    Verify(command::verify::Arguments),
    Prove(command::prove::Arguments),
    VerifyReceipt(command::verify_receipt::Arguments),
    Sizes(command::sizes::Arguments),
    Fairness(command::fairness::Arguments),
    Roll(command::roll::Arguments),
    Migrate(command::migrate::Arguments),
    User(command::user::Arguments),
    Audit(command::audit::Arguments),
    Import(command::import::Arguments),
    Backup(command::backup::Arguments),
    Restore(command::restore::Arguments),
    Doctor(command::doctor::Arguments),
}

fn main() -> ExitCode {
    let arguments: Arguments = match speak::parse() {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    say::log_to_stderr();
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !bundle::is_reading_guarded() && !sheet::is_reading_fenced() {
            report(panic);
        }
    }));
    if let Ok(point) = std::env::var("MINGCHA_KILL_AT") {
        app::kill::plan(&point);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return exit::environment(&text::protocol::io(&error)),
    };
    let done = runtime.block_on(async {
        let settings = config::Settings::read(&arguments.global)?;
        match arguments.command {
            Command::Serve(arguments) => command::serve::run(&settings, arguments).await,
            Command::Demo(arguments) => command::demo::run(&settings, arguments).await,
            Command::Draw(arguments) => command::draw::run(&settings, &arguments),
            Command::Verify(arguments) => command::verify::run(&settings, &arguments),
            Command::Prove(arguments) => command::prove::run(&settings, &arguments),
            Command::VerifyReceipt(arguments) => command::verify_receipt::run(&settings, &arguments),
            Command::Sizes(arguments) => command::sizes::run(&settings, &arguments),
            Command::Fairness(arguments) => command::fairness::run(&settings, &arguments),
            Command::Roll(arguments) => command::roll::run(&settings, &arguments),
            Command::Migrate(arguments) => command::migrate::run(&settings, arguments).await,
            Command::User(arguments) => command::user::run(&settings, arguments).await,
            Command::Audit(arguments) => command::audit::run(&settings, arguments).await,
            Command::Import(arguments) => command::import::run(&settings, arguments).await,
            Command::Backup(arguments) => command::backup::run(&settings, arguments).await,
            Command::Restore(arguments) => command::restore::run(&settings, arguments).await,
            Command::Doctor(arguments) => command::doctor::run(&settings, arguments).await,
        }
    });
    // A thread that still computes for nobody (a draw that was left while stopping) must not keep the process.
    runtime.shutdown_timeout(LEFT_BEHIND_MAX);
    match done {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

//! `mingcha audit verify`: recomputes the log of events and compares it with every head that was ever made.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::config::Settings;
use crate::exit::{Outcome, REFUSED};
use crate::{installation, say};

/// 事件日志：核验每一条事件自封存以来没有被改动、删除或调换
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// 从第一条事件起重新计算整个日志；退出码 0 完整，1 不完整
    Verify {
        /// 曾在别处留存的树根（十六进制）：必须是本日志的历史树根之一
        #[arg(long, value_name = "HEX")]
        root: Option<String>,
    },
}

/// Runs the subcommand.
pub async fn run(settings: &Settings, arguments: Arguments) -> Outcome {
    let Command::Verify { root } = arguments.command;
    let platform = installation::open(settings, "").await?;
    app::audit::seal_once(&platform, true).await?;
    let report = app::audit::verify(&platform, &installation::owner(&platform), root.as_deref()).await?;
    platform.close().await;
    if settings.json {
        println!("{}", serde_json::json!(report));
    } else {
        println!("事件 {} 条，已封存 {} 条，比对树根 {} 个", report.events, report.sealed, report.heads);
        println!("树根 {}", report.root);
        for fault in &report.faults {
            println!("{fault}");
        }
    }
    if report.faults.is_empty() {
        say::line("日志完整。");
        Ok(ExitCode::SUCCESS)
    } else {
        say::line("日志不完整，见上。");
        Ok(ExitCode::from(REFUSED))
    }
}

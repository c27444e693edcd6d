//! `mingcha migrate`: makes a new installation, or brings the schema of an existing one up to date.

use std::process::ExitCode;

use clap::Args;

use crate::config::Settings;
use crate::exit::Outcome;
use crate::{installation, say};

/// 建立新的安装，或把已有安装的数据库结构更新到本版本
///
/// 每一步要么全部完成，要么完全撤销。更新前请先备份（mingcha backup）。
#[derive(Args)]
pub struct Arguments {
    /// PostgreSQL：把应用所需的最小权限授予该角色（事件与日志只可追加，不可修改）
    #[arg(long, value_name = "ROLE")]
    grant_to: Option<String>,
}

/// Prints the steps that were taken, one a line.
pub async fn run(settings: &Settings, arguments: Arguments) -> Outcome {
    let platform = installation::connect(settings, "").await?;
    // Not under a process that serves; one that finds nothing to do disturbs nobody.
    let lock = if platform.pending_migrations().await?.is_empty() { None } else { installation::lock(settings)? };
    let steps = platform.migrate().await?;
    drop(lock);
    if let Some(role) = &arguments.grant_to {
        platform.grant_application_role(role).await?;
    }
    platform.close().await;
    if settings.json {
        println!("{}", serde_json::json!({ "steps": steps }));
    } else {
        for step in &steps {
            println!("{step}");
        }
    }
    if steps.is_empty() {
        say::line("数据库结构已是最新。");
    }
    Ok(ExitCode::SUCCESS)
}

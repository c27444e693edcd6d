//! `mingcha restore`: a backup into an empty home and, if wanted, another database; compared afterwards.

use std::path::PathBuf;
use std::process::ExitCode;

use app::upkeep::RestoreTarget;
use app::{Clock as _, StoreConfig};
use clap::Args;

use crate::clock::MachineClock;
use crate::config::Settings;
use crate::exit::Outcome;
use crate::{output, say};

/// 把备份恢复到空的安装文件夹（--home），然后逐表、逐文件比对
///
/// 加 --database 时恢复到空的 PostgreSQL 数据库，不加则恢复为 SQLite，与备份来自哪一种无关。
/// 要么全部恢复，要么什么也不留下；中途被打断的，重新运行同一条命令即可。
#[derive(Args)]
pub struct Arguments {
    /// mingcha backup 写出的 zip 文件或文件夹
    #[arg(value_name = "BACKUP")]
    backup: PathBuf,
}

/// Prints the comparison, one table a line.
pub async fn run(settings: &Settings, arguments: Arguments) -> Outcome {
    std::fs::metadata(&arguments.backup).map_err(|error| output::unread(&arguments.backup, &error))?;
    let target = RestoreTarget { home: settings.home.clone(), store: settings.store.clone() };
    let bar = say::bar("恢复");
    let mut progress = say::progress(&bar);
    let report = app::upkeep::restore(&arguments.backup, &target, MachineClock.now(), &mut progress).await;
    bar.finish_and_clear();
    let report = report?;
    if settings.json {
        println!("{}", serde_json::json!(report));
    } else {
        for table in &report.tables {
            println!("{}\t{}\t{}\t{}", table.name, table.expected, table.found, table.sha256);
        }
        println!("files\t{}\t{}", report.files, report.file_bytes);
    }
    say::line(format_args!(
        "已恢复 {} 时的备份到 {}：{} 张表逐行比对一致，{} 个文件摘要一致。",
        report.made_at,
        settings.home.display(),
        report.tables.len(),
        report.files,
    ));
    for digest in &report.missing {
        say::line(format_args!("备份时已缺失的文件：{digest}"));
    }
    if report.database_line_switched_off {
        say::line("mingcha.toml 中的 database 一行已停用：它指向备份时的数据库，请核对后再启用。");
    }
    if report.files_line_switched_off {
        say::line(
            "mingcha.toml 中的 files 一行已停用：文件恢复在安装文件夹的 files 中。多台共用一个文件夹的，移过去后再启用。",
        );
    }
    if matches!(settings.store, StoreConfig::PostgresUrl(_)) {
        say::line("应用使用另一角色时，请再运行 mingcha migrate --grant-to 角色。启动时仍须给出 --database。");
    }
    say::line("登录会话不在备份中，所有人须重新登录。");
    Ok(ExitCode::SUCCESS)
}

//! `mingcha backup`: database and files at one point in time, into a zip file or a folder, also while the server runs.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::config::Settings;
use crate::exit::{Outcome, PARTIAL};
use crate::{installation, say};

/// 备份数据库与文件（同一时刻），写成 zip 或文件夹；服务运行时也可以备份
///
/// 备份与数据库种类无关：SQLite 的备份可以恢复到 PostgreSQL，反之亦然。配置文件与 TLS 证书、私钥一并备份。
///
/// 登录会话不在其中，恢复后须重新登录；尚未揭示的平台随机数在其中。备份含密钥与个人信息，须妥善保管。
///
/// 退出码：0 完整；3 已写出，但有文件缺失（--incomplete）。
#[derive(Args)]
pub struct Arguments {
    /// 写到哪里：以 .zip 结尾的写成一个文件，否则写成文件夹；不能已经存在
    #[arg(value_name = "OUT")]
    out: PathBuf,
    /// 个别文件缺失或损坏时，仍备份其余内容并列出缺失的文件
    #[arg(long)]
    incomplete: bool,
}

/// Prints a line a table, and the files.
pub async fn run(settings: &Settings, arguments: Arguments) -> Outcome {
    let platform = installation::open(settings, "").await?;
    let bar = say::bar("备份");
    let mut progress = say::progress(&bar);
    let report =
        app::upkeep::backup(&platform, &settings.home, &arguments.out, arguments.incomplete, &mut progress).await;
    bar.finish_and_clear();
    platform.close().await;
    let report = report?;
    if settings.json {
        println!("{}", serde_json::json!(report));
    } else {
        for (table, rows) in &report.tables {
            println!("{table}\t{rows}");
        }
        for digest in &report.missing {
            println!("missing\t{digest}");
        }
    }
    say::line(format_args!(
        "已备份到 {}：{} 张表 {} 行，{} 个文件（{} MiB），配置与证书 {} 个。",
        arguments.out.display(),
        report.tables.len(),
        report.rows,
        report.files,
        report.file_bytes >> 20,
        report.home.len(),
    ));
    if report.missing.is_empty() {
        say::line("备份含密钥与个人信息，请妥善保管；登录会话不在其中，恢复后须重新登录。");
        Ok(ExitCode::SUCCESS)
    } else {
        say::line(format_args!("有 {} 个文件缺失或损坏，没有备份，见上。", report.missing.len()));
        Ok(ExitCode::from(PARTIAL))
    }
}

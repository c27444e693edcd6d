//! `mingcha audit verify`: recomputes the log of events and compares it with every head that was ever made, compares the rows that
//! people are told facts from with it, and recomputes every draw and matching.

use std::process::ExitCode;

use app::audit::AuditReport;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::config::Settings;
use crate::exit::{Failure, Outcome, REFUSED};
use crate::{installation, output, say};

/// 事件日志：核验每一条事件自封存以来没有被改动、删除或调换，对外的数据与日志、证明包一致
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// 从第一条事件起重新计算整个日志，逐行比对对外的数据，重新计算每一次摇号和匹配
    ///
    /// 退出码：0 完整、一致；1 不完整或有数据不符；2 用法不对，或日志读不出来（没有安装、结构未更新、恢复没有完成），没有结论。
    Verify {
        /// 曾在别处留存的树根（十六进制）：必须是本日志的历史树根之一
        #[arg(long, value_name = "HEX")]
        root: Option<String>,
    },
}

/// Runs the subcommand.
pub async fn run(settings: &Settings, arguments: Arguments) -> Outcome {
    let Command::Verify { root } = arguments.command;
    let root = match &root {
        None => None,
        Some(hex) => Some(output::digest_of(hex, "树根", "请从当时的记录中原样复制。")?.to_string()),
    };
    // 1 says that the log does not hold: whatever kept it from being read at all must not say so.
    let report = report(settings, root.as_deref()).await.map_err(Failure::unjudged)?;
    if settings.json {
        println!("{}", report_json(&report));
    } else {
        println!("事件 {} 条，已封存 {} 条，比对树根 {} 个", report.events, report.sealed, report.heads);
        println!("树根 {}", report.root);
        println!("比对数据 {} 份、{} 行，重新计算摇号和匹配 {} 次", report.slices, report.rows, report.recounted);
        for fault in &report.faults {
            println!("[{}] {}", fault.code(), fault.words());
        }
    }
    if report.faults.is_empty() {
        say::line("日志完整，数据与日志一致。");
        Ok(ExitCode::SUCCESS)
    } else {
        say::line("有不符之处，见上。");
        Ok(ExitCode::from(REFUSED))
    }
}

async fn report(settings: &Settings, root: Option<&str>) -> Result<AuditReport, Failure> {
    let platform = installation::open(settings, "").await?;
    app::audit::seal_once(&platform, true).await?;
    let bar = say::bar("核验");
    let owner = installation::owner(&platform);
    let report = app::audit::verify_all(&platform, &owner, root, &mut say::progress(&bar)).await?;
    bar.finish_and_clear();
    platform.close().await;
    Ok(report)
}

/// For programs: each fault by its code and data, and the sentence beside them.
fn report_json(report: &AuditReport) -> Value {
    let faults = report
        .faults
        .iter()
        .map(|fault| json!({ "code": fault.code(), "args": output::args_json(&fault.args()), "text": fault.words() }));
    json!({
        "verdict": if report.faults.is_empty() { "ok" } else { "failed" },
        "events": report.events,
        "sealed": report.sealed,
        "heads": report.heads,
        "root": report.root,
        "slices": report.slices,
        "rows": report.rows,
        "recounted": report.recounted,
        "faults": faults.collect::<Vec<_>>(),
    })
}

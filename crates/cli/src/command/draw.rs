//! `mingcha draw`: draws a bundle in a folder, without any database, on an auditor's laptop.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use bundle::RollCheck;
use clap::Args;

use crate::config::Settings;
use crate::exit::{Failure, Outcome};
use crate::{output, say};

/// 按封存的文件计算抽取结果，写出 result.json；不需要数据库
///
/// 证明包须含底册、roll.json、scheme.json、sizes.json、commitment.json 与 reveals.json。
/// 任何一处不符都会指出位置并拒绝，且不写任何文件。
#[derive(Args)]
pub struct Arguments {
    /// 证明包所在的文件夹，或 zip 文件
    #[arg(value_name = "BUNDLE")]
    bundle: PathBuf,
    /// 把结果写进此新文件夹中的副本，而不写回原处
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// 不计算底册摘要，留给 verify；标识的升序与不重复、表头与行数仍要检查
    ///
    /// 大底册上更快。抽取结果的格式里没有位置记下这一点，所以写在标准错误和 --json 的 roll_digest 中；
    /// verify 总是逐行重新计算底册摘要。
    #[arg(long)]
    no_roll_check: bool,
    /// 最多用几个线程读取 Parquet 底册，1 至 256；不指定时按本机的处理器数。线程多少不影响结果
    #[arg(long, value_name = "N", value_parser = threads)]
    threads: Option<NonZeroUsize>,
}

/// Reads a number of threads within the limit.
fn threads(text: &str) -> Result<NonZeroUsize, String> {
    let threads = text.parse().ok().filter(|threads: &NonZeroUsize| threads.get() <= bundle::THREADS_MAX);
    threads.ok_or_else(|| format!("须为 1 至 {} 的整数", bundle::THREADS_MAX))
}

/// Prints the drawn counts by cell.
pub fn run(settings: &Settings, arguments: &Arguments) -> Outcome {
    let bar = say::bar("抽取");
    let check = if arguments.no_roll_check { RollCheck::Ids } else { RollCheck::Digest };
    let how = bundle::Drawing { check, threads: arguments.threads };
    let outcome = bundle::draw_bundle(&arguments.bundle, arguments.out.as_deref(), how, &mut say::steps(&bar))
        .map_err(|error| refused(&error))?;
    bar.finish_and_clear();
    let drawn: usize = outcome.cells.iter().map(|cell| cell.drawn.len()).sum();
    let roll_digest = if arguments.no_roll_check { "left-to-verify" } else { "checked" };
    if settings.json {
        let cells: Vec<_> = outcome
            .cells
            .iter()
            .map(|c| serde_json::json!({ "stratum": c.stratum, "cell": c.cell, "rows": c.rows, "size": c.size, "drawn": c.drawn.len() }))
            .collect();
        println!("{}", serde_json::json!({ "drawn": drawn, "roll_digest": roll_digest, "cells": cells }));
    } else {
        for cell in &outcome.cells {
            println!("{}\t{}\t{}\t{}", cell.stratum, cell.cell.as_deref().unwrap_or("-"), cell.rows, cell.drawn.len());
        }
    }
    say::line(format_args!("共抽取 {drawn} 户。"));
    if arguments.no_roll_check {
        say::line("没有核对底册摘要：公布之前请用 mingcha verify 核验，它会逐行重新计算。");
    }
    Ok(ExitCode::SUCCESS)
}

/// What a bundle is refused for, with its place and stable code.
pub fn refused(error: &bundle::BundleError) -> Failure {
    output::failed(error, "请从公布处重新下载证明包后再试；仍不符时，请以原件向主办单位查询。")
}

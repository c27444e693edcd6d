//! `mingcha verify-receipt`: what a firm's receipt shows, checked. Without any database and without the bundle.

use std::path::PathBuf;
use std::process::ExitCode;

use ::draw::{CellFinding, Finding};
use bundle::Verdict;
use clap::Args;
use serde_json::{Value, json};

use crate::command::verify::{print_steps, report_json};
use crate::config::Settings;
use crate::exit::Outcome;
use crate::{output, say};

const NEXT: &str = "请向出具回执的单位重新索取，或用 mingcha prove 从证明包自行出具。";

/// 核验企业的回执：在不在底册上、在哪一层、中签概率多少、票值是多少、抽中没有
///
/// 逐步核对：承诺、方案、数量、底册摘要、揭示与种子；该户的一行在 Merkle 树中；它所在的单元；它的票值与门槛票值的大小。
/// 票值不大于门槛票值即抽中。门槛票值取自抽取结果，回执自己不能证明它无误：那要用 mingcha verify 核验整个证明包。
///
/// 退出码：0 全部成立；1 有一处不成立；3 只能部分核验；2 用法不对，或文件读不出来，没有结论。
/// 不加 --commitment 时，只说明回执自身一致；加上公告中的承诺摘要，才与当时公布的内容相连。
#[derive(Args)]
pub struct Arguments {
    /// 回执文件
    #[arg(value_name = "RECEIPT")]
    receipt: PathBuf,
    /// 公告中的承诺摘要（十六进制）
    #[arg(long, value_name = "HEX")]
    commitment: Option<String>,
}

/// Prints a line a step, and for each object what is shown.
pub fn run(settings: &Settings, arguments: &Arguments) -> Outcome {
    let announced = arguments.commitment.as_deref();
    let announced = announced.map(|hex| output::digest_of(hex, "承诺摘要", "请从公告中原样复制。")).transpose()?;
    let bytes = output::read_document(&arguments.receipt, NEXT)?;
    let checked = bundle::verify_receipt(&bytes, announced);
    let result = checked.result.as_ref().map(ToString::to_string);
    if settings.json {
        let mut report = report_json(&checked.report);
        if let Value::Object(report) = &mut report {
            report.insert("result".to_owned(), json!(result));
            report.insert("objects".to_owned(), checked.findings.iter().map(finding_json).collect());
        }
        println!("{report}");
    } else {
        print_steps(&checked.report);
    }
    for finding in &checked.findings {
        say::line(words(finding));
    }
    say::line(match checked.report.verdict() {
        Verdict::Ok if announced.is_some() => "回执全部成立，且与公布的承诺一致。",
        Verdict::Ok => "回执全部成立（自身一致；加 --commitment 可与公告中的承诺比对）。",
        Verdict::Partial => "回执只能部分核验，见标为“部分”的步骤。",
        Verdict::Failed => "回执不成立，见标为“不成立”的步骤。",
    });
    if let (Some(result), false) = (result, checked.findings.is_empty()) {
        say::line(format_args!("门槛票值取自摘要为 {result} 的抽取结果；它是否无误，须核验整个证明包。"));
    }
    Ok(ExitCode::from(checked.report.exit_code()))
}

fn finding_json(finding: &Finding) -> Value {
    let cells: Vec<_> = finding
        .cells
        .iter()
        .map(|cell| {
            json!({
                "stratum": cell.stratum,
                "label": cell.label,
                "cell": cell.cell,
                "rows": cell.rows,
                "size": cell.size,
                "chance": cell.chance.to_string(),
                "percent": cell.chance.percent(),
                "threshold": cell.threshold.map(|threshold| threshold.to_string()),
                "drawn": cell.drawn,
            })
        })
        .collect();
    json!({
        "id": finding.id,
        "row": finding.index + 1,
        "excluded": finding.excluded,
        "ticket": finding.ticket.to_string(),
        "drawn": finding.is_drawn(),
        "cells": cells,
    })
}

/// What the receipt shows, for the firm's owner.
fn words(finding: &Finding) -> String {
    let place = format!("{}：在底册第 {} 行，票值 {}", finding.id, finding.index + 1, finding.ticket);
    if let Some(code) = &finding.excluded {
        return format!("{place}；按排除规则 {code} 未参加抽取。");
    }
    if finding.cells.is_empty() {
        return format!("{place}；不属于任何一层，未参加抽取。");
    }
    let cells: Vec<_> = finding.cells.iter().map(cell_words).collect();
    format!("{place}；{}。", cells.join("；"))
}

fn cell_words(cell: &CellFinding) -> String {
    let value = cell.cell.as_ref().map_or_else(String::new, |value| format!("（{value}）"));
    let drawn = if cell.drawn { "抽中" } else { "未抽中" };
    let (chance, percent) = (cell.chance, cell.chance.percent());
    format!(
        "{} {}{value}：{} 户抽 {} 户，中签概率 {chance}（{percent}%），{drawn}",
        cell.stratum, cell.label, cell.rows, cell.size
    )
}

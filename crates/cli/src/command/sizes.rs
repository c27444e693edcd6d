//! `mingcha sizes`: what a scheme would draw from a roll, before any seed: sizes, exclusions, chances, and what is worth a
//! second look. Without any database.

use std::path::PathBuf;
use std::process::ExitCode;

use ::draw::{CellChance, Ratio, Scheme, Sizes, Warning};
use clap::Args;
use serde_json::{Value, json};

use crate::config::Settings;
use crate::exit::{Failure, Outcome};
use crate::{output, say};

const NEXT: &str = "请按所指的位置改正底册或方案后再试；什么也没有写出。";

/// 摇号之前的试算：各层各单元抽多少、排除多少、每户的中签概率；不需要数据库
///
/// 按方案对底册分层、排除、计数，得出与 sizes.json 相同的数字；此时还没有任何随机数，谁算都一样。
/// 中签概率是精确的分数，并写成百分数（小数点后四位）。random 分配的单元，户数由种子在两个相邻的整数中决定，
/// 但层内每一户的中签概率都相同；hamilton 分配事先固定，小单元可能一户也抽不到，会给出提醒。
///
/// 值得再看一眼之处写到标准错误，例如：三户按 1% 抽一户、没有人符合的层、空的风险等级、总数低于年度下限。提醒不是拒绝，退出码仍为 0。
#[derive(Args)]
pub struct Arguments {
    /// 底册文件：以 .csv 或 .parquet 结尾
    #[arg(long, value_name = "ROLL")]
    roll: PathBuf,
    /// 方案：scheme.json
    #[arg(long, value_name = "FILE")]
    scheme: PathBuf,
    /// 年度抽查比例的下限，例如 0.03；以未被排除的户数为分母
    #[arg(long, value_name = "RATIO")]
    floor: Option<String>,
    /// 把 sizes.json 写到此新文件
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Prints exclusions, cells and the total.
pub fn run(settings: &Settings, arguments: &Arguments) -> Outcome {
    let floor = arguments
        .floor
        .as_deref()
        .map(Ratio::parse)
        .transpose()
        .map_err(|_| Failure::usage("--floor 须为 0、1，或 0. 加 1 至 9 位数字", "例如 --floor 0.03。"))?;
    let bytes = output::read_document(&arguments.scheme, NEXT)?;
    let name = arguments.scheme.display().to_string();
    let scheme = Scheme::parse(&bytes).map_err(|refused| output::refused(refused.within(&name), NEXT))?;
    let bar = say::bar("分层计数");
    let counted = bundle::count_roll(&arguments.roll, &scheme, &name, &mut say::steps(&bar));
    let (sizes, rows) = counted.map_err(|error| output::failed(&error, NEXT))?;
    bar.finish_and_clear();
    let cells = ::draw::chances(&scheme, &sizes);
    let warnings = ::draw::warnings(&scheme, &sizes, rows, floor.as_ref());
    if let Some(out) = &arguments.out {
        output::write_new(out, &sizes.to_jcs())?;
    }
    if settings.json {
        println!("{}", report(&scheme, &sizes, rows, &cells, &warnings));
    } else {
        print_table(&scheme, &sizes, &cells);
    }
    for warning in &warnings {
        say::line(format_args!("提醒：{}（{}）", words(warning), warning.code()));
    }
    say::line(format_args!("底册 {} 户，合计抽取 {} 户，提醒 {} 条。", rows, sizes.total(), warnings.len()));
    Ok(ExitCode::SUCCESS)
}

fn print_table(scheme: &Scheme, sizes: &Sizes, cells: &[CellChance]) {
    for (rule, (_, rows)) in scheme.exclude.iter().zip(&sizes.excluded) {
        println!("排除\t{}\t{}\t{rows}", rule.code, rule.label);
    }
    println!("层外\t-\t-\t{}", sizes.outside);
    for cell in cells {
        let chance = cell.chance.map_or_else(|| "-\t-".to_owned(), |it| format!("{it}\t{}%", it.percent()));
        let value = cell.cell.as_deref().unwrap_or("-");
        println!("格\t{}\t{value}\t{}\t{}\t{chance}", cell.stratum, cell.rows, size(cell));
    }
    println!("合计\t-\t-\t{}", sizes.total());
}

/// `3`, or `3..4` where the seed decides.
fn size(cell: &CellChance) -> String {
    if cell.least == cell.most { cell.least.to_string() } else { format!("{}..{}", cell.least, cell.most) }
}

fn report(scheme: &Scheme, sizes: &Sizes, rows: u64, cells: &[CellChance], warnings: &[Warning]) -> Value {
    let excluded = scheme.exclude.iter().zip(&sizes.excluded);
    let excluded: Vec<_> =
        excluded.map(|(rule, (_, rows))| json!({ "code": rule.code, "label": rule.label, "rows": rows })).collect();
    let strata = scheme.strata.iter().zip(&sizes.strata).map(|(stratum, sized)| {
        let cells: Vec<_> = cells.iter().filter(|cell| cell.stratum == stratum.code).map(cell_json).collect();
        json!({ "stratum": stratum.code, "label": stratum.label, "rows": sized.rows, "size": sized.size, "cells": cells })
    });
    let strata: Vec<_> = strata.collect();
    let warnings: Vec<_> =
        warnings.iter().map(|warning| json!({ "code": warning.code(), "text": words(warning) })).collect();
    json!({
        "rows": rows,
        "excluded": excluded,
        "outside": sizes.outside,
        "strata": strata,
        "total": sizes.total(),
        "warnings": warnings,
    })
}

fn cell_json(cell: &CellChance) -> Value {
    json!({
        "cell": cell.cell,
        "rows": cell.rows,
        "least": cell.least,
        "most": cell.most,
        "chance": cell.chance.map(|chance| chance.to_string()),
        "percent": cell.chance.map(|chance| chance.percent()),
    })
}

/// A warning in a sentence.
fn words(warning: &Warning) -> String {
    let place = |cell: &CellChance| match &cell.cell {
        None => format!("层 {}", cell.stratum),
        Some(value) if value.is_empty() => format!("层 {} 中（空值）", cell.stratum),
        Some(value) => format!("层 {} 中 {value}", cell.stratum),
    };
    let percent = |cell: &CellChance| cell.chance.map_or_else(String::new, |chance| chance.percent());
    match warning {
        Warning::ChanceRaised { cell, ratio } => format!(
            "{}：{} 户抽 {} 户，中签概率 {}%，至少是方案比例 {ratio} 的两倍",
            place(cell),
            cell.rows,
            size(cell),
            percent(cell)
        ),
        Warning::ChanceRoundedAway { cell, ratio } => {
            format!("{}：{} 户按比例 {ratio} 取整后为 0 户，谁也不会被抽到", place(cell), cell.rows)
        }
        Warning::HamiltonNone { cell } => {
            format!("{}：{} 户，hamilton 分配后为 0 户，谁也不会被抽到；改用 random 则概率相同", place(cell), cell.rows)
        }
        Warning::StratumEmpty { stratum } => format!("层 {stratum}：底册中没有一户符合"),
        Warning::ClassEmpty { stratum, value } => format!("层 {stratum}：等级 {value} 在底册中一户也没有"),
        Warning::CellOfFew { cell } => format!("{}：只有 {} 户，几乎等于点名", place(cell), cell.rows),
        Warning::ExclusionOfFew { code, rows } => format!("排除规则 {code} 只排除 {rows} 户，请确认不是为个别对象而设"),
        Warning::UnderFloor { drawn, rows, floor } => {
            format!("合计抽取 {drawn} 户，占未被排除的 {rows} 户的比例低于下限 {floor}；本次抽查单独达不到年度要求")
        }
    }
}

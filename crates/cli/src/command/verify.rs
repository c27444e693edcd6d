//! `mingcha verify`: recomputes a published draw from its bundle and says for every step what it found.

use std::path::PathBuf;
use std::process::ExitCode;

use bundle::{Bundle, Report, Verdict};
use clap::Args;

use crate::command::draw::refused;
use crate::config::Settings;
use crate::exit::Outcome;
use crate::{output, say};

/// 核验一次抽取：从证明包重新计算一切，逐步说明结论；不需要数据库
///
/// 退出码：0 全部成立；1 有一处不成立；3 只能部分核验（例如没有底册）。
/// 不加 --commitment 时，只说明证明包自身一致；加上公告、笔录或日志中的承诺摘要，才与当时公布的内容相连。
#[derive(Args)]
pub struct Arguments {
    /// 证明包：文件夹或 zip 文件
    #[arg(value_name = "BUNDLE")]
    bundle: PathBuf,
    /// 公告中的承诺摘要（十六进制）
    #[arg(long, value_name = "HEX")]
    commitment: Option<String>,
}

/// Prints a line a step.
pub fn run(settings: &Settings, arguments: &Arguments) -> Outcome {
    let announced = match &arguments.commitment {
        None => None,
        Some(hex) => Some(output::digest_of(hex, "承诺摘要", "请从公告中原样复制。")?),
    };
    let bar = say::bar("核验");
    let mut opened = Bundle::open(&arguments.bundle).map_err(|error| refused(&error))?;
    let report = bundle::verify(&mut opened, announced, &mut say::steps(&bar)).map_err(|error| refused(&error))?;
    bar.finish_and_clear();
    if settings.json {
        println!("{}", report_json(&report));
    } else {
        print_steps(&report);
    }
    say::line(match report.verdict() {
        Verdict::Ok if arguments.commitment.is_some() => "全部成立，且与公布的承诺一致。",
        Verdict::Ok => "全部成立（证明包自身一致；加 --commitment 可与公告中的承诺比对）。",
        Verdict::Partial => "只能部分核验，见标为 partial 的步骤。",
        Verdict::Failed => "核验不成立，见标为 failed 的步骤。",
    });
    Ok(ExitCode::from(report.exit_code()))
}

/// A line a step, and the commitment's digest.
pub fn print_steps(report: &Report) {
    for step in &report.steps {
        println!("{:<8}{:<14}{}", word(step.verdict), step.name.word(), step.detail);
    }
    if let Some(commitment) = &report.commitment {
        println!("commitment    {commitment}");
    }
}

/// The same for programs.
pub fn report_json(report: &Report) -> serde_json::Value {
    let steps: Vec<_> = report
        .steps
        .iter()
        .map(|s| serde_json::json!({ "step": s.name.word(), "verdict": word(s.verdict), "code": s.code, "detail": s.detail }))
        .collect();
    let commitment = report.commitment.as_ref().map(ToString::to_string);
    serde_json::json!({ "verdict": word(report.verdict()), "commitment": commitment, "steps": steps })
}

const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "ok",
        Verdict::Failed => "failed",
        Verdict::Partial => "partial",
    }
}

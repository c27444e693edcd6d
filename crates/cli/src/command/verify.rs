//! `mingcha verify`: recomputes a published draw from its bundle and says for every step what it found.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ::draw::{ChainFault, Digest, Ending};
use bundle::{Bundle, LogReport, Report, Step, Verdict};
use clap::Args;
use serde_json::{Value, json};
use text::protocol;

use crate::command::draw::refused;
use crate::config::Settings;
use crate::exit::{Outcome, PARTIAL};
use crate::{output, say};

/// 核验一次抽取：从证明包重新计算一切，逐步说明结论；不需要数据库
///
/// 退出码：0 全部成立；1 有一处不成立；3 只能部分核验（例如没有底册）；2 用法不对，或文件读不出来，没有结论。
/// 不加 --commitment 时，只说明证明包自身一致；加上公告、笔录或日志中的承诺摘要，才与当时公布的内容相连。
///
/// 加 --log DIR 时核验承诺链：文件夹中每次承诺一个文件夹或 zip，含 commitment.json，以及 result.json 或 failure.json
/// （可以就是下载的证明包）。每次承诺都写明前一次，并以结果或失败告终，所以少一次、多一支、丢弃或重摇都会显现。
/// 重复使用的承诺、底册或方案只作提醒；最近一次尚无下文时，退出码为 3。
#[derive(Args)]
pub struct Arguments {
    /// 证明包：文件夹或 zip 文件
    #[arg(value_name = "BUNDLE", required_unless_present = "log", conflicts_with = "log")]
    bundle: Option<PathBuf>,
    /// 不核验证明包，而核验此文件夹中一个主办单位的全部承诺：有无断链、分叉、无下文或重摇
    #[arg(long, value_name = "DIR")]
    log: Option<PathBuf>,
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
    let Some(path) = &arguments.bundle else {
        let folder = arguments.log.as_deref().unwrap_or_else(|| Path::new("."));
        return log(settings, folder, announced);
    };
    let bar = say::bar("核验");
    let mut opened = Bundle::open(path).map_err(|error| refused(&error))?;
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
        Verdict::Partial => "只能部分核验，见标为“部分”的步骤。",
        Verdict::Failed => "核验不成立，见标为“不成立”的步骤。",
    });
    Ok(ExitCode::from(report.exit_code()))
}

/// Checks an organiser's chain of commitments.
fn log(settings: &Settings, folder: &Path, announced: Option<Digest>) -> Outcome {
    let report = bundle::verify_log(folder, announced).map_err(|error| {
        output::failed(&error, "请给出存放各次承诺的文件夹：每次承诺一个文件夹或 zip，含 commitment.json。")
    })?;
    if settings.json {
        println!("{}", log_json(&report));
    } else {
        print_log(&report);
    }
    for flag in &report.chain.flags {
        let what = protocol::say("chain", flag.what.code(), &flag.what.args());
        say::line(format_args!("提醒：{}：{what}（{}）", flag.place, flag.what.code()));
    }
    say::line(match report.exit_code() {
        0 => "承诺链完整：没有断链、分叉、丢弃或重摇。",
        PARTIAL => "承诺链完整；标为“尚无下文”的最近一次还没有结果或失败记录。",
        _ => "承诺链不完整，见标为“不成立”的各行。",
    });
    if announced.is_none() {
        say::line("文件夹之外还有没有更新的承诺，须与公告比对：加 --commitment 可查公告中的一次是否在内。");
    }
    Ok(ExitCode::from(report.exit_code()))
}

fn print_log(report: &LogReport) {
    for (organiser, chain) in &report.chain.chains {
        println!("承诺链\t{organiser}\t{} 次", chain.len());
        for (entry, digest) in chain.iter().filter_map(|index| report.entries.get(*index)) {
            let it = &entry.commitment;
            let ending = protocol::say("ending", ending(entry.ending), &[]);
            println!("{ending}\t{}\t{}\t第 {} 次\t{digest}", entry.place, it.draw, it.attempt);
        }
    }
    let failed = verdict(Verdict::Failed);
    for fault in &report.chain.faults {
        let what = &fault.what;
        println!("{failed}\t{}\t[{}] {}", fault.place, what.code(), protocol::say("chain", what.code(), &what.args()));
    }
    for (place, error) in &report.unreadable {
        println!("{failed}\t{place}\t[{}] {}", error.code(), output::words(error));
    }
    if report.announced == Some(false) {
        println!("{failed}\t-\t[announced] {}", protocol::say("chain", "announced", &[]));
    }
}

fn log_json(report: &LogReport) -> Value {
    let entry = |index: &usize| {
        let (entry, digest) = report.entries.get(*index)?;
        let it = &entry.commitment;
        Some(json!({
            "place": entry.place,
            "draw": it.draw,
            "purpose": it.subject.purpose(),
            "attempt": it.attempt,
            "commitment": digest.to_string(),
            "ending": ending(entry.ending),
        }))
    };
    let chains = report.chain.chains.iter().map(|(organiser, chain)| {
        json!({ "organiser": organiser, "commitments": chain.iter().filter_map(entry).collect::<Vec<_>>() })
    });
    let chains: Vec<_> = chains.collect();
    let told = |faults: &[ChainFault]| -> Vec<Value> {
        let told = |it: &ChainFault| {
            let (code, args) = (it.what.code(), it.what.args());
            let text = protocol::say("chain", code, &args);
            json!({ "place": it.place, "code": code, "args": output::args_json(&args), "text": text })
        };
        faults.iter().map(told).collect()
    };
    let mut faults = told(&report.chain.faults);
    faults.extend(report.unreadable.iter().map(|(place, error)| {
        let (args, text) = (output::args_json(&error.args()), output::words(error));
        json!({ "place": place, "code": error.code(), "args": args, "text": text })
    }));
    let verdict = match report.exit_code() {
        0 => Verdict::Ok,
        PARTIAL => Verdict::Partial,
        _ => Verdict::Failed,
    };
    let verdict = verdict.word();
    json!({
        "verdict": verdict,
        "chains": chains,
        "faults": faults,
        "flags": told(&report.chain.flags),
        "announced": report.announced,
    })
}

const fn ending(ending: Ending) -> &'static str {
    match ending {
        Ending::Result => "result",
        Ending::Failed => "failure",
        Ending::Open => "open",
    }
}

/// A line a step, and the commitment's digest; the words are those of the two other verifiers.
pub fn print_steps(report: &Report) {
    for step in &report.steps {
        let code = if step.verdict == Verdict::Failed { format!("[{}] ", step.code) } else { String::new() };
        let name = protocol::say("step", step.name.word(), &[]);
        println!("{}\t{name}（{}）：{code}{}", verdict(step.verdict), step.name.word(), words(step));
    }
    if let Some(commitment) = &report.commitment {
        println!("承诺摘要\t{commitment}");
    }
    if let Some(result) = &report.result {
        println!("结果摘要\t{result}");
    }
}

/// What a step found, in a sentence.
fn words(step: &Step) -> String {
    match step.verdict {
        Verdict::Failed => protocol::refusal(&step.place, step.code, &step.args),
        Verdict::Ok | Verdict::Partial => protocol::say("fact", step.code, &step.args),
    }
}

fn verdict(verdict: Verdict) -> String {
    protocol::say("verdict", verdict.word(), &[])
}

/// The same for programs: codes and their data, and the sentence beside them.
pub fn report_json(report: &Report) -> Value {
    let step = |it: &Step| {
        json!({
            "step": it.name.word(),
            "verdict": it.verdict.word(),
            "place": it.place,
            "code": it.code,
            "args": output::args_json(&it.args),
            "text": words(it),
        })
    };
    let steps: Vec<_> = report.steps.iter().map(step).collect();
    let commitment = report.commitment.as_ref().map(ToString::to_string);
    let result = report.result.as_ref().map(ToString::to_string);
    json!({ "verdict": report.verdict().word(), "commitment": commitment, "result": result, "steps": steps })
}

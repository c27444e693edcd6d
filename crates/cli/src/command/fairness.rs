//! `mingcha fairness`: were many draws together fair? Counts and tests over the bundles of a series, without any database.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ::fairness::{Bucket, Coverage, FamilyResult, Finding, Report};
use app::fairness::{Assembly, Misfit};
use clap::Args;
use serde_json::{Value, json};
use text::fairness as words;

use crate::config::Settings;
use crate::exit::{Failure, Outcome, REFUSED};
use crate::{output, say};

const NEXT: &str = "请从公布处重新下载这一份证明包，先用 mingcha verify 核验；什么也没有写出。";

/// 公平性报告：把一个主办单位历次摇号的证明包合起来检验；不需要数据库
///
/// 逐次核验（mingcha verify）说明一次摇号照章进行；本命令问的是许多次合起来，是不是每一户都真的有机会：各层、各单位抽了多少，
/// 谁从未中签，隔了几年，重复中签多不多，名单的首尾、相邻、间隔有无异样。每一项都与真正随机时应有的结果比较。
/// 整份报告的误报率不超过万分之三，见 docs/protocol/公平性检验.md。
///
/// 证明包须含底册和结果；文书之间、底册行数、各层户数、票值，以及中签的是否属于所在的层，都会核对；底册的树根留给 verify。
///
/// 退出码：0 没有报警；1 有报警（或证明包被拒绝，此时没有报告）；2 用法不对，或文件读不出来。
#[derive(Args)]
pub struct Arguments {
    /// 证明包：文件夹或 zip 文件，一次摇号一份，次序不拘
    #[arg(value_name = "BUNDLE", required = true)]
    bundles: Vec<PathBuf>,
    /// 底册中写明所属单位的列；不给则用 organ，没有 organ 的算一个单位
    #[arg(long, value_name = "COLUMN")]
    unit: Option<String>,
    /// 把报告写到此新文件，而不写到标准输出
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Prints the report.
pub fn run(settings: &Settings, arguments: &Arguments) -> Outcome {
    let mut assembly = Assembly::new(arguments.unit.clone());
    let mut organisers: Vec<String> = Vec::new();
    let bar = say::bar("读取证明包");
    for (path, number) in arguments.bundles.iter().zip(1..) {
        bar.set_message(format!("读取证明包 {number}/{}", arguments.bundles.len()));
        let populations = bundle::populations(path, &mut say::steps(&bar));
        let populations = populations.map_err(|error| refused(path, &error))?;
        let organiser = &populations.commitment.organiser;
        if !organisers.contains(organiser) {
            organisers.push(organiser.clone());
        }
        // Numbers of draws do not tell the day to everybody.
        let day = populations.commitment.committed_at.get(..10).unwrap_or_default();
        let label = format!("{day} {}", populations.commitment.draw);
        assembly.add(&label, false, &populations, None).map_err(|misfit| misfits(path, &misfit))?;
    }
    bar.set_message("检验");
    let (series, ids) = assembly.finish();
    let report = ::fairness::report(&series, &mut say::steps(&bar));
    let report = report.map_err(|fault| Failure::refused(words::fault(&fault), NEXT))?;
    bar.finish_and_clear();
    let name_of =
        |subject: u32| usize::try_from(subject).ok().and_then(|index| ids.get(index)).cloned().unwrap_or_default();
    let text = if settings.json { format!("{}\n", as_json(&report, &name_of)) } else { as_text(&report, &name_of) };
    match &arguments.out {
        Some(out) => output::write_new(out, text.as_bytes())?,
        None => print!("{text}"),
    }
    if organisers.len() > 1 {
        say::line(format_args!(
            "提醒：证明包出自 {} 个主办单位（{}），报告把它们当作一个。",
            organisers.len(),
            organisers.join("、")
        ));
    }
    let (verdict, _) = words::verdict(&report);
    say::line(verdict);
    Ok(if report.alarms() { ExitCode::from(REFUSED) } else { ExitCode::SUCCESS })
}

fn refused(path: &Path, error: &bundle::BundleError) -> Failure {
    output::failed(error, NEXT).at(path.display())
}

fn misfits(path: &Path, misfit: &Misfit) -> Failure {
    let path = path.display();
    match misfit {
        Misfit::Twice { draw } => {
            Failure::usage(format_args!("{path}：{draw} 这一次给了两遍"), "同一次摇号的证明包只给一份。")
        }
        Misfit::NoColumn { draw, column } => Failure::usage(
            format_args!("{path}：{draw} 的底册没有 {column} 这一列"),
            "请看 roll.json 的表头，用 --unit 给出各次底册都有的列。",
        ),
        Misfit::TooMany { what, max } => Failure::usage(
            format_args!("{path}：到这一份为止，{what}超过 {max} 个"),
            "请减少证明包，或用 --unit 换一列。",
        ),
    }
}

/// The report for programs: ids for objects, words for findings.
fn as_json(report: &Report, name_of: &dyn Fn(u32) -> String) -> Value {
    let never = &report.never;
    let rarest = never.rarest.iter();
    let rarest: Vec<_> =
        rarest.map(|it| json!({ "id": name_of(it.subject), "draws": it.draws, "chance": it.chance })).collect();
    let families: Vec<_> = report.families.iter().map(|family| family_json(family, name_of)).collect();
    json!({
        "alarm": report.alarms(), "alpha": report.alpha, "tests": report.tests(), "draws": report.draws,
        "years": report.years, "eligible": report.eligible, "drawn": report.drawn, "left_out": report.left_out,
        "sensitivity": report.sensitivity, "families": families, "strata": report.strata, "units": report.units,
        "times": report.times, "since": report.since, "repeats": report.repeats,
        "never": {
            "objects": never.objects, "expected": never.expected, "without_chance": never.without_chance,
            "rarest": rarest,
        },
    })
}

fn family_json(family: &FamilyResult, name_of: &dyn Fn(u32) -> String) -> Value {
    let finding = |finding: &Finding| {
        let said = words::words(finding, name_of);
        json!({
            "statistic": finding.statistic, "draw": finding.draw, "stratum": finding.stratum, "name": finding.name,
            "id": finding.subject.map(name_of), "observed": finding.observed, "expected": finding.expected,
            "p": finding.p, "adjusted": finding.adjusted, "method": finding.method, "alarm": finding.alarms(),
            "tested": said.tested, "found": said.found, "means": said.means, "next": said.next,
        })
    };
    let findings: Vec<_> = family.findings.iter().map(finding).collect();
    json!({ "family": family.family, "tests": family.tests, "alarms": family.alarms, "findings": findings })
}

/// The report for people.
fn as_text(report: &Report, name_of: &dyn Fn(u32) -> String) -> String {
    let mut text = String::new();
    let mut line = |words: String| {
        // Writing to a string does not fail.
        writeln!(text, "{words}").ok();
    };
    let (verdict, rate) = words::verdict(report);
    line("公平性报告".to_owned());
    if let Some((first, last)) = report.years {
        let years = if first == last { format!("{first} 年") } else { format!("{first} 至 {last} 年") };
        line(format!(
            "{years}，摇号 {} 次；有机会的 {} 户，中过签的 {} 户",
            report.draws, report.eligible, report.drawn
        ));
    }
    line(String::new());
    line(format!("结论：{verdict}"));
    line(rate);
    for left in words::left_out(report) {
        line(format!("未检验：{left}"));
    }
    line(String::new());
    line("检验\t项数\t报警\t最偏的一项\t结果\tp\t办法\t说明".to_owned());
    for family in &report.families {
        let name = words::family(family.family);
        match family.findings.first() {
            None => line(format!("{name}\t0\t0\t-\t-\t-\t-\t没有可检验的")),
            Some(worst) => {
                let said = words::words(worst, name_of);
                let (p, method) = (words::p_value(worst.p), words::method(worst.method));
                line(format!(
                    "{name}\t{}\t{}\t{}\t{}\t{p}\t{method}\t{}",
                    family.tests, family.alarms, said.tested, said.found, said.means
                ));
            }
        }
    }
    let alarms = report.families.iter().flat_map(|family| &family.findings).filter(|finding| finding.alarms());
    for (finding, number) in alarms.zip(1..) {
        let said = words::words(finding, name_of);
        line(String::new());
        line(format!("报警 {number}：{}", said.tested));
        line(format!("  {}；p = {}（{}）", said.found, words::p_value(finding.p), words::method(finding.method)));
        line(format!("  {}。", said.means.trim_end_matches('。')));
        line(format!("  办法：{}", said.next));
    }
    for (title, table) in [("层", &report.strata), ("单位", &report.units)] {
        line(String::new());
        line(format!("{title}\t次数\t户次\t抽取\t应抽\t比例\t户数\t中过签"));
        for row in table {
            line(coverage(row));
        }
    }
    for (title, table, value) in
        [("中签次数", &report.times, words::times as fn(&Bucket) -> String), ("上次中签", &report.since, words::since)]
    {
        line(String::new());
        line(format!("{title}\t户数\t随机应有"));
        for row in table {
            line(format!("{}\t{}\t{:.1}", value(row), row.objects, row.expected));
        }
    }
    line(String::new());
    let never = &report.never;
    line(format!(
        "从未中签\t{} 户，随机应有 {:.1} 户；其中 {} 户历次都没有机会",
        never.objects, never.expected, never.without_chance
    ));
    for it in &never.rarest {
        line(format!("{}\t{} 次\t不中的机会 {}", name_of(it.subject), it.draws, words::p_value(it.chance)));
    }
    if !report.repeats.is_empty() {
        line(String::new());
        line("摇号\t抽取\t上一次中过\t随机应有\t以往中过\t随机应有".to_owned());
    }
    for it in &report.repeats {
        line(format!(
            "{}\t{}\t{:.0}\t{:.1}\t{:.0}\t{:.1}",
            it.draw, it.drawn, it.at_once, it.at_once_expected, it.ever, it.ever_expected
        ));
    }
    text
}

fn coverage(row: &Coverage) -> String {
    let label = if row.code == row.label { row.label.clone() } else { format!("{} {}", row.code, row.label) };
    let label = if label.is_empty() { "（空值）".to_owned() } else { label };
    format!(
        "{label}\t{}\t{}\t{}\t{:.1}\t{:.2}%\t{}\t{}",
        row.draws,
        row.eligible,
        row.drawn,
        row.expected,
        row.ratio() * 100.0,
        row.distinct,
        row.distinct_drawn
    )
}

//! `mingcha roll`: the digest of a roll file, and the same roll in the other format. Without any database.

use std::path::PathBuf;
use std::process::ExitCode;

use app::Clock as _;
use clap::{Args, Subcommand, ValueEnum};

use crate::clock::MachineClock;
use crate::config::Settings;
use crate::exit::{Failure, Outcome};
use crate::{output, say};

/// 底册文件：计算摘要，或在 Parquet 与 CSV 之间转换；不需要数据库
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Digest(DigestArguments),
    Export(ExportArguments),
}

/// 计算底册的摘要：表头、行数、Merkle 树根、底册摘要与底册密钥
///
/// 逐行检查并计算：标识的写法、升序与不重复，每个字段的类型；有一处不符即指出行与列并拒绝。
/// 底册摘要写在承诺中（roll.digest）；表头、行数、树根与密钥就是 roll.json 的内容。
/// 不给密钥时当场生成一个新的：同一份底册换了密钥，树根与摘要也随之不同。
#[derive(Args)]
struct DigestArguments {
    /// 底册文件：以 .csv 或 .parquet 结尾
    #[arg(value_name = "ROLL")]
    roll: PathBuf,
    /// 底册密钥（64 位十六进制），例如 roll.json 中的 key；用来核对已公布的底册
    #[arg(long, value_name = "HEX")]
    key: Option<String>,
    /// 杂凑算法，须与承诺中的 protocol 相同
    #[arg(long, value_enum, default_value = "sha256")]
    suite: SuiteWord,
}

/// 把底册改写成另一种格式：Parquet 或 CSV，由文件名的结尾决定
///
/// 内容一字不变，所以树根与摘要也不变。逐行检查；不符时指出行与列，什么也不写。
/// 目标文件已经存在时拒绝，不覆盖。
#[derive(Args)]
struct ExportArguments {
    /// 原底册：以 .csv 或 .parquet 结尾
    #[arg(value_name = "IN")]
    from: PathBuf,
    /// 新文件：以 .csv 或 .parquet 结尾
    #[arg(value_name = "OUT")]
    to: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum SuiteWord {
    /// mc1-sha256
    Sha256,
    /// mc1-sm3（GB/T 32905）
    Sm3,
}

/// Runs the subcommand.
pub fn run(settings: &Settings, arguments: &Arguments) -> Outcome {
    match &arguments.command {
        Command::Digest(arguments) => digest(settings, arguments),
        Command::Export(arguments) => export(settings, arguments),
    }
}

fn digest(settings: &Settings, arguments: &DigestArguments) -> Outcome {
    let suite = match arguments.suite {
        SuiteWord::Sha256 => ::draw::Suite::Sha256,
        SuiteWord::Sm3 => ::draw::Suite::Sm3,
    };
    let key = match &arguments.key {
        Some(hex) => output::digest_of(hex, "底册密钥", "请从 roll.json 中原样复制。")?,
        None => ::draw::Digest(MachineClock.seed()),
    };
    let bar = say::bar("计算底册摘要");
    let document =
        bundle::roll_document(&arguments.roll, suite, key, &mut say::steps(&bar)).map_err(|e| refused(&e))?;
    bar.finish_and_clear();
    let digest = document.digest(suite).to_string();
    let (header, root, key) = (document.header.cells(), document.root.to_string(), key.to_string());
    if settings.json {
        let rows = document.rows;
        println!(
            "{}",
            serde_json::json!({ "header": header, "rows": rows, "root": root, "digest": digest, "key": key })
        );
    } else {
        println!("表头\t{}", header.join(","));
        println!("行数\t{}", document.rows);
        println!("树根\t{root}");
        println!("底册摘要\t{digest}");
        println!("底册密钥\t{key}");
    }
    if arguments.key.is_none() {
        say::line("密钥是当场新生成的；在公布底册之前请妥善保管，不要外泄。");
    }
    Ok(ExitCode::SUCCESS)
}

fn export(settings: &Settings, arguments: &ExportArguments) -> Outcome {
    let bar = say::bar("改写底册");
    let document =
        bundle::export_roll(&arguments.from, &arguments.to, &mut say::steps(&bar)).map_err(|e| refused(&e))?;
    bar.finish_and_clear();
    let bytes = std::fs::metadata(&arguments.to)?.len();
    let to = arguments.to.display();
    if settings.json {
        let (header, rows) = (document.header.cells(), document.rows);
        println!("{}", serde_json::json!({ "file": to.to_string(), "header": header, "rows": rows, "bytes": bytes }));
    } else {
        println!("{to}\t{}\t{bytes}", document.rows);
    }
    say::line(format_args!("已写出 {} 行。", document.rows));
    Ok(ExitCode::SUCCESS)
}

/// What a roll or another file on this machine is refused for, with its place and stable code.
pub fn refused(error: &bundle::BundleError) -> Failure {
    output::failed(error, "请在产生该文件的地方按所指的位置改正后再试；什么也没有写出。")
}

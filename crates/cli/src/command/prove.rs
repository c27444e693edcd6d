//! `mingcha prove`: a firm's own receipt out of a bundle. Without any database.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use bundle::{Bundle, BundleError};
use clap::Args;

use crate::command::draw::refused;
use crate::config::Settings;
use crate::exit::Outcome;
use crate::{output, say};

/// 为企业出具回执：我在不在底册上、在哪一层、中签概率多少、我的票值是多少、抽中没有
///
/// 回执是一个 JSON 文件，含该户自己的一行、它在 Merkle 树中的路径、公布的承诺、方案、数量与揭示文件，以及所在单元的门槛票值；
/// 不含别家的任何内容，也不含底册密钥。任何人都可以用 mingcha verify-receipt 核验。
///
/// 证明包含底册时，先把整个抽取重新计算一遍，不符就不出具；不含底册时，只能为 proofs.json 中的户出具。
/// 有一个标识不在底册上即拒绝，什么也不写。
#[derive(Args)]
pub struct Arguments {
    /// 证明包：文件夹或 zip 文件
    #[arg(value_name = "BUNDLE")]
    bundle: PathBuf,
    /// 标识：有统一社会信用代码的，就是该代码；可给多个
    #[arg(long, value_name = "ID", required = true, num_args = 1..)]
    id: Vec<String>,
    /// 把回执写到此新文件，而不是标准输出
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Prints or writes the receipt.
pub fn run(settings: &Settings, arguments: &Arguments) -> Outcome {
    let ids: Vec<_> = arguments.id.iter().map(String::as_str).collect();
    let bar = say::bar("重新计算并取证");
    let mut opened = Bundle::open(&arguments.bundle).map_err(|error| refused(&error))?;
    let receipt = bundle::receipt(&mut opened, &ids, &mut say::steps(&bar)).map_err(|error| match error {
        BundleError::NotOnRoll { .. } => output::failed(&error, "请检查标识的写法；不在底册上，就没有参加这次抽取。"),
        other => refused(&other),
    })?;
    bar.finish_and_clear();
    let bytes = receipt.to_jcs();
    let commitment = receipt.commitment.digest();
    if let Some(out) = &arguments.out {
        output::write_new(out, &bytes)?;
        let (objects, file) = (receipt.objects.len(), out.display().to_string());
        if settings.json {
            let commitment = commitment.to_string();
            println!("{}", serde_json::json!({ "file": file, "objects": objects, "commitment": commitment }));
        } else {
            println!("{file}\t{objects}\t{commitment}");
        }
    } else {
        // A document's file is its canonical bytes and nothing behind them, also where the shell makes the file.
        std::io::stdout().write_all(&bytes)?;
    }
    say::line(format_args!("已为 {} 户出具回执；请用公告中的承诺摘要核对：", receipt.objects.len()));
    say::line(format_args!("mingcha verify-receipt 回执文件 --commitment {commitment}"));
    Ok(ExitCode::SUCCESS)
}

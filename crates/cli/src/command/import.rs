//! `mingcha import`: agencies, inspected objects, inspectors or check items from a file, by the same steps as on the pages;
//! and the template of such a file.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use app::Platform;
use app::directory::import::{self, ImportView, Upload};
use app::export::Format;
use app::folder::Working;
use app::job::Worker;
use clap::{Args, ValueEnum};
use domain::ids::{ImportId, JobId};
use domain::import::{ImportKind, ImportState};

use crate::config::Settings;
use crate::exit::{Failure, Outcome, REFUSED};
use crate::{installation, output, say};

/// What a file holds.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// 机构
    Agencies,
    /// 检查对象
    Subjects,
    /// 执法检查人员
    Inspectors,
    /// 随机抽查事项清单
    Items,
}

impl Kind {
    const fn directory(self) -> ImportKind {
        match self {
            Self::Agencies => ImportKind::Agency,
            Self::Subjects => ImportKind::Subject,
            Self::Inspectors => ImportKind::Inspector,
            Self::Items => ImportKind::Item,
        }
    }
}

/// 从 xlsx 或 CSV（UTF-8、GB18030）导入机构或名录：整份文件要么全部写入，要么一行不写
///
/// 步骤与页面上相同：认出表头与各列，逐格检查，没有问题才写入。有问题时逐条列出，退出码为 1，名录没有变化。
/// 列名认不出时，请改为手册所列的名称，或在页面上手工对应。
#[derive(Args)]
pub struct Arguments {
    /// 文件的内容
    #[arg(value_enum)]
    kind: Kind,
    /// 要导入的文件
    #[arg(value_name = "FILE", required_unless_present = "template", conflicts_with = "template")]
    file: Option<PathBuf>,
    /// 不导入，只把这类文件的空白模板写到这里：以 .csv 结尾的只有表头，其他的是带填表说明的工作簿
    #[arg(long, value_name = "OUT.xlsx", conflicts_with_all = ["dry_run", "problems"])]
    template: Option<PathBuf>,
    /// 只检查，不写入
    #[arg(long)]
    dry_run: bool,
    /// 有问题时，把每个有误的单元格写进这个工作簿
    #[arg(long, value_name = "OUT.xlsx")]
    problems: Option<PathBuf>,
}

/// Prints counts, or the problems.
pub async fn run(settings: &Settings, arguments: Arguments) -> Outcome {
    if let Some(out) = &arguments.template {
        return write_template(arguments.kind.directory(), out);
    }
    if let Some(out) = arguments.problems.as_deref().filter(|out| out.exists()) {
        return Err(Failure::refused(format!("{} 已经存在，没有覆盖。", out.display()), "请换一个名称。"));
    }
    let platform = installation::open(settings, "").await?;
    installation::with_its_files(&platform, settings, false).await?;
    let done = through(&platform, settings, &arguments).await;
    platform.close().await;
    done
}

async fn through(platform: &Platform, settings: &Settings, arguments: &Arguments) -> Outcome {
    let id = take_in(platform, arguments).await?;
    let done = steps(platform, settings, arguments, id).await;
    // What was only checked or could not be used is given up, so that it does not wait for anybody on the pages.
    let view = view(platform, id).await?;
    if view.import.state.is_open() {
        import::cancel(platform, &installation::owner(platform), id).await?;
    }
    done
}

async fn take_in(platform: &Platform, arguments: &Arguments) -> Result<ImportId, Failure> {
    // clap asks for the file unless a template is asked for.
    let file = arguments.file.as_deref().unwrap_or(Path::new(""));
    let file_name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // The installation keeps the file by moving it: a copy is given away, the clerk's own stays where it is.
    let copy = platform.incoming().join(format!("import-{}", std::process::id()));
    if let Ok(metadata) = file.metadata() {
        platform.require_space(metadata.len())?;
    }
    std::fs::copy(file, &copy).map_err(|error| output::unread(file, &error))?;
    let upload = Upload { kind: arguments.kind.directory(), path: copy.clone(), file_name };
    let taken = import::upload(platform, &installation::owner(platform), upload).await;
    if taken.is_err() && copy.exists() {
        std::fs::remove_file(&copy)?;
    }
    Ok(taken?)
}

async fn steps(platform: &Platform, settings: &Settings, arguments: &Arguments, id: ImportId) -> Outcome {
    let taken = view(platform, id).await?;
    if taken.import.state == ImportState::Refused {
        return refused(platform, settings, arguments, &taken).await;
    }
    let job = import::dry_run(platform, &installation::owner(platform), id).await?;
    finish(platform, settings, job).await?;
    let checked = view(platform, id).await?;
    if checked.import.state != ImportState::Checked {
        return refused(platform, settings, arguments, &checked).await;
    }
    if !arguments.dry_run {
        let job = import::commit(platform, &installation::owner(platform), id).await?;
        finish(platform, settings, job).await?;
    }
    let report = checked.report.unwrap_or_default();
    if settings.json {
        println!("{}", serde_json::json!({ "committed": !arguments.dry_run, "report": report }));
    } else {
        println!(
            "rows\t{}\nnew\t{}\nchanged\t{}\nunchanged\t{}",
            report.rows, report.new, report.changed, report.unchanged
        );
        if matches!(arguments.kind, Kind::Items) {
            println!("removed\t{}", report.removed);
        }
    }
    if report.unprinted > 0 {
        say::line(format_args!("{}。{}", text::import::unprinted(&report.unprinted), text::import::UNPRINTED_NEXT));
        for unprinted in &report.unprinted_shown {
            let (row, name) = (unprinted.row, &unprinted.column_name);
            say::line(format_args!("第{row}行 {name}：{}（{}）", unprinted.text, unprinted.characters));
        }
    }
    say::line(if arguments.dry_run { "没有问题；未写入（--dry-run）。" } else { "已全部写入。" });
    Ok(ExitCode::SUCCESS)
}

async fn view(platform: &Platform, id: ImportId) -> Result<ImportView, Failure> {
    Ok(import::get(platform, &installation::owner(platform), id).await?)
}

/// Does the job, or waits for the server's worker that took it.
async fn finish(platform: &Platform, settings: &Settings, job: JobId) -> Result<(), Failure> {
    let _working = Working::join(&settings.home)?;
    let bar = say::bar("导入");
    let ended = Worker::new(platform.clone()).do_job(job, &mut say::progress(&bar)).await;
    bar.finish_and_clear();
    let ended = ended?;
    match &ended.error {
        None => Ok(()),
        Some(error) => {
            let words = |key: &str| error.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
            Err(Failure::refused(words("message"), words("next")))
        }
    }
}

/// Says what is wrong with the file, and writes the workbook that was asked for.
async fn refused(platform: &Platform, settings: &Settings, arguments: &Arguments, view: &ImportView) -> Outcome {
    let report = view.report.clone().unwrap_or_default();
    if let Some(out) = &arguments.template {
        return write_template(arguments.kind.directory(), out);
    }
    if let Some(out) = arguments.problems.as_deref().filter(|_| view.has_problems_workbook) {
        let workbook = import::problems_workbook(platform, &installation::owner(platform), view.import.id).await?;
        copy_new(&workbook.path, out)?;
    }
    if settings.json {
        println!("{}", serde_json::json!({ "committed": false, "report": report }));
    } else {
        for p in &report.shown {
            println!("{}\t{}\t{}\t{}\t{}\t{}", p.sheet, p.row, p.column, p.column_name, p.value, p.reason);
        }
    }
    if let Some(refusal) = report.refused {
        return Err(Failure::refused(format!("{}（{}）", refusal.message, refusal.code), refusal.next));
    }
    for kind in &report.by_kind {
        say::line(format_args!("{}：{} 处", kind.label, kind.count));
    }
    say::line(format_args!("{} 行中有 {} 处问题，没有写入。", report.rows, report.problems));
    match &arguments.problems {
        Some(out) => say::line(format_args!("全部问题见 {}。", out.display())),
        None => say::line("加 --problems 问题.xlsx 可得到全部问题的工作簿。"),
    }
    Ok(ExitCode::from(REFUSED))
}

/// Writes the template of a kind of file to a name that does not exist yet. No installation is needed for it.
fn write_template(kind: ImportKind, out: &Path) -> Outcome {
    let csv = out.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    let template = import::template(kind, if csv { Format::Csv } else { Format::Xlsx })?;
    output::write_new(out, &template.bytes)?;
    say::line(format_args!("模板已写到 {}；带 * 的列必填。", out.display()));
    Ok(ExitCode::SUCCESS)
}

/// Copies to a name that does not exist yet.
fn copy_new(from: &Path, to: &Path) -> Result<(), Failure> {
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(to)?;
    std::io::copy(&mut std::fs::File::open(from)?, &mut file)?;
    Ok(())
}

//! `mingcha demo`: makes a city in a new installation and plays it.

use std::process::ExitCode;
use std::sync::Arc;

use app::{Config, StoreConfig};
use clap::{Args, ValueEnum};

use crate::command::serve;
use crate::config::Settings;
use crate::demo::city::Scale;
use crate::demo::{DemoClock, Plan, play};
use crate::exit::{Failure, Outcome, REFUSED};
use crate::{installation, say};

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ScaleArgument {
    /// 24 万个检查对象、438 名检查人员
    Full,
    /// 各项约为五十分之一
    Small,
}

/// 生成一座演示城市：写出名录文件并导入，按 2021 年内部联合抽查方案完成封存、摇号、派发、匹配与文书
///
/// 城市与企业均为虚构，每次生成的名录相同；摇号所用的随机数每次现场产生（--reproducible 除外）。
/// 只能在新的安装中生成；已有的演示不会被改动。另有一项任务停在半途，供您继续操作。
#[derive(Args)]
pub struct Arguments {
    /// 规模
    #[arg(long, value_enum, default_value_t = ScaleArgument::Full)]
    scale: ScaleArgument,
    /// 生成后不启动服务
    #[arg(long)]
    no_serve: bool,
    /// 固定时间与随机数，结果可重复；这样的抽取标为演练，不得作正式使用
    #[arg(long)]
    reproducible: bool,
    /// 生成后监听的地址
    #[arg(long, value_name = "IP:PORT")]
    listen: Option<String>,
}

/// Makes, plays, prints, and (unless told otherwise) serves.
pub async fn run(settings: &Settings, arguments: Arguments) -> Outcome {
    refuse_existing(settings).await?;
    let listen = match &arguments.listen {
        Some(text) => crate::config::parse_listen(text)?,
        None => settings.listen,
    };
    let base_url = settings.public_url.clone().unwrap_or_else(|| format!("http://{listen}"));
    let clock = Arc::new(DemoClock::new(arguments.reproducible));
    installation::make_private(&settings.home)?;
    let lock = installation::lock(settings)?;
    let config = Config {
        store: settings.store.clone(),
        files: settings.files.clone(),
        clock: clock.clone(),
        base_url,
        site_url: settings.site_url.clone(),
        printer: Some(installation::printer(settings)),
    };
    let platform = app::open(config).await?;
    platform.migrate().await?;
    platform.set_fact("kind", "demo").await?;
    installation::with_its_files(&platform, settings, false).await?;
    let scale = match arguments.scale {
        ScaleArgument::Full => Scale::Full,
        ScaleArgument::Small => Scale::Small,
    };
    let plan = Plan {
        platform: platform.clone(),
        clock,
        scale,
        rehearsal: arguments.reproducible,
        files: settings.home.join("demo-files"),
    };
    let summary = play(plan).await?;
    platform.close().await;
    // Who serves takes the home anew.
    drop(lock);
    if settings.json {
        println!("{}", serde_json::json!(summary));
    } else {
        summary.print();
    }
    let faults = summary.faults();
    for fault in &faults {
        say::line(fault);
    }
    if !faults.is_empty() {
        return Ok(ExitCode::from(REFUSED));
    }
    if arguments.no_serve {
        Ok(ExitCode::SUCCESS)
    } else {
        serve::run(settings, serve::Arguments::listening(arguments.listen)).await
    }
}

/// A demo is made in a new installation only: whatever is there stays as it is.
async fn refuse_existing(settings: &Settings) -> Result<(), Failure> {
    let next = "请用 --home 指定一个新的文件夹（或 --database 指定一个空的数据库）；查看已有的演示请用 mingcha serve。";
    match &settings.store {
        StoreConfig::SqliteFile(path) if path.exists() => {
            Err(Failure::refused(format!("{} 中已有安装", settings.home.display()), next))
        }
        StoreConfig::SqliteFile(_) => Ok(()),
        StoreConfig::PostgresUrl(_) => {
            let platform = installation::connect(settings, "").await?;
            let fresh = platform.is_empty().await?;
            platform.close().await;
            if fresh { Ok(()) } else { Err(Failure::refused("数据库中已有安装", next)) }
        }
    }
}

//! Opening an installation: its folder, its database, its schema.

use std::path::Path;
use std::sync::Arc;

use app::{Actor, Config, Ctx, Platform, StoreConfig};

use crate::clock::MachineClock;
use crate::config::Settings;
use crate::exit::Failure;
use crate::printer::PaperPrinter;

/// Opens an installation that exists. The schema must be up to date.
///
/// # Errors
/// Refused if there is none, or if its schema is older: `mingcha migrate` brings it up to date.
pub async fn open(settings: &Settings, base_url: &str) -> Result<Platform, Failure> {
    if let StoreConfig::SqliteFile(path) = &settings.store
        && !path.exists()
        && !app::upkeep::restore_is_unfinished(&settings.home)
    {
        return Err(Failure::refused(
            format!("{} 中没有安装", settings.home.display()),
            "请用 mingcha demo 生成演示城市，或用 mingcha migrate 建立新的安装；也可用 --home 指定文件夹。",
        ));
    }
    let platform = connect(settings, base_url).await?;
    let pending = platform.pending_migrations().await?;
    if pending.is_empty() {
        Ok(platform)
    } else {
        Err(Failure::refused(
            format!("数据库结构需要更新：{}", pending.join("、")),
            "请先备份（mingcha backup），再运行 mingcha migrate。",
        ))
    }
}

/// Opens an installation whatever its schema, making the folder if it is missing.
///
/// # Errors
/// Environment.
pub async fn connect(settings: &Settings, base_url: &str) -> Result<Platform, Failure> {
    if app::upkeep::restore_is_unfinished(&settings.home) {
        return Err(Failure::refused(
            format!("{} 中的恢复没有完成", settings.home.display()),
            "请重新运行同一条 mingcha restore 命令，它会从头再来。",
        ));
    }
    make_private_folder(&settings.home)?;
    let config = Config {
        store: settings.store.clone(),
        files: settings.home.join("files"),
        clock: Arc::new(MachineClock),
        base_url: base_url.to_owned(),
        site_url: settings.site_url.clone(),
        printer: Some(printer(settings)),
    };
    Ok(app::open(config).await?)
}

/// What sets forms as PDF, with the configured fonts first.
pub fn printer(settings: &Settings) -> Arc<dyn app::form::FormPrinter> {
    Arc::new(PaperPrinter::new(&settings.fonts))
}

/// The context of the installation's owner at the command line.
pub fn owner(platform: &Platform) -> Ctx {
    platform.ctx(Actor::System, "command line")
}

/// A folder that only its owner may read: it holds keys and personal data.
pub fn make_private_folder(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::DirBuilderExt as _;
    if path.is_dir() {
        return Ok(());
    }
    Ok(std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?)
}

//! Opening an installation: its folder, its database, its schema.

use std::path::Path;
use std::sync::Arc;

use app::folder::{Alone, HomeLock, Working};
use app::{Actor, Clock as _, Config, Ctx, FilesFolder, Platform, StoreConfig};

use crate::clock::MachineClock;
use crate::config::Settings;
use crate::exit::Failure;
use crate::printer::PaperPrinter;
use crate::say;

/// Opens an installation that exists. The schema must be up to date.
///
/// # Errors
/// Refused if there is none, or if its schema is older: `mingcha migrate` brings it up to date.
pub async fn open(settings: &Settings, base_url: &str) -> Result<Platform, Failure> {
    if let StoreConfig::SqliteFile(path) = &settings.store
        && !path.exists()
        && !app::upkeep::restore_is_unfinished(&settings.home)
    {
        // A name that leads nowhere is a matter of usage: `audit verify` has judged nothing then.
        return Err(Failure::usage(
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
    make_private(&settings.home)?;
    let config = Config {
        store: settings.store.clone(),
        files: settings.files.clone(),
        clock: Arc::new(MachineClock),
        base_url: base_url.to_owned(),
        site_url: settings.site_url.clone(),
        printer: Some(printer(settings)),
    };
    Ok(app::open(config).await?)
}

/// Makes sure that the folder of files is the installation's own, before anything is read from it or written to it: two
/// machines on one database with a folder each would lose half of what they keep. An `outside` process marks no folder.
///
/// # Errors
/// Refused, with the reason and what to do.
pub async fn with_its_files(platform: &Platform, settings: &Settings, outside: bool) -> Result<(), Failure> {
    // Where the database lies in the home, the files beside it are those of nobody else.
    let shared = outside && matches!(settings.store, StoreConfig::PostgresUrl(_));
    let folder = settings.files.display();
    let next = "内外网两台、或多台办公服务器，须共用一个文件夹：把它共享出来（NFS、sshfs 等，外网的一台只读），\
                在本机的配置文件中用 files 写明。见手册“运维”6.2。";
    match app::own_files(platform, !shared).await? {
        FilesFolder::Ours => Ok(()),
        FilesFolder::Unclaimed => Err(Failure::refused(
            format!("{folder} 还不能用：这个安装的文件放在哪里，由内网的一台在首次启动时确定"),
            "请先启动内网的一台（--front office），再启动这一台。",
        )),
        FilesFolder::Another { .. } => {
            Err(Failure::refused(format!("文件夹 {folder} 是另一个安装的，不是这个数据库的"), next))
        }
        FilesFolder::Unmarked { mark, named, absent } => Err(Failure::refused(
            format!("文件夹 {folder} 不是这个安装存放文件的地方：数据库提到 {named} 个文件，其中 {absent} 个不在这里"),
            format!("{next}确认就是要用这个文件夹的，把 {mark} 写进其中名为 installation 的文件。"),
        )),
    }
}

/// What sets forms as PDF, with the configured fonts first.
pub fn printer(settings: &Settings) -> Arc<dyn app::form::FormPrinter> {
    Arc::new(PaperPrinter::new(&settings.fonts))
}

/// The context of the installation's owner at the command line.
pub fn owner(platform: &Platform) -> Ctx {
    platform.ctx(Actor::System, "command line")
}

/// Makes the home a folder that only its owner may read, for it holds keys and personal data, and says what had to be mended.
pub fn make_private(home: &Path) -> Result<(), Failure> {
    for path in app::folder::make_private(home)? {
        say::line(format_args!("已收紧权限，其他用户不再能读写：{}", path.display()));
    }
    Ok(())
}

/// The home for this process alone, where the database is embedded: two servers on one file would each take the other for
/// dead, and a schema must not change under one that serves. On PostgreSQL they share, with leases.
pub fn lock(settings: &Settings) -> Result<Option<HomeLock>, Failure> {
    match settings.store {
        StoreConfig::SqliteFile(_) => Ok(Some(HomeLock::take(&settings.home, MachineClock.now())?)),
        StoreConfig::PostgresUrl(_) => Ok(None),
    }
}

/// What a process that serves holds for as long as it does.
pub struct Held {
    _home: Option<HomeLock>,
    _working: Option<Working>,
}

/// Takes the home; one that does jobs also puts in order what dead processes left, and joins those who work.
pub async fn take_up(settings: &Settings, platform: &Platform, jobs: bool) -> Result<Held, Failure> {
    let home = lock(settings)?;
    if !jobs {
        return Ok(Held { _home: home, _working: None });
    }
    // A command may be importing beside us; its jobs are then left to their leases.
    if let Some(alone) = Alone::on(&settings.home)? {
        app::job::release_after_restart(platform, &alone).await?;
    }
    app::upkeep::sweep_incoming(platform)?;
    Ok(Held { _home: home, _working: Some(Working::join(&settings.home)?) })
}

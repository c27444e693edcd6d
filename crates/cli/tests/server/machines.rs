//! The manual's set-ups with more than one process, on one PostgreSQL: an inside and an outside machine, and several inside.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use app::directory::import::{self, Upload};
use domain::agency::AgencyLevel;
use domain::import::ImportKind;
use domain::role::Role;
use tempfile::TempDir;
use testkit::store::StoreConfig;
use testkit::{Engine, FakeClock, Rest, World, play};

use crate::process::{City, Server, command, drawn_city};

/// A machine with a home of its own, and what its configuration says.
fn machine(config: &str) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::set_permissions(home.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    std::fs::write(home.path().join("mingcha.toml"), config).unwrap();
    home
}

/// What lies in a folder, with all that lies below.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(below(&path));
        }
        found.push(path);
    }
    found.sort();
    found
}

/// It does not start, and says why.
fn refused(home: &Path, store: &StoreConfig, words: &[&str], expect: &[&str]) {
    let said = command(home, store, None, words).output().unwrap();
    let text = String::from_utf8(said.stderr).unwrap();
    assert_eq!(said.status.code(), Some(1), "{text}");
    for part in expect {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("明查已启动"), "{text}");
}

async fn jobs_open(rest: &Rest) -> i64 {
    let store = rest.store().await;
    let mut conn = store.read().await.unwrap();
    let open = conn.int("SELECT COUNT(*) FROM job WHERE state IN ('queued', 'running')", vec![]).await.unwrap();
    drop(conn);
    store.close().await;
    open
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inside_and_an_outside_machine_stand_on_one_postgres() {
    let City { rest, clerk } = drawn_city(World::new(Engine::Postgres).await).await;
    let store = rest.store_config();
    let shared = format!("files = {:?}\n", rest.home().join("files"));
    let outside = machine(&shared);
    let alone = machine("");

    // Nobody inside has begun yet, so that nobody can tell whether this is the right folder.
    refused(outside.path(), store, &["--front", "public"], &["还不能用", "--front office"]);
    let inside = Server::start(rest.home(), store, None, &["--front", "office"]);
    assert!(inside.said().contains("本进程负责：页面、后台作业、日志封存。"), "{}", inside.said());

    // A folder of its own is refused, also for a second office machine, and with it every duty.
    refused(alone.path(), store, &["--front", "public"], &["不是这个安装存放文件的地方", "files"]);
    refused(alone.path(), store, &["--front", "office"], &["不是这个安装存放文件的地方", "files"]);
    refused(alone.path(), store, &["--duties", "jobs"], &["不是这个安装存放文件的地方"]);

    let before = below(outside.path());
    let public = Server::start(outside.path(), store, None, &["--front", "public"]);
    let said = public.said();
    assert!(said.contains("本进程负责：页面。") && said.contains("（公众）"), "{said}");
    assert!(!said.contains("/office"), "an outside machine has no office: {said}");
    let list = String::from_utf8(public.get("/").body).unwrap();
    let number = list.split("/announcements/").nth(1).expect("an announcement").split(['"', '/', '?']).next().unwrap();
    assert_eq!(public.get(&format!("/announcements/{number}/proof")).status, 200, "{}", public.said());
    let bundle = public.get(&format!("/announcements/{number}/bundle.zip"));
    assert!(bundle.status == 200 && bundle.body.starts_with(b"PK"), "{}", bundle.head);
    assert_eq!(public.get(&format!("/announcements/{number}/drawn.xlsx")).status, 200);
    assert_eq!(public.get("/office/sign-in").status, 404);
    drop(inside);

    // Work waits while the outside machine is alone.
    let platform = rest.open(Arc::new(FakeClock::starting(rest.at, "another"))).await;
    upload(&platform, &clerk).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(jobs_open(&rest).await, 1, "the outside machine works on nothing");

    // Two inside machines: one works, one shows pages only.
    let second = machine(&shared);
    let pages = Server::start(second.path(), store, None, &["--front", "office", "--duties", "web"]);
    assert!(pages.said().contains("由连同一数据库的另一个进程负责"), "{}", pages.said());
    let works = Server::start(rest.home(), store, None, &["--front", "office"]);
    for look in 0.. {
        if jobs_open(&rest).await == 0 {
            break;
        }
        assert!(look < 600, "the import is not done: {}", works.said());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for server in [&pages, &works] {
        assert_eq!(server.get("/office/sign-in").status, 200);
    }
    assert_eq!(below(outside.path()), before, "nothing is written on the outside machine");
    platform.close().await;
}

/// Somebody inside uploads a file; the job that reads it waits.
async fn upload(platform: &app::Platform, clerk: &app::Post) {
    let path = platform.incoming().join("upload-test");
    std::fs::write(&path, play::objects(&["130300"], 5)).unwrap();
    let upload = Upload { kind: ImportKind::Subject, path, file_name: "register.csv".to_owned() };
    let ctx = platform.ctx(app::Actor::Post(Box::new(clerk.clone())), "test");
    import::import_now(platform, &ctx, upload).await.unwrap();
}

#[test]
fn what_an_outside_machine_must_not_do_is_refused() {
    let home = machine("duties = [\"web\", \"jobs\"]\n");
    let store = StoreConfig::SqliteFile(home.path().join("mingcha.db"));
    let said = command(home.path(), &store, None, &["--front", "public"]).output().unwrap();
    let text = String::from_utf8(said.stderr).unwrap();
    assert_eq!(said.status.code(), Some(2), "{text}");
    assert!(text.contains("不办理后台作业") && text.contains("--front office"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_another_installation_is_refused() {
    let one = drawn_city(World::new(Engine::Postgres).await).await.rest;
    drop(Server::start(one.home(), one.store_config(), None, &[]));
    let other = World::new(Engine::Postgres).await;
    other.agency("130300", "另一市市场监督管理局", AgencyLevel::City, None).await;
    let city = other.agency("130301", "另一县市场监督管理局", AgencyLevel::County, Some("130300")).await;
    other.person("clerk", "王经办", city, Role::Clerk).await;
    let other = other.rest().await;
    refused(one.home(), other.store_config(), &[], &["是另一个安装的"]);
}

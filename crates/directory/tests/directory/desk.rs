//! What every test of this folder needs: a city with its people, files, and looks into the tables.

use std::collections::BTreeMap;
use std::path::PathBuf;

use app::Post;
use app::directory::import::{self, ImportView, Upload};
use domain::agency::{AgencyLevel, Scope};
use domain::ids::{ImportId, SubjectId};
use domain::import::ImportKind;
use domain::role::Role;
use domain::state::RevisionState;
use store::repo::check_item::ItemRecord;
use store::repo::inspector::{InspectorFilter, InspectorRecord};
use store::repo::subject::{RollSubject, SubjectRecord, SubjectVersion};
use testkit::World;

/// Headings of a register, as short as they may be.
pub const HEADINGS: &str =
    "名称,统一社会信用代码,主体类别,登记机关代码,成立日期,登记状态,住所,信用风险等级,风险评定日期,标签,许可证";

/// Three sound codes, in bytewise order.
pub const CODES: [&str; 3] = ["91130302MA07X1073G", "91130302MA07X11459", "91130302MA07X12172"];

pub struct City {
    pub clerk: Post,
    pub keeper: Post,
    pub leader: Post,
    pub admin: Post,
    pub county_clerk: Post,
}

/// A city bureau, two counties below it, and their people.
pub async fn city(world: &World) -> City {
    let city = world.agency("130300", "秦皇岛市市场监督管理局", AgencyLevel::City, None).await;
    let county = world.agency("130302", "秦皇岛市海港区市场监督管理局", AgencyLevel::County, Some("130300")).await;
    world.agency("130303", "秦皇岛市山海关区市场监督管理局", AgencyLevel::County, Some("130300")).await;
    City {
        clerk: world.person("clerk", "王经办", city, Role::Clerk).await,
        keeper: world.person("keeper", "李名录", city, Role::DirectoryKeeper).await,
        leader: world.person("leader", "赵分管", city, Role::Leader).await,
        admin: world.person("admin", "孙管理", city, Role::Administrator).await,
        county_clerk: world.person("county", "周海港", county, Role::Clerk).await,
    }
}

/// A row of a register with a code; the other cells can be changed by the test.
pub fn row(code: &str) -> String {
    format!(
        "试报{code}商贸有限公司,{code},企业,130302,2015-03-09,存续,河北大街1号,B,2021-04-01,广告；商标使用,食品经营许可证:JY1:2025-12-31"
    )
}

pub fn register(rows: &[String]) -> String {
    format!("{HEADINGS}\n{}\n", rows.join("\n"))
}

/// Puts a file where uploads arrive.
pub fn incoming(world: &World, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = world.platform.incoming().join(format!("{}-{name}", world.platform.now().unix_ms()));
    std::fs::write(&path, bytes).unwrap();
    path
}

pub async fn upload(world: &World, post: &Post, kind: ImportKind, name: &str, bytes: impl AsRef<[u8]>) -> ImportId {
    let path = incoming(world, name, bytes);
    let input = Upload { kind, path, file_name: name.to_owned() };
    import::upload(&world.platform, &world.as_post(post), input).await.unwrap()
}

/// Upload and dry run, with the suggested columns.
pub async fn dry_run(world: &World, post: &Post, kind: ImportKind, name: &str, bytes: impl AsRef<[u8]>) -> ImportView {
    let id = upload(world, post, kind, name, bytes).await;
    import::dry_run(&world.platform, &world.as_post(post), id).await.unwrap();
    world.work().await;
    view(world, post, id).await
}

/// The whole way in one call.
pub async fn import_now(
    world: &World,
    post: &Post,
    kind: ImportKind,
    name: &str,
    bytes: impl AsRef<[u8]>,
) -> ImportView {
    let path = incoming(world, name, bytes);
    let input = Upload { kind, path, file_name: name.to_owned() };
    let (id, _) = import::import_now(&world.platform, &world.as_post(post), input).await.unwrap();
    world.work().await;
    view(world, post, id).await
}

pub async fn view(world: &World, post: &Post, id: ImportId) -> ImportView {
    import::get(&world.platform, &world.as_post(post), id).await.unwrap()
}

/// How many rows each table of the directories and of the stage holds.
pub async fn table_counts(world: &World) -> BTreeMap<&'static str, i64> {
    let store = world.store().await;
    let mut conn = store.read().await.unwrap();
    let mut counts = BTreeMap::new();
    for table in [
        "subject",
        "subject_history",
        "subject_tag",
        "subject_licence",
        "subject_risk",
        "inspector",
        "inspector_history",
        "check_item",
        "subject_stage",
        "subject_tag_stage",
        "subject_licence_stage",
        "import_stage",
    ] {
        counts.insert(table, conn.int(&format!("SELECT COUNT(*) FROM {table}"), vec![]).await.unwrap());
    }
    drop(conn);
    store.close().await;
    counts
}

pub async fn nothing_is_written(world: &World) {
    let counts = table_counts(world).await;
    assert!(counts.values().all(|count| *count == 0), "{counts:?}");
}

/// Every subject as a roll would see it today.
pub async fn walk(world: &World) -> Vec<RollSubject> {
    let store = world.store().await;
    let mut conn = store.read().await.unwrap();
    let mut found = Vec::new();
    store::repo::subject::for_each_in_scope(&mut conn, &Scope::everything(), world.system().today(), |subject| {
        found.push(subject);
        Ok(())
    })
    .await
    .unwrap();
    drop(conn);
    store.close().await;
    found
}

/// An object and its superseded versions.
pub async fn subject(world: &World, id: SubjectId) -> (SubjectRecord, Vec<SubjectVersion>) {
    let store = world.store().await;
    let mut conn = store.read().await.unwrap();
    let record = store::repo::subject::by_id_unscoped(&mut conn, id).await.unwrap();
    let history = store::repo::subject::history(&mut conn, id).await.unwrap();
    drop(conn);
    store.close().await;
    (record, history)
}

/// The inspectors in the directory, by certificate.
pub async fn inspectors(world: &World, filter: &InspectorFilter) -> Vec<InspectorRecord> {
    let store = world.store().await;
    let mut conn = store.read().await.unwrap();
    let today = world.system().today();
    let page = store::repo::inspector::list(&mut conn, &Scope::everything(), filter, today, app::Window::page(0, 50))
        .await
        .unwrap();
    drop(conn);
    store.close().await;
    page.rows
}

/// Revision and state of the item lists, newest first, and the items of the newest.
pub async fn items(world: &World) -> (Vec<(i64, RevisionState)>, Vec<ItemRecord>) {
    let store = world.store().await;
    let mut conn = store.read().await.unwrap();
    let lists = store::repo::check_item::lists(&mut conn, &Scope::everything()).await.unwrap();
    let items = match lists.first() {
        Some(newest) => store::repo::check_item::of_revision(&mut conn, newest.0).await.unwrap(),
        None => Vec::new(),
    };
    drop(conn);
    store.close().await;
    (lists.into_iter().map(|list| (list.2, list.3)).collect(), items)
}

/// No job waits or runs.
pub async fn queue_is_empty(world: &World) {
    let store = world.store().await;
    let mut conn = store.read().await.unwrap();
    assert_eq!(store::repo::job::open_count(&mut conn).await.unwrap(), 0);
    drop(conn);
    store.close().await;
}

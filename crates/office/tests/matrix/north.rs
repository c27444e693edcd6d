//! What the northern county owns: one of everything that an address can name, made by the use cases that pages call.

use std::collections::BTreeMap;

use app::Post;
use app::directory::moves::{self, MoveInput};
use domain::Instant;
use domain::ids::{ItemMappingId, TaskId};
use domain::state::MappingState;
use testkit::World;
use testkit::play::Cast;
use testkit::store::Store;
use testkit::store::repo::item_mapping::{self, ItemMapping};

/// A mapping of a word that waits for its decision. The task lacks nothing, so no use case would make one.
async fn mapping(store: &Store, task: TaskId, clerk: &Post, now: Instant) -> ItemMappingId {
    let mut tx = store.write().await.unwrap();
    let list = tx.row("SELECT item_list_id AS id FROM task", vec![]).await.unwrap().unwrap();
    let mapping = ItemMapping {
        id: ItemMappingId::from_bytes([9; 16]),
        task_id: task,
        stratum: "E8".to_owned(),
        entry: "登记事项检查".to_owned(),
        list_id: list.parse("id").unwrap(),
        items: vec!["K01".to_owned()],
        reason: "试验".to_owned(),
        state: MappingState::Proposed,
        proposed_by: clerk.id,
        proposed_name: clerk.person.clone(),
        proposed_account: clerk.account_id,
        proposed_at: now,
        decided_name: None,
        decided_at: None,
        return_reason: None,
        version: 1,
    };
    item_mapping::insert(&mut tx, &mapping).await.unwrap();
    tx.commit().await.unwrap();
    mapping.id
}

/// The northern county's registrar key.
pub const NORTH: &str = "130302";
/// Firms of its register.
const FIRMS: usize = 60;

/// Lists, a task drawn and dispatched to the county itself, matched and printed: an id for each name of a part.
pub async fn owned(world: &World, clerk: &Post, leader: &Post) -> BTreeMap<&'static str, String> {
    let cast = Cast::of_one(clerk, leader);
    let import = cast.lists(world, &[NORTH], FIRMS).await;
    let task = cast.task(world).await;
    cast.freeze(world, task).await;
    cast.seal(world, task).await;
    let secrets = cast.commit(world, task).await;
    cast.draw(world, &secrets).await;
    let share = cast.dispatch(world, task).await;
    cast.accept(world, share).await;
    let matching = cast.prepare(world, share).await;
    let second = cast.publish(world, matching).await;
    cast.draw(world, &[second]).await;
    let file = cast.print(world, share).await;
    // The city is asked for one of the county's; the one that addresses name stays.
    let offered = MoveInput {
        certificate: "0303000005".to_owned(),
        name: "检查员5".to_owned(),
        to: "130300".to_owned(),
        reason: "试验".to_owned(),
    };
    let offered = moves::request(&world.platform, &world.as_post(clerk), &offered).await.unwrap();
    let store = world.store().await;
    let mapping = mapping(&store, task, clerk, world.platform.now()).await;
    let mut conn = store.read().await.unwrap();
    let mut ids = BTreeMap::from([
        ("import", import.to_string()),
        ("task", task.to_string()),
        ("share", share.to_string()),
        ("matching", matching.to_string()),
        ("mapping", mapping.to_string()),
        ("move", offered.to_string()),
        ("document", "matching.json".to_owned()),
        ("file", file.to_string()),
    ]);
    for (name, sql) in [
        ("scheme", "SELECT scheme_id AS id FROM task"),
        ("job", "SELECT id FROM job WHERE subject_kind = 'share'"),
        ("party", "SELECT id FROM party WHERE role = 'witness' AND ceremony_kind = 'draw' ORDER BY position"),
        ("visit", "SELECT id FROM visit ORDER BY number"),
        ("subject", "SELECT id FROM subject ORDER BY code"),
        ("inspector", "SELECT id FROM inspector ORDER BY certificate"),
        ("item", "SELECT id FROM check_item"),
    ] {
        let row = conn.row(sql, vec![]).await.unwrap().unwrap_or_else(|| panic!("no {name}"));
        ids.insert(name, row.text("id").unwrap());
    }
    drop(conn);
    store.close().await;
    ids
}

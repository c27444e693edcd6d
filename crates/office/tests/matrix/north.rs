//! What the northern county owns: one of everything that an address can name, made by the use cases that pages call.

use std::collections::BTreeMap;

use app::Post;
use testkit::World;
use testkit::play::Cast;

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
    let store = world.store().await;
    let mut conn = store.read().await.unwrap();
    let mut ids = BTreeMap::from([
        ("import", import.to_string()),
        ("task", task.to_string()),
        ("share", share.to_string()),
        ("matching", matching.to_string()),
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

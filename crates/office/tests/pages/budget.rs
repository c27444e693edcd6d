//! What costs seconds of a processor: so many at a time, and nobody's page waits for it.

use axum::http::header;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use testkit::{Engine, on_both};
use web::budget::OF_ONE_MAX;

use crate::front::City;

on_both! {
    async fn one_person_makes_so_many_files_at_a_time(world) {
        let city = City::new(world).await;
        let store = city.front.world.store().await;
        // An export ends with its event, so that none ends while nobody else may write one.
        let mut held = store.write().await.unwrap();
        if store.engine() == Engine::Postgres {
            held.script("LOCK TABLE event IN EXCLUSIVE MODE").await.unwrap();
        }
        let file = "/office/inspectors?format=csv";
        let mut asks: FuturesUnordered<_> = (0..10).map(|_| city.front.get(&city.clerk, file)).collect();
        for _ in OF_ONE_MAX..10 {
            let refused = asks.next().await.unwrap();
            refused.says(429, &["LIST-002", "您同时在导出或打印的已有4份", "请等它们下载完"], &[]);
            assert!(refused.headers.contains_key(header::RETRY_AFTER));
        }
        city.front.get(&city.clerk, "/office/inspectors").await.says(200, &[], &[]);
        held.commit().await.unwrap();
        while let Some(made) = asks.next().await {
            assert_eq!(made.status, 200, "{}", made.body);
        }
        assert_eq!(city.front.get(&city.clerk, file).await.status, 200, "the next one has its turn");
        store.close().await;
    }

    async fn a_file_that_is_announced_too_large_is_answered_before_it_is_sent(world) {
        let city = City::new(world).await;
        let answer = city.front.announce(&city.clerk, "/office/subjects/import", 300 << 20).await;
        answer.says(422, &["IMPT-015", "文件超过200 MB，没有接收", "请拆分文件后分批导入"], &[]);
    }
}

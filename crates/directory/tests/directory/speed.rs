//! A large register goes in while others sign in. `MINGCHA_TEST_REGISTER_ROWS` makes it as large as a city's, and
//! `MINGCHA_TEST_REGISTER` names a file of one's own; the times are printed.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use app::account::sign_in;
use app::directory::import::{self, PreviewQuery, Upload};
use app::{Actor, Window};
use domain::credit_code::UnifiedCreditCode;
use domain::import::{ImportKind, ImportState};
use testkit::{PASSWORD, on_both};

use crate::desk::*;

/// Rows without the variable: some batches, a few seconds.
const ROWS: u32 = 12_000;
/// A sign-in may wait for one batch or for the swap, and no longer.
const SIGN_IN_SECONDS_MAX: u64 = 15;

fn rows() -> u32 {
    std::env::var("MINGCHA_TEST_REGISTER_ROWS").ok().and_then(|n| n.parse().ok()).unwrap_or(ROWS)
}

fn large_register(rows: u32) -> String {
    let division = "130302".parse().unwrap();
    let mut text = format!("{HEADINGS}\n");
    for n in 0..rows {
        let code = UnifiedCreditCode::compose('9', '1', division, &format!("7{n:07}")).unwrap();
        let tags = if n % 20 == 0 { "广告；商标使用" } else { "" };
        writeln!(text, "秦皇岛试报{n}号商贸有限公司,{code},企业,130302,2015-03-09,存续,河北省秦皇岛市海港区河北大街{n}号,B,2021-04-01,{tags},").unwrap();
    }
    text
}

/// The same register, in which every second object has moved.
fn moved_register(rows: u32) -> String {
    let line = |(n, line): (usize, &str)| {
        if n % 2 == 0 { format!("{line}\n") } else { format!("{}\n", line.replace("河北大街", "文化路")) }
    };
    large_register(rows).lines().enumerate().map(line).collect()
}

on_both! {
    async fn a_large_preview_is_read_page_by_page(world) {
        let city = city(&world).await;
        let rows = rows();
        import_now(&world, &city.clerk, ImportKind::Subject, "一.csv", large_register(rows)).await;
        let id = dry_run(&world, &city.clerk, ImportKind::Subject, "二.csv", moved_register(rows)).await.import.id;
        let ctx = world.as_post(&city.clerk);
        let changed = PreviewQuery { effect: "changed".to_owned(), ..PreviewQuery::default() };
        let asked = async |query: &PreviewQuery, page: u32| {
            let started = Instant::now();
            let found = import::preview(&world.platform, &ctx, id, query, Window::page(page, 50)).await.unwrap();
            (found, started.elapsed())
        };
        let (first, whole) = asked(&PreviewQuery::default(), 0).await;
        let (second, narrowed) = asked(&changed, 0).await;
        let (last, far) = asked(&changed, rows / 2 / 50 - 1).await;
        eprintln!("{rows} rows: first page {whole:.2?}, narrowed {narrowed:.2?}, last page {far:.2?}");
        assert_eq!((first.total, second.total, last.total), (rows.into(), u64::from(rows / 2), u64::from(rows / 2)));
        assert_eq!((first.counts.changed, first.counts.unchanged), (u64::from(rows / 2), u64::from(rows / 2)));
        assert_eq!((second.lines.len(), last.lines.len()), (50, 50));
    }

    async fn others_sign_in_while_a_large_register_goes_in(world) {
        let city = city(&world).await;
        let own = std::env::var("MINGCHA_TEST_REGISTER").ok();
        let path = match &own {
            Some(file) => {
                let path = world.platform.incoming().join("own.csv");
                std::fs::copy(file, &path).unwrap();
                path
            }
            None => incoming(&world, "large.csv", large_register(rows())),
        };
        let started = Instant::now();
        let input = Upload { kind: ImportKind::Subject, path, file_name: "名录.csv".to_owned() };
        let (id, _) = import::import_now(&world.platform, &world.as_post(&city.clerk), input).await.unwrap();
        let uploaded = started.elapsed();
        let worker = {
            let platform = world.platform.clone();
            tokio::spawn(async move {
                let worker = app::job::Worker::new(platform);
                let started = Instant::now();
                worker.run_one().await.unwrap();
                let checked = started.elapsed();
                worker.run_one().await.unwrap();
                (checked, started.elapsed() - checked)
            })
        };
        let (mut slowest, mut count) = (Duration::ZERO, 0);
        while !worker.is_finished() {
            let before = Instant::now();
            let ctx = world.platform.ctx(Actor::Public, "test");
            sign_in(&world.platform, &ctx, "leader", PASSWORD, None).await.unwrap();
            slowest = slowest.max(before.elapsed());
            count += 1;
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let (checked, swapped) = worker.await.unwrap();
        let done = view(&world, &city.clerk, id).await;
        assert_eq!(done.import.state, ImportState::Committed, "{:?}", done.report);
        let rows = done.report.unwrap().new;
        let walking = Instant::now();
        assert_eq!(walk(&world).await.len() as u64, rows);
        eprintln!(
            "{rows} rows: upload {uploaded:.2?}, dry run {checked:.2?}, commit {swapped:.2?}, all {:.2?}; {count} sign-ins, slowest {slowest:.2?}; walk {:.2?}",
            started.elapsed(),
            walking.elapsed()
        );
        assert!(slowest < Duration::from_secs(SIGN_IN_SECONDS_MAX), "a sign-in took {slowest:?}");
    }
}

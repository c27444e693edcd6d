//! Seed 000's size: 3 344 visits of one city, dispatched and, where they all lie in one unit, matched.

use std::time::Instant;

use app::assigning;
use testkit::on_both;

use crate::city::{City, firm};
use crate::forms;

on_both! {
    async fn the_largest_unit_of_a_city_is_dispatched_and_matched(world) {
        let firms: Vec<_> = (1..=3344).map(|n| firm("130302", n, if n % 9 == 0 { &["E6"] } else { &["E8"] }, &["广告"])).collect();
        let city = City::new(world, &firms).await;
        city.inspectors(city.a, 120, "2026-12-31").await;
        city.sql("INSERT INTO inspector_qualification (inspector_id, code) SELECT id, 'special_equipment' FROM inspector WHERE certificate < '冀C00030'", vec![]).await;
        let begun = Instant::now();
        city.dispatch().await;
        let dispatched = begun.elapsed();
        let share = city.accepted().await;
        let begun = Instant::now();
        forms::match_share(&city.world, &city, share).await;
        eprintln!("3344 visits: dispatched in {dispatched:?}, prepared and matched in {:?}", begun.elapsed());
        let ctx = city.world.as_post(&city.a_clerk);
        let loads: Vec<i64> = assigning::loads(&city.world.platform, &ctx, Some(share)).await.unwrap().iter().map(|l| l.visits).collect();
        assert_eq!(loads.iter().sum::<i64>(), 2 * 3344);
        assert!(loads[0] - loads[119] <= 1, "{} to {}", loads[119], loads[0]);
    }
}

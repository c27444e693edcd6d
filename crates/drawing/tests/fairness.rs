//! A year's fairness report from the draws of an agency: asked for, made by a job from the published bundles, read, made
//! anew after another draw, and refused where there is nothing to count or a bundle is broken.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use app::ErrorKind;
use app::fairness::{compute, view};
use domain::agency::AgencyLevel;
use domain::role::Role;
use testkit::play::Cast;
use testkit::{World, on_both};

const UNITS: [&str; 2] = ["130302", "130304"];

async fn city(world: &World) -> Cast {
    let city = world.agency("130300", "秦皇岛市市场监督管理局", AgencyLevel::City, None).await;
    let unit = world.agency(UNITS[0], "海港区市场监督管理局", AgencyLevel::County, Some("130300")).await;
    world.agency(UNITS[1], "北戴河区市场监督管理局", AgencyLevel::County, Some("130300")).await;
    let cast = Cast {
        clerk: world.person("clerk", "王经办", city, Role::Clerk).await,
        leader: world.person("leader", "李局长", city, Role::Leader).await,
        unit_clerk: world.person("unit_clerk", "甲经办", unit, Role::Clerk).await,
        unit_leader: world.person("unit_leader", "甲领导", unit, Role::Leader).await,
    };
    cast.lists(world, &UNITS, 60).await;
    cast
}

on_both! {
    async fn the_report_is_made_of_the_draws_of_the_agency(world) {
        let cast = city(&world).await;
        let platform = &world.platform;
        let auditor = world.person("auditor", "赵纪检", cast.clerk.agency_id, Role::Auditor).await;
        let keeper = world.person("keeper", "钱名录", cast.clerk.agency_id, Role::DirectoryKeeper).await;
        let ctx = || world.as_post(&auditor);
        let year = view(platform, &ctx(), None).await.unwrap().year;
        assert_eq!(compute(platform, &ctx(), year).await.unwrap_err().code, "FAIR-001");
        assert_eq!(view(platform, &world.as_post(&keeper), None).await.unwrap_err().kind, ErrorKind::Denied);
        assert_eq!(compute(platform, &world.as_post(&keeper), year).await.unwrap_err().kind, ErrorKind::Denied);

        cast.drawn(&world).await;
        let before = view(platform, &ctx(), Some(year)).await.unwrap();
        assert_eq!((before.draws, before.made.is_none(), before.job.is_none()), (1, true, true));
        compute(platform, &ctx(), year).await.unwrap();
        assert_eq!(compute(platform, &ctx(), year).await.unwrap_err().code, "FAIR-002");
        assert!(view(platform, &ctx(), None).await.unwrap().job.is_some_and(|job| !job.ended));
        assert_eq!(world.work().await, 1);

        let after = view(platform, &ctx(), None).await.unwrap();
        assert!(after.job.is_none());
        let made = after.made.expect("a report");
        let report = &made.decade.report;
        assert!(!made.outdated && !report.alarms());
        assert_eq!((report.draws, report.left_out.rehearsals, report.years), (1, 0, Some((year, year))));
        assert_eq!(report, &made.single.report);
        assert!(report.tests() > 0 && report.drawn > 0 && report.drawn < report.eligible);
        let units: Vec<_> = report.units.iter().map(|unit| unit.label.as_str()).collect();
        assert!(units.contains(&"北戴河区市场监督管理局") && units.len() == 2, "{units:?}");
        let drawn: u64 = report.units.iter().map(|unit| unit.drawn).sum();
        assert_eq!(drawn, report.strata.iter().map(|stratum| stratum.drawn).sum::<u64>());
        for object in &report.never.rarest {
            assert!(made.decade.id(object.subject).starts_with('9'), "{}", made.decade.id(object.subject));
        }
        let kinds = world.event_kinds().await;
        let count = |kind: &str| kinds.iter().filter(|found| *found == kind).count();
        assert_eq!((count("fairness.begun"), count("fairness.compute")), (1, 1));

        // The city's draws are not the county's, and another year's report is another one.
        let county = view(platform, &world.as_post(&cast.unit_clerk), None).await.unwrap();
        assert_eq!((county.draws, county.made.is_none()), (0, true));
        let earlier = view(platform, &ctx(), Some(year - 1)).await.unwrap();
        assert_eq!((earlier.year, earlier.draws, earlier.made.is_none()), (year - 1, 0, true));
        assert_eq!(view(platform, &ctx(), Some(1949)).await.unwrap().year, year, "a year that nobody can choose");

        cast.drawn(&world).await;
        let outdated = view(platform, &ctx(), None).await.unwrap();
        assert!(outdated.draws == 2 && outdated.made.is_some_and(|made| made.outdated));
        compute(platform, &world.as_post(&cast.leader), year).await.unwrap();
        world.work().await;
        let made = view(platform, &ctx(), None).await.unwrap().made.expect("a report");
        assert_eq!((made.outdated, made.decade.report.draws, made.decade.report.repeats.len()), (false, 2, 1));
    }

    async fn a_broken_bundle_is_named(world) {
        let cast = city(&world).await;
        let platform = &world.platform;
        let task = cast.drawn(&world).await;
        let ctx = || world.as_post(&cast.clerk);
        let number = app::task::view(platform, &ctx(), task).await.unwrap().task.number;
        let bundle = app::public_site::bundle(platform, &number).await.unwrap();
        let bytes = std::fs::read(&bundle.path).unwrap();
        // A file of the store may be read-only: it is replaced, as a failing disk would.
        std::fs::remove_file(&bundle.path).unwrap();
        std::fs::write(&bundle.path, &bytes[..bytes.len() / 2]).unwrap();
        let year = view(platform, &ctx(), None).await.unwrap().year;
        compute(platform, &ctx(), year).await.unwrap();
        world.work().await;
        let shown = view(platform, &ctx(), None).await.unwrap();
        let job = shown.job.expect("the job that failed");
        let error = job.error.expect("why");
        assert_eq!((job.ended, job.state.as_str(), error["code"].as_str()), (true, "failed", Some("FAIR-003")));
        assert!(error["message"].as_str().unwrap().contains(&number), "{error}");
        assert!(shown.made.is_none());
    }
}

//! Receipt, return, sending again: by the unit itself, and invisible to its neighbour.

use app::ErrorKind;
use app::assigning::{self, Filter};
use domain::role::Role;
use testkit::on_both;

use crate::city::{City, code, day, ten};

on_both! {
    async fn a_unit_signs_for_its_own_share(world) {
        let city = City::new(world, &ten()).await;
        city.dispatch().await;
        let platform = city.world.platform.clone();
        let share = city.share(city.a).await;
        let a = city.world.as_post(&city.a_clerk);
        let b = city.world.as_post(&city.b_clerk);
        // The neighbour sees nothing of it.
        assert_eq!(assigning::view(&platform, &b, share.id).await.unwrap_err().kind, ErrorKind::NotFound);
        assert_eq!(assigning::accept(&platform, &b, share.id, share.version).await.unwrap_err().kind, ErrorKind::NotFound);
        assert_eq!(assigning::list(&platform, &b, None, app::Window::page(0, 50)).await.unwrap().total, 1);
        let visit = assigning::visits(&platform, &a, &Filter::default(), app::Window::page(0, 1)).await.unwrap().rows[0].visit.id;
        assert_eq!(assigning::visit(&platform, &b, visit).await.unwrap_err().kind, ErrorKind::NotFound);
        // The city above reads but does not sign; the leader's role does not either.
        let above = city.world.as_post(&city.clerk);
        assert!(assigning::view(&platform, &above, share.id).await.unwrap().organised);
        assert_eq!(code(assigning::accept(&platform, &above, share.id, share.version).await), "SHARE-001");
        let leader = city.world.as_post(&city.a_leader);
        assert_eq!(code(assigning::accept(&platform, &leader, share.id, share.version).await), "CORE-403");
        assert_eq!(code(assigning::accept(&platform, &a, share.id, share.version + 1).await), "CORE-409");

        assigning::accept(&platform, &a, share.id, share.version).await.unwrap();
        let view = assigning::view(&platform, &a, share.id).await.unwrap();
        assert_eq!(view.share.accepted_name.as_deref(), Some("甲经办"));
        assert!(view.own && view.share.accepted_at.is_some());
        let receipt = view.deadlines.iter().find(|d| d.kind == "receipt").unwrap();
        assert_eq!(receipt.met_on, Some(day("2021-05-06")));
        assert!(!receipt.late);
        assert_eq!(code(assigning::accept(&platform, &a, share.id, share.version).await), "CORE-409");
        assert_eq!(code(assigning::accept(&platform, &a, share.id, view.share.version).await), "SHARE-002");
        assert_eq!(city.world.event_kinds().await.last().unwrap(), "share.accept");
    }

    async fn a_late_receipt_is_late(world) {
        let city = City::new(world, &ten()).await;
        city.dispatch().await;
        city.world.clock.set("2021-05-13T09:00:00+08:00");
        let ctx = city.world.as_post(&city.clerk);
        let progress = assigning::progress(&city.world.platform, &ctx, city.task).await.unwrap();
        assert!(progress.units.iter().all(|unit| unit.late));
        assert!(progress.units[0].deadline.as_ref().unwrap().left.contains("逾期"));
        city.accepted().await;
        let view = assigning::view(&city.world.platform, &ctx, city.share(city.a).await.id).await.unwrap();
        let receipt = view.deadlines.iter().find(|d| d.kind == "receipt").unwrap();
        assert!(receipt.late && receipt.left.contains("逾期完成"), "{}", receipt.left);
    }

    async fn a_share_is_returned_and_sent_again(world) {
        let city = City::new(world, &ten()).await;
        city.dispatch().await;
        let platform = city.world.platform.clone();
        let (a, above) = (city.world.as_post(&city.a_clerk), city.world.as_post(&city.clerk));
        let share = city.share(city.a).await;
        assert_eq!(code(assigning::give_back(&platform, &a, share.id, share.version, "  ").await), "SHARE-003");
        let long = |n: usize| "因".repeat(n);
        assert_eq!(code(assigning::give_back(&platform, &a, share.id, share.version, &long(501)).await), "SHARE-003");
        assert_eq!(code(assigning::redispatch(&platform, &above, share.id, share.version, city.a).await), "SHARE-002");
        assigning::give_back(&platform, &a, share.id, share.version, &long(500)).await.unwrap();
        assert_eq!(city.int("SELECT COUNT(*) FROM deadline").await, 4);
        let share = city.share(city.a).await;
        assert_eq!(share.return_reason.as_deref(), Some(long(500).as_str()));
        assert_eq!(code(assigning::accept(&platform, &a, share.id, share.version).await), "SHARE-002");

        assert_eq!(code(assigning::redispatch(&platform, &a, share.id, share.version, city.a).await), "SHARE-005");
        assert_eq!(code(assigning::redispatch(&platform, &above, share.id, share.version, city.b).await), "SHARE-004");
        let stranger = domain::ids::AgencyId::from_bytes([9; 16]);
        assert_eq!(code(assigning::redispatch(&platform, &above, share.id, share.version, stranger).await), "SHARE-006");
        // The city itself takes the visits over.
        assigning::redispatch(&platform, &above, share.id, share.version, city.city).await.unwrap();
        let moved = city.share(city.city).await;
        assert_eq!((moved.id, moved.visits), (share.id, 6));
        assert_eq!(city.int("SELECT COUNT(*) FROM deadline").await, 6);
        assert_eq!(assigning::view(&platform, &a, share.id).await.unwrap_err().kind, ErrorKind::NotFound);
        assert_eq!(assigning::visits(&platform, &a, &Filter::default(), app::Window::page(0, 50)).await.unwrap().total, 0);
        assigning::accept(&platform, &above, share.id, moved.version).await.unwrap();
        let kinds = city.world.event_kinds().await;
        assert_eq!(kinds[kinds.len() - 3..], ["share.return", "share.redispatch", "share.accept"]);
    }

    async fn inspectors_read_visits_and_change_nothing(world) {
        let city = City::new(world, &ten()).await;
        city.dispatch().await;
        let post = city.world.person("ins", "检查员", city.a, Role::Inspector).await;
        let ctx = city.world.as_post(&post);
        assert_eq!(assigning::visits(&city.world.platform, &ctx, &Filter::default(), app::Window::page(0, 50)).await.unwrap().total, 6);
        let share = city.share(city.a).await;
        assert_eq!(assigning::accept(&city.world.platform, &ctx, share.id, share.version).await.unwrap_err().kind, ErrorKind::Denied);
        assert_eq!(assigning::spread(&city.world.platform, &ctx, share.id).await.unwrap_err().kind, ErrorKind::Denied);
    }
}

//! Schemes: drafting, counting, submitting, approving, returning; who may, who may not.

use app::ErrorKind;
use domain::role::Role;
use domain::scheme::{BadScheme, SchemeDraft, StratumSize};
use testkit::on_both;

use crate::common::{City, draft};

on_both! {
    async fn a_scheme_is_written_submitted_returned_and_approved(world) {
        let city = City::new(world).await;
        let platform = &city.world.platform;
        let mut content = draft();
        content.strata[1].size =
            StratumSize::Ratio { ratio: "3%".into(), rounding: domain::scheme::SizeRounding::Ceil, at_least: None };
        let id = app::scheme::draft(platform, &city.clerk(), &content).await.unwrap();
        let refused = app::scheme::submit(platform, &city.clerk(), id, 1).await.unwrap_err();
        assert_eq!(refused.code, "SCHM-001");
        assert!(refused.message().contains("第2个类别的抽取比例"), "{}", refused.message());
        app::scheme::update(platform, &city.clerk(), id, 1, &draft()).await.unwrap();
        // Someone still has the first version open.
        let stale = app::scheme::update(platform, &city.clerk(), id, 1, &draft()).await.unwrap_err();
        assert_eq!((stale.kind, stale.code), (ErrorKind::Conflict, "CORE-409"));
        assert_eq!(app::scheme::approve(platform, &city.leader(), id, 2).await.unwrap_err().code, "SCHM-002");
        app::scheme::submit(platform, &city.clerk(), id, 2).await.unwrap();
        assert_eq!(app::scheme::update(platform, &city.clerk(), id, 3, &draft()).await.unwrap_err().code, "SCHM-002");
        let unsaid = app::scheme::give_back(platform, &city.leader(), id, 3, "  ").await.unwrap_err();
        assert_eq!(unsaid.fields[0].code, "APPR-004");
        app::scheme::give_back(platform, &city.leader(), id, 3, "请补充依据").await.unwrap();
        app::scheme::submit(platform, &city.clerk(), id, 4).await.unwrap();
        app::scheme::approve(platform, &city.leader(), id, 5).await.unwrap();
        let view = app::scheme::view(platform, &city.clerk(), id).await.unwrap();
        assert_eq!(view.revision.state.code(), "approved");
        let decisions: Vec<_> = view.decisions.iter().map(|d| (d.step.as_str(), d.decision.as_str())).collect();
        assert_eq!(decisions, [("submit", "asked"), ("approve", "returned"), ("submit", "asked"), ("approve", "approved")]);
        let kinds = city.world.event_kinds().await;
        let schemes: Vec<_> = kinds.iter().filter(|kind| kind.starts_with("scheme.")).map(String::as_str).collect();
        let expect = ["scheme.draft", "scheme.draft", "scheme.submit", "scheme.return", "scheme.submit", "scheme.approve"];
        assert_eq!(schemes, expect);
    }

    async fn only_a_draft_that_never_left_the_desk_is_deleted(world) {
        let city = City::new(world).await;
        let platform = &city.world.platform;
        let id = app::scheme::draft(platform, &city.clerk(), &draft()).await.unwrap();
        assert_eq!(app::scheme::delete(platform, &city.leader(), id, 1).await.unwrap_err().code, "CORE-403");
        let county = city.world.as_post(&city.county_clerk);
        assert_eq!(app::scheme::delete(platform, &county, id, 1).await.unwrap_err().kind, ErrorKind::NotFound);
        let theirs = app::scheme::draft(platform, &county, &draft()).await.unwrap();
        assert_eq!(app::scheme::delete(platform, &city.clerk(), theirs, 1).await.unwrap_err().code, "SCHM-006");
        // Somebody changed it meanwhile: what they wrote is not thrown away unseen.
        app::scheme::update(platform, &city.clerk(), id, 1, &draft()).await.unwrap();
        assert_eq!(app::scheme::delete(platform, &city.clerk(), id, 1).await.unwrap_err().code, "CORE-409");
        app::scheme::delete(platform, &city.clerk(), id, 2).await.unwrap();
        assert_eq!(app::scheme::view(platform, &city.clerk(), id).await.unwrap_err().kind, ErrorKind::NotFound);
        assert!(city.world.event_kinds().await.contains(&"scheme.delete".to_owned()));
        // Once submitted it stays, also after it came back.
        let id = app::scheme::draft(platform, &city.clerk(), &draft()).await.unwrap();
        app::scheme::submit(platform, &city.clerk(), id, 1).await.unwrap();
        assert_eq!(app::scheme::delete(platform, &city.clerk(), id, 2).await.unwrap_err().code, "SCHM-002");
        app::scheme::give_back(platform, &city.leader(), id, 2, "请补充依据").await.unwrap();
        assert_eq!(app::scheme::delete(platform, &city.clerk(), id, 3).await.unwrap_err().code, "SCHM-009");
        app::scheme::view(platform, &city.clerk(), id).await.unwrap();
    }

    async fn nobody_approves_an_own_scheme(world) {
        let city = City::new(world).await;
        let platform = &city.world.platform;
        // The clerk is also a leader; and the leader is also a clerk, who edits.
        let also_leader = city.world.post(city.clerk.account_id, city.city, Role::Leader).await;
        let also_clerk = city.world.post(city.leader.account_id, city.city, Role::Clerk).await;
        let id = app::scheme::draft(platform, &city.clerk(), &draft()).await.unwrap();
        app::scheme::update(platform, &city.world.as_post(&also_clerk), id, 1, &draft()).await.unwrap();
        app::scheme::submit(platform, &city.clerk(), id, 2).await.unwrap();
        for post in [&also_leader, &city.leader] {
            let refused = app::scheme::approve(platform, &city.world.as_post(post), id, 3).await.unwrap_err();
            assert_eq!((refused.kind, refused.code), (ErrorKind::Denied, "APPR-003"));
        }
        let third = city.world.person("third", "周副局", city.city, Role::Leader).await;
        app::scheme::approve(platform, &city.world.as_post(&third), id, 3).await.unwrap();
    }

    async fn other_roles_and_other_agencies_are_refused(world) {
        let city = City::new(world).await;
        let platform = &city.world.platform;
        let id = app::scheme::draft(platform, &city.clerk(), &draft()).await.unwrap();
        let auditor = city.world.as_post(&city.auditor);
        assert_eq!(app::scheme::draft(platform, &auditor, &draft()).await.unwrap_err().code, "CORE-403");
        assert_eq!(app::scheme::submit(platform, &city.leader(), id, 1).await.unwrap_err().code, "CORE-403");
        assert_eq!(app::scheme::approve(platform, &city.clerk(), id, 1).await.unwrap_err().code, "CORE-403");
        app::scheme::view(platform, &auditor, id).await.unwrap();
        // A county does not see the city's schemes; the city sees the county's and leaves them to it.
        let county = city.world.as_post(&city.county_clerk);
        assert_eq!(app::scheme::view(platform, &county, id).await.unwrap_err().kind, ErrorKind::NotFound);
        assert_eq!(app::scheme::submit(platform, &county, id, 1).await.unwrap_err().kind, ErrorKind::NotFound);
        assert_eq!(app::scheme::list(platform, &county, app::Window::page(0, 50)).await.unwrap().total, 0);
        let theirs = app::scheme::draft(platform, &county, &draft()).await.unwrap();
        assert_eq!(app::scheme::submit(platform, &city.clerk(), theirs, 1).await.unwrap_err().code, "SCHM-006");
        let copy = app::scheme::copy(platform, &city.clerk(), theirs).await.unwrap();
        let copy = app::scheme::view(platform, &city.clerk(), copy).await.unwrap();
        assert!(copy.own && copy.draft.title.ends_with("（副本）"));
        assert_ne!(copy.revision.number, app::scheme::view(platform, &county, theirs).await.unwrap().revision.number);
        let untitled = app::scheme::draft(platform, &city.clerk(), &SchemeDraft::empty(" ")).await.unwrap_err();
        assert_eq!(untitled.fields[0].field, "title");
    }

    async fn live_counts_follow_the_directory(world) {
        let city = City::with_register(world, 40).await;
        let platform = &city.world.platform;
        let counts = app::scheme::counts(platform, &city.clerk(), &draft()).await.unwrap();
        assert!(counts.problems.is_empty());
        assert_eq!((counts.rows, counts.total, counts.outside), (63, 12, 0));
        let strata: Vec<_> = counts.strata.iter().map(|s| (s.rows, s.size)).collect();
        assert_eq!(strata, [(4, 4), (37, 4), (20, 4)]);
        assert_eq!(counts.strata[1].sentence, "主体类型为“企业”的，抽取10%，向上取整。");
        assert!(counts.warnings.iter().any(|w| w.kind == "isolated" && w.text.contains("电子商务平台经营者")));
        // One more object, and the counts follow.
        let store = city.world.store().await;
        let mut tx = store.write().await.unwrap();
        let mut conn = store.read().await.unwrap();
        let code = "91130302MA00000001";
        let mut subject = store::repo::subject::by_code_unscoped(&mut conn, code).await.unwrap().subject;
        drop(conn);
        subject.id = domain::SubjectId::from_parts(999, [9; 10]);
        subject.key = "91130302MB00000001".to_owned();
        store::repo::subject::insert(&mut tx, &subject, "test", platform.now()).await.unwrap();
        tx.commit().await.unwrap();
        store.close().await;
        let counts = app::scheme::counts(platform, &city.clerk(), &draft()).await.unwrap();
        assert_eq!((counts.rows, counts.strata[0].rows), (64, 5));
        // What cannot be counted says why; what nobody meets is flagged.
        let mut bad = draft();
        bad.strata.clear();
        let problems = app::scheme::counts(platform, &city.clerk(), &bad).await.unwrap().problems;
        assert_eq!(problems[0].place, "strata");
        assert!(matches!(bad.problems()[0].what, BadScheme::NoStrata));
        let mut nobody = draft();
        nobody.strata[0].conditions[1].values = vec!["没有的标签".to_owned()];
        let counts = app::scheme::counts(platform, &city.clerk(), &nobody).await.unwrap();
        assert!(counts.warnings.iter().any(|w| w.kind == "nobody"));
        // A county counts its own objects only.
        let county = app::scheme::counts(platform, &city.world.as_post(&city.county_clerk), &draft()).await.unwrap();
        assert!(county.rows > 0 && county.rows < 64);
        let choices = app::scheme::choices(platform, &city.clerk()).await.unwrap();
        let tags = choices.of(domain::scheme::SchemeColumn::Tags);
        let advertising = tags.iter().find(|choice| choice.value == "广告").unwrap();
        assert_eq!((advertising.label.as_str(), advertising.objects), ("广告", 5));
        let kinds = choices.of(domain::scheme::SchemeColumn::Kind);
        assert_eq!(kinds.len(), domain::subject::SubjectKind::ALL.len(), "also those that nobody is");
        assert_eq!(kinds.iter().map(|choice| choice.objects).sum::<u64>(), 64);
        let organs = choices.of(domain::scheme::SchemeColumn::Organ);
        assert!(organs.iter().any(|choice| choice.objects > 0 && choice.label.starts_with(&choice.value)), "{organs:?}");
        let near = choices.near(domain::scheme::SchemeColumn::Tags, "广告发布");
        assert_eq!(near.first().map(|choice| choice.value.as_str()), Some("广告"));
    }
}

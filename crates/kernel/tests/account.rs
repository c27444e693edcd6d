//! Accounts, posts and sessions: who gets in, who is kept out, and what is left behind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use app::account::{NewAccount, PASSWORD_CHARS, change_password, create, end_post, grant, reset_password, resume};
use app::account::{NewPost, set_disabled, sign_in, sign_out, switch_post};
use app::{Actor, ErrorKind};
use domain::agency::AgencyLevel;
use domain::role::Role;
use testkit::{PASSWORD, World, on_both};

async fn city(world: &World) -> domain::AgencyId {
    world.agency("130300", "秦皇岛市市场监督管理局", AgencyLevel::City, None).await
}

fn public(world: &World) -> app::Ctx {
    world.platform.ctx(Actor::Public, "test")
}

on_both! {
    async fn a_person_signs_in_and_out(world) {
        let agency = city(&world).await;
        let post = world.person("clerk", "王经办", agency, Role::Clerk).await;
        let signed_in = sign_in(&world.platform, &public(&world), " clerk ", PASSWORD, None).await.unwrap();
        assert_eq!(signed_in.post.id, post.id);
        assert_eq!(signed_in.token.len(), 64);
        let session = resume(&world.platform, &signed_in.token).await.unwrap().unwrap();
        assert_eq!(session.post.agency_name, "秦皇岛市市场监督管理局");
        sign_out(&world.platform, &world.as_post(&post), &signed_in.token).await.unwrap();
        assert!(resume(&world.platform, &signed_in.token).await.unwrap().is_none());
        let kinds = world.event_kinds().await;
        assert!(kinds.ends_with(&["account.sign_in".to_owned(), "account.sign_out".to_owned()]), "{kinds:?}");
    }

    async fn an_unknown_login_and_a_wrong_password_look_the_same(world) {
        let agency = city(&world).await;
        world.person("clerk", "王经办", agency, Role::Clerk).await;
        let ctx = public(&world);
        let unknown = sign_in(&world.platform, &ctx, "nobody", PASSWORD, None).await.unwrap_err();
        let wrong = sign_in(&world.platform, &ctx, "clerk", "wrong password", None).await.unwrap_err();
        assert_eq!((unknown.kind, unknown.code), (wrong.kind, wrong.code));
        assert_eq!(unknown.message(), wrong.message());
    }

    async fn a_session_ends_when_idle_when_old_and_when_the_post_ends(world) {
        let agency = city(&world).await;
        let admin = world.person("admin", "李管理", agency, Role::Administrator).await;
        let post = world.person("clerk", "王经办", agency, Role::Clerk).await;
        let token = sign_in(&world.platform, &public(&world), "clerk", PASSWORD, None).await.unwrap().token;
        world.clock.advance_seconds(119 * 60);
        assert!(resume(&world.platform, &token).await.unwrap().is_some());
        world.clock.advance_seconds(121 * 60);
        assert!(resume(&world.platform, &token).await.unwrap().is_none(), "idle for more than two hours");

        let token = sign_in(&world.platform, &public(&world), "clerk", PASSWORD, None).await.unwrap().token;
        for _ in 0..11 {
            world.clock.advance_seconds(3600);
            assert!(resume(&world.platform, &token).await.unwrap().is_some());
        }
        world.clock.advance_seconds(3600);
        assert!(resume(&world.platform, &token).await.unwrap().is_none(), "twelve hours old");

        let token = sign_in(&world.platform, &public(&world), "clerk", PASSWORD, None).await.unwrap().token;
        let yesterday = domain::china_day(world.platform.now()).pred_opt().unwrap();
        end_post(&world.platform, &world.as_post(&admin), post.id, yesterday, None).await.unwrap();
        assert!(resume(&world.platform, &token).await.unwrap().is_none(), "the post has ended");
        let error = sign_in(&world.platform, &public(&world), "clerk", PASSWORD, None).await.unwrap_err();
        assert_eq!(error.code, "ACCT-003");
    }

    async fn a_closed_account_is_out_at_once(world) {
        let agency = city(&world).await;
        let admin = world.person("admin", "李管理", agency, Role::Administrator).await;
        world.person("clerk", "王经办", agency, Role::Clerk).await;
        let token = sign_in(&world.platform, &public(&world), "clerk", PASSWORD, None).await.unwrap().token;
        set_disabled(&world.platform, &world.as_post(&admin), "clerk", true, None).await.unwrap();
        assert!(resume(&world.platform, &token).await.unwrap().is_none());
        assert_eq!(sign_in(&world.platform, &public(&world), "clerk", PASSWORD, None).await.unwrap_err().code, "ACCT-001");
        set_disabled(&world.platform, &world.as_post(&admin), "clerk", false, None).await.unwrap();
        sign_in(&world.platform, &public(&world), "clerk", PASSWORD, None).await.unwrap();
    }

    async fn passwords_have_a_length_and_a_new_one_ends_the_sessions(world) {
        let agency = city(&world).await;
        let post = world.person("clerk", "王经办", agency, Role::Clerk).await;
        let token = sign_in(&world.platform, &public(&world), "clerk", PASSWORD, None).await.unwrap().token;
        let ctx = world.as_post(&post);
        let check = |new: String, code: Option<&'static str>| {
            let (platform, ctx) = (world.platform.clone(), ctx.clone());
            async move {
                let error = change_password(&platform, &ctx, PASSWORD, &new).await.err();
                assert_eq!(error.and_then(|e| e.fields.first().map(|f| f.code)), code, "{} characters", new.chars().count());
            }
        };
        check("字".repeat(PASSWORD_CHARS.start() - 1), Some("ACCT-004")).await;
        check("字".repeat(PASSWORD_CHARS.end() + 1), Some("ACCT-004")).await;
        let wrong = change_password(&world.platform, &ctx, "not the current one", "a new long password").await.unwrap_err();
        assert_eq!(wrong.fields[0].code, "ACCT-006");
        check("字".repeat(*PASSWORD_CHARS.end()), None).await;
        assert!(resume(&world.platform, &token).await.unwrap().is_none());
        sign_in(&world.platform, &public(&world), "clerk", &"字".repeat(*PASSWORD_CHARS.end()), None).await.unwrap();
    }

    async fn only_an_administrator_manages_accounts(world) {
        let agency = city(&world).await;
        let account = || NewAccount { login: "new".to_owned(), name: "新人".to_owned(), password: PASSWORD.to_owned(), must_change: true };
        for role in Role::ALL.iter().filter(|r| r.is_granted() && **r != Role::Administrator) {
            let post = world.person(&format!("p-{}", role.code().replace('_', "-")), "某人", agency, *role).await;
            let error = create(&world.platform, &world.as_post(&post), account()).await.unwrap_err();
            assert_eq!((error.kind, error.code), (ErrorKind::Denied, "CORE-403"), "{role}");
            let error = reset_password(&world.platform, &world.as_post(&post), "p-clerk", PASSWORD).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Denied, "{role}");
        }
        let admin = world.person("admin", "李管理", agency, Role::Administrator).await;
        create(&world.platform, &world.as_post(&admin), account()).await.unwrap();
        let taken = create(&world.platform, &world.as_post(&admin), account()).await.unwrap_err();
        assert_eq!(taken.fields[0].code, "ACCT-009");
        let bad = NewAccount { login: "有空 格".to_owned(), name: String::new(), password: PASSWORD.to_owned(), must_change: false };
        let error = create(&world.platform, &world.as_post(&admin), bad).await.unwrap_err();
        assert_eq!(error.fields.iter().map(|f| f.field).collect::<Vec<_>>(), ["login", "name"]);
    }

    async fn an_administrator_of_a_county_grants_no_post_elsewhere(world) {
        let city = city(&world).await;
        let county = world.agency("130302", "海港区市场监督管理局", AgencyLevel::County, Some("130300")).await;
        let admin = world.person("county-admin", "赵管理", county, Role::Administrator).await;
        let clerk = world.person("clerk", "王经办", county, Role::Clerk).await;
        let post = |agency| NewPost {
            account: clerk.account_id, agency, section: String::new(), role: Role::Leader,
            valid_from: "2021-01-01".parse().unwrap(), valid_to: None, seen: None,
        };
        let ctx = world.as_post(&admin);
        assert_eq!(grant(&world.platform, &ctx, post(city)).await.unwrap_err().kind, ErrorKind::NotFound);
        grant(&world.platform, &ctx, post(county)).await.unwrap();
    }

    async fn a_person_with_two_posts_acts_as_one_at_a_time(world) {
        let agency = city(&world).await;
        let clerk = world.person("clerk", "王经办", agency, Role::Clerk).await;
        let other = world.person("other", "另一人", agency, Role::Leader).await;
        let keeper = world.post(clerk.account_id, agency, Role::DirectoryKeeper).await;
        let token = sign_in(&world.platform, &public(&world), "clerk", PASSWORD, None).await.unwrap().token;
        let foreign = switch_post(&world.platform, &world.as_post(&clerk), &token, other.id).await.unwrap_err();
        assert_eq!(foreign.code, "ACCT-007");
        switch_post(&world.platform, &world.as_post(&clerk), &token, keeper.id).await.unwrap();
        assert_eq!(resume(&world.platform, &token).await.unwrap().unwrap().post.role, Role::DirectoryKeeper);
    }
}

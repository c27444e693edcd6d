//! The QR code of an invitation at both tables: there again after F5, for the session that made it, and for nobody else.

use app::Config;
use domain::role::Role;
use testkit::on_both;
use testkit::play::Secret;

use crate::front::{Answer, City, Front};

/// The token in the link that a page shows.
fn token_in(page: &Answer) -> String {
    page.body.split("/witness/").nth(1).unwrap_or_else(|| panic!("no link:\n{}", page.body))[..64].to_owned()
}

/// What is asked of both tables: `page` is the table's, `new` the form's address; `inviter` and `colleague` are logins of two
/// people of one bureau with the same role.
async fn survives(front: &Front, (page, new): (&str, &str), (inviter, colleague): (&str, &str)) {
    let (mine, elsewhere) = (front.sign_in(inviter).await, front.sign_in(inviter).await);
    let other = front.sign_in(colleague).await;
    let answer = front.post(&mine, new, &[("name", "机关纪委")]).await;
    let code = answer.location().to_owned();
    assert!(code.starts_with(&format!("{page}?party=")) && !answer.body.contains("/witness/"), "{code}");
    let first = front.get(&mine, &code).await;
    first.says(200, &["机关纪委的二维码", "<svg", "复制链接", "只有您能看到"], &[]);
    assert_eq!(first.headers["cache-control"], "no-store", "no browser keeps the page");
    let token = token_in(&first);
    assert!(!code.contains(&token), "the address holds no secret");
    // F5, and coming back later.
    assert_eq!(token_in(&front.get(&mine, &code).await), token);
    let leads = format!("href=\"{code}\"");
    front.get(&mine, page).await.says(200, &[&leads, "显示二维码"], &[&token]);
    for stranger in [&other, &elsewhere] {
        front.get(stranger, &code).await.says(
            200,
            &["二维码只在发出邀请的那次登录中显示"],
            &[&token, "/witness/", "复制链接"],
        );
        front.get(stranger, page).await.says(200, &["机关纪委"], &[&leads, &token]);
    }
    // A code that nobody has, or none at all, is no failure.
    let nobody = format!("{page}?party=00000000-0000-7000-8000-000000000000");
    front.get(&mine, &nobody).await.says(200, &[], &["/witness/", "二维码只在"]);
    front.get(&mine, &format!("{page}?party=x")).await.says(200, &[], &["/witness/"]);
    // Gone once it has served.
    let secret = Secret::committed(&front.world.platform, token.clone()).await.unwrap();
    front.get(&mine, &code).await.says(200, &["机关纪委"], &[&secret.token, "复制链接", &leads, "二维码只在"]);

    // Signing out ends it, also for who holds the cookie still.
    let code = front.post(&mine, new, &[("name", "企业代表")]).await.location().to_owned();
    let token = token_in(&front.get(&mine, &code).await);
    front.post(&mine, "/office/sign-out", &[]).await.location();
    let after = front.get(&mine, &code).await;
    assert!(after.status.is_redirection() && !after.body.contains(&token), "{}", after.body);
    let again = front.sign_in(inviter).await;
    front.get(&again, &code).await.says(200, &["二维码只在发出邀请的那次登录中显示"], &[&token]);
}

on_both! {
    async fn the_code_of_a_draw_s_witness_survives_a_reload(world) {
        let city = City::with_lists(world).await;
        let (front, cast) = (&city.front, &city.cast);
        front.world.person("second", "钱经办", cast.clerk.agency_id, Role::Clerk).await;
        let task = cast.task(&front.world).await;
        cast.freeze(&front.world, task).await;
        cast.seal(&front.world, task).await;
        let here = format!("/office/tasks/{task}");
        survives(front, (&format!("{here}/ceremony"), &format!("{here}/parties/new")), ("clerk", "second")).await;

        // A new link is the new session's; the old one is dead, and whoever made it sees it no more.
        let (mine, other) = (front.sign_in("clerk").await, front.sign_in("second").await);
        let code = front.post(&mine, &format!("{here}/parties/new"), &[("name", "公证员")]).await.location().to_owned();
        let old = token_in(&front.get(&mine, &code).await);
        let party = code.split("party=").nth(1).unwrap();
        let reissued = front.post(&other, &format!("{here}/parties/{party}/reissue"), &[]).await;
        assert_eq!(reissued.location(), code);
        let new = token_in(&front.get(&other, &code).await);
        assert_ne!(old, new);
        front.get(&mine, &code).await.says(200, &["二维码只在发出邀请的那次登录中显示"], &[&old, &new]);
        front.get("", &format!("/witness/{old}")).await.says(404, &[], &[]);
        front.get("", &format!("/witness/{new}")).await.says(200, &["公证员"], &[]);
    }

    async fn the_code_of_a_matching_s_witness_survives_a_reload(world) {
        let city = City::with_lists(world).await;
        let (front, cast) = (&city.front, &city.cast);
        front.world.person("second", "孙经办", cast.unit_clerk.agency_id, Role::Clerk).await;
        let task = cast.drawn(&front.world).await;
        let share = cast.dispatch(&front.world, task).await;
        cast.accept(&front.world, share).await;
        let id = cast.prepare(&front.world, share).await;
        let page = format!("/office/shares/{share}/matching");
        survives(front, (&page, &format!("/office/matchings/{id}/witness")), ("unit_clerk", "second")).await;
    }

    async fn an_address_that_no_phone_can_open_is_warned_about(world) {
        let City { front, cast, .. } = City::with_lists(world).await;
        let drawn = cast.drawn(&front.world).await;
        let share = cast.dispatch(&front.world, drawn).await;
        cast.accept(&front.world, share).await;
        cast.prepare(&front.world, share).await;
        let task = cast.task(&front.world).await;
        cast.freeze(&front.world, task).await;
        cast.seal(&front.world, task).await;
        let pages = [("clerk", format!("/office/tasks/{task}/ceremony")), ("unit_clerk", format!("/office/shares/{share}/matching"))];
        let warning = "手机打不开这里的二维码";
        for (login, page) in &pages {
            front.get(&front.sign_in(login).await, page).await.says(200, &[], &[warning]);
        }
        let world = front.world;
        let config = |base_url: &str, site_url: Option<&str>| Config {
            store: world.store_config.clone(),
            files: world.folder.path().join("files"),
            clock: world.clock.clone(),
            base_url: base_url.to_owned(),
            site_url: site_url.map(str::to_owned),
            printer: None,
        };
        let mut found = Vec::new();
        for (base, site) in [("http://127.0.0.1:8080", None), ("https://10.0.0.7:8443", Some("https://localhost"))] {
            found.push((app::open(config(base, site)).await.unwrap(), site.unwrap_or(base)));
        }
        let mut world = world;
        for (platform, url) in found {
            world.platform = platform;
            let front = Front::new(world);
            for (login, page) in &pages {
                let shown = front.get(&front.sign_in(login).await, page).await;
                shown.says(200, &[warning, &format!("二维码中的地址是 {url}，"), "--public-url"], &[]);
            }
            world = front.world;
        }
    }
}

//! Forms about accounts carry the version that they were shown: two administrators at once do not undo each other unseen.

use domain::role::Role;
use testkit::{PASSWORD, on_both};

use crate::front::{Answer, City};

/// The version in a form.
fn version(page: &Answer) -> String {
    let rest =
        page.body.split("name=\"version\" value=\"").nth(1).unwrap_or_else(|| panic!("no version:\n{}", page.body));
    rest.split('"').next().unwrap().to_owned()
}

on_both! {
    async fn a_form_that_comes_too_late_says_who_changed_what(world) {
        let city = City::new(world).await;
        let front = &city.front;
        let agency = city.cast.clerk.agency_id;
        front.world.person("admin", "孙管理", agency, Role::Administrator).await;
        front.world.person("admin2", "钱管理", agency, Role::Administrator).await;
        let (mine, other) = (front.sign_in("admin").await, front.sign_in("admin2").await);
        let id = city.cast.clerk.account_id;
        let here = format!("/office/accounts/{id}");
        let [disable, reset, grant] = ["disable", "reset-password", "posts/new"].map(|verb| format!("{here}/{verb}"));
        let end = format!("{here}/posts/{}/end", city.cast.clerk.id);
        let agency = agency.to_string();
        let shown = async |who: &str, form: &str| version(&front.get(who, form).await);
        let granted = async |who: &str, version: &str| {
            let fields = [("agency", &*agency), ("section", "执法科"), ("role", "leader"), ("version", version)];
            front.post(who, &grant, &fields).await
        };
        let late = |answer: &Answer, what: &str, not: &[&str]| {
            answer.says(409, &["钱管理", what], not);
            version(answer)
        };

        // Signing in changes nothing.
        let seen = shown(&mine, &disable).await;
        front.sign_in("clerk").await;
        assert_eq!(granted(&other, &shown(&other, &grant).await).await.location(), here);
        let answer = front.post(&mine, &disable, &[("disabled", "1"), ("version", &seen)]).await;
        let now = late(&answer, "授予岗位", &["：登录。"]);
        assert_ne!(now, seen);
        front.get(&mine, &here).await.says(200, &["停用账号"], &["恢复账号"]);
        // A second look and a second press do it.
        assert_eq!(front.post(&mine, &disable, &[("disabled", "1"), ("version", &now)]).await.location(), here);
        front.get(&mine, &here).await.says(200, &["恢复账号"], &[]);

        // Opened again by the other one meanwhile: the question is put as things stand.
        let seen = shown(&mine, &disable).await;
        front.post(&other, &disable, &[("disabled", "0"), ("version", &seen)]).await.location();
        let answer = front.post(&mine, &disable, &[("disabled", "0"), ("version", &seen)]).await;
        late(&answer, "没有作任何改动", &["恢复账号</button>"]);

        // A new first password is not made over a change that nobody saw, and the old one stays good.
        let seen = shown(&mine, &reset).await;
        assert_eq!(granted(&other, &shown(&other, &grant).await).await.location(), here);
        let answer = front.post(&mine, &reset, &[("version", &seen)]).await;
        let now = late(&answer, "授予岗位", &["密码已重置"]);
        let public = front.world.platform.ctx(app::Actor::Public, "test");
        app::account::sign_in(&front.world.platform, &public, "clerk", PASSWORD, None).await.unwrap();

        // The other one was faster with that, too: a further post keeps what was typed.
        let seen = shown(&mine, &grant).await;
        assert_eq!(seen, now);
        front.post(&other, &reset, &[("version", &seen)]).await.says(200, &["密码已重置"], &[]);
        let answer = granted(&mine, &seen).await;
        let now = late(&answer, "重置密码", &[]);
        assert!(answer.body.contains("value=\"执法科\""), "{}", answer.body);
        assert_eq!(granted(&mine, &now).await.location(), here);

        // Ending a post.
        let seen = shown(&mine, &end).await;
        assert_eq!(granted(&other, &seen).await.location(), here);
        let answer = front.post(&mine, &end, &[("day", "2021-05-05"), ("version", &seen)]).await;
        let now = late(&answer, "授予岗位", &[]);
        assert!(answer.body.contains("value=\"2021-05-05\""), "{}", answer.body);
        assert_eq!(front.post(&mine, &end, &[("day", "2021-05-05"), ("version", &now)]).await.location(), here);
        // A form without its version is one that nobody was shown.
        front.post(&mine, &disable, &[("disabled", "1")]).await.says(409, &[], &[]);
    }
}

//! Signing in over HTTP: what is refused looks alike and takes alike, who is right is told what happened meanwhile, and a
//! second sign-in ends the first.

use std::time::{Duration, Instant};

use axum::http::header::SET_COOKIE;
use domain::agency::AgencyLevel;
use domain::role::Role;
use testkit::{PASSWORD, World, on_both};

use crate::front::{Answer, Front};

const HERE: &str = "10.1.1.1";
const ELSEWHERE: &str = "10.2.2.2";

async fn office(world: World) -> Front {
    let agency = world.agency("130300", "秦皇岛市市场监督管理局", AgencyLevel::City, None).await;
    for (login, role) in [("clerk", Role::Clerk), ("closed", Role::Clerk), ("admin", Role::Administrator)] {
        world.person(login, "王经办", agency, role).await;
    }
    app::account::set_disabled(&world.platform, &world.system(), "closed", true, None).await.unwrap();
    Front::new(world)
}

async fn try_at(front: &Front, address: &str, login: &str, password: &str) -> Answer {
    front
        .post_at(address, "", "/office/sign-in", &[("login", login), ("password", password), ("next", "/office")])
        .await
}

/// The token that an answer sets.
fn token(answer: &Answer) -> String {
    answer.location();
    let cookies = answer.headers.get_all(SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap());
    let set = cookies.filter_map(|cookie| cookie.strip_prefix("mingcha=")).next().unwrap();
    set.split(';').next().unwrap().to_owned()
}

/// A refusal as everybody sees it: status, headers and body but for the number of the request and the login that was typed.
fn seen(answer: &Answer, login: &str) -> (u16, Vec<String>, String) {
    let header = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
        (name != "x-request-id").then(|| format!("{name}: {}", value.to_str().unwrap()))
    };
    let mut headers: Vec<_> = answer.headers.iter().filter_map(header).collect();
    headers.retain(|line| !line.starts_with("content-length"));
    let body = answer.body.replace(&format!("value=\"{login}\""), "value=\"LOGIN\"");
    (answer.status.as_u16(), headers, body)
}

on_both! {
    async fn every_refusal_looks_alike_and_takes_alike(world) {
        let front = office(world).await;
        let mut first = None;
        let mut check = async |login: &str, password: &str, why: &str| {
            let begun = Instant::now();
            let answer = try_at(&front, HERE, login, password).await;
            let took = begun.elapsed();
            assert!(took >= Duration::from_millis(490), "{why}: {took:?}");
            let now = seen(&answer, login);
            assert_eq!(now.0, 422, "{why}");
            let before = first.get_or_insert_with(|| now.clone());
            assert_eq!(*before, now, "{why}");
        };
        check("clerk", "wrong password", "wrong").await;
        check("nobody", "wrong password", "unknown").await;
        check("closed", PASSWORD, "closed").await;
        check("no login at all \u{1F600}", "wrong password", "not even a login").await;
        for n in 0..6 {
            check("clerk", "wrong password", &format!("wrong {n}")).await;
            check("nobody", "wrong password", &format!("unknown {n}")).await;
        }
        check("clerk", PASSWORD, "throttled, though right").await;
        check("nobody", PASSWORD, "throttled and unknown").await;
    }

    async fn a_stranger_holds_up_nobody_and_the_person_is_told(world) {
        let front = office(world).await;
        for _ in 0..8 {
            try_at(&front, ELSEWHERE, "clerk", "wrong password").await.says(422, &["试得太频繁"], &[]);
        }
        let answer = try_at(&front, HERE, "clerk", PASSWORD).await;
        let page = front.get_with(&token(&answer), "/office", &[("cookie", answer.headers[SET_COOKIE].to_str().unwrap())]).await;
        let notice = answer.headers.get_all(SET_COOKIE).iter().any(|cookie| cookie.to_str().unwrap().starts_with("mingcha_flash=warn"));
        assert!(notice, "{:?}", answer.headers);
        page.says(200, &["登录未成功 8 次，最近一次 2021-05-06 09:0", "，来自 10.2.2.2"], &[]);
        // Told once; and the administrator sees both.
        let again = try_at(&front, HERE, "clerk", PASSWORD).await;
        assert!(again.headers.get_all(SET_COOKIE).iter().all(|cookie| !cookie.to_str().unwrap().starts_with("mingcha_flash")));
        try_at(&front, ELSEWHERE, "admin", "wrong password").await.says(422, &[], &[]);
        let admin = token(&try_at(&front, HERE, "admin", PASSWORD).await);
        let list = front.get(&admin, "/office/accounts?q=clerk").await;
        let id = list.body.split("/office/accounts/").find_map(|rest| rest.split('"').next().filter(|id| id.len() == 36)).unwrap();
        front.get(&admin, &format!("/office/accounts/{id}")).await.says(200, &["最近登录", "2021-05-06 09:0", "此后未成功的登录"], &[]);
        front.get(&admin, "/office/events?kind=account.sign_in_throttled").await.says(200, &["登录过于频繁"], &[]);
    }

    async fn a_second_sign_in_of_a_browser_ends_the_first_session(world) {
        let front = office(world).await;
        let first = token(&try_at(&front, HERE, "clerk", PASSWORD).await);
        let fields = [("login", "admin"), ("password", PASSWORD)];
        let second = token(&front.post_at(HERE, &first, "/office/sign-in", &fields).await);
        front.get(&second, "/office").await.says(200, &[], &[]);
        assert!(front.get(&first, "/office").await.location().starts_with("/office/sign-in"), "the first has ended");
        let refused = [("login", "admin"), ("password", "wrong password")];
        front.post_at(HERE, &second, "/office/sign-in", &refused).await.says(422, &[], &[]);
        front.get(&second, "/office").await.says(200, &[], &[]);
    }

    async fn a_way_back_that_is_none_leads_home(world) {
        let front = office(world).await;
        for next in ["/office/\r\nset-cookie: a=b", "/office/\n", "/office/\0", "/office/\u{7f}", "//evil.example", "/office/一"] {
            let fields = [("login", "clerk"), ("password", PASSWORD), ("next", next)];
            let answer = front.post_at(HERE, "", "/office/sign-in", &fields).await;
            // Refused before a session begins, or led home; never a fault.
            if answer.status.as_u16() == 422 {
                assert!(answer.headers.get(SET_COOKIE).is_none(), "{next:?}");
            } else {
                // What stands at the edge of a text falls away like a space, see `domain::text`.
                assert_eq!(answer.location().trim_end_matches('/'), "/office", "{next:?}");
                token(&answer);
            }
        }
    }
}

//! Refusals: nobody is thrown out of the office by one, nothing typed is lost, and nobody is led to another site.

use axum::http::header;
use domain::agency::AgencyLevel;
use domain::role::Role;
use testkit::on_both;

use crate::front::{Answer, City, Front, SCRIPT};

/// An id that nothing has.
const UNKNOWN: &str = "01793f30-4a80-7743-b357-8adf1b663851";

/// What only a page inside the office has.
const FRAME: [&str; 4] = ["aria-label=\"主导航\"", "action=\"/office/sign-out\"", "甲经办", "海港区市场监督管理局"];

/// The notice of an answer, as the cookie that the browser brings to the next page.
fn notice(answer: &Answer) -> String {
    let cookie = answer.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

async fn administrator(world: testkit::World) -> (Front, String) {
    let city = world.agency("130300", "秦皇岛市市场监督管理局", AgencyLevel::City, None).await;
    world.agency("130302", "海港区市场监督管理局", AgencyLevel::County, Some("130300")).await;
    for (login, name) in [("admin", "俞敏"), ("second", "邢第二")] {
        world.person(login, name, city, Role::Administrator).await;
    }
    let front = Front::new(world);
    let token = front.sign_in("admin").await;
    (front, token)
}

/// The version in a form, and that what was typed stands in it under what somebody else did.
fn came_late(answer: &Answer, field: &str, words: &[&str]) -> String {
    answer.says(
        409,
        &["在您查看之后", "邢第二（秦皇岛市市场监督管理局）", "您填写的内容仍保留在下方"],
        &["data-refused=\"back\""],
    );
    answer.says(409, words, &[]);
    let version = answer.body.split(&format!("name=\"{field}\" value=\"")).nth(1).unwrap();
    version.split('"').next().unwrap().to_owned()
}

on_both! {
    async fn a_page_that_is_refused_keeps_its_frame(world) {
        let city = City::new(world).await;
        let (front, clerk) = (&city.front, &city.unit_clerk);
        let nowhere = format!("/office/subjects/{}", UNKNOWN);
        for (path, status, words) in [
            ("/office/accounts", 403, ["您", "编号"]),
            (nowhere.as_str(), 404, ["CORE-404", "编号"]),
            ("/office/tasks/seven", 404, ["CORE-404", "编号"]),
            ("/office/no/such/page", 404, ["WEB-404", "没有找到这个页面"]),
            ("/office/shares", 404, ["WEB-404", "回到首页"]),
        ] {
            let answer = front.get(clerk, path).await;
            answer.says(status, &FRAME, &["回到刚才的页面"]);
            answer.says(status, &words, &[]);
        }
        let marked = "<a href=\"/office/directory\" aria-current=\"page\">";
        front.get(clerk, &nowhere).await.says(404, &[marked], &[]);
        let from = front.get_with(clerk, &nowhere, &[("referer", "http://localhost/office/subjects?q=%3Cscript%3E")]).await;
        from.says(404, &["href=\"/office/subjects?q=%3Cscript%3E\"", "回到刚才的页面"], &[]);
        let elsewhere = front.get_with(clerk, &nowhere, &[("referer", "https://evil.example/office")]).await;
        elsewhere.says(404, &FRAME, &["evil", "回到刚才的页面"]);
        let nobody = front.get("", "/office/no/such/page").await;
        nobody.says(404, &["没有找到这个页面"], &["主导航"]);
    }

    async fn a_form_that_is_refused_comes_back_to_its_page_and_says_why(world) {
        let city = City::new(world).await;
        let (front, clerk) = (&city.front, &city.unit_clerk);
        let new = "/office/agencies/new";
        let seal = format!("/office/tasks/{}/seal", UNKNOWN);
        let post = async |from: &str, path: &str| front.post_with(clerk, path, &[("referer", from)], &[]).await;

        let denied = post("http://localhost/office/agencies?page=1#top", new).await;
        assert_eq!(denied.location(), "/office/agencies?page=1");
        let (seen, nothing) = (notice(&denied), String::new());
        assert!(denied.headers.get(header::SET_COOKIE).unwrap().len() < 4096);
        let shown = async |path: &str, notice: &str| front.get_with(clerk, path, &[("cookie", notice)]).await;
        let back = shown("/office/agencies?page=1", &seen).await;
        back.says(200, &["data-refused=\"back\"", "role=\"alert\"", "CORE-403", "编号"], &["查看任务的进展"]);
        shown("/office/agencies", &nothing).await.says(200, &[], &["data-refused"]);

        // On a page of a task that is not its own, the banner leads to the task.
        let missing = post(&format!("http://localhost{seal}"), &format!("{seal}/approve")).await;
        assert!([seal.as_str(), "/office"].contains(&missing.location()), "{}", missing.location());
        // The page under a form's own address cannot be opened; the one above it can.
        let above = post("http://localhost/office/accounts/7/disable", new).await;
        assert_eq!(above.location(), "/office/accounts/7/disable", "it has a page to confirm on");
        let above = post("http://localhost/office/fairness/compute", new).await;
        assert_eq!(above.location(), "/office/fairness");

        for elsewhere in ["https://evil.example/office", "http://localhost.evil.example/", "http://localhost//evil.example", "x"] {
            let stays = post(elsewhere, new).await;
            stays.says(403, &FRAME, &["evil", "data-refused"]);
            assert!(stays.headers.get(header::LOCATION).is_none());
        }
        let program = front.post_with(clerk, new, &[("accept", "application/json"), ("referer", "http://localhost/office")], &[]).await;
        assert_eq!((program.status.as_u16(), program.headers["content-type"].as_bytes()), (403, b"application/problem+json".as_slice()));
    }

    async fn a_session_that_ended_comes_back_to_the_page(world) {
        let front = Front::new(world);
        let post = async |headers: &[(&str, &str)]| front.post_with("", "/office/agencies/new", headers, &[("name", "某局")]).await;
        let ended = post(&[("referer", "http://localhost/office/agencies/new?a=b")]).await;
        assert_eq!(ended.location(), "/office/sign-in?next=%2Foffice%2Fagencies%2Fnew%3Fa%3Db&expired=1");
        let page = front.get("", "/office/sign-in?next=%2Foffice%2Fagencies%2Fnew&expired=1").await;
        page.says(200, &["登录已过期", "value=\"/office/agencies/new\"", "data-sign-in"], &[]);
        assert!(!page.body.contains("某局"), "the server keeps nothing of it");
        for elsewhere in [&[("referer", "https://evil.example/office")][..], &[], &[("referer", "http://localhost/office/sign-in")]] {
            assert_eq!(post(elsewhere).await.location(), "/office/sign-in");
        }
        front.get("", "/office/sign-in?next=https%3A%2F%2Fevil.example&expired=1").await.says(200, &[], &["登录已过期"]);
    }

    async fn a_form_that_came_too_late_says_who_changed_what_and_keeps_the_text(world) {
        let (front, admin) = administrator(world).await;
        let second = front.sign_in("second").await;
        let list = front.get(&admin, "/office/agencies").await;
        let county = list.body.split("href=\"/office/agencies/").filter_map(|rest| rest.split('"').next());
        let id = county.filter(|id| id.len() == 36).last().unwrap().to_owned();
        let path = format!("/office/agencies/{id}");
        front.get(&admin, &path).await.says(200, &["name=\"version\" value=\"1\"", "data-guard"], &[]);
        let names = |name: &'static str, version: &'static str| [("name", name), ("short_name", "短名"), ("version", version)];
        front.post(&second, &path, &names("北方局", "1")).await.location();
        let late = front.post(&admin, &path, &names(SCRIPT, "1")).await;
        assert_eq!(came_late(&late, "version", &["北方局", "&#60;script&#62;"]), "2");
        front.post(&admin, &path, &names("南方局", "2")).await.location();

        let path = "/office/calendar/2030";
        let year = |notice: &'static str, seen: &str| {
            [("notice", notice), ("off", "1月1日"), ("on", ""), ("seen", seen), ("confirmed", "1")].map(|(a, b)| (a, b.to_owned()))
        };
        let send = async |token: &str, path: &str, fields: &[(&str, String)]| {
            let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            front.post(token, path, &fields).await
        };
        send(&second, path, &year("国办发明电〔2029〕1号", "")).await.location();
        let late = send(&admin, path, &year("国办发明电〔2029〕2号", "")).await;
        let seen = came_late(&late, "seen", &["国办发明电〔2029〕1号", "value=\"国办发明电〔2029〕2号\""]);
        send(&admin, path, &year("国办发明电〔2029〕2号", &seen)).await.location();

        let rules = front.get(&admin, "/office/rules").await;
        let mut rule = rules.body.split("href=\"/office/rules/").skip(1).filter_map(|rest| rest.split(['"', '?']).next());
        let rule = rule.find(|code| !code.is_empty()).unwrap().to_owned();
        let path = format!("/office/rules/{rule}");
        let form = front.get(&admin, &path).await.body;
        let part = |name: &str| {
            let field = form.split(&format!("name=\"{name}\"")).nth(1).unwrap_or_default();
            let chosen = field.split(" selected").next().unwrap_or_default().rsplit("value=\"").next().unwrap_or_default();
            let typed = field.split("value=\"").nth(1).unwrap_or_default();
            let value = if field.starts_with(" value") || !field.contains(" selected") { typed } else { chosen };
            value.split('"').next().unwrap_or_default().to_owned()
        };
        let set = |basis: &str, seen: &str| {
            vec![
                ("level", part("level")), ("value", part("value")), ("unit", part("unit")), ("basis", basis.to_owned()),
                ("seen", seen.to_owned()),
            ]
        };
        send(&second, &path, &set("依据甲", "")).await.location();
        let late = send(&admin, &path, &set("依据乙", "")).await;
        let seen = came_late(&late, "seen", &["依据甲", "依据乙"]);
        send(&admin, &path, &set("依据乙", &seen)).await.location();
    }

    async fn publishing_is_offered_when_it_can_succeed(world) {
        let city = City::with_lists(world).await;
        let (front, cast) = (&city.front, &city.cast);
        let task = cast.task(&front.world).await;
        cast.freeze(&front.world, task).await;
        cast.seal(&front.world, task).await;
        let here = format!("/office/tasks/{task}");
        let ceremony = format!("{here}/ceremony");
        let asks = format!("action=\"{here}/commitment\"");
        front.get(&city.clerk, &ceremony).await.says(200, &["还没有见证人", "hx-trigger"], &[&asks]);
        let by = front.world.as_post(&cast.clerk);
        let invited = app::ceremony::invite(&front.world.platform, &by, task, "机关纪委").await.unwrap();
        front.get(&city.clerk, &ceremony).await.says(200, &["等待机关纪委", "hx-trigger"], &[&asks]);
        testkit::play::Secret::committed(&front.world.platform, invited.token).await.unwrap();
        // From here on nothing happens on its own, and what is typed into the form is not asked away.
        front.get(&city.clerk, &ceremony).await.says(200, &["各方承诺已齐", &asks], &["hx-trigger"]);
        front.get(&city.leader, &ceremony).await.says(200, &[], &[&asks]);
    }
}

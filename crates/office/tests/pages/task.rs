//! Tasks: the list, making one, and the task page, which names the next step and offers it to whoever takes it.

use testkit::{on_both, play};

use crate::front::{City, SCRIPT};

on_both! {
    async fn a_task_is_made_from_an_approved_scheme(world) {
        let city = City::with_lists(world).await;
        let (front, clerk, cast) = (&city.front, &city.clerk, &city.cast);
        front.get(clerk, "/office/tasks").await.says(200, &["还没有任务", "href=\"/office/tasks/new\""], &[]);
        front.get(&city.leader, "/office/tasks").await.says(200, &["还没有任务"], &["/office/tasks/new"]);
        front.get(clerk, "/office/tasks/new").await.says(200, &["没有已批准的方案"], &["name=\"scheme\""]);
        let (by, leader) = (front.world.as_post(&cast.clerk), front.world.as_post(&cast.leader));
        let scheme = play::approved_scheme(&front.world.platform, &by, &leader).await.to_string();
        let chosen = format!("<option value=\"{scheme}\" selected>");
        front.get(clerk, &format!("/office/tasks/new?scheme={scheme}")).await.says(200, &[&chosen], &[]);
        let form = |changes: &[(&'static str, &'static str)]| {
            let mut fields = vec![
                ("scheme", scheme.as_str()), ("title", SCRIPT), ("window_from", "2021-05-10"), ("window_to", "2021-06-30"),
                ("contact", "王经办 0335-0000000"),
            ];
            for change in changes {
                fields.retain(|(name, _)| *name != change.0);
                fields.push(*change);
            }
            fields
        };
        for (field, typed, why) in [
            ("scheme", "", "请选择一份已批准的方案"),
            ("window_from", "五月十日", "检查开始日期请按"),
            ("window_to", "2021-06-31", "检查结束日期请按"),
            ("window_to", "2021-05-09", "window_to-error"),
            ("contact", "", "contact-error"),
        ] {
            let answer = front.post(clerk, "/office/tasks/new", &form(&[(field, typed)])).await;
            answer.refuses(field, why, typed);
            assert!(answer.body.contains("&#60;script&#62;"), "the name is there again: {}", answer.body);
        }
        let made = front.post(clerk, "/office/tasks/new", &form(&[("rehearsal", "1")])).await;
        front.get(clerk, made.location()).await.says(200, &["alert(1)", "演练", "待批准"], &[]);
        front.get(clerk, "/office/tasks?state=draft&q=alert").await.says(200, &["alert(1)", made.location(), "未摇号"], &[]);
        front.get(clerk, "/office/tasks?state=to_dispatch").await.says(200, &["没有符合条件的任务", "清除条件"], &[made.location()]);
        front.get(&city.other, "/office/tasks").await.says(200, &["还没有任务"], &[made.location()]);
        front.get(&city.other, made.location()).await.says(404, &["CORE-404"], &[]);
    }

    async fn the_page_names_the_next_step_and_offers_it_to_whoever_takes_it(world) {
        let city = City::with_lists(world).await;
        let (front, cast, clerk, leader) = (&city.front, &city.cast, &city.clerk, &city.leader);
        let world = &front.world;
        let by = || world.as_post(&cast.clerk);
        let scheme = play::approved_scheme(&world.platform, &by(), &world.as_post(&cast.leader)).await;
        let task = app::task::create(&world.platform, &by(), play::new_task(scheme)).await.unwrap();
        let here = format!("/office/tasks/{task}");
        let [approve, freeze, void, seal, ceremony, result, dispatch] =
            ["approve", "freeze", "void", "seal", "ceremony", "result", "dispatch"].map(|name| format!("{here}/{name}"));
        let shown = async |who: &str, words: &[&str], not: &[&str]| front.get(who, &here).await.says(200, words, not);
        let asks = |address: &str| format!("action=\"{address}\"");
        let leads = |address: &str| format!("href=\"{address}\"");

        shown(leader, &["待批准", "批准任务", &asks(&approve)], &[&asks(&freeze)]).await;
        shown(clerk, &["待批准", "现在："], &[&asks(&approve), &asks(&freeze), &leads(&seal)]).await;
        front.post(clerk, &approve, &[]).await.says(403, &["CORE-403"], &[]);
        front.post(clerk, &freeze, &[]).await.says(409, &["待批准"], &[]);
        front.is_a_form_of_ours(leader, &approve).await;
        assert_eq!(front.post(leader, &approve, &[]).await.location(), here);

        shown(clerk, &["待封存", "冻结底册", &asks(&freeze)], &[&leads(&ceremony)]).await;
        shown(leader, &[&asks(&void), "作废理由"], &[&asks(&freeze)]).await;
        front.post(leader, &void, &[("reason", "")]).await.refuses("reason", "必须写明理由", "");
        assert_eq!(front.post(clerk, &freeze, &[]).await.location(), here);
        shown(clerk, &["data-job"], &[&asks(&freeze)]).await;
        world.work().await;

        shown(clerk, &["核对并申请封存", "重新冻结底册", "60", "电子商务平台经营者"], &[]).await;
        shown(leader, &[], &["核对并申请封存", "核对并批准封存"]).await;
        let seen = async || app::task::check_seal(&world.platform, &by(), task).await.unwrap().seen.to_string();
        front.get(clerk, &seal).await.says(200, &["申请封存", "合计", &asks(&seal)], &["批准封存"]);
        front.post(clerk, &seal, &[("seen", &seen().await)]).await.location();
        shown(leader, &["核对并批准封存"], &[]).await;
        shown(clerk, &[], &["核对并批准封存"]).await;
        front.get(leader, &seal).await.says(200, &["批准封存", "退回理由", "王经办"], &[]);
        let back = front.post(leader, &format!("{seal}/return"), &[("seen", &seen().await), ("reason", "")]).await;
        back.refuses("reason", "必须写明理由", "");
        front.post(clerk, &format!("{seal}/approve"), &[("seen", &seen().await)]).await.says(403, &[], &[]);
        front.post(leader, &format!("{seal}/approve"), &[("seen", &seen().await)]).await.location();

        shown(clerk, &["已封存", "公开摇号", &leads(&ceremony)], &[&asks(&freeze), &leads(&result)]).await;
        let parties = format!("{here}/parties/new");
        front.get(clerk, &ceremony).await.says(200, &["等待承诺", &asks(&parties)], &["name=\"reveal_minutes\""]);
        front.post(clerk, &parties, &[("name", "")]).await.refuses("name", "见证人", "");
        let long = "名".repeat(41);
        front.post(clerk, &parties, &[("name", &long)]).await.refuses("name", "40", &long);
        let invited = front.post(clerk, &parties, &[("name", SCRIPT)]).await;
        let invited = front.get(clerk, invited.location()).await;
        invited.says(200, &["/witness/", "<svg", "alert(1)"], &[]);
        let token = invited.body.split("/witness/").nth(1).unwrap()[..64].to_owned();
        front.get(clerk, &ceremony).await.says(200, &["alert(1)"], &[&token]);
        front.get("", &format!("/witness/{token}")).await.says(200, &["alert(1)"], &[]);
        let party = app::task::view(&world.platform, &by(), task).await.unwrap().parties.last().unwrap().id;
        front.post(clerk, &format!("{here}/parties/{party}/withdraw"), &[]).await.location();
        let few = front.post(clerk, &format!("{here}/commitment"), &[("reveal_minutes", "十")]).await;
        assert!([409, 422].contains(&few.status.as_u16()), "{}", few.body);

        let secrets = cast.commit(world, task).await;
        shown(clerk, &["已公布承诺", &leads(&ceremony)], &[&leads(&result), &asks(&void)]).await;
        front.get(clerk, &ceremony).await.says(200, &["正在揭示"], &[&asks(&parties), &secrets[0].salt, &secrets[0].value]);
        cast.draw(world, &secrets).await;
        // What is due is the prominent one.
        let due = format!("<a class=\"button primary\" {}", leads(&dispatch));
        shown(clerk, &["待派发", "查看摇号结果", &leads(&result), &due, "</svg>派发</a>"], &[]).await;
        shown(leader, &[&leads(&result)], &["</svg>派发</a>"]).await;
        shown(&city.auditor, &[&leads(&result)], &["</svg>派发</a>"]).await;
        let list = front.get(clerk, &result).await;
        list.says(200, &["电子商务平台经营者", "商贸有限公司", &leads(&format!("{here}/bundle"))], &[]);
        front.get(clerk, &format!("{result}?q=%25")).await.says(200, &[], &["商贸有限公司"]);
        let bundle = front.get(clerk, &format!("{here}/bundle")).await;
        assert_eq!((bundle.status.as_u16(), bundle.headers["content-type"].as_bytes()), (200, b"application/zip".as_slice()));
    }

    async fn a_draw_that_failed_is_sealed_again_and_a_voided_task_is_over(world) {
        let city = City::with_lists(world).await;
        let (front, cast) = (&city.front, &city.cast);
        let world = &front.world;
        let task = cast.task(world).await;
        let here = format!("/office/tasks/{task}");
        cast.freeze(world, task).await;
        cast.seal(world, task).await;
        let [first, _] = cast.commit(world, task).await;
        first.reveal(&world.platform).await.unwrap();
        let fail = format!("{here}/fail");
        let asks = format!("action=\"{fail}\"");
        front.get(&city.clerk, &format!("{here}/ceremony")).await.says(200, &["正在揭示"], &[]);
        front.post(&city.clerk, &fail, &[]).await.says(409, &["DRAW-017"], &[]);
        world.clock.advance_seconds(10 * 60 * 60 + 1);
        let (clerk, leader) = (front.sign_in("clerk").await, front.sign_in("leader").await);
        front.get(&clerk, &here).await.says(200, &["企业代表"], &[]);
        front.get(&clerk, &format!("{here}/ceremony")).await.says(200, &[&asks], &[]);
        front.post(&leader, &fail, &[]).await.says(403, &["CORE-403"], &[]);
        assert_eq!(front.post(&clerk, &fail, &[]).await.location(), here);
        front.get(&clerk, &here).await.says(200, &["企业代表未在揭示截止时间前揭示", "核对并申请封存"], &["查看摇号结果"]);
        let seal = format!("{here}/seal");
        front.get(&clerk, &seal).await.says(200, &["重新摇号的理由", "name=\"reason\""], &[]);
        let by = world.as_post(&cast.clerk);
        let seen = app::task::check_seal(&world.platform, &by, task).await.unwrap().seen.to_string();
        let long = "长".repeat(501);
        for bad in ["", &long] {
            front.post(&clerk, &seal, &[("seen", &seen), ("reason", bad)]).await.refuses("reason", "reason-error", bad);
        }
        front.post(&clerk, &seal, &[("seen", &seen), ("reason", SCRIPT)]).await.location();
        front.get(&leader, &here).await.says(200, &["核对并批准封存"], &[]);

        let over = format!("/office/tasks/{}", cast.task(world).await);
        front.post(&clerk, &format!("{over}/void"), &[("reason", "重复")]).await.says(403, &["CORE-403"], &[]);
        front.post(&leader, &format!("{over}/void"), &[("reason", SCRIPT)]).await.location();
        front.get(&leader, &over).await.says(200, &["已作废", "没有待办的步骤", "alert(1)"], &["作废理由", "冻结底册</button>"]);
        front.get(&leader, "/office/tasks?state=voided").await.says(200, &[&over], &[&here]);
    }
}

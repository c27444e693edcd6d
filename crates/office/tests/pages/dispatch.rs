//! Dispatch, shares, the matching and visits: what each side sees, types and may press.

use axum::http::header;
use testkit::play::Secret;
use testkit::{MISSING_GLYPH, on_both, run_sql};

use crate::front::{City, SCRIPT};

on_both! {
    async fn a_task_is_dispatched_received_planned_and_returned(world) {
        let city = City::with_lists(world).await;
        let (front, cast, clerk, unit) = (&city.front, &city.cast, &city.clerk, &city.unit_clerk);
        let world = &front.world;
        front.get(unit, "/office/dispatch").await.says(200, &["没有派发"], &[]);
        let task = cast.drawn(world).await;
        let dispatch = format!("/office/tasks/{task}/dispatch");
        front.get(clerk, &dispatch).await.says(200, &["个单位", "海港区市场监督管理局", "name=\"first_on\""], &["不足 2 人"]);
        front.get(&city.leader, &dispatch).await.says(200, &["海港区市场监督管理局"], &["name=\"first_on\""]);
        front.post(clerk, &dispatch, &[("first_on", "下周一")]).await.refuses("first_on", "first_on-error", "下周一");
        front.post(&city.leader, &dispatch, &[("first_on", "2021-05-20")]).await.says(403, &["CORE-403"], &[]);
        assert_eq!(front.post(clerk, &dispatch, &[("first_on", "2021-05-20")]).await.location(), dispatch);
        front.get(clerk, &dispatch).await.says(200, &["data-job"], &["name=\"first_on\""]);
        world.work().await;
        front.get(clerk, &dispatch).await.says(200, &["户已派发", "未签收", "匹配进度"], &["name=\"first_on\""]);

        run_sql(&world.store_config, &format!("UPDATE visit SET name = '{SCRIPT}'")).await;
        let ctx = world.as_post(&cast.unit_clerk);
        let share = app::assigning::list(&world.platform, &ctx, None, app::Window::page(0, 9)).await.unwrap().rows[0].share.clone();
        let here = format!("/office/shares/{}", share.id);
        let [accept, give_back, redispatch, plan, forms] =
            ["accept", "return", "redispatch", "plan", "forms"].map(|verb| format!("{here}/{verb}"));
        let asks = |address: &str| format!("action=\"{address}\"");
        front.get(unit, "/office/dispatch").await.says(200, &[&here, "待签收", "签收"], &[]);
        front.get(unit, "/office/dispatch?state=matched").await.says(200, &["没有派发"], &[&here]);
        let page = front.get(unit, &here).await;
        page.says(200, &[&asks(&accept), &asks(&give_back), "alert(1)", "待匹配"], &[&asks(&forms), "随机匹配</a>"]);
        front.get(clerk, &here).await.says(200, &["alert(1)"], &[&asks(&accept), &asks(&give_back), &asks(&redispatch)]);
        front.get(&city.unit_leader, &here).await.says(200, &["alert(1)"], &[&asks(&accept)]);
        front.get(&city.other, &here).await.says(404, &["CORE-404"], &[]);
        front.is_a_form_of_ours(unit, &accept).await;
        front.post(clerk, &accept, &[("version", "1")]).await.says(403, &["SHARE-001"], &[]);
        front.post(unit, &accept, &[("version", "0")]).await.says(409, &[], &[]);
        front.post(unit, &give_back, &[("version", "1"), ("reason", "")]).await.refuses("reason", "请填写原因", "");
        let long = "因".repeat(501);
        front.post(unit, &give_back, &[("version", "1"), ("reason", &long)]).await.refuses("reason", "请填写原因", &long);

        assert_eq!(front.post(unit, &give_back, &[("version", "1"), ("reason", SCRIPT)]).await.location(), here);
        front.get(unit, &here).await.says(200, &["已退回", "alert(1)"], &[&asks(&accept)]);
        front.get(clerk, "/office").await.says(200, &["派发被退回，待重新派发", &here], &[]);
        front.get(clerk, &here).await.says(200, &[&asks(&redispatch), "name=\"to\""], &[]);
        front.post(clerk, &redispatch, &[("version", "2"), ("to", "x")]).await.refuses("to", "所选单位不在下达单位辖区内", "");
        let to = cast.unit_clerk.agency_id.to_string();
        front.post(clerk, &redispatch, &[("version", "2"), ("to", &to)]).await.location();
        assert_eq!(front.post(unit, &accept, &[("version", "3")]).await.location(), here);
        front.get(unit, &here).await.says(200, &["甲经办", "随机匹配", &asks(&plan)], &[&asks(&accept)]);
        front.post(unit, &plan, &[("planned_on", "20日")]).await.refuses("planned_on", "planned_on-error", "20日");
        front.post(unit, &plan, &[("planned_on", "2021-05-21")]).await.refuses("planned_on", "没有选择要改期的户", "2021-05-21");
        assert_eq!(front.post(unit, &plan, &[("planned_on", "2021-05-21"), ("all", "1")]).await.location(), here);
        front.get(unit, &here).await.says(200, &["2021-05-21（周五）", "各日户数（1 日）"], &["2021-05-20（"]);
        front.get(unit, &format!("{here}?day=2021-05-20")).await.says(200, &["没有符合条件的户"], &[]);
        let visit = app::assigning::visits(&world.platform, &ctx, &app::assigning::Filter::default(), app::Window::page(0, 9)).await.unwrap().rows[0].visit.id;
        let one = visit.to_string();
        assert_eq!(front.post(unit, &plan, &[("planned_on", "2021-05-24"), ("visit", &one)]).await.location(), here);
        front.get(unit, &here).await.says(200, &["2021-05-24（周一）", &format!("value=\"{one}\"")], &[]);
        assert_eq!(front.post(unit, &format!("{here}/spread"), &[]).await.location(), here);
        front.post(unit, &forms, &[("form", "letter")]).await.says(404, &[], &[]);
    }

    async fn a_share_is_matched_in_the_open_and_printed(world) {
        let city = City::with_lists(world).await;
        let (front, cast, unit, leader) = (&city.front, &city.cast, &city.unit_clerk, &city.unit_leader);
        let world = &front.world;
        let task = cast.drawn(world).await;
        let share = cast.dispatch(world, task).await;
        let here = format!("/office/shares/{share}");
        let matching = format!("{here}/matching");
        let asks = |address: &str| format!("action=\"{address}\"");
        front.post(unit, &matching, &[]).await.says(409, &["MATCH-001"], &[]);
        cast.accept(world, share).await;
        front.get(unit, &matching).await.says(200, &["匹配前核对", "准备匹配", &asks(&matching)], &[]);
        front.get(leader, &matching).await.says(200, &["匹配前核对"], &[&asks(&matching)]);
        assert_eq!(front.post(unit, &matching, &[]).await.location(), matching);

        let view = app::assigning::matching::view(&world.platform, &world.as_post(&cast.unit_clerk), share).await.unwrap();
        let id = view.attempts[0].matching.id;
        let base = format!("/office/matchings/{id}");
        let [join, witness, commit, run, fail] =
            ["join", "witness", "commit", "run", "fail"].map(|verb| format!("{base}/{verb}"));
        assert_eq!(front.get(unit, &base).await.location(), matching);
        front.get(unit, &matching).await.says(200, &[&asks(&witness), "第 1 次匹配"], &[&asks(&join), &asks(&commit)]);
        front.get(leader, &matching).await.says(200, &[&asks(&join)], &[&asks(&commit)]);
        front.is_a_form_of_ours(unit, &join).await;
        front.post(unit, &join, &[]).await.says(403, &["MATCH-005"], &[]);
        front.post(unit, &witness, &[("name", "")]).await.refuses("name", "见证人", "");
        front.post(unit, &witness, &[("name", "平台")]).await.refuses("name", "平台", "平台");
        let invited = front.post(unit, &witness, &[("name", SCRIPT)]).await;
        let invited = front.get(unit, invited.location()).await;
        invited.says(200, &["只有您能看到", "<svg", "alert(1)", &matching], &[]);
        let token = invited.body.split("/witness/").nth(1).unwrap()[..64].to_owned();
        let watcher = Secret::committed(&world.platform, token.clone()).await.unwrap();
        let joined = front.post(leader, &join, &[]).await;
        let token_of_leader = joined.location().strip_prefix("/witness/").unwrap().to_owned();
        front.post(unit, &commit, &[("reveal_minutes", "60")]).await.says(409, &["MATCH-009", "甲领导"], &[]);
        let second = Secret::committed(&world.platform, token_of_leader).await.unwrap();
        front.get(unit, &matching).await.says(200, &[&asks(&commit), "公布承诺", "alert(1)"], &[&token, &second.token]);
        for bad in ["0", "一小时", "10081"] {
            front.post(unit, &commit, &[("reveal_minutes", bad)]).await.refuses("reveal_minutes", "分钟", "");
        }
        assert_eq!(front.post(unit, &commit, &[("reveal_minutes", "60")]).await.location(), matching);
        let waiting = front.get(unit, &matching).await;
        waiting.says(200, &["commitment.json", "揭示截止"], &[&watcher.salt, &watcher.value, &second.salt]);
        waiting.says(200, &[], &[&asks(&fail), &asks(&run)]);
        front.post(leader, &fail, &[]).await.says(409, &["MATCH-010"], &[]);
        front.get(unit, &format!("{base}/outcome.json")).await.says(404, &[], &[]);
        cast.draw(world, &[watcher, second]).await;

        front.get(unit, &matching).await.says(200, &["任务量", "outcome.json", "reveals.json", "检查员"], &[&asks(&commit)]);
        front.get(unit, &format!("{base}/outcome.json")).await.says(200, &["teams"], &[]);
        front.get(unit, &format!("{base}/else.json")).await.says(404, &[], &[]);
        front.get(&city.other, &matching).await.says(404, &[], &[]);
        let visit = app::assigning::visits(&world.platform, &world.as_post(&cast.unit_clerk), &app::assigning::Filter::default(), app::Window::page(0, 1))
            .await.unwrap().rows[0].visit.id;
        let page = front.get(unit, &here).await;
        let record = "name=\"form\" value=\"record\"";
        page.says(200, &["已匹配", record, "生成全部检查通知书", "/office/visits/"], &["调整计划检查日", "退回下达单位"]);
        let printing = front.post(unit, &format!("{here}/forms"), &[("form", "record")]).await;
        assert!(printing.location().starts_with("/office/jobs/"));
        world.work().await;
        let page = front.get(unit, &here).await;
        let file = page.body.split(&format!("href=\"{here}/forms/")).nth(1).expect("a link").split('"').next().unwrap();
        let pdf = front.get(unit, &format!("{here}/forms/{file}")).await;
        pdf.says(200, &["%PDF record"], &[]);
        assert_eq!(pdf.headers[header::CONTENT_TYPE], "application/pdf");
        assert!(pdf.headers[header::CONTENT_DISPOSITION].to_str().unwrap().contains("filename*=UTF-8''%"));
        front.get(&city.other, &format!("{here}/forms/{file}")).await.says(404, &[], &[]);

        let hostile = format!("UPDATE visit SET name = '{SCRIPT}'; UPDATE subject SET address = '{SCRIPT}'");
        run_sql(&world.store_config, &hostile).await;
        let share = here;
        let here = format!("/office/visits/{visit}");
        let shown = front.get(unit, &here).await;
        shown.says(200, &["alert(1)", "检查事项（1 项）", "营业执照使用情况", "组长", &format!("{here}/notice.pdf")], &["待随机匹配"]);
        front.get(unit, &format!("{here}/notice.pdf")).await.says(200, &["%PDF notice 1"], &[]);
        front.get(unit, &here).await.says(200, &["2021-05-", "签发；再次打印，日期不变"], &["还不能打印"]);
        run_sql(&world.store_config, "UPDATE agency SET phone = ''").await;
        for page in [&here, &share] {
            front.get(unit, page).await.says(200, &["检查通知书还不能打印", "没有登记联系人或联系电话"], &[]);
        }
        front.get(unit, &format!("{here}/notice.pdf")).await.says(409, &["FORM-010"], &[]);
        front.get(unit, &format!("{here}/record.pdf")).await.says(200, &["%PDF record 1"], &[]);
        run_sql(&world.store_config, "UPDATE agency SET phone = '12315'").await;
        run_sql(&world.store_config, &format!("UPDATE visit SET name = '{MISSING_GLYPH}记饭店{SCRIPT}'")).await;
        front.post(unit, &format!("{share}/forms"), &[("form", "notice")]).await.location();
        world.work().await;
        front.get(unit, &share).await.says(200, &["户须留意", "记饭店", "〔U+2B820〕", "手写补正"], &["还不能打印"]);
        front.get(unit, "/office/loads").await.says(200, &["检查人员任务量", "检查员0"], &["没有检查人员"]);
        front.get(&city.other, &here).await.says(404, &[], &[]);
    }
}

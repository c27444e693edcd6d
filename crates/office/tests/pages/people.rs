//! Work reaches people: whose account an inspector is, the inspector's own list, to-dos of every hand, what one has sent
//! off, and a failed job in words.

use domain::import::ImportKind;
use domain::role::Role;
use testkit::play::{bring_in, inspectors};
use testkit::{on_both, run_sql};

use crate::front::{COUNTIES, City, SCRIPT};

/// The list of inspectors with a login beside the first of the first county.
fn with_login(login: &str) -> String {
    let mut rows = inspectors(&COUNTIES, 12).lines().map(str::to_owned).collect::<Vec<_>>();
    for (n, row) in rows.iter_mut().enumerate() {
        row.push_str(match n {
            0 => ",登录名",
            1 => login,
            _ => ",",
        });
    }
    let mut text = rows.join("\n");
    text.push('\n');
    text.replace(&format!("2026-12-31{login}"), &format!("2026-12-31,{login}"))
}

on_both! {
    async fn an_inspector_is_named_confirms_once_and_has_a_list_of_the_own_visits(world) {
        let city = City::with_lists(world).await;
        let (front, cast) = (&city.front, &city.cast);
        let world = &front.world;
        let unit = cast.unit_clerk.agency_id;
        world.person("keeper", "钱名录", unit, Role::DirectoryKeeper).await;
        world.person("tan", "谭一鸣", unit, Role::Inspector).await;
        world.person("away", "别处", cast.clerk.agency_id, Role::Inspector).await;
        world.person("admin", "俞敏", cast.clerk.agency_id, Role::Administrator).await;
        let (keeper, tan, admin) = (front.sign_in("keeper").await, front.sign_in("tan").await, front.sign_in("admin").await);
        let mine = "/office/visits/mine";
        front.get(&tan, mine).await.says(200, &["名录里还没有登记您的账号"], &["接下来"]);
        front.get(&tan, "/office").await.says(200, &["我的检查", mine], &["请确认您的执法检查人员身份"]);
        front.get(&keeper, mine).await.says(403, &["CORE-403"], &[]);

        let task = cast.drawn(world).await;
        let share = cast.dispatch(world, task).await;
        cast.accept(world, share).await;
        let matching = cast.prepare(world, share).await;
        let second = cast.publish(world, matching).await;
        cast.draw(world, &[second]).await;
        let store = world.store().await;
        let mut conn = store.read().await.unwrap();
        let row = conn.row("SELECT assignment.inspector_id AS id, COUNT(*) AS n, MIN(visit.planned_on) AS day FROM assignment
             JOIN visit ON visit.id = assignment.visit_id GROUP BY assignment.inspector_id ORDER BY n DESC, id LIMIT 1", vec![])
            .await.unwrap().unwrap();
        let (inspector, visits, day) = (row.text("id").unwrap(), row.int("n").unwrap(), row.text("day").unwrap());
        let other = conn.row(&format!("SELECT visit.name AS name FROM visit WHERE NOT EXISTS (SELECT 1 FROM assignment
             WHERE assignment.visit_id = visit.id AND assignment.inspector_id = '{inspector}') ORDER BY visit.number LIMIT 1"), vec![])
            .await.unwrap().map(|row| row.text("name").unwrap());
        drop(conn);
        store.close().await;

        // The keeper names the account; nobody else's, and only one in the scope.
        let here = format!("/office/inspectors/{inspector}");
        let name = format!("{here}/account");
        front.get(&keeper, &here).await.says(200, &["平台账号", "未登记", &name], &[]);
        front.get(&city.unit_clerk, &here).await.says(200, &["平台账号"], &[&name]);
        front.post(&city.unit_clerk, &name, &[("login", "tan")]).await.says(403, &["CORE-403"], &[]);
        front.post(&keeper, &name, &[("login", "nobody")]).await.refuses("login", "没有登录名为“nobody”的有效账号", "nobody");
        front.post(&keeper, &name, &[("login", "away")]).await.refuses("login", "没有登录名为“away”的有效账号", "away");
        assert_eq!(front.post(&keeper, &name, &[("login", "tan")]).await.location(), here);
        front.get(&keeper, &here).await.says(200, &["tan", "待本人确认"], &["已由本人确认"]);
        let another = format!("SELECT id FROM inspector WHERE id <> '{inspector}' AND agency_id = '{unit}' ORDER BY certificate");
        let store = world.store().await;
        let mut conn = store.read().await.unwrap();
        let another = conn.row(&another, vec![]).await.unwrap().unwrap().text("id").unwrap();
        drop(conn);
        store.close().await;
        front.post(&keeper, &format!("/office/inspectors/{another}/account"), &[("login", "tan")]).await
            .refuses("login", "已登记给另一名在岗的执法检查人员", "tan");

        // Named is not confirmed: no list, a to-do, and the owner's answer.
        front.get(&tan, mine).await.says(200, &["请先确认您的执法检查人员身份"], &["接下来"]);
        front.get(&tan, "/office").await.says(200, &["请确认您的执法检查人员身份", "/office/account"], &["计划日已过"]);
        front.get(&tan, "/office/account").await.says(200, &["执法证号", "是我本人", "不是我"], &[]);
        front.is_a_form_of_ours(&tan, "/office/account/inspector").await;
        front.post(&keeper, "/office/account/inspector", &[("answer", "yes")]).await.says(409, &["INSP-109"], &[]);
        assert_eq!(front.post(&tan, "/office/account/inspector", &[("answer", "yes")]).await.location(), "/office/account");
        front.post(&tan, "/office/account/inspector", &[("answer", "yes")]).await.says(409, &["INSP-109"], &[]);
        front.get(&tan, "/office/account").await.says(200, &["已由本人确认"], &["是我本人"]);
        front.get(&keeper, &here).await.says(200, &["已由本人确认"], &[]);
        let account = world.store().await;
        let mut conn = account.read().await.unwrap();
        let tan_id = conn.row("SELECT id FROM account WHERE login = 'tan'", vec![]).await.unwrap().unwrap().text("id").unwrap();
        drop(conn);
        account.close().await;
        front.get(&admin, &format!("/office/accounts/{tan_id}")).await.says(200, &["执法检查人员", "已由本人确认"], &[]);

        // The list: only visits whose team has this person, by day, with address, phone, map and forms.
        run_sql(&world.store_config, &format!("UPDATE subject SET phone = '0335-3030001', legal_person = '{SCRIPT}', address = '河北大街 1 号'")).await;
        let list = front.get(&tan, mine).await;
        list.says(200, &["接下来", "geo:0,0?q=%E6%B2%B3", "tel:0335-3030001", "alert(1)", "record.pdf", "notice.pdf", "（组长）"], &["计划日已过"]);
        assert_eq!(list.body.matches("class=\"todo soon\"").count(), usize::try_from(visits).unwrap());
        if let Some(other) = other {
            assert!(!list.body.contains(&format!(">{other}<")), "someone else's visit is listed: {other}");
        }
        let visit = list.body.split("<h3><a href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        front.get(&tan, &visit).await.says(200, &["检查事项"], &[]);
        world.clock.set(&format!("{day}T08:00:00+08:00"));
        let tan = front.sign_in("tan").await;
        front.get(&tan, "/office").await.says(200, &["今天的检查", "查看名单"], &["检查的计划日已过"]);
        front.get(&tan, mine).await.says(200, &["今天（"], &[]);
        world.clock.set("2021-07-30T08:00:00+08:00");
        let tan = front.sign_in("tan").await;
        front.get(&tan, "/office").await.says(200, &["检查的计划日已过", "最早的计划日"], &["今天的检查"]);
        front.get(&tan, mine).await.says(200, &["计划日已过（", "class=\"todo overdue\""], &["接下来（"]);

        // Another account: whatever was confirmed counts no more.
        let keeper = front.sign_in("keeper").await;
        front.post(&keeper, &name, &[("login", "")]).await.location();
        front.get(&tan, mine).await.says(200, &["名录里还没有登记您的账号"], &["class=\"todo overdue\""]);
        front.post(&keeper, &name, &[("login", "tan")]).await.location();
        front.post(&tan, "/office/account/inspector", &[("answer", "no")]).await.location();
        let told = ["未登记", "账号确认：“已由本人确认” → “待本人确认”"];
        front.get(&keeper, &here).await.says(200, &told, &["待本人确认</span>"]);
    }

    async fn a_list_may_name_logins(world) {
        let city = City::with_lists(world).await;
        let (front, cast) = (&city.front, &city.cast);
        let world = &front.world;
        world.person("tan", "谭一鸣", cast.unit_clerk.agency_id, Role::Inspector).await;
        let tan = front.sign_in("tan").await;
        bring_in(world, &cast.clerk, ImportKind::Inspector, &with_login("tan")).await;
        front.get(&tan, "/office/account").await.says(200, &["检查员0", "待本人确认"], &[]);
        front.post(&tan, "/office/account/inspector", &[("answer", "yes")]).await.location();
        // The same list again, and one without the column, leave what the owner said.
        bring_in(world, &cast.clerk, ImportKind::Inspector, &with_login("tan")).await;
        bring_in(world, &cast.clerk, ImportKind::Inspector, &inspectors(&COUNTIES, 12)).await;
        front.get(&tan, "/office/account").await.says(200, &["已由本人确认"], &["待本人确认"]);
        for (rows, why) in [
            (with_login("nobody"), "没有登录名为“nobody”的有效账号"),
            // Certificates in turn: the second row is another inspector.
            (with_login("tan").replace(",03030000", ",03030009"), "账号“tan”已登记给执法证号为"),
        ] {
            let path = world.platform.incoming().join("list.csv");
            std::fs::write(&path, rows).unwrap();
            let input = app::directory::import::Upload { kind: ImportKind::Inspector, path, file_name: "名单.csv".to_owned() };
            let ctx = world.as_post(&cast.clerk);
            let (id, _) = app::directory::import::import_now(&world.platform, &ctx, input).await.unwrap();
            world.work().await;
            front.get(&city.clerk, &format!("/office/imports/{id}")).await.says(200, &[why], &[]);
        }
    }

    async fn everyone_finds_what_waits_and_what_they_sent(world) {
        let city = City::with_lists(world).await;
        let (front, cast) = (&city.front, &city.cast);
        let world = &front.world;
        let (clerk, leader, unit, unit_leader) = (&city.clerk, &city.leader, &city.unit_clerk, &city.unit_leader);
        let (as_clerk, as_leader) = (world.as_post(&cast.clerk), world.as_post(&cast.leader));
        front.get(clerk, "/office").await.says(200, &["没有待办"], &["我发起的"]);
        let scheme = testkit::play::approved_scheme(&world.platform, &as_clerk, &as_leader).await;
        let home = front.get(clerk, "/office").await;
        home.says(200, &["方案已批准，待建立任务", &format!("/office/tasks/new?scheme={scheme}")], &["我发起的"]);
        front.get(clerk, &format!("/office/tasks/new?scheme={scheme}")).await.says(200, &["selected"], &[]);

        let task = app::task::create(&world.platform, &world.as_post(&cast.clerk), testkit::play::new_task(scheme)).await.unwrap();
        let home = front.get(clerk, "/office").await;
        home.says(200, &["我发起的", "抽查任务，待批准", "秦皇岛市市场监督管理局，分管领导"], &["待建立任务"]);
        app::task::approve(&world.platform, &world.as_post(&cast.leader), task).await.unwrap();
        cast.freeze(world, task).await;
        cast.seal(world, task).await;
        let secrets = cast.commit(world, task).await;
        // A reveal runs out at an instant.
        front.get(clerk, "/office").await.says(200, &["承诺已公布，待揭示并抽取", "还剩"], &["我发起的"]);
        cast.draw(world, &secrets).await;
        let share = cast.dispatch(world, task).await;
        let home = front.get(clerk, "/office").await;
        home.says(200, &["派发名单，待签收", "海港区市场监督管理局，经办人", "北戴河区市场监督管理局，经办人"], &[]);

        // The receipt's own date, not the matching's.
        let view = app::assigning::view(&world.platform, &world.as_post(&cast.unit_clerk), share).await.unwrap();
        let due = |kind: &str| text::day(view.deadlines.iter().find(|d| d.kind == kind).unwrap().due_on);
        run_sql(&world.store_config, &format!("UPDATE deadline SET due_on = '2021-05-08' WHERE kind = 'matching' AND subject_id = '{share}'")).await;
        front.get(unit, "/office").await.says(200, &["新派发名单待签收", &format!("截止 {}", due("receipt"))], &["截止 2021-05-08"]);
        cast.accept(world, share).await;
        front.get(unit, "/office").await.says(200, &["待随机匹配检查人员", "截止 2021-05-08"], &[]);

        // The second person of a matching is told; whoever prepared it sees who has it.
        let matching = cast.prepare(world, share).await;
        let join = format!("/office/matchings/{matching}");
        front.get(unit, "/office").await.says(200, &["随机匹配，待第二人", "分管领导或受邀的第二人"], &["去参加"]);
        front.get(unit_leader, "/office").await.says(200, &["随机匹配待第二人参加", "去参加", &join], &[]);
        front.get(leader, "/office").await.says(200, &[], &[&join]);
        let second = cast.publish(world, matching).await;
        front.get(unit_leader, "/office").await.says(200, &["匹配的承诺已公布，待揭示", "小时"], &["去参加"]);
        front.get(unit, "/office").await.says(200, &["匹配的承诺已公布，待揭示", "小时"], &["随机匹配，待第二人"]);
        world.clock.advance_seconds(590 * 60);
        let unit = front.sign_in("unit_clerk").await;
        front.get(&unit, "/office").await.says(200, &["截止 ", "分钟"], &["时限"]);
        world.clock.advance_seconds(20 * 60);
        front.get(&unit, "/office").await.says(200, &["时限", "已过"], &["分钟"]);
        drop(second);
    }

    async fn a_failed_job_is_said_in_red_with_what_to_do(world) {
        let city = City::with_lists(world).await;
        let (front, cast, clerk) = (&city.front, &city.cast, &city.clerk);
        let world = &front.world;
        let task = cast.drawn(world).await;
        let dispatch = format!("/office/tasks/{task}/dispatch");
        // Something that only the job finds.
        let broken = "UPDATE job SET payload = '{}' WHERE kind = 'dispatch' AND state = 'queued'";
        assert_eq!(front.post(clerk, &dispatch, &[("first_on", "2021-05-20")]).await.location(), dispatch);
        front.get(clerk, &dispatch).await.says(200, &["data-job"], &["name=\"first_on\""]);
        run_sql(&world.store_config, broken).await;
        world.work().await;
        let page = front.get(clerk, &dispatch).await;
        page.says(200, &["meter bad", "失败：", "name=\"first_on\""], &[]);
        let home = front.get(clerk, "/office").await;
        home.says(200, &["作业失败", "查看怎么办", "class=\"todo overdue\""], &[]);
        front.get(&city.leader, "/office").await.says(200, &[], &["作业失败"]);
        front.get(clerk, &format!("/office/tasks/{task}")).await.says(200, &["meter bad", "失败："], &[]);
        let job = home.body.split("/office/jobs/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let shown = front.get(clerk, &format!("/office/jobs/{job}")).await;
        shown.says(200, &["失败：", "回到业务页面处理", "meter bad"], &["查看结果"]);
        let reason = shown.body.split("失败：").nth(1).unwrap().split('<').next().unwrap().to_owned();
        assert_eq!(shown.body.matches(reason.trim()).count(), 1, "the reason stands once:\n{}", shown.body);
        // Asked for again, it is no longer said; nor after a week.
        front.post(clerk, &dispatch, &[("first_on", "2021-05-20")]).await.location();
        front.get(clerk, "/office").await.says(200, &[], &["作业失败"]);
        run_sql(&world.store_config, broken).await;
        world.work().await;
        front.get(clerk, "/office").await.says(200, &["作业失败"], &[]);
        world.clock.advance_seconds(8 * 24 * 3600);
        let clerk = front.sign_in("clerk").await;
        front.get(&clerk, "/office").await.says(200, &[], &["作业失败"]);
    }
}

//! The import's wizard, jobs and events.

use testkit::play::{ITEMS, objects};
use testkit::{on_both, run_sql};

use crate::front::{COUNTIES, City, SCRIPT};

on_both! {
    async fn a_register_goes_through_the_wizard(world) {
        let city = City::new(world).await;
        let (front, clerk) = (&city.front, &city.clerk);
        let upload = "/office/subjects/import";
        front.get(clerk, "/office/imports").await.says(200, &["还没有导入过文件", upload, "/office/items/import"], &[]);
        front.get(&city.leader, upload).await.says(403, &["CORE-403"], &[]);
        front.get(clerk, upload).await.says(200, &["name=\"file\"", "multipart/form-data", "名称*", "/office/subjects/import/template?format=csv"], &[]);
        assert_eq!(front.get(clerk, "/office/imports/new?kind=subject").await.location(), upload);
        assert_eq!(front.get(clerk, "/office/imports/new?kind=else").await.location(), "/office/imports");
        front.upload(clerk, upload, "other", "a.csv", "甲").await.says(422, &["IMPT-012", "没有选择文件", "请选择一个"], &[]);
        front.upload(clerk, upload, "file", &"长".repeat(121), "甲").await.says(422, &["IMPT-009", "文件名须为1至120个字"], &["处填写"]);
        let refused = front.upload(clerk, upload, "file", "图片.png", "\u{0}\u{1}").await;
        front.get(clerk, refused.location()).await.says(200, &["重新上传"], &["试导入</button>", "确认导入</button>"]);

        // A name that is markup is a name, and shown as text.
        let good = objects(&COUNTIES, 20).replacen("试验0商贸有限公司", SCRIPT, 1);
        let bad = good.replacen("试验4商贸有限公司", "", 1);
        let sent = front.upload(clerk, upload, "file", &format!("{SCRIPT}.csv").replace('/', ""), &bad).await;
        let here = sent.location().to_owned();
        let columns = front.get(clerk, &here).await;
        columns.says(200, &["各列对应", "请核对每一项读取哪一列", "name=\"version\" value=\"1\"", "试导入"], &["确认导入</button>"]);
        front.get(&city.unit_clerk, &here).await.says(404, &[], &[]);
        front.is_a_form_of_ours(clerk, &format!("{here}/commit")).await;
        front.post(clerk, &format!("{here}/commit"), &[]).await.says(409, &["IMPT-006"], &[]);
        front.post(clerk, &format!("{here}/map"), &[("version", "1"), ("name", "")]).await.refuses("name", "name-error", "");
        front.post(clerk, &format!("{here}/map"), &[("version", "0"), ("name", "0")]).await.says(409, &[], &[]);
        front.post(clerk, &format!("{here}/dry-run"), &[]).await.location();
        front.get(clerk, &here).await.says(200, &["data-job", "可以离开本页"], &["各列对应"]);
        front.post(clerk, &format!("{here}/dry-run"), &[]).await.says(409, &["IMPT-001"], &[]);
        front.world.work().await;
        let report = front.get(clerk, &here).await;
        report.says(200, &["没有写入任何内容", "下载问题清单", "问题种类", "此项必须填写"], &["确认导入</button>"]);
        let workbook = front.get(clerk, &format!("{here}/problems")).await;
        let disposition = workbook.headers["content-disposition"].to_str().unwrap();
        assert!(workbook.body.starts_with("PK") && disposition.starts_with("attachment"), "{disposition}");
        front.post(clerk, &format!("{here}/cancel"), &[]).await.location();
        front.get(clerk, &here).await.says(200, &["已取消"], &["试导入</button>"]);
        front.get(clerk, "/office/subjects").await.says(200, &["名录库里还没有检查对象"], &[]);

        let sent = front.upload(clerk, upload, "file", "登记册.csv", &good).await;
        let here = sent.location().to_owned();
        front.post(clerk, &format!("{here}/dry-run"), &[]).await.location();
        front.world.work().await;
        front.get(clerk, &here).await.says(200, &["确认导入", "将新增 20 条", "重新试导入"], &["已写入名录库"]);
        front.post(clerk, &format!("{here}/commit"), &[]).await.location();
        front.world.work().await;
        front.get(clerk, &here).await.says(200, &["已写入名录库", "href=\"/office/subjects\""], &["确认导入</button>"]);
        front.get(clerk, "/office/imports").await.says(200, &["登记册.csv", "alert(1)", "已取消", "王经办"], &[]);
        front.get(clerk, "/office/subjects").await.says(200, &["共 20 户", "alert(1)"], &[]);
    }

    async fn each_kind_of_file_has_its_template(world) {
        let city = City::new(world).await;
        let (front, clerk) = (&city.front, &city.clerk);
        for (kind, heading) in [("subjects", "名称*"), ("inspectors", "执法证号*"), ("items", "事项编码*")] {
            let here = format!("/office/{kind}/import/template");
            front.get(clerk, &format!("/office/{kind}/import")).await.says(200, &[&here, heading, "填写要求"], &[]);
            let workbook = front.get(clerk, &here).await;
            let disposition = workbook.headers["content-disposition"].to_str().unwrap();
            assert!(workbook.body.starts_with("PK") && disposition.ends_with(".xlsx"), "{disposition}");
            let csv = front.get(clerk, &format!("{here}?format=csv")).await;
            assert!(csv.body.contains(heading) && csv.headers["content-type"].to_str().unwrap().starts_with("text/csv"));
            front.get(&city.leader, &here).await.says(403, &["CORE-403"], &[]);
        }
        front.get(clerk, "/office/agencies/import/template").await.says(403, &["CORE-403"], &[]);
    }

    async fn a_clerk_sees_which_rows_change_and_how_before_confirming(world) {
        let city = City::new(world).await;
        let (front, clerk) = (&city.front, &city.clerk);
        let upload = "/office/subjects/import";
        let checked = async |name: &str, file: &str| {
            let here = front.upload(clerk, upload, "file", name, file).await.location().to_owned();
            front.get(clerk, &format!("{here}/changes")).await.says(409, &["IMPT-013", "没有待核对的变化"], &[]);
            front.post(clerk, &format!("{here}/dry-run"), &[]).await.location();
            front.world.work().await;
            here
        };
        let first = objects(&COUNTIES, 20);
        let here = checked("一.csv", &first).await;
        front.get(clerk, &here).await.says(200, &["将发生的变化", "试验0商贸有限公司", "新增", "逐条核对全部变化"], &["变更的内容"]);
        front.post(clerk, &format!("{here}/commit"), &[]).await.location();
        front.world.work().await;
        front.get(clerk, &here).await.says(200, &["已写入名录库"], &["将发生的变化"]);
        front.get(clerk, &format!("{here}/changes")).await.says(409, &["IMPT-013", "已导入"], &[]);

        let here = checked("二.csv", &first).await;
        front.get(clerk, &here).await.says(200, &["导入后没有任何变化", "确认导入"], &["逐条核对全部变化"]);
        front.post(clerk, &format!("{here}/cancel"), &[]).await.location();

        // One firm renamed with markup, one closed, one new: the list says who and how.
        let lines: Vec<String> = first.lines().map(str::to_owned).collect();
        let mut next = lines.clone();
        next[1] = next[1].replace("试验0商贸有限公司", SCRIPT);
        next[2] = next[2].replace("存续", "注销");
        let here = checked("三.csv", &format!("{}\n", next.join("\n"))).await;
        let all = format!("{here}/changes");
        front.get(clerk, &here).await.says(
            200,
            &["1 户的登记状态将变为不再存续或在营", "试验0商贸有限公司", "alert(1)", "登记状态 1 条", "名称 1 条", &all],
            &["试验2商贸有限公司"],
        );
        front.get(clerk, &all).await.says(200, &["共 20 条", "试验2商贸有限公司", "返回确认"], &[]);
        front.get(clerk, &format!("{all}?effect=changed")).await.says(200, &["共 2 条", "alert(1)"], &["试验2商贸有限公司"]);
        let closed = front.get(clerk, &format!("{all}?field=leaving")).await;
        closed.says(200, &["共 1 条", "试验1商贸有限公司", "存续", "注销"], &["alert(1)"]);
        front.get(clerk, &format!("{all}?field=status&q=no-such")).await.says(200, &["没有符合条件的变化", "清除条件"], &[]);
        front.get(clerk, &format!("{all}?per_page=20&page=1")).await.says(200, &["文件行"], &[]);
        front.get(clerk, &format!("{all}?sort=-code")).await.says(200, &["aria-sort=\"descending\"", "导出这 20 条"], &[]);
        let file = front.get(clerk, &format!("{all}?effect=changed&format=csv")).await;
        assert!(file.body.contains("登记状态,存续,注销") && !file.body.contains("试验2商贸有限公司"), "{}", file.body);
        assert!(front.get(clerk, &format!("{all}?format=xlsx")).await.body.starts_with("PK"));
        front.get(&city.unit_clerk, &all).await.says(404, &[], &[]);
        front.get(&city.leader, &all).await.says(403, &["CORE-403"], &[]);
    }

    async fn a_job_tells_how_far_it_is_and_can_be_cancelled(world) {
        let city = City::new(world).await;
        let (front, clerk) = (&city.front, &city.clerk);
        front.get(clerk, "/office/jobs").await.says(200, &["没有作业"], &[]);
        let sent = front.upload(clerk, "/office/items/import", "file", "清单.csv", ITEMS).await;
        let import = sent.location().to_owned();
        front.post(clerk, &format!("{import}/dry-run"), &[]).await.location();
        let list = front.get(clerk, "/office/jobs").await;
        let id = list.body.split("href=\"/office/jobs/").nth(1).expect("a job").split('"').next().unwrap().to_owned();
        list.says(200, &["排队中", "清单.csv"], &[]);
        let here = format!("/office/jobs/{id}");
        front.get(clerk, &here).await.says(200, &["返回业务页面", &import, "取消作业"], &[]);
        front.get(&city.leader, &here).await.says(200, &["清单.csv"], &["取消作业"]);
        let json: serde_json::Value = serde_json::from_str(&front.get(clerk, &format!("{here}.json")).await.body).unwrap();
        assert_eq!((json["state"].as_str(), json["result_url"].as_str()), (Some("queued"), Some(import.as_str())));
        front.get(&city.other, &here).await.says(404, &[], &[]);
        front.get(&city.other, &format!("{here}.json")).await.says(404, &[], &[]);
        front.get(clerk, "/office/jobs/nonsense").await.says(404, &[], &[]);
        front.get(clerk, "/office/jobs?state=done").await.says(200, &["没有作业"], &[&id]);
        front.is_a_form_of_ours(clerk, &format!("{here}/cancel")).await;
        assert_eq!(front.post(clerk, &format!("{here}/cancel"), &[]).await.location(), here);
        front.world.work().await;
        front.get(clerk, &here).await.says(200, &["已取消"], &["返回业务页面", "取消作业"]);
        run_sql(&front.world.store_config, &format!("UPDATE job SET title = '{SCRIPT}'")).await;
        front.get(clerk, &here).await.says(200, &["alert(1)"], &[]);
        front.get(clerk, "/office/jobs?state=cancelled").await.says(200, &["alert(1)"], &[]);
    }

    async fn events_are_listed_narrowed_and_verified(world) {
        let city = City::new(world).await;
        let (front, clerk, auditor) = (&city.front, &city.clerk, &city.auditor);
        let made = front.post(clerk, "/office/schemes/new", &[("title", SCRIPT)]).await;
        let scheme = made.location().strip_prefix("/office/schemes/").unwrap().strip_suffix("/edit").unwrap().to_owned();
        front.get(auditor, "/office/events").await.says(200, &["王经办", "秦皇岛市市场监督管理局", &scheme, "校验日志"], &[]);
        let one = format!("/office/events?subject_id={scheme}");
        front.get(auditor, &one).await.says(200, &["王经办"], &["甲经办"]);
        front.get(auditor, &format!("{one}&from=2021-05-07")).await.says(200, &["没有事件"], &[]);
        front.get(auditor, "/office/events?subject_id=%3Cscript%3Ealert(1)%3C/script%3E").await.says(200, &["没有事件"], &[]);
        front.get(&city.other, &one).await.says(403, &["CORE-403"], &[]);
        front.get(auditor, "/office/events/verify").await.says(200, &["开始校验"], &["日志完整"]);
        app::audit::seal_once(&front.world.platform, true).await.unwrap();
        front.post(auditor, "/office/events/verify", &[]).await.says(200, &["日志完整", "再校验一次"], &["处不一致"]);
        front.get(clerk, "/office/events/verify").await.says(403, &["CORE-403"], &[]);
    }
}

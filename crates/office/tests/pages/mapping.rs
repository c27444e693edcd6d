//! The way out of a drawn task whose words no list has: the dispatch page says what is missing and where to go, two people
//! map the word, and the way is free.

use testkit::items::item;
use testkit::{on_both, run_sql};

use crate::front::{City, SCRIPT};

on_both! {
    async fn a_word_is_mapped_by_two_people_and_the_task_goes_on(world) {
        let city = City::with_lists(world).await;
        let (front, cast, clerk, leader) = (&city.front, &city.cast, &city.clerk, &city.leader);
        let world = &front.world;
        let task = cast.drawn(world).await;
        let here = format!("/office/tasks/{task}/mappings");
        let dispatch = format!("/office/tasks/{task}/dispatch");
        front.get(clerk, &format!("/office/tasks/{task}")).await.says(200, &["抽查事项清单", &here], &[]);
        front.get(clerk, &here).await.says(200, &["不缺", "还没有。"], &["提出对应</button>"]);
        run_sql(&world.store_config, "UPDATE check_item SET category = '改名', name = '改名'").await;
        world.item_list(cast.clerk.agency_id, &[item("N01", "登记", "登记事项的检查")]).await;
        front.get(clerk, &dispatch).await.says(200, &["暂不能派发", "“登记事项检查”不在清单内", &here], &[]);
        front.post(clerk, &dispatch, &[("planned_on", "2021-05-20")]).await.says(409, &["DISP-007", "事项对应"], &[]);
        front.get(clerk, &here).await.says(200, &["提出对应</button>", "登记：登记事项的检查", "第 2 版"], &["批准并公布"]);

        let new = format!("{here}/new");
        let word = |class: &'static str| -> String { format!("{class}:登记事项检查") };
        let e2 = word("E2");
        let unsaid = front.post(clerk, &new, &[("entry", &e2), ("items", "N01"), ("reason", " ")]).await;
        unsaid.says(422, &["必须写明理由", "value=\"N01\" checked", &format!("value=\"{e2}\" selected")], &[]);
        front.post(clerk, &new, &[("entry", &e2), ("reason", "清单已调整")]).await.says(422, &["请选择1至50个事项"], &[]);
        front.post(leader, &new, &[("entry", &e2), ("items", "N01"), ("reason", "x")]).await.says(403, &["CORE-403"], &[]);
        for class in ["E2", "E8"] {
            let fields = [("entry", word(class)), ("items", "N01".to_owned()), ("reason", SCRIPT.to_owned())];
            let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert_eq!(front.post(clerk, &new, &fields).await.location(), here);
        }
        front.get(clerk, &here).await.says(200, &["待批准", "alert(1)", "王经办"], &["批准并公布"]);
        front.get(leader, "/office").await.says(200, &["事项对应待批准", &format!("href=\"{here}\"")], &[]);
        let page = front.get(leader, &here).await;
        page.says(200, &["批准并公布", "退回", "登记事项的检查"], &["提出对应</button>"]);
        let start = format!("action=\"{here}/");
        let ids: Vec<&str> = page.body.split(&start).skip(1).filter_map(|part| part.split_once("/approve").map(|p| p.0))
            .filter(|id| id.len() == 36).collect();
        assert_eq!(ids.len(), 2);
        let [approve, give_back] = ["approve", "return"].map(|verb| format!("{here}/{}/{verb}", ids[0]));
        front.is_a_form_of_ours(leader, &approve).await;
        front.post(leader, &give_back, &[("version", "1"), ("reason", "")]).await.says(422, &["必须写明理由"], &[]);
        front.post(clerk, &approve, &[("version", "1")]).await.says(403, &["CORE-403"], &[]);
        front.post(&city.other, &approve, &[("version", "1")]).await.says(403, &["CORE-403"], &[]);
        for id in &ids {
            let approved = front.post(leader, &format!("{here}/{id}/approve"), &[("version", "1")]).await;
            assert_eq!(approved.location(), here);
        }
        front.get(leader, &here).await.says(200, &["已批准并公布", "李局长"], &["批准并公布</button>"]);
        front.get(clerk, &dispatch).await.says(200, &[], &["暂不能派发"]);
        assert_eq!(front.post(clerk, &dispatch, &[("planned_on", "2021-05-20")]).await.location(), dispatch);
        world.work().await;
        front.get(clerk, &dispatch).await.says(200, &["户已派发"], &[]);
    }
}

//! Schemes: the list, the editor with everything it can hold, and deciding.

use testkit::on_both;

use crate::front::{City, SCRIPT};

/// A whole scheme, as the editor sends it.
const FORM: [(&str, &str); 25] = [
    ("version", "1"),
    ("title", SCRIPT),
    ("basis", "秦市监〔2021〕1号"),
    ("membership", "every"),
    ("window_from", "2021-05-10"),
    ("window_to", "2021-06-30"),
    ("reserves", "2"),
    ("s0-code", "E1"),
    ("s0-label", "按风险"),
    ("s0-population", "企业"),
    ("s0-items", "登记事项检查"),
    ("s0-by", "risk"),
    ("s0-size", "A 1%、B 3%、未填写 10%"),
    ("s0-c0-column", "tags"),
    ("s0-c0-test", "has"),
    ("s0-c0-values", "电子商务平台"),
    ("s1-code", "E2"),
    ("s1-label", "其余企业"),
    ("s1-population", "企业"),
    ("s1-items", "登记事项检查"),
    ("s1-size", "20户"),
    ("s1-otherwise", "1"),
    ("s1-c0-column", "kind"),
    ("s1-c0-test", "in"),
    ("s1-c0-values", "企业"),
];

/// The form with some fields typed otherwise or besides.
fn typed<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = FORM.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    kept.chain(changes).copied().collect()
}

/// Drafts an empty scheme and gives its address.
async fn drafted(city: &City) -> String {
    let made = city.front.post(&city.clerk, "/office/schemes/new", &[("title", "起草中")]).await;
    made.location().strip_suffix("/edit").unwrap().to_owned()
}

on_both! {
    async fn a_scheme_begins_with_a_name(world) {
        let city = City::new(world).await;
        let (front, clerk) = (&city.front, &city.clerk);
        front.get(clerk, "/office/schemes").await.says(200, &["还没有方案", "href=\"/office/schemes/new\""], &[]);
        front.get(&city.leader, "/office/schemes").await.says(200, &["还没有方案", "由经办人起草"], &["/office/schemes/new"]);
        front.get(&city.leader, "/office/schemes/new").await.says(403, &["CORE-403"], &[]);
        front.get(clerk, "/office/schemes/new").await.says(200, &["name=\"title\"", "下一步"], &[]);
        let long = "长".repeat(121);
        for bad in ["", &long] {
            front.post(clerk, "/office/schemes/new", &[("title", bad)]).await.refuses("title", "方案名称", bad);
        }
        let made = front.post(clerk, "/office/schemes/new", &[("title", SCRIPT)]).await;
        assert!(made.location().ends_with("/edit"));
        front.get(clerk, made.location()).await.says(200, &["保存并统计", "添加排除规则", "添加类别", "新的类别"], &["处需要改正"]);
        front.get(clerk, "/office/schemes").await.says(200, &["alert(1)", "起草中"], &["还没有方案"]);
        front.get(&city.other, "/office/schemes").await.says(200, &[], &["alert(1)"]);
        front.is_a_form_of_ours(clerk, &made.location().replace("/edit", "/submit")).await;
    }

    async fn the_editor_keeps_everything_that_it_offers(world) {
        let city = City::with_lists(world).await;
        let (front, clerk) = (&city.front, &city.clerk);
        let here = drafted(&city).await;
        let edit = format!("{here}/edit");
        let saved = front.post(clerk, &edit, &typed(&[("s1-split", "organ"), ("s1-seats", "hamilton"), ("then", "stay")])).await;
        assert_eq!(saved.location(), edit);
        let shown = front.get(clerk, &edit).await;
        shown.says(200, &["value=\"2021-05-10\"", "value=\"2021-06-30\"", "name=\"s0-share-0\" value=\"1\"", "name=\"s0-share-1\" value=\"3\"", "value=\"10\"", "value=\"20户\"",
            "<option value=\"every\" selected>", "<option value=\"risk\" selected>", "<option value=\"organ\" selected>",
            "<option value=\"hamilton\" selected>", "<option value=\"has\" selected>",
            "name=\"s0-c0-value\" value=\"电子商务平台\" checked", "name=\"s0-items\" value=\"登记事项检查\" checked",
            "name=\"version\" value=\"2\"", "value=\"remove-s1\""], &["name=\"s0-c0-value\" value=\"广告\" checked"]);
        assert!(shown.body.contains("id=\"reserves\" name=\"reserves\" value=\"2\""), "{}", shown.body);
        let checked = shown.body.split("id=\"s1-otherwise\"").nth(1).unwrap().split('>').next().unwrap();
        assert!(checked.contains("checked"), "{checked}");
        let unchecked = shown.body.split("id=\"s0-otherwise\"").nth(1).unwrap().split('>').next().unwrap();
        assert!(!unchecked.contains("checked"), "{unchecked}");
        front.get(clerk, &here).await.says(200, &["按风险", "其余企业", "提交审批", "秦市监〔2021〕1号"], &["据此建立任务"]);
        // A button of the form changes it and saves nothing; saved, a deleted class is gone.
        let removed = front.post(clerk, &edit, &typed(&[("version", "2"), ("then", "remove-s0")])).await;
        removed.says(200, &["改动还没有保存", "value=\"其余企业\"", "name=\"version\" value=\"2\""], &["value=\"按风险\""]);
        front.get(clerk, &here).await.says(200, &["按风险"], &[]);
        let copied = front.post(clerk, &edit, &typed(&[("version", "2"), ("then", "copy-s1")])).await;
        copied.says(200, &["value=\"其余企业\"", "value=\"其余企业（副本）\"", "id=\"s2\" data-focus-first"], &[]);
    }

    async fn a_bare_number_and_an_unknown_value_are_asked_back(world) {
        let city = City::with_lists(world).await;
        let (front, clerk) = (&city.front, &city.clerk);
        let here = drafted(&city).await;
        let edit = format!("{here}/edit");
        let asked = front.post(clerk, &edit, &typed(&[("s1-size", "20"), ("s0-c0-values", "电商平台"), ("title", "")])).await;
        // All of one try at once, and nowhere a number that nobody typed.
        asked.refuses("s1-size", "20% 还是 20 户", "20");
        asked.refuses("s0-c0-values", "是不是“电子商务平台”", "电商平台");
        asked.refuses("title", "方案名称请填写", "");
        asked.says(422, &["有 3 处需要改正", "name=\"s1-unit\" value=\"percent\"", "抽取“20”"], &["抽取3%", "抽取20%"]);
        front.post(clerk, &edit, &typed(&[("s1-size", "20"), ("s1-unit", "count"), ("then", "done")])).await.location();
        front.get(clerk, &here).await.says(200, &["抽取20户"], &[]);
        // An item that the list does not have is refused beside its field, whoever sends it.
        let made_up = typed(&[("version", "2"), ("s0-items", "随便写的一项")]);
        front.post(clerk, &edit, &made_up).await.refuses("s0-items", "不在现行抽查事项清单中", "随便写的一项");
    }

    async fn whoever_saves_second_keeps_everything_and_sees_what_changed(world) {
        let city = City::with_lists(world).await;
        let (front, clerk) = (&city.front, &city.clerk);
        let edit = format!("{}/edit", drafted(&city).await);
        front.post(clerk, &edit, &typed(&[])).await.location();
        let second = front.post(clerk, &edit, &typed(&[("s1-label", "其余的企业"), ("notes", "我写的备注")])).await;
        second.says(409, &["王经办于", "保存过这份方案", "备注：已保存的是（空），您填写的是“我写的备注”", "类别“其余企业”：已保存的是",
            "value=\"其余的企业\"", "name=\"version\" value=\"2\""], &["制定依据：已保存"]);
        front.post(clerk, &edit, &typed(&[("version", "2"), ("s1-label", "其余的企业")])).await.location();
    }

    async fn what_cannot_be_read_comes_back_as_it_was_typed(world) {
        let city = City::with_lists(world).await;
        let (front, clerk) = (&city.front, &city.clerk);
        let edit = format!("{}/edit", drafted(&city).await);
        for (field, typed_as, why) in [
            ("window_from", "2021-02-30", "请填写日期"),
            ("window_to", "六月底", "请填写日期"),
            ("reserves", "两户", "候补户数请填写整数"),
            ("s0-size", "B", "应为取值和百分数"),
            ("s0-size", "A 1", "应为取值和百分数"),
            ("span-receipt_span", "五", "请填写整数"),
            ("s1-size", "很多", "请填写百分数"),
            ("s1-least", "两", "至少户数请填写整数"),
        ] {
            front.post(clerk, &edit, &typed(&[(field, typed_as)])).await.refuses(field, why, typed_as);
        }
        front.get(clerk, &edit).await.says(200, &["起草中", "name=\"version\" value=\"1\""], &["按风险"]);
        // Somebody saved meanwhile: nothing is overwritten.
        front.post(clerk, &edit, &typed(&[])).await.location();
        front.post(clerk, &edit, &typed(&[])).await.says(409, &[], &[]);
        front.post(&city.other, &edit, &typed(&[("version", "2")])).await.says(404, &[], &[]);
    }

    async fn a_draft_is_deleted_after_a_question(world) {
        let city = City::with_lists(world).await;
        let (front, clerk) = (&city.front, &city.clerk);
        let here = drafted(&city).await;
        let delete = format!("{here}/delete");
        front.post(clerk, &format!("{here}/edit"), &typed(&[("then", "done")])).await.location();
        front.get(clerk, &here).await.says(200, &[&format!("href=\"{delete}\"")], &[]);
        front.get(&city.leader, &here).await.says(200, &[], &[&delete]);
        front.get(clerk, &delete).await.says(200, &["删除后不能恢复", "2 个抽查类别", "name=\"version\" value=\"2\""], &[]);
        front.post(&city.leader, &delete, &[("version", "2")]).await.says(403, &["CORE-403"], &[]);
        front.post(clerk, &delete, &[("version", "1")]).await.says(409, &[], &[]);
        assert_eq!(front.post(clerk, &delete, &[("version", "2")]).await.location(), "/office/schemes");
        front.get(clerk, &here).await.says(404, &[], &[]);
        // What was submitted is not offered, and whoever types the address comes back to it.
        let here = drafted(&city).await;
        let delete = format!("{here}/delete");
        front.post(clerk, &format!("{here}/edit"), &typed(&[("then", "done")])).await.location();
        front.post(clerk, &format!("{here}/submit"), &[("version", "2")]).await.location();
        front.get(clerk, &here).await.says(200, &[], &[&delete]);
        assert_eq!(front.get(clerk, &delete).await.location(), here);
        front.post(clerk, &delete, &[("version", "3")]).await.says(409, &["SCHM-002"], &[]);
    }

    async fn a_scheme_is_decided_by_somebody_else(world) {
        let city = City::with_lists(world).await;
        let (front, clerk, leader) = (&city.front, &city.clerk, &city.leader);
        let here = drafted(&city).await;
        let [submit, approve, give_back] = ["submit", "approve", "return"].map(|verb| format!("{here}/{verb}"));
        let unready = front.post(clerk, &submit, &[("version", "1")]).await;
        assert!([409, 422].contains(&unready.status.as_u16()), "nothing in it: {}", unready.body);
        front.post(clerk, &format!("{here}/edit"), &typed(&[("then", "done")])).await.location();
        front.post(leader, &submit, &[("version", "2")]).await.says(403, &["CORE-403"], &[]);
        assert_eq!(front.post(clerk, &submit, &[("version", "2")]).await.location(), here);
        front.get(clerk, &here).await.says(200, &["待审批"], &["批准后方案不再修改，可据此建立任务", "提交审批</button>", "/edit\""]);
        front.get(leader, &here).await.says(200, &["批准", "退回修改", "name=\"reason\"", "2021-05-10 至 2021-06-30"], &[]);
        front.post(leader, &give_back, &[("version", "3"), ("reason", " ")]).await.refuses("reason", "必须写明理由", "");
        front.post(leader, &give_back, &[("version", "3"), ("reason", SCRIPT)]).await.location();
        front.get(clerk, &here).await.says(200, &["起草中", "李局长：", "alert(1)", "提交审批"], &[]);
        front.post(clerk, &submit, &[("version", "4")]).await.location();
        front.post(leader, &approve, &[("version", "4")]).await.says(409, &[], &[]);
        front.post(leader, &approve, &[("version", "5")]).await.location();
        front.get(clerk, &here).await.says(200, &["已批准", "据此建立任务", "复制为新方案"], &["提交审批</button>", "退回修改</button>"]);
        // The days that the leader approved are not asked for a second time.
        let task = format!("/office/tasks/new?scheme={}", here.rsplit('/').next().unwrap());
        front.get(clerk, &task).await.says(200, &["value=\"2021-05-10\"", "value=\"2021-06-30\""], &[]);
        let copy = front.post(clerk, &format!("{here}/copy"), &[]).await;
        front.get(clerk, copy.location()).await.says(200, &["其余企业", "name=\"version\" value=\"1\""], &[]);
    }
}

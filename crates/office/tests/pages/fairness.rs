//! The fairness report's page: empty, being computed, shown, out of date; and who finds it.

use testkit::on_both;

use crate::front::City;

const HERE: &str = "/office/fairness";
const COMPUTE: &str = "/office/fairness/compute";

on_both! {
    async fn a_report_is_asked_for_and_read(world) {
        let city = City::with_lists(world).await;
        let (front, auditor, clerk) = (&city.front, &city.auditor, &city.clerk);
        front.get(auditor, "/office/tasks").await.says(200, &["href=\"/office/fairness\""], &[]);
        front.get(auditor, HERE).await.says(200, &["没有可以检验的摇号"], &[COMPUTE]);
        // Nothing to count: said on the page that the form leads back to.
        let nothing = front.post(auditor, COMPUTE, &[]).await;
        assert!(nothing.location().starts_with(HERE), "{}", nothing.location());

        city.cast.drawn(&front.world).await;
        front.get(auditor, HERE).await.says(200, &["还没有这一年的报告", "计算报告", COMPUTE, "共有 1 次摇号"], &[]);
        front.is_a_form_of_ours(auditor, COMPUTE).await;
        let asked = front.post(auditor, COMPUTE, &[]).await;
        let here = asked.location().to_owned();
        front.get(auditor, &here).await.says(200, &["data-job", "公平性报告：2021年"], &["计算报告"]);
        front.world.work().await;

        let words = [
            "没有发现偏离随机之处", "误报的机会不超过 0.03%", "各单位（合计）", "名单位置（合计）", "中签次数", "上次中签", "从未中签",
            "海港区市场监督管理局", "近十年（2012 至 2021 年）", "重新计算",
        ];
        front.get(auditor, &here).await.says(200, &words, &["报警：", "报告之后又有摇号"]);
        front.get(clerk, &format!("{here}&span=year")).await.says(200, &["没有发现偏离随机之处"], &["报警："]);
        front.get(auditor, &format!("{HERE}?year=2020")).await.says(200, &["没有可以检验的摇号"], &["各单位（合计）"]);
        front.get(auditor, "/office/jobs").await.says(200, &["公平性报告：2021年"], &[]);
        // Another bureau has neither the draws nor the report.
        front.get(&city.other, HERE).await.says(200, &["没有可以检验的摇号"], &["各单位（合计）"]);

        city.cast.drawn(&front.world).await;
        front.get(auditor, &here).await.says(200, &["报告之后又有摇号", "共有 2 次摇号"], &[]);
    }
}

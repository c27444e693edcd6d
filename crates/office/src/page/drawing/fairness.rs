//! The fairness report of a year: what was tested, what was found, what it means, what to do.

use app::fairness::{Bucket, Coverage, FamilyResult, Finding, Made, Told};
use app::{ErrorKind, fairness as cases};
use askama::Template;
use axum::response::Response;
use domain::registry::UseCase;
use text::fairness as words;
use web::{Area, Choice, Crumb, Form, Html, ListQuery, Page, Result, Tab, Tone, go_saying};

use crate::page::upkeep::job::component;
use crate::{Desk, Routes};

const HERE: &str = "/office/fairness";

pub(crate) fn routes() -> Routes {
    Routes::new().get(HERE, UseCase::FairnessView, view).post(
        "/office/fairness/compute",
        UseCase::FairnessCompute,
        compute,
    )
}

/// A family's row: its most improbable test.
struct FamilyRow {
    name: &'static str,
    tests: u64,
    alarms: u64,
    tested: String,
    found: String,
    p: String,
    method: &'static str,
    means: String,
}

/// A finding that alarms.
struct Alarm {
    tested: String,
    found: String,
    p: String,
    means: String,
    next: String,
}

struct CoverageRow {
    name: String,
    eligible: String,
    drawn: String,
    expected: String,
    ratio: String,
    distinct: String,
    distinct_drawn: String,
}

struct BucketRow {
    name: String,
    objects: String,
    expected: String,
}

struct NeverRow {
    id: String,
    draws: u32,
    chance: String,
}

struct RepeatRow {
    draw: String,
    drawn: u64,
    at_once: String,
    at_once_expected: String,
    ever: String,
    ever_expected: String,
}

/// One of the two reports, in words.
struct Shown {
    /// Something could be tested; without it nothing can be said, good or bad.
    tested: bool,
    alarms: bool,
    verdict: String,
    rate: String,
    summary: String,
    left_out: Vec<String>,
    raised: Vec<Alarm>,
    families: Vec<FamilyRow>,
    strata: Vec<CoverageRow>,
    units: Vec<CoverageRow>,
    times: Vec<BucketRow>,
    since: Vec<BucketRow>,
    never: String,
    rarest: Vec<NeverRow>,
    repeats: Vec<RepeatRow>,
}

#[derive(Template)]
#[template(path = "drawing/fairness/view.html")]
struct ViewPage {
    page: Page,
    year: i32,
    years: Vec<Choice>,
    /// Which of the two: `decade`, or `year`.
    span: &'static str,
    tabs: Vec<Tab>,
    draws: usize,
    made_at: String,
    outdated: bool,
    shown: Option<Shown>,
    job: Option<web::JobView>,
    job_page: String,
    failed: String,
    running: bool,
    may_compute: bool,
}

async fn view(desk: Desk, list: ListQuery) -> Result<Html<ViewPage>> {
    let found = cases::view(&desk.platform, &desk.ctx, list.filter("year").parse().ok()).await?;
    let decade = list.filter("span") != "year";
    let year = found.year;
    let tab = |label: String, span: &str, here: bool| Tab {
        label,
        href: format!("{HERE}?year={year}&span={span}"),
        count: None,
        here,
    };
    let tabs = vec![
        tab(format!("近十年（{} 至 {year} 年）", year - cases::YEARS + 1), "decade", decade),
        tab(format!("{year} 年"), "year", !decade),
    ];
    let shown = found.made.as_ref().map(|Made { single, decade: ten, .. }| shown(if decade { ten } else { single }));
    let running = found.job.as_ref().is_some_and(|job| !job.ended);
    let next = |job: &app::job::JobView| {
        let next = job.error.as_ref().and_then(|error| error.get("next")).and_then(|next| next.as_str());
        next.unwrap_or_default().to_owned()
    };
    Ok(Html(ViewPage {
        page: desk.page_under(Area::Task, [Crumb::to("抽查任务", "/office/tasks"), Crumb::here("公平性报告")]),
        year,
        years: found.years.iter().map(|year| Choice::new(year.to_string(), format!("{year} 年"))).collect(),
        span: if decade { "decade" } else { "year" },
        tabs,
        draws: found.draws,
        outdated: found.made.as_ref().is_some_and(|made| made.outdated),
        made_at: found.made.map(|made| made.at).unwrap_or_default(),
        shown,
        job_page: found.job.as_ref().map(|job| format!("/office/jobs/{}", job.id)).unwrap_or_default(),
        failed: found.job.as_ref().filter(|job| job.ended).map(next).unwrap_or_default(),
        job: found.job.as_ref().map(component),
        running,
        may_compute: desk.may(UseCase::FairnessCompute) && found.draws > 0,
    }))
}

fn shown(told: &Told) -> Shown {
    let report = &told.report;
    let name_of = |subject: u32| told.id(subject);
    let (verdict, rate) = words::verdict(report);
    let years = report.years.map_or_else(String::new, |(first, last)| {
        if first == last { format!("{first} 年") } else { format!("{first} 至 {last} 年") }
    });
    let number = web::format::thousands;
    let findings = report.families.iter().flat_map(|family| &family.findings);
    let bucket = |name: String, bucket: &Bucket| BucketRow {
        name,
        objects: number(bucket.objects),
        expected: format!("{:.1}", bucket.expected),
    };
    let never = &report.never;
    Shown {
        tested: report.tests() > 0,
        alarms: report.alarms(),
        verdict,
        rate,
        summary: format!(
            "{years}摇号 {} 次；有机会的 {} 户，中过签的 {} 户",
            report.draws,
            number(report.eligible),
            number(report.drawn)
        ),
        left_out: words::left_out(report),
        raised: findings.filter(|finding| finding.alarms()).map(|finding| alarm(finding, &name_of)).collect(),
        families: report.families.iter().map(|family| family_row(family, &name_of)).collect(),
        strata: report.strata.iter().map(coverage_row).collect(),
        units: report.units.iter().map(coverage_row).collect(),
        times: report.times.iter().map(|it| bucket(words::times(it), it)).collect(),
        since: report.since.iter().map(|it| bucket(words::since(it), it)).collect(),
        never: format!(
            "从未中签 {} 户，随机应有 {:.1} 户；其中 {} 户历次都没有机会（所在的层一户不抽）。",
            number(never.objects),
            never.expected,
            number(never.without_chance)
        ),
        rarest: never
            .rarest
            .iter()
            .map(|it| NeverRow { id: name_of(it.subject), draws: it.draws, chance: words::p_value(it.chance) })
            .collect(),
        repeats: report
            .repeats
            .iter()
            .map(|it| RepeatRow {
                draw: it.draw.clone(),
                drawn: it.drawn,
                at_once: format!("{:.0}", it.at_once),
                at_once_expected: format!("{:.1}", it.at_once_expected),
                ever: format!("{:.0}", it.ever),
                ever_expected: format!("{:.1}", it.ever_expected),
            })
            .collect(),
    }
}

fn alarm(finding: &Finding, name_of: &dyn Fn(u32) -> String) -> Alarm {
    let said = words::words(finding, name_of);
    let p = format!("p = {}（{}）", words::p_value(finding.p), words::method(finding.method));
    Alarm { tested: said.tested, found: said.found, p, means: said.means, next: said.next }
}

fn family_row(family: &FamilyResult, name_of: &dyn Fn(u32) -> String) -> FamilyRow {
    let worst = family.findings.first();
    let said = worst.map(|finding| words::words(finding, name_of));
    FamilyRow {
        name: words::family(family.family),
        tests: family.tests,
        alarms: family.alarms,
        p: worst.map(|finding| words::p_value(finding.p)).unwrap_or_default(),
        method: worst.map(|finding| words::method(finding.method)).unwrap_or_default(),
        tested: said.as_ref().map(|said| said.tested.clone()).unwrap_or_default(),
        found: said.as_ref().map(|said| said.found.clone()).unwrap_or_default(),
        means: said.map_or_else(|| "没有可检验的".to_owned(), |said| said.means),
    }
}

fn coverage_row(row: &Coverage) -> CoverageRow {
    let number = web::format::thousands;
    let name = if row.label == row.code { row.label.clone() } else { format!("{} {}", row.code, row.label) };
    CoverageRow {
        name: if name.is_empty() { "（空值）".to_owned() } else { name },
        eligible: number(row.eligible),
        drawn: number(row.drawn),
        expected: format!("{:.1}", row.expected),
        ratio: format!("{:.2}%", row.ratio() * 100.0),
        distinct: number(row.distinct),
        distinct_drawn: number(row.distinct_drawn),
    }
}

#[derive(serde::Deserialize)]
struct ComputeForm {
    #[serde(default)]
    year: String,
}

async fn compute(desk: Desk, Form(form): Form<ComputeForm>) -> Result<Response> {
    let year = cases::year_or_current(&desk.ctx, form.year.parse().ok());
    let here = format!("{HERE}?year={year}");
    match cases::compute(&desk.platform, &desk.ctx, year).await {
        Ok(_) => Ok(go_saying(&here, Tone::Info, "已开始计算，完成后自动显示。")),
        Err(error) if error.kind == ErrorKind::Conflict => {
            Ok(go_saying(&here, Tone::Warn, &format!("{}{}", error.message(), error.next_step())))
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;
    use web::Seat;

    use super::*;

    /// A report with one alarm, as the job keeps it.
    fn told() -> Told {
        let finding = json!({
            "family": "never_drawn", "statistic": "least_likely_never", "draw": null, "stratum": null, "name": null,
            "subject": 7, "observed": 1.0, "expected": 2e-7, "p": 2e-7, "adjusted": 2e-6, "method": "bound",
        });
        let report = json!({
            "draws": 10, "years": [2017, 2026], "eligible": 200, "drawn": 199, "alpha": 3e-4,
            "left_out": {
                "rehearsals": 1, "full_cells": 0, "full_rows": 0, "empty_cells": 0, "empty_rows": 0, "overlapping_rows": 0,
            },
            "strata": [], "units": [], "times": [], "since": [], "repeats": [],
            "never": {
                "objects": 1, "expected": 2e-7, "without_chance": 0,
                "rarest": [{ "subject": 7, "draws": 10, "chance": 1e-9 }],
            },
            "families": [{ "family": "never_drawn", "tests": 1, "alarms": 1, "findings": [finding] }],
            "sensitivity": { "unit_excess": null, "tail_expected": 20.0, "tail_noticed": true },
        });
        serde_json::from_value(json!({ "report": report, "ids": { "7": "91130302MA00000000" } })).unwrap()
    }

    fn html_of(told: &Told) -> String {
        let seat =
            Seat {
                person: "赵纪检".to_owned(), post: "监督".to_owned(), agency: "市局".to_owned(), ..Seat::default()
            };
        let page = ViewPage {
            page: Page::office(seat, Area::Task),
            year: 2026,
            years: vec![Choice::new("2026", "2026 年")],
            span: "decade",
            tabs: Vec::new(),
            draws: 10,
            made_at: "今天".to_owned(),
            outdated: false,
            shown: Some(shown(told)),
            job: None,
            job_page: String::new(),
            failed: String::new(),
            running: false,
            may_compute: false,
        };
        page.render().unwrap()
    }

    #[test]
    fn where_nothing_can_be_tested_the_page_says_nothing_good_either() {
        let mut nothing = told();
        nothing.report.families.clear();
        let html = html_of(&nothing);
        assert!(html.contains("没有可以检验的摇号") && html.contains("未检验：演练 1 次"), "{html}");
        assert!(!html.contains("banner good") && !html.contains("<h2>各层</h2>") && !html.contains("误报"), "{html}");
        assert!(html_of(&told()).contains("<h2>各层</h2>"));
    }

    #[test]
    fn an_alarm_stands_on_top_and_says_what_to_do() {
        let html = html_of(&told());
        for words in [
            "其中 1 项报警",
            "报警：有没有哪一户",
            "91130302MA00000000从未中签",
            "怎么办",
            "回执",
            "未检验：演练 1 次",
            "像是总被让过",
        ] {
            assert!(html.contains(words), "lacks {words}:\n{html}");
        }
        assert!(html.find("报警：").unwrap() < html.find("各单位").unwrap());
    }
}

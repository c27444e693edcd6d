//! One inspected object: facts, licences, risk, what changed when, and the draws it came out of.

use app::directory::subject::{self, Change, SubjectView, VersionView};
use askama::Template;
use chrono::NaiveDate;
use domain::ids::SubjectId;
use domain::registry::UseCase;
use domain::subject::{Licence, LicenceState, RiskClass, RiskLevel, SubjectStatus};
use text::Label as _;
use web::{Area, Crumb, Html, Page, Path, Result, TimelineEntry, Tone};

use super::{risk_tone, status_tone};
use crate::Desk;
use crate::page::percent;

#[derive(Template)]
#[template(path = "directory/subject/view.html")]
pub(super) struct ViewPage {
    page: Page,
    view: SubjectView,
    history: Vec<TimelineEntry>,
    today: NaiveDate,
    may_edit: bool,
    may_visit: bool,
}

impl ViewPage {
    fn status_tone(&self, status: &SubjectStatus) -> Tone {
        status_tone(*status)
    }

    fn risk_tone(&self, level: &RiskLevel) -> Tone {
        risk_tone(*level)
    }

    fn validity(&self, from: &Option<NaiveDate>, to: &Option<NaiveDate>) -> String {
        text::directory::validity(*from, *to)
    }

    fn holds(&self, licence: &Licence) -> bool {
        licence.holds_on(self.today)
    }

    /// Why a licence does not hold: what became of it, or that its days are over.
    fn lapsed(&self, licence: &Licence) -> &'static str {
        match licence.state {
            LicenceState::Valid => "无效",
            other => other.label(),
        }
    }

    fn encoded(&self, text: &str) -> String {
        percent(text)
    }

    fn counts_today(&self, class: &RiskClass) -> bool {
        [self.view.credit, self.view.food].contains(&Some(*class))
    }
}

pub(super) async fn view(desk: Desk, Path(name): Path<String>) -> Result<Html<ViewPage>> {
    let id: SubjectId = name.parse().map_err(|_| app::Error::not_found())?;
    let view = subject::view(&desk.platform, &desk.ctx, id).await?;
    let crumbs = [
        Crumb::to("名录库", "/office/directory"),
        Crumb::to("检查对象", "/office/subjects"),
        Crumb::here(view.record.subject.name.clone()),
    ];
    Ok(Html(ViewPage {
        page: desk.page_under(Area::Directory, crumbs),
        history: view.history.iter().map(|version| entry(version, text::directory::subject_field)).collect(),
        today: desk.ctx.today(),
        may_visit: desk.may(UseCase::VisitView),
        may_edit: desk.may(UseCase::SubjectSave),
        view,
    }))
}

/// A version of an object or a person in words; `field` has the labels.
pub(in super::super) fn entry(version: &VersionView, field: fn(&'static str) -> &'static str) -> TimelineEntry {
    let (title, changes) = match &version.changes {
        None if version.version == 1 => ("列入名录".to_owned(), String::new()),
        None => (format!("第 {} 版", version.version), "更早的版本未在此列出".to_owned()),
        Some(changes) if changes.is_empty() => {
            (format!("第 {} 版：登记内容未变，更新了风险等级", version.version), String::new())
        }
        Some(changes) => {
            let fields: Vec<_> = changes.iter().map(|c| field(c.field)).collect();
            (format!("第 {} 版：修改{}", version.version, fields.join("、")), changed_as(changes, field))
        }
    };
    let detail = if changes.is_empty() { version.who.clone() } else { format!("{}。{changes}", version.who) };
    TimelineEntry { at: text::moment(version.from), title, detail, tone: Tone::Plain, href: String::new() }
}

/// `名称：“甲” → “乙”；…`
pub(super) fn changed(changes: &[Change]) -> String {
    changed_as(changes, text::directory::subject_field)
}

fn changed_as(changes: &[Change], field: fn(&'static str) -> &'static str) -> String {
    let quoted = |text: &str| if text.is_empty() { "（空）".to_owned() } else { format!("“{text}”") };
    let one = |c: &Change| format!("{}：{} → {}", field(c.field), quoted(&c.before), quoted(&c.after));
    changes.iter().map(one).collect::<Vec<_>>().join("；")
}

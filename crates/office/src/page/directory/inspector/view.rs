//! One inspector.

use app::directory::inspector::{self, InspectorView};
use askama::Template;
use chrono::NaiveDate;
use domain::ids::InspectorId;
use domain::import::ImportKind;
use domain::inspector::Qualification;
use domain::registry::UseCase;
use web::{Area, Html, Page, Path, Result, TimelineEntry, Tone};

use super::super::subject::entry;
use super::{crumbs, state_tone, state_words};
use crate::Desk;
use crate::page::percent;

#[derive(Template)]
#[template(path = "directory/inspector/view.html")]
pub(super) struct ViewPage {
    page: Page,
    view: InspectorView,
    history: Vec<TimelineEntry>,
    tone: Tone,
    words: &'static str,
    may_recuse: bool,
    may_leave: bool,
    may_name: bool,
    may_visit: bool,
    may_move: bool,
}

impl ViewPage {
    fn held(&self, held: &Qualification) -> bool {
        held.holds_on(self.view.today)
    }

    /// The form of a move, with the person filled in.
    fn move_href(&self) -> String {
        let number = self.view.record.certificate().map(|held| held.number.as_str()).unwrap_or_default();
        let name = &self.view.record.inspector.name;
        format!("/office/moves/new?certificate={}&name={}", percent(number), percent(name))
    }

    fn validity(&self, from: &Option<NaiveDate>, to: &Option<NaiveDate>) -> String {
        text::directory::validity(*from, *to)
    }
}

/// The label of a field in a history.
fn field(key: &'static str) -> &'static str {
    text::import::changed_field(ImportKind::Inspector, key)
}

pub(super) async fn view(desk: Desk, Path(name): Path<String>) -> Result<Html<ViewPage>> {
    let id: InspectorId = name.parse().map_err(|_| app::Error::not_found())?;
    let view = inspector::view(&desk.platform, &desk.ctx, id).await?;
    Ok(Html(ViewPage {
        page: desk.page_under(Area::Directory, crumbs(&view.record.inspector.name, None, "")),
        tone: state_tone(view.state),
        words: state_words(view.state),
        history: view.history.iter().map(|version| entry(version, field)).collect(),
        may_visit: desk.may(UseCase::VisitView),
        may_recuse: desk.may(UseCase::RecusalDeclare),
        may_name: desk.may(UseCase::InspectorName) && view.record.left_on.is_none(),
        may_move: desk.may(UseCase::MoveRequest) && view.record.left_on.is_none(),
        may_leave: desk.may(UseCase::LeaveRecord) && view.record.left_on.is_none(),
        view,
    }))
}

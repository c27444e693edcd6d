//! What every page of a front carries round its content, and the wrapper that turns a template into an answer. Who is
//! signed in and what they may see is decided by the front and handed in; this file decides nothing.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::component::Crumb;
use crate::error::Error;
use crate::flash::Flash;

/// The areas of the office front, in the order of the navigation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Area {
    /// To-dos.
    #[default]
    Home,
    /// Subjects, inspectors, items.
    Directory,
    /// Schemes of random inspections.
    Scheme,
    /// Tasks.
    Task,
    /// Dispatch and matching.
    Dispatch,
    /// An inspector's own visits.
    Visit,
    /// Long work.
    Job,
    /// Events.
    Event,
    /// Accounts, agencies, rules, the calendar.
    Admin,
    /// A page that belongs to none.
    None,
}

/// One entry of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NavEntry {
    /// Which area it opens.
    pub area: Area,
    /// What it is called.
    pub label: &'static str,
    /// Where it is.
    pub href: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// What is done there, in one sentence; the home page shows it.
    pub about: &'static str,
}

/// The navigation of the office front.
pub const NAV: [NavEntry; 9] = [
    entry(Area::Home, "首页", "/office", "house", "待办事项，逾期的在前。"),
    entry(Area::Directory, "名录库", "/office/directory", "building-2", "查询检查对象、执法检查人员和抽查事项。"),
    entry(Area::Scheme, "抽查方案", "/office/schemes", "clipboard-list", "抽哪些主体、各抽多少、查什么、谁批准。"),
    entry(Area::Task, "抽查任务", "/office/tasks", "list-checks", "每项任务走到哪一步，底册、摇号和结果。"),
    entry(Area::Dispatch, "派发与匹配", "/office/dispatch", "send", "各单位签收、匹配检查人员和打印文书的进展。"),
    entry(Area::Visit, "我的检查", "/office/visits/mine", "inbox", "今天和接下来要去的检查对象，地址、电话和文书。"),
    entry(Area::Job, "作业", "/office/jobs", "cog", "导入、冻结、匹配等耗时工作的进度。"),
    entry(Area::Event, "事件", "/office/events", "history", "谁在何时做了什么；校验日志是否被改动。"),
    entry(Area::Admin, "管理", "/office/accounts", "users", "账号与岗位、机构、规则参数和工作日历。"),
];

const fn entry(
    area: Area,
    label: &'static str,
    href: &'static str,
    icon: &'static str,
    about: &'static str,
) -> NavEntry {
    NavEntry { area, label, href, icon, about }
}

/// Who is signed in, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seat {
    /// The person.
    pub person: String,
    /// The post they act as.
    pub post: String,
    /// The agency of the post.
    pub agency: String,
    /// The account, so that the browser gives what was typed back to the same person only.
    pub account: String,
}

/// What stands round the content. A page's template holds it as `page`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Who is signed in; `None` before sign-in and on the public front.
    pub seat: Option<Seat>,
    /// Which entry of the navigation is marked.
    pub area: Area,
    /// How many to-dos wait; shown at 首页, 0 is not.
    pub todos: u64,
    /// The way here; empty on the start page of an area.
    pub crumbs: Vec<Crumb>,
    /// A notice from the page before.
    pub flash: Option<Flash>,
    /// Name of the bureau whose installation this is, for the public front.
    pub bureau: String,
    /// Areas that this post has nothing to do in; they are left out of the navigation.
    pub closed: Vec<Area>,
    /// Areas whose usual start page this post may not open, with the page it starts at instead.
    pub detours: Vec<(Area, &'static str)>,
    /// Is this installation a demo? Then every page says so.
    pub demo: bool,
}

impl Page {
    /// A page of an area for someone signed in.
    #[must_use]
    pub fn office(seat: Seat, area: Area) -> Self {
        Self { seat: Some(seat), area, ..Self::default() }
    }

    /// A page for everyone.
    #[must_use]
    pub fn public(bureau: impl Into<String>) -> Self {
        Self { area: Area::None, bureau: bureau.into(), ..Self::default() }
    }

    /// Adds the way here.
    #[must_use]
    pub fn under(mut self, crumbs: impl IntoIterator<Item = Crumb>) -> Self {
        self.crumbs.extend(crumbs);
        self
    }

    /// The navigation, for the layout.
    #[must_use]
    pub fn nav(&self) -> Vec<NavEntry> {
        let detour = |area: Area| self.detours.iter().find(|(from, _)| *from == area).map(|(_, href)| *href);
        let open = NAV.into_iter().filter(|entry| !self.closed.contains(&entry.area));
        open.map(|entry| NavEntry { href: detour(entry.area).unwrap_or(entry.href), ..entry }).collect()
    }

    /// Is this entry the current one?
    #[must_use]
    pub fn is_here(&self, entry: &NavEntry) -> bool {
        entry.area == self.area
    }
}

/// A template as an answer: `Html(template)` is 200, `Html::invalid(template)` the form again, with its errors, as 422.
#[derive(Clone, Copy, Debug)]
pub struct Html<T>(pub T);

impl<T: Template> Html<T> {
    /// The same with another status.
    pub fn with_status(self, status: StatusCode) -> Response {
        match self.0.render() {
            Ok(html) => (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response(),
            Err(error) => Error::from(error).into_response(),
        }
    }

    /// A form that comes back with everything typed kept and its errors named.
    pub fn invalid(template: T) -> Response {
        Self(template).with_status(StatusCode::UNPROCESSABLE_ENTITY)
    }
}

impl<T: Template> IntoResponse for Html<T> {
    fn into_response(self) -> Response {
        self.with_status(StatusCode::OK)
    }
}

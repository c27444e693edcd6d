//! The administrator's area: accounts, agencies, rules, the working calendar. Everyone may look at agencies, rules and the
//! calendar; the buttons that change something are the administrator's.

mod account;
mod account_change;
mod agency;
mod calendar;
mod rule;

use app::Agency;
use askama::Template;
use domain::registry::UseCase;
use text::Label as _;
use web::{Choice, FieldErrors, Page, Stale, Tab, Tone};

use crate::{Desk, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .merge(account::routes())
        .merge(account_change::routes())
        .merge(agency::routes())
        .merge(rule::routes())
        .merge(calendar::routes())
}

/// The pages of the area, in the order of the tabs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Accounts,
    Agencies,
    Rules,
    Calendar,
}

/// The tabs that the post may open.
fn tabs(desk: &Desk, here: Section) -> Vec<Tab> {
    [
        (Section::Accounts, "账号与岗位", "/office/accounts", UseCase::AccountList),
        (Section::Agencies, "机构", "/office/agencies", UseCase::AgencyList),
        (Section::Rules, "规则参数", "/office/rules", UseCase::RulebookView),
        (Section::Calendar, "工作日历", "/office/calendar", UseCase::CalendarView),
    ]
    .into_iter()
    .filter(|(_, _, _, use_case)| desk.may(*use_case))
    .map(|(section, label, href, _)| Tab {
        label: label.to_owned(),
        href: href.to_owned(),
        count: None,
        here: section == here,
    })
    .collect()
}

/// A page between a button and what cannot be taken back lightly.
#[derive(Template)]
#[template(path = "admin/confirm.html")]
struct ConfirmPage {
    page: Page,
    title: String,
    /// What happens, in a sentence.
    consequence: String,
    tone: Tone,
    action: String,
    button: String,
    back: String,
    /// Hidden fields.
    hidden: Vec<(&'static str, String)>,
    /// A last day to be chosen, for ending a post.
    day: Option<String>,
    errors: FieldErrors,
    /// Somebody else changed it since the button was shown.
    stale: Option<Stale>,
}

/// The agencies of the scope as options, indented by their depth.
fn agency_choices(agencies: &[Agency]) -> Vec<Choice> {
    let top = agencies.iter().map(|agency| agency.path.segments().count()).min().unwrap_or(0);
    let label = |agency: &Agency| format!("{}{}", indent(agency.path.segments().count() - top), agency.name);
    agencies.iter().map(|agency| Choice::new(agency.id.to_string(), label(agency))).collect()
}

/// Full-width spaces: browsers drop ordinary ones in options and tables.
fn indent(depth: usize) -> String {
    "\u{3000}".repeat(depth)
}

/// The roles, each with what it is for.
fn role_choices() -> Vec<Choice> {
    let offered = domain::role::Role::ALL.iter().filter(|role| role.is_granted());
    offered.map(|role| Choice::new(role.code(), role.label())).collect()
}

//! Inspected objects: the list and its file, one with its history, the form.

mod edit;
mod list;
mod view;

use app::directory::subject::SubjectQuery;
use domain::Coded;
use domain::registry::UseCase;
use domain::subject::{RiskLevel, SubjectStatus};
use text::Label;
use web::{Choice, ListQuery, Tone};

use crate::Routes;

pub(super) use view::entry;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/office/subjects", UseCase::SubjectList, list::list)
        .get("/office/subjects/{subject}", UseCase::SubjectView, view::view)
        .get("/office/subjects/{subject}/edit", UseCase::SubjectSave, edit::form)
        .post("/office/subjects/{subject}/edit", UseCase::SubjectSave, edit::save)
}

/// The same address narrows the list and its export alike.
fn query_of(list: &ListQuery) -> SubjectQuery {
    SubjectQuery {
        q: list.filter("q").to_owned(),
        agency: list.filter("agency").to_owned(),
        kind: list.filter("kind").to_owned(),
        status: list.filter("status").to_owned(),
        tag: list.filter("tag").to_owned(),
        risk: list.filter("risk").to_owned(),
        from: list.filter("from").to_owned(),
        to: list.filter("to").to_owned(),
    }
}

/// Every value of an enum as an option.
pub(crate) fn choices<T: Coded + Label>() -> Vec<Choice> {
    T::ALL.iter().map(|value| Choice::new(value.code(), value.label())).collect()
}

/// How a registration state is meant.
fn status_tone(status: SubjectStatus) -> Tone {
    match status {
        SubjectStatus::Existing | SubjectStatus::Operating => Tone::Good,
        SubjectStatus::Suspended | SubjectStatus::Liquidating => Tone::Warn,
        SubjectStatus::Revoked | SubjectStatus::Annulled | SubjectStatus::Deregistered | SubjectStatus::MovedOut => {
            Tone::Plain
        }
    }
}

/// How a level of risk is meant.
fn risk_tone(level: RiskLevel) -> Tone {
    match level {
        RiskLevel::A => Tone::Good,
        RiskLevel::B => Tone::Plain,
        RiskLevel::C => Tone::Warn,
        RiskLevel::D | RiskLevel::E => Tone::Bad,
    }
}

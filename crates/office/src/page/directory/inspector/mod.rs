//! Inspectors: list, one with leaves, recusals and visits, the forms.

mod account;
mod forms;
mod list;
mod view;

use app::directory::inspector::CertificateState;
use domain::registry::UseCase;
use web::{Crumb, Tone};

use crate::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/office/inspectors", UseCase::InspectorList, list::list)
        .get("/office/inspectors/{inspector}", UseCase::InspectorView, view::view)
        .get("/office/inspectors/{inspector}/recusals/new", UseCase::RecusalDeclare, forms::recusal)
        .post("/office/inspectors/{inspector}/recusals/new", UseCase::RecusalDeclare, forms::declare)
        .get("/office/inspectors/{inspector}/leaves/new", UseCase::LeaveRecord, forms::leave)
        .post("/office/inspectors/{inspector}/leaves/new", UseCase::LeaveRecord, forms::record)
        .get("/office/inspectors/{inspector}/account", UseCase::InspectorName, account::page)
        .post("/office/inspectors/{inspector}/account", UseCase::InspectorName, account::name)
}

/// The state of a certificate in words.
fn state_words(state: CertificateState) -> &'static str {
    match state {
        CertificateState::Valid => "有效",
        CertificateState::EndsSoon => "即将到期",
        CertificateState::Expired => "已过期",
        CertificateState::NotYet => "未生效",
        CertificateState::Left => "已离岗",
    }
}

/// How it is meant.
fn state_tone(state: CertificateState) -> Tone {
    match state {
        CertificateState::Valid => Tone::Good,
        CertificateState::EndsSoon => Tone::Warn,
        CertificateState::Expired => Tone::Bad,
        CertificateState::NotYet | CertificateState::Left => Tone::Plain,
    }
}

/// The way to a page of one inspector.
fn crumbs(name: &str, href: Option<String>, here: &str) -> Vec<Crumb> {
    let mut crumbs = vec![Crumb::to("名录库", "/office/directory"), Crumb::to("执法检查人员", "/office/inspectors")];
    match href {
        Some(href) => crumbs.extend([Crumb::to(name, href), Crumb::here(here)]),
        None => crumbs.push(Crumb::here(name)),
    }
    crumbs
}

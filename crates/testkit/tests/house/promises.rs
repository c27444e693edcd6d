//! Nothing is promised that nothing keeps: a rule on the rules page is read somewhere, a use case with a page has its
//! route, a state that a filter offers is reached by something.

use domain::registry::UseCase;
use domain::rulebook::Rule;
use domain::state::{Machine, ShareState, TaskState, VisitState};

use crate::{Tracked, none, tracked};

/// Crates that define words; using one there keeps no promise.
const DEFINING: &[&str] = &["crates/domain/", "crates/text/", "crates/testkit/"];
/// Crates that answer requests.
const FRONTS: &[&str] =
    &["crates/office/", "crates/public/", "crates/web/", "crates/api/", "crates/cli/", "crates/field/"];

/// The sources of the product without their tests, as one text: of the folders given, or of all that define nothing.
fn sources(files: &[Tracked], of: Option<&[&str]>) -> String {
    let wanted = |path: &str| match of {
        Some(folders) => folders.iter().any(|folder| path.starts_with(folder)),
        None => path.starts_with("crates/") && !DEFINING.iter().any(|folder| path.starts_with(folder)),
    };
    let code = |file: &Tracked| file.path.ends_with(".rs") && file.path.contains("/src/") && wanted(&file.path);
    let texts = files.iter().filter(|file| code(file)).filter_map(|file| file.text.as_deref());
    texts.map(|text| text.split("#[cfg(test)]").next().unwrap_or_default()).collect()
}

/// Rules whose reader nobody calls.
fn unread(rules: &[(&str, &str)], code: &str) -> Vec<String> {
    rules
        .iter()
        .filter(|(_, reader)| !code.contains(&format!(".{reader}()")))
        .map(|(rule, reader)| format!("the rule {rule} is shown and set, but nothing calls Rulebook::{reader}"))
        .collect()
}

/// Rows of the registry whose page has no route.
fn unrouted(rows: &[(String, &str)], fronts: &str) -> Vec<String> {
    rows.iter()
        .filter(|(case, page)| {
            let routed = fronts.contains(&format!("\"/office{page}\"")) || fronts.contains(&format!("\"{page}\""));
            !routed || !fronts.contains(&format!("UseCase::{case}"))
        })
        .map(|(case, page)| format!("the registry gives {case} the page {page}, and no front has that route"))
        .collect()
}

/// States that no code brings about: no caller of the command, and no statement that writes the state.
fn unreached<S: Machine + std::fmt::Debug>(code: &str) -> Vec<String>
where
    S::Command: std::fmt::Debug,
{
    let name = |full: &'static str| full.rsplit("::").next().unwrap_or_default().to_owned();
    let command_type = name(std::any::type_name::<S::Command>());
    let state_type = name(std::any::type_name::<S>());
    let reached = |state: S| {
        state == S::START
            || code.contains(&format!("state = '{}'", state.code()))
            || S::TABLE
                .iter()
                .filter(|(_, _, to)| *to == state)
                .any(|(_, command, _)| code.contains(&format!("{command_type}::{command:?}")))
    };
    S::ALL
        .iter()
        .filter(|state| !reached(**state))
        .map(|state| format!("{state_type}::{state:?} is offered by a filter and nothing leads there"))
        .collect()
}

#[test]
fn every_rule_is_applied() {
    let rules: Vec<_> = Rule::ALL.iter().map(|rule| (rule.code(), rule.reader())).collect();
    none("rules", &unread(&rules, &sources(&tracked(), None)));
    assert_eq!(unread(&[("term", "term"), ("moon", "moon_phase")], "book.term()").len(), 1);
    assert_eq!(unread(&[("term", "term")], "fn term() {} // Rulebook::term").len(), 1);
}

#[test]
fn every_page_of_the_registry_has_its_route() {
    let rows = UseCase::ALL.iter().filter_map(|case| Some((format!("{case:?}"), case.row().page?)));
    none("pages", &unrouted(&rows.collect::<Vec<_>>(), &sources(&tracked(), Some(FRONTS))));
    let row = |case: &str, page| vec![(case.to_owned(), page)];
    let route = r#".get("/office/shares/{share}/group", UseCase::ShareGroup, group)"#;
    assert!(unrouted(&row("ShareGroup", "/shares/{share}/group"), route).is_empty());
    assert_eq!(unrouted(&row("InspectorSave", "/inspectors/{inspector}/edit"), route).len(), 1);
    assert_eq!(unrouted(&row("ShareOther", "/shares/{share}/group"), route).len(), 1);
}

#[test]
fn every_state_that_a_filter_offers_is_reached() {
    let code = sources(&tracked(), None);
    let mut complaints = unreached::<TaskState>(&code);
    complaints.extend(unreached::<ShareState>(&code));
    complaints.extend(unreached::<VisitState>(&code));
    none("states", &complaints);
    let some = "TaskCommand::Approve TaskCommand::Seal TaskCommand::Commit TaskCommand::Draw TaskCommand::Fail";
    assert_eq!(unreached::<TaskState>(some), ["TaskState::Voided is offered by a filter and nothing leads there"]);
}

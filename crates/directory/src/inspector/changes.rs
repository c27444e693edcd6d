//! What differs between two versions of an inspector, in words: for the preview of an import and for the history.

use domain::inspector::{Certificate, Qualification};
use store::repo::inspector::InspectorRecord;

use super::super::subject::{Change, Changes};

/// The fields that differ, in the order of the page; `text::import::changed_field` has their labels. Agencies and accounts
/// are compared by id and shown by the names that the records carry.
pub(crate) fn changes(before: &InspectorRecord, after: &InspectorRecord) -> Vec<Change> {
    let (a, b) = (&before.inspector, &after.inspector);
    let day = |day: &Option<chrono::NaiveDate>| day.map(text::day).unwrap_or_default();
    let from = |held: Option<&Certificate>| held.map(|held| held.valid_from);
    let to = |held: Option<&Certificate>| held.map(|held| held.valid_to);
    let (held, holds) = (before.certificate(), after.certificate());
    let confirmed = |record: &InspectorRecord| record.account_confirmed_at.is_some();
    let mut changes = Changes::default();
    changes.text("name", &a.name, &b.name);
    changes.between("agency", &a.agency, &b.agency, (&before.agency_name, &after.agency_name));
    changes.text("section", &before.section, &after.section);
    changes.text("staff_number", &a.staff_number, &b.staff_number);
    changes.of("certificate_from", &from(held), &from(holds), day);
    changes.of("certificate_to", &to(held), &to(holds), day);
    changes.of("qualifications", &a.qualifications, &b.qualifications, |all| qualifications(all));
    changes.text("expertise", &before.expertise, &after.expertise);
    changes.of("active", &before.left_on, &after.left_on, |left| text::import::on_duty(*left));
    changes.between("login", &a.account, &b.account, (&before.account_login, &after.account_login));
    changes.of("account_confirmed", &confirmed(before), &confirmed(after), |yes| text::directory::confirmed(*yes));
    changes.into_vec()
}

fn qualifications(all: &[Qualification]) -> String {
    let one = |q: &Qualification| format!("{}（{}）", q.code, text::directory::validity(q.valid_from, q.valid_to));
    all.iter().map(one).collect::<Vec<_>>().join("、")
}

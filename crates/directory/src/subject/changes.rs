//! What differs between two versions of an object, in words. Risk classes carry their own dates and are not compared.

use chrono::NaiveDate;
use domain::subject::{Licence, LicenceState, Subject};
use text::Label as _;

/// One field that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Stable name of the field; `text::directory::subject_field` has its label.
    pub field: &'static str,
    /// What stood there; may be empty.
    pub before: String,
    /// What stands there now; may be empty.
    pub after: String,
}

/// Gathers the fields that differ.
#[derive(Default)]
pub(crate) struct Changes(Vec<Change>);

impl Changes {
    /// Notes a field if its values differ.
    pub(crate) fn of<T: PartialEq + ?Sized>(
        &mut self,
        field: &'static str,
        before: &T,
        after: &T,
        shown: impl Fn(&T) -> String,
    ) {
        if before != after {
            self.0.push(Change { field, before: shown(before), after: shown(after) });
        }
    }

    /// As [`Changes::of`], where what is compared is not what is shown.
    pub(crate) fn between<T: PartialEq>(
        &mut self,
        field: &'static str,
        before: &T,
        after: &T,
        (shown_before, shown_after): (&str, &str),
    ) {
        if before != after {
            self.0.push(Change { field, before: shown_before.to_owned(), after: shown_after.to_owned() });
        }
    }

    /// As [`Changes::of`], for a text.
    pub(crate) fn text(&mut self, field: &'static str, before: &str, after: &str) {
        self.of(field, before, after, str::to_owned);
    }

    pub(crate) fn into_vec(self) -> Vec<Change> {
        self.0
    }
}

/// The fields that differ, in the order of the page. Each version comes with the name of its agency of then.
pub(crate) fn changes(before: (&Subject, &str), after: (&Subject, &str)) -> Vec<Change> {
    values(before.0, before.1)
        .into_iter()
        .zip(values(after.0, after.1))
        .filter(|((_, before), (_, after))| before != after)
        .map(|((field, before), (_, after))| Change { field, before, after })
        .collect()
}

/// As [`changes`], of the fields that are named: whoever compared the two says which.
pub(crate) fn changes_of(fields: &[&str], before: (&Subject, &str), after: (&Subject, &str)) -> Vec<Change> {
    values(before.0, before.1)
        .into_iter()
        .zip(values(after.0, after.1))
        .filter(|((field, _), _)| fields.contains(field))
        .map(|((field, before), (_, after))| Change { field, before, after })
        .collect()
}

fn values(s: &Subject, agency: &str) -> [(&'static str, String); 13] {
    let day = |day: Option<NaiveDate>| day.map(text::day).unwrap_or_default();
    [
        ("name", s.name.clone()),
        ("kind", s.kind.label().to_owned()),
        ("sub_kind", s.sub_kind.clone().unwrap_or_default()),
        ("status", s.status.label().to_owned()),
        ("registered_on", day(s.established_on)),
        ("agency", agency.to_owned()),
        ("division", s.division.map(|d| d.as_text()).unwrap_or_default()),
        ("address", s.address.clone()),
        ("legal_person", s.representative.clone()),
        ("phone", s.phone.clone()),
        ("industry", s.industry.clone().unwrap_or_default()),
        ("tags", s.tags.iter().map(domain::subject::Tag::as_str).collect::<Vec<_>>().join("、")),
        ("licences", s.licences.iter().map(licence).collect::<Vec<_>>().join("；")),
    ]
}

fn licence(l: &Licence) -> String {
    let until = text::directory::validity(l.valid_from, l.valid_to);
    match l.state {
        LicenceState::Valid => format!("{} {}（{until}）", l.kind, l.number),
        other => format!("{} {}（{until}，{}）", l.kind, l.number, other.label()),
    }
}

//! One row of a list of agencies becomes one staged agency, or its problems. Parents may stand in the file or be known.

use std::borrow::Cow;
use std::collections::HashMap;

use domain::agency::{Agency, AgencyKind, AgencyLevel, AgencyPath};
use domain::division::DivisionCode;
use domain::ids::AgencyId;
use serde::{Deserialize, Serialize};
use sheet::Row;
use text::{Explain as _, Label as _, read};

use super::cells::Checker;
use super::layout::Layout;
use super::read::Agencies;

/// Characters of a cell.
const TEXT_CHARS_MAX: usize = 60;

/// An agency as a file tells it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StagedAgency {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) short_name: String,
    pub(super) parent: Option<String>,
    pub(super) level: AgencyLevel,
    pub(super) kind: AgencyKind,
    pub(super) division: Option<String>,
    /// `None` where the file has no such column: what is known stays.
    pub(super) contact: Option<String>,
    /// As `contact`.
    pub(super) phone: Option<String>,
}

/// Reads the rows of a list of agencies.
pub(super) struct AgencyRows {
    layout: Layout,
    agencies: Agencies,
    seen: HashMap<String, u32>,
    parents: Vec<(Row, String)>,
}

impl AgencyRows {
    pub(super) fn new(layout: &Layout, agencies: Agencies) -> Self {
        Self { layout: layout.clone(), agencies, seen: HashMap::new(), parents: Vec::new() }
    }

    /// The staged agency; `None` if the row has a problem.
    pub(super) fn read(&mut self, row: &Row, check: &mut Checker) -> Option<StagedAgency> {
        let code = self.code(row, check);
        let at = |key: &str| self.layout.mapping.column(key);
        let name = check.required(row, at("name"), TEXT_CHARS_MAX);
        let short_name = check.text(row, at("short_name"), TEXT_CHARS_MAX);
        let parent = check.code(row, at("parent"), TEXT_CHARS_MAX);
        let division = check.code(row, at("division"), TEXT_CHARS_MAX);
        let contact = check.text(row, at("contact"), Agency::CONTACT_CHARS_MAX);
        let phone = check.text(row, at("phone"), TEXT_CHARS_MAX);
        if phone.as_ref().is_some_and(|text| !text.is_empty() && !Agency::is_phone(text)) {
            check.note(row, at("phone"), "phone_form", vec![]);
        }
        let level = check.required(row, at("level"), TEXT_CHARS_MAX).and_then(|text| {
            let level = read::agency_level(&text);
            if level.is_none() {
                check.note(row, at("level"), "level_unknown", vec![]);
            }
            level
        });
        let kind = check.required(row, at("kind"), TEXT_CHARS_MAX).and_then(|text| {
            let kind = AgencyKind::ALL.iter().copied().find(|kind| kind.label() == text.as_ref());
            if kind.is_none() {
                check.note(row, at("kind"), "kind_unknown", vec![text::import::labels(AgencyKind::ALL)]);
            }
            kind
        });
        let division = division.and_then(|text| self.division(row, check, &text));
        if !check.row_is_sound() {
            return None;
        }
        let (code, name, short_name, parent) =
            (code?, name?.into_owned(), short_name?.into_owned(), parent?.into_owned());
        let short_name = if short_name.is_empty() { name.clone() } else { short_name };
        let whole = Agency {
            id: AgencyId::from_parts(0, [0; 10]),
            parent: None,
            path: AgencyPath::root(&code).ok()?,
            name: name.clone(),
            short_name: short_name.clone(),
            level: level?,
            kind: kind?,
            division: division?,
        };
        if let Err(bad) = whole.check() {
            check.note(row, at("kind"), "agency_form", vec![bad.explain().to_string()]);
            return None;
        }
        self.known(row, check, &code, &parent)?;
        self.parents.push((row.clone(), parent.clone()));
        Some(StagedAgency {
            code,
            name,
            short_name,
            parent: Some(parent).filter(|parent| !parent.is_empty()),
            level: level?,
            kind: kind?,
            division: whole.division.map(DivisionCode::as_text),
            contact: at("contact").and(contact).map(Cow::into_owned),
            phone: at("phone").and(phone).map(Cow::into_owned),
        })
    }

    fn code(&mut self, row: &Row, check: &mut Checker) -> Option<String> {
        let column = self.layout.mapping.column("code");
        let text = check.code(row, column, TEXT_CHARS_MAX)?.into_owned();
        if text.is_empty() {
            check.note(row, column, "required", vec![]);
            return None;
        }
        if let Err(bad) = AgencyPath::root(&text) {
            check.note(row, column, "agency_form", vec![bad.explain().to_string()]);
            return None;
        }
        if let Some(first) = self.seen.get(&text) {
            check.note(row, column, "duplicate", vec![first.to_string()]);
            return None;
        }
        self.seen.insert(text.clone(), row.number);
        Some(text)
    }

    fn division(&self, row: &Row, check: &mut Checker, text: &str) -> Option<Option<DivisionCode>> {
        if text.is_empty() {
            return Some(None);
        }
        match text.parse::<DivisionCode>() {
            Ok(division) => Some(Some(division)),
            Err(bad) => {
                check.note(
                    row,
                    self.layout.mapping.column("division"),
                    "division_unknown",
                    vec![bad.explain().to_string()],
                );
                None
            }
        }
    }

    /// An agency that is known keeps its place, and must lie within the importer's reach.
    fn known(&self, row: &Row, check: &mut Checker, code: &str, parent: &str) -> Option<()> {
        let Some((agency, in_scope)) = self.agencies.by_code(code) else { return Some(()) };
        let at = |key: &str| self.layout.mapping.column(key);
        if !in_scope {
            check.note(row, at("code"), "agency_outside", vec![agency.name.clone()]);
            return None;
        }
        let above = agency.path.parent();
        let above = above.as_ref().and_then(|path| path.segments().last()).unwrap_or_default();
        if above != parent && at("parent").is_some() {
            check.note(row, at("parent"), "agency_moved", vec![above.to_owned()]);
            return None;
        }
        Some(())
    }

    /// After the last row: every parent is known or stands in the file.
    pub(super) fn check_parents(&mut self, check: &mut Checker) {
        let column = self.layout.mapping.column("parent");
        for (row, parent) in std::mem::take(&mut self.parents) {
            if parent.is_empty() || self.seen.contains_key(&parent) {
                continue;
            }
            match self.agencies.by_code(&parent) {
                Some((_, true)) => {}
                Some((agency, false)) => check.note(&row, column, "agency_outside", vec![agency.name.clone()]),
                None => check.note(&row, column, "parent_unknown", vec![parent]),
            }
        }
    }
}

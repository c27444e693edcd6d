//! One row of a list of agencies becomes one staged agency, or its problems. Parents may stand in the file or be known.

use std::borrow::Cow;
use std::collections::HashMap;

use domain::agency::{Agency, AgencyKind, AgencyLevel, AgencyPath};
use domain::agency_code::AgencyCode;
use domain::division::DivisionCode;
use domain::ids::AgencyId;
use domain::reach::Touch;
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
    pub(super) code: AgencyCode,
    pub(super) name: String,
    pub(super) short_name: String,
    pub(super) parent: Option<AgencyCode>,
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
    seen: HashMap<AgencyCode, u32>,
    placed: Vec<(Row, AgencyCode, Option<AgencyCode>)>,
}

impl AgencyRows {
    pub(super) fn new(layout: &Layout, agencies: Agencies) -> Self {
        Self { layout: layout.clone(), agencies, seen: HashMap::new(), placed: Vec::new() }
    }

    /// The staged agency; `None` if the row has a problem.
    pub(super) fn read(&mut self, row: &Row, check: &mut Checker) -> Option<StagedAgency> {
        let code = self.code(row, check);
        let at = |key: &str| self.layout.mapping.column(key);
        let name = check.required(row, at("name"), TEXT_CHARS_MAX);
        let short_name = check.text(row, at("short_name"), TEXT_CHARS_MAX);
        let parent = self.parent(row, check);
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
        let (code, name, short_name, parent) = (code?, name?.into_owned(), short_name?.into_owned(), parent?);
        let short_name = if short_name.is_empty() { name.clone() } else { short_name };
        let whole = Agency {
            id: AgencyId::from_parts(0, [0; 10]),
            parent: None,
            path: AgencyPath::root(&code),
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
        self.known(row, check, &code, parent.as_ref())?;
        self.placed.push((row.clone(), code.clone(), parent.clone()));
        Some(StagedAgency {
            code,
            name,
            short_name,
            parent,
            level: level?,
            kind: kind?,
            division: whole.division.map(DivisionCode::as_text),
            contact: at("contact").and(contact).map(Cow::into_owned),
            phone: at("phone").and(phone).map(Cow::into_owned),
        })
    }

    fn code(&mut self, row: &Row, check: &mut Checker) -> Option<AgencyCode> {
        let column = self.layout.mapping.column("code");
        let text = check.code(row, column, TEXT_CHARS_MAX)?;
        if text.is_empty() {
            check.note(row, column, "required", vec![]);
            return None;
        }
        let code = key(row, check, column, &text)?;
        if let Some(first) = self.seen.get(&code) {
            check.note(row, column, "duplicate", vec![first.to_string()]);
            return None;
        }
        self.seen.insert(code.clone(), row.number);
        Some(code)
    }

    /// The key of the agency above; within, none for an empty cell.
    fn parent(&self, row: &Row, check: &mut Checker) -> Option<Option<AgencyCode>> {
        let column = self.layout.mapping.column("parent");
        let text = check.code(row, column, TEXT_CHARS_MAX)?;
        if text.is_empty() { Some(None) } else { key(row, check, column, &text).map(Some) }
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
    fn known(&self, row: &Row, check: &mut Checker, code: &AgencyCode, parent: Option<&AgencyCode>) -> Option<()> {
        let Some((agency, in_scope)) = self.agencies.by_code(code) else { return Some(()) };
        let at = |key: &str| self.layout.mapping.column(key);
        if !in_scope {
            check.note(row, at("code"), "agency_outside", vec![agency.name.clone()]);
            return None;
        }
        let above = agency.path.parent();
        let above = above.as_ref().and_then(|path| path.segments().last()).unwrap_or_default();
        if above != parent.map_or("", AgencyCode::as_str) && at("parent").is_some() {
            check.note(row, at("parent"), "agency_moved", vec![above.to_owned()]);
            return None;
        }
        Some(())
    }

    /// After the last row: every parent is known or stands in the file, lies within the importer's reach, and leads to the top.
    pub(super) fn check_parents(&mut self, check: &mut Checker) {
        let column = self.layout.mapping.column("parent");
        let placed = std::mem::take(&mut self.placed);
        let named: HashMap<_, _> = placed.iter().map(|(_, code, parent)| (code, parent.as_ref())).collect();
        let mut tops = 0;
        for (row, code, parent) in &placed {
            if self.agencies.by_code(code).is_some() {
                continue;
            }
            let Some(parent) = parent else {
                let place = AgencyPath::root(code);
                tops += 1;
                if self.agencies.scope().reaches(&Touch::new_agency(None, &place)).is_err() {
                    check.note(row, column, "root_by_owner", vec![]);
                } else if let Some(root) = self.agencies.root() {
                    check.note(row, column, "root_taken", vec![root.name.clone()]);
                } else if tops > 1 {
                    check.note(row, column, "root_twice", vec![]);
                }
                continue;
            };
            match self.agencies.by_code(parent) {
                Some((_, true)) => self.check_depth(row, check, parent, &named),
                Some((agency, false)) => check.note(row, column, "agency_outside", vec![agency.name.clone()]),
                None if named.contains_key(parent) => self.check_depth(row, check, parent, &named),
                // The parent's own row was refused: that one is to be mended.
                None if self.seen.contains_key(parent) => {}
                None => check.note(row, column, "parent_unknown", vec![parent.to_string()]),
            }
        }
    }

    /// Agencies that name each other as parents never come to an end, nor do they to a top.
    fn check_depth(
        &self,
        row: &Row,
        check: &mut Checker,
        parent: &AgencyCode,
        named: &HashMap<&AgencyCode, Option<&AgencyCode>>,
    ) {
        let mut levels = 1;
        let mut next = Some(parent);
        while let Some(above) = next {
            let known = self.agencies.by_code(above).map(|(agency, _)| agency.path.segments().count());
            levels += known.unwrap_or(1);
            if levels > AgencyPath::DEPTH_MAX {
                let column = self.layout.mapping.column("parent");
                return check.note(row, column, "agency_depth", vec![AgencyPath::DEPTH_MAX.to_string()]);
            }
            next = if known.is_some() { None } else { named.get(above).copied().flatten() };
        }
    }
}

/// A registrar key, or the problem of the cell.
fn key(row: &Row, check: &mut Checker, column: Option<u32>, text: &str) -> Option<AgencyCode> {
    match text.parse::<AgencyCode>() {
        Ok(code) => Some(code),
        Err(bad) => {
            check.note(row, column, "agency_form", vec![bad.explain().to_string()]);
            None
        }
    }
}

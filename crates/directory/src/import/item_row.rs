//! One row of an item list becomes one check item, or its problems.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use domain::ids::CheckItemId;
use domain::item::{AppliesTo, BadItem, CheckItem, CheckMethod};
use domain::subject::SubjectKind;
use serde::{Deserialize, Serialize};
use sheet::Row;
use text::{Explain as _, read};

use super::cells::Checker;
use super::layout::Layout;

/// Characters of a cell that holds several values.
const LIST_CHARS_MAX: usize = 1_000;

/// An item as a file tells it; its id is given when the list becomes a revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StagedItem {
    pub(super) item: CheckItem,
    pub(super) body: String,
    /// What a firm has ready, one thing a line.
    pub(super) materials: String,
}

/// Reads the rows of an item list.
pub(super) struct ItemRows {
    layout: Layout,
    today: NaiveDate,
    seen: HashMap<String, u32>,
}

impl ItemRows {
    pub(super) fn new(layout: &Layout, today: NaiveDate) -> Self {
        Self { layout: layout.clone(), today, seen: HashMap::new() }
    }

    /// The staged item; `None` if the row has a problem.
    pub(super) fn read(&mut self, row: &Row, check: &mut Checker) -> Option<StagedItem> {
        let at = |key: &str| self.layout.mapping.column(key);
        let code = check.code(row, at("code"), LIST_CHARS_MAX);
        let category = check.required(row, at("category"), CheckItem::NAME_CHARS_MAX);
        let name = check.required(row, at("name"), CheckItem::NAME_CHARS_MAX);
        let kinds = kinds(row, check, at("kinds"));
        let tags = tags(row, check, at("tags"));
        let methods = methods(row, check, at("methods"));
        let body = check.text(row, at("body"), LIST_CHARS_MAX);
        let materials = materials(row, check, at("materials"));
        let basis = check.text(row, at("basis"), CheckItem::BASIS_CHARS_MAX);
        let qualifications = check.text(row, at("qualification"), LIST_CHARS_MAX);
        let valid_from = check.date(row, at("valid_from"));
        let valid_to = check.date(row, at("valid_to"));
        let weight = check.required(row, at("weight"), LIST_CHARS_MAX).and_then(|text| {
            let weight = read::item_weight(&text);
            if weight.is_none() {
                check.note(row, at("weight"), "weight_unknown", vec![]);
            }
            weight
        });
        if !check.row_is_sound() {
            return None;
        }
        let item = CheckItem {
            id: CheckItemId::from_parts(0, [0; 10]),
            code: code?.into_owned(),
            category: category?.into_owned(),
            name: name?.into_owned(),
            legal_basis: basis?.into_owned(),
            weight: weight?,
            methods: methods?,
            applies: AppliesTo { kinds: kinds?, tags: tags? },
            qualifications: read::parts(&qualifications?).map(str::to_owned).collect(),
            published: true,
            valid_from: valid_from?.unwrap_or(self.today),
            valid_to: valid_to?,
        };
        if let Err(bad) = item.check() {
            let column = match bad {
                BadItem::Code(_) => at("code"),
                BadItem::Name { field: "category", .. } => at("category"),
                BadItem::Name { .. } => at("name"),
                BadItem::NoBasis | BadItem::BasisTooLong(_) => at("basis"),
                BadItem::NoMethod => at("methods"),
                BadItem::Backwards => at("valid_to"),
            };
            check.note(row, column, "item_form", vec![bad.explain().to_string()]);
            return None;
        }
        if let Some(first) = self.seen.get(&item.code) {
            check.note(row, at("code"), "duplicate", vec![first.to_string()]);
            return None;
        }
        self.seen.insert(item.code.clone(), row.number);
        Some(StagedItem { item, body: body?.into_owned(), materials: materials? })
    }
}

fn kinds(row: &Row, check: &mut Checker, column: Option<u32>) -> Option<BTreeSet<SubjectKind>> {
    let text = check.text(row, column, LIST_CHARS_MAX)?;
    let mut found = BTreeSet::new();
    for part in read::parts(&text) {
        let Some((kind, _)) = read::subject_kind(part) else {
            check.note(row, column, "kind_unknown", vec![text::import::labels(SubjectKind::ALL)]);
            return None;
        };
        found.insert(kind);
    }
    Some(found)
}

fn tags(row: &Row, check: &mut Checker, column: Option<u32>) -> Option<BTreeSet<domain::subject::Tag>> {
    let text = check.text(row, column, LIST_CHARS_MAX)?;
    match read::tags(&text) {
        Ok(tags) => Some(tags),
        Err(bad) => {
            check.note(row, column, "tag_form", vec![bad.explain().to_string()]);
            None
        }
    }
}

/// The things of one cell, separated by semicolons: a comma stands within one, as in 合同、票据和台账.
fn materials(row: &Row, check: &mut Checker, column: Option<u32>) -> Option<String> {
    let text = check.text(row, column, LIST_CHARS_MAX * 2)?;
    let things: Vec<&str> = text.split(['；', ';']).map(str::trim).filter(|thing| !thing.is_empty()).collect();
    if things.len() > CheckItem::MATERIALS_MAX {
        let (count, max) = (things.len().to_string(), CheckItem::MATERIALS_MAX.to_string());
        check.note(row, column, "too_many_materials", vec![count, max]);
        return None;
    }
    if let Some(long) = things.iter().find(|thing| thing.chars().count() > CheckItem::MATERIAL_CHARS_MAX) {
        let start: String = long.chars().take(10).collect();
        check.note(
            row,
            column,
            "material_too_long",
            vec![format!("{start}…"), CheckItem::MATERIAL_CHARS_MAX.to_string()],
        );
        return None;
    }
    Some(things.join("\n"))
}

fn methods(row: &Row, check: &mut Checker, column: Option<u32>) -> Option<BTreeSet<CheckMethod>> {
    let text = check.text(row, column, LIST_CHARS_MAX)?;
    match read::check_methods(&text) {
        Ok(methods) => Some(methods),
        Err(part) => {
            check.note(row, column, "method_unknown", vec![part, text::import::labels(CheckMethod::ALL)]);
            None
        }
    }
}

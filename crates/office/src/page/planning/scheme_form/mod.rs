//! The scheme editor's form. What stands in it is a [`Sheet`]: made of what the browser sent or of a draft, changed by the
//! form's own buttons (add, copy, move, delete), read as a draft, and shown again. Nothing that was typed is lost on the way,
//! whether it can be read or not. Whether the draft is whole is decided in `domain` and `app`.

mod read;
mod show;

use std::collections::BTreeMap;

use domain::deadline::SpanUnit;
use domain::scheme::{Condition, ExclusionRule, SchemeDraft, SizeRounding, StratumRule, StratumSize, percent_of_ratio};

pub use read::Read;
pub use show::{RuleForm, SpanForm, rules, spans};

/// What an object without a value is called in the form.
const NO_VALUE: &str = "未填写";

/// What stands in the form.
#[derive(Clone, Default)]
pub struct Sheet {
    /// Fields outside the rules, by name.
    pub head: BTreeMap<String, String>,
    /// The exclusions.
    pub exclusions: Vec<Row>,
    /// The strata.
    pub strata: Vec<Row>,
    /// Prefix of the rule that a button just changed: the page comes back to it.
    pub focus: String,
}

/// An exclusion or a stratum, as it stands in the form.
#[derive(Clone, Default)]
pub struct Row {
    fields: BTreeMap<String, String>,
    items: Vec<String>,
    conditions: Vec<Asked>,
    /// Just added or copied: shown although nothing may be in it.
    fresh: bool,
    /// One more empty condition is wanted.
    spare: bool,
}

/// A condition, as it stands in the form.
#[derive(Clone, Default)]
pub struct Asked {
    column: String,
    test: String,
    /// The column that the ticked values were offered for.
    offered: String,
    /// Ticked.
    picked: Vec<String>,
    /// Typed.
    typed: String,
}

impl Asked {
    fn is_blank(&self) -> bool {
        self.column.is_empty() && self.picked.is_empty() && self.typed.is_empty()
    }
}

impl Row {
    fn get(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    fn set(&mut self, name: &str, value: impl Into<String>) {
        self.fields.insert(name.to_owned(), value.into());
    }

    fn take(&mut self, name: &str, value: String) {
        let condition = name.strip_prefix('c').and_then(|rest| rest.split_once('-'));
        let Some((place, field)) = condition.and_then(|(n, field)| Some((n.parse::<usize>().ok()?, field))) else {
            match name {
                "items" if !value.is_empty() && self.items.len() <= SchemeDraft::ITEMS_MAX => self.items.push(value),
                "items" => {}
                _ => self.set(name, value),
            }
            return;
        };
        if place >= SchemeDraft::CONDITIONS_MAX {
            return;
        }
        if self.conditions.len() <= place {
            self.conditions.resize_with(place + 1, Asked::default);
        }
        let Some(condition) = self.conditions.get_mut(place) else { return };
        match field {
            "column" => condition.column = value,
            "test" => condition.test = value,
            "of" => condition.offered = value,
            "values" => condition.typed = value,
            // One more than allowed is kept, so that the rule refuses rather than loses it.
            "value" if condition.picked.len() <= SchemeDraft::VALUES_MAX => condition.picked.push(value),
            _ => {}
        }
    }

    /// The shares of single values as they stand in the form: value and what was typed for it. What was typed under another
    /// column means nothing.
    fn shares(&self) -> Vec<(&str, &str)> {
        if self.get("share-by") != self.get("by") {
            return Vec::new();
        }
        let places = 0..SchemeDraft::VALUES_MAX;
        let shares =
            places.map_while(|n| Some((self.fields.get(&format!("share-{n}-of"))?, self.get(&format!("share-{n}")))));
        shares.map(|(value, typed)| (value.as_str(), typed)).collect()
    }

    fn is_blank(&self) -> bool {
        let filled = ["code", "label", "size", "least"].iter().any(|name| !self.get(name).is_empty());
        !filled && self.items.is_empty() && self.conditions.iter().all(Asked::is_blank)
    }

    fn tidy(&mut self) {
        // What was ticked was offered for a column; under another one it means nothing.
        for condition in &mut self.conditions {
            if condition.offered != condition.column {
                condition.picked.clear();
            }
        }
        self.conditions.retain(|condition| !condition.is_blank());
    }

    fn of_exclusion(rule: &ExclusionRule) -> Self {
        let mut row = Self { conditions: rule.conditions.iter().map(Asked::of).collect(), ..Self::default() };
        row.set("code", &rule.code);
        row.set("label", &rule.label);
        row
    }

    fn of_stratum(rule: &StratumRule) -> Self {
        let conditions = rule.conditions.iter().map(Asked::of).collect();
        let mut row = Self { conditions, items: rule.items.clone(), ..Self::default() };
        row.set("code", &rule.code);
        row.set("label", &rule.label);
        row.set("population", &rule.population);
        let (by, size, rounding, least) = match &rule.size {
            StratumSize::Ratio { ratio, rounding, at_least } => ("", percent_of_ratio(ratio), *rounding, *at_least),
            StratumSize::Count(count) => ("", format!("{count}户"), SizeRounding::Ceil, None),
            StratumSize::By { column, ratios, rounding } => (column.code(), shares(ratios), *rounding, None),
        };
        row.set("by", by);
        row.set("size", size);
        row.set("rounding", rounding.code());
        row.set("least", least.map(|least| least.to_string()).unwrap_or_default());
        if let Some(split) = &rule.split {
            row.set("split", split.by.code());
            row.set("seats", split.method.code());
        }
        for (name, set) in [("otherwise", rule.otherwise), ("tagged", rule.tagged)] {
            if set {
                row.set(name, "1");
            }
        }
        row
    }

    /// What a class begins with.
    fn new_stratum() -> Self {
        let mut row = Self { fresh: true, ..Self::default() };
        row.set("tagged", "1");
        row.set("rounding", SizeRounding::Ceil.code());
        row
    }
}

impl Asked {
    fn of(condition: &Condition) -> Self {
        Self {
            column: condition.column.code().to_owned(),
            offered: condition.column.code().to_owned(),
            test: condition.test.code().to_owned(),
            picked: condition.values.clone(),
            typed: String::new(),
        }
    }
}

/// `A 1%、B 3%`.
fn shares(ratios: &[(String, String)]) -> String {
    let named = |value: &str| if value.is_empty() { NO_VALUE.to_owned() } else { value.to_owned() };
    let parts: Vec<_> =
        ratios.iter().map(|(value, ratio)| format!("{} {}", named(value), percent_of_ratio(ratio))).collect();
    parts.join("、")
}

impl Sheet {
    /// What the browser sent, after the button `then` of the form was pressed. Rows in which nothing stands are left out.
    /// The second value tells whether the button changed the form; any other button saves it.
    pub fn posted(pairs: Vec<(String, String)>) -> (Self, bool) {
        let mut sheet = Self::default();
        for (name, value) in pairs {
            let value = value.trim().to_owned();
            let place = |list: char| {
                let (place, field) = name.strip_prefix(list)?.split_once('-')?;
                Some((place.parse::<usize>().ok()?, field))
            };
            if let Some((place, field)) = place('x') {
                take(&mut sheet.exclusions, place, SchemeDraft::EXCLUSIONS_MAX, field, value);
            } else if let Some((place, field)) = place('s') {
                take(&mut sheet.strata, place, SchemeDraft::STRATA_MAX, field, value);
            } else {
                sheet.head.insert(name, value);
            }
        }
        let then = sheet.get("then").to_owned();
        let changed = sheet.press(&then);
        for row in sheet.exclusions.iter_mut().chain(&mut sheet.strata) {
            row.tidy();
        }
        // Numbers of rows stand in `focus`, and a fresh row is the one in focus; so rows behind it may go, rows before it not.
        if !changed {
            sheet.exclusions.retain(|row| !row.is_blank());
            sheet.strata.retain(|row| !row.is_blank());
        }
        (sheet, changed)
    }

    /// A draft as it was kept.
    pub fn of(draft: &SchemeDraft) -> Self {
        let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        let mut head: BTreeMap<String, String> = [
            ("title", draft.title.clone()),
            ("basis", draft.basis.clone()),
            ("membership", draft.membership.code().to_owned()),
            ("window_from", day(draft.window_from)),
            ("window_to", day(draft.window_to)),
            ("reserves", draft.reserves.to_string()),
            ("contact", draft.contact.clone()),
            ("notes", draft.notes.clone()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        for own in &draft.spans {
            head.insert(format!("span-{}", own.rule.code()), own.span.n.to_string());
            head.insert(format!("span-{}-unit", own.rule.code()), own.span.unit.code().to_owned());
            head.insert(format!("span-{}-basis", own.rule.code()), own.basis.clone());
        }
        Self {
            head,
            exclusions: draft.exclusions.iter().map(Row::of_exclusion).collect(),
            strata: draft.strata.iter().map(Row::of_stratum).collect(),
            focus: String::new(),
        }
    }

    /// A field outside the rules; empty if it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.head.get(name).map_or("", String::as_str)
    }

    /// Whether no rule has been begun.
    pub fn is_empty(&self) -> bool {
        self.exclusions.is_empty() && self.strata.is_empty()
    }

    /// A class to begin with, where there is none.
    pub fn with_one_class(mut self) -> Self {
        if self.strata.is_empty() {
            self.strata.push(Row::new_stratum());
        }
        self
    }

    fn press(&mut self, then: &str) -> bool {
        let Some((verb, at)) = then.split_once('-') else { return false };
        let exclusion = at.starts_with('x');
        let (rows, max) = match exclusion {
            true => (&mut self.exclusions, SchemeDraft::EXCLUSIONS_MAX),
            false => (&mut self.strata, SchemeDraft::STRATA_MAX),
        };
        let list = if exclusion { 'x' } else { 's' };
        if verb == "add" {
            if rows.len() < max {
                rows.push(if exclusion { Row { fresh: true, ..Row::default() } } else { Row::new_stratum() });
            }
            self.focus = format!("{list}{}", rows.len().saturating_sub(1));
            return true;
        }
        let Some(place) = at.get(1..).and_then(|n| n.parse::<usize>().ok()).filter(|n| *n < rows.len()) else {
            return false;
        };
        let last = rows.len() - 1;
        let mut focus = place;
        match verb {
            // The page offers what may be filled in for each value of the column that was chosen.
            "shares" => {}
            "condition" => {
                if let Some(row) = rows.get_mut(place) {
                    row.spare = true;
                }
            }
            "copy" if rows.len() < max => {
                if let Some(mut copy) = rows.get(place).cloned() {
                    let label = copy.get("label").to_owned();
                    copy.set("code", "");
                    copy.set("label", format!("{label}{}", text::scheme::COPY_SUFFIX));
                    copy.fresh = true;
                    focus = place + 1;
                    rows.insert(focus, copy);
                }
            }
            "copy" => {}
            "up" => {
                focus = place.saturating_sub(1);
                rows.swap(place, focus);
            }
            "down" => {
                focus = (place + 1).min(last);
                rows.swap(place, focus);
            }
            "remove" => {
                rows.remove(place);
                focus = place.min(last.saturating_sub(1));
            }
            _ => return false,
        }
        self.focus = format!("{list}{focus}");
        true
    }
}

fn take(rows: &mut Vec<Row>, place: usize, max: usize, field: &str, value: String) {
    if place >= max {
        return;
    }
    if rows.len() <= place {
        rows.resize_with(place + 1, Row::default);
    }
    if let Some(row) = rows.get_mut(place) {
        row.take(field, value);
    }
}

/// Units of a deadline of the scheme's own.
pub fn span_units() -> Vec<web::Choice> {
    use text::Label as _;
    SpanUnit::ALL.iter().map(|unit| web::Choice::new(unit.code(), unit.label())).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;

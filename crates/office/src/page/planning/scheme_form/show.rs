//! Shows what stands in the form: rules with their sentences and counts, conditions with what may be ticked.

use app::scheme::{Choices, ItemChoices, LiveCounts};
use domain::rulebook::Rule;
use domain::scheme::{ConditionTest, SchemeColumn, SchemeDraft, percent_of_ratio, ratio_of_percent};
use text::Label as _;
use web::FieldErrors;
use web::format::thousands;

use super::read::{share, split};
use super::{Asked, NO_VALUE, Row, Sheet};

/// Values up to which a column shows all of them; of more the form shows the ticked ones and a list to type from.
const SHOWN_MAX: usize = 12;
/// Values of a column that get a field for their share; further ones are typed.
const SHARES_MAX: usize = 50;

/// An exclusion or a stratum on the page.
pub struct RuleForm {
    /// Prefix of its field names: `x0`, `s3`.
    pub prefix: String,
    /// Code; empty until it is saved.
    pub code: String,
    /// Label.
    pub label: String,
    /// Population, of a stratum.
    pub population: String,
    /// Entries of check items that are ticked.
    pub items: Vec<String>,
    /// Of these, those that the list in force does not have.
    pub unlisted: Vec<String>,
    /// Objects also have the items that their tags call.
    pub tagged: bool,
    /// Column of whose values each has its own share, or empty.
    pub by: String,
    /// The values of that column, each with its share.
    pub shares: Vec<ShareForm>,
    /// What the column is called.
    pub by_label: &'static str,
    /// `3%` or `20户`; with `by`, `A 1%、B 3%` of further values.
    pub size: String,
    /// All of the class is typed in the fields of its values.
    pub size_closed: bool,
    /// A number was typed alone, so the page asks of what.
    pub asks_unit: bool,
    /// What was answered: `percent`, `count`, or empty.
    pub unit: String,
    /// Rounding's code.
    pub rounding: String,
    /// Least number, or empty.
    pub at_least: String,
    /// Column over whose values the size is shared out, or empty.
    pub split: String,
    /// Code of how seats that remain are given away.
    pub seats: String,
    /// Only what meets no unmarked stratum of the population.
    pub otherwise: bool,
    /// The conditions, at least one row.
    pub conditions: Vec<ConditionForm>,
    /// One more condition fits.
    pub more: bool,
    /// The rule in words.
    pub sentence: String,
    /// Rows, in words; empty while they cannot be counted.
    pub rows: String,
    /// Unfolded.
    pub open: bool,
    /// The page comes back to it.
    pub focus: bool,
    /// First and last of its list.
    pub edges: (bool, bool),
}

impl RuleForm {
    /// Whether an entry is ticked.
    pub fn has(&self, entry: &str) -> bool {
        self.items.iter().any(|item| item == entry)
    }

    /// Whether one of a category's items is ticked by itself.
    pub fn has_of(&self, category: &app::scheme::CategoryChoice) -> bool {
        category.items.iter().any(|item| self.has(&item.name) && item.name != category.name)
    }
}

/// A value with its share, on the page.
pub struct ShareForm {
    /// Name of its field; `-of` behind it names the value.
    pub field: String,
    /// The value; empty for none.
    pub value: String,
    /// The value in words, with how many objects have it.
    pub label: String,
    /// Per cent, as typed.
    pub typed: String,
}

/// A condition on the page.
pub struct ConditionForm {
    /// Prefix of its field names: `s3-c0`.
    pub prefix: String,
    /// Column's code, or empty.
    pub column: String,
    /// Test's code.
    pub test: String,
    /// What may be ticked.
    pub offers: Vec<Offer>,
    /// All values are offered, so nothing is typed.
    pub closed: bool,
    /// What is typed.
    pub typed: String,
    /// The value is a day.
    pub day: bool,
}

/// A value to tick.
pub struct Offer {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// Ticked.
    pub on: bool,
}

/// A deadline that a scheme may set itself, on the page.
pub struct SpanForm {
    /// Field of the number; `-unit` and `-basis` follow it.
    pub field: String,
    /// What it is called.
    pub label: &'static str,
    /// Days, as typed.
    pub n: String,
    /// Their unit's code.
    pub unit: String,
    /// The document that says so.
    pub basis: String,
}

/// The deadlines that a scheme may set itself.
pub fn spans(sheet: &Sheet) -> Vec<SpanForm> {
    let form = |rule: &Rule| {
        let field = format!("span-{}", rule.code());
        SpanForm {
            label: rule.label(),
            n: sheet.get(&field).to_owned(),
            unit: sheet.get(&format!("{field}-unit")).to_owned(),
            basis: sheet.get(&format!("{field}-basis")).to_owned(),
            field,
        }
    };
    SchemeDraft::SPAN_RULES.iter().map(form).collect()
}

/// The exclusions (`x`) or strata (`s`) of the form. `draft` is what it was read as, `counts` counts that.
pub fn rules(
    sheet: &Sheet,
    list: char,
    draft: &SchemeDraft,
    counts: &LiveCounts,
    offered: (&Choices, &ItemChoices),
    errors: &FieldErrors,
) -> Vec<RuleForm> {
    let rows = if list == 'x' { &sheet.exclusions } else { &sheet.strata };
    let mut read = 0;
    let mut forms = Vec::with_capacity(rows.len());
    for (place, row) in rows.iter().enumerate() {
        let prefix = format!("{list}{place}");
        let at = (!row.is_blank()).then_some(read);
        read += usize::from(at.is_some());
        let (sentence, counted) = match (at, list) {
            (Some(at), 'x') => (
                draft.exclusions.get(at).map(|rule| text::scheme::conditions(&rule.conditions)),
                counts.exclusions.get(at).map(|count| format!("排除 {} 户", thousands(count.rows))),
            ),
            (Some(at), _) => (
                draft.strata.get(at).map(text::scheme::stratum),
                counts
                    .strata
                    .get(at)
                    .map(|count| format!("{} 户，抽取 {} 户", thousands(count.rows), thousands(count.size))),
            ),
            (None, _) => (None, None),
        };
        let inside = format!("{prefix}-");
        let wrong = errors.iter().any(|(field, _)| field.starts_with(&inside));
        let focus = sheet.focus == prefix;
        let is_listed = |entry: &&String| offered.1.list.is_none() || super::read::listed(offered.1, entry);
        let shares = shares(&prefix, row, offered.0);
        forms.push(RuleForm {
            conditions: conditions(&prefix, row, offered.0),
            more: row.conditions.len() < SchemeDraft::CONDITIONS_MAX,
            code: row.get("code").to_owned(),
            label: row.get("label").to_owned(),
            population: row.get("population").to_owned(),
            unlisted: row.items.iter().filter(|entry| !is_listed(entry)).cloned().collect(),
            items: row.items.clone(),
            tagged: !row.get("tagged").is_empty(),
            by: row.get("by").to_owned(),
            by_label: row.get("by").parse().map_or("", |column: SchemeColumn| column.label()),
            size_closed: !shares.is_empty() && shares.len() <= SHARES_MAX + 1 && row.unread_shares().is_empty(),
            size: if shares.is_empty() { row.get("size").to_owned() } else { row.unread_shares() },
            shares,
            asks_unit: row.lacks_unit(),
            unit: row.get("unit").to_owned(),
            rounding: row.get("rounding").to_owned(),
            at_least: row.get("least").to_owned(),
            split: row.get("split").to_owned(),
            seats: row.get("seats").to_owned(),
            otherwise: !row.get("otherwise").is_empty(),
            sentence: sentence.unwrap_or_default(),
            rows: counted.unwrap_or_default(),
            open: wrong || focus || row.fresh || at.is_none(),
            focus,
            edges: (place == 0, place + 1 == rows.len()),
            prefix,
        });
    }
    forms
}

/// A field for each value of the column that was chosen, the one without a value last; none where the directory knows no
/// value. Of a long list the most frequent are offered, and what was typed besides is kept.
fn shares(prefix: &str, row: &Row, choices: &Choices) -> Vec<ShareForm> {
    let Ok(column) = row.get("by").parse::<SchemeColumn>() else { return Vec::new() };
    let values = choices.of(column);
    if values.is_empty() {
        return Vec::new();
    }
    let percent = |ratio: &str| percent_of_ratio(ratio).trim_end_matches('%').to_owned();
    let all = ratio_of_percent(row.get("size")).map(|ratio| percent(&ratio)).unwrap_or_default();
    let mut typed: Vec<(String, String)> =
        row.shares().into_iter().map(|(value, typed)| (value.to_owned(), typed.to_owned())).collect();
    let parts = split(row.get("size"));
    typed.extend(parts.iter().filter_map(|part| share(part).ok()).map(|(value, ratio)| (value, percent(&ratio))));
    let offered = values.iter().take(SHARES_MAX).map(|choice| choice.value.clone());
    let further = typed.iter().map(|(value, _)| value.clone()).filter(|value| !value.is_empty());
    let mut names: Vec<String> = Vec::new();
    for value in offered.chain(further).chain([String::new()]) {
        if !names.contains(&value) {
            names.push(value);
        }
    }
    let form = |(place, value): (usize, String)| ShareForm {
        field: format!("{prefix}-share-{place}"),
        label: match choices.find(column, &value) {
            Some(choice) => format!("{}（{} 户）", choice.label, thousands(choice.objects)),
            None if value.is_empty() => NO_VALUE.to_owned(),
            None => format!("{value}（名录库中没有）"),
        },
        typed: typed.iter().find(|(known, _)| *known == value).map_or_else(|| all.clone(), |(_, typed)| typed.clone()),
        value,
    };
    names.into_iter().enumerate().map(form).collect()
}

fn conditions(prefix: &str, row: &Row, choices: &Choices) -> Vec<ConditionForm> {
    let blank = Asked { test: ConditionTest::In.code().to_owned(), ..Asked::default() };
    let spare = row.spare || row.conditions.is_empty();
    let all = row.conditions.iter().chain(spare.then_some(&blank)).take(SchemeDraft::CONDITIONS_MAX);
    all.enumerate().map(|(place, asked)| condition(format!("{prefix}-c{place}"), asked, choices)).collect()
}

fn condition(prefix: String, asked: &Asked, choices: &Choices) -> ConditionForm {
    let (column, test) = (asked.column.parse::<SchemeColumn>().ok(), asked.test.parse::<ConditionTest>().ok());
    let day = column == Some(SchemeColumn::Registered);
    let mut form = ConditionForm {
        prefix,
        column: asked.column.clone(),
        test: asked.test.clone(),
        offers: Vec::new(),
        closed: false,
        typed: asked.values().join("、"),
        day,
    };
    let (Some(column), Some(test)) = (column, test) else { return form };
    if day || matches!(test, ConditionTest::Prefix | ConditionTest::Empty | ConditionTest::Filled) {
        return form;
    }
    let values = choices.of(column);
    let offer = |value: &str, on: bool| Offer {
        label: choices.find(column, value).map_or_else(
            || format!("{value}（名录库中没有）"),
            |choice| format!("{}（{} 户）", choice.label, thousands(choice.objects)),
        ),
        value: value.to_owned(),
        on,
    };
    let unknown = asked.unknown_values(column, test, choices);
    let ticked = asked.values();
    form.typed = String::new();
    form.closed = values.len() <= SHOWN_MAX && !values.is_empty();
    if form.closed {
        form.offers.extend(values.iter().map(|choice| offer(&choice.value, ticked.contains(&choice.value))));
    }
    let further = ticked.iter().filter(|value| !form.closed || choices.find(column, value).is_none());
    let further: Vec<_> = further.map(|value| offer(value, !unknown.contains(value))).collect();
    form.offers.extend(further);
    // What was typed and does not occur may have been one of these.
    for near in unknown.iter().flat_map(|value| choices.near(column, value)) {
        if !form.offers.iter().any(|known| known.value == near.value) {
            form.offers.push(offer(&near.value, false));
        }
    }
    form
}

//! Reads what stands in the form as a draft. Everything that cannot be read is said at once, each beside its field; what is
//! merely missing is left to the draft's own rules.

use std::collections::BTreeSet;

use app::scheme::{Choices, ItemChoices};
use domain::deadline::{Span, SpanUnit};
use domain::scheme::{
    Condition, ConditionTest, ExclusionRule, SchemeColumn, SchemeDraft, SchemeProblem, SeatMethod, SizeRounding,
    SpanRule, SplitRule, StratumMembership, StratumRule, StratumSize, ratio_of_percent,
};
use domain::time::parse_day;
use text::Label as _;
use web::FieldErrors;

use super::{Asked, NO_VALUE, Row, Sheet};

/// What stands between the values of a list that a person types.
const LIST: [char; 6] = ['、', '，', ',', ';', '；', '\n'];

/// What the form was read as.
pub struct Read {
    /// The draft. Where a size cannot be read, it stands there as it was typed.
    pub draft: SchemeDraft,
    /// What could not be read; nothing is saved while there is any.
    pub errors: FieldErrors,
}

impl Sheet {
    /// The draft that stands in the form.
    pub fn read(&self, choices: &Choices, items: &ItemChoices) -> Read {
        let mut errors = FieldErrors::none();
        let mut draft = self.read_head(&mut errors);
        let mut codes = Codes::new('X', &self.exclusions);
        for (place, row) in self.exclusions.iter().enumerate().filter(|(_, row)| !row.is_blank()) {
            let prefix = format!("x{place}");
            let conditions = row.read_conditions(&prefix, choices, &mut errors);
            let code = codes.of(row);
            draft.exclusions.push(ExclusionRule { code, label: row.get("label").to_owned(), conditions });
        }
        let mut codes = Codes::new('A', &self.strata);
        for (place, row) in self.strata.iter().enumerate().filter(|(_, row)| !row.is_blank()) {
            let stratum = row.read_stratum(&format!("s{place}"), codes.of(row), choices, items, &mut errors);
            draft.strata.push(stratum);
        }
        Read { draft, errors }
    }

    fn read_head(&self, errors: &mut FieldErrors) -> SchemeDraft {
        let title = self.get("title").chars().count();
        if !(1..=SchemeDraft::TITLE_CHARS_MAX).contains(&title) {
            errors.push("title", format!("方案名称请填写 1 至 {} 个字。", SchemeDraft::TITLE_CHARS_MAX));
        }
        let mut day = |field: &str, name: &str| {
            let text = self.get(field);
            if !text.is_empty() && parse_day(text).is_none() {
                errors.push(field, format!("{name}请填写日期，例如 2026-05-10。"));
            }
            parse_day(text)
        };
        let window_from = day("window_from", "检查开始日期");
        let window_to = day("window_to", "检查结束日期");
        let reserves = self.get("reserves");
        if !reserves.is_empty() && reserves.parse::<u64>().is_err() {
            errors.push("reserves", "候补户数请填写整数，不设候补的填 0。");
        }
        SchemeDraft {
            title: self.get("title").to_owned(),
            basis: self.get("basis").to_owned(),
            membership: self.get("membership").parse().unwrap_or(StratumMembership::First),
            exclusions: Vec::new(),
            strata: Vec::new(),
            reserves: reserves.parse().unwrap_or(0),
            window_from,
            window_to,
            contact: self.get("contact").to_owned(),
            spans: self.read_spans(errors),
            notes: self.get("notes").to_owned(),
        }
    }

    fn read_spans(&self, errors: &mut FieldErrors) -> Vec<SpanRule> {
        let mut spans = Vec::new();
        for rule in SchemeDraft::SPAN_RULES {
            let field = format!("span-{}", rule.code());
            let (n, basis) = (self.get(&field), self.get(&format!("{field}-basis")));
            if n.is_empty() && basis.is_empty() {
                continue;
            }
            let Ok(n) = n.parse() else {
                errors.push(field, format!("{}请填写整数，沿用现行规则的留空。", rule.label()));
                continue;
            };
            let unit = self.get(&format!("{field}-unit")).parse().unwrap_or(SpanUnit::WorkingDay);
            spans.push(SpanRule { rule, span: Span { n, unit }, basis: basis.to_owned() });
        }
        spans
    }

    /// The field in which a problem of the draft is mended, and the problem in words.
    pub fn field_of(&self, problem: &SchemeProblem) -> (String, String) {
        (self.field_at(&problem.place), text::scheme::problem(problem))
    }

    /// The field behind a place of the draft, as `strata[1].conditions[0]`.
    pub fn field_at(&self, place: &str) -> String {
        let mut parts = place.split('.').map(|part| match part.split_once('[') {
            Some((name, rest)) => (name, rest.trim_end_matches(']').parse::<usize>().ok()),
            None => (part, None),
        });
        let filled = |rows: &[Row], n: usize| {
            rows.iter().enumerate().filter(|(_, row)| !row.is_blank()).nth(n).map(|(at, _)| at)
        };
        let prefix = match parts.next() {
            Some(("exclusions", Some(n))) => format!("x{}", filled(&self.exclusions, n).unwrap_or(n)),
            Some(("strata", Some(n))) => format!("s{}", filled(&self.strata, n).unwrap_or(n)),
            Some(("exclusions", None)) => return "add-x".to_owned(),
            Some(("strata", None)) => return "add-s".to_owned(),
            Some(("spans", Some(n))) => {
                let set = SchemeDraft::SPAN_RULES.iter().map(|rule| format!("span-{}", rule.code()));
                let mut set = set.filter(|field| !self.get(field).is_empty());
                let field = set.nth(n).unwrap_or_default();
                return if place.ends_with(".basis") { format!("{field}-basis") } else { field };
            }
            Some((name, _)) => return name.to_owned(),
            None => return String::new(),
        };
        match parts.next() {
            Some(("conditions", Some(n))) => format!("{prefix}-c{n}-values"),
            Some(("conditions", None)) => format!("{prefix}-c0-column"),
            Some(("code", _)) | None => format!("{prefix}-label"),
            Some((name, _)) => format!("{prefix}-{name}"),
        }
    }
}

/// Codes for rules that have none: a letter and the first number that is free. People know rules by their names.
struct Codes {
    letter: char,
    taken: BTreeSet<String>,
}

impl Codes {
    fn new(letter: char, rows: &[Row]) -> Self {
        Self { letter, taken: rows.iter().map(|row| row.get("code").to_owned()).collect() }
    }

    fn of(&mut self, row: &Row) -> String {
        let own = row.get("code");
        if !own.is_empty() {
            return own.to_owned();
        }
        let code = (1_u32..).map(|n| format!("{}{n}", self.letter)).find(|code| !self.taken.contains(code));
        let code = code.unwrap_or_default();
        self.taken.insert(code.clone());
        code
    }
}

impl Row {
    fn read_stratum(
        &self,
        prefix: &str,
        code: String,
        choices: &Choices,
        items: &ItemChoices,
        errors: &mut FieldErrors,
    ) -> StratumRule {
        let name = match self.get("label") {
            "" => "这一类".to_owned(),
            label => format!("“{label}”"),
        };
        let conditions = self.read_conditions(prefix, choices, errors);
        let size = self.size().unwrap_or_else(|why| {
            let by_values = self.get("by").parse::<SchemeColumn>().is_ok();
            if by_values || !self.get("size").is_empty() {
                errors.push(format!("{prefix}-size"), format!("{name}的抽取数量：{why}"));
            }
            // As it was typed: the page says so, and nothing draws by it.
            let ratio = match self.get("size") {
                _ if by_values => self.unread_shares(),
                alone if self.lacks_unit() => format!("{alone}{}", text::scheme::ASKED),
                typed => typed.to_owned(),
            };
            StratumSize::Ratio { ratio, rounding: SizeRounding::Ceil, at_least: None }
        });
        let least = self.get("least");
        if !least.is_empty() && least.parse::<u64>().is_err() {
            errors.push(format!("{prefix}-least"), format!("{name}的至少户数请填写整数，不设的留空。"));
        }
        let unlisted: Vec<_> = self.items.iter().filter(|item| items.list.is_some() && !listed(items, item)).collect();
        if !unlisted.is_empty() {
            let named = unlisted.iter().map(|item| format!("“{item}”")).collect::<Vec<_>>().join("、");
            errors.push(
                format!("{prefix}-items"),
                format!("{name}的抽查事项：{named}不在现行抽查事项清单中，请从清单中勾选。"),
            );
        }
        StratumRule {
            code,
            label: self.get("label").to_owned(),
            population: self.get("population").to_owned(),
            items: self.items.clone(),
            tagged: !self.get("tagged").is_empty(),
            conditions,
            size,
            split: self
                .get("split")
                .parse()
                .ok()
                .map(|by| SplitRule { by, method: self.get("seats").parse().unwrap_or(SeatMethod::Random) }),
            otherwise: !self.get("otherwise").is_empty(),
        }
    }

    fn read_conditions(&self, prefix: &str, choices: &Choices, errors: &mut FieldErrors) -> Vec<Condition> {
        let mut read = Vec::new();
        for (place, asked) in self.conditions.iter().enumerate().filter(|(_, asked)| !asked.is_blank()) {
            let field = format!("{prefix}-c{place}");
            match (asked.column.parse::<SchemeColumn>(), asked.test.parse::<ConditionTest>()) {
                (Ok(column), Ok(test)) => {
                    let values = match test {
                        ConditionTest::Empty | ConditionTest::Filled => Vec::new(),
                        _ => asked.values(),
                    };
                    if let Some(unknown) = asked.unknown(column, test, choices) {
                        errors.push(format!("{field}-values"), unknown);
                    }
                    read.push(Condition { column, test, values });
                }
                _ => errors.push(format!("{field}-column"), "请选择项目和判断方式。"),
            }
        }
        read
    }

    /// The number was typed alone: `20` may mean 20% or 20户.
    pub(super) fn lacks_unit(&self) -> bool {
        let text = self.get("size");
        !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '.') && self.get("by").is_empty()
    }

    /// What was typed for a class by values and is neither one share for all nor a value with its share.
    pub(super) fn unread_shares(&self) -> String {
        let text = self.get("size");
        if ratio_of_percent(text).is_some() {
            return String::new();
        }
        split(text).into_iter().filter(|part| share(part).is_err()).collect::<Vec<_>>().join("、")
    }

    /// The size of a stratum, or what to type instead.
    fn size(&self) -> Result<StratumSize, String> {
        let text = self.get("size");
        let rounding = self.get("rounding").parse().unwrap_or(SizeRounding::Ceil);
        if let Ok(column) = self.get("by").parse::<SchemeColumn>() {
            let mut ratios = Vec::new();
            for (value, typed) in self.shares().into_iter().filter(|(_, typed)| !typed.is_empty()) {
                let percent = format!("{}%", typed.trim_end_matches(['%', '％']).trim());
                let named = if value.is_empty() { NO_VALUE } else { value };
                let bad = || format!("“{named}”的“{typed}”不是百分数，请填写 0 至 100，例如 3 或 0.5。");
                ratios.push((value.to_owned(), ratio_of_percent(&percent).ok_or_else(bad)?));
            }
            // One share for the whole class was typed before the column was chosen: it stands in each value's field to begin with.
            if ratio_of_percent(text).is_none() {
                ratios.extend(split(text).iter().map(|part| share(part)).collect::<Result<Vec<_>, _>>()?);
            }
            if ratios.is_empty() {
                return Err(format!("请为{}的每个取值填写比例，不抽的填 0。", column.label()));
            }
            return Ok(StratumSize::By { column, ratios, rounding });
        }
        let count = match text.strip_suffix('户') {
            Some(count) => Some(count.trim()),
            None if self.lacks_unit() => match self.get("unit") {
                "count" => Some(text),
                "percent" => None,
                _ => return Err(format!("“{text}”是 {text}% 还是 {text} 户？请在下面选择。")),
            },
            None => None,
        };
        if let Some(count) = count {
            return count.parse().map(StratumSize::Count).map_err(|_| format!("“{text}”不是户数，例如 20户。"));
        }
        let at_least = self.get("least").parse().ok();
        let ratio = ratio_of_percent(text).ok_or_else(|| {
            format!("“{text}”读不懂。请填写百分数（如 3%、0.5%）或户数（如 20户）；分组定比例的，请先选择分组项目。")
        })?;
        Ok(StratumSize::Ratio { ratio, rounding, at_least })
    }
}

impl Asked {
    /// The values, ticked ones first, each once.
    pub(super) fn values(&self) -> Vec<String> {
        let mut values: Vec<String> = Vec::new();
        for value in self.picked.iter().cloned().chain(split(&self.typed)) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values
    }

    /// Values that were typed, not ticked, and that no object of the directory has.
    pub(super) fn unknown_values(&self, column: SchemeColumn, test: ConditionTest, choices: &Choices) -> Vec<String> {
        let known = |value: &String| match test {
            ConditionTest::Prefix => choices.of(column).iter().any(|choice| choice.value.starts_with(value.as_str())),
            _ => choices.find(column, value).is_some(),
        };
        let asks =
            !matches!(test, ConditionTest::UpTo | ConditionTest::After | ConditionTest::Empty | ConditionTest::Filled);
        let typed = split(&self.typed).into_iter().filter(|value| asks && !self.picked.contains(value));
        typed.filter(|value| column != SchemeColumn::Registered && !known(value)).collect()
    }

    fn unknown(&self, column: SchemeColumn, test: ConditionTest, choices: &Choices) -> Option<String> {
        let unknown = self.unknown_values(column, test, choices);
        let first = unknown.first()?;
        let near: Vec<_> = choices
            .near(column, first)
            .into_iter()
            .map(|choice| format!("“{}”（{} 户）", choice.label, web::format::thousands(choice.objects)))
            .collect();
        let said = unknown.iter().map(|value| format!("“{value}”")).collect::<Vec<_>>().join("、");
        let column = column.label();
        Some(match near.is_empty() {
            true => format!("名录库中没有一户的{column}是{said}。请从列表中选择；确实要用的，在下面勾选它。"),
            false => format!("名录库中没有一户的{column}是{said}。是不是{}？请在下面勾选。", near.join("、")),
        })
    }
}

pub(super) fn listed(items: &ItemChoices, entry: &str) -> bool {
    items.categories.iter().any(|category| {
        category.name == entry || category.items.iter().any(|item| item.name == entry || item.code == entry)
    })
}

/// `A 1%`, `A：1%` or `未填写 0%`: a value and its share.
pub(super) fn share(text: &str) -> Result<(String, String), String> {
    let bad = || format!("“{text}”应为取值和百分数，例如 A 1%、B 3%。");
    let (value, percent) = text.rsplit_once([' ', '\u{3000}', '：', ':', '=']).ok_or_else(bad)?;
    let value = value.trim();
    let ratio = ratio_of_percent(percent).filter(|_| percent.ends_with(['%', '％'])).ok_or_else(bad)?;
    Ok((if value == NO_VALUE { String::new() } else { value.to_owned() }, ratio))
}

pub(super) fn split(text: &str) -> Vec<String> {
    text.split(LIST).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

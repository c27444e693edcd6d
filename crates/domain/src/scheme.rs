//! A scheme as a person writes it: exclusions and strata whose conditions are rows of a form. The document of the draw
//! protocol is made of it elsewhere; nothing here counts or draws.
//!
//! Conditions of one rule are joined by "and", the values of one condition by "or". What a draw may look at is the
//! closed list of [`SchemeColumn`]: rules are about kinds of firms, never about a firm.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::time::parse_day;

coded_enum! {
    /// A column of the roll that rules may test.
    SchemeColumn {
        /// 主体类型
        Kind = "kind",
        /// 细分类型
        SubKind = "subkind",
        /// 登记机关
        Organ = "organ",
        /// 成立日期
        Registered = "registered",
        /// 登记状态
        Status = "status",
        /// 信用风险等级
        Risk = "risk",
        /// 行业代码
        Industry = "industry",
        /// 行政区划
        Division = "division",
        /// 标签
        Tags = "tags",
    }
}

coded_enum! {
    /// What a condition asks of its column.
    ConditionTest {
        /// Is one of the values.
        In = "in",
        /// Is none of the values.
        NotIn = "not_in",
        /// Begins with one of the values.
        Prefix = "prefix",
        /// Carries at least one of the tags.
        Has = "has",
        /// Carries none of the tags.
        HasNone = "has_none",
        /// On or before the day.
        UpTo = "up_to",
        /// Later than the day.
        After = "after",
        /// Not filled in.
        Empty = "empty",
        /// Filled in.
        Filled = "filled",
    }
}

coded_enum! {
    /// How an exact product becomes a whole number.
    SizeRounding {
        /// Up: the only one that keeps "not less than the ratio".
        Ceil = "ceil",
        /// Half up.
        HalfUp = "half_up",
        /// Down.
        Floor = "floor",
    }
}

coded_enum! {
    /// How objects find their strata.
    StratumMembership {
        /// The first stratum, in order, whose conditions are met.
        First = "first",
        /// Every stratum whose conditions are met.
        Every = "every",
    }
}

coded_enum! {
    /// How a stratum's size is shared out over the values of a column.
    SeatMethod {
        /// By chance, so that every object keeps the same chance.
        Random = "random",
        /// Largest remainders.
        Hamilton = "hamilton",
    }
}

impl ConditionTest {
    /// Whether the test makes sense for a column.
    pub const fn fits(self, column: SchemeColumn) -> bool {
        match self {
            Self::In | Self::NotIn => !matches!(column, SchemeColumn::Tags),
            Self::Prefix => {
                matches!(
                    column,
                    SchemeColumn::Industry | SchemeColumn::Division | SchemeColumn::Organ | SchemeColumn::SubKind
                )
            }
            Self::Has | Self::HasNone => matches!(column, SchemeColumn::Tags),
            Self::UpTo | Self::After => matches!(column, SchemeColumn::Registered),
            Self::Empty | Self::Filled => true,
        }
    }

    /// How many values it takes: none, one, or any number from one.
    pub const fn values(self) -> (usize, usize) {
        match self {
            Self::Empty | Self::Filled => (0, 0),
            Self::UpTo | Self::After => (1, 1),
            _ => (1, SchemeDraft::VALUES_MAX),
        }
    }
}

/// One condition: a column, a test, its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// What is looked at.
    pub column: SchemeColumn,
    /// What is asked.
    pub test: ConditionTest,
    /// The values, as they stand in the roll (labels, codes, days).
    pub values: Vec<String>,
}

impl Condition {
    /// A condition from parts.
    pub fn new<T: Into<String>>(
        column: SchemeColumn,
        test: ConditionTest,
        values: impl IntoIterator<Item = T>,
    ) -> Self {
        Self { column, test, values: values.into_iter().map(Into::into).collect() }
    }
}

/// Objects that meet all conditions leave before the strata.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExclusionRule {
    /// Short code, distinct among the exclusions.
    pub code: String,
    /// What a reader sees.
    pub label: String,
    /// All must be met.
    pub conditions: Vec<Condition>,
}

/// How many of a stratum are drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StratumSize {
    /// A share, `0`, `1` or `0.` and up to nine digits.
    Ratio {
        /// The share, as text.
        ratio: String,
        /// Rounding.
        rounding: SizeRounding,
        /// Raised to this many where there are so many.
        at_least: Option<u64>,
    },
    /// A fixed number.
    Count(u64),
    /// Each value of a column has its own share.
    By {
        /// The column.
        column: SchemeColumn,
        /// Value and share.
        ratios: Vec<(String, String)>,
        /// Rounding.
        rounding: SizeRounding,
    },
}

/// Sharing out over the values of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SplitRule {
    /// The column.
    pub by: SchemeColumn,
    /// Who gets the seats that remain.
    pub method: SeatMethod,
}

/// A kind of objects, how many of them are drawn, and what is checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StratumRule {
    /// Short code, distinct among the strata.
    pub code: String,
    /// What a reader sees.
    pub label: String,
    /// The population it is part of.
    pub population: String,
    /// Names of the check items.
    pub items: Vec<String>,
    /// All must be met.
    pub conditions: Vec<Condition>,
    /// How many.
    pub size: StratumSize,
    /// Shared out, if it is.
    pub split: Option<SplitRule>,
    /// Under membership "every": only what meets no unmarked stratum of the population.
    pub otherwise: bool,
}

/// A scheme as it is edited and kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemeDraft {
    /// Title.
    pub title: String,
    /// The document it rests on: name and number of the plan or notice.
    pub basis: String,
    /// How objects find their strata.
    pub membership: StratumMembership,
    /// Who leaves, in order.
    pub exclusions: Vec<ExclusionRule>,
    /// The strata, in order.
    pub strata: Vec<StratumRule>,
    /// Reserves of each cell.
    pub reserves: u64,
    /// First day of the checks.
    pub window_from: Option<NaiveDate>,
    /// Last day of the checks.
    pub window_to: Option<NaiveDate>,
    /// Whom to ask.
    pub contact: String,
    /// Anything else.
    pub notes: String,
}

/// What is wrong with a scheme, and where: `strata[2].conditions[0]`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct SchemeProblem {
    /// Where, from the outside inwards.
    pub place: String,
    /// What.
    pub what: BadScheme,
}

/// What can be wrong with a scheme by itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadScheme {
    /// Missing, or too long.
    #[error("between 1 and {max} characters, found {found}")]
    Text {
        /// Limit.
        max: usize,
        /// Characters found.
        found: usize,
    },
    /// Not a code.
    #[error("not a code")]
    Code,
    /// A code that another rule has.
    #[error("the code {0} stands twice")]
    Twice(String),
    /// A scheme without strata.
    #[error("no strata")]
    NoStrata,
    /// More rules, conditions, values or items than the limit.
    #[error("{found} are more than {max}")]
    TooMany {
        /// Limit.
        max: usize,
        /// Found.
        found: usize,
    },
    /// A rule without conditions.
    #[error("no conditions")]
    NoConditions,
    /// The test does not fit the column.
    #[error("{test} does not fit {column}")]
    Unfit {
        /// Column.
        column: SchemeColumn,
        /// Test.
        test: ConditionTest,
    },
    /// A condition without the values that it needs.
    #[error("values missing")]
    NoValues,
    /// Not a day.
    #[error("{0:?} is not a day")]
    Day(String),
    /// Not a ratio.
    #[error("{0:?} is not a ratio")]
    Ratio(String),
    /// A size of nothing at all.
    #[error("nothing would be drawn")]
    NothingDrawn,
    /// Cells by tags or a split of a stratum that has ratios by value.
    #[error("this column cannot make cells here")]
    Cells,
    /// `otherwise` under membership "first".
    #[error("otherwise has no meaning under membership first")]
    Otherwise,
    /// The window ends before it begins.
    #[error("the window ends before it begins")]
    Window,
    /// Text that the draw protocol refuses: invisible characters, not NFC.
    #[error("text that the protocol refuses: {0}")]
    Protocol(String),
}

impl SchemeDraft {
    /// Characters of the title.
    pub const TITLE_CHARS_MAX: usize = 100;
    /// Characters of basis, notes and contact.
    pub const TEXT_CHARS_MAX: usize = 1_000;
    /// Characters of labels, populations, items and values.
    pub const LABEL_CHARS_MAX: usize = 80;
    /// Exclusions.
    pub const EXCLUSIONS_MAX: usize = 50;
    /// Strata.
    pub const STRATA_MAX: usize = 100;
    /// Conditions of one rule.
    pub const CONDITIONS_MAX: usize = 10;
    /// Values of one condition.
    pub const VALUES_MAX: usize = 200;
    /// Items of one stratum.
    pub const ITEMS_MAX: usize = 50;
    /// Reserves of a cell.
    pub const RESERVES_MAX: u64 = 1_000;

    /// An empty scheme, to be filled in.
    pub fn empty(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            basis: String::new(),
            membership: StratumMembership::First,
            exclusions: Vec::new(),
            strata: Vec::new(),
            reserves: 0,
            window_from: None,
            window_to: None,
            contact: String::new(),
            notes: String::new(),
        }
    }

    /// Everything that is wrong with it, in the order of the page. A scheme that is still being written may have many.
    pub fn problems(&self) -> Vec<SchemeProblem> {
        let mut found = Problems::default();
        found.text("title", &self.title, 1, Self::TITLE_CHARS_MAX);
        for (place, text) in [("basis", &self.basis), ("contact", &self.contact), ("notes", &self.notes)] {
            found.text(place, text, 0, Self::TEXT_CHARS_MAX);
        }
        if let (Some(from), Some(to)) = (self.window_from, self.window_to)
            && to < from
        {
            found.push("window_to", BadScheme::Window);
        }
        found.count("exclusions", self.exclusions.len(), Self::EXCLUSIONS_MAX);
        found.count("strata", self.strata.len(), Self::STRATA_MAX);
        if self.strata.is_empty() {
            found.push("strata", BadScheme::NoStrata);
        }
        if self.reserves > Self::RESERVES_MAX {
            let max = usize::try_from(Self::RESERVES_MAX).unwrap_or(usize::MAX);
            found.push(
                "reserves",
                BadScheme::TooMany { max, found: usize::try_from(self.reserves).unwrap_or(usize::MAX) },
            );
        }
        found.codes("exclusions", self.exclusions.iter().map(|rule| rule.code.as_str()));
        found.codes("strata", self.strata.iter().map(|rule| rule.code.as_str()));
        for (index, rule) in self.exclusions.iter().enumerate() {
            let place = format!("exclusions[{index}]");
            found.text(&format!("{place}.label"), &rule.label, 1, Self::LABEL_CHARS_MAX);
            found.conditions(&place, &rule.conditions);
        }
        for (index, rule) in self.strata.iter().enumerate() {
            found.stratum(&format!("strata[{index}]"), rule, self.membership);
        }
        found.0
    }
}

#[derive(Default)]
struct Problems(Vec<SchemeProblem>);

impl Problems {
    fn push(&mut self, place: impl Into<String>, what: BadScheme) {
        self.0.push(SchemeProblem { place: place.into(), what });
    }

    fn text(&mut self, place: &str, text: &str, min: usize, max: usize) {
        let found = text.trim().chars().count();
        if found < min || found > max {
            self.push(place, BadScheme::Text { max, found });
        }
    }

    fn count(&mut self, place: &str, found: usize, max: usize) {
        if found > max {
            self.push(place, BadScheme::TooMany { max, found });
        }
    }

    fn codes<'a>(&mut self, place: &str, codes: impl Iterator<Item = &'a str>) {
        let mut seen = std::collections::BTreeSet::new();
        for (index, code) in codes.enumerate() {
            let good = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
            if code.is_empty() || code.len() > 32 || !code.bytes().all(good) {
                self.push(format!("{place}[{index}].code"), BadScheme::Code);
            } else if !seen.insert(code) {
                self.push(format!("{place}[{index}].code"), BadScheme::Twice(code.to_owned()));
            }
        }
    }

    fn conditions(&mut self, place: &str, conditions: &[Condition]) {
        if conditions.is_empty() {
            self.push(format!("{place}.conditions"), BadScheme::NoConditions);
        }
        self.count(&format!("{place}.conditions"), conditions.len(), SchemeDraft::CONDITIONS_MAX);
        for (index, condition) in conditions.iter().enumerate() {
            let place = format!("{place}.conditions[{index}]");
            if !condition.test.fits(condition.column) {
                self.push(&place, BadScheme::Unfit { column: condition.column, test: condition.test });
                continue;
            }
            let (least, most) = condition.test.values();
            if condition.values.len() < least {
                self.push(&place, BadScheme::NoValues);
            }
            self.count(&place, condition.values.len(), most);
            for value in &condition.values {
                let day = matches!(condition.test, ConditionTest::UpTo | ConditionTest::After)
                    || condition.column == SchemeColumn::Registered;
                if day && parse_day(value).is_none() {
                    self.push(&place, BadScheme::Day(value.clone()));
                }
                self.text(&place, value, 1, SchemeDraft::LABEL_CHARS_MAX);
            }
        }
    }

    fn stratum(&mut self, place: &str, rule: &StratumRule, membership: StratumMembership) {
        self.text(&format!("{place}.label"), &rule.label, 1, SchemeDraft::LABEL_CHARS_MAX);
        self.text(&format!("{place}.population"), &rule.population, 1, SchemeDraft::LABEL_CHARS_MAX);
        self.count(&format!("{place}.items"), rule.items.len(), SchemeDraft::ITEMS_MAX);
        for item in &rule.items {
            self.text(&format!("{place}.items"), item, 1, SchemeDraft::LABEL_CHARS_MAX);
        }
        self.conditions(place, &rule.conditions);
        let size = format!("{place}.size");
        match &rule.size {
            StratumSize::Ratio { ratio, .. } => match is_ratio(ratio) {
                false => self.push(size, BadScheme::Ratio(ratio.clone())),
                true if ratio.bytes().all(|b| matches!(b, b'0' | b'.')) => self.push(size, BadScheme::NothingDrawn),
                true => {}
            },
            StratumSize::Count(0) => self.push(size, BadScheme::NothingDrawn),
            StratumSize::Count(_) => {}
            StratumSize::By { column, ratios, .. } => {
                if *column == SchemeColumn::Tags || rule.split.is_some() {
                    self.push(&size, BadScheme::Cells);
                }
                if ratios.is_empty() {
                    self.push(&size, BadScheme::NoValues);
                }
                self.count(&size, ratios.len(), SchemeDraft::VALUES_MAX);
                for (_, ratio) in ratios.iter().filter(|(_, ratio)| !is_ratio(ratio)) {
                    self.push(&size, BadScheme::Ratio(ratio.clone()));
                }
            }
        }
        if rule.split.as_ref().is_some_and(|split| split.by == SchemeColumn::Tags) {
            self.push(format!("{place}.split"), BadScheme::Cells);
        }
        if rule.otherwise && membership == StratumMembership::First {
            self.push(format!("{place}.otherwise"), BadScheme::Otherwise);
        }
    }
}

/// `0`, `1`, or `0.` and 1 to 9 digits, as the draw protocol writes ratios.
pub fn is_ratio(text: &str) -> bool {
    matches!(text, "0" | "1")
        || text
            .strip_prefix("0.")
            .is_some_and(|digits| (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// A percentage as a person writes it (`3`, `0.5`, `30%`) as a ratio (`0.03`, `0.005`, `0.3`). `None` for what is no
/// percentage between 0 and 100 with at most seven decimals.
pub fn ratio_of_percent(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches(['%', '％']).trim();
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || decimals.len() > 7 || !digits(whole) || !digits(decimals) {
        return None;
    }
    if text.contains('.') && decimals.is_empty() {
        return None;
    }
    let whole: u32 = whole.parse().ok()?;
    let decimals = decimals.trim_end_matches('0');
    if whole > 100 || (whole == 100 && !decimals.is_empty()) {
        return None;
    }
    if whole == 100 {
        return Some("1".to_owned());
    }
    let digits = format!("{whole:02}{decimals}");
    let digits = digits.trim_end_matches('0');
    Some(if digits.is_empty() { "0".to_owned() } else { format!("0.{digits}") })
}

/// A ratio (`0.03`) as a percentage for people (`3%`); what is no ratio is given back as it is.
pub fn percent_of_ratio(ratio: &str) -> String {
    match ratio.strip_prefix("0.") {
        _ if !is_ratio(ratio) => ratio.to_owned(),
        None => format!("{}%", if ratio == "1" { "100" } else { "0" }),
        Some(digits) => {
            let padded = format!("{digits:0<2}");
            let (whole, decimals) = padded.split_at(2);
            let whole = whole.trim_start_matches('0');
            let decimals = decimals.trim_end_matches('0');
            let whole = if whole.is_empty() { "0" } else { whole };
            if decimals.is_empty() { format!("{whole}%") } else { format!("{whole}.{decimals}%") }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn kind(values: &[&str]) -> Condition {
        Condition::new(SchemeColumn::Kind, ConditionTest::In, values.iter().copied())
    }

    fn draft() -> SchemeDraft {
        let mut draft = SchemeDraft::empty("测试方案");
        draft.strata.push(StratumRule {
            code: "E1".into(),
            label: "企业".into(),
            population: "企业".into(),
            items: vec!["登记事项检查".into()],
            conditions: vec![kind(&["企业"])],
            size: StratumSize::Ratio { ratio: "0.03".into(), rounding: SizeRounding::Ceil, at_least: None },
            split: None,
            otherwise: false,
        });
        draft
    }

    #[test]
    fn each_rule_of_a_scheme() {
        let check = |change: &dyn Fn(&mut SchemeDraft), expect: &[(&str, BadScheme)]| {
            let mut draft = draft();
            change(&mut draft);
            let found: Vec<_> = draft.problems().into_iter().map(|p| (p.place, p.what)).collect();
            let expect: Vec<_> = expect.iter().map(|(place, what)| ((*place).to_owned(), what.clone())).collect();
            assert_eq!(found, expect);
        };
        check(&|_| {}, &[]);
        check(&|d| d.title = " ".into(), &[("title", BadScheme::Text { max: 100, found: 0 })]);
        check(&|d| d.title = "题".repeat(100), &[]);
        check(&|d| d.title = "题".repeat(101), &[("title", BadScheme::Text { max: 100, found: 101 })]);
        check(&|d| d.strata.clear(), &[("strata", BadScheme::NoStrata)]);
        check(&|d| d.strata.push(d.strata[0].clone()), &[("strata[1].code", BadScheme::Twice("E1".into()))]);
        check(&|d| d.strata[0].code = "E 1".into(), &[("strata[0].code", BadScheme::Code)]);
        check(&|d| d.strata[0].conditions.clear(), &[("strata[0].conditions", BadScheme::NoConditions)]);
        check(
            &|d| d.strata[0].conditions[0].test = ConditionTest::Has,
            &[("strata[0].conditions[0]", BadScheme::Unfit { column: SchemeColumn::Kind, test: ConditionTest::Has })],
        );
        check(&|d| d.strata[0].conditions[0].values.clear(), &[("strata[0].conditions[0]", BadScheme::NoValues)]);
        let after = |value: &str| Condition::new(SchemeColumn::Registered, ConditionTest::After, [value]);
        check(&|d| d.strata[0].conditions.push(after("2020-12-31")), &[]);
        check(
            &|d| d.strata[0].conditions.push(after("2020-13-31")),
            &[("strata[0].conditions[1]", BadScheme::Day("2020-13-31".into()))],
        );
        check(&|d| d.strata[0].size = StratumSize::Count(0), &[("strata[0].size", BadScheme::NothingDrawn)]);
        let ratio =
            |ratio: &str| StratumSize::Ratio { ratio: ratio.into(), rounding: SizeRounding::Ceil, at_least: None };
        check(&|d| d.strata[0].size = ratio("3%"), &[("strata[0].size", BadScheme::Ratio("3%".into()))]);
        check(&|d| d.strata[0].size = ratio("0.000"), &[("strata[0].size", BadScheme::NothingDrawn)]);
        check(&|d| d.strata[0].otherwise = true, &[("strata[0].otherwise", BadScheme::Otherwise)]);
        check(
            &|d| {
                d.window_from = parse_day("2021-06-30");
                d.window_to = parse_day("2021-06-29");
            },
            &[("window_to", BadScheme::Window)],
        );
        let values = |n: usize| (0..n).map(|i| format!("值{i}")).collect::<Vec<_>>();
        check(&|d| d.strata[0].conditions[0].values = values(200), &[]);
        check(
            &|d| d.strata[0].conditions[0].values = values(201),
            &[("strata[0].conditions[0]", BadScheme::TooMany { max: 200, found: 201 })],
        );
        check(&|d| d.reserves = 1_000, &[]);
        check(&|d| d.reserves = 1_001, &[("reserves", BadScheme::TooMany { max: 1_000, found: 1_001 })]);
    }

    #[test]
    fn percentages_and_ratios() {
        let check = |percent: &str, ratio: &str, back: &str| {
            assert_eq!(ratio_of_percent(percent).as_deref(), Some(ratio), "{percent}");
            assert_eq!(percent_of_ratio(ratio), back);
            assert!(is_ratio(ratio));
        };
        check("3", "0.03", "3%");
        check("0.5%", "0.005", "0.5%");
        check("30 %", "0.3", "30%");
        check("100", "1", "100%");
        check("0", "0", "0%");
        check("12.3456789", "0.123456789", "12.3456789%");
        check("10.0", "0.1", "10%");
        for bad in ["", "101", "100.1", "-1", "3,5", "1.", ".5", "1.12345678", "abc", "３"] {
            assert_eq!(ratio_of_percent(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_scheme_is_written_and_read_again() {
        let text = serde_json::to_string(&draft()).unwrap();
        assert_eq!(serde_json::from_str::<SchemeDraft>(&text).unwrap(), draft());
    }
}

//! A scheme as a person writes it: exclusions and strata whose conditions are rows of a form. The document of the draw
//! protocol is made of it elsewhere; nothing here counts or draws.
//!
//! Conditions of one rule are joined by "and", the values of one condition by "or". What a draw may look at is the
//! closed list of [`SchemeColumn`]: rules are about kinds of firms, never about a firm.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::deadline::Span;
use crate::rulebook::Rule;

mod census;
mod check;
mod demand;
mod near;
mod reads;
mod share;

pub use census::{Census, ClassCensus, Expected, Group, Joint, UnsetNames};
pub use check::{BadScheme, SchemeProblem};
pub use demand::{Demand, Finding};
pub use near::near;
pub use reads::Disclosure;
pub use share::{is_ratio, percent_of_ratio, ratio_of_percent};

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
        /// 许可证: the kinds of licence that are valid on the roll's day.
        Licences = "licences",
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

impl SchemeColumn {
    /// Whether an object may have several values in it. Such a column makes no cells.
    pub const fn is_set(self) -> bool {
        matches!(self, Self::Tags | Self::Licences)
    }
}

impl ConditionTest {
    /// Whether the test makes sense for a column.
    pub const fn fits(self, column: SchemeColumn) -> bool {
        match self {
            Self::In | Self::NotIn => !column.is_set(),
            Self::Prefix => {
                matches!(
                    column,
                    SchemeColumn::Industry | SchemeColumn::Division | SchemeColumn::Organ | SchemeColumn::SubKind
                )
            }
            Self::Has | Self::HasNone => column.is_set(),
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
    /// What is checked: names of check items or of their categories, chosen from the list in force.
    pub items: Vec<String>,
    /// Whether an object also has the items that its tags call (R62). Classes such as 其它 are checked for their own items
    /// only (R59).
    pub tagged: bool,
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
    /// Deadlines that this scheme sets differently from the rules in force, each with its basis.
    pub spans: Vec<SpanRule>,
    /// Anything else.
    pub notes: String,
}

/// A deadline of a scheme's own (R76, R77).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpanRule {
    /// One of [`SchemeDraft::SPAN_RULES`].
    pub rule: Rule,
    /// How long.
    pub span: Span,
    /// The document that says so (依据).
    pub basis: String,
}

impl SchemeDraft {
    /// The deadlines that a scheme may set.
    pub const SPAN_RULES: [Rule; 2] = [Rule::ReceiptSpan, Rule::MatchingSpan];
    /// Characters of the basis of a deadline.
    pub const SPAN_BASIS_CHARS_MAX: usize = 200;

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

    /// The deadline that this scheme sets itself, if it does.
    pub fn span(&self, rule: Rule) -> Option<Span> {
        self.spans.iter().find(|own| own.rule == rule).map(|own| own.span)
    }

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
            spans: Vec::new(),
            notes: String::new(),
        }
    }
}

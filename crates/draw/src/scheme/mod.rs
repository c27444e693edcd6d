//! The scheme document: what is drawn. Types and their canonical form; reading is in `parse`.

mod check;
mod parse;
pub mod predicate;
mod ratio;

pub use predicate::{Predicate, Test};
pub use ratio::Ratio;

use crate::json::{Json, document_digest};
use crate::refused::Refused;
use crate::suite::{Digest, Suite};

/// Exclusions, and strata, of a scheme at most.
pub const RULES_MAX: usize = 1_000;

/// What is drawn: exclusions, strata and their sizes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheme {
    /// The scheme's title.
    pub title: String,
    /// How rows find their strata.
    pub membership: Membership,
    /// Rules by which rows leave; a row is counted under the first that it meets.
    pub exclude: Vec<Exclusion>,
    /// The strata in order.
    pub strata: Vec<Stratum>,
    /// Reserves of each cell.
    pub reserves: u64,
}

/// How rows find their strata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Membership {
    /// Each row belongs to the first stratum whose predicate it meets.
    First,
    /// Each row belongs to every stratum whose predicate it meets.
    Every,
}

/// A rule by which rows leave before the strata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    /// Distinct among the exclusions.
    pub code: String,
    /// What a reader sees.
    pub label: String,
    /// Which rows leave.
    pub when: Predicate,
}

/// A stratum and the size of its sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stratum {
    /// Distinct among the strata.
    pub code: String,
    /// What a reader sees.
    pub label: String,
    /// The population that the stratum is part of; it bounds what `otherwise` looks at.
    pub population: String,
    /// The check items of the stratum's objects.
    pub items: Vec<String>,
    /// Which rows belong.
    pub when: Predicate,
    /// How many are drawn.
    pub size: Size,
    /// How the size is shared out over cells, if it is.
    pub split: Option<Split>,
    /// The key `else`, under [`Membership::Every`]: only rows that meet no unmarked stratum of the same population.
    pub otherwise: bool,
}

/// How many of a stratum's rows are drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Size {
    /// A share of the rows, raised to `min(at_least, rows)`.
    Ratio {
        /// The share.
        ratio: Ratio,
        /// How the exact product becomes a whole number.
        rounding: Rounding,
        /// The least size, where that is given.
        at_least: Option<u64>,
    },
    /// A fixed number, never above the rows.
    Count(u64),
    /// Each value of a column is a cell with its own share.
    By {
        /// The column.
        column: String,
        /// The share of each value; every value that occurs is named.
        ratios: Vec<(String, Ratio)>,
        /// How each exact product becomes a whole number.
        rounding: Rounding,
    },
}

/// How an exact product becomes a whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Up. Only this keeps "not less than the ratio".
    Ceil,
    /// `floor(x + 1/2)`.
    HalfUp,
    /// Down.
    Floor,
}

/// How a stratum's size is shared out over the values of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// The column.
    pub by: String,
    /// Who gets the seats that remain after the floors.
    pub method: SplitMethod,
}

/// Who gets the seats that remain after the floors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplitMethod {
    /// By chance, such that every object of the stratum keeps the same chance.
    Random,
    /// The largest remainders, equal ones in bytewise order.
    Hamilton,
}

pub(crate) const MEMBERSHIPS: [(&str, Membership); 2] = [("first", Membership::First), ("every", Membership::Every)];
pub(crate) const ROUNDINGS: [(&str, Rounding); 3] =
    [("ceil", Rounding::Ceil), ("half-up", Rounding::HalfUp), ("floor", Rounding::Floor)];
pub(crate) const METHODS: [(&str, SplitMethod); 2] =
    [("random", SplitMethod::Random), ("hamilton", SplitMethod::Hamilton)];

impl Scheme {
    /// Reads `scheme.json`.
    ///
    /// # Errors
    /// A breach of the document's form or of its own rules, with its path.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refused> {
        parse::scheme(bytes)
    }

    /// The canonical bytes: the file `scheme.json`.
    #[must_use]
    pub fn to_jcs(&self) -> Vec<u8> {
        Json::object([
            ("scheme", Json::text("mc1")),
            ("title", Json::text(&self.title)),
            ("membership", Json::text(word(&MEMBERSHIPS, self.membership))),
            ("exclude", Json::List(self.exclude.iter().map(Exclusion::to_json).collect())),
            ("strata", Json::List(self.strata.iter().map(Stratum::to_json).collect())),
            ("reserves", Json::count(self.reserves)),
        ])
        .to_jcs()
    }

    /// The digest that the commitment names.
    #[must_use]
    pub fn digest(&self, suite: Suite) -> Digest {
        document_digest(suite, &self.to_jcs())
    }

    /// Checks a scheme that was built in code or from a form against everything that [`Scheme::parse`] checks.
    ///
    /// # Errors
    /// As [`Scheme::parse`].
    pub fn validate(&self) -> Result<(), Refused> {
        Self::parse(&self.to_jcs()).map(drop)
    }
}

impl Exclusion {
    fn to_json(&self) -> Json {
        Json::object([
            ("code", Json::text(&self.code)),
            ("label", Json::text(&self.label)),
            ("when", self.when.to_json()),
        ])
    }
}

impl Stratum {
    /// The column whose values are the cells, if the stratum has cells.
    #[must_use]
    pub fn cell_column(&self) -> Option<&str> {
        match (&self.size, &self.split) {
            (Size::By { column, .. }, _) => Some(column),
            (_, Some(split)) => Some(&split.by),
            _ => None,
        }
    }

    fn to_json(&self) -> Json {
        let mut entries = vec![
            ("code", Json::text(&self.code)),
            ("label", Json::text(&self.label)),
            ("population", Json::text(&self.population)),
            ("items", Json::List(self.items.iter().map(|item| Json::text(item)).collect())),
            ("when", self.when.to_json()),
            ("size", self.size.to_json()),
        ];
        if let Some(split) = &self.split {
            let method = Json::text(word(&METHODS, split.method));
            entries.push(("split", Json::object([("by", Json::text(&split.by)), ("method", method)])));
        }
        if self.otherwise {
            entries.push(("else", Json::Bool(true)));
        }
        Json::Object(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }
}

impl Size {
    fn to_json(&self) -> Json {
        match self {
            Self::Count(count) => Json::object([("count", Json::count(*count))]),
            Self::Ratio { ratio, rounding, at_least: None } => Json::object([
                ("ratio", Json::text(ratio.as_str())),
                ("rounding", Json::text(word(&ROUNDINGS, *rounding))),
            ]),
            Self::Ratio { ratio, rounding, at_least: Some(at_least) } => Json::object([
                ("ratio", Json::text(ratio.as_str())),
                ("rounding", Json::text(word(&ROUNDINGS, *rounding))),
                ("at_least", Json::count(*at_least)),
            ]),
            Self::By { column, ratios, rounding } => {
                let ratios = ratios.iter().map(|(value, ratio)| (value.clone(), Json::text(ratio.as_str()))).collect();
                Json::object([
                    ("by", Json::text(column)),
                    ("ratios", Json::Object(ratios)),
                    ("rounding", Json::text(word(&ROUNDINGS, *rounding))),
                ])
            }
        }
    }
}

/// The word of a value in a closed list that names every value.
pub(crate) fn word<T: PartialEq>(words: &[(&'static str, T)], value: T) -> &'static str {
    words.iter().find(|(_, known)| *known == value).map_or("", |(word, _)| word)
}

//! The tree of agencies and whose data a post may see: its own agency and everything below it.
//!
//! The tree is not the tree of divisions: a functional zone has a branch bureau and no division code.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::agency_code::{AgencyCode, BadAgencyCode};
use crate::division::{DivisionCode, DivisionLevel};
use crate::ids::AgencyId;

coded_enum! {
    /// How high an agency stands.
    AgencyLevel {
        /// 省
        Province = "province",
        /// 市
        City = "city",
        /// 县（区）
        County = "county",
        /// 所
        Station = "station",
    }
}

coded_enum! {
    /// What an agency is.
    AgencyKind {
        /// A market regulation bureau of a division.
        Bureau = "bureau",
        /// The branch bureau of a functional zone: no division code of its own.
        ZoneBranch = "zone_branch",
        /// A station of a bureau.
        Station = "station",
        /// Another department of the government that takes part in joint draws.
        Partner = "partner",
    }
}

/// An agency's place in the tree: the keys from the root down, each ended by a slash, as in `130000/130300/KFQ/`.
///
/// It is made from keys alone ([`AgencyPath::root`], [`AgencyPath::child`]) and read back from the database, never from a file
/// or a form.
///
/// A path that begins with another's text lies below it, so that containment is a comparison of prefixes in every database.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgencyPath(String);

/// Why a text is not a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAgencyPath {
    /// Empty, or without the slash at the end.
    #[error("the path {0:?} does not end with a slash")]
    NoSlash(String),
    /// A segment that is no registrar key.
    #[error("the path has a segment that is none: {0}")]
    BadSegment(#[from] BadAgencyCode),
    /// More than [`AgencyPath::DEPTH_MAX`] segments.
    #[error("the path has {0} levels")]
    TooDeep(usize),
}

impl AgencyPath {
    /// Levels that a tree may have: province, city, county, station, and two to spare.
    pub const DEPTH_MAX: usize = 6;

    /// The path of the root agency.
    #[must_use]
    pub fn root(code: &AgencyCode) -> Self {
        Self(format!("{code}/"))
    }

    /// The path of an agency directly below.
    ///
    /// # Errors
    /// [`BadAgencyPath::TooDeep`].
    pub fn child(&self, code: &AgencyCode) -> Result<Self, BadAgencyPath> {
        let levels = self.segments().count() + 1;
        if levels > Self::DEPTH_MAX {
            return Err(BadAgencyPath::TooDeep(levels));
        }
        Ok(Self(format!("{}{code}/", self.0)))
    }

    /// The path as text, with its slash at the end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The segments from the root down.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split_terminator('/')
    }

    /// The path one level up; a root has none.
    pub fn parent(&self) -> Option<Self> {
        let (above, _) = self.0.strip_suffix('/')?.rsplit_once('/')?;
        Some(Self(format!("{above}/")))
    }
}

impl FromStr for AgencyPath {
    type Err = BadAgencyPath;

    fn from_str(text: &str) -> Result<Self, BadAgencyPath> {
        let Some(body) = text.strip_suffix('/') else {
            return Err(BadAgencyPath::NoSlash(text.to_owned()));
        };
        let segments: Vec<&str> = body.split('/').collect();
        for segment in &segments {
            segment.parse::<AgencyCode>()?;
        }
        if segments.len() > Self::DEPTH_MAX {
            return Err(BadAgencyPath::TooDeep(segments.len()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for AgencyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(AgencyPath);

/// Whose data a post may see. Every read of the store takes one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope(String);

impl Scope {
    /// The whole installation: for jobs of the platform itself and for reads that are audited one by one.
    pub fn everything() -> Self {
        Self(String::new())
    }

    /// The agency at this path and everything below it.
    pub fn below(path: &AgencyPath) -> Self {
        Self(path.0.clone())
    }

    /// Whether the agency at this path may be seen.
    pub fn covers(&self, path: &AgencyPath) -> bool {
        path.0.starts_with(&self.0)
    }

    /// The text with which every visible path begins; empty for the whole installation.
    pub fn prefix(&self) -> &str {
        &self.0
    }

    /// Bounds for databases: `from <= path AND path < to`, compared bytewise. `to` is absent for the whole installation.
    pub fn bounds(&self) -> (&str, Option<String>) {
        // '0' is the byte after '/': what lies below begins with the whole text, its slash included.
        (&self.0, self.0.strip_suffix('/').map(|body| format!("{body}0")))
    }
}

/// One agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agency {
    /// Its id.
    pub id: AgencyId,
    /// The agency above; `None` for the root.
    pub parent: Option<AgencyId>,
    /// Its place in the tree.
    pub path: AgencyPath,
    /// Full official name.
    pub name: String,
    /// Name for narrow columns.
    pub short_name: String,
    /// How high it stands.
    pub level: AgencyLevel,
    /// What it is.
    pub kind: AgencyKind,
    /// Its division; a zone branch has none, a station that of its county.
    pub division: Option<DivisionCode>,
}

/// Why an agency is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAgency {
    /// Name or short name empty, or longer than [`Agency::NAME_CHARS_MAX`].
    #[error("the name has {0} characters")]
    Name(usize),
    /// A functional zone has no code of GB/T 2260.
    #[error("a zone branch has no division code, but {0} was given")]
    ZoneWithDivision(DivisionCode),
    /// Everything but a zone branch has one.
    #[error("the agency needs a division code")]
    NoDivision,
    /// A division of another level than the agency.
    #[error("the division {division} does not fit an agency of level {level}")]
    DivisionLevel {
        /// The agency's level.
        level: AgencyLevel,
        /// The division given.
        division: DivisionCode,
    },
    /// A station that is not of level station, or the reverse; a zone branch of level province or station.
    #[error("an agency of kind {kind} cannot have the level {level}")]
    KindLevel {
        /// The kind.
        kind: AgencyKind,
        /// The level.
        level: AgencyLevel,
    },
}

impl Agency {
    /// Characters of a name.
    pub const NAME_CHARS_MAX: usize = 60;
    /// Characters of the contact's name, which may be that of a section.
    pub const CONTACT_CHARS_MAX: usize = 30;
    /// Characters of the contact's phone: two numbers with an extension.
    pub const PHONE_CHARS_MAX: usize = 40;
    /// Digits without which a phone cannot be called: 12315 has five, a short number of an office three.
    const PHONE_DIGITS_MIN: usize = 3;

    /// Whether a text can be printed as a phone: digits and what stands between them, as in `0335-1234567转801、12315`.
    #[must_use]
    pub fn is_phone(text: &str) -> bool {
        let between = |c: char| "+-－() （）转、，,；;/".contains(c);
        text.chars().count() <= Self::PHONE_CHARS_MAX
            && text.chars().all(|c| c.is_ascii_digit() || between(c))
            && text.chars().filter(char::is_ascii_digit).count() >= Self::PHONE_DIGITS_MIN
    }

    /// Checks that name, kind, level and division fit each other.
    ///
    /// # Errors
    /// [`BadAgency`] for the first that does not.
    pub fn check(&self) -> Result<(), BadAgency> {
        for name in [&self.name, &self.short_name] {
            let chars = name.trim().chars().count();
            if chars == 0 || name.chars().count() > Self::NAME_CHARS_MAX {
                return Err(BadAgency::Name(name.chars().count()));
            }
        }
        let level_fits = match self.kind {
            AgencyKind::Bureau | AgencyKind::Partner => self.level != AgencyLevel::Station,
            AgencyKind::ZoneBranch => matches!(self.level, AgencyLevel::City | AgencyLevel::County),
            AgencyKind::Station => self.level == AgencyLevel::Station,
        };
        if !level_fits {
            return Err(BadAgency::KindLevel { kind: self.kind, level: self.level });
        }
        match (self.kind, self.division) {
            (AgencyKind::ZoneBranch, Some(division)) => Err(BadAgency::ZoneWithDivision(division)),
            // A station of a zone branch has no division either; one of a county has the county's.
            (AgencyKind::ZoneBranch | AgencyKind::Station, None) => Ok(()),
            (_, None) => Err(BadAgency::NoDivision),
            (_, Some(division)) => {
                let fits = match division.level() {
                    DivisionLevel::Province => self.level == AgencyLevel::Province,
                    DivisionLevel::City => self.level == AgencyLevel::City,
                    DivisionLevel::County => matches!(self.level, AgencyLevel::County | AgencyLevel::Station),
                };
                if fits { Ok(()) } else { Err(BadAgency::DivisionLevel { level: self.level, division }) }
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn path(text: &str) -> AgencyPath {
        text.parse().unwrap()
    }

    #[test]
    fn a_scope_covers_its_agency_and_what_is_below() {
        let city = Scope::below(&path("130000/130300/"));
        let check = |scope: &Scope, other: &str, expect: bool| {
            assert_eq!(scope.covers(&path(other)), expect, "{other}");
            let (from, to) = scope.bounds();
            assert_eq!(from <= other && to.is_none_or(|to| other < to.as_str()), expect, "bounds, {other}");
        };
        check(&city, "130000/130300/", true);
        check(&city, "130000/130300/130302/", true);
        check(&city, "130000/130300/KFQ/S01/", true);
        check(&city, "130000/", false);
        check(&city, "130000/130400/", false);
        check(&city, "130000/1303001/", false);
        check(&city, "130000/13030/", false);
        check(&city, "130000/130300-GA/", false);
        check(&city, "130000/130300/GA-1/", true);
        check(&Scope::below(&path("130000/130300/130302/")), "130000/130300/130303/", false);
        check(&Scope::everything(), "370000/370200/", true);
    }

    #[test]
    fn paths_are_built_and_taken_apart() {
        let code = |text: &str| text.parse::<AgencyCode>().unwrap();
        let zone = AgencyPath::root(&code("130000")).child(&code("130300")).unwrap().child(&code("KFQ")).unwrap();
        assert_eq!(zone.as_str(), "130000/130300/KFQ/");
        assert_eq!(zone.parent(), Some(path("130000/130300/")));
        assert_eq!(path("130000/").parent(), None);
        assert_eq!(zone.segments().collect::<Vec<_>>(), ["130000", "130300", "KFQ"]);
        let mut deep = AgencyPath::root(&code("A"));
        for _ in 1..AgencyPath::DEPTH_MAX {
            deep = deep.child(&code("A")).unwrap();
        }
        assert_eq!(deep.child(&code("A")), Err(BadAgencyPath::TooDeep(AgencyPath::DEPTH_MAX + 1)));
    }

    #[test]
    fn what_is_no_path_is_refused() {
        let check = |text: &str, expect: BadAgencyPath| assert_eq!(text.parse::<AgencyPath>(), Err(expect), "{text}");
        check("", BadAgencyPath::NoSlash(String::new()));
        check("130000", BadAgencyPath::NoSlash("130000".into()));
        let segment = |text: &str| BadAgencyPath::BadSegment(text.parse::<AgencyCode>().unwrap_err());
        check("/", segment(""));
        check("130000//", segment(""));
        check("130000/%/", segment("%"));
        check("130000/A_B/", segment("A_B"));
        assert!("A/".repeat(AgencyPath::DEPTH_MAX).parse::<AgencyPath>().is_ok());
        check(&"A/".repeat(AgencyPath::DEPTH_MAX + 1), BadAgencyPath::TooDeep(AgencyPath::DEPTH_MAX + 1));
        check(&format!("{}/", "A".repeat(17)), segment(&"A".repeat(17)));
    }

    #[test]
    fn kind_level_and_division_fit() {
        let check = |kind: AgencyKind, level: AgencyLevel, division: Option<&str>, expect: Result<(), BadAgency>| {
            let agency = Agency {
                id: AgencyId::from_parts(0, [0; 10]),
                parent: None,
                path: path("130000/"),
                name: "某局".into(),
                short_name: "某".into(),
                level,
                kind,
                division: division.map(|code| code.parse().unwrap()),
            };
            assert_eq!(agency.check(), expect, "{kind} {level} {division:?}");
        };
        use AgencyKind::*;
        use AgencyLevel as L;
        check(Bureau, L::City, Some("130300"), Ok(()));
        check(Bureau, L::County, Some("130302"), Ok(()));
        check(ZoneBranch, L::County, None, Ok(()));
        check(Station, L::Station, Some("130302"), Ok(()));
        check(Station, L::Station, None, Ok(()));
        check(Bureau, L::City, None, Err(BadAgency::NoDivision));
        check(ZoneBranch, L::County, Some("130302"), Err(BadAgency::ZoneWithDivision("130302".parse().unwrap())));
        check(Bureau, L::Station, Some("130302"), Err(BadAgency::KindLevel { kind: Bureau, level: L::Station }));
        check(Station, L::County, Some("130302"), Err(BadAgency::KindLevel { kind: Station, level: L::County }));
        check(
            Bureau,
            L::City,
            Some("130302"),
            Err(BadAgency::DivisionLevel { level: L::City, division: "130302".parse().unwrap() }),
        );
    }

    #[test]
    fn a_phone_is_what_can_be_called() {
        let check = |text: &str, expect: bool| assert_eq!(Agency::is_phone(text), expect, "{text}");
        check("0335-3650001", true);
        check("（0335）3650001转801、12315", true);
        check("110", true);
        check("12", false);
        check("", false);
        check("请致电前台", false);
        check("0335-36500O1", false);
        check(&"1".repeat(Agency::PHONE_CHARS_MAX), true);
        check(&"1".repeat(Agency::PHONE_CHARS_MAX + 1), false);
    }

    #[test]
    fn names_have_a_length() {
        let agency = |n: usize| Agency {
            id: AgencyId::from_parts(0, [0; 10]),
            parent: None,
            path: path("130000/"),
            name: "局".repeat(n),
            short_name: "局".into(),
            level: AgencyLevel::City,
            kind: AgencyKind::Bureau,
            division: Some("130300".parse().unwrap()),
        };
        assert_eq!(agency(Agency::NAME_CHARS_MAX).check(), Ok(()));
        assert_eq!(agency(Agency::NAME_CHARS_MAX + 1).check(), Err(BadAgency::Name(Agency::NAME_CHARS_MAX + 1)));
        assert_eq!(agency(0).check(), Err(BadAgency::Name(0)));
    }
}

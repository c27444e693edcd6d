//! Inspected objects (检查对象): what they are, in which state, with which tags, licences and risk classes.
//!
//! The social credit code is an attribute, not the key: products, projects and acts have none (R7). How bureaus write these
//! values in their lists is read in `text::read`.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::credit_code::SubjectCode;
use crate::division::DivisionCode;
use crate::ids::{AgencyId, SubjectId};

coded_enum! {
    /// What an object is.
    SubjectKind {
        /// 企业
        Enterprise = "enterprise",
        /// 农民专业合作社
        Cooperative = "cooperative",
        /// 个体工商户
        Individual = "individual",
        /// 事业单位
        Institution = "institution",
        /// 社会组织
        SocialOrganisation = "social_organisation",
        /// 产品
        Product = "product",
        /// 项目
        Project = "project",
        /// 行为
        Act = "act",
    }
}

coded_enum! {
    /// The three groups of objects of seed 004.
    SubjectGroup {
        /// 营利性市场主体
        ForProfit = "for_profit",
        /// 非营利性市场主体
        NonProfit = "non_profit",
        /// 非市场主体
        NonMarket = "non_market",
    }
}

impl SubjectKind {
    /// The group to which the kind belongs.
    pub const fn group(self) -> SubjectGroup {
        match self {
            Self::Enterprise | Self::Cooperative | Self::Individual => SubjectGroup::ForProfit,
            Self::Institution | Self::SocialOrganisation => SubjectGroup::NonProfit,
            Self::Product | Self::Project | Self::Act => SubjectGroup::NonMarket,
        }
    }

    /// Whether an object of this kind must have a credit code or registration number.
    pub const fn needs_code(self) -> bool {
        !matches!(self.group(), SubjectGroup::NonMarket)
    }
}

coded_enum! {
    /// The registration state of an object.
    SubjectStatus {
        /// 存续
        Existing = "existing",
        /// 在营
        Operating = "operating",
        /// 歇业
        Suspended = "suspended",
        /// 清算
        Liquidating = "liquidating",
        /// 吊销
        Revoked = "revoked",
        /// 撤销
        Annulled = "annulled",
        /// 注销
        Deregistered = "deregistered",
        /// 迁出
        MovedOut = "moved_out",
    }
}

impl SubjectStatus {
    /// Whether the object counts as in operation (R26): 存续 and 在营.
    pub const fn is_in_operation(self) -> bool {
        matches!(self, Self::Existing | Self::Operating)
    }
}

coded_enum! {
    /// A scale of risk. The two A to D scales follow different rules and never share a column.
    RiskScale {
        /// 企业信用风险分类
        Credit = "credit",
        /// 食品生产经营风险等级
        Food = "food",
    }
}

coded_enum! {
    /// A level on a scale of risk, from low to high. One province's credit scale has five.
    RiskLevel {
        /// Lowest.
        A = "A",
        /// Second.
        B = "B",
        /// Third.
        C = "C",
        /// Fourth; the highest where there are four.
        D = "D",
        /// Fifth, only on a credit scale.
        E = "E",
    }
}

/// A level on a scale, as a fact of a day: a draw uses the class of its freezing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RiskClass {
    /// Which scale.
    pub scale: RiskScale,
    /// Which level.
    pub level: RiskLevel,
    /// The day from which it holds.
    pub dated: NaiveDate,
}

impl RiskClass {
    /// A class, if the scale has the level.
    ///
    /// # Errors
    /// [`BadSubject::NoSuchLevel`].
    pub fn new(scale: RiskScale, level: RiskLevel, dated: NaiveDate) -> Result<Self, BadSubject> {
        if scale == RiskScale::Food && level == RiskLevel::E {
            return Err(BadSubject::NoSuchLevel { scale, level });
        }
        Ok(Self { scale, level, dated })
    }

    /// The class that holds on `day`: the latest of the scale not dated after it.
    pub fn on(classes: &[Self], scale: RiskScale, day: NaiveDate) -> Option<Self> {
        classes
            .iter()
            .copied()
            .filter(|class| class.scale == scale && class.dated <= day)
            .max_by_key(|class| class.dated)
    }
}

/// A label that decides which special sub-directory an object belongs to (专项库标签). It goes into rolls as it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(String);

impl Tag {
    /// Characters of a tag.
    pub const CHARS_MAX: usize = 32;

    /// The tag as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Tag {
    type Err = BadSubject;

    /// Any text without commas, spaces and control characters, so that sets of tags can be written and read again.
    fn from_str(text: &str) -> Result<Self, BadSubject> {
        let chars = text.chars().count();
        let bad = |ch: char| matches!(ch, ',' | '，' | '、' | ';' | '；') || ch.is_whitespace() || ch.is_control();
        if chars == 0 || chars > Self::CHARS_MAX || text.contains(bad) {
            return Err(BadSubject::Tag(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(Tag);

coded_enum! {
    /// What became of a licence, whatever its last day says.
    LicenceState {
        /// 有效
        Valid = "valid",
        /// 暂停
        Suspended = "suspended",
        /// 吊销（撤销）
        Revoked = "revoked",
        /// 注销
        Cancelled = "cancelled",
    }
}

/// A licence of an object.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Licence {
    /// What it allows, as written on it.
    pub kind: String,
    /// Its number.
    pub number: String,
    /// First day, if known.
    pub valid_from: Option<NaiveDate>,
    /// Last day; `None` for one without end.
    pub valid_to: Option<NaiveDate>,
    /// What became of it.
    pub state: LicenceState,
}

impl Licence {
    /// Whether it holds on this day: neither suspended, revoked nor cancelled. The first and the last day count.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.state == LicenceState::Valid
            && self.valid_from.is_none_or(|from| from <= day)
            && self.valid_to.is_none_or(|to| day <= to)
    }
}

/// One object as it stands in the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Its own id, stable over changes of code and name.
    pub id: SubjectId,
    /// The directory's key in rolls: the code where there is one, else a number given by the line department.
    pub key: String,
    /// Credit code or registration number.
    pub code: Option<SubjectCode>,
    /// Full name.
    pub name: String,
    /// What it is.
    pub kind: SubjectKind,
    /// A finer kind as the registrar writes it: 企业集团, 外国企业常驻代表机构, 办事处, …
    pub sub_kind: Option<String>,
    /// Its registration state.
    pub status: SubjectStatus,
    /// Day of establishment (R24 cuts by it, the day included).
    pub established_on: Option<NaiveDate>,
    /// The agency that registers it, and to which it is dispatched.
    pub registrar: AgencyId,
    /// The station or bureau in whose area it sits, where that is known to differ.
    pub territory: Option<AgencyId>,
    /// Division of the premises.
    pub division: Option<DivisionCode>,
    /// Address of the premises.
    pub address: String,
    /// Legal representative or responsible person.
    pub representative: String,
    /// Phone number of the contact.
    pub phone: String,
    /// Industry: a letter and up to four digits of GB/T 4754.
    pub industry: Option<String>,
    /// Its tags.
    pub tags: BTreeSet<Tag>,
    /// Its risk classes, all of them; ask [`RiskClass::on`].
    pub risk_classes: Vec<RiskClass>,
    /// Its licences.
    pub licences: Vec<Licence>,
}

/// Why an object is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSubject {
    /// A market entity without credit code and registration number.
    #[error("an object of kind {0} needs a code")]
    NoCode(SubjectKind),
    /// A product, project or act with a code.
    #[error("an object of kind {0} has no code of its own")]
    CodeNotExpected(SubjectKind),
    /// The key is not 1 to [`Subject::KEY_CHARS_MAX`] ASCII letters, digits, dots, underscores and hyphens.
    #[error("the key {0:?} is not well formed")]
    Key(String),
    /// The name is empty or longer than [`Subject::NAME_CHARS_MAX`].
    #[error("the name has {0} characters")]
    Name(usize),
    /// A text field is longer than [`Subject::TEXT_CHARS_MAX`].
    #[error("{field} has {chars} characters")]
    TextTooLong {
        /// Name of the field.
        field: &'static str,
        /// Its characters.
        chars: usize,
    },
    /// Not a tag.
    #[error("{0:?} is not a tag")]
    Tag(String),
    /// More than [`Subject::TAGS_MAX`] tags.
    #[error("{0} tags are too many")]
    TooManyTags(usize),
    /// More than [`Subject::LICENCES_MAX`] licences.
    #[error("{0} licences are too many")]
    TooManyLicences(usize),
    /// A level that the scale does not have.
    #[error("the scale {scale} has no level {level}")]
    NoSuchLevel {
        /// The scale.
        scale: RiskScale,
        /// The level.
        level: RiskLevel,
    },
    /// A licence that ends before it begins.
    #[error("the licence {0:?} ends before it begins")]
    LicenceBackwards(String),
    /// Not an industry code.
    #[error("{0:?} is not an industry code")]
    Industry(String),
}

impl Subject {
    /// Characters of a key in rolls.
    pub const KEY_CHARS_MAX: usize = 55;
    /// Characters of a name.
    pub const NAME_CHARS_MAX: usize = 120;
    /// Characters of any other text.
    pub const TEXT_CHARS_MAX: usize = 200;
    /// Tags of one object.
    pub const TAGS_MAX: usize = 64;
    /// Licences of one object.
    pub const LICENCES_MAX: usize = 64;

    /// Checks what one object must satisfy by itself.
    ///
    /// # Errors
    /// [`BadSubject`] for the first thing that does not fit.
    pub fn check(&self) -> Result<(), BadSubject> {
        match (self.kind.needs_code(), &self.code) {
            (true, None) => return Err(BadSubject::NoCode(self.kind)),
            (false, Some(_)) => return Err(BadSubject::CodeNotExpected(self.kind)),
            _ => {}
        }
        let key_byte = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        if self.key.is_empty() || self.key.len() > Self::KEY_CHARS_MAX || !self.key.bytes().all(key_byte) {
            return Err(BadSubject::Key(self.key.clone()));
        }
        let chars = self.name.chars().count();
        if self.name.trim().is_empty() || chars > Self::NAME_CHARS_MAX {
            return Err(BadSubject::Name(chars));
        }
        self.check_texts()?;
        self.check_lists()
    }

    fn check_texts(&self) -> Result<(), BadSubject> {
        let sub_kind = self.sub_kind.as_deref().unwrap_or_default();
        let texts = [
            ("sub_kind", sub_kind),
            ("address", &self.address),
            ("representative", &self.representative),
            ("phone", &self.phone),
        ];
        for (field, text) in texts {
            let chars = text.chars().count();
            if chars > Self::TEXT_CHARS_MAX {
                return Err(BadSubject::TextTooLong { field, chars });
            }
        }
        match &self.industry {
            Some(code) if !is_industry(code) => Err(BadSubject::Industry(code.clone())),
            _ => Ok(()),
        }
    }

    fn check_lists(&self) -> Result<(), BadSubject> {
        if self.tags.len() > Self::TAGS_MAX {
            return Err(BadSubject::TooManyTags(self.tags.len()));
        }
        if self.licences.len() > Self::LICENCES_MAX {
            return Err(BadSubject::TooManyLicences(self.licences.len()));
        }
        let backwards =
            |licence: &&Licence| matches!((licence.valid_from, licence.valid_to), (Some(from), Some(to)) if to < from);
        match self.licences.iter().find(backwards) {
            Some(licence) => Err(BadSubject::LicenceBackwards(licence.number.clone())),
            None => Ok(()),
        }
    }
}

/// A letter A to T, alone or with two to four digits (GB/T 4754).
pub fn is_industry(code: &str) -> bool {
    let mut chars = code.chars();
    let letter = chars.next().is_some_and(|ch| ('A'..='T').contains(&ch));
    let digits = chars.as_str();
    letter && (digits.is_empty() || (2..=4).contains(&digits.len())) && digits.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn subject() -> Subject {
        Subject {
            id: SubjectId::from_parts(0, [0; 10]),
            key: "914403001922038216".into(),
            code: Some("914403001922038216".parse().unwrap()),
            name: "秦皇岛海风测试有限公司".into(),
            kind: SubjectKind::Enterprise,
            sub_kind: None,
            status: SubjectStatus::Existing,
            established_on: Some(day("2015-06-01")),
            registrar: AgencyId::from_parts(0, [0; 10]),
            territory: None,
            division: Some("130302".parse().unwrap()),
            address: String::new(),
            representative: String::new(),
            phone: String::new(),
            industry: Some("C2631".into()),
            tags: BTreeSet::new(),
            risk_classes: vec![],
            licences: vec![],
        }
    }

    #[test]
    fn each_rule_of_an_object() {
        let check = |change: &dyn Fn(&mut Subject), expect: Result<(), BadSubject>| {
            let mut subject = subject();
            change(&mut subject);
            assert_eq!(subject.check(), expect);
        };
        check(&|_| {}, Ok(()));
        check(&|s| s.code = None, Err(BadSubject::NoCode(SubjectKind::Enterprise)));
        check(&|s| s.kind = SubjectKind::Product, Err(BadSubject::CodeNotExpected(SubjectKind::Product)));
        check(&|s| (s.kind, s.code) = (SubjectKind::Project, None), Ok(()));
        check(&|s| s.key = "a".repeat(Subject::KEY_CHARS_MAX), Ok(()));
        check(&|s| s.key = "a".repeat(56), Err(BadSubject::Key("a".repeat(56))));
        check(&|s| s.key = "a b".into(), Err(BadSubject::Key("a b".into())));
        check(&|s| s.name = "名".repeat(Subject::NAME_CHARS_MAX), Ok(()));
        check(&|s| s.name = "名".repeat(121), Err(BadSubject::Name(121)));
        check(&|s| s.name = "  ".into(), Err(BadSubject::Name(2)));
        check(&|s| s.address = "址".repeat(Subject::TEXT_CHARS_MAX), Ok(()));
        check(&|s| s.address = "址".repeat(201), Err(BadSubject::TextTooLong { field: "address", chars: 201 }));
        check(&|s| s.industry = Some("C263".into()), Ok(()));
        check(&|s| s.industry = Some("U2631".into()), Err(BadSubject::Industry("U2631".into())));
        check(&|s| s.industry = Some("2631".into()), Err(BadSubject::Industry("2631".into())));
        let tags = |n: usize| (0..n).map(|i| format!("标签{i}").parse().unwrap()).collect::<BTreeSet<Tag>>();
        check(&|s| s.tags = tags(Subject::TAGS_MAX), Ok(()));
        check(&|s| s.tags = tags(65), Err(BadSubject::TooManyTags(65)));
        let licence = |from: &str, to: &str| Licence {
            kind: "食品经营许可证".into(),
            number: "甲1".into(),
            valid_from: Some(day(from)),
            valid_to: Some(day(to)),
            state: LicenceState::Valid,
        };
        check(&|s| s.licences = vec![licence("2020-01-01", "2020-01-01"); Subject::LICENCES_MAX], Ok(()));
        check(&|s| s.licences = vec![licence("2020-01-01", "2025-01-01"); 65], Err(BadSubject::TooManyLicences(65)));
        check(
            &|s| s.licences = vec![licence("2020-01-02", "2020-01-01")],
            Err(BadSubject::LicenceBackwards("甲1".into())),
        );
    }

    #[test]
    fn tags_can_stand_in_a_set() {
        for good in ["电子商务平台", "A/B", "棉花加工（企业）"] {
            assert_eq!(good.parse::<Tag>().unwrap().as_str(), good);
        }
        for bad in ["", "甲,乙", "甲，乙", "甲、乙", "甲 乙", "甲\n"] {
            assert_eq!(bad.parse::<Tag>(), Err(BadSubject::Tag(bad.into())), "{bad}");
        }
        assert!("签".repeat(Tag::CHARS_MAX).parse::<Tag>().is_ok());
        assert!("签".repeat(Tag::CHARS_MAX + 1).parse::<Tag>().is_err());
    }

    #[test]
    fn the_class_of_a_day() {
        let class = |scale, level, dated: &str| RiskClass::new(scale, level, day(dated)).unwrap();
        let classes = [
            class(RiskScale::Credit, RiskLevel::B, "2021-04-01"),
            class(RiskScale::Credit, RiskLevel::C, "2021-05-01"),
            class(RiskScale::Food, RiskLevel::A, "2021-05-02"),
        ];
        let check = |scale, on: &str, expect: Option<RiskLevel>| {
            assert_eq!(RiskClass::on(&classes, scale, day(on)).map(|class| class.level), expect);
        };
        check(RiskScale::Credit, "2021-03-31", None);
        check(RiskScale::Credit, "2021-04-30", Some(RiskLevel::B));
        check(RiskScale::Credit, "2021-05-01", Some(RiskLevel::C));
        check(RiskScale::Food, "2021-05-01", None);
        assert!(RiskClass::new(RiskScale::Food, RiskLevel::E, day("2021-05-01")).is_err());
        assert!(RiskClass::new(RiskScale::Credit, RiskLevel::E, day("2021-05-01")).is_ok());
    }

    #[test]
    fn who_is_in_operation() {
        let found: Vec<_> =
            SubjectStatus::ALL.iter().filter(|status| status.is_in_operation()).map(|s| s.code()).collect();
        assert_eq!(found, ["existing", "operating"]);
    }

    #[test]
    fn a_subject_is_written_and_read_again() {
        let mut subject = subject();
        subject.tags.insert("检验检测".parse().unwrap());
        subject.risk_classes.push(RiskClass::new(RiskScale::Credit, RiskLevel::A, day("2021-05-01")).unwrap());
        let json = serde_json::to_string(&subject).unwrap();
        assert_eq!(serde_json::from_str::<Subject>(&json).unwrap(), subject);
    }
}

//! Administrative divisions by GB/T 2260: the code, and the divisions of four provinces with the years in which they held.
//!
//! A functional zone (a development zone, a new district) has a bureau but no code here: the tree of agencies is separate
//! ([`crate::agency`]). Codes of other provinces are well formed but unknown to the table; nothing may be refused for that.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};

/// A six-digit code of GB/T 2260: two digits each for province, city and county.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DivisionCode(u32);

/// The level of a division, read from its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DivisionLevel {
    /// `pp0000`
    Province,
    /// `ppcc00`
    City,
    /// `ppccxx`
    County,
}

/// Why a text is not a division code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadDivision {
    /// Not six ASCII digits.
    #[error("{0:?} is not six digits")]
    NotSixDigits(String),
    /// The first two digits are no province of GB/T 2260 (`10` stands for the national registrar).
    #[error("{0:?} does not begin with a province")]
    NoProvince(String),
    /// A county without its city, as in `130012`.
    #[error("{0:?} names a county without its city")]
    NoCity(String),
}

impl DivisionCode {
    /// The six digits.
    pub fn as_text(self) -> String {
        self.to_string()
    }

    /// Which level the code names.
    pub const fn level(self) -> DivisionLevel {
        if self.0.is_multiple_of(10_000) {
            DivisionLevel::Province
        } else if self.0.is_multiple_of(100) {
            DivisionLevel::City
        } else {
            DivisionLevel::County
        }
    }

    /// The province's code.
    pub const fn province(self) -> Self {
        Self(self.0 / 10_000 * 10_000)
    }

    /// The city's code; a province has none.
    pub const fn city(self) -> Option<Self> {
        match self.level() {
            DivisionLevel::Province => None,
            _ => Some(Self(self.0 / 100 * 100)),
        }
    }

    /// The division one level up.
    pub const fn parent(self) -> Option<Self> {
        match self.level() {
            DivisionLevel::Province => None,
            DivisionLevel::City => Some(self.province()),
            DivisionLevel::County => self.city(),
        }
    }

    /// Whether `inner` is this division or lies within it.
    pub fn contains(self, inner: Self) -> bool {
        match self.level() {
            DivisionLevel::Province => inner.province() == self,
            DivisionLevel::City => inner.city() == Some(self),
            DivisionLevel::County => inner == self,
        }
    }
}

impl fmt::Display for DivisionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

impl FromStr for DivisionCode {
    type Err = BadDivision;

    fn from_str(text: &str) -> Result<Self, BadDivision> {
        let bad = || BadDivision::NotSixDigits(text.to_owned());
        if text.len() != 6 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad());
        }
        let number: u32 = text.parse().map_err(|_| bad())?;
        let province = number / 10_000;
        if !matches!(province, 10..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81 | 82) {
            return Err(BadDivision::NoProvince(text.to_owned()));
        }
        if (number / 100).is_multiple_of(100) && !number.is_multiple_of(100) {
            return Err(BadDivision::NoCity(text.to_owned()));
        }
        Ok(Self(number))
    }
}

serde_as_text!(DivisionCode);

/// One division over one span of years.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division {
    /// Its code.
    pub code: DivisionCode,
    /// Its own name, without province and city.
    pub name: String,
    /// First year whose official list has it; `None`: before the records.
    pub from_year: Option<i32>,
    /// Year of the change that ended it; `None`: still in force.
    pub until_year: Option<i32>,
    /// The code of the same place afterwards, where that is known.
    pub successor: Option<DivisionCode>,
}

impl Division {
    /// Whether the division can have been in force on this day. Only years are recorded, so that in the year of a change
    /// both the old and the new division hold.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.from_year.is_none_or(|year| year <= day.year()) && self.until_year.is_none_or(|year| day.year() <= year)
    }
}

/// A table of divisions, by code.
#[derive(Debug, Clone, Default)]
pub struct DivisionTable {
    rows: BTreeMap<DivisionCode, Vec<Division>>,
}

/// The divisions of Hebei, Shandong, Guizhou and Qinghai that the product carries.
pub fn table() -> &'static DivisionTable {
    static TABLE: LazyLock<DivisionTable> =
        LazyLock::new(|| DivisionTable::parse(include_str!("../data/divisions.tsv")));
    &TABLE
}

impl DivisionTable {
    // A line that does not parse is skipped, because a static table has nobody to tell; a test counts lines against rows.
    fn parse(tsv: &str) -> Self {
        let mut rows: BTreeMap<DivisionCode, Vec<Division>> = BTreeMap::new();
        for division in data_lines(tsv).filter_map(parse_line) {
            rows.entry(division.code).or_default().push(division);
        }
        Self { rows }
    }

    /// Every span of this code, oldest first; empty if the table does not know it.
    pub fn spans(&self, code: DivisionCode) -> &[Division] {
        self.rows.get(&code).map_or(&[], Vec::as_slice)
    }

    /// The division with this code on that day.
    pub fn on(&self, code: DivisionCode, day: NaiveDate) -> Option<&Division> {
        self.spans(code).iter().rev().find(|division| division.holds_on(day))
    }

    /// The latest division with this code, also where it has ended.
    pub fn latest(&self, code: DivisionCode) -> Option<&Division> {
        self.spans(code).last()
    }

    /// Whether the table carries this code's province at all, so that a missing code means something.
    pub fn covers(&self, code: DivisionCode) -> bool {
        self.rows.contains_key(&code.province())
    }

    /// The latest names of province, city and division joined, as in 河北省秦皇岛市海港区.
    pub fn full_name(&self, code: DivisionCode) -> Option<String> {
        let own = &self.latest(code)?.name;
        let above = code.parent().and_then(|parent| self.full_name(parent)).unwrap_or_default();
        Some(above + own)
    }

    /// The divisions one level below that hold on this day, by code.
    pub fn children(&self, parent: DivisionCode, day: NaiveDate) -> Vec<&Division> {
        self.rows
            .values()
            .flatten()
            .filter(|division| division.code.parent() == Some(parent) && division.holds_on(day))
            .collect()
    }

    /// All rows, by code and age.
    pub fn iter(&self) -> impl Iterator<Item = &Division> {
        self.rows.values().flatten()
    }
}

fn data_lines(tsv: &str) -> impl Iterator<Item = &str> {
    tsv.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn parse_line(line: &str) -> Option<Division> {
    let mut cells = line.split('\t');
    let code = cells.next()?.parse().ok()?;
    let name = cells.next().filter(|name| !name.is_empty())?.to_owned();
    let from_year = optional(cells.next()?)?;
    let until_year = optional(cells.next()?)?;
    let successor = optional(cells.next()?)?;
    Some(Division { code, name, from_year, until_year, successor })
}

/// `Some(None)` for an empty cell, `None` for one that does not parse.
fn optional<T: FromStr>(cell: &str) -> Option<Option<T>> {
    if cell.is_empty() { Some(None) } else { cell.parse().ok().map(Some) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn code(text: &str) -> DivisionCode {
        text.parse().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn no_line_of_the_data_is_lost() {
        let lines = data_lines(include_str!("../data/divisions.tsv")).count();
        assert_eq!(table().iter().count(), lines);
        assert!(lines > 500);
        for division in table().iter() {
            if let Some(parent) = division.code.parent() {
                assert!(table().latest(parent).is_some(), "{} has no parent", division.code);
            }
            if let Some(successor) = division.successor {
                assert!(table().latest(successor).is_some(), "{} has no successor", division.code);
            }
        }
    }

    #[test]
    fn codes_have_a_level_and_a_parent() {
        let check = |text: &str, level: DivisionLevel, parent: Option<&str>| {
            let code = code(text);
            assert_eq!((code.level(), code.parent().map(DivisionCode::as_text)), (level, parent.map(str::to_owned)));
            assert_eq!(code.to_string(), text);
        };
        check("130000", DivisionLevel::Province, None);
        check("130300", DivisionLevel::City, Some("130000"));
        check("130302", DivisionLevel::County, Some("130300"));
        assert!(code("130300").contains(code("130302")) && code("130000").contains(code("130302")));
        assert!(!code("130300").contains(code("130402")) && !code("130302").contains(code("130300")));
    }

    #[test]
    fn what_is_no_code_is_refused() {
        let check = |text: &str, expect: BadDivision| assert_eq!(text.parse::<DivisionCode>(), Err(expect));
        check("13030", BadDivision::NotSixDigits("13030".into()));
        check("1303022", BadDivision::NotSixDigits("1303022".into()));
        check("13030X", BadDivision::NotSixDigits("13030X".into()));
        check("１３", BadDivision::NotSixDigits("１３".into()));
        check("990000", BadDivision::NoProvince("990000".into()));
        check("130012", BadDivision::NoCity("130012".into()));
    }

    #[test]
    fn names_hold_in_their_years() {
        let check = |text: &str, on: &str, expect: Option<&str>| {
            assert_eq!(table().on(code(text), day(on)).map(|d| d.name.as_str()), expect, "{text} on {on}");
        };
        check("370282", "2016-06-01", Some("即墨市"));
        check("370282", "2018-01-01", None);
        check("370215", "2016-12-31", None);
        check("370215", "2018-01-01", Some("即墨区"));
        check("130323", "2014-12-31", Some("抚宁县"));
        check("130323", "2016-01-01", None);
        check("130306", "2021-05-08", Some("抚宁区"));
        check("520522", "2019-01-01", Some("黔西县"));
        check("520581", "2022-01-01", Some("黔西市"));
        check("110108", "2021-01-01", None);
        assert_eq!(table().latest(code("370282")).unwrap().successor, Some(code("370215")));
        assert!(!table().covers(code("110108")) && table().covers(code("130399")));
        assert_eq!(table().full_name(code("130302")).as_deref(), Some("河北省秦皇岛市海港区"));
        assert_eq!(table().full_name(code("630102")).as_deref(), Some("青海省西宁市城东区"));
    }

    #[test]
    fn the_counties_of_qinhuangdao() {
        let names: Vec<_> = table()
            .children(code("130300"), day("2021-05-08"))
            .iter()
            .map(|d| format!("{} {}", d.code, d.name))
            .collect();
        assert_eq!(
            names,
            [
                "130302 海港区",
                "130303 山海关区",
                "130304 北戴河区",
                "130306 抚宁区",
                "130321 青龙满族自治县",
                "130322 昌黎县",
                "130324 卢龙县"
            ]
        );
    }
}

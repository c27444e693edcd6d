//! One record of the register: which row it is, and its sixteen cells.

use super::dice::Dice;
use super::names::{Names, ORDINARY, Trade, person};
use super::numbers::{GROUP_SUB_KINDS, OFFICE_SUB_KINDS, Population, Stratum, UNITS, Unit};
use super::places::{PLACES, Place, address};
use super::{CityError, STRATA};
use domain::credit_code::{RegistrationNumber, UnifiedCreditCode};
use domain::division::DivisionCode;

/// What a row is in the scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Eligible, in the stratum of this place in [`STRATA`].
    Member(usize),
    /// Taken out by the exclusion of this place in [`super::EXCLUSIONS`], and by none before it.
    Excluded(Population, usize),
}

/// One row to be written.
#[derive(Debug, Clone, Copy)]
pub struct Slot {
    /// What it is.
    pub class: Class,
    /// Its unit's place in [`UNITS`].
    pub unit: usize,
    /// Its number among the rows of its class, over all units.
    pub within: u32,
}

/// Cells of a row.
pub const COLUMNS: [&str; 16] = [
    "名称",
    "统一社会信用代码/注册号",
    "主体类别",
    "主体小类",
    "登记机关",
    "登记机关代码",
    "行政区划",
    "成立日期",
    "登记状态",
    "信用风险等级",
    "风险评定日期",
    "行业代码",
    "住所",
    "法定代表人",
    "标签",
    "许可证",
];

const ENTERPRISE: &str = "企业";
const COOPERATIVE: &str = "农民专业合作社";
const INDIVIDUAL: &str = "个体工商户";

const SUB_KINDS: [&str; 8] = [
    "有限责任公司（自然人投资或控股）",
    "有限责任公司（自然人投资或控股）",
    "有限责任公司（自然人独资）",
    "有限责任公司（法人独资）",
    "股份有限公司（非上市）",
    "个人独资企业",
    "普通合伙企业",
    "有限责任公司分公司",
];
/// Tags of items that have no stratum of their own (R62).
const FIRMS_EXTRA_TAGS: [&str; 7] = ["拍卖", "广告", "企业标准", "专利", "商标使用", "商标代理", "工业产品生产许可证"];
/// Those of them whose items shops are checked for.
const SHOPS_EXTRA_TAGS: [&str; 3] = ["广告", "专利", "商标使用"];

/// Makes the rows; keeps which names are taken.
pub struct Maker {
    names: Names,
    divisions: Vec<DivisionCode>,
}

impl Maker {
    /// A maker with no name taken.
    pub fn new() -> Result<Self, CityError> {
        let divisions = UNITS.iter().map(|unit| unit.coding_division.parse()).collect::<Result<_, _>>()?;
        Ok(Self { names: Names::default(), divisions })
    }

    /// The cells of a row; `number` is the row's number in the register, from 0.
    pub fn cells(&mut self, slot: Slot, number: u32) -> Result<[String; 16], CityError> {
        let mut dice = Dice::new("subject", u64::from(number));
        let unit = UNITS.get(slot.unit).ok_or(CityError::Exhausted("units"))?;
        let place = PLACES.get(slot.unit).ok_or(CityError::Exhausted("places"))?;
        let member = stratum_of(slot.class);
        let population = population_of(slot.class);
        let kind = kind(&mut dice, slot.class, population, place);
        let tags = tags(&mut dice, slot, member);
        let trade = trade(&mut dice, member, &tags);
        let sub_kind = sub_kind(&mut dice, slot, kind);
        let established = established(&mut dice, slot, sub_kind);
        let status = status(&mut dice, slot.class);
        let (risk, assessed) = risk(&mut dice, population, status);
        let (division, beginning) = dice.pick(place.divisions);
        let rural = kind == COOPERATIVE || (division > "130304" && dice.chance(350));
        let code = self.code(&mut dice, slot, number, kind, &established)?;
        let representative = person(&mut dice);
        let name = self.name(&mut dice, place, kind, sub_kind, &trade);
        let licences = licences(&mut dice, &tags, &trade, unit, number);
        Ok([
            name,
            code,
            kind.to_owned(),
            sub_kind.to_owned(),
            unit.name.to_owned(),
            unit.code.to_owned(),
            division.to_owned(),
            established,
            status.to_owned(),
            risk.to_owned(),
            assessed.to_owned(),
            trade.industry.to_owned(),
            address(&mut dice, beginning, rural),
            representative,
            tags.join("；"),
            licences.join("；"),
        ])
    }

    fn name(&mut self, dice: &mut Dice, place: &Place, kind: &str, sub_kind: &str, trade: &Trade) -> String {
        let prefix = if kind == INDIVIDUAL { place.shop_prefix } else { dice.pick(place.prefixes) };
        let ending = match sub_kind {
            "企业集团" => "集团".to_owned(),
            "外国企业常驻代表机构" => format!("{}株式会社秦皇岛代表处", trade.firm),
            "办事处" => format!("{}有限公司秦皇岛办事处", trade.firm),
            "股份有限公司（非上市）" => format!("{}股份有限公司", trade.firm),
            "个人独资企业" => format!("{}厂", trade.firm),
            "普通合伙企业" => format!("{}中心（普通合伙）", trade.firm),
            "有限责任公司分公司" => format!("{}有限公司第一分公司", trade.firm),
            _ if kind == COOPERATIVE => {
                dice.pick(&["种植专业合作社", "养殖专业合作社", "农机服务专业合作社", "果品专业合作社"]).to_owned()
            }
            _ if kind == INDIVIDUAL => trade.shop.to_owned(),
            _ => format!("{}有限公司", trade.firm),
        };
        self.names.unique(dice, |word| format!("{prefix}{word}{ending}"))
    }

    /// Old shops that never changed their licence still have the number of fifteen digits.
    fn code(
        &self,
        dice: &mut Dice,
        slot: Slot,
        number: u32,
        kind: &str,
        established: &str,
    ) -> Result<String, CityError> {
        let division = *self.divisions.get(slot.unit).ok_or(CityError::Exhausted("divisions"))?;
        if kind == INDIVIDUAL && established < "2014-10-01" && dice.chance(90) {
            return Ok(
                RegistrationNumber::compose(division, &format!("6{:07}", spread(number, 10_000_000)))?.to_string()
            );
        }
        let letter = match kind {
            INDIVIDUAL => '2',
            COOPERATIVE => '3',
            _ => '1',
        };
        let body = if established < "2015-10-01" {
            format!("7{:07}", spread(number, 10_000_000))
        } else {
            format!("MA{}", base_31(number))
        };
        Ok(UnifiedCreditCode::compose('9', letter, division, &body)?.to_string())
    }
}

/// Numbers below `modulus` (a power of ten) so that neighbours lie far apart and none comes twice.
fn spread(number: u32, modulus: u64) -> u64 {
    (u64::from(number) * 7_368_787 + 1_234_567) % modulus
}

/// Six symbols, a different six for every number.
fn base_31(number: u32) -> String {
    const SYMBOLS: [char; 31] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'L', 'M',
        'N', 'P', 'Q', 'R', 'T', 'U', 'W', 'X', 'Y',
    ];
    let mut rest = (u64::from(number) * 614_889_782 + 77_777) % 887_503_681;
    let mut text = String::with_capacity(6);
    for _ in 0..6 {
        let index = usize::try_from(rest % 31).unwrap_or(0);
        text.push(SYMBOLS.get(index).copied().unwrap_or('0'));
        rest /= 31;
    }
    text
}

fn stratum_of(class: Class) -> Option<&'static Stratum> {
    match class {
        Class::Member(index) => STRATA.get(index),
        Class::Excluded(..) => None,
    }
}

fn population_of(class: Class) -> Population {
    match class {
        Class::Excluded(population, _) => population,
        Class::Member(index) => STRATA.get(index).map_or(Population::Enterprises, |stratum| stratum.population),
    }
}

fn kind(dice: &mut Dice, class: Class, population: Population, place: &Place) -> &'static str {
    let ordinary = match class {
        Class::Member(_) => stratum_of(class).is_some_and(Stratum::is_rest),
        Class::Excluded(_, exclusion) => exclusion < 2,
    };
    match population {
        Population::Individuals => INDIVIDUAL,
        Population::Enterprises if ordinary && dice.chance(place.cooperatives_per_mille) => COOPERATIVE,
        Population::Enterprises => ENTERPRISE,
    }
}

/// The two exclusions by finer kind, and some rows of the two before them, which are counted there: the order decides.
fn sub_kind(dice: &mut Dice, slot: Slot, kind: &str) -> &'static str {
    if kind == COOPERATIVE {
        return COOPERATIVE;
    }
    if kind == INDIVIDUAL {
        return if dice.chance(120) { "家庭经营" } else { "个人经营" };
    }
    match slot.class {
        Class::Excluded(_, 2) => GROUP_SUB_KINDS[0],
        // The first is a 常驻代表机构, as the scenario's boundary row asks.
        Class::Excluded(_, 3) if slot.within.is_multiple_of(2) => OFFICE_SUB_KINDS[0],
        Class::Excluded(_, 3) => OFFICE_SUB_KINDS[1],
        Class::Excluded(_, exclusion) if exclusion < 2 && dice.chance(6) => {
            dice.pick(&["企业集团", "外国企业常驻代表机构", "办事处"])
        }
        _ => dice.pick(&SUB_KINDS),
    }
}

/// Days of establishment. Boundary rows: the first member of each rest stratum on the last day in scope, the first late
/// row on the day after, the first office in 2010.
fn established(dice: &mut Dice, slot: Slot, sub_kind: &str) -> String {
    let member_on_the_edge = slot.within == 0 && stratum_of(slot.class).is_some_and(Stratum::is_rest);
    if member_on_the_edge {
        return "2020-12-31".to_owned();
    }
    match slot.class {
        Class::Excluded(_, 1) if slot.within == 0 => "2021-01-01".to_owned(),
        Class::Excluded(_, 1) => late_day(dice),
        // Rows out of operation that also came too late are counted as out of operation.
        Class::Excluded(_, 0) if dice.chance(15) => late_day(dice),
        Class::Excluded(_, 3) if slot.within == 0 => "2010-06-18".to_owned(),
        _ if sub_kind == GROUP_SUB_KINDS[0] => day(dice, 1998, 2018),
        _ => {
            // Registers grow: half of what exists is younger than six years.
            let oldest = dice.pick(&[1992, 2000, 2006, 2010, 2013, 2015, 2016, 2017, 2018, 2019]);
            day(dice, oldest, 2020)
        }
    }
}

fn late_day(dice: &mut Dice) -> String {
    let month = dice.below(4) + 1;
    format!("2021-{month:02}-{:02}", dice.below(28) + 1)
}

fn day(dice: &mut Dice, first_year: u32, last_year: u32) -> String {
    let year = first_year + dice.below(last_year + 1 - first_year);
    let month = dice.below(12) + 1;
    format!("{year}-{month:02}-{:02}", dice.below(28) + 1)
}

fn status(dice: &mut Dice, class: Class) -> &'static str {
    match class {
        Class::Excluded(_, 0) => dice.pick(&["注销", "注销", "注销", "注销", "吊销", "吊销", "迁出"]),
        _ => dice.pick(&["存续", "存续", "存续", "存续", "存续", "在营"]),
    }
}

/// Classes of enterprises in the shares of a real city (per 30,323); individuals are mostly not yet classed.
fn risk(dice: &mut Dice, population: Population, status: &str) -> (&'static str, &'static str) {
    let classed = match population {
        Population::Enterprises => status != "注销" && !dice.chance(8),
        Population::Individuals => status != "注销" && dice.chance(30),
    };
    if !classed {
        return ("", "");
    }
    let class = match dice.below(30_323) {
        0..898 => "D",
        898..2_479 => "C",
        2_479..8_137 => "B",
        _ => "A",
    };
    (class, dice.pick(&["2021-04-01", "2021-04-01", "2021-04-01", "2021-03-01"]))
}

/// Lines of business of the special strata, by their first tag.
fn trade(dice: &mut Dice, stratum: Option<&Stratum>, tags: &[&str]) -> Trade {
    let special = |firm, shop, industry| Trade { firm, shop, industry };
    let first = tags.first().copied().unwrap_or_default();
    if stratum.is_none_or(Stratum::is_rest) {
        return dice.pick(&ORDINARY);
    }
    match first {
        "直销" => special("健康用品", "", "F5299"),
        "电子商务平台" => special("电子商务平台", "网络服务部", "I6432"),
        "电动自行车" => special("电动车", "电动车行", "F5238"),
        "棉花加工" => special("棉业", "棉花加工店", "C1711"),
        "宣传出版" => special("文化传媒", "书店", "F5243"),
        "文化教育" => special("教育科技", "培训部", "P8391"),
        "市场交易" => special("农贸市场管理", "集贸市场秤点", "L7223"),
        "检验检测-其它" => special("检验认证服务", "", "M7451"),
        first if first.starts_with("检验检测") => special("检测技术服务", "", "M7452"),
        _ => dice.pick(&ORDINARY),
    }
}

/// Members of a special stratum carry one or two tags of its rule and none of another's, so that the strata are disjoint.
/// Excluded rows may carry any: they leave before tags are looked at.
fn tags(dice: &mut Dice, slot: Slot, stratum: Option<&Stratum>) -> Vec<&'static str> {
    let mut tags = Vec::new();
    let extra_per_mille = match stratum {
        Some(stratum) if !stratum.is_rest() => {
            let own = stratum.rule.tags;
            // The first members go through the tags in turn, so that each occurs even in the small city.
            let index = usize::try_from(slot.within).unwrap_or(0) % own.len().max(1);
            tags.extend(own.get(index));
            let second = dice.pick(own);
            if dice.chance(120) && !tags.contains(&second) {
                tags.push(second);
            }
            250
        }
        Some(_) => 15,
        None => {
            if dice.chance(20) {
                tags.push(dice.pick(&["电动自行车", "棉花加工", "市场交易", "文化教育"]));
            }
            15
        }
    };
    while dice.chance(extra_per_mille) && tags.len() < 5 {
        let extra = match population_of(slot.class) {
            Population::Enterprises => dice.pick(&FIRMS_EXTRA_TAGS),
            Population::Individuals => dice.pick(&SHOPS_EXTRA_TAGS),
        };
        if !tags.contains(&extra) {
            tags.push(extra);
        }
    }
    tags
}

/// Licences that go with tags and trade, as 种类:编号:有效期至; without a last day where there is none.
fn licences(dice: &mut Dice, tags: &[&str], trade: &Trade, unit: &Unit, number: u32) -> Vec<String> {
    let mut licences = Vec::new();
    let until =
        |dice: &mut Dice| format!("202{}-{:02}-{:02}", dice.below(5) + 1, dice.below(5) + 8, dice.below(28) + 1);
    for tag in tags {
        let licence = match *tag {
            "直销" => format!("直销经营许可证:商直字{:04}号:", number % 10_000),
            "自愿性认证" => {
                format!("质量管理体系认证证书:0{:04}Q{number:06}R0M:{}", dice.below(9_000) + 1_000, until(dice))
            }
            "工业产品生产许可证" => {
                format!("工业产品生产许可证:冀XK{:02}-{number:06}:{}", dice.below(20) + 1, until(dice))
            }
            "宣传出版" => format!("出版物经营许可证:新出发冀零字第{number:06}号:{}", until(dice)),
            tag if tag.starts_with("检验检测") => {
                format!("检验检测机构资质认定证书:2103{number:08}:{}", until(dice))
            }
            _ => continue,
        };
        licences.push(licence);
    }
    let sells_food = ["F5212", "F5221", "F5224", "H6210", "H6220", "C1411"].contains(&trade.industry);
    if sells_food && dice.chance(900) {
        let division = unit.coding_division;
        licences.push(format!("食品经营许可证:JY1{division}{number:07}:{}", until(dice)));
    }
    if trade.industry == "F5251" {
        licences.push(format!("药品经营许可证:冀DA{number:07}:{}", until(dice)));
    }
    licences
}

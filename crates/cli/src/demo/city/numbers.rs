//! The golden numbers of the scenario: units, exclusions, strata with their bases and what must be drawn.
//!
//! All sizes are integers; ratios are fractions, for `100 × 0.07` is not 7 in floating point.

use domain::subject::SubjectKind;

/// How large the city is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// The register of a real city: 240,256 records, 438 inspectors.
    Full,
    /// Every count a fiftieth, rounded up, at least one.
    Small,
}

const SMALL_DIVISOR: u32 = 50;
const INSPECTORS_MIN: u32 = 4;

impl Scale {
    /// A count of the scenario at this scale; what is none stays none.
    pub const fn of(self, full: u32) -> u32 {
        match self {
            Self::Full => full,
            Self::Small => full.div_ceil(SMALL_DIVISOR),
        }
    }

    /// Inspectors of a unit at this scale.
    pub const fn inspectors(self, full: u32) -> u32 {
        match self {
            Self::Full => full,
            Self::Small => {
                let count = full.div_ceil(SMALL_DIVISOR);
                if count < INSPECTORS_MIN { INSPECTORS_MIN } else { count }
            }
        }
    }
}

/// The two populations with ratios of their own (R60).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Population {
    /// 企业、农民专业合作社
    Enterprises,
    /// 个体工商户
    Individuals,
}

impl Population {
    /// Its name in the scheme.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Enterprises => "企业和农民专业合作社",
            Self::Individuals => "个体工商户",
        }
    }

    /// The kinds of objects that belong to it.
    pub const fn kinds(self) -> &'static [SubjectKind] {
        match self {
            Self::Enterprises => &[SubjectKind::Enterprise, SubjectKind::Cooperative],
            Self::Individuals => &[SubjectKind::Individual],
        }
    }
}

/// A unit that checks: the city's bureau, a county's, or the branch of a functional zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// Its key as a registrar. Branches of zones have none in GB/T 2260; theirs are the platform's own.
    pub code: &'static str,
    /// Its full name.
    pub name: &'static str,
    /// Its short name.
    pub short: &'static str,
    /// Division whose code begins the codes that it gives out.
    pub coding_division: &'static str,
    /// Objects of stratum E8 that it registered.
    pub others_enterprises: u32,
    /// Objects of stratum G4 that it registered.
    pub others_individuals: u32,
    /// Its inspectors.
    pub inspectors: u32,
}

/// The ten units.
pub const UNITS: [Unit; 10] = [
    unit("130302", "秦皇岛市海港区市场监督管理局", "海港区局", "130302", [18_964, 44_120, 96]),
    unit("130303", "秦皇岛市山海关区市场监督管理局", "山海关区局", "130303", [3_117, 8_034, 34]),
    unit("130304", "秦皇岛市北戴河区市场监督管理局", "北戴河区局", "130304", [2_846, 7_411, 31]),
    unit("130306", "秦皇岛市抚宁区市场监督管理局", "抚宁区局", "130306", [6_021, 14_236, 42]),
    unit("130321", "青龙满族自治县市场监督管理局", "青龙县局", "130321", [4_733, 16_902, 38]),
    unit("130322", "昌黎县市场监督管理局", "昌黎县局", "130322", [8_259, 22_574, 47]),
    unit("130324", "卢龙县市场监督管理局", "卢龙县局", "130324", [4_487, 12_345, 36]),
    unit("1303KF", "秦皇岛市市场监督管理局经济技术开发区分局", "开发区分局", "130300", [9_015, 13_208, 44]),
    unit("1303XQ", "秦皇岛市市场监督管理局北戴河新区分局", "北戴河新区分局", "130300", [1_428, 4_747, 18]),
    unit("130300", "秦皇岛市市场监督管理局", "市局", "130300", [2_413, 0, 52]),
];

const fn unit(
    code: &'static str,
    name: &'static str,
    short: &'static str,
    coding_division: &'static str,
    counts: [u32; 3],
) -> Unit {
    let [others_enterprises, others_individuals, inspectors] = counts;
    Unit { code, name, short, coding_division, others_enterprises, others_individuals, inspectors }
}

/// A fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ratio {
    /// As a scheme writes it.
    pub text: &'static str,
    /// Numerator over 1,000.
    pub per_mille: u32,
}

/// What a stratum's members have in common, as data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Holds at least one of these tags; empty for the rest of the population.
    pub tags: &'static [&'static str],
}

/// One stratum of seed 000, in the order of the scheme (`"membership": "first"`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stratum {
    /// Its code in the scheme.
    pub code: &'static str,
    /// Its name.
    pub label: &'static str,
    /// Its population; its kinds are part of the rule.
    pub population: Population,
    /// Its rule besides the population.
    pub rule: Rule,
    /// Its ratio, rounded up.
    pub ratio: Ratio,
    /// Categories of items that are checked.
    pub items: &'static [&'static str],
    /// Members at full scale.
    pub base_full: u32,
    /// Drawn at full scale, as the scenario states it; [`Stratum::drawn`] computes it.
    pub drawn_full: u32,
}

impl Stratum {
    /// Members at this scale.
    pub const fn base(&self, scale: Scale) -> u32 {
        scale.of(self.base_full)
    }

    /// How many are drawn: ratio times base, rounded up.
    pub const fn drawn(&self, scale: Scale) -> u32 {
        (self.base(scale) * self.ratio.per_mille).div_ceil(1_000)
    }

    /// Whether it takes the rest of its population.
    pub const fn is_rest(&self) -> bool {
        self.rule.tags.is_empty()
    }
}

const REGISTRATION: &str = "登记事项检查";
const DISCLOSURE: &str = "公示信息检查";
const ENTERPRISES: Population = Population::Enterprises;
const INDIVIDUALS: Population = Population::Individuals;

/// The strata.
pub const STRATA: [Stratum; 12] = [
    Stratum {
        code: "E1",
        label: "取得商务部经营许可的直销企业",
        population: ENTERPRISES,
        rule: Rule { tags: &["直销"] },
        ratio: Ratio { text: "0.01", per_mille: 10 },
        items: &[REGISTRATION, DISCLOSURE, "直销行为检查"],
        base_full: 3,
        drawn_full: 1,
    },
    Stratum {
        code: "E2",
        label: "电子商务平台经营者（企业）",
        population: ENTERPRISES,
        rule: Rule { tags: &["电子商务平台"] },
        ratio: Ratio { text: "1", per_mille: 1_000 },
        items: &[REGISTRATION, DISCLOSURE, "电子商务经营行为监督检查"],
        base_full: 7,
        drawn_full: 7,
    },
    Stratum {
        code: "E3",
        label: "电动自行车生产销售、棉花加工销售企业",
        population: ENTERPRISES,
        rule: Rule { tags: &["电动自行车", "棉花加工"] },
        ratio: Ratio { text: "0.3", per_mille: 300 },
        items: &[REGISTRATION, DISCLOSURE, "产品质量监督检查", "工业产品生产许可证产品生产企业检查"],
        base_full: 213,
        drawn_full: 64,
    },
    Stratum {
        code: "E4",
        label: "宣传出版、文化教育、市场交易等计量单位（企业）",
        population: ENTERPRISES,
        rule: Rule { tags: &["宣传出版", "文化教育", "市场交易"] },
        ratio: Ratio { text: "0.1", per_mille: 100 },
        items: &[REGISTRATION, DISCLOSURE, "计量监督检查"],
        base_full: 486,
        drawn_full: 49,
    },
    Stratum {
        code: "E5",
        label: "自愿性认证获证组织（证书有效）",
        population: ENTERPRISES,
        rule: Rule { tags: &["自愿性认证"] },
        ratio: Ratio { text: "0.05", per_mille: 50 },
        items: &[REGISTRATION, DISCLOSURE, "认证活动监督检查"],
        base_full: 1_247,
        drawn_full: 63,
    },
    Stratum {
        code: "E6",
        label: "机动车、生态环境、工程、食品、煤炭等领域检验检测机构",
        population: ENTERPRISES,
        rule: Rule {
            tags: &["检验检测-机动车", "检验检测-生态环境", "检验检测-工程", "检验检测-食品", "检验检测-煤炭"],
        },
        ratio: Ratio { text: "0.3", per_mille: 300 },
        items: &[REGISTRATION, DISCLOSURE, "检验检测机构检查"],
        base_full: 94,
        drawn_full: 29,
    },
    Stratum {
        code: "E7",
        label: "其它领域检验检测机构",
        population: ENTERPRISES,
        rule: Rule { tags: &["检验检测-其它"] },
        ratio: Ratio { text: "0.15", per_mille: 150 },
        items: &[REGISTRATION, DISCLOSURE, "检验检测机构检查"],
        base_full: 41,
        drawn_full: 7,
    },
    Stratum {
        code: "E8",
        label: "其它类型企业、农民专业合作社",
        population: ENTERPRISES,
        rule: Rule { tags: &[] },
        ratio: Ratio { text: "0.03", per_mille: 30 },
        items: &[REGISTRATION, DISCLOSURE],
        base_full: 61_283,
        drawn_full: 1_839,
    },
    Stratum {
        code: "G1",
        label: "电子商务平台经营者（个体工商户）",
        population: INDIVIDUALS,
        rule: Rule { tags: &["电子商务平台"] },
        ratio: Ratio { text: "1", per_mille: 1_000 },
        items: &[REGISTRATION, DISCLOSURE, "电子商务经营行为监督检查"],
        base_full: 2,
        drawn_full: 2,
    },
    Stratum {
        code: "G2",
        label: "电动自行车、棉花加工销售经营者（个体工商户）",
        population: INDIVIDUALS,
        rule: Rule { tags: &["电动自行车", "棉花加工"] },
        ratio: Ratio { text: "0.3", per_mille: 300 },
        items: &[REGISTRATION, DISCLOSURE, "产品质量监督检查"],
        base_full: 1_109,
        drawn_full: 333,
    },
    Stratum {
        code: "G3",
        label: "宣传出版、文化教育、市场交易等计量单位（个体工商户）",
        population: INDIVIDUALS,
        rule: Rule { tags: &["宣传出版", "文化教育", "市场交易"] },
        ratio: Ratio { text: "0.1", per_mille: 100 },
        items: &[REGISTRATION, DISCLOSURE, "计量监督检查"],
        base_full: 2_318,
        drawn_full: 232,
    },
    Stratum {
        code: "G4",
        label: "其它类个体工商户",
        population: INDIVIDUALS,
        rule: Rule { tags: &[] },
        ratio: Ratio { text: "0.005", per_mille: 5 },
        items: &[REGISTRATION, DISCLOSURE],
        base_full: 143_577,
        drawn_full: 718,
    },
];

/// One exclusion, counted for rows that met none before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exclusion {
    /// Its code in the scheme.
    pub code: &'static str,
    /// Its name.
    pub label: &'static str,
    /// Rows of enterprises and cooperatives at full scale.
    pub enterprises_full: u32,
    /// Rows of individuals at full scale.
    pub individuals_full: u32,
}

impl Exclusion {
    /// Rows of a population at this scale.
    pub const fn rows(&self, population: Population, scale: Scale) -> u32 {
        match population {
            Population::Enterprises => scale.of(self.enterprises_full),
            Population::Individuals => scale.of(self.individuals_full),
        }
    }
}

/// Last day of registration that is still in scope (R24, the day included).
pub const REGISTERED_UNTIL: &str = "2020-12-31";
/// States of objects in operation.
pub const STATUSES_IN_OPERATION: [&str; 2] = ["存续", "在营"];
/// Finer kinds that the third exclusion takes out.
pub const GROUP_SUB_KINDS: [&str; 1] = ["企业集团"];
/// Finer kinds that the fourth exclusion takes out.
pub const OFFICE_SUB_KINDS: [&str; 2] = ["外国企业常驻代表机构", "办事处"];

/// The exclusions, in the order of the scheme.
pub const EXCLUSIONS: [Exclusion; 4] = [
    Exclusion { code: "status", label: "非存续、在营状态", enterprises_full: 4_311, individuals_full: 12_630 },
    Exclusion {
        code: "registered-late",
        label: "2020年12月31日之后登记",
        enterprises_full: 2_907,
        individuals_full: 9_884,
    },
    Exclusion { code: "group", label: "企业集团", enterprises_full: 118, individuals_full: 0 },
    Exclusion {
        code: "office", label: "外国企业常驻代表机构、办事处", enterprises_full: 26, individuals_full: 0
    },
];

/// Raw records of a population at this scale.
pub fn raw(population: Population, scale: Scale) -> u32 {
    let excluded = EXCLUSIONS.iter().map(|exclusion| exclusion.rows(population, scale)).sum::<u32>();
    let strata = STRATA.iter().filter(|stratum| stratum.population == population);
    excluded + strata.map(|stratum| stratum.base(scale)).sum::<u32>()
}

/// Shares `total` out over the units in proportion to `weights`: floors first, then the largest remainders, ties to the
/// unit listed first.
pub fn share_out(total: u32, weights: &[u32; 10]) -> [u32; 10] {
    let sum = u64::from(weights.iter().sum::<u32>().max(1));
    let mut shares = [0_u32; 10];
    let mut remainders = Vec::new();
    for (index, (share, weight)) in shares.iter_mut().zip(weights).enumerate() {
        let product = u64::from(total) * u64::from(*weight);
        *share = u32::try_from(product / sum).unwrap_or(u32::MAX);
        remainders.push((std::cmp::Reverse(product % sum), index));
    }
    remainders.sort_unstable();
    let missing = total - shares.iter().sum::<u32>();
    for (_, index) in remainders.iter().take(usize::try_from(missing).unwrap_or(0)) {
        if let Some(share) = shares.get_mut(*index) {
            *share += 1;
        }
    }
    shares
}

/// Weights of the units for a population: its ordinary objects.
pub fn unit_weights(population: Population) -> [u32; 10] {
    UNITS.map(|unit| match population {
        Population::Enterprises => unit.others_enterprises,
        Population::Individuals => unit.others_individuals,
    })
}

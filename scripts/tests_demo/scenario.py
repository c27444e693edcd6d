"""The golden scenario, restated from its sources: the announcement of 6 May 2021 (seed 000) and the register of domain.md §6.

§6.1 gives the exclusions, §6.2 the strata with bases and ratios, §6.5 the units and inspectors. Ratios are fractions: the float
100 × 0.07 is not 7.
"""

import json
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil

ENTERPRISES, INDIVIDUALS = "E", "G"
REGISTERED_UNTIL = "2020-12-31"
ROLL_DAY = date(2021, 5, 8)
FORMS_MAX = 200
INSPECTORS_MIN_SMALL = 4  # Two for each visit and somebody to choose from.


@dataclass(frozen=True)
class Scale:
    """How large a city is. In the small one every count is a fiftieth, rounded up; what is none stays none."""

    name: str
    divisor: int
    inspectors_min: int

    def of(self, count):
        return ceil(Fraction(count, self.divisor))

    def inspectors(self, count):
        return max(self.of(count), self.inspectors_min)


FULL = Scale("full", 1, 0)
SMALL = Scale("small", 50, INSPECTORS_MIN_SMALL)


@dataclass(frozen=True)
class Stratum:
    """One line of §6.2. Without tags it takes the rest of its population. `categories` are what its members are checked for."""

    code: str
    tags: frozenset
    base: int
    ratio: Fraction
    drawn: int
    categories: frozenset

    @property
    def population(self):
        return self.code[0]

    def draws(self, base):
        """Not less than the ratio: rounded up."""
        return ceil(self.ratio * base)


def _stratum(code, tags, base, ratio, drawn, categories):
    every = {"登记事项检查", "公示信息检查"}
    return Stratum(code, frozenset(tags.split()), base, Fraction(ratio) / 100, drawn, frozenset(every | set(categories.split())))


METERS = "宣传出版 文化教育 市场交易"
BICYCLES = "电动自行车 棉花加工"
TESTING = "检验检测-机动车 检验检测-生态环境 检验检测-工程 检验检测-食品 检验检测-煤炭"
STRATA = [
    _stratum("E1", "直销", 3, "1", 1, "直销行为检查"),
    _stratum("E2", "电子商务平台", 7, "100", 7, "电子商务经营行为监督检查"),
    _stratum("E3", BICYCLES, 213, "30", 64, "产品质量监督检查 工业产品生产许可证产品生产企业检查"),
    _stratum("E4", METERS, 486, "10", 49, "计量监督检查"),
    _stratum("E5", "自愿性认证", 1_247, "5", 63, "认证活动监督检查"),
    _stratum("E6", TESTING, 94, "30", 29, "检验检测机构检查"),
    _stratum("E7", "检验检测-其它", 41, "15", 7, "检验检测机构检查"),
    _stratum("E8", "", 61_283, "3", 1_839, ""),
    _stratum("G1", "电子商务平台", 2, "100", 2, "电子商务经营行为监督检查"),
    _stratum("G2", BICYCLES, 1_109, "30", 333, "产品质量监督检查"),
    _stratum("G3", METERS, 2_318, "10", 232, "计量监督检查"),
    _stratum("G4", "", 143_577, "0.5", 718, ""),
]
DRAWN_FULL = 3_344
ELIGIBLE_FULL = 210_380
RAW_FULL = {ENTERPRISES: 70_736, INDIVIDUALS: 169_520}
# Rows that leave, in the order of the filter: a row counts under the first that it meets.
EXCLUDED = {
    ENTERPRISES: {"status": 4_311, "registered-late": 2_907, "group": 118, "office": 26},
    INDIVIDUALS: {"status": 12_630, "registered-late": 9_884, "group": 0, "office": 0},
}
# Items that an object is checked for because it carries a tag, whatever its stratum.
TAG_CATEGORIES = {
    "拍卖": "拍卖等重要领域市场规范管理检查",
    "广告": "广告行为检查",
    "企业标准": "企业标准自我声明监督检查",
    "专利": "专利真实性监督检查",
    "商标使用": "商标使用行为的检查",
    "商标代理": "商标代理行为的检查",
    "工业产品生产许可证": "工业产品生产许可证产品生产企业检查",
}
# Unit, the division that begins its codes, its inspectors.
UNITS = {
    "130302": ("130302", 96), "130303": ("130303", 34), "130304": ("130304", 31), "130306": ("130306", 42),
    "130321": ("130321", 38), "130322": ("130322", 47), "130324": ("130324", 36), "1303KF": ("130300", 44),
    "1303XQ": ("130300", 18), "130300": ("130300", 52),
}

KINDS = {"enterprise": "企业", "cooperative": "农民专业合作社", "individual": "个体工商户"}
STATES = {"existing": "存续", "operating": "在营", "deregistered": "注销", "revoked": "吊销", "moved_out": "迁出"}


@dataclass(frozen=True)
class Subject:
    """One row of the object directory, in the words of the register."""

    code: str
    name: str
    kind: str
    sub_kind: str
    unit: str
    division: str
    registered_on: str
    state: str
    industry: str
    address: str
    person: str
    tags: frozenset
    licences: tuple
    risk: str
    risk_on: str

    @property
    def population(self):
        return INDIVIDUALS if self.kind == "个体工商户" else ENTERPRISES

    def excluded(self):
        """The code of the first exclusion that it meets, or None."""
        if self.state not in ("存续", "在营"):
            return "status"
        if self.registered_on > REGISTERED_UNTIL:
            return "registered-late"
        if self.sub_kind == "企业集团":
            return "group"
        if self.sub_kind in ("外国企业常驻代表机构", "办事处"):
            return "office"
        return None

    def stratum(self):
        """The first stratum that it belongs to, None if it is excluded."""
        if self.excluded():
            return None
        of_population = (s for s in STRATA if s.population == self.population)
        return next(s for s in of_population if not s.tags or s.tags & self.tags)

    def categories(self, applicable):
        """What it is checked for if it is drawn: its stratum's items, and those of its tags that the list has for its kind; the
        rest of a population is checked for its stratum's items only (R59).

        `applicable` holds the pairs of category and kind of the item list.
        """
        if not self.stratum().tags:
            return self.stratum().categories
        of_tags = {TAG_CATEGORIES[tag] for tag in self.tags if tag in TAG_CATEGORIES}
        return self.stratum().categories | {category for category in of_tags if (category, self.kind) in applicable}


SUBJECTS = """
    SELECT s.code, s.name, s.kind, s.sub_kind, a.code, s.division, s.registered_on, s.status, s.industry, s.address,
        s.legal_person, s.tags, s.licences, r.class, r.assessed_on
    FROM subject s JOIN agency a ON a.id = s.agency_id LEFT JOIN subject_risk r ON r.subject_id = s.id AND r.scale = 'credit'
"""


def subjects(tables):
    """The whole object directory; an object with two risk classes would come twice and fail the counts."""
    return [Subject(code, name, KINDS[kind], sub_kind, unit, division, registered_on, STATES[state], industry, address, person,
                    frozenset(filter(None, tags.split(","))), licences_of(licences), risk or "", risk_on or "")
            for (code, name, kind, sub_kind, unit, division, registered_on, state, industry, address, person, tags, licences,
                 risk, risk_on) in tables.rows(SUBJECTS)]


def licences_of(text):
    """Kind, number and last day of each licence, in order."""
    return tuple((licence["kind"], licence["number"], licence["valid_to"] or "") for licence in json.loads(text))

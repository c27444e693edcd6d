//! The scheme of seed 000 as a clerk would write it, and a smaller one of today.

use domain::scheme::{
    Condition, ConditionTest, ExclusionRule, SchemeColumn, SchemeDraft, SizeRounding, StratumMembership, StratumRule,
    StratumSize,
};
use text::Label as _;

use super::city::{
    EXCLUSIONS, GROUP_SUB_KINDS, OFFICE_SUB_KINDS, Population, REGISTERED_UNTIL, STATUSES_IN_OPERATION, STRATA, Stratum,
};

/// Title of seed 000's task.
pub const TITLE: &str = "秦皇岛市市场监管系统2021年内部联合“双随机、一公开”抽查";
/// Title of the task that is left for the newcomer.
pub const CURRENT_TITLE: &str = "检验检测机构和电子商务平台经营者专项抽查";

/// The scheme of seed 000: four exclusions, twelve strata, ceil, membership `first`, no split.
#[must_use]
pub fn seed_000() -> SchemeDraft {
    let mut draft = SchemeDraft::empty(TITLE);
    draft.basis = "全市市场监管系统2021年“双随机、一公开”监管工作实施方案（秦市监函〔2021〕27号）".to_owned();
    draft.membership = StratumMembership::First;
    draft.exclusions = exclusions();
    draft.strata = STRATA.iter().map(stratum).collect();
    draft.window_from = domain::time::parse_day("2021-05-08");
    draft.window_to = domain::time::parse_day("2021-07-31");
    draft.contact = "市局信用监管科 0335-0000000".to_owned();
    draft.notes =
        "各县区局在名单派发后5日内完成执法检查人员的随机匹配；自检查结束之日起20个工作日内完成录入、审核并公示。"
            .to_owned();
    draft
}

/// A scheme of this year with three strata, for the second task.
#[must_use]
pub fn current(year: i32) -> SchemeDraft {
    let mut draft = SchemeDraft::empty(format!("{year}年{CURRENT_TITLE}"));
    draft.basis = "年度抽查工作计划".to_owned();
    draft.exclusions = exclusions().into_iter().filter(|rule| rule.code == "status").collect();
    let wanted = ["E2", "E6", "E7", "G1"];
    draft.strata = STRATA.iter().filter(|s| wanted.contains(&s.code)).map(stratum).collect();
    draft.window_from = domain::time::parse_day(&format!("{year}-11-01"));
    draft.window_to = domain::time::parse_day(&format!("{year}-12-31"));
    draft.contact = "市局信用监管科 0335-0000000".to_owned();
    draft
}

fn exclusions() -> Vec<ExclusionRule> {
    let condition = |code: &str| match code {
        "status" => Condition::new(SchemeColumn::Status, ConditionTest::NotIn, STATUSES_IN_OPERATION),
        "group" => Condition::new(SchemeColumn::SubKind, ConditionTest::In, GROUP_SUB_KINDS),
        "office" => Condition::new(SchemeColumn::SubKind, ConditionTest::In, OFFICE_SUB_KINDS),
        _ => Condition::new(SchemeColumn::Registered, ConditionTest::After, [REGISTERED_UNTIL]),
    };
    let rule = |code: &str, label: &str| ExclusionRule {
        code: code.to_owned(),
        label: label.to_owned(),
        conditions: vec![condition(code)],
    };
    EXCLUSIONS.iter().map(|e| rule(e.code, e.label)).collect()
}

fn stratum(of: &Stratum) -> StratumRule {
    let mut conditions = vec![population(of.population)];
    if !of.is_rest() {
        conditions.push(Condition::new(SchemeColumn::Tags, ConditionTest::Has, of.rule.tags.iter().copied()));
    }
    StratumRule {
        code: of.code.to_owned(),
        label: of.label.to_owned(),
        population: of.population.label().to_owned(),
        items: of.items.iter().map(|item| (*item).to_owned()).collect(),
        // Seed 000 has the rest of a population checked for 登记 and 公示 only (R59).
        tagged: !of.is_rest(),
        conditions,
        size: StratumSize::Ratio { ratio: of.ratio.text.to_owned(), rounding: SizeRounding::Ceil, at_least: None },
        split: None,
        otherwise: false,
    }
}

fn population(of: Population) -> Condition {
    Condition::new(SchemeColumn::Kind, ConditionTest::In, of.kinds().iter().map(|kind| kind.label()))
}

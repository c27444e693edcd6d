//! Words of dispatch, receipt, matching and forms that are not labels: titles of jobs, deadlines, why a visit cannot have
//! two lawful inspectors.

use chrono::NaiveDate;
use domain::subject::SubjectKind;

use crate::Label as _;

/// Title of a dispatch in the list of jobs.
#[must_use]
pub fn dispatch_title(number: &str, title: &str) -> String {
    format!("派发抽查任务 {number} {title}")
}

/// Title of a matching in the list of jobs.
#[must_use]
pub fn match_title(number: &str, unit: &str) -> String {
    format!("随机匹配检查人员 {number} {unit}")
}

/// Title of a batch of forms in the list of jobs.
#[must_use]
pub fn forms_title(form: &str, number: &str, unit: &str) -> String {
    format!("批量生成{form} {number} {unit}")
}

/// What a deadline of a share is for.
#[must_use]
pub fn deadline(kind: &str) -> &'static str {
    match kind {
        "receipt" => "签收",
        "matching" => "匹配检查人员",
        _ => "办理",
    }
}

/// When a deadline was met.
#[must_use]
pub fn met_on(day: NaiveDate, late: bool) -> String {
    let day = crate::day(day);
    if late { format!("{day} 逾期完成") } else { format!("{day} 按期完成") }
}

/// The reason of a matching that failed.
#[must_use]
pub fn missing(names: &[String]) -> String {
    format!("{}未在揭示截止前揭示", names.join("、"))
}

/// A sentence for the second person of a matching; none where the page's own words are enough.
#[must_use]
pub fn witness_message(state: &str) -> Option<&'static str> {
    match state {
        "committed" => Some("您的承诺已登记。待经办人公布承诺文件后，请在本页揭示。"),
        "reveal" => Some("承诺文件已公布，平台已先行揭示。请核对后揭示您的随机数。"),
        "revealed" => Some("您已揭示，系统正在匹配检查人员。"),
        "drawn" => Some("匹配已完成，可在匹配页面查看各户检查人员。"),
        "absent" => Some("揭示已截止。本次匹配将由分管领导宣布未成，并另行发起。"),
        "failed" => Some("本次匹配未成，原因已记录在案。"),
        _ => None,
    }
}

/// The first rule that leaves a visit with fewer than two lawful inspectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortfall<'a> {
    /// The unit has fewer than two inspectors.
    Unit,
    /// Too few valid certificates on the day.
    Certificate,
    /// Too many on leave.
    Leave,
    /// Too many recused.
    Recusal,
    /// Nobody eligible holds these qualifications.
    Qualification(&'a [String]),
    /// No two people hold all of them together.
    Team,
}

/// The counts behind a shortfall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Inspectors of the unit.
    pub unit: usize,
    /// Without a valid certificate on the day.
    pub certificate: usize,
    /// Of the rest, on leave.
    pub leave: usize,
    /// Of the rest, recused.
    pub recused: usize,
    /// What remains.
    pub eligible: usize,
}

/// Why a visit cannot be matched, and what to do about it.
#[must_use]
pub fn shortage(rule: Shortfall<'_>, counts: Counts) -> (String, String) {
    let Counts { unit, certificate, leave, recused, eligible } = counts;
    let what = match rule {
        Shortfall::Unit => format!("本单位在册执法检查人员只有 {unit} 人，不足 2 人"),
        Shortfall::Certificate => format!("{unit} 人中有 {certificate} 人执法证在检查日无效，可派人员不足 2 人"),
        Shortfall::Leave => format!("{unit} 人中有 {leave} 人当日请假，可派人员不足 2 人"),
        Shortfall::Recusal => format!("{unit} 人中有 {recused} 人须回避该对象，可派人员不足 2 人"),
        Shortfall::Qualification(codes) => format!("可派的 {eligible} 人均不具备所需资质：{}", codes.join("、")),
        Shortfall::Team => format!("可派的 {eligible} 人中没有两人合起来具备全部所需资质"),
    };
    let next = match rule {
        Shortfall::Unit => "请名录管理员补录本单位执法检查人员，或将本份派发退回并说明原因。",
        Shortfall::Certificate => "请更新执法证有效期，或把该户计划检查日调整到证件有效的日期。",
        Shortfall::Leave => "请调整该户计划检查日。",
        Shortfall::Recusal => "请将该户情况报下达单位，另行指定检查单位。",
        Shortfall::Qualification(_) | Shortfall::Team => "请补录检查人员资质，或报下达单位另行指定检查单位。",
    };
    (what, next.to_owned())
}

/// What a class of a drawn task lacks: words that name nothing, or objects to whom no item applies.
#[must_use]
pub fn lacking(words: &[&str], without: &[(SubjectKind, u64)]) -> String {
    if words.is_empty() {
        return "不缺".to_owned();
    }
    if without.is_empty() {
        return format!("“{}”不在清单内", words.join("”“"));
    }
    let kinds: Vec<_> = without.iter().map(|(kind, n)| format!("{n}户{}", kind.label())).collect();
    format!("抽中的{}没有适用的事项", kinds.join("、"))
}

/// Objects of a drawn task without an applicable item: 电子商务平台经营者、其它类型企业：4户企业没有适用的事项.
#[must_use]
pub fn without_items(classes: &[String], kind: SubjectKind, objects: u64) -> String {
    format!("{}：{objects}户{}没有适用的事项", classes.join("、"), kind.label())
}

/// A word that names nothing: “其它类型企业”的“随便写的一项”不在清单内.
#[must_use]
pub fn unknown_word(class: &str, entry: &str) -> String {
    format!("“{class}”的“{entry}”不在清单内")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_shortage_names_its_rule_and_the_way_out() {
        let counts = Counts { unit: 5, certificate: 4, leave: 0, recused: 0, eligible: 1 };
        let (what, next) = shortage(Shortfall::Certificate, counts);
        assert!(what.contains('4') && what.contains("执法证"), "{what}");
        assert!(next.contains("计划检查日"), "{next}");
        let codes = ["special_equipment".to_owned()];
        assert!(shortage(Shortfall::Qualification(&codes), counts).0.contains("special_equipment"));
    }

    #[test]
    fn met_deadlines_say_whether_they_were_late() {
        let day = "2021-05-13".parse().unwrap();
        assert_eq!(met_on(day, false), "2021-05-13 按期完成");
        assert_eq!(met_on(day, true), "2021-05-13 逾期完成");
    }
}

//! Words of the task page's spine: who owes a step, and what it waits for.

use chrono::NaiveDate;
use domain::time::Instant;

use crate::date;

/// Who owes a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The organiser's clerk.
    Clerk,
    /// The organiser's leader.
    Leader,
    /// The units that check.
    Units,
}

/// Who owes a step, in words.
#[must_use]
pub fn owner(organiser: &str, owner: Owner) -> String {
    match owner {
        Owner::Clerk => format!("{organiser}经办人"),
        Owner::Leader => format!("{organiser}分管领导"),
        Owner::Units => "各承办单位".to_owned(),
    }
}

/// Until when parties reveal.
#[must_use]
pub fn reveal_until(at: Instant) -> String {
    format!("{}前揭示", date::moment(at))
}

/// The days of the checks.
#[must_use]
pub fn window(from: NaiveDate, to: NaiveDate) -> String {
    format!("检查时间{}至{}", date::day(from), date::day(to))
}

/// The days of the checks are over.
#[must_use]
pub fn window_over(to: NaiveDate) -> String {
    format!("检查期已于{}结束", date::day(to))
}

/// What a step waits for.
pub mod waits {
    /// The task's approval.
    #[must_use]
    pub const fn approval() -> &'static str {
        "等待分管领导批准任务"
    }
    /// The roll.
    #[must_use]
    pub const fn freeze() -> &'static str {
        "等待冻结底册"
    }
    /// The job that freezes.
    #[must_use]
    pub const fn freezing() -> &'static str {
        "正在冻结底册"
    }
    /// The request to seal.
    #[must_use]
    pub const fn seal_request() -> &'static str {
        "底册已冻结，等待核对后申请封存"
    }
    /// The second person.
    #[must_use]
    pub const fn seal_approval() -> &'static str {
        "等待另一人批准封存"
    }
    /// A new attempt after a failed one.
    #[must_use]
    pub const fn new_attempt() -> &'static str {
        "本次摇号未成，等待写明理由后重新封存"
    }
    /// Witnesses.
    #[must_use]
    pub const fn witnesses() -> &'static str {
        "等待邀请见证人"
    }
    /// The commitments of these parties.
    #[must_use]
    pub fn commitments(names: &[String]) -> String {
        format!("等待{}提交承诺", names.join("、"))
    }
    /// The publication of the commitment document.
    #[must_use]
    pub const fn publication() -> &'static str {
        "各方承诺已齐，等待公布"
    }
    /// The reveals of these parties.
    #[must_use]
    pub fn reveals(names: &[String]) -> String {
        format!("等待{}揭示", names.join("、"))
    }
    /// The draw.
    #[must_use]
    pub const fn draw() -> &'static str {
        "各方已揭示，等待摇号完成"
    }
    /// The dispatch.
    #[must_use]
    pub const fn dispatch() -> &'static str {
        "等待按登记机关派发"
    }
    /// Receipts.
    #[must_use]
    pub fn receipts(open: i64) -> String {
        format!("还有{open}个单位未签收")
    }
    /// Matchings.
    #[must_use]
    pub fn matching(open: i64) -> String {
        format!("还有{open}个单位未匹配检查人员")
    }
    /// The visits.
    #[must_use]
    pub const fn inspection() -> &'static str {
        "检查人员均已匹配，等待按计划检查日入户检查"
    }
}

/// What a step is called.
#[must_use]
pub fn step(name: &str) -> &'static str {
    match name {
        "Write" => "制定",
        "Seal" => "封存底册",
        "Commit" => "承诺",
        "Draw" => "摇号",
        "Dispatch" => "派发",
        "Match" => "匹配",
        "Inspect" => "检查",
        "Enter" => "录入",
        "Review" => "审核",
        "Disclose" => "公示",
        "FollowUp" => "后续",
        _ => "归档",
    }
}

/// What a scheme is called as the task that follows it: a notice says that somebody 组织开展 an inspection, not a paper.
#[must_use]
pub fn name_of(scheme: &str) -> &str {
    let papers = ["工作实施方案", "实施方案", "工作方案", "方案"];
    let name = papers.iter().find_map(|paper| scheme.strip_suffix(paper)).unwrap_or(scheme);
    if name.is_empty() { scheme } else { name }
}

/// A decision in the history of a scheme or task.
#[must_use]
pub fn decision(step: &str, decision: &str) -> &'static str {
    match (step, decision) {
        ("submit", _) => "提交审批",
        ("edit", _) => "参与修改",
        ("approve", "returned") => "退回修改",
        ("approve", _) => "批准",
        ("create", _) => "建立任务，申请批准",
        ("seal", _) => "申请封存",
        ("seal_approve", "returned") => "退回封存申请",
        ("seal_approve", _) => "批准封存",
        ("void", _) => "作废",
        _ => "办理",
    }
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn a_task_is_called_after_its_scheme_and_not_a_scheme() {
        for (scheme, task) in [
            (
                "2020年度生产企业经营行为“双随机、一公开”抽查工作实施方案",
                "2020年度生产企业经营行为“双随机、一公开”抽查",
            ),
            ("2021年度企业公示信息定向抽查工作方案", "2021年度企业公示信息定向抽查"),
            ("年报公示信息抽查", "年报公示信息抽查"),
            ("方案", "方案"),
        ] {
            assert_eq!(name_of(scheme), task);
        }
    }
}

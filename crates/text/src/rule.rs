//! Names, help, legal basis and values of the rules, as the administrator reads them.

use domain::rulebook::{Rule, RuleValue};

use crate::{Label, date};

impl Label for Rule {
    fn label(self) -> &'static str {
        match self {
            Self::ReceiptSpan => "签收期限",
            Self::MatchingSpan => "人员匹配期限",
            Self::EntrySpan => "结果录入期限",
            Self::DisclosureSpan => "结果公示期限",
            Self::YearlyLimit => "同一对象年度抽查次数上限",
            Self::YearlyLimitCounts => "年度次数的计算口径",
            Self::InspectorsPerVisit => "每户检查人员数",
            Self::DispatchKey => "派发依据",
            Self::ReplacementApprover => "更换检查人员的审批人",
            Self::SecretInRate => "不予公示的结果计入公示率",
            Self::LateEntryCompletes => "逾期录入视为完成任务",
            Self::InternalColumns => "方案可以用内部列",
            Self::Term => "主体称谓",
        }
    }
}

/// From which day the rule counts, or what it decides.
pub fn rule_help(rule: Rule) -> &'static str {
    match rule {
        Rule::ReceiptSpan => "自派发次日起算，逾期未签收的在待办中提醒。",
        Rule::MatchingSpan => "自派发次日起算；以“日”计的期限，到期日可以是周末。",
        Rule::EntrySpan => "自检查结束次日起算。",
        Rule::DisclosureSpan => "自检查结束次日起算，录入、审核、公示均应在此期限内完成。",
        Rule::YearlyLimit => "重点检查事项、投诉举报、转办交办、立案查处不受此限，但须注明例外理由。",
        Rule::YearlyLimitCounts => "多项任务合并为一次入户检查时，两种口径的结果不同。",
        Rule::InspectorsPerVisit => "不得少于两人；专家和辅助人员不计入。",
        Rule::DispatchKey => "登记机关与所在地不一致的对象，按此决定派发给哪个单位。",
        Rule::ReplacementApprover => "匹配后原则上不更换检查人员，确需更换的由其批准。",
        Rule::SecretInRate => "已作情况说明、依法不予公示的结果，是否计入公示率的分母。",
        Rule::LateEntryCompletes => "关闭时，逾期录入的结果不计入任务完成数。",
        Rule::InternalColumns => {
            "内部列如信用风险等级。用了它，公开的证明包就不含底册，公布的名单还会让人看出被抽中户的取值。设为“否”，这样的方案不能提交，也不能封存。"
        }
        Rule::Term => "页面和公告对登记主体的称呼。",
    }
}

/// Where the rule comes from.
pub fn rule_basis(rule: Rule) -> &'static str {
    match rule {
        Rule::ReceiptSpan => "青岛市市场监管局局函〔2020〕277号：收到方案后5个工作日内登录平台获取名单",
        Rule::MatchingSpan => {
            "秦皇岛市市场监管局2021年内部联合抽查方案：派发后5日内匹配；局函〔2020〕277号：5个工作日内"
        }
        Rule::EntrySpan => "西宁市城东区部门联合抽查实施细则第十六条：检查结束后7个工作日内录入",
        Rule::DisclosureSpan => "国发〔2019〕5号；西宁市城东区部门联合抽查实施细则第十六条：20个工作日内公示",
        Rule::YearlyLimit | Rule::YearlyLimitCounts => {
            "西宁市城东区部门联合抽查实施细则第十四条：同一对象一年内原则上不超过2次"
        }
        Rule::InspectorsPerVisit => "行政处罚法第四十二条；食品生产经营监督检查管理办法：检查人员不少于2人",
        Rule::DispatchKey => {
            "秦皇岛市市场监管局2021年内部联合抽查方案：按照登记机关派发；城东区实施细则第十四条：按计划方案派发"
        }
        Rule::ReplacementApprover => {
            "局函〔2020〕277号：经单位分管领导同意；城东区实施细则第十四条：经部门相关负责人同意"
        }
        Rule::SecretInRate => "贵阳市市场监管局2021年度抽查实施方案：涉密或不宜公示的书面说明并备案",
        Rule::LateEntryCompletes => "西宁市城东区部门联合抽查实施细则第十六条：逾期录入视为未完成检查任务",
        Rule::InternalColumns => "国市监信发〔2022〕6号：企业信用风险分类结果用于配置监管资源，不是对企业的信用评价",
        Rule::Term => "2023年前后官方文件由“市场主体”改称“经营主体”",
    }
}

/// A value in words.
pub fn rule_value(value: RuleValue) -> String {
    match value {
        RuleValue::Span(span) => date::span(span),
        RuleValue::Count(count) => count.to_string(),
        RuleValue::Flag(true) => "是".to_owned(),
        RuleValue::Flag(false) => "否".to_owned(),
        RuleValue::Term(term) => term.label().to_owned(),
        RuleValue::DispatchKey(key) => key.label().to_owned(),
        RuleValue::LimitCounts(counts) => counts.label().to_owned(),
        RuleValue::ReplacementApprover(approver) => approver.label().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_people_write_them() {
        let check = |rule: Rule, expect: &str| assert_eq!(rule_value(rule.default_value()), expect);
        check(Rule::MatchingSpan, "5 日");
        check(Rule::DisclosureSpan, "20 个工作日");
        check(Rule::YearlyLimit, "2");
        check(Rule::SecretInRate, "否");
        check(Rule::DispatchKey, "按登记机关");
        for rule in Rule::ALL {
            assert!(!rule_help(*rule).is_empty() && !rule_basis(*rule).is_empty());
        }
    }
}

//! Names, help, legal basis and values of the rules, as the administrator reads them.

use domain::rulebook::{Rule, RuleValue};

use crate::{Label, date};

impl Label for Rule {
    fn label(self) -> &'static str {
        match self {
            Self::ReceiptSpan => "签收期限",
            Self::MatchingSpan => "人员匹配期限",
            Self::MatchingFrom => "人员匹配期限的起算",
            Self::VisitsPerDay => "每人每日检查户数上限",
            Self::InternalColumns => "方案可以用内部列",
            Self::Term => "主体称谓",
        }
    }
}

/// From which day the rule counts, or what it decides.
pub fn rule_help(rule: Rule) -> &'static str {
    match rule {
        Rule::ReceiptSpan => "自派发次日起算，不晚于匹配期限；逾期未签收的在待办中提醒。",
        Rule::MatchingSpan => "起算见“人员匹配期限的起算”；以“日”计的期限，到期日可以是周末。",
        Rule::MatchingFrom => "自派发或签收的次日起算；自签收起算的，签收前按签收期限的最后一日暂计。",
        Rule::VisitsPerDay => "每户由两人检查。派发时据此和当日可派人数排定各户计划检查日，匹配后改期也按此核对。",
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
        Rule::MatchingFrom => "秦皇岛市市场监管局2021年内部联合抽查方案：自派发起算；局函〔2020〕277号：自获取名单起算",
        Rule::VisitsPerDay => "各单位自定，尚无统一规定；平台默认每人每日不超过4户",
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
        RuleValue::StartEvent(event) => format!("自{}次日", event.label()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_people_write_them() {
        let check = |rule: Rule, expect: &str| assert_eq!(rule_value(rule.default_value()), expect);
        check(Rule::MatchingSpan, "5 日");
        check(Rule::ReceiptSpan, "5 个工作日");
        check(Rule::VisitsPerDay, "4");
        check(Rule::MatchingFrom, "自派发次日");
        for rule in Rule::ALL {
            assert!(!rule_help(*rule).is_empty() && !rule_basis(*rule).is_empty());
        }
    }
}

//! A scheme in sentences: what an exclusion removes, whom a stratum holds, how many are drawn. The same words stand in the
//! editor, before the seal and on the public page.

use chrono::NaiveDate;
use domain::scheme::{
    BadScheme, Condition, ConditionTest, ExclusionRule, Finding, SchemeColumn, SchemeDraft, SchemeProblem, SplitRule,
    StratumRule, StratumSize, is_ratio, percent_of_ratio,
};

use crate::{Explain, Label, Message, date, thousands};

/// What is added to the title of a copy.
pub const COPY_SUFFIX: &str = "（副本）";

/// Values of one condition that are written out; more are counted.
const VALUES_SHOWN: usize = 6;

/// One condition: 主体类型是企业或农民专业合作社.
#[must_use]
pub fn condition(condition: &Condition) -> String {
    let column = condition.column.label();
    let day = |condition: &Condition| condition.values.first().cloned().unwrap_or_default();
    match condition.test {
        ConditionTest::In => format!("{column}为{}", values(&condition.values)),
        ConditionTest::NotIn => format!("{column}不是{}", values(&condition.values)),
        ConditionTest::Prefix => format!("{column}以{}开头", values(&condition.values)),
        ConditionTest::Has if condition.column == SchemeColumn::Licences => {
            format!("持有有效的{}", values(&condition.values))
        }
        ConditionTest::HasNone if condition.column == SchemeColumn::Licences => {
            format!("没有有效的{}", values(&condition.values))
        }
        ConditionTest::Empty if condition.column == SchemeColumn::Licences => "没有任何有效的许可证".to_owned(),
        ConditionTest::Filled if condition.column == SchemeColumn::Licences => "持有任一有效的许可证".to_owned(),
        ConditionTest::Has => format!("带有{}标签", values(&condition.values)),
        ConditionTest::HasNone => format!("不带{}标签", values(&condition.values)),
        ConditionTest::UpTo => format!("{}（含当日）及以前{}", day(condition), registered(condition.column)),
        ConditionTest::After => format!("{}以后{}", day(condition), registered(condition.column)),
        ConditionTest::Empty => format!("{column}未填写"),
        ConditionTest::Filled => format!("{column}已填写"),
    }
}

const fn registered(column: SchemeColumn) -> &'static str {
    if matches!(column, SchemeColumn::Registered) { "成立" } else { "" }
}

fn values(values: &[String]) -> String {
    let shown: Vec<_> = values.iter().take(VALUES_SHOWN).map(|value| format!("“{value}”")).collect();
    let joined = shown.join("或");
    if values.len() > VALUES_SHOWN { format!("{joined}等{}项之一", values.len()) } else { joined }
}

/// All conditions of a rule, joined by "and".
#[must_use]
pub fn conditions(all: &[Condition]) -> String {
    if all.is_empty() {
        return "尚未设置条件".to_owned();
    }
    all.iter().map(condition).collect::<Vec<_>>().join("，且")
}

/// Ends a number of which nobody has said yet whether it is a share or a count.
pub const ASKED: char = '?';

/// How many are drawn: 抽取3%，向上取整，不少于1户.
#[must_use]
pub fn size(size: &StratumSize) -> String {
    match size {
        StratumSize::Ratio { ratio, .. } if ratio == "1" => "全部抽取".to_owned(),
        StratumSize::Ratio { ratio, .. } if ratio.is_empty() => "还没有写抽多少".to_owned(),
        // Not a ratio yet: what stands in the field is named as such, and no way of rounding is claimed for it.
        StratumSize::Ratio { ratio, .. } if !is_ratio(ratio) => match ratio.strip_suffix(ASKED) {
            Some(number) => format!("抽取“{number}”（是百分比还是户数，待选择）"),
            None => format!("抽取“{ratio}”（不是比例，待改正）"),
        },
        StratumSize::Ratio { ratio, rounding, at_least } => {
            let least = at_least.map_or_else(String::new, |least| format!("，不少于{least}户"));
            format!("抽取{}，{}{least}", percent_of_ratio(ratio), rounding.label())
        }
        StratumSize::Count(count) => format!("抽取{count}户"),
        StratumSize::By { column, ratios, rounding } => {
            let parts: Vec<_> = ratios
                .iter()
                .map(|(value, ratio)| {
                    let value = if value.is_empty() { "未填写" } else { value };
                    format!("{value}抽{}", percent_of_ratio(ratio))
                })
                .collect();
            format!("按{}分别抽取：{}，{}", column.label(), parts.join("、"), rounding.label())
        }
    }
}

/// How the size is shared out.
#[must_use]
pub fn split(split: &SplitRule) -> String {
    format!("按{}分配名额，{}", split.by.label(), split.method.label())
}

/// A stratum in one sentence.
#[must_use]
pub fn stratum(rule: &StratumRule) -> String {
    let who = if rule.otherwise {
        format!("{}中不属于其他类别，且{}的", rule.population, conditions(&rule.conditions))
    } else {
        format!("{}的", conditions(&rule.conditions))
    };
    let shared = rule.split.as_ref().map_or_else(String::new, |rule| format!("，{}", split(rule)));
    format!("{who}，{}{shared}。", size(&rule.size))
}

/// A rule that isolates very few objects.
#[must_use]
pub fn isolated(label: &str, rows: u64) -> String {
    format!("“{label}”只涉及{rows}户，规则可能针对了个别主体，请确认。")
}

/// A stratum that nobody meets.
#[must_use]
pub fn nobody(label: &str) -> String {
    format!("“{label}”没有一户符合条件，请核对条件或名录库标签。")
}

/// A stratum of which nothing is drawn.
#[must_use]
pub fn nothing(label: &str, rows: u64) -> String {
    format!("“{label}”有{rows}户，按比例取整后一户也不抽；如需至少抽一户，请改为向上取整或设置最少户数。")
}

/// Cells with very few objects.
#[must_use]
pub fn tiny_cells(label: &str, cells: usize) -> String {
    format!("“{label}”有{cells}个分组不足5户，抽中与否容易被推知。")
}

/// Cells that cannot be drawn from.
#[must_use]
pub fn no_chance(label: &str, cells: usize) -> String {
    format!("“{label}”有{cells}个分组可能或必然分不到名额，组内主体没有被抽中的机会。")
}

/// Objects of no stratum.
#[must_use]
pub fn outside(rows: u64) -> String {
    format!("有{}户既未被排除，也不属于任何类别，不会被抽查。", thousands(rows))
}

/// A scheme that reads columns for regulators only.
#[must_use]
pub fn withheld(columns: &[&str]) -> String {
    format!(
        "方案用到内部列“{}”：公开的证明包不含底册，公众只能部分核验；审计人员和见证人可以下载完整证明包复算。",
        columns.join("、")
    )
}

/// A stratum whose drawn list shows what an internal column says of each firm on it.
#[must_use]
pub fn disclosed(label: &str, columns: &[&str]) -> String {
    format!("“{label}”按“{}”抽取或分组，公布的名单会让人看出每一户被抽中者的取值，请确认可以公开。", columns.join("、"))
}

/// A roll that was drawn before under another name.
#[must_use]
pub fn reused(numbers: &[String]) -> String {
    format!("同一底册曾用于任务{}的摇号。", numbers.join("、"))
}

/// A value of the cell column without a ratio.
#[must_use]
pub fn value_not_named(at: &str, value: &str) -> String {
    let value = if value.is_empty() { "未填写" } else { value };
    format!("{}：名录库中有取值“{value}”，但没有规定它的比例。请补充比例，不抽的填0%。", place(at))
}

/// Where in the scheme: 第2类“计量单位”的条件1.
#[must_use]
pub fn place(place: &str) -> String {
    let mut out = String::new();
    for part in place.split('.') {
        let (name, index) = match part.split_once('[') {
            Some((name, rest)) => (name, rest.trim_end_matches(']').parse::<usize>().ok().map(|n| n + 1)),
            None => (part, None),
        };
        let word = match (name, index) {
            ("exclusions", Some(n)) => format!("第{n}条排除规则"),
            ("strata", Some(n)) => format!("第{n}个类别"),
            ("conditions", Some(n)) => format!("的第{n}个条件"),
            ("exclusions", None) => "排除规则".to_owned(),
            ("strata", None) => "抽查类别".to_owned(),
            ("conditions", None) => "的条件".to_owned(),
            ("title", _) => "方案名称".to_owned(),
            ("basis", _) => "制定依据".to_owned(),
            ("contact", _) => "联系人".to_owned(),
            ("notes", _) => "备注".to_owned(),
            ("spans", Some(n)) => format!("第{n}条期限"),
            ("window_to", _) => "检查结束日期".to_owned(),
            ("reserves", _) => "候补户数".to_owned(),
            ("label", _) => "的名称".to_owned(),
            ("code", _) => "的代号".to_owned(),
            ("population", _) => "的总体".to_owned(),
            ("items", _) => "的抽查事项".to_owned(),
            ("size", _) => "的抽取比例".to_owned(),
            ("split", _) => "的名额分配".to_owned(),
            ("otherwise", _) => "的“其他”标记".to_owned(),
            (other, _) => other.to_owned(),
        };
        out.push_str(&word);
    }
    out
}

impl Explain for BadScheme {
    fn explain(&self) -> Message {
        match self {
            Self::Text { max, found: 0 } => Message::new("没有填写。", format!("请填写1至{max}个字。")),
            Self::Text { max, found } => Message::new(format!("有{found}个字，超过{max}个。"), "请缩短。"),
            Self::Code => Message::new("代号不合规则。", "请用1至32位字母、数字、点、下划线或连字符，如E1。"),
            Self::Twice(code) => Message::new(format!("代号“{code}”用了两次。"), "请换一个代号。"),
            Self::NoStrata => Message::new("方案还没有抽查类别。", "请至少添加一个类别。"),
            Self::TooMany { max, found } => Message::new(format!("有{found}项，超过{max}项。"), "请减少或合并。"),
            Self::NoConditions => {
                Message::new("没有条件。", "请至少设置一个条件，例如“主体类型为企业”；归入全部主体也要写明主体类型。")
            }
            Self::Unfit { column, test } => {
                Message::new(format!("“{}”不能用“{}”。", column.label(), test.label()), "请换一种判断方式。")
            }
            Self::NoValues => Message::new("没有填写取值。", "请填写至少一个取值。"),
            Self::Day(value) => Message::new(format!("“{value}”不是日期。"), "请按“2020-12-31”的格式填写。"),
            Self::Ratio(value) if value.is_empty() => {
                Message::new("没有写抽多少。", "请填写百分数（如3%）或户数（如20户）。")
            }
            Self::Ratio(value) => {
                Message::new(format!("“{value}”不是比例。"), "请填写0至100之间的百分数，如3%或0.5%。")
            }
            Self::NothingDrawn => {
                Message::new("比例或户数为0，不会抽取任何对象。", "请填写大于0的数，或删去这个类别。")
            }
            Self::Cells => Message::new(
                "名额不能这样分配：标签不能用来分组，分别定比例的类别也不能再分配名额。",
                "请改选登记机关、信用风险等级等单值的列，或在分别定比例与名额分配之间只选一种。",
            ),
            Self::Otherwise => {
                Message::new("“归入先列的类别”时不能标记“其他”。", "请去掉标记，把“其他”类别放在最后即可。")
            }
            Self::Window => Message::new("结束日期早于开始日期。", "请核对检查起止日期。"),
            Self::Span { rule, n } => Message::new(
                format!("方案不能把“{}”定为{n}日。", rule.label()),
                "请只填写签收和匹配的期限，每种一条，1至366日。",
            ),
            Self::NotListed(entry) => Message::new(
                format!("“{entry}”不是现行抽查事项清单中的事项或类别。"),
                "请从清单中选择；清单中确实没有的，请名录管理员先导入包含该事项的新清单，再回来选择。",
            ),
            Self::Protocol(reason) => {
                Message::new(format!("不合摇号协议：{reason}。"), "请改正这一处；看不见的字符，请删去后重新手工输入。")
            }
        }
    }
}

impl Explain for Finding {
    fn explain(&self) -> Message {
        let choose = "请在方案中改选清单内的事项或类别；清单缺少的，请名录管理员先导入新清单。";
        match self {
            Self::NoList => {
                Message::new("没有现行的抽查事项清单，摇号后无法派发。", "请名录管理员先导入抽查事项清单。")
            }
            Self::NotListed { class, entry } => {
                Message::new(format!("“{class}”的抽查事项“{entry}”不在抽查事项清单中。"), choose)
            }
            Self::NotInForce { class, entry } => {
                Message::new(format!("“{class}”的抽查事项“{entry}”今天没有一项在有效期内。"), choose)
            }
            Self::NoItem { class, kind, rows } => Message::new(
                format!("“{class}”中有{}户{}没有任何适用的抽查事项。", thousands(*rows), kind.label()),
                format!("请为这一类补选适用于{}的事项，或在条件中不再包括{}。", kind.label(), kind.label()),
            ),
            Self::NoDivision => Message::new(
                "组织单位及其上级都没有行政区划代码，派发时无法编号。",
                "请系统管理员在机构中补填行政区划代码。",
            ),
            Self::NoUnit { unit, rows } => Message::new(
                format!("有{}户的登记机关“{unit}”不是平台上的机构，派发时没有去处。", thousands(*rows)),
                "请系统管理员先建立该机构，或在名录库中更正登记机关。",
            ),
            Self::TooManyDrawn { drawn, max } => Message::new(
                format!("将抽取{}户次，一项任务最多派发{}户次。", thousands(*drawn), thousands(*max)),
                "请降低比例，或分为几个方案、分批抽取。",
            ),
            Self::WindowOver { to } => Message::new(
                format!("检查结束日期{}已过，派发后没有可以检查的日子。", date::day(*to)),
                "请作废本任务，按新的检查时间重新建立。",
            ),
            Self::OrganiserName => Message::new(
                "组织单位的名称含有看不见的字符，不能写入公开文件。",
                "请系统管理员在机构中重新手工输入名称。",
            ),
            Self::ItemEnds { item, on } => Message::new(
                format!("事项“{item}”{}失效，早于检查结束日期。", date::day(*on)),
                "该日以后不得再检查此项；请调整检查时间，或先更新清单。",
            ),
            Self::FewInspectors { unit, able: 0 } => Message::new(
                format!("{unit}没有一名执法证有效的检查人员，派发后无法匹配。"),
                "请先补录该单位的检查人员或更新执法证有效期。",
            ),
            Self::FewInspectors { unit, able } => Message::new(
                format!("{unit}只有{able}名执法证有效的检查人员，不够两人一组。"),
                "请先补录该单位的检查人员或更新执法证有效期。",
            ),
            Self::NotQualified { unit, codes } => Message::new(
                format!("{unit}没有两人能共同具备检查所需的资质：{}。", codes.join("、")),
                "请先补录具备资质的检查人员，否则涉及的户无法匹配。",
            ),
            Self::NoReceiver { unit } => Message::new(
                format!("{unit}没有经办人账号，派发后无人签收。"),
                "请系统管理员先为该单位建立经办人账号。",
            ),
            Self::NoSecond { unit } => Message::new(
                format!("{unit}只有一个经办人或分管领导账号，匹配时没有第二人参加。"),
                "请系统管理员先为该单位再建立一个账号。",
            ),
            Self::TooManyInspectors { unit, max } => Message::new(
                format!("{unit}的检查人员超过{max}人，一次匹配容纳不下。"),
                "请系统管理员按所、分局分设机构。",
            ),
            Self::WindowShort { to, due } => Message::new(
                format!(
                    "检查结束日期{}不晚于匹配期限（今天派发则为{}），匹配后可能没有检查的日子。",
                    date::day(*to),
                    date::day(*due)
                ),
                "请尽快派发和匹配，或作废后按新的检查时间重新建立任务。",
            ),
            Self::NoFonts => Message::new(
                "没有找到文书所用的中文字体，摇号后印不出检查通知书和检查记录表。",
                "请系统管理员安装中文字体（例如 fonts-noto-cjk）或用 fonts 指定字体文件夹，并运行 mingcha doctor 核对。",
            ),
            Self::UnsetNames { firms, characters, names } => {
                let codes: Vec<_> = characters.iter().map(|c| format!("U+{:04X}", u32::from(*c))).collect();
                let more = if *firms > names.len() as u64 { "等" } else { "" };
                Message::new(
                    format!(
                        "参加抽取的有{firms}户，名称中有字体没有的字（{}），文书上会印成字的代码：{}{more}。",
                        codes.join("、"),
                        names.join("、")
                    ),
                    "请系统管理员安装含这些字的字体（例如 fonts-hanazono、fonts-babelstone-han）；名称本身有误的，请在名录库中更正后重新冻结底册；否则印出后手工改写。",
                )
            }
            Self::OverCapacity { unit, visits, capacity, days, per_day } => Message::new(
                format!(
                    "{unit}预计检查{visits}户，检查时间内可用的{days}个工作日最多能检查{capacity}户（两人一组，每人每日至多{per_day}户）。"
                ),
                "请延长检查时间、降低该单位的比例或补充检查人员；照此派发，会有检查人员某日超过上限。",
            ),
        }
    }
}

/// How classes overlap: why their rows do not add up.
#[must_use]
pub fn overlap(objects: u64, shared: u64) -> String {
    let (objects, shared) = (thousands(objects), thousands(shared));
    format!("各类别共有{objects}户，其中{shared}户同时属于两个以上类别，在各类别中都计数，所以各行相加多于户数。")
}

/// First and last day of the visits, as far as they are set.
#[must_use]
pub fn window(from: Option<NaiveDate>, to: Option<NaiveDate>) -> String {
    match (from, to) {
        (Some(from), Some(to)) => format!("{} 至 {}", date::day(from), date::day(to)),
        (Some(from), None) => format!("{} 起", date::day(from)),
        (None, Some(to)) => format!("至 {}", date::day(to)),
        (None, None) => "未填写，建立任务时填写".to_owned(),
    }
}

/// Whether a class adds the items that tags call.
#[must_use]
pub const fn tagged(tagged: bool) -> &'static str {
    if tagged { "并按标签附加清单中对应的事项" } else { "不按标签附加事项" }
}

/// How many firms will be visited: a class's draws and another's coincide, and one firm is visited once.
#[must_use]
pub fn expected(total: u64, least: u64, most: u64) -> String {
    let (total, least, most) = (thousands(total), thousands(least), thousands(most));
    if least == most {
        return format!("抽取{total}户次，预计检查{least}户。");
    }
    format!(
        "抽取{total}户次，预计实际检查{least}至{most}户：同一户在各类别中用同一个号，同时属于几类的往往一并抽中，只上门一次；确切户数摇号后得出。"
    )
}

/// How a scheme as it is saved differs from what somebody typed, one line each; empty if it does not.
#[must_use]
pub fn differences(saved: &SchemeDraft, typed: &SchemeDraft) -> Vec<String> {
    let mut lines = Vec::new();
    let mut differ = |name: &str, saved: String, typed: String| {
        if saved != typed {
            let shown = |text: String| if text.is_empty() { "（空）".to_owned() } else { format!("“{text}”") };
            lines.push(format!("{name}：已保存的是{}，您填写的是{}。", shown(saved), shown(typed)));
        }
    };
    differ("方案名称", saved.title.clone(), typed.title.clone());
    differ("制定依据", saved.basis.clone(), typed.basis.clone());
    differ("归类方式", saved.membership.label().to_owned(), typed.membership.label().to_owned());
    differ("检查时间", window(saved.window_from, saved.window_to), window(typed.window_from, typed.window_to));
    differ("每组候补户数", saved.reserves.to_string(), typed.reserves.to_string());
    differ("联系人", saved.contact.clone(), typed.contact.clone());
    differ("备注", saved.notes.clone(), typed.notes.clone());
    let spans = |draft: &SchemeDraft| {
        let own =
            draft.spans.iter().map(|own| format!("{}{}（{}）", own.rule.label(), crate::span(own.span), own.basis));
        own.collect::<Vec<_>>().join("、")
    };
    differ("本方案的期限", spans(saved), spans(typed));
    let exclusions = |draft: &SchemeDraft| {
        let rule = |rule: &ExclusionRule| (rule.code.clone(), rule.label.clone(), conditions(&rule.conditions));
        draft.exclusions.iter().map(rule).collect::<Vec<_>>()
    };
    rules_differ("排除规则", &exclusions(saved), &exclusions(typed), &mut lines);
    let strata = |draft: &SchemeDraft| {
        let rule = |rule: &StratumRule| {
            let items = format!("{}事项：{}；{}", stratum(rule), rule.items.join("、"), tagged(rule.tagged));
            (rule.code.clone(), rule.label.clone(), format!("总体“{}”，{items}", rule.population))
        };
        draft.strata.iter().map(rule).collect::<Vec<_>>()
    };
    rules_differ("类别", &strata(saved), &strata(typed), &mut lines);
    lines
}

/// Rules by their code: code, name, the rule in words.
fn rules_differ(
    what: &str,
    saved: &[(String, String, String)],
    typed: &[(String, String, String)],
    lines: &mut Vec<String>,
) {
    for (code, label, words) in saved {
        match typed.iter().find(|(theirs, ..)| theirs == code) {
            None => lines.push(format!("{what}“{label}”：已保存，您填写的内容中没有。")),
            Some((_, name, mine)) if (name, mine) != (label, words) => {
                lines.push(format!("{what}“{label}”：已保存的是“{words}”，您填写的是“{name}”：“{mine}”。"));
            }
            Some(_) => {}
        }
    }
    for (_, label, _) in typed.iter().filter(|(code, ..)| !saved.iter().any(|(theirs, ..)| theirs == code)) {
        lines.push(format!("{what}“{label}”：只在您填写的内容中。"));
    }
    let codes = |rules: &[(String, String, String)], others: &[(String, String, String)]| {
        let both = rules.iter().filter(|(code, ..)| others.iter().any(|(theirs, ..)| theirs == code));
        both.map(|(code, ..)| code.clone()).collect::<Vec<_>>()
    };
    if codes(saved, typed) != codes(typed, saved) {
        lines.push(format!("{what}的先后次序不同。"));
    }
}

/// A problem with its place, in one line.
#[must_use]
pub fn problem(problem: &SchemeProblem) -> String {
    let message = problem.what.explain();
    format!("{}：{}{}", place(&problem.place), message.what, message.next)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;
    use domain::scheme::{SeatMethod, SizeRounding};

    #[test]
    fn conditions_read_as_sentences() {
        let check = |column, test, of: &[&str], expect: &str| {
            assert_eq!(condition(&Condition::new(column, test, of.iter().copied())), expect);
        };
        use ConditionTest as T;
        use SchemeColumn as C;
        check(C::Kind, T::In, &["企业", "农民专业合作社"], "主体类型为“企业”或“农民专业合作社”");
        check(C::Status, T::NotIn, &["存续", "在营"], "登记状态不是“存续”或“在营”");
        check(C::Registered, T::After, &["2020-12-31"], "2020-12-31以后成立");
        check(C::Registered, T::UpTo, &["2020-12-31"], "2020-12-31（含当日）及以前成立");
        check(C::Tags, T::Has, &["电子商务平台"], "带有“电子商务平台”标签");
        check(C::Risk, T::Empty, &[], "信用风险等级未填写");
        check(C::Licences, T::Has, &["工业产品生产许可证"], "持有有效的“工业产品生产许可证”");
        check(C::Licences, T::Empty, &[], "没有任何有效的许可证");
        check(C::Industry, T::Prefix, &["F52"], "行业代码以“F52”开头");
        let many: Vec<String> = (0..7).map(|n| n.to_string()).collect();
        assert!(condition(&Condition::new(C::Organ, T::In, many)).ends_with("等7项之一"));
    }

    #[test]
    fn sizes_read_as_sentences() {
        let ratio = |ratio: &str, at_least| StratumSize::Ratio {
            ratio: ratio.to_owned(),
            rounding: SizeRounding::Ceil,
            at_least,
        };
        assert_eq!(size(&ratio("0.005", None)), "抽取0.5%，向上取整");
        assert_eq!(size(&ratio("0.03", Some(1))), "抽取3%，向上取整，不少于1户");
        assert_eq!(size(&ratio("1", None)), "全部抽取");
        assert_eq!(size(&StratumSize::Count(20)), "抽取20户");
        assert_eq!(size(&ratio("", None)), "还没有写抽多少");
        assert_eq!(size(&ratio("很多", None)), "抽取“很多”（不是比例，待改正）");
        assert_eq!(size(&ratio("1?", None)), "抽取“1”（是百分比还是户数，待选择）");
        let by = StratumSize::By {
            column: SchemeColumn::Risk,
            ratios: vec![("A".into(), "0.01".into()), (String::new(), "0".into())],
            rounding: SizeRounding::HalfUp,
        };
        assert_eq!(size(&by), "按信用风险等级分别抽取：A抽1%、未填写抽0%，四舍五入");
        let shared = SplitRule { by: SchemeColumn::Organ, method: SeatMethod::Random };
        assert_eq!(split(&shared), "按登记机关分配名额，随机分配余额");
    }

    #[test]
    fn differences_are_told_by_rule() {
        let rule = |code: &str, label: &str| ExclusionRule {
            code: code.to_owned(),
            label: label.to_owned(),
            conditions: vec![Condition::new(SchemeColumn::Kind, ConditionTest::In, ["企业"])],
        };
        let mut saved = SchemeDraft::empty("甲");
        saved.exclusions = vec![rule("X1", "企业"), rule("X2", "其他")];
        assert!(differences(&saved, &saved).is_empty());
        let mut typed = saved.clone();
        typed.title = "乙".to_owned();
        typed.exclusions = vec![rule("X3", "新的"), rule("X1", "改名")];
        assert_eq!(
            differences(&saved, &typed),
            [
                "方案名称：已保存的是“甲”，您填写的是“乙”。",
                "排除规则“企业”：已保存的是“主体类型为“企业””，您填写的是“改名”：“主体类型为“企业””。",
                "排除规则“其他”：已保存，您填写的内容中没有。",
                "排除规则“新的”：只在您填写的内容中。",
            ]
        );
        typed = saved.clone();
        typed.exclusions.reverse();
        assert_eq!(differences(&saved, &typed), ["排除规则的先后次序不同。"]);
    }

    #[test]
    fn places_read_as_words() {
        assert_eq!(place("strata[1].conditions[0]"), "第2个类别的第1个条件");
        assert_eq!(place("exclusions[0].label"), "第1条排除规则的名称");
        let bad = SchemeProblem { place: "strata".into(), what: BadScheme::NoStrata };
        assert_eq!(problem(&bad), "抽查类别：方案还没有抽查类别。请至少添加一个类别。");
    }
}

//! The fairness report in words, for a discipline inspector: what was tested, what was found, what it means, what to do.

use ::fairness::{Bucket, Family, Fault, Finding, Method, Report, Statistic};

/// A finding in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// What was tested, as a question.
    pub tested: String,
    /// What was counted, and what chance gives.
    pub found: String,
    /// What it means.
    pub means: String,
    /// What to do; empty where nothing is to be done.
    pub next: String,
}

/// The question of a family.
#[must_use]
pub const fn family(family: Family) -> &'static str {
    match family {
        Family::Units => "各单位（合计）",
        Family::UnitsByStratum => "各单位（每次每层）",
        Family::Position => "名单位置（合计）",
        Family::PositionByDraw => "名单位置（每次）",
        Family::Spacing => "间隔（合计）",
        Family::SpacingByDraw => "间隔（每次）",
        Family::Repeats => "重复中签",
        Family::NeverDrawn => "从未中签的对象",
        Family::Times => "中签次数",
        Family::Seats => "单位名额",
    }
}

/// How a p-value came about.
#[must_use]
pub const fn method(method: Method) -> &'static str {
    match method {
        Method::Exact => "精确",
        Method::Approximate => "近似",
        Method::Bound => "上界",
    }
}

/// A p-value: decimals, or a power of ten where it is small.
#[must_use]
pub fn p_value(p: f64) -> String {
    if p <= 1e-30 {
        "<1e-30".to_owned()
    } else if p < 0.001 {
        format!("{p:.1e}")
    } else {
        format!("{p:.3}")
    }
}

/// How rare something is: 约每 3400 万次一次.
#[must_use]
pub fn rarity(p: f64) -> String {
    let times = 1.0 / p.max(1e-30);
    let (shown, unit) = match times {
        _ if times >= 1e12 => return "一万亿次也难有一次".to_owned(),
        _ if times >= 1e8 => (times / 1e8, "亿"),
        _ if times >= 1e4 => (times / 1e4, "万"),
        _ => (times, ""),
    };
    let shown = if shown < 10.0 { format!("{shown:.1}") } else { format!("{shown:.0}") };
    let shown = shown.trim_end_matches(".0");
    if unit.is_empty() { format!("约每 {shown} 次一次") } else { format!("约每 {shown} {unit}次一次") }
}

/// A finding in words; `name_of` gives the name of an object by its number.
pub fn words(finding: &Finding, name_of: &dyn Fn(u32) -> String) -> Words {
    let name = finding.name.as_deref().unwrap_or_default();
    let name = if name.is_empty() { "（空值）" } else { name };
    let subject = finding.subject.map(name_of).unwrap_or_default();
    let place = match (&finding.draw, &finding.stratum) {
        (Some(draw), Some(stratum)) => format!("{draw}“{stratum}”："),
        (Some(draw), None) => format!("{draw}："),
        (None, _) => String::new(),
    };
    let asked = match finding.statistic {
        Statistic::Unit => format!("{name}的中签户数，与它的户数相称吗？"),
        Statistic::RollHead => "底册最前面的 1%，机会与别处一样吗？".to_owned(),
        Statistic::RollTail => "底册最后面的 1%，机会与别处一样吗？".to_owned(),
        Statistic::CellHead => "各层（格）最前面的 1%，机会与别处一样吗？".to_owned(),
        Statistic::CellTail => "各层（格）最后面的 1%，机会与别处一样吗？".to_owned(),
        Statistic::RollPart(part) => format!("底册二十等分中的第 {part} 段，机会与别处一样吗？"),
        Statistic::MeanPosition => "中签的在名单中偏前还是偏后？".to_owned(),
        Statistic::Adjacent => "名单上相邻的两户，该有多少同时中签？".to_owned(),
        Statistic::WideGaps => "中签的户之间，间隔是随机的吗？".to_owned(),
        Statistic::EmptyBlocks => "把名单切成等长的段，该有多少段一户不中？".to_owned(),
        Statistic::AgainAtOnce => "上一次中签的，这一次又中签的多少正常吗？".to_owned(),
        Statistic::AgainEver => "以往中过签的，再次中签的多少正常吗？".to_owned(),
        Statistic::LeastLikelyNever => "有没有哪一户，多年高比例抽查却从未中签？".to_owned(),
        Statistic::NeverCount => "从未中签的户数正常吗？".to_owned(),
        Statistic::MostOften => "有没有哪一户，中签次数多得离奇？".to_owned(),
        Statistic::Seats => format!("按户数分名额剩下的零头，{name}分到的次数正常吗？"),
    };
    Words {
        tested: format!("{place}{asked}"),
        found: found(finding, &subject),
        means: means(finding),
        next: if finding.alarms() { next(finding.statistic).to_owned() } else { String::new() },
    }
}

fn found(finding: &Finding, subject: &str) -> String {
    let (observed, expected) = (finding.observed, finding.expected);
    match finding.statistic {
        Statistic::MeanPosition => format!("平均位置在 {:.1}% 处，随机应在 50% 处", observed * 100.0),
        Statistic::LeastLikelyNever if finding.subject.is_none() => "凡有机会的都中过签".to_owned(),
        Statistic::LeastLikelyNever => {
            format!("{subject}从未中签；公平时，同样不可能的户平均有 {} 户", p_value(expected))
        }
        Statistic::MostOften => format!("{subject}中签 {observed:.0} 次，按机会平均 {expected:.1} 次"),
        Statistic::Adjacent => counted(observed, expected, "对"),
        Statistic::WideGaps => counted(observed, expected, "个宽间隔"),
        Statistic::EmptyBlocks => counted(observed, expected, "段"),
        Statistic::Seats => counted(observed, expected, "次"),
        _ => counted(observed, expected, "户"),
    }
}

fn counted(observed: f64, expected: f64, unit: &str) -> String {
    let difference = if expected > 0.0 { (observed / expected - 1.0) * 100.0 } else { 0.0 };
    let against = match difference {
        _ if difference >= 0.5 => format!("，多 {difference:.0}%"),
        _ if difference <= -0.5 => format!("，少 {:.0}%", -difference),
        _ => String::new(),
    };
    format!("实际 {observed:.0} {unit}，随机应约 {expected:.1} {unit}{against}")
}

fn means(finding: &Finding) -> String {
    if !finding.alarms() {
        return "没有超出偶然的范围".to_owned();
    }
    let rarity = rarity(finding.p);
    let most = if finding.method == Method::Bound { "至多" } else { "" };
    let cause = match finding.statistic {
        Statistic::Unit => "这个单位的机会与别的单位不同",
        Statistic::RollHead | Statistic::RollTail | Statistic::CellHead | Statistic::CellTail => {
            "名单两端的机会与中间不同，像是名单被截去一段，或程序数不到头"
        }
        Statistic::RollPart(_) | Statistic::MeanPosition => "机会随名单上的位置而变，像是先排过序",
        Statistic::Adjacent | Statistic::WideGaps | Statistic::EmptyBlocks => {
            "间隔不是随机的：过于整齐的，像是每隔固定行数取一行；过于集中的，像是成片挑选"
        }
        Statistic::AgainAtOnce | Statistic::AgainEver => "各次摇号不是彼此独立的：像是轮流、让过，或重复用了同一个种子",
        Statistic::LeastLikelyNever => "这一户像是总被让过",
        Statistic::NeverCount => "从未中签的户数不正常：太多，像是有的户抽不到；太少，像是轮流",
        Statistic::MostOften => "这一户像是被盯住了",
        Statistic::Seats => "零头名额不是由种子决定的",
    };
    format!("公平的摇号，这样的偏差{most}{rarity}。{cause}")
}

const fn next(statistic: Statistic) -> &'static str {
    match statistic {
        Statistic::Unit | Statistic::Seats => {
            "核验相关各次的证明包；再查这个单位的名录近年有无合并、拆分、成批改动，方案对它有无单列。"
        }
        Statistic::LeastLikelyNever | Statistic::MostOften => {
            "逐次取这一户的回执（mingcha prove），核对它的票值和所在的层；再查名录中这一户的改动记录。"
        }
        Statistic::AgainAtOnce | Statistic::AgainEver | Statistic::NeverCount => {
            "核验相关各次的证明包，比较各次的种子和承诺时刻；再查方案有无排除上年已抽对象的规定。"
        }
        _ => "核验相关各次的证明包；不是本协议抽出的名单，请要求说明抽取程序，并改用可以核验的摇号。",
    }
}

/// Why data is no series of draws.
#[must_use]
pub fn fault(fault: &Fault) -> String {
    match fault {
        Fault::TooMany { max, .. } => format!("数据超过上限 {max}，请减少摇号的次数"),
        Fault::Order { draw } => format!("{draw} 没有按年份先后排列"),
        Fault::Subject { draw, stratum, .. } => format!("{draw} 的层 {stratum} 中有对象次序不对或没有登记"),
        Fault::Unit { draw, stratum, .. } => format!("{draw} 的层 {stratum} 中有没有登记的单位"),
        Fault::Share { draw, stratum, cell, drawn } => {
            format!("{draw} 的层 {stratum} 的格 {cell} 抽了 {drawn}，不是随机分配名额可能的数目")
        }
        Fault::Cancelled => "已取消".to_owned(),
    }
}

/// The report's verdict in one sentence, and what it is worth.
#[must_use]
pub fn verdict(report: &Report) -> (String, String) {
    if report.tests() == 0 {
        let nothing = "没有哪一次摇号有随机可言，所以公平与否都无从说起；请看别的年份，或摇号以后再来。";
        return ("没有可以检验的摇号。".to_owned(), nothing.to_owned());
    }
    let alarms: u64 = report.families.iter().map(|family| family.alarms).sum();
    let what = if alarms == 0 {
        format!("共检验 {} 项，没有发现偏离随机之处。", report.tests())
    } else {
        format!("共检验 {} 项，其中 {alarms} 项报警：这样的结果不像公平的摇号。", report.tests())
    };
    let rate = format!(
        "公平的摇号，整份报告误报的机会不超过 {:.2}%（{} 类检验平分，每类之内按项数平分）。{}",
        report.alpha * 100.0,
        Family::ALL.len(),
        sensitivity(report)
    );
    (what, rate)
}

/// What a report of this size could notice.
fn sensitivity(report: &Report) -> String {
    let units = match report.sensitivity.unit_excess {
        Some(excess) if report.units.len() > 1 => {
            format!("以这些数据，一个中等单位多抽 {:.0}% 以上才会（十有九次）被发现；", (excess * 100.0).ceil())
        }
        _ => "各单位之间无从比较；".to_owned(),
    };
    let tail = if report.sensitivity.tail_noticed { "能够" } else { "不能" };
    format!("{units}底册最后 1% 整段抽不到（应有 {:.1} 户），{tail}发现。", report.sensitivity.tail_expected)
}

/// What the tests left out; nothing where that is nothing.
#[must_use]
pub fn left_out(report: &Report) -> Vec<String> {
    let left = report.left_out;
    let rows = [
        (left.rehearsals, format!("演练 {} 次，不计入", left.rehearsals)),
        (left.full_cells, format!("全部抽取的 {} 格、{} 户次，没有随机可言", left.full_cells, left.full_rows)),
        (left.empty_cells, format!("一户不抽的 {} 格、{} 户次，没有随机可言", left.empty_cells, left.empty_rows)),
        (left.overlapping_rows, format!("同时属于几层的 {} 户次，只在机会最大的一层里计一次", left.overlapping_rows)),
    ];
    rows.into_iter().filter(|(count, _)| *count > 0).map(|(_, words)| words).collect()
}

/// The first column of "times drawn".
#[must_use]
pub fn times(bucket: &Bucket) -> String {
    bucket.value.map_or_else(|| "从未".to_owned(), |times| format!("{times} 次"))
}

/// The first column of "years since last drawn".
#[must_use]
pub fn since(bucket: &Bucket) -> String {
    match bucket.value {
        None => "从未".to_owned(),
        Some(0) => "当年".to_owned(),
        Some(years) => format!("{years} 年前"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(statistic: Statistic, p: f64) -> Finding {
        Finding {
            family: Family::Units,
            statistic,
            draw: Some("2026 年第 3 号".to_owned()),
            stratum: None,
            name: Some("城东所".to_owned()),
            subject: Some(7),
            observed: 120.0,
            expected: 100.0,
            p,
            adjusted: (p * 100.0).min(1.0),
            method: Method::Exact,
        }
    }

    #[test]
    fn rarity_is_said_as_people_say_it() {
        for (p, expect) in [
            (0.25, "约每 4 次一次"),
            (1.0 / 3_456.0, "约每 3456 次一次"),
            (1.0 / 34_000_000.0, "约每 3400 万次一次"),
            (1.0 / 150_000_000.0, "约每 1.5 亿次一次"),
            (1e-30, "一万亿次也难有一次"),
        ] {
            assert_eq!(rarity(p), expect);
        }
        assert_eq!(
            (p_value(0.25).as_str(), p_value(1e-9).as_str(), p_value(0.0).as_str()),
            ("0.250", "1.0e-9", "<1e-30")
        );
    }

    #[test]
    fn an_alarm_says_what_to_do_and_silence_does_not() {
        let name_of = |number: u32| format!("第 {number} 户");
        let loud = words(&finding(Statistic::Unit, 1e-9), &name_of);
        assert_eq!(loud.tested, "2026 年第 3 号：城东所的中签户数，与它的户数相称吗？");
        assert_eq!(loud.found, "实际 120 户，随机应约 100.0 户，多 20%");
        assert!(loud.means.contains("约每 10 亿次一次") && !loud.next.is_empty());
        let calm = words(&finding(Statistic::LeastLikelyNever, 0.2), &name_of);
        assert!(calm.found.contains("第 7 户") && calm.next.is_empty());
    }
}

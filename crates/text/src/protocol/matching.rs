//! Why a matching is refused (`matching::Refusal`), and the places of its document in words.

/// Refusals by code. `{place}` is a place of the document, in the words of [`place`].
pub const REFUSALS: &[(&str, &str)] = &[
    ("too-many", "{place}为 {count}，最多 {max}；请分单位或分批匹配"),
    ("too-many-of-unit", "单位 {unit} 有 {count} 名检查人员，一次最多 {max} 名；请分单位匹配"),
    ("too-many-pairs", "单位 {unit} 的户数乘人数为 {count}，最多 {max}；请分批匹配"),
    ("bad-text", "{place}“{value}”须为 1 至 64 字节，不含控制字符和看不见的字符；请更正"),
    ("bad-day", "{place}“{value}”不是真实的日期（年-月-日，如 2021-05-08）；请更正"),
    ("backwards", "{place}的止日早于起日；请更正"),
    ("duplicate", "{place}中“{value}”出现了两次；请只留一个"),
    ("unknown-inspector", "{place}“{value}”不在本次匹配的检查人员之中；请补上此人，或删去这一条"),
    ("bad-rule", "{place}“{value}”不是本版本的做法（每组 2 人）；请用公布时的版本核验"),
    ("unreadable", "匹配数据读不出来；请使用公布的原件"),
    ("not-canonical", "匹配数据不是规范字节，与公布的摘要对不上；请使用公布的原件"),
    ("infeasible", "有 {count} 户配不齐两名合法的检查人员；请按清单逐户处理"),
    ("unplaced", "检查 {visit} 本可配齐却没有配上，这是程序的缺陷；请把匹配数据交给技术支持"),
];

/// Keys of the document.
const KEYS: &[(&str, &str)] = &[
    ("visits", "检查户"),
    ("inspectors", "检查人员"),
    ("recusals", "回避"),
    ("separate", "不得同组"),
    ("id", "编号"),
    ("subject", "检查对象"),
    ("unit", "单位"),
    ("day", "计划检查日"),
    ("requires", "所需资质"),
    ("certificate", "执法证"),
    ("qualifications", "资质"),
    ("leave", "请假"),
    ("prior_load", "已有任务量"),
    ("inspector", "检查人员"),
    ("one", "一方"),
    ("other", "另一方"),
    ("code", "代码"),
    ("from", "起日"),
    ("to", "止日"),
    ("algorithm", "算法"),
    ("seats", "每组人数"),
];

/// A place of the document (`visits[3].day`) in words (检查户第 4 项的计划检查日). A key that is not known stays as it is.
#[must_use]
pub fn place(place: &str) -> String {
    let place = place.strip_prefix("rules.").unwrap_or(place);
    let segments = place.split('.').map(|segment| {
        let (key, index) = match segment.strip_suffix(']').and_then(|rest| rest.split_once('[')) {
            Some((key, index)) => (key, index.parse::<usize>().ok()),
            None => (segment, None),
        };
        let words = KEYS.iter().find(|(known, _)| *known == key).map_or(key, |(_, words)| *words);
        index.map_or_else(|| words.to_owned(), |index| format!("{words}第 {} 项", index.saturating_add(1)))
    });
    segments.collect::<Vec<_>>().join("的")
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn places_of_the_document_read_as_words() {
        let check = |from: &str, expect: &str| assert_eq!(place(from), expect);
        check("visits", "检查户");
        check("visits[3].day", "检查户第 4 项的计划检查日");
        check("inspectors[0].leave[1].from", "检查人员第 1 项的请假第 2 项的起日");
        check("rules.separate[0].other", "不得同组第 1 项的另一方");
        check("rules.seats", "每组人数");
        check("visits[x].new", "检查户的new");
    }
}

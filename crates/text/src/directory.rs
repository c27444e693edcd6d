//! Words of the directories: names of an object's fields, validity, the exported file.

use chrono::NaiveDate;

use crate::date;

/// The label of a field of an inspected object, on pages, in histories and as heading of exports.
#[must_use]
pub fn subject_field(name: &str) -> &str {
    match name {
        "name" => "名称",
        "code" => "统一社会信用代码或注册号",
        "kind" => "主体类别",
        "sub_kind" => "主体小类",
        "status" => "登记状态",
        "registered_on" => "成立日期",
        "agency" => "登记机关",
        "agency_code" => "登记机关代码",
        "division" => "行政区划",
        "address" => "住所（经营场所）",
        "legal_person" => "法定代表人（负责人）",
        "phone" => "联系电话",
        "industry" => "行业代码",
        "tags" => "标签",
        "licences" => "许可证",
        "credit_class" => "信用风险等级",
        "food_class" => "食品生产经营风险等级",
        "exported_on" => "导出日期",
        other => other,
    }
}

/// Name of the sheet and beginning of the file's name of an export of inspected objects.
#[must_use]
pub const fn export_name() -> &'static str {
    "检查对象名录"
}

/// From when until when something holds: `2021-01-01 至 2025-12-31`, `长期有效`.
#[must_use]
pub fn validity(from: Option<NaiveDate>, to: Option<NaiveDate>) -> String {
    match (from, to) {
        (None, None) => "长期有效".to_owned(),
        (Some(from), None) => format!("自 {} 起，长期有效", date::day(from)),
        (None, Some(to)) => format!("至 {}", date::day(to)),
        (Some(from), Some(to)) => format!("{} 至 {}", date::day(from), date::day(to)),
    }
}

/// Whether the owner of an account has said to be the inspector.
#[must_use]
pub fn confirmed(yes: bool) -> String {
    if yes { "已由本人确认" } else { "待本人确认" }.to_owned()
}

/// In place of a day that is not set.
#[must_use]
pub const fn no_day() -> &'static str {
    "尚未排定的日期"
}

/// A move in a list of things to do: `李执法（执法证号 冀C002），甲局 → 乙局`.
#[must_use]
pub fn moving(name: &str, certificate: &str, from: &str, to: &str) -> String {
    format!("{name}（执法证号 {certificate}），{from} → {to}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn validity_is_said() {
        let day = |text: &str| domain::time::parse_day(text);
        let check = |from: &str, to: &str, expect: &str| assert_eq!(validity(day(from), day(to)), expect);
        check("", "", "长期有效");
        check("2021-01-01", "", "自 2021-01-01 起，长期有效");
        check("", "2025-12-31", "至 2025-12-31");
        check("2021-01-01", "2025-12-31", "2021-01-01 至 2025-12-31");
    }
}

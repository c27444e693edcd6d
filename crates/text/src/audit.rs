//! What the check of the event log, and of the rows that people are told facts from, found, in words for an auditor.

use domain::projection::Projection;

use crate::Label as _;

/// Leaves are missing between two numbers.
#[must_use]
pub fn gap(expected: i64, found: i64) -> String {
    format!("日志序号不连续：应为第 {expected} 条，实际为第 {found} 条，其间的记录缺失。")
}

/// An event no longer has the hash it was sealed with.
#[must_use]
pub fn changed_event(seq: i64, id: &str) -> String {
    format!("第 {seq} 条事件（{id}）的内容与封存时不一致，已被改动。")
}

/// A head is not the root of the leaves before it.
#[must_use]
pub fn changed_head(size: i64) -> String {
    format!("覆盖前 {size} 条事件的日志树根与重新计算的结果不一致。")
}

/// A head covers more leaves than there are.
#[must_use]
pub fn missing_leaves(size: i64, found: i64) -> String {
    format!("日志树根覆盖 {size} 条事件，但只找到 {found} 条，末尾的记录被删除。")
}

/// More leaves are there than the newest head covers.
#[must_use]
pub fn missing_head(size: i64, found: i64) -> String {
    format!("已封存 {size} 条事件，但现有的日志树根只覆盖 {found} 条，树根被删除。")
}

/// The newest head is not the one that is remembered outside of the log.
#[must_use]
pub fn other_head(expected: &str, found: &str) -> String {
    let or_none = |head: &str| if head.is_empty() { no_row().to_owned() } else { head.to_owned() };
    let (expected, found) = (or_none(expected), or_none(found));
    format!(
        "日志最新的树根（条数和树根）是 {found}，日志之外登记的是 {expected}：日志被截短、重做，或登记被改动。新的事件暂不封存。"
    )
}

/// A task is in another state than its attempt and its announcement allow.
#[must_use]
pub fn changed_state(place: &str, expected: &str, found: &str) -> String {
    let expected = if expected.is_empty() { no_row() } else { expected };
    format!("{place}的状态与摇号和公布的记录不符：按记录应为 {expected}，现在是 {found}。")
}

/// A value of a row is none of its column's.
#[must_use]
pub fn unreadable(place: &str, detail: &str) -> String {
    format!("{place}有一个值不能识别，被改动：{detail}。")
}

/// The root that someone wrote down elsewhere is none of ours.
#[must_use]
pub fn unknown_root(root: &str) -> String {
    format!("外部留存的树根 {root} 不在本日志的历史树根之中。")
}

/// A place in a table that people are told facts from: table, task (its number, or what else the slice is), row.
#[must_use]
pub fn place(of: Projection, task: &str, row: &str) -> String {
    let task = if task.is_empty() { String::new() } else { format!("任务 {task} 的") };
    let row = if row.is_empty() { String::new() } else { format!("（{row}）") };
    format!("{task}“{}”{row}", of.label())
}

/// A value of a row is not the one that was written.
#[must_use]
pub fn changed_row(place: &str, column: &str, expected: &str, found: &str) -> String {
    format!("{place}的{}被改动：写入时是 {expected}，现在是 {found}。", column_label(column))
}

/// A row that was written is not there.
#[must_use]
pub fn missing_row(place: &str) -> String {
    format!("{place}写入时有这一行，现在没有了。")
}

/// A row that no command wrote.
#[must_use]
pub fn extra_row(place: &str) -> String {
    format!("{place}多出一行，没有任何事件写入过它。")
}

/// The note of a seal says something else than the event.
#[must_use]
pub fn changed_note(place: &str) -> String {
    format!("{place}的登记与事件日志中的摘要不一致，登记被改动或删除。")
}

/// Rows that no event holds.
#[must_use]
pub fn unsealed_rows(place: &str) -> String {
    format!("{place}有数据，但没有任何事件为它留下摘要。")
}

/// The digest differs, and the rows as they were written are not there to say where.
#[must_use]
pub fn lost_record(place: &str) -> String {
    format!("{place}与事件日志中的摘要不一致；写入时的留存也已丢失或被改动，无法指出是哪一行。")
}

/// Recomputing gives something else.
#[must_use]
pub fn recount(place: &str, detail: &str) -> String {
    format!("{place}与重新计算的结果不一致：{detail}")
}

/// What a recount says of one row.
#[must_use]
pub fn recount_row(row: &str, expected: &str, found: &str) -> String {
    format!("{row}应为 {expected}，表中是 {found}。")
}

/// A row that a recount does not have, or that the table does not.
#[must_use]
pub const fn no_row() -> &'static str {
    "（没有）"
}

/// A digest that a recount does not give.
#[must_use]
pub fn recount_digest(what: &str, expected: &str, found: &str) -> String {
    format!("{what}应为 {expected}，记载的是 {found}。")
}

/// The whole bundle does not hold.
#[must_use]
pub fn bundle_fails(detail: &str) -> String {
    format!("证明包没有通过核验（{detail}）。")
}

/// The result's digest, the seed, the teams, as a recount calls them.
pub const RESULT: &str = "结果摘要";
/// The seed.
pub const SEED: &str = "种子";
/// The document of a matching's input.
pub const INPUT: &str = "匹配输入的摘要";

/// A value as a difference shows it; `None` is NULL.
#[must_use]
pub fn value(text: Option<&str>) -> String {
    text.map_or_else(|| "空".to_owned(), |text| format!("“{text}”"))
}

/// What a check of the rows is called in a progress bar.
pub const COMPARING: &str = "比对对外数据";
/// What the recomputing of draws is called there.
pub const DRAWS: &str = "重新计算摇号";
/// What the recomputing of matchings is called there.
pub const MATCHINGS: &str = "重新计算匹配";

/// How many faults a finding stands for, behind the first.
#[must_use]
pub fn and_more(first: &str, count: usize) -> String {
    if count > 1 { format!("{first}（共 {count} 处）") } else { first.to_owned() }
}

/// What a column of these tables is called; a column may be a place in a document: `content/title`.
#[must_use]
pub fn column_label(column: &str) -> String {
    let (name, rest) = column.split_once('/').unwrap_or((column, ""));
    let label = COLUMNS.iter().find(|(known, _)| *known == name).map_or(name, |(_, label)| label);
    if rest.is_empty() { label.to_owned() } else { format!("{label}（{rest}）") }
}

/// What the columns that are told are called.
pub const COLUMNS: &[(&str, &str)] = &[
    ("agency_id", "单位"),
    ("approved_by", "批准人"),
    ("at", "时间"),
    ("attempt", "次数"),
    ("bundle_file", "证明包"),
    ("by_name", "改期人"),
    ("by_post", "改期人岗位"),
    ("cell", "分组"),
    ("ceremony_kind", "种类"),
    ("code", "代码"),
    ("commitment", "承诺"),
    ("commitment_digest", "承诺摘要"),
    ("commitment_document", "承诺文件"),
    ("committed_at", "承诺时间"),
    ("contact", "联系方式"),
    ("content", "内容"),
    ("created_account", "建立账号"),
    ("created_at", "建立时间"),
    ("created_by", "建立岗位"),
    ("decided_at", "批准时间"),
    ("decided_name", "批准人"),
    ("digest", "摘要"),
    ("dispatched_at", "派发时间"),
    ("document", "内容"),
    ("draw_id", "摇号"),
    ("drawn_rows", "抽中户次"),
    ("ended_at", "结束时间"),
    ("entry", "方案中的事项"),
    ("failure", "未成的记录"),
    ("from_day", "原定日"),
    ("id", "标识"),
    ("input_digest", "输入摘要"),
    ("input_file", "输入文件"),
    ("inspector_id", "检查人员"),
    ("inspectors", "检查人员数"),
    ("item_code", "事项编码"),
    ("kind", "种类"),
    ("list_id", "事项清单"),
    ("mapping_id", "事项对应"),
    ("n", "序次"),
    ("name", "名称"),
    ("number", "编号"),
    ("organiser", "组织单位"),
    ("outcome_file", "匹配结果文件"),
    ("party_id", "参与方"),
    ("position", "序号"),
    ("proposed_at", "提出时间"),
    ("proposed_name", "提出人"),
    ("public_bundle_file", "公开的证明包"),
    ("published_at", "公布时间"),
    ("rank", "名次"),
    ("reason", "理由"),
    ("register_file", "登记册"),
    ("rehearsal", "是否演练"),
    ("replaces_reason", "重新摇号的理由"),
    ("reserve", "是否备选"),
    ("result_digest", "结果摘要"),
    ("result_file", "结果文件"),
    ("reveal_by", "揭示截止"),
    ("revealed_at", "揭示时间"),
    ("reveals_document", "揭示文件"),
    ("role", "身份"),
    ("roll_at", "底册时间"),
    ("roll_digest", "底册摘要"),
    ("roll_document", "底册说明"),
    ("roll_file", "底册文件"),
    ("roll_rows", "底册户数"),
    ("roll_source", "底册来源"),
    ("salt", "盐"),
    ("scheme_document", "规则文件"),
    ("scheme_id", "方案"),
    ("sealed_at", "封存时间"),
    ("seat", "席位"),
    ("seed", "种子"),
    ("seq", "序号"),
    ("share_id", "派发"),
    ("signer", "声明人标识"),
    ("sizes_document", "数量文件"),
    ("state", "状态"),
    ("strata", "抽查类别"),
    ("stratum", "抽查类别代码"),
    ("stratum_label", "抽查类别"),
    ("subject_id", "检查对象"),
    ("suite", "算法"),
    ("task_id", "任务"),
    ("ticket", "票值"),
    ("title", "名称"),
    ("to_day", "改到的日子"),
    ("unit", "检查单位"),
    ("value", "揭示的数"),
    ("visit_id", "入户检查"),
    ("visits", "户数"),
    ("window_from", "检查开始日"),
    ("window_to", "检查结束日"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_names_what_it_has() {
        let check = |task: &str, row: &str, expect: &str| assert_eq!(place(Projection::Drawn, task, row), expect);
        check("1", "名次 2", "任务 1 的“抽取结果”（名次 2）");
        check("", "", "“抽取结果”");
        assert_eq!(column_label("content/contact"), "内容（contact）");
        assert_eq!(column_label("ticket"), "票值");
    }
}

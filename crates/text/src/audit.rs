//! What the check of the event log found, in words for an auditor.

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

/// The root that someone wrote down elsewhere is none of ours.
#[must_use]
pub fn unknown_root(root: &str) -> String {
    format!("外部留存的树根 {root} 不在本日志的历史树根之中。")
}

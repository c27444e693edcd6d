//! Names of the printed forms.

/// 检查通知书 or 随机抽查记录表.
#[must_use]
pub const fn name(notice: bool) -> &'static str {
    if notice { "检查通知书" } else { "检查记录表" }
}

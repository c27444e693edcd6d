//! Words of the printed forms.

/// 检查通知书 or 随机抽查记录表.
#[must_use]
pub const fn name(notice: bool) -> &'static str {
    if notice { "检查通知书" } else { "检查记录表" }
}

/// What a firm has ready for categories whose items name nothing: one line of a notice.
#[must_use]
pub fn materials_of(categories: &[&str]) -> String {
    format!("与{}有关的证照、合同、票据、台账和记录", categories.join("、"))
}

/// That characters could not be set, beside the name of the firm whose form has them; each as `U+31350`.
#[must_use]
pub fn unset(codes: &[String]) -> String {
    let marks: Vec<String> = codes.iter().map(|code| format!("〔{code}〕")).collect();
    format!("{}是所用字体没有的字，已印出代码，请在原处手写补正；安装含该字的字体后可以重新生成。", marks.join(""))
}

/// That a form is not in the file, beside the name of the firm whose form it is.
#[must_use]
pub fn left_out(message: &str, next: &str) -> String {
    format!("未印出：{message}{next}")
}

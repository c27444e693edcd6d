//! Events in words: what happened (the use case's label, or one of the few outcomes that have their own kind), and to
//! what kind of thing.

use domain::registry::UseCase;

use crate::Label as _;

/// What happened.
#[must_use]
pub fn what(kind: &str) -> String {
    let own = match kind {
        "task.dispatch_begun" => "开始派发",
        "matching.begun" => "开始随机匹配",
        "form.batch_begun" => "开始批量生成文书",
        "task.freeze_begun" => "开始冻结底册",
        "task.seal_returned" => "退回封存申请",
        "party.withdraw" => "撤回见证人",
        "party.reissue" => "换发见证链接",
        "party.reject" => "揭示不符",
        "draw.begun" => "开始摇号",
        _ => return UseCase::from_name(kind).map_or_else(|| kind.to_owned(), |case| case.label().to_owned()),
    };
    own.to_owned()
}

/// The kind of thing it happened to.
#[must_use]
pub fn subject(kind: &str) -> &'static str {
    match kind {
        "account" => "账号",
        "agency" => "机构",
        "post" => "岗位",
        "job" => "作业",
        "import" => "导入",
        "subject" => "检查对象",
        "inspector" => "执法检查人员",
        "item_list" => "抽查事项清单",
        "scheme" => "抽查工作方案",
        "task" => "抽查任务",
        "draw" => "抽取",
        "party" => "见证方",
        "share" => "派发",
        "visit" => "入户检查",
        "matching" => "随机匹配",
        "form" => "文书",
        "calendar" => "工作日历",
        "rule" => "规则",
        _ => "其他",
    }
}

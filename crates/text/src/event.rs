//! Events in words: what happened (the use case's label, or one of the few outcomes that have their own kind), and to
//! what kind of thing.

use domain::registry::UseCase;

use crate::Label as _;

/// Kinds of events that are no use case of their own: the beginning of long work, and what else happens on the way.
const OWN: [(&str, &str); 15] = [
    ("task.dispatch_begun", "开始派发"),
    ("matching.begun", "开始随机匹配"),
    ("fairness.begun", "开始计算公平性报告"),
    ("form.batch_begun", "开始批量生成文书"),
    ("task.freeze_begun", "开始冻结底册"),
    ("task.seal_returned", "退回封存申请"),
    ("party.withdraw", "撤回见证人"),
    ("party.reissue", "换发见证链接"),
    ("party.reject", "揭示不符"),
    ("draw.begun", "开始摇号"),
    ("account.sign_in_refused", "登录未成功"),
    ("account.sign_in_throttled", "登录过于频繁"),
    ("account.password_refused", "当前密码输错"),
    ("projection.differs", "数据与事件日志不符"),
    ("projection.agrees", "数据与事件日志恢复一致"),
];

/// What happened.
#[must_use]
pub fn what(kind: &str) -> String {
    let own = OWN.iter().find(|(known, _)| *known == kind).map(|(_, label)| *label);
    let label = own.or_else(|| UseCase::from_name(kind).map(crate::Label::label));
    label.unwrap_or(kind).to_owned()
}

/// Every kind of event with its words, for a choice; in the order of the registry, then [`OWN`].
#[must_use]
pub fn kinds() -> Vec<(&'static str, &'static str)> {
    let cases = UseCase::ALL.iter().filter_map(|case| Some((case.row().event?, case.label())));
    cases.chain(OWN).collect()
}

/// What a fact of an event is called; `None` for facts that only programs read (ids, versions).
#[must_use]
pub fn fact(key: &str) -> Option<&'static str> {
    Some(match key {
        "account" | "login" => "账号",
        "address" => "来自地址",
        "agency" => "机构",
        "role" => "角色",
        "attempt" => "次数",
        "basis" => "依据",
        "bundle" => "证明包摘要",
        "bytes" => "字节数",
        "certificate" => "执法证号",
        "changed" => "变更",
        "columns" => "列",
        "code" => "代码",
        "contact" => "联系人",
        "commitment" => "承诺摘要",
        "digest" => "摘要",
        "disabled" => "停用",
        "drawn" => "抽中",
        "file" => "文件",
        "files" => "文件数",
        "form" => "文书",
        "format" => "格式",
        "forms" => "份数",
        "from" => "自",
        "inspectors" => "检查人员",
        "kind" => "种类",
        "limit" => "份数上限",
        "list" => "列表",
        "moved" => "到期日变动",
        "name" => "名称",
        "new" => "新增",
        "notice" => "依据的通知",
        "number" => "编号",
        "off" => "放假",
        "on" => "日期",
        "party" => "见证方",
        "planned_on" => "计划检查日",
        "first_on" => "最早检查日",
        "problems" => "问题",
        "reason" => "理由",
        "refused" => "未成功的登录次数",
        "register" => "登记册摘要",
        "removed" => "移出",
        "remarks" => "须留意的户数",
        "recounted" => "重新计算的期限",
        "result" => "结果摘要",
        "reveal_by" => "揭示截止",
        "roll" => "底册摘要",
        "rows" => "行数",
        "rule" => "规则",
        "scheme" => "方案",
        "seed" => "种子",
        "title" => "名称",
        "to" => "至",
        "unchanged" => "不变",
        "unit" | "units" => "单位",
        "visits" => "户数",
        "what" => "不符之处",
        "year" => "年份",
        _ => return None,
    })
}

/// The kind of thing it happened to.
#[must_use]
pub fn subject(kind: &str) -> &'static str {
    match kind {
        "account" => "账号",
        "address" => "来访地址",
        "agency" => "机构",
        "post" => "岗位",
        "job" => "作业",
        "import" => "导入",
        "subject" => "检查对象",
        "inspector" => "执法检查人员",
        "move" => "人员调动",
        "item_list" => "抽查事项清单",
        "scheme" => "抽查工作方案",
        "task" => "抽查任务",
        "draw" => "抽取",
        "party" => "见证方",
        "share" => "派发",
        "visit" => "入户检查",
        "matching" => "随机匹配",
        "projection" => "对外的数据",
        "form" => "文书",
        "calendar" => "工作日历",
        "rule" => "规则",
        _ => "其他",
    }
}

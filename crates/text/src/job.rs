//! What a job is doing, for the progress bar.

/// The words for a step's code; an unknown or empty code is "being prepared".
#[must_use]
pub fn step(code: &str) -> &'static str {
    match code {
        "read" => "读取文件",
        "stage" => "暂存并校验数据",
        "check" => "核对重复与一致性",
        "report" => "生成问题清单",
        "swap" => "写入名录库",
        "freeze" => "冻结抽取底册",
        "digest" => "计算底册摘要",
        "sizes" => "计算各类别抽取数量",
        "draw" => "计算票值",
        "result" => "写入抽取结果",
        "bundle" => "生成证明包",
        "dispatch" => "按登记机关派发",
        "match" => "随机匹配检查人员",
        "series" => "读取历次底册与结果",
        "tests" => "检验",
        "render" => "生成文书",
        _ => "准备中",
    }
}

/// Title of the job that freezes a task's roll.
#[must_use]
pub fn freeze_title(number: &str) -> String {
    format!("冻结底册：任务{number}")
}

/// Title of the job that makes a year's fairness report.
#[must_use]
pub fn fairness_title(year: i32) -> String {
    format!("公平性报告：{year}年")
}

/// Title of the job that draws a task.
#[must_use]
pub fn draw_title(number: &str) -> String {
    format!("摇号：任务{number}")
}

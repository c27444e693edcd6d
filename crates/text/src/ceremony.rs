//! Words of the ceremony that stand in published documents and on the witness's page.

/// The platform's name among the parties.
#[must_use]
pub const fn platform() -> &'static str {
    "平台"
}

/// What a ceremony decides, over the witness's page.
#[must_use]
pub fn purpose(kind: &str) -> &'static str {
    if kind == "match" { "随机匹配检查人员" } else { "公开摇号" }
}

/// What a roll is frozen from, as the commitment names it.
#[must_use]
pub const fn roll_source() -> &'static str {
    "检查对象名录库"
}

/// The source as it stands in the commitment document: with the register that was frozen in the same walk. Whoever holds the
/// commitment can hold the house to that register.
#[must_use]
pub fn committed_source(source: &str, register: &str) -> String {
    format!("{source}；登记册 SHA-256 {register}")
}

/// The reason in a failure document: who has not revealed in time.
#[must_use]
pub fn missing(parties: &[String]) -> String {
    format!("{}未在揭示截止时间前揭示", parties.join("、"))
}

/// How strong a draw is: a rehearsal, or with so many witnesses.
#[must_use]
pub fn strength(witnesses: usize) -> String {
    if witnesses == 0 {
        "演练：只有平台一方参与，不具公信力，不得作为正式摇号".to_owned()
    } else {
        format!("有见证：{witnesses}名见证人各自出数，只要其中一人的数未泄露，结果就无人能够预知或左右")
    }
}

/// What the witness reads under the state of the ceremony.
#[must_use]
pub fn witness_message(state: &str) -> Option<&'static str> {
    match state {
        "committed" => Some("您的承诺已登记。等所有人都提交后，主持人会公布承诺。"),
        "reveal" => Some("承诺已公布，现在可以揭示。"),
        "absent" => Some("揭示时间已过，您没有揭示。"),
        "failed" => Some("本次摇号未成，主持人会说明下一步。"),
        _ => None,
    }
}

/// The address in the QR codes leads every phone to itself: for who holds the ceremony, who is no administrator.
#[must_use]
pub fn unreachable(url: &str) -> String {
    format!(
        "二维码中的地址是 {url}，只有这台服务器自己打得开。请系统管理员用手机能访问的地址重新启动（--public-url），再邀请见证人；已发出的二维码届时须重新发出。"
    )
}

/// Why a draw cannot be failed: everybody has revealed.
#[must_use]
pub const fn all_revealed() -> &'static str {
    "各方都已揭示，种子已经确定"
}

/// Why a draw cannot be failed yet.
#[must_use]
pub fn deadline_not_passed(reveal_by: domain::time::Instant) -> String {
    format!("揭示截止时间{}未到", crate::moment(reveal_by))
}

/// How strong a draw is, for the projector's headline.
#[must_use]
pub fn strength_short(witnesses: usize) -> String {
    if witnesses == 0 { "演练".to_owned() } else { format!("有见证：见证人{witnesses}名") }
}

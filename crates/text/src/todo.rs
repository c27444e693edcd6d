//! The to-do list in words: what waits, what the button says, and what one has sent off oneself.

use domain::time::Instant;

/// A kind of thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TodoKind {
    /// A scheme waits for approval.
    ApproveScheme,
    /// A task waits for approval.
    ApproveTask,
    /// A seal waits for its second person.
    ApproveSeal,
    /// A task's roll is to be frozen and the seal asked for.
    Freeze,
    /// Everything is sealed; the ceremony is to be held.
    HoldCeremony,
    /// The commitments are published; reveals and draw follow.
    Draw,
    /// An attempt failed.
    NewAttempt,
    /// The drawn list is to be dispatched.
    Dispatch,
    /// What a word of a drawn task's scheme stands for waits for approval.
    ApproveMapping,
    /// A dispatched list is to be accepted.
    AcceptShare,
    /// Inspectors are to be matched.
    MatchShare,
    /// A unit sent its share back; it is to be dispatched again.
    Redispatch,
    /// An approved scheme waits for a task.
    CreateTask,
    /// A matching waits for its second person, who is oneself or may be.
    JoinMatching,
    /// The commitments of a matching are published; the reveals follow.
    RevealMatching,
    /// Rows that people are told facts from do not agree with the log.
    RowsDiffer,
    /// A job that one asked for failed.
    FailedJob,
    /// Own visits whose planned day has passed.
    LateVisits,
    /// Own visits of today.
    TodayVisits,
    /// The directory names one's account as an inspector's; oneself is to confirm.
    ConfirmInspector,
    /// Another agency asks for an inspector of one's own, or offers one of its own.
    DecideMove,
}

impl TodoKind {
    /// What waits.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::ApproveScheme => "抽查工作方案待审批",
            Self::ApproveTask => "抽查任务待审批",
            Self::ApproveSeal => "底册封存待第二人批准",
            Self::Freeze => "任务已批准，待冻结底册并申请封存",
            Self::HoldCeremony => "底册已封存，待举行摇号",
            Self::Draw => "承诺已公布，待揭示并抽取",
            Self::NewAttempt => "上次抽取未成功，待重新封存",
            Self::Dispatch => "已抽取，待派发",
            Self::ApproveMapping => "事项对应待批准",
            Self::AcceptShare => "新派发名单待签收",
            Self::MatchShare => "待随机匹配检查人员",
            Self::Redispatch => "派发被退回，待重新派发",
            Self::CreateTask => "方案已批准，待建立任务",
            Self::JoinMatching => "随机匹配待第二人参加",
            Self::RevealMatching => "匹配的承诺已公布，待揭示",
            Self::RowsDiffer => "数据与事件日志不符",
            Self::FailedJob => "作业失败",
            Self::LateVisits => "检查的计划日已过",
            Self::TodayVisits => "今天的检查",
            Self::ConfirmInspector => "请确认您的执法检查人员身份",
            Self::DecideMove => "人员调动待您单位同意",
        }
    }

    /// What the button says.
    #[must_use]
    pub const fn action(self) -> &'static str {
        match self {
            Self::ApproveScheme | Self::ApproveTask => "去审批",
            Self::ApproveSeal | Self::ApproveMapping => "去核对并批准",
            Self::Freeze => "去冻结",
            Self::HoldCeremony => "去摇号",
            Self::Draw => "去抽取",
            Self::NewAttempt => "去查看",
            Self::Dispatch => "去派发",
            Self::AcceptShare => "去签收",
            Self::MatchShare => "去匹配",
            Self::Redispatch => "去查看原因",
            Self::CreateTask => "去建立任务",
            Self::JoinMatching => "去参加",
            Self::RevealMatching => "去揭示",
            Self::RowsDiffer => "去核对",
            Self::FailedJob => "查看怎么办",
            Self::LateVisits | Self::TodayVisits => "查看名单",
            Self::ConfirmInspector => "去确认",
            Self::DecideMove => "去答复",
        }
    }
}

/// An instant until which something is due, with the minutes that are left, begun ones counted: `截止 14:23，还剩 12 分钟`.
#[must_use]
pub fn until(due: Instant, now: Instant) -> String {
    let (hour, minute, _, _) = due.china_time();
    let left = due.since_ms(now);
    if left <= 0 {
        return format!("时限 {} 已过", crate::moment(due));
    }
    let minutes = left.saturating_add(59_999) / 60_000;
    match minutes {
        0..=120 => format!("截止 {hour:02}:{minute:02}，还剩 {minutes} 分钟"),
        _ => format!("截止 {}，还剩 {} 小时", crate::moment(due), minutes / 60),
    }
}

/// A kind of thing that one has sent off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentKind {
    /// A submitted scheme.
    Scheme,
    /// A task that waits for its approval.
    Task,
    /// A seal that was asked for.
    Seal,
    /// A dispatched share that is not received yet.
    Share,
    /// A matching that waits for its second person.
    Matching,
    /// A move that the other side has not answered.
    Move,
}

impl SentKind {
    /// What it is and what it waits for.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Scheme => "抽查工作方案，待审批",
            Self::Task => "抽查任务，待批准",
            Self::Seal => "底册封存，待批准",
            Self::Share => "派发名单，待签收",
            Self::Matching => "随机匹配，待第二人",
            Self::Move => "人员调动，待对方同意",
        }
    }

    /// Who has it now: the person where one was named, else those whose turn it is in the agency.
    #[must_use]
    pub fn holder(self, agency: &str, person: &str) -> String {
        match (self, person) {
            (Self::Scheme | Self::Task | Self::Seal, _) => format!("{agency}，分管领导"),
            (Self::Share, _) => format!("{agency}，经办人"),
            (Self::Move, _) => format!("{agency}，经办人或名录管理员"),
            (Self::Matching, "") => format!("{agency}，分管领导或受邀的第二人"),
            (Self::Matching, person) => person.to_owned(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn minutes_that_are_left_count_the_begun_one() {
        let at = |text: &str| text.parse::<Instant>().unwrap();
        let due = at("2026-12-01T14:23:00+08:00");
        let check = |now: &str, expect: &str| assert_eq!(until(due, at(now)), expect, "{now}");
        check("2026-12-01T14:11:00+08:00", "截止 14:23，还剩 12 分钟");
        check("2026-12-01T14:11:01+08:00", "截止 14:23，还剩 12 分钟");
        check("2026-12-01T14:22:59+08:00", "截止 14:23，还剩 1 分钟");
        check("2026-12-01T14:23:00+08:00", "时限 2026-12-01 14:23 已过");
        check("2026-12-01T10:00:00+08:00", "截止 2026-12-01 14:23，还剩 4 小时");
    }
}

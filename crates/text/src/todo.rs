//! The to-do list in words: what waits, and what the button says.

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
        }
    }
}

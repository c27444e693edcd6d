//! The Chinese label of every enum value of `domain`.

use domain::agency::{AgencyKind, AgencyLevel};
use domain::calendar::DayKind;
use domain::deadline::{Binding, SpanUnit};
use domain::division::DivisionLevel;
use domain::import::{ImportEffect, ImportKind, ImportState};
use domain::item::{CheckMethod, ItemWeight, VisitProblem};
use domain::moves::MoveSide;
use domain::projection::Projection;
use domain::role::Role;
use domain::rulebook::{StartEvent, Term};
use domain::scheme::{ConditionTest, SchemeColumn, SeatMethod, SizeRounding, StratumMembership};
use domain::separation::Hand;
use domain::state::{
    AttemptState, JobCommand, JobState, MappingCommand, MappingState, MatchingCommand, MatchingState, MoveCommand,
    MoveState, PartyCommand, PartyState, RevisionCommand, RevisionState, ShareCommand, ShareState, TaskCommand,
    TaskState, VisitCommand, VisitState,
};
use domain::subject::{LicenceState, RiskLevel, RiskScale, SubjectGroup, SubjectKind, SubjectStatus};
use domain::work::WorkState;

/// Has a Chinese label.
pub trait Label {
    /// The label, as it stands on pages, in forms and in rolls.
    fn label(self) -> &'static str;
}

macro_rules! labels {
    ($($kind:ident { $($variant:ident $text:literal),+ $(,)? })+) => {$(
        impl Label for $kind {
            fn label(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }
    )+};
}

labels! {
    Projection {
        Task "任务的基本信息",
        Census "底册各类的构成",
        Draw "摇号的摘要与文件",
        Party "参与各方的承诺与揭示",
        Rejection "揭示不符的记录",
        Chain "承诺链",
        Attestation "复核声明",
        Drawn "抽取结果",
        Publication "公告",
        PublishedDrawn "公布的抽取名单",
        Mapping "事项对应",
        MappingItem "事项对应的事项",
        Share "派发",
        Visit "入户检查",
        VisitItem "检查表的事项",
        VisitDay "改期记录",
        Matching "匹配的摘要与文件",
        Assignment "检查人员的匹配",
    }
    AgencyLevel { Province "省级", City "市级", County "县（区）级", Station "所级" }
    AgencyKind { Bureau "市场监督管理局", ZoneBranch "功能区分局", Station "市场监督管理所", Partner "其他部门" }
    DivisionLevel { Province "省级", City "市级", County "县级" }
    DayKind { Workday "工作日", MakeUpWorkday "调休上班", Weekend "周末", Holiday "节假日" }
    SpanUnit { Day "日", WorkingDay "工作日" }
    Binding { Relative "按期限起算", Fixed "按规定日期", Both "两项同日到期" }

    SubjectKind {
        Enterprise "企业", Cooperative "农民专业合作社", Individual "个体工商户", Institution "事业单位",
        SocialOrganisation "社会组织", Product "产品", Project "项目", Act "行为",
    }
    SubjectGroup { ForProfit "营利性市场主体", NonProfit "非营利性市场主体", NonMarket "非市场主体" }
    SubjectStatus {
        Existing "存续", Operating "在营", Suspended "歇业", Liquidating "清算", Revoked "吊销", Annulled "撤销",
        Deregistered "注销", MovedOut "迁出",
    }
    RiskScale { Credit "企业信用风险分类", Food "食品生产经营风险等级" }
    RiskLevel { A "A", B "B", C "C", D "D", E "E" }

    ImportKind { Agency "机构", Subject "检查对象", Inspector "执法检查人员", Item "抽查事项清单" }
    ImportEffect { New "新增", Changed "变更", Unchanged "不变", Removed "移出" }
    ImportState {
        Uploaded "待对应列", Mapped "待试导入", Checked "待确认", Refused "有问题，未导入", Committed "已导入", Cancelled "已取消",
    }

    VisitProblem { NoItems "没有适用的抽查事项，待确定" }
    ItemWeight { Key "重点检查事项", General "一般检查事项" }
    CheckMethod {
        OnSite "实地核查", Documents "书面检查", Online "网络检查", Sampling "抽样检测", Commissioned "委托专业机构检查",
    }

    Role {
        Administrator "系统管理员", Clerk "经办人", Leader "分管领导", DirectoryKeeper "名录管理员", Inspector "执法检查人员",
        Reviewer "审核人", Publisher "公示审批人", Auditor "纪检审计人员",
    }
    Hand {
        SchemeAuthor "方案起草人", SchemeApprover "方案审批人", TaskAuthor "任务建立人", TaskApprover "任务审批人", Freezer "底册冻结人", Drawer "摇号经办人",
        SealApprover "封存审批人", Matcher "匹配经办人", MatchWitness "匹配见证人", Inspector "检查人", Reviewer "审核人",
        Publisher "公示审批人",
    }

    TaskState {
        Draft "待批准", Approved "已批准", Sealed "已封存", Committed "已公布承诺", Drawn "已摇号", Failed "摇号未成",
        Voided "已作废",
    }
    TaskCommand {
        Approve "批准任务", Freeze "冻结底册", Seal "批准封存", Commit "公布承诺", Draw "摇号", Fail "宣布本次摇号未成",
        Void "作废任务",
    }
    AttemptState {
        Frozen "底册已冻结", Requested "封存待批准", Sealed "已封存", Committed "已公布承诺", Drawn "已摇号", Failed "未成",
    }
    LicenceState { Valid "有效", Suspended "暂停", Revoked "吊销", Cancelled "注销" }
    SchemeColumn {
        Kind "主体类型", SubKind "细分类型", Organ "登记机关", Registered "成立日期", Status "登记状态", Risk "信用风险等级",
        Industry "行业代码", Division "行政区划", Tags "标签", Licences "有效的许可证",
    }
    ConditionTest {
        In "是", NotIn "不是", Prefix "开头为", Has "带有", HasNone "不带", UpTo "不晚于", After "晚于", Empty "未填写",
        Filled "已填写",
    }
    SizeRounding { Ceil "向上取整", HalfUp "四舍五入", Floor "向下取整" }
    StratumMembership { First "归入先列的类别", Every "分别归入各类别" }
    SeatMethod { Random "随机分配余额", Hamilton "最大余额法" }
    RevisionState {
        Draft "起草中", Submitted "待审批", Approved "已批准", Published "已发布", Superseded "已被替代", Withdrawn "已撤回",
    }
    RevisionCommand {
        Submit "提交审批", Return "退回修改", Approve "批准", Publish "发布", Supersede "以新版替代", Withdraw "撤回",
    }
    ShareState { Received "待签收", Accepted "已签收", Returned "已退回", Matched "已匹配" }
    ShareCommand { Accept "签收", Return "退回", Redispatch "重新派发", Match "匹配检查人员" }
    JobState { Queued "排队中", Running "进行中", Done "已完成", Failed "失败", Cancelled "已取消" }
    JobCommand {
        Claim "开始执行", Release "放回队列", Finish "完成", Fail "停止重试", Cancel "取消", Retry "重新执行",
    }
    VisitState { Waiting "待匹配人员", Matched "已匹配人员", Prepared "文书已备" }
    VisitCommand { Match "匹配检查人员", Prepare "打印文书", Plan "调整计划检查日" }
    MoveState { Requested "待对方同意", Moved "已调动", Refused "对方不同意", Withdrawn "已撤回" }
    MoveCommand { Consent "同意调动", Refuse "不同意调动", Withdraw "撤回调动申请" }
    MoveSide { Releasing "调出单位", Receiving "调入单位" }
    MappingState { Proposed "待批准", Approved "已批准并公布", Returned "已退回" }
    MappingCommand { Approve "批准事项对应", Return "退回事项对应" }
    MatchingState { Prepared "待公布承诺", Committed "待揭示", Matched "已匹配", Failed "未成功" }
    MatchingCommand { Prepare "准备匹配数据", Commit "公布承诺", Run "执行匹配", Fail "宣布本次匹配未成" }
    PartyState { Invited "待提交承诺", Committed "已提交承诺", Revealed "已揭示", Absent "缺席", Rejected "揭示不符" }
    PartyCommand { Commit "提交承诺", Reveal "揭示", Reject "揭示不符", Miss "逾时未揭示" }

    Term { MarketEntity "市场主体", BusinessEntity "经营主体" }
    StartEvent { Dispatch "派发", Receipt "签收" }
    WorkState {
        Draft "待批准", Approved "待封存", Sealed "待公布承诺", Committed "待摇号", Failed "摇号未成", ToDispatch "待派发",
        Dispatching "派发中", Matching "匹配中", ToInspect "待检查", Voided "已作废",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Coded;
    use std::collections::BTreeSet;

    /// Two values of one enum with the same label could not be told apart on a page.
    fn distinct<T: Coded + Label>() {
        let labels: BTreeSet<_> = T::ALL.iter().map(|value| value.label()).collect();
        assert_eq!(labels.len(), T::ALL.len(), "{}", std::any::type_name::<T>());
        assert!(labels.iter().all(|label| !label.is_empty()));
    }

    #[test]
    fn labels_of_one_enum_differ() {
        distinct::<AgencyLevel>();
        distinct::<AgencyKind>();
        distinct::<SpanUnit>();
        distinct::<SubjectKind>();
        distinct::<SubjectGroup>();
        distinct::<SubjectStatus>();
        distinct::<LicenceState>();
        distinct::<RiskScale>();
        distinct::<RiskLevel>();
        distinct::<ImportKind>();
        distinct::<ImportEffect>();
        distinct::<ImportState>();
        distinct::<ItemWeight>();
        distinct::<CheckMethod>();
        distinct::<Role>();
        distinct::<Hand>();
        distinct::<TaskState>();
        distinct::<TaskCommand>();
        distinct::<AttemptState>();
        distinct::<SchemeColumn>();
        distinct::<ConditionTest>();
        distinct::<SizeRounding>();
        distinct::<StratumMembership>();
        distinct::<SeatMethod>();
        distinct::<RevisionState>();
        distinct::<RevisionCommand>();
        distinct::<ShareState>();
        distinct::<ShareCommand>();
        distinct::<JobState>();
        distinct::<JobCommand>();
        distinct::<VisitState>();
        distinct::<VisitCommand>();
        distinct::<MoveState>();
        distinct::<MoveCommand>();
        distinct::<domain::moves::MoveSide>();
        distinct::<MappingState>();
        distinct::<MatchingState>();
        distinct::<MatchingCommand>();
        distinct::<PartyState>();
        distinct::<PartyCommand>();
        distinct::<Term>();
        distinct::<StartEvent>();
        distinct::<WorkState>();
        distinct::<domain::rulebook::Rule>();
    }
}

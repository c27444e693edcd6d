//! The Chinese name of every use case, for the role matrix, the audit and refusals.

use domain::registry::UseCase;

use crate::Label;

impl Label for UseCase {
    fn label(self) -> &'static str {
        match self {
            Self::HomeView => "查看待办",
            Self::ComponentGallery => "查看界面组件",
            Self::AccountSignIn => "登录",
            Self::AccountSignOut => "退出登录",
            Self::AccountChangePassword => "修改本人密码",
            Self::AccountList => "查看账号",
            Self::AccountCreate => "新建账号",
            Self::AccountDisable => "停用账号",
            Self::AccountResetPassword => "重置密码",
            Self::PostGrant => "授予岗位",
            Self::PostEnd => "终止岗位",
            Self::PostSwitch => "切换岗位",
            Self::AgencyList => "查看机构",
            Self::AgencySave => "维护机构",
            Self::AgencyImport => "导入机构",
            Self::CalendarView => "查看工作日历",
            Self::CalendarExtend => "录入年度放假安排",
            Self::RulebookView => "查看规则参数",
            Self::RulebookSet => "设置规则参数",
            Self::ListExport => "导出列表",
            Self::SubjectList => "查询检查对象",
            Self::SubjectView => "查看检查对象",
            Self::SubjectSave => "维护检查对象",
            Self::SubjectImport => "导入检查对象",
            Self::SubjectExport => "导出检查对象",
            Self::InspectorList => "查询执法检查人员",
            Self::InspectorView => "查看执法检查人员",
            Self::InspectorName => "登记执法检查人员的账号",
            Self::InspectorConfirm => "确认本人的执法检查人员身份",
            Self::InspectorImport => "导入执法检查人员",
            Self::RecusalDeclare => "申报回避",
            Self::LeaveRecord => "登记请假",
            Self::ItemList => "查询抽查事项",
            Self::ItemView => "查看抽查事项",
            Self::ItemImport => "导入抽查事项清单",
            Self::ImportList => "查询导入记录",
            Self::ImportView => "查看导入情况",
            Self::ImportMap => "对应导入列",
            Self::ImportDryRun => "试导入",
            Self::ImportCommit => "确认导入",
            Self::ImportCancel => "取消导入",
            Self::SchemeList => "查询抽查工作方案",
            Self::SchemeView => "查看抽查工作方案",
            Self::SchemeDraft => "起草抽查工作方案",
            Self::SchemeDelete => "删除抽查工作方案草稿",
            Self::SchemeSubmit => "提交抽查工作方案",
            Self::SchemeApprove => "批准抽查工作方案",
            Self::SchemeReturn => "退回抽查工作方案",
            Self::TaskList => "查询抽查任务",
            Self::TaskView => "查看抽查任务",
            Self::TaskCreate => "新建抽查任务",
            Self::TaskApprove => "批准抽查任务",
            Self::TaskFreeze => "冻结底册",
            Self::TaskRequestSeal => "申请封存",
            Self::TaskApproveSeal => "批准封存",
            Self::TaskVoid => "作废抽查任务",
            Self::PartyInvite => "邀请见证人",
            Self::PartyCommit => "见证人提交承诺",
            Self::CommitmentPublish => "公布承诺",
            Self::PartyReveal => "见证人揭示",
            Self::DrawCeremony => "观看摇号现场",
            Self::DrawRun => "摇号",
            Self::DrawFail => "宣布本次摇号未成",
            Self::DrawView => "查看摇号结果",
            Self::BundleDownload => "下载摇号证明包",
            Self::BundleWhole => "下载完整证明包",
            Self::ResultAttest => "声明已复算摇号结果",
            Self::ReceiptIssue => "为企业出具回执",
            Self::PartyBundle => "见证人下载完整证明包",
            Self::PartyAttest => "见证人声明已复算",
            Self::FairnessView => "查看公平性报告",
            Self::FairnessCompute => "计算公平性报告",
            Self::MappingView => "查看事项对应",
            Self::MappingPropose => "提出事项对应",
            Self::MappingApprove => "批准事项对应",
            Self::MappingReturn => "退回事项对应",
            Self::TaskDispatch => "派发",
            Self::ShareList => "查询派发任务",
            Self::ShareView => "查看派发任务",
            Self::ShareAccept => "签收派发任务",
            Self::ShareReturn => "退回派发任务",
            Self::VisitList => "查询入户检查",
            Self::VisitMine => "查看本人的检查",
            Self::VisitView => "查看入户检查",
            Self::VisitPlan => "调整计划检查日",
            Self::VisitSpread => "重新排定计划检查日",
            Self::ShareRedispatch => "重新派发",
            Self::MatchingInvite => "邀请匹配见证人",
            Self::MatchingFail => "宣布本次匹配未成",
            Self::MatchingPrepare => "准备随机匹配",
            Self::MatchingCommit => "公布匹配承诺",
            Self::MatchingRun => "随机匹配",
            Self::MatchingView => "查看匹配结果",
            Self::FormPrint => "打印文书",
            Self::FormPrintBatch => "批量打印文书",
            Self::JobList => "查询后台作业",
            Self::JobView => "查看后台作业",
            Self::JobCancel => "取消后台作业",
            Self::EventList => "查询操作记录",
            Self::AuditVerify => "校验操作记录",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn use_cases_have_distinct_names() {
        let labels: BTreeSet<_> = UseCase::ALL.iter().map(|case| case.label()).collect();
        assert_eq!(labels.len(), UseCase::ALL.len());
    }
}

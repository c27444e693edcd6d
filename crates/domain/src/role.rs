//! The roles of a post. What each may do stands in [`crate::registry`].

coded_enum! {
    /// What a post does. A person with several roles holds several posts and acts as one of them at a time.
    Role {
        /// 系统管理员: accounts, posts, agencies, calendar, rules; no business of its own.
        Administrator = "administrator",
        /// 经办人: schemes, tasks, freezing, ceremony, dispatch; in a county receiving, matching, printing.
        Clerk = "clerk",
        /// 分管领导: approves schemes and sealing, is the second party of a matching.
        Leader = "leader",
        /// 名录管理员: subjects, inspectors, items.
        DirectoryKeeper = "directory_keeper",
        /// 执法检查人员: own visits and forms.
        Inspector = "inspector",
        /// 审核人: reviews records.
        Reviewer = "reviewer",
        /// 公示审批人: approves disclosure.
        Publisher = "publisher",
        /// 纪检、审计: reads everything in scope, events and proofs; writes nothing.
        Auditor = "auditor",
    }
}

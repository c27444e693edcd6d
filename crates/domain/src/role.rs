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

impl Role {
    /// Whether posts with this role are given out. Two roles have no work in this version: records are not entered here
    /// yet, so there is nothing to review and no disclosure to approve. Their codes stay, because the rules on who must be
    /// apart (`crate::separation`) name them.
    #[must_use]
    pub const fn is_granted(self) -> bool {
        !matches!(self, Self::Reviewer | Self::Publisher)
    }
}

#[cfg(test)]
mod tests {
    use super::Role;
    use crate::registry::{Allowed, UseCase, may};

    /// A role that is given out can do something that not every post may; one that is not given out cannot write.
    #[test]
    fn a_role_is_given_out_when_it_has_work() {
        for role in Role::ALL.iter().copied() {
            let works = UseCase::ALL.iter().any(|case| {
                let row = case.row();
                let own = matches!(row.allowed, Allowed::Roles(_)) && may(role, *case);
                own && (row.writes || role.is_granted())
            });
            assert_eq!(works, role.is_granted(), "{role}");
        }
    }
}

//! One row per use case: its name, who may do it, its page, the event that it leaves, and whether it writes.
//!
//! The table feeds the permission check, the role matrix on the pages and in the tests, and the names in the audit. A new
//! use case is one variant with its row here and one label in `text`; the compiler asks for the label.

use crate::role::Role;
use Role::{Administrator, Auditor, Clerk, DirectoryKeeper, Inspector, Leader, Publisher, Reviewer};

/// Who may do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// Posts with one of these roles.
    Roles(&'static [Role]),
    /// Every post, whatever its role.
    AnyPost,
    /// No account at all: whoever holds the token in the link, or anyone before signing in.
    NoAccount,
}

/// One row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Stable dotted name, `noun.verb`.
    pub name: &'static str,
    /// Who may do it.
    pub allowed: Allowed,
    /// Path of its page, with `{…}` for parts that vary; `None` if it has no page of its own.
    pub page: Option<&'static str>,
    /// Kind of the event that a successful run writes; `None` if it writes none.
    pub event: Option<&'static str>,
    /// Whether it changes anything.
    pub writes: bool,
}

macro_rules! registry {
    ($($variant:ident $name:literal $kind:ident $allowed:expr, $page:expr;)+) => {
        /// Everything that can be done, by name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum UseCase {
            $(#[doc = $name] $variant,)+
        }

        impl UseCase {
            /// Every use case, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its row.
            pub const fn row(self) -> Row {
                match self {
                    $(Self::$variant => registry!(@row $kind $name, $allowed, $page),)+
                }
            }
        }
    };
    (@row read $name:literal, $allowed:expr, $page:expr) => {
        Row { name: $name, allowed: $allowed, page: $page, event: None, writes: false }
    };
    // A read that is itself a fact worth keeping: the file left the house.
    (@row noted $name:literal, $allowed:expr, $page:expr) => {
        Row { name: $name, allowed: $allowed, page: $page, event: Some($name), writes: false }
    };
    (@row write $name:literal, $allowed:expr, $page:expr) => {
        Row { name: $name, allowed: $allowed, page: $page, event: Some($name), writes: true }
    };
}

const ADMIN: Allowed = Allowed::Roles(&[Administrator]);
const IMPORTS: Allowed = Allowed::Roles(&[Administrator, Clerk, DirectoryKeeper]);
const KEEPER: Allowed = Allowed::Roles(&[DirectoryKeeper]);
const DIRECTORY: Allowed = Allowed::Roles(&[Clerk, DirectoryKeeper]);
const CLERK: Allowed = Allowed::Roles(&[Clerk]);
const LEADER: Allowed = Allowed::Roles(&[Leader]);
const PAIR: Allowed = Allowed::Roles(&[Clerk, Leader]);
const READERS: Allowed = Allowed::Roles(&[Clerk, Leader, DirectoryKeeper, Reviewer, Publisher, Auditor]);
const VISITS: Allowed = Allowed::Roles(&[Clerk, Leader, Inspector, Reviewer, Publisher, Auditor]);
const JOBS: Allowed = Allowed::Roles(&[Administrator, Clerk, Leader, DirectoryKeeper, Auditor]);
const COUNTERS: Allowed = Allowed::Roles(&[Clerk, Leader, Auditor]);
const AUDIT: Allowed = Allowed::Roles(&[Administrator, Auditor]);
const AUDITOR: Allowed = Allowed::Roles(&[Auditor]);
const ANY: Allowed = Allowed::AnyPost;
const TOKEN: Allowed = Allowed::NoAccount;

registry! {
    HomeView "home.view" read ANY, Some("/");
    ComponentGallery "component.gallery" read ANY, Some("/components");

    AccountSignIn "account.sign_in" write TOKEN, Some("/sign-in");
    AccountSignOut "account.sign_out" write ANY, Some("/sign-out");
    AccountChangePassword "account.change_password" write ANY, Some("/account/password");
    AccountList "account.list" read AUDIT, Some("/accounts");
    AccountCreate "account.create" write ADMIN, Some("/accounts/new");
    AccountDisable "account.disable" write ADMIN, Some("/accounts/{account}/disable");
    AccountResetPassword "account.reset_password" write ADMIN, Some("/accounts/{account}/reset-password");
    PostGrant "post.grant" write ADMIN, Some("/accounts/{account}/posts/new");
    PostEnd "post.end" write ADMIN, Some("/accounts/{account}/posts/{post}/end");
    PostSwitch "post.switch" write ANY, Some("/account/post");

    AgencyList "agency.list" read ANY, Some("/agencies");
    AgencySave "agency.save" write ADMIN, Some("/agencies/{agency}");
    AgencyImport "agency.import" write ADMIN, Some("/agencies/import");
    CalendarView "calendar.view" read ANY, Some("/calendar");
    CalendarExtend "calendar.extend" write ADMIN, Some("/calendar/{year}");
    RulebookView "rulebook.view" read ANY, Some("/rules");
    RulebookSet "rulebook.set" write ADMIN, Some("/rules/{rule}");

    // Whoever may see a list may take what it shows; the list's own use case is asked as well.
    ListExport "list.export" noted ANY, None;

    SubjectList "subject.list" read READERS, Some("/subjects");
    SubjectView "subject.view" read READERS, Some("/subjects/{subject}");
    SubjectSave "subject.save" write KEEPER, Some("/subjects/{subject}/edit");
    SubjectImport "subject.import" write DIRECTORY, Some("/subjects/import");
    SubjectExport "subject.export" noted READERS, None;
    InspectorList "inspector.list" read READERS, Some("/inspectors");
    InspectorView "inspector.view" read READERS, Some("/inspectors/{inspector}");
    InspectorName "inspector.name_account" write KEEPER, Some("/inspectors/{inspector}/account");
    // Only the account's owner can say "that is me"; whichever post they act as is theirs.
    InspectorConfirm "inspector.confirm_account" write ANY, Some("/account/inspector");
    InspectorImport "inspector.import" write DIRECTORY, Some("/inspectors/import");
    RecusalDeclare "recusal.declare" write Allowed::Roles(&[DirectoryKeeper, Clerk, Inspector]), Some("/inspectors/{inspector}/recusals/new");
    LeaveRecord "leave.record" write DIRECTORY, Some("/inspectors/{inspector}/leaves/new");
    // A move takes two: one side's keeper asks, the other side's agrees.
    MoveList "move.list" read READERS, Some("/moves");
    MoveView "move.view" read READERS, Some("/moves/{move}");
    MoveRequest "move.request" write DIRECTORY, Some("/moves/new");
    MoveConsent "move.consent" write DIRECTORY, Some("/moves/{move}/consent");
    MoveRefuse "move.refuse" write DIRECTORY, Some("/moves/{move}/refuse");
    MoveWithdraw "move.withdraw" write DIRECTORY, Some("/moves/{move}/withdraw");
    ItemList "item.list" read ANY, Some("/items");
    ItemView "item.view" read ANY, Some("/items/{item}");
    ItemImport "item.import" write DIRECTORY, Some("/items/import");

    // Whoever may upload a kind of file may take it further; the use cases check the kind as well.
    ImportList "import.list" read IMPORTS, Some("/imports");
    ImportView "import.view" read IMPORTS, Some("/imports/{import}");
    ImportMap "import.map" write IMPORTS, Some("/imports/{import}/map");
    ImportDryRun "import.dry_run" write IMPORTS, Some("/imports/{import}/dry-run");
    ImportCommit "import.commit" write IMPORTS, Some("/imports/{import}/commit");
    ImportCancel "import.cancel" write IMPORTS, Some("/imports/{import}/cancel");

    SchemeList "scheme.list" read READERS, Some("/schemes");
    SchemeView "scheme.view" read READERS, Some("/schemes/{scheme}");
    SchemeDraft "scheme.draft" write CLERK, Some("/schemes/{scheme}/edit");
    SchemeDelete "scheme.delete" write CLERK, Some("/schemes/{scheme}/delete");
    SchemeSubmit "scheme.submit" write CLERK, Some("/schemes/{scheme}/submit");
    SchemeApprove "scheme.approve" write LEADER, Some("/schemes/{scheme}/approve");
    SchemeReturn "scheme.return" write LEADER, Some("/schemes/{scheme}/return");

    TaskList "task.list" read READERS, Some("/tasks");
    TaskView "task.view" read READERS, Some("/tasks/{task}");
    TaskCreate "task.create" write CLERK, Some("/tasks/new");
    TaskApprove "task.approve" write LEADER, Some("/tasks/{task}/approve");
    TaskFreeze "task.freeze" write CLERK, Some("/tasks/{task}/freeze");
    TaskRequestSeal "task.request_seal" write CLERK, Some("/tasks/{task}/seal");
    TaskApproveSeal "task.approve_seal" write LEADER, Some("/tasks/{task}/seal/approve");
    TaskVoid "task.void" write LEADER, Some("/tasks/{task}/void");

    PartyInvite "party.invite" write CLERK, Some("/tasks/{task}/parties/new");
    PartyCommit "party.commit" write TOKEN, Some("/witness/{token}");
    CommitmentPublish "commitment.publish" write CLERK, Some("/tasks/{task}/commitment");
    PartyReveal "party.reveal" write TOKEN, Some("/witness/{token}/reveal");
    DrawCeremony "draw.ceremony" read READERS, Some("/tasks/{task}/ceremony");
    DrawRun "draw.run" write CLERK, Some("/tasks/{task}/draw");
    DrawFail "draw.fail" write CLERK, Some("/tasks/{task}/fail");
    DrawView "draw.view" read READERS, Some("/tasks/{task}/result");
    BundleDownload "bundle.download" noted READERS, Some("/tasks/{task}/bundle");
    // With the roll, also where that holds a column for regulators only: under a name, for those who recompute.
    BundleWhole "bundle.whole" noted AUDITOR, Some("/tasks/{task}/bundle/whole");
    // A statement under a name; of the draw it changes nothing.
    ResultAttest "result.attest" write AUDITOR, Some("/tasks/{task}/attest");
    ReceiptIssue "receipt.issue" noted CLERK, Some("/tasks/{task}/receipt");
    PartyBundle "party.bundle" noted TOKEN, Some("/witness/{token}/bundle");
    PartyAttest "party.attest" write TOKEN, Some("/witness/{token}/attest");

    // Computing changes nothing but who has asked: an auditor may.
    FairnessView "fairness.view" read COUNTERS, Some("/fairness");
    FairnessCompute "fairness.compute" noted COUNTERS, Some("/fairness/compute");

    MappingView "mapping.view" read READERS, Some("/tasks/{task}/mappings");
    MappingPropose "mapping.propose" write CLERK, Some("/tasks/{task}/mappings/new");
    MappingApprove "mapping.approve" write LEADER, Some("/tasks/{task}/mappings/{mapping}/approve");
    MappingReturn "mapping.return" write LEADER, Some("/tasks/{task}/mappings/{mapping}/return");
    TaskDispatch "task.dispatch" write CLERK, Some("/tasks/{task}/dispatch");
    ShareList "share.list" read READERS, Some("/dispatch");
    ShareView "share.view" read READERS, Some("/shares/{share}");
    ShareAccept "share.accept" write CLERK, Some("/shares/{share}/accept");
    ShareReturn "share.return" write CLERK, Some("/shares/{share}/return");
    ShareRedispatch "share.redispatch" write CLERK, Some("/shares/{share}/redispatch");
    VisitList "visit.list" read VISITS, Some("/loads");
    VisitMine "visit.mine" read Allowed::Roles(&[Inspector]), Some("/visits/mine");
    VisitView "visit.view" read VISITS, Some("/visits/{visit}");
    VisitPlan "visit.plan" write CLERK, Some("/shares/{share}/plan");
    VisitSpread "visit.spread" write CLERK, Some("/shares/{share}/spread");

    MatchingPrepare "matching.prepare" write CLERK, Some("/shares/{share}/matching");
    MatchingInvite "matching.invite" write PAIR, Some("/matchings/{matching}/witness");
    MatchingCommit "matching.commit" write PAIR, Some("/matchings/{matching}/commit");
    MatchingFail "matching.fail" write LEADER, Some("/matchings/{matching}/fail");
    MatchingRun "matching.run" write CLERK, Some("/matchings/{matching}/run");
    MatchingView "matching.view" read VISITS, Some("/matchings/{matching}");
    FormPrint "form.print" noted Allowed::Roles(&[Clerk, Inspector]), Some("/visits/{visit}/record.pdf");
    FormPrintBatch "form.print_batch" write CLERK, Some("/shares/{share}/forms");

    JobList "job.list" read JOBS, Some("/jobs");
    JobView "job.view" read JOBS, Some("/jobs/{job}");
    JobCancel "job.cancel" write Allowed::Roles(&[Administrator, Clerk, DirectoryKeeper]), Some("/jobs/{job}/cancel");
    EventList "event.list" read AUDIT, Some("/events");
    AuditVerify "audit.verify" noted AUDIT, Some("/events/verify");
}

impl UseCase {
    /// Its stable dotted name.
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// The use case with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|case| case.name() == name)
    }
}

impl std::fmt::Display for UseCase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether a post with this role may do this. What a token allows is open to posts as well.
pub fn may(role: Role, case: UseCase) -> bool {
    match case.row().allowed {
        Allowed::Roles(roles) => roles.contains(&role),
        Allowed::AnyPost | Allowed::NoAccount => true,
    }
}

/// Which roles may do this, for a refusal that names them. Empty where every post may.
pub const fn roles(case: UseCase) -> &'static [Role] {
    match case.row().allowed {
        Allowed::Roles(roles) => roles,
        Allowed::AnyPost | Allowed::NoAccount => &[],
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_and_pages_are_distinct_and_well_formed() {
        let names: BTreeSet<_> = UseCase::ALL.iter().map(|case| case.name()).collect();
        assert_eq!(names.len(), UseCase::ALL.len());
        let pages: BTreeSet<_> = UseCase::ALL.iter().filter_map(|case| case.row().page).collect();
        assert_eq!(pages.len(), UseCase::ALL.iter().filter(|case| case.row().page.is_some()).count());
        for case in UseCase::ALL {
            let name = case.name();
            assert_eq!(name.split('.').count(), 2, "{name}");
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'.' || b == b'_'), "{name}");
            assert!(case.row().page.is_none_or(|page| page.starts_with('/')), "{name}");
            assert_eq!(UseCase::from_name(name), Some(*case));
        }
    }

    #[test]
    fn whatever_writes_leaves_an_event() {
        for case in UseCase::ALL.iter().filter(|case| case.row().writes) {
            assert!(case.row().event.is_some(), "{case}");
        }
    }

    #[test]
    fn the_auditor_writes_a_statement_only_and_the_administrator_draws_nothing() {
        for case in UseCase::ALL {
            if let Allowed::Roles(roles) = case.row().allowed {
                // The one thing an auditor writes is the own statement that a result was recomputed.
                let statement = *case == UseCase::ResultAttest;
                assert!(statement || !(case.row().writes && roles.contains(&Auditor)), "{case}");
                assert!(!roles.is_empty(), "{case}");
            }
        }
        for case in [
            UseCase::DrawRun,
            UseCase::TaskFreeze,
            UseCase::TaskApproveSeal,
            UseCase::SubjectImport,
            UseCase::MatchingRun,
        ] {
            assert!(!may(Administrator, case), "{case}");
        }
    }

    #[test]
    fn who_may_do_what() {
        let check = |case: UseCase, expect: &[Role]| {
            let found: Vec<_> = Role::ALL.iter().copied().filter(|role| may(*role, case)).collect();
            assert_eq!(found, expect, "{case}");
        };
        check(UseCase::SubjectImport, &[Clerk, DirectoryKeeper]);
        check(UseCase::MoveConsent, &[Clerk, DirectoryKeeper]);
        check(UseCase::TaskApproveSeal, &[Leader]);
        check(UseCase::TaskFreeze, &[Clerk]);
        check(UseCase::MatchingCommit, &[Clerk, Leader]);
        check(UseCase::AccountCreate, &[Administrator]);
        check(UseCase::EventList, &[Administrator, Auditor]);
        check(UseCase::FairnessCompute, &[Clerk, Leader, Auditor]);
        check(UseCase::VisitView, &[Clerk, Leader, Inspector, Reviewer, Publisher, Auditor]);
        check(UseCase::PartyCommit, Role::ALL);
        check(UseCase::HomeView, Role::ALL);
        assert_eq!(roles(UseCase::TaskApproveSeal), [Leader]);
    }
}

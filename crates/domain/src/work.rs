//! Where the work of a task is, as lists and headings say it: derived from the task's state and its shares, kept nowhere.
//!
//! The state of the document (`TaskState`) stays "drawn" from the draw to the end; whoever looks at a list wants to know
//! whether it waits for dispatch, for receipts, for inspectors or for the visits.

use chrono::NaiveDate;

use crate::state::TaskState;

coded_enum! {
    /// Where the work of a task is.
    WorkState {
        /// Waits for the leader's approval.
        Draft = "draft",
        /// Approved; roll and seal come next.
        Approved = "approved",
        /// Sealed; the commitments come next.
        Sealed = "sealed",
        /// Committed; reveals and draw come next.
        Committed = "committed",
        /// The last attempt failed.
        Failed = "failed",
        /// Drawn, not dispatched.
        ToDispatch = "to_dispatch",
        /// Dispatched; some unit has not signed, or has sent its share back.
        Dispatching = "dispatching",
        /// Every unit has signed; some have no inspectors yet.
        Matching = "matching",
        /// Every visit has its inspectors.
        ToInspect = "to_inspect",
        /// Given up.
        Voided = "voided",
    }
}

/// How far the shares of a task are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ShareCount {
    /// All.
    pub total: i64,
    /// Signed for, matched ones included.
    pub accepted: i64,
    /// With inspectors.
    pub matched: i64,
}

impl WorkState {
    /// Where the work is.
    #[must_use]
    pub const fn of(task: TaskState, shares: ShareCount) -> Self {
        match task {
            TaskState::Draft => Self::Draft,
            TaskState::Approved => Self::Approved,
            TaskState::Sealed => Self::Sealed,
            TaskState::Committed => Self::Committed,
            TaskState::Failed => Self::Failed,
            TaskState::Voided => Self::Voided,
            TaskState::Drawn if shares.total == 0 => Self::ToDispatch,
            TaskState::Drawn if shares.accepted < shares.total => Self::Dispatching,
            TaskState::Drawn if shares.matched < shares.total => Self::Matching,
            TaskState::Drawn => Self::ToInspect,
        }
    }

    /// Whether the days for the visits are over while the work is not: results are not entered in this version, so nothing
    /// but giving a task up ends it.
    #[must_use]
    pub fn is_late(self, window_to: NaiveDate, today: NaiveDate) -> bool {
        self != Self::Voided && today > window_to
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::state::TaskState::{Draft, Drawn, Voided};

    #[test]
    fn where_the_work_is() {
        let check = |task: TaskState, (total, accepted, matched): (i64, i64, i64), expect: WorkState| {
            assert_eq!(WorkState::of(task, ShareCount { total, accepted, matched }), expect);
        };
        check(Draft, (0, 0, 0), WorkState::Draft);
        check(Drawn, (0, 0, 0), WorkState::ToDispatch);
        check(Drawn, (3, 0, 0), WorkState::Dispatching);
        check(Drawn, (3, 2, 2), WorkState::Dispatching);
        check(Drawn, (3, 3, 2), WorkState::Matching);
        check(Drawn, (3, 3, 3), WorkState::ToInspect);
        check(Voided, (3, 3, 3), WorkState::Voided);
    }

    #[test]
    fn the_last_day_is_not_late() {
        let check = |state: WorkState, today: &str, late: bool| {
            assert_eq!(state.is_late("2021-07-31".parse().unwrap(), today.parse().unwrap()), late, "{today}");
        };
        check(WorkState::ToInspect, "2021-07-31", false);
        check(WorkState::ToInspect, "2021-08-01", true);
        check(WorkState::Draft, "2021-08-01", true);
        check(WorkState::Voided, "2021-08-01", false);
    }
}

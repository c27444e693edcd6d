//! The state machines, one transition table each: (from, command, to). The table gives the buttons of a page, the refusals
//! of a command and the tests.
//!
//! Guards that need data (is the roll frozen? who approves?) are the use case's business. A command that leads back to its
//! own state is listed, because it is allowed there and nowhere else.

use crate::coded::Coded;

/// A state whose changes stand in a table.
pub trait Machine: Coded {
    /// What can be done in it.
    type Command: Coded;
    /// Every legal change. At most one row for each pair of state and command.
    const TABLE: &'static [(Self, Self::Command, Self)];
    /// The state in which everything begins.
    const START: Self;
}

/// A command that its state does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} is not allowed in state {}", .command.code(), .from.code())]
pub struct IllegalTransition<S: Machine>
where
    S: std::fmt::Debug,
    S::Command: std::fmt::Debug,
{
    /// The state found.
    pub from: S,
    /// The command refused.
    pub command: S::Command,
    /// What is allowed instead; empty in a final state.
    pub allowed: Vec<S::Command>,
}

/// The state after `command`.
///
/// # Errors
/// [`IllegalTransition`] if the table has no row for it; it names what is allowed.
pub fn next<S>(from: S, command: S::Command) -> Result<S, IllegalTransition<S>>
where
    S: Machine + std::fmt::Debug,
    S::Command: std::fmt::Debug,
{
    let row = S::TABLE.iter().find(|(state, with, _)| *state == from && *with == command);
    row.map(|(_, _, to)| *to).ok_or_else(|| IllegalTransition { from, command, allowed: commands(from) })
}

/// What can be done in this state, in the order of the table.
pub fn commands<S: Machine>(state: S) -> Vec<S::Command> {
    S::TABLE.iter().filter(|(from, _, _)| *from == state).map(|(_, command, _)| *command).collect()
}

/// Whether nothing can be done any more.
pub fn is_final<S: Machine>(state: S) -> bool {
    commands(state).is_empty()
}

macro_rules! machine {
    ($state:ident, $command:ident, start $start:ident, { $($from:ident $with:ident $to:ident;)+ }) => {
        impl Machine for $state {
            type Command = $command;
            const START: Self = Self::$start;
            const TABLE: &'static [(Self, $command, Self)] = &[$((Self::$from, $command::$with, Self::$to),)+];
        }
    };
}

coded_enum! {
    /// A check task.
    TaskState {
        /// Being written.
        Draft = "draft",
        /// Approved; its roll may be frozen, again and again, until it is sealed.
        Approved = "approved",
        /// Roll, scheme and sizes are fixed and approved by a second person.
        Sealed = "sealed",
        /// The commitment document is published.
        Committed = "committed",
        /// Drawn; never undone.
        Drawn = "drawn",
        /// An attempt failed, on the record; a new attempt may be sealed.
        Failed = "failed",
        /// Given up before it was drawn, with a reason.
        Voided = "voided",
    }
}

coded_enum! {
    /// What is done to a task.
    TaskCommand {
        /// A leader approves it.
        Approve = "approve",
        /// The roll is frozen from the directory.
        Freeze = "freeze",
        /// A second person approves the seal.
        Seal = "seal",
        /// The commitment document is published.
        Commit = "commit",
        /// The draw is computed.
        Draw = "draw",
        /// The attempt failed: a party without reveal, or a reason on record.
        Fail = "fail",
        /// Given up, with a reason.
        Void = "void",
    }
}

machine!(TaskState, TaskCommand, start Draft, {
    Draft Approve Approved;
    Draft Void Voided;
    Approved Freeze Approved;
    Approved Seal Sealed;
    Approved Void Voided;
    Sealed Commit Committed;
    Sealed Void Voided;
    Committed Draw Drawn;
    Committed Fail Failed;
    Failed Seal Sealed;
    Failed Void Voided;
});

coded_enum! {
    /// One attempt to draw. The task's table of changes governs it; an attempt only remembers how far it came.
    AttemptState {
        /// Its roll is frozen.
        Frozen = "frozen",
        /// Someone asked for the seal.
        Requested = "requested",
        /// Sealed by a second person.
        Sealed = "sealed",
        /// The commitment document is published.
        Committed = "committed",
        /// Drawn.
        Drawn = "drawn",
        /// Failed, on the record.
        Failed = "failed",
    }
}

coded_enum! {
    /// One revision of a versioned document.
    RevisionState {
        /// Being written.
        Draft = "draft",
        /// Waits for approval.
        Submitted = "submitted",
        /// Approved; no longer edited.
        Approved = "approved",
        /// In force and public.
        Published = "published",
        /// A later revision took its place.
        Superseded = "superseded",
        /// Taken back without a successor.
        Withdrawn = "withdrawn",
    }
}

coded_enum! {
    /// What is done to a revision.
    RevisionCommand {
        /// Sent for approval.
        Submit = "submit",
        /// Returned to its author with a reason.
        Return = "return",
        /// Approved.
        Approve = "approve",
        /// Put in force.
        Publish = "publish",
        /// Replaced by a later revision.
        Supersede = "supersede",
        /// Taken back.
        Withdraw = "withdraw",
    }
}

machine!(RevisionState, RevisionCommand, start Draft, {
    Draft Submit Submitted;
    Draft Withdraw Withdrawn;
    Submitted Approve Approved;
    Submitted Return Draft;
    Submitted Withdraw Withdrawn;
    Approved Publish Published;
    Approved Supersede Superseded;
    Approved Withdraw Withdrawn;
    Published Supersede Superseded;
    Published Withdraw Withdrawn;
});

coded_enum! {
    /// An agency's share of a dispatched draw.
    ShareState {
        /// Dispatched to the agency, not yet accepted.
        Received = "received",
        /// Receipt signed.
        Accepted = "accepted",
        /// Sent back to the sender with a reason.
        Returned = "returned",
        /// Inspectors are matched.
        Matched = "matched",
    }
}

coded_enum! {
    /// What is done to a share.
    ShareCommand {
        /// Receipt is signed.
        Accept = "accept",
        /// Sent back with a reason.
        Return = "return",
        /// The sender dispatches it again.
        Redispatch = "redispatch",
        /// Inspectors are matched.
        Match = "match",
    }
}

machine!(ShareState, ShareCommand, start Received, {
    Received Accept Accepted;
    Received Return Returned;
    Returned Redispatch Received;
    Accepted Return Returned;
    Accepted Match Matched;
});

coded_enum! {
    /// A move of an inspector from one agency to another.
    MoveState {
        /// One side has asked; the person stays where they are.
        Requested = "requested",
        /// The other side agreed, and the person was moved in the same instant.
        Moved = "moved",
        /// The other side declined, with a reason.
        Refused = "refused",
        /// The side that asked took it back.
        Withdrawn = "withdrawn",
    }
}

coded_enum! {
    /// What is done to a move.
    MoveCommand {
        /// The other side agrees.
        Consent = "consent",
        /// The other side declines.
        Refuse = "refuse",
        /// The side that asked takes it back.
        Withdraw = "withdraw",
    }
}

machine!(MoveState, MoveCommand, start Requested, {
    Requested Consent Moved;
    Requested Refuse Refused;
    Requested Withdraw Withdrawn;
});

coded_enum! {
    /// A job of the queue.
    JobState {
        /// Waits for a worker.
        Queued = "queued",
        /// A worker holds its lease.
        Running = "running",
        /// Finished.
        Done = "done",
        /// Given up after its attempts.
        Failed = "failed",
        /// Stopped by a person.
        Cancelled = "cancelled",
    }
}

coded_enum! {
    /// What happens to a job.
    JobCommand {
        /// A worker claims it.
        Claim = "claim",
        /// Its lease ran out or an attempt failed: back to the queue.
        Release = "release",
        /// It finished.
        Finish = "finish",
        /// It is given up.
        Fail = "fail",
        /// A person stops it.
        Cancel = "cancel",
        /// A person starts it again.
        Retry = "retry",
    }
}

machine!(JobState, JobCommand, start Queued, {
    Queued Claim Running;
    Queued Cancel Cancelled;
    Running Release Queued;
    Running Finish Done;
    Running Fail Failed;
    Running Cancel Cancelled;
    Failed Retry Queued;
});

coded_enum! {
    /// A visit, as far as this stage of the product knows it.
    VisitState {
        /// Has no inspectors yet.
        Waiting = "waiting",
        /// Inspectors are matched.
        Matched = "matched",
        /// Notice or forms are printed.
        Prepared = "prepared",
    }
}

coded_enum! {
    /// What is done to a visit.
    VisitCommand {
        /// Inspectors are matched.
        Match = "match",
        /// Notice or forms are printed.
        Prepare = "prepare",
        /// Moved to another day.
        Plan = "plan",
    }
}

machine!(VisitState, VisitCommand, start Waiting, {
    Waiting Match Matched;
    Waiting Plan Waiting;
    Matched Prepare Prepared;
    Matched Plan Matched;
    Prepared Prepare Prepared;
    // What was printed names the old day.
    Prepared Plan Matched;
});

coded_enum! {
    /// One attempt to match a share's visits, sealed and seeded like a draw.
    MatchingState {
        /// Its input is written down and the platform has committed; nothing is published yet.
        Prepared = "prepared",
        /// Its commitment document is published; only reveals are missing.
        Committed = "committed",
        /// Every visit has its team; never undone.
        Matched = "matched",
        /// A party did not reveal in time, on the record; a new attempt may be prepared.
        Failed = "failed",
    }
}

coded_enum! {
    /// What is done to an attempt to match.
    MatchingCommand {
        /// Its input is written anew, because directory or days have changed.
        Prepare = "prepare",
        /// The commitment document is published.
        Commit = "commit",
        /// The teams are computed.
        Run = "run",
        /// A missing reveal is put on record.
        Fail = "fail",
    }
}

machine!(MatchingState, MatchingCommand, start Prepared, {
    Prepared Prepare Prepared;
    Prepared Commit Committed;
    Committed Run Matched;
    Committed Fail Failed;
});

coded_enum! {
    /// A mapping of a scheme's word to items, for a drawn task that is stuck without it.
    MappingState {
        /// Waits for a second person.
        Proposed = "proposed",
        /// In force and published.
        Approved = "approved",
        /// Sent back with a reason; another may be proposed.
        Returned = "returned",
    }
}

coded_enum! {
    /// What the second person does with a mapping.
    MappingCommand {
        /// Puts it in force.
        Approve = "approve",
        /// Sends it back with a reason.
        Return = "return",
    }
}

machine!(MappingState, MappingCommand, start Proposed, {
    Proposed Approve Approved;
    Proposed Return Returned;
});

coded_enum! {
    /// A party to a draw or matching.
    PartyState {
        /// Has a link and has sent nothing.
        Invited = "invited",
        /// Its commitment is in.
        Committed = "committed",
        /// Its reveal fits its commitment.
        Revealed = "revealed",
        /// Did not reveal in time.
        Absent = "absent",
        /// Its last reveal did not fit; it may be repeated until the deadline.
        Rejected = "rejected",
    }
}

coded_enum! {
    /// What a party does or fails to do.
    PartyCommand {
        /// Sends its commitment.
        Commit = "commit",
        /// Reveals, and it fits.
        Reveal = "reveal",
        /// Reveals, and it does not fit.
        Reject = "reject",
        /// The deadline passes.
        Miss = "miss",
    }
}

machine!(PartyState, PartyCommand, start Invited, {
    Invited Commit Committed;
    Committed Reveal Revealed;
    Committed Reject Rejected;
    Committed Miss Absent;
    Rejected Reveal Revealed;
    Rejected Reject Rejected;
    Rejected Miss Absent;
});

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fmt::Debug;

    /// Every pair of state and command: legal exactly where the table, written here a second time, says so.
    fn check<S>(legal: &[(&str, &str, &str)])
    where
        S: Machine + Debug,
        S::Command: Debug + PartialEq,
    {
        let mut found = Vec::new();
        for from in S::ALL {
            for command in <S::Command as Coded>::ALL {
                match next(*from, *command) {
                    Ok(to) => found.push((from.code(), command.code(), to.code())),
                    Err(refused) => {
                        assert_eq!((refused.from, refused.command), (*from, *command));
                        assert_eq!(refused.allowed, commands(*from));
                        assert!(!refused.allowed.contains(command));
                    }
                }
            }
        }
        let sorted = |rows: &[(&'static str, &'static str, &'static str)]| {
            let mut rows = rows.to_vec();
            rows.sort_unstable();
            rows
        };
        let mut expect = legal.to_vec();
        expect.sort_unstable();
        assert_eq!(sorted(&found), expect);
        assert_eq!(S::TABLE.len(), legal.len(), "a pair stands twice in the table");
        reachable::<S>();
    }

    fn reachable<S: Machine + Debug>() {
        let mut seen = vec![S::START];
        let mut at = 0;
        while at < seen.len() {
            for (from, _, to) in S::TABLE {
                if *from == seen[at] && !seen.contains(to) {
                    seen.push(*to);
                }
            }
            at += 1;
        }
        for state in S::ALL {
            assert!(seen.contains(state), "{state:?} is never reached");
        }
    }

    #[test]
    fn task() {
        check::<TaskState>(&[
            ("draft", "approve", "approved"),
            ("draft", "void", "voided"),
            ("approved", "freeze", "approved"),
            ("approved", "seal", "sealed"),
            ("approved", "void", "voided"),
            ("sealed", "commit", "committed"),
            ("sealed", "void", "voided"),
            ("committed", "draw", "drawn"),
            ("committed", "fail", "failed"),
            ("failed", "seal", "sealed"),
            ("failed", "void", "voided"),
        ]);
    }

    #[test]
    fn mapping() {
        check::<MappingState>(&[("proposed", "approve", "approved"), ("proposed", "return", "returned")]);
    }

    #[test]
    fn matching() {
        check::<MatchingState>(&[
            ("prepared", "prepare", "prepared"),
            ("prepared", "commit", "committed"),
            ("committed", "run", "matched"),
            ("committed", "fail", "failed"),
        ]);
    }

    #[test]
    fn revision() {
        check::<RevisionState>(&[
            ("draft", "submit", "submitted"),
            ("draft", "withdraw", "withdrawn"),
            ("submitted", "approve", "approved"),
            ("submitted", "return", "draft"),
            ("submitted", "withdraw", "withdrawn"),
            ("approved", "publish", "published"),
            ("approved", "supersede", "superseded"),
            ("approved", "withdraw", "withdrawn"),
            ("published", "supersede", "superseded"),
            ("published", "withdraw", "withdrawn"),
        ]);
    }

    #[test]
    fn share() {
        check::<ShareState>(&[
            ("received", "accept", "accepted"),
            ("received", "return", "returned"),
            ("returned", "redispatch", "received"),
            ("accepted", "return", "returned"),
            ("accepted", "match", "matched"),
        ]);
    }

    #[test]
    fn job() {
        check::<JobState>(&[
            ("queued", "claim", "running"),
            ("queued", "cancel", "cancelled"),
            ("running", "release", "queued"),
            ("running", "finish", "done"),
            ("running", "fail", "failed"),
            ("running", "cancel", "cancelled"),
            ("failed", "retry", "queued"),
        ]);
    }

    #[test]
    fn visit() {
        check::<VisitState>(&[
            ("waiting", "match", "matched"),
            ("waiting", "plan", "waiting"),
            ("matched", "prepare", "prepared"),
            ("matched", "plan", "matched"),
            ("prepared", "prepare", "prepared"),
            ("prepared", "plan", "matched"),
        ]);
    }

    #[test]
    fn party() {
        check::<PartyState>(&[
            ("invited", "commit", "committed"),
            ("committed", "reveal", "revealed"),
            ("committed", "reject", "rejected"),
            ("committed", "miss", "absent"),
            ("rejected", "reveal", "revealed"),
            ("rejected", "reject", "rejected"),
            ("rejected", "miss", "absent"),
        ]);
    }

    proptest! {
        /// Whatever is tried, a task is drawn at most once, is never voided afterwards, and never leaves an end.
        #[test]
        fn no_sequence_draws_twice(tries in proptest::collection::vec(0usize..TaskCommand::ALL.len(), 0..60)) {
            let mut state = TaskState::START;
            let mut draws = 0;
            for index in tries {
                let command = TaskCommand::ALL[index];
                let ended = is_final(state);
                if let Ok(to) = next(state, command) {
                    prop_assert!(!ended);
                    draws += usize::from(command == TaskCommand::Draw);
                    prop_assert!(!(draws > 0 && matches!(to, TaskState::Voided | TaskState::Sealed | TaskState::Failed)));
                    state = to;
                }
            }
            prop_assert!(draws <= 1);
        }
    }
}

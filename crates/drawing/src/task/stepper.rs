//! The spine of the task page: every step from writing to filing, with its state, who owes it, until when, and what it
//! waits for. It is derived from what is there and kept nowhere.

use domain::Instant;
use domain::state::{AttemptState, PartyState, TaskState};
use store::repo::attempt::Attempt;
use store::repo::party::Party;
use store::repo::task::Task;

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub enum StepKind {
    /// 制定
    Write,
    /// 封存底册
    Seal,
    /// 承诺
    Commit,
    /// 摇号
    Draw,
    /// 派发
    Dispatch,
    /// 匹配
    Match,
    /// 检查
    Inspect,
    /// 录入
    Enter,
    /// 审核
    Review,
    /// 公示
    Disclose,
    /// 后续
    FollowUp,
    /// 归档
    Archive,
}

impl StepKind {
    /// What the step is called.
    #[must_use]
    pub fn label(self) -> &'static str {
        text::task::step(&format!("{self:?}"))
    }
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub enum StepMark {
    /// Finished.
    Done,
    /// Being worked on.
    Current,
    /// Its deadline has passed.
    Late,
    /// Ended badly.
    Failed,
    /// Not begun.
    Waiting,
}

/// A step with what a person needs to know of it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct StepView {
    /// Which.
    pub kind: StepKind,
    /// How far.
    pub mark: StepMark,
    /// Who owes it, in words; empty where nobody does yet.
    pub owner: String,
    /// Until when, in words; may be empty.
    pub deadline: String,
    /// What it waits for, in words; may be empty.
    pub waits_for: String,
}

/// What the stepper is derived from.
pub(crate) struct Facts<'a> {
    pub(crate) task: &'a Task,
    pub(crate) latest: Option<&'a Attempt>,
    pub(crate) parties: &'a [Party],
    pub(crate) organiser: &'a str,
    /// All, accepted, matched.
    pub(crate) shares: (i64, i64, i64),
    pub(crate) freezing: bool,
    pub(crate) now: Instant,
}

const AFTER: [StepKind; 6] =
    [StepKind::Inspect, StepKind::Enter, StepKind::Review, StepKind::Disclose, StepKind::FollowUp, StepKind::Archive];

/// All steps in order.
pub(crate) fn steps(facts: &Facts<'_>) -> Vec<StepView> {
    use StepMark::{Current, Done, Failed, Waiting};
    let state = facts.task.state;
    let drawn = matches!(state, TaskState::Drawn | TaskState::Closed | TaskState::Archived);
    let committed = drawn || state == TaskState::Committed;
    let sealed = committed || state == TaskState::Sealed;
    let failed = state == TaskState::Failed;
    let voided = state == TaskState::Voided;
    let mark = |done: bool, current: bool| match (done, current && !voided) {
        (true, _) => Done,
        (_, true) => Current,
        _ => Waiting,
    };
    let (total, accepted, matched) = facts.shares;
    let mut steps = vec![
        step(StepKind::Write, mark(state != TaskState::Draft && !voided, state == TaskState::Draft), facts),
        step(StepKind::Seal, mark(sealed, state == TaskState::Approved || failed), facts),
        step(StepKind::Commit, mark(committed, state == TaskState::Sealed), facts),
        step(StepKind::Draw, if failed { Failed } else { mark(drawn, state == TaskState::Committed) }, facts),
        step(StepKind::Dispatch, mark(total > 0 && accepted == total, drawn), facts),
        step(StepKind::Match, mark(total > 0 && matched == total, accepted > 0), facts),
    ];
    steps.extend(AFTER.iter().map(|kind| {
        let done = *kind == StepKind::Archive && state == TaskState::Archived;
        let staffed = state == TaskState::Drawn && total > 0 && matched == total;
        step(*kind, mark(done, *kind == StepKind::Inspect && staffed), facts)
    }));
    steps
}

fn step(kind: StepKind, mark: StepMark, facts: &Facts<'_>) -> StepView {
    let mut view = StepView { kind, mark, owner: String::new(), deadline: String::new(), waits_for: String::new() };
    if !matches!(mark, StepMark::Current | StepMark::Failed) {
        return view;
    }
    let (role, waits_for) = now_waiting(kind, facts);
    view.owner = text::task::owner(facts.organiser, role);
    view.waits_for = waits_for;
    if kind == StepKind::Draw
        && let Some(reveal_by) = facts.latest.and_then(|attempt| attempt.reveal_by)
        && mark == StepMark::Current
    {
        view.deadline = text::task::reveal_until(reveal_by);
        let open = facts.parties.iter().any(|party| party.state != PartyState::Revealed);
        if facts.now > reveal_by && open {
            view.mark = StepMark::Late;
        }
    }
    if matches!(kind, StepKind::Dispatch | StepKind::Match | StepKind::Inspect) {
        view.deadline = text::task::window(facts.task.window_from, facts.task.window_to);
    }
    view
}

/// Who owes the current step, and what it waits for.
fn now_waiting(kind: StepKind, facts: &Facts<'_>) -> (text::task::Owner, String) {
    use text::task::{Owner, waits};
    let names = |state: PartyState| -> Vec<String> {
        facts.parties.iter().filter(|party| party.state == state).map(|party| party.name.clone()).collect()
    };
    match kind {
        StepKind::Write => (Owner::Leader, waits::approval().to_owned()),
        StepKind::Seal => match facts.latest.map(|attempt| attempt.state) {
            _ if facts.freezing => (Owner::Clerk, waits::freezing().to_owned()),
            None => (Owner::Clerk, waits::freeze().to_owned()),
            Some(AttemptState::Requested) => (Owner::Leader, waits::seal_approval().to_owned()),
            Some(AttemptState::Failed) => (Owner::Clerk, waits::new_attempt().to_owned()),
            Some(_) => (Owner::Clerk, waits::seal_request().to_owned()),
        },
        StepKind::Commit => {
            let open = names(PartyState::Invited);
            let witnesses = facts.parties.len().saturating_sub(1);
            let words = match (witnesses, open.is_empty()) {
                (0, _) => waits::witnesses().to_owned(),
                (_, false) => waits::commitments(&open),
                (_, true) => waits::publication().to_owned(),
            };
            (Owner::Clerk, words)
        }
        StepKind::Draw if facts.task.state == TaskState::Failed => (Owner::Clerk, waits::new_attempt().to_owned()),
        StepKind::Draw => {
            let mut open = names(PartyState::Committed);
            open.extend(names(PartyState::Rejected));
            let words = if open.is_empty() { waits::draw().to_owned() } else { waits::reveals(&open) };
            (Owner::Clerk, words)
        }
        StepKind::Dispatch => {
            let (total, accepted, _) = facts.shares;
            let words = if total == 0 { waits::dispatch().to_owned() } else { waits::receipts(total - accepted) };
            (Owner::Clerk, words)
        }
        StepKind::Match => {
            let (total, _, matched) = facts.shares;
            (Owner::Units, waits::matching(total - matched))
        }
        StepKind::Inspect => (Owner::Units, waits::inspection().to_owned()),
        _ => (Owner::Units, String::new()),
    }
}

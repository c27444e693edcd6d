//! The data of the components in `templates/components/ui.html`. Plain values: no rule, no wording of the domain, no state
//! of its own.

/// A moment that can be shown.
pub trait Moment {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    fn unix_ms(&self) -> i64;
}

impl Moment for i64 {
    fn unix_ms(&self) -> i64 {
        *self
    }
}

impl<T: Moment + ?Sized> Moment for &T {
    fn unix_ms(&self) -> i64 {
        (**self).unix_ms()
    }
}

/// How a state is meant; the words say what it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Neither good nor bad.
    #[default]
    Plain,
    /// Under way.
    Info,
    /// Done, in order.
    Good,
    /// Needs attention soon.
    Warn,
    /// Overdue, failed, dangerous.
    Bad,
    /// Sealed or signed: cannot change any more.
    Seal,
}

impl Tone {
    /// Every tone, for the gallery.
    pub const ALL: [Self; 6] = [Self::Plain, Self::Info, Self::Good, Self::Warn, Self::Bad, Self::Seal];

    /// CSS class.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Info => "info",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Seal => "seal",
        }
    }

    /// The shape that goes with the word, so that nothing is told by colour alone; empty for plain ones.
    #[must_use]
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Info => "clock",
            Self::Good => "check",
            Self::Warn => "triangle-alert",
            Self::Bad => "circle-alert",
            Self::Seal => "lock",
        }
    }
}

/// What is wrong with the fields of a form, in the order they are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<(String, String)>);

impl FieldErrors {
    /// Nothing is wrong.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// The message of a field; empty if it is in order.
    #[must_use]
    pub fn of(&self, field: &str) -> &str {
        self.0.iter().find(|(name, _)| name == field).map_or("", |(_, message)| message)
    }

    /// Is everything in order?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Field and message, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, (String, String)> {
        self.0.iter()
    }

    /// Adds one.
    pub fn push(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push((field.into(), message.into()));
    }
}

impl FromIterator<(String, String)> for FieldErrors {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

/// One option of a select, a radio group or a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// A line below it; may be empty.
    pub help: String,
}

impl Choice {
    /// An option without help.
    #[must_use]
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), help: String::new() }
    }
}

/// Somebody else saved in between: what is said about it, and who changed what. The form comes back with what was typed and
/// the latest version's number, so that a second look and a second press save it (`ui::stale(stale)`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// The refusal.
    pub said: String,
    /// A line for each change since: who, when, what.
    pub changes: Vec<String>,
}

/// One place on the way here; without `href` it is this page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crumb {
    /// What it is called.
    pub label: String,
    /// Where it is.
    pub href: Option<String>,
}

impl Crumb {
    /// A link.
    #[must_use]
    pub fn to(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: Some(href.into()) }
    }

    /// This page.
    #[must_use]
    pub fn here(label: impl Into<String>) -> Self {
        Self { label: label.into(), href: None }
    }
}

/// How far a step of a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Finished.
    Done,
    /// The one that is worked on.
    Current,
    /// Worked on, and its deadline has passed.
    Late,
    /// Ended badly.
    Failed,
    /// Not begun.
    Waiting,
    /// Cannot be done in this version.
    Closed,
}

impl StepState {
    /// CSS class.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Current => "current",
            Self::Late => "late",
            Self::Failed => "failed",
            Self::Waiting => "waiting",
            Self::Closed => "closed",
        }
    }

    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Done => "已完成",
            Self::Current => "进行中",
            Self::Late => "已超期",
            Self::Failed => "未成功",
            Self::Waiting => "未开始",
            Self::Closed => "本版本未开放",
        }
    }
}

/// A step of the stepper on a task page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it is called.
    pub label: String,
    /// How far it is.
    pub state: StepState,
    /// Who has it; may be empty.
    pub owner: String,
    /// Until when; may be empty.
    pub deadline: String,
    /// What it waits for; may be empty.
    pub waits_for: String,
    /// The rows or the page behind it; may be empty.
    pub href: String,
}

/// One thing to do, with its one action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Todo {
    /// How urgent.
    pub urgency: Urgency,
    /// What.
    pub title: String,
    /// A line of context; may be empty.
    pub context: String,
    /// Until when, in words; may be empty.
    pub due: String,
    /// Where the action is.
    pub href: String,
    /// What the action is called.
    pub action: String,
}

/// The order of the to-do list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Past its deadline.
    Overdue,
    /// Today.
    Today,
    /// Later.
    Soon,
}

impl Urgency {
    /// CSS class.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Today => "today",
            Self::Soon => "soon",
        }
    }
}

/// One entry of a timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineEntry {
    /// When, as text.
    pub at: String,
    /// What.
    pub title: String,
    /// Who and further words; may be empty.
    pub detail: String,
    /// Good or bad.
    pub tone: Tone,
    /// The record behind it; may be empty.
    pub href: String,
}

/// A tab: a link to a page of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab {
    /// What it is called.
    pub label: String,
    /// Where it is.
    pub href: String,
    /// How many rows are behind it.
    pub count: Option<u64>,
    /// Is this the one shown?
    pub here: bool,
}

/// A job as the page shows it at first; the browser then follows `json_url`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobView {
    /// Where its progress is read as JSON: `/office/jobs/{id}.json`.
    pub json_url: String,
    /// What it does.
    pub title: String,
    /// What is done so far.
    pub done: u64,
    /// How much it is, once that is known.
    pub total: Option<u64>,
    /// What it is at just now; may be empty.
    pub phase: String,
    /// How it ended, or how long it may take; may be empty.
    pub words: String,
    /// What to do after a failure; may be empty.
    pub next: String,
    /// Has it ended? `None` while it runs.
    pub ended: Option<Tone>,
}

impl JobView {
    /// `1,200 / 3,344（35%）`, the same as the browser writes later.
    #[must_use]
    pub fn count(&self) -> String {
        crate::format::progress(self.done, self.total)
    }
}

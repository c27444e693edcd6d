//! Deadlines of a share: started at dispatch by the rulebook, told in words with what is left.

use chrono::NaiveDate;
use domain::calendar::Calendar;
use domain::deadline::{Due, Span, SpanUnit, due_on, remaining};
use domain::ids::{AgencyId, DeadlineId, ShareId, TaskId};
use domain::rulebook::{Rule, Rulebook};
use store::Tx;
use store::repo::deadline::Deadline;

use kernel::{Ctx, Result};

/// A deadline as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadlineView {
    /// `receipt` or `matching`.
    pub kind: String,
    /// What is due.
    pub label: &'static str,
    /// The last day.
    pub due_on: NaiveDate,
    /// The last day in words: `2021-05-13（周四）`.
    pub due: String,
    /// What is left, or when it was met.
    pub left: String,
    /// Not met, and the day has passed; or met too late.
    pub late: bool,
    /// The day on which it was met.
    pub met_on: Option<NaiveDate>,
    /// The rule it rests on.
    pub basis: String,
}

/// The last day for matching, by the rules in force.
pub(crate) fn matching_due(rules: &Rulebook, today: NaiveDate, calendar: &Calendar) -> Due {
    due_on(today, rules.matching_span(), calendar)
}

/// Starts receipt and matching of a share of this task. A deadline of the task's own rests on the document that its scheme
/// names.
pub(crate) async fn start(
    tx: &mut Tx,
    ctx: &Ctx,
    (task, share): (TaskId, ShareId),
    agency: AgencyId,
    rules: &Rulebook,
    calendar: &Calendar,
) -> Result<()> {
    let own = store::repo::rulebook::of_task(tx, task).await?;
    for (kind, rule, span) in
        [("receipt", Rule::ReceiptSpan, rules.receipt_span()), ("matching", Rule::MatchingSpan, rules.matching_span())]
    {
        let due = due_on(ctx.today(), span, calendar);
        let row = Deadline {
            id: DeadlineId::from_parts(ctx.ms(), ctx.ten()),
            kind: kind.to_owned(),
            subject_kind: "share".to_owned(),
            subject_id: share.to_string(),
            agency_id: agency,
            started_on: ctx.today(),
            span: format!("{} {}", span.n, span.unit),
            due_on: due.on,
            provisional: due.provisional,
            met_on: None,
            basis: own
                .iter()
                .find(|setting| setting.name == rule.code())
                .map_or_else(|| text::rule_basis(rule).to_owned(), |setting| setting.basis.clone()),
        };
        store::repo::deadline::insert(tx, &row).await?;
    }
    Ok(())
}

/// A deadline in words.
pub(crate) fn view(row: Deadline, today: NaiveDate, calendar: &Calendar) -> DeadlineView {
    let unit = if row.span.ends_with(SpanUnit::WorkingDay.code()) { SpanUnit::WorkingDay } else { SpanUnit::Day };
    let left = match row.met_on {
        Some(day) => text::assign::met_on(day, day > row.due_on),
        None => text::remaining(remaining(row.due_on, today, unit, calendar)),
    };
    DeadlineView {
        label: text::assign::deadline(&row.kind),
        due: text::due(Due { on: row.due_on, provisional: row.provisional }, calendar),
        left,
        late: row.met_on.unwrap_or(today) > row.due_on,
        due_on: row.due_on,
        met_on: row.met_on,
        kind: row.kind,
        basis: row.basis,
    }
}

/// A span in words.
pub(crate) fn span_words(span: Span) -> String {
    text::span(span)
}

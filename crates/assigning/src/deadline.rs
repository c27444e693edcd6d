//! Deadlines of a share: started at dispatch by the rulebook, told in words with what is left.

use chrono::NaiveDate;
use domain::calendar::Calendar;
use domain::deadline::{Due, Span, due_on};
use domain::ids::{AgencyId, DeadlineId, ShareId, TaskId};
use domain::rulebook::{Rule, Rulebook, StartEvent};
use store::Tx;
use store::repo::deadline::Deadline;

use kernel::{Ctx, Error, Result};

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

/// The two deadlines of a share, as they begin.
pub(crate) struct Begun {
    pub(crate) receipt: Begin,
    pub(crate) matching: Begin,
}

/// One deadline, as it begins.
pub(crate) struct Begin {
    kind: &'static str,
    started_on: NaiveDate,
    span: Span,
    pub(crate) due: Due,
    basis: Rule,
}

/// When receipt and matching of a share that is dispatched today fall due. Receipt never falls due after matching: where
/// matching counts from the dispatch too and is shorter, its day binds both.
pub(crate) fn begun(rules: &Rulebook, today: NaiveDate, calendar: &Calendar) -> Begun {
    let begin = |kind: &'static str, started_on: NaiveDate, span: Span, basis: Rule| Begin {
        kind,
        started_on,
        span,
        due: due_on(started_on, span, calendar),
        basis,
    };
    let mut receipt = begin("receipt", today, rules.receipt_span(), Rule::ReceiptSpan);
    let from = match rules.matching_from() {
        StartEvent::Dispatch => today,
        // Until the unit signs, the last day on which it must.
        StartEvent::Receipt => receipt.due.on,
    };
    let mut matching = begin("matching", from, rules.matching_span(), Rule::MatchingSpan);
    matching.due.provisional |= from != today && receipt.due.provisional;
    if receipt.due.on > matching.due.on {
        receipt = begin("receipt", today, rules.matching_span(), Rule::MatchingSpan);
    }
    Begun { receipt, matching }
}

/// The last day for matching, by the rules in force.
pub(crate) fn matching_due(rules: &Rulebook, today: NaiveDate, calendar: &Calendar) -> Due {
    begun(rules, today, calendar).matching.due
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
    let Begun { receipt, matching } = begun(rules, ctx.today(), calendar);
    for begin in [receipt, matching] {
        let row = Deadline {
            id: DeadlineId::from_parts(ctx.ms(), ctx.ten()),
            kind: begin.kind.to_owned(),
            subject_kind: "share".to_owned(),
            subject_id: share.to_string(),
            agency_id: agency,
            started_on: begin.started_on,
            span: begin.span.to_string(),
            due_on: begin.due.on,
            provisional: begin.due.provisional,
            met_on: None,
            basis: own
                .iter()
                .find(|setting| setting.name == begin.basis.code())
                .map_or_else(|| text::rule_basis(begin.basis).to_owned(), |setting| setting.basis.clone()),
        };
        store::repo::deadline::insert(tx, &row).await?;
    }
    Ok(())
}

/// The receipt is signed: its deadline is met, and the one for matching begins, where it counts from the receipt.
pub(crate) async fn received(tx: &mut Tx, ctx: &Ctx, share: ShareId, calendar: &Calendar) -> Result<()> {
    let rows = store::repo::deadline::of_subject(tx, "share", &share.to_string()).await?;
    store::repo::deadline::meet(tx, "receipt", "share", &share.to_string(), ctx.today()).await?;
    let of = |kind: &str| rows.iter().find(|row| row.kind == kind);
    if let (Some(receipt), Some(matching)) = (of("receipt"), of("matching"))
        && matching.started_on > receipt.started_on
    {
        let span: Span = matching.span.parse().map_err(Error::internal)?;
        let due = due_on(ctx.today(), span, calendar);
        store::repo::deadline::restart(tx, matching.id, ctx.today(), due).await?;
    }
    Ok(())
}

/// A deadline in words.
pub(crate) fn view(row: Deadline, today: NaiveDate, calendar: &Calendar) -> DeadlineView {
    let left = match row.met_on {
        Some(day) => text::assign::met_on(day, day > row.due_on),
        None => text::left(row.due_on, today, calendar),
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use domain::rulebook::{RuleLayer, RuleValue};

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn receipt_never_falls_due_after_matching() {
        // A list dispatched on Monday, 10 May 2021 (seed 000; with seed 002's spans in the third and fourth row).
        let check = |rules: &[(Rule, RuleValue)], receipt: &str, matching: &str| {
            let mut layer = RuleLayer::default();
            rules.iter().for_each(|(rule, value)| layer.set(*rule, *value).unwrap());
            let begun = begun(&Rulebook::of([&layer]), day("2021-05-10"), Calendar::statutory());
            assert_eq!((begun.receipt.due.on, begun.matching.due.on), (day(receipt), day(matching)), "{rules:?}");
            assert!(begun.receipt.due.on <= begun.matching.due.on);
        };
        let five = RuleValue::Span(Span::working_days(5));
        let from_receipt = (Rule::MatchingFrom, RuleValue::StartEvent(StartEvent::Receipt));
        check(&[], "2021-05-15", "2021-05-15");
        check(&[(Rule::ReceiptSpan, RuleValue::Span(Span::days(2)))], "2021-05-12", "2021-05-15");
        check(&[(Rule::MatchingSpan, five)], "2021-05-17", "2021-05-17");
        check(&[(Rule::MatchingSpan, five), from_receipt], "2021-05-17", "2021-05-24");
    }
}

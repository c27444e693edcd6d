//! Recording that an inspector is away. Matching passes over them on these days; what was matched before is not changed
//! here, only counted, so that the clerk knows.

use chrono::NaiveDate;
use domain::ids::{EventId, InspectorId};
use domain::registry::UseCase;
use domain::time::parse_day;
use store::repo;
use store::repo::inspector::LeaveRow;

use super::REASON_CHARS_MAX;
use kernel::{Ctx, Error, FieldError, Platform, Result};

/// Days of one leave, both ends counted.
pub const LEAVE_DAYS_MAX: i64 = 366;

/// The form, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeaveInput {
    /// First day away, `YYYY-MM-DD`.
    pub from: String,
    /// Last day away.
    pub to: String,
    /// Why, in a few words.
    pub reason: String,
}

/// A recorded leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Calendar days, both ends counted.
    pub days: i64,
    /// Visits that are planned on these days: they need another day or another inspector.
    pub visits: u64,
}

/// Records a leave.
///
/// # Errors
/// `Invalid` on `from`, `to` (`CORE-103` no date, `CORE-102` the wrong way round, `INSP-105` longer than
/// [`LEAVE_DAYS_MAX`]) and `reason` (`CORE-101`); `Conflict` (`INSP-101` the inspector has left, `INSP-106` overlaps a
/// recorded leave); `NotFound`; `Denied`.
pub async fn record(platform: &Platform, ctx: &Ctx, id: InspectorId, input: &LeaveInput) -> Result<Recorded> {
    let mut command = platform.command(ctx, UseCase::LeaveRecord).await?;
    let inspector = repo::inspector::get(command.tx(), &ctx.scope()?, id).await?;
    if let Some(left) = inspector.left_on {
        return Err(Error::conflict("INSP-101").with("name", &inspector.inspector.name).with("day", text::day(left)));
    }
    let mut wrong = Vec::new();
    let from = day(&mut wrong, "from", &input.from);
    let to = day(&mut wrong, "to", &input.to);
    let mut days = 0;
    if let (Some(from), Some(to)) = (from, to) {
        days = to.signed_duration_since(from).num_days() + 1;
        if days < 1 {
            wrong.push(FieldError { field: "to", code: "CORE-102", args: Vec::new() });
        } else if days > LEAVE_DAYS_MAX {
            wrong.push(FieldError { field: "to", code: "INSP-105", args: vec![("max", LEAVE_DAYS_MAX.to_string())] });
        }
    }
    let reason = input.reason.trim();
    if !(1..=REASON_CHARS_MAX).contains(&reason.chars().count()) {
        wrong.push(FieldError { field: "reason", code: "CORE-101", args: vec![("max", REASON_CHARS_MAX.to_string())] });
    }
    let (Some(from), Some(to), true) = (from, to, wrong.is_empty()) else {
        return Err(super::super::invalid(wrong));
    };
    if let Some(other) = inspector.inspector.leaves.iter().find(|leave| leave.from <= to && from <= leave.to) {
        return Err(Error::conflict("INSP-106").with("from", text::day(other.from)).with("to", text::day(other.to)));
    }
    let row = LeaveRow {
        id: EventId::from_parts(ctx.ms(), ctx.ten()).to_string(),
        inspector_id: id,
        from_day: from,
        to_day: to,
        reason: reason.to_owned(),
    };
    repo::inspector::insert_leave(command.tx(), &row).await?;
    let visits = repo::inspector_load::planned_between(command.tx(), id, from, to).await?;
    command.finish("inspector", id, serde_json::json!({ "from": from, "to": to, "visits": visits })).await?;
    Ok(Recorded { days, visits })
}

fn day(wrong: &mut Vec<FieldError>, field: &'static str, text: &str) -> Option<NaiveDate> {
    let day = parse_day(text.trim());
    if day.is_none() {
        wrong.push(FieldError { field, code: "CORE-103", args: vec![("value", text.trim().to_owned())] });
    }
    day
}

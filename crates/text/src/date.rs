//! Days, moments and deadlines in words: `2021-05-08（周六·调休上班）`, `还剩 3 个工作日`.
//!
//! Which day a moment belongs to is decided in `domain::time`, never here.

use chrono::{Datelike, NaiveDate, Weekday};
use domain::calendar::{Calendar, DayKind};
use domain::deadline::{Binding, Due, Effective, Span, SpanUnit, remaining};
use domain::{Instant, china_day};

/// 周一 to 周日.
pub fn weekday(day: NaiveDate) -> &'static str {
    match day.weekday() {
        Weekday::Mon => "周一",
        Weekday::Tue => "周二",
        Weekday::Wed => "周三",
        Weekday::Thu => "周四",
        Weekday::Fri => "周五",
        Weekday::Sat => "周六",
        Weekday::Sun => "周日",
    }
}

/// `2021-05-08`.
pub fn day(day: NaiveDate) -> String {
    day.format("%Y-%m-%d").to_string()
}

/// `2021-05-08（周六·调休上班）`: the weekday always, and why the day is worked or off where the weekday does not tell.
/// In a year without calendar data `待定` stands there, because the day may still change.
pub fn day_with_kind(on: NaiveDate, calendar: &Calendar) -> String {
    let note = match calendar.day_kind(on) {
        Some(DayKind::Workday | DayKind::Weekend) => "",
        Some(DayKind::MakeUpWorkday) => "·调休上班",
        Some(DayKind::Holiday) => "·放假",
        None => "·放假安排待定",
    };
    format!("{}（{}{note}）", day(on), weekday(on))
}

/// `2021-05-10 09:30` on China's clock.
pub fn moment(at: Instant) -> String {
    let (hour, minute, _, _) = at.china_time();
    format!("{} {hour:02}:{minute:02}", day(china_day(at)))
}

/// `09:30:00` on China's clock, for logs of a ceremony.
pub fn clock(at: Instant) -> String {
    let (hour, minute, second, _) = at.china_time();
    format!("{hour:02}:{minute:02}:{second:02}")
}

/// `5 日`, `20 个工作日`.
pub fn span(span: Span) -> String {
    count(i64::from(span.n), span.unit)
}

/// `2021-05-17（周一）`, with a note where the day is provisional.
pub fn due(due: Due, calendar: &Calendar) -> String {
    let note = if due.provisional { "，暂定" } else { "" };
    format!("{}{note}", day_with_kind(due.on, calendar))
}

/// What is left until a day, the same words wherever it is shown: `还剩 3 个工作日`, `今日到期`, `已逾期 1 个工作日`. Working
/// days always, also for a deadline that was set in days: two pages that count differently would contradict each other.
pub fn left(due: NaiveDate, today: NaiveDate, calendar: &Calendar) -> String {
    let left = remaining(due, today, SpanUnit::WorkingDay, calendar);
    let text = match (left.overdue, left.n) {
        (false, 0) if due == today => "今日到期".to_owned(),
        // Due on a day off, and no working day is left until then.
        (false, 0) => "还剩不足 1 个工作日".to_owned(),
        (false, n) => format!("还剩 {}", count(n, left.unit)),
        // Past the day, but no working day has passed since: overdue all the same.
        (true, 0) => "已逾期".to_owned(),
        (true, n) => format!("已逾期 {}", count(n.saturating_abs(), left.unit)),
    };
    if left.provisional { format!("{text}（暂定）") } else { text }
}

/// Both deadlines with the one that counts first: `2021-08-20（周五）；按期限应于 2021-08-27（周五），以较早者为准`.
pub fn effective(both: &Effective, calendar: &Calendar) -> String {
    let on = day_with_kind(both.on, calendar);
    let fixed = both.fixed.map(|day| day_with_kind(day, calendar)).unwrap_or_default();
    match both.binding {
        Binding::Fixed => format!("{on}；按期限应于 {}，以较早者为准", due(both.relative, calendar)),
        Binding::Relative if both.fixed.is_some() => {
            format!("{}；规定日期为 {fixed}，以较早者为准", due(both.relative, calendar))
        }
        Binding::Relative => due(both.relative, calendar),
        Binding::Both => format!("{on}，期限与规定日期同日"),
    }
}

fn count(n: i64, unit: SpanUnit) -> String {
    match unit {
        SpanUnit::Day => format!("{n} 日"),
        SpanUnit::WorkingDay => format!("{n} 个工作日"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use domain::deadline;

    fn on(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn days_say_why_they_are_worked_or_off() {
        let check = |text: &str, expect: &str| assert_eq!(day_with_kind(on(text), Calendar::statutory()), expect);
        check("2021-05-08", "2021-05-08（周六·调休上班）");
        check("2021-05-09", "2021-05-09（周日）");
        check("2021-05-10", "2021-05-10（周一）");
        check("2021-06-14", "2021-06-14（周一·放假）");
        check("2027-01-04", "2027-01-04（周一·放假安排待定）");
    }

    #[test]
    fn moments_show_china_time() {
        let at: Instant = "2021-05-09T16:30:05Z".parse().unwrap();
        assert_eq!((moment(at).as_str(), clock(at).as_str()), ("2021-05-10 00:30", "00:30:05"));
    }

    #[test]
    fn what_is_left() {
        let check = |due: &str, today: &str, expect: &str| {
            assert_eq!(left(on(due), on(today), Calendar::statutory()), expect, "{due} seen on {today}");
        };
        check("2021-05-17", "2021-05-12", "还剩 3 个工作日");
        check("2021-05-17", "2021-05-17", "今日到期");
        // Due on a Saturday that is off, seen on Friday evening.
        check("2021-05-15", "2021-05-14", "还剩不足 1 个工作日");
        check("2021-07-09", "2021-07-12", "已逾期 1 个工作日");
        check("2021-07-09", "2021-07-10", "已逾期");
        check("2027-01-05", "2026-12-31", "还剩 3 个工作日（暂定）");
    }

    #[test]
    fn both_deadlines_are_shown() {
        let check = |start: &str, fixed: Option<&str>, expect: &str| {
            let relative = deadline::due_on(on(start), Span::working_days(20), Calendar::statutory());
            assert_eq!(effective(&Effective::of(relative, fixed.map(on)), Calendar::statutory()), expect);
        };
        check("2021-07-30", Some("2021-08-20"), "2021-08-20（周五）；按期限应于 2021-08-27（周五），以较早者为准");
        check("2021-06-10", Some("2021-08-20"), "2021-07-09（周五）；规定日期为 2021-08-20（周五），以较早者为准");
        check("2021-07-23", Some("2021-08-20"), "2021-08-20（周五），期限与规定日期同日");
        check("2021-06-10", None, "2021-07-09（周五）");
        check("2026-12-25", None, "2027-01-22（周五·放假安排待定），暂定");
        assert_eq!((span(Span::days(5)).as_str(), span(Span::working_days(20)).as_str()), ("5 日", "20 个工作日"));
    }
}

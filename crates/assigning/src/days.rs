//! The planned days of a unit's visits: spread over the working days of the window by how many of its inspectors can go.
//!
//! Only heads are counted; who goes is matched later and sealed first. The order of the visits is the draw's (territory,
//! then ticket). See `domain::visit_day` for the arithmetic and ADR 0012 for the reasons.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::agency::Scope;
use domain::calendar::Calendar;
use domain::ids::{AgencyId, ShareId, SubjectId, TaskId};
use domain::rulebook::Rulebook;
use domain::visit_day::{DayCapacity, assign, capacity, working_days};
use store::repo::dispatch::NewVisit;
use store::repo::share::Share;
use store::repo::{roster, visit_day};
use store::{Conn, Tx};

use crate::dispatch::{Drawn, drawn_attempt};
use kernel::{Platform, Result};

/// Inspectors of one unit that are counted; a matching takes no more.
const PEOPLE_MAX: u32 = 1_001;

/// The days on which visits may be made, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

/// What a unit can carry out within the window, beside what it is to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct UnitCapacity {
    /// Visits.
    pub need: u64,
    /// Visits that its able inspectors can make on all days together.
    pub capacity: u64,
    /// Working days.
    pub days: usize,
}

impl UnitCapacity {
    /// The window is too small for the visits.
    #[must_use]
    pub const fn is_short(&self) -> bool {
        self.capacity < self.need
    }

    /// What the days hold.
    pub(crate) fn of(need: u64, days: &[DayCapacity]) -> Self {
        let capacity = days.iter().map(|day| u64::from(day.visits)).sum();
        Self { need, capacity, days: days.len() }
    }
}

/// The window of a share's task.
pub(crate) fn window_of(share: &Share) -> Window {
    Window { from: share.window_from, to: share.window_to }
}

/// The first day on which visits are planned where nobody says otherwise: after the last day for matching, within the
/// window.
pub(crate) fn first_day(window: &Window, matching_due: NaiveDate) -> NaiveDate {
    matching_due.succ_opt().unwrap_or(matching_due).max(window.from).min(window.to)
}

/// The working days of a unit from `first` to the end of the window, with what it can carry out on each.
pub(crate) async fn of_unit(
    conn: &mut Conn,
    agency: AgencyId,
    (first, last): (NaiveDate, NaiveDate),
    rules: &Rulebook,
    calendar: &Calendar,
) -> Result<Vec<DayCapacity>> {
    let people = roster::of_unit(conn, agency, PEOPLE_MAX).await?;
    let days = working_days(first, last, calendar);
    let per_day = rules.visits_per_day();
    Ok(days.into_iter().map(|on| DayCapacity { on, visits: capacity(able(&people, on), per_day) }).collect())
}

/// How many of these people may go on a day.
fn able(people: &[roster::Entry], on: NaiveDate) -> usize {
    let day = text::day(on);
    people.iter().filter(|entry| certified(entry, &day) && !away(entry, &day)).count()
}

/// Whether the enforcement certificate holds on this day.
pub(crate) fn certified(entry: &roster::Entry, day: &str) -> bool {
    entry.from.as_str() <= day && day <= entry.to.as_str()
}

/// Whether the inspector is on leave on this day.
pub(crate) fn away(entry: &roster::Entry, day: &str) -> bool {
    entry.leaves.iter().any(|(from, to)| from.as_str() <= day && day <= to.as_str())
}

/// Where each drawn object stands among the visits of its unit: territory of the roll's day, then ticket. Nobody chooses it,
/// and it is the same whenever it is asked for.
pub(crate) struct Places(BTreeMap<SubjectId, (String, String)>);

impl Places {
    /// Those of a dispatch.
    pub(crate) fn of(drawn: &[Drawn]) -> Self {
        let place = |row: &Drawn| (row.subject_id, (row.territory.clone(), row.ticket.clone()));
        Self(drawn.iter().map(place).collect())
    }

    /// Those of a task's draw, out of its result and register.
    ///
    /// # Errors
    /// `DISP-001` if nothing is drawn; as [`drawing::drawn_objects`].
    pub(crate) async fn read(platform: &Platform, task: TaskId) -> Result<Self> {
        let mut conn = platform.store().read().await?;
        let source = store::repo::dispatch::source(&mut conn, &Scope::everything(), task).await?;
        drop(conn);
        let objects = drawing::drawn_objects(platform, drawn_attempt(&source)?).await?;
        let place =
            |object: drawing::DrawnObject| (object.registered.subject, (object.registered.territory, object.ticket));
        Ok(Self(objects.into_iter().map(place).collect()))
    }

    fn key(&self, subject: SubjectId) -> (&str, &str) {
        self.0.get(&subject).map(|(territory, ticket)| (territory.as_str(), ticket.as_str())).unwrap_or_default()
    }
}

/// Gives new visits their days, each unit's over the days of that unit.
pub(crate) fn place(visits: &mut [NewVisit], places: &Places, days: &BTreeMap<AgencyId, Vec<DayCapacity>>) {
    let mut of_unit: BTreeMap<AgencyId, Vec<&mut NewVisit>> = BTreeMap::new();
    for visit in visits {
        of_unit.entry(visit.agency_id).or_default().push(visit);
    }
    for (agency, mut visits) in of_unit {
        visits.sort_by(|a, b| (places.key(a.subject_id), &a.code).cmp(&(places.key(b.subject_id), &b.code)));
        let planned = assign(visits.len(), days.get(&agency).map_or(&[], Vec::as_slice));
        for (visit, day) in visits.into_iter().zip(planned) {
            visit.planned_on = day;
        }
    }
}

/// Spreads the waiting visits of a share anew over `days`; how many have a day now.
pub(crate) async fn spread_share(tx: &mut Tx, share: ShareId, places: &Places, days: &[DayCapacity]) -> Result<u64> {
    let mut visits = visit_day::waiting(tx, share).await?;
    // By code they are already, which decides between objects that share both.
    visits.sort_by(|a, b| places.key(a.1).cmp(&places.key(b.1)));
    let planned = assign(visits.len(), days);
    let pairs: Vec<_> = visits.into_iter().map(|(visit, _)| visit).zip(planned).collect();
    Ok(visit_day::set_days(tx, share, &pairs).await?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_first_day_lies_in_the_window() {
        let window = Window { from: day("2021-05-08"), to: day("2021-07-31") };
        let check = |due: &str, expect: &str| assert_eq!(first_day(&window, day(due)), day(expect), "{due}");
        check("2021-05-01", "2021-05-08");
        check("2021-05-15", "2021-05-16");
        check("2021-07-31", "2021-07-31");
        check("2021-08-20", "2021-07-31");
    }
}

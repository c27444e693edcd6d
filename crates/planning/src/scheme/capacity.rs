//! Whether the inspectors of a unit can make the visits that it is to expect, within the window and by the rule on visits a
//! day: asked before the seal, while the window and the ratios can still be changed. Days are counted as dispatch plans them
//! (ADR 0012), from the end of the matching on if everything went ahead today.

use chrono::NaiveDate;
use domain::deadline::due_on;
use domain::ids::AgencyId;
use domain::scheme::Finding;
use domain::visit_day::{Available, capacity_of, working_days};
use store::Conn;
use store::repo::agency::Agency;
use store::repo::roster;

use super::demands::Subject;
use kernel::Result;

/// The days of the visits, and who may go on them.
pub struct Days {
    days: Vec<NaiveDate>,
    people: Vec<(AgencyId, Available)>,
}

/// The days that are left; `None` where the end of the window is not known or has passed.
///
/// # Errors
/// `Internal`.
pub async fn days(conn: &mut Conn, of: &Subject<'_>) -> Result<Option<Days>> {
    let Some(last) = of.window.1.filter(|last| *last >= of.today) else { return Ok(None) };
    let due = due_on(of.today, of.matching.0, of.matching.1).on;
    let first = due.succ_opt().unwrap_or(due).max(of.window.0.unwrap_or(of.today)).min(last);
    let people = roster::available_unscoped(conn, first, last).await?;
    Ok(Some(Days { days: working_days(first, last, of.matching.1), people }))
}

impl Days {
    /// What a unit with this registrar key lacks.
    pub fn short(&self, of: &Subject<'_>, unit: &str, agency: &Agency) -> Option<Finding> {
        let chance = |class: usize| {
            let stratum = of.sizes.get(class);
            // Where each unit has a ratio of its own, its cell says how many.
            let own = stratum.and_then(|stratum| stratum.cells.iter().find(|cell| cell.cell == unit));
            let own = own.and_then(|cell| cell.size.map(|size| (size, cell.rows)));
            own.or_else(|| stratum.map(|stratum| (stratum.size, stratum.rows))).unwrap_or_default()
        };
        let visits = of.census.expected_of(unit, chance);
        let people: Vec<_> = self.people.iter().filter(|(id, _)| *id == agency.id).map(|(_, one)| one).collect();
        let capacity = capacity_of(&people, &self.days, of.per_day);
        (visits > capacity).then(|| Finding::OverCapacity {
            unit: agency.short_name.clone(),
            visits,
            capacity,
            days: self.days.len() as u64,
            per_day: of.per_day,
        })
    }
}

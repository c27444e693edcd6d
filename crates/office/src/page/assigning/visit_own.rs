//! An inspector's own list of visits, made for a phone in the street: address, phone, map, forms.

use app::assigning::{self, OwnRow, OwnTie, OwnVisits};
use askama::Template;
use domain::calendar::Calendar;
use domain::registry::UseCase;
use domain::state::VisitState;
use text::Label as _;
use web::{Area, Html, Page, Result, Tone};

use crate::{Desk, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new().get("/office/visits/mine", UseCase::VisitMine, mine)
}

/// A visit in words.
struct Line {
    row: OwnRow,
    day: String,
    team: String,
    map: String,
}

/// One part of the list.
struct Part {
    title: &'static str,
    late: bool,
    lines: Vec<Line>,
    /// How many there are in all; more than the lines if the list is cut.
    total: u64,
}

impl Part {
    /// Are there more than are listed?
    fn is_cut(&self) -> bool {
        u64::try_from(self.lines.len()).is_ok_and(|shown| shown < self.total)
    }
}

#[derive(Template)]
#[template(path = "assigning/visit/mine.html")]
struct MinePage {
    page: Page,
    today: String,
    tie: OwnTie,
    parts: Vec<Part>,
    may_print: bool,
}

impl MinePage {
    fn label(&self, state: &VisitState) -> &'static str {
        state.label()
    }

    fn tone(&self, state: &VisitState) -> Tone {
        super::visit::tone(*state)
    }

    fn is_empty(&self) -> bool {
        self.parts.iter().all(|part| part.lines.is_empty())
    }
}

async fn mine(desk: Desk) -> Result<Html<MinePage>> {
    let OwnVisits { tie, late, today, next } = assigning::mine(&desk.platform, &desk.ctx).await?;
    let calendar = desk.platform.calendar().await?;
    let part = |title: &'static str, late: bool, found: app::Page<OwnRow>| Part {
        title,
        late,
        total: found.total,
        lines: found.rows.into_iter().map(|row| line(row, &calendar)).collect(),
    };
    let parts = vec![part("今天", false, today), part("计划日已过", true, late), part("接下来", false, next)];
    Ok(Html(MinePage {
        page: desk.page(Area::Visit),
        today: text::day_with_kind(desk.ctx.today(), &calendar),
        tie,
        parts,
        may_print: desk.may(UseCase::FormPrint),
    }))
}

fn line(row: OwnRow, calendar: &Calendar) -> Line {
    let lead = |place: usize| if place == 0 { "（组长）" } else { "" };
    let team: Vec<_> = row.team.iter().enumerate().map(|(n, seat)| format!("{}{}", seat.name, lead(n))).collect();
    Line {
        day: text::day_with_kind(row.visit.planned_on, calendar),
        team: team.join("、"),
        map: map(&row.visit.address),
        row,
    }
}

/// An address for whatever map the phone has (RFC 5870, with the query that maps of phones read); no service is asked.
/// Empty where the register has no address.
fn map(address: &str) -> String {
    if address.trim().is_empty() {
        return String::new();
    }
    let query: String = form_urlencoded::byte_serialize(address.trim().as_bytes()).collect();
    format!("geo:0,0?q={}", query.replace('+', "%20"))
}

#[cfg(test)]
mod tests {
    use super::map;

    #[test]
    fn an_address_is_a_query_of_the_phones_own_map() {
        assert_eq!(
            map(" 河北大街 1 号&q=x "),
            "geo:0,0?q=%E6%B2%B3%E5%8C%97%E5%A4%A7%E8%A1%97%201%20%E5%8F%B7%26q%3Dx"
        );
        assert_eq!(map("  "), "");
    }
}

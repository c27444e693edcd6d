//! The announcements, and one of them: by which rules, what was sealed before the draw, what came out.

use app::public_site::{Announced, AnnouncementView, PublicAttempt, list, view};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use web::{Html, ListQuery, Page, Pager, Path, Result, Tone};

use super::{moment, refused, tone};
use crate::Site;

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/", get(all)).route("/announcements/{number}", get(one))
}

#[derive(Template)]
#[template(path = "announcement/list.html")]
struct ListPage {
    page: Page,
    rows: Vec<Announced>,
    query: ListQuery,
    pager: Pager,
}

impl ListPage {
    fn tone(&self, row: &Announced) -> Tone {
        tone(row.state())
    }
}

async fn all(State(site): State<Site>, query: ListQuery) -> Result<Html<ListPage>> {
    let found = list(&site.platform, query.filter("q"), query.page - 1, query.per_page).await?;
    let pager = query.pager(found.total);
    Ok(Html(ListPage { page: site.page(), rows: found.rows, query, pager }))
}

#[derive(Template)]
#[template(path = "announcement/view.html")]
struct ViewPage {
    page: Page,
    view: AnnouncementView,
    /// The attempts before the latest, latest first.
    earlier: Vec<PublicAttempt>,
}

impl ViewPage {
    fn tone(&self) -> Tone {
        tone(self.view.announced.state())
    }

    fn moment(&self, text: &str) -> String {
        moment(text)
    }

    fn share(&self, part: &u64, whole: &u64) -> String {
        text::public_site::share(*part, *whole)
    }

    /// Filters of the drawn list, percent-encoded.
    fn drawn_url(&self, filter: &str, value: &str) -> String {
        let query: String = form_urlencoded::Serializer::new(String::new()).append_pair(filter, value).finish();
        format!("/announcements/{}/drawn?{query}", self.view.announced.number)
    }

    fn list_url(&self) -> String {
        format!("/announcements/{}/drawn", self.view.announced.number)
    }

    /// Objects of all strata together; under membership `every` an object may count more than once.
    fn stratum_rows(&self) -> u64 {
        self.view.strata.iter().map(|row| row.count.rows).sum()
    }

    fn excluded(&self) -> u64 {
        self.view.announced.content.exclusions.iter().map(|rule| rule.rows).sum()
    }

    /// Drawn, and the list agrees with its proof as far as is known.
    fn shows_list(&self) -> bool {
        self.view.announced.is_drawn() && self.view.announced.doubt.is_none()
    }

    fn drawn_total(&self) -> u64 {
        self.view.strata.iter().map(|row| row.drawn).sum()
    }
}

async fn one(State(site): State<Site>, Path(number): Path<String>) -> Result<Html<ViewPage>> {
    let view = view(&site.platform, &number).await.map_err(refused)?;
    let mut earlier = view.announced.content.attempts.clone();
    earlier.pop();
    earlier.reverse();
    Ok(Html(ViewPage { page: site.page(), view, earlier }))
}

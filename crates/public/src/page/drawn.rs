//! The drawn list: search, pages, and an export of exactly what is shown.

use app::public_site::{Announced, DrawnFilter, ExportFormat, PublishedDrawn, drawn, export};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::middleware::from_fn;
use axum::response::Response;
use axum::routing::get;
use domain::address::household;
use web::budget;
use web::{Choice, Client, Html, ListQuery, Page, Pager, Path, Result};

use super::{download, refused};
use crate::Site;

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/announcements/{number}/drawn", get(list)).merge(
        Router::new()
            .route("/announcements/{number}/drawn.csv", get(csv))
            .route("/announcements/{number}/drawn.xlsx", get(xlsx))
            .route_layer(from_fn(budget::aside)),
    )
}

#[derive(Template)]
#[template(path = "announcement/drawn.html")]
struct DrawnPage {
    page: Page,
    announced: Announced,
    rows: Vec<PublishedDrawn>,
    units: Vec<Choice>,
    strata: Vec<Choice>,
    query: ListQuery,
    pager: Pager,
}

impl DrawnPage {
    fn view_url(&self) -> String {
        format!("/announcements/{}", self.announced.number)
    }

    /// The first eight digits of a ticket; the whole stands in the export.
    fn short<'a>(&self, ticket: &'a str) -> &'a str {
        ticket.get(..8).unwrap_or(ticket)
    }

    fn export_url(&self, ending: &str) -> String {
        self.query.url_under(&format!("/announcements/{}/drawn.{ending}", self.announced.number))
    }
}

fn filter(query: &ListQuery) -> DrawnFilter {
    DrawnFilter {
        text: query.filter("q").to_owned(),
        unit: query.filter("unit").to_owned(),
        stratum: query.filter("stratum").to_owned(),
    }
}

async fn list(State(site): State<Site>, Path(number): Path<String>, query: ListQuery) -> Result<Html<DrawnPage>> {
    let found =
        drawn(&site.platform, &number, &filter(&query), query.page - 1, query.per_page).await.map_err(refused)?;
    let counted =
        |value: &str, label: &str, n: u64| Choice::new(value, format!("{label}（{}）", web::format::thousands(n)));
    Ok(Html(DrawnPage {
        page: site.page(),
        announced: found.announced,
        pager: query.pager(found.rows.total),
        rows: found.rows.rows,
        units: found.offered.units.iter().map(|(unit, n)| counted(unit, unit, *n)).collect(),
        strata: found.offered.strata.iter().map(|(code, label, n)| counted(code, label, *n)).collect(),
        query,
    }))
}

async fn csv(State(site): State<Site>, client: Client, number: Path<String>, query: ListQuery) -> Result<Response> {
    exported(&site, client, &number.0, &query, ExportFormat::Csv).await
}

async fn xlsx(State(site): State<Site>, client: Client, number: Path<String>, query: ListQuery) -> Result<Response> {
    exported(&site, client, &number.0, &query, ExportFormat::Xlsx).await
}

async fn exported(
    site: &Site,
    client: Client,
    number: &str,
    query: &ListQuery,
    format: ExportFormat,
) -> Result<Response> {
    let asker = household(client.0).to_string();
    let _turn = match site.files.turn(&asker).await {
        Ok(turn) => turn,
        Err(spent) => return Ok(spent.into_response()),
    };
    let export = export(&site.platform, number, &filter(query), format).await.map_err(refused)?;
    Ok(download::bytes(export.bytes, export.media_type, &export.name))
}

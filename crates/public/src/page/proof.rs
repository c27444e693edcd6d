//! How anyone can recompute a draw: the bundle, the command, what each step means; and the files themselves.

use app::ErrorKind;
use app::public_site::{AnnouncementView, BundleFile, bundle, commitment_document, view};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use web::{Html, Page, Path, Result};

use super::{download, moment, refused};
use crate::Site;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/announcements/{number}/proof", get(proof))
        .route("/announcements/{number}/bundle.zip", get(zip))
        .route("/announcements/{number}/commitment.json", get(commitment))
        .route("/verifiers/mingcha-verify.html", get(verify_page))
        .route("/verifiers/mingcha-verify.py", get(verify_script))
}

/// The verifiers that share no code with this server; whoever recomputes should not have to trust it.
const VERIFY_PAGE: &str = include_str!("../../../../verifiers/verify.html");
const VERIFY_SCRIPT: &str = include_str!("../../../../verifiers/verify.py");

#[derive(Template)]
#[template(path = "announcement/proof.html")]
struct ProofPage {
    page: Page,
    view: AnnouncementView,
    bundle: Option<BundleFile>,
}

impl ProofPage {
    fn moment(&self, text: &str) -> String {
        moment(text)
    }

    /// Word, what it checks, what it means if it does not hold.
    fn steps(&self) -> &'static [(&'static str, &'static str, &'static str)] {
        &text::public_site::VERIFY_STEPS
    }

    fn witnesses(&self) -> usize {
        self.view.announced.content.latest().map_or(0, |latest| latest.parties.iter().filter(|p| !p.platform).count())
    }
}

async fn proof(State(site): State<Site>, Path(number): Path<String>) -> Result<Html<ProofPage>> {
    let view = view(&site.platform, &number).await.map_err(refused)?;
    let bundle = match bundle(&site.platform, &number).await {
        Ok(file) => Some(file),
        Err(error) if error.kind == ErrorKind::NotFound => None,
        Err(error) => return Err(error.into()),
    };
    Ok(Html(ProofPage { page: site.page(), view, bundle }))
}

async fn zip(State(site): State<Site>, Path(number): Path<String>, asked: HeaderMap) -> Result<Response> {
    let file = bundle(&site.platform, &number).await.map_err(refused)?;
    download::bundle(&asked, file).await
}

async fn commitment(State(site): State<Site>, Path(number): Path<String>) -> Result<Response> {
    let document = commitment_document(&site.platform, &number).await.map_err(refused)?;
    Ok(download::bytes(document.into_bytes(), "application/json", &format!("{number}-commitment.json")))
}

/// As files to keep: opened from the disk, the page can reach no network.
async fn verify_page() -> Response {
    download::bytes(VERIFY_PAGE.as_bytes().to_vec(), "text/html; charset=utf-8", "mingcha-verify.html")
}

async fn verify_script() -> Response {
    download::bytes(VERIFY_SCRIPT.as_bytes().to_vec(), "text/x-python; charset=utf-8", "mingcha-verify.py")
}

//! "Was I drawn?": a code in, an answer out. The question stands in the address, so that an answer can be sent on; it is
//! not kept by anyone's cache.

use app::ErrorKind;
use app::public_site::{CheckAnswer, check};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use web::{Category, Client, FieldErrors, Html, Page, Query, Result};

use super::refused;
use crate::{CHECKS_PER_MINUTE_MAX, Site, TooOften};

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/check", get(ask))
}

/// Characters of a question that are looked at; what is longer is no code anyway.
const TYPED_CHARACTERS_MAX: usize = 100;

/// What was asked. Without `code` the page only shows the form.
#[derive(Deserialize)]
struct Asked {
    code: Option<String>,
    #[serde(default)]
    number: String,
}

#[derive(Template)]
#[template(path = "check/index.html")]
struct CheckPage {
    page: Page,
    code: String,
    number: String,
    errors: FieldErrors,
    answer: Option<CheckAnswer>,
}

async fn ask(State(site): State<Site>, Client(address): Client, Query(asked): Query<Asked>) -> Result<Response> {
    let code: String = asked.code.iter().flat_map(|code| code.trim().chars()).take(TYPED_CHARACTERS_MAX).collect();
    let number = asked.number.trim().to_owned();
    let empty = CheckPage {
        page: site.page(),
        code: code.clone(),
        number: number.clone(),
        errors: FieldErrors::none(),
        answer: None,
    };
    if asked.code.is_none() {
        return Ok(Html(empty).into_response());
    }
    if let Err(TooOften { seconds, first }) = site.checks.ask(address, site.platform.now().unix_ms()) {
        if first {
            tracing::warn!(%address, per_minute = CHECKS_PER_MINUTE_MAX, "an address asks /check too often; it waits");
        }
        return Ok(too_often(seconds));
    }
    let mut response = match check(&site.platform, &code, &number).await {
        Ok(answer) => Html(CheckPage { answer: Some(answer), ..empty }).into_response(),
        Err(error) if error.kind == ErrorKind::Invalid => {
            Html::invalid(CheckPage { errors: FieldErrors::from(&error), ..empty })
        }
        Err(error) => return Err(refused(error)),
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn too_often(seconds: i64) -> Response {
    let args = [("max", CHECKS_PER_MINUTE_MAX.to_string()), ("seconds", seconds.to_string())];
    let (what, next) = (text::problem::message("PUBL-002", &args), text::problem::next_step("PUBL-002", &args));
    let mut response = web::Error::new(Category::TooMany).saying("PUBL-002", what, next).into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

//! The witness's phone: the page, its state, the commitment and the reveal, by the token in the address. Nobody is signed
//! in here; who holds the token is the witness.

use app::drawing::{self, Recount};
use app::party::{self, WitnessState};
use app::{Actor, Ctx, ErrorKind};
use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::registry::UseCase;
use web::{FieldErrors, Form, Html, Json, Path, RequestId, Result, go};

use crate::{Office, Routes};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/witness/{token}", UseCase::PartyCommit, page)
        .get("/witness/{token}/state", UseCase::PartyCommit, state)
        .post("/witness/{token}/commit", UseCase::PartyCommit, hand_in)
        .post("/witness/{token}/reveal", UseCase::PartyReveal, open)
        .get("/witness/{token}/attest", UseCase::PartyAttest, recounting)
        .post("/witness/{token}/attest", UseCase::PartyAttest, attested)
        .get("/witness/{token}/bundle", UseCase::PartyBundle, whole)
}

fn ctx(office: &Office, request_id: &RequestId) -> Ctx {
    office.platform.ctx(Actor::Public, request_id.to_string())
}

/// The address is a secret: no cache keeps it, no other site is told it.
fn private(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

#[derive(Template)]
#[template(path = "drawing/ceremony/witness.html")]
struct WitnessPage {
    token: String,
    organiser: String,
    party: String,
    title: String,
    matching: bool,
}

async fn page(State(office): State<Office>, request_id: RequestId, Path(token): Path<String>) -> Result<Response> {
    let WitnessState { organiser, party, title, purpose, .. } =
        party::state(&office.platform, &ctx(&office, &request_id), &token).await?;
    let title = format!("{title} · {}", text::ceremony::purpose(purpose));
    Ok(private(Html(WitnessPage { token, organiser, party, title, matching: purpose == "match" })))
}

async fn state(State(office): State<Office>, request_id: RequestId, Path(token): Path<String>) -> Result<Response> {
    let state = party::state(&office.platform, &ctx(&office, &request_id), &token).await?;
    Ok(private(axum::Json(state)))
}

/// After the draw: the bundle with the roll, and the statement that it was recomputed. It works without a script.
#[derive(Template)]
#[template(path = "drawing/ceremony/recount.html")]
struct RecountPage {
    token: String,
    recount: Recount,
    attested: String,
    result: String,
    errors: FieldErrors,
}

async fn recount_page(office: &Office, token: String, result: String, errors: FieldErrors) -> Result<RecountPage> {
    let recount = drawing::recount(&office.platform, &token).await?;
    let attested = recount.attested_at.map(text::moment).unwrap_or_default();
    Ok(RecountPage { token, recount, attested, result, errors })
}

async fn recounting(State(office): State<Office>, Path(token): Path<String>) -> Result<Response> {
    Ok(private(Html(recount_page(&office, token, String::new(), FieldErrors::none()).await?)))
}

async fn whole(State(office): State<Office>, request_id: RequestId, Path(token): Path<String>) -> Result<Response> {
    let file = drawing::party_bundle(&office.platform, &ctx(&office, &request_id), &token).await?;
    Ok(private(super::result::send(file).await?))
}

#[derive(serde::Deserialize)]
struct Attest {
    #[serde(default)]
    result: String,
}

async fn attested(
    State(office): State<Office>,
    request_id: RequestId,
    Path(token): Path<String>,
    Form(form): Form<Attest>,
) -> Result<Response> {
    match drawing::party_attest(&office.platform, &ctx(&office, &request_id), &token, &form.result).await {
        Ok(()) => Ok(private(go(&format!("/witness/{token}/attest")))),
        Err(error) if error.kind == ErrorKind::Invalid => {
            let errors = FieldErrors::from(&error);
            Ok(private(Html::invalid(recount_page(&office, token, form.result, errors).await?)))
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(serde::Deserialize)]
struct Commitment {
    commitment: String,
}

async fn hand_in(
    State(office): State<Office>,
    request_id: RequestId,
    Path(token): Path<String>,
    Json(body): Json<Commitment>,
) -> Result<Response> {
    party::commit(&office.platform, &ctx(&office, &request_id), &token, &body.commitment).await?;
    Ok(private(axum::Json(serde_json::json!({}))))
}

#[derive(serde::Deserialize)]
struct Reveal {
    salt: String,
    value: String,
}

async fn open(
    State(office): State<Office>,
    request_id: RequestId,
    Path(token): Path<String>,
    Json(body): Json<Reveal>,
) -> Result<Response> {
    party::reveal(&office.platform, &ctx(&office, &request_id), &token, &body.salt, &body.value).await?;
    Ok(private(axum::Json(serde_json::json!({}))))
}

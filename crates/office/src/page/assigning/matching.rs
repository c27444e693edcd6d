//! The matching of a share: what could go wrong, the parties, publication, teams and loads. The second person's salt is
//! made on the witness's page, not here.

use app::assigning::matching::{self, Document, Feasibility, MatchingView, PartyView, PublishInput};
use app::assigning::{self, Load};
use askama::Template;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::ids::{MatchingId, ShareId};
use domain::registry::UseCase;
use domain::state::{MatchingState, PartyState};
use serde::Deserialize;
use web::{Area, Crumb, FieldErrors, Form, Html, Page, Path, Query, Result, Tone, go};

use super::dispatch::{done, parse};
use crate::page::drawing::link::{Asked, LinkPanel, panel, with_code};
use crate::{Desk, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/office/shares/{share}/matching", UseCase::MatchingView, view)
        .post("/office/shares/{share}/matching", UseCase::MatchingPrepare, prepare)
        .get("/office/matchings/{matching}", UseCase::MatchingView, open)
        .post("/office/matchings/{matching}/join", UseCase::MatchingInvite, join)
        .post("/office/matchings/{matching}/witness", UseCase::MatchingInvite, invite)
        .post("/office/matchings/{matching}/commit", UseCase::MatchingCommit, publish)
        .post("/office/matchings/{matching}/run", UseCase::MatchingRun, run)
        .post("/office/matchings/{matching}/fail", UseCase::MatchingFail, fail)
        .get("/office/matchings/{matching}/{document}", UseCase::MatchingView, document)
}

#[derive(Template)]
#[template(path = "assigning/matching/view.html")]
struct MatchingPage {
    page: Page,
    view: MatchingView,
    feasibility: Option<Feasibility>,
    job: Option<web::JobView>,
    link: LinkPanel,
    loads: Vec<Load>,
    errors: FieldErrors,
    typed: String,
    may_prepare: bool,
    may_join: bool,
    may_invite: bool,
    may_publish: bool,
    may_run: bool,
    may_fail: bool,
}

impl MatchingPage {
    fn tone(&self, state: &MatchingState) -> Tone {
        match state {
            MatchingState::Matched => Tone::Good,
            MatchingState::Failed => Tone::Bad,
            MatchingState::Prepared | MatchingState::Committed => Tone::Info,
        }
    }

    /// The page that shows the party's QR code, where this session may see it; empty otherwise.
    fn code(&self, party: &PartyView) -> String {
        party.link.as_ref().map(|link| with_code(&of(self.view.share.id), link.party)).unwrap_or_default()
    }

    /// Least and most visits of one inspector of the table below, who may have none.
    fn range(&self) -> String {
        let given = || self.loads.iter().map(|load| load.visits);
        match (given().min(), given().max()) {
            (Some(least), Some(most)) if least < most => format!("{least} 至 {most}"),
            (Some(all), _) => all.to_string(),
            _ => "0".to_owned(),
        }
    }
}

async fn view(desk: Desk, Path(share): Path<String>, Query(asked): Query<Asked>) -> Result<Response> {
    let page = shown(&desk, parse(&share)?, &asked, String::new(), FieldErrors::default()).await?;
    Ok(Html(page).into_response())
}

async fn shown(desk: &Desk, id: ShareId, asked: &Asked, typed: String, errors: FieldErrors) -> Result<MatchingPage> {
    let view = matching::view(&desk.platform, &desk.ctx, id).await?;
    let feasibility =
        if view.can_prepare { Some(matching::feasibility(&desk.platform, &desk.ctx, id).await?) } else { None };
    let current = view.attempts.first();
    let in_state = |state: MatchingState| current.is_some_and(|attempt| attempt.matching.state == state);
    let job = match current.and_then(|attempt| attempt.job) {
        Some(job) if desk.may(UseCase::JobView) => {
            Some(crate::page::upkeep::job::component(&app::job::get(&desk.platform, &desk.ctx, job).await?))
        }
        _ => None,
    };
    let loads = if in_state(MatchingState::Matched) && desk.may(UseCase::VisitList) {
        assigning::loads(&desk.platform, &desk.ctx, Some(id)).await?
    } else {
        Vec::new()
    };
    let parties = current.into_iter().flat_map(|attempt| &attempt.parties);
    let link = panel(&desk.platform, asked, parties.map(|party| (party.id, party.state, party.link.as_ref())))?;
    let prepared = view.own && in_state(MatchingState::Prepared);
    let person = desk.ctx.post()?.person.clone();
    let committed = current.is_some_and(|attempt| {
        attempt.parties.iter().any(|party| party.name == person && party.state != PartyState::Invited)
    });
    let revealed = current.is_some_and(|attempt| attempt.revealed);
    let late = current.is_some_and(|attempt| attempt.late);
    let crumbs = [
        Crumb::to("派发与匹配", "/office/dispatch"),
        Crumb::to(view.share.agency_name.clone(), format!("/office/shares/{id}")),
        Crumb::here("随机匹配"),
    ];
    Ok(MatchingPage {
        page: desk.page_under(Area::Dispatch, crumbs),
        may_prepare: view.own && view.can_prepare && desk.may(UseCase::MatchingPrepare),
        may_join: prepared && !view.prepared_by_me && !committed && desk.may(UseCase::MatchingInvite),
        may_invite: prepared && desk.may(UseCase::MatchingInvite),
        may_publish: prepared && current.is_some_and(|a| a.ready) && desk.may(UseCase::MatchingCommit),
        may_run: view.own
            && in_state(MatchingState::Committed)
            && revealed
            && job.is_none()
            && desk.may(UseCase::MatchingRun),
        may_fail: view.own
            && in_state(MatchingState::Committed)
            && late
            && !revealed
            && desk.may(UseCase::MatchingFail),
        view,
        feasibility,
        job,
        link,
        loads,
        errors,
        typed,
    })
}

fn of(share: ShareId) -> String {
    format!("/office/shares/{share}/matching")
}

async fn prepare(desk: Desk, Path(share): Path<String>) -> Result<Response> {
    let id = parse(&share)?;
    matching::prepare(&desk.platform, &desk.ctx, id).await?;
    Ok(done(&of(id), "匹配数据已固定，平台承诺已作出。下一步：请第二人参加。"))
}

/// A job's page leads here.
async fn open(desk: Desk, Path(id): Path<String>) -> Result<Response> {
    Ok(go(&of(share_of(&desk, parse(&id)?).await?)))
}

async fn share_of(desk: &Desk, id: MatchingId) -> Result<ShareId> {
    Ok(matching::share_of(&desk.platform, &desk.ctx, id).await?)
}

/// The acting person goes on as the second person on the witness's page.
async fn join(desk: Desk, Path(id): Path<String>) -> Result<Response> {
    let invitation = matching::join(&desk.platform, &desk.ctx, parse(&id)?).await?;
    Ok(go(&format!("/witness/{}", invitation.token)))
}

#[derive(Deserialize)]
struct InviteForm {
    name: String,
}

async fn invite(desk: Desk, Path(id): Path<String>, Form(form): Form<InviteForm>) -> Result<Response> {
    let id: MatchingId = parse(&id)?;
    let share = share_of(&desk, id).await?;
    match matching::invite(&desk.platform, &desk.ctx, id, &form.name).await {
        Ok(invitation) => Ok(go(&with_code(&of(share), invitation.party))),
        Err(error) if error.fields.is_empty() => Err(error.into()),
        Err(error) => {
            let page = shown(&desk, share, &Asked::default(), form.name, FieldErrors::from(&error)).await?;
            Ok(Html::invalid(page))
        }
    }
}

#[derive(Deserialize)]
struct PublishForm {
    reveal_minutes: String,
}

async fn publish(desk: Desk, Path(id): Path<String>, Form(form): Form<PublishForm>) -> Result<Response> {
    let id: MatchingId = parse(&id)?;
    let share = share_of(&desk, id).await?;
    // What is no number is refused as a number out of range.
    let input = PublishInput { reveal_minutes: form.reveal_minutes.trim().parse().unwrap_or(0) };
    match matching::publish(&desk.platform, &desk.ctx, id, input).await {
        Ok(_) => Ok(done(&of(share), "承诺文件已公布，平台已先行揭示。请第二人在自己的页面揭示，全部揭示后自动匹配。")),
        Err(error) if error.fields.is_empty() => Err(error.into()),
        Err(error) => {
            let page = shown(&desk, share, &Asked::default(), String::new(), FieldErrors::from(&error)).await?;
            Ok(Html::invalid(page))
        }
    }
}

async fn run(desk: Desk, Path(id): Path<String>) -> Result<Response> {
    let job = matching::run_again(&desk.platform, &desk.ctx, parse(&id)?).await?;
    Ok(go(&format!("/office/jobs/{job}")))
}

async fn fail(desk: Desk, Path(id): Path<String>) -> Result<Response> {
    let id: MatchingId = parse(&id)?;
    let share = share_of(&desk, id).await?;
    matching::fail(&desk.platform, &desk.ctx, id).await?;
    Ok(web::go_saying(&of(share), Tone::Info, "已记录本次匹配未成，可以重新准备。"))
}

/// `/office/matchings/{id}/commitment.json` and its siblings: the bytes that were sealed.
async fn document(desk: Desk, Path((id, name)): Path<(String, String)>) -> Result<Response> {
    let which = match name.as_str() {
        "matching.json" => Document::Input,
        "commitment.json" => Document::Commitment,
        "reveals.json" => Document::Reveals,
        "outcome.json" => Document::Outcome,
        "failure.json" => Document::Failure,
        _ => return Err(app::Error::not_found().into()),
    };
    let bytes = matching::document(&desk.platform, &desk.ctx, parse(&id)?, which).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], bytes).into_response())
}

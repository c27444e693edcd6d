//! The ceremony: the host's page with its buttons, and the projector's, where nothing can be pressed. The QR code of a
//! witness's link is shown to the session that made it, until the witness has used it.

use app::ceremony::{CeremonyView, Phase, PublishInput, REVEAL_MINUTES_DEFAULT};
use app::{ErrorKind, ceremony as cases};
use askama::Template;
use axum::response::{IntoResponse, Response};
use domain::ids::PartyId;
use domain::registry::UseCase;
use domain::state::PartyState;
use text::Label as _;
use web::{Area, Crumb, FieldErrors, Form, Html, Page, Path, Query, Result, Tone, go, go_saying, qr_svg};

use super::{here, id};
use crate::page::drawing::link::{Asked, LinkPanel, panel, with_code};
use crate::page::upkeep::job::component;
use crate::{Desk, Routes};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/office/tasks/{task}/ceremony", UseCase::DrawCeremony, host)
        .get("/office/tasks/{task}/ceremony/projector", UseCase::DrawCeremony, projector)
        .post("/office/tasks/{task}/parties/new", UseCase::PartyInvite, invite)
        .post("/office/tasks/{task}/parties/{party}/reissue", UseCase::PartyInvite, reissue)
        .post("/office/tasks/{task}/parties/{party}/withdraw", UseCase::PartyInvite, withdraw)
        .post("/office/tasks/{task}/commitment", UseCase::CommitmentPublish, publish)
        .post("/office/tasks/{task}/draw", UseCase::DrawRun, draw)
        .post("/office/tasks/{task}/fail", UseCase::DrawFail, fail)
}

struct Party {
    id: String,
    name: String,
    role: String,
    commitment: Option<String>,
    revealed: Option<String>,
    tone: Tone,
    words: String,
    may_withdraw: bool,
    may_reissue: bool,
    /// The page that shows its QR code, where this session may see it; empty otherwise.
    code: String,
}

struct Stratum {
    code: String,
    label: String,
    rows: u64,
    size: u64,
    drawn: u64,
}

struct First {
    number: u32,
    name: String,
    id: String,
    classes: String,
}

#[derive(Template)]
#[template(path = "drawing/task/ceremony.html")]
struct HostPage {
    page: Page,
    base: String,
    view: CeremonyView,
    phase: &'static str,
    phase_tone: Tone,
    parties: Vec<Party>,
    link: LinkPanel,
    job: Option<web::JobView>,
    may_invite: bool,
    may_publish: bool,
    /// Everybody has committed, and there are enough of them: publishing can succeed.
    ready: bool,
    may_draw: bool,
    may_fail: bool,
    revealing: bool,
    drawn: bool,
    /// The parties' table asks for itself anew while something may still happen on its own.
    live: bool,
    reveal_by: String,
    typed: String,
    minutes: String,
    errors: FieldErrors,
}

impl HostPage {
    /// Who was invited and has not committed yet.
    fn waiting(&self) -> Vec<&str> {
        let open = |party: &&Party| party.commitment.is_none() && party.may_withdraw;
        self.parties.iter().filter(open).map(|party| party.name.as_str()).collect()
    }
}

async fn host(desk: Desk, Path(name): Path<String>, Query(asked): Query<Asked>) -> Result<Response> {
    let page = host_page(&desk, &name, &asked, ("", FieldErrors::none())).await?;
    Ok(Html(page).into_response())
}

async fn host_page(desk: &Desk, name: &str, asked: &Asked, (typed, errors): (&str, FieldErrors)) -> Result<HostPage> {
    let view = cases::view(&desk.platform, &desk.ctx, id(name)?).await?;
    let link = panel(
        &desk.platform,
        asked,
        view.parties.iter().map(|one| (one.party.id, one.party.state, one.link.as_ref())),
    )?;
    let base = here(view.task.id);
    let crumbs = [
        Crumb::to("抽查任务", "/office/tasks"),
        Crumb::to(view.task.number.clone(), base.clone()),
        Crumb::here("公开摇号"),
    ];
    let may = |case: UseCase| view.own && desk.may(case);
    let committing = view.phase == Phase::Committing && view.attempt.sealed_at.is_some();
    let revealing = view.phase == Phase::Revealing;
    let may_publish = committing && may(UseCase::CommitmentPublish);
    let parties = parties(&view, may(UseCase::PartyInvite));
    let enough = parties.len() > 1 || view.task.rehearsal;
    let ready = may_publish && enough && view.parties.iter().all(|one| one.party.state != PartyState::Invited);
    let job_failed = view.job.as_ref().is_some_and(|job| job.ended && job.error.is_some());
    Ok(HostPage {
        page: desk.page_under(Area::Task, crumbs),
        base,
        phase: phase_words(&view),
        phase_tone: if view.phase == Phase::Failed { Tone::Bad } else { Tone::Info },
        parties,
        link,
        job: view.job.as_ref().filter(|job| !job.ended || job.error.is_some()).map(component),
        may_invite: committing && may(UseCase::PartyInvite),
        may_publish,
        ready,
        may_draw: view.phase == Phase::Drawing && job_failed && may(UseCase::DrawRun),
        may_fail: revealing && !view.missing.is_empty() && may(UseCase::DrawFail),
        revealing,
        drawn: view.phase == Phase::Drawn,
        live: !matches!(view.phase, Phase::Drawn | Phase::Failed) && !ready,
        reveal_by: view.attempt.reveal_by.map(text::moment).unwrap_or_default(),
        typed: typed.to_owned(),
        minutes: REVEAL_MINUTES_DEFAULT.to_string(),
        errors,
        view,
    })
}

fn phase_words(view: &CeremonyView) -> &'static str {
    match view.phase {
        Phase::Committing if view.attempt.sealed_at.is_none() => "等待封存",
        Phase::Committing => "等待承诺",
        Phase::Revealing => "正在揭示",
        Phase::Drawing => "正在抽取",
        Phase::Drawn => "抽取完成",
        Phase::Failed => "没有成立",
    }
}

fn parties(view: &CeremonyView, may: bool) -> Vec<Party> {
    let committing = view.phase == Phase::Committing;
    let open = committing || view.phase == Phase::Revealing;
    let ceremony = format!("{}/ceremony", here(view.task.id));
    let party = |one: &app::ceremony::PartyView| {
        let state = one.party.state;
        let role = if one.platform { "平台" } else { "见证人" };
        Party {
            id: one.party.id.to_string(),
            name: one.party.name.clone(),
            code: one.link.as_ref().map(|link| with_code(&ceremony, link.party)).unwrap_or_default(),
            role: role.to_owned(),
            commitment: one.party.commitment.clone(),
            revealed: one.party.value.clone(),
            tone: match state {
                PartyState::Invited => Tone::Plain,
                PartyState::Committed => Tone::Info,
                PartyState::Revealed => Tone::Good,
                PartyState::Absent | PartyState::Rejected => Tone::Bad,
            },
            words: state.label().to_owned(),
            may_withdraw: may && committing && !one.platform && state == PartyState::Invited,
            may_reissue: may && open && !one.platform && !matches!(state, PartyState::Revealed | PartyState::Absent),
        }
    };
    view.parties.iter().map(party).collect()
}

#[derive(serde::Deserialize)]
struct InviteForm {
    #[serde(default)]
    name: String,
}

async fn invite(desk: Desk, Path(task): Path<String>, Form(form): Form<InviteForm>) -> Result<Response> {
    match cases::invite(&desk.platform, &desk.ctx, id(&task)?, &form.name).await {
        Ok(invitation) => Ok(go(&with_code(&format!("{}/ceremony", here(&task)), invitation.party))),
        Err(error) if error.kind == ErrorKind::Invalid => {
            let errors = FieldErrors::from(&error);
            Ok(Html::invalid(host_page(&desk, &task, &Asked::default(), (&form.name, errors)).await?))
        }
        Err(error) => Err(error.into()),
    }
}

fn party_id(text: &str) -> Result<PartyId> {
    Ok(text.parse().map_err(|_| app::Error::not_found())?)
}

async fn reissue(desk: Desk, Path((task, party)): Path<(String, String)>) -> Result<Response> {
    let invitation = cases::reissue(&desk.platform, &desk.ctx, id(&task)?, party_id(&party)?).await?;
    Ok(go(&with_code(&format!("{}/ceremony", here(&task)), invitation.party)))
}

async fn withdraw(desk: Desk, Path((task, party)): Path<(String, String)>) -> Result<Response> {
    cases::withdraw(&desk.platform, &desk.ctx, id(&task)?, party_id(&party)?).await?;
    Ok(go_saying(&format!("{}/ceremony", here(task)), Tone::Info, "已撤回该见证人。"))
}

#[derive(serde::Deserialize)]
struct PublishForm {
    reveal_minutes: String,
}

async fn publish(desk: Desk, Path(task): Path<String>, Form(form): Form<PublishForm>) -> Result<Response> {
    let input = PublishInput { reveal_minutes: form.reveal_minutes.trim().parse().unwrap_or(0) };
    match cases::publish(&desk.platform, &desk.ctx, id(&task)?, input).await {
        Ok(_) => {
            let said = "承诺已公布，平台已先行揭示；请见证人在手机上揭示（公开自己的数）。";
            Ok(go_saying(&format!("{}/ceremony", here(task)), Tone::Good, said))
        }
        Err(error) if error.kind == ErrorKind::Invalid => {
            let mut page = host_page(&desk, &task, &Asked::default(), ("", FieldErrors::from(&error))).await?;
            page.minutes = form.reveal_minutes;
            Ok(Html::invalid(page))
        }
        Err(error) => Err(error.into()),
    }
}

async fn draw(desk: Desk, Path(task): Path<String>) -> Result<Response> {
    app::drawing::run(&desk.platform, &desk.ctx, id(&task)?).await?;
    Ok(go_saying(&format!("{}/ceremony", here(task)), Tone::Info, "正在摇号。"))
}

async fn fail(desk: Desk, Path(task): Path<String>) -> Result<Response> {
    cases::fail(&desk.platform, &desk.ctx, id(&task)?).await?;
    Ok(go_saying(&here(task), Tone::Warn, "本次摇号未成，原因已公布；可写明理由后重新封存。"))
}

#[derive(Template)]
#[template(path = "drawing/ceremony/projector.html")]
struct Projector {
    url: String,
    title: String,
    organiser: String,
    draw: String,
    attempt: i64,
    suite: String,
    phase: String,
    failed: bool,
    strength: String,
    reveal_by: String,
    roll_digest: String,
    rows: u64,
    commitment_digest: Option<String>,
    parties: Vec<Party>,
    strata: Vec<Stratum>,
    totals: Stratum,
    objects: u64,
    first: Vec<First>,
    qr: String,
    qr_label: String,
}

async fn projector(desk: Desk, Path(name): Path<String>) -> Result<Html<Projector>> {
    let view = cases::view(&desk.platform, &desk.ctx, id(&name)?).await?;
    let strata: Vec<_> = view
        .strata
        .iter()
        .map(|s| Stratum { code: s.code.clone(), label: s.label.clone(), rows: s.rows, size: s.size, drawn: s.drawn })
        .collect();
    let sum = |of: fn(&Stratum) -> u64| strata.iter().map(of).sum();
    let totals = Stratum {
        code: "total".to_owned(),
        label: "合计".to_owned(),
        rows: sum(|s| s.rows),
        size: sum(|s| s.size),
        drawn: sum(|s| s.drawn),
    };
    let first = view.first.iter().map(|f| First {
        number: f.number,
        name: f.name.clone(),
        id: f.code.clone(),
        // One class is every firm's; several are why it is drawn once and stands in several lists.
        classes: if f.strata.len() > 1 { f.strata.join("、") } else { String::new() },
    });
    // The announcement is public from the commitment on.
    let announced = view.attempt.commitment_digest.is_some();
    Ok(Html(Projector {
        url: format!("{}/ceremony/projector", here(view.task.id)),
        title: format!("{} · 公开摇号", view.task.title),
        organiser: view.organiser.clone(),
        draw: view.task.number.clone(),
        attempt: view.attempt.attempt,
        suite: view.attempt.suite.clone(),
        phase: phase_words(&view).to_owned(),
        failed: view.phase == Phase::Failed,
        strength: text::ceremony::strength_short(view.parties.len().saturating_sub(1)),
        reveal_by: view.attempt.reveal_by.map(text::clock).unwrap_or_default(),
        roll_digest: view.attempt.roll_digest.clone().unwrap_or_default(),
        rows: view.attempt.roll_rows.and_then(|n| u64::try_from(n).ok()).unwrap_or(0),
        commitment_digest: view.attempt.commitment_digest.clone(),
        parties: parties(&view, false),
        objects: view.objects,
        first: first.collect(),
        qr: if announced { qr_svg(&view.proof_url)? } else { String::new() },
        qr_label: "扫码核验".to_owned(),
        strata,
        totals,
    }))
}

//! The answer to a request: the other side agrees and the person changes agencies, or it declines with a reason; or the side
//! that asked takes it back.

use domain::ids::InspectorMoveId;
use domain::moves::may_answer;
use domain::reach::Touch;
use domain::registry::UseCase;
use domain::state::{MoveCommand, next};
use store::repo;
use store::repo::inspector::Written;
use store::repo::inspector_move::InspectorMove;
use text::Label as _;

use super::{REASON_CHARS_MAX, THING};
use kernel::{Command, Ctx, Error, Platform, Result, actor_id};

/// Agrees: the person belongs to the other agency from this instant on, without the section of the old one; certificate,
/// qualifications, leaves, recusals, account and former states stay theirs.
///
/// # Errors
/// `NotFound` if neither side lies in the scope; `Denied` (`MOVE-006` another side has to answer, `MOVE-007` the same person
/// asked, `MOVE-013` the same agency asked, or the post's agency keeps both sides); `Conflict` (`MOVE-008` state, `MOVE-009` visits are ahead, `MOVE-010` a matching is under way, `MOVE-011` the person
/// has left or is no longer there, `CORE-409`).
pub async fn consent(platform: &Platform, ctx: &Ctx, id: InspectorMoveId, version: i64) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::MoveConsent).await?;
    let m = answered(&mut command, ctx, (id, version), MoveCommand::Consent, "").await?;
    let mut person = repo::inspector::by_id_unscoped(command.tx(), m.inspector_id).await?;
    if person.left_on.is_some() || person.inspector.agency != m.from.id {
        return Err(Error::conflict("MOVE-011").with("name", &m.name).with("agency", &m.from.name));
    }
    // The draw decided who checks whom; a move does not undo it, and nobody of another agency goes through the door.
    let (ahead, last) = repo::inspector_load::open_from(command.tx(), m.inspector_id, ctx.today()).await?;
    if ahead > 0 {
        let last = if last.is_empty() { text::directory::no_day().to_owned() } else { last };
        return Err(Error::conflict("MOVE-009").with("name", &m.name).with("count", ahead).with("last", last));
    }
    if repo::inspector_move::is_matching(command.tx(), m.from.id).await? {
        return Err(Error::conflict("MOVE-010").with("agency", &m.from.name));
    }
    person.inspector.agency = m.to.id;
    person.section = String::new();
    let by = actor_id(&ctx.actor);
    repo::inspector::save(command.tx(), &person, Written { by: &by, at: ctx.now, import: None }).await?;
    repo::inspector_move::answer(command.tx(), &m).await?;
    finish(command, &m).await
}

/// Declines.
///
/// # Errors
/// As [`consent`] but for the person's work; `Invalid` on `answer` (`CORE-101`).
pub async fn refuse(platform: &Platform, ctx: &Ctx, id: InspectorMoveId, version: i64, answer: &str) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::MoveRefuse).await?;
    let answer = answer.trim();
    let m = answered(&mut command, ctx, (id, version), MoveCommand::Refuse, answer).await?;
    if !(1..=REASON_CHARS_MAX).contains(&answer.chars().count()) {
        return Err(Error::field("answer", "CORE-101").with("max", REASON_CHARS_MAX));
    }
    repo::inspector_move::answer(command.tx(), &m).await?;
    finish(command, &m).await
}

/// Takes the request back.
///
/// # Errors
/// `NotFound`; `Denied` (`MOVE-012`) for the other side; `Conflict` (`MOVE-008`, `CORE-409`).
pub async fn withdraw(platform: &Platform, ctx: &Ctx, id: InspectorMoveId, version: i64) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::MoveWithdraw).await?;
    let m = answered(&mut command, ctx, (id, version), MoveCommand::Withdraw, "").await?;
    repo::inspector_move::answer(command.tx(), &m).await?;
    finish(command, &m).await
}

/// The move as it stands after `what`, if the acting post may do that.
async fn answered(
    command: &mut Command<'_>,
    ctx: &Ctx,
    (id, version): (InspectorMoveId, i64),
    what: MoveCommand,
    answer: &str,
) -> Result<InspectorMove> {
    let scope = ctx.scope()?;
    let m = repo::inspector_move::get(command.tx(), &scope, id).await?;
    let post = ctx.post()?;
    match what {
        MoveCommand::Withdraw => {
            let own = scope.reaches(&Touch::row(&m.asking().path)).is_ok();
            own.then_some(()).ok_or_else(|| Error::denied("MOVE-012").with("agency", &m.asking().name))?;
        }
        MoveCommand::Consent | MoveCommand::Refuse => {
            let own = scope.reaches(&Touch::row(&m.deciding().path)).is_ok();
            own.then_some(()).ok_or_else(|| Error::denied("MOVE-006").with("agency", &m.deciding().name))?;
            if m.asked_account == post.account_id {
                return Err(Error::denied("MOVE-007").with("person", &m.asked_name));
            }
            if !may_answer(&post.agency_path, &m.asked_agency, &m.asking().path, &m.deciding().path) {
                return Err(Error::denied("MOVE-013").with("agency", &m.deciding().name));
            }
        }
    }
    let refused = || Error::conflict("MOVE-008").with("state", m.state.label()).with("command", what.label());
    let state = next(m.state, what).map_err(|_| refused())?;
    Ok(InspectorMove {
        state,
        answered_by: post.id.to_string(),
        answered_name: post.person.clone(),
        answered_at: Some(ctx.now),
        answer: answer.to_owned(),
        version,
        ..m
    })
}

async fn finish(command: Command<'_>, m: &InspectorMove) -> Result<()> {
    let data = serde_json::json!({
        "name": m.name, "certificate": m.certificate, "from": m.from.name, "to": m.to.name, "reason": m.answer,
    });
    command.finish(THING, m.id, data).await
}

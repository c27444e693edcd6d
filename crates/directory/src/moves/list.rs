//! Looking at moves: those of which a side lies within the scope.

use domain::ids::InspectorMoveId;
use domain::moves::may_answer;
use domain::reach::Touch;
use domain::registry::{UseCase, may};
use domain::state::MoveState;
use store::repo;
use store::repo::inspector_move::InspectorMove;

use kernel::{Actor, Ctx, Page, Platform, Result, Window};

/// A move, and what the acting post may do with it.
#[derive(Debug)]
pub struct MoveView {
    /// The move.
    pub record: InspectorMove,
    /// Agree, or decline.
    pub may_answer: bool,
    /// Take it back.
    pub may_withdraw: bool,
    /// Visits of the person that are ahead: while there are any, nobody can agree.
    pub ahead: u64,
    /// Visits of the person whose day has passed and whose documents nobody has printed: whoever agrees is told of them.
    pub overdue: u64,
    /// The person lies within the scope, so that their page can be opened.
    pub may_open: bool,
}

/// A window of the moves, those that wait first.
///
/// # Errors
/// `Denied`, `Unauthenticated`.
pub async fn list(platform: &Platform, ctx: &Ctx, window: Window) -> Result<Page<InspectorMove>> {
    ctx.require(UseCase::MoveList)?;
    let mut conn = platform.store().read().await?;
    Ok(repo::inspector_move::list(&mut conn, &ctx.scope()?, window).await?)
}

/// One move.
///
/// # Errors
/// `NotFound` if both sides lie outside the scope, `Denied`, `Unauthenticated`.
pub async fn view(platform: &Platform, ctx: &Ctx, id: InspectorMoveId) -> Result<MoveView> {
    ctx.require(UseCase::MoveView)?;
    let scope = ctx.scope()?;
    let mut conn = platform.store().read().await?;
    let record = repo::inspector_move::get(&mut conn, &scope, id).await?;
    let (ahead, _) = repo::inspector_load::open_from(&mut conn, record.inspector_id, ctx.today()).await?;
    let overdue = repo::inspector_load::unprepared_before(&mut conn, record.inspector_id, ctx.today()).await?;
    let open = record.state == MoveState::Requested;
    let keeps = |agency: &domain::agency::AgencyPath| scope.reaches(&Touch::row(agency)).is_ok();
    let (may_decide, may_speak) = match &ctx.actor {
        Actor::Post(post) => {
            let (asking, deciding) = (&record.asking().path, &record.deciding().path);
            let speaks = may_answer(&post.agency_path, &record.asked_agency, asking, deciding);
            (may(post.role, UseCase::MoveConsent), speaks && post.account_id != record.asked_account)
        }
        Actor::Party { .. } | Actor::System | Actor::Public => (false, false),
    };
    let now = if record.state == MoveState::Moved { &record.to } else { &record.from };
    Ok(MoveView {
        may_answer: open && may_decide && may_speak,
        may_withdraw: open && may_decide && keeps(&record.asking().path),
        may_open: keeps(&now.path),
        ahead,
        overdue,
        record,
    })
}

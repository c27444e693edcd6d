//! Schemes as people read them: the list, one with its history, who saved it last.

use domain::ids::RevisionId;
use domain::registry::UseCase;
use domain::scheme::SchemeDraft;
use domain::time::Instant;
use store::repo;
use store::repo::approval::Approval;
use store::repo::event::EventFilter;
use store::repo::revision::Revision;

use super::KIND;
use kernel::{Ctx, Error, Page, Platform, Result, Window};

/// One scheme with everything round it.
#[derive(Clone, Debug)]
pub struct SchemeView {
    /// The revision.
    pub revision: Revision,
    /// Its content.
    pub draft: SchemeDraft,
    /// Who decided what, oldest first.
    pub decisions: Vec<Approval>,
    /// Name of its agency.
    pub agency: String,
    /// Name of whoever wrote it.
    pub author: String,
    /// The acting post's own agency made it.
    pub own: bool,
}

/// Schemes of the scope, newest first.
///
/// # Errors
/// `Denied`, `Unauthenticated`.
pub async fn list(platform: &Platform, ctx: &Ctx, window: Window) -> Result<Page<Revision>> {
    ctx.require(UseCase::SchemeList)?;
    let mut conn = platform.store().read().await?;
    Ok(repo::revision::list(&mut conn, &ctx.scope()?, KIND, window).await?)
}

/// One scheme.
///
/// # Errors
/// `NotFound`, `Denied`.
pub async fn view(platform: &Platform, ctx: &Ctx, id: RevisionId) -> Result<SchemeView> {
    ctx.require(UseCase::SchemeView)?;
    let mut conn = platform.store().read().await?;
    let revision = repo::revision::get(&mut conn, &ctx.scope()?, id).await?;
    if revision.kind != KIND {
        return Err(Error::not_found());
    }
    let draft = serde_json::from_str(&revision.content)?;
    let decisions = repo::approval::of_subject(&mut conn, KIND, &id.to_string()).await?;
    let agency = repo::agency::by_id_unscoped(&mut conn, revision.agency_id).await?.name;
    let author = match revision.created_by.parse() {
        Ok(post) => repo::post::by_id_unscoped(&mut conn, post).await?.person,
        Err(_) => revision.created_by.clone(),
    };
    let own = ctx.post().is_ok_and(|post| post.agency_id == revision.agency_id);
    Ok(SchemeView { revision, draft, decisions, agency, author, own })
}

/// Who saved a scheme last, and when; `None` before anybody did.
///
/// # Errors
/// `Denied`, `Unauthenticated`.
pub async fn last_saved(platform: &Platform, ctx: &Ctx, id: RevisionId) -> Result<Option<(String, Instant)>> {
    ctx.require(UseCase::SchemeView)?;
    let filter = EventFilter {
        kind: UseCase::SchemeDraft.row().name.to_owned(),
        subject_kind: KIND.to_owned(),
        subject_id: id.to_string(),
        ..EventFilter::default()
    };
    let mut conn = platform.store().read().await?;
    let events = repo::event::list(&mut conn, &ctx.scope()?, &filter, Window::page(0, 1)).await?;
    Ok(events.rows.into_iter().next().map(|event| (event.actor_name, event.at)))
}

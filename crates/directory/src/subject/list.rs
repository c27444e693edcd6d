//! The list of inspected objects, with what its filters can be set to.

use domain::registry::UseCase;
use store::repo;
use store::repo::agency::Agency;
use store::repo::subject::SubjectLine;

use super::SubjectQuery;
use kernel::{Ctx, Platform, Result, Window};

/// A window of the list.
#[derive(Debug)]
pub struct SubjectListing {
    /// The objects of the window, by code.
    pub rows: Vec<SubjectLine>,
    /// Objects in all.
    pub total: u64,
    /// The agencies that can be filtered by: those of the scope.
    pub agencies: Vec<Agency>,
    /// The tags in use, most frequent first, with how many objects carry each.
    pub tags: Vec<(String, u64)>,
}

/// The objects of the acting post's scope that the query lets through.
///
/// # Errors
/// `Denied`, `Unauthenticated`.
pub async fn list(platform: &Platform, ctx: &Ctx, query: &SubjectQuery, window: Window) -> Result<SubjectListing> {
    ctx.require(UseCase::SubjectList)?;
    let scope = ctx.scope()?;
    let mut conn = platform.store().read().await?;
    let found = repo::subject::list(&mut conn, &scope, &query.filter(), ctx.today(), window).await?;
    Ok(SubjectListing {
        rows: found.rows,
        total: found.total,
        agencies: repo::agency::list(&mut conn, &scope).await?,
        tags: repo::subject::tags_in_use(&mut conn, &scope).await?,
    })
}

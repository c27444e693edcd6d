//! The list of inspected objects, with what its filters can be set to.

use std::sync::Arc;

use domain::agency::Scope;
use domain::registry::UseCase;
use kernel::memo::Memo;
use store::Conn;
use store::repo;
use store::repo::agency::Agency;
use store::repo::generation::{self, Generation};
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
    /// What the filters of the scope can be set to.
    pub offered: Arc<Offered>,
}

/// What the filters of one scope can be set to.
#[derive(Debug)]
pub struct Offered {
    /// The agencies that can be filtered by: those of the scope.
    pub agencies: Vec<Agency>,
    /// The tags in use, most frequent first, with how many objects carry each.
    pub tags: Vec<(String, u64)>,
}

/// What was counted of the register and still holds, beside the platform.
#[derive(Debug, Default)]
pub struct Counted {
    totals: Memo<u64>,
    offered: Memo<Offered>,
}

/// The objects of the acting post's scope that the query lets through.
///
/// # Errors
/// `Denied`, `Unauthenticated`.
pub async fn list(platform: &Platform, ctx: &Ctx, query: &SubjectQuery, window: Window) -> Result<SubjectListing> {
    ctx.require(UseCase::SubjectList)?;
    let scope = ctx.scope()?;
    let counted = platform.part::<Counted>()?;
    let mut conn = platform.store().read().await?;
    // Before anything is counted: what is written meanwhile then makes the count old, never the other way round.
    let generation = generation::current(&mut conn, Generation::Subjects).await?;
    Ok(SubjectListing {
        rows: repo::subject::list(&mut conn, &scope, &query.filter(), ctx.today(), window).await?,
        total: counted.total(&mut conn, generation, &scope, ctx, query).await?,
        offered: counted.offered(&mut conn, generation, &scope).await?,
    })
}

impl Counted {
    async fn total(
        &self,
        conn: &mut Conn,
        generation: i64,
        scope: &Scope,
        ctx: &Ctx,
        query: &SubjectQuery,
    ) -> Result<u64> {
        // The day decides which risk class holds.
        let (filter, day) = (query.filter(), ctx.today());
        let asked = format!("{} {day} {filter:?}", scope.prefix());
        if let Some(total) = self.totals.get(generation, &asked) {
            return Ok(*total);
        }
        let total = repo::subject::count(conn, scope, &filter, day).await?;
        Ok(*self.totals.keep(generation, asked, total))
    }

    async fn offered(&self, conn: &mut Conn, generation: i64, scope: &Scope) -> Result<Arc<Offered>> {
        if let Some(offered) = self.offered.get(generation, scope.prefix()) {
            return Ok(offered);
        }
        let agencies = repo::agency::list(conn, scope).await?;
        let tags = repo::subject::tags_in_use(conn, scope).await?;
        Ok(self.offered.keep(generation, scope.prefix().to_owned(), Offered { agencies, tags }))
    }
}

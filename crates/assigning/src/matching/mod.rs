//! The second random (随机匹配, protocol §8): the whole input is written down and sealed, the platform and at least one
//! other person commit, the document is published, all reveal, and only then is it known who visits whom.
//!
//! Nothing is matched again in place: an attempt ends with its teams, or with a failure on record that the next attempt
//! names.

mod fail;
mod input;
mod invite;
mod prepare;
mod publish;
mod recount;
mod run;
mod table;
mod view;
mod words;

pub use fail::fail;
pub use input::{Feasibility, ShortageView, feasibility};
pub use invite::{invite, join};
pub use prepare::prepare;
pub use publish::{PublishInput, publish};
pub use run::{MATCH_JOB, run_again};
pub use table::TABLE;
pub use view::{AttemptView, Document, MatchingView, PartyView, document, share_of, view};

pub(crate) use recount::matchings;
pub(crate) use run::{enqueue, run_matching};

use domain::ids::MatchingId;
use domain::state::MatchingState;
use store::repo::matching::Matching;
use store::repo::share::Share;
use store::{StoreError, Tx};

use kernel::{Ctx, Error, Result};

/// An attempt that the acting post's own unit works on, locked in `state`.
async fn own_in(tx: &mut Tx, ctx: &Ctx, id: MatchingId, state: MatchingState) -> Result<(Matching, Share)> {
    use text::Label as _;
    let scope = ctx.scope()?;
    let found = store::repo::matching::get(tx, &scope, id).await?;
    let share = store::repo::share::get(tx, &scope, found.share_id).await?;
    super::share::require_own(ctx, &share)?;
    store::repo::matching::touch(tx, id, state).await.map_err(|error| match error {
        StoreError::Stale => Error::conflict("MATCH-003").with("state", found.state.label()),
        other => other.into(),
    })?;
    Ok((store::repo::matching::by_id_unscoped(tx, id).await?, share))
}

fn suite_of(matching: &Matching) -> Result<draw::Suite> {
    draw::Suite::from_protocol(&matching.suite).ok_or_else(|| Error::internal(format!("no suite {}", matching.suite)))
}

fn attempt_of(matching: &Matching) -> u64 {
    u64::try_from(matching.attempt).unwrap_or(1)
}

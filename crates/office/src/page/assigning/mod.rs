//! Whom is sent: an agency's share of a task, the matching of inspectors, the visits that come of it.

pub(crate) mod dispatch;
pub(crate) mod mapping;
pub(crate) mod matching;
pub(crate) mod share;
pub(crate) mod visit;
pub(crate) mod visit_own;

use crate::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .merge(dispatch::routes())
        .merge(mapping::routes())
        .merge(matching::routes())
        .merge(share::routes())
        .merge(visit::routes())
        .merge(visit_own::routes())
}

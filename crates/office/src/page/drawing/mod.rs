//! The draw: a task from its roll to its result, the ceremony, and what many draws look like together.

pub(crate) mod fairness;
pub(crate) mod link;
pub(crate) mod task;

use crate::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new().merge(fairness::routes()).merge(task::routes())
}

//! What keeps the platform running: jobs, and the record of events.

pub(crate) mod event;
pub(crate) mod job;

use crate::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new().merge(event::routes()).merge(job::routes())
}

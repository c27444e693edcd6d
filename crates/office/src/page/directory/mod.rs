//! The directories: subjects, inspectors, items, and the imports that fill them.

pub(crate) mod hub;
pub(crate) mod import;
pub(crate) mod inspector;
pub(crate) mod item;
pub(crate) mod moves;
pub(crate) mod subject;

use crate::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .merge(hub::routes())
        .merge(import::routes())
        .merge(inspector::routes())
        .merge(item::routes())
        .merge(moves::routes())
        .merge(subject::routes())
}

//! Schemes: whom to inspect, by what rule.

pub(crate) mod scheme;
mod scheme_edit;
mod scheme_form;

use crate::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new().merge(scheme::routes())
}

//! The table of routes: no handler is served without naming its use case, so that the permission of every address is
//! decided in one place (`domain::registry`) and the role matrix test can walk all of them at run time.
//!
//! A page's role is checked when its [`Desk`](crate::Desk) is taken from the request, before any form is read; the use
//! case checks it again. Addresses without an account (signing in, a witness's link) name a use case that the registry
//! opens to everyone.

use std::collections::BTreeSet;

use axum::Router;
use axum::extract::{Extension, Request};
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use domain::registry::UseCase;
use web::budget;

use crate::Office;

/// One address that is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// GET or POST.
    pub method: Method,
    /// The address with `{names}` for the parts that vary.
    pub path: &'static str,
    /// What it does, and so who may.
    pub use_case: UseCase,
}

/// What the route of a request does; the session extractor refuses posts that may not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Needs(pub UseCase);

/// Handlers with their table.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    router: Router<Office>,
    table: Vec<Route>,
    unlisted: usize,
}

impl Routes {
    /// No routes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Serves a page. A limit of its own goes onto the handler: `upload.layer(DefaultBodyLimit::max(n))`. Asked for as a file
    /// (`?format=xlsx`), it waits for a turn; see [`web::budget`].
    #[must_use]
    pub fn get<H: Handler<T, Office>, T: 'static>(self, path: &'static str, use_case: UseCase, handler: H) -> Self {
        self.on(Method::GET, path, use_case, get(handler).route_layer(from_fn(file_aside)))
    }

    /// Serves what costs seconds of a processor: it waits for a turn, and keeps no page waiting.
    #[must_use]
    pub fn get_heavy<H: Handler<T, Office>, T: 'static>(
        self,
        path: &'static str,
        use_case: UseCase,
        handler: H,
    ) -> Self {
        self.on(Method::GET, path, use_case, get(handler).route_layer(from_fn(budget::aside)))
    }

    /// The same for a form.
    #[must_use]
    pub fn post_heavy<H: Handler<T, Office>, T: 'static>(
        self,
        path: &'static str,
        use_case: UseCase,
        handler: H,
    ) -> Self {
        self.on(Method::POST, path, use_case, post(handler).route_layer(from_fn(budget::aside)))
    }

    /// Serves a form.
    #[must_use]
    pub fn post<H: Handler<T, Office>, T: 'static>(self, path: &'static str, use_case: UseCase, handler: H) -> Self {
        self.on(Method::POST, path, use_case, post(handler))
    }

    /// Adds the routes of an area.
    #[must_use]
    pub fn merge(mut self, area: impl Into<Self>) -> Self {
        let area = area.into();
        self.router = self.router.merge(area.router);
        self.table.extend(area.table);
        self.unlisted += area.unlisted;
        self
    }

    /// Every address, in the order in which the areas were added.
    #[must_use]
    pub fn table(&self) -> &[Route] {
        &self.table
    }

    /// Areas that were added as a bare router: their addresses are unknown here. The matrix test allows none.
    #[must_use]
    pub fn unlisted(&self) -> usize {
        self.unlisted
    }

    /// The names of the parts that vary, over all addresses.
    #[must_use]
    pub fn parameters(&self) -> BTreeSet<&'static str> {
        let named = |segment: &'static str| segment.strip_prefix('{')?.strip_suffix('}');
        self.table.iter().flat_map(|route| route.path.split('/').filter_map(named)).collect()
    }

    /// The router, for [`crate::router`].
    pub fn into_router(self) -> Router<Office> {
        self.router
    }

    fn on(mut self, method: Method, path: &'static str, use_case: UseCase, handler: MethodRouter<Office>) -> Self {
        self.router = self.router.route(path, handler.route_layer(Extension(Needs(use_case))));
        self.table.push(Route { method, path, use_case });
        self
    }
}

/// A list as a file costs much, the same list as a page does not.
async fn file_aside(request: Request, next: Next) -> Response {
    if budget::asks_for_file(&request) { budget::aside(request, next).await } else { next.run(request).await }
}

impl From<Router<Office>> for Routes {
    fn from(router: Router<Office>) -> Self {
        Self { router, table: Vec::new(), unlisted: 1 }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_stands_in_the_table() {
        let area = Routes::new().get("/office/a/{a}", UseCase::HomeView, || async { "a" });
        let bare = Router::new().route("/office/b", get(|| async { "b" }));
        let routes = Routes::new().merge(area).merge(bare).post("/office/a/{a}/c/{c}", UseCase::JobCancel, || async {});
        assert_eq!(routes.table().len(), 2);
        assert_eq!(routes.table().first().unwrap().method, Method::GET);
        assert_eq!(routes.unlisted(), 1);
        assert_eq!(routes.parameters().into_iter().collect::<Vec<_>>(), ["a", "c"]);
    }
}

//! The office front: pages of clerks, leaders and auditors under `/office`, and the witness's page under
//! `/witness/{token}`. Handlers read the form, call one use case and show what came out; rules live in `app`.

mod late;
mod listed;
pub mod page;
mod router;
mod routes;
mod session;
mod standing;

use app::Platform;

pub use router::{router, routes};
pub use routes::{Route, Routes};
pub use session::{Desk, SESSION_HOURS};

/// What every handler gets.
#[derive(Clone, Debug)]
pub struct Office {
    /// The platform.
    pub platform: Platform,
    /// Do browsers reach the front over HTTPS, by our TLS or by a proxy's? Then the session cookie has the `__Host-` prefix
    /// and is for HTTPS only; without it the front listens on the loopback only.
    pub secure: bool,
    /// An installation that was made as a demo says so on each page.
    pub demo: bool,
}

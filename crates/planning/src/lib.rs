//! The area of planning: what is to be checked, among whom, how many. Today schemes; the annual plans will stand beside them.

pub mod scheme;

/// What planning hands up.
pub const AREA: kernel::area::Area = kernel::area::Area {
    name: "planning",
    jobs: &[],
    todos: &[|conn, ctx, post| Box::pin(scheme::todos(conn, ctx, post))],
    sent: &[|conn, post| Box::pin(scheme::sent(conn, post))],
    checks: &[],
    recounts: &[],
    points: &[],
};

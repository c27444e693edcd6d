//! Moves of inspectors between agencies (人员调动). One side's keeper asks, somebody else who keeps the other side agrees, and
//! only then does the person change agencies, with the former state kept. What was matched is not matched again: while visits
//! are ahead, or the agency's matching is under way, nobody is moved.

mod answer;
mod list;
mod request;

use store::repo::inspector_move::InspectorMove;
use store::{Conn, repo};

pub use answer::{consent, refuse, withdraw};
pub use list::{MoveView, list, view};
pub use request::{MoveInput, request};
pub use store::repo::inspector_move::{InspectorMove as Move, MoveAgency};

use kernel::todo::{Sent, SentKind, Todo, TodoKind};
use kernel::{Post, Result};

/// Kind of the thing that events of moves name.
const THING: &str = "move";
/// Characters of a reason.
pub const REASON_CHARS_MAX: usize = 200;

fn named(m: &InspectorMove) -> String {
    text::directory::moving(&m.name, &m.certificate, &m.from.name, &m.to.name)
}

/// Moves that the post may answer.
///
/// # Errors
/// `Internal`.
pub(crate) async fn todos(conn: &mut Conn, post: &Post) -> Result<Vec<Todo>> {
    if !domain::registry::may(post.role, domain::registry::UseCase::MoveConsent) {
        return Ok(Vec::new());
    }
    let waiting = repo::inspector_move::waiting(conn, &post.agency_path, post.account_id).await?;
    Ok(waiting.iter().map(|m| Todo::named(TodoKind::DecideMove, m.id.to_string(), named(m))).collect())
}

/// Moves that the post's person asked for and the other side has not answered.
///
/// # Errors
/// `Internal`.
pub(crate) async fn sent(conn: &mut Conn, post: &Post) -> Result<Vec<Sent>> {
    let rows = repo::inspector_move::sent(conn, post.account_id).await?;
    Ok(rows.into_iter().map(|row| Sent::of(SentKind::Move, row)).collect())
}

//! What waits for a post. Each area says it for its own things ([`Source`]); the home page joins them.

use chrono::NaiveDate;
use futures_util::future::BoxFuture;
use store::Conn;
use store::repo::post::Post;
use store::repo::todo::Waiting;

use crate::{Ctx, Result};

pub use text::todo::TodoKind;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Todo {
    /// What kind; `text::todo` has its words.
    pub kind: TodoKind,
    /// The thing's id.
    pub id: String,
    /// Its number and title.
    pub name: String,
    /// How many visits, for shares.
    pub count: i64,
    /// Until when.
    pub due_on: Option<NaiveDate>,
}

impl Todo {
    /// A row of the database as a thing to do.
    #[must_use]
    pub fn of(kind: TodoKind, waiting: Waiting) -> Self {
        let name =
            if waiting.number.is_empty() { waiting.title } else { format!("{} {}", waiting.number, waiting.title) };
        Self { kind, id: waiting.id, name, count: waiting.count, due_on: waiting.due_on }
    }
}

/// An area's answer to "what waits for this post?". It is asked for every role and says nothing to those it has no work for.
pub type Source = for<'a> fn(&'a mut Conn, &'a Ctx, &'a Post) -> BoxFuture<'a, Result<Vec<Todo>>>;

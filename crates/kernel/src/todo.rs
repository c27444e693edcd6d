//! What waits for a post, and what its person has sent off to others. Each area says both for its own things ([`Source`],
//! [`SentSource`]); the home page joins them.

use chrono::NaiveDate;
use domain::time::Instant;
use futures_util::future::BoxFuture;
use store::Conn;
use store::repo::post::Post;
use store::repo::sent::SentRow;
use store::repo::todo::Waiting;

use crate::{Ctx, Result};

pub use text::todo::{SentKind, TodoKind};

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
    /// Until which instant, where minutes count.
    pub due_at: Option<Instant>,
    /// What happened and what to do, where the kind alone does not say it; may be empty.
    pub detail: String,
}

impl Todo {
    /// A row of the database as a thing to do.
    #[must_use]
    pub fn of(kind: TodoKind, waiting: Waiting) -> Self {
        Self {
            kind,
            name: named(&waiting.number, waiting.title),
            id: waiting.id,
            count: waiting.count,
            due_on: waiting.due_on,
            due_at: waiting.due_at,
            detail: String::new(),
        }
    }

    /// A thing to do that is known by its name alone.
    #[must_use]
    pub fn named(kind: TodoKind, id: String, name: String) -> Self {
        Self { kind, id, name, count: 0, due_on: None, due_at: None, detail: String::new() }
    }
}

/// Number and title as one name.
fn named(number: &str, title: String) -> String {
    if number.is_empty() { title } else { format!("{number} {title}") }
}

/// An area's answer to "what waits for this post?". It is asked for every role and says nothing to those it has no work for.
pub type Source = for<'a> fn(&'a mut Conn, &'a Ctx, &'a Post) -> BoxFuture<'a, Result<Vec<Todo>>>;

/// One thing that the person sent off and someone else has in hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// What kind; `text::todo` has its words.
    pub kind: SentKind,
    /// The thing's id.
    pub id: String,
    /// Its number and title.
    pub name: String,
    /// The agency that has it.
    pub agency: String,
    /// The person who has it, where one was named; may be empty.
    pub person: String,
    /// Since when.
    pub since: Instant,
}

impl Sent {
    /// A row of the database as a thing sent off.
    #[must_use]
    pub fn of(kind: SentKind, row: SentRow) -> Self {
        let name = named(&row.number, row.title);
        Self { kind, id: row.id, name, agency: row.agency, person: row.person, since: row.since }
    }
}

/// An area's answer to "what has this post's person sent off that others have now?".
pub type SentSource = for<'a> fn(&'a mut Conn, &'a Post) -> BoxFuture<'a, Result<Vec<Sent>>>;

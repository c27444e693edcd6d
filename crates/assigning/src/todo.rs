//! What waits for a unit after the dispatch, for the second person of a matching, and for an inspector; and what a clerk
//! sent off.

use std::collections::BTreeSet;

use domain::role::Role;
use domain::state::PartyState;
use kernel::todo::{Sent, SentKind, Todo, TodoKind};
use kernel::{Ctx, Post, Result};
use store::Conn;
use store::repo::sent as rows;
use store::repo::todo::{self, OpenMatching};
use store::repo::visit_own::{self, When};

/// Shares and matchings of the post's agency in which it is this person's turn, and shares that units sent back; for a leader
/// besides mappings that wait for approval, for an inspector the own visits.
///
/// # Errors
/// `Internal`.
pub(crate) async fn todos(conn: &mut Conn, ctx: &Ctx, post: &Post) -> Result<Vec<Todo>> {
    match post.role {
        Role::Clerk => {
            let kind = |state: &str| if state == "received" { TodoKind::AcceptShare } else { TodoKind::MatchShare };
            let open = todo::open_shares(conn, post.agency_id).await?;
            let mut todos: Vec<Todo> = open.into_iter().map(|share| Todo::of(kind(&share.state), share)).collect();
            for share in todo::returned_shares(conn, post.agency_id).await? {
                // Which unit it was stands behind the task's name.
                let name = format!("{} {}：{}", share.number, share.title, share.author);
                todos.push(Todo { name, ..Todo::of(TodoKind::Redispatch, share) });
            }
            todos.extend(matchings(conn, post).await?);
            Ok(todos)
        }
        Role::Leader => {
            let proposed = todo::proposed_mappings(conn, post.agency_id).await?;
            let proposed = proposed.into_iter().map(|task| Todo::of(TodoKind::ApproveMapping, task));
            let mut todos: Vec<Todo> = proposed.collect();
            todos.extend(matchings(conn, post).await?);
            Ok(todos)
        }
        Role::Inspector => own_visits(conn, ctx, post).await,
        _ => Ok(Vec::new()),
    }
}

async fn matchings(conn: &mut Conn, post: &Post) -> Result<Vec<Todo>> {
    let mut known = BTreeSet::new();
    let open = todo::open_matchings(conn, post.agency_id).await?;
    let turns = open.into_iter().filter_map(|matching| Some(Todo::of(turn(post, &matching)?, matching.waiting)));
    // Several people from outside may sit at one matching; it is one thing to do.
    Ok(turns.filter(|todo| known.insert(todo.id.clone())).collect())
}

/// Whether it is the post's turn in a matching. Whoever prepared it cannot be its second person.
fn turn(post: &Post, matching: &OpenMatching) -> Option<TodoKind> {
    let prepared_it = matching.waiting.author == post.account_id.to_string();
    let seated = matching.second.as_ref().map(|(name, state)| (*name == post.person, *state));
    match (matching.waiting.state.as_str(), seated) {
        ("prepared", None) if !prepared_it && post.role == Role::Leader => Some(TodoKind::JoinMatching),
        ("prepared", Some((true, PartyState::Invited))) if !prepared_it => Some(TodoKind::JoinMatching),
        ("committed", Some((true, PartyState::Committed))) if !prepared_it => Some(TodoKind::RevealMatching),
        ("committed", _) if prepared_it => Some(TodoKind::RevealMatching),
        _ => None,
    }
}

async fn own_visits(conn: &mut Conn, ctx: &Ctx, post: &Post) -> Result<Vec<Todo>> {
    let today = ctx.today();
    let mut todos = Vec::new();
    for (kind, when) in [(TodoKind::LateVisits, When::Before(today)), (TodoKind::TodayVisits, When::On(today))] {
        let (count, first) = visit_own::count(conn, post.account_id, when).await?;
        if count > 0 {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            todos.push(Todo { count, due_on: first, ..Todo::named(kind, String::new(), String::new()) });
        }
    }
    Ok(todos)
}

/// Shares that the post's person dispatched and matchings that they prepared, while others have them.
///
/// # Errors
/// `Internal`.
pub(crate) async fn sent(conn: &mut Conn, post: &Post) -> Result<Vec<Sent>> {
    let shares = rows::shares(conn, post.account_id).await?.into_iter().map(|row| Sent::of(SentKind::Share, row));
    let mut sent: Vec<Sent> = shares.collect();
    let matchings = rows::matchings(conn, post.account_id).await?;
    sent.extend(matchings.into_iter().map(|row| Sent::of(SentKind::Matching, row)));
    Ok(sent)
}

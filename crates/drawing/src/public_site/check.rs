//! "Was I drawn?": one code against the published draws.
//!
//! The answer rests on the drawn lists and the seeds alone. A code that was not drawn gets the same answer whether it
//! was left out, drew too high a ticket, or stands on no roll: the page does not tell who is registered.

use domain::credit_code::SubjectCode;
use draw::{Digest, Suite, Tickets};
use store::Conn;
use store::repo;
use store::repo::publication::PublishedDrawn;
use store::repo::task::Task;
use text::Explain as _;

use super::doubt::Doubts;
use super::list::by_number_doubted;
use super::{Announced, DRAW};
use kernel::{Error, Platform, Result};

/// Announcements that one answer covers at most, the newest first.
pub const CHECK_ANNOUNCEMENTS_MAX: u32 = 20;
/// Announcements in doubt that one answer names at most.
const DOUBTED_MAX: usize = 20;

/// The answer for one code.
#[derive(Clone, Debug)]
pub struct CheckAnswer {
    /// The code as it was understood.
    pub code: String,
    /// Where it was drawn, newest announcement first.
    pub drawn: Vec<DrawnIn>,
    /// Draws in which it was not drawn.
    pub not_drawn: Vec<NotDrawnIn>,
    /// Number and title of announced draws that have not taken place.
    pub waiting: Vec<(String, String)>,
    /// Announcements that are known not to agree with their proof, by the number of the task: nothing is answered about them.
    pub doubted: Vec<String>,
}

/// A place in a drawn list.
#[derive(Clone, Debug)]
pub struct DrawnIn {
    /// Number of the announcement.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Who organises.
    pub organiser: String,
    /// Whom to ask.
    pub contact: String,
    /// First and last day of the checks, `YYYY-MM-DD`.
    pub window: (String, String),
    /// A rehearsal, never official.
    pub rehearsal: bool,
    /// The row: name, unit, stratum, ticket.
    pub row: PublishedDrawn,
    /// Objects of the stratum, and how many of them were drawn.
    pub of: Option<(u64, u64)>,
    /// The greatest ticket drawn of the stratum, where it is one cell.
    pub threshold: Option<String>,
}

/// A draw in which the code does not stand on the list.
#[derive(Clone, Debug)]
pub struct NotDrawnIn {
    /// Number of the announcement.
    pub number: String,
    /// Its title.
    pub title: String,
    /// The ticket that the seed gives this code, hex. It exists for any code.
    pub ticket: String,
}

/// Answers for one code, in the announcement `number` or, if that is empty, in the newest ones. Letters may be typed
/// small, spaces are ignored; nothing else is mended.
///
/// # Errors
/// `Invalid` on `code` (`PUBL-001` empty, `PUBL-003` no such code can exist), `NotFound` for an unknown number.
pub async fn check(platform: &Platform, code: &str, number: &str) -> Result<CheckAnswer> {
    let mut conn = platform.store().read().await?;
    let code = code_of(&mut conn, code).await?;
    let announcements = announcements(&mut conn, &code, number).await?;
    let mut answer =
        CheckAnswer { code, drawn: Vec::new(), not_drawn: Vec::new(), waiting: Vec::new(), doubted: Vec::new() };
    for task in doubted(&mut conn, &announcements, number).await? {
        answer.doubted.push(task.number);
    }
    for announced in announcements.into_iter().filter(|announced| announced.doubt.is_none()) {
        match announced.content.latest().and_then(|latest| latest.seed.clone()) {
            None => answer.waiting.push((announced.number, announced.title)),
            Some(seed) => look(&mut conn, &mut answer, announced, &seed).await?,
        }
    }
    Ok(answer)
}

/// The code as it stands on the business licence. What stands on a drawn list is answered even if its check digit is wrong:
/// registers hold such codes, and who has one must not be told that it cannot be.
async fn code_of(conn: &mut Conn, typed: &str) -> Result<String> {
    let code: String = typed.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    if code.is_empty() {
        return Err(Error::field("code", "PUBL-001"));
    }
    let Err(bad) = code.parse::<SubjectCode>() else { return Ok(code) };
    if draw::is_id(&code) && !repo::publication::with_code(conn, DRAW, &code, 1).await?.is_empty() {
        return Ok(code);
    }
    let message = bad.explain();
    Err(Error::field("code", "PUBL-003").with("what", message.what).with("next", message.next))
}

/// The tasks about whose announcements nothing is answered: the one that was asked for, or all that are in doubt, because the code
/// may be missing on exactly those lists. Numbers are those of the tasks, which are held apart from the announcements.
async fn doubted(conn: &mut Conn, announcements: &[Announced], number: &str) -> Result<Vec<Task>> {
    let mut ids: Vec<_> = announcements.iter().filter(|one| one.doubt.is_some()).map(|one| one.task).collect();
    if number.is_empty() {
        ids = Doubts::read(conn).await?.tasks().collect();
    }
    ids.sort_unstable();
    ids.dedup();
    ids.truncate(DOUBTED_MAX);
    let mut tasks = Vec::new();
    for id in ids {
        tasks.push(repo::task::by_id_unscoped(conn, id).await?);
    }
    Ok(tasks)
}

async fn announcements(conn: &mut Conn, code: &str, number: &str) -> Result<Vec<Announced>> {
    if !number.is_empty() {
        return Ok(vec![by_number_doubted(conn, number).await?]);
    }
    // Those that hold the code come from an index, so that an old draw is found behind the newest ones too.
    let mut rows = repo::publication::with_code(conn, DRAW, code, CHECK_ANNOUNCEMENTS_MAX).await?;
    for row in repo::publication::list(conn, DRAW, "", 0, CHECK_ANNOUNCEMENTS_MAX).await?.rows {
        if rows.iter().all(|known| known.id != row.id) {
            rows.push(row);
        }
    }
    let doubts = Doubts::read(conn).await?;
    let mut rows = rows.into_iter().map(Announced::try_from).collect::<Result<Vec<_>>>()?;
    for row in &mut rows {
        row.doubt = doubts.of(row.task);
    }
    Ok(rows)
}

async fn look(conn: &mut Conn, answer: &mut CheckAnswer, announced: Announced, seed: &str) -> Result<()> {
    let rows = repo::publication::drawn_by_code(conn, &announced.id, &answer.code).await?;
    if rows.is_empty() {
        let ticket = ticket(&announced, seed, &answer.code)?;
        answer.not_drawn.push(NotDrawnIn { number: announced.number, title: announced.title, ticket });
        return Ok(());
    }
    let strata = repo::publication::strata(conn, &announced.id).await?;
    for row in rows {
        let count = announced.content.strata.iter().find(|one| one.code == row.stratum);
        let threshold = strata.iter().find(|one| one.code == row.stratum).map(|one| one.threshold.clone());
        answer.drawn.push(DrawnIn {
            number: announced.number.clone(),
            title: announced.title.clone(),
            organiser: announced.organiser.clone(),
            contact: announced.content.contact.clone(),
            window: (announced.content.window_from.clone(), announced.content.window_to.clone()),
            rehearsal: announced.content.rehearsal,
            of: count.map(|count| (count.rows, count.size)),
            threshold: threshold.filter(|_| count.is_some_and(|count| count.cells.is_empty())),
            row,
        });
    }
    Ok(())
}

fn ticket(announced: &Announced, seed: &str, code: &str) -> Result<String> {
    let suite = Suite::from_protocol(&announced.content.suite).ok_or_else(|| Error::internal("no such suite"))?;
    let seed = Digest::parse(seed).map_err(Error::internal)?;
    Ok(Tickets::new(suite, &seed).of(code.as_bytes()).to_string())
}

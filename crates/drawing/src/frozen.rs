//! What comes after a draw reads what was frozen with it: the result that was announced, and the register that the
//! commitment names. Today's directory, the rows made of them and the public bundle are not asked.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::ids::{AgencyId, DrawId, SubjectId};
use domain::subject::{SubjectKind, Tag};
use draw::{Commitment, Outcome, Subject};
use files::FileStore;
use store::repo::attempt::Attempt;
use store::repo::dispatch::DRAWN_MAX;

use crate::task::{read_register, suite_of};
use kernel::{Error, Platform, Result};

/// What the register says of an object.
#[derive(Clone, Debug)]
pub struct Registered {
    /// Its own id.
    pub subject: SubjectId,
    /// Its name.
    pub name: String,
    /// The agency that registers it.
    pub agency: AgencyId,
    /// Its kind.
    pub kind: SubjectKind,
    /// Where it lies: code of the division, or empty.
    pub territory: String,
    /// Its tags.
    pub tags: Vec<Tag>,
}

/// An object as it was drawn, with what the register says of it.
#[derive(Clone, Debug)]
pub struct DrawnObject {
    /// Its code.
    pub code: String,
    /// The strata that drew it, in the scheme's order.
    pub strata: Vec<String>,
    /// Its ticket, hex: one over all strata.
    pub ticket: String,
    /// What the register says.
    pub registered: Registered,
}

/// The objects that an attempt drew, each once, ascending by code, without reserves.
///
/// # Errors
/// `DRAW-026` if result or register are not those that were announced; `Internal` for an attempt without a result or with more
/// than [`DRAWN_MAX`] objects: never a shortened list.
pub async fn drawn_objects(platform: &Platform, draw: DrawId) -> Result<Vec<DrawnObject>> {
    let mut conn = platform.store().read().await?;
    let attempt = store::repo::attempt::by_id_unscoped(&mut conn, draw).await?;
    drop(conn);
    let files = platform.files().clone();
    let work = move || {
        let outcome = announced_result(&files, &attempt)?;
        let objects = registered(&files, &pinned_register(&attempt)?, &outcome)?;
        join(&outcome, objects)
    };
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

fn join(outcome: &Outcome, mut objects: HashMap<String, Registered>) -> Result<Vec<DrawnObject>> {
    let mut strata: BTreeMap<&str, (String, Vec<String>)> = BTreeMap::new();
    for cell in &outcome.cells {
        for drawn in &cell.drawn {
            let known = strata.entry(drawn.id.as_str()).or_insert_with(|| (drawn.ticket.to_string(), Vec::new()));
            known.1.push(cell.stratum.clone());
        }
    }
    if strata.len() > DRAWN_MAX {
        return Err(Error::internal(format!("{} drawn objects are more than {DRAWN_MAX}", strata.len())));
    }
    let object = |(code, (ticket, strata)): (&str, (String, Vec<String>))| {
        let registered = objects.remove(code).ok_or_else(|| unregistered(code))?;
        Ok(DrawnObject { code: code.to_owned(), strata, ticket, registered })
    };
    strata.into_iter().map(object).collect()
}

/// The result of an attempt, out of its file: the bytes are those of the file's name, and the result is the announced one.
pub(crate) fn announced_result(files: &FileStore, attempt: &Attempt) -> Result<Outcome> {
    let file = attempt.result_file.as_deref().ok_or_else(|| Error::internal("a drawn attempt without a result"))?;
    let bytes = files.read(file).map_err(broken)?;
    let outcome = Outcome::parse(&bytes).map_err(broken)?;
    let found = draw::document_digest(suite_of(attempt)?, &bytes).to_string();
    if attempt.result_digest.as_deref() == Some(found.as_str()) {
        Ok(outcome)
    } else {
        Err(broken(format!("result.json: {found}")))
    }
}

/// The digest of an attempt's register, if the published commitment names it.
///
/// # Errors
/// `DRAW-026` if it does not; `Internal` for an attempt that was never frozen or committed.
pub(crate) fn pinned_register(attempt: &Attempt) -> Result<String> {
    let register = attempt.register_file.clone().ok_or_else(|| Error::internal("a roll without its register"))?;
    expect_pinned(&crate::ceremony::commitment_of(attempt)?, &attempt.roll_source, &register)?;
    Ok(register)
}

/// The commitment names this register as what its roll was frozen with.
///
/// # Errors
/// `DRAW-026`.
pub(crate) fn expect_pinned(commitment: &Commitment, source: &str, register: &str) -> Result<()> {
    let expected = text::ceremony::committed_source(source, register);
    match &commitment.subject {
        Subject::Draw { roll, .. } if roll.source == expected => Ok(()),
        _ => Err(broken(format!("commitment.json: {register}"))),
    }
}

/// What the register says of every object in a result, reserves included, by code.
///
/// # Errors
/// `DRAW-026` if the register is not the one of its digest.
pub(crate) fn registered(files: &FileStore, digest: &str, outcome: &Outcome) -> Result<HashMap<String, Registered>> {
    let listed = outcome.cells.iter().flat_map(|cell| cell.drawn.iter().chain(&cell.reserves));
    let wanted: HashSet<&str> = listed.map(|drawn| drawn.id.as_str()).collect();
    let mut objects = HashMap::with_capacity(wanted.len());
    read_register(files, digest, |row| {
        if row.gate.is_empty() && wanted.contains(row.code) {
            let tags = row.tags.split(',').filter(|tag| !tag.is_empty());
            let object = Registered {
                subject: row.subject.parse().map_err(broken)?,
                name: row.name.to_owned(),
                agency: row.agency.parse().map_err(broken)?,
                kind: row.kind.parse().map_err(broken)?,
                territory: row.division.to_owned(),
                tags: tags.map(str::parse).collect::<std::result::Result<_, _>>().map_err(broken)?,
            };
            objects.insert(row.code.to_owned(), object);
        }
        Ok(())
    })?;
    Ok(objects)
}

/// A drawn object that the register does not have.
pub(crate) fn unregistered(code: &str) -> Error {
    broken(code)
}

fn broken(detail: impl std::fmt::Display) -> Error {
    Error::conflict("DRAW-026").with("detail", detail)
}

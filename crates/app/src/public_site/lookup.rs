//! "Was I drawn?": one code against one published draw. The answer rests on the published roll alone, so it says nothing
//! that the bundle does not say.

use std::sync::Arc;

use draw::{Digest, Membership, Predicate, Roll, RollDocument, Scheme, Suite, Tickets};
use store::repo;
use store::repo::publication::PublishedDrawn;

use super::{Announcement, DRAW};
use crate::{Error, Platform, Result};

/// Characters of a code at most.
const CODE_CHARS_MAX: usize = 55;

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// Drawn, in these strata.
    Drawn(Vec<PublishedDrawn>),
    /// On the roll and in these strata, with a ticket above the threshold.
    NotDrawn {
        /// Labels of its strata, each with rows and size.
        strata: Vec<(String, u64, u64)>,
        /// Its ticket, hex.
        ticket: String,
    },
    /// On the roll, and left out by this rule.
    Excluded {
        /// The rule's label.
        label: String,
    },
    /// On the roll, and of no stratum.
    Outside,
    /// Not on the roll.
    NotOnRoll,
    /// The draw has not taken place yet, or failed.
    NotYet,
}

/// Answers for one code. Letters may be typed small, spaces are ignored.
///
/// # Errors
/// `Invalid` on `code` (`PUBL-001`), `NotFound` for an unknown number.
pub async fn lookup(platform: &Platform, number: &str, code: &str) -> Result<Lookup> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    if code.is_empty() || code.len() > CODE_CHARS_MAX || !draw::is_id(&code) {
        return Err(Error::field("code", "PUBL-001"));
    }
    let mut conn = platform.store().read().await?;
    let publication = repo::publication::by_number(&mut conn, DRAW, number).await?;
    let content: Announcement = serde_json::from_str(&publication.content)?;
    let Some(seed) = content.latest().and_then(|attempt| attempt.seed.clone()) else { return Ok(Lookup::NotYet) };
    let drawn = repo::publication::drawn_by_code(&mut conn, &publication.id, &code).await?;
    drop(conn);
    if !drawn.is_empty() {
        return Ok(Lookup::Drawn(drawn));
    }
    let suite = Suite::from_protocol(&content.suite).ok_or_else(|| Error::internal("no such suite"))?;
    let document = RollDocument::parse(content.roll_document.as_bytes()).map_err(Error::internal)?;
    let scheme = Scheme::parse(content.scheme_document.as_bytes()).map_err(Error::internal)?;
    let roll: Arc<Roll> = crate::scheme::frozen_roll(platform, &content.roll_file, suite, &document).await?;
    let Some(row) = roll.find(&code) else { return Ok(Lookup::NotOnRoll) };
    if let Some(rule) = scheme.exclude.iter().find(|rule| is_met(&rule.when, &roll, row)) {
        return Ok(Lookup::Excluded { label: rule.label.clone() });
    }
    let mut strata: Vec<_> = scheme.strata.iter().filter(|stratum| is_met(&stratum.when, &roll, row)).collect();
    if scheme.membership == Membership::First {
        strata.truncate(1);
    }
    if strata.is_empty() {
        return Ok(Lookup::Outside);
    }
    let counted = |code: &str| content.strata.iter().find(|one| one.code == code).map_or((0, 0), |one| (one.rows, one.size));
    let strata = strata.iter().map(|stratum| {
        let (rows, size) = counted(&stratum.code);
        (stratum.label.clone(), rows, size)
    });
    let seed = Digest::parse(&seed).map_err(Error::internal)?;
    let ticket = Tickets::new(suite, &seed).of(code.as_bytes()).to_string();
    Ok(Lookup::NotDrawn { strata: strata.collect(), ticket })
}

/// Whether a row meets a predicate that was checked against the roll's header.
fn is_met(predicate: &Predicate, roll: &Roll, row: u32) -> bool {
    match predicate {
        Predicate::All(parts) => parts.iter().all(|part| is_met(part, roll, row)),
        Predicate::Any(parts) => parts.iter().any(|part| is_met(part, roll, row)),
        Predicate::Not(part) => !is_met(part, roll, row),
        Predicate::Test { column, test } => {
            let field = roll.header().find(column).and_then(|(index, _)| roll.field(row, index));
            field.is_some_and(|field| test.is_met(field))
        }
    }
}

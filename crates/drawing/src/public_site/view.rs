//! One announcement: what was fixed before the draw, and what came out.

use draw::{Commitment, Subject};
use store::repo;

use super::Announced;
use super::list::by_number;
use kernel::{Error, Platform, Result};
use planning::scheme::StratumCount;

/// One announcement with its numbers.
#[derive(Clone, Debug)]
pub struct AnnouncementView {
    /// The announcement.
    pub announced: Announced,
    /// What the latest commitment document fixes.
    pub sealed: Option<SealedDigests>,
    /// The strata in the scheme's order.
    pub strata: Vec<StratumRow>,
    /// Drawn by unit, in the order of the list; empty before the draw.
    pub units: Vec<(String, u64)>,
}

/// The digests in a commitment document, hex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedDigests {
    /// Of the roll.
    pub roll: String,
    /// Of the scheme.
    pub scheme: String,
    /// Of the sizes.
    pub sizes: String,
    /// The organiser's commitment before this one.
    pub previous: Option<String>,
}

/// A stratum's numbers.
#[derive(Clone, Debug)]
pub struct StratumRow {
    /// Rule, rows and size.
    pub count: StratumCount,
    /// Drawn; 0 before the draw.
    pub drawn: u64,
    /// The greatest ticket drawn, where the stratum is one cell.
    pub threshold: Option<String>,
}

/// One announcement by the task's number.
///
/// # Errors
/// `NotFound`; `PUBL-007` if it is known not to agree with its proof.
pub async fn view(platform: &Platform, number: &str) -> Result<AnnouncementView> {
    let mut conn = platform.store().read().await?;
    let announced = by_number(&mut conn, number).await?;
    // Numbers of a list that does not agree with its proof are not shown; what the announcement says besides is.
    let (drawn, units) = if announced.is_drawn() && announced.doubt.is_none() {
        let strata = repo::publication::strata(&mut conn, &announced.id).await?;
        (strata, repo::publication::units(&mut conn, &announced.id).await?)
    } else {
        (Vec::new(), Vec::new())
    };
    drop(conn);
    let strata = announced.content.strata.iter().map(|count| {
        let found = drawn.iter().find(|one| one.code == count.code);
        StratumRow {
            drawn: found.map_or(0, |found| found.drawn),
            threshold: found.filter(|_| count.cells.is_empty()).map(|found| found.threshold.clone()),
            count: count.clone(),
        }
    });
    let strata = strata.collect();
    Ok(AnnouncementView { sealed: sealed(&announced)?, strata, units, announced })
}

fn sealed(announced: &Announced) -> Result<Option<SealedDigests>> {
    let Some(latest) = announced.content.latest() else { return Ok(None) };
    if latest.commitment_document.is_empty() {
        return Ok(None);
    }
    let document = Commitment::parse(latest.commitment_document.as_bytes()).map_err(Error::internal)?;
    let previous = document.previous.as_ref().map(ToString::to_string);
    match document.subject {
        Subject::Draw { roll, scheme, sizes } => Ok(Some(SealedDigests {
            roll: roll.digest.to_string(),
            scheme: scheme.to_string(),
            sizes: sizes.to_string(),
            previous,
        })),
        Subject::Match { .. } => Err(Error::internal("the commitment of a draw is one of a matching")),
    }
}

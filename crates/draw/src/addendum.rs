//! `addenda/0001.json` …: an object that should not have been on the roll leaves, and its cell's next reserve takes its
//! place (protocol §6). Each addendum names the one before it, so none can be slipped in or left out in the middle.

use crate::commitment::Commitment;
use crate::instant::Instant;
use crate::json::{Json, document_digest};
use crate::mismatch::{Expected, Mismatch};
use crate::node::Node;
use crate::outcome::{DrawnCell, Outcome};
use crate::refused::{Reason, Refused};
use crate::scheme::Scheme;
use crate::suite::{Digest, Suite};

/// One addendum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addendum {
    /// The digest of the result, or of the addendum before.
    pub previous: Digest,
    /// The stratum's code.
    pub stratum: String,
    /// The cell's value; `None` for a stratum that is one cell.
    pub cell: Option<String>,
    /// Who leaves.
    pub out: String,
    /// Who takes the place: the key `in`.
    pub brought_in: Option<String>,
    /// A code.
    pub reason: String,
    /// The digest of what shows it.
    pub evidence: Digest,
    /// Two people.
    pub approved_by: [String; 2],
    /// RFC 3339.
    pub at: String,
}

impl Addendum {
    /// Reads an addendum.
    ///
    /// # Errors
    /// A breach of the document's form, with its path; approval by one person only.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refused> {
        let mut fields = Node::document(bytes)?.object()?;
        let approved = fields.take("approved_by")?.some(Node::filled)?;
        let Ok(approved_by) = <[String; 2]>::try_from(approved) else {
            return Err(Refused::new("approved_by", Reason::WrongKind { expected: Expected::TwoTexts }));
        };
        if approved_by[0] == approved_by[1] {
            let [value, _] = approved_by;
            return Err(Refused::new("approved_by", Reason::Twice { value }));
        }
        let addendum = Self {
            previous: fields.take("previous")?.digest()?,
            stratum: fields.take("stratum")?.code()?,
            cell: fields.take("cell")?.nullable(Node::text)?,
            out: fields.take("out")?.filled()?,
            brought_in: fields.take("in")?.nullable(Node::filled)?,
            reason: fields.take("reason")?.code()?,
            evidence: fields.take("evidence")?.digest()?,
            approved_by,
            at: fields.take("at")?.instant()?,
        };
        fields.done()?;
        Ok(addendum)
    }

    /// The canonical bytes.
    #[must_use]
    pub fn to_jcs(&self) -> Vec<u8> {
        Json::object([
            ("previous", Json::digest(Some(&self.previous))),
            ("stratum", Json::text(&self.stratum)),
            ("cell", self.cell.as_deref().map_or(Json::Null, Json::text)),
            ("out", Json::text(&self.out)),
            ("in", self.brought_in.as_deref().map_or(Json::Null, Json::text)),
            ("reason", Json::text(&self.reason)),
            ("evidence", Json::digest(Some(&self.evidence))),
            ("approved_by", Json::List(self.approved_by.iter().map(|name| Json::text(name)).collect())),
            ("at", Json::text(&self.at)),
        ])
        .to_jcs()
    }

    /// The digest that the next addendum names.
    #[must_use]
    pub fn digest(&self, suite: Suite) -> Digest {
        document_digest(suite, &self.to_jcs())
    }
}

/// A cell's list while addenda change it.
struct Listed<'a> {
    cell: &'a DrawnCell,
    ids: Vec<&'a str>,
    reserves_used: usize,
}

/// Checks the addenda of a result, in their order, and gives each cell's ids as they stand in the end, in the result's
/// order of cells.
///
/// # Errors
/// Addenda under a scheme without reserves: then nobody is replaced, and what is found goes into the record of the visit.
/// With the addendum's number (`0001`) in the place: not following the document before, a cell or an object that is not
/// there, another than the next reserve, nobody although a reserve remains, an instant before the one before; and an
/// object that another cell still lists.
pub fn check_addenda(
    commitment: &Commitment,
    scheme: &Scheme,
    outcome: &Outcome,
    addenda: &[Addendum],
) -> Result<Vec<Vec<String>>, Refused> {
    if scheme.reserves == 0 && !addenda.is_empty() {
        return Err(Refused::new("", Reason::NoReserves));
    }
    let mut cells: Vec<_> = outcome
        .cells
        .iter()
        .map(|cell| Listed { cell, ids: cell.drawn.iter().map(|drawn| drawn.id.as_str()).collect(), reserves_used: 0 })
        .collect();
    let mut previous = outcome.digest(commitment.suite);
    let mut before = commitment.committed_at.as_str();
    for (index, addendum) in addenda.iter().enumerate() {
        let refuse = |key: &str, reason| Refused::new(format!("{:04}: {key}", index + 1), reason);
        if addendum.previous != previous {
            let (expected, found) = (previous.to_string(), addendum.previous.to_string());
            return Err(refuse("previous", Reason::DigestMismatch { expected, found }));
        }
        if Instant::parse(&addendum.at) < Instant::parse(before) {
            return Err(refuse("at", Reason::InstantOrder { rule: "committed_at ≤ at(0001) ≤ at(0002) ≤ …" }));
        }
        let mismatch = |key: &str, what| refuse(key, Reason::Mismatch { what });
        let listed = cells
            .iter_mut()
            .find(|listed| listed.cell.stratum == addendum.stratum && listed.cell.cell == addendum.cell)
            .ok_or_else(|| mismatch("cell", Mismatch::NoSuchCell))?;
        let place = listed.ids.iter().position(|id| *id == addendum.out);
        let place = place.ok_or_else(|| mismatch("out", Mismatch::NotListed { id: addendum.out.clone() }))?;
        listed.ids.remove(place);
        let next = listed.cell.reserves.get(listed.reserves_used).map(|reserve| reserve.id.as_str());
        if addendum.brought_in.as_deref() != next {
            let next = next.map(|id| Mismatch::NextReserve { id: id.to_owned() });
            return Err(mismatch("in", next.unwrap_or(Mismatch::NoReserveLeft)));
        }
        listed.ids.extend(next);
        listed.reserves_used += 1;
        previous = addendum.digest(commitment.suite);
        before = &addendum.at;
    }
    for (index, addendum) in addenda.iter().enumerate() {
        if let Some(listed) = cells.iter().find(|listed| listed.ids.contains(&addendum.out.as_str())) {
            let (stratum, cell) = (listed.cell.stratum.clone(), listed.cell.cell.clone());
            let cell = cell.unwrap_or_else(|| "-".to_owned());
            let what = Mismatch::StillListed { stratum, cell };
            return Err(Refused::new(format!("{:04}: out", index + 1), Reason::Mismatch { what }));
        }
    }
    Ok(cells.into_iter().map(|listed| listed.ids.into_iter().map(str::to_owned).collect()).collect())
}

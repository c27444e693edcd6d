//! The result document, and what can be checked of it without the roll.

use std::collections::HashSet;
use std::io::Write;

use crate::commitment::Commitment;
use crate::id::Id;
use crate::json::{Json, document_digest};
use crate::mismatch::Mismatch;
use crate::node::Node;
use crate::refused::{Reason, Refused};
use crate::reveals::Settled;
use crate::scheme::{Membership, Scheme};
use crate::sizes::Sizes;
use crate::suite::{Digest, Suite, Tickets};

/// `result.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The commitment's draw.
    pub draw: String,
    /// The digest of the commitment.
    pub commitment_digest: Digest,
    /// The seed.
    pub seed: Digest,
    /// Parties that revealed nothing.
    pub absent: Vec<String>,
    /// Strata in scheme order, their cells bytewise.
    pub cells: Vec<DrawnCell>,
}

/// What was drawn in one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnCell {
    /// The stratum's code.
    pub stratum: String,
    /// The value; `None` for a stratum that is one cell.
    pub cell: Option<String>,
    /// The cell's rows.
    pub rows: u64,
    /// How many were drawn.
    pub size: u64,
    /// In ticket order.
    pub drawn: Vec<Drawn>,
    /// The next in ticket order.
    pub reserves: Vec<Drawn>,
}

/// A drawn id with its ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Drawn {
    /// The ticket; the smaller is drawn before the larger.
    pub ticket: Digest,
    /// The id; it decides between equal tickets.
    pub id: Id,
}

impl DrawnCell {
    /// The ticket of the last drawn: an id of the cell is drawn if and only if its ticket is not above this.
    #[must_use]
    pub fn threshold(&self) -> Option<&Digest> {
        self.drawn.last().map(|drawn| &drawn.ticket)
    }
}

impl Outcome {
    /// The canonical bytes: the file `result.json`.
    #[must_use]
    pub fn to_jcs(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // Writing to memory does not fail.
        drop(self.write_jcs(&mut bytes));
        bytes
    }

    /// Writes the canonical bytes, one drawn object after the other: a result of millions is never in memory as text.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_jcs(&self, out: &mut impl Write) -> std::io::Result<()> {
        let absent = Json::List(self.absent.iter().map(|party| Json::text(party)).collect());
        out.write_all(b"{\"absent\":")?;
        out.write_all(&absent.to_jcs())?;
        out.write_all(b",\"cells\":[")?;
        for (index, cell) in self.cells.iter().enumerate() {
            out.write_all(if index > 0 { b"," } else { b"" })?;
            cell.write_jcs(out)?;
        }
        out.write_all(b"],\"commitment_digest\":\"")?;
        out.write_all(&self.commitment_digest.hex())?;
        out.write_all(b"\",\"draw\":")?;
        out.write_all(&Json::text(&self.draw).to_jcs())?;
        out.write_all(b",\"seed\":\"")?;
        out.write_all(&self.seed.hex())?;
        out.write_all(b"\"}")
    }

    /// The digest that a matching and the first addendum name.
    #[must_use]
    pub fn digest(&self, suite: Suite) -> Digest {
        document_digest(suite, &self.to_jcs())
    }

    /// Reads `result.json`. Whether it is the right result is not its business.
    ///
    /// # Errors
    /// A breach of the document's form, with its path; a threshold that is not the last drawn ticket.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refused> {
        let mut fields = Node::document(bytes)?.object()?;
        let outcome = Self {
            draw: fields.take("draw")?.text()?,
            commitment_digest: fields.take("commitment_digest")?.digest()?,
            seed: fields.take("seed")?.digest()?,
            absent: fields.take("absent")?.list()?.into_iter().map(Node::text).collect::<Result<_, _>>()?,
            cells: fields.take("cells")?.list()?.into_iter().map(parse_cell).collect::<Result<_, _>>()?,
        };
        fields.done()?;
        Ok(outcome)
    }

    /// Checks everything about a result that can be checked without the roll: that it belongs to the commitment and the
    /// settled seed, that its cells and sizes follow from the sizes document, and that tickets, their order and counts
    /// are right, and that no object is listed where it cannot belong. It cannot tell whether a smaller ticket was left out.
    ///
    /// # Errors
    /// The first thing that does not hold, with its path.
    pub fn expect_consistent(
        &self,
        commitment: &Commitment,
        settled: &Settled,
        scheme: &Scheme,
        sizes: &Sizes,
    ) -> Result<(), Refused> {
        let mismatch = |place: &str, what| Err(Refused::new(place, Reason::Mismatch { what }));
        if self.draw != commitment.draw || self.commitment_digest != commitment.digest() {
            return mismatch("commitment_digest", Mismatch::OtherCommitment);
        }
        if self.seed != settled.seed || self.absent != settled.absent {
            return mismatch("seed", Mismatch::Seed);
        }
        let tickets = Tickets::new(commitment.suite, &settled.seed);
        let strata = scheme.strata.iter().zip(&sizes.strata);
        let plans = strata.flat_map(|(stratum, sizes)| {
            sizes.plan(stratum, &tickets).into_iter().map(|plan| (stratum.code.clone(), plan))
        });
        let plans: Vec<_> = plans.collect();
        if plans.len() != self.cells.len() {
            return mismatch("cells", Mismatch::ResultCells);
        }
        let mut seen = HashSet::new();
        for (index, (cell, (stratum, plan))) in self.cells.iter().zip(plans).enumerate() {
            let place = format!("cells[{index}]");
            if (&cell.stratum, &cell.cell, cell.rows, cell.size) != (&stratum, &plan.cell, plan.rows, plan.size) {
                return mismatch(&place, Mismatch::ResultSizes);
            }
            let reserves = if plan.size == 0 { 0 } else { scheme.reserves.min(plan.rows.saturating_sub(plan.size)) };
            if cell.drawn.len() as u64 != plan.size || cell.reserves.len() as u64 != reserves {
                return mismatch(&place, Mismatch::ResultCounts);
            }
            let listed: Vec<_> = cell.drawn.iter().chain(&cell.reserves).collect();
            // Under `first` an object belongs to one stratum, under `every` to one cell of each.
            let group = if scheme.membership == Membership::First { "" } else { cell.stratum.as_str() };
            if let Some(drawn) = listed.iter().find(|drawn| !seen.insert((group, drawn.id.as_str()))) {
                return Err(Refused::new(place, Reason::Twice { value: drawn.id.to_string() }));
            }
            if listed.iter().any(|drawn| tickets.of(drawn.id.as_bytes()) != drawn.ticket) {
                return mismatch(&place, Mismatch::Ticket);
            }
            if !listed.iter().zip(listed.iter().skip(1)).all(|(a, b)| a < b) {
                return mismatch(&place, Mismatch::TicketOrder);
            }
        }
        Ok(())
    }
}

impl DrawnCell {
    fn write_jcs(&self, out: &mut impl Write) -> std::io::Result<()> {
        out.write_all(b"{\"cell\":")?;
        out.write_all(&self.cell.as_deref().map_or(Json::Null, Json::text).to_jcs())?;
        out.write_all(b",\"drawn\":")?;
        write_drawn(&self.drawn, out)?;
        out.write_all(b",\"reserves\":")?;
        write_drawn(&self.reserves, out)?;
        write!(out, ",\"rows\":{},\"size\":{},\"stratum\":", self.rows, self.size)?;
        out.write_all(&Json::text(&self.stratum).to_jcs())?;
        out.write_all(b",\"threshold\":")?;
        out.write_all(&Json::digest(self.threshold()).to_jcs())?;
        out.write_all(b"}")
    }
}

/// Ids are plain ASCII, in which nothing needs an escape.
fn write_drawn(drawn: &[Drawn], out: &mut impl Write) -> std::io::Result<()> {
    let mut text = Vec::with_capacity(256);
    out.write_all(b"[")?;
    for (index, drawn) in drawn.iter().enumerate() {
        text.clear();
        text.extend_from_slice(if index > 0 { b",{\"id\":" } else { b"{\"id\":" });
        text.push(b'"');
        text.extend_from_slice(drawn.id.as_bytes());
        text.push(b'"');
        text.extend_from_slice(b",\"ticket\":\"");
        text.extend_from_slice(&drawn.ticket.hex());
        text.extend_from_slice(b"\"}");
        out.write_all(&text)?;
    }
    out.write_all(b"]")
}

fn parse_cell(node: Node) -> Result<DrawnCell, Refused> {
    let mut fields = node.object()?;
    let threshold = fields.take("threshold")?.nullable(Node::digest)?;
    let cell = DrawnCell {
        stratum: fields.take("stratum")?.code()?,
        cell: fields.take("cell")?.nullable(Node::text)?,
        rows: fields.take("rows")?.count()?,
        size: fields.take("size")?.count()?,
        drawn: fields.take("drawn")?.list()?.into_iter().map(parse_drawn).collect::<Result<_, _>>()?,
        reserves: fields.take("reserves")?.list()?.into_iter().map(parse_drawn).collect::<Result<_, _>>()?,
    };
    if cell.threshold() != threshold.as_ref() {
        return Err(Refused::new(fields.place_of("threshold"), Reason::Mismatch { what: Mismatch::Threshold }));
    }
    fields.done()?;
    Ok(cell)
}

fn parse_drawn(node: Node) -> Result<Drawn, Refused> {
    let mut fields = node.object()?;
    let id = Id::parse(&fields.take("id")?.text()?).map_err(|reason| Refused::new(fields.place_of("id"), reason))?;
    let drawn = Drawn { id, ticket: fields.take("ticket")?.digest()? };
    fields.done()?;
    Ok(drawn)
}

/// The digest of a document's canonical bytes in a suite, for documents that this crate does not know (a matching's
/// input).
///
/// # Errors
/// The bytes are not a canonical document.
pub fn digest_of_document(suite: Suite, bytes: &[u8]) -> Result<Digest, Refused> {
    crate::json::parse_document(bytes)?;
    Ok(document_digest(suite, bytes))
}

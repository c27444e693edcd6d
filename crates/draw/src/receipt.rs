//! A firm's receipt: its own row with the proof that it stood on the roll, the published documents that say in which cell
//! and with what chance, its ticket, and its cell's threshold. It needs no roll and tells nothing of other firms.
//!
//! What a receipt cannot show is that the threshold is the right one: that takes the whole bundle ([`Receipt::result`] says
//! which result it was taken from).

use crate::chance::{Chance, chances};
use crate::commitment::{Commitment, Subject};
use crate::json::Json;
use crate::mismatch::{Expected, Mismatch};
use crate::node::{Node, distinct};
use crate::outcome::Outcome;
use crate::placement::place;
use crate::proof::{Proof, parse_proof};
use crate::refused::{Reason, Refused};
use crate::reveals::{Beacon, Reveals, Settled};
use crate::roll::RollDocument;
use crate::scheme::Scheme;
use crate::sizes::Sizes;
use crate::suite::{Digest, Tickets};

/// Objects of one receipt at most.
pub const RECEIPT_OBJECTS_MAX: usize = 1_000;

/// `receipt.json`: `{"receipt": "mc1", "commitment", "scheme", "sizes", "roll", "reveals", "beacon": … | null, "result":
/// digest, "objects": [{"proof", "cells": [{"stratum", "cell", "threshold"}]}]}`, the documents whole, as JCS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// `commitment.json`
    pub commitment: Commitment,
    /// `scheme.json`
    pub scheme: Scheme,
    /// `sizes.json`
    pub sizes: Sizes,
    /// `roll.json`, always without the key.
    pub roll: RollDocument,
    /// `reveals.json`
    pub reveals: Reveals,
    /// `beacon.json`
    pub beacon: Option<Beacon>,
    /// The digest of the `result.json` that the thresholds were taken from.
    pub result: Digest,
    /// The objects that the receipt is for.
    pub objects: Vec<ReceiptObject>,
}

/// One object of a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptObject {
    /// Its row, and the row's way to the root.
    pub proof: Proof,
    /// Its cells, strata in scheme order.
    pub cells: Vec<ReceiptCell>,
}

/// A cell's threshold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptCell {
    /// The stratum's code.
    pub stratum: String,
    /// The value; `None` for a stratum that is one cell.
    pub cell: Option<String>,
    /// The ticket of the last drawn; `None` for a cell of size 0.
    pub threshold: Option<Digest>,
}

/// What a receipt shows for one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The object's id.
    pub id: String,
    /// Its position on the roll, from 0.
    pub index: u64,
    /// The exclusion that it met, if any.
    pub excluded: Option<String>,
    /// Its number in this draw.
    pub ticket: Digest,
    /// Its cells; none where it is excluded or outside of all strata.
    pub cells: Vec<CellFinding>,
}

impl Finding {
    /// Whether it was drawn in some cell.
    #[must_use]
    pub fn is_drawn(&self) -> bool {
        self.cells.iter().any(|cell| cell.drawn)
    }
}

/// What a receipt shows for one object in one of its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellFinding {
    /// The stratum's code.
    pub stratum: String,
    /// The stratum's label.
    pub label: String,
    /// The value; `None` for a stratum that is one cell.
    pub cell: Option<String>,
    /// The cell's rows.
    pub rows: u64,
    /// How many of them were drawn.
    pub size: u64,
    /// The chance that each of them had before the seed was known.
    pub chance: Chance,
    /// The ticket of the last drawn.
    pub threshold: Option<Digest>,
    /// Whether the object's ticket is not above it.
    pub drawn: bool,
}

impl ReceiptObject {
    /// The object of a proof, with the thresholds of its cells in a result.
    ///
    /// # Errors
    /// As [`place`]; a result that lacks one of its cells.
    pub fn of(proof: Proof, scheme: &Scheme, roll: &RollDocument, outcome: &Outcome) -> Result<Self, Refused> {
        let row: Vec<_> = proof.row.iter().map(String::as_str).collect();
        let placed = place(scheme, &roll.header, &row)?;
        let cells = placed.cells.into_iter().map(|(stratum, cell)| {
            let found = outcome.cells.iter().find(|drawn| drawn.stratum == stratum && drawn.cell == cell);
            let found = found.ok_or_else(|| mismatch("cells", Mismatch::ResultLacksObjectsCell))?;
            Ok(ReceiptCell { stratum, cell, threshold: found.threshold().copied() })
        });
        let cells = cells.collect::<Result<_, Refused>>()?;
        Ok(Self { proof, cells })
    }
}

fn mismatch(place: &str, what: Mismatch) -> Refused {
    Refused::new(place, Reason::Mismatch { what })
}

impl Receipt {
    /// Checks that scheme, sizes and roll are the committed ones, that the sizes follow from their populations, and that
    /// the reveals give a seed.
    ///
    /// # Errors
    /// The first document that does not hold, by its key.
    pub fn settle(&self) -> Result<Settled, Refused> {
        let suite = self.commitment.suite;
        let Subject::Draw { roll, scheme, sizes } = &self.commitment.subject else {
            return Err(Refused::new(
                "commitment.purpose",
                Reason::WrongKind { expected: Expected::Word { words: "draw" } },
            ));
        };
        for (place, expected, found) in [
            ("scheme", scheme, self.scheme.digest(suite)),
            ("sizes", sizes, self.sizes.digest(suite)),
            ("roll", &roll.digest, self.roll.digest(suite)),
        ] {
            if *expected != found {
                let (expected, found) = (expected.to_string(), found.to_string());
                return Err(Refused::new(place, Reason::DigestMismatch { expected, found }));
            }
        }
        self.sizes.expect_consistent(&self.scheme, self.roll.rows).map_err(|refused| refused.within("sizes"))?;
        self.commitment.settle(&self.reveals, self.beacon.as_ref()).map_err(|refused| refused.within("reveals"))
    }

    /// What the receipt shows for one of its objects: its row stands in the roll, its cells are those that the scheme
    /// gives, and its ticket compared with each threshold.
    ///
    /// # Errors
    /// A row that is not on the roll; cells that are not the row's; a threshold that contradicts the cell's size.
    pub fn finding(&self, settled: &Settled, object: &ReceiptObject) -> Result<Finding, Refused> {
        object.proof.verify(self.commitment.suite, &self.roll).map_err(|refused| refused.within("proof"))?;
        let row: Vec<_> = object.proof.row.iter().map(String::as_str).collect();
        let placed = place(&self.scheme, &self.roll.header, &row)?;
        let stated = object.cells.iter().map(|cell| (&cell.stratum, &cell.cell));
        if !stated.eq(placed.cells.iter().map(|(stratum, cell)| (stratum, cell))) {
            return Err(mismatch("cells", Mismatch::ReceiptCells));
        }
        let id = row.first().copied().unwrap_or_default().to_owned();
        let tickets = Tickets::new(self.commitment.suite, &settled.seed);
        let ticket = tickets.of(id.as_bytes());
        let chances = chances(&self.scheme, &self.sizes);
        let mut cells = Vec::new();
        for (index, cell) in object.cells.iter().enumerate() {
            let place = format!("cells[{index}]");
            let strata = self.scheme.strata.iter().zip(&self.sizes.strata);
            let (stratum, sizes) = strata
                .into_iter()
                .find(|(stratum, _)| stratum.code == cell.stratum)
                .ok_or_else(|| mismatch(&place, Mismatch::ReceiptStratum))?;
            let plan = sizes.plan(stratum, &tickets).into_iter().find(|plan| plan.cell == cell.cell);
            let before = chances.iter().find(|it| it.stratum == cell.stratum && it.cell == cell.cell);
            let (Some(plan), Some(chance)) = (plan, before.and_then(|it| it.chance)) else {
                return Err(mismatch(&place, Mismatch::ReceiptSizes));
            };
            if cell.threshold.is_none() != (plan.size == 0) {
                return Err(mismatch(&place, Mismatch::ReceiptThreshold));
            }
            let drawn = cell.threshold.is_some_and(|threshold| ticket <= threshold);
            if plan.size == plan.rows && !drawn {
                return Err(mismatch(&place, Mismatch::ReceiptAllDrawn));
            }
            cells.push(CellFinding {
                stratum: cell.stratum.clone(),
                label: stratum.label.clone(),
                cell: cell.cell.clone(),
                rows: plan.rows,
                size: plan.size,
                chance,
                threshold: cell.threshold,
                drawn,
            });
        }
        Ok(Finding { id, index: object.proof.index, excluded: placed.excluded, ticket, cells })
    }

    /// Reads a receipt.
    ///
    /// # Errors
    /// A breach of its form or of one of its documents' forms, with its path.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refused> {
        let mut fields = Node::document(bytes)?.object()?;
        fields.take("receipt")?.word(&[("mc1", ())], "mc1")?;
        let receipt = Self {
            commitment: nested(fields.take("commitment")?, Commitment::parse)?,
            scheme: nested(fields.take("scheme")?, Scheme::parse)?,
            sizes: nested(fields.take("sizes")?, Sizes::parse)?,
            roll: nested(fields.take("roll")?, RollDocument::parse)?,
            reveals: nested(fields.take("reveals")?, Reveals::parse)?,
            beacon: fields.take("beacon")?.nullable(|node| nested(node, Beacon::parse))?,
            result: fields.take("result")?.digest()?,
            objects: fields
                .take("objects")?
                .list_to(RECEIPT_OBJECTS_MAX)?
                .into_iter()
                .map(parse_object)
                .collect::<Result<_, _>>()?,
        };
        fields.done()?;
        if receipt.objects.is_empty() {
            return Err(Refused::new("objects", Reason::Empty));
        }
        if receipt.roll.key.is_some() {
            return Err(Refused::new("roll.key", Reason::WrongKind { expected: Expected::NoKeyInReceipt }));
        }
        let ids = receipt.objects.iter().map(|object| object.proof.row.first().map_or("", String::as_str));
        distinct("objects", ids)?;
        Ok(receipt)
    }

    /// The canonical bytes.
    #[must_use]
    pub fn to_jcs(&self) -> Vec<u8> {
        let whole = |bytes: Vec<u8>| crate::json::parse_document(&bytes).unwrap_or(Json::Null);
        Json::object([
            ("receipt", Json::text("mc1")),
            ("commitment", whole(self.commitment.to_jcs())),
            ("scheme", whole(self.scheme.to_jcs())),
            ("sizes", whole(self.sizes.to_jcs())),
            ("roll", whole(self.roll.to_jcs())),
            ("reveals", whole(self.reveals.to_jcs())),
            ("beacon", self.beacon.as_ref().map_or(Json::Null, |beacon| whole(beacon.to_jcs()))),
            ("result", Json::digest(Some(&self.result))),
            ("objects", Json::List(self.objects.iter().map(ReceiptObject::to_json).collect())),
        ])
        .to_jcs()
    }
}

/// A document inside the receipt, read as if it stood alone.
fn nested<T>(node: Node, parse: impl FnOnce(&[u8]) -> Result<T, Refused>) -> Result<T, Refused> {
    let (place, bytes) = node.whole();
    parse(&bytes).map_err(|refused| refused.within(&place))
}

impl ReceiptObject {
    fn to_json(&self) -> Json {
        let cells = self.cells.iter().map(|cell| {
            Json::object([
                ("stratum", Json::text(&cell.stratum)),
                ("cell", cell.cell.as_deref().map_or(Json::Null, Json::text)),
                ("threshold", Json::digest(cell.threshold.as_ref())),
            ])
        });
        Json::object([("proof", self.proof.to_json()), ("cells", Json::List(cells.collect()))])
    }
}

fn parse_object(node: Node) -> Result<ReceiptObject, Refused> {
    let mut fields = node.object()?;
    let object = ReceiptObject {
        proof: parse_proof(fields.take("proof")?)?,
        cells: fields.take("cells")?.list()?.into_iter().map(parse_cell).collect::<Result<_, _>>()?,
    };
    fields.done()?;
    Ok(object)
}

fn parse_cell(node: Node) -> Result<ReceiptCell, Refused> {
    let mut fields = node.object()?;
    let cell = ReceiptCell {
        stratum: fields.take("stratum")?.code()?,
        cell: fields.take("cell")?.nullable(Node::text)?,
        threshold: fields.take("threshold")?.nullable(Node::digest)?,
    };
    fields.done()?;
    Ok(cell)
}

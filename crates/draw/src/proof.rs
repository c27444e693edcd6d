//! `proofs.json`: single rows with their inclusion proofs, for a firm that wants to see that it was on the roll.

use crate::json::Json;
use crate::merkle::verify_inclusion;
use crate::mismatch::Mismatch;
use crate::node::Node;
use crate::refused::{Reason, Refused};
use crate::roll::{RollDocument, RowLeaf};
use crate::suite::{Digest, Suite};

/// A row and its way to the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The fields in header order.
    pub row: Vec<String>,
    /// The row's blind, 16 bytes in hexadecimal.
    pub blind: String,
    /// The row's position, from 0.
    pub index: u64,
    /// Siblings from the leaf upwards.
    pub path: Vec<Digest>,
}

impl Proof {
    /// Checks the row's fields and that it stands in the roll of this document.
    ///
    /// # Errors
    /// Wrong number or form of fields, or a path that does not lead to the root.
    pub fn verify(&self, suite: Suite, roll: &RollDocument) -> Result<(), Refused> {
        let columns = roll.header.columns();
        if self.row.len() != columns.len() {
            return Err(Refused::new("row", Reason::FieldCount { expected: columns.len(), found: self.row.len() }));
        }
        for (column, field) in columns.iter().zip(&self.row) {
            column.kind.check(field).map_err(|reason| Refused::new(format!("row, column {}", column.name), reason))?;
        }
        let fields: Vec<_> = self.row.iter().map(String::as_str).collect();
        let leaf = RowLeaf::with_blind(suite, &fields, &self.blind);
        if verify_inclusion(suite, leaf, self.index, roll.rows, &self.path, &roll.root) {
            return Ok(());
        }
        Err(Refused::new("path", Reason::Mismatch { what: Mismatch::ProofPath }))
    }

    /// Reads `proofs.json`.
    ///
    /// # Errors
    /// A breach of the document's form, with its path.
    pub fn parse_all(bytes: &[u8]) -> Result<Vec<Self>, Refused> {
        let mut fields = Node::document(bytes)?.object()?;
        let proofs = fields.take("proofs")?.list()?.into_iter().map(parse_proof).collect::<Result<_, _>>()?;
        fields.done()?;
        Ok(proofs)
    }

    /// The canonical bytes of `proofs.json`.
    #[must_use]
    pub fn all_to_jcs(proofs: &[Self]) -> Vec<u8> {
        Json::object([("proofs", Json::List(proofs.iter().map(Self::to_json).collect()))]).to_jcs()
    }

    pub(crate) fn to_json(&self) -> Json {
        Json::object([
            ("row", Json::List(self.row.iter().map(|field| Json::text(field)).collect())),
            ("blind", Json::text(&self.blind)),
            ("index", Json::count(self.index)),
            ("path", Json::List(self.path.iter().map(|digest| Json::digest(Some(digest))).collect())),
        ])
    }
}

pub(crate) fn parse_proof(node: Node) -> Result<Proof, Refused> {
    let mut fields = node.object()?;
    let blind_place = fields.place_of("blind");
    let proof = Proof {
        row: fields.take("row")?.list()?.into_iter().map(Node::text).collect::<Result<_, _>>()?,
        blind: fields.take("blind")?.text()?,
        index: fields.take("index")?.count()?,
        path: fields.take("path")?.list()?.into_iter().map(Node::digest).collect::<Result<_, _>>()?,
    };
    fields.done()?;
    let hexadecimal = proof.blind.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if proof.blind.len() == 32 && hexadecimal {
        Ok(proof)
    } else {
        Err(Refused::new(blind_place, Reason::NotHex { bytes: 16 }))
    }
}

//! `roll.json`: what a roll is known by.

use crate::json::Json;
use crate::node::Node;
use crate::refused::{Reason, Refused};
use crate::roll::Header;
use crate::suite::{Digest, Suite, US};

/// Header, row count, Merkle root and roll key of a roll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollDocument {
    /// The columns.
    pub header: Header,
    /// How many rows.
    pub rows: u64,
    /// The Merkle root over the blinded rows.
    pub root: Digest,
    /// The roll key; `None` exactly where no roll file is handed out.
    pub key: Option<Digest>,
}

impl RollDocument {
    /// Reads `roll.json`.
    ///
    /// # Errors
    /// A breach of the document's form, with its path.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refused> {
        let mut fields = Node::document(bytes)?.object()?;
        let cells = fields.take("header")?.list()?.into_iter().map(Node::text).collect::<Result<Vec<_>, _>>()?;
        let document = Self {
            header: Header::parse(&cells)?,
            rows: fields.take("rows")?.count()?,
            root: fields.take("root")?.digest()?,
            key: fields.take("key")?.nullable(Node::digest)?,
        };
        fields.done()?;
        Ok(document)
    }

    /// The canonical bytes.
    #[must_use]
    pub fn to_jcs(&self) -> Vec<u8> {
        let header = self.header.cells().into_iter().map(Json::Text).collect();
        Json::object([
            ("header", Json::List(header)),
            ("rows", Json::count(self.rows)),
            ("root", Json::digest(Some(&self.root))),
            ("key", Json::digest(self.key.as_ref())),
        ])
        .to_jcs()
    }

    /// The same roll as it is published without its file: nobody gets the key.
    #[must_use]
    pub fn without_key(&self) -> Self {
        Self { key: None, ..self.clone() }
    }

    /// `roll_digest`, which the commitment names.
    #[must_use]
    pub fn digest(&self, suite: Suite) -> Digest {
        let separator = char::from(US).to_string();
        let header = self.header.cells().join(&separator);
        suite.hash(&[format!("mingcha roll v1\n{header}\n{}\n{}\n", self.rows, self.root).as_bytes()])
    }

    /// # Errors
    /// [`Reason::DigestMismatch`] if this is not the roll of that digest.
    pub fn expect_digest(&self, suite: Suite, expected: &Digest) -> Result<(), Refused> {
        let found = self.digest(suite);
        if found == *expected {
            return Ok(());
        }
        Err(Refused::new(
            "roll digest",
            Reason::DigestMismatch { expected: expected.to_string(), found: found.to_string() },
        ))
    }
}

//! `failure.json`: how an attempt ends that ends without a result (protocol §4).

use crate::json::Json;
use crate::node::Node;
use crate::refused::Refused;
use crate::suite::Digest;

/// `failure.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The commitment's draw.
    pub draw: String,
    /// The digest of the commitment.
    pub commitment_digest: Digest,
    /// Why.
    pub reason: String,
    /// When, RFC 3339.
    pub at: String,
    /// Who recorded it.
    pub by: String,
}

impl Failure {
    /// Reads `failure.json`.
    ///
    /// # Errors
    /// A breach of the document's form, with its path.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refused> {
        let mut fields = Node::document(bytes)?.object()?;
        let failure = Self {
            draw: fields.take("draw")?.filled()?,
            commitment_digest: fields.take("commitment_digest")?.digest()?,
            reason: fields.take("reason")?.filled()?,
            at: fields.take("at")?.instant()?,
            by: fields.take("by")?.filled()?,
        };
        fields.done()?;
        Ok(failure)
    }

    /// The canonical bytes.
    #[must_use]
    pub fn to_jcs(&self) -> Vec<u8> {
        Json::object([
            ("draw", Json::text(&self.draw)),
            ("commitment_digest", Json::digest(Some(&self.commitment_digest))),
            ("reason", Json::text(&self.reason)),
            ("at", Json::text(&self.at)),
            ("by", Json::text(&self.by)),
        ])
        .to_jcs()
    }
}

//! `signatures.json`: who put a key of their own to a document of the bundle. Its form only: the arithmetic of the curves is
//! not in this crate.

use crate::json::Json;
use crate::node::Node;
use crate::refused::{Reason, Refused};
use crate::suite::Digest;

/// Signatures of a bundle at most.
pub const SIGNATURES_MAX: usize = 1_000;

/// How a document was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureAlgorithm {
    /// RFC 8032: a key of 32 bytes, a signature of 64.
    Ed25519,
    /// GB/T 32918.2: an uncompressed point of 65 bytes, `r` and `s` of 32 bytes each.
    Sm2,
}

impl SignatureAlgorithm {
    /// The value of `algorithm`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ed25519 => "Ed25519",
            Self::Sm2 => "SM2",
        }
    }

    const fn key_bytes(self) -> usize {
        match self {
            Self::Ed25519 => 32,
            Self::Sm2 => 65,
        }
    }
}

/// Bytes of a signature of either algorithm.
pub const SIGNATURE_BYTES: usize = 64;

/// One signature over a document's digest: what is signed are its 32 raw bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureEntry {
    /// The digest of the document.
    pub document: Digest,
    /// Who; for a witness of the commitment, the party's name.
    pub by: String,
    /// How.
    pub algorithm: SignatureAlgorithm,
    /// The public key.
    pub key: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
}

impl SignatureEntry {
    /// Reads `signatures.json`.
    ///
    /// # Errors
    /// A breach of the document's form, with its path; the same key twice over one document.
    pub fn parse_all(bytes: &[u8]) -> Result<Vec<Self>, Refused> {
        let entries = Node::document(bytes)?.list_to(SIGNATURES_MAX)?;
        let entries = entries.into_iter().map(parse_entry).collect::<Result<Vec<_>, _>>()?;
        for (index, entry) in entries.iter().enumerate() {
            let again = |other: &Self| other.document == entry.document && other.key == entry.key;
            if entries.iter().take(index).any(again) {
                let value = hex::encode(&entry.key);
                return Err(Refused::new(format!("[{index}].key"), Reason::Twice { value }));
            }
        }
        Ok(entries)
    }

    /// The canonical bytes of `signatures.json`.
    #[must_use]
    pub fn all_to_jcs(entries: &[Self]) -> Vec<u8> {
        let entries = entries.iter().map(|entry| {
            Json::object([
                ("document", Json::digest(Some(&entry.document))),
                ("by", Json::text(&entry.by)),
                ("algorithm", Json::text(entry.algorithm.word())),
                ("key", Json::text(&hex::encode(&entry.key))),
                ("signature", Json::text(&hex::encode(&entry.signature))),
            ])
        });
        Json::List(entries.collect()).to_jcs()
    }
}

fn parse_entry(node: Node) -> Result<SignatureEntry, Refused> {
    let mut fields = node.object()?;
    let algorithms =
        [SignatureAlgorithm::Ed25519, SignatureAlgorithm::Sm2].map(|algorithm| (algorithm.word(), algorithm));
    let algorithm = fields.take("algorithm")?.word(&algorithms, "Ed25519 or SM2")?;
    let entry = SignatureEntry {
        document: fields.take("document")?.digest()?,
        by: fields.take("by")?.filled()?,
        algorithm,
        key: fields.take("key")?.hex(algorithm.key_bytes())?,
        signature: fields.take("signature")?.hex(SIGNATURE_BYTES)?,
    };
    fields.done()?;
    Ok(entry)
}

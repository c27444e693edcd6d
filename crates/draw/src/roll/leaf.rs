//! Merkle leaves of rows (protocol §2): `row bytes || US || hex(blind(id))`.

use crate::suite::{Blinds, Digest, Suite, US};

/// Makes the leaf hashes of the rows of one roll key.
#[derive(Clone)]
pub struct RowLeaf {
    suite: Suite,
    key: Digest,
    blinds: Blinds,
}

impl RowLeaf {
    /// Prepares the leaves of a roll key.
    #[must_use]
    pub fn new(suite: Suite, key: Digest) -> Self {
        Self { suite, key, blinds: Blinds::new(suite, &key) }
    }

    /// The suite that hashes.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    /// The roll key.
    #[must_use]
    pub const fn key(&self) -> Digest {
        self.key
    }

    /// An empty buffer for [`RowLeaf::in_buffer`], to be used again for each row.
    #[must_use]
    pub fn buffer(&self) -> Vec<u8> {
        Vec::with_capacity(256)
    }

    /// The leaf hash of a row: its id and its further fields.
    #[must_use]
    pub fn in_buffer<'a>(&self, buffer: &mut Vec<u8>, id: &[u8], fields: impl Iterator<Item = &'a [u8]>) -> Digest {
        // RFC 9162 §2.1.1: a leaf's hash begins with a zero byte.
        buffer.clear();
        buffer.push(0);
        buffer.extend_from_slice(id);
        buffer.push(US);
        for field in fields {
            buffer.extend_from_slice(field);
            buffer.push(US);
        }
        buffer.extend_from_slice(&self.blinds.hex_of(id));
        self.suite.hash_in(buffer)
    }

    /// The leaf hash of a row whose first field is the id.
    #[must_use]
    pub fn of(&self, fields: &[&str]) -> Digest {
        let id = fields.first().copied().unwrap_or_default();
        self.in_buffer(&mut self.buffer(), id.as_bytes(), fields.iter().skip(1).map(|field| field.as_bytes()))
    }

    /// The leaf hash of a row with the blind that a proof gives.
    #[must_use]
    pub fn with_blind(suite: Suite, fields: &[&str], blind: &str) -> Digest {
        let mut bytes = vec![0];
        for field in fields {
            bytes.extend_from_slice(field.as_bytes());
            bytes.push(US);
        }
        bytes.extend_from_slice(blind.as_bytes());
        suite.hash(&[&bytes])
    }
}

//! The two hash suites, digests, and the keyed one-block hashes (tickets and blinds). It knows no documents.

use sha2::{Digest as _, Sha256};
use sm3::Sm3;

use crate::refused::{Reason, Refused};

/// The separator between hashed parts. No text of the protocol can hold it.
pub const US: u8 = 0x1F;

/// Which hash a draw uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Suite {
    /// `mc1-sha256`, the default.
    Sha256,
    /// `mc1-sm3` (GB/T 32905).
    Sm3,
}

impl Suite {
    /// The value of a commitment's `protocol`.
    #[must_use]
    pub const fn protocol(self) -> &'static str {
        match self {
            Self::Sha256 => "mc1-sha256",
            Self::Sm3 => "mc1-sm3",
        }
    }

    /// The suite of a `protocol` text, if it is one.
    #[must_use]
    pub fn from_protocol(text: &str) -> Option<Self> {
        [Self::Sha256, Self::Sm3].into_iter().find(|suite| suite.protocol() == text)
    }

    /// The hash of the parts, one behind the other without separator.
    #[must_use]
    pub fn hash(self, parts: &[&[u8]]) -> Digest {
        let mut hasher = self.hasher();
        for part in parts {
            hasher.update(part);
        }
        hasher.finish()
    }

    pub(crate) fn hasher(self) -> Hasher {
        match self {
            Self::Sha256 => Hasher::Sha256(Sha256::new()),
            Self::Sm3 => Hasher::Sm3(Sm3::new()),
        }
    }
}

/// A running hash of either suite.
#[derive(Clone)]
pub(crate) enum Hasher {
    Sha256(Sha256),
    Sm3(Sm3),
}

impl Hasher {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hasher) => hasher.update(bytes),
            Self::Sm3(hasher) => hasher.update(bytes),
        }
    }

    pub(crate) fn finish(self) -> Digest {
        Digest(match self {
            Self::Sha256(hasher) => hasher.finalize().into(),
            Self::Sm3(hasher) => hasher.finalize().into(),
        })
    }
}

/// 32 bytes: a digest, a seed, a ticket, a salt or a key. The order is that of the 256-bit big-endian number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// Reads 64 lower-case hexadecimal characters.
    ///
    /// # Errors
    /// [`Reason::NotHex`] for any other text, upper case included.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let mut bytes = [0; 32];
        let lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
        match hex::decode_to_slice(text, &mut bytes) {
            Ok(()) if lower => Ok(Self(bytes)),
            _ => Err(Refused::new("", Reason::NotHex { bytes: 32 })),
        }
    }

    /// The raw bytes, as the formulas use them.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// `H(B || x)`, where `B` fills exactly one block: its state is kept, and each short `x` costs one compression.
#[derive(Clone)]
struct Keyed(Hasher);

impl Keyed {
    /// `label` is padded with zero bytes to 32; `key` follows.
    fn new(suite: Suite, label: &[u8], key: &Digest) -> Self {
        let mut half = [0_u8; 32];
        for (to, from) in half.iter_mut().zip(label) {
            *to = *from;
        }
        let mut hasher = suite.hasher();
        hasher.update(&half);
        hasher.update(key.as_bytes());
        Self(hasher)
    }

    fn of(&self, parts: &[&[u8]]) -> Digest {
        let mut hasher = self.0.clone();
        for part in parts {
            hasher.update(part);
        }
        hasher.finish()
    }
}

/// The tickets of one seed (protocol §5).
#[derive(Clone)]
pub struct Tickets(Keyed);

impl Tickets {
    /// Prepares the tickets of `seed`.
    #[must_use]
    pub fn new(suite: Suite, seed: &Digest) -> Self {
        Self(Keyed::new(suite, b"mingcha ticket v1", seed))
    }

    /// The ticket of `x`, usually an id.
    #[must_use]
    pub fn of(&self, x: &[u8]) -> Digest {
        self.0.of(&[x])
    }

    pub(crate) fn of_parts(&self, parts: &[&[u8]]) -> Digest {
        self.0.of(parts)
    }
}

/// The blinds of one roll key (protocol §2). They keep an inclusion proof from telling a neighbour's row.
#[derive(Clone)]
pub struct Blinds(Keyed);

impl Blinds {
    /// Prepares the blinds of the roll key.
    #[must_use]
    pub fn new(suite: Suite, key: &Digest) -> Self {
        Self(Keyed::new(suite, b"mingcha blind v1", key))
    }

    /// The blind of an id: the first 16 bytes, in lower-case hexadecimal as the Merkle leaf holds them.
    #[must_use]
    pub fn of(&self, id: &str) -> String {
        let mut text = self.0.of(&[id.as_bytes()]).to_string();
        text.truncate(32);
        text
    }
}

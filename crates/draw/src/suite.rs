//! The two hash suites, digests, and the keyed one-block hashes (tickets and blinds). It knows no documents.

use sha2::block_api::compress256;
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

    /// The hash of the bytes in `buffer`, which afterwards holds anything: the padding is put behind them in place.
    pub(crate) fn hash_in(self, buffer: &mut Vec<u8>) -> Digest {
        if self == Self::Sm3 {
            return self.hash(&[buffer]);
        }
        let bits = (buffer.len() as u64) * 8;
        buffer.push(0x80);
        buffer.resize((buffer.len() + 8).next_multiple_of(64) - 8, 0);
        buffer.extend_from_slice(&bits.to_be_bytes());
        let mut state = SHA256_START;
        compress256(&mut state, buffer.as_chunks().0);
        Digest::of_words(state)
    }

    pub(crate) fn hasher(self) -> Hasher {
        match self {
            Self::Sha256 => Hasher::Sha256(Sha256::new()),
            Self::Sm3 => Hasher::Sm3(Sm3::new()),
        }
    }
}

/// The state of SHA-256 before its first block (FIPS 180-4 §5.3.3).
const SHA256_START: [u32; 8] =
    [0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19];

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

impl Digest {
    /// The digest whose words these are, most significant first.
    #[inline]
    fn of_words(words: [u32; 8]) -> Self {
        let mut bytes = [0; 32];
        for (to, word) in bytes.as_chunks_mut().0.iter_mut().zip(words) {
            *to = word.to_be_bytes();
        }
        Self(bytes)
    }

    /// The first 64 bits: of two digests the one with the smaller head is the smaller, unless the heads are equal.
    #[must_use]
    #[inline]
    pub fn head(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }

    /// The 64 lower-case hexadecimal characters, as ASCII.
    #[must_use]
    pub fn hex(&self) -> [u8; 64] {
        let mut text = [0; 64];
        for (pair, byte) in text.as_chunks_mut().0.iter_mut().zip(self.0) {
            *pair = hex_pair(byte);
        }
        text
    }
}

/// The two lower-case hexadecimal characters of a byte, without a branch.
#[inline]
fn hex_pair(byte: u8) -> [u8; 2] {
    [byte >> 4, byte & 15].map(|half| b'0' + half + u8::from(half > 9) * (b'a' - b'0' - 10))
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.hex().into_iter().try_for_each(|digit| std::fmt::Write::write_char(f, char::from(digit)))
    }
}

/// `H(B || x)`, where `B` fills exactly one block: its state is kept, and each short `x` costs one compression.
#[derive(Clone)]
enum Keyed {
    /// The state behind `B`, and a hasher in that state for an `x` that does not fit one block.
    Sha256([u32; 8], Hasher),
    Sm3(Hasher),
}

/// Bytes of an `x` at most that leaves room in its block for the padding.
const SHORT_MAX: usize = 55;
/// Bytes of a unified social credit code (GB 32100).
const CREDIT_CODE: usize = 18;

/// The last block of a message of one full block and `x`, at most [`SHORT_MAX`] bytes.
#[inline(always)]
fn fill_last(block: &mut [u8; 64], x: &[u8]) {
    *block = [0; 64];
    if let Some(room) = block.get_mut(..x.len()) {
        room.copy_from_slice(x);
    }
    if let Some(behind) = block.get_mut(x.len()) {
        *behind = 0x80;
    }
    let [.., high, low] = block;
    [*high, *low] = (512 + 8 * u16::try_from(x.len()).unwrap_or(0)).to_be_bytes();
}

impl Keyed {
    /// `label` is padded with zero bytes to 32; `key` follows.
    fn new(suite: Suite, label: &[u8], key: &Digest) -> Self {
        let mut block = [0_u8; 64];
        for (to, from) in block.iter_mut().zip(label) {
            *to = *from;
        }
        for (to, from) in block.iter_mut().skip(32).zip(key.as_bytes()) {
            *to = *from;
        }
        let mut hasher = suite.hasher();
        hasher.update(&block);
        match suite {
            Suite::Sm3 => Self::Sm3(hasher),
            Suite::Sha256 => {
                let mut state = SHA256_START;
                compress256(&mut state, &[block]);
                Self::Sha256(state, hasher)
            }
        }
    }

    #[inline]
    fn of(&self, x: &[u8]) -> Digest {
        match self {
            Self::Sha256(state, _) if x.len() <= SHORT_MAX => {
                let (mut state, mut block) = (*state, [0; 64]);
                fill_last(&mut block, x);
                compress256(&mut state, &[block]);
                Digest::of_words(state)
            }
            _ => self.of_parts(&[x]),
        }
    }

    fn of_parts(&self, parts: &[&[u8]]) -> Digest {
        let (Self::Sha256(_, hasher) | Self::Sm3(hasher)) = self;
        let mut hasher = hasher.clone();
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
    #[inline]
    pub fn of(&self, x: &[u8]) -> Digest {
        self.0.of(x)
    }

    pub(crate) fn of_parts(&self, parts: &[&[u8]]) -> Digest {
        self.0.of_parts(parts)
    }

    /// The tickets of ids that wait, as [`Tickets::of`] gives them, with what belongs to each.
    ///
    /// The blocks of all are filled first, and hashed then. That is faster than one after the other, because a processor
    /// begins the next hash while the last is still running, but not if it must first wait for the block's bytes to be written.
    #[inline]
    pub(crate) fn of_all<T: Copy>(&self, waiting: &mut Waiting<'_, T>, mut take: impl FnMut(T, &[u8], Words)) {
        let ids = waiting.ids.get(..waiting.count).unwrap_or_default();
        match &self.0 {
            Keyed::Sha256(start, _) => {
                for ((id, owner), (_, block)) in ids.iter().zip(&waiting.blocks) {
                    let mut state = *start;
                    compress256(&mut state, std::slice::from_ref(block));
                    take(*owner, id, Words(state));
                }
            }
            Keyed::Sm3(_) => ids.iter().for_each(|(id, owner)| take(*owner, id, Words::of(&self.of(id)))),
        }
        waiting.count = 0;
    }
}

/// A ticket as the hash leaves it: most are looked at once and never written down.
#[derive(Clone, Copy)]
pub(crate) struct Words([u32; 8]);

impl Words {
    fn of(digest: &Digest) -> Self {
        let mut words = [0; 8];
        for (word, bytes) in words.iter_mut().zip(digest.0.as_chunks().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        Self(words)
    }

    /// As [`Digest::head`].
    #[inline]
    pub(crate) const fn head(self) -> u64 {
        let [a, b, ..] = self.0;
        (a as u64) << 32 | b as u64
    }

    pub(crate) fn digest(self) -> Digest {
        Digest::of_words(self.0)
    }
}

/// Ids that wait at most: their blocks and what is known of them stay in the nearest cache.
const WAITING_MAX: usize = 128;

/// Ids whose tickets are wanted, each with what it belongs to.
pub(crate) struct Waiting<'a, T> {
    ids: Box<[(&'a [u8], T)]>,
    /// With the length of the id that each was filled for.
    blocks: Box<[(usize, [u8; 64])]>,
    count: usize,
}

impl<'a, T: Copy> Waiting<'a, T> {
    /// Without ids; `nobody` stands where nothing was added yet.
    pub(crate) fn new(nobody: T) -> Self {
        let nothing: &[u8] = &[];
        Self {
            ids: vec![(nothing, nobody); WAITING_MAX].into(),
            blocks: vec![(usize::MAX, [0; 64]); WAITING_MAX].into(),
            count: 0,
        }
    }

    /// Adds an id, at most [`SHORT_MAX`] bytes, if it is `wanted`, and says whether no more can wait: hash them then.
    ///
    /// An unwanted id is written, too, and then written over: whether a row is wanted is as good as random, and a wrong guess
    /// of the processor costs more than the writing.
    #[inline]
    pub(crate) fn add(&mut self, id: &'a [u8], owner: T, wanted: bool) -> bool {
        if let (Some((length, block)), Some(place)) = (self.blocks.get_mut(self.count), self.ids.get_mut(self.count)) {
            match (<&[u8; CREDIT_CODE]>::try_from(id), block.first_chunk_mut()) {
                // The usual id, where one was before it: what stands behind it is right already.
                (Ok(id), Some(room)) if *length == CREDIT_CODE => *room = *id,
                _ => {
                    fill_last(block, id);
                    *length = id.len();
                }
            }
            *place = (id, owner);
        }
        self.count += usize::from(wanted);
        self.count >= WAITING_MAX
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
        self.hex_of(id.as_bytes()).into_iter().map(char::from).collect()
    }

    /// The same as the bytes that stand in the leaf.
    pub(crate) fn hex_of(&self, id: &[u8]) -> [u8; 32] {
        let mut text = [0; 32];
        let digest = self.0.of(id);
        for (pair, byte) in text.as_chunks_mut().0.iter_mut().zip(digest.as_bytes()) {
            *pair = hex_pair(*byte);
        }
        text
    }
}

//! Suites, the match seed and tickets (protocol mc1, §1, §5 and §8). No other source of chance exists in this crate.

use sha2::Digest as _;

/// The hash that a draw and its matching are bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suite {
    /// SHA-256, `mc1-sha256`.
    Sha256,
    /// SM3 (GB/T 32905), `mc1-sm3`.
    Sm3,
}

impl Suite {
    /// The suite of a protocol name, `mc1-sha256` or `mc1-sm3`; `None` for any other text.
    #[must_use]
    pub fn named(protocol: &str) -> Option<Self> {
        match protocol {
            "mc1-sha256" => Some(Self::Sha256),
            "mc1-sm3" => Some(Self::Sm3),
            _ => None,
        }
    }

    /// `H` over the parts, one after the other.
    #[must_use]
    pub fn hash(self, parts: &[&[u8]]) -> [u8; 32] {
        let mut state = State::new(self);
        for part in parts {
            state.update(part);
        }
        state.finish()
    }
}

/// `match_seed` of protocol §8. `reveals` are the `R_i` in the order of the commitment's parties; `beacon` is the text of its value.
#[must_use]
pub fn seed(suite: Suite, commitment_digest: &[u8; 32], reveals: &[[u8; 32]], beacon: Option<&str>) -> [u8; 32] {
    let mut parts: Vec<&[u8]> = vec![b"mingcha match v1", &[0], commitment_digest];
    parts.extend(reveals.iter().map(|r| r.as_slice()));
    parts.push(beacon.unwrap_or_default().as_bytes());
    suite.hash(&parts)
}

#[derive(Clone)]
enum State {
    Sha256(sha2::Sha256),
    Sm3(sm3::Sm3),
}

impl State {
    fn new(suite: Suite) -> Self {
        match suite {
            Suite::Sha256 => Self::Sha256(sha2::Sha256::new()),
            Suite::Sm3 => Self::Sm3(sm3::Sm3::new()),
        }
    }

    fn update(&mut self, part: &[u8]) {
        match self {
            Self::Sha256(h) => h.update(part),
            Self::Sm3(h) => h.update(part),
        }
    }

    fn finish(self) -> [u8; 32] {
        match self {
            Self::Sha256(h) => h.finalize().into(),
            Self::Sm3(h) => h.finalize().into(),
        }
    }
}

/// Tickets under one seed. The 64-byte block in front fills one block of the hash, so its state is computed once.
#[derive(Clone)]
pub struct Tickets {
    start: State,
}

impl Tickets {
    /// Tickets of `seed`.
    #[must_use]
    pub fn new(suite: Suite, seed: [u8; 32]) -> Self {
        let mut start = State::new(suite);
        start.update(b"mingcha ticket v1");
        start.update(&[0; 15]);
        start.update(&seed);
        Self { start }
    }

    /// The ticket of the texts joined by `US` (0x1F).
    #[must_use]
    pub fn ticket(&self, texts: &[&str]) -> [u8; 32] {
        let mut state = self.start.clone();
        for (index, text) in texts.iter().enumerate() {
            if index > 0 {
                state.update(&[0x1F]);
            }
            state.update(text.as_bytes());
        }
        state.finish()
    }

    /// What is compared: the ticket, and the last text, which decides between equal tickets of one choice.
    pub(crate) fn key<'a>(&self, texts: &[&'a str]) -> ([u8; 32], &'a str) {
        (self.ticket(texts), texts.last().copied().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ticket of protocol.md's own vector, made with another implementation.
    #[test]
    fn the_ticket_is_that_of_the_protocol() {
        let mut seed = [0; 32];
        hex::decode_to_slice("bb0c5cd934d5a7ac6aec1efdebca4fe654939c1a67c931cabb052e1400e6fa6a", &mut seed)
            .unwrap_or_default();
        let ticket = Tickets::new(Suite::Sha256, seed).ticket(&["91130302MA0000000"]);
        assert_eq!(hex::encode(ticket), "19225d9c978cf961cbc73d3817cb48799a854b7a4c58f018a49ff0398d4b9d19");
    }

    #[test]
    fn suites_have_their_names() {
        assert_eq!(Suite::named("mc1-sha256"), Some(Suite::Sha256));
        assert_eq!(Suite::named("mc1-sm3"), Some(Suite::Sm3));
        assert_eq!(Suite::named("MC1-SM3"), None);
    }

    /// GB/T 32905, example 1, and FIPS 180, "abc".
    #[test]
    fn hashes_are_the_standard_ones() {
        let check = |suite: Suite, expect: &str| assert_eq!(hex::encode(suite.hash(&[b"a", b"bc"])), expect);
        check(Suite::Sm3, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
        check(Suite::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn the_seed_depends_on_every_part() {
        let base = seed(Suite::Sha256, &[1; 32], &[[2; 32], [3; 32]], Some("ab"));
        assert_ne!(base, seed(Suite::Sha256, &[1; 32], &[[3; 32], [2; 32]], Some("ab")));
        assert_ne!(base, seed(Suite::Sha256, &[1; 32], &[[2; 32], [3; 32]], None));
        assert_ne!(base, seed(Suite::Sm3, &[1; 32], &[[2; 32], [3; 32]], Some("ab")));
        let mut bytes = b"mingcha match v1\0".to_vec();
        bytes.extend([1; 32].iter().chain(&[2; 32]).chain(&[3; 32]).chain(b"ab"));
        assert_eq!(base, Suite::Sha256.hash(&[&bytes]));
    }
}

//! The formulas that make a seed of what the parties bring (protocol §4). They check nothing: [`crate::Commitment::settle`]
//! does.

use crate::suite::{Digest, Suite, US};

/// `who`: binds a reveal to its purpose, draw, attempt, organiser and party, so that none can be used elsewhere.
#[must_use]
pub fn who(suite: Suite, purpose: &str, draw: &str, attempt: u64, organiser: &str, party: &str) -> Digest {
    let separator = char::from(US).to_string();
    suite.hash(&[[purpose, draw, &attempt.to_string(), organiser, party].join(&separator).as_bytes()])
}

/// What a party hands in before the reveal.
#[must_use]
pub fn reveal_commitment(suite: Suite, who: &Digest, salt: &Digest, value: &str) -> Digest {
    suite.hash(&[b"mingcha reveal v1", &[0], who.as_bytes(), salt.as_bytes(), value.as_bytes()])
}

/// `R_i`: what a revealed salt and value bring to the seed.
#[must_use]
pub fn reveal_share(suite: Suite, who: &Digest, salt: &Digest, value: &str) -> Digest {
    suite.hash(&[b"mingcha reveal v1", &[1], who.as_bytes(), salt.as_bytes(), value.as_bytes()])
}

/// `R_i` of a party that revealed nothing.
#[must_use]
pub fn absent_share(suite: Suite, commitment: &Digest, party: &str) -> Digest {
    suite.hash(&[b"mingcha absent v1", &[0], commitment.as_bytes(), &[US], party.as_bytes()])
}

/// The seed of a draw from the shares in the commitment's order and the beacon's value, if there is one.
#[must_use]
pub fn seed(suite: Suite, commitment: &Digest, shares: &[Digest], beacon: Option<&str>) -> Digest {
    labelled_seed(b"mingcha seed v1", suite, commitment, shares, beacon)
}

/// The seed of a matching.
#[must_use]
pub fn match_seed(suite: Suite, commitment: &Digest, shares: &[Digest], beacon: Option<&str>) -> Digest {
    labelled_seed(b"mingcha match v1", suite, commitment, shares, beacon)
}

fn labelled_seed(label: &[u8], suite: Suite, commitment: &Digest, shares: &[Digest], beacon: Option<&str>) -> Digest {
    let mut parts: Vec<&[u8]> = vec![label, &[0], commitment.as_bytes()];
    parts.extend(shares.iter().map(|share| share.as_bytes().as_slice()));
    parts.extend(beacon.map(str::as_bytes));
    suite.hash(&parts)
}

//! Who acts, when, and with which randomness.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use domain::agency::Scope;
use domain::time::Instant;
use sha2::{Digest as _, Sha256};
use store::repo::post::Post;

use crate::{Error, ErrorKind, Result};

/// Who acts.
#[derive(Clone, Debug)]
pub enum Actor {
    /// A signed-in person, acting as a post.
    Post(Box<Post>),
    /// A party of a ceremony, known by the token of its link.
    Party {
        /// Its name in the commitment document.
        name: String,
    },
    /// The platform itself: job workers, the sealer, the command line of the installation's owner.
    System,
    /// Anyone, on the public front.
    Public,
}

/// The context of one command or question.
#[derive(Clone, Debug)]
pub struct Ctx {
    /// Who.
    pub actor: Actor,
    /// When.
    pub now: Instant,
    /// Randomness of this request.
    pub entropy: Entropy,
    /// Id of the request, in logs and events.
    pub request_id: String,
    /// What only the browser's session knows; none at the command line, in jobs, and for who is not signed in.
    pub session: Option<SessionKey>,
    /// The address that asks; none at the command line and in jobs.
    pub address: Option<IpAddr>,
}

impl Ctx {
    /// The post that acts.
    ///
    /// # Errors
    /// `Unauthenticated` if nobody is signed in.
    pub fn post(&self) -> Result<&Post> {
        match &self.actor {
            Actor::Post(post) => Ok(post),
            Actor::Party { .. } | Actor::System | Actor::Public => {
                Err(Error::new(ErrorKind::Unauthenticated, "CORE-401"))
            }
        }
    }

    /// What the acting post may see: its agency and all below. The system sees all; others see nothing.
    ///
    /// # Errors
    /// `Unauthenticated`.
    pub fn scope(&self) -> Result<Scope> {
        match &self.actor {
            Actor::Post(post) => Ok(Scope::below(&post.agency_path)),
            Actor::System => Ok(Scope::everything()),
            Actor::Party { .. } | Actor::Public => Err(Error::new(ErrorKind::Unauthenticated, "CORE-401")),
        }
    }

    /// Ten random bytes for an id: `TaskId::from_parts(ctx.ms(), ctx.ten())`.
    #[must_use]
    pub fn ten(&self) -> [u8; 10] {
        self.entropy.bytes()
    }

    /// Milliseconds since 1970, for ids.
    #[must_use]
    pub fn ms(&self) -> i64 {
        self.now.unix_ms()
    }

    /// Today in China.
    #[must_use]
    pub fn today(&self) -> chrono::NaiveDate {
        domain::china_day(self.now)
    }
}

/// What only one session of one browser knows. It is made from the session's token, of which the server keeps nothing but a
/// hash, so nothing that is derived from it can be derived from the database. It ends with the session.
#[derive(Clone)]
pub struct SessionKey([u8; 32]);

impl SessionKey {
    /// The key of the session with this token. It is not the hash under which the session is kept.
    #[must_use]
    pub fn of_token(token: &str) -> Self {
        Self(keyed(b"mingcha session key v1", 0, &[token.as_bytes()]))
    }

    /// A secret for one purpose, from parts of fixed length that need not be secret. The same parts give the same secret;
    /// who learns one secret learns neither the key nor another secret.
    #[must_use]
    pub fn secret(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut all = vec![purpose.as_bytes(), &[0]];
        all.extend(parts);
        // Hashed twice under the key: a longer text cannot be made from the outer hash.
        keyed(&self.0, 2, &[&keyed(&self.0, 1, &all)])
    }
}

fn keyed(key: &[u8], round: u8, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(key);
    hasher.update([round]);
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey(…)")
    }
}

/// A stream of random bytes: 32 bytes of seed from the operating system (or, in tests and rehearsals, a fixed seed),
/// expanded by SHA-256 in counter mode.
#[derive(Clone)]
pub struct Entropy(Arc<Mutex<Stream>>);

struct Stream {
    seed: [u8; 32],
    counter: u64,
    left: Vec<u8>,
}

impl Entropy {
    /// A stream from a seed. Whoever calls decides where the seed comes from.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(Arc::new(Mutex::new(Stream { seed, counter: 0, left: Vec::new() })))
    }

    /// The next `N` bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        // A poisoned lock means that another thread died while it drew bytes; the stream itself is still sound.
        let mut stream = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for byte in &mut out {
            *byte = stream.next();
        }
        out
    }
}

impl Stream {
    fn next(&mut self) -> u8 {
        loop {
            if let Some(byte) = self.left.pop() {
                return byte;
            }
            let mut hasher = Sha256::new();
            hasher.update(self.seed);
            hasher.update(self.counter.to_be_bytes());
            self.counter += 1;
            self.left = hasher.finalize().to_vec();
        }
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entropy(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_the_session_s_and_the_purpose_s_own() {
        let (mine, other) = (SessionKey::of_token("a"), SessionKey::of_token("b"));
        let secret = mine.secret("link", &[b"1", b"2"]);
        assert_eq!(secret, SessionKey::of_token("a").secret("link", &[b"1", b"2"]));
        let others = [
            other.secret("link", &[b"1", b"2"]),
            mine.secret("link", &[b"1", b"3"]),
            mine.secret("file", &[b"1", b"2"]),
            mine.0,
        ];
        assert!(others.iter().all(|other| *other != secret));
        assert_eq!(format!("{mine:?}"), "SessionKey(…)", "a key is never written down");
    }
}

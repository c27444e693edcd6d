//! Reveals and beacon documents, and how they settle into a seed. Whether a drand signature is genuine is not checked
//! here.

use crate::commitment::{BeaconForm, BeaconPlan, Commitment, Subject};
use crate::instant::Instant;
use crate::json::{Json, document_digest};
use crate::mismatch::Expected;
use crate::node::Node;
use crate::refused::{Reason, Refused};
use crate::seed::{absent_share, match_seed, reveal_commitment, reveal_share, seed, who};
use crate::suite::{Digest, Suite};

/// Bytes of a revealed value at most.
pub const VALUE_BYTES_MAX: usize = 64;
/// Rejected reveals that are listed at most.
pub const REJECTED_MAX: usize = 10_000;

/// `reveals.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reveals {
    /// In the commitment's order, one for each party.
    pub reveals: Vec<Reveal>,
    /// Reveals that did not match, as they came.
    pub rejected: Vec<Rejected>,
}

/// What one party revealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reveal {
    /// Salt and value.
    Open {
        /// Who.
        party: String,
        /// 32 random bytes.
        salt: Digest,
        /// A text of 1 to 64 bytes.
        value: String,
    },
    /// Nothing until `reveal_by`.
    Absent {
        /// Who.
        party: String,
    },
}

impl Reveal {
    /// Whose reveal it is.
    #[must_use]
    pub fn party(&self) -> &str {
        match self {
            Self::Open { party, .. } | Self::Absent { party } => party,
        }
    }
}

/// A reveal that did not match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Whose.
    pub party: String,
    /// When, RFC 3339.
    pub at: String,
}

/// `beacon.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beacon {
    /// The round's randomness in hexadecimal, or the digits.
    pub value: String,
    /// The round's signature, or the official notice.
    pub proof: String,
}

/// What commitment, reveals and beacon settle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The seed; for a matching the `match_seed`.
    pub seed: Digest,
    /// The parties that revealed nothing, in the commitment's order.
    pub absent: Vec<String>,
}

impl Commitment {
    /// `who` of one of this commitment's parties.
    #[must_use]
    pub fn who(&self, party: &str) -> Digest {
        who(self.suite, self.subject.purpose(), &self.draw, self.attempt, &self.organiser, party)
    }

    /// Checks one reveal when it comes in.
    ///
    /// # Errors
    /// [`Reason::UnknownParty`], [`Reason::RevealValue`], a text that breaks the rules, or [`Reason::RevealMismatch`].
    pub fn check_reveal(&self, party: &str, salt: &Digest, value: &str) -> Result<(), Refused> {
        let refuse = |reason| Err(Refused::new(format!("party {party}"), reason));
        let Some(known) = self.parties.iter().find(|known| known.party == party) else {
            return refuse(Reason::UnknownParty { party: party.to_owned() });
        };
        if value.is_empty() || value.len() > VALUE_BYTES_MAX {
            return refuse(Reason::RevealValue);
        }
        crate::text::check_text(value).or_else(refuse)?;
        if reveal_commitment(self.suite, &self.who(party), salt, value) != known.commitment {
            return refuse(Reason::RevealMismatch { party: party.to_owned() });
        }
        Ok(())
    }

    /// Checks all reveals and the beacon against the commitment and computes the seed.
    ///
    /// # Errors
    /// A party out of order, missing without leave or with a reveal that does not match; a rejected reveal of nobody or
    /// after `reveal_by`; a beacon that is missing, undeclared or of the wrong form.
    pub fn settle(&self, reveals: &Reveals, beacon: Option<&Beacon>) -> Result<Settled, Refused> {
        match (&self.beacon, beacon) {
            (Some(_), None) => return Err(Refused::new("beacon", Reason::BeaconMissing)),
            (None, Some(_)) => return Err(Refused::new("beacon", Reason::BeaconUndeclared)),
            (Some(plan), Some(beacon)) => beacon.check(plan)?,
            (None, None) => {}
        }
        self.check_rejected(&reveals.rejected)?;
        let digest = self.digest();
        let mut shares = Vec::with_capacity(self.parties.len());
        let mut absent = Vec::new();
        for (index, party) in self.parties.iter().enumerate() {
            let place = format!("reveals[{index}]");
            let refuse = |reason| Refused::new(place.clone(), reason);
            let reveal = reveals.reveals.get(index).filter(|reveal| reveal.party() == party.party);
            match reveal.ok_or_else(|| refuse(Reason::PartyOrder { expected: party.party.clone() }))? {
                Reveal::Open { party, salt, value } => {
                    self.check_reveal(party, salt, value).map_err(|refused| refuse(refused.reason))?;
                    shares.push(reveal_share(self.suite, &self.who(party), salt, value));
                }
                Reveal::Absent { .. } if index == 0 => return Err(refuse(Reason::PlatformAbsent)),
                Reveal::Absent { party } if self.beacon.is_none() => {
                    return Err(refuse(Reason::PartyAbsent { party: party.clone() }));
                }
                Reveal::Absent { party } => {
                    shares.push(absent_share(self.suite, &digest, party));
                    absent.push(party.clone());
                }
            }
        }
        if let Some(extra) = reveals.reveals.get(self.parties.len()) {
            let place = format!("reveals[{}]", self.parties.len());
            return Err(Refused::new(place, Reason::UnknownParty { party: extra.party().to_owned() }));
        }
        let value = beacon.map(|beacon| beacon.value.as_str());
        let seed = match self.subject {
            Subject::Draw { .. } => seed(self.suite, &digest, &shares, value),
            Subject::Match { .. } => match_seed(self.suite, &digest, &shares, value),
        };
        Ok(Settled { seed, absent })
    }

    fn check_rejected(&self, rejected: &[Rejected]) -> Result<(), Refused> {
        let closes = Instant::parse(&self.reveal_by);
        for (index, rejected) in rejected.iter().enumerate() {
            let refuse = |key, reason| Err(Refused::new(format!("rejected[{index}].{key}"), reason));
            if !self.parties.iter().any(|party| party.party == rejected.party) {
                return refuse("party", Reason::UnknownParty { party: rejected.party.clone() });
            }
            if Instant::parse(&rejected.at) > closes {
                return refuse("at", Reason::InstantOrder { rule: "rejected at ≤ reveal_by" });
            }
        }
        Ok(())
    }
}

impl Reveals {
    /// Reads `reveals.json`.
    ///
    /// # Errors
    /// A breach of the document's form, with its path.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refused> {
        let mut fields = Node::document(bytes)?.object()?;
        let reveals = Self {
            reveals: fields.take("reveals")?.list()?.into_iter().map(parse_reveal).collect::<Result<_, _>>()?,
            rejected: fields
                .take("rejected")?
                .list_to(REJECTED_MAX)?
                .into_iter()
                .map(parse_rejected)
                .collect::<Result<_, _>>()?,
        };
        fields.done()?;
        Ok(reveals)
    }

    /// The canonical bytes.
    #[must_use]
    pub fn to_jcs(&self) -> Vec<u8> {
        let reveals = self.reveals.iter().map(|reveal| match reveal {
            Reveal::Open { party, salt, value } => Json::object([
                ("party", Json::text(party)),
                ("salt", Json::digest(Some(salt))),
                ("value", Json::text(value)),
            ]),
            Reveal::Absent { party } => Json::object([("party", Json::text(party)), ("absent", Json::Bool(true))]),
        });
        let rejected = self.rejected.iter();
        let rejected = rejected
            .map(|rejected| Json::object([("party", Json::text(&rejected.party)), ("at", Json::text(&rejected.at))]));
        Json::object([("reveals", Json::List(reveals.collect())), ("rejected", Json::List(rejected.collect()))])
            .to_jcs()
    }

    /// The digest that is published when the document is closed.
    #[must_use]
    pub fn digest(&self, suite: Suite) -> Digest {
        document_digest(suite, &self.to_jcs())
    }
}

fn parse_reveal(node: Node) -> Result<Reveal, Refused> {
    let mut fields = node.object()?;
    let party = fields.take("party")?.filled()?;
    let reveal = match fields.optional("absent") {
        Some(absent) => {
            let refused = absent.refuse(Reason::WrongKind { expected: Expected::True });
            if !absent.boolean()? {
                return Err(refused);
            }
            Reveal::Absent { party }
        }
        None => Reveal::Open { party, salt: fields.take("salt")?.digest()?, value: fields.take("value")?.text()? },
    };
    fields.done()?;
    Ok(reveal)
}

fn parse_rejected(node: Node) -> Result<Rejected, Refused> {
    let mut fields = node.object()?;
    let rejected = Rejected { party: fields.take("party")?.filled()?, at: fields.take("at")?.instant()? };
    fields.done()?;
    Ok(rejected)
}

impl Beacon {
    /// Reads `beacon.json`.
    ///
    /// # Errors
    /// A breach of the document's form, with its path.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refused> {
        let mut fields = Node::document(bytes)?.object()?;
        let beacon = Self { value: fields.take("value")?.filled()?, proof: fields.take("proof")?.filled()? };
        fields.done()?;
        Ok(beacon)
    }

    /// The canonical bytes.
    #[must_use]
    pub fn to_jcs(&self) -> Vec<u8> {
        Json::object([("value", Json::text(&self.value)), ("proof", Json::text(&self.proof))]).to_jcs()
    }

    /// Checks the value's form. Of a drand round it also checks that the randomness is the hash of the signature given
    /// as proof; the signature itself is not checked here.
    ///
    /// # Errors
    /// [`Reason::BeaconForm`].
    pub fn check(&self, plan: &BeaconPlan) -> Result<(), Refused> {
        let good = match plan.form {
            BeaconForm::Digits => self.value.bytes().all(|byte| byte.is_ascii_digit()),
            BeaconForm::Hex64 => {
                let lower = !self.proof.bytes().any(|byte| byte.is_ascii_uppercase());
                let signature = hex::decode(&self.proof).ok().filter(|signature| lower && !signature.is_empty());
                let value = Digest::parse(&self.value).ok();
                value.is_some() && signature.map(|signature| Suite::Sha256.hash(&[&signature])) == value
            }
        };
        if good { Ok(()) } else { Err(Refused::new("beacon", Reason::BeaconForm)) }
    }
}

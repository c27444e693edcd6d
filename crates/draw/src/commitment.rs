//! The commitment document: everything that could be bent, fixed before the randomness is known.

use crate::instant::Instant;
use crate::json::{Json, document_digest};
use crate::mismatch::Expected;
use crate::node::{Fields, Node, distinct};
use crate::refused::{Reason, Refused};
use crate::suite::{Digest, Suite};

/// Parties of a draw at most.
pub const PARTIES_MAX: usize = 100;
/// Digits of a drand round at most.
const ROUND_DIGITS_MAX: usize = 15;

/// `commitment.json`, of a draw or of a matching.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commitment {
    /// The hash suite, in the key `protocol`.
    pub suite: Suite,
    /// What is drawn, with the digests that pin it.
    pub subject: Subject,
    /// The draw's number or name.
    pub draw: String,
    /// From 1.
    pub attempt: u64,
    /// Who draws.
    pub organiser: String,
    /// The platform, then the witnesses.
    pub parties: Vec<Party>,
    /// The public randomness that joins, if one was declared.
    pub beacon: Option<BeaconPlan>,
    /// RFC 3339.
    pub committed_at: String,
    /// RFC 3339. Until then parties reveal.
    pub reveal_by: String,
    /// The organiser's commitment before this one, whatever became of it.
    pub previous: Option<Digest>,
    /// For a second or later attempt: what it replaces.
    pub replaces: Option<Replaces>,
}

/// What is drawn, in the key `purpose` and those that belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The first random: objects of a roll.
    Draw {
        /// The roll that was frozen.
        roll: RollReference,
        /// The digest of `scheme.json`.
        scheme: Digest,
        /// The digest of `sizes.json`.
        sizes: Digest,
    },
    /// The second random: inspectors to visits.
    Match {
        /// The digest of the draw's `result.json`.
        result: Digest,
        /// The digest of the matching's whole input.
        matching: Digest,
    },
}

impl Subject {
    /// The value of `purpose`.
    #[must_use]
    pub const fn purpose(&self) -> &'static str {
        match self {
            Self::Draw { .. } => "draw",
            Self::Match { .. } => "match",
        }
    }
}

/// Which roll, frozen when and from what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollReference {
    /// `roll_digest`
    pub digest: Digest,
    /// The instant of the freeze, RFC 3339.
    pub at: String,
    /// The directory that it was frozen from.
    pub source: String,
}

/// Someone who brings randomness. The first party is the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Distinct among the parties.
    pub party: String,
    /// The party's commitment to its salt and value.
    pub commitment: Digest,
}

/// The public randomness that will be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BeaconPlan {
    /// Whose: `drand:` and the chain hash, or the lottery's name.
    pub source: String,
    /// Which round or issue.
    pub round: String,
    /// What its value looks like.
    pub form: BeaconForm,
    /// When it will be known, RFC 3339.
    pub at: String,
}

/// What a beacon's value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BeaconForm {
    /// 32 bytes of a drand round in hexadecimal.
    Hex64,
    /// The digits of an official lottery issue.
    Digits,
}

/// Which commitment a later attempt replaces, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaces {
    /// The digest of the commitment that failed.
    pub commitment: Digest,
    /// Why.
    pub reason: String,
    /// Who approved.
    pub approved_by: String,
}

/// How strong a draw is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strength {
    /// The platform alone: never official.
    Rehearsal,
    /// With this many witnesses.
    Witnessed(usize),
    /// With a beacon.
    Public,
}

const FORMS: [(&str, BeaconForm); 2] = [("hex64", BeaconForm::Hex64), ("digits", BeaconForm::Digits)];

impl Commitment {
    /// Reads `commitment.json`.
    ///
    /// # Errors
    /// A breach of the document's form or of its own rules (order of instants, parties, attempts), with its path.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refused> {
        let mut fields = Node::document(bytes)?.object()?;
        let suites = [("mc1-sha256", Suite::Sha256), ("mc1-sm3", Suite::Sm3)];
        let (parties, platform_first) = parse_parties(fields.take("parties")?)?;
        let commitment = Self {
            suite: fields.take("protocol")?.word(&suites, "mc1-sha256 or mc1-sm3")?,
            subject: parse_subject(&mut fields)?,
            draw: fields.take("draw")?.filled()?,
            attempt: fields.take("attempt")?.count()?,
            organiser: fields.take("organiser")?.filled()?,
            parties,
            beacon: fields.take("beacon")?.nullable(parse_beacon)?,
            committed_at: fields.take("committed_at")?.instant()?,
            reveal_by: fields.take("reveal_by")?.instant()?,
            previous: fields.take("previous")?.nullable(Node::digest)?,
            replaces: fields.take("replaces")?.nullable(parse_replaces)?,
        };
        fields.done()?;
        if !platform_first {
            return Err(Refused::new("parties", Reason::PlatformFirst));
        }
        commitment.check_rules()?;
        Ok(commitment)
    }

    fn check_rules(&self) -> Result<(), Refused> {
        distinct("parties", self.parties.iter().map(|party| party.party.as_str()))?;
        let commitments: Vec<_> = self.parties.iter().map(|party| party.commitment.to_string()).collect();
        distinct("parties", commitments.iter().map(String::as_str))?;
        let order = |place: &str, ordered: bool, rule| {
            if ordered { Ok(()) } else { Err(Refused::new(place, Reason::InstantOrder { rule })) }
        };
        let [committed, reveal] = [&self.committed_at, &self.reveal_by].map(|text| Instant::parse(text));
        if let Subject::Draw { roll, .. } = &self.subject {
            order("roll.at", Instant::parse(&roll.at) <= committed, "roll.at ≤ committed_at")?;
        }
        order("reveal_by", committed < reveal, "committed_at < reveal_by")?;
        if let Some(beacon) = &self.beacon {
            order("beacon.at", reveal < Instant::parse(&beacon.at), "reveal_by < beacon.at")?;
        }
        match (self.attempt, &self.replaces, &self.previous) {
            (0, _, _) => Err(Refused::new("attempt", Reason::WrongKind { expected: Expected::Positive })),
            (1, None, _) | (2.., Some(_), Some(_)) => Ok(()),
            (1, Some(_), _) => Err(Refused::new("replaces", Reason::ReplacesOnFirst)),
            _ => Err(Refused::new("replaces", Reason::ReplacesMissing)),
        }?;
        let alone = self.strength() == Strength::Rehearsal && matches!(self.subject, Subject::Match { .. });
        if alone { Err(Refused::new("parties", Reason::SecondPartyNeeded)) } else { Ok(()) }
    }

    /// Checks a commitment that was built in code against everything that [`Commitment::parse`] checks.
    ///
    /// # Errors
    /// As [`Commitment::parse`].
    pub fn validate(&self) -> Result<(), Refused> {
        Self::parse(&self.to_jcs()).map(drop)
    }

    /// The canonical bytes: the file `commitment.json`.
    #[must_use]
    pub fn to_jcs(&self) -> Vec<u8> {
        let parties = self.parties.iter().enumerate().map(|(index, party)| {
            Json::object([
                ("party", Json::text(&party.party)),
                ("role", Json::text(if index == 0 { "platform" } else { "witness" })),
                ("commitment", Json::digest(Some(&party.commitment))),
            ])
        });
        let mut entries = vec![
            ("protocol", Json::text(self.suite.protocol())),
            ("purpose", Json::text(self.subject.purpose())),
            ("draw", Json::text(&self.draw)),
            ("attempt", Json::count(self.attempt)),
            ("organiser", Json::text(&self.organiser)),
            ("parties", Json::List(parties.collect())),
            ("beacon", self.beacon.as_ref().map_or(Json::Null, BeaconPlan::to_json)),
            ("committed_at", Json::text(&self.committed_at)),
            ("reveal_by", Json::text(&self.reveal_by)),
            ("previous", Json::digest(self.previous.as_ref())),
            ("replaces", self.replaces.as_ref().map_or(Json::Null, Replaces::to_json)),
        ];
        entries.extend(self.subject.to_entries());
        Json::Object(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()).to_jcs()
    }

    /// The digest that is announced and that the seed and all later documents name.
    #[must_use]
    pub fn digest(&self) -> Digest {
        document_digest(self.suite, &self.to_jcs())
    }

    /// How strong the draw is, by who takes part.
    #[must_use]
    pub fn strength(&self) -> Strength {
        match (&self.beacon, self.parties.len()) {
            (Some(_), _) => Strength::Public,
            (None, 0 | 1) => Strength::Rehearsal,
            (None, parties) => Strength::Witnessed(parties - 1),
        }
    }
}

impl Subject {
    fn to_entries(&self) -> Vec<(&'static str, Json)> {
        match self {
            Self::Draw { roll, scheme, sizes } => {
                let roll = Json::object([
                    ("digest", Json::digest(Some(&roll.digest))),
                    ("at", Json::text(&roll.at)),
                    ("source", Json::text(&roll.source)),
                ]);
                vec![("roll", roll), ("scheme", Json::digest(Some(scheme))), ("sizes", Json::digest(Some(sizes)))]
            }
            Self::Match { result, matching } => {
                vec![("result", Json::digest(Some(result))), ("matching", Json::digest(Some(matching)))]
            }
        }
    }
}

impl BeaconPlan {
    fn to_json(&self) -> Json {
        Json::object([
            ("source", Json::text(&self.source)),
            ("round", Json::text(&self.round)),
            ("form", Json::text(crate::scheme::word(&FORMS, self.form))),
            ("at", Json::text(&self.at)),
        ])
    }
}

impl Replaces {
    fn to_json(&self) -> Json {
        Json::object([
            ("commitment", Json::digest(Some(&self.commitment))),
            ("reason", Json::text(&self.reason)),
            ("approved_by", Json::text(&self.approved_by)),
        ])
    }
}

fn parse_subject(fields: &mut Fields) -> Result<Subject, Refused> {
    let draws = fields.take("purpose")?.word(&[("draw", true), ("match", false)], "draw or match")?;
    if !draws {
        return Ok(Subject::Match {
            result: fields.take("result")?.digest()?,
            matching: fields.take("matching")?.digest()?,
        });
    }
    let mut roll = fields.take("roll")?.object()?;
    let reference = RollReference {
        digest: roll.take("digest")?.digest()?,
        at: roll.take("at")?.instant()?,
        source: roll.take("source")?.filled()?,
    };
    roll.done()?;
    Ok(Subject::Draw {
        roll: reference,
        scheme: fields.take("scheme")?.digest()?,
        sizes: fields.take("sizes")?.digest()?,
    })
}

/// The parties, and whether the first and only the first is the platform.
fn parse_parties(node: Node) -> Result<(Vec<Party>, bool), Refused> {
    let mut parties = Vec::new();
    let mut platform_first = true;
    for (index, node) in node.list_to(PARTIES_MAX)?.into_iter().enumerate() {
        let mut fields = node.object()?;
        let platform = fields.take("role")?.word(&[("platform", true), ("witness", false)], "platform or witness")?;
        platform_first &= platform == (index == 0);
        parties
            .push(Party { party: fields.take("party")?.filled()?, commitment: fields.take("commitment")?.digest()? });
        fields.done()?;
    }
    let platform_first = platform_first && !parties.is_empty();
    Ok((parties, platform_first))
}

fn parse_beacon(node: Node) -> Result<BeaconPlan, Refused> {
    let mut fields = node.object()?;
    let plan = BeaconPlan {
        source: fields.take("source")?.filled()?,
        round: fields.take("round")?.filled()?,
        form: fields.take("form")?.word(&FORMS, "hex64 or digits")?,
        at: fields.take("at")?.instant()?,
    };
    if plan.form == BeaconForm::Hex64 {
        let chain = plan.source.strip_prefix("drand:").is_some_and(|chain| Digest::parse(chain).is_ok());
        let digits = plan.round.len() <= ROUND_DIGITS_MAX && plan.round.bytes().all(|byte| byte.is_ascii_digit());
        let round = digits && !plan.round.starts_with('0');
        if !(chain && round) {
            return Err(fields.refuse(Reason::BeaconForm));
        }
    }
    fields.done()?;
    Ok(plan)
}

fn parse_replaces(node: Node) -> Result<Replaces, Refused> {
    let mut fields = node.object()?;
    let replaces = Replaces {
        commitment: fields.take("commitment")?.digest()?,
        reason: fields.take("reason")?.filled()?,
        approved_by: fields.take("approved_by")?.filled()?,
    };
    fields.done()?;
    Ok(replaces)
}

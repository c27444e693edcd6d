//! Who must not be the same person: always the three hands of a record, the maker and approver of a seal, and the two
//! parties of a matching; what else is kept apart is a rule of the agency.
//!
//! Persons are compared, neither posts nor accounts: someone with two posts is still one person, and so is an inspector
//! of the directory who never signs in and whose part somebody else enters (代录).

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, InspectorId};

/// One human being, by what is known of them. An inspector who is tied to an account is that account's person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Person {
    /// Whoever signs in with this account.
    Account(AccountId),
    /// An inspector of whom no account is known.
    Inspector(InspectorId),
}

impl From<AccountId> for Person {
    fn from(account: AccountId) -> Self {
        Self::Account(account)
    }
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(id) => write!(f, "account {id}"),
            Self::Inspector(id) => write!(f, "inspector {id}"),
        }
    }
}

/// The three hands of one record (R98).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordHands {
    /// 检查人, two or more.
    pub inspectors: Vec<Person>,
    /// 审核人.
    pub reviewer: Person,
    /// 公示审批人.
    pub publisher: Person,
}

impl RecordHands {
    /// Takes the hands of a record if they are different people.
    ///
    /// # Errors
    /// [`HandsNotApart`] for the first person found twice. There is no rule that switches this off.
    pub fn apart(inspectors: Vec<Person>, reviewer: Person, publisher: Person) -> Result<Self, HandsNotApart> {
        if let Some(person) = repeated(&inspectors) {
            return Err(HandsNotApart { person, first: Hand::Inspector, second: Hand::Inspector });
        }
        for (person, hand) in [(reviewer, Hand::Reviewer), (publisher, Hand::Publisher)] {
            if inspectors.contains(&person) {
                return Err(HandsNotApart { person, first: Hand::Inspector, second: hand });
            }
        }
        if reviewer == publisher {
            return Err(HandsNotApart { person: reviewer, first: Hand::Reviewer, second: Hand::Publisher });
        }
        Ok(Self { inspectors, reviewer, publisher })
    }
}

fn repeated(people: &[Person]) -> Option<Person> {
    let mut seen = BTreeSet::new();
    people.iter().copied().find(|person| !seen.insert(*person))
}

coded_enum! {
    /// A part that someone plays in one task or record.
    Hand {
        /// Wrote the scheme.
        SchemeAuthor = "scheme_author",
        /// Approved the scheme.
        SchemeApprover = "scheme_approver",
        /// Made the task.
        TaskAuthor = "task_author",
        /// Approved the task.
        TaskApprover = "task_approver",
        /// Froze the roll.
        Freezer = "freezer",
        /// Asked for the seal and runs the draw.
        Drawer = "drawer",
        /// Approved the seal.
        SealApprover = "seal_approver",
        /// Prepared a matching.
        Matcher = "matcher",
        /// Second party of a matching.
        MatchWitness = "match_witness",
        /// 检查人
        Inspector = "inspector",
        /// 审核人
        Reviewer = "reviewer",
        /// 公示审批人
        Publisher = "publisher",
    }
}

/// One person in two parts that are kept apart.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{person} cannot be both {first} and {second}")]
pub struct HandsNotApart {
    /// The person.
    pub person: Person,
    /// The part already played.
    pub first: Hand,
    /// The part refused.
    pub second: Hand,
}

/// Pairs that are kept apart everywhere.
pub const ALWAYS: &[(Hand, Hand)] = &[
    (Hand::SchemeAuthor, Hand::SchemeApprover),
    (Hand::TaskAuthor, Hand::TaskApprover),
    (Hand::Drawer, Hand::SealApprover),
    (Hand::Matcher, Hand::MatchWitness),
    (Hand::Inspector, Hand::Reviewer),
    (Hand::Inspector, Hand::Publisher),
    (Hand::Reviewer, Hand::Publisher),
];

/// The separations of an agency: [`ALWAYS`] and what it adds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Separation {
    further: BTreeSet<(Hand, Hand)>,
}

impl Separation {
    /// The separations with these added. A pair with itself is left out: it would refuse everybody.
    pub fn new(further: impl IntoIterator<Item = (Hand, Hand)>) -> Self {
        let ordered = further.into_iter().filter(|(a, b)| a != b).map(|(a, b)| if a < b { (a, b) } else { (b, a) });
        Self { further: ordered.collect() }
    }

    /// Whether these two parts are kept apart, in either order.
    pub fn keeps_apart(&self, a: Hand, b: Hand) -> bool {
        let pair = if a < b { (a, b) } else { (b, a) };
        ALWAYS.iter().any(|(x, y)| pair == (*x, *y) || pair == (*y, *x)) || self.further.contains(&pair)
    }

    /// Checks that `person` may take the part `hand` after those in `taken`.
    ///
    /// # Errors
    /// [`HandsNotApart`] naming the part that the person has played already.
    pub fn check(&self, person: impl Into<Person>, hand: Hand, taken: &[(Hand, Person)]) -> Result<(), HandsNotApart> {
        let person = person.into();
        match taken.iter().find(|(first, other)| *other == person && self.keeps_apart(*first, hand)) {
            Some((first, _)) => Err(HandsNotApart { person, first: *first, second: hand }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn person(n: u8) -> Person {
        AccountId::from_bytes([n; 16]).into()
    }

    #[test]
    fn a_team_member_without_an_account_is_a_person_too() {
        let unknown = |n: u8| Person::Inspector(InspectorId::from_bytes([n; 16]));
        assert!(RecordHands::apart(vec![unknown(1), unknown(2)], person(3), person(4)).is_ok());
        // The same sixteen bytes in two directories are two people.
        assert!(RecordHands::apart(vec![unknown(3), unknown(4)], person(3), person(4)).is_ok());
        let twice = RecordHands::apart(vec![unknown(1), unknown(1)], person(3), person(4)).unwrap_err();
        assert_eq!(twice.person, unknown(1));
        // Once the directory says whose account it is, the reviewer is found to have been at the door.
        let tied = RecordHands::apart(vec![person(3), unknown(2)], person(3), person(4)).unwrap_err();
        assert_eq!((tied.first, tied.second), (Hand::Inspector, Hand::Reviewer));
    }

    #[test]
    fn the_hands_of_a_record_are_different_people() {
        let check = |inspectors: &[u8], reviewer: u8, publisher: u8, expect: Option<(u8, Hand, Hand)>| {
            let people = inspectors.iter().copied().map(person).collect();
            let found = RecordHands::apart(people, person(reviewer), person(publisher)).err();
            assert_eq!(found, expect.map(|(n, first, second)| HandsNotApart { person: person(n), first, second }));
        };
        check(&[1, 2], 3, 4, None);
        check(&[1, 1], 3, 4, Some((1, Hand::Inspector, Hand::Inspector)));
        check(&[1, 2], 1, 4, Some((1, Hand::Inspector, Hand::Reviewer)));
        check(&[1, 2], 3, 2, Some((2, Hand::Inspector, Hand::Publisher)));
        check(&[1, 2], 3, 3, Some((3, Hand::Reviewer, Hand::Publisher)));
    }

    #[test]
    fn some_parts_are_always_kept_apart() {
        let none = Separation::default();
        let taken = [(Hand::Drawer, person(1)), (Hand::Freezer, person(2))];
        assert_eq!(
            none.check(person(1), Hand::SealApprover, &taken),
            Err(HandsNotApart { person: person(1), first: Hand::Drawer, second: Hand::SealApprover })
        );
        assert_eq!(none.check(person(2), Hand::SealApprover, &taken), Ok(()));
        for (a, b) in ALWAYS {
            assert!(none.keeps_apart(*a, *b) && none.keeps_apart(*b, *a));
        }
    }

    #[test]
    fn an_agency_keeps_further_parts_apart() {
        let rules = Separation::new([(Hand::SealApprover, Hand::Freezer), (Hand::Drawer, Hand::Drawer)]);
        let taken = [(Hand::Freezer, person(2)), (Hand::Drawer, person(1))];
        assert!(rules.check(person(2), Hand::SealApprover, &taken).is_err());
        assert_eq!(rules.check(person(1), Hand::Drawer, &taken), Ok(()));
        let json = serde_json::to_string(&rules).unwrap();
        assert_eq!(serde_json::from_str::<Separation>(&json).unwrap(), rules);
    }
}

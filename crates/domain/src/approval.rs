//! Approvals: the ordered steps that a document, a seal, later a record or a disclosure goes through, each by a person
//! who is kept apart from those before, and all of them over the subject *at one digest*.
//!
//! What stands is folded from the decisions in their order and kept nowhere: a decision over another digest does not
//! count, and a return takes back every decision from the step to which it returns.

use crate::separation::{Hand, HandsNotApart, Person, Separation};

coded_enum! {
    /// What someone decides at a step.
    Decision {
        /// The first step: asks for the others. Also whoever wrote along (a second author).
        Asked = "asked",
        /// Agrees.
        Approved = "approved",
        /// Sends it back to a named step, with a reason.
        Returned = "returned",
    }
}

/// One step of a procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Its code, distinct within the procedure.
    pub code: &'static str,
    /// The part that whoever decides here plays.
    pub hand: Hand,
}

/// The steps over one kind of subject, in order. The first asks, the last completes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Procedure {
    /// Kind of subject.
    pub subject_kind: &'static str,
    /// The steps, at least two.
    pub steps: &'static [Step],
}

/// A scheme: written and submitted, then approved by another person (R50).
pub const SCHEME: Procedure = Procedure {
    subject_kind: "scheme",
    steps: &[Step { code: "submit", hand: Hand::SchemeAuthor }, Step { code: "approve", hand: Hand::SchemeApprover }],
};

/// A task: made from an approved scheme, then approved by another person.
pub const TASK: Procedure = Procedure {
    subject_kind: "task",
    steps: &[Step { code: "create", hand: Hand::TaskAuthor }, Step { code: "approve", hand: Hand::TaskApprover }],
};

/// The seal over roll, scheme and sizes of an attempt: asked for, then approved by another person.
pub const SEAL: Procedure = Procedure {
    subject_kind: "task",
    steps: &[Step { code: "seal", hand: Hand::Drawer }, Step { code: "seal_approve", hand: Hand::SealApprover }],
};

/// What a word of a drawn task's scheme stands for: part of the scheme, so proposed and approved by the same two hands.
pub const MAPPING: Procedure = Procedure {
    subject_kind: "item_mapping",
    steps: &[Step { code: "propose", hand: Hand::SchemeAuthor }, Step { code: "approve", hand: Hand::SchemeApprover }],
};

/// A decision that was taken, as the fold reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided<'a> {
    /// Code of the step.
    pub step: &'a str,
    /// What was decided.
    pub decision: Decision,
    /// Digest of the subject that was seen.
    pub digest: &'a str,
    /// Who; persons are compared, not posts.
    pub person: Person,
    /// For a return: code of the step to which it goes back.
    pub returned_to: &'a str,
}

/// Where a procedure stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// This step is next: its index.
    At(usize),
    /// Every step was taken at this digest.
    Complete,
}

/// Why a decision is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The procedure has no such step.
    #[error("there is no step {0}")]
    NoSuchStep(String),
    /// Another step is next, or none.
    #[error("the step {0} is not due")]
    NotDue(String),
    /// The steps before were taken over another state of the subject.
    #[error("the subject has changed since it was asked for")]
    OtherDigest,
    /// A return names a step that does not come before the one that decides.
    #[error("{0} is no earlier step")]
    NotEarlier(String),
    /// The same person played a part from which this one is kept apart.
    #[error(transparent)]
    SamePerson(#[from] HandsNotApart),
}

impl Procedure {
    /// Index of a step.
    ///
    /// # Errors
    /// [`Refused::NoSuchStep`].
    pub fn index(&self, step: &str) -> Result<usize, Refused> {
        self.steps.iter().position(|known| known.code == step).ok_or_else(|| Refused::NoSuchStep(step.to_owned()))
    }

    /// Where the procedure stands for the subject at `digest`, after these decisions in their order. Decisions of steps
    /// that the procedure does not have are other people's business.
    pub fn standing(&self, digest: &str, decisions: &[Decided<'_>]) -> Standing {
        let next = self.counted(digest, decisions).len();
        if next == self.steps.len() { Standing::Complete } else { Standing::At(next) }
    }

    /// The decisions that count now, one a step, in the order of the steps.
    fn counted<'d, 'a>(&self, digest: &str, decisions: &'d [Decided<'a>]) -> Vec<&'d Decided<'a>> {
        let mut counted: Vec<&Decided<'_>> = Vec::new();
        for decided in decisions {
            let Ok(index) = self.index(decided.step) else { continue };
            match decided.decision {
                Decision::Returned => counted.truncate(self.index(decided.returned_to).unwrap_or(0)),
                // Asking again begins anew, over whatever the subject is now.
                Decision::Asked => {
                    counted.clear();
                    if decided.digest == digest {
                        counted.push(decided);
                    }
                }
                Decision::Approved if index == counted.len() && index > 0 && decided.digest == digest => {
                    counted.push(decided);
                }
                Decision::Approved => {}
            }
        }
        counted
    }

    /// Whether `person` may take `step` over the subject at `digest`.
    ///
    /// `hands` are parts that people played beside the steps (a second author, whoever froze the roll).
    ///
    /// # Errors
    /// [`Refused`]; nothing else keeps a person from deciding. Roles are the registry's business.
    pub fn check(
        &self,
        separation: &Separation,
        digest: &str,
        decisions: &[Decided<'_>],
        hands: &[(Hand, Person)],
        (step, person): (&str, Person),
    ) -> Result<(), Refused> {
        let index = self.index(step)?;
        let counted = self.counted(digest, decisions);
        if index != 0 && index != counted.len() {
            let asked = decisions.iter().rev().find(|decided| decided.step == self.first());
            let moved_on = asked.is_some_and(|asked| asked.decision == Decision::Asked && asked.digest != digest);
            return Err(if moved_on { Refused::OtherDigest } else { Refused::NotDue(step.to_owned()) });
        }
        let mut taken = hands.to_vec();
        for decided in counted.iter().take(index) {
            if let Ok(at) = self.index(decided.step) {
                taken.extend(self.steps.get(at).map(|step| (step.hand, decided.person)));
            }
        }
        let hand = self.steps.get(index).map_or(Hand::SchemeAuthor, |step| step.hand);
        Ok(separation.check(person, hand, &taken)?)
    }

    /// Whether a return from `step` may go to `to`.
    ///
    /// # Errors
    /// [`Refused::NoSuchStep`], [`Refused::NotEarlier`].
    pub fn check_return(&self, step: &str, to: &str) -> Result<(), Refused> {
        if self.index(to)? < self.index(step)? { Ok(()) } else { Err(Refused::NotEarlier(to.to_owned())) }
    }

    /// Code of the first step.
    pub fn first(&self) -> &'static str {
        self.steps.first().map_or("", |step| step.code)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    const RECORD: Procedure = Procedure {
        subject_kind: "record",
        steps: &[
            Step { code: "submit", hand: Hand::Inspector },
            Step { code: "review", hand: Hand::Reviewer },
            Step { code: "publish", hand: Hand::Publisher },
        ],
    };

    fn person(n: u8) -> Person {
        crate::ids::AccountId::from_parts(i64::from(n), [n; 10]).into()
    }

    fn decided<'a>(step: &'a str, decision: Decision, digest: &'a str, n: u8, returned_to: &'a str) -> Decided<'a> {
        Decided { step, decision, digest, person: person(n), returned_to }
    }

    fn may(decisions: &[Decided<'_>], digest: &str, step: &str, n: u8) -> Result<(), Refused> {
        RECORD.check(&Separation::default(), digest, decisions, &[], (step, person(n)))
    }

    #[test]
    fn steps_come_in_order_and_by_different_people() {
        use Decision::{Approved, Asked};
        assert_eq!(RECORD.standing("d", &[]), Standing::At(0));
        assert_eq!(may(&[], "d", "review", 2), Err(Refused::NotDue("review".into())));
        let asked = [decided("submit", Asked, "d", 1, "")];
        assert_eq!(RECORD.standing("d", &asked), Standing::At(1));
        assert!(matches!(may(&asked, "d", "review", 1), Err(Refused::SamePerson(_))));
        assert_eq!(may(&asked, "d", "review", 2), Ok(()));
        assert_eq!(may(&asked, "d", "publish", 3), Err(Refused::NotDue("publish".into())));
        let reviewed = [asked[0].clone(), decided("review", Approved, "d", 2, "")];
        assert!(matches!(may(&reviewed, "d", "publish", 1), Err(Refused::SamePerson(_))));
        assert!(matches!(may(&reviewed, "d", "publish", 2), Err(Refused::SamePerson(_))));
        assert_eq!(may(&reviewed, "d", "publish", 3), Ok(()));
        let whole = [reviewed[0].clone(), reviewed[1].clone(), decided("publish", Approved, "d", 3, "")];
        assert_eq!(RECORD.standing("d", &whole), Standing::Complete);
        assert_eq!(may(&whole, "d", "audit", 4), Err(Refused::NoSuchStep("audit".into())));
    }

    #[test]
    fn a_decision_holds_for_the_digest_that_was_seen() {
        use Decision::{Approved, Asked};
        let decisions = [decided("submit", Asked, "old", 1, ""), decided("review", Approved, "old", 2, "")];
        assert_eq!(RECORD.standing("old", &decisions), Standing::At(2));
        assert_eq!(RECORD.standing("new", &decisions), Standing::At(0));
        assert_eq!(may(&decisions, "new", "publish", 3), Err(Refused::OtherDigest));
        // An approval over another digest than the one asked for never counts.
        let mixed = [decided("submit", Asked, "new", 1, ""), decided("review", Approved, "old", 2, "")];
        assert_eq!(RECORD.standing("new", &mixed), Standing::At(1));
    }

    #[test]
    fn a_return_takes_back_what_came_from_its_step_on() {
        use Decision::{Approved, Asked, Returned};
        let mut decisions = vec![
            decided("submit", Asked, "d", 1, ""),
            decided("review", Approved, "d", 2, ""),
            decided("publish", Returned, "d", 3, "review"),
        ];
        assert_eq!(RECORD.standing("d", &decisions), Standing::At(1));
        assert_eq!(may(&decisions, "d", "review", 4), Ok(()));
        decisions.push(decided("review", Returned, "d", 4, "submit"));
        assert_eq!(RECORD.standing("d", &decisions), Standing::At(0));
        assert_eq!(may(&decisions, "d", "review", 2), Err(Refused::NotDue("review".into())));
        assert_eq!(RECORD.check_return("publish", "submit"), Ok(()));
        assert_eq!(RECORD.check_return("review", "review"), Err(Refused::NotEarlier("review".into())));
        assert_eq!(RECORD.check_return("submit", "publish"), Err(Refused::NotEarlier("publish".into())));
    }

    #[test]
    fn hands_beside_the_steps_count_too() {
        let asked = [decided("submit", Decision::Asked, "d", 1, "")];
        let check =
            |hands: &[(Hand, Person)]| SCHEME.check(&Separation::default(), "d", &asked, hands, ("approve", person(2)));
        assert_eq!(check(&[]), Ok(()));
        assert!(matches!(check(&[(Hand::SchemeAuthor, person(2))]), Err(Refused::SamePerson(_))));
    }

    #[test]
    fn codes_of_steps_are_distinct() {
        for procedure in [SCHEME, TASK, SEAL, RECORD] {
            let codes: std::collections::BTreeSet<_> = procedure.steps.iter().map(|step| step.code).collect();
            assert_eq!(codes.len(), procedure.steps.len());
            assert!(procedure.steps.len() >= 2);
        }
    }
}

//! Inspectors (执法检查人员): certificate, qualifications, leave, recusal, and whether one may go on a visit of a day.
//!
//! Every reason against is listed, not only the first, so that the page can show the whole case.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, AgencyId, InspectorId, SubjectId};
use crate::separation::Person;

/// An enforcement certificate (执法证).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Certificate {
    /// Its number.
    pub number: String,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day; the day itself still counts.
    pub valid_to: NaiveDate,
}

/// A qualification that some items ask for, such as 检验检测.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Qualification {
    /// Its code, the same that an item asks for.
    pub code: String,
    /// First day, if known.
    pub valid_from: Option<NaiveDate>,
    /// Last day; `None` for one without end.
    pub valid_to: Option<NaiveDate>,
}

impl Certificate {
    /// Whether it holds on this day.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.valid_from <= day && day <= self.valid_to
    }
}

impl Qualification {
    /// Whether it holds on this day.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }
}

/// Days on which an inspector is away, both ends included.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Leave {
    /// First day away.
    pub from: NaiveDate,
    /// Last day away.
    pub to: NaiveDate,
    /// Why, in a few words.
    pub reason: String,
}

/// An inspector must not check this object (回避).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Recusal {
    /// Who steps aside.
    pub inspector: InspectorId,
    /// From which object.
    pub subject: SubjectId,
    /// Why.
    pub reason: String,
}

/// One inspector as in the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspector {
    /// Its id.
    pub id: InspectorId,
    /// The person's account, if the directory names one, confirmed by the person or not.
    pub account: Option<AccountId>,
    /// Number within the agency (单位工号), distinct there.
    pub staff_number: String,
    /// Name.
    pub name: String,
    /// The agency in whose name they check.
    pub agency: AgencyId,
    /// Whether they are still in the directory.
    pub active: bool,
    /// Their certificates, old ones included.
    pub certificates: Vec<Certificate>,
    /// Their qualifications.
    pub qualifications: Vec<Qualification>,
    /// Their leaves.
    pub leaves: Vec<Leave>,
}

/// What a visit asks of an inspector.
#[derive(Debug, Clone, Copy)]
pub struct Demand<'a> {
    /// The day of the visit.
    pub day: NaiveDate,
    /// The agency that carries it out.
    pub agency: AgencyId,
    /// The object.
    pub subject: SubjectId,
    /// Qualification codes; every one of them is needed.
    pub qualifications: &'a [String],
}

/// One reason why an inspector may not go.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Ineligible {
    /// No longer in the directory.
    #[error("the inspector is no longer in the directory")]
    Inactive,
    /// Belongs to another agency.
    #[error("the inspector belongs to another agency")]
    OtherAgency,
    /// Has no certificate at all.
    #[error("the inspector has no certificate")]
    NoCertificate,
    /// The last certificate ended before the visit.
    #[error("the certificate {number} ended on {valid_to}")]
    CertificateExpired {
        /// Its number.
        number: String,
        /// Its last day.
        valid_to: NaiveDate,
    },
    /// The certificate begins after the visit.
    #[error("the certificate {number} begins on {valid_from}")]
    CertificateNotYet {
        /// Its number.
        number: String,
        /// Its first day.
        valid_from: NaiveDate,
    },
    /// Lacks a qualification on that day.
    #[error("the qualification {0} is missing")]
    NoQualification(String),
    /// Is away.
    #[error("the inspector is away from {from} to {to}")]
    OnLeave {
        /// First day away.
        from: NaiveDate,
        /// Last day away.
        to: NaiveDate,
    },
    /// Steps aside from this object.
    #[error("the inspector is recused: {0}")]
    Recused(String),
}

impl Inspector {
    /// Who this is when persons are kept apart. A tie that its owner has not confirmed counts already: it can only
    /// refuse, and gives no right.
    pub fn person(&self) -> Person {
        self.account.map_or(Person::Inspector(self.id), Person::Account)
    }

    /// Every reason why this inspector may not go on the visit; empty if they may.
    pub fn reasons_against(&self, demand: &Demand<'_>, recusals: &[Recusal]) -> Vec<Ineligible> {
        let mut reasons = Vec::new();
        if !self.active {
            reasons.push(Ineligible::Inactive);
        }
        if self.agency != demand.agency {
            reasons.push(Ineligible::OtherAgency);
        }
        reasons.extend(self.against_certificate(demand.day));
        for code in demand.qualifications {
            if !self.qualifications.iter().any(|held| held.code == *code && held.holds_on(demand.day)) {
                reasons.push(Ineligible::NoQualification(code.clone()));
            }
        }
        if let Some(leave) = self.leaves.iter().find(|leave| leave.from <= demand.day && demand.day <= leave.to) {
            reasons.push(Ineligible::OnLeave { from: leave.from, to: leave.to });
        }
        let recusal = recusals.iter().find(|recusal| recusal.inspector == self.id && recusal.subject == demand.subject);
        if let Some(recusal) = recusal {
            reasons.push(Ineligible::Recused(recusal.reason.clone()));
        }
        reasons
    }

    /// Whether this inspector may go on the visit.
    pub fn is_eligible(&self, demand: &Demand<'_>, recusals: &[Recusal]) -> bool {
        self.reasons_against(demand, recusals).is_empty()
    }

    /// The certificate that holds on this day, to be printed on notices.
    pub fn certificate_on(&self, day: NaiveDate) -> Option<&Certificate> {
        self.certificates
            .iter()
            .filter(|certificate| certificate.holds_on(day))
            .max_by_key(|certificate| certificate.valid_to)
    }

    fn against_certificate(&self, day: NaiveDate) -> Option<Ineligible> {
        if self.certificate_on(day).is_some() {
            return None;
        }
        let past = self.certificates.iter().filter(|certificate| certificate.valid_to < day);
        let coming = self.certificates.iter().filter(|certificate| day < certificate.valid_from);
        if let Some(next) = coming.min_by_key(|certificate| certificate.valid_from) {
            return Some(Ineligible::CertificateNotYet { number: next.number.clone(), valid_from: next.valid_from });
        }
        Some(past.max_by_key(|certificate| certificate.valid_to).map_or(Ineligible::NoCertificate, |last| {
            Ineligible::CertificateExpired { number: last.number.clone(), valid_to: last.valid_to }
        }))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn inspector() -> Inspector {
        Inspector {
            id: InspectorId::from_bytes([1; 16]),
            account: None,
            staff_number: "A001".into(),
            name: "周检查".into(),
            agency: AgencyId::from_bytes([1; 16]),
            active: true,
            certificates: vec![Certificate {
                number: "冀C001".into(),
                valid_from: day("2019-01-01"),
                valid_to: day("2021-06-10"),
            }],
            qualifications: vec![Qualification {
                code: "testing".into(),
                valid_from: None,
                valid_to: Some(day("2021-06-09")),
            }],
            leaves: vec![Leave { from: day("2021-05-20"), to: day("2021-05-21"), reason: "年休".into() }],
        }
    }

    #[test]
    fn each_reason_on_its_day() {
        let check =
            |on: &str, change: &dyn Fn(&mut Inspector), needs: &[&str], recusals: &[Recusal], expect: &[Ineligible]| {
                let mut inspector = inspector();
                change(&mut inspector);
                let needs: Vec<String> = needs.iter().map(|code| (*code).to_owned()).collect();
                let demand = Demand {
                    day: day(on),
                    agency: AgencyId::from_bytes([1; 16]),
                    subject: SubjectId::from_bytes([9; 16]),
                    qualifications: &needs,
                };
                assert_eq!(inspector.reasons_against(&demand, recusals), expect, "{on}");
                assert_eq!(inspector.is_eligible(&demand, recusals), expect.is_empty());
            };
        let same: &dyn Fn(&mut Inspector) = &|_| {};
        let expired = Ineligible::CertificateExpired { number: "冀C001".into(), valid_to: day("2021-06-10") };
        let away = Ineligible::OnLeave { from: day("2021-05-20"), to: day("2021-05-21") };
        check("2021-05-10", same, &["testing"], &[], &[]);
        check("2021-06-10", same, &[], &[], &[]);
        check("2021-06-11", same, &[], &[], std::slice::from_ref(&expired));
        check(
            "2018-12-31",
            same,
            &[],
            &[],
            &[Ineligible::CertificateNotYet { number: "冀C001".into(), valid_from: day("2019-01-01") }],
        );
        check("2021-05-10", &|i| i.certificates.clear(), &[], &[], &[Ineligible::NoCertificate]);
        check("2021-06-09", same, &["testing"], &[], &[]);
        check("2021-06-10", same, &["testing"], &[], &[Ineligible::NoQualification("testing".into())]);
        check("2021-05-10", same, &["testing", "food"], &[], &[Ineligible::NoQualification("food".into())]);
        check("2021-05-19", same, &[], &[], &[]);
        check("2021-05-20", same, &[], &[], std::slice::from_ref(&away));
        check("2021-05-21", same, &[], &[], &[away]);
        check("2021-05-22", same, &[], &[], &[]);
        check("2021-05-10", &|i| i.active = false, &[], &[], &[Ineligible::Inactive]);
        let other: &dyn Fn(&mut Inspector) = &|i| i.agency = AgencyId::from_bytes([2; 16]);
        check("2021-06-11", other, &[], &[], &[Ineligible::OtherAgency, expired]);
        let recusal = |inspector: u8, subject: u8| Recusal {
            inspector: InspectorId::from_bytes([inspector; 16]),
            subject: SubjectId::from_bytes([subject; 16]),
            reason: "近亲属任职".into(),
        };
        check("2021-05-10", same, &[], &[recusal(1, 9)], &[Ineligible::Recused("近亲属任职".into())]);
        check("2021-05-10", same, &[], &[recusal(1, 8), recusal(2, 9)], &[]);
    }

    #[test]
    fn a_renewed_certificate_counts() {
        let mut inspector = inspector();
        inspector.certificates.push(Certificate {
            number: "冀C002".into(),
            valid_from: day("2021-06-01"),
            valid_to: day("2026-05-31"),
        });
        assert_eq!(inspector.certificate_on(day("2021-06-05")).unwrap().number, "冀C002");
        assert_eq!(inspector.certificate_on(day("2021-05-31")).unwrap().number, "冀C001");
        assert!(inspector.certificate_on(day("2026-06-01")).is_none());
    }
}

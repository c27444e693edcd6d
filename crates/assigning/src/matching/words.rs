//! What `matching` says by code and data, in the user's words: why a visit cannot have two lawful inspectors, and why a
//! document is refused. A program that reads the answer finds the code and its data beside the sentence.

use std::collections::BTreeMap;

use ::matching::{Refusal, Short, Shortage};
use kernel::Error;
use text::assign::{Counts, Shortfall};

use super::input::ShortageView;

/// A visit that cannot have a team, and what to do about it.
pub(crate) fn shortage(shortage: &Shortage, names: &BTreeMap<String, String>) -> ShortageView {
    let why = &shortage.why;
    let rule = match &shortage.short {
        Short::Unit => Shortfall::Unit,
        Short::Certificate => Shortfall::Certificate,
        Short::Leave => Shortfall::Leave,
        Short::Recusal => Shortfall::Recusal,
        Short::Qualification { codes } => Shortfall::Qualification(codes),
        Short::Team => Shortfall::Team,
    };
    let counts = Counts {
        unit: why.unit,
        certificate: why.certificate,
        leave: why.leave,
        recused: why.recused,
        eligible: why.eligible,
    };
    let (what, next) = text::assign::shortage(rule, counts);
    ShortageView {
        number: shortage.visit.clone(),
        name: names.get(&shortage.visit).cloned().unwrap_or_default(),
        day: shortage.day.clone(),
        what,
        next,
    }
}

/// A refusal of the document.
pub(crate) fn refused(refusal: &Refusal) -> Error {
    match refusal {
        Refusal::Infeasible(shortages) => Error::conflict("MATCH-002").with("count", shortages.len()),
        other => Error::conflict("MATCH-015")
            .with("reason", other.code())
            .with("detail", text::protocol::matching_refusal(other.code(), &other.args())),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// No word of English: letters stand only where a value was put in.
    fn is_chinese(text: &str) -> bool {
        !text.contains(|letter: char| letter.is_ascii_lowercase())
    }

    #[test]
    fn every_refusal_is_said_in_chinese_with_its_own_data() {
        let mut said = BTreeSet::new();
        for (code, names) in Refusal::ALL {
            let template = text::protocol::template("matching", code).unwrap_or_default();
            assert!(!template.is_empty(), "{code} is not said");
            let slots = template.split('{').skip(1).filter_map(|rest| rest.split('}').next());
            for slot in slots {
                assert!(names.contains(&slot), "{code} has no {slot}");
            }
            let args: Vec<_> = names.iter().map(|name| (*name, "7".to_owned())).collect();
            let words = text::protocol::matching_refusal(code, &args);
            assert!(is_chinese(&words), "{code}: {words}");
            assert!(said.insert(words), "{code} is said as another one");
        }
        let list = text::protocol::LISTS.iter().find(|list| list.name == "matching").unwrap();
        assert_eq!(list.rows.len(), Refusal::ALL.len(), "a sentence without its refusal");
    }

    #[test]
    fn a_refusal_keeps_its_code_beside_the_sentence() {
        let error = refused(&Refusal::BadDay { place: "visits[3].day".to_owned(), value: "2021-6-1".to_owned() });
        assert_eq!(error.code, "MATCH-015");
        let message = error.message();
        assert!(message.contains("检查户第 4 项的计划检查日“2021-6-1”"), "{message}");
        assert!(error.args.iter().any(|(name, value)| *name == "reason" && value == "bad-day"), "{:?}", error.args);
    }

    #[test]
    fn every_shortage_is_said_in_chinese_with_what_to_do() {
        let why = ::matching::Why { unit: 5, certificate: 1, leave: 2, recused: 3, eligible: 4, holders: Vec::new() };
        let all = [
            Short::Unit,
            Short::Certificate,
            Short::Leave,
            Short::Recusal,
            Short::Qualification { codes: vec!["Q".to_owned()] },
            Short::Team,
        ];
        let mut said = BTreeSet::new();
        for short in all {
            let (visit, subject, unit, day) = (String::new(), String::new(), String::new(), String::new());
            let view = shortage(&Shortage { visit, subject, unit, day, short, why: why.clone() }, &BTreeMap::new());
            assert!(is_chinese(&view.what) && is_chinese(&view.next) && !view.next.is_empty(), "{view:?}");
            assert!(said.insert(view.what.clone()), "{view:?}");
        }
    }
}

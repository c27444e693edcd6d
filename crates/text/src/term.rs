//! The term for market entities, which changed about 2023 and follows a rule of the agency.
//!
//! Labels and templates say 市场主体; a page of an agency that uses the newer term passes its text through [`in_term`].
//! Names of forms and quotations of older documents are not passed through.

use std::borrow::Cow;

use domain::rulebook::Term;

use crate::Label;

/// 市场主体 or 经营主体.
pub fn market_entity(term: Term) -> &'static str {
    term.label()
}

/// The text with the term in use in place of 市场主体. Applying it twice changes nothing more.
pub fn in_term(text: &str, term: Term) -> Cow<'_, str> {
    if term == Term::MarketEntity || !text.contains(Term::MarketEntity.label()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace(Term::MarketEntity.label(), term.label()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_term_is_switched() {
        let check = |text: &str, term: Term, expect: &str| {
            assert_eq!(in_term(text, term), expect);
            assert_eq!(in_term(&in_term(text, term), term), expect);
        };
        check("营利性市场主体", Term::BusinessEntity, "营利性经营主体");
        check("营利性市场主体", Term::MarketEntity, "营利性市场主体");
        check("非市场主体与市场主体", Term::BusinessEntity, "非经营主体与经营主体");
        check("检查对象", Term::BusinessEntity, "检查对象");
        assert_eq!(market_entity(Term::BusinessEntity), "经营主体");
    }
}

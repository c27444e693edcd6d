//! The rules on which the sources disagree, as typed parameters: default, unit, and layers installation < agency < task.
//!
//! A rule's legal basis is a text and stands in `text::rule_basis`. A value of the wrong type is refused when it is set,
//! so that a reader of a rule never meets one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::deadline::Span;

coded_enum! {
    /// A parameter. Each is applied somewhere: [`Rule::reader`] names who reads it, and the house's test looks for the call.
    Rule {
        /// Receipt of a dispatched share (R73).
        ReceiptSpan = "receipt_span",
        /// Matching of inspectors after dispatch (R76, R77).
        MatchingSpan = "matching_span",
        /// From where the days for matching are counted: R76 counts from the dispatch, R77 from the receipt.
        MatchingFrom = "matching_from",
        /// How many visits an inspector makes on one day at most; the capacity of a unit follows from it.
        VisitsPerDay = "visits_per_day",
        /// Whether a scheme may read a column for regulators only, whose values the drawn list then shows.
        InternalColumns = "internal_columns",
        /// 市场主体 or 经营主体.
        Term = "term",
    }
}

coded_enum! {
    /// What the pages call the objects that are market entities.
    Term {
        /// 市场主体, until about 2023.
        MarketEntity = "market_entity",
        /// 经营主体, since.
        BusinessEntity = "business_entity",
    }
}

coded_enum! {
    /// What starts the span for matching.
    StartEvent {
        /// The dispatch of the share (R76).
        Dispatch = "dispatch",
        /// The unit's receipt (R77); until it signs, the last day on which it must.
        Receipt = "receipt",
    }
}

/// A value of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum RuleValue {
    /// Days or working days.
    Span(Span),
    /// A number.
    Count(u16),
    /// Yes or no.
    Flag(bool),
    /// A term.
    Term(Term),
    /// What starts a span.
    StartEvent(StartEvent),
}

/// Why a value is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRule {
    /// A value of another type than the rule's.
    #[error("the rule {0} takes another type of value")]
    OtherType(Rule),
    /// A number or span out of its range.
    #[error("the rule {rule} takes {min} to {max}, not {found}")]
    OutOfRange {
        /// The rule.
        rule: Rule,
        /// Smallest value.
        min: u16,
        /// Largest value.
        max: u16,
        /// Value found.
        found: u16,
    },
}

impl Rule {
    /// The value where nothing is set.
    pub const fn default_value(self) -> RuleValue {
        match self {
            Self::ReceiptSpan => RuleValue::Span(Span::working_days(5)),
            Self::MatchingSpan => RuleValue::Span(Span::days(5)),
            Self::MatchingFrom => RuleValue::StartEvent(StartEvent::Dispatch),
            Self::VisitsPerDay => RuleValue::Count(4),
            Self::InternalColumns => RuleValue::Flag(true),
            Self::Term => RuleValue::Term(Term::MarketEntity),
        }
    }

    /// Smallest and largest number, for spans and counts.
    pub const fn range(self) -> (u16, u16) {
        match self {
            Self::ReceiptSpan | Self::MatchingSpan => (1, Span::N_MAX),
            Self::VisitsPerDay => (1, 20),
            Self::MatchingFrom | Self::InternalColumns | Self::Term => (0, 0),
        }
    }

    /// The method of [`Rulebook`] through which the rule is applied. A rule that nothing calls by this name is a promise
    /// on the rules page that nobody keeps: the house's test refuses it.
    pub const fn reader(self) -> &'static str {
        match self {
            Self::ReceiptSpan => "receipt_span",
            Self::MatchingSpan => "matching_span",
            Self::MatchingFrom => "matching_from",
            Self::VisitsPerDay => "visits_per_day",
            Self::InternalColumns => "allows_internal_columns",
            Self::Term => "term",
        }
    }

    /// Checks that the rule takes this value.
    ///
    /// # Errors
    /// [`BadRule`].
    pub fn check(self, value: RuleValue) -> Result<(), BadRule> {
        if std::mem::discriminant(&value) != std::mem::discriminant(&self.default_value()) {
            return Err(BadRule::OtherType(self));
        }
        let (min, max) = self.range();
        match value {
            RuleValue::Span(Span { n: found, .. }) | RuleValue::Count(found) if found < min || found > max => {
                Err(BadRule::OutOfRange { rule: self, min, max, found })
            }
            _ => Ok(()),
        }
    }
}

/// What one layer sets: the installation, an agency, or a task.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<Rule, RuleValue>", into = "BTreeMap<Rule, RuleValue>")]
pub struct RuleLayer(BTreeMap<Rule, RuleValue>);

impl RuleLayer {
    /// Sets a rule.
    ///
    /// # Errors
    /// [`BadRule`] if the rule does not take the value; nothing is changed then.
    pub fn set(&mut self, rule: Rule, value: RuleValue) -> Result<(), BadRule> {
        rule.check(value)?;
        self.0.insert(rule, value);
        Ok(())
    }

    /// Leaves the rule to the layer below.
    pub fn clear(&mut self, rule: Rule) {
        self.0.remove(&rule);
    }

    /// What this layer sets for the rule.
    pub fn get(&self, rule: Rule) -> Option<RuleValue> {
        self.0.get(&rule).copied()
    }
}

impl TryFrom<BTreeMap<Rule, RuleValue>> for RuleLayer {
    type Error = BadRule;

    fn try_from(rules: BTreeMap<Rule, RuleValue>) -> Result<Self, BadRule> {
        rules.iter().try_for_each(|(rule, value)| rule.check(*value))?;
        Ok(Self(rules))
    }
}

impl From<RuleLayer> for BTreeMap<Rule, RuleValue> {
    fn from(layer: RuleLayer) -> Self {
        layer.0
    }
}

/// The rules in force: defaults, and layers of which a later one wins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rulebook(BTreeMap<Rule, RuleValue>);

impl Rulebook {
    /// Lays layers over the defaults: installation first, then agency, then task.
    pub fn of<'a>(layers: impl IntoIterator<Item = &'a RuleLayer>) -> Self {
        let mut rules = BTreeMap::new();
        for layer in layers {
            rules.extend(layer.0.iter().map(|(rule, value)| (*rule, *value)));
        }
        Self(rules)
    }

    /// The value in force.
    pub fn value(&self, rule: Rule) -> RuleValue {
        self.0.get(&rule).copied().unwrap_or(rule.default_value())
    }

    /// How long an agency has to sign for its share.
    pub fn receipt_span(&self) -> Span {
        self.span(Rule::ReceiptSpan)
    }

    /// How long an agency has to match inspectors.
    pub fn matching_span(&self) -> Span {
        self.span(Rule::MatchingSpan)
    }

    /// From where [`Rulebook::matching_span`] counts.
    pub fn matching_from(&self) -> StartEvent {
        if let RuleValue::StartEvent(event) = self.value(Rule::MatchingFrom) { event } else { StartEvent::Dispatch }
    }

    /// How many visits an inspector makes on one day at most.
    pub fn visits_per_day(&self) -> u16 {
        if let RuleValue::Count(count) = self.value(Rule::VisitsPerDay) { count } else { 0 }
    }

    /// What the pages call market entities.
    pub fn term(&self) -> Term {
        if let RuleValue::Term(term) = self.value(Rule::Term) { term } else { Term::MarketEntity }
    }

    /// Whether a scheme may read a column for regulators only.
    pub fn allows_internal_columns(&self) -> bool {
        matches!(self.value(Rule::InternalColumns), RuleValue::Flag(true))
    }

    fn span(&self, rule: Rule) -> Span {
        if let RuleValue::Span(span) = self.value(rule) { span } else { Span::days(0) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    /// Names and calls: each rule's reader exists and gives what the rule says.
    fn read(book: &Rulebook, rule: Rule) -> (&'static str, RuleValue) {
        match rule {
            Rule::ReceiptSpan => ("receipt_span", RuleValue::Span(book.receipt_span())),
            Rule::MatchingSpan => ("matching_span", RuleValue::Span(book.matching_span())),
            Rule::MatchingFrom => ("matching_from", RuleValue::StartEvent(book.matching_from())),
            Rule::VisitsPerDay => ("visits_per_day", RuleValue::Count(book.visits_per_day())),
            Rule::InternalColumns => ("allows_internal_columns", RuleValue::Flag(book.allows_internal_columns())),
            Rule::Term => ("term", RuleValue::Term(book.term())),
        }
    }

    #[test]
    fn each_rule_has_its_reader() {
        let mut other = RuleLayer::default();
        other.set(Rule::ReceiptSpan, RuleValue::Span(Span::days(9))).unwrap();
        other.set(Rule::MatchingSpan, RuleValue::Span(Span::days(8))).unwrap();
        other.set(Rule::MatchingFrom, RuleValue::StartEvent(StartEvent::Receipt)).unwrap();
        other.set(Rule::VisitsPerDay, RuleValue::Count(7)).unwrap();
        other.set(Rule::InternalColumns, RuleValue::Flag(false)).unwrap();
        other.set(Rule::Term, RuleValue::Term(Term::BusinessEntity)).unwrap();
        let changed = Rulebook::of([&other]);
        for rule in Rule::ALL.iter().copied() {
            assert_eq!(read(&Rulebook::default(), rule), (rule.reader(), rule.default_value()));
            assert_eq!(read(&changed, rule), (rule.reader(), changed.value(rule)));
            assert_ne!(changed.value(rule), rule.default_value(), "{rule}");
        }
    }

    #[test]
    fn defaults_follow_the_sources_and_fit_their_own_rules() {
        let book = Rulebook::default();
        assert_eq!(book.matching_span(), Span::days(5));
        assert_eq!(book.receipt_span(), Span::working_days(5));
        assert_eq!((book.matching_from(), book.visits_per_day()), (StartEvent::Dispatch, 4));
        assert_eq!(book.term(), Term::MarketEntity);
        for rule in Rule::ALL {
            assert_eq!(rule.check(rule.default_value()), Ok(()), "{rule}");
        }
    }

    #[test]
    fn the_later_layer_wins() {
        let mut installation = RuleLayer::default();
        installation.set(Rule::MatchingSpan, RuleValue::Span(Span::working_days(5))).unwrap();
        installation.set(Rule::Term, RuleValue::Term(Term::BusinessEntity)).unwrap();
        let mut agency = RuleLayer::default();
        agency.set(Rule::MatchingSpan, RuleValue::Span(Span::working_days(3))).unwrap();
        assert_eq!(Rulebook::of([&installation, &agency]).matching_span(), Span::working_days(3));
        assert_eq!(Rulebook::of([&installation, &agency]).term(), Term::BusinessEntity);
        agency.clear(Rule::MatchingSpan);
        assert_eq!(Rulebook::of([&installation, &agency]).matching_span(), Span::working_days(5));
    }

    #[test]
    fn wrong_values_are_refused() {
        let check = |rule: Rule, value: RuleValue, expect: Result<(), BadRule>| {
            let mut layer = RuleLayer::default();
            assert_eq!(layer.set(rule, value), expect);
            assert_eq!(layer.get(rule).is_some(), expect.is_ok());
        };
        let range = |rule: Rule, min: u16, max: u16, found: u16| Err(BadRule::OutOfRange { rule, min, max, found });
        check(Rule::VisitsPerDay, RuleValue::Count(1), Ok(()));
        check(Rule::VisitsPerDay, RuleValue::Count(20), Ok(()));
        check(Rule::VisitsPerDay, RuleValue::Count(0), range(Rule::VisitsPerDay, 1, 20, 0));
        check(Rule::VisitsPerDay, RuleValue::Count(21), range(Rule::VisitsPerDay, 1, 20, 21));
        check(Rule::ReceiptSpan, RuleValue::Span(Span::days(366)), Ok(()));
        check(Rule::ReceiptSpan, RuleValue::Span(Span::days(367)), range(Rule::ReceiptSpan, 1, 366, 367));
        check(Rule::ReceiptSpan, RuleValue::Span(Span::days(0)), range(Rule::ReceiptSpan, 1, 366, 0));
        check(Rule::Term, RuleValue::Count(2), Err(BadRule::OtherType(Rule::Term)));
        check(Rule::VisitsPerDay, RuleValue::Term(Term::MarketEntity), Err(BadRule::OtherType(Rule::VisitsPerDay)));
    }

    #[test]
    fn a_layer_is_stored_as_json_and_checked_when_read() {
        let mut layer = RuleLayer::default();
        layer.set(Rule::MatchingSpan, RuleValue::Span(Span::working_days(5))).unwrap();
        let json = serde_json::to_string(&layer).unwrap();
        assert_eq!(json, r#"{"matching_span":{"type":"span","value":{"n":5,"unit":"working_day"}}}"#);
        assert_eq!(serde_json::from_str::<RuleLayer>(&json).unwrap(), layer);
        assert!(serde_json::from_str::<RuleLayer>(r#"{"visits_per_day":{"type":"count","value":0}}"#).is_err());
        assert!(serde_json::from_str::<RuleLayer>(r#"{"no_such_rule":{"type":"count","value":1}}"#).is_err());
    }
}

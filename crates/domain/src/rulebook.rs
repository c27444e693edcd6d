//! The rules on which the sources disagree, as typed parameters: default, unit, and layers installation < agency < task.
//!
//! A rule's legal basis is a text and stands in `text::rule_basis`. A value of the wrong type is refused when it is set,
//! so that a reader of a rule never meets one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::deadline::Span;

coded_enum! {
    /// A parameter.
    Rule {
        /// Receipt of a dispatched share (R73).
        ReceiptSpan = "receipt_span",
        /// Matching of inspectors after dispatch (R76, R77).
        MatchingSpan = "matching_span",
        /// Entry of the result after the check (R96).
        EntrySpan = "entry_span",
        /// Disclosure after the check (R97, R102).
        DisclosureSpan = "disclosure_span",
        /// How often one object may be drawn in a year (R64).
        YearlyLimit = "yearly_limit",
        /// What the yearly limit counts.
        YearlyLimitCounts = "yearly_limit_counts",
        /// Inspectors per visit.
        InspectorsPerVisit = "inspectors_per_visit",
        /// By which agency a drawn object is dispatched (R71, R74).
        DispatchKey = "dispatch_key",
        /// Who approves that an inspector is replaced (R81, R82).
        ReplacementApprover = "replacement_approver",
        /// Whether 情况说明 cases count in the disclosure rate (R104).
        SecretInRate = "secret_in_rate",
        /// Whether a late entry counts as completed (R96).
        LateEntryCompletes = "late_entry_completes",
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
    /// By which agency a drawn object is dispatched.
    DispatchKey {
        /// 登记机关
        Registrar = "registrar",
        /// 属地（管辖单位）
        Territory = "territory",
    }
}

coded_enum! {
    /// What "not more than twice a year" counts.
    LimitCounts {
        /// Each time an object is drawn.
        Draws = "draws",
        /// Each visit; two draws that become one visit count once.
        Visits = "visits",
    }
}

coded_enum! {
    /// Who approves a replacement of an inspector.
    ReplacementApprover {
        /// 单位分管领导
        UnitLeader = "unit_leader",
        /// 部门相关负责人
        DepartmentHead = "department_head",
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
    /// A dispatch key.
    DispatchKey(DispatchKey),
    /// What is counted.
    LimitCounts(LimitCounts),
    /// An approver.
    ReplacementApprover(ReplacementApprover),
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
            Self::EntrySpan => RuleValue::Span(Span::working_days(7)),
            Self::DisclosureSpan => RuleValue::Span(Span::working_days(20)),
            Self::YearlyLimit | Self::InspectorsPerVisit => RuleValue::Count(2),
            Self::YearlyLimitCounts => RuleValue::LimitCounts(LimitCounts::Draws),
            Self::DispatchKey => RuleValue::DispatchKey(DispatchKey::Registrar),
            Self::ReplacementApprover => RuleValue::ReplacementApprover(ReplacementApprover::UnitLeader),
            Self::SecretInRate | Self::LateEntryCompletes => RuleValue::Flag(false),
            Self::InternalColumns => RuleValue::Flag(true),
            Self::Term => RuleValue::Term(Term::MarketEntity),
        }
    }

    /// Smallest and largest number, for spans and counts. Fewer than two inspectors per visit is against the law.
    pub const fn range(self) -> (u16, u16) {
        match self {
            Self::ReceiptSpan | Self::MatchingSpan | Self::EntrySpan | Self::DisclosureSpan => (1, Span::N_MAX),
            Self::YearlyLimit => (1, 12),
            Self::InspectorsPerVisit => (2, 6),
            _ => (0, 0),
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

    /// The span of one of the four span rules; for another rule zero days.
    pub fn span(&self, rule: Rule) -> Span {
        if let RuleValue::Span(span) = self.value(rule) { span } else { Span::days(0) }
    }

    /// How long an agency has to sign for its share.
    pub fn receipt_span(&self) -> Span {
        self.span(Rule::ReceiptSpan)
    }

    /// How long an agency has to match inspectors.
    pub fn matching_span(&self) -> Span {
        self.span(Rule::MatchingSpan)
    }

    /// How long a result may wait for entry.
    pub fn entry_span(&self) -> Span {
        self.span(Rule::EntrySpan)
    }

    /// How long a result may wait for disclosure.
    pub fn disclosure_span(&self) -> Span {
        self.span(Rule::DisclosureSpan)
    }

    /// How often one object may be drawn in a year.
    pub fn yearly_limit(&self) -> u16 {
        self.count(Rule::YearlyLimit)
    }

    /// How many inspectors go on a visit, at least two.
    pub fn inspectors_per_visit(&self) -> u16 {
        self.count(Rule::InspectorsPerVisit)
    }

    /// What the pages call market entities.
    pub fn term(&self) -> Term {
        if let RuleValue::Term(term) = self.value(Rule::Term) { term } else { Term::MarketEntity }
    }

    /// By which agency a drawn object is dispatched.
    pub fn dispatch_key(&self) -> DispatchKey {
        if let RuleValue::DispatchKey(key) = self.value(Rule::DispatchKey) { key } else { DispatchKey::Registrar }
    }

    /// Whether a scheme may read a column for regulators only.
    pub fn allows_internal_columns(&self) -> bool {
        matches!(self.value(Rule::InternalColumns), RuleValue::Flag(true))
    }

    fn count(&self, rule: Rule) -> u16 {
        if let RuleValue::Count(count) = self.value(rule) { count } else { 0 }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn defaults_follow_the_sources_and_fit_their_own_rules() {
        let book = Rulebook::default();
        assert_eq!(book.matching_span(), Span::days(5));
        assert_eq!(book.receipt_span(), Span::working_days(5));
        assert_eq!(book.entry_span(), Span::working_days(7));
        assert_eq!(book.disclosure_span(), Span::working_days(20));
        assert_eq!((book.yearly_limit(), book.inspectors_per_visit()), (2, 2));
        assert_eq!((book.term(), book.dispatch_key()), (Term::MarketEntity, DispatchKey::Registrar));
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
        check(Rule::InspectorsPerVisit, RuleValue::Count(2), Ok(()));
        check(Rule::InspectorsPerVisit, RuleValue::Count(6), Ok(()));
        check(
            Rule::InspectorsPerVisit,
            RuleValue::Count(1),
            Err(BadRule::OutOfRange { rule: Rule::InspectorsPerVisit, min: 2, max: 6, found: 1 }),
        );
        check(
            Rule::InspectorsPerVisit,
            RuleValue::Count(7),
            Err(BadRule::OutOfRange { rule: Rule::InspectorsPerVisit, min: 2, max: 6, found: 7 }),
        );
        check(Rule::EntrySpan, RuleValue::Span(Span::days(366)), Ok(()));
        check(
            Rule::EntrySpan,
            RuleValue::Span(Span::days(367)),
            Err(BadRule::OutOfRange { rule: Rule::EntrySpan, min: 1, max: 366, found: 367 }),
        );
        check(
            Rule::EntrySpan,
            RuleValue::Span(Span::days(0)),
            Err(BadRule::OutOfRange { rule: Rule::EntrySpan, min: 1, max: 366, found: 0 }),
        );
        check(Rule::Term, RuleValue::Count(2), Err(BadRule::OtherType(Rule::Term)));
        check(Rule::YearlyLimit, RuleValue::Flag(true), Err(BadRule::OtherType(Rule::YearlyLimit)));
    }

    #[test]
    fn a_layer_is_stored_as_json_and_checked_when_read() {
        let mut layer = RuleLayer::default();
        layer.set(Rule::MatchingSpan, RuleValue::Span(Span::working_days(5))).unwrap();
        let json = serde_json::to_string(&layer).unwrap();
        assert_eq!(json, r#"{"matching_span":{"type":"span","value":{"n":5,"unit":"working_day"}}}"#);
        assert_eq!(serde_json::from_str::<RuleLayer>(&json).unwrap(), layer);
        assert!(serde_json::from_str::<RuleLayer>(r#"{"inspectors_per_visit":{"type":"count","value":1}}"#).is_err());
        assert!(serde_json::from_str::<RuleLayer>(r#"{"no_such_rule":{"type":"count","value":1}}"#).is_err());
    }
}

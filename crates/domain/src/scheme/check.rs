//! What is wrong with a scheme by itself: everything at once, in the order of the page, each with its place.

use super::{
    Condition, ConditionTest, SchemeColumn, SchemeDraft, SpanRule, StratumMembership, StratumRule, StratumSize,
    is_ratio,
};
use crate::rulebook::{Rule, RuleValue};
use crate::time::parse_day;

/// What is wrong with a scheme, and where: `strata[2].conditions[0]`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct SchemeProblem {
    /// Where, from the outside inwards.
    pub place: String,
    /// What.
    pub what: BadScheme,
}

/// What can be wrong with a scheme by itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadScheme {
    /// Missing, or too long.
    #[error("between 1 and {max} characters, found {found}")]
    Text {
        /// Limit.
        max: usize,
        /// Characters found.
        found: usize,
    },
    /// Not a code.
    #[error("not a code")]
    Code,
    /// A code that another rule has.
    #[error("the code {0} stands twice")]
    Twice(String),
    /// A scheme without strata.
    #[error("no strata")]
    NoStrata,
    /// More rules, conditions, values or items than the limit.
    #[error("{found} are more than {max}")]
    TooMany {
        /// Limit.
        max: usize,
        /// Found.
        found: usize,
    },
    /// A rule without conditions.
    #[error("no conditions")]
    NoConditions,
    /// The test does not fit the column.
    #[error("{test} does not fit {column}")]
    Unfit {
        /// Column.
        column: SchemeColumn,
        /// Test.
        test: ConditionTest,
    },
    /// A condition without the values that it needs.
    #[error("values missing")]
    NoValues,
    /// Not a day.
    #[error("{0:?} is not a day")]
    Day(String),
    /// Not a ratio.
    #[error("{0:?} is not a ratio")]
    Ratio(String),
    /// A size of nothing at all.
    #[error("nothing would be drawn")]
    NothingDrawn,
    /// Cells by tags or a split of a stratum that has ratios by value.
    #[error("this column cannot make cells here")]
    Cells,
    /// `otherwise` under membership "first".
    #[error("otherwise has no meaning under membership first")]
    Otherwise,
    /// The window ends before it begins.
    #[error("the window ends before it begins")]
    Window,
    /// A deadline that a scheme cannot set, or one out of its range.
    #[error("the scheme cannot set {rule} to {n}")]
    Span {
        /// The rule.
        rule: Rule,
        /// The number of days.
        n: u16,
    },
    /// An entry of a stratum's items that names nothing of the list in force.
    #[error("{0:?} is neither an item nor a category of the list in force")]
    NotListed(String),
    /// Text that the draw protocol refuses: invisible characters, not NFC.
    #[error("text that the protocol refuses: {0}")]
    Protocol(String),
}

impl SchemeDraft {
    /// Everything that is wrong with it, in the order of the page. A scheme that is still being written may have many.
    pub fn problems(&self) -> Vec<SchemeProblem> {
        let mut found = Problems::default();
        found.text("title", &self.title, 1, Self::TITLE_CHARS_MAX);
        for (place, text) in [("basis", &self.basis), ("contact", &self.contact), ("notes", &self.notes)] {
            found.text(place, text, 0, Self::TEXT_CHARS_MAX);
        }
        if let (Some(from), Some(to)) = (self.window_from, self.window_to)
            && to < from
        {
            found.push("window_to", BadScheme::Window);
        }
        found.spans(&self.spans);
        found.count("exclusions", self.exclusions.len(), Self::EXCLUSIONS_MAX);
        found.count("strata", self.strata.len(), Self::STRATA_MAX);
        if self.strata.is_empty() {
            found.push("strata", BadScheme::NoStrata);
        }
        if self.reserves > Self::RESERVES_MAX {
            let max = usize::try_from(Self::RESERVES_MAX).unwrap_or(usize::MAX);
            found.push(
                "reserves",
                BadScheme::TooMany { max, found: usize::try_from(self.reserves).unwrap_or(usize::MAX) },
            );
        }
        found.codes("exclusions", self.exclusions.iter().map(|rule| rule.code.as_str()));
        found.codes("strata", self.strata.iter().map(|rule| rule.code.as_str()));
        for (index, rule) in self.exclusions.iter().enumerate() {
            let place = format!("exclusions[{index}]");
            found.text(&format!("{place}.label"), &rule.label, 1, Self::LABEL_CHARS_MAX);
            found.conditions(&place, &rule.conditions);
        }
        for (index, rule) in self.strata.iter().enumerate() {
            found.stratum(&format!("strata[{index}]"), rule, self.membership);
        }
        found.0
    }
}

#[derive(Default)]
struct Problems(Vec<SchemeProblem>);

impl Problems {
    fn push(&mut self, place: impl Into<String>, what: BadScheme) {
        self.0.push(SchemeProblem { place: place.into(), what });
    }

    fn text(&mut self, place: &str, text: &str, min: usize, max: usize) {
        let found = text.trim().chars().count();
        if found < min || found > max {
            self.push(place, BadScheme::Text { max, found });
        }
    }

    fn count(&mut self, place: &str, found: usize, max: usize) {
        if found > max {
            self.push(place, BadScheme::TooMany { max, found });
        }
    }

    fn spans(&mut self, spans: &[SpanRule]) {
        let mut seen = Vec::new();
        for (index, SpanRule { rule, span, basis }) in spans.iter().enumerate() {
            let place = format!("spans[{index}]");
            let known = SchemeDraft::SPAN_RULES.contains(rule) && !seen.contains(rule);
            if !known || rule.check(RuleValue::Span(*span)).is_err() {
                self.push(&place, BadScheme::Span { rule: *rule, n: span.n });
            }
            seen.push(*rule);
            self.text(&format!("{place}.basis"), basis, 1, SchemeDraft::SPAN_BASIS_CHARS_MAX);
        }
    }

    fn codes<'a>(&mut self, place: &str, codes: impl Iterator<Item = &'a str>) {
        let mut seen = std::collections::BTreeSet::new();
        for (index, code) in codes.enumerate() {
            let good = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
            if code.is_empty() || code.len() > 32 || !code.bytes().all(good) {
                self.push(format!("{place}[{index}].code"), BadScheme::Code);
            } else if !seen.insert(code) {
                self.push(format!("{place}[{index}].code"), BadScheme::Twice(code.to_owned()));
            }
        }
    }

    fn conditions(&mut self, place: &str, conditions: &[Condition]) {
        if conditions.is_empty() {
            self.push(format!("{place}.conditions"), BadScheme::NoConditions);
        }
        self.count(&format!("{place}.conditions"), conditions.len(), SchemeDraft::CONDITIONS_MAX);
        for (index, condition) in conditions.iter().enumerate() {
            let place = format!("{place}.conditions[{index}]");
            if !condition.test.fits(condition.column) {
                self.push(&place, BadScheme::Unfit { column: condition.column, test: condition.test });
                continue;
            }
            let (least, most) = condition.test.values();
            if condition.values.len() < least {
                self.push(&place, BadScheme::NoValues);
            }
            self.count(&place, condition.values.len(), most);
            for value in &condition.values {
                let day = matches!(condition.test, ConditionTest::UpTo | ConditionTest::After)
                    || condition.column == SchemeColumn::Registered;
                if day && parse_day(value).is_none() {
                    self.push(&place, BadScheme::Day(value.clone()));
                }
                self.text(&place, value, 1, SchemeDraft::LABEL_CHARS_MAX);
            }
        }
    }

    fn stratum(&mut self, place: &str, rule: &StratumRule, membership: StratumMembership) {
        self.text(&format!("{place}.label"), &rule.label, 1, SchemeDraft::LABEL_CHARS_MAX);
        self.text(&format!("{place}.population"), &rule.population, 1, SchemeDraft::LABEL_CHARS_MAX);
        self.count(&format!("{place}.items"), rule.items.len(), SchemeDraft::ITEMS_MAX);
        for item in &rule.items {
            self.text(&format!("{place}.items"), item, 1, SchemeDraft::LABEL_CHARS_MAX);
        }
        self.conditions(place, &rule.conditions);
        let size = format!("{place}.size");
        match &rule.size {
            StratumSize::Ratio { ratio, .. } => match is_ratio(ratio) {
                false => self.push(size, BadScheme::Ratio(ratio.clone())),
                true if ratio.bytes().all(|b| matches!(b, b'0' | b'.')) => self.push(size, BadScheme::NothingDrawn),
                true => {}
            },
            StratumSize::Count(0) => self.push(size, BadScheme::NothingDrawn),
            StratumSize::Count(_) => {}
            StratumSize::By { column, ratios, .. } => {
                if column.is_set() || rule.split.is_some() {
                    self.push(&size, BadScheme::Cells);
                }
                if ratios.is_empty() {
                    self.push(&size, BadScheme::NoValues);
                }
                self.count(&size, ratios.len(), SchemeDraft::VALUES_MAX);
                for (_, ratio) in ratios.iter().filter(|(_, ratio)| !is_ratio(ratio)) {
                    self.push(&size, BadScheme::Ratio(ratio.clone()));
                }
            }
        }
        if rule.split.as_ref().is_some_and(|split| split.by.is_set()) {
            self.push(format!("{place}.split"), BadScheme::Cells);
        }
        if rule.otherwise && membership == StratumMembership::First {
            self.push(format!("{place}.otherwise"), BadScheme::Otherwise);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::scheme::SizeRounding;

    fn kind(values: &[&str]) -> Condition {
        Condition::new(SchemeColumn::Kind, ConditionTest::In, values.iter().copied())
    }

    fn draft() -> SchemeDraft {
        let mut draft = SchemeDraft::empty("测试方案");
        draft.strata.push(StratumRule {
            code: "E1".into(),
            label: "企业".into(),
            population: "企业".into(),
            items: vec!["登记事项检查".into()],
            tagged: true,
            conditions: vec![kind(&["企业"])],
            size: StratumSize::Ratio { ratio: "0.03".into(), rounding: SizeRounding::Ceil, at_least: None },
            split: None,
            otherwise: false,
        });
        draft
    }

    #[test]
    fn each_rule_of_a_scheme() {
        let check = |change: &dyn Fn(&mut SchemeDraft), expect: &[(&str, BadScheme)]| {
            let mut draft = draft();
            change(&mut draft);
            let found: Vec<_> = draft.problems().into_iter().map(|p| (p.place, p.what)).collect();
            let expect: Vec<_> = expect.iter().map(|(place, what)| ((*place).to_owned(), what.clone())).collect();
            assert_eq!(found, expect);
        };
        check(&|_| {}, &[]);
        check(&|d| d.title = " ".into(), &[("title", BadScheme::Text { max: 100, found: 0 })]);
        check(&|d| d.title = "题".repeat(100), &[]);
        check(&|d| d.title = "题".repeat(101), &[("title", BadScheme::Text { max: 100, found: 101 })]);
        check(&|d| d.strata.clear(), &[("strata", BadScheme::NoStrata)]);
        check(&|d| d.strata.push(d.strata[0].clone()), &[("strata[1].code", BadScheme::Twice("E1".into()))]);
        check(&|d| d.strata[0].code = "E 1".into(), &[("strata[0].code", BadScheme::Code)]);
        check(&|d| d.strata[0].conditions.clear(), &[("strata[0].conditions", BadScheme::NoConditions)]);
        check(
            &|d| d.strata[0].conditions[0].test = ConditionTest::Has,
            &[("strata[0].conditions[0]", BadScheme::Unfit { column: SchemeColumn::Kind, test: ConditionTest::Has })],
        );
        check(&|d| d.strata[0].conditions[0].values.clear(), &[("strata[0].conditions[0]", BadScheme::NoValues)]);
        let after = |value: &str| Condition::new(SchemeColumn::Registered, ConditionTest::After, [value]);
        check(&|d| d.strata[0].conditions.push(after("2020-12-31")), &[]);
        check(
            &|d| d.strata[0].conditions.push(after("2020-13-31")),
            &[("strata[0].conditions[1]", BadScheme::Day("2020-13-31".into()))],
        );
        check(&|d| d.strata[0].size = StratumSize::Count(0), &[("strata[0].size", BadScheme::NothingDrawn)]);
        let ratio =
            |ratio: &str| StratumSize::Ratio { ratio: ratio.into(), rounding: SizeRounding::Ceil, at_least: None };
        check(&|d| d.strata[0].size = ratio("3%"), &[("strata[0].size", BadScheme::Ratio("3%".into()))]);
        check(&|d| d.strata[0].size = ratio("0.000"), &[("strata[0].size", BadScheme::NothingDrawn)]);
        check(&|d| d.strata[0].otherwise = true, &[("strata[0].otherwise", BadScheme::Otherwise)]);
        check(
            &|d| {
                d.window_from = parse_day("2021-06-30");
                d.window_to = parse_day("2021-06-29");
            },
            &[("window_to", BadScheme::Window)],
        );
        let values = |n: usize| (0..n).map(|i| format!("值{i}")).collect::<Vec<_>>();
        check(&|d| d.strata[0].conditions[0].values = values(200), &[]);
        check(
            &|d| d.strata[0].conditions[0].values = values(201),
            &[("strata[0].conditions[0]", BadScheme::TooMany { max: 200, found: 201 })],
        );
        let span =
            |rule, n| SpanRule { rule, span: crate::deadline::Span::working_days(n), basis: "局函1号".into() };
        check(&|d| d.spans = vec![span(Rule::ReceiptSpan, 5), span(Rule::MatchingSpan, 366)], &[]);
        check(
            &|d| d.spans = vec![span(Rule::MatchingSpan, 367)],
            &[("spans[0]", BadScheme::Span { rule: Rule::MatchingSpan, n: 367 })],
        );
        check(
            &|d| d.spans = vec![span(Rule::EntrySpan, 5)],
            &[("spans[0]", BadScheme::Span { rule: Rule::EntrySpan, n: 5 })],
        );
        check(
            &|d| d.spans = vec![span(Rule::ReceiptSpan, 5), span(Rule::ReceiptSpan, 6)],
            &[("spans[1]", BadScheme::Span { rule: Rule::ReceiptSpan, n: 6 })],
        );
        check(
            &|d| d.spans = vec![SpanRule { basis: " ".into(), ..span(Rule::ReceiptSpan, 5) }],
            &[("spans[0].basis", BadScheme::Text { max: 200, found: 0 })],
        );
        check(
            &|d| d.strata[0].conditions.push(Condition::new(SchemeColumn::Licences, ConditionTest::Has, ["许可证"])),
            &[],
        );
        check(&|d| d.reserves = 1_000, &[]);
        check(&|d| d.reserves = 1_001, &[("reserves", BadScheme::TooMany { max: 1_000, found: 1_001 })]);
    }

    #[test]
    fn a_scheme_is_written_and_read_again() {
        let text = serde_json::to_string(&draft()).unwrap();
        assert_eq!(serde_json::from_str::<SchemeDraft>(&text).unwrap(), draft());
    }
}

//! From the rows of the form to the document of the draw protocol. Pure; the same draft always gives the same bytes.

use domain::scheme::{
    BadScheme, Condition, ConditionTest, SchemeDraft, SchemeProblem, SeatMethod, SizeRounding, StratumMembership,
    StratumRule, StratumSize,
};
use draw::{Exclusion, Membership, Predicate, Ratio, Rounding, Scheme, Size, Split, SplitMethod, Stratum, Test};

/// The protocol's scheme of a draft.
///
/// # Errors
/// Everything that is wrong with the draft, never an empty list.
pub fn compile(draft: &SchemeDraft) -> Result<Scheme, Vec<SchemeProblem>> {
    let problems = draft.problems();
    if !problems.is_empty() {
        return Err(problems);
    }
    let strata: Result<Vec<_>, _> = draft.strata.iter().enumerate().map(|(index, rule)| stratum(index, rule)).collect();
    let exclude = draft.exclusions.iter().map(|rule| Exclusion {
        code: rule.code.clone(),
        label: rule.label.trim().to_owned(),
        when: all(&rule.conditions),
    });
    let scheme = Scheme {
        title: draft.title.trim().to_owned(),
        membership: match draft.membership {
            StratumMembership::First => Membership::First,
            StratumMembership::Every => Membership::Every,
        },
        exclude: exclude.collect(),
        strata: strata.map_err(|problem| vec![problem])?,
        reserves: draft.reserves,
    };
    // The protocol's own rules: texts in NFC without invisible characters, and whatever the form does not know.
    scheme.validate().and_then(|()| scheme.check(&super::header(&super::COLUMNS)?)).map_err(|refused| {
        let place = refused.place.replace("exclude[", "exclusions[").replace(".when", ".conditions");
        vec![SchemeProblem { place, what: BadScheme::Protocol(refused.reason.to_string()) }]
    })?;
    Ok(scheme)
}

fn stratum(index: usize, rule: &StratumRule) -> Result<Stratum, SchemeProblem> {
    let ratio = |text: &str| {
        Ratio::parse(text).map_err(|_| SchemeProblem {
            place: format!("strata[{index}].size"),
            what: BadScheme::Ratio(text.to_owned()),
        })
    };
    Ok(Stratum {
        code: rule.code.clone(),
        label: rule.label.trim().to_owned(),
        population: rule.population.trim().to_owned(),
        items: rule.items.iter().map(|item| item.trim().to_owned()).collect(),
        when: all(&rule.conditions),
        size: match &rule.size {
            StratumSize::Ratio { ratio: text, rounding: how, at_least } => {
                Size::Ratio { ratio: ratio(text)?, rounding: rounding(*how), at_least: *at_least }
            }
            StratumSize::Count(count) => Size::Count(*count),
            StratumSize::By { column, ratios, rounding: how } => Size::By {
                column: column.code().to_owned(),
                ratios: ratios
                    .iter()
                    .map(|(value, text)| Ok((value.clone(), ratio(text)?)))
                    .collect::<Result<_, SchemeProblem>>()?,
                rounding: rounding(*how),
            },
        },
        split: rule.split.as_ref().map(|split| Split {
            by: split.by.code().to_owned(),
            method: match split.method {
                SeatMethod::Random => SplitMethod::Random,
                SeatMethod::Hamilton => SplitMethod::Hamilton,
            },
        }),
        otherwise: rule.otherwise,
    })
}

const fn rounding(rounding: SizeRounding) -> Rounding {
    match rounding {
        SizeRounding::Ceil => Rounding::Ceil,
        SizeRounding::HalfUp => Rounding::HalfUp,
        SizeRounding::Floor => Rounding::Floor,
    }
}

fn all(conditions: &[Condition]) -> Predicate {
    match conditions {
        [one] => predicate(one),
        several => Predicate::All(several.iter().map(predicate).collect()),
    }
}

fn predicate(condition: &Condition) -> Predicate {
    let values = condition.values.clone();
    let test = |test| Predicate::Test { column: condition.column.code().to_owned(), test };
    let not = |predicate| Predicate::Not(Box::new(predicate));
    match condition.test {
        ConditionTest::In => test(Test::In(values)),
        ConditionTest::NotIn => not(test(Test::In(values))),
        ConditionTest::Prefix => test(Test::Prefix(values)),
        ConditionTest::Has => test(Test::Has(values)),
        ConditionTest::HasNone => not(test(Test::Has(values))),
        ConditionTest::UpTo => test(Test::Range { from: None, to: values.into_iter().next() }),
        // "Later than the day" is a range that starts on the next day, so that the bound itself is not met.
        ConditionTest::After => {
            let next = values
                .first()
                .and_then(|day| domain::time::parse_day(day))
                .and_then(|day| day.succ_opt())
                .map(|day| day.to_string());
            test(Test::Range { from: next, to: None })
        }
        ConditionTest::Empty => test(Test::Empty(true)),
        ConditionTest::Filled => test(Test::Empty(false)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use domain::scheme::SchemeColumn;

    fn draft(conditions: Vec<Condition>) -> SchemeDraft {
        let mut draft = SchemeDraft::empty("测试");
        draft.strata.push(StratumRule {
            code: "E8".into(),
            label: "其它".into(),
            population: "企业".into(),
            items: vec!["登记事项检查".into()],
            tagged: true,
            conditions,
            size: StratumSize::Ratio { ratio: "0.03".into(), rounding: SizeRounding::Ceil, at_least: None },
            split: None,
            otherwise: false,
        });
        draft
    }

    #[test]
    fn conditions_become_predicates() {
        let check = |column, test, values: &[&str], expect: &str| {
            let scheme = compile(&draft(vec![Condition::new(column, test, values.iter().copied())])).unwrap();
            let json = String::from_utf8(scheme.to_jcs()).unwrap();
            assert!(json.contains(&format!("\"when\":{expect}}}")), "{json}");
        };
        use ConditionTest as T;
        use SchemeColumn as C;
        check(C::Kind, T::In, &["企业"], r#"{"column":"kind","in":["企业"]}"#);
        check(C::Status, T::NotIn, &["存续", "在营"], r#"{"not":{"column":"status","in":["存续","在营"]}}"#);
        check(C::Industry, T::Prefix, &["F52"], r#"{"column":"industry","prefix":["F52"]}"#);
        check(C::Tags, T::Has, &["计量"], r#"{"column":"tags","has":["计量"]}"#);
        check(C::Tags, T::HasNone, &["计量"], r#"{"not":{"column":"tags","has":["计量"]}}"#);
        check(C::Licences, T::Has, &["工业产品生产许可证"], r#"{"column":"licences","has":["工业产品生产许可证"]}"#);
        check(C::Registered, T::UpTo, &["2020-12-31"], r#"{"column":"registered","to":"2020-12-31"}"#);
        check(C::Registered, T::After, &["2020-12-31"], r#"{"column":"registered","from":"2021-01-01"}"#);
        check(C::Risk, T::Empty, &[], r#"{"column":"risk","empty":true}"#);
    }

    #[test]
    fn what_the_protocol_refuses_is_a_problem_with_its_place() {
        let hidden = Condition::new(SchemeColumn::Kind, ConditionTest::In, ["企\u{200b}业"]);
        let problems = compile(&draft(vec![hidden])).unwrap_err();
        assert_eq!(problems.len(), 1);
        assert!(problems[0].place.starts_with("strata[0].conditions"), "{}", problems[0].place);
        assert!(matches!(problems[0].what, BadScheme::Protocol(_)));
        assert!(!compile(&SchemeDraft::empty("空")).unwrap_err().is_empty());
    }
}

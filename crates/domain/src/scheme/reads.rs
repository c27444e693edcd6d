//! What a scheme looks at, and what of it the public may see. A roll holds the columns that its scheme reads and no other;
//! where one of them is internal, the roll stays in the house.

use std::collections::BTreeSet;

use super::{Condition, SchemeColumn, SchemeDraft, StratumRule, StratumSize};

/// Who may see what a column says of a firm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disclosure {
    /// Everybody: it stands on the licence or in the public register.
    Open,
    /// Regulators only.
    Internal,
}

impl SchemeColumn {
    /// Who may see what it says of a firm. The credit-risk class steers the regulators' own resources and is no verdict on the
    /// firm that others may read (国市监信发〔2022〕6号).
    pub const fn disclosure(self) -> Disclosure {
        match self {
            Self::Risk => Disclosure::Internal,
            _ => Disclosure::Open,
        }
    }

    /// Is it for regulators only?
    pub const fn is_internal(self) -> bool {
        matches!(self.disclosure(), Disclosure::Internal)
    }
}

impl StratumRule {
    /// The columns that decide who belongs to it and how many are drawn of whom.
    pub fn columns(&self) -> BTreeSet<SchemeColumn> {
        let mut columns = tested(&self.conditions);
        if let StratumSize::By { column, .. } = &self.size {
            columns.insert(*column);
        }
        columns.extend(self.split.as_ref().map(|split| split.by));
        columns
    }
}

impl SchemeDraft {
    /// The columns that it reads: tested by a condition, sized by, or split by.
    pub fn columns(&self) -> BTreeSet<SchemeColumn> {
        let excluded = self.exclusions.iter().flat_map(|rule| tested(&rule.conditions));
        excluded.chain(self.strata.iter().flat_map(StratumRule::columns)).collect()
    }

    /// The internal ones among them.
    pub fn internal_columns(&self) -> BTreeSet<SchemeColumn> {
        self.columns().into_iter().filter(|column| column.is_internal()).collect()
    }
}

fn tested(conditions: &[Condition]) -> BTreeSet<SchemeColumn> {
    conditions.iter().map(|condition| condition.column).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::scheme::{ConditionTest, ExclusionRule, SeatMethod, SizeRounding, SplitRule};

    fn draft() -> SchemeDraft {
        let mut draft = SchemeDraft::empty("测试方案");
        draft.strata.push(StratumRule {
            code: "E1".into(),
            label: "企业".into(),
            population: "企业".into(),
            items: Vec::new(),
            tagged: false,
            conditions: vec![Condition::new(SchemeColumn::Kind, ConditionTest::In, ["企业"])],
            size: StratumSize::Count(1),
            split: None,
            otherwise: false,
        });
        draft
    }

    #[test]
    fn what_a_scheme_reads() {
        let check = |change: &dyn Fn(&mut SchemeDraft), columns: &[SchemeColumn], internal: &[SchemeColumn]| {
            let mut draft = draft();
            change(&mut draft);
            assert_eq!(draft.columns().into_iter().collect::<Vec<_>>(), columns);
            assert_eq!(draft.internal_columns().into_iter().collect::<Vec<_>>(), internal);
        };
        use SchemeColumn as C;
        check(&|_| {}, &[C::Kind], &[]);
        check(&|d| d.strata.clear(), &[], &[]);
        check(
            &|d| d.strata[0].split = Some(SplitRule { by: C::Organ, method: SeatMethod::Random }),
            &[C::Kind, C::Organ],
            &[],
        );
        let by =
            |column| StratumSize::By { column, ratios: vec![("A".into(), "1".into())], rounding: SizeRounding::Ceil };
        check(&|d| d.strata[0].size = by(C::Risk), &[C::Kind, C::Risk], &[C::Risk]);
        check(&|d| d.strata[0].size = by(C::Division), &[C::Kind, C::Division], &[]);
        let excluded = |column| ExclusionRule {
            code: "x".into(),
            label: "不查的".into(),
            conditions: vec![Condition::new(column, ConditionTest::Empty, Vec::<String>::new())],
        };
        check(&|d| d.exclusions.push(excluded(C::Risk)), &[C::Kind, C::Risk], &[C::Risk]);
        check(&|d| d.exclusions.push(excluded(C::Status)), &[C::Kind, C::Status], &[]);
    }
}

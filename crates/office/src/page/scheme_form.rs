//! The scheme editor's form: rows of fields to a draft and back. Percentages and lists are typed as people write them;
//! whether the draft is whole is decided in `app`.

use std::collections::HashMap;

use app::scheme::LiveCounts;
use domain::scheme::{
    Condition, ConditionTest, ExclusionRule, SchemeColumn, SchemeDraft, SizeRounding, StratumMembership, StratumRule,
    StratumSize, percent_of_ratio, ratio_of_percent,
};
use domain::time::parse_day;
use web::FieldErrors;

/// An exclusion or a stratum in the form.
pub struct RuleForm {
    /// Prefix of its field names: `x0`, `s3`.
    pub prefix: String,
    /// Code.
    pub code: String,
    /// Label.
    pub label: String,
    /// Population, of a stratum.
    pub population: String,
    /// Items, one a line.
    pub items: String,
    /// `3%` or `20户`; empty where the size is made by values of a column and is kept as it is.
    pub size: String,
    /// Rounding's code.
    pub rounding: String,
    /// Least number, or empty.
    pub at_least: String,
    /// The conditions and one empty row.
    pub conditions: Vec<ConditionForm>,
    /// The rule in words.
    pub sentence: String,
    /// Rows, in words; empty while they cannot be counted.
    pub rows: String,
}

/// A condition in the form.
pub struct ConditionForm {
    /// Prefix of its field names: `s3-c0`.
    pub prefix: String,
    /// Column's code, or empty.
    pub column: String,
    /// Test's code.
    pub test: String,
    /// Values, joined by 、.
    pub values: String,
}

fn conditions(prefix: &str, conditions: &[Condition]) -> Vec<ConditionForm> {
    let filled = conditions.iter().map(|condition| {
        let Condition { column, test, values } = condition;
        (column.code().to_owned(), test.code().to_owned(), values.join("、"))
    });
    let empty = std::iter::once((String::new(), "in".to_owned(), String::new()));
    let rows = filled.chain(empty).take(SchemeDraft::CONDITIONS_MAX).enumerate();
    let form =
        |(index, (column, test, values))| ConditionForm { prefix: format!("{prefix}-c{index}"), column, test, values };
    rows.map(form).collect()
}

/// The exclusions and one empty row.
pub fn exclusions(draft: &SchemeDraft, counts: &LiveCounts) -> Vec<RuleForm> {
    let empty = ExclusionRule { code: String::new(), label: String::new(), conditions: Vec::new() };
    let rules = draft.exclusions.iter().chain(std::iter::once(&empty)).take(SchemeDraft::EXCLUSIONS_MAX).enumerate();
    let form = |(index, rule): (usize, &ExclusionRule)| {
        let prefix = format!("x{index}");
        let counted =
            counts.exclusions.get(index).map(|count| format!("排除 {} 户", web::format::thousands(count.rows)));
        RuleForm {
            conditions: conditions(&prefix, &rule.conditions),
            prefix,
            code: rule.code.clone(),
            label: rule.label.clone(),
            population: String::new(),
            items: String::new(),
            size: String::new(),
            rounding: String::new(),
            at_least: String::new(),
            sentence: if rule.code.is_empty() { String::new() } else { text::scheme::conditions(&rule.conditions) },
            rows: counted.unwrap_or_default(),
        }
    };
    rules.map(form).collect()
}

fn empty_stratum() -> StratumRule {
    StratumRule {
        code: String::new(),
        label: String::new(),
        population: String::new(),
        items: Vec::new(),
        conditions: Vec::new(),
        size: StratumSize::Ratio { ratio: "0.03".to_owned(), rounding: SizeRounding::Ceil, at_least: None },
        split: None,
        otherwise: false,
    }
}

/// The strata and one empty row.
pub fn strata(draft: &SchemeDraft, counts: &LiveCounts) -> Vec<RuleForm> {
    let empty = empty_stratum();
    let rules = draft.strata.iter().chain(std::iter::once(&empty)).take(SchemeDraft::STRATA_MAX).enumerate();
    let form = |(index, rule): (usize, &StratumRule)| {
        let prefix = format!("s{index}");
        let counted = counts.strata.get(index).map(|count| {
            format!("{} 户，抽取 {} 户", web::format::thousands(count.rows), web::format::thousands(count.size))
        });
        let (size, rounding, at_least) = match &rule.size {
            StratumSize::Ratio { ratio, rounding, at_least } => (percent_of_ratio(ratio), *rounding, *at_least),
            StratumSize::Count(count) => (format!("{count}户"), SizeRounding::Ceil, None),
            StratumSize::By { rounding, .. } => (String::new(), *rounding, None),
        };
        RuleForm {
            conditions: conditions(&prefix, &rule.conditions),
            prefix,
            code: rule.code.clone(),
            label: rule.label.clone(),
            population: rule.population.clone(),
            items: rule.items.join("\n"),
            size,
            rounding: rounding.code().to_owned(),
            at_least: at_least.map(|least| least.to_string()).unwrap_or_default(),
            sentence: if rule.code.is_empty() { String::new() } else { text::scheme::stratum(rule) },
            rows: counted.unwrap_or_default(),
        }
    };
    rules.map(form).collect()
}

/// What the browser sent.
pub struct Posted(HashMap<String, String>);

impl Posted {
    /// The last value of each field counts.
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs.into_iter().collect())
    }

    /// A field, trimmed; empty if it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.trim())
    }

    fn lines(&self, name: &str) -> Vec<String> {
        split(self.get(name), &['\n', '、', '，', ','])
    }

    /// The draft, and what cannot be read. Rows without code and label are left out, and so are those marked to be removed.
    pub fn draft(&self, before: &SchemeDraft) -> (SchemeDraft, FieldErrors) {
        let mut errors = FieldErrors::none();
        let mut draft = SchemeDraft {
            title: self.get("title").to_owned(),
            basis: self.get("basis").to_owned(),
            membership: self.get("membership").parse().unwrap_or(StratumMembership::First),
            exclusions: Vec::new(),
            strata: Vec::new(),
            reserves: before.reserves,
            window_from: parse_day(self.get("window_from")),
            window_to: parse_day(self.get("window_to")),
            contact: self.get("contact").to_owned(),
            notes: self.get("notes").to_owned(),
        };
        for index in 0..SchemeDraft::EXCLUSIONS_MAX {
            let prefix = format!("x{index}");
            if let Some((code, label)) = self.head(&prefix) {
                let conditions = self.conditions(&prefix);
                draft.exclusions.push(ExclusionRule { code, label, conditions });
            }
        }
        for index in 0..SchemeDraft::STRATA_MAX {
            let prefix = format!("s{index}");
            let Some((code, label)) = self.head(&prefix) else { continue };
            let old = before.strata.iter().find(|rule| rule.code == code);
            let field = format!("{prefix}-size");
            let size = self.size(&prefix, old).unwrap_or_else(|| {
                errors.push(field.clone(), format!("“{label}”的抽取比例请填写百分数（如3%、0.5%）或户数（如20户）。"));
                empty_stratum().size
            });
            draft.strata.push(StratumRule {
                code,
                label,
                population: self.get(&format!("{prefix}-population")).to_owned(),
                items: self.lines(&format!("{prefix}-items")),
                conditions: self.conditions(&prefix),
                size,
                split: old.and_then(|rule| rule.split.clone()),
                otherwise: old.is_some_and(|rule| rule.otherwise),
            });
        }
        (draft, errors)
    }

    fn head(&self, prefix: &str) -> Option<(String, String)> {
        let code = self.get(&format!("{prefix}-code")).to_owned();
        let label = self.get(&format!("{prefix}-label")).to_owned();
        let removed = !self.get(&format!("{prefix}-remove")).is_empty();
        ((!code.is_empty() || !label.is_empty()) && !removed).then_some((code, label))
    }

    fn conditions(&self, prefix: &str) -> Vec<Condition> {
        let row = |index: usize| {
            let field = |name: &str| self.get(&format!("{prefix}-c{index}-{name}"));
            let column: SchemeColumn = field("column").parse().ok()?;
            let test: ConditionTest = field("test").parse().ok()?;
            let values = match test {
                ConditionTest::Empty | ConditionTest::Filled => Vec::new(),
                _ => split(field("values"), &['、', '，', ',', ';', '；']),
            };
            Some(Condition { column, test, values })
        };
        (0..SchemeDraft::CONDITIONS_MAX).filter_map(row).collect()
    }

    fn size(&self, prefix: &str, old: Option<&StratumRule>) -> Option<StratumSize> {
        let text = self.get(&format!("{prefix}-size"));
        if let (true, Some(StratumSize::By { .. })) = (text.is_empty(), old.map(|rule| &rule.size)) {
            return old.map(|rule| rule.size.clone());
        }
        if let Some(count) = text.strip_suffix('户') {
            return count.trim().parse().ok().map(StratumSize::Count);
        }
        let at_least = self.get(&format!("{prefix}-least")).parse().ok();
        let rounding = self.get(&format!("{prefix}-rounding")).parse().unwrap_or(SizeRounding::Ceil);
        ratio_of_percent(text).map(|ratio| StratumSize::Ratio { ratio, rounding, at_least })
    }
}

fn split(text: &str, separators: &[char]) -> Vec<String> {
    text.split(separators).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_becomes_a_draft() {
        let pairs = [
            ("title", "测试"),
            ("membership", "first"),
            ("x0-code", "status"),
            ("x0-label", "非存续"),
            ("x0-c0-column", "status"),
            ("x0-c0-test", "not_in"),
            ("x0-c0-values", "存续、在营"),
            ("s0-code", "E8"),
            ("s0-label", "其它"),
            ("s0-population", "企业"),
            ("s0-items", "登记事项检查\n公示信息检查"),
            ("s0-size", "0.5%"),
            ("s0-rounding", "half_up"),
            ("s0-c0-column", "kind"),
            ("s0-c0-test", "in"),
            ("s0-c0-values", "企业"),
            ("s0-c1-column", ""),
            ("s1-code", "E9"),
            ("s1-label", "去掉"),
            ("s1-remove", "1"),
            ("s2-code", "C"),
            ("s2-label", "定数"),
            ("s2-size", "20户"),
        ];
        let posted = Posted::new(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect());
        let (draft, errors) = posted.draft(&SchemeDraft::empty(""));
        assert!(errors.is_empty());
        assert_eq!(draft.exclusions[0].conditions[0].values, ["存续", "在营"]);
        assert_eq!(draft.strata.len(), 2);
        assert_eq!(draft.strata[0].items, ["登记事项检查", "公示信息检查"]);
        let expect = StratumSize::Ratio { ratio: "0.005".to_owned(), rounding: SizeRounding::HalfUp, at_least: None };
        assert_eq!(draft.strata[0].size, expect);
        assert_eq!(draft.strata[1].size, StratumSize::Count(20));
        let posted = Posted::new(vec![("s0-label".into(), "甲".into()), ("s0-size".into(), "很多".into())]);
        assert_eq!(posted.draft(&SchemeDraft::empty("")).1.iter().count(), 1);
    }
}

//! The scheme editor's form: rows of fields to a draft and back. Percentages and lists are typed as people write them;
//! whether the draft is whole is decided in `app`.

use std::collections::HashMap;

use app::scheme::LiveCounts;
use domain::scheme::{
    Condition, ConditionTest, ExclusionRule, SchemeColumn, SchemeDraft, SeatMethod, SizeRounding, SplitRule,
    StratumMembership, StratumRule, StratumSize, percent_of_ratio, ratio_of_percent,
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
    /// Column of whose values each has its own share, or empty.
    pub by: String,
    /// `3%` or `20户`; with `by`, `A 1%、B 3%`.
    pub size: String,
    /// Rounding's code.
    pub rounding: String,
    /// Least number, or empty.
    pub at_least: String,
    /// Column over whose values the size is shared out, or empty.
    pub split: String,
    /// Code of how seats that remain are given away.
    pub seats: String,
    /// Only what meets no unmarked stratum of the population.
    pub otherwise: bool,
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
            by: String::new(),
            size: String::new(),
            rounding: String::new(),
            at_least: String::new(),
            split: String::new(),
            seats: String::new(),
            otherwise: false,
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
        tagged: true,
        conditions: Vec::new(),
        size: StratumSize::Ratio { ratio: "0.03".to_owned(), rounding: SizeRounding::Ceil, at_least: None },
        split: None,
        otherwise: false,
    }
}

/// What an object without a value is called in the form.
const NO_VALUE: &str = "未填写";

/// `A 1%、B 3%`.
fn shares(ratios: &[(String, String)]) -> String {
    let named = |value: &str| if value.is_empty() { NO_VALUE.to_owned() } else { value.to_owned() };
    let parts: Vec<_> =
        ratios.iter().map(|(value, ratio)| format!("{} {}", named(value), percent_of_ratio(ratio))).collect();
    parts.join("、")
}

/// The strata and one empty row. `typed` are sizes and least numbers as they were typed, to be shown again.
pub fn strata(draft: &SchemeDraft, counts: &LiveCounts, typed: &[(String, String)]) -> Vec<RuleForm> {
    let empty = empty_stratum();
    let rules = draft.strata.iter().chain(std::iter::once(&empty)).take(SchemeDraft::STRATA_MAX).enumerate();
    let form = |(index, rule): (usize, &StratumRule)| {
        let prefix = format!("s{index}");
        let counted = counts.strata.get(index).map(|count| {
            format!("{} 户，抽取 {} 户", web::format::thousands(count.rows), web::format::thousands(count.size))
        });
        let (by, size, rounding, at_least) = match &rule.size {
            StratumSize::Ratio { ratio, rounding, at_least } => ("", percent_of_ratio(ratio), *rounding, *at_least),
            StratumSize::Count(count) => ("", format!("{count}户"), SizeRounding::Ceil, None),
            StratumSize::By { column, ratios, rounding } => (column.code(), shares(ratios), *rounding, None),
        };
        RuleForm {
            conditions: conditions(&prefix, &rule.conditions),
            prefix,
            code: rule.code.clone(),
            label: rule.label.clone(),
            population: rule.population.clone(),
            items: rule.items.join("\n"),
            by: by.to_owned(),
            size: typed.get(index).map_or(size, |(size, _)| size.clone()),
            rounding: rounding.code().to_owned(),
            at_least: match typed.get(index) {
                Some((_, least)) => least.clone(),
                None => at_least.map(|least| least.to_string()).unwrap_or_default(),
            },
            split: rule.split.as_ref().map(|split| split.by.code().to_owned()).unwrap_or_default(),
            seats: rule.split.as_ref().map_or(SeatMethod::Random, |split| split.method).code().to_owned(),
            otherwise: rule.otherwise,
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
    pub fn draft(&self) -> Read {
        let mut errors = FieldErrors::none();
        let mut day = |field: &str| {
            let text = self.get(field);
            if !text.is_empty() && parse_day(text).is_none() {
                errors.push(field, "请填写日期，例如 2026-05-10。");
            }
            parse_day(text)
        };
        let (window_from, window_to) = (day("window_from"), day("window_to"));
        let reserves = self.get("reserves");
        if !reserves.is_empty() && reserves.parse::<u64>().is_err() {
            errors.push("reserves", "候补户数请填写整数，不设候补的填 0。");
        }
        let mut draft = SchemeDraft {
            title: self.get("title").to_owned(),
            basis: self.get("basis").to_owned(),
            membership: self.get("membership").parse().unwrap_or(StratumMembership::First),
            exclusions: Vec::new(),
            strata: Vec::new(),
            reserves: reserves.parse().unwrap_or(0),
            window_from,
            window_to,
            contact: self.get("contact").to_owned(),
            spans: Vec::new(),
            notes: self.get("notes").to_owned(),
        };
        for index in 0..SchemeDraft::EXCLUSIONS_MAX {
            let prefix = format!("x{index}");
            if let Some((code, label)) = self.head(&prefix) {
                let conditions = self.conditions(&prefix);
                draft.exclusions.push(ExclusionRule { code, label, conditions });
            }
        }
        let mut sizes = Vec::new();
        for index in 0..SchemeDraft::STRATA_MAX {
            let prefix = format!("s{index}");
            let Some((code, label)) = self.head(&prefix) else { continue };
            // Named by the row as it will be shown again: rows that were removed are gone then.
            let row = draft.strata.len();
            let size = self.size(&prefix).unwrap_or_else(|why| {
                errors.push(format!("s{row}-size"), format!("“{label}”的抽取数量：{why}"));
                empty_stratum().size
            });
            let least = self.get(&format!("{prefix}-least"));
            if !least.is_empty() && least.parse::<u64>().is_err() {
                errors.push(format!("s{row}-least"), format!("“{label}”的至少户数请填写整数，不设的留空。"));
            }
            sizes.push((self.get(&format!("{prefix}-size")).to_owned(), least.to_owned()));
            let split = self.get(&format!("{prefix}-split")).parse().ok().map(|by| SplitRule {
                by,
                method: self.get(&format!("{prefix}-seats")).parse().unwrap_or(SeatMethod::Random),
            });
            draft.strata.push(StratumRule {
                code,
                label,
                population: self.get(&format!("{prefix}-population")).to_owned(),
                items: self.lines(&format!("{prefix}-items")),
                tagged: self.get(&format!("{prefix}-tagged")) != "no",
                conditions: self.conditions(&prefix),
                size,
                split,
                otherwise: !self.get(&format!("{prefix}-otherwise")).is_empty(),
            });
        }
        let head = [self.get("window_from"), self.get("window_to"), reserves].map(str::to_owned);
        Read { draft, typed: Typed { head, sizes }, errors }
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
                _ => split(field("values"), &LIST),
            };
            Some(Condition { column, test, values })
        };
        (0..SchemeDraft::CONDITIONS_MAX).filter_map(row).collect()
    }

    /// The size of a row, or what to type instead.
    fn size(&self, prefix: &str) -> Result<StratumSize, String> {
        let text = self.get(&format!("{prefix}-size"));
        let rounding = self.get(&format!("{prefix}-rounding")).parse().unwrap_or(SizeRounding::Ceil);
        if let Ok(column) = self.get(&format!("{prefix}-by")).parse() {
            let ratios = split(text, &LIST).iter().map(|part| share(part)).collect::<Result<_, _>>()?;
            return Ok(StratumSize::By { column, ratios, rounding });
        }
        if let Some(count) = text.strip_suffix('户') {
            return count.trim().parse().map(StratumSize::Count).map_err(|_| format!("“{text}”不是户数，例如 20户。"));
        }
        let at_least = self.get(&format!("{prefix}-least")).parse().ok();
        let ratio = ratio_of_percent(text)
            .ok_or("请填写百分数（如 3%、0.5%）或户数（如 20户）；分组定比例的，请先选择分组项目。")?;
        Ok(StratumSize::Ratio { ratio, rounding, at_least })
    }
}

/// `A 1%`, `A：1%` or `未填写 0%`: a value and its share.
fn share(text: &str) -> Result<(String, String), String> {
    let bad = || format!("“{text}”应为取值和百分数，例如 A 1%、B 3%。");
    let (value, percent) = text.rsplit_once([' ', '\u{3000}', '：', ':', '=']).ok_or_else(bad)?;
    let value = value.trim();
    let ratio = ratio_of_percent(percent).ok_or_else(bad)?;
    Ok((if value == NO_VALUE { String::new() } else { value.to_owned() }, ratio))
}

/// What the form was read as.
pub struct Read {
    /// The draft, whole where `errors` is empty.
    pub draft: SchemeDraft,
    /// The fields that may not be readable, as they were typed.
    pub typed: Typed,
    /// What could not be read.
    pub errors: FieldErrors,
}

/// Fields of the form as they were typed, for showing it again.
pub struct Typed {
    /// First and last day of the window, reserves.
    pub head: [String; 3],
    /// Size and least number of each stratum.
    pub sizes: Vec<(String, String)>,
}

/// What stands between the values of a list that a person types.
const LIST: [char; 6] = ['、', '，', ',', ';', '；', '\n'];

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
        let Read { draft, errors, .. } = posted.draft();
        assert!(errors.is_empty());
        assert_eq!(draft.exclusions[0].conditions[0].values, ["存续", "在营"]);
        assert_eq!(draft.strata.len(), 2);
        assert_eq!(draft.strata[0].items, ["登记事项检查", "公示信息检查"]);
        let expect = StratumSize::Ratio { ratio: "0.005".to_owned(), rounding: SizeRounding::HalfUp, at_least: None };
        assert_eq!(draft.strata[0].size, expect);
        assert_eq!(draft.strata[1].size, StratumSize::Count(20));
    }

    /// One stratum of the fields given, as it is read.
    fn stratum(fields: &[(&str, &str)]) -> Read {
        let fields = fields.iter().map(|(name, value)| (format!("s0-{name}"), (*value).to_owned()));
        Posted::new(std::iter::once(("s0-label".to_owned(), "甲".to_owned())).chain(fields).collect()).draft()
    }

    #[test]
    fn every_kind_of_size_is_typed_and_shown_again() {
        let check = |fields: &[(&str, &str)], by: &str, size: &str| {
            let read = stratum(fields);
            assert!(read.errors.is_empty(), "{size}");
            let shown = strata(&read.draft, &LiveCounts::default(), &[]);
            assert_eq!((shown[0].by.as_str(), shown[0].size.as_str()), (by, size));
        };
        check(&[("size", "3 %")], "", "3%");
        check(&[("size", "20户")], "", "20户");
        check(&[("by", "risk"), ("size", "A 1%，B：3%、未填写 0%")], "risk", "A 1%、B 3%、未填写 0%");
        let read = stratum(&[("size", "3%"), ("split", "organ"), ("seats", "hamilton"), ("otherwise", "1")]);
        let rule = &read.draft.strata[0];
        assert_eq!(rule.split, Some(SplitRule { by: SchemeColumn::Organ, method: SeatMethod::Hamilton }));
        assert!(rule.otherwise);
        let shown = &strata(&read.draft, &LiveCounts::default(), &[])[0];
        assert_eq!((shown.split.as_str(), shown.seats.as_str(), shown.otherwise), ("organ", "hamilton", true));
    }

    #[test]
    fn what_cannot_be_read_is_shown_again_as_it_was_typed() {
        let check = |fields: &[(&str, &str)], field: &str| {
            let read = stratum(fields);
            let found: Vec<_> = read.errors.iter().map(|(field, _)| field.clone()).collect();
            assert_eq!(found, [field]);
            let typed = |wanted: &str| fields.iter().find(|(name, _)| *name == wanted).map_or("", |(_, value)| value);
            let shown = &strata(&read.draft, &LiveCounts::default(), &read.typed.sizes)[0];
            assert_eq!((shown.size.as_str(), shown.at_least.as_str()), (typed("size"), typed("least")));
        };
        check(&[("size", "很多")], "s0-size");
        check(&[("size", "x户")], "s0-size");
        check(&[("by", "risk"), ("size", "A 1%、B")], "s0-size");
        check(&[("by", "risk"), ("size", "A 101%")], "s0-size");
        check(&[("size", "3%"), ("least", "两")], "s0-least");
        let bad = Posted::new(vec![("window_from".into(), "2021-02-30".into()), ("reserves".into(), "x".into())]);
        let read = bad.draft();
        let fields: Vec<_> = read.errors.iter().map(|(field, _)| field.clone()).collect();
        assert_eq!(fields, ["window_from", "reserves"]);
        assert_eq!(read.typed.head, ["2021-02-30", "", "x"]);
    }
}

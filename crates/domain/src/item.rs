//! Check items (抽查事项): category, legal basis, methods, and which objects each applies to.
//!
//! R62: the form of a drawn object holds the items of its stratum and every item whose tag it carries.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::ids::CheckItemId;
use crate::subject::{SubjectKind, Tag};

coded_enum! {
    /// Whether an item's ratio is limited.
    ItemWeight {
        /// 重点检查事项: no upper bound of its ratio.
        Key = "key",
        /// 一般检查事项: the ratio is limited.
        General = "general",
    }
}

coded_enum! {
    /// How an item is checked (检查方式, R91).
    CheckMethod {
        /// 实地核查
        OnSite = "on_site",
        /// 书面检查
        Documents = "documents",
        /// 网络检查
        Online = "online",
        /// 抽样检测
        Sampling = "sampling",
        /// 委托专业机构检查
        Commissioned = "commissioned",
    }
}

coded_enum! {
    /// What two people have to settle about one visit, while the others go on.
    VisitProblem {
        /// None of the items of its classes applies to it.
        NoItems = "no_items",
    }
}

/// To which objects an item applies.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AppliesTo {
    /// Kinds of objects; empty for all kinds.
    pub kinds: BTreeSet<SubjectKind>,
    /// An object with one of these tags is checked for the item whatever its stratum; empty if only strata decide.
    pub tags: BTreeSet<Tag>,
}

impl AppliesTo {
    /// Whether an object of this kind may be checked for the item at all.
    pub fn fits_kind(&self, kind: SubjectKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    /// Whether the object's tags alone bring the item on its form.
    pub fn called_by(&self, tags: &BTreeSet<Tag>) -> bool {
        !self.tags.is_disjoint(tags)
    }
}

/// One check item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckItem {
    /// Its id.
    pub id: CheckItemId,
    /// Its code, distinct within the list.
    pub code: String,
    /// 抽查类别
    pub category: String,
    /// 抽查事项
    pub name: String,
    /// 检查依据; never empty (R1).
    pub legal_basis: String,
    /// Key or general.
    pub weight: ItemWeight,
    /// How it is checked; at least one.
    pub methods: BTreeSet<CheckMethod>,
    /// To which objects it applies.
    pub applies: AppliesTo,
    /// Qualification codes that one inspector of the visit must hold.
    pub qualifications: BTreeSet<String>,
    /// Whether the item is published; an unpublished one is never executed.
    pub published: bool,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day; `None` while in force.
    pub valid_to: Option<NaiveDate>,
}

/// Why an item is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadItem {
    /// Not 1 to 32 ASCII letters, digits, dots, underscores and hyphens.
    #[error("the item code {0:?} is not well formed")]
    Code(String),
    /// Category or name empty or longer than [`CheckItem::NAME_CHARS_MAX`].
    #[error("{field} has {chars} characters")]
    Name {
        /// Name of the field.
        field: &'static str,
        /// Its characters.
        chars: usize,
    },
    /// No legal basis: what has none must not be checked (R1).
    #[error("the item has no legal basis")]
    NoBasis,
    /// A legal basis longer than [`CheckItem::BASIS_CHARS_MAX`].
    #[error("the legal basis has {0} characters")]
    BasisTooLong(usize),
    /// No method.
    #[error("the item has no method")]
    NoMethod,
    /// Ends before it begins.
    #[error("the item ends before it begins")]
    Backwards,
}

impl CheckItem {
    /// Characters of a code.
    pub const CODE_CHARS_MAX: usize = 32;
    /// Characters of category and name.
    pub const NAME_CHARS_MAX: usize = 120;
    /// Characters of the legal basis.
    pub const BASIS_CHARS_MAX: usize = 4000;
    /// Things that a firm is asked to have ready for one item.
    pub const MATERIALS_MAX: usize = 10;
    /// Characters of one of them.
    pub const MATERIAL_CHARS_MAX: usize = 100;

    /// Checks what one item must satisfy by itself.
    ///
    /// # Errors
    /// [`BadItem`] for the first thing that does not fit.
    pub fn check(&self) -> Result<(), BadItem> {
        let code_byte = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        if self.code.is_empty() || self.code.len() > Self::CODE_CHARS_MAX || !self.code.bytes().all(code_byte) {
            return Err(BadItem::Code(self.code.clone()));
        }
        for (field, text) in [("category", &self.category), ("name", &self.name)] {
            let chars = text.chars().count();
            if text.trim().is_empty() || chars > Self::NAME_CHARS_MAX {
                return Err(BadItem::Name { field, chars });
            }
        }
        if self.legal_basis.trim().is_empty() {
            return Err(BadItem::NoBasis);
        }
        let chars = self.legal_basis.chars().count();
        if chars > Self::BASIS_CHARS_MAX {
            return Err(BadItem::BasisTooLong(chars));
        }
        if self.methods.is_empty() {
            return Err(BadItem::NoMethod);
        }
        if self.valid_to.is_some_and(|to| to < self.valid_from) { Err(BadItem::Backwards) } else { Ok(()) }
    }

    /// Whether the item may be executed on this day: published and in force.
    pub fn executable_on(&self, day: NaiveDate) -> bool {
        self.published && self.valid_from <= day && self.valid_to.is_none_or(|to| day <= to)
    }

    /// Whether a scheme's entry names this item: by its code, its name, or its category, which names all its items.
    pub fn named_by(&self, entry: &str) -> bool {
        entry == self.code || entry == self.name || entry == self.category
    }
}

/// The items on the form of a drawn object (R62), in the order of `items`: those that its strata name, and those that one
/// of its tags calls. Items that do not fit its kind are left out.
///
/// `stratum_items` holds the entries of all strata in which the object was drawn. A scheme that limits a stratum to its own
/// items (R59) passes no tags.
pub fn items_for<'a>(
    stratum_items: &[String],
    kind: SubjectKind,
    tags: &BTreeSet<Tag>,
    items: &'a [CheckItem],
) -> Vec<&'a CheckItem> {
    let on_form = |item: &&CheckItem| {
        let named = stratum_items.iter().any(|entry| item.named_by(entry));
        item.applies.fits_kind(kind) && (named || item.applies.called_by(tags))
    };
    items.iter().filter(on_form).collect()
}

/// Entries of a scheme that name no item of the list; a scheme with any is refused (R1).
pub fn unknown_entries<'a>(stratum_items: &'a [String], items: &[CheckItem]) -> Vec<&'a str> {
    let unknown = |entry: &&String| !items.iter().any(|item| item.named_by(entry));
    stratum_items.iter().filter(unknown).map(String::as_str).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn tags(list: &[&str]) -> BTreeSet<Tag> {
        list.iter().map(|tag| tag.parse().unwrap()).collect()
    }

    fn item(code: &str, category: &str, called_by: &[&str]) -> CheckItem {
        CheckItem {
            id: CheckItemId::from_parts(0, [0; 10]),
            code: code.into(),
            category: category.into(),
            name: format!("{category}之{code}"),
            legal_basis: "《某条例》第一条".into(),
            weight: ItemWeight::General,
            methods: [CheckMethod::OnSite].into(),
            applies: AppliesTo { kinds: BTreeSet::new(), tags: tags(called_by) },
            qualifications: BTreeSet::new(),
            published: true,
            valid_from: "2020-01-01".parse().unwrap(),
            valid_to: Some("2021-12-31".parse().unwrap()),
        }
    }

    #[test]
    fn a_form_holds_the_items_of_stratum_and_tags() {
        let mut list = vec![
            item("1.1", "登记事项检查", &[]),
            item("1.2", "登记事项检查", &[]),
            item("2", "公示信息检查", &[]),
            item("5", "拍卖检查", &["拍卖"]),
            item("6", "广告行为检查", &["广告"]),
            item("9", "计量监督检查", &[]),
        ];
        list[4].applies.kinds.insert(SubjectKind::Enterprise);
        let check = |strata: &[&str], kind: SubjectKind, carried: &[&str], expect: &[&str]| {
            let strata: Vec<String> = strata.iter().map(|entry| (*entry).to_owned()).collect();
            let found: Vec<_> =
                items_for(&strata, kind, &tags(carried), &list).iter().map(|item| item.code.as_str()).collect();
            assert_eq!(found, expect);
        };
        use SubjectKind::{Enterprise, Individual};
        check(&["登记事项检查", "公示信息检查"], Enterprise, &[], &["1.1", "1.2", "2"]);
        check(&["登记事项检查", "公示信息检查"], Enterprise, &["拍卖", "无关"], &["1.1", "1.2", "2", "5"]);
        check(
            &["公示信息检查", "9", "登记事项检查"],
            Enterprise,
            &["广告", "拍卖"],
            &["1.1", "1.2", "2", "5", "6", "9"],
        );
        check(&["2", "公示信息检查"], Individual, &["广告"], &["2"]);
        check(&[], Enterprise, &[], &[]);
        check(&["计量"], Enterprise, &[], &[]);
        let entries = ["公示信息检查".to_owned(), "计量".to_owned()];
        assert_eq!(unknown_entries(&entries, &list), ["计量"]);
    }

    #[test]
    fn each_rule_of_an_item() {
        let check = |change: &dyn Fn(&mut CheckItem), expect: Result<(), BadItem>| {
            let mut item = item("1.1", "登记事项检查", &[]);
            change(&mut item);
            assert_eq!(item.check(), expect);
        };
        check(&|_| {}, Ok(()));
        check(&|i| i.code = "a".repeat(32), Ok(()));
        check(&|i| i.code = "a".repeat(33), Err(BadItem::Code("a".repeat(33))));
        check(&|i| i.code = "登记".into(), Err(BadItem::Code("登记".into())));
        check(&|i| i.category = " ".into(), Err(BadItem::Name { field: "category", chars: 1 }));
        check(&|i| i.name = "名".repeat(121), Err(BadItem::Name { field: "name", chars: 121 }));
        check(&|i| i.legal_basis = "\n".into(), Err(BadItem::NoBasis));
        check(&|i| i.legal_basis = "据".repeat(4000), Ok(()));
        check(&|i| i.legal_basis = "据".repeat(4001), Err(BadItem::BasisTooLong(4001)));
        check(&|i| i.methods.clear(), Err(BadItem::NoMethod));
        check(&|i| i.valid_to = "2019-12-31".parse().ok(), Err(BadItem::Backwards));
    }

    #[test]
    fn an_item_is_executed_only_when_published_and_in_force() {
        let check = |published: bool, on: &str, expect: bool| {
            let mut item = item("1.1", "登记事项检查", &[]);
            item.published = published;
            assert_eq!(item.executable_on(on.parse().unwrap()), expect, "{on}");
        };
        check(true, "2019-12-31", false);
        check(true, "2020-01-01", true);
        check(true, "2021-12-31", true);
        check(true, "2022-01-01", false);
        check(false, "2021-05-08", false);
    }
}

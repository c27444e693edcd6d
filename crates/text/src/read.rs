//! How bureaus write values in their lists, and what is meant: 存续（在营、开业、在册）, 农专社, 个体户, 2级, …
//!
//! A table lists what has been met. What is not in it is `None`, never a guess: the importer reports the cell. Spaces
//! around a value are ignored; nothing else is corrected.

use std::collections::BTreeSet;

use domain::agency::AgencyLevel;
use domain::item::{CheckMethod, ItemWeight};
use domain::subject::{BadSubject, RiskLevel, SubjectKind, SubjectStatus, Tag};

use crate::Label;

/// The kind of an object and, where the list names a finer one, that finer kind.
pub fn subject_kind(text: &str) -> Option<(SubjectKind, Option<&'static str>)> {
    let text = text.trim();
    if let Some(kind) = labelled(SubjectKind::ALL, text) {
        return Some((kind, None));
    }
    let found = match text {
        "公司" | "内资企业" | "外商投资企业" | "私营企业" | "有限责任公司" | "股份有限公司" | "个人独资企业"
        | "合伙企业" | "企业法人" | "分公司" | "企业分支机构" => (SubjectKind::Enterprise, None),
        "企业集团" => (SubjectKind::Enterprise, Some("企业集团")),
        "外国企业常驻代表机构" | "外企代表机构" | "常驻代表机构" => {
            (SubjectKind::Enterprise, Some("外国企业常驻代表机构"))
        }
        "办事处" => (SubjectKind::Enterprise, Some("办事处")),
        "农专" | "农专社" | "合作社" | "农民合作社" | "专业合作社" => {
            (SubjectKind::Cooperative, None)
        }
        "个体" | "个体户" | "个体工商" => (SubjectKind::Individual, None),
        "事业法人" | "事业单位法人" => (SubjectKind::Institution, None),
        "社会团体" | "民办非企业单位" | "社会服务机构" | "基金会" => {
            (SubjectKind::SocialOrganisation, None)
        }
        _ => return None,
    };
    Some(found)
}

/// The registration state of an object.
pub fn subject_status(text: &str) -> Option<SubjectStatus> {
    let text = text.trim();
    if let Some(status) = labelled(SubjectStatus::ALL, text) {
        return Some(status);
    }
    match text {
        "存续（在营、开业、在册）" | "存续(在营、开业、在册)" | "存续（在营）" | "登记成立" | "在册" => {
            Some(SubjectStatus::Existing)
        }
        "开业" | "在业" | "正常" | "营业" | "在营（开业）" => Some(SubjectStatus::Operating),
        "停业" | "停业歇业" | "暂停营业" => Some(SubjectStatus::Suspended),
        "清算中" | "正在清算" => Some(SubjectStatus::Liquidating),
        "吊销，未注销" | "吊销未注销" | "吊销,未注销" | "被吊销" | "已吊销" => {
            Some(SubjectStatus::Revoked)
        }
        "撤销登记" | "被撤销" | "已撤销" => Some(SubjectStatus::Annulled),
        "已注销" | "吊销，已注销" | "吊销已注销" | "注销登记" => Some(SubjectStatus::Deregistered),
        "已迁出" | "迁移" | "迁往市外" => Some(SubjectStatus::MovedOut),
        _ => None,
    }
}

/// A level of risk: the letter, alone or with 级 or 类, or the name of the class on the credit scale.
pub fn risk_level(text: &str) -> Option<RiskLevel> {
    let text = text.trim();
    let letter = text.strip_suffix(['级', '类']).unwrap_or(text);
    if let Some(level) = RiskLevel::from_code(letter) {
        return Some(level);
    }
    match text {
        "信用风险低" | "低风险" => Some(RiskLevel::A),
        "信用风险一般" | "一般风险" => Some(RiskLevel::B),
        "信用风险较高" | "较高风险" => Some(RiskLevel::C),
        "信用风险高" | "高风险" => Some(RiskLevel::D),
        _ => None,
    }
}

/// Whether an item is a key item.
pub fn item_weight(text: &str) -> Option<ItemWeight> {
    match text.trim() {
        "重点" | "重点事项" | "重点检查事项" | "重点抽查事项" => Some(ItemWeight::Key),
        "一般" | "一般事项" | "一般检查事项" | "一般抽查事项" => Some(ItemWeight::General),
        _ => None,
    }
}

/// How an item is checked; several may stand in one cell.
///
/// # Errors
/// The part that is not known.
pub fn check_methods(text: &str) -> Result<BTreeSet<CheckMethod>, String> {
    let method = |part: &str| {
        let found = match part {
            "实地检查" | "现场检查" | "实地核查" | "现场核查" => CheckMethod::OnSite,
            "书面检查" | "书面审查" | "查阅资料" => CheckMethod::Documents,
            "网络检查" | "网络监测" | "网上检查" | "线上检查" => CheckMethod::Online,
            "抽样检测" | "抽样检验" | "检验检测" | "抽样" => CheckMethod::Sampling,
            "委托专业机构检查" | "委托专业机构" | "委托检查" | "专业机构检查" => {
                CheckMethod::Commissioned
            }
            _ => return Err(part.to_owned()),
        };
        Ok(found)
    };
    parts(text).map(method).collect()
}

/// How high an agency stands.
pub fn agency_level(text: &str) -> Option<AgencyLevel> {
    match text.trim() {
        "省" | "省级" | "省局" => Some(AgencyLevel::Province),
        "市" | "市级" | "市局" | "地市级" => Some(AgencyLevel::City),
        "县" | "区" | "县级" | "区县" | "县区" | "县（区）级" | "区县级" | "县局" | "分局" => {
            Some(AgencyLevel::County)
        }
        "所" | "所级" | "市场监管所" | "市场所" => Some(AgencyLevel::Station),
        _ => None,
    }
}

/// Yes or no.
pub fn yes_or_no(text: &str) -> Option<bool> {
    match text.trim() {
        "是" | "有" | "√" | "Y" | "y" | "1" | "在岗" | "有效" | "已公布" => Some(true),
        "否" | "无" | "×" | "N" | "n" | "0" | "离岗" | "失效" | "未公布" => Some(false),
        _ => None,
    }
}

/// The tags of a cell, separated by 、 ， ； comma, semicolon or bar; an empty cell has none.
///
/// # Errors
/// [`BadSubject::Tag`] for the first that is none.
pub fn tags(text: &str) -> Result<BTreeSet<Tag>, BadSubject> {
    parts(text).map(str::parse).collect()
}

/// The parts of a cell that holds several values, each without spaces around it; empty parts are left out.
pub fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(['、', '，', ',', '；', ';', '|', '\n']).map(str::trim).filter(|part| !part.is_empty())
}

fn labelled<T: Label + Copy>(all: &[T], text: &str) -> Option<T> {
    all.iter().copied().find(|value| value.label() == text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        let check =
            |text: &str, expect: Option<(SubjectKind, Option<&str>)>| assert_eq!(subject_kind(text), expect, "{text}");
        check("企业", Some((SubjectKind::Enterprise, None)));
        check(" 个体户 ", Some((SubjectKind::Individual, None)));
        check("农专社", Some((SubjectKind::Cooperative, None)));
        check("企业集团", Some((SubjectKind::Enterprise, Some("企业集团"))));
        check("外企代表机构", Some((SubjectKind::Enterprise, Some("外国企业常驻代表机构"))));
        check("产品", Some((SubjectKind::Product, None)));
        check("企 业", None);
        check("", None);
    }

    #[test]
    fn statuses() {
        let check = |text: &str, expect: Option<SubjectStatus>| assert_eq!(subject_status(text), expect, "{text}");
        check("存续（在营、开业、在册）", Some(SubjectStatus::Existing));
        check("开业", Some(SubjectStatus::Operating));
        check("吊销，未注销", Some(SubjectStatus::Revoked));
        check("吊销，已注销", Some(SubjectStatus::Deregistered));
        check("迁出", Some(SubjectStatus::MovedOut));
        check("不详", None);
        for status in SubjectStatus::ALL {
            check(status.label(), Some(*status));
        }
    }

    #[test]
    fn levels_weights_and_answers() {
        let check = |text: &str, expect: Option<RiskLevel>| assert_eq!(risk_level(text), expect, "{text}");
        check("A", Some(RiskLevel::A));
        check("D级", Some(RiskLevel::D));
        check("B类", Some(RiskLevel::B));
        check("信用风险较高", Some(RiskLevel::C));
        check("Ａ", None);
        check("F", None);
        check("", None);
        assert_eq!(item_weight("重点"), Some(ItemWeight::Key));
        assert_eq!(item_weight("次要"), None);
        assert_eq!((yes_or_no("是"), yes_or_no("失效"), yes_or_no("也许")), (Some(true), Some(false), None));
        assert_eq!((agency_level("县区"), agency_level("国家")), (Some(AgencyLevel::County), None));
    }

    #[test]
    fn cells_with_several_values() {
        assert_eq!(check_methods("现场检查、网络监测").unwrap(), [CheckMethod::OnSite, CheckMethod::Online].into());
        assert_eq!(check_methods("现场检查、电话").unwrap_err(), "电话");
        assert!(check_methods("").unwrap().is_empty());
        let found: Vec<String> = tags("广告；拍卖 、 广告|检验检测").unwrap().iter().map(Tag::to_string).collect();
        assert_eq!(found.len(), 3);
        assert_eq!(tags("甲 乙").unwrap_err(), BadSubject::Tag("甲 乙".into()));
        assert!(tags(" ").unwrap().is_empty());
    }
}

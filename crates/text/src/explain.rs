//! What happened and what to do next, for every error of `domain`.
//!
//! A message names what the user gave and never a Rust type. Where a value is wrong in several ways it speaks of the first.

use std::fmt::Debug;

use domain::agency::{Agency, AgencyPath, BadAgency, BadAgencyPath};
use domain::agency_code::{AgencyCode, BadAgencyCode};
use domain::calendar::{BadCalendarYear, EXCEPTIONS_MAX};
use domain::credit_code::{ALPHABET, BadCode};
use domain::division::BadDivision;
use domain::inspector::Ineligible;
use domain::item::{BadItem, CheckItem};
use domain::numbering::{BadPattern, NumberRefused, PATTERN_CHARS_MAX};
use domain::registry::{UseCase, roles};
use domain::rulebook::BadRule;
use domain::separation::HandsNotApart;
use domain::state::{IllegalTransition, Machine};
use domain::subject::{BadSubject, Subject, Tag};
use domain::{BadId, UnknownCode};

use crate::{Label, date};

/// Two sentences for a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What happened.
    pub what: String,
    /// What to do next.
    pub next: String,
}

impl Message {
    /// A message of two sentences.
    pub fn new(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self { what: what.into(), next: next.into() }
    }
}

impl std::fmt::Display for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.what, self.next)
    }
}

/// An error that can be explained to a user.
pub trait Explain {
    /// What happened and what to do next.
    fn explain(&self) -> Message;
}

impl Explain for BadCode {
    fn explain(&self) -> Message {
        let compare = "请与营业执照核对后更正。";
        match self {
            Self::Empty => Message::new("未填写代码。", "请填写统一社会信用代码，没有的填写15位注册号。"),
            Self::FullWidth { pos, ch, half_width } => Message::new(
                format!("第{pos}位“{ch}”是全角字符。"),
                format!("请改为半角字符，即“{half_width}”，并与营业执照核对。"),
            ),
            Self::WrongLength { expected, found } => Message::new(
                format!("代码应为{expected}位，现为{found}位。"),
                "请检查是否漏写、多写，或被表格软件改成了数字。",
            ),
            Self::BadSymbol { pos, ch } => {
                Message::new(format!("第{pos}位“{ch}”不能出现在代码中。"), bad_symbol_advice(*ch))
            }
            Self::BadDepartment(ch) => Message::new(format!("第1位“{ch}”不是登记管理部门代码。"), compare),
            Self::BadKind { department, kind } => {
                Message::new(format!("第1位为“{department}”时，第2位不能是“{kind}”。"), compare)
            }
            Self::BadDivision(inner) => {
                Message::new(format!("登记机关行政区划码有误：{}", inner.explain().what), compare)
            }
            Self::BadOrganisationCheck { expected, found } => Message::new(
                format!("第17位应为“{expected}”，现为“{found}”，第9至17位的主体标识码有误。"),
                "很可能有一位抄错，请与营业执照核对后更正。",
            ),
            Self::BadCheck { expected, found } => Message::new(
                format!("校验码应为“{expected}”，现为“{found}”。"),
                "很可能有一位抄错，请与营业执照核对后更正，不要只改校验码。",
            ),
        }
    }
}

fn bad_symbol_advice(ch: char) -> String {
    let upper = ch.to_ascii_uppercase();
    match ch {
        'I' => "代码不使用字母I，很可能是数字1。".to_owned(),
        'O' => "代码不使用字母O，很可能是数字0。".to_owned(),
        'Z' => "代码不使用字母Z，很可能是数字2。".to_owned(),
        'S' => "代码不使用字母S，很可能是数字5。".to_owned(),
        'V' => "代码不使用字母V，请与营业执照核对。".to_owned(),
        ' ' => "请删去空格。".to_owned(),
        _ if upper != ch && ALPHABET.contains(upper) => format!("请改为大写“{upper}”。"),
        _ => "请与营业执照核对后更正。".to_owned(),
    }
}

impl Explain for BadDivision {
    fn explain(&self) -> Message {
        let next = "请填写6位行政区划代码，如秦皇岛市海港区为130302。";
        match self {
            Self::NotSixDigits(text) => Message::new(format!("“{text}”不是6位数字。"), next),
            Self::NoProvince(text) => Message::new(format!("“{text}”的前两位不是省级代码。"), next),
            Self::NoCity(text) => Message::new(format!("“{text}”缺少市级代码。"), next),
        }
    }
}

impl Explain for BadCalendarYear {
    fn explain(&self) -> Message {
        let next = "请对照国务院办公厅当年的放假通知更正。";
        match self {
            Self::YearOutOfRange(year) => {
                Message::new(format!("不能录入{year}年。"), "请录入2000年至2099年之间的年份。")
            }
            Self::OtherYear { year, day } => Message::new(format!("{}不在{year}年。", date::day(*day)), next),
            Self::OffOnWeekend(day) => Message::new(
                format!("{}（{}）本来就休息，不必列为放假。", date::day(*day), date::weekday(*day)),
                "请只列周一至周五中放假的日期。",
            ),
            Self::OnOnWeekday(day) => Message::new(
                format!("{}（{}）本来就上班，不必列为调休上班。", date::day(*day), date::weekday(*day)),
                "请只列周六、周日中上班的日期。",
            ),
            Self::TooMany(count) => Message::new(format!("列出了{count}天，超过{EXCEPTIONS_MAX}天。"), next),
            Self::Empty(year) => Message::new(format!("{year}年没有列出放假日期。"), next),
        }
    }
}

impl Explain for BadPattern {
    fn explain(&self) -> Message {
        let next = "可用{区划6}、{年4}、{日期8}和{序1}至{序9}，如{区划6}{年4}{序4}。";
        let what = match self {
            Self::TooLong(chars) => format!("编号规则有{chars}个字符，超过{PATTERN_CHARS_MAX}个。"),
            Self::UnknownPart(part) => format!("编号规则中没有{{{part}}}这一项。"),
            Self::Brace => "编号规则的花括号没有成对。".to_owned(),
            Self::BadLiteral(ch) => format!("编号中不能有“{ch}”，只能有字母、数字和连字符。"),
            Self::Serials(0) => "编号规则中没有流水号。".to_owned(),
            Self::Serials(count) => format!("编号规则中有{count}个流水号，只能有一个。"),
        };
        Message::new(what, next)
    }
}

impl Explain for NumberRefused {
    fn explain(&self) -> Message {
        match self {
            Self::Zero => Message::new("流水号应从1开始。", "请联系系统管理员检查编号规则。"),
            Self::SerialTooLarge { serial, max } => Message::new(
                format!("流水号{serial}超过上限{max}，号段已用完。"),
                "请系统管理员在编号规则中增加流水号位数。",
            ),
            Self::Year(year) => Message::new(format!("年份{year}不是四位数。"), "请检查任务日期。"),
        }
    }
}

impl Explain for BadAgencyPath {
    fn explain(&self) -> Message {
        let what = match self {
            Self::NoSlash(path) => format!("机构路径“{path}”不完整。"),
            Self::BadSegment(bad) => return bad.explain(),
            Self::TooDeep(levels) => format!("机构有{levels}级，超过{}级。", AgencyPath::DEPTH_MAX),
        };
        Message::new(what, "请检查机构代码和上级机构。")
    }
}

impl Explain for BadAgencyCode {
    fn explain(&self) -> Message {
        let what = match self {
            Self::Length(text) if text.is_empty() => "未填写机构代码。".to_owned(),
            Self::Length(text) => format!("机构代码“{text}”有{}位。", text.len()),
            Self::Character { text, found } => format!("机构代码“{text}”中不能有“{found}”。"),
            Self::Hyphen(text) => format!("机构代码“{text}”的短横线不能在首尾，也不能连写。"),
        };
        Message::new(
            what,
            format!("请填写1至{}位大写字母或数字，中间可以有短横线，例如 130302、1303KF。", AgencyCode::CHARS_MAX),
        )
    }
}

impl Explain for BadAgency {
    fn explain(&self) -> Message {
        match self {
            Self::Name(0) => Message::new("未填写机构名称。", "请填写全称和简称。"),
            Self::Name(chars) => {
                Message::new(format!("机构名称有{chars}个字。"), format!("请填写1至{}个字。", Agency::NAME_CHARS_MAX))
            }
            Self::ZoneWithDivision(division) => Message::new(
                format!("功能区分局没有行政区划代码，但填写了{division}。"),
                "请清空行政区划代码，或更改机构类型。",
            ),
            Self::NoDivision => {
                Message::new("未填写行政区划代码。", "请填写6位代码；功能区分局请将类型改为“功能区分局”。")
            }
            Self::DivisionLevel { level, division } => {
                Message::new(format!("{division}与机构层级“{}”不符。", level.label()), "请核对行政区划代码和层级。")
            }
            Self::KindLevel { kind, level } => {
                Message::new(format!("“{}”不能是{}。", kind.label(), level.label()), "请核对机构类型和层级。")
            }
        }
    }
}

impl Explain for HandsNotApart {
    fn explain(&self) -> Message {
        if self.first == self.second {
            return Message::new(format!("同一人被列为{}两次。", self.first.label()), "请改选另一人。");
        }
        Message::new(
            format!("{}与{}不能是同一人。", self.first.label(), self.second.label()),
            format!("请由另一人担任{}。", self.second.label()),
        )
    }
}

impl<S> Explain for IllegalTransition<S>
where
    S: Machine + Debug + Label,
    S::Command: Debug + Label,
{
    fn explain(&self) -> Message {
        let what = format!("当前为“{}”，不能{}。", self.from.label(), self.command.label());
        let allowed: Vec<_> = self.allowed.iter().map(|command| command.label()).collect();
        let next = if allowed.is_empty() {
            "在这一状态下没有可以进行的变更。状态可能刚被别人改变，请以最新的页面为准。".to_owned()
        } else {
            format!("现在可以：{}。状态可能刚被别人改变，请以最新的页面为准。", allowed.join("、"))
        };
        Message::new(what, next)
    }
}

impl Explain for BadSubject {
    fn explain(&self) -> Message {
        match self {
            Self::NoCode(kind) => {
                Message::new(format!("{}应有统一社会信用代码或注册号。", kind.label()), "请补填代码。")
            }
            Self::CodeNotExpected(kind) => {
                Message::new(format!("{}没有统一社会信用代码。", kind.label()), "请清空代码，或更改对象类型。")
            }
            Self::Key(key) => Message::new(
                format!("对象编号“{key}”不合规则。"),
                format!("请用1至{}位字母、数字、点、下划线或连字符。", Subject::KEY_CHARS_MAX),
            ),
            Self::Name(0) => Message::new("未填写名称。", "请填写营业执照上的名称。"),
            Self::Name(chars) => {
                Message::new(format!("名称有{chars}个字。"), format!("请填写1至{}个字。", Subject::NAME_CHARS_MAX))
            }
            Self::TextTooLong { field: name, chars } => Message::new(
                format!("{}有{chars}个字。", field(name)),
                format!("请缩短到{}个字以内。", Subject::TEXT_CHARS_MAX),
            ),
            Self::Tag(tag) => Message::new(
                format!("“{tag}”不能作为标签。"),
                format!("标签为1至{}个字，不含空格和标点分隔符；多个标签用顿号分开。", Tag::CHARS_MAX),
            ),
            Self::TooManyTags(count) => {
                Message::new(format!("有{count}个标签。"), format!("请保留{}个以内。", Subject::TAGS_MAX))
            }
            Self::TooManyLicences(count) => {
                Message::new(format!("有{count}个许可证。"), format!("请保留{}个以内。", Subject::LICENCES_MAX))
            }
            Self::NoSuchLevel { scale, level } => {
                Message::new(format!("{}没有{}级。", scale.label(), level.label()), "请核对等级所属的分类。")
            }
            Self::LicenceBackwards(number) => {
                Message::new(format!("许可证“{number}”的截止日早于起始日。"), "请核对有效期。")
            }
            Self::Industry(code) => {
                Message::new(format!("“{code}”不是行业代码。"), "请填写门类字母和2至4位数字，如C2631（GB/T 4754）。")
            }
        }
    }
}

impl Explain for BadItem {
    fn explain(&self) -> Message {
        match self {
            Self::Code(code) => Message::new(
                format!("事项编码“{code}”不合规则。"),
                format!("请用1至{}位字母、数字、点、下划线或连字符。", CheckItem::CODE_CHARS_MAX),
            ),
            Self::Name { field: name, chars } => Message::new(
                format!("{}有{chars}个字。", field(name)),
                format!("请填写1至{}个字。", CheckItem::NAME_CHARS_MAX),
            ),
            Self::NoBasis => {
                Message::new("未填写检查依据。", "没有法律法规规章依据的事项不得检查，请填写依据或删去此事项。")
            }
            Self::BasisTooLong(chars) => Message::new(
                format!("检查依据有{chars}个字。"),
                format!("请缩短到{}个字以内，可只写条款。", CheckItem::BASIS_CHARS_MAX),
            ),
            Self::NoMethod => Message::new("未填写检查方式。", "请至少选择一种检查方式。"),
            Self::Backwards => Message::new("事项的截止日早于起始日。", "请核对有效期。"),
        }
    }
}

impl Explain for Ineligible {
    fn explain(&self) -> Message {
        let certificate = "请更新执法证信息，或选择其他人员。";
        let other = "请选择其他人员。";
        match self {
            Self::Inactive => Message::new("此人已不在执法检查人员名录库中。", other),
            Self::OtherAgency => Message::new("此人不属于本单位。", other),
            Self::NoCertificate => Message::new("此人没有执法证。", certificate),
            Self::CertificateExpired { number, valid_to } => {
                Message::new(format!("执法证{number}已于{}到期。", date::day(*valid_to)), certificate)
            }
            Self::CertificateNotYet { number, valid_from } => {
                Message::new(format!("执法证{number}自{}起才有效。", date::day(*valid_from)), certificate)
            }
            Self::NoQualification(code) => Message::new(format!("此人检查当日不具备“{code}”资格。"), other),
            Self::OnLeave { from, to } => {
                Message::new(format!("此人{}至{}请假。", date::day(*from), date::day(*to)), "请改期或选择其他人员。")
            }
            Self::Recused(reason) => Message::new(format!("此人对该检查对象回避：{reason}。"), other),
        }
    }
}

impl Explain for BadRule {
    fn explain(&self) -> Message {
        match self {
            Self::OtherType(rule) => {
                Message::new(format!("“{}”的取值类型不对。", rule.label()), "请按页面给出的选项填写。")
            }
            Self::OutOfRange { rule, min, max, found } => {
                Message::new(format!("“{}”不能是{found}。", rule.label()), format!("请填写{min}至{max}。"))
            }
        }
    }
}

impl Explain for UnknownCode {
    fn explain(&self) -> Message {
        Message::new(format!("“{}”不是可选的值。", self.value), "请从页面给出的选项中选择。")
    }
}

impl Explain for BadId {
    fn explain(&self) -> Message {
        Message::new("地址中的编号不完整。", "请从列表重新打开，不要手工修改地址。")
    }
}

impl Message {
    /// A use case refused to a post: names who may do it instead.
    pub fn denied(case: UseCase) -> Self {
        let who: Vec<_> = roles(case).iter().map(|role| role.label()).collect();
        let next = if who.is_empty() {
            "请先登录。".to_owned()
        } else {
            format!("此操作由{}办理；确需办理的，请系统管理员授予相应岗位。", who.join("、"))
        };
        Self::new(format!("当前岗位无权{}。", case.label()), next)
    }
}

/// The Chinese name of a field that `domain` names in its errors; another name is given back as it is.
pub fn field(name: &str) -> &str {
    match name {
        "name" => "名称",
        "category" => "抽查类别",
        "sub_kind" => "细分类型",
        "address" => "住所（经营场所）",
        "representative" => "法定代表人（负责人）",
        "phone" => "联系电话",
        other => other,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use domain::Coded;
    use domain::credit_code::SubjectCode;
    use domain::rulebook::Rule;
    use domain::state::{JobState, PartyState, RevisionState, ShareState, TaskCommand, TaskState, VisitState, next};

    #[test]
    fn wrong_codes_are_explained() {
        let check = |code: &str, expect: &str| {
            assert_eq!(code.parse::<SubjectCode>().unwrap_err().explain().to_string(), expect);
        };
        check("91350100M000100Y4Z", "第18位“Z”不能出现在代码中。代码不使用字母Z，很可能是数字2。");
        check(
            "914403001922038217",
            "校验码应为“6”，现为“7”。很可能有一位抄错，请与营业执照核对后更正，不要只改校验码。",
        );
        check("９14403001922038216", "第1位“９”是全角字符。请改为半角字符，即“914403001922038216”，并与营业执照核对。");
        check("9144030071526726xG", "第17位“x”不能出现在代码中。请改为大写“X”。");
        check("9144", "代码应为18位，现为4位。请检查是否漏写、多写，或被表格软件改成了数字。");
        check("94440300192203821X", "第1位为“9”时，第2位不能是“4”。请与营业执照核对后更正。");
        check("919903001922038216", "登记机关行政区划码有误：“990300”的前两位不是省级代码。请与营业执照核对后更正。");
    }

    #[test]
    fn refused_commands_say_what_is_possible() {
        let refused = next(TaskState::Failed, TaskCommand::Draw).unwrap_err();
        assert_eq!(
            refused.explain().to_string(),
            "当前为“摇号未成”，不能摇号。现在可以：批准封存、作废任务。状态可能刚被别人改变，请以最新的页面为准。"
        );
        let refused = next(TaskState::Drawn, TaskCommand::Void).unwrap_err();
        assert_eq!(
            refused.explain().next,
            "在这一状态下没有可以进行的变更。状态可能刚被别人改变，请以最新的页面为准。"
        );
    }

    /// Every refusal that the machines can make has both sentences.
    #[test]
    fn every_refusal_is_explained() {
        fn check<S>()
        where
            S: Machine + Debug + Label,
            S::Command: Debug + Label,
        {
            for from in S::ALL {
                for command in <S::Command as Coded>::ALL {
                    if let Err(refused) = next(*from, *command) {
                        let message = refused.explain();
                        assert!(message.what.ends_with('。') && message.next.ends_with('。'));
                    }
                }
            }
        }
        check::<TaskState>();
        check::<RevisionState>();
        check::<ShareState>();
        check::<JobState>();
        check::<VisitState>();
        check::<PartyState>();
    }

    #[test]
    fn a_denial_names_who_may() {
        assert_eq!(
            Message::denied(UseCase::TaskApproveSeal).to_string(),
            "当前岗位无权批准封存。此操作由分管领导办理；确需办理的，请系统管理员授予相应岗位。"
        );
    }

    #[test]
    fn rules_and_hands_are_explained() {
        let refused = BadRule::OutOfRange { rule: Rule::VisitsPerDay, min: 1, max: 20, found: 0 };
        assert_eq!(refused.explain().to_string(), "“每人每日检查户数上限”不能是0。请填写1至20。");
        let person = domain::AccountId::from_bytes([1; 16]).into();
        let hands = HandsNotApart {
            person,
            first: domain::separation::Hand::Drawer,
            second: domain::separation::Hand::SealApprover,
        };
        assert_eq!(hands.explain().to_string(), "摇号经办人与封存审批人不能是同一人。请由另一人担任封存审批人。");
    }
}

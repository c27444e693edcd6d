//! Words about what was written into a field: why a text is refused, and what the fields of the pages are called where a
//! page speaks of them without their form.

use domain::text::{BadChar, BadText};

use crate::explain::{Explain, Message};

/// A character by its code: itself it may not be on the screen either.
#[must_use]
pub fn code(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}

/// What is wrong with a character at a place (from 1), as the end of a sentence.
fn what(bad: BadChar, character: char, at: usize) -> String {
    let code = code(character);
    match bad {
        BadChar::Nul => format!("第{at}个字是空字符（{code}）。"),
        BadChar::Control => format!("第{at}个字是控制字符（{code}）。"),
        BadChar::LineBreak => format!("这里只能写一行，第{at}个字是换行或制表符（{code}）。"),
        BadChar::Invisible => format!("第{at}个字是看不见的字符（{code}）。"),
        BadChar::Direction => format!("第{at}个字是改变书写方向的隐藏标记（{code}）。"),
        BadChar::PrivateUse => format!("第{at}个字是自造字（{code}），换一台电脑就成了别的字。"),
        BadChar::Unassigned => format!("第{at}个字的编码（{code}）在 Unicode 16 中没有规定。"),
        BadChar::Garbled => format!("第{at}个字已成乱码（{code}）。"),
    }
}

/// What to do about it.
const fn next(bad: BadChar) -> &'static str {
    match bad {
        BadChar::Nul | BadChar::Control | BadChar::Invisible | BadChar::Direction => {
            "请删去它：把前后几个字重新输入一遍即可，从别处粘贴时容易带入。"
        }
        BadChar::LineBreak => "请改为一行。",
        BadChar::PrivateUse | BadChar::Unassigned => {
            "请改用国家标准（GB 18030）编码的同一个字；没有编码的，按证照的替代写法填写，例如用读音相同的字加括号注明。"
        }
        BadChar::Garbled => "请对照原件重新填写，或从原系统重新导出。",
    }
}

impl Explain for BadText {
    fn explain(&self) -> Message {
        match *self {
            Self::Character { character, bad, at } => Message::new(what(bad, character, at), next(bad)),
            Self::TooLong { chars, max } => Message::new(format!("有{chars}个字，最多{max}个字。"), "请缩短。"),
        }
    }
}

/// What a field of a page is called, by its name in the form; none for those whose names are made from the content.
const FIELDS: &[(&str, &str)] = &[
    ("address", "住所（经营场所）"),
    ("answer", "不同意的理由"),
    ("basis", "依据"),
    ("certificate", "执法证号"),
    ("code", "代码"),
    ("contact", "联系人"),
    ("current", "当前密码"),
    ("day", "日期"),
    ("division", "行政区划"),
    ("due", "完成期限"),
    ("first_on", "最早检查日"),
    ("from", "起始日"),
    ("industry", "行业代码"),
    ("legal_person", "法定代表人（负责人）"),
    ("login", "登录名"),
    ("name", "名称"),
    ("next", "登录后去的页面"),
    ("notes", "备注"),
    ("notice", "依据的通知"),
    ("number", "公告编号"),
    ("off", "放假的工作日"),
    ("on", "调休上班的周末"),
    ("password", "密码"),
    ("phone", "联系电话"),
    ("planned_on", "改到的日期"),
    ("q", "查找的内容"),
    ("reason", "理由"),
    ("receiving", "调入单位的机构代码"),
    ("registered_on", "成立日期"),
    ("result", "结果摘要"),
    ("section", "科室"),
    ("short_name", "简称"),
    ("sub_kind", "主体小类"),
    ("subject_code", "检查对象的代码"),
    ("tags", "标签"),
    ("title", "名称"),
    ("to", "截止日"),
    ("value", "数值"),
    ("why", "改期理由"),
    ("again", "再输一次的新密码"),
];

/// The field in quotes, as a sentence begins with it; one that no page has, by its place among those that were sent (from 1),
/// because its name is whatever somebody wrote.
#[must_use]
pub fn field_named(name: &str, at: usize) -> String {
    match FIELDS.iter().find(|(known, _)| *known == name) {
        Some((_, label)) => format!("“{label}”"),
        None => format!("第{at}项"),
    }
}

/// Something typed cannot be taken.
pub const UNFIT: &str = "有不能使用的字";

/// What to do about it where the form stands again below.
pub const UNFIT_NEXT: &str =
    "本次没有提交。下面已去掉看不见的字符，别的字以编码代替；请核对、改好后再提交，其余内容都还在。";

/// What to do about it where it does not.
pub const UNFIT_BACK: &str = "本次没有提交。请回到原来的页面改正后再提交。";

/// More was sent at once than any page asks for.
pub const MANY: &str = "一次提交的项太多";

/// What to do about it.
pub const MANY_NEXT: &str = "本次没有提交。请回到原来的页面，分几次提交。";

/// The button below the form.
pub const SEND_AGAIN: &str = "改好后再提交";

/// An address that holds what no address of ours has.
#[must_use]
pub fn no_such_address(bad: &BadText) -> String {
    format!("没有这个地址：{}", bad.explain().what)
}

/// The name of a field that is not fit to be one.
pub const FIELD_NAME: &str = "有一项的名称无法识别";

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_says_the_place_the_code_and_what_to_do() {
        for bad in BadChar::ALL {
            let said = BadText::Character { character: '\u{E123}', bad, at: 7 }.explain();
            assert!(said.what.contains("第7个字") && said.what.contains("U+E123"), "{}", said.what);
            assert!(said.next.contains('请'), "{}", said.next);
        }
        let long = BadText::TooLong { chars: 61, max: 60 }.explain();
        assert!(long.what.contains("61") && long.what.contains("60"));
    }

    #[test]
    fn fields_are_called_as_on_their_pages() {
        assert_eq!(field_named("reason", 2), "“理由”");
        assert_eq!(field_named("stratum-3", 2), "第2项");
        let mut names: Vec<_> = FIELDS.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FIELDS.len());
    }
}

//! The data of the forms (domain.md §4.7). In a record form, empty texts and `None` are printed as blanks to be filled in by hand; a notice
//! is handed over as it is printed, so nothing of it may be absent but what says so.

use serde::{Deserialize, Serialize};
use typst::foundations::Datetime;

/// 检查通知书: tells a subject what will be checked, when, by whom, and its rights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckNotice {
    /// Number of the document (文书编号).
    pub number: String,
    /// The organ that signs and seals, whose inspectors come.
    pub organ: String,
    /// The organ that ordered the task; the same name as `organ` where it inspects by itself.
    pub organiser: String,
    /// Name of the subject.
    pub subject_name: String,
    /// Unified social credit code, or the registration number.
    pub subject_code: String,
    /// Legal basis, as it reads after 根据.
    pub basis: String,
    /// Name of the task.
    pub task_name: String,
    /// Number of the task.
    pub task_number: String,
    /// Where the task comes from (任务来源); empty leaves the clause out.
    pub source: String,
    /// How often such checks happen (检查频次); empty leaves the clause out.
    pub frequency: String,
    /// What will be checked.
    pub items: Vec<String>,
    /// First day of the visit window.
    pub from: Day,
    /// Last day of the visit window.
    pub to: Day,
    /// How it will be checked.
    pub method: String,
    /// The inspectors, leader first.
    pub inspectors: Vec<Person>,
    /// Number of assisting persons, fixed beforehand.
    pub assistants: u32,
    /// What the subject should have ready.
    pub materials: Vec<String>,
    /// Contact person of the organ that comes.
    pub contact: String,
    /// Phone number of the contact person.
    pub phone: String,
    /// Day of issue.
    pub issued_on: Day,
    /// Public page of the task, which anybody may open; the QR code leads there.
    pub url: String,
}

/// 市场主体综合检查随机抽查记录表: one for each drawn object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordForm {
    /// The term in force, 市场主体 or 经营主体, with which the title begins.
    pub subject_term: String,
    /// Name of the task.
    pub task_name: String,
    /// Number of the task.
    pub task_number: String,
    /// Number of this record.
    pub record_number: String,
    /// Name of the subject.
    pub subject_name: String,
    /// Unified social credit code, or the registration number.
    pub subject_code: String,
    /// Registered address or place of business.
    pub address: String,
    /// Legal representative or person in charge.
    pub representative: String,
    /// Phone number of the representative.
    pub representative_phone: String,
    /// Liaison of the subject.
    pub liaison: String,
    /// Phone number of the liaison.
    pub liaison_phone: String,
    /// The organ that carries out the check.
    pub organ: String,
    /// Day of the check.
    pub checked_on: Option<Day>,
    /// The inspectors, leader first.
    pub inspectors: Vec<Person>,
    /// The items, one row each.
    pub items: Vec<Item>,
    /// Empty rows for 其他检查事项.
    pub spare_rows: u32,
    /// 核查方式; an empty list prints the usual six, unticked.
    pub methods: Vec<Choice>,
    /// 检查结果, from the installation's dictionary; an empty list prints the national eight, unticked.
    pub results: Vec<Choice>,
    /// 后续处置措施; an empty list prints the usual six, unticked.
    pub follow_ups: Vec<Choice>,
    /// Whether the follow-up is finished; `None` leaves both boxes empty.
    pub completed: Option<bool>,
    /// The day on which the follow-up was finished.
    pub completed_on: Option<Day>,
    /// 被检查单位意见.
    pub subject_opinion: String,
    /// 审核意见.
    pub review_opinion: String,
    /// 结果公示审批意见.
    pub disclosure_opinion: String,
    /// Page of the record; the QR code leads back there.
    pub url: String,
}

/// One row of a record form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The item's category, printed small behind the name; may be empty.
    pub category: String,
    /// Name of the item.
    pub name: String,
    /// Whether it was checked; `None` leaves both boxes empty.
    pub checked: Option<bool>,
    /// 发现问题情况.
    pub found: String,
    /// 处置情况.
    pub disposal: String,
}

/// One box to tick.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What stands behind the box.
    pub label: String,
    /// Whether it is ticked.
    pub ticked: bool,
}

/// An inspector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Name.
    pub name: String,
    /// Number of the enforcement certificate; empty leaves it out.
    pub certificate: String,
}

/// A calendar day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// Year, 1 to 9999.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, from 1.
    pub day: u8,
}

impl Day {
    /// Reads `YYYY-MM-DD`; `None` for any other text or a day that does not exist.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let digits = text.bytes().all(|b| b == b'-' || b.is_ascii_digit());
        if !digits || parts.next().is_some() || (year.len(), month.len(), day.len()) != (4, 2, 2) {
            return None;
        }
        let found = Self { year: year.parse().ok()?, month: month.parse().ok()?, day: day.parse().ok()? };
        found.exists().then_some(found)
    }

    pub(crate) fn exists(self) -> bool {
        (1..=9999).contains(&self.year) && Datetime::from_ymd(self.year, self.month, self.day).is_some()
    }
}

//! The printer as the use cases see it: typed data in, a PDF out. Implemented in `cli` over `paper`, so that the
//! use cases need neither typst nor fonts.

use std::sync::Arc;

use chrono::NaiveDate;
use kernel::paper::Glyphs;
use kernel::{Error, Platform};

/// Which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormKind {
    /// 检查通知书
    Notice,
    /// 随机抽查记录表
    Record,
}

impl FormKind {
    /// Its name.
    #[must_use]
    pub const fn label(self) -> &'static str {
        text::form::name(matches!(self, Self::Notice))
    }

    /// Its code, in file names and addresses.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Record => "record",
        }
    }

    /// The kind with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Notice, Self::Record].into_iter().find(|kind| kind.code() == code)
    }
}

/// An inspector on a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormPerson {
    /// Name.
    pub name: String,
    /// Number of the enforcement certificate.
    pub certificate: String,
}

/// An item on a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormItem {
    /// 抽查类别
    pub category: String,
    /// 抽查事项
    pub name: String,
}

/// What stands in the forms of one visit. In a record form, empty texts are blanks to be filled in by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormData {
    /// Number of the visit, of its notice and of its record.
    pub number: String,
    /// 市场主体 or 经营主体.
    pub subject_term: String,
    /// Title of the task.
    pub task_name: String,
    /// Number of the task.
    pub task_number: String,
    /// The inspected object.
    pub subject_name: String,
    /// Its code.
    pub subject_code: String,
    /// Its address.
    pub address: String,
    /// Its representative.
    pub representative: String,
    /// That person's phone.
    pub phone: String,
    /// Who inspects.
    pub organ: String,
    /// Who ordered the task.
    pub organiser: String,
    /// The laws that the items rest on, as they read after 根据.
    pub basis: String,
    /// The items.
    pub items: Vec<FormItem>,
    /// How they are checked, as it reads after 检查方式.
    pub method: String,
    /// What the object has ready, one line each.
    pub materials: Vec<String>,
    /// First day of visits.
    pub window_from: NaiveDate,
    /// Last day of visits.
    pub window_to: NaiveDate,
    /// The planned day.
    pub planned_on: NaiveDate,
    /// The team, the leader first.
    pub inspectors: Vec<FormPerson>,
    /// Whom the object may ask at the unit that comes.
    pub contact: String,
    /// That person's phone.
    pub contact_phone: String,
    /// Day of issue of the notice.
    pub issued_on: NaiveDate,
    /// Public page of the task, for the QR code of what is handed to the object.
    pub public_url: String,
    /// Page of the visit, for the QR code of what stays in the office.
    pub url: String,
}

/// A PDF, and what of it the printer has to tell. Forms count from 0 in the list that was handed in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrintedForms {
    /// The file.
    pub pdf: Vec<u8>,
    /// Characters that no font has; their code stands in their place, as 〔U+31350〕, to be mended by hand.
    pub unset: Vec<(usize, char)>,
    /// Forms that could not be printed and are not in the file, in their order.
    pub left_out: Vec<(usize, PrintError)>,
}

/// Why nothing was printed, or why one form was not. `form` counts from 0 in the list that was handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrintError {
    /// The fonts cannot join the group of characters that begins with this one.
    Glyph {
        /// Which form.
        form: usize,
        /// The character.
        character: char,
    },
    /// The text of a form breaks a limit.
    Form {
        /// Which form.
        form: usize,
        /// What is wrong.
        detail: String,
    },
    /// Fonts are missing or unreadable.
    Fonts(String),
    /// A defect.
    Internal(String),
}

/// Sets forms as PDF, and says beforehand which characters it cannot set. The same forms give the same bytes, on any day.
pub trait FormPrinter: Glyphs {
    /// Most forms of one PDF.
    fn forms_max(&self) -> usize;

    /// The forms as one PDF, in the order given. `progress` is called after each with the number set and the number of
    /// all; it blocks, so callers use a thread of its own.
    ///
    /// # Errors
    /// [`PrintError`], of the first form if not one of them can be printed. One bad form does not stop the others.
    fn print(
        &self,
        kind: FormKind,
        forms: &[FormData],
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<PrintedForms, PrintError>;
}

/// The printer of an installation, a part of the platform; `None` where the machine has no fonts for it.
#[derive(Clone)]
pub struct Printer(pub Option<Arc<dyn FormPrinter>>);

impl Printer {
    /// What sets forms here.
    ///
    /// # Errors
    /// `FORM-001` where there are no fonts.
    pub(crate) fn of(platform: &Platform) -> Result<Arc<dyn FormPrinter>, Error> {
        platform.part::<Self>()?.0.clone().ok_or_else(|| Error::conflict("FORM-001"))
    }
}

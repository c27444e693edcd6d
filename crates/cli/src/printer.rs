//! The printer of the use cases over `paper`. Fonts are looked for when the first form is printed: most commands print
//! none, and reading a folder of Chinese fonts takes a moment.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::OnceLock;

use app::form::{FormData, FormKind, FormPrinter, PrintError, PrintedForms};
use app::paper::Glyphs;
use chrono::{Datelike as _, NaiveDate};
use paper::{CheckNotice, Day, FORMS_MAX, FontRole, Item, PaperError, Person, Printer, RecordForm, SYSTEM_FONT_DIRS};
use text::form::refused as say;

/// Empty rows on a record form, for what is found besides its items.
const SPARE_ROWS: u32 = 2;

/// Sets forms with the fonts of this machine.
#[derive(Debug)]
pub struct PaperPrinter {
    dirs: Vec<PathBuf>,
    printer: OnceLock<Result<Printer, String>>,
}

impl PaperPrinter {
    /// A printer that looks for fonts in `dirs` first and then in the system's folders.
    #[must_use]
    pub fn new(dirs: &[PathBuf]) -> Self {
        let system = SYSTEM_FONT_DIRS.iter().map(PathBuf::from);
        Self { dirs: dirs.iter().cloned().chain(system).collect(), printer: OnceLock::new() }
    }

    fn opened(&self) -> Result<&Printer, String> {
        let opened = self.printer.get_or_init(|| Printer::new(&self.dirs).map_err(|error| words_of(&error)));
        opened.as_ref().map_err(Clone::clone)
    }

    fn ready(&self) -> Result<&Printer, PrintError> {
        self.opened().map_err(PrintError::Fonts)
    }
}

impl Glyphs for PaperPrinter {
    fn lacking(&self, characters: &BTreeSet<char>) -> Result<BTreeSet<char>, String> {
        let printer = self.opened()?;
        Ok(characters.iter().copied().filter(|character| !printer.sets(*character)).collect())
    }
}

impl FormPrinter for PaperPrinter {
    fn forms_max(&self) -> usize {
        FORMS_MAX
    }

    fn print(
        &self,
        kind: FormKind,
        forms: &[FormData],
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<PrintedForms, PrintError> {
        let printer = self.ready()?;
        let printed = match kind {
            FormKind::Notice => {
                let forms: Option<Vec<CheckNotice>> = forms.iter().map(notice).collect();
                let forms = forms.ok_or_else(|| PrintError::Internal("a day out of range".to_owned()))?;
                printer.notices(&forms, progress)
            }
            FormKind::Record => {
                let forms: Vec<RecordForm> = forms.iter().map(record).collect();
                printer.record_forms(&forms, progress)
            }
        };
        let printed = printed.map_err(refused)?;
        Ok(PrintedForms {
            pdf: printed.pdf,
            unset: printed.unset.into_iter().map(|unset| (unset.form, unset.character)).collect(),
            left_out: printed.left_out.into_iter().map(|left| (left.form, refused(left.reason))).collect(),
        })
    }
}

/// `None` for a day outside of the calendar, which a stored one never is.
fn notice(form: &FormData) -> Option<CheckNotice> {
    Some(CheckNotice {
        number: form.number.clone(),
        organ: form.organ.clone(),
        organiser: form.organiser.clone(),
        subject_name: form.subject_name.clone(),
        subject_code: form.subject_code.clone(),
        basis: form.basis.clone(),
        task_name: form.task_name.clone(),
        task_number: form.task_number.clone(),
        source: String::new(),
        frequency: String::new(),
        items: form.items.iter().map(|item| item.name.clone()).collect(),
        from: day(form.window_from)?,
        to: day(form.window_to)?,
        method: form.method.clone(),
        inspectors: form.inspectors.iter().map(person).collect(),
        assistants: 0,
        materials: form.materials.clone(),
        contact: form.contact.clone(),
        phone: form.contact_phone.clone(),
        issued_on: day(form.issued_on)?,
        url: form.public_url.clone(),
    })
}

fn record(form: &FormData) -> RecordForm {
    RecordForm {
        subject_term: form.subject_term.clone(),
        task_name: form.task_name.clone(),
        task_number: form.task_number.clone(),
        record_number: form.number.clone(),
        subject_name: form.subject_name.clone(),
        subject_code: form.subject_code.clone(),
        address: form.address.clone(),
        representative: form.representative.clone(),
        representative_phone: form.phone.clone(),
        liaison: String::new(),
        liaison_phone: String::new(),
        organ: form.organ.clone(),
        checked_on: None,
        inspectors: form.inspectors.iter().map(person).collect(),
        items: form
            .items
            .iter()
            .map(|item| Item {
                category: item.category.clone(),
                name: item.name.clone(),
                checked: None,
                found: String::new(),
                disposal: String::new(),
            })
            .collect(),
        spare_rows: SPARE_ROWS,
        methods: Vec::new(),
        results: Vec::new(),
        follow_ups: Vec::new(),
        completed: None,
        completed_on: None,
        subject_opinion: String::new(),
        review_opinion: String::new(),
        disclosure_opinion: String::new(),
        url: form.url.clone(),
    }
}

fn person(person: &app::form::FormPerson) -> Person {
    Person { name: person.name.clone(), certificate: person.certificate.clone() }
}

fn day(day: NaiveDate) -> Option<Day> {
    Some(Day { year: day.year(), month: u8::try_from(day.month()).ok()?, day: u8::try_from(day.day()).ok()? })
}

/// What `paper` refuses, in the user's words, without a full stop.
pub fn words_of(error: &PaperError) -> String {
    match error {
        PaperError::FontMissing { role, wanted, dirs } => {
            let used_for = match role {
                FontRole::Heading => "标题",
                FontRole::Body => "正文",
                FontRole::Label => "表格栏目",
            };
            let folders: Vec<String> = dirs.iter().map(|dir| dir.display().to_string()).collect();
            say::font(used_for, wanted, &folders)
        }
        PaperError::GlyphMissing { character, .. } => say::group(*character),
        PaperError::Incomplete { place, .. } => say::empty(place),
        PaperError::BadText { place, character, .. } => say::character(place, *character),
        PaperError::TooMany { what, count, max } => say::too_much(what, *count, *max),
        PaperError::TooLong { place, count, max, .. } => say::too_much(place, *count, *max),
        PaperError::NoForms => say::NONE.to_owned(),
        PaperError::BadUrl { .. } => say::URL.to_owned(),
        PaperError::BadDay { place, .. } => say::day(place),
        PaperError::FontUnreadable(path) => say::unreadable(&path.display().to_string()),
        PaperError::Internal(detail) => say::defect(detail),
    }
}

fn refused(error: PaperError) -> PrintError {
    let detail = words_of(&error);
    match error {
        PaperError::GlyphMissing { form, character } => PrintError::Glyph { form, character },
        PaperError::BadText { form, .. }
        | PaperError::BadUrl { form }
        | PaperError::BadDay { form, .. }
        | PaperError::Incomplete { form, .. }
        | PaperError::TooLong { form, .. } => PrintError::Form { form, detail },
        PaperError::FontMissing { .. } | PaperError::FontUnreadable(_) => PrintError::Fonts(detail),
        PaperError::NoForms | PaperError::TooMany { .. } | PaperError::Internal(_) => PrintError::Internal(detail),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use app::form::{FormItem, FormPerson};

    fn form(name: &str) -> FormData {
        FormData {
            number: "1303002021000001".to_owned(),
            subject_term: "市场主体".to_owned(),
            task_name: "2021年度内部联合抽查".to_owned(),
            task_number: "130300202105080001".to_owned(),
            subject_name: name.to_owned(),
            subject_code: "91130302MA0A1B2C3D".to_owned(),
            address: "虚构路18号".to_owned(),
            representative: "赵望舒".to_owned(),
            phone: String::new(),
            organ: "秦皇岛市海港区市场监督管理局".to_owned(),
            organiser: "秦皇岛市市场监督管理局".to_owned(),
            basis: "《企业信息公示暂行条例》第十四条".to_owned(),
            items: vec![FormItem {
                category: "公示信息检查".to_owned(), name: "年度报告公示信息的检查".to_owned()
            }],
            method: "实地核查".to_owned(),
            materials: vec!["营业执照".to_owned()],
            window_from: "2021-05-10".parse().unwrap(),
            window_to: "2021-08-31".parse().unwrap(),
            planned_on: "2021-05-17".parse().unwrap(),
            inspectors: ["孙守正", "李致远"]
                .map(|name| FormPerson { name: name.to_owned(), certificate: "03030200123".to_owned() })
                .to_vec(),
            contact: "周清和".to_owned(),
            contact_phone: "0335-0000003".to_owned(),
            issued_on: "2021-05-12".parse().unwrap(),
            public_url: "https://mingcha.test/announcements/130300202105080001".to_owned(),
            url: "https://mingcha.test/office/visits/0190f3a2-7c1e-7b3a-9d52-6f1f0c7a1b22".to_owned(),
        }
    }

    #[test]
    fn both_forms_become_pdf_and_the_same_bytes_twice() {
        let printer = PaperPrinter::new(&[]);
        let mut seen = 0;
        for kind in [FormKind::Notice, FormKind::Record] {
            let print =
                |seen: &mut usize| {
                    printer.print(kind, &[form("望潮楼商贸有限公司"), form("听涛阁食品店")], &mut |n, _| *seen = n)
                };
            let printed = print(&mut seen).unwrap();
            assert!(printed.pdf.starts_with(b"%PDF-"));
            assert_eq!((seen, printed.unset.len(), printed.left_out.len()), (2, 0, 0));
            assert_eq!(printed, print(&mut seen).unwrap());
        }
    }

    #[test]
    fn every_refusal_is_said_in_chinese() {
        let place = "items[2].found".to_owned();
        let all = [
            PaperError::FontMissing {
                role: FontRole::Heading,
                wanted: vec!["方正小标宋简体".to_owned()],
                dirs: vec![PathBuf::from("/srv/fonts")],
            },
            PaperError::GlyphMissing { form: 0, character: '\u{31350}' },
            PaperError::Incomplete { form: 0, place: "contact" },
            PaperError::BadText { form: 0, place: place.clone(), character: '\u{202E}' },
            PaperError::TooMany { what: "font files", count: 5_001, max: 5_000 },
            PaperError::TooLong { form: 0, place: "inspectors[0].certificate".to_owned(), count: 5_000, max: 4_000 },
            PaperError::NoForms,
            PaperError::BadUrl { form: 0 },
            PaperError::BadDay { form: 0, place },
            PaperError::FontUnreadable(PathBuf::from("/srv/fonts/a.ttf")),
            PaperError::Internal("7".to_owned()),
        ];
        for error in all {
            let said = words_of(&error);
            let bare =
                said.replace("/srv/fonts", "").replace("a.ttf", "").replace("https://", "").replace("http://", "");
            assert!(!bare.contains(|c: char| c.is_ascii_lowercase()), "{said}");
            assert!(said.chars().filter(|c| !c.is_ascii()).count() > 5, "{said}");
        }
        // As the doctor meets it: a machine without a single font.
        let folder = tempfile::tempdir().unwrap();
        let dirs = [folder.path().to_owned()];
        let missing = words_of(&Printer::new(&dirs).unwrap_err());
        assert!(missing.contains("缺少标题用的字体") && missing.contains(&dirs[0].display().to_string()), "{missing}");
    }

    #[test]
    fn what_cannot_be_set_is_told_with_its_form() {
        let printer = PaperPrinter::new(&[]);
        let rare = form("\u{F0000}公司");
        let bad = form("\u{202E}公司");
        let forms = [form("好公司"), rare, bad.clone()];
        let printed = printer.print(FormKind::Record, &forms, &mut |_, _| {}).unwrap();
        assert_eq!(printed.unset, [(1, '\u{F0000}')]);
        let [(2, PrintError::Form { form: 2, .. })] = printed.left_out.as_slice() else {
            unreachable!("{:?}", printed.left_out)
        };
        assert!(matches!(
            printer.print(FormKind::Record, &[bad], &mut |_, _| {}),
            Err(PrintError::Form { form: 0, .. })
        ));
    }

    #[test]
    fn what_a_name_lacks_is_what_printing_leaves_unset_or_out() {
        let printer = PaperPrinter::new(&[]);
        let characters = ['望', '㐂', '\u{F0000}', '\u{202E}', ' ', '\u{FE00}', '\u{E123}', 'A', '\u{31350}'];
        let lacking = printer.lacking(&characters.into_iter().collect()).unwrap();
        for character in characters {
            let forms = [form("好公司"), form(&format!("{character}公司"))];
            let printed = printer.print(FormKind::Record, &forms, &mut |_, _| {}).unwrap();
            let told = !printed.unset.is_empty() || !printed.left_out.is_empty();
            assert_eq!(lacking.contains(&character), told, "U+{:04X}", u32::from(character));
        }
        assert!(lacking.contains(&'\u{F0000}') && lacking.contains(&'\u{202E}') && !lacking.contains(&'望'));
    }
}

//! The printer of the use cases over `paper`. Fonts are looked for when the first form is printed: most commands print
//! none, and reading a folder of Chinese fonts takes a moment.

use std::path::PathBuf;
use std::sync::OnceLock;

use app::form::{FormData, FormKind, FormPrinter, PrintError};
use chrono::{Datelike as _, NaiveDate};
use domain::time::{Instant, china_day};
use paper::{CheckNotice, Day, FORMS_MAX, Item, Moment, PaperError, Person, Printer, RecordForm, SYSTEM_FONT_DIRS};

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

    fn ready(&self) -> Result<&Printer, PrintError> {
        let opened = self.printer.get_or_init(|| Printer::new(&self.dirs).map_err(|error| error.to_string()));
        opened.as_ref().map_err(|error| PrintError::Fonts(error.clone()))
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
        created: Instant,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Vec<u8>, PrintError> {
        let printer = self.ready()?;
        let created = moment(created).ok_or_else(|| PrintError::Internal("a time out of range".to_owned()))?;
        let printed = match kind {
            FormKind::Notice => {
                let forms: Vec<CheckNotice> = forms.iter().map(notice).collect();
                printer.notices(&forms, created, progress)
            }
            FormKind::Record => {
                let forms: Vec<RecordForm> = forms.iter().map(record).collect();
                printer.record_forms(&forms, created, progress)
            }
        };
        printed.map(|printed| printed.pdf).map_err(refused)
    }
}

fn notice(form: &FormData) -> CheckNotice {
    CheckNotice {
        number: form.number.clone(),
        organ: form.organ.clone(),
        subject_name: form.subject_name.clone(),
        subject_code: form.subject_code.clone(),
        basis: form.basis.clone(),
        task_name: form.task_name.clone(),
        task_number: form.task_number.clone(),
        source: String::new(),
        frequency: String::new(),
        items: form.items.iter().map(|item| item.name.clone()).collect(),
        from: day(form.window_from),
        to: day(form.window_to),
        method: String::new(),
        inspectors: form.inspectors.iter().map(person).collect(),
        assistants: 0,
        materials: Vec::new(),
        contact: form.contact.clone(),
        phone: String::new(),
        issued_on: day(form.issued_on),
        url: form.url.clone(),
    }
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

fn moment(at: Instant) -> Option<Moment> {
    let Day { year, month, day } = day(china_day(at))?;
    let (hour, minute, second, _) = at.china_time();
    let byte = |n: i64| u8::try_from(n).ok();
    Some(Moment { year, month, day, hour: byte(hour)?, minute: byte(minute)?, second: byte(second)? })
}

fn refused(error: PaperError) -> PrintError {
    let detail = error.to_string();
    match error {
        PaperError::GlyphMissing { form, character, .. } => PrintError::Glyph { form, character },
        PaperError::BadText { form, .. } | PaperError::BadUrl { form } | PaperError::BadDay { form, .. } => {
            PrintError::Form { form, detail }
        }
        PaperError::TooMany { .. } => PrintError::Form { form: 0, detail },
        PaperError::FontMissing { .. } | PaperError::FontUnreadable(_) => PrintError::Fonts(detail),
        PaperError::NoForms | PaperError::BadMoment | PaperError::Internal(_) => PrintError::Internal(detail),
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
            basis: "《企业信息公示暂行条例》第十四条".to_owned(),
            items: vec![FormItem {
                category: "公示信息检查".to_owned(), name: "年度报告公示信息的检查".to_owned()
            }],
            window_from: "2021-05-10".parse().unwrap(),
            window_to: "2021-08-31".parse().unwrap(),
            planned_on: "2021-05-17".parse().unwrap(),
            inspectors: vec![FormPerson { name: "孙守正".to_owned(), certificate: "03030200123".to_owned() }],
            contact: "周清和".to_owned(),
            issued_on: "2021-05-12".parse().unwrap(),
            url: "https://mingcha.test/office/visits/0190f3a2-7c1e-7b3a-9d52-6f1f0c7a1b22".to_owned(),
        }
    }

    #[test]
    fn both_forms_become_pdf_and_the_same_bytes_twice() {
        let printer = PaperPrinter::new(&[]);
        let at = Instant::from_unix_ms(1_620_610_200_000);
        let mut seen = 0;
        for kind in [FormKind::Notice, FormKind::Record] {
            let print = |seen: &mut usize| {
                printer.print(kind, &[form("望潮楼商贸有限公司"), form("听涛阁食品店")], at, &mut |n, _| *seen = n)
            };
            let pdf = print(&mut seen).unwrap();
            assert!(pdf.starts_with(b"%PDF-"));
            assert_eq!(seen, 2);
            assert_eq!(pdf, print(&mut seen).unwrap());
        }
    }

    #[test]
    fn a_character_without_glyph_is_refused_with_its_form() {
        let printer = PaperPrinter::new(&[]);
        let at = Instant::from_unix_ms(0);
        let bad = form("\u{F0000}公司");
        let error = printer.print(FormKind::Record, &[form("好公司"), bad], at, &mut |_, _| {}).unwrap_err();
        assert_eq!(error, PrintError::Glyph { form: 1, character: '\u{F0000}' });
    }
}

//! The file that a clerk fills in: the columns that an import recognises, under headings that it recognises again, and a
//! second sheet that says what goes into each. It knows nothing of the installation, so that anybody may hand it on.

use chrono::NaiveDate;
use domain::agency::{AgencyKind, AgencyLevel};
use domain::import::ImportKind;
use domain::item::{CheckMethod, ItemWeight};
use domain::subject::{RiskClass, RiskLevel, RiskScale, SubjectKind, SubjectStatus};
use sheet::{ColumnKind, ColumnSpec, CsvWriter, Field, FormColumn, SheetError, Value, XlsxWriter};
use text::Label as _;

use super::fields::fields;
use super::rows_max;
use kernel::export::Format;
use kernel::{Error, Result};

/// A file to be filled in.
#[derive(Clone, Debug)]
pub struct Template {
    /// The whole file: some kilobytes.
    pub bytes: Vec<u8>,
    /// Name for the receiver.
    pub name: String,
}

/// One column of a template, as its second sheet explains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateColumn {
    /// Heading, with its mark if it must be filled.
    pub heading: String,
    /// Whether it must be filled.
    pub required: bool,
    /// What is expected.
    pub expected: &'static str,
    /// The values that it may have; empty if there is no such list.
    pub permitted: Vec<&'static str>,
    /// Invented data; empty where the example has nothing in this column.
    pub example: &'static str,
}

/// The columns of a template, in the order of the import's fields.
#[must_use]
pub fn template_columns(kind: ImportKind) -> Vec<TemplateColumn> {
    fields(kind).iter().map(|field| column(kind, field)).collect()
}

fn column(kind: ImportKind, field: &Field<'static>) -> TemplateColumn {
    let usual = field.names.first().copied().unwrap_or_default();
    let mark = if field.required { text::template::REQUIRED_MARK } else { "" };
    let (expected, example) = text::template::guide(kind, field.key).unwrap_or_default();
    TemplateColumn {
        heading: format!("{usual}{mark}"),
        required: field.required,
        expected,
        permitted: permitted(kind, field.key),
        example,
    }
}

/// The template of a kind of file: a workbook with its explanations, or the headings alone as CSV.
///
/// # Errors
/// `Internal` if the file cannot be written.
pub fn template(kind: ImportKind, format: Format) -> Result<Template> {
    let columns = template_columns(kind);
    let bytes = match format {
        Format::Xlsx => workbook(kind, &columns),
        Format::Csv => headings(&columns),
    };
    let name = format!("{}.{}", text::template::file_stem(kind), format.extension());
    Ok(Template { bytes: bytes.map_err(Error::internal)?, name })
}

fn headings(columns: &[TemplateColumn]) -> std::result::Result<Vec<u8>, SheetError> {
    let titles: Vec<_> = columns.iter().map(|column| column.heading.as_str()).collect();
    CsvWriter::new(Vec::new(), &titles)?.finish()
}

fn workbook(kind: ImportKind, columns: &[TemplateColumn]) -> std::result::Result<Vec<u8>, SheetError> {
    let mut writer = XlsxWriter::new();
    let form: Vec<_> = columns
        .iter()
        .zip(fields(kind))
        .map(|(column, field)| FormColumn {
            column: ColumnSpec::new(&column.heading, width(&column.heading, column.example), held(field.key)),
            required: column.required,
            choices: if several(kind, field.key) { &[] } else { &column.permitted },
        })
        .collect();
    writer.add_form(text::template::sheet(kind), &form, u32::try_from(rows_max(kind)).unwrap_or(u32::MAX))?;
    let widths = [28.0, 12.0, 60.0, 44.0, 44.0];
    let titles = text::template::GUIDE_TITLES;
    let specs: Vec<_> =
        titles.iter().zip(widths).map(|(title, width)| ColumnSpec::new(title, width, ColumnKind::Text)).collect();
    writer.add_sheet(text::template::GUIDE_SHEET, &specs)?;
    for column in columns {
        writer.write_row(&[
            Value::from(column.heading.as_str()),
            Value::from(text::template::required(column.required)),
            Value::from(column.expected),
            Value::from(column.permitted.join("、")),
            Value::from(column.example),
        ])?;
    }
    writer.into_bytes()
}

/// Wide enough for heading and example, and no wider than a screen bears.
fn width(heading: &str, example: &str) -> f64 {
    const CHARACTERS_MIN: usize = 10;
    const CHARACTERS_MAX: usize = 36;
    let characters =
        |text: &str| text.chars().map(|ch| if ch.is_ascii() { 1 } else { 2 }).sum::<usize>().saturating_add(2);
    let wanted = characters(heading).max(characters(example)).clamp(CHARACTERS_MIN, CHARACTERS_MAX);
    u32::try_from(wanted).map_or(0.0, f64::from)
}

/// What a column holds: codes and numbers of documents must never become numbers.
fn held(key: &str) -> ColumnKind {
    match key {
        "registered_on" | "credit_on" | "food_on" | "certificate_from" | "certificate_to" | "valid_from"
        | "valid_to" => ColumnKind::Date,
        "code" | "agency" | "parent" | "division" | "industry" | "phone" | "certificate" | "staff_number" | "login" => {
            ColumnKind::Code
        }
        _ => ColumnKind::Text,
    }
}

/// Whether a cell may hold several of the permitted values: a list to choose one from would mislead.
const fn several(kind: ImportKind, key: &str) -> bool {
    matches!((kind, key.as_bytes()), (ImportKind::Item, b"kinds" | b"methods"))
}

/// The labels that a column may have.
fn permitted(kind: ImportKind, key: &str) -> Vec<&'static str> {
    match (kind, key) {
        (ImportKind::Agency, "level") => labels(AgencyLevel::ALL),
        (ImportKind::Agency, "kind") => labels(AgencyKind::ALL),
        (ImportKind::Subject, "kind") | (ImportKind::Item, "kinds") => labels(SubjectKind::ALL),
        (ImportKind::Subject, "status") => labels(SubjectStatus::ALL),
        (ImportKind::Subject, "credit_class") => levels(RiskScale::Credit),
        (ImportKind::Subject, "food_class") => levels(RiskScale::Food),
        (ImportKind::Inspector, "active") => text::template::ON_DUTY.to_vec(),
        (ImportKind::Item, "weight") => labels(ItemWeight::ALL),
        (ImportKind::Item, "methods") => labels(CheckMethod::ALL),
        _ => Vec::new(),
    }
}

fn labels<T: text::Label + Copy>(all: &[T]) -> Vec<&'static str> {
    all.iter().map(|value| value.label()).collect()
}

fn levels(scale: RiskScale) -> Vec<&'static str> {
    let on_scale = |level: &&RiskLevel| RiskClass::new(scale, **level, NaiveDate::default()).is_ok();
    RiskLevel::ALL.iter().filter(on_scale).map(|level| level.label()).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_column_says_what_it_expects_and_its_example_is_permitted() {
        for kind in ImportKind::ALL {
            for (column, field) in template_columns(*kind).iter().zip(fields(*kind)) {
                let guided = text::template::guide(*kind, field.key);
                assert!(guided.is_some_and(|(expected, _)| expected.ends_with('。')), "{kind} {}", field.key);
                assert!(!column.required || !column.example.is_empty(), "{kind} {}", field.key);
                assert_eq!(column.heading.ends_with('*'), field.required, "{kind} {}", field.key);
                let parts: Vec<_> = text::read::parts(column.example).collect();
                let listed = parts.iter().all(|part| column.permitted.contains(part));
                assert!(column.permitted.is_empty() || listed, "{kind} {}", field.key);
            }
        }
    }

    #[test]
    fn what_a_template_permits_is_what_the_import_reads() {
        let check = |kind: ImportKind, key: &str, reads: &dyn Fn(&str) -> bool| {
            let permitted = permitted(kind, key);
            assert!(!permitted.is_empty(), "{key}");
            assert!(permitted.iter().all(|value| reads(value)), "{key} {permitted:?}");
        };
        check(ImportKind::Agency, "level", &|value| text::read::agency_level(value).is_some());
        check(ImportKind::Subject, "kind", &|value| text::read::subject_kind(value).is_some());
        check(ImportKind::Subject, "status", &|value| text::read::subject_status(value).is_some());
        check(ImportKind::Subject, "credit_class", &|value| text::read::risk_level(value).is_some());
        check(ImportKind::Subject, "food_class", &|value| text::read::risk_level(value).is_some());
        check(ImportKind::Inspector, "active", &|value| text::read::yes_or_no(value).is_some());
        check(ImportKind::Item, "kinds", &|value| text::read::subject_kind(value).is_some());
        check(ImportKind::Item, "weight", &|value| text::read::item_weight(value).is_some());
        check(ImportKind::Item, "methods", &|value| text::read::check_methods(value).is_ok());
        assert_eq!(permitted(ImportKind::Subject, "food_class"), ["A", "B", "C", "D"]);
        assert_eq!(permitted(ImportKind::Subject, "credit_class").len(), 5);
    }
}

//! The workbook that goes back to the sender: the table as it came, bad cells marked red, the reasons in a last column,
//! and a sheet that lists every problem with its place.
//!
//! Cells are repeated as text exactly as they were read, guarded against formulas; nothing is mended on the way.

use crate::write_xlsx::Look;
use crate::{ColumnKind, ColumnSpec, Header, Problem, Row, SheetError, Value, Workbook, XlsxWriter};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

/// Longest repeated text, in characters: the place is what matters, and a cell of the report cannot hold everything.
const VALUE_CHARACTERS_MAX: usize = 2_000;

/// The words of the workbook.
#[derive(Clone, Copy)]
pub struct ProblemTexts<'a> {
    /// Name of the sheet with the marked table.
    pub marked_sheet: &'a str,
    /// Name of the sheet with the list.
    pub list_sheet: &'a str,
    /// Heading of the column with the reasons in the marked table.
    pub reasons: &'a str,
    /// Headings of the list: sheet, row, column letter, column name, value, reason.
    pub list_titles: [&'a str; 6],
    /// The sentence for a problem.
    pub reason: &'a dyn Fn(&Problem) -> String,
}

/// Which rows the marked table repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Every row of the source, each in its old place unless blank rows were between.
    AllRows,
    /// Only rows with a problem, behind their heading.
    BadRows,
}

/// Writes the workbook for the problems of one sheet to `target`.
///
/// # Errors
/// Whatever reading `source` again meets, and [`SheetError::Write`] or `TooMuch` from writing.
pub fn write_problems(
    source: &mut Workbook,
    header: &Header,
    problems: &[Problem],
    shown: Shown,
    texts: &ProblemTexts<'_>,
    target: &Path,
) -> Result<(), SheetError> {
    let mut writer = XlsxWriter::new();
    write_marked(&mut writer, source, header, problems, shown, texts)?;
    write_list(&mut writer, problems, texts)?;
    writer.save(target)
}

fn write_marked(
    writer: &mut XlsxWriter,
    source: &mut Workbook,
    header: &Header,
    problems: &[Problem],
    shown: Shown,
    texts: &ProblemTexts<'_>,
) -> Result<(), SheetError> {
    let here = problems.iter().filter(|problem| problem.sheet == header.sheet);
    let mut by_row: BTreeMap<u32, Vec<&Problem>> = BTreeMap::new();
    for problem in here {
        by_row.entry(problem.row).or_default().push(problem);
    }
    let last_named = header.columns.iter().map(|column| column.column).max().unwrap_or(0);
    let last_bad = problems.iter().filter_map(|problem| problem.column).max().unwrap_or(0);
    let width = last_named.max(last_bad);
    let mut columns = vec![ColumnSpec::new("", 18.0, ColumnKind::Code); usize::try_from(width).unwrap_or(0)];
    columns.push(ColumnSpec::new(texts.reasons, 60.0, ColumnKind::Text));
    writer.begin(texts.marked_sheet, &columns, header.last_row)?;
    let (mut row, mut written) = (Row::default(), 0);
    let mut rows = source.rows(&header.sheet)?;
    while rows.next_into(&mut row)? {
        let bad = by_row.get(&row.number).map(Vec::as_slice).unwrap_or_default();
        let is_heading = row.number <= header.last_row;
        if !is_heading && shown == Shown::BadRows && bad.is_empty() {
            continue;
        }
        // Blank rows are not read; inside the heading they are put back, so that the frozen rows fit.
        while (is_heading || shown == Shown::AllRows) && written + 1 < row.number {
            writer.put_row(&[], Look::Plain)?;
            written += 1;
        }
        write_marked_row(writer, &row, header, width, bad, texts)?;
        written += 1;
    }
    Ok(())
}

fn write_marked_row(
    writer: &mut XlsxWriter,
    row: &Row,
    header: &Header,
    width: u32,
    bad: &[&Problem],
    texts: &ProblemTexts<'_>,
) -> Result<(), SheetError> {
    let mut values = (1..=width).map(|column| Value::from(shortened(&row.cell(column).text()))).collect::<Vec<_>>();
    if row.number <= header.last_row {
        let reasons = if row.number == header.last_row { texts.reasons } else { "" };
        values.push(Value::from(reasons));
        let look = if row.number >= header.first_row { Look::Header } else { Look::Plain };
        return writer.put_row(&values, look);
    }
    let reasons = bad.iter().map(|problem| (texts.reason)(problem)).collect::<Vec<_>>();
    values.push(Value::from(shortened(&reasons.join("; "))));
    let marked = bad.iter().filter_map(|problem| problem.column).collect::<Vec<_>>();
    writer.put_row(&values, Look::Bad(&marked))
}

fn write_list(writer: &mut XlsxWriter, problems: &[Problem], texts: &ProblemTexts<'_>) -> Result<(), SheetError> {
    let [sheet, row, letter, name, value, reason] = texts.list_titles;
    writer.add_sheet(
        texts.list_sheet,
        &[
            ColumnSpec::new(sheet, 20.0, ColumnKind::Code),
            ColumnSpec::new(row, 8.0, ColumnKind::Number),
            ColumnSpec::new(letter, 8.0, ColumnKind::Code),
            ColumnSpec::new(name, 24.0, ColumnKind::Code),
            ColumnSpec::new(value, 32.0, ColumnKind::Code),
            ColumnSpec::new(reason, 64.0, ColumnKind::Text),
        ],
    )?;
    for problem in problems {
        writer.write_row(&[
            Value::from(problem.sheet.as_str()),
            Value::from(problem.row),
            Value::from(problem.column_letter()),
            Value::from(problem.column_name.as_str()),
            Value::from(shortened(&problem.value)),
            Value::from(shortened(&(texts.reason)(problem))),
        ])?;
    }
    Ok(())
}

fn shortened(text: &str) -> String {
    let text = &*legible(text);
    match text.char_indices().nth(VALUE_CHARACTERS_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// With the codes of what no workbook can hold in its place: controls and noncharacters would damage the file.
fn legible(text: &str) -> Cow<'_, str> {
    let foul = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || u32::from(c) & 0xFFFE == 0xFFFE;
    if !text.contains(foul) {
        return Cow::Borrowed(text);
    }
    let legible = |c: char| if foul(c) { format!("〔U+{:04X}〕", u32::from(c)) } else { c.to_string() };
    Cow::Owned(text.chars().map(legible).collect())
}

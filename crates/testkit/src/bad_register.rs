//! A register workbook with every kind of bad cell, and what must be said about each: written by hand, not computed.
//!
//! The file also holds rows that look odd and are right (dates in five forms, a registration number kept as a number,
//! spaces around a name); an importer that reports one of them is wrong too. All firms are invented.

use std::path::Path;

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet, XlsxError};

/// One problem that must be reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expected {
    /// Row as the spreadsheet program numbers it.
    pub row: u32,
    /// Letter of the column.
    pub column: &'static str,
    /// Heading of the column; the levels of a merged heading are joined by `/`.
    pub column_name: &'static str,
    /// What stands in the cell.
    pub value: &'static str,
    /// What is wrong with it.
    pub kind: BadCell,
}

/// What can be wrong with a cell of a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BadCell {
    /// No code where one is needed.
    CodeMissing,
    /// The last character does not follow from the others.
    CodeCheck,
    /// The organisation code inside does not end as it must.
    OrganisationCheck,
    /// Full-width digits.
    FullWidth,
    /// Too short or too long.
    CodeLength,
    /// A letter that codes do not use.
    CodeLetter,
    /// A lower-case letter.
    LowerCase,
    /// The last digit of a registration number is wrong.
    RegistrationCheck,
    /// A code typed as a number, whose last digits are lost.
    LostDigits,
    /// The code of an earlier row.
    DuplicateCode,
    /// A required text is missing.
    NameMissing,
    /// More than 120 characters.
    NameTooLong,
    /// Begins like a formula.
    FormulaText,
    /// A character without width.
    Invisible,
    /// A line break inside.
    LineBreak,
    /// A kind of object that nobody knows.
    KindUnknown,
    /// A state that nobody knows.
    StatusUnknown,
    /// An agency code that is not in the tree.
    RegistrarUnknown,
    /// No division begins like this.
    DivisionUnknown,
    /// A date in no known form.
    DateForm,
    /// A day that the calendar does not have.
    DateNoSuchDay,
    /// An error value of the spreadsheet program.
    CellError,
    /// A class that the scale does not have.
    RiskUnknown,
    /// A class without the day from which it holds.
    RiskDateMissing,
    /// Not a letter with digits of GB/T 4754.
    IndustryForm,
    /// A tag with a space inside.
    TagForm,
    /// A licence without its three parts.
    LicenceForm,
}

/// Name of the only sheet.
pub const SHEET: &str = "报送表";
/// First and last row of the merged heading.
pub const HEADER_ROWS: (u32, u32) = (3, 4);
/// Rows of data, good and bad.
pub const DATA_ROWS: u32 = 33;

const fn bad(
    row: u32,
    column: &'static str,
    column_name: &'static str,
    value: &'static str,
    kind: BadCell,
) -> Expected {
    Expected { row, column, column_name, value, kind }
}

const CODE: &str = "统一社会信用代码/注册号";
const LONG_NAME: &str = "秦皇岛长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名长名有限公司";

/// Every problem of the file, by row.
pub const EXPECTED: [Expected; 27] = [
    bad(10, "B", CODE, "", BadCell::CodeMissing),
    bad(11, "B", CODE, "91130302MA07X184XA", BadCell::CodeCheck),
    bad(12, "B", CODE, "91130302MA07X9000R", BadCell::OrganisationCheck),
    bad(13, "B", CODE, "９１130302MA07X19117", BadCell::FullWidth),
    bad(14, "B", CODE, "91130302MA07X1989", BadCell::CodeLength),
    bad(15, "B", CODE, "91130302MAO7X205X6", BadCell::CodeLetter),
    bad(16, "B", CODE, "91130302ma07X21212", BadCell::LowerCase),
    bad(17, "B", CODE, "130302600056789", BadCell::RegistrationCheck),
    bad(18, "B", CODE, "9.11303021234568E+17", BadCell::LostDigits),
    bad(19, "B", CODE, "91130302MA07X1073G", BadCell::DuplicateCode),
    bad(20, "A", "名称", "", BadCell::NameMissing),
    bad(21, "A", "名称", LONG_NAME, BadCell::NameTooLong),
    bad(22, "A", "名称", "=HYPERLINK(\"http://example.invalid\",\"甲\")", BadCell::FormulaText),
    bad(23, "A", "名称", "秦皇岛隐\u{200B}形商贸有限公司", BadCell::Invisible),
    bad(24, "A", "名称", "秦皇岛换行\n商贸有限公司", BadCell::LineBreak),
    bad(25, "C", "主体类别", "其他类", BadCell::KindUnknown),
    bad(26, "I", "登记状态", "不详", BadCell::StatusUnknown),
    bad(27, "F", "登记机关代码", "130399", BadCell::RegistrarUnknown),
    bad(28, "G", "行政区划", "990302", BadCell::DivisionUnknown),
    bad(29, "H", "成立日期", "二〇一五年三月", BadCell::DateForm),
    bad(30, "H", "成立日期", "2019-02-29", BadCell::DateNoSuchDay),
    bad(31, "H", "成立日期", "#N/A", BadCell::CellError),
    bad(32, "J", "信用风险/信用风险等级", "F", BadCell::RiskUnknown),
    bad(33, "K", "信用风险/风险评定日期", "", BadCell::RiskDateMissing),
    bad(34, "L", "行业代码", "5211", BadCell::IndustryForm),
    bad(35, "O", "标签", "拍卖；广 告", BadCell::TagForm),
    bad(36, "P", "许可证", "食品经营许可证", BadCell::LicenceForm),
];

/// Rows that look odd and are right.
pub const GOOD_ROWS: [u32; 6] = [5, 6, 7, 8, 9, 37];

const HEADINGS: [&str; 16] = [
    "名称",
    CODE,
    "主体类别",
    "主体小类",
    "登记机关",
    "登记机关代码",
    "行政区划",
    "成立日期",
    "登记状态",
    "信用风险等级",
    "风险评定日期",
    "行业代码",
    "住所",
    "法定代表人",
    "标签",
    "许可证",
];

/// Writes the workbook to `path`.
///
/// # Errors
/// The writer's own, if the disk fails.
pub fn write_bad_register(path: &Path) -> Result<(), XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name(SHEET)?;
    write_heading(sheet)?;
    for row in 5..5 + DATA_ROWS {
        write_sound_row(sheet, row)?;
    }
    write_odd_rows(sheet)?;
    for expected in EXPECTED {
        spoil(sheet, &expected)?;
    }
    book.save(path)
}

/// A title over all columns, a blank row, and a heading of two rows with merged cells.
fn write_heading(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let plain = Format::new();
    sheet.merge_range(0, 0, 0, 15, "检查对象名录（报送表）", &plain)?;
    sheet.merge_range(2, 9, 2, 10, "信用风险", &plain)?;
    for (column, heading) in (0_u16..).zip(HEADINGS) {
        if matches!(column, 9 | 10) {
            sheet.write_string(3, column, heading)?;
        } else {
            sheet.merge_range(2, column, 3, column, heading, &plain)?;
        }
    }
    Ok(())
}

/// Codes of the rows from 5 on, all right.
const CODES: [&str; 33] = [
    "91130302MA07X1073G",
    "91130302MA07X11459",
    "91130302MA07X12172",
    "91130302MA07X12840",
    "91130302MA07X1356Q",
    "91130302MA07X1428H",
    "91130302MA07X1495F",
    "91130302MA07X15678",
    "91130302MA07X16391",
    "91130302MA07X1700P",
    "91130302MA07X1778P",
    "91130302MA07X184XB",
    "91130302MA07X19117",
    "91130302MA07X19897",
    "91130302MA07X205X6",
    "91130302MA07X21212",
    "91130302MA07X21992",
    "91130302MA07X2260Q",
    "91130302MA07X2332H",
    "91130302MA07X2404A",
    "91130302MA07X24718",
    "91130302MA07X25431",
    "91130302MA07X2615R",
    "91130302MA07X2682P",
    "91130302MA07X2754G",
    "91130302MA07X28269",
    "91130302MA07X28937",
    "91130302MA07X29650",
    "91130302MA07X30364",
    "91130302MA07X3108W",
    "91130302MA07X3175T",
    "91130302MA07X3247K",
    "91130302MA07X3319C",
];

fn write_sound_row(sheet: &mut Worksheet, row: u32) -> Result<(), XlsxError> {
    let name = format!("秦皇岛试报{row}号商贸有限公司");
    let code = CODES[(row - 5) as usize];
    let cells = [
        name.as_str(),
        code,
        "企业",
        "有限责任公司（自然人投资或控股）",
        "秦皇岛市海港区市场监督管理局",
        "130302",
        "130302",
        "2015-03-09",
        "存续",
        "B",
        "2021-04-01",
        "F5211",
        "河北省秦皇岛市海港区河北大街1号",
        "周试报",
        "广告；商标使用",
        "食品经营许可证:JY11303020000001:2025-12-31",
    ];
    for (column, cell) in (0_u16..).zip(cells) {
        sheet.write_string(row - 1, column, cell)?;
    }
    Ok(())
}

/// Forms that bureaus use and that mean something: none of these may be reported.
fn write_odd_rows(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let day = Format::new().set_num_format("yyyy/m/d");
    sheet.write_datetime_with_format(4, 7, ExcelDateTime::from_ymd(2015, 3, 9)?, &day)?;
    sheet.write_string(5, 7, "2015年3月9日")?;
    sheet.write_number(6, 7, 20_150_309)?;
    // A registration number of 15 digits is exact as a number; its owner is a shop.
    sheet.write_number(7, 1, 130_302_600_012_346.0)?;
    sheet.write_string(7, 2, "个体户")?;
    sheet.write_string(7, 3, "个人经营")?;
    sheet.write_string(7, 7, "2015.3.9")?;
    sheet.write_string(8, 0, "  秦皇岛试报9号商贸有限公司\u{3000}")?;
    sheet.write_string(8, 8, "存续（在营、开业、在册）")?;
    for column in [9, 10, 14, 15] {
        sheet.clear_cell(8, column);
    }
    sheet.write_string(36, 14, "广告、商标使用")?;
    Ok(())
}

fn spoil(sheet: &mut Worksheet, expected: &Expected) -> Result<(), XlsxError> {
    let row = expected.row - 1;
    let column = u16::from(expected.column.as_bytes()[0] - b'A');
    match expected.kind {
        BadCell::LostDigits => sheet.write_number(row, column, 911_303_021_234_568_000.0)?,
        BadCell::CellError => sheet.write_formula(row, column, Formula::new("NA()").set_result("#N/A"))?,
        // Writing an empty text leaves what stands there.
        _ if expected.value.is_empty() => sheet.clear_cell(row, column),
        _ => sheet.write_string(row, column, expected.value)?,
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_names_each_kind_once() {
        assert!(EXPECTED.is_sorted_by_key(|expected| expected.row));
        let mut kinds = EXPECTED.map(|expected| expected.kind);
        kinds.sort_unstable();
        assert!(kinds.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(EXPECTED.iter().all(|expected| !GOOD_ROWS.contains(&expected.row)));
        assert_eq!(EXPECTED.len() + GOOD_ROWS.len(), DATA_ROWS as usize);
        assert!(LONG_NAME.chars().count() > 120);
    }
}

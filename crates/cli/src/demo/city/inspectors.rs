//! The inspectors: certificates, a few of them run out, and qualifications with their last days.
//!
//! Each unit has at least two inspectors with a valid certificate and a valid qualification in testing, since strata E6
//! and E7 ask for one on each visit.

use super::CityError;
use super::dice::Dice;
use super::names::person;
use super::numbers::{Scale, UNITS, Unit};
use chrono::NaiveDate;
use sheet::{ColumnKind, ColumnSpec, Value, XlsxWriter};
use std::collections::HashSet;
use std::path::Path;

const SECTIONS_CITY: [&str; 8] = [
    "信用监督管理科",
    "登记注册科",
    "质量监督管理科",
    "计量科",
    "认证与检验检测监督管理科",
    "网络交易与广告监督管理科",
    "知识产权科",
    "综合执法支队",
];
const SECTIONS_COUNTY: [&str; 6] =
    ["信用监督管理股", "质量监督管理股", "计量标准股", "知识产权股", "综合执法大队", "市场监督管理所"];
const EXPERTISE: [&str; 8] = ["企业登记", "信用监管", "产品质量", "计量", "认证认可", "广告", "商标", "网络交易"];
/// The qualification that E6 and E7 ask for.
const TESTING: &str = "检验检测";
/// Inspectors of a unit with this qualification: the first ones, whose certificates never run out.
const TESTERS_MIN: u32 = 2;
/// Units with fewer inspectors have no certificate that ran out.
const EXPIRED_FROM_INSPECTORS: u32 = 10;

const COLUMNS: [(&str, f64, ColumnKind); 13] = [
    ("单位工号", 12.0, ColumnKind::Code),
    ("姓名", 10.0, ColumnKind::Text),
    ("性别", 6.0, ColumnKind::Text),
    ("所属机构", 40.0, ColumnKind::Text),
    ("机构代码", 12.0, ColumnKind::Code),
    ("科室（所）", 26.0, ColumnKind::Text),
    ("执法证号", 16.0, ColumnKind::Code),
    ("执法证有效期起", 14.0, ColumnKind::Date),
    ("执法证有效期至", 14.0, ColumnKind::Date),
    ("资质", 32.0, ColumnKind::Text),
    ("业务专长", 24.0, ColumnKind::Text),
    ("联系电话", 16.0, ColumnKind::Code),
    ("岗位状态", 10.0, ColumnKind::Text),
];

/// Writes the workbook and returns how many inspectors it holds.
pub fn write(path: &Path, scale: Scale) -> Result<u64, CityError> {
    let mut writer = XlsxWriter::new();
    let columns = COLUMNS.map(|(title, width, kind)| ColumnSpec::new(title, width, kind));
    writer.add_sheet("执法检查人员名录", &columns)?;
    let mut rows = 0;
    let mut taken = HashSet::new();
    for (place, unit) in (0_u32..).zip(&UNITS) {
        let count = scale.inspectors(unit.inspectors);
        for within in 0..count {
            let number = place * 1_000 + within;
            let mut dice = Dice::new("inspector", u64::from(number));
            let name = new_name(&mut dice, &mut taken);
            write_one(&mut writer, &mut dice, unit, name, number, within, count)?;
            rows += 1;
        }
    }
    writer.save(path)?;
    Ok(rows)
}

fn new_name(dice: &mut Dice, taken: &mut HashSet<String>) -> String {
    loop {
        let name = person(dice);
        if taken.insert(name.clone()) {
            return name;
        }
    }
}

fn write_one(
    writer: &mut XlsxWriter,
    dice: &mut Dice,
    unit: &Unit,
    name: String,
    number: u32,
    within: u32,
    count: u32,
) -> Result<(), CityError> {
    let section = match unit.code {
        "130300" => dice.pick(&SECTIONS_CITY),
        _ => dice.pick(&SECTIONS_COUNTY),
    };
    let (from, until) = certificate(dice, within, count);
    writer.write_row(&[
        Value::from(format!("{}{:03}", unit.code, within + 1)),
        Value::from(name),
        Value::from(dice.pick(&["男", "男", "女"])),
        Value::from(unit.name),
        Value::from(unit.code),
        Value::from(section),
        Value::from(format!("0303{number:06}")),
        Value::Date(from),
        Value::Date(until),
        Value::from(qualifications(dice, within)),
        Value::from(expertise(dice)),
        // Invented: no subscriber's number in this city begins with 0.
        Value::from(if dice.chance(500) { format!("0335-0{:06}", dice.below(1_000_000)) } else { String::new() }),
        Value::from("在岗"),
    ])?;
    Ok(())
}

/// One in thirty ran out before the task, one in forty runs out while it lasts; the rest hold well beyond it.
fn certificate(dice: &mut Dice, within: u32, count: u32) -> (NaiveDate, NaiveDate) {
    let may_expire = within >= TESTERS_MIN && count >= EXPIRED_FROM_INSPECTORS;
    let (from, until) = match within % 40 {
        9 | 31 if may_expire => (2016, (2020, 12, 31)),
        17 if may_expire => (2016, (2021, 6, 30)),
        _ => (2017 + dice.below(4), (2027 + i32::try_from(dice.below(3)).unwrap_or(0), 12, 31)),
    };
    let day = |year: i32, month: u32, day: u32| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
    (day(i32::try_from(from).unwrap_or(2017), 1, 1), day(until.0, until.1, until.2))
}

/// As 名称:有效期至, several separated by ；.
fn qualifications(dice: &mut Dice, within: u32) -> String {
    let mut held = Vec::new();
    if within < TESTERS_MIN || within % 11 == 5 {
        held.push(format!("{TESTING}:202{}-12-31", 7 + dice.below(3)));
    } else if within % 23 == 7 {
        // Ran out: such a one must not be counted on.
        held.push(format!("{TESTING}:2020-09-30"));
    }
    if dice.chance(150) {
        held.push(format!("计量:202{}-12-31", 7 + dice.below(3)));
    }
    if dice.chance(120) {
        held.push(format!("认证认可:202{}-06-30", 7 + dice.below(3)));
    }
    if dice.chance(80) {
        held.push("知识产权:".to_owned());
    }
    held.join("；")
}

fn expertise(dice: &mut Dice) -> String {
    let mut known = vec![dice.pick(&EXPERTISE)];
    while dice.chance(350) && known.len() < 3 {
        let more = dice.pick(&EXPERTISE);
        if !known.contains(&more) {
            known.push(more);
        }
    }
    known.join("；")
}

//! The agencies: the city's bureau, seven county bureaus, two branches of functional zones, and some stations.
//!
//! Branches of zones have no division of their own in GB/T 2260; their codes are the platform's.

use super::CityError;
use super::numbers::UNITS;
use sheet::{ColumnKind, ColumnSpec, Value, XlsxWriter};
use std::path::Path;

/// The city's bureau, above all others.
pub const CITY: &str = "130300";

/// Stations by the unit above them.
const STATIONS: [(&str, &[&str]); 9] = [
    ("130302", &["河北大街", "文化路", "海阳镇", "西港路"]),
    ("130303", &["古城", "石河镇"]),
    ("130304", &["海滨", "戴河镇"]),
    ("130306", &["骊城", "台营", "留守营"]),
    ("130321", &["青龙镇", "祖山", "肖营子"]),
    ("130322", &["昌黎镇", "安山", "泥井"]),
    ("130324", &["卢龙镇", "双望"]),
    ("1303KF", &["西区", "东区"]),
    ("1303XQ", &["南戴河"]),
];

const COLUMNS: [(&str, f64, ColumnKind); 9] = [
    ("机构代码", 14.0, ColumnKind::Code),
    ("机构名称", 48.0, ColumnKind::Text),
    ("机构简称", 18.0, ColumnKind::Text),
    ("上级机构代码", 14.0, ColumnKind::Code),
    ("层级", 8.0, ColumnKind::Text),
    ("机构类型", 18.0, ColumnKind::Text),
    ("行政区划", 12.0, ColumnKind::Code),
    ("联系人", 12.0, ColumnKind::Text),
    ("联系电话", 16.0, ColumnKind::Code),
];

/// Whom firms may ask at the bureaus, in the order of [`UNITS`]; invented, as everything here.
const CONTACTS: [&str; 10] =
    ["周清和", "郑明朗", "王听澜", "冯知远", "陈望山", "褚怀谷", "卫守田", "蒋向阳", "沈临海", "韩观潮"];

/// Writes the workbook, parents before children, and returns how many agencies it holds.
pub fn write(path: &Path) -> Result<u64, CityError> {
    let mut writer = XlsxWriter::new();
    let columns = COLUMNS.map(|(title, width, kind)| ColumnSpec::new(title, width, kind));
    writer.add_sheet("机构", &columns)?;
    let mut rows = 0;
    let mut put = |cells: [&str; 9]| {
        rows += 1;
        writer.write_row(&cells.map(Value::from))
    };
    for unit in UNITS.iter().filter(|unit| unit.code == CITY) {
        let (contact, phone) = contact_of(unit.code)?;
        put([unit.code, unit.name, unit.short, "", "市", "市场监督管理局", CITY, contact, &phone])?;
    }
    for unit in UNITS.iter().filter(|unit| unit.code != CITY) {
        let is_zone = unit.coding_division == CITY;
        let (kind, division) = if is_zone { ("功能区分局", "") } else { ("市场监督管理局", unit.code) };
        let (contact, phone) = contact_of(unit.code)?;
        put([unit.code, unit.name, unit.short, CITY, "县", kind, division, contact, &phone])?;
    }
    for (above, names) in STATIONS {
        let unit = UNITS.iter().find(|unit| unit.code == above).ok_or(CityError::Exhausted("units"))?;
        let division = if unit.coding_division == CITY { "" } else { above };
        for (number, name) in (1_u32..).zip(names) {
            let code = format!("{above}S{number:02}");
            let long = format!("{}{name}市场监督管理所", unit.name);
            let short = format!("{name}所");
            put([&code, &long, &short, above, "所", "市场监督管理所", division, "", ""])?;
        }
    }
    writer.save(path)?;
    Ok(rows)
}

/// Contact and phone of a bureau: numbers that no exchange of that city has.
fn contact_of(code: &str) -> Result<(&'static str, String), CityError> {
    let place = UNITS.iter().position(|unit| unit.code == code).ok_or(CityError::Exhausted("units"))?;
    let contact = CONTACTS.get(place).ok_or(CityError::Exhausted("contacts"))?;
    Ok((contact, format!("0335-00001{:02}", place + 1)))
}

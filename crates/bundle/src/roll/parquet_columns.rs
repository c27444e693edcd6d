//! How the columns of a roll and those of a Parquet file correspond: UTF8 to text, DATE to date, INT32 and INT64 to int, a
//! LIST of UTF8 to set. Everything else is refused.

use std::sync::Arc;

use draw::{ColumnType, Header};
use parquet::basic::{ConvertedType, LogicalType, Repetition, Type as PhysicalType};
use parquet::errors::ParquetError;
use parquet::schema::types::{SchemaDescriptor, Type, TypePtr};

use crate::error::BundleError;
use crate::fact::Damage;

/// The Parquet schema of a roll. The id is required, all other columns are optional: null is the empty field.
pub(super) fn schema_of(header: &Header) -> Result<TypePtr, ParquetError> {
    let fields = header.columns().iter().enumerate().map(|(index, column)| {
        let repetition = if index == 0 { Repetition::REQUIRED } else { Repetition::OPTIONAL };
        field_of(&column.name, column.kind, repetition).map(Arc::new)
    });
    let fields = fields.collect::<Result<Vec<_>, _>>()?;
    Ok(Arc::new(Type::group_type_builder("roll").with_fields(fields).build()?))
}

fn field_of(name: &str, kind: ColumnType, repetition: Repetition) -> Result<Type, ParquetError> {
    let primitive = |name, physical, logical, repetition| {
        Type::primitive_type_builder(name, physical)
            .with_logical_type(Some(logical))
            .with_repetition(repetition)
            .build()
    };
    match kind {
        ColumnType::Text => primitive(name, PhysicalType::BYTE_ARRAY, LogicalType::String, repetition),
        ColumnType::Date => primitive(name, PhysicalType::INT32, LogicalType::Date, repetition),
        ColumnType::Int => primitive(name, PhysicalType::INT64, LogicalType::integer(64, true), repetition),
        ColumnType::Set => {
            let element = primitive("element", PhysicalType::BYTE_ARRAY, LogicalType::String, Repetition::REQUIRED)?;
            let list = Type::group_type_builder("list")
                .with_repetition(Repetition::REPEATED)
                .with_fields(vec![Arc::new(element)])
                .build()?;
            let builder = Type::group_type_builder(name).with_repetition(repetition);
            builder.with_logical_type(Some(LogicalType::List)).with_fields(vec![Arc::new(list)]).build()
        }
    }
}

/// The header of a Parquet schema.
pub(super) fn header_of(schema: &SchemaDescriptor) -> Result<Header, BundleError> {
    let fields = schema.root_schema().get_fields();
    let cells = fields.iter().map(|field| {
        let kind = kind_of(field).ok_or_else(|| {
            let column = field.name().to_owned();
            BundleError::unreadable("roll.parquet", Damage::ParquetColumn { column })
        })?;
        Ok(format!("{}:{}", field.name(), kind.word()))
    });
    Ok(Header::parse(&cells.collect::<Result<Vec<_>, BundleError>>()?)?)
}

fn kind_of(field: &Type) -> Option<ColumnType> {
    let info = field.get_basic_info();
    if info.repetition() == Repetition::REPEATED {
        return None;
    }
    if !field.is_primitive() {
        let is_list =
            matches!(info.logical_type_ref(), Some(LogicalType::List)) || info.converted_type() == ConvertedType::LIST;
        let [middle] = field.get_fields() else { return None };
        let repeated = middle.get_basic_info().repetition() == Repetition::REPEATED;
        let [element] = (if middle.is_primitive() { &[] } else { middle.get_fields() }) else { return None };
        let texts = element.is_primitive() && kind_of(element) == Some(ColumnType::Text);
        return (is_list && repeated && texts).then_some(ColumnType::Set);
    }
    match (field.get_physical_type(), info.logical_type_ref(), info.converted_type()) {
        (PhysicalType::BYTE_ARRAY, Some(LogicalType::String), _)
        | (PhysicalType::BYTE_ARRAY, None, ConvertedType::UTF8) => Some(ColumnType::Text),
        (PhysicalType::INT32, Some(LogicalType::Date), _) | (PhysicalType::INT32, None, ConvertedType::DATE) => {
            Some(ColumnType::Date)
        }
        (PhysicalType::INT32 | PhysicalType::INT64, Some(LogicalType::Integer(int)), _) => {
            (int.is_signed && matches!(int.bit_width, 32 | 64)).then_some(ColumnType::Int)
        }
        (
            PhysicalType::INT32 | PhysicalType::INT64,
            None,
            ConvertedType::NONE | ConvertedType::INT_32 | ConvertedType::INT_64,
        ) => Some(ColumnType::Int),
        _ => None,
    }
}

/// Days since 1970-01-01 of a checked date field.
pub(super) fn days_of(date: &str) -> Option<i32> {
    let part = |from, to| date.get(from..to).and_then(|digits| digits.parse::<i32>().ok());
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    // Counted from March, so that the leap day is the last of its year.
    let shifted = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(
        shifted * 365 + shifted.div_euclid(4) - shifted.div_euclid(100) + shifted.div_euclid(400) + day_of_year
            - 719_468,
    )
}

/// The date field of days since 1970-01-01; `None` outside the years 0001 to 9999.
pub(super) fn date_of(days: i32) -> Option<String> {
    let shifted = i64::from(days) + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (1..=9_999).contains(&year).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_days() {
        for (date, days) in [
            ("1970-01-01", 0),
            ("2000-02-29", 11_016),
            ("1969-12-31", -1),
            ("0001-01-01", -719_162),
            ("9999-12-31", 2_932_896),
        ] {
            assert_eq!((days_of(date), date_of(days).as_deref()), (Some(days), Some(date)));
        }
        assert_eq!(
            (date_of(-719_163), date_of(2_932_897), date_of(i32::MIN), date_of(i32::MAX)),
            (None, None, None, None)
        );
        for days in (-719_162..=2_932_896).step_by(97) {
            assert_eq!(days_of(&date_of(days).unwrap()), Some(days));
        }
    }
}

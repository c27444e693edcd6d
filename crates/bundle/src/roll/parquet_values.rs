//! Decodes a Parquet column value by value with the library's own reader: for the encodings that
//! [`crate::roll::parquet_pages`] does not know. Slower, and rarely used.

use draw::{Column, ColumnBuilder, ColumnType, Reason};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;

use crate::roll::parquet_columns::date_of;
use crate::roll::parquet_pages::{Leaf, Mistake};

/// Rows that are decoded at a time.
const BATCH_ROWS: usize = 4_096;

/// Decodes a column chunk of `rows` rows.
pub(super) fn read_column(reader: ColumnReader, leaf: Leaf, rows: usize) -> Result<Column, Mistake> {
    let mut fields = Fields { leaf, column: ColumnBuilder::new(), rows: 0, set: None };
    match reader {
        ColumnReader::ByteArrayColumnReader(mut reader) => each_batch(&mut reader, rows, |batch| {
            if leaf.kind == ColumnType::Set {
                fields.put_sets(batch)
            } else {
                fields.put(batch, |value| Ok(value.data().to_vec()))
            }
        })?,
        ColumnReader::Int32ColumnReader(mut reader) => each_batch(&mut reader, rows, |batch| {
            if leaf.kind == ColumnType::Date {
                fields.put(batch, |days| date_of(*days).map(String::into_bytes).ok_or(Reason::DateForm))
            } else {
                fields.put(batch, |number| Ok(number.to_string().into_bytes()))
            }
        })?,
        ColumnReader::Int64ColumnReader(mut reader) => {
            each_batch(&mut reader, rows, |batch| fields.put(batch, |number| Ok(number.to_string().into_bytes())))?;
        }
        _ => return Err(Mistake::File(ParquetError::General("unexpected physical type".to_owned()))),
    }
    fields.close_set()?;
    if fields.rows != rows {
        return Err(Mistake::File(ParquetError::General("a column ends early".to_owned())));
    }
    Ok(fields.column.build())
}

/// A decoded batch of one column.
struct Batch<T> {
    records: usize,
    values: Vec<T>,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
}

fn each_batch<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    rows: usize,
    mut take: impl FnMut(&Batch<T::T>) -> Result<(), Mistake>,
) -> Result<(), Mistake> {
    let mut left = rows;
    while left > 0 {
        let (mut values, mut definitions, mut repetitions) = (Vec::new(), Vec::new(), Vec::new());
        let wanted = left.min(BATCH_ROWS);
        let read = reader.read_records(wanted, Some(&mut definitions), Some(&mut repetitions), &mut values);
        let (records, _, _) = read?;
        if records == 0 {
            return Ok(());
        }
        take(&Batch { records, values, definitions, repetitions })?;
        left = left.saturating_sub(records);
    }
    Ok(())
}

/// The column so far.
struct Fields {
    leaf: Leaf,
    column: ColumnBuilder,
    rows: usize,
    /// The members of the set that is being read, joined; none before the first.
    set: Option<Vec<u8>>,
}

impl Fields {
    fn push(&mut self, field: &[u8]) -> Result<(), Mistake> {
        self.column.push(field).map_err(|reason| Mistake::Field(self.rows, reason))?;
        self.rows += 1;
        Ok(())
    }

    fn put<T>(&mut self, batch: &Batch<T>, text: impl Fn(&T) -> Result<Vec<u8>, Reason>) -> Result<(), Mistake> {
        let mut values = batch.values.iter();
        for row in 0..batch.records {
            // Required columns have no levels: every field is there.
            let full = self.leaf.max_definition;
            if full > 0 && batch.definitions.get(row) != Some(&full) {
                self.push(b"")?;
                continue;
            }
            let value = values.next().ok_or_else(|| Mistake::File(ParquetError::EOF("values".to_owned())))?;
            let field = text(value).map_err(|reason| Mistake::Field(self.rows, reason))?;
            self.push(&field)?;
        }
        Ok(())
    }

    fn put_sets(&mut self, batch: &Batch<ByteArray>) -> Result<(), Mistake> {
        let mut values = batch.values.iter();
        for (definition, repetition) in batch.definitions.iter().zip(&batch.repetitions) {
            if *repetition == 0 {
                self.close_set()?;
                self.set = Some(Vec::new());
            }
            if *definition < self.leaf.element_from {
                continue;
            }
            // A null within a list is no member; an empty one, or a comma within one, would read as another set.
            let member = if *definition == self.leaf.max_definition { values.next() } else { None };
            let member = member.map(ByteArray::data).filter(|member| !member.is_empty() && !member.contains(&b','));
            let (Some(member), Some(set)) = (member, &mut self.set) else {
                return Err(Mistake::Field(self.rows, Reason::SetForm));
            };
            if !set.is_empty() {
                set.push(b',');
            }
            set.extend_from_slice(member);
        }
        Ok(())
    }

    fn close_set(&mut self) -> Result<(), Mistake> {
        match self.set.take() {
            Some(set) => self.push(&set),
            None => Ok(()),
        }
    }
}

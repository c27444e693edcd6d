//! Writes `roll.parquet`: row groups of a fixed number of rows, compressed with zstd. Fields were checked before.

use std::fs::File;
use std::sync::Arc;

use bytes::Bytes;
use draw::{ColumnType, Header, Mismatch, Reason, Refused};
use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};

use crate::error::BundleError;
use crate::roll::parquet_columns::{days_of, schema_of};

/// Rows of a row group at most.
const GROUP_ROWS_MAX: usize = 1 << 16;
/// Bytes of text that a row group holds before it is closed early.
const GROUP_BYTES_MAX: usize = 64 << 20;

/// Buffers one row group and writes it.
pub(super) struct ParquetSink {
    writer: SerializedFileWriter<File>,
    kinds: Vec<(String, ColumnType)>,
    columns: Vec<Buffer>,
    rows: usize,
    bytes: usize,
    rows_written: u64,
}

/// The fields of one column in the open row group.
#[derive(Default)]
struct Buffer {
    text: String,
    ends: Vec<usize>,
}

fn failed(error: ParquetError) -> BundleError {
    BundleError::writing("roll.parquet", error)
}

impl ParquetSink {
    pub(super) fn new(file: File, header: &Header) -> Result<Self, BundleError> {
        let level = ZstdLevel::try_new(3).map_err(failed)?;
        let properties =
            WriterProperties::builder().set_compression(Compression::ZSTD(level)).set_created_by("mingcha".to_owned());
        let schema = schema_of(header).map_err(failed)?;
        let writer = SerializedFileWriter::new(file, schema, Arc::new(properties.build())).map_err(failed)?;
        let kinds: Vec<_> = header.columns().iter().map(|column| (column.name.clone(), column.kind)).collect();
        let columns = kinds.iter().map(|_| Buffer::default()).collect();
        Ok(Self { writer, kinds, columns, rows: 0, bytes: 0, rows_written: 0 })
    }

    pub(super) fn push(&mut self, fields: &[&str]) -> Result<(), BundleError> {
        for (column, field) in self.columns.iter_mut().zip(fields) {
            column.text.push_str(field);
            column.ends.push(column.text.len());
            self.bytes += field.len();
        }
        self.rows += 1;
        if self.rows >= GROUP_ROWS_MAX || self.bytes >= GROUP_BYTES_MAX { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), BundleError> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.writer.next_row_group().map_err(failed)?;
        for ((name, kind), column) in self.kinds.iter().zip(&mut self.columns) {
            let buffer = std::mem::take(column);
            let mut writer =
                group.next_column().map_err(failed)?.ok_or_else(|| failed(ParquetError::EOF("columns".to_owned())))?;
            write_column(&mut writer, name, *kind, buffer, self.rows_written)?;
            writer.close().map_err(failed)?;
        }
        group.close().map_err(failed)?;
        self.rows_written += self.rows as u64;
        (self.rows, self.bytes) = (0, 0);
        Ok(())
    }

    /// Writes what is left and the footer, and gives the file back.
    pub(super) fn finish(mut self) -> Result<File, BundleError> {
        self.flush()?;
        self.writer.into_inner().map_err(failed)
    }
}

fn write_column(
    writer: &mut SerializedColumnWriter<'_>,
    name: &str,
    kind: ColumnType,
    buffer: Buffer,
    rows_before: u64,
) -> Result<(), BundleError> {
    let text = Bytes::from(buffer.text.into_bytes());
    let mut ranges = Vec::with_capacity(buffer.ends.len());
    let mut start = 0;
    for end in buffer.ends {
        ranges.push(start..end);
        start = end;
    }
    let fields = ranges.into_iter().map(|range| text.slice(range));
    let optional = |field: &Bytes| i16::from(!field.is_empty());
    match kind {
        ColumnType::Text if name == "id" => {
            let values: Vec<_> = fields.map(ByteArray::from).collect();
            writer.typed::<ByteArrayType>().write_batch(&values, None, None).map_err(failed)?;
        }
        ColumnType::Text => {
            let fields: Vec<_> = fields.collect();
            let levels: Vec<_> = fields.iter().map(optional).collect();
            let values: Vec<_> = fields.into_iter().filter(|field| !field.is_empty()).map(ByteArray::from).collect();
            writer.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None).map_err(failed)?;
        }
        ColumnType::Date => {
            let (levels, values) = numbers(fields, name, rows_before, days_of)?;
            writer.typed::<Int32Type>().write_batch(&values, Some(&levels), None).map_err(failed)?;
        }
        ColumnType::Int => {
            let (levels, values) = numbers(fields, name, rows_before, |field| field.parse::<i64>().ok())?;
            writer.typed::<Int64Type>().write_batch(&values, Some(&levels), None).map_err(failed)?;
        }
        ColumnType::Set => {
            let (mut values, mut levels, mut repeats) = (Vec::new(), Vec::new(), Vec::new());
            for field in fields {
                if field.is_empty() {
                    levels.push(0);
                    repeats.push(0);
                    continue;
                }
                for (index, member) in field.split(|byte| *byte == b',').enumerate() {
                    values.push(ByteArray::from(field.slice_ref(member)));
                    levels.push(2);
                    repeats.push(i16::from(index > 0));
                }
            }
            writer.typed::<ByteArrayType>().write_batch(&values, Some(&levels), Some(&repeats)).map_err(failed)?;
        }
    }
    Ok(())
}

/// Numbers of the non-empty fields with their levels. An int of more than 64 bits has no place in Parquet.
fn numbers<T>(
    fields: impl Iterator<Item = Bytes>,
    name: &str,
    rows_before: u64,
    read: impl Fn(&str) -> Option<T>,
) -> Result<(Vec<i16>, Vec<T>), BundleError> {
    let (mut levels, mut values) = (Vec::new(), Vec::new());
    for (row, field) in (rows_before + 1..).zip(fields) {
        levels.push(i16::from(!field.is_empty()));
        if field.is_empty() {
            continue;
        }
        let value = std::str::from_utf8(&field).ok().and_then(&read);
        values.push(value.ok_or_else(|| {
            let what = Mismatch::NumberWide;
            Refused::new(format!("row {row}, column {name}"), Reason::Mismatch { what })
        })?);
    }
    Ok((levels, values))
}

//! Reads `roll.parquet` in batches, all columns in step, so that memory stays small whatever the file's size.

use std::cell::Cell;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use draw::{ColumnType, Header, Reason, Refused};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{ChunkReader, FileReader};
use parquet::file::serialized_reader::SerializedFileReader;

use crate::error::BundleError;
use crate::roll::parquet_columns::{date_of, header_of};
use crate::roll::{Row, Rows};

/// Rows that are decoded at a time.
const BATCH_ROWS: usize = 4_096;
/// Bytes of one column of one row group at most, uncompressed.
const CHUNK_BYTES_MAX: i64 = 1 << 30;

fn failed(error: ParquetError) -> BundleError {
    BundleError::unreadable("roll.parquet", format!("{error}; write it uncompressed or with zstd"))
}

/// Runs a step of the Parquet library, which panics on some damaged files: to us they are unreadable files. After a panic
/// the reader gives nothing more, because the caller stops at the error.
fn guarded<T>(step: impl FnOnce() -> Result<T, BundleError>) -> Result<T, BundleError> {
    let before = GUARDED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(step));
    GUARDED.set(before);
    done.unwrap_or_else(|_| Err(damaged()))
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of this thread, now, would only mean that a Parquet file is damaged: a program's panic hook has nothing
/// to report then, because the refusal does.
#[must_use]
pub fn is_reading_guarded() -> bool {
    GUARDED.get()
}

fn damaged() -> BundleError {
    failed(ParquetError::General("the file is damaged".to_owned()))
}

/// Reads the rows of a Parquet roll.
pub(crate) struct ParquetRows<R: ChunkReader + 'static> {
    file: SerializedFileReader<R>,
    header: Header,
    columns: Vec<Source>,
    next_group: usize,
    /// Rows of the open row group that were not decoded yet.
    group_left: usize,
    /// Rows of the batch, and how many of them were given out.
    batch: (usize, usize),
    rows_before: u64,
}

/// One column: its reader in the open row group and the decoded batch.
struct Source {
    kind: ColumnType,
    max_definition: i16,
    /// Definition level from which on a list holds an element, null or not.
    element_from: i16,
    reader: Option<ColumnReader>,
    text: String,
    ends: Vec<usize>,
}

impl<R: ChunkReader + 'static> ParquetRows<R> {
    pub(crate) fn new(reader: R) -> Result<Self, BundleError> {
        // The library looks at the mark behind the footer only.
        if reader.get_bytes(0, 4).map_err(failed)?.as_ref() != b"PAR1" {
            return Err(damaged());
        }
        let file = guarded(|| SerializedFileReader::new(reader).map_err(failed))?;
        let schema = file.metadata().file_metadata().schema_descr();
        let header = header_of(schema)?;
        let columns = header.columns().iter().zip(schema.columns()).map(|(column, leaf)| Source {
            kind: column.kind,
            max_definition: leaf.max_def_level(),
            element_from: leaf.max_def_level() - i16::from(leaf.self_type().is_optional()),
            reader: None,
            text: String::new(),
            ends: Vec::new(),
        });
        let columns = columns.collect();
        Ok(Self { file, header, columns, next_group: 0, group_left: 0, batch: (0, 0), rows_before: 0 })
    }

    /// Opens the next row group; false behind the last.
    fn open_group(&mut self) -> Result<bool, BundleError> {
        if self.next_group >= self.file.num_row_groups() {
            return Ok(false);
        }
        let group = self.file.get_row_group(self.next_group).map_err(failed)?;
        let metadata = group.metadata();
        if metadata.columns().iter().any(|chunk| !(0..=CHUNK_BYTES_MAX).contains(&chunk.uncompressed_size())) {
            return Err(BundleError::Limit {
                place: "roll.parquet row group".to_owned(),
                max: CHUNK_BYTES_MAX.unsigned_abs(),
                unit: "bytes",
            });
        }
        let outside = |chunk: &ColumnChunkMetaData| {
            let offsets =
                [chunk.data_page_offset(), chunk.compressed_size(), chunk.dictionary_page_offset().unwrap_or(0)];
            offsets.iter().any(|offset| *offset < 0)
        };
        if metadata.columns().iter().any(outside) {
            return Err(damaged());
        }
        self.group_left = usize::try_from(metadata.num_rows())
            .map_err(|_| failed(ParquetError::General("negative row count".to_owned())))?;
        for (index, column) in self.columns.iter_mut().enumerate() {
            column.reader = Some(group.get_column_reader(index).map_err(failed)?);
        }
        self.next_group += 1;
        Ok(true)
    }

    /// Decodes the next batch; false at the end.
    fn fill(&mut self) -> Result<bool, BundleError> {
        while self.group_left == 0 {
            if !self.open_group()? {
                return Ok(false);
            }
        }
        let rows = self.group_left.min(BATCH_ROWS);
        for (column, spec) in self.columns.iter_mut().zip(self.header.columns()) {
            let place = |row: usize| format!("row {}, column {}", self.rows_before + row as u64 + 1, spec.name);
            let found = column.fill(rows).map_err(|mistake| match mistake {
                Mistake::File(error) => failed(error),
                Mistake::Field(row, reason) => Refused::new(place(row), reason).into(),
            })?;
            if found != rows {
                return Err(failed(ParquetError::General(format!("column {} ends early", spec.name))));
            }
        }
        self.group_left -= rows;
        self.rows_before += rows as u64;
        self.batch = (rows, 0);
        Ok(true)
    }
}

impl<R: ChunkReader + 'static> Rows for ParquetRows<R> {
    fn header(&self) -> &Header {
        &self.header
    }

    fn stated(&self) -> u64 {
        u64::try_from(self.file.metadata().file_metadata().num_rows()).unwrap_or(0)
    }

    fn next(&mut self, row: &mut Row) -> Result<bool, BundleError> {
        if self.batch.1 >= self.batch.0 && !guarded(|| self.fill())? {
            return Ok(false);
        }
        row.clear();
        for column in &self.columns {
            row.text.push_str(column.field(self.batch.1));
            row.ends.push(row.text.len());
        }
        self.batch.1 += 1;
        Ok(true)
    }
}

enum Mistake {
    File(ParquetError),
    /// The row within the batch.
    Field(usize, Reason),
}

impl Source {
    fn field(&self, row: usize) -> &str {
        let end = self.ends.get(row).copied().unwrap_or_default();
        let start = row.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        self.text.get(start..end).unwrap_or_default()
    }

    /// Decodes up to `rows` fields and says how many there were.
    fn fill(&mut self, rows: usize) -> Result<usize, Mistake> {
        self.text.clear();
        self.ends.clear();
        let Some(reader) = self.reader.take() else { return Ok(0) };
        match reader {
            ColumnReader::ByteArrayColumnReader(mut reader) => {
                let levels = read(&mut reader, rows)?;
                if self.kind == ColumnType::Set {
                    self.put_sets(&levels)?
                } else {
                    self.put(&levels, put_text)?
                }
                self.reader = Some(ColumnReader::ByteArrayColumnReader(reader));
            }
            ColumnReader::Int32ColumnReader(mut reader) => {
                let levels = read(&mut reader, rows)?;
                if self.kind == ColumnType::Date {
                    self.put(&levels, put_date)?
                } else {
                    self.put(&levels, put_int)?
                }
                self.reader = Some(ColumnReader::Int32ColumnReader(reader));
            }
            ColumnReader::Int64ColumnReader(mut reader) => {
                let levels = read(&mut reader, rows)?;
                self.put(&levels, put_int)?;
                self.reader = Some(ColumnReader::Int64ColumnReader(reader));
            }
            _ => return Err(Mistake::File(ParquetError::General("unexpected physical type".to_owned()))),
        }
        Ok(self.ends.len())
    }

    fn put<T>(
        &mut self,
        batch: &Batch<T>,
        write: impl Fn(&T, &mut String) -> Result<(), Reason>,
    ) -> Result<(), Mistake> {
        let mut values = batch.values.iter();
        for row in 0..batch.records {
            // Required columns have no levels: every field is there.
            let present = self.max_definition == 0 || batch.definitions.get(row) == Some(&self.max_definition);
            if present {
                let value = values.next().ok_or_else(|| Mistake::File(ParquetError::EOF("values".to_owned())))?;
                write(value, &mut self.text).map_err(|reason| Mistake::Field(row, reason))?;
            }
            self.ends.push(self.text.len());
        }
        Ok(())
    }

    fn put_sets(&mut self, batch: &Batch<ByteArray>) -> Result<(), Mistake> {
        let mut values = batch.values.iter();
        for (definition, repetition) in batch.definitions.iter().zip(&batch.repetitions) {
            let row = self.ends.len().saturating_sub(usize::from(*repetition > 0));
            let refuse = |reason| Mistake::Field(row, reason);
            if *repetition == 0 {
                self.ends.push(self.text.len());
            }
            if *definition < self.element_from {
                continue;
            }
            if *definition != self.max_definition {
                return Err(refuse(Reason::SetForm));
            }
            let value = values.next().ok_or_else(|| Mistake::File(ParquetError::EOF("values".to_owned())))?;
            if *repetition > 0 {
                self.text.push(',');
            }
            let start = self.text.len();
            put_text(value, &mut self.text).map_err(refuse)?;
            // An empty member, or a comma within one, would read as another set.
            if self.text.get(start..).is_none_or(|member| member.is_empty() || member.contains(',')) {
                return Err(refuse(Reason::SetForm));
            }
            if let Some(end) = self.ends.last_mut() {
                *end = self.text.len();
            }
        }
        Ok(())
    }
}

/// A decoded batch of one column.
struct Batch<T> {
    records: usize,
    values: Vec<T>,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
}

fn read<T: DataType>(reader: &mut ColumnReaderImpl<T>, rows: usize) -> Result<Batch<T::T>, Mistake> {
    let (mut values, mut definitions, mut repetitions) = (Vec::new(), Vec::new(), Vec::new());
    let read = reader.read_records(rows, Some(&mut definitions), Some(&mut repetitions), &mut values);
    let (records, _, _) = read.map_err(Mistake::File)?;
    Ok(Batch { records, values, definitions, repetitions })
}

fn put_text(value: &ByteArray, text: &mut String) -> Result<(), Reason> {
    let read = std::str::from_utf8(value.data()).map_err(|error| Reason::NotUtf8 { byte: error.valid_up_to() })?;
    text.push_str(read);
    Ok(())
}

fn put_date(days: &i32, text: &mut String) -> Result<(), Reason> {
    text.push_str(&date_of(*days).ok_or(Reason::DateForm)?);
    Ok(())
}

fn put_int<T: std::fmt::Display>(number: &T, text: &mut String) -> Result<(), Reason> {
    write!(text, "{number}").map_err(|_| Reason::IntForm)
}

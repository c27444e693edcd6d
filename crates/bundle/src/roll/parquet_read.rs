//! Reads `roll.parquet` row group by row group, and of each only the columns that are wanted. Row groups can be read by
//! several threads at the same time.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use draw::{Column, Header, Part, Reason, Refused, Room};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, FileReader};
use parquet::file::serialized_reader::SerializedFileReader;

use crate::error::BundleError;
use crate::fact::Unit;
use crate::roll::parquet_columns::header_of;
use crate::roll::parquet_pages::{self, Leaf, Mistake};
use crate::roll::{Row, Rows, parquet_footer, parquet_values};

/// Bytes of one column of one row group at most, uncompressed.
const CHUNK_BYTES_MAX: i64 = 1 << 30;
/// Fields of one row group at most, so that it fits into memory whatever a damaged file says of itself.
const GROUP_FIELDS_MAX: u64 = 1 << 27;

fn failed(error: ParquetError) -> BundleError {
    BundleError::parquet(format_args!("{error}; write it uncompressed or with zstd"))
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

/// A Parquet roll.
pub(crate) struct ParquetRoll<R: ChunkReader + 'static> {
    file: SerializedFileReader<R>,
    header: Header,
    leaves: Vec<Leaf>,
    /// Of each row group: the rows before it, and its own.
    groups: Vec<(u64, usize)>,
}

impl<R: ChunkReader + 'static> ParquetRoll<R> {
    pub(crate) fn new(reader: R) -> Result<Self, BundleError> {
        // The library looks at the mark behind the footer only.
        if reader.get_bytes(0, 4).map_err(failed)?.as_ref() != b"PAR1" {
            return Err(damaged());
        }
        if !parquet_footer::is_sound(&reader).map_err(failed)? {
            return Err(damaged());
        }
        let file = guarded(|| SerializedFileReader::new(reader).map_err(failed))?;
        let schema = file.metadata().file_metadata().schema_descr();
        let header = header_of(schema)?;
        let leaves = header.columns().iter().zip(schema.columns()).map(|(column, leaf)| Leaf {
            kind: column.kind,
            physical: leaf.physical_type(),
            max_definition: leaf.max_def_level(),
            element_from: leaf.max_def_level() - i16::from(leaf.self_type().is_optional()),
            max_repetition: leaf.max_rep_level(),
        });
        let leaves = leaves.collect();
        let mut groups = Vec::new();
        let mut rows = 0_u64;
        for group in file.metadata().row_groups() {
            let own = check_group(group)?;
            groups.push((rows, own));
            rows = rows.saturating_add(own as u64);
        }
        Ok(Self { file, header, leaves, groups })
    }

    pub(crate) const fn header(&self) -> &Header {
        &self.header
    }

    /// How many rows there are.
    pub(crate) fn rows(&self) -> u64 {
        self.groups.last().map_or(0, |(before, own)| before + *own as u64)
    }

    /// How many row groups there are.
    pub(crate) const fn groups(&self) -> usize {
        self.groups.len()
    }

    /// Rows of a row group, and before it.
    pub(crate) fn rows_of(&self, group: usize) -> u64 {
        self.groups.get(group).map_or(0, |(_, own)| *own as u64)
    }

    pub(crate) fn rows_before(&self, group: usize) -> u64 {
        self.groups.get(group).map_or(0, |(before, _)| *before)
    }

    /// Reads the row group at `index` with the ids and the `wanted` columns. Its fields are not checked yet.
    /// `room` is what a part before it left.
    pub(crate) fn part(&self, index: usize, wanted: &[usize], room: &mut Room) -> Result<Part, BundleError> {
        let (before, rows) = self.groups.get(index).copied().unwrap_or_default();
        let place = |column: usize, row: usize| {
            let name = self.header.columns().get(column).map_or("", |column| column.name.as_str());
            format!("row {}, column {name}", before + row as u64 + 1)
        };
        let mut read = |column: usize| {
            self.column(index, column, rows, &mut *room).map_err(|mistake| match mistake {
                Mistake::File(error) => failed(error),
                Mistake::Field(row, reason) => Refused::new(place(column, row), reason).into(),
            })
        };
        guarded(|| {
            let ids = read(0)?.into_texts().map_err(|reason| Refused::new(place(0, 0), reason))?;
            let columns = (0..self.header.columns().len())
                .map(|column| if column > 0 && wanted.contains(&column) { read(column).map(Some) } else { Ok(None) });
            Ok(Part::new(before, ids, columns.collect::<Result<_, BundleError>>()?))
        })
    }

    fn column(&self, group: usize, column: usize, rows: usize, room: &mut Room) -> Result<Column, Mistake> {
        let group = self.file.get_row_group(group)?;
        let leaf = self.leaves.get(column).copied();
        let leaf = leaf.ok_or_else(|| Mistake::File(ParquetError::EOF("columns".to_owned())))?;
        match group.metadata().columns().get(column) {
            Some(chunk) if parquet_pages::can_decode(chunk) => {
                let bytes = usize::try_from(chunk.uncompressed_size()).unwrap_or(0);
                parquet_pages::read_column(group.get_column_page_reader(column)?, leaf, (rows, bytes), room)
            }
            _ => parquet_values::read_column(group.get_column_reader(column)?, leaf, rows),
        }
    }
}

/// Checks what a row group says of itself, and gives its rows.
fn check_group(group: &RowGroupMetaData) -> Result<usize, BundleError> {
    if group.columns().iter().any(|chunk| !(0..=CHUNK_BYTES_MAX).contains(&chunk.uncompressed_size())) {
        let place = "roll.parquet row group".to_owned();
        return Err(BundleError::Limit { place, max: CHUNK_BYTES_MAX.unsigned_abs(), unit: Unit::Bytes });
    }
    let outside = |chunk: &ColumnChunkMetaData| {
        let offsets = [chunk.data_page_offset(), chunk.compressed_size(), chunk.dictionary_page_offset().unwrap_or(0)];
        offsets.iter().any(|offset| *offset < 0)
    };
    if group.columns().iter().any(outside) {
        return Err(damaged());
    }
    let rows = u64::try_from(group.num_rows()).map_err(|_| damaged())?;
    if rows.saturating_mul(group.num_columns() as u64) > GROUP_FIELDS_MAX {
        let place = "roll.parquet row group".to_owned();
        return Err(BundleError::Limit { place, max: GROUP_FIELDS_MAX, unit: Unit::Fields });
    }
    usize::try_from(rows).map_err(|_| damaged())
}

/// The rows of a Parquet roll one after the other, for those who need whole rows. One row group is in memory.
pub(crate) struct ParquetRows<R: ChunkReader + 'static> {
    roll: ParquetRoll<R>,
    columns: Vec<usize>,
    next_group: usize,
    part: Option<Part>,
    /// Rows of the part that were given out.
    given: usize,
}

impl<R: ChunkReader + 'static> ParquetRows<R> {
    pub(crate) fn new(reader: R) -> Result<Self, BundleError> {
        let roll = ParquetRoll::new(reader)?;
        let columns = (1..roll.header().columns().len()).collect();
        Ok(Self { roll, columns, next_group: 0, part: None, given: 0 })
    }
}

impl<R: ChunkReader + 'static> Rows for ParquetRows<R> {
    fn header(&self) -> &Header {
        self.roll.header()
    }

    fn stated(&self) -> u64 {
        self.roll.rows()
    }

    fn next(&mut self, row: &mut Row) -> Result<bool, BundleError> {
        while self.part.as_ref().is_none_or(|part| self.given >= part.rows()) {
            if self.next_group >= self.roll.groups() {
                return Ok(false);
            }
            let mut room = self.part.take().map(Part::into_room).unwrap_or_default();
            self.part = Some(self.roll.part(self.next_group, &self.columns, &mut room)?);
            self.next_group += 1;
            self.given = 0;
        }
        row.clear();
        if let Some(part) = &self.part {
            for (column, spec) in self.roll.header().columns().iter().enumerate() {
                let field = part.field(self.given, column).unwrap_or_default();
                let field = std::str::from_utf8(field).map_err(|error| {
                    let place = format!("row {}, column {}", part.first_row() + self.given as u64 + 1, spec.name);
                    Refused::new(place, Reason::NotUtf8 { byte: error.valid_up_to() })
                })?;
                row.text.push_str(field);
                row.ends.push(row.text.len());
            }
        }
        self.given += 1;
        Ok(true)
    }
}

//! A Parquet roll by the library's reader of records, field by field: slow, and written by others than ours.

use std::cell::Cell;
use std::panic::catch_unwind;

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::FileReader;
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::record::Field;

thread_local! {
    static READING: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of this thread is the library's, over a damaged file.
pub fn is_reading() -> bool {
    READING.get()
}

/// The fields of every row; `None` where the library does not read the file.
pub fn table(data: &[u8]) -> Option<Vec<Vec<String>>> {
    let bytes = Bytes::copy_from_slice(data);
    READING.set(true);
    let read = catch_unwind(|| read(bytes));
    READING.set(false);
    read.ok()?.ok()
}

fn read(bytes: Bytes) -> Result<Vec<Vec<String>>, ParquetError> {
    let file = SerializedFileReader::new(bytes)?;
    let rows = file.get_row_iter(None)?;
    rows.map(|row| Ok(row?.into_columns().iter().map(|(_, field)| text(field)).collect())).collect()
}

fn text(field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::ListInternal(list) => list.elements().iter().map(text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

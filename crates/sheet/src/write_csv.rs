//! CSV as spreadsheet programs open it: UTF-8 with its mark, CRLF, text guarded against being taken for a formula.

use crate::{SheetError, guard};
use std::io::Write;

/// Writes one table.
pub struct CsvWriter<W: Write> {
    inner: csv::Writer<W>,
}

impl<W: Write> CsvWriter<W> {
    /// Begins a file with the mark and the heading.
    ///
    /// # Errors
    /// [`SheetError::Io`] or [`SheetError::Write`] if the target fails.
    pub fn new(mut target: W, titles: &[&str]) -> Result<Self, SheetError> {
        target.write_all("\u{FEFF}".as_bytes())?;
        let inner =
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).buffer_capacity(256 << 10).from_writer(target);
        let mut writer = Self { inner };
        writer.write_row(titles)?;
        Ok(writer)
    }

    /// Writes one row; it must have as many cells as the heading.
    ///
    /// # Errors
    /// [`SheetError::Write`] if the number of cells differs or the target fails.
    pub fn write_row<T: AsRef<str>>(&mut self, cells: &[T]) -> Result<(), SheetError> {
        for cell in cells {
            self.inner.write_field(guard(cell.as_ref()).as_bytes()).map_err(SheetError::write)?;
        }
        self.inner.write_record(None::<&[u8]>).map_err(SheetError::write)
    }

    /// Flushes and hands the target back.
    ///
    /// # Errors
    /// [`SheetError::Write`] if the target fails.
    pub fn finish(self) -> Result<W, SheetError> {
        self.inner.into_inner().map_err(SheetError::write)
    }
}

//! CSV and other separated text as rows. Separator and encoding are found out; every cell is text, blank lines count as rows.

use crate::decode::DecodingReader;
use crate::error::{Limit, SheetError, within};
use crate::{Cell, Limits, Row};
use encoding_rs::Encoding;
use std::fs::File;
use std::io::Read;

const BUFFER_BYTES: usize = 256 << 10;
const SEPARATOR_SCAN_BYTES: usize = 64 << 10;

/// Finds the separator in the first line that holds anything: the most frequent of comma, tab, semicolon outside quotes.
pub(crate) fn find_separator(file: File, encoding: &'static Encoding) -> Result<u8, SheetError> {
    let mut decoded = DecodingReader::new(file, encoding);
    let mut start = vec![0; SEPARATOR_SCAN_BYTES];
    let mut filled = 0;
    while let Some(room) = start.get_mut(filled..).filter(|room| room.len() >= 16) {
        match decoded.read(room) {
            Ok(0) => break,
            Ok(read) => filled += read,
            // Told in full when the rows are read.
            Err(_) if decoded.garbled_at.is_some() => break,
            Err(error) => return Err(error.into()),
        }
    }
    start.truncate(filled);
    let mut counts = [(b',', 0_u32), (b'\t', 0), (b';', 0)];
    let (mut quoted, mut any) = (false, false);
    for &byte in &start {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted && any => break,
            b'\n' | b'\r' => {}
            _ => any = true,
        }
        if let Some((_, count)) = counts.iter_mut().find(|(separator, _)| *separator == byte && !quoted) {
            *count += 1;
        }
    }
    // The first of equals: a file of one column is read with commas.
    let best = counts.iter().rev().max_by_key(|(_, count)| *count);
    Ok(best.map_or(b',', |(separator, _)| *separator))
}

pub(crate) struct CsvRows {
    reader: csv::Reader<DecodingReader<File>>,
    encoding: &'static Encoding,
    record: csv::StringRecord,
    limits: Limits,
    /// Row number of the last record.
    number: u32,
    rows: u64,
}

impl CsvRows {
    pub(crate) fn new(file: File, encoding: &'static Encoding, separator: u8, limits: &Limits) -> Self {
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .buffer_capacity(BUFFER_BYTES)
            .from_reader(DecodingReader::new(file, encoding));
        Self { reader, encoding, record: csv::StringRecord::new(), limits: limits.clone(), number: 0, rows: 0 }
    }

    pub(crate) fn next_into(&mut self, row: &mut Row) -> Result<bool, SheetError> {
        loop {
            let before = self.reader.position().line();
            let more = match self.reader.read_record(&mut self.record) {
                Ok(more) => more,
                Err(error) => return Err(self.explain(error)),
            };
            let breaks = self.record.iter().map(line_breaks).sum::<u64>();
            if !more {
                return Ok(false);
            }
            self.count_row(before, breaks);
            if breaks > 0 {
                self.check_quote_closed()?;
            }
            self.fill(row)?;
            if !row.is_blank() {
                self.rows += 1;
                within(Limit::Rows, self.limits.rows_max, self.rows, Some(self.number))?;
                return Ok(true);
            }
        }
    }

    /// The reader skips lines without any character; a spreadsheet program shows each as a row.
    fn count_row(&mut self, line_before: u64, breaks_inside: u64) {
        let passed = self.reader.position().line().saturating_sub(line_before);
        let unended = self.is_last() && self.reader.get_ref().ended_inside_line();
        let blank = passed.saturating_sub(breaks_inside + u64::from(!unended));
        self.number = self.number.saturating_add(1).saturating_add(u32::try_from(blank).unwrap_or(u32::MAX));
    }

    /// An unclosed quote swallows the rest of the file into one cell: only the last record can hold it.
    fn check_quote_closed(&mut self) -> Result<(), SheetError> {
        let ended = self.reader.is_done() || self.reader.get_ref().ended();
        if ended && self.reader.get_ref().quotes % 2 == 1 && self.is_last() {
            return Err(SheetError::UnclosedQuote { row: self.number });
        }
        Ok(())
    }

    fn is_last(&self) -> bool {
        self.reader.position().byte() >= self.reader.get_ref().written
    }

    fn fill(&self, row: &mut Row) -> Result<(), SheetError> {
        row.number = self.number;
        let mut last = 0_usize;
        for (index, text) in self.record.iter().enumerate() {
            let characters_max = self.limits.cell_characters_max;
            if u64::try_from(text.len()).unwrap_or(u64::MAX) > characters_max {
                let characters = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
                within(Limit::CellCharacters, characters_max, characters, Some(self.number))?;
            }
            if !text.is_empty() {
                last = index + 1;
            }
            put_text(&mut row.cells, index, text);
        }
        row.cells.truncate(self.record.len());
        within(Limit::Columns, self.limits.columns_max, u64::try_from(last).unwrap_or(u64::MAX), Some(self.number))
    }

    fn explain(&self, error: csv::Error) -> SheetError {
        if let Some(byte) = self.reader.get_ref().garbled_at {
            return SheetError::Garbled { byte, encoding: self.encoding.name() };
        }
        match error.into_kind() {
            csv::ErrorKind::Io(error) => SheetError::Io(error),
            other => SheetError::damaged(format!("{other:?}")),
        }
    }
}

fn line_breaks(text: &str) -> u64 {
    u64::try_from(text.bytes().filter(|&byte| byte == b'\n').count()).unwrap_or(0)
}

/// Reuses the memory of the row before: a register has millions of cells.
fn put_text(cells: &mut Vec<Cell>, index: usize, text: &str) {
    match cells.get_mut(index) {
        Some(Cell::Text(kept)) if !text.is_empty() => {
            kept.clear();
            kept.push_str(text);
        }
        Some(cell) => *cell = text_cell(text),
        None => cells.push(text_cell(text)),
    }
}

pub(crate) fn text_cell(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
}

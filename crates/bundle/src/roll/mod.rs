//! Roll files. Parts of rows come and go, so that a roll of any length fits; checks are those of [`draw::Intake`] and
//! [`draw::Part`].

mod csv;
mod parquet_columns;
mod parquet_footer;
mod parquet_pages;
mod parquet_read;
mod parquet_runs;
mod parquet_values;
mod parquet_write;
mod pass;
mod shared_file;
mod writer;

use std::cell::Cell;
use std::fs::File;
use std::io::{BufRead, BufReader, Read as _, Seek as _};
use std::path::Path;

use bytes::Bytes;
use draw::{Digest, Header, Part, Progress, Refused, Roll, RollDocument, Scheme, Sieve, Sizes, Suite, Taken, Ticker};

use crate::error::BundleError;
use crate::fact::Damage;

pub use csv::ROW_BYTES_MAX;
pub use parquet_read::is_reading_guarded;
pub use writer::{RollWriter, convert_roll, export_roll};

pub(crate) use csv::CsvRows;
pub(crate) use parquet_read::ParquetRows;
pub(crate) use pass::sift;

pub use pass::THREADS_MAX;

use pass::{Pass, no_columns, pass};
use shared_file::SharedFile;

/// The two forms of a roll file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RollFormat {
    /// `roll.csv`
    Csv,
    /// `roll.parquet`
    Parquet,
}

impl RollFormat {
    /// The file's name in a bundle.
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Csv => "roll.csv",
            Self::Parquet => "roll.parquet",
        }
    }

    /// The format of a path, by its ending.
    ///
    /// # Errors
    /// [`BundleError::Unreadable`] for any other ending.
    pub fn of_path(path: &Path) -> Result<Self, BundleError> {
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("csv") => Ok(Self::Csv),
            Some("parquet") => Ok(Self::Parquet),
            _ => Err(BundleError::unreadable(&path.display().to_string(), Damage::RollEnding)),
        }
    }
}

/// One row, its fields behind one another.
#[derive(Default)]
pub(crate) struct Row {
    pub(crate) text: String,
    pub(crate) ends: Vec<usize>,
}

impl Row {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    pub(crate) fn fields(&self) -> Vec<&str> {
        let mut start = 0;
        let mut fields = Vec::with_capacity(self.ends.len());
        for end in &self.ends {
            fields.push(self.text.get(start..*end).unwrap_or_default());
            start = *end;
        }
        fields
    }
}

/// Something that gives the rows of a roll.
pub(crate) trait Rows {
    fn header(&self) -> &Header;

    /// How many rows the file says it has; 0 where it does not say.
    fn stated(&self) -> u64 {
        0
    }

    /// Fills `row` with the next row; false at the end.
    fn next(&mut self, row: &mut Row) -> Result<bool, BundleError>;
}

/// Where the bytes of a roll are.
pub(crate) enum RollBytes<'a> {
    CsvFile(File),
    CsvStream(Box<dyn BufRead + 'a>),
    ParquetFile(File),
    ParquetBytes(Bytes),
}

impl<'a> RollBytes<'a> {
    pub(crate) fn open(path: &Path, format: RollFormat) -> Result<Self, BundleError> {
        let file = File::open(path).map_err(BundleError::io(path))?;
        Ok(match format {
            RollFormat::Csv => Self::CsvFile(file),
            RollFormat::Parquet => Self::ParquetFile(file),
        })
    }

    /// Lines of a CSV file without its header, counted in one quick pass, so that a long reading has an end in sight; 0
    /// where that cannot be told cheaply.
    pub(crate) fn lines(&mut self) -> Result<u64, BundleError> {
        let Self::CsvFile(file) = self else { return Ok(0) };
        let mut count = || -> std::io::Result<u64> {
            let mut buffer = vec![0; 1 << 16];
            let mut lines = 0_u64;
            loop {
                let read = file.read(&mut buffer)?;
                if read == 0 {
                    file.rewind()?;
                    return Ok(lines.saturating_sub(1));
                }
                let part = buffer.get(..read).unwrap_or_default();
                lines += part.iter().filter(|byte| **byte == b'\n').count() as u64;
            }
        };
        count().map_err(|source| BundleError::Io { place: RollFormat::Csv.file_name().to_owned(), source })
    }

    pub(crate) fn rows(self) -> Result<Box<dyn Rows + 'a>, BundleError> {
        Ok(match self {
            Self::CsvFile(file) => Box::new(CsvRows::new(BufReader::with_capacity(1 << 16, file))?),
            Self::CsvStream(stream) => Box::new(CsvRows::new(stream)?),
            Self::ParquetFile(file) => {
                let place = RollFormat::Parquet.file_name().to_owned();
                Box::new(ParquetRows::new(SharedFile::new(file).map_err(|source| BundleError::Io { place, source })?)?)
            }
            Self::ParquetBytes(bytes) => Box::new(ParquetRows::new(bytes)?),
        })
    }
}

/// Reads a roll file into columns; with suite and key also its root.
///
/// # Errors
/// The first thing that does not comply, with file, row and column; an unreadable file; cancelled. `rows_expected` is for
/// the progress only.
pub fn read_roll(
    path: &Path,
    hashing: Option<(Suite, Digest)>,
    rows_expected: u64,
    progress: Progress<'_>,
) -> Result<Taken, BundleError> {
    take_rows(RollBytes::open(path, RollFormat::of_path(path)?)?, hashing, rows_expected, progress)
        .map_err(|error| error.within(&name_of(path)))
}

/// As [`read_roll`], for a file whose name does not tell its format: one that is kept under its digest.
///
/// # Errors
/// As [`read_roll`].
pub fn read_roll_as(
    path: &Path,
    format: RollFormat,
    hashing: Option<(Suite, Digest)>,
    rows_expected: u64,
    progress: Progress<'_>,
) -> Result<Taken, BundleError> {
    take_rows(RollBytes::open(path, format)?, hashing, rows_expected, progress)
        .map_err(|error| error.within(format.file_name()))
}

/// `roll.json` of a roll file: its rows checked (form, order, distinct ids), hashed with `key`, and not kept, so that a roll
/// of any length fits.
///
/// # Errors
/// As [`read_roll`].
pub fn roll_document(
    path: &Path,
    suite: Suite,
    key: Digest,
    progress: Progress<'_>,
) -> Result<RollDocument, BundleError> {
    let format = RollFormat::of_path(path)?;
    let mut read = || {
        let mut bytes = RollBytes::open(path, format)?;
        let expected = bytes.lines()?;
        let how = Pass { columns: &no_columns, hashing: Some((suite, key)), expected, threads: None };
        let (passed, _) = pass(bytes, &how, |_| Ok(()), |(), part| Ok(Some(part)), |()| {}, &mut *progress)?;
        passed.document.ok_or_else(|| BundleError::writing(format.file_name(), "read without hashing"))
    };
    read().map_err(|error: BundleError| error.within(&name_of(path)))
}

/// The name that a refusal gives a roll that stands alone: the file's own.
pub(crate) fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// What a scheme finds in a roll file, and how many rows the roll has: populations and sizes before any seed. Rows are
/// checked and not kept, so that a roll of any length fits.
///
/// # Errors
/// As [`read_roll`]; with `scheme` as file whatever [`Sieve::counting`] and [`Sieve::sizes`] refuse.
pub fn count_roll(
    path: &Path,
    scheme: &Scheme,
    scheme_name: &str,
    progress: Progress<'_>,
) -> Result<(Sizes, u64), BundleError> {
    let format = RollFormat::of_path(path)?;
    let mut bytes = RollBytes::open(path, format)?;
    let expected = bytes.lines()?;
    let of_scheme = |refused: Refused| BundleError::from(refused.within(scheme_name));
    // What the scheme is refused for names the scheme, all else the roll.
    let misfit = Cell::new(false);
    let sieve = |header: &Header| {
        let sieve = Sieve::counting(scheme, header);
        misfit.set(sieve.is_err());
        sieve.map(Some).map_err(of_scheme)
    };
    let sifted = sift(bytes, None, expected, None, sieve, progress);
    let (passed, sieve) = sifted.map_err(|error| if misfit.get() { error } else { error.within(&name_of(path)) })?;
    let sizes = match sieve {
        Some(sieve) => sieve.sizes(),
        None => Sieve::counting(scheme, &passed.header).and_then(|sieve| sieve.sizes()),
    };
    Ok((sizes.map_err(of_scheme)?, passed.rows))
}

/// The rows of a file, and how many to expect.
pub(crate) fn open_rows(path: &Path, format: RollFormat) -> Result<(Box<dyn Rows>, u64), BundleError> {
    let mut bytes = RollBytes::open(path, format)?;
    let lines = bytes.lines()?;
    let rows = bytes.rows()?;
    let expected = rows.stated().max(lines);
    Ok((rows, expected))
}

pub(crate) fn take_rows(
    bytes: RollBytes<'_>,
    hashing: Option<(Suite, Digest)>,
    rows_expected: u64,
    progress: Progress<'_>,
) -> Result<Taken, BundleError> {
    let every = |header: &Header| Ok((1..header.columns().len()).collect());
    let how = Pass { columns: &every, hashing, expected: rows_expected, threads: None };
    let keep = |parts: &mut Vec<Part>, part| {
        parts.push(part);
        Ok(None)
    };
    let (passed, kept) = pass(bytes, &how, |_| Ok(Vec::new()), keep, |_| {}, progress)?;
    let mut parts: Vec<Part> = kept.into_iter().flatten().collect();
    parts.sort_unstable_by_key(Part::first_row);
    Ok(Taken { document: passed.document, roll: Some(Roll::new(passed.header, parts)) })
}

/// Calls `take` with the fields of each row.
pub(crate) fn for_each_row(
    rows: &mut dyn Rows,
    rows_expected: u64,
    progress: Progress<'_>,
    mut take: impl FnMut(&[&str]) -> Result<(), BundleError>,
) -> Result<(), BundleError> {
    let mut row = Row::default();
    let mut ticker = Ticker::new(rows_expected);
    while rows.next(&mut row)? {
        take(&row.fields())?;
        ticker.tick(progress)?;
    }
    Ok(ticker.report(progress)?)
}

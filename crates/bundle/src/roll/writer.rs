//! Writing a roll file, row by row in id order. The file appears under its name only when it is whole.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use draw::{Digest, Header, Intake, Progress, RollDocument, Suite, Taken};

use crate::error::BundleError;
use crate::roll::csv::write_line;
use crate::roll::parquet_write::ParquetSink;
use crate::roll::{RollFormat, for_each_row, name_of, open_rows};

/// Takes the rows of a roll, checks each, writes it and hashes it.
pub struct RollWriter {
    intake: Intake,
    sink: Option<Sink>,
    partial: PathBuf,
    path: PathBuf,
    line: String,
}

enum Sink {
    Csv(BufWriter<File>),
    Parquet(Box<ParquetSink>),
}

impl RollWriter {
    /// Begins a roll at `path`, whose ending chooses the format. `key` is 32 fresh random bytes.
    ///
    /// # Errors
    /// The file cannot be created.
    pub fn create(path: &Path, header: Header, suite: Suite, key: Digest) -> Result<Self, BundleError> {
        let format = RollFormat::of_path(path)?;
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".partial");
        let partial = path.with_file_name(name);
        let file = File::create(&partial).map_err(BundleError::io(&partial))?;
        let mut line = String::new();
        let sink = match format {
            RollFormat::Parquet => Sink::Parquet(Box::new(ParquetSink::new(file, &header)?)),
            RollFormat::Csv => {
                let mut out = BufWriter::with_capacity(1 << 16, file);
                let cells = header.cells();
                let cells: Vec<_> = cells.iter().map(String::as_str).collect();
                write_line(&mut out, &cells, &mut line).map_err(BundleError::io(&partial))?;
                Sink::Csv(out)
            }
        };
        let intake = Intake::new(header).hashing(suite, key);
        Ok(Self { intake, sink: Some(sink), partial, path: path.to_owned(), line })
    }

    /// Also keeps the columns in memory; call it before the first row.
    #[must_use]
    pub fn keeping(mut self) -> Self {
        let header = self.intake.header().clone();
        self.intake = std::mem::replace(&mut self.intake, Intake::new(header)).keeping();
        self
    }

    /// How many rows were taken.
    #[must_use]
    pub const fn rows(&self) -> u32 {
        self.intake.rows()
    }

    /// Takes the next row.
    ///
    /// # Errors
    /// With row and column: out of order, a bad id or field, a wrong number of fields; a failed write. Drop the writer
    /// then: nothing is left behind.
    pub fn push(&mut self, fields: &[&str]) -> Result<(), BundleError> {
        self.intake.push(fields)?;
        match &mut self.sink {
            Some(Sink::Csv(out)) => write_line(out, fields, &mut self.line).map_err(BundleError::io(&self.partial)),
            Some(Sink::Parquet(sink)) => sink.push(fields),
            None => Ok(()),
        }
    }

    /// Ends the roll, puts the file in its place and gives header, rows, root and key, and the columns if they were kept.
    ///
    /// # Errors
    /// A failed write.
    pub fn finish(mut self) -> Result<(RollDocument, Taken), BundleError> {
        let io = |path: &Path| BundleError::io(path);
        let file = match self.sink.take() {
            Some(Sink::Csv(mut out)) => {
                out.flush().map_err(io(&self.partial))?;
                out.into_inner().map_err(|error| io(&self.partial)(error.into_error()))?
            }
            Some(Sink::Parquet(sink)) => sink.finish()?,
            None => return Err(BundleError::writing("roll", "written twice")),
        };
        file.sync_all().map_err(io(&self.partial))?;
        std::fs::rename(&self.partial, &self.path).map_err(io(&self.path))?;
        let header = self.intake.header().clone();
        let taken = std::mem::replace(&mut self.intake, Intake::new(header)).finish();
        let document = taken.document.clone().ok_or_else(|| BundleError::writing("roll", "written without hashing"))?;
        Ok((document, taken))
    }
}

impl Drop for RollWriter {
    fn drop(&mut self) {
        if self.sink.take().is_some() {
            // Best effort: a file that stays behind is named .partial and never read.
            drop(std::fs::remove_file(&self.partial));
        }
    }
}

/// Rewrites a roll in the other format (or the same). Root and digest stay what they were.
///
/// # Errors
/// Whatever reading or writing refuses.
pub fn convert_roll(
    from: &Path,
    to: &Path,
    suite: Suite,
    key: Digest,
    progress: Progress<'_>,
) -> Result<RollDocument, BundleError> {
    let format = RollFormat::of_path(from)?;
    let (mut rows, expected) = open_rows(from, format).map_err(|error| error.within(&name_of(from)))?;
    let mut writer = RollWriter::create(to, rows.header().clone(), suite, key)?;
    for_each_row(rows.as_mut(), expected, progress, |fields| writer.push(fields))
        .map_err(|error| error.within(&name_of(from)))?;
    Ok(writer.finish()?.0)
}

/// As [`convert_roll`], to a file that does not exist yet; nothing is left behind where the roll is refused.
///
/// # Errors
/// [`BundleError::Exists`]; endings other than `.csv` and `.parquet`; whatever reading or writing refuses.
pub fn export_roll(from: &Path, to: &Path, progress: Progress<'_>) -> Result<RollDocument, BundleError> {
    RollFormat::of_path(to)?;
    if to.symlink_metadata().is_ok() {
        return Err(BundleError::Exists { place: to.display().to_string() });
    }
    // The writer hashes what it writes; which key it does that with is of no account here.
    convert_roll(from, to, Suite::Sha256, Digest([0; 32]), progress)
}

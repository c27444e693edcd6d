//! A bundle: a folder, or a zip with the same names at its top. It knows which files a bundle has and reads them within
//! limits; what they say is not its business.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use draw::DOCUMENT_BYTES_MAX;

use crate::error::{BundleError, ROLL_FILES};
use crate::fact::Unit;
use crate::roll::{RollBytes, RollFormat};
use crate::zipped::{Archive, ENTRIES_MAX};

/// The documents that a bundle may have beside its roll and its addenda.
pub(crate) const DOCUMENTS: [&str; 9] = [
    "beacon.json",
    "commitment.json",
    "proofs.json",
    "result.json",
    "reveals.json",
    "roll.json",
    "scheme.json",
    "signatures.json",
    "sizes.json",
];

/// Whether a bundle may have a file of this name.
pub(crate) fn is_known(name: &str) -> bool {
    let addendum = name.strip_prefix("addenda/").and_then(|rest| rest.strip_suffix(".json"));
    let numbered = addendum.is_some_and(|number| number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit()));
    DOCUMENTS.contains(&name) || matches!(name, "roll.csv" | "roll.parquet") || numbered
}

/// An opened bundle.
pub struct Bundle {
    source: Source,
    /// Names with sizes in bytes.
    files: BTreeMap<String, u64>,
}

enum Source {
    Folder(PathBuf),
    Zip(Box<Archive>),
}

impl Bundle {
    /// Opens a folder or a zip and lists its files.
    ///
    /// # Errors
    /// The path cannot be read; the zip breaks a limit or names a file twice; too many files.
    pub fn open(path: &Path) -> Result<Self, BundleError> {
        let metadata = std::fs::metadata(path).map_err(BundleError::io(path))?;
        if metadata.is_dir() {
            return Ok(Self { files: list_folder(path)?, source: Source::Folder(path.to_owned()) });
        }
        let archive = Archive::open(path)?;
        Ok(Self { files: archive.files().clone(), source: Source::Zip(Box::new(archive)) })
    }

    /// The names of the files, ascending.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Whether a file is there.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// The bytes of a document, or `None` where it is not there.
    ///
    /// # Errors
    /// Larger than [`DOCUMENT_BYTES_MAX`], or unreadable.
    pub fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, BundleError> {
        let Some(size) = self.files.get(name) else { return Ok(None) };
        if *size > DOCUMENT_BYTES_MAX as u64 {
            return Err(BundleError::Limit {
                place: name.to_owned(),
                max: DOCUMENT_BYTES_MAX as u64,
                unit: Unit::Bytes,
            });
        }
        let mut bytes = Vec::new();
        match &mut self.source {
            Source::Folder(folder) => {
                let path = folder.join(name);
                let file = File::open(&path).map_err(BundleError::io(&path))?;
                file.take(DOCUMENT_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(BundleError::io(&path))?;
            }
            Source::Zip(archive) => archive.read_into(name, &mut bytes)?,
        }
        Ok(Some(bytes))
    }

    /// The bytes of a document that must be there.
    ///
    /// # Errors
    /// [`BundleError::MissingFile`], or as [`Bundle::read`].
    pub fn need(&mut self, name: &'static str) -> Result<Vec<u8>, BundleError> {
        self.read(name)?.ok_or(BundleError::MissingFile { name })
    }

    /// The format of the roll, if a roll is there.
    ///
    /// # Errors
    /// [`BundleError::FileTwice`] where both formats are there.
    pub fn roll_format(&self) -> Result<Option<RollFormat>, BundleError> {
        match (self.has("roll.csv"), self.has("roll.parquet")) {
            (true, true) => Err(BundleError::FileTwice { name: ROLL_FILES.to_owned() }),
            (true, false) => Ok(Some(RollFormat::Csv)),
            (false, true) => Ok(Some(RollFormat::Parquet)),
            (false, false) => Ok(None),
        }
    }

    pub(crate) fn roll(&mut self, format: RollFormat) -> Result<RollBytes<'_>, BundleError> {
        match (&mut self.source, format) {
            (Source::Folder(folder), _) => RollBytes::open(&folder.join(format.file_name()), format),
            (Source::Zip(archive), RollFormat::Csv) => {
                let stream = archive.stream(format.file_name())?;
                Ok(RollBytes::CsvStream(Box::new(BufReader::with_capacity(1 << 16, stream))))
            }
            (Source::Zip(archive), RollFormat::Parquet) => {
                // Parquet is read from its end, which a compressed stream cannot give: the file goes into memory.
                let mut bytes = Vec::new();
                archive.read_into(format.file_name(), &mut bytes)?;
                Ok(RollBytes::ParquetBytes(Bytes::from(bytes)))
            }
        }
    }

    /// Copies a file of the bundle to `to`.
    pub(crate) fn copy(&mut self, name: &str, to: &Path) -> Result<(), BundleError> {
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder).map_err(BundleError::io(folder))?;
        }
        let mut out = File::create(to).map_err(BundleError::io(to))?;
        match &mut self.source {
            Source::Folder(folder) => {
                let from = folder.join(name);
                let mut file = File::open(&from).map_err(BundleError::io(&from))?;
                std::io::copy(&mut file, &mut out).map_err(BundleError::io(to))?;
            }
            Source::Zip(archive) => {
                std::io::copy(&mut archive.stream(name)?, &mut out).map_err(BundleError::reading(name))?;
            }
        }
        out.sync_all().map_err(BundleError::io(to))
    }

    /// The folder, where the bundle is one.
    pub(crate) fn folder(&self) -> Option<&Path> {
        match &self.source {
            Source::Folder(folder) => Some(folder),
            Source::Zip(_) => None,
        }
    }
}

/// Lists a folder and its `addenda`. Links are not followed: a bundle is what it holds.
pub(crate) fn list_folder(folder: &Path) -> Result<BTreeMap<String, u64>, BundleError> {
    let mut files = BTreeMap::new();
    let mut waiting = vec![(folder.to_owned(), String::new())];
    while let Some((path, prefix)) = waiting.pop() {
        for entry in std::fs::read_dir(&path).map_err(BundleError::io(&path))? {
            let entry = entry.map_err(BundleError::io(&path))?;
            let metadata = entry.metadata().map_err(BundleError::io(&path))?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if metadata.is_symlink() {
                return Err(BundleError::UnknownFile { name });
            }
            if metadata.is_dir() && name == "addenda" {
                waiting.push((entry.path(), "addenda/".to_owned()));
            } else {
                files.insert(name, metadata.len());
            }
            if files.len() > ENTRIES_MAX {
                return Err(BundleError::Limit {
                    place: folder.display().to_string(),
                    max: ENTRIES_MAX as u64,
                    unit: Unit::Files,
                });
            }
        }
    }
    Ok(files)
}

/// The bytes of a document that stands by itself.
///
/// # Errors
/// Larger than [`DOCUMENT_BYTES_MAX`], or unreadable.
pub fn read_file(path: &Path) -> Result<Vec<u8>, BundleError> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(BundleError::io(path))?;
    file.take(DOCUMENT_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(BundleError::io(path))?;
    if bytes.len() > DOCUMENT_BYTES_MAX {
        let place = path.display().to_string();
        return Err(BundleError::Limit { place, max: DOCUMENT_BYTES_MAX as u64, unit: Unit::Bytes });
    }
    Ok(bytes)
}

/// Writes a document into a folder, whole or not at all.
///
/// # Errors
/// A failed write; [`BundleError::UnknownFile`] for a name that no bundle has.
pub fn write_document(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), BundleError> {
    stream_document(folder, name, |out| out.write_all(bytes))
}

/// As [`write_document`], for a document that is written piece by piece.
pub(crate) fn stream_document(
    folder: &Path,
    name: &str,
    write: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
) -> Result<(), BundleError> {
    if !is_known(name) {
        return Err(BundleError::UnknownFile { name: name.to_owned() });
    }
    let path = folder.join(name);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(BundleError::io(parent))?;
    }
    let partial = folder.join(format!("{name}.partial"));
    let write = || -> std::io::Result<()> {
        let mut out = BufWriter::with_capacity(1 << 16, File::create(&partial)?);
        write(&mut out)?;
        out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        std::fs::rename(&partial, &path)
    };
    write().map_err(BundleError::io(&path))
}

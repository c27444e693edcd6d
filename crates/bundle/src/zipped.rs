//! Bundles as zip, both ways, with limits against archives that are small outside and huge inside.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, Write};
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::container::{is_known, list_folder};
use crate::error::BundleError;
use crate::fact::{Damage, Unit};
use crate::zip_frame::{BadFrame, MARK, check_frame};

/// Files of a bundle at most.
pub const ENTRIES_MAX: usize = 10_000;
/// Uncompressed bytes of a zipped bundle at most.
pub const TOTAL_BYTES_MAX: u64 = 64 << 30;
/// How many times larger than its compressed form a file of more than a mebibyte may be. Registers reach about 20.
pub const RATIO_MAX: u64 = 100;
/// Files up to this size are not held to [`RATIO_MAX`].
const RATIO_FREE_BYTES: u64 = 1 << 20;

/// An opened zip whose directory was checked.
pub(crate) struct Archive {
    zip: ZipArchive<BufReader<File>>,
    files: BTreeMap<String, u64>,
    place: String,
}

impl Archive {
    pub(crate) fn open(path: &Path) -> Result<Self, BundleError> {
        let place = path.display().to_string();
        let mut file = File::open(path).map_err(BundleError::io(path))?;
        let entries = check_frame(&mut file, ENTRIES_MAX).map_err(BundleError::io(path))?.map_err(|bad| match bad {
            BadFrame::NoEnd => BundleError::unreadable(&place, Damage::NotZip),
            BadFrame::TooMany => {
                BundleError::Limit { place: place.clone(), max: ENTRIES_MAX as u64, unit: Unit::Files }
            }
            // The library would keep one of the two, and which of them a reader sees would depend on the reader.
            BadFrame::Twice(name) => BundleError::FileTwice { name },
            BadFrame::At(at, what) => BundleError::zip(&place, format_args!("byte {at}: {what}")),
        })?;
        let mut zip = ZipArchive::new(BufReader::new(file)).map_err(|error| BundleError::zip(&place, error))?;
        if zip.len() != entries {
            return Err(BundleError::zip(&place, "the directory holds another number of files than it declares"));
        }
        let files = check_entries(&mut zip, &place)?;
        Ok(Self { zip, files, place })
    }

    pub(crate) const fn files(&self) -> &BTreeMap<String, u64> {
        &self.files
    }

    /// The bytes of a file as a stream, which never gives more than the directory declared.
    pub(crate) fn stream(&mut self, name: &str) -> Result<impl Read + '_, BundleError> {
        let size = self.files.get(name).copied().unwrap_or_default();
        let entry = self.zip.by_name(name).map_err(|error| BundleError::zip(&self.place, error))?;
        Ok(entry.take(size.saturating_add(1)))
    }

    pub(crate) fn read_into(&mut self, name: &str, bytes: &mut Vec<u8>) -> Result<(), BundleError> {
        let place = format!("{}: {name}", self.place);
        self.stream(name)?.read_to_end(bytes).map_err(BundleError::reading(&place))?;
        if bytes.len() as u64 == self.files.get(name).copied().unwrap_or_default() {
            return Ok(());
        }
        Err(BundleError::zip(&place, "not as long as the zip declares"))
    }
}

fn check_entries(zip: &mut ZipArchive<BufReader<File>>, place: &str) -> Result<BTreeMap<String, u64>, BundleError> {
    let mut files = BTreeMap::new();
    let mut total = 0_u64;
    for index in 0..zip.len() {
        let entry = zip.by_index_raw(index).map_err(|error| BundleError::zip(place, error))?;
        let name = entry.name().map_err(|error| BundleError::zip(place, error))?.into_owned();
        if entry.is_dir() && name == "addenda/" {
            continue;
        }
        if entry.is_dir() || entry.is_symlink() || entry.encrypted() {
            return Err(BundleError::UnknownFile { name });
        }
        total = total.saturating_add(entry.size());
        if total > TOTAL_BYTES_MAX {
            return Err(BundleError::Limit {
                place: place.to_owned(),
                max: TOTAL_BYTES_MAX,
                unit: Unit::UncompressedBytes,
            });
        }
        if entry.size() > RATIO_FREE_BYTES && entry.size() / RATIO_MAX > entry.compressed_size() {
            return Err(BundleError::Limit {
                place: format!("{place}: {name}"),
                max: RATIO_MAX,
                unit: Unit::Compression,
            });
        }
        files.insert(name, entry.size());
    }
    Ok(files)
}

/// Writes a bundle's folder as a zip. The same folder gives the same bytes.
///
/// # Errors
/// A file that no bundle has; a failed read or write.
pub fn zip_folder(folder: &Path, out: impl Write + Seek) -> Result<(), BundleError> {
    let failed = |error: zip::result::ZipError| BundleError::writing("zip", error);
    let mut zip = ZipWriter::new(out);
    for (name, size) in list_folder(folder)? {
        if !is_known(&name) {
            return Err(BundleError::UnknownFile { name });
        }
        // Parquet is compressed already; the instant is fixed so that equal bundles are equal files.
        let method = if name.ends_with(".parquet") { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let options = SimpleFileOptions::default().compression_method(method).last_modified_time(DateTime::default());
        zip.start_file(name.as_str(), options.large_file(size >= u64::from(u32::MAX))).map_err(failed)?;
        let path = folder.join(&name);
        let mut file = File::open(&path).map_err(BundleError::io(&path))?;
        std::io::copy(&mut file, &mut zip).map_err(BundleError::io(&path))?;
    }
    zip.set_comment(MARK).map_err(failed)?;
    zip.finish().map_err(failed)?.flush().map_err(|source| BundleError::Io { place: "zip".to_owned(), source })
}

/// Unpacks a zipped bundle into a folder that does not exist yet.
///
/// # Errors
/// The folder exists; the zip breaks a limit or holds a file that no bundle has. Nothing is left behind then.
pub fn unzip(zip: &Path, folder: &Path) -> Result<(), BundleError> {
    let mut bundle = crate::Bundle::open(zip)?;
    let names: Vec<_> = bundle.names().map(str::to_owned).collect();
    copy_bundle(&mut bundle, &names, folder, |_| Ok(()))
}

/// Copies files of a bundle into a new folder, which appears only when it is whole.
pub(crate) fn copy_bundle(
    bundle: &mut crate::Bundle,
    names: &[String],
    folder: &Path,
    finish: impl FnOnce(&Path) -> Result<(), BundleError>,
) -> Result<(), BundleError> {
    if folder.exists() {
        return Err(BundleError::Exists { place: folder.display().to_string() });
    }
    if let Some(unknown) = names.iter().find(|name| !is_known(name)) {
        return Err(BundleError::UnknownFile { name: unknown.clone() });
    }
    let mut partial = folder.as_os_str().to_owned();
    partial.push(".partial");
    let partial = Path::new(&partial);
    std::fs::create_dir(partial).map_err(BundleError::io(partial))?;
    let copied = names.iter().try_for_each(|name| bundle.copy(name, &partial.join(name)));
    let copied = copied
        .and_then(|()| finish(partial))
        .and_then(|()| std::fs::rename(partial, folder).map_err(BundleError::io(folder)));
    if copied.is_err() {
        // Best effort: what stays behind is named .partial.
        drop(std::fs::remove_dir_all(partial));
    }
    copied
}

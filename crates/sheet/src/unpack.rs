//! Judges an xlsx file as a zip archive before anything is made of it: first by what its directory claims, then by
//! unpacking every part once into nothing and counting. The second pass costs about half a second for the largest
//! register and is what a lying directory cannot escape.

use crate::Limits;
use crate::error::{Limit, SheetError, within};
use std::io::{Read, Seek};
use zip::ZipArchive;

const COUNTING_BUFFER_BYTES: usize = 64 << 10;

/// Refuses an archive beyond the limits.
///
/// # Errors
/// [`SheetError::TooMuch`] for the first limit that the claims or the counts break; [`SheetError::Damaged`] if the archive
/// cannot be read or a part is longer or shorter than claimed.
pub(crate) fn check_archive<R: Read + Seek>(source: R, limits: &Limits) -> Result<(), SheetError> {
    let mut archive = ZipArchive::new(source).map_err(SheetError::damaged)?;
    let entries = u64::try_from(archive.len()).unwrap_or(u64::MAX);
    within(Limit::ZipEntries, limits.zip_entries_max, entries, None)?;
    if entries == 0 {
        return Err(SheetError::NotASpreadsheet);
    }
    if archive.has_duplicate_names() {
        return Err(SheetError::damaged("two parts have one name"));
    }
    check_claims(&mut archive, limits)?;
    check_counts(&mut archive, limits)
}

/// Parts that tell the documents of office programs apart, and what such a file is called.
const OTHERS: [(&str, &str); 5] = [
    ("word/document.xml", ".docx"),
    ("ppt/presentation.xml", ".pptx"),
    ("xl/workbook.bin", ".xlsb"),
    ("content.xml", ".ods"),
    ("Index/Document.iwa", ".numbers"),
];

/// What an archive without a workbook is: a document of another program, or no document at all.
pub(crate) fn other_than_xlsx<R: Read + Seek>(source: R) -> Option<SheetError> {
    let archive = ZipArchive::new(source).ok()?;
    let has = |wanted: &str| archive.file_names().flatten().any(|name| name.eq_ignore_ascii_case(wanted));
    if let Some((_, kind)) = OTHERS.iter().find(|(part, _)| has(part)) {
        return Some(SheetError::OtherOffice { kind });
    }
    (!has("xl/workbook.xml")).then_some(SheetError::NotASpreadsheet)
}

fn check_claims<R: Read + Seek>(archive: &mut ZipArchive<R>, limits: &Limits) -> Result<(), SheetError> {
    let mut total = 0_u64;
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index).map_err(SheetError::damaged)?;
        if part.encrypted() {
            return Err(SheetError::OldOrEncrypted);
        }
        total = total.saturating_add(part.size());
        within(Limit::UnpackedBytes, limits.unpacked_bytes_max, total, None)?;
        check_ratio(part.size(), part.compressed_size(), limits)?;
    }
    Ok(())
}

fn check_counts<R: Read + Seek>(archive: &mut ZipArchive<R>, limits: &Limits) -> Result<(), SheetError> {
    let mut total = 0_u64;
    let mut buffer = vec![0; COUNTING_BUFFER_BYTES];
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(SheetError::damaged)?;
        let (claimed, packed) = (part.size(), part.compressed_size());
        let mut counted = 0_u64;
        loop {
            let read = part.read(&mut buffer).map_err(SheetError::damaged)?;
            if read == 0 {
                break;
            }
            let read = u64::try_from(read).unwrap_or(u64::MAX);
            counted = counted.saturating_add(read);
            total = total.saturating_add(read);
            within(Limit::UnpackedBytes, limits.unpacked_bytes_max, total, None)?;
            check_ratio(counted, packed, limits)?;
        }
        if counted != claimed {
            return Err(SheetError::damaged(format!("a part of {counted} bytes claims {claimed}")));
        }
    }
    Ok(())
}

fn check_ratio(unpacked: u64, packed: u64, limits: &Limits) -> Result<(), SheetError> {
    if unpacked <= Limits::RATIO_FREE_BYTES {
        return Ok(());
    }
    within(Limit::ZipRatio, limits.zip_ratio_max, unpacked.div_ceil(packed.max(1)), None)
}

//! What a zip says about its entries twice, at each entry and in its directory: both must say the same, and nothing may lie
//! between. Otherwise two programs could unpack two different bundles from one file.
//!
//! A zip that this product wrote says so in its comment, and then nothing is left open: every byte of the frame is the one
//! that this product writes. The contents are held by the CRC-32 of each entry.
//!
//! Source: PKWARE APPNOTE 6.3.10, §4.3.7 (local header), §4.3.12 (directory), §4.3.16 (end record).

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// The comment of the zips that this product writes: the frame is exactly as it writes it.
pub(crate) const MARK: &str = "mingcha bundle 1";

const END_BYTES: usize = 22;
const LOCAL_BYTES: usize = 30;
const ENTRY_BYTES: usize = 46;
/// Bytes of a directory at most: the names of a bundle are short.
const DIRECTORY_BYTES_MAX: u64 = 4 << 20;
/// What stands where a number has to be looked up in a zip64 field.
const ELSEWHERE: u64 = 0xFFFF_FFFF;
/// Flag: sizes and CRC-32 stand behind the entry, and are zero before it.
const FLAG_BEHIND: u64 = 1 << 3;
/// 1980-01-01 00:00, the fixed instant of the entries that this product writes.
const FIXED_INSTANT: u64 = 0x0021_0000;
/// A regular file that its owner may write and everybody read, as Unix has it.
const REGULAR_FILE: u64 = 0o100_644 << 16;

/// What is wrong with a zip's frame.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BadFrame {
    /// Not a zip, or one in parts, or one with a comment of its own.
    NoEnd,
    /// More entries than the limit.
    TooMany,
    /// A name stands twice.
    Twice(String),
    /// Something else stands at this byte.
    At(u64, &'static str),
}

/// The end record: how many entries, where the directory is, and whether this product wrote the zip.
struct End {
    entries: usize,
    directory_bytes: u64,
    directory_at: u64,
    ours: bool,
}

fn number(bytes: &[u8], at: usize, size: usize) -> u64 {
    let field = bytes.get(at..at + size).unwrap_or_default();
    field.iter().rev().fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

fn read_at(file: &mut File, at: u64, bytes: usize) -> std::io::Result<Vec<u8>> {
    let mut buffer = vec![0; bytes];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut buffer)?;
    Ok(buffer)
}

fn end_record(file: &mut File) -> std::io::Result<Option<End>> {
    let length = file.seek(SeekFrom::End(0))?;
    for comment in [MARK, ""] {
        let bytes = END_BYTES + comment.len();
        let Some(at) = length.checked_sub(bytes as u64) else { continue };
        let end = read_at(file, at, bytes)?;
        let field = |at, size| number(&end, at, size);
        let whole = end.starts_with(b"PK\x05\x06\0\0\0\0")
            && field(8, 2) == field(10, 2)
            && field(20, 2) == comment.len() as u64
            && end.ends_with(comment.as_bytes());
        if whole {
            let entries = usize::try_from(field(8, 2)).unwrap_or(usize::MAX);
            let (directory_bytes, directory_at) = (field(12, 4), field(16, 4));
            return Ok(Some(End { entries, directory_bytes, directory_at, ours: !comment.is_empty() }));
        }
    }
    Ok(None)
}

/// Checks the frame of a zip and gives the number of its entries. Of archives above 4 GiB only the end record is checked.
pub(crate) fn check_frame(file: &mut File, entries_max: usize) -> std::io::Result<Result<usize, BadFrame>> {
    let Some(end) = end_record(file)? else { return Ok(Err(BadFrame::NoEnd)) };
    if end.entries > entries_max {
        return Ok(Err(BadFrame::TooMany));
    }
    let length = file.seek(SeekFrom::End(0))?;
    // A small archive has no need of zip64, and may not hide its frame behind it.
    let is_large = end.directory_at == ELSEWHERE && length > ELSEWHERE;
    let checked = if is_large { Ok(()) } else { check_entries(file, &end, length)? };
    file.rewind()?;
    Ok(checked.map(|()| end.entries))
}

fn check_entries(file: &mut File, end: &End, length: u64) -> std::io::Result<Result<(), BadFrame>> {
    let comment = if end.ours { MARK.len() } else { 0 };
    let behind = end.directory_at + end.directory_bytes + (END_BYTES + comment) as u64;
    if behind != length || end.directory_bytes > DIRECTORY_BYTES_MAX {
        return Ok(Err(BadFrame::At(end.directory_at, "the directory is not where the end record says")));
    }
    let bytes = usize::try_from(end.directory_bytes).unwrap_or(usize::MAX);
    let directory = read_at(file, end.directory_at, bytes)?;
    let mut rest = directory.as_slice();
    let mut names = BTreeSet::new();
    let mut reached = 0;
    for _ in 0..end.entries {
        let at = end.directory_at + (directory.len() - rest.len()) as u64;
        let field = |at, size| number(rest, at, size);
        let [name, extra, comment] = [28, 30, 32].map(|at| usize::try_from(field(at, 2)).unwrap_or(usize::MAX));
        let size = ENTRY_BYTES + name + extra + comment;
        if size > rest.len() || !rest.starts_with(b"PK\x01\x02") {
            return Ok(Err(BadFrame::At(at, "no entry of the directory")));
        }
        let (entry, next) = rest.split_at(size);
        let named = entry.get(ENTRY_BYTES..ENTRY_BYTES + name).unwrap_or_default();
        if !names.insert(named) {
            return Ok(Err(BadFrame::Twice(String::from_utf8_lossy(named).into_owned())));
        }
        if end.ours && !is_ours(entry) {
            return Ok(Err(BadFrame::At(at, "an entry of the directory that mingcha does not write")));
        }
        let begins = field(42, 4);
        if begins < reached || (end.ours && begins != reached) {
            return Ok(Err(BadFrame::At(reached, "bytes that belong to no entry")));
        }
        let Ok(local) = read_at(file, begins, LOCAL_BYTES + name) else {
            return Ok(Err(BadFrame::At(begins, "no entry")));
        };
        if let Err(what) = agrees(&local, entry, named) {
            return Ok(Err(BadFrame::At(begins, what)));
        }
        let local_extra = number(&local, 28, 2);
        if end.ours && local_extra != 0 {
            return Ok(Err(BadFrame::At(begins, "an entry that mingcha does not write")));
        }
        reached = begins + (LOCAL_BYTES + name) as u64 + local_extra + field(20, 4);
        rest = next;
    }
    if !rest.is_empty() || reached > end.directory_at || (end.ours && reached != end.directory_at) {
        return Ok(Err(BadFrame::At(reached, "bytes that belong to no entry")));
    }
    Ok(Ok(()))
}

/// What only the directory says, as this product writes it.
fn is_ours(entry: &[u8]) -> bool {
    let field = |at, size| number(entry, at, size);
    let made_by_unix = field(5, 1) == 3 && field(4, 1) == field(6, 2);
    made_by_unix
        && field(8, 2) == 0
        && field(12, 4) == FIXED_INSTANT
        && [field(30, 2), field(32, 2), field(34, 2), field(36, 2)] == [0; 4]
        && field(38, 4) == REGULAR_FILE
}

/// What an entry and the directory both say.
fn agrees(local: &[u8], entry: &[u8], name: &[u8]) -> Result<(), &'static str> {
    let here = |at, size| number(local, at, size);
    let there = |at, size| number(entry, at, size);
    if !local.starts_with(b"PK\x03\x04") {
        return Err("no entry");
    }
    // Version needed, flags, method, time and date.
    if here(4, 8) != there(6, 8) || here(12, 2) != there(14, 2) {
        return Err("the entry and the directory differ");
    }
    let sizes_behind = there(8, 2) & FLAG_BEHIND != 0;
    let elsewhere = here(18, 4) == ELSEWHERE || there(20, 4) == ELSEWHERE;
    if !sizes_behind && !elsewhere && (here(14, 8) != there(16, 8) || here(22, 4) != there(24, 4)) {
        return Err("the entry and the directory differ in size or CRC-32");
    }
    let named = local.get(LOCAL_BYTES..).unwrap_or_default();
    if here(26, 2) != name.len() as u64 || named != name {
        return Err("the entry and the directory differ in name");
    }
    Ok(())
}

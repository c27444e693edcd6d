//! Looks through the footer of a Parquet file before the library does: a list that claims more items than the footer has
//! bytes, or a group more children than there are columns, would make the library ask for more memory than a machine has,
//! and a failed allocation ends the process. Source: Thrift's compact protocol, and `parquet.thrift` (FileMetaData,
//! SchemaElement).

use parquet::errors::Result;
use parquet::file::reader::ChunkReader;

/// Levels of nesting at most; the format needs six.
const DEPTH_MAX: usize = 16;
/// The footer's length and the mark behind it.
const END_BYTES: u64 = 8;
/// The field of a file's metadata that holds the columns, and that of a column which holds the number of its children.
const SCHEMA: i64 = 2;
const CHILDREN: i64 = 5;
/// Kinds of values.
const I32: u8 = 5;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

/// Whether every claim of the footer fits into it. What else may be wrong with it is found by the library.
pub(super) fn is_sound(reader: &impl ChunkReader) -> Result<bool> {
    let Some(end) = reader.len().checked_sub(END_BYTES) else { return Ok(false) };
    let bytes = reader.get_bytes(end, 4)?;
    let Some((length, _)) = bytes.split_first_chunk() else { return Ok(false) };
    let length = u32::from_le_bytes(*length);
    let Some(start) = end.checked_sub(u64::from(length)) else { return Ok(false) };
    let Ok(length) = usize::try_from(length) else { return Ok(false) };
    Ok(check(&reader.get_bytes(start, length)?).is_some())
}

fn check(footer: &[u8]) -> Option<()> {
    let mut walk = Walk { rest: footer };
    let mut last = 0;
    while let Some((kind, id)) = walk.field(&mut last)? {
        if id != SCHEMA || kind != LIST {
            walk.skip(kind, 0)?;
            continue;
        }
        let (of, count) = walk.list()?;
        for _ in 0..count {
            if of != STRUCT {
                return None;
            }
            let mut last = 0;
            while let Some((kind, id)) = walk.field(&mut last)? {
                if id == CHILDREN && kind == I32 {
                    // Written in zigzag: twice the number.
                    walk.varint().filter(|children| children / 2 <= count as u64)?;
                } else {
                    walk.skip(kind, 0)?;
                }
            }
        }
    }
    Some(())
}

struct Walk<'a> {
    rest: &'a [u8],
}

impl Walk<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn bytes(&mut self, count: u64) -> Option<()> {
        self.rest = self.rest.get(usize::try_from(count).ok()?..)?;
        Some(())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for index in 0..10_u32 {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << (7 * index);
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// Kind and id of the next field; `Some(None)` at the end of a struct.
    fn field(&mut self, last: &mut i64) -> Option<Option<(u8, i64)>> {
        let byte = self.byte()?;
        let (step, kind) = (byte >> 4, byte & 0x0F);
        if kind == 0 {
            return Some(None);
        }
        *last = if step == 0 {
            let zigzag = self.varint()?;
            i64::try_from(zigzag >> 1).ok()? ^ -i64::from(zigzag & 1 == 1)
        } else {
            last.checked_add(i64::from(step))?
        };
        Some(Some((kind, *last)))
    }

    /// Kind and number of a list's items, each of which takes a byte at least.
    fn list(&mut self) -> Option<(u8, usize)> {
        let byte = self.byte()?;
        let count = if byte >> 4 == 15 { self.varint()? } else { u64::from(byte >> 4) };
        let count = usize::try_from(count).ok().filter(|count| *count <= self.rest.len())?;
        Some((byte & 0x0F, count))
    }

    /// Skips a value. Truths stand in the kind of their field.
    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        match kind {
            _ if depth > DEPTH_MAX => None,
            1 | 2 => Some(()),
            3 => self.bytes(1),
            4..=6 => self.varint().map(drop),
            7 => self.bytes(8),
            8 => {
                let length = self.varint()?;
                self.bytes(length)
            }
            9 | 10 => {
                let (of, count) = self.list()?;
                (0..count).try_for_each(|_| if matches!(of, 1 | 2) { self.bytes(1) } else { self.skip(of, depth + 1) })
            }
            STRUCT => {
                let mut last = 0;
                while let Some((kind, _)) = self.field(&mut last)? {
                    self.skip(kind, depth + 1)?;
                }
                Some(())
            }
            // Maps, which the format does not use.
            _ => None,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Metadata of one column `id` in a group that claims so many children.
    fn footer(children: u8) -> Vec<u8> {
        let root = [0x48, 1, b'r', 0x15, children * 2, 0];
        let id = [0x15, 12, 0x25, 0, 0x18, 2, b'i', b'd', 0];
        [&[0x15, 2, 0x19, 0x2C], root.as_slice(), &id, &[0x16, 0, 0x19, 0x0C, 0]].concat()
    }

    #[test]
    fn claims_beyond_the_footer_are_refused() {
        assert_eq!(check(&footer(1)), Some(()));
        assert_eq!((check(&footer(2)), check(&footer(3))), (Some(()), None));
        let good = footer(1);
        for length in 0..good.len() {
            assert_eq!(check(good.get(..length).unwrap()), None, "{length}");
        }
        // A list of 2^28 items, lists within lists without end, and a number that does not end.
        assert_eq!(check(&[0x19, 0xFC, 0xFF, 0xFF, 0xFF, 0x7F, 0]), None);
        assert_eq!(check(&[[0x19].as_slice(), &[0x19; 40], &[0, 0]].concat()), None);
        assert_eq!(check(&[0x15, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0]), None);
    }
}

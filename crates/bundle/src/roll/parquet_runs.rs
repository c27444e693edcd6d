//! The levels and codes of a Parquet page: numbers of few bits, in runs of one number and in packs of eight (Apache Parquet
//! format, Encodings.md, "RLE / Bit-Packing Hybrid").

use crate::roll::parquet_pages::{Mistake, damaged};

/// Whether the levels are one run of `level`, the usual case of a column without nulls.
pub(super) fn is_run_of(bytes: &[u8], level: u32, count: usize) -> bool {
    let Some((header, rest)) = varint(bytes) else { return false };
    header & 1 == 0 && header >> 1 >= count as u64 && rest.first().is_some_and(|first| u32::from(*first) == level)
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0_u64;
    for (index, byte) in bytes.iter().enumerate().take(5) {
        value |= u64::from(byte & 0x7F) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(index + 1..)?));
        }
    }
    None
}

/// Decodes `count` numbers of `width` bits from runs (Encodings.md, "RLE / Bit-Packing Hybrid").
pub(super) fn runs(mut bytes: &[u8], width: u32, count: usize, out: &mut Vec<u32>) -> Result<(), Mistake> {
    if width > 32 {
        return Err(damaged("codes of more than 32 bits"));
    }
    let goal = out.len() + count;
    out.reserve(count);
    while out.len() < goal {
        let (header, rest) = varint(bytes).ok_or_else(|| damaged("a page ends early"))?;
        let left = goal - out.len();
        if header & 1 == 0 {
            let run = usize::try_from(header >> 1).map_err(|_| damaged("a page ends early"))?;
            if run == 0 {
                return Err(damaged("an empty run"));
            }
            let (value, rest) =
                rest.split_at_checked(width.div_ceil(8) as usize).ok_or_else(|| damaged("a page ends early"))?;
            let value = value.iter().rev().fold(0_u32, |value, byte| value << 8 | u32::from(*byte));
            out.resize(out.len() + run.min(left), value);
            bytes = rest;
        } else {
            let groups = usize::try_from(header >> 1).map_err(|_| damaged("a page ends early"))?;
            let size = groups.checked_mul(width as usize).ok_or_else(|| damaged("a page ends early"))?;
            // The last run may be cut off behind the last number that counts.
            let packed = rest.get(..size.min(rest.len())).unwrap_or_default();
            let numbers = groups.saturating_mul(8).min(left);
            if groups == 0 || (packed.len() as u64) * 8 < numbers as u64 * u64::from(width) {
                return Err(damaged("a page ends early"));
            }
            // What stands behind the run is looked at, too, and does not count: so words can be read whole.
            unpack(rest, width, numbers, out);
            bytes = rest.get(packed.len()..).unwrap_or_default();
        }
    }
    Ok(())
}

/// Unpacks numbers of `width` bits, the least significant first; their bytes are there, and others may follow.
fn unpack(packed: &[u8], width: u32, numbers: usize, out: &mut Vec<u32>) {
    if width == 0 {
        out.resize(out.len() + numbers, 0);
        return;
    }
    let mask = u64::MAX >> (64 - width);
    let start = out.len();
    out.resize(start + numbers, 0);
    let out = out.get_mut(start..).unwrap_or_default();
    let eights = out.as_chunks_mut::<8>().0;
    // The usual case of a small dictionary. Each width is compiled by itself, its shifts known.
    let done = 8 * match width {
        1 => unpack_small::<1>(packed, eights),
        2 => unpack_small::<2>(packed, eights),
        3 => unpack_small::<3>(packed, eights),
        4 => unpack_small::<4>(packed, eights),
        5 => unpack_small::<5>(packed, eights),
        6 => unpack_small::<6>(packed, eights),
        7 => unpack_small::<7>(packed, eights),
        8 => unpack_small::<8>(packed, eights),
        _ => 0,
    };
    // Wider numbers, and the last of the small ones.
    for (index, number) in out.iter_mut().enumerate().skip(done) {
        let bit = index * width as usize;
        let bytes = packed.get(bit / 8..(bit / 8 + 8).min(packed.len())).unwrap_or_default();
        let word = bytes.iter().rev().fold(0_u64, |word, byte| word << 8 | u64::from(*byte));
        *number = low(word >> (bit % 8) & mask);
    }
}

/// Unpacks numbers of at most 8 bits, eight from a word, as far as whole words are there; says how many eights.
fn unpack_small<const WIDTH: usize>(packed: &[u8], eights: &mut [[u32; 8]]) -> usize {
    for (index, eight) in eights.iter_mut().enumerate() {
        // Eight numbers fill WIDTH bytes, and one word holds them all.
        let Some(word) = packed.get(index * WIDTH..).and_then(|rest| rest.first_chunk()) else { return index };
        let word = u64::from_le_bytes(*word);
        for (place, number) in eight.iter_mut().enumerate() {
            *number = low(word >> (place * WIDTH)) & ((1 << WIDTH) - 1);
        }
    }
    eights.len()
}

/// The lower half of a word.
#[inline(always)]
#[allow(clippy::cast_possible_truncation, reason = "that is what it is for")]
const fn low(word: u64) -> u32 {
    word as u32
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_width_come_back() {
        for width in 0..=32_u32 {
            let mask = if width == 0 { 0 } else { u64::MAX >> (64 - width) };
            let numbers: Vec<u32> = (0..77_u64)
                .map(|n| u32::try_from(n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20 & mask).unwrap())
                .collect();
            // Packed bit by bit, as the format's text says it.
            let mut packed = vec![0_u8; (80 * width as usize).div_ceil(8)];
            for (index, number) in numbers.iter().enumerate() {
                for bit in 0..width as usize {
                    let at = index * width as usize + bit;
                    packed[at / 8] |= u8::try_from(number >> bit & 1).unwrap() << (at % 8);
                }
            }
            let mut bytes = vec![10 << 1 | 1];
            bytes.extend_from_slice(&packed);
            let mut out = vec![7];
            runs(&bytes, width, 77, &mut out).map_err(|_| ()).unwrap();
            assert_eq!(out.split_first(), Some((&7, numbers.as_slice())), "{width}");
        }
    }

    #[test]
    fn runs_repeat_and_damage_is_noticed() {
        let mut out = Vec::new();
        // Three fives and two of 0x0102, nine bits wide.
        assert!(runs(&[6, 5, 0, 4, 2, 1], 9, 5, &mut out).is_ok());
        assert_eq!(out, [5, 5, 5, 0x102, 0x102]);
        for (bytes, width) in
            [(&[][..], 3), (&[6], 9), (&[0, 1], 1), (&[1], 1), (&[3], 8), (&[0xFF; 6], 1), (&[2, 1], 33)]
        {
            assert!(runs(bytes, width, 5, &mut Vec::new()).is_err(), "{bytes:?}");
        }
        assert!(is_run_of(&[10, 1], 1, 5) && !is_run_of(&[8, 1], 1, 5) && !is_run_of(&[10, 0], 1, 5));
    }
}

//! Text of unknown encoding into UTF-8, as a stream. UTF-8 wins if the whole file is valid UTF-8; otherwise the file must
//! be GB18030 (which contains GBK and GB 2312) from end to end, unless it begins with the mark of UTF-16.
//!
//! Line ends come out as LF, whatever they were, so that rows can be counted; nothing else is replaced: a byte without meaning stops the reading and is named, for a garbled name must not enter a register.

use crate::SheetError;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, Decoder, DecoderResult, EUC_JP, EUC_KR, Encoding, GB18030, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE,
};
use std::io::{self, Read, Seek, SeekFrom};

const CHUNK_BYTES: usize = 256 << 10;
/// The guess between East Asian encodings looks at this many bytes at most.
const GUESS_BYTES_MAX: u64 = 4 << 20;
/// Longest beginning of a UTF-8 character that may hang over the end of a chunk.
const CARRY_BYTES_MAX: usize = 3;

/// Finds the encoding of the whole stream and leaves the stream at its start.
pub(crate) fn detect<R: Read + Seek>(source: &mut R) -> Result<&'static Encoding, SheetError> {
    source.seek(SeekFrom::Start(0))?;
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut carry: Vec<u8> = Vec::new();
    let mut first = true;
    let mut is_utf8 = true;
    loop {
        let read = source.read(&mut chunk)?;
        let bytes = chunk.get(..read).unwrap_or_default();
        if first && bytes.starts_with(&[0xFF, 0xFE]) {
            source.seek(SeekFrom::Start(0))?;
            return Ok(UTF_16LE);
        }
        if first && bytes.starts_with(&[0xFE, 0xFF]) {
            source.seek(SeekFrom::Start(0))?;
            return Ok(UTF_16BE);
        }
        first = false;
        if read == 0 {
            is_utf8 &= carry.is_empty();
            break;
        }
        carry.extend_from_slice(bytes);
        let valid = Encoding::utf8_valid_up_to(&carry);
        if carry.len() - valid > CARRY_BYTES_MAX {
            is_utf8 = false;
            break;
        }
        carry.drain(..valid);
    }
    source.seek(SeekFrom::Start(0))?;
    if is_utf8 {
        return Ok(UTF_8);
    }
    if let Some(other) = other_encoding(source)? {
        return Err(SheetError::Encoding { guess: other.name() });
    }
    source.seek(SeekFrom::Start(0))?;
    // Short files give a guess too little to go on; the strict decoder has the last word.
    Ok(GB18030)
}

/// Whether the text is in another East Asian encoding. Nearly every pair of bytes is a character of GB18030, so that such
/// a text decodes into nonsense without complaint; what gives it away are characters of the private area, which Chinese
/// text hardly ever has. Only then is the guess asked.
fn other_encoding<R: Read>(source: &mut R) -> Result<Option<&'static Encoding>, SheetError> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let mut start = Vec::new();
    source.take(GUESS_BYTES_MAX).read_to_end(&mut start)?;
    let (text, _) = GB18030.decode_without_bom_handling(&start);
    if !text.contains(|c: char| ('\u{E000}'..'\u{E766}').contains(&c)) {
        return Ok(None);
    }
    detector.feed(&start, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    Ok([BIG5, EUC_JP, EUC_KR, SHIFT_JIS].contains(&guess).then_some(guess))
}

/// Decodes while it is read. Without its mark (BOM), which is taken away.
pub(crate) struct DecodingReader<R> {
    source: R,
    decoder: Decoder,
    input: Vec<u8>,
    decoded: Vec<u8>,
    after_cr: bool,
    start: usize,
    end: usize,
    source_ended: bool,
    finished: bool,
    bytes_before: u64,
    /// Offset of the byte without meaning at which reading stopped.
    pub(crate) garbled_at: Option<u64>,
    /// How many quotation marks went by: an odd number means that one is never closed.
    pub(crate) quotes: u64,
    /// Bytes of UTF-8 handed out so far.
    pub(crate) written: u64,
    /// The last of them.
    last: u8,
}

impl<R: Read> DecodingReader<R> {
    pub(crate) fn new(source: R, encoding: &'static Encoding) -> Self {
        Self {
            source,
            decoder: encoding.new_decoder_with_bom_removal(),
            input: vec![0; CHUNK_BYTES],
            decoded: vec![0; CHUNK_BYTES],
            after_cr: false,
            start: 0,
            end: 0,
            source_ended: false,
            finished: false,
            bytes_before: 0,
            garbled_at: None,
            quotes: 0,
            written: 0,
            last: 0,
        }
    }

    /// Whether everything was handed out.
    pub(crate) const fn ended(&self) -> bool {
        self.finished
    }

    /// Whether the text ended without a line end behind its last line.
    pub(crate) const fn ended_inside_line(&self) -> bool {
        self.finished && self.last != b'\n'
    }

    /// Copies what was decoded into `out`, with CRLF and lone CR as LF, and counts quotation marks on the way.
    fn hand_out(&mut self, filled: usize, out: &mut [u8]) -> usize {
        let mut written = 0;
        let mut slots = out.iter_mut();
        for &byte in self.decoded.iter().take(filled) {
            let second_half = byte == b'\n' && self.after_cr;
            self.after_cr = byte == b'\r';
            if second_half {
                continue;
            }
            self.quotes += u64::from(byte == b'"');
            if let Some(slot) = slots.next() {
                self.last = if byte == b'\r' { b'\n' } else { byte };
                *slot = self.last;
                written += 1;
            }
        }
        written
    }

    fn refill(&mut self) -> io::Result<()> {
        if self.start == self.end && !self.source_ended {
            self.bytes_before += u64::try_from(self.end).unwrap_or(0);
            self.start = 0;
            self.end = self.source.read(&mut self.input)?;
            self.source_ended = self.end == 0;
        }
        Ok(())
    }
}

impl<R: Read> Read for DecodingReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.len() < 16 {
            // The decoder needs room for a whole character; our own reader above always offers kilobytes.
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the buffer is too small to decode into"));
        }
        loop {
            if self.finished || self.garbled_at.is_some() {
                return Ok(0);
            }
            self.refill()?;
            let input = self.input.get(self.start..self.end).unwrap_or_default();
            let room = out.len().min(self.decoded.len());
            let decoded = self.decoded.get_mut(..room).unwrap_or_default();
            let (result, read, filled) =
                self.decoder.decode_to_utf8_without_replacement(input, decoded, self.source_ended);
            self.start += read;
            match result {
                DecoderResult::Malformed(length, after) => {
                    let position = self.bytes_before + u64::try_from(self.start).unwrap_or(0);
                    self.garbled_at = Some(position.saturating_sub(u64::from(length) + u64::from(after)));
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "a byte has no meaning in this encoding"));
                }
                DecoderResult::InputEmpty => self.finished = self.source_ended,
                DecoderResult::OutputFull => {}
            }
            let written = self.hand_out(filled, out);
            if written > 0 {
                self.written += u64::try_from(written).unwrap_or(0);
                return Ok(written);
            }
        }
    }
}

//! Texts in one buffer, each found by its span: no allocation for each, and a buffer that was read from a file may keep its
//! gaps. Whether the bytes are UTF-8 is checked where a roll is taken in, not here.

use crate::refused::Reason;

/// Bytes of one buffer at most (positions are 32 bits wide).
const BYTES_MAX: u64 = u32::MAX as u64;

/// A list of texts.
#[derive(Default, Clone)]
pub struct Texts {
    bytes: Vec<u8>,
    /// Where each begins and ends.
    spans: Vec<(u32, u32)>,
}

impl Texts {
    /// Adds a text.
    ///
    /// # Errors
    /// [`Reason::TooLarge`] where the buffer would exceed 4 GiB.
    pub fn push(&mut self, text: &[u8]) -> Result<(), Reason> {
        let start = self.add_bytes(text)?;
        let end = u32::try_from(self.bytes.len()).map_err(|_| Reason::TooLarge { max: BYTES_MAX })?;
        self.spans.push((start, end));
        Ok(())
    }

    /// Adds bytes in which texts stand, and says where they begin; the texts are then named by [`Texts::push_span`].
    ///
    /// # Errors
    /// As [`Texts::push`].
    pub fn add_bytes(&mut self, bytes: &[u8]) -> Result<u32, Reason> {
        let start = u32::try_from(self.bytes.len()).map_err(|_| Reason::TooLarge { max: BYTES_MAX })?;
        self.bytes.extend_from_slice(bytes);
        Ok(start)
    }

    /// Adds the text that stands from `start` to before `end` in the bytes added so far. A span that lies outside of them
    /// is no text: [`Texts::get`] gives nothing for it.
    pub fn push_span(&mut self, start: u32, end: u32) {
        self.spans.push((start, end));
    }

    /// Other texts in the same bytes.
    pub fn set_spans(&mut self, spans: Vec<(u32, u32)>) {
        self.spans = spans;
    }

    /// Makes room for so many more bytes.
    pub fn reserve_bytes(&mut self, bytes: usize) {
        self.bytes.reserve(bytes);
    }

    /// Forgets all texts, and keeps the room.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.spans.clear();
    }

    /// Adds many spans, as [`Texts::push_span`].
    #[inline]
    pub fn extend_spans(&mut self, spans: impl Iterator<Item = (u32, u32)>) {
        self.spans.extend(spans);
    }

    /// The span of a text, for another text that is the same.
    #[must_use]
    pub fn span(&self, index: usize) -> Option<(u32, u32)> {
        self.spans.get(index).copied()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The bytes of a text.
    #[must_use]
    #[inline]
    pub fn get(&self, index: usize) -> Option<&[u8]> {
        let (start, end) = *self.spans.get(index)?;
        self.bytes.get(start as usize..end as usize)
    }

    /// A text; `None` also where the bytes are not UTF-8.
    #[must_use]
    pub fn text(&self, index: usize) -> Option<&str> {
        std::str::from_utf8(self.get(index)?).ok()
    }

    /// The bytes of every text, in order.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let span = |&(start, end): &(u32, u32)| self.bytes.get(start as usize..end as usize).unwrap_or_default();
        self.spans.iter().map(span)
    }
}

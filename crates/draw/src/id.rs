//! An object's id as a value of its own: short enough to stand where it is, without an allocation.

use std::fmt;
use std::ops::Deref;

use crate::refused::Reason;
use crate::text::{ID_CHARS_MAX, is_id_bytes};

/// An id of the protocol: `[0-9A-Za-z._-]{1,55}` (§2). It reads as a `str`, and is ordered bytewise.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    /// Padded with zero bytes, which no id holds: so the order is that of the texts.
    bytes: [u8; ID_CHARS_MAX],
    length: u8,
}

impl Id {
    /// An id of a text.
    ///
    /// # Errors
    /// [`Reason::IdForm`] for anything that is no id.
    pub fn parse(text: &str) -> Result<Self, Reason> {
        if is_id_bytes(text.as_bytes()) { Ok(Self::of_checked(text.as_bytes())) } else { Err(Reason::IdForm) }
    }

    /// An id of bytes that were checked to be one.
    #[inline]
    pub(crate) fn of_checked(id: &[u8]) -> Self {
        let mut bytes = [0; ID_CHARS_MAX];
        for (to, from) in bytes.iter_mut().zip(id) {
            *to = *from;
        }
        Self { bytes, length: u8::try_from(id.len().min(ID_CHARS_MAX)).unwrap_or(0) }
    }

    /// The bytes, all of them ASCII.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

impl Deref for Id {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl PartialEq<str> for Id {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialEq<&str> for Id {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl PartialEq<String> for Id {
    fn eq(&self, other: &String) -> bool {
        *self == **other
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_ordered_as_their_texts_and_come_back() {
        let texts = ["-", "0", "00", "01", "1", "A", "Z_", "a", "a.b", "aa", &"z".repeat(55)];
        let ids: Vec<_> = texts.iter().map(|text| Id::parse(text).unwrap()).collect();
        assert!(ids.is_sorted() && texts.is_sorted());
        for (id, text) in ids.iter().zip(texts) {
            assert_eq!((id.as_str(), id.to_string(), &**id), (text, text.to_owned(), text));
            assert!(*id == text && id == &Id::parse(text).unwrap() && format!("{id:?}") == format!("{text:?}"));
        }
        for bad in ["", " ", "a b", "企", "a\0", &"z".repeat(56)] {
            assert_eq!(Id::parse(bad), Err(Reason::IdForm), "{bad:?}");
        }
    }
}

//! JSON values without floats, written as JCS (RFC 8785). Reading is in `parse`. It knows no document of the protocol.

mod parse;

pub use parse::{DEPTH_MAX, DOCUMENT_BYTES_MAX, parse_document};

use crate::suite::{Digest, Suite};

/// The largest integer that every JSON reader keeps exactly: 2^53 − 1.
pub const INT_MAX: i64 = (1 << 53) - 1;

/// A JSON value without floats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer within ±(2^53−1).
    Int(i64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// An object. Keys are distinct; [`Json::to_jcs`] puts them in order.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// An object of these entries.
    #[must_use]
    pub fn object<const N: usize>(entries: [(&str, Json); N]) -> Self {
        Self::Object(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// A text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// A digest, or `null`.
    #[must_use]
    pub fn digest(digest: Option<&Digest>) -> Self {
        digest.map_or(Self::Null, |digest| Self::Text(digest.to_string()))
    }

    /// A count. Counts above 2^53−1 cannot occur: rolls are limited far below.
    #[must_use]
    pub fn count(count: u64) -> Self {
        Self::Int(i64::try_from(count).unwrap_or(INT_MAX).min(INT_MAX))
    }

    /// The canonical bytes (RFC 8785).
    #[must_use]
    pub fn to_jcs(&self) -> Vec<u8> {
        let mut out = String::new();
        self.write(&mut out);
        out.into_bytes()
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Int(value) => out.push_str(&value.to_string()),
            Self::Text(text) => write_text(text, out),
            Self::List(items) => write_joined(out, '[', ']', items.iter(), Self::write),
            Self::Object(entries) => {
                let mut sorted: Vec<_> = entries.iter().collect();
                sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
                write_joined(out, '{', '}', sorted.into_iter(), |(key, value), out| {
                    write_text(key, out);
                    out.push(':');
                    value.write(out);
                });
            }
        }
    }
}

fn write_joined<T>(
    out: &mut String,
    open: char,
    close: char,
    items: impl Iterator<Item = T>,
    mut one: impl FnMut(T, &mut String),
) {
    out.push(open);
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(',');
        }
        one(item, out);
    }
    out.push(close);
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        // Control characters cannot stand in a text of the protocol, so only these two are ever escaped.
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
}

/// `digest(doc) = H(JCS(doc))`, of bytes that are known to be canonical.
#[must_use]
pub fn document_digest(suite: Suite, bytes: &[u8]) -> Digest {
    suite.hash(&[bytes])
}

//! Reading typed documents out of JSON: each value knows its path, each object gives up its keys one by one, and what is
//! left over is refused.

use std::collections::HashSet;

use crate::instant::Instant;
use crate::json::{Json, parse_document};
use crate::mismatch::Expected;
use crate::refused::{Reason, Refused};
use crate::suite::Digest;
use crate::text::is_code;

/// A value with its path.
pub(crate) struct Node {
    place: String,
    json: Json,
}

impl Node {
    /// The root of a document in canonical bytes.
    pub(crate) fn document(bytes: &[u8]) -> Result<Self, Refused> {
        Ok(Self { place: String::new(), json: parse_document(bytes)? })
    }

    pub(crate) fn refuse(&self, reason: Reason) -> Refused {
        Refused::new(self.place.clone(), reason)
    }

    /// The place, and the canonical bytes of everything below it.
    pub(crate) fn whole(self) -> (String, Vec<u8>) {
        (self.place, self.json.to_jcs())
    }

    pub(crate) const fn is_null(&self) -> bool {
        matches!(self.json, Json::Null)
    }

    /// `None` for null, else what `read` makes of it.
    pub(crate) fn nullable<T>(self, read: impl FnOnce(Self) -> Result<T, Refused>) -> Result<Option<T>, Refused> {
        if self.is_null() { Ok(None) } else { read(self).map(Some) }
    }

    pub(crate) fn text(self) -> Result<String, Refused> {
        match self.json {
            Json::Text(text) => Ok(text),
            _ => Err(self.refuse(Reason::WrongKind { expected: Expected::Text })),
        }
    }

    /// A text that is not empty.
    pub(crate) fn filled(self) -> Result<String, Refused> {
        let place = self.place.clone();
        let text = self.text()?;
        if text.is_empty() { Err(Refused::new(place, Reason::Empty)) } else { Ok(text) }
    }

    pub(crate) fn code(self) -> Result<String, Refused> {
        let place = self.place.clone();
        let text = self.text()?;
        if is_code(&text) { Ok(text) } else { Err(Refused::new(place, Reason::NotACode)) }
    }

    /// One of a closed list of words.
    pub(crate) fn word<T: Copy>(self, words: &[(&str, T)], expected: &'static str) -> Result<T, Refused> {
        let place = self.place.clone();
        let text = self.text()?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        found.ok_or_else(|| Refused::new(place, Reason::WrongKind { expected: Expected::Word { words: expected } }))
    }

    pub(crate) fn instant(self) -> Result<String, Refused> {
        let place = self.place.clone();
        let text = self.text()?;
        if Instant::parse(&text).is_some() { Ok(text) } else { Err(Refused::new(place, Reason::NotAnInstant)) }
    }

    pub(crate) fn digest(self) -> Result<Digest, Refused> {
        let place = self.place.clone();
        Digest::parse(&self.text()?).map_err(|refused| Refused::new(place, refused.reason))
    }

    /// Lower-case hexadecimal of exactly so many bytes.
    pub(crate) fn hex(self, bytes: usize) -> Result<Vec<u8>, Refused> {
        let place = self.place.clone();
        let text = self.text()?;
        let lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
        let read = hex::decode(&text).ok().filter(|read| lower && read.len() == bytes);
        read.ok_or_else(|| Refused::new(place, Reason::NotHex { bytes }))
    }

    pub(crate) fn int(self) -> Result<i64, Refused> {
        match self.json {
            Json::Int(number) => Ok(number),
            _ => Err(self.refuse(Reason::WrongKind { expected: Expected::Integer })),
        }
    }

    /// An integer from 0.
    pub(crate) fn count(self) -> Result<u64, Refused> {
        let place = self.place.clone();
        u64::try_from(self.int()?).map_err(|_| Refused::new(place, Reason::WrongKind { expected: Expected::Count }))
    }

    pub(crate) fn boolean(self) -> Result<bool, Refused> {
        match self.json {
            Json::Bool(value) => Ok(value),
            _ => Err(self.refuse(Reason::WrongKind { expected: Expected::Boolean })),
        }
    }

    pub(crate) fn list(self) -> Result<Vec<Self>, Refused> {
        let Json::List(items) = self.json else {
            return Err(self.refuse(Reason::WrongKind { expected: Expected::List }));
        };
        let nodes = items.into_iter().enumerate();
        Ok(nodes.map(|(index, json)| Self { place: format!("{}[{index}]", self.place), json }).collect())
    }

    /// A list of at most `max` items.
    pub(crate) fn list_to(self, max: usize) -> Result<Vec<Self>, Refused> {
        let place = self.place.clone();
        let items = self.list()?;
        if items.len() > max { Err(Refused::new(place, Reason::TooLarge { max: max as u64 })) } else { Ok(items) }
    }

    /// A list that is not empty, each item read by `read`.
    pub(crate) fn some<T>(self, read: impl Fn(Self) -> Result<T, Refused>) -> Result<Vec<T>, Refused> {
        let place = self.place.clone();
        let items = self.list()?;
        if items.is_empty() {
            return Err(Refused::new(place, Reason::Empty));
        }
        items.into_iter().map(read).collect()
    }

    pub(crate) fn object(self) -> Result<Fields, Refused> {
        match self.json {
            Json::Object(entries) => Ok(Fields { place: self.place, entries }),
            _ => Err(self.refuse(Reason::WrongKind { expected: Expected::Object })),
        }
    }
}

/// The keys of an object that have not been read yet.
pub(crate) struct Fields {
    place: String,
    entries: Vec<(String, Json)>,
}

impl Fields {
    pub(crate) fn refuse(&self, reason: Reason) -> Refused {
        Refused::new(self.place.clone(), reason)
    }

    /// The path of a key of this object.
    pub(crate) fn place_of(&self, key: &str) -> String {
        if self.place.is_empty() { key.to_owned() } else { format!("{}.{key}", self.place) }
    }

    pub(crate) fn optional(&mut self, key: &str) -> Option<Node> {
        let index = self.entries.iter().position(|(name, _)| name == key)?;
        let (_, json) = self.entries.swap_remove(index);
        Some(Node { place: self.place_of(key), json })
    }

    pub(crate) fn take(&mut self, key: &'static str) -> Result<Node, Refused> {
        self.optional(key).ok_or_else(|| self.refuse(Reason::MissingKey { key }))
    }

    /// All entries, for objects whose keys are data.
    pub(crate) fn entries(self) -> Vec<(String, Node)> {
        let place = |key: &str| {
            if self.place.is_empty() { key.to_owned() } else { format!("{}.{key}", self.place) }
        };
        self.entries.into_iter().map(|(key, json)| (key.clone(), Node { place: place(&key), json })).collect()
    }

    /// # Errors
    /// [`Reason::UnknownKey`] if a key was not read.
    pub(crate) fn done(self) -> Result<(), Refused> {
        match self.entries.first() {
            None => Ok(()),
            Some((key, _)) => Err(self.refuse(Reason::UnknownKey { key: key.clone() })),
        }
    }
}

/// Refuses the first value that stands twice.
pub(crate) fn distinct<'a>(place: &str, values: impl IntoIterator<Item = &'a str>) -> Result<(), Refused> {
    let mut seen = HashSet::new();
    for value in values {
        if !seen.insert(value) {
            return Err(Refused::new(place, Reason::Twice { value: value.to_owned() }));
        }
    }
    Ok(())
}

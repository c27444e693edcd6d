//! Canonical bytes and digests of the matching document (RFC 8785 with the lists in ascending order).

use crate::{Input, Outcome, Refusal, Suite};
use serde_json::Value;

impl Input {
    /// The document with every list in its canonical order; the outcome is the same for both.
    #[must_use]
    pub fn sorted(&self) -> Self {
        let mut input = self.clone();
        input.visits.sort_by(|a, b| a.id.cmp(&b.id));
        for visit in &mut input.visits {
            visit.requires.sort();
        }
        input.inspectors.sort_by(|a, b| a.id.cmp(&b.id));
        for inspector in &mut input.inspectors {
            inspector.qualifications.sort();
            inspector.leave.sort();
        }
        input.recusals.sort();
        for pair in &mut input.rules.separate {
            if pair.other < pair.one {
                std::mem::swap(&mut pair.one, &mut pair.other);
            }
        }
        input.rules.separate.sort();
        input
    }

    /// The bytes of the document as it is published, sealed and digested.
    ///
    /// # Errors
    /// Whatever [`crate::run`] would refuse about the document itself: a document that could never be matched is not sealed.
    pub fn canonical(&self) -> Result<Vec<u8>, Refusal> {
        crate::check::check(self)?;
        bytes(&self.sorted())
    }

    /// `H` of the canonical bytes, the `"matching"` of the commitment document.
    ///
    /// # Errors
    /// As [`Input::canonical`].
    pub fn digest(&self, suite: Suite) -> Result<[u8; 32], Refusal> {
        Ok(suite.hash(&[&self.canonical()?]))
    }

    /// Reads a published document.
    ///
    /// # Errors
    /// [`Refusal::Unreadable`] for other JSON, [`Refusal::NotCanonical`] where a single byte differs from the canonical form, and
    /// what [`Input::canonical`] refuses.
    pub fn parse(document: &[u8]) -> Result<Self, Refusal> {
        let input: Self = serde_json::from_slice(document).map_err(|e| Refusal::Unreadable(e.to_string()))?;
        if input.canonical()? == document { Ok(input) } else { Err(Refusal::NotCanonical) }
    }
}

impl Outcome {
    /// The outcome as canonical JSON.
    ///
    /// # Errors
    /// [`Refusal::Unreadable`] if the texts cannot be written as JSON, which texts of a checked document never cause.
    pub fn canonical(&self) -> Result<Vec<u8>, Refusal> {
        bytes(self)
    }
}

fn bytes<T: serde::Serialize>(document: &T) -> Result<Vec<u8>, Refusal> {
    let unreadable = |e: serde_json::Error| Refusal::Unreadable(e.to_string());
    let value = serde_json::to_value(document).map_err(unreadable)?;
    let mut out = Vec::new();
    write(&value, &mut out).map_err(unreadable)?;
    Ok(out)
}

/// The keys are sorted here and not left to `serde_json`, whose map keeps insertion order as soon as any crate of a build asks for it.
/// Our keys are ASCII, for which bytewise and UTF-16 order agree.
fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(&String, &Value)> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            out.push(b'{');
            for (index, (key, value)) in entries.into_iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                serde_json::to_writer(&mut *out, key)?;
                out.push(b':');
                write(value, out)?;
            }
            out.push(b'}');
        }
        Value::Array(list) => {
            out.push(b'[');
            for (index, value) in list.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(value, out)?;
            }
            out.push(b']');
        }
        other => serde_json::to_writer(&mut *out, other)?,
    }
    Ok(())
}

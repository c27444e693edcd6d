//! What may be attached to a drawn bundle: signatures over its documents, and addenda to its result.

use std::collections::BTreeMap;

use draw::{
    Addendum, Commitment, Digest, Mismatch, Outcome, Reason, Refused, Scheme, SignatureEntry, check_addenda,
    document_digest,
};

use crate::container::Bundle;
use crate::drawing::document;
use crate::error::BundleError;
use crate::fact::Fact;
use crate::signatures::verifies;
use crate::steps::Found;

const SIGNATURES: &str = "signatures.json";

/// Checks that each signature is over a document of this bundle and is its key's, and that no key speaks for two people.
/// Whose the keys are is not said in a bundle, so they are named for comparison.
pub(crate) fn check_signatures(bundle: &mut Bundle, commitment: &Commitment) -> Found<()> {
    let entries = document(bundle, SIGNATURES, SignatureEntry::parse_all)?;
    let names: Vec<_> = bundle.names().filter(|name| name.ends_with(".json") && *name != SIGNATURES).collect();
    let names: Vec<_> = names.into_iter().map(str::to_owned).collect();
    let mut documents: BTreeMap<[u8; 32], String> = BTreeMap::new();
    for name in names {
        if let Some(bytes) = bundle.read(&name)? {
            documents.insert(document_digest(commitment.suite, &bytes).0, name);
        }
    }
    let mut keys: BTreeMap<&[u8], &str> = BTreeMap::new();
    let mut attested = Vec::new();
    let mut told = Vec::new();
    let digest = commitment.digest();
    for (index, entry) in entries.iter().enumerate() {
        let mismatch = |key: &str, what| -> BundleError {
            Refused::new(format!("{SIGNATURES}: [{index}].{key}"), Reason::Mismatch { what }).into()
        };
        let name = documents.get(entry.document.as_bytes());
        let name = name.ok_or_else(|| mismatch("document", Mismatch::SignedDocument))?;
        if !verifies(entry.algorithm, &entry.key, entry.document.as_bytes(), &entry.signature) {
            return Err(mismatch("signature", Mismatch::Signature { name: name.clone() }));
        }
        if let Some(other) = keys.insert(&entry.key, &entry.by).filter(|other| *other != entry.by) {
            return Err(mismatch("key", Mismatch::KeyOfTwo { other: (*other).to_owned(), by: entry.by.clone() }));
        }
        let witness = commitment.parties.iter().skip(1).any(|party| party.party == entry.by);
        if entry.document == digest && witness && !attested.contains(&entry.by) {
            attested.push(entry.by.clone());
        }
        told.push(format!("{name}: {}, {} {}", entry.by, entry.algorithm.word(), hex(&entry.key)));
    }
    let witnesses = commitment.parties.len().saturating_sub(1);
    Ok(((), Fact::Signatures { attested: attested.len(), witnesses, signed: told.join("; ") }))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Checks the addenda: numbered without a gap from 0001, each following the one before, each bringing in the next reserve.
pub(crate) fn read_addenda(bundle: &mut Bundle, commitment: &Commitment, scheme: &Scheme) -> Found<()> {
    let outcome = document(bundle, "result.json", Outcome::parse)?;
    let names: Vec<_> = bundle.names().filter(|name| name.starts_with("addenda/")).map(str::to_owned).collect();
    let mut addenda = Vec::with_capacity(names.len());
    for (number, name) in (1..).zip(&names) {
        let expected = format!("addenda/{number:04}.json");
        if *name != expected {
            let what = Mismatch::NextAddendum { name: expected };
            return Err(Refused::new(name.clone(), Reason::Mismatch { what }).into());
        }
        let bytes = bundle.read(name)?.unwrap_or_default();
        addenda.push(Addendum::parse(&bytes).map_err(|refused| refused.within(name))?);
    }
    check_addenda(commitment, scheme, &outcome, &addenda).map_err(|refused| refused.within("addenda"))?;
    let brought = addenda.iter().filter(|addendum| addendum.brought_in.is_some()).count();
    let last: Option<Digest> = addenda.last().map(|addendum| addendum.digest(commitment.suite));
    let all = addenda.len();
    Ok(((), last.map_or(Fact::NoAddenda, |digest| Fact::Addenda { addenda: all, brought, digest })))
}

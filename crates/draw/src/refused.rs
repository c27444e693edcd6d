//! Why something is refused, and where. One type serves the whole crate, because a refusal travels through several
//! documents before a person reads it and must keep its place. It holds no Chinese text: pages translate by `code`.

use crate::mismatch::{Expected, Mismatch, Syntax};
use crate::told::Args;

/// A refusal with its exact place, for example `strata[3].when.all[0].column`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Where: file, row, column or JSON path, from the outside inwards; empty where the whole input is meant.
    pub place: String,
    /// What is wrong.
    pub reason: Reason,
}

impl Refused {
    /// A refusal at `place`.
    pub fn new(place: impl Into<String>, reason: Reason) -> Self {
        Self { place: place.into(), reason }
    }

    /// The same refusal seen from further out: `outer` is put before the place.
    #[must_use]
    pub fn within(mut self, outer: &str) -> Self {
        self.place = if self.place.is_empty() { outer.to_owned() } else { format!("{outer}: {}", self.place) };
        self
    }

    /// The stable code of the reason.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.reason.code()
    }

    /// The data of the reason by name.
    #[must_use]
    pub fn args(&self) -> Args {
        self.reason.args()
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.place.is_empty() {
            write!(f, "{} [{}]", self.reason, self.code())
        } else {
            write!(f, "{}: {} [{}]", self.place, self.reason, self.code())
        }
    }
}

impl std::error::Error for Refused {}

crate::told! {
    /// What can be wrong. The text says what to do.
    pub enum Reason {
        NotUtf8 { byte: usize }, "not-utf8", "byte {byte} is not UTF-8; save the text as UTF-8";
        NotNfc, "not-nfc", "the text is not in Unicode form NFC; normalise it where it is entered";
        BannedCodePoint { code: u32 }, "banned-code-point", "U+{code:04X} must not occur; remove the invisible character";
        UnassignedCodePoint { code: u32 }, "unassigned-code-point", "U+{code:04X} is not assigned in Unicode 16; replace the character";

        Bom, "bom", "the file starts with a byte order mark; save it without one";
        JsonSyntax { byte: usize, what: Syntax }, "json-syntax", "at byte {byte}: {what}";
        DuplicateKey { key: String }, "duplicate-key", "the key {key:?} stands twice; keep one";
        LoneSurrogate { byte: usize }, "lone-surrogate", "at byte {byte}: half of a surrogate pair; write the whole character";
        NotAnInteger { byte: usize }, "not-an-integer", "at byte {byte}: numbers are integers within ±(2^53−1), written without sign of zero, point or exponent";
        TooDeep { max: usize }, "too-deep", "nested deeper than {max} levels; simplify the rule";
        NotCanonical { byte: usize }, "not-canonical", "not the canonical (RFC 8785) bytes of this document, first difference at byte {byte}; use the file as it was published";
        TooLarge { max: u64 }, "too-large", "larger than the limit of {max}; split it";

        MissingKey { key: &'static str }, "missing-key", "the key {key:?} is missing";
        UnknownKey { key: String }, "unknown-key", "the key {key:?} is not part of this document; remove it";
        WrongKind { expected: Expected }, "wrong-kind", "expected {expected}";
        Empty, "empty", "must not be empty";
        NotACode, "not-a-code", "a code is 1 to 32 of 0-9 A-Z a-z _ . -";
        Twice { value: String }, "twice", "{value:?} stands twice in its list; keep one";
        NotARatio, "not-a-ratio", "a ratio is \"0\", \"1\" or \"0.\" and 1 to 9 digits";
        NotHex { bytes: usize }, "not-hex", "expected {bytes} bytes in lower-case hexadecimal";
        NotAnInstant, "not-an-instant", "expected an RFC 3339 instant with offset, such as 2021-05-08T09:00:00+08:00";
        InstantOrder { rule: &'static str }, "instant-order", "the instants are out of order: {rule}";

        HeaderForm { cell: String }, "header-form", "{cell:?} is no column; write name:type with type text, date, int or set";
        HeaderId, "header-id", "column 0 must be id:text";
        FieldCount { expected: usize, found: usize }, "field-count", "{found} fields where the header has {expected}";
        IdForm, "id-form", "an id is 1 to 55 of 0-9 A-Z a-z . _ -";
        IdOrder { previous: String }, "id-order", "the id does not follow {previous:?} in ascending byte order; sort the roll by id";
        IdTwice, "id-twice", "the id stands twice; remove the duplicate";
        DateForm, "date-form", "expected a real date YYYY-MM-DD or nothing";
        IntForm, "int-form", "expected an integer without leading zero, plus sign or -0, or nothing";
        SetForm, "set-form", "members of a set are distinct, non-empty and in ascending byte order, joined by commas";

        UnknownColumn { column: String }, "unknown-column", "the roll has no column {column:?}";
        IdentityColumn { column: String }, "identity-column", "column {column:?} must not decide: rules are about kinds of firms";
        ColumnKind { column: String, kind: &'static str, test: &'static str }, "column-kind", "column {column:?} is {kind}; {test} does not apply to it";
        PredicateForm, "predicate-form", "a predicate is all, any, not, or one column with exactly one kind of test";
        ElseUnderFirst, "else-under-first", "\"else\" has no meaning under membership \"first\"; put the stratum last";
        SplitWithBy, "split-with-by", "a stratum sized by the values of a column cannot be split as well";
        ValueNotNamed { value: String }, "value-not-named", "the value {value:?} occurs in the stratum and has no ratio; name it, with \"0\" where none is meant";

        PlatformFirst, "platform-first", "the first party is the platform and all others are witnesses";
        SecondPartyNeeded, "second-party-needed", "a matching needs a second person or a beacon beside the platform";
        ReplacesMissing, "replaces-missing", "a second attempt names what it replaces and the commitment before it";
        ReplacesOnFirst, "replaces-on-first", "a first attempt replaces nothing";
        BeaconForm, "beacon-form", "the beacon's source, round or value does not have the declared form";
        BeaconMissing, "beacon-missing", "the commitment declares a beacon; add beacon.json";
        BeaconUndeclared, "beacon-undeclared", "the commitment declares no beacon; beacon.json must not be there";
        PartyOrder { expected: String }, "party-order", "expected party {expected:?}: reveals stand in the commitment's order, one for each party";
        UnknownParty { party: String }, "unknown-party", "{party:?} is no party of the commitment";
        PlatformAbsent, "platform-absent", "the platform reveals first and cannot be absent; the draw has failed";
        PartyAbsent { party: String }, "party-absent", "without a beacon the absence of {party:?} fails the draw";
        RevealValue, "reveal-value", "a value has 1 to 64 bytes";
        RevealMismatch { party: String }, "reveal-mismatch", "salt and value of {party:?} do not give its commitment";

        NoReserves, "no-reserves", "the scheme names no reserves, so nobody is replaced and there are no addenda";

        DigestMismatch { expected: String, found: String }, "digest-mismatch", "expected {expected}, found {found}";
        Mismatch { what: Mismatch }, "mismatch", "{what}";
        Cancelled, "cancelled", "cancelled";
    }
}

//! Typed identifiers: UUIDv7 behind one newtype per table, so that a visit's id never passes for a subject's.
//!
//! No identifier is invented here: the caller hands in the time and ten random bytes ([`SubjectId::from_parts`] and its
//! siblings), which keeps this crate free of clocks and random sources.

use uuid::{Builder, Uuid};

/// A text that is not a hyphenated UUID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an identifier")]
pub struct BadId(pub String);

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// A UUIDv7 of this moment (milliseconds since 1970, UTC; earlier moments count as 1970) and these random bytes.
            pub fn from_parts(unix_ms: i64, random: [u8; 10]) -> Self {
                let millis = u64::try_from(unix_ms).unwrap_or(0);
                Self(Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
            }

            /// An identifier that was stored before; any UUID is taken.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The identifier as its 16 bytes say it.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// The UUID within.
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// The 16 bytes within.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0.hyphenated(), f)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = BadId;
            /// Only the hyphenated form of 36 characters is an identifier; braces, URNs and bare digits are refused.
            fn from_str(text: &str) -> Result<Self, BadId> {
                if text.len() != 36 {
                    return Err(BadId(text.to_owned()));
                }
                Uuid::try_parse(text).map(Self).map_err(|_| BadId(text.to_owned()))
            }
        }

        serde_as_text!($name);
    )+};
}

ids! {
    /// An account: one person who can sign in.
    AccountId,
    /// A bureau, branch, station or partner department.
    AgencyId,
    /// A decision over a document, record or task.
    ApprovalId,
    /// A check item (抽查事项).
    CheckItemId,
    /// A deadline row.
    DeadlineId,
    /// One draw of a task; a failed task may have several.
    DrawId,
    /// One business fact.
    EventId,
    /// A file known by its digest.
    FileId,
    /// One upload of a directory from a workbook or CSV.
    ImportId,
    /// An inspector (执法检查人员).
    InspectorId,
    /// A move of an inspector from one agency to another (人员调动).
    InspectorMoveId,
    /// A job of the queue.
    JobId,
    /// A mapping of a scheme's word to check items.
    ItemMappingId,
    /// One run of matching inspectors to visits.
    MatchingId,
    /// A witness or host who contributes randomness to a draw.
    PartyId,
    /// A person's post at an agency.
    PostId,
    /// One revision of a scheme, item list, form template or other versioned document.
    RevisionId,
    /// A frozen population.
    RollId,
    /// A scheme over all its revisions.
    SchemeId,
    /// A session of an account.
    SessionId,
    /// An agency's share of a dispatched draw.
    ShareId,
    /// An inspected object (检查对象).
    SubjectId,
    /// A check task (抽查任务).
    TaskId,
    /// One entry through the door of one drawn object.
    VisitId,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn parts_become_a_version_7_uuid_and_back() {
        let id = SubjectId::from_parts(1_620_610_200_123, [0xff; 10]);
        assert_eq!(id.to_string(), "017953e5-323b-7fff-bfff-ffffffffffff");
        assert_eq!(id.uuid().get_version_num(), 7);
        assert_eq!(id.to_string().parse::<SubjectId>().unwrap(), id);
        assert_eq!(SubjectId::from_bytes(*id.as_bytes()), id);
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, format!("\"{id}\""));
        assert_eq!(serde_json::from_str::<SubjectId>(&json).unwrap(), id);
    }

    #[test]
    fn ids_sort_by_time() {
        let random = [7; 10];
        assert!(VisitId::from_parts(1_000, random) < VisitId::from_parts(1_001, [0; 10]));
        assert_eq!(VisitId::from_parts(-5, random), VisitId::from_parts(0, random));
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "abc",
            "01795384377b7fffbfffffffffffffff",
            "{01795384-377b-7fff-bfff-ffffffffffff}",
            "01795384-377b-7fff-bfff-fffffffffffg",
        ] {
            assert_eq!(text.parse::<TaskId>(), Err(BadId(text.to_owned())), "{text}");
        }
    }
}

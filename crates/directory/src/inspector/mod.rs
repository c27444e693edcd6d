//! Inspectors: listing, looking at one with certificate, leave, recusals and load; declaring a recusal, recording a leave,
//! and whose account they are.
//! Imports are `directory::import`.

mod account;
mod changes;
mod leave;
mod list;
mod recusal;
mod view;

use chrono::{Days, NaiveDate};
use store::repo::inspector::InspectorRecord;

pub(crate) use account::todos;
pub use account::{confirm_account, name_account, of_account, own};
pub(crate) use changes::changes;
pub use leave::{LEAVE_DAYS_MAX, LeaveInput, Recorded, record};
pub use list::{InspectorLine, InspectorListing, InspectorQuery, list};
pub use recusal::{Declared, RecusalInput, declarable, declare};
pub use store::repo::inspector::{InspectorRecord as Record, LeaveRow};
pub use store::repo::inspector_load::AssignedVisit;
pub use view::{InspectorView, RecusalView, view};

/// Days before the end of a certificate from which the pages say that it ends soon.
pub const EXPIRY_NOTICE_DAYS: u64 = 60;
/// Characters of the reason of a recusal or a leave.
pub const REASON_CHARS_MAX: usize = 200;

/// How an inspector's certificate stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateState {
    /// It holds.
    Valid,
    /// It holds and ends within [`EXPIRY_NOTICE_DAYS`].
    EndsSoon,
    /// It has ended.
    Expired,
    /// It has not begun.
    NotYet,
    /// The inspector has left the directory.
    Left,
}

impl CertificateState {
    /// The state on a day.
    #[must_use]
    pub fn on(record: &InspectorRecord, day: NaiveDate) -> Self {
        let Some(certificate) = record.certificate() else { return Self::Expired };
        let soon = day.checked_add_days(Days::new(EXPIRY_NOTICE_DAYS)).unwrap_or(NaiveDate::MAX);
        if record.left_on.is_some() {
            Self::Left
        } else if day < certificate.valid_from {
            Self::NotYet
        } else if certificate.valid_to < day {
            Self::Expired
        } else if certificate.valid_to <= soon {
            Self::EndsSoon
        } else {
            Self::Valid
        }
    }
}

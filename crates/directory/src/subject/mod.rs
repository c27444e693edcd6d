//! Inspected objects: listing, looking at one with its history, editing, exporting. Imports are `directory::import`.

mod changes;
mod export;
mod list;
mod save;
mod view;

use domain::Coded;
use domain::subject::{RiskLevel, SubjectKind, SubjectStatus};
use domain::time::parse_day;
use store::Conn;
use store::repo::subject::SubjectFilter;

pub use changes::Change;
pub(crate) use changes::{Changes, changes_of};
pub use export::{EXPORT_ROWS_MAX, export, export_up_to};
pub use list::{Counted, Offered, SubjectListing, list};
pub use save::{LicenceInput, Saved, SubjectInput, editable, save};
pub use store::repo::subject::{SubjectDraw, SubjectLine, SubjectRecord};
pub use view::{SubjectView, VersionView, view};

/// What a list is narrowed to, as it stands in the address. What cannot be read narrows nothing: a shared address should
/// open rather than refuse.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubjectQuery {
    /// Part of a name, or the beginning of a code.
    pub q: String,
    /// Id of an agency.
    pub agency: String,
    /// Code of a kind.
    pub kind: String,
    /// Code of a state.
    pub status: String,
    /// A tag.
    pub tag: String,
    /// Level on the credit scale.
    pub risk: String,
    /// First day of establishment.
    pub from: String,
    /// Last day of establishment.
    pub to: String,
}

impl SubjectQuery {
    fn filter(&self) -> SubjectFilter {
        SubjectFilter {
            search: self.q.clone(),
            agency: self.agency.parse().ok(),
            kind: coded::<SubjectKind>(&self.kind),
            status: coded::<SubjectStatus>(&self.status),
            tag: self.tag.trim().to_owned(),
            credit_class: coded::<RiskLevel>(&self.risk),
            registered_from: parse_day(&self.from),
            registered_to: parse_day(&self.to),
        }
    }

    /// Name and value of what narrows, for the event of an export.
    fn parts(&self) -> Vec<(&'static str, &str)> {
        [
            ("q", self.q.as_str()),
            ("agency", &self.agency),
            ("kind", &self.kind),
            ("status", &self.status),
            ("tag", &self.tag),
            ("risk", &self.risk),
            ("from", &self.from),
            ("to", &self.to),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect()
    }
}

pub(super) fn coded<T: Coded>(code: &str) -> Option<T> {
    T::ALL.iter().copied().find(|value| value.code() == code)
}

/// Who a version or a declaration cites, in words: person and agency of a post, or the platform itself (imports on the
/// owner's command line). A post that is no longer there is cited by its id rather than passed over.
pub(crate) async fn who(conn: &mut Conn, cited: &str) -> kernel::Result<String> {
    let Ok(id) = cited.parse() else { return Ok(text::core::system_name().to_owned()) };
    match store::repo::post::by_id_unscoped(conn, id).await {
        Ok(post) => Ok(format!("{}（{}）", post.person, post.agency_name)),
        Err(store::StoreError::NotFound) => Ok(cited.to_owned()),
        Err(error) => Err(error.into()),
    }
}

//! One inspector: certificate and qualifications as they hold today, leaves, recusals, visits so far.

use chrono::NaiveDate;
use domain::ids::{InspectorId, SubjectId};
use domain::registry::UseCase;
use domain::time::Instant;
use store::Conn;
use store::repo;
use store::repo::inspector::{InspectorRecord, LeaveRow};
use store::repo::inspector_load::AssignedVisit;

use super::super::subject::{VersionView, who};
use super::{CertificateState, changes};
use kernel::{Ctx, Platform, Result};

/// A recusal with the words of who declared it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecusalView {
    /// From which object.
    pub subject_id: SubjectId,
    /// Its code.
    pub subject_code: String,
    /// Its name.
    pub subject_name: String,
    /// Why.
    pub reason: String,
    /// Who declared it.
    pub who: String,
    /// When.
    pub at: Instant,
}

/// An inspector with all that the directory knows.
#[derive(Debug)]
pub struct InspectorView {
    /// The inspector with qualifications.
    pub record: InspectorRecord,
    /// The certificate today.
    pub state: CertificateState,
    /// Leaves, latest first.
    pub leaves: Vec<LeaveRow>,
    /// Recusals, latest first.
    pub recusals: Vec<RecusalView>,
    /// Visits to which the inspector was matched, in all.
    pub load: u64,
    /// Those visits, the latest planned first.
    pub visits: Vec<AssignedVisit>,
    /// The versions, newest first; the first is the one that stands.
    pub history: Vec<VersionView>,
    /// Today.
    pub today: NaiveDate,
}

/// One inspector of the acting post's scope.
///
/// # Errors
/// `NotFound` if there is none or they lie outside, `Denied`, `Unauthenticated`.
pub async fn view(platform: &Platform, ctx: &Ctx, id: InspectorId) -> Result<InspectorView> {
    ctx.require(UseCase::InspectorView)?;
    let mut conn = platform.store().read().await?;
    let record = repo::inspector::get(&mut conn, &ctx.scope()?, id).await?;
    let mut recusals = Vec::new();
    for row in repo::inspector::recusals(&mut conn, id).await? {
        recusals.push(RecusalView {
            subject_id: row.subject_id,
            subject_code: row.subject_code,
            subject_name: row.subject_name,
            reason: row.reason,
            who: who(&mut conn, &row.declared_by).await?,
            at: row.declared_at,
        });
    }
    let history = history(&mut conn, &record).await?;
    Ok(InspectorView {
        history,
        state: CertificateState::on(&record, ctx.today()),
        leaves: repo::inspector::leaves(&mut conn, id).await?,
        recusals,
        load: repo::inspector_load::loads(&mut conn, &[id]).await?.get(&id).copied().unwrap_or(0),
        visits: repo::inspector_load::visits(&mut conn, id).await?,
        today: ctx.today(),
        record,
    })
}

/// The version that stands and those before it, each with what it changed and who wrote it.
async fn history(conn: &mut Conn, record: &InspectorRecord) -> Result<Vec<VersionView>> {
    let older = repo::inspector_history::history(conn, record.inspector.id).await?;
    let versions: Vec<_> = std::iter::once(record).chain(older.iter().map(|version| &version.record)).collect();
    let before = versions.iter().skip(1).map(Some).chain(std::iter::once(None));
    let mut history = Vec::with_capacity(versions.len());
    for (version, before) in versions.iter().zip(before) {
        history.push(VersionView {
            version: version.version,
            from: version.valid_from,
            who: who(conn, &version.changed_by).await?,
            changes: before.map(|before| changes(before, version)),
        });
    }
    Ok(history)
}

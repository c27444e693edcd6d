//! One inspector: certificate and qualifications as they hold today, leaves, recusals, visits so far.

use chrono::NaiveDate;
use domain::ids::{InspectorId, SubjectId};
use domain::registry::UseCase;
use domain::time::Instant;
use store::repo;
use store::repo::inspector::{InspectorRecord, LeaveRow};
use store::repo::inspector_load::AssignedVisit;

use super::super::subject::who;
use super::CertificateState;
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
    Ok(InspectorView {
        state: CertificateState::on(&record, ctx.today()),
        leaves: repo::inspector::leaves(&mut conn, id).await?,
        recusals,
        load: repo::inspector_load::loads(&mut conn, &[id]).await?.get(&id).copied().unwrap_or(0),
        visits: repo::inspector_load::visits(&mut conn, id).await?,
        today: ctx.today(),
        record,
    })
}

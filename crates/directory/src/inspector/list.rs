//! The list of inspectors, with what its filters can be set to.

use chrono::Days;
use domain::registry::UseCase;
use store::repo;
use store::repo::agency::Agency;
use store::repo::inspector::{InspectorFilter, InspectorRecord};

use super::{CertificateState, EXPIRY_NOTICE_DAYS};
use kernel::{Ctx, Platform, Result, Window};

/// What a list is narrowed to, as it stands in the address. What cannot be read narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InspectorQuery {
    /// Part of a name, certificate or staff number.
    pub q: String,
    /// Id of an agency.
    pub agency: String,
    /// Code of a qualification that holds today.
    pub qualification: String,
    /// `valid`, `soon`, `invalid` or `left`.
    pub state: String,
}

/// An inspector as one line of the list.
#[derive(Debug)]
pub struct InspectorLine {
    /// The inspector with qualifications.
    pub record: InspectorRecord,
    /// The certificate today.
    pub state: CertificateState,
    /// Visits to which the inspector was matched so far.
    pub load: u64,
}

/// A window of the list.
#[derive(Debug)]
pub struct InspectorListing {
    /// The inspectors of the window, by agency and certificate.
    pub rows: Vec<InspectorLine>,
    /// Inspectors in all.
    pub total: u64,
    /// The agencies of the scope.
    pub agencies: Vec<Agency>,
    /// The qualifications that inspectors of the scope hold.
    pub qualifications: Vec<String>,
}

/// The inspectors of the acting post's scope that the query lets through.
///
/// # Errors
/// `Denied`, `Unauthenticated`.
pub async fn list(platform: &Platform, ctx: &Ctx, query: &InspectorQuery, window: Window) -> Result<InspectorListing> {
    ctx.require(UseCase::InspectorList)?;
    let (scope, today) = (ctx.scope()?, ctx.today());
    let soon = today.checked_add_days(Days::new(EXPIRY_NOTICE_DAYS)).unwrap_or(today);
    let filter = InspectorFilter {
        search: query.q.clone(),
        agency: query.agency.parse().ok(),
        qualification: query.qualification.trim().to_owned(),
        valid_only: query.state == "valid",
        invalid_only: query.state == "invalid",
        ends_by: (query.state == "soon").then_some(soon),
        left_only: query.state == "left",
    };
    let mut conn = platform.store().read().await?;
    let found = repo::inspector::list(&mut conn, &scope, &filter, today, window).await?;
    let ids: Vec<_> = found.rows.iter().map(|record| record.inspector.id).collect();
    let loads = repo::inspector_load::loads(&mut conn, &ids).await?;
    let line = |record: InspectorRecord| InspectorLine {
        state: CertificateState::on(&record, today),
        load: loads.get(&record.inspector.id).copied().unwrap_or(0),
        record,
    };
    Ok(InspectorListing {
        rows: found.rows.into_iter().map(line).collect(),
        total: found.total,
        agencies: repo::agency::list(&mut conn, &scope).await?,
        qualifications: repo::inspector::qualifications_in_use(&mut conn, &scope).await?,
    })
}

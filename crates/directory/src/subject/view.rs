//! One inspected object: as it stands, what it was before and who changed it, and the draws it came out of.

use std::collections::HashMap;

use domain::ids::SubjectId;
use domain::registry::UseCase;
use domain::subject::{RiskClass, RiskScale};
use domain::time::Instant;
use store::repo;
use store::repo::subject::{SubjectDraw, SubjectRecord};

use super::changes::{Change, changes};
use super::who;
use kernel::{Ctx, Platform, Result};

/// An object with all that the directory knows of it.
#[derive(Debug)]
pub struct SubjectView {
    /// As it stands now, with every risk class, newest first.
    pub record: SubjectRecord,
    /// The class that holds today on the credit scale.
    pub credit: Option<RiskClass>,
    /// The class that holds today on the food scale.
    pub food: Option<RiskClass>,
    /// The versions, newest first; the first is the one that stands.
    pub history: Vec<VersionView>,
    /// The draws that brought it out, newest first.
    pub draws: Vec<SubjectDraw>,
}

/// One version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionView {
    /// Its number, from 1.
    pub version: i64,
    /// Since when it stands or stood.
    pub from: Instant,
    /// Who wrote it.
    pub who: String,
    /// What it changed; `None` where the version before is not shown.
    pub changes: Option<Vec<Change>>,
}

/// One object of the acting post's scope.
///
/// # Errors
/// `NotFound` if there is none or it lies outside, `Denied`, `Unauthenticated`.
pub async fn view(platform: &Platform, ctx: &Ctx, id: SubjectId) -> Result<SubjectView> {
    ctx.require(UseCase::SubjectView)?;
    let mut conn = platform.store().read().await?;
    let record = repo::subject::get(&mut conn, &ctx.scope()?, id).await?;
    let older = repo::subject::history(&mut conn, id).await?;
    let mut names: HashMap<&str, String> = HashMap::new();
    for cited in std::iter::once(&record.changed_by).chain(older.iter().map(|version| &version.changed_by)) {
        if !names.contains_key(cited.as_str()) {
            names.insert(cited, who(&mut conn, cited).await?);
        }
    }
    let standing =
        (&record.subject, record.agency_name.as_str(), record.version, record.valid_from, &record.changed_by);
    let versions: Vec<_> = std::iter::once(standing)
        .chain(older.iter().map(|v| (&v.subject, v.agency_name.as_str(), v.version, v.valid_from, &v.changed_by)))
        .collect();
    let before = versions.iter().skip(1).map(Some).chain(std::iter::once(None));
    let history = versions
        .iter()
        .zip(before)
        .map(|(version, before)| VersionView {
            version: version.2,
            from: version.3,
            who: names.get(version.4.as_str()).cloned().unwrap_or_default(),
            changes: before.map(|before| changes((before.0, before.1), (version.0, version.1))),
        })
        .collect();
    let today = ctx.today();
    Ok(SubjectView {
        credit: RiskClass::on(&record.subject.risk_classes, RiskScale::Credit, today),
        food: RiskClass::on(&record.subject.risk_classes, RiskScale::Food, today),
        draws: repo::subject::draws(&mut conn, id).await?,
        history,
        record,
    })
}

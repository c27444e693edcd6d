//! The inspectors of one unit as a matching needs them: certificates, qualifications, leave, recusals; and their loads.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::agency::Scope;
use domain::ids::{AgencyId, InspectorId, ShareId, SubjectId};
use domain::visit_day::Available;

use super::path_end;
use crate::{Conn, Result, values};

/// One inspector who has not left. Days are texts `YYYY-MM-DD`, as the matching's document holds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The inspector.
    pub id: InspectorId,
    /// Name.
    pub name: String,
    /// First day of the certificate.
    pub from: String,
    /// Last day of the certificate.
    pub to: String,
    /// Code, first and last day of each qualification.
    pub qualifications: Vec<(String, Option<String>, Option<String>)>,
    /// First and last day of each leave.
    pub leaves: Vec<(String, String)>,
}

/// How many visits an inspector has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// The inspector.
    pub id: InspectorId,
    /// Name.
    pub name: String,
    /// Number of the enforcement certificate.
    pub certificate: String,
    /// The unit.
    pub agency_name: String,
    /// Visits of the share asked for, or of all.
    pub visits: i64,
    /// Of these, visits that the inspector leads.
    pub leads: i64,
}

/// The inspectors of a unit who have not left, in the order of their certificates; the caller has read its share within
/// a scope.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn of_unit(conn: &mut Conn, agency: AgencyId, rows_max: u32) -> Result<Vec<Entry>> {
    let unit = values![agency.to_string()];
    let mut entries: Vec<Entry> = conn
        .rows(
            &format!(
                "SELECT id, name, certificate_from, certificate_to FROM inspector WHERE agency_id = $1 AND left_on IS NULL
                 ORDER BY certificate LIMIT {rows_max}"
            ),
            unit.clone(),
        )
        .await?
        .iter()
        .map(|row| {
            Ok(Entry {
                id: row.parse("id")?,
                name: row.text("name")?,
                from: row.text("certificate_from")?,
                to: row.text("certificate_to")?,
                qualifications: Vec::new(),
                leaves: Vec::new(),
            })
        })
        .collect::<Result<_>>()?;
    let at: BTreeMap<InspectorId, usize> = entries.iter().enumerate().map(|(n, e)| (e.id, n)).collect();
    let held = conn
        .rows(
            "SELECT inspector_id, code, valid_from, valid_to FROM inspector_qualification
             WHERE inspector_id IN (SELECT id FROM inspector WHERE agency_id = $1) ORDER BY inspector_id, code",
            unit.clone(),
        )
        .await?;
    for row in &held {
        if let Some(entry) = at.get(&row.parse("inspector_id")?).and_then(|n| entries.get_mut(*n)) {
            entry.qualifications.push((row.text("code")?, row.opt_text("valid_from")?, row.opt_text("valid_to")?));
        }
    }
    let away = conn
        .rows(
            "SELECT inspector_id, from_day, to_day FROM inspector_leave
             WHERE inspector_id IN (SELECT id FROM inspector WHERE agency_id = $1) ORDER BY inspector_id, from_day, to_day",
            unit,
        )
        .await?;
    for row in &away {
        if let Some(entry) = at.get(&row.parse("inspector_id")?).and_then(|n| entries.get_mut(*n)) {
            entry.leaves.push((row.text("from_day")?, row.text("to_day")?));
        }
    }
    Ok(entries)
}

/// Recusals between inspectors of a unit and objects of a share.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn recusals(conn: &mut Conn, agency: AgencyId, share: ShareId) -> Result<Vec<(InspectorId, SubjectId)>> {
    conn.rows(
        "SELECT recusal.inspector_id, recusal.subject_id FROM recusal
         JOIN inspector ON inspector.id = recusal.inspector_id AND inspector.agency_id = $1 AND inspector.left_on IS NULL
         JOIN visit ON visit.subject_id = recusal.subject_id AND visit.share_id = $2
         ORDER BY recusal.inspector_id, recusal.subject_id",
        values![agency.to_string(), share.to_string()],
    )
    .await?
    .iter()
    .map(|row| Ok((row.parse("inspector_id")?, row.parse("subject_id")?)))
    .collect()
}

/// Visits of every inspector of the scope, of one share or (`None`) of all, the most loaded first.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn loads(conn: &mut Conn, scope: &Scope, share: Option<ShareId>, rows_max: u32) -> Result<Vec<Load>> {
    let prefix = scope.prefix();
    conn.rows(
        &format!(
            "SELECT inspector.id, inspector.name, inspector.certificate, agency.name AS agency_name,
             COUNT(visit.id) AS visits, CAST(COALESCE(SUM(CASE WHEN assignment.seat = 0 THEN 1 ELSE 0 END), 0) AS BIGINT) AS leads
             FROM inspector JOIN agency ON agency.id = inspector.agency_id
             LEFT JOIN assignment ON assignment.inspector_id = inspector.id
                  AND ($3 = '' OR assignment.visit_id IN (SELECT id FROM visit WHERE share_id = $3))
             LEFT JOIN visit ON visit.id = assignment.visit_id
             WHERE agency.path >= $1 AND agency.path < $2 AND inspector.left_on IS NULL
             AND ($3 = '' OR inspector.agency_id = (SELECT agency_id FROM share WHERE id = $3))
             GROUP BY inspector.id, inspector.name, inspector.certificate, agency.name, agency.path
             ORDER BY visits DESC, agency.path, inspector.certificate LIMIT {rows_max}"
        ),
        values![prefix, path_end(prefix), share.map(|id| id.to_string()).unwrap_or_default()],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(Load {
            id: row.parse("id")?,
            name: row.text("name")?,
            certificate: row.text("certificate")?,
            agency_name: row.text("agency_name")?,
            visits: row.int("visits")?,
            leads: row.int("leads")?,
        })
    })
    .collect()
}

/// An inspector who may go out on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Able {
    /// The unit.
    pub agency_id: AgencyId,
    /// Codes of the qualifications that hold on that day.
    pub qualifications: Vec<String>,
}

/// Everybody who has not left and whose certificate holds on `day`, whatever the scope: whether units can carry visits out
/// concerns whoever sends them work. Leave is not looked at: the day is not fixed yet.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn able_unscoped(conn: &mut Conn, day: NaiveDate) -> Result<Vec<Able>> {
    let mut able: Vec<Able> = Vec::new();
    let mut last = String::new();
    let rows = conn
        .rows(
            "SELECT inspector.id, inspector.agency_id, q.code FROM inspector
             LEFT JOIN inspector_qualification q ON q.inspector_id = inspector.id
                  AND (q.valid_from IS NULL OR q.valid_from <= $1) AND (q.valid_to IS NULL OR q.valid_to >= $1)
             WHERE inspector.left_on IS NULL AND inspector.certificate_from <= $1 AND inspector.certificate_to >= $1
             ORDER BY inspector.id, q.code",
            values![day],
        )
        .await?;
    for row in &rows {
        let id = row.text("id")?;
        if id != last {
            able.push(Able { agency_id: row.parse("agency_id")?, qualifications: Vec::new() });
            last = id;
        }
        if let (Some(code), Some(one)) = (row.opt_text("code")?, able.last_mut()) {
            one.qualifications.push(code);
        }
    }
    Ok(able)
}

/// When the inspectors who have not left may go out between two days, unit by unit, whatever the scope: as
/// [`able_unscoped`], but day by day and with leave.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn available_unscoped(
    conn: &mut Conn,
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Vec<(AgencyId, Available)>> {
    let mut away: BTreeMap<String, Vec<(NaiveDate, NaiveDate)>> = BTreeMap::new();
    let leaves = conn
        .rows(
            "SELECT inspector_id, from_day, to_day FROM inspector_leave WHERE from_day <= $2 AND to_day >= $1
             ORDER BY inspector_id, from_day",
            values![first, last],
        )
        .await?;
    for row in &leaves {
        away.entry(row.text("inspector_id")?).or_default().push((row.parse("from_day")?, row.parse("to_day")?));
    }
    conn.rows(
        "SELECT id, agency_id, certificate_from, certificate_to FROM inspector
         WHERE left_on IS NULL AND certificate_from <= $2 AND certificate_to >= $1 ORDER BY id",
        values![first, last],
    )
    .await?
    .iter()
    .map(|row| {
        let leaves = away.remove(&row.text("id")?).unwrap_or_default();
        let (from, to) = (row.parse("certificate_from")?, row.parse("certificate_to")?);
        Ok((row.parse("agency_id")?, Available { from, to, leaves }))
    })
    .collect()
}

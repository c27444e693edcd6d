//! Inspected objects (检查对象) with their tags, licences, risk classes and superseded versions.
//!
//! The rules of one object are `domain::subject`'s; here are only its rows. Bulk changes by imports are in
//! `repo::import_swap`.

mod drawn;
mod list;
mod roll;

use chrono::NaiveDate;
use domain::agency::Scope;
use domain::ids::{AgencyId, SubjectId};
use domain::subject::{Licence, RiskClass, Subject, Tag};
use domain::time::Instant;

use super::generation::{self, Generation};
use super::path_end;
use crate::{Conn, Result, Row, StoreError, Tx, insert_rows, values};

pub use drawn::{SubjectDraw, draws};
pub use list::{SubjectFilter, SubjectLine, SubjectRow, count, for_each_row, list, tags_in_use};
pub use roll::{RollSubject, for_each_in_scope};

/// An object as it stands now, with what the directory knows besides.
#[derive(Clone, Debug)]
pub struct SubjectRecord {
    /// The object.
    pub subject: Subject,
    /// Registrar key of the agency that registers it.
    pub agency_code: String,
    /// Name of that agency.
    pub agency_name: String,
    /// For optimistic locking; counts the versions from 1.
    pub version: i64,
    /// Since when it stands like this.
    pub valid_from: Instant,
    /// The post that wrote this version, or `system`.
    pub changed_by: String,
}

/// A superseded version of an object.
#[derive(Clone, Debug)]
pub struct SubjectVersion {
    /// The object as it stood; without risk classes, which carry their own dates.
    pub subject: Subject,
    /// Name of the agency that registered it then.
    pub agency_name: String,
    /// Its version.
    pub version: i64,
    /// From when it stood.
    pub valid_from: Instant,
    /// Until when.
    pub valid_to: Instant,
    /// The post that wrote it, or `system`.
    pub changed_by: String,
}

/// Versions of one object that are shown at most.
const HISTORY_ROWS_MAX: i64 = 200;

const COLUMNS: &str = "subject.code, subject.name, subject.kind, subject.sub_kind, subject.agency_id, subject.division,
     subject.registered_on, subject.status, subject.industry, subject.address, subject.legal_person, subject.phone, subject.tags,
     subject.licences, subject.version, subject.valid_from, subject.changed_by";

/// `None` for the empty text.
fn filled(text: String) -> Option<String> {
    if text.is_empty() { None } else { Some(text) }
}

/// A column whose empty text means "not known".
fn known<T: std::str::FromStr>(row: &Row, column: &str) -> Result<Option<T>>
where
    T::Err: std::fmt::Display,
{
    if row.text(column)?.is_empty() { Ok(None) } else { row.parse(column).map(Some) }
}

fn read(row: &Row, id: SubjectId, code: &str) -> Result<Subject> {
    read_aliased(row, "", id, code)
}

/// As [`read`], from columns whose names begin with `alias`: a row may hold an object twice, as it is and as it will be.
pub(super) fn read_aliased(row: &Row, alias: &str, id: SubjectId, code: &str) -> Result<Subject> {
    let column = |name: &str| format!("{alias}{name}");
    let text = |name: &str| row.text(&column(name));
    let tags = text("tags")?
        .split(',')
        .filter(|tag| !tag.is_empty())
        .map(|tag| {
            tag.parse::<Tag>().map_err(|e| StoreError::Corrupt { column: "tags".to_owned(), detail: e.to_string() })
        })
        .collect::<Result<_>>()?;
    Ok(Subject {
        id,
        key: code.to_owned(),
        code: code.parse().ok(),
        name: text("name")?,
        kind: row.parse(&column("kind"))?,
        sub_kind: filled(text("sub_kind")?),
        status: row.parse(&column("status"))?,
        established_on: known::<NaiveDate>(row, &column("registered_on"))?,
        registrar: row.parse(&column("agency_id"))?,
        territory: None,
        division: known(row, &column("division"))?,
        address: text("address")?,
        representative: text("legal_person")?,
        phone: text("phone")?,
        industry: filled(text("industry")?),
        tags,
        risk_classes: Vec::new(),
        licences: row.json(&column("licences"))?,
    })
}

fn record(row: &Row) -> Result<SubjectRecord> {
    Ok(SubjectRecord {
        subject: read(row, row.parse("id")?, &row.text("code")?)?,
        agency_code: row.text("agency_code")?,
        agency_name: row.text("agency_name")?,
        version: row.int("version")?,
        valid_from: row.instant("valid_from")?,
        changed_by: row.text("changed_by")?,
    })
}

async fn with_risk(conn: &mut Conn, row: Option<Row>) -> Result<SubjectRecord> {
    let mut found = record(&row.ok_or(StoreError::NotFound)?)?;
    found.subject.risk_classes = risk_classes(conn, found.subject.id).await?;
    Ok(found)
}

/// One object of the scope, with all its risk classes.
///
/// # Errors
/// [`StoreError::NotFound`] if there is none or it lies outside.
pub async fn get(conn: &mut Conn, scope: &Scope, id: SubjectId) -> Result<SubjectRecord> {
    let prefix = scope.prefix();
    let row = conn
        .row(
            &format!(
                "SELECT subject.id, {COLUMNS}, agency.code AS agency_code, agency.name AS agency_name
                 FROM subject JOIN agency ON agency.id = subject.agency_id WHERE subject.id = $1 AND agency.path >= $2 AND agency.path < $3"
            ),
            values![id.to_string(), prefix, path_end(prefix)],
        )
        .await?;
    with_risk(conn, row).await
}

/// The object with a code, whatever the scope: for documents and for "was I drawn?".
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn by_code_unscoped(conn: &mut Conn, code: &str) -> Result<SubjectRecord> {
    let row = conn
        .row(
            &format!(
                "SELECT subject.id, {COLUMNS}, agency.code AS agency_code, agency.name AS agency_name
                 FROM subject JOIN agency ON agency.id = subject.agency_id WHERE subject.code = $1"
            ),
            values![code],
        )
        .await?;
    with_risk(conn, row).await
}

/// The object with an id, whatever the scope: a drawn one is printed on the forms of the unit that checks it.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn by_id_unscoped(conn: &mut Conn, id: SubjectId) -> Result<SubjectRecord> {
    get(conn, &Scope::everything(), id).await
}

/// All risk classes of one object, newest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn risk_classes(conn: &mut Conn, id: SubjectId) -> Result<Vec<RiskClass>> {
    conn.rows(
        "SELECT scale, class, assessed_on FROM subject_risk WHERE subject_id = $1 ORDER BY assessed_on DESC, scale LIMIT 1000",
        values![id.to_string()],
    )
    .await?
    .iter()
    .map(|row| Ok(RiskClass { scale: row.parse("scale")?, level: row.parse("class")?, dated: row.parse("assessed_on")? }))
    .collect()
}

/// The superseded versions of one object, newest first. The caller has made sure that the object lies in its scope.
///
/// # Errors
/// See [`StoreError`].
pub async fn history(conn: &mut Conn, id: SubjectId) -> Result<Vec<SubjectVersion>> {
    let columns = COLUMNS.replace("subject.", "h.").replace("h.code", "subject.code");
    conn.rows(
        &format!(
            "SELECT {columns}, h.valid_to, agency.name AS agency_name FROM subject_history h
             JOIN subject ON subject.id = h.subject_id JOIN agency ON agency.id = h.agency_id
             WHERE h.subject_id = $1 ORDER BY h.version DESC LIMIT {HISTORY_ROWS_MAX}"
        ),
        values![id.to_string()],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(SubjectVersion {
            subject: read(row, id, &row.text("code")?)?,
            agency_name: row.text("agency_name")?,
            version: row.int("version")?,
            valid_from: row.instant("valid_from")?,
            valid_to: row.instant("valid_to")?,
            changed_by: row.text("changed_by")?,
        })
    })
    .collect()
}

/// The tags as kept in `subject.tags`: sorted, joined by commas.
#[must_use]
pub fn tags_text(subject: &Subject) -> String {
    subject.tags.iter().map(Tag::as_str).collect::<Vec<_>>().join(",")
}

/// The licences as kept in `subject.licences`.
///
/// # Errors
/// [`StoreError::Corrupt`] if they cannot be written as JSON, which does not happen.
pub fn licences_text(licences: &[Licence]) -> Result<String> {
    serde_json::to_string(licences)
        .map_err(|e| StoreError::Corrupt { column: "licences".to_owned(), detail: e.to_string() })
}

/// Adds an object with its tags and risk classes.
///
/// # Errors
/// `Duplicate("u_subject__code")` if the code is taken.
pub async fn insert(tx: &mut Tx, s: &Subject, changed_by: &str, now: Instant) -> Result<()> {
    tx.execute(
        "INSERT INTO subject (id, code, name, kind, sub_kind, agency_id, division, registered_on, status, industry, address, legal_person, phone, tags, licences, version, valid_from, changed_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1, $16, $17)",
        values![
            s.id.to_string(), &s.key, &s.name, s.kind.code(), s.sub_kind.as_deref().unwrap_or_default(), s.registrar.to_string(),
            s.division.map(|d| d.as_text()).unwrap_or_default(), s.established_on.map(|d| d.to_string()).unwrap_or_default(),
            s.status.code(), s.industry.as_deref().unwrap_or_default(), &s.address, &s.representative, &s.phone, tags_text(s),
            licences_text(&s.licences)?, now, changed_by
        ],
    )
    .await?;
    write_tags(tx, s).await?;
    write_licences(tx, s).await?;
    write_risk(tx, s).await?;
    generation::begin(tx, Generation::Subjects).await
}

/// Writes an object back and keeps the version that it replaces. The code and the id stay.
///
/// # Errors
/// [`StoreError::Stale`] if it changed since `version` was read.
pub async fn save(tx: &mut Tx, s: &Subject, version: i64, changed_by: &str, now: Instant) -> Result<()> {
    tx.execute(
        "INSERT INTO subject_history (subject_id, version, name, kind, sub_kind, agency_id, division, registered_on, status, industry, address, legal_person, phone, tags, licences, changed_by, valid_from, valid_to)
         SELECT id, version, name, kind, sub_kind, agency_id, division, registered_on, status, industry, address, legal_person, phone, tags, licences, changed_by, valid_from, $3
         FROM subject WHERE id = $1 AND version = $2",
        values![s.id.to_string(), version, now],
    )
    .await?;
    let touched = tx
        .execute(
            "UPDATE subject SET name = $1, kind = $2, sub_kind = $3, agency_id = $4, division = $5, registered_on = $6, status = $7,
                 industry = $8, address = $9, legal_person = $10, phone = $11, tags = $12, licences = $13, valid_from = $14, changed_by = $15,
                 version = version + 1 WHERE id = $16 AND version = $17",
            values![
                &s.name, s.kind.code(), s.sub_kind.as_deref().unwrap_or_default(), s.registrar.to_string(),
                s.division.map(|d| d.as_text()).unwrap_or_default(), s.established_on.map(|d| d.to_string()).unwrap_or_default(),
                s.status.code(), s.industry.as_deref().unwrap_or_default(), &s.address, &s.representative, &s.phone, tags_text(s),
                licences_text(&s.licences)?, now, changed_by, s.id.to_string(), version
            ],
        )
        .await?;
    if touched == 0 {
        return Err(StoreError::Stale);
    }
    tx.execute("DELETE FROM subject_tag WHERE subject_id = $1", values![s.id.to_string()]).await?;
    write_tags(tx, s).await?;
    tx.execute("DELETE FROM subject_licence WHERE subject_id = $1", values![s.id.to_string()]).await?;
    write_licences(tx, s).await?;
    write_risk(tx, s).await?;
    generation::begin(tx, Generation::Subjects).await
}

async fn write_tags(tx: &mut Tx, s: &Subject) -> Result<()> {
    let rows = s.tags.iter().map(|tag| values![s.id.to_string(), tag.as_str()]).collect();
    insert_rows(tx, "subject_tag", &["subject_id", "tag"], rows).await?;
    Ok(())
}

async fn write_licences(tx: &mut Tx, s: &Subject) -> Result<()> {
    let rows = (1_i64..)
        .zip(&s.licences)
        .map(|(position, l)| {
            let (from, to) = (day_text(l.valid_from), day_text(l.valid_to));
            values![s.id.to_string(), position, &l.kind, &l.number, from, to, l.state.code()]
        })
        .collect();
    let columns = ["subject_id", "position", "kind", "number", "valid_from", "valid_to", "state"];
    insert_rows(tx, "subject_licence", &columns, rows).await?;
    Ok(())
}

/// A day as it is kept where it may be missing.
pub(super) fn day_text(day: Option<NaiveDate>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

/// Adds or corrects the facts of their days; a fact once known is never taken away.
async fn write_risk(tx: &mut Tx, s: &Subject) -> Result<()> {
    for risk in &s.risk_classes {
        tx.execute(
            "INSERT INTO subject_risk (subject_id, scale, class, assessed_on) VALUES ($1, $2, $3, $4)
             ON CONFLICT (subject_id, scale, assessed_on) DO UPDATE SET class = excluded.class",
            values![s.id.to_string(), risk.scale.code(), risk.level.code(), risk.dated],
        )
        .await?;
    }
    Ok(())
}

/// How many objects the scope holds, by agency: key, name, count; largest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn count_by_agency(conn: &mut Conn, scope: &Scope) -> Result<Vec<(AgencyId, String, u64)>> {
    let prefix = scope.prefix();
    conn.rows(
        "SELECT agency.id, agency.short_name, COUNT(subject.id) AS n FROM agency LEFT JOIN subject ON subject.agency_id = agency.id
         WHERE agency.path >= $1 AND agency.path < $2 GROUP BY agency.id, agency.short_name, agency.path ORDER BY agency.path LIMIT 20000",
        values![prefix, path_end(prefix)],
    )
    .await?
    .iter()
    .map(|row| Ok((row.parse("id")?, row.text("short_name")?, super::unsigned(row.int("n")?))))
    .collect()
}

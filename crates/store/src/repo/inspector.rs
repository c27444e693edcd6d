//! Inspectors (执法检查人员) with qualifications, leave and recusals.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::agency::Scope;
use domain::ids::{AgencyId, InspectorId, SubjectId};
use domain::inspector::{Certificate, Inspector, Qualification};
use domain::time::Instant;

use super::{Page, Window, in_chunks, inspector_history, like, path_end, unsigned};
use crate::{Conn, Result, Row, StoreError, Tx, Value, insert_rows, values};

/// Rows of one inspector's leaves or recusals that are shown at most.
const SHOWN_ROWS_MAX: i64 = 500;

/// An inspector with what the directory knows besides.
#[derive(Clone, Debug)]
pub struct InspectorRecord {
    /// The inspector, without leaves; see [`leaves`].
    pub inspector: Inspector,
    /// Section (科室) within the agency.
    pub section: String,
    /// Fields of expertise, as listed.
    pub expertise: String,
    /// Day on which they left the directory.
    pub left_on: Option<NaiveDate>,
    /// Registrar key of the agency.
    pub agency_code: String,
    /// Name of the agency.
    pub agency_name: String,
    /// Login of the account that `inspector.account` names; empty if none.
    pub account_login: String,
    /// When that account's owner confirmed to be this inspector.
    pub account_confirmed_at: Option<Instant>,
    /// For optimistic locking.
    pub version: i64,
    /// Since when this version stands.
    pub valid_from: Instant,
    /// Who wrote it: a post's id, or `system`.
    pub changed_by: String,
}

/// Who writes a version, when, and from which file.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    /// A post's id, or `system`.
    pub by: &'a str,
    /// When.
    pub at: Instant,
    /// The import, if it came from a file.
    pub import: Option<&'a str>,
}

impl InspectorRecord {
    /// The certificate by which lists name the inspector.
    #[must_use]
    pub fn certificate(&self) -> Option<&Certificate> {
        self.inspector.certificates.first()
    }
}

/// A leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaveRow {
    /// Its id.
    pub id: String,
    /// Whose.
    pub inspector_id: InspectorId,
    /// First day away.
    pub from_day: NaiveDate,
    /// Last day away.
    pub to_day: NaiveDate,
    /// Why.
    pub reason: String,
}

/// A recusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecusalRow {
    /// Its id.
    pub id: String,
    /// Who steps aside.
    pub inspector_id: InspectorId,
    /// From which object.
    pub subject_id: SubjectId,
    /// That object's code.
    pub subject_code: String,
    /// That object's name.
    pub subject_name: String,
    /// Why.
    pub reason: String,
    /// The post that declared it.
    pub declared_by: String,
    /// When.
    pub declared_at: Instant,
}

/// What to show. Empty and `None` mean "whatever".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InspectorFilter {
    /// Part of a name, or the beginning of a certificate or staff number.
    pub search: String,
    /// Of this agency or one below it.
    pub agency: Option<AgencyId>,
    /// Holds this qualification on the day asked for.
    pub qualification: String,
    /// Only those in the directory whose certificate holds on the day asked for.
    pub valid_only: bool,
    /// Only those in the directory whose certificate does not hold on the day asked for.
    pub invalid_only: bool,
    /// Only those in the directory whose certificate holds on the day asked for and ends on this day or earlier.
    pub ends_by: Option<NaiveDate>,
    /// Only those who left the directory.
    pub left_only: bool,
}

pub(super) const COLUMNS: &str = "inspector.id, inspector.certificate, inspector.staff_number, inspector.name, inspector.agency_id, inspector.section,
     inspector.certificate_from, inspector.certificate_to, inspector.expertise, inspector.left_on, inspector.version,
     inspector.account_id, inspector.account_confirmed_at, inspector.valid_from, inspector.changed_by,
     (SELECT account.login FROM account WHERE account.id = inspector.account_id) AS account_login,
     agency.code AS agency_code, agency.name AS agency_name";

pub(super) fn read(row: &Row) -> Result<InspectorRecord> {
    let left_on: Option<NaiveDate> = row.opt_parse("left_on")?;
    Ok(InspectorRecord {
        inspector: Inspector {
            id: row.parse("id")?,
            account: row.opt_parse("account_id")?,
            staff_number: row.text("staff_number")?,
            name: row.text("name")?,
            agency: row.parse("agency_id")?,
            active: left_on.is_none(),
            certificates: vec![Certificate {
                number: row.text("certificate")?,
                valid_from: row.parse("certificate_from")?,
                valid_to: row.parse("certificate_to")?,
            }],
            qualifications: Vec::new(),
            leaves: Vec::new(),
        },
        section: row.text("section")?,
        expertise: row.text("expertise")?,
        left_on,
        agency_code: row.text("agency_code")?,
        agency_name: row.text("agency_name")?,
        account_login: row.opt_text("account_login")?.unwrap_or_default(),
        account_confirmed_at: row.opt_instant("account_confirmed_at")?,
        version: row.int("version")?,
        valid_from: row.instant("valid_from")?,
        changed_by: row.text("changed_by")?,
    })
}

fn qualification(row: &Row) -> Result<Qualification> {
    Ok(Qualification {
        code: row.text("code")?,
        valid_from: row.opt_parse("valid_from")?,
        valid_to: row.opt_parse("valid_to")?,
    })
}

/// One inspector of the scope, with qualifications and leaves.
///
/// # Errors
/// [`StoreError::NotFound`] if there is none or they lie outside.
pub async fn get(conn: &mut Conn, scope: &Scope, id: InspectorId) -> Result<InspectorRecord> {
    let prefix = scope.prefix();
    let row = conn
        .row(
            &format!(
                "SELECT {COLUMNS} FROM inspector JOIN agency ON agency.id = inspector.agency_id
                 WHERE inspector.id = $1 AND agency.path >= $2 AND agency.path < $3"
            ),
            values![id.to_string(), prefix, path_end(prefix)],
        )
        .await?
        .ok_or(StoreError::NotFound)?;
    let mut found = read(&row)?;
    found.inspector.qualifications = qualifications_of_one(conn, id).await?;
    found.inspector.leaves = leaves(conn, id)
        .await?
        .into_iter()
        .map(|l| domain::inspector::Leave { from: l.from_day, to: l.to_day, reason: l.reason })
        .collect();
    Ok(found)
}

/// One inspector, whatever the scope: a move is agreed to by the agency that does not have the person yet.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn by_id_unscoped(conn: &mut Conn, id: InspectorId) -> Result<InspectorRecord> {
    get(conn, &Scope::everything(), id).await
}

/// What one inspector holds, by code.
pub(super) async fn qualifications_of_one(conn: &mut Conn, id: InspectorId) -> Result<Vec<Qualification>> {
    conn.rows(
        "SELECT code, valid_from, valid_to FROM inspector_qualification WHERE inspector_id = $1 ORDER BY code",
        values![id.to_string()],
    )
    .await?
    .iter()
    .map(qualification)
    .collect()
}

/// `FROM … WHERE …` of a filter, with the day as `$3`.
fn conditions(scope: &Scope, filter: &InspectorFilter, day: NaiveDate) -> (String, Vec<Value>) {
    let prefix = scope.prefix();
    let mut values = values![prefix, path_end(prefix), day];
    // PostgreSQL cannot type a parameter that no expression names, so the day is named in every case.
    let mut sql = String::from(
        "FROM inspector JOIN agency ON agency.id = inspector.agency_id
         WHERE agency.path >= $1 AND agency.path < $2 AND CAST($3 AS TEXT) IS NOT NULL",
    );
    let holds = "inspector.certificate_from <= $3 AND inspector.certificate_to >= $3";
    if filter.valid_only {
        sql.push_str(&format!(" AND inspector.left_on IS NULL AND {holds}"));
    }
    if filter.invalid_only {
        sql.push_str(&format!(" AND inspector.left_on IS NULL AND NOT ({holds})"));
    }
    if filter.left_only {
        sql.push_str(" AND inspector.left_on IS NOT NULL");
    }
    let mut and = |condition: &str, value: Value| {
        values.push(value);
        sql.push_str(" AND ");
        sql.push_str(&condition.replace('?', &format!("${}", values.len())));
    };
    if !filter.search.trim().is_empty() {
        and(
            "(inspector.name LIKE ? ESCAPE '\\' OR inspector.certificate LIKE ? ESCAPE '\\' OR inspector.staff_number LIKE ? ESCAPE '\\')",
            Value::from(like(filter.search.trim())),
        );
    }
    if let Some(agency) = filter.agency {
        and(
            "agency.path LIKE (SELECT chosen.path FROM agency chosen WHERE chosen.id = ?) || '%'",
            Value::from(agency.to_string()),
        );
    }
    if let Some(last) = filter.ends_by {
        and(&format!("inspector.left_on IS NULL AND {holds} AND inspector.certificate_to <= ?"), Value::from(last));
    }
    if !filter.qualification.is_empty() {
        and(
            "inspector.id IN (SELECT q.inspector_id FROM inspector_qualification q WHERE q.code = ?
              AND (q.valid_from IS NULL OR q.valid_from <= $3) AND (q.valid_to IS NULL OR q.valid_to >= $3))",
            Value::from(&filter.qualification),
        );
    }
    (sql, values)
}

/// The qualifications that inspectors of the scope hold, whenever, each once.
///
/// # Errors
/// See [`StoreError`].
pub async fn qualifications_in_use(conn: &mut Conn, scope: &Scope) -> Result<Vec<String>> {
    let prefix = scope.prefix();
    conn.rows(
        "SELECT DISTINCT q.code FROM inspector_qualification q JOIN inspector ON inspector.id = q.inspector_id
         JOIN agency ON agency.id = inspector.agency_id WHERE agency.path >= $1 AND agency.path < $2 ORDER BY q.code LIMIT 500",
        values![prefix, path_end(prefix)],
    )
    .await?
    .iter()
    .map(|row| row.text("code"))
    .collect()
}

/// What the list can be sorted by.
const SORTS: &[(&str, &str)] = &[
    ("name", "inspector.name"),
    ("certificate", "inspector.certificate"),
    ("agency", "agency.path"),
    ("section", "inspector.section"),
    ("valid_to", "inspector.certificate_to"),
    ("load", "(SELECT COUNT(*) FROM assignment WHERE assignment.inspector_id = inspector.id)"),
];

/// A window of the inspectors of the scope that the filter lets through, by agency and certificate, with qualifications.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(
    conn: &mut Conn,
    scope: &Scope,
    filter: &InspectorFilter,
    day: NaiveDate,
    window: Window,
) -> Result<Page<InspectorRecord>> {
    let (sql, values) = conditions(scope, filter, day);
    let total = conn.int(&format!("SELECT COUNT(*) {sql}"), values.clone()).await?;
    let clause = window.clause(SORTS, "agency.path, inspector.certificate");
    let mut rows = conn
        .rows(&format!("SELECT {COLUMNS} {sql} {clause}"), values)
        .await?
        .iter()
        .map(read)
        .collect::<Result<Vec<_>>>()?;
    let ids: Vec<_> = rows.iter().map(|record| record.inspector.id).collect();
    let mut held = qualifications_of(conn, &ids).await?;
    for record in &mut rows {
        record.inspector.qualifications = held.remove(&record.inspector.id).unwrap_or_default();
    }
    Ok(Page { rows, total: unsigned(total) })
}

/// What each of these inspectors holds, by code; who holds nothing is absent.
async fn qualifications_of(
    conn: &mut Conn,
    inspectors: &[InspectorId],
) -> Result<HashMap<InspectorId, Vec<Qualification>>> {
    let mut held: HashMap<InspectorId, Vec<Qualification>> = HashMap::new();
    for (places, values) in in_chunks(inspectors) {
        let sql = format!(
            "SELECT inspector_id, code, valid_from, valid_to FROM inspector_qualification
             WHERE inspector_id IN ({places}) ORDER BY inspector_id, code"
        );
        for row in &conn.rows(&sql, values).await? {
            held.entry(row.parse("inspector_id")?).or_default().push(qualification(row)?);
        }
    }
    Ok(held)
}

/// All inspectors of one agency that have not left, by certificate, with qualifications and leaves: for matching. The
/// caller has made sure that the agency lies in its scope.
///
/// # Errors
/// See [`StoreError`].
pub async fn of_agency(conn: &mut Conn, agency: AgencyId) -> Result<Vec<InspectorRecord>> {
    let mut found = conn
        .rows(
            &format!(
                "SELECT {COLUMNS} FROM inspector JOIN agency ON agency.id = inspector.agency_id
                 WHERE inspector.agency_id = $1 AND inspector.left_on IS NULL ORDER BY inspector.certificate LIMIT 20000"
            ),
            values![agency.to_string()],
        )
        .await?
        .iter()
        .map(read)
        .collect::<Result<Vec<_>>>()?;
    let qualifications = conn
        .rows(
            "SELECT q.inspector_id, q.code, q.valid_from, q.valid_to FROM inspector_qualification q
             JOIN inspector ON inspector.id = q.inspector_id WHERE inspector.agency_id = $1 ORDER BY q.inspector_id, q.code",
            values![agency.to_string()],
        )
        .await?;
    let leaves = conn
        .rows(
            "SELECT l.inspector_id, l.from_day, l.to_day, l.reason FROM inspector_leave l
             JOIN inspector ON inspector.id = l.inspector_id WHERE inspector.agency_id = $1 ORDER BY l.inspector_id, l.from_day",
            values![agency.to_string()],
        )
        .await?;
    let mut places: HashMap<InspectorId, &mut InspectorRecord> =
        found.iter_mut().map(|record| (record.inspector.id, record)).collect();
    for row in &qualifications {
        if let Some(record) = places.get_mut(&row.parse("inspector_id")?) {
            record.inspector.qualifications.push(qualification(row)?);
        }
    }
    for row in &leaves {
        if let Some(record) = places.get_mut(&row.parse("inspector_id")?) {
            record.inspector.leaves.push(domain::inspector::Leave {
                from: row.parse("from_day")?,
                to: row.parse("to_day")?,
                reason: row.text("reason")?,
            });
        }
    }
    Ok(found)
}

/// Certificates that are asked for in one statement.
const CERTIFICATES_MAX: usize = 500;

/// The inspectors with these certificates, whatever the scope, by certificate, with qualifications: for imports.
///
/// # Errors
/// See [`StoreError`].
pub async fn by_certificates_unscoped(
    conn: &mut Conn,
    certificates: &[String],
) -> Result<HashMap<String, InspectorRecord>> {
    let mut found: HashMap<String, InspectorRecord> = HashMap::new();
    for asked in certificates.chunks(CERTIFICATES_MAX) {
        let places: Vec<_> = (1..=asked.len()).map(|n| format!("${n}")).collect();
        let (places, values) = (places.join(", "), || asked.iter().map(Value::from).collect::<Vec<_>>());
        let sql = format!(
            "SELECT {COLUMNS} FROM inspector JOIN agency ON agency.id = inspector.agency_id WHERE inspector.certificate IN ({places})"
        );
        for row in conn.rows(&sql, values()).await? {
            found.insert(row.text("certificate")?, read(&row)?);
        }
        let sql = format!(
            "SELECT inspector.certificate, q.code, q.valid_from, q.valid_to FROM inspector_qualification q
             JOIN inspector ON inspector.id = q.inspector_id WHERE inspector.certificate IN ({places}) ORDER BY q.inspector_id, q.code"
        );
        for row in conn.rows(&sql, values()).await? {
            if let Some(record) = found.get_mut(&row.text("certificate")?) {
                record.inspector.qualifications.push(qualification(&row)?);
            }
        }
    }
    Ok(found)
}

/// Adds an inspector with qualifications.
///
/// # Errors
/// `Duplicate("u_inspector__certificate")` if the certificate is taken, `Duplicate("u_inspector__account_id")` if another
/// inspector in office has the account.
pub async fn insert(tx: &mut Tx, r: &InspectorRecord, written: Written<'_>) -> Result<()> {
    let i = &r.inspector;
    let certificate = r.certificate().ok_or(StoreError::NotFound)?;
    tx.execute(
        "INSERT INTO inspector (id, certificate, staff_number, name, agency_id, section, certificate_from, certificate_to, expertise, left_on,
         account_id, import_id, valid_from, changed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        values![
            i.id.to_string(), &certificate.number, &i.staff_number, &i.name, i.agency.to_string(), &r.section,
            certificate.valid_from, certificate.valid_to, &r.expertise, r.left_on, i.account.map(|id| id.to_string()), written.import,
            written.at, written.by
        ],
    )
    .await?;
    write_qualifications(tx, i).await
}

/// Writes an inspector back and keeps the version that it replaces; the certificate's number and the id stay.
///
/// # Errors
/// [`StoreError::Stale`] if it changed since `r.version` was read; `Duplicate("u_inspector__account_id")` if another
/// inspector in office has the account.
pub async fn save(tx: &mut Tx, r: &InspectorRecord, written: Written<'_>) -> Result<()> {
    let i = &r.inspector;
    let certificate = r.certificate().ok_or(StoreError::NotFound)?;
    inspector_history::keep(tx, i.id, r.version, written.at).await?;
    let touched = tx
        .execute(
            "UPDATE inspector SET staff_number = $1, name = $2, agency_id = $3, section = $4, certificate_from = $5, certificate_to = $6,
                 expertise = $7, left_on = $8, import_id = COALESCE($9, import_id), account_id = $10, account_confirmed_at = $11,
                 valid_from = $12, changed_by = $13, version = version + 1 WHERE id = $14 AND version = $15",
            values![
                &i.staff_number, &i.name, i.agency.to_string(), &r.section, certificate.valid_from, certificate.valid_to,
                &r.expertise, r.left_on, written.import, i.account.map(|id| id.to_string()), r.account_confirmed_at, written.at,
                written.by, i.id.to_string(), r.version
            ],
        )
        .await?;
    if touched == 0 {
        return Err(StoreError::Stale);
    }
    tx.execute("DELETE FROM inspector_qualification WHERE inspector_id = $1", values![i.id.to_string()]).await?;
    write_qualifications(tx, i).await
}

async fn write_qualifications(tx: &mut Tx, i: &Inspector) -> Result<()> {
    let rows = i.qualifications.iter().map(|q| values![i.id.to_string(), &q.code, q.valid_from, q.valid_to]).collect();
    insert_rows(tx, "inspector_qualification", &["inspector_id", "code", "valid_from", "valid_to"], rows).await?;
    Ok(())
}

/// The leaves of one inspector, latest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn leaves(conn: &mut Conn, id: InspectorId) -> Result<Vec<LeaveRow>> {
    conn.rows(
        &format!("SELECT id, inspector_id, from_day, to_day, reason FROM inspector_leave WHERE inspector_id = $1 ORDER BY from_day DESC, id LIMIT {SHOWN_ROWS_MAX}"),
        values![id.to_string()],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(LeaveRow {
            id: row.text("id")?,
            inspector_id: row.parse("inspector_id")?,
            from_day: row.parse("from_day")?,
            to_day: row.parse("to_day")?,
            reason: row.text("reason")?,
        })
    })
    .collect()
}

/// Records a leave.
///
/// # Errors
/// See [`StoreError`].
pub async fn insert_leave(tx: &mut Tx, l: &LeaveRow) -> Result<()> {
    tx.execute(
        "INSERT INTO inspector_leave (id, inspector_id, from_day, to_day, reason) VALUES ($1, $2, $3, $4, $5)",
        values![&l.id, l.inspector_id.to_string(), l.from_day, l.to_day, &l.reason],
    )
    .await?;
    Ok(())
}

const RECUSAL_COLUMNS: &str =
    "recusal.id, recusal.inspector_id, recusal.subject_id, subject.code AS subject_code, subject.name AS subject_name,
     recusal.reason, recusal.declared_by, recusal.declared_at";

fn recusal(row: &Row) -> Result<RecusalRow> {
    Ok(RecusalRow {
        id: row.text("id")?,
        inspector_id: row.parse("inspector_id")?,
        subject_id: row.parse("subject_id")?,
        subject_code: row.text("subject_code")?,
        subject_name: row.text("subject_name")?,
        reason: row.text("reason")?,
        declared_by: row.text("declared_by")?,
        declared_at: row.instant("declared_at")?,
    })
}

/// The recusals of one inspector, latest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn recusals(conn: &mut Conn, id: InspectorId) -> Result<Vec<RecusalRow>> {
    conn.rows(
        &format!(
            "SELECT {RECUSAL_COLUMNS} FROM recusal JOIN subject ON subject.id = recusal.subject_id
             WHERE recusal.inspector_id = $1 ORDER BY recusal.declared_at DESC, recusal.id LIMIT {SHOWN_ROWS_MAX}"
        ),
        values![id.to_string()],
    )
    .await?
    .iter()
    .map(recusal)
    .collect()
}

/// The recusals of all inspectors of one agency: for matching.
///
/// # Errors
/// See [`StoreError`].
pub async fn recusals_of_agency(conn: &mut Conn, agency: AgencyId) -> Result<Vec<RecusalRow>> {
    conn.rows(
        &format!(
            "SELECT {RECUSAL_COLUMNS} FROM recusal JOIN subject ON subject.id = recusal.subject_id JOIN inspector ON inspector.id = recusal.inspector_id
             WHERE inspector.agency_id = $1 ORDER BY recusal.inspector_id, recusal.subject_id LIMIT 200000"
        ),
        values![agency.to_string()],
    )
    .await?
    .iter()
    .map(recusal)
    .collect()
}

/// Declares a recusal.
///
/// # Errors
/// `Duplicate("u_recusal__inspector_id__subject_id")` if it is declared already.
pub async fn insert_recusal(tx: &mut Tx, r: &RecusalRow) -> Result<()> {
    tx.execute(
        "INSERT INTO recusal (id, inspector_id, subject_id, reason, declared_by, declared_at) VALUES ($1, $2, $3, $4, $5, $6)",
        values![&r.id, r.inspector_id.to_string(), r.subject_id.to_string(), &r.reason, &r.declared_by, r.declared_at],
    )
    .await?;
    Ok(())
}

//! Searching and filtering objects, page by page or all of what is shown.

use std::fmt::Write as _;

use chrono::NaiveDate;
use domain::agency::Scope;
use domain::ids::{AgencyId, SubjectId};
use domain::subject::{RiskLevel, SubjectKind, SubjectStatus};

use super::super::{Window, like, path_end, unsigned};
use super::known;
use crate::{Conn, Result, Row, Value, values};

/// What to show. Empty and `None` mean "whatever".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubjectFilter {
    /// Part of a name, or the beginning of a code.
    pub search: String,
    /// Registered by this agency or one below it.
    pub agency: Option<AgencyId>,
    /// Kind.
    pub kind: Option<SubjectKind>,
    /// Registration state.
    pub status: Option<SubjectStatus>,
    /// Carries this tag.
    pub tag: String,
    /// Has this credit-risk class today.
    pub credit_class: Option<RiskLevel>,
    /// Established on this day or later.
    pub registered_from: Option<NaiveDate>,
    /// Established on this day or earlier.
    pub registered_to: Option<NaiveDate>,
}

/// An object as one line of a list: what a page shows of it.
#[derive(Clone, Debug)]
pub struct SubjectLine {
    /// Its id.
    pub id: SubjectId,
    /// Its code.
    pub code: String,
    /// Name.
    pub name: String,
    /// What it is.
    pub kind: SubjectKind,
    /// Name for tables of the agency that registers it.
    pub agency_name: String,
    /// Day of establishment.
    pub registered_on: Option<NaiveDate>,
    /// Registration state.
    pub status: SubjectStatus,
    /// Credit-risk class today.
    pub credit_class: Option<RiskLevel>,
    /// Tags, ascending.
    pub tags: Vec<String>,
}

/// An object as one row of an exported register, which holds more than a page.
#[derive(Clone, Debug)]
pub struct SubjectRow {
    /// What a page shows too.
    pub line: SubjectLine,
    /// A finer kind, or empty.
    pub sub_kind: String,
    /// Registrar key of the agency that registers it.
    pub agency_code: String,
    /// Division of the premises, or empty.
    pub division: String,
    /// Industry code, or empty.
    pub industry: String,
    /// Address.
    pub address: String,
    /// Legal representative or responsible person.
    pub legal_person: String,
}

macro_rules! credit_class {
    () => {
        "(SELECT r.class FROM subject_risk r WHERE r.subject_id = subject.id AND r.scale = 'credit'
         AND r.assessed_on <= $1 ORDER BY r.assessed_on DESC LIMIT 1)"
    };
}
const CREDIT_CLASS: &str = credit_class!();

/// `FROM … WHERE …` of a filter, with the day as `$1`.
fn conditions(scope: &Scope, filter: &SubjectFilter, day: NaiveDate) -> (String, Vec<Value>) {
    let prefix = scope.prefix();
    let mut values = values![day, prefix, path_end(prefix)];
    let mut sql = String::from(
        "FROM subject CROSS JOIN agency WHERE agency.id = subject.agency_id AND agency.path >= $2 AND agency.path < $3",
    );
    let mut and = |condition: &str, value: Value| {
        values.push(value);
        // Writing to a String cannot fail.
        write!(sql, " AND {}", condition.replace('?', &format!("${}", values.len()))).ok();
    };
    let search = filter.search.trim();
    if !search.is_empty() {
        let is_code = search.len() >= 4 && search.bytes().all(|b| b.is_ascii_alphanumeric());
        if is_code {
            let start = search.to_ascii_uppercase();
            and("subject.code >= ?", Value::from(start.clone()));
            and("subject.code < ?", Value::from(path_end(&start)));
        } else {
            and("subject.name LIKE ? ESCAPE '\\'", Value::from(like(search)));
        }
    }
    if let Some(agency) = filter.agency {
        and(
            "agency.path LIKE (SELECT chosen.path FROM agency chosen WHERE chosen.id = ?) || '%'",
            Value::from(agency.to_string()),
        );
    }
    if let Some(kind) = filter.kind {
        and("subject.kind = ?", Value::from(kind.code()));
    }
    if let Some(status) = filter.status {
        and("subject.status = ?", Value::from(status.code()));
    }
    if !filter.tag.is_empty() {
        and("subject.id IN (SELECT t.subject_id FROM subject_tag t WHERE t.tag = ?)", Value::from(&filter.tag));
    }
    if let Some(class) = filter.credit_class {
        and(&format!("{CREDIT_CLASS} = ?"), Value::from(class.code()));
    }
    if let Some(from) = filter.registered_from {
        and("subject.registered_on >= ?", Value::from(from));
    }
    if let Some(to) = filter.registered_to {
        and("subject.registered_on <> '' AND subject.registered_on <= ?", Value::from(to));
    }
    (sql, values)
}

/// What a page shows. Every column of every row costs a page some microseconds, so no other is read for it.
const LINE_COLUMNS: &str = "subject.id, subject.code, subject.name, subject.kind, agency.short_name AS agency_name,
     subject.registered_on, subject.status, subject.tags";
/// What an export adds.
const ROW_COLUMNS: &str =
    "subject.sub_kind, agency.code AS agency_code, subject.division, subject.industry, subject.address,
     subject.legal_person";

fn read(row: &Row) -> Result<SubjectLine> {
    let tags = row.text("tags")?;
    Ok(SubjectLine {
        id: row.parse("id")?,
        code: row.text("code")?,
        name: row.text("name")?,
        kind: row.parse("kind")?,
        agency_name: row.text("agency_name")?,
        registered_on: known(row, "registered_on")?,
        status: row.parse("status")?,
        credit_class: row.opt_parse("credit_class")?,
        tags: tags.split(',').filter(|tag| !tag.is_empty()).map(str::to_owned).collect(),
    })
}

fn read_row(row: &Row) -> Result<SubjectRow> {
    Ok(SubjectRow {
        line: read(row)?,
        sub_kind: row.text("sub_kind")?,
        agency_code: row.text("agency_code")?,
        division: row.text("division")?,
        industry: row.text("industry")?,
        address: row.text("address")?,
        legal_person: row.text("legal_person")?,
    })
}

/// What the list can be sorted by.
const SORTS: &[(&str, &str)] = &[
    ("name", "subject.name"),
    ("code", "subject.code"),
    ("agency", "agency.path"),
    ("kind", "subject.kind"),
    ("registered_on", "subject.registered_on"),
    ("status", "subject.status"),
    ("credit_class", concat!("COALESCE(", credit_class!(), ", '')")),
    ("tags", "subject.tags"),
];

/// How many objects of the scope the filter lets through; `day` is today, for the risk class.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn count(conn: &mut Conn, scope: &Scope, filter: &SubjectFilter, day: NaiveDate) -> Result<u64> {
    let (conditions, values) = conditions(scope, filter, day);
    // `$1` is used in every case: PostgreSQL cannot type a parameter that no expression names.
    let total = conn.int(&format!("SELECT COUNT(*) {conditions} AND CAST($1 AS TEXT) IS NOT NULL"), values).await?;
    Ok(unsigned(total))
}

/// A window of the objects of the scope that the filter lets through, by code; `day` is today, for the risk class.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn list(
    conn: &mut Conn,
    scope: &Scope,
    filter: &SubjectFilter,
    day: NaiveDate,
    window: Window,
) -> Result<Vec<SubjectLine>> {
    let (conditions, values) = conditions(scope, filter, day);
    conn.rows(&select(LINE_COLUMNS, &conditions, window), values).await?.iter().map(read).collect()
}

/// Calls `each` for every object of the window, in its order, without holding them: for an export of exactly what is shown.
///
/// # Errors
/// See [`crate::StoreError`]; an error of `each` ends the walk.
pub async fn for_each_row(
    conn: &mut Conn,
    scope: &Scope,
    filter: &SubjectFilter,
    day: NaiveDate,
    window: Window,
    mut each: impl FnMut(SubjectRow) -> Result<()> + Send,
) -> Result<()> {
    let (conditions, values) = conditions(scope, filter, day);
    let columns = format!("{LINE_COLUMNS}, {ROW_COLUMNS}");
    conn.for_each(&select(&columns, &conditions, window), values, |row| each(read_row(&row)?)).await
}

fn select(columns: &str, conditions: &str, window: Window) -> String {
    let clause = window.clause(SORTS, "subject.code");
    format!("SELECT {columns}, {CREDIT_CLASS} AS credit_class {conditions} {clause}")
}

/// The tags that objects of the scope carry, with how many carry each, most frequent first.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn tags_in_use(conn: &mut Conn, scope: &Scope) -> Result<Vec<(String, u64)>> {
    let prefix = scope.prefix();
    conn.rows(
        "SELECT t.tag, COUNT(*) AS n FROM subject_tag t JOIN subject ON subject.id = t.subject_id JOIN agency ON agency.id = subject.agency_id
         WHERE agency.path >= $1 AND agency.path < $2 GROUP BY t.tag ORDER BY COUNT(*) DESC, t.tag LIMIT 500",
        values![prefix, path_end(prefix)],
    )
    .await?
    .iter()
    .map(|row| Ok((row.text("tag")?, unsigned(row.int("n")?))))
    .collect()
}

//! The directory as one walk in the order of codes, for freezing a roll: one statement, so one instant, and no query per
//! object.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::agency::Scope;
use domain::ids::{AgencyId, SubjectId};
use domain::subject::{Licence, RiskLevel, SubjectKind, SubjectStatus};

use super::super::path_end;
use super::known;
use crate::{Conn, Result, Row, values};

/// What a roll may know about an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollSubject {
    /// Its id.
    pub id: SubjectId,
    /// Its code, the roll's `id` column.
    pub code: String,
    /// Name.
    pub name: String,
    /// What it is.
    pub kind: SubjectKind,
    /// A finer kind as the registrar writes it, or empty.
    pub sub_kind: String,
    /// The agency that registers it.
    pub agency_id: AgencyId,
    /// That agency's registrar key.
    pub agency_code: String,
    /// Division of the premises, six digits, or empty.
    pub division: String,
    /// Day of establishment.
    pub registered_on: Option<NaiveDate>,
    /// Registration state.
    pub status: SubjectStatus,
    /// Industry code, or empty.
    pub industry: String,
    /// Credit-risk class on the day asked for.
    pub credit_class: Option<RiskLevel>,
    /// Food-risk class on the day asked for.
    pub food_class: Option<RiskLevel>,
    /// Tags, ascending bytewise, each once.
    pub tags: Vec<String>,
    /// Kinds of the licences that hold on the day asked for, ascending bytewise, each once.
    pub licences: Vec<String>,
}

/// Calls `each` for every object of the scope in ascending bytewise order of its code, with the risk classes that hold on
/// `day`. All objects are those of one instant.
///
/// # Errors
/// See [`crate::StoreError`]; an error of `each` ends the walk.
pub async fn for_each_in_scope(
    conn: &mut Conn,
    scope: &Scope,
    day: NaiveDate,
    mut each: impl FnMut(RollSubject) -> Result<()> + Send,
) -> Result<()> {
    let prefix = scope.prefix();
    // The comma before agency keeps SQLite from walking agency by agency and sorting everything afterwards.
    let class = |scale: &str| {
        format!(
            "(SELECT r.class FROM subject_risk r WHERE r.subject_id = subject.id AND r.scale = '{scale}' AND r.assessed_on <= $3
              ORDER BY r.assessed_on DESC LIMIT 1)"
        )
    };
    let sql = format!(
        "SELECT subject.id, subject.code, subject.name, subject.kind, subject.sub_kind, subject.agency_id, agency.code AS agency_code,
                subject.division, subject.registered_on, subject.status, subject.industry, subject.tags, subject.licences,
                {} AS credit_class, {} AS food_class
         FROM subject CROSS JOIN agency WHERE agency.id = subject.agency_id AND agency.path >= $1 AND agency.path < $2
         ORDER BY subject.code",
        class("credit"),
        class("food"),
    );
    conn.for_each(&sql, values![prefix, path_end(prefix), day], |row| each(read(&row, day)?)).await
}

/// What stands in `subject.licences` where there is none: most objects have none, and nothing is parsed for them.
const NO_LICENCES: &str = "[]";

fn read(row: &Row, day: NaiveDate) -> Result<RollSubject> {
    let tags = row.text("tags")?;
    Ok(RollSubject {
        id: row.parse("id")?,
        code: row.text("code")?,
        name: row.text("name")?,
        kind: row.parse("kind")?,
        sub_kind: row.text("sub_kind")?,
        agency_id: row.parse("agency_id")?,
        agency_code: row.text("agency_code")?,
        division: row.text("division")?,
        registered_on: known(row, "registered_on")?,
        status: row.parse("status")?,
        industry: row.text("industry")?,
        credit_class: row.opt_parse("credit_class")?,
        food_class: row.opt_parse("food_class")?,
        tags: tags.split(',').filter(|tag| !tag.is_empty()).map(str::to_owned).collect(),
        licences: held(row, day)?,
    })
}

fn held(row: &Row, day: NaiveDate) -> Result<Vec<String>> {
    if row.text("licences")? == NO_LICENCES {
        return Ok(Vec::new());
    }
    let licences: Vec<Licence> = row.json("licences")?;
    // A set in a roll is joined by commas, so that no member may hold one.
    let kinds = licences.iter().filter(|licence| licence.holds_on(day)).map(|licence| licence.kind.replace(',', "，"));
    Ok(kinds.collect::<BTreeSet<_>>().into_iter().collect())
}

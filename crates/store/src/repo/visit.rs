//! Visits: one entry through the door of one drawn object, with its items and its two inspectors.

use chrono::NaiveDate;
use domain::agency::Scope;
use domain::ids::{AgencyId, InspectorId, ShareId, SubjectId, TaskId, VisitId};
use domain::item::VisitProblem;
use domain::state::VisitState;
use domain::subject::SubjectKind;

use super::{Page, Window, in_chunks, like, path_end, unsigned};
use crate::{Conn, Result, Row, StoreError, Tx, Value, values};

/// A visit.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Its id.
    pub id: VisitId,
    /// The task.
    pub task_id: TaskId,
    /// The share.
    pub share_id: ShareId,
    /// The inspected object.
    pub subject_id: SubjectId,
    /// Who carries it out.
    pub agency_id: AgencyId,
    /// Number of the visit and of its record.
    pub number: String,
    /// Code of the object on the roll's day.
    pub code: String,
    /// Name of the object on the roll's day.
    pub name: String,
    /// State.
    pub state: VisitState,
    /// The day on which certificates and leave are judged.
    pub planned_on: NaiveDate,
    /// Codes of the strata that drew it, joined by commas.
    pub strata: String,
    /// What has to be settled before its forms are printed.
    pub problem: Option<VisitProblem>,
    /// The day on which its notice was issued; `None` before.
    pub notice_on: Option<NaiveDate>,
    /// For optimistic locking.
    pub version: i64,
}

/// A visit that waits for its items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenVisit {
    /// The visit.
    pub id: VisitId,
    /// Codes of the strata that drew it.
    pub strata: Vec<String>,
    /// Name of the object.
    pub name: String,
    /// What the object is.
    pub kind: SubjectKind,
}

/// Which visits a list shows. Empty texts and `None` mean all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of one share.
    pub share: Option<ShareId>,
    /// Of one inspector.
    pub inspector: Option<InspectorId>,
    /// In one state.
    pub state: String,
    /// Part of the object's name, its code or the visit's number.
    pub search: String,
    /// Planned on one day.
    pub day: Option<NaiveDate>,
}

/// One seat of a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// The visit.
    pub visit_id: VisitId,
    /// 0 leads.
    pub seat: i64,
    /// The inspector.
    pub inspector_id: InspectorId,
    /// Name.
    pub name: String,
    /// Number of the enforcement certificate.
    pub certificate: String,
}

/// One item of a visit's form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormItem {
    /// The visit.
    pub visit_id: VisitId,
    /// Code of the item.
    pub code: String,
    /// 抽查类别
    pub category: String,
    /// 抽查事项
    pub name: String,
    /// 检查依据
    pub legal_basis: String,
    /// Codes of its methods, joined by commas.
    pub methods: String,
    /// What the firm has ready for it, one thing a line; may be empty.
    pub materials: String,
    /// Qualification codes it asks for, as the item list writes them.
    pub qualification: String,
}

/// What the register says about a visited object today, for its form.
#[derive(Clone, Debug)]
pub struct Place {
    /// The object.
    pub subject_id: SubjectId,
    /// Address.
    pub address: String,
    /// Legal representative or person in charge.
    pub legal_person: String,
    /// That person's phone.
    pub phone: String,
}

const COLUMNS: &str =
    "visit.id, visit.task_id, visit.share_id, visit.subject_id, visit.agency_id, visit.number, visit.code, visit.name,
     visit.state, visit.planned_on, visit.strata, visit.problem, visit.notice_on, visit.version";

fn read(row: &Row) -> Result<Visit> {
    Ok(Visit {
        id: row.parse("id")?,
        task_id: row.parse("task_id")?,
        share_id: row.parse("share_id")?,
        subject_id: row.parse("subject_id")?,
        agency_id: row.parse("agency_id")?,
        number: row.text("number")?,
        code: row.text("code")?,
        name: row.text("name")?,
        state: row.parse("state")?,
        planned_on: row.parse("planned_on")?,
        strata: row.text("strata")?,
        problem: row.opt_parse("problem")?,
        notice_on: row.opt_parse("notice_on")?,
        version: row.int("version")?,
    })
}

/// One visit within the scope.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn get(conn: &mut Conn, scope: &Scope, id: VisitId) -> Result<Visit> {
    let prefix = scope.prefix();
    let row = conn
        .row(
            &format!(
                "SELECT {COLUMNS} FROM visit JOIN agency ON agency.id = visit.agency_id
                 WHERE visit.id = $1 AND agency.path >= $2 AND agency.path < $3"
            ),
            values![id.to_string(), prefix, path_end(prefix)],
        )
        .await?
        .ok_or(StoreError::NotFound)?;
    read(&row)
}

/// What the list can be sorted by.
const SORTS: &[(&str, &str)] = &[
    ("number", "visit.number"),
    ("name", "visit.name"),
    ("code", "visit.code"),
    ("strata", "visit.strata"),
    ("planned_on", "visit.planned_on"),
    ("state", "visit.state"),
];

/// A window of the visits of the scope, in the order of their numbers.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(conn: &mut Conn, scope: &Scope, filter: &Filter, window: Window) -> Result<Page<Visit>> {
    let prefix = scope.prefix();
    let condition = "FROM visit JOIN agency ON agency.id = visit.agency_id
         WHERE agency.path >= $1 AND agency.path < $2 AND ($3 = '' OR visit.share_id = $3) AND ($4 = '' OR visit.state = $4)
         AND ($5 = '' OR EXISTS (SELECT 1 FROM assignment WHERE assignment.visit_id = visit.id AND assignment.inspector_id = $5))
         AND ($6 = '' OR visit.name LIKE $7 ESCAPE '\\' OR visit.code = $6 OR visit.number = $6)
         AND ($8 = '' OR visit.planned_on = $8)";
    let text = |id: Option<String>| id.unwrap_or_default();
    let values = values![
        prefix,
        path_end(prefix),
        text(filter.share.map(|id| id.to_string())),
        &filter.state,
        text(filter.inspector.map(|id| id.to_string())),
        &filter.search,
        like(&filter.search),
        text(filter.day.map(|day| day.to_string()))
    ];
    let total = conn.int(&format!("SELECT COUNT(*) {condition}"), values.clone()).await?;
    let clause = window.clause(SORTS, "visit.number, visit.id");
    let rows = conn.rows(&format!("SELECT {COLUMNS} {condition} {clause}"), values).await?;
    Ok(Page { rows: rows.iter().map(read).collect::<Result<_>>()?, total: unsigned(total) })
}

/// All visits of a share, in the order of their numbers; the caller has read the share within a scope.
///
/// # Errors
/// See [`StoreError`].
pub async fn of_share(conn: &mut Conn, share: ShareId, rows_max: u32) -> Result<Vec<Visit>> {
    conn.rows(
        &format!(
            "SELECT {COLUMNS} FROM visit WHERE visit.share_id = $1 ORDER BY visit.number, visit.id LIMIT {rows_max}"
        ),
        values![share.to_string()],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// The teams of these visits, leaders first.
///
/// # Errors
/// See [`StoreError`].
pub async fn teams(conn: &mut Conn, visits: &[VisitId]) -> Result<Vec<Seat>> {
    let mut seats = Vec::new();
    for (places, values) in in_chunks(visits) {
        let rows = conn
            .rows(
                &format!(
                    "SELECT assignment.visit_id, assignment.seat, assignment.inspector_id, inspector.name, inspector.certificate
                     FROM assignment JOIN inspector ON inspector.id = assignment.inspector_id
                     WHERE assignment.visit_id IN ({places}) ORDER BY assignment.visit_id, assignment.seat"
                ),
                values,
            )
            .await?;
        for row in &rows {
            seats.push(Seat {
                visit_id: row.parse("visit_id")?,
                seat: row.int("seat")?,
                inspector_id: row.parse("inspector_id")?,
                name: row.text("name")?,
                certificate: row.text("certificate")?,
            });
        }
    }
    Ok(seats)
}

/// The items of these visits' forms, in the order of the item list.
///
/// # Errors
/// See [`StoreError`].
pub async fn items(conn: &mut Conn, item_list: &str, visits: &[VisitId]) -> Result<Vec<FormItem>> {
    let mut items = Vec::new();
    for (places, mut values) in in_chunks(visits) {
        let revision = values.len() + 1;
        values.push(Value::from(item_list));
        let rows = conn
            .rows(
                &format!(
                    "SELECT visit_item.visit_id, check_item.code, check_item.category, check_item.name, check_item.legal_basis,
                     check_item.methods, check_item.materials, check_item.qualification FROM visit_item
                     JOIN check_item ON check_item.revision_id = ${revision} AND check_item.code = visit_item.item_code
                     WHERE visit_item.visit_id IN ({places}) ORDER BY visit_item.visit_id, visit_item.position"
                ),
                values,
            )
            .await?;
        for row in &rows {
            items.push(FormItem {
                visit_id: row.parse("visit_id")?,
                code: row.text("code")?,
                category: row.text("category")?,
                name: row.text("name")?,
                legal_basis: row.text("legal_basis")?,
                methods: row.text("methods")?,
                materials: row.text("materials")?,
                qualification: row.text("qualification")?,
            });
        }
    }
    Ok(items)
}

/// Address and representative of these visits' objects; the caller has read the visits within a scope.
///
/// # Errors
/// See [`StoreError`].
pub async fn places(conn: &mut Conn, visits: &[VisitId]) -> Result<Vec<Place>> {
    let mut places = Vec::new();
    for (marks, values) in in_chunks(visits) {
        let rows = conn
            .rows(
                &format!(
                    "SELECT subject.id, subject.address, subject.legal_person, subject.phone FROM subject
                     JOIN visit ON visit.subject_id = subject.id WHERE visit.id IN ({marks})"
                ),
                values,
            )
            .await?;
        for row in &rows {
            places.push(Place {
                subject_id: row.parse("id")?,
                address: row.text("address")?,
                legal_person: row.text("legal_person")?,
                phone: row.text("phone")?,
            });
        }
    }
    Ok(places)
}

/// Moves the planned day of all visits of a share that wait for inspectors, or of those listed.
///
/// # Errors
/// See [`StoreError`].
pub async fn plan(tx: &mut Tx, share: ShareId, only: &[VisitId], day: NaiveDate) -> Result<u64> {
    if only.is_empty() {
        return tx
            .execute(
                "UPDATE visit SET planned_on = $1, version = version + 1 WHERE share_id = $2 AND state = 'waiting'",
                values![day, share.to_string()],
            )
            .await;
    }
    let mut moved = 0;
    for (places, mut values) in in_chunks(only) {
        let n = values.len();
        values.extend(values![day, share.to_string()]);
        moved += tx
            .execute(
                &format!(
                    "UPDATE visit SET planned_on = ${}, version = version + 1 WHERE share_id = ${} AND state = 'waiting' AND id IN ({places})",
                    n + 1,
                    n + 2
                ),
                values,
            )
            .await?;
    }
    Ok(moved)
}

/// Those of the listed visits that belong to the share, in the order of their numbers; the caller has read the share
/// within a scope.
///
/// # Errors
/// See [`StoreError`].
pub async fn of_share_among(conn: &mut Conn, share: ShareId, ids: &[VisitId]) -> Result<Vec<Visit>> {
    let mut found = Vec::new();
    for (places, mut values) in in_chunks(ids) {
        let n = values.len() + 1;
        values.push(Value::from(share.to_string()));
        let rows = conn
            .rows(
                &format!("SELECT {COLUMNS} FROM visit WHERE visit.share_id = ${n} AND visit.id IN ({places})"),
                values,
            )
            .await?;
        for row in &rows {
            found.push(read(row)?);
        }
    }
    found.sort_by(|a, b| a.number.cmp(&b.number));
    found.dedup_by(|a, b| a.id == b.id);
    Ok(found)
}

/// The visits of a task with a problem, in the order of their numbers, with what their items depend on; the caller has read
/// the task within a scope.
///
/// # Errors
/// See [`StoreError`].
pub async fn with_problem(conn: &mut Conn, task: TaskId) -> Result<Vec<OpenVisit>> {
    conn.rows(
        "SELECT visit.id, visit.strata, visit.name, subject.kind FROM visit JOIN subject ON subject.id = visit.subject_id
         WHERE visit.task_id = $1 AND visit.problem IS NOT NULL ORDER BY visit.number, visit.id",
        values![task.to_string()],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(OpenVisit {
            id: row.parse("id")?,
            strata: row.text("strata")?.split(',').map(str::to_owned).collect(),
            name: row.text("name")?,
            kind: row.parse("kind")?,
        })
    })
    .collect()
}

/// Gives visits the items that they lacked.
///
/// # Errors
/// See [`StoreError`].
pub async fn fill(tx: &mut Tx, items: &[(VisitId, Vec<String>)]) -> Result<()> {
    for (visit, _) in items {
        tx.execute(
            "UPDATE visit SET problem = NULL, version = version + 1 WHERE id = $1 AND problem IS NOT NULL",
            values![visit.to_string()],
        )
        .await?;
    }
    let rows = items
        .iter()
        .flat_map(|(visit, codes)| (0_i64..).zip(codes).map(|(n, code)| values![visit.to_string(), code, n]))
        .collect();
    crate::insert_rows(tx, "visit_item", &["visit_id", "item_code", "position"], rows).await?;
    Ok(())
}

/// Marks all waiting visits of a share matched.
///
/// # Errors
/// See [`StoreError`].
pub async fn set_matched(tx: &mut Tx, share: ShareId) -> Result<u64> {
    tx.execute(
        "UPDATE visit SET state = 'matched', version = version + 1 WHERE share_id = $1 AND state = 'waiting'",
        values![share.to_string()],
    )
    .await
}

/// Notes that forms of these visits were printed.
///
/// # Errors
/// See [`StoreError`].
pub async fn set_prepared(tx: &mut Tx, visits: &[VisitId]) -> Result<u64> {
    let mut touched = 0;
    for (places, values) in in_chunks(visits) {
        touched += tx
            .execute(
                &format!("UPDATE visit SET state = 'prepared', version = version + 1 WHERE state = 'matched' AND id IN ({places})"),
                values,
            )
            .await?;
    }
    Ok(touched)
}

/// Notes that the notices of these visits were issued on `day`, where none was before.
///
/// # Errors
/// [`StoreError::Stale`] if one of them was issued on another day: the paper at hand does not say what the other says.
pub async fn set_noticed(tx: &mut Tx, visits: &[VisitId], day: NaiveDate) -> Result<()> {
    for (places, mut values) in in_chunks(visits) {
        let at = values.len() + 1;
        values.push(Value::from(day));
        tx.execute(
            &format!("UPDATE visit SET notice_on = ${at} WHERE notice_on IS NULL AND id IN ({places})"),
            values.clone(),
        )
        .await?;
        let others = tx
            .int(&format!("SELECT COUNT(*) FROM visit WHERE notice_on <> ${at} AND id IN ({places})"), values)
            .await?;
        if others > 0 {
            return Err(StoreError::Stale);
        }
    }
    Ok(())
}

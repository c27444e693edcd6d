//! Staged rows of imports, and the swap that makes them the directory.
//!
//! What differs is said once, in `compare`: the dry run counts by it, `preview` shows by it, the swap writes by it.
//! Staging is many short transactions, the swap one: history of what changes, the changes, what is new, tags, licences, risk
//! classes, each as one statement over all rows. Columns that the file does not have keep what the directory holds.

use domain::agency::AgencyPath;
use domain::ids::{AgencyId, ImportId};
use domain::subject::Licence;
use domain::time::Instant;

mod compare;
mod preview;

use super::generation::{self, Generation};
use super::subject::{day_text, licences_text};
use super::unsigned;
use crate::{Conn, Result, Tx, insert_rows, values};
use compare::{changes, differs, new_risk};

pub use preview::{
    DatedClass, StagedChange, StagedFilter, StagedSummary, changes_in, for_each_change, summary, untouched,
};

/// Rows outside an importer's reach that are reported of one way at most.
const FOREIGN_ROWS_MAX: u32 = 10_000;

/// One row of a register, checked.
#[derive(Clone, Debug, Default)]
pub struct StagedSubject {
    /// Row of the file.
    pub row: u32,
    /// Id that the object gets if its code is new.
    pub id: String,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Code of the kind.
    pub kind: &'static str,
    /// A finer kind, or empty.
    pub sub_kind: String,
    /// Id of the registering agency.
    pub agency_id: String,
    /// Six digits, or empty.
    pub division: String,
    /// `YYYY-MM-DD`, or empty.
    pub registered_on: String,
    /// Code of the state.
    pub status: &'static str,
    /// Industry code, or empty.
    pub industry: String,
    /// Address.
    pub address: String,
    /// Legal representative.
    pub legal_person: String,
    /// Phone.
    pub phone: String,
    /// Tags, sorted.
    pub tags: Vec<String>,
    /// Licences, in the order of the cell.
    pub licences: Vec<Licence>,
    /// Credit-risk class and its day, both empty if there is none.
    pub credit: (&'static str, String),
    /// Food-risk class and its day, both empty if there is none.
    pub food: (&'static str, String),
}

/// Which optional columns the file has: the others are neither compared nor written for objects that are known.
#[derive(Clone, Debug)]
pub struct StagedColumns {
    /// Columns of `subject` besides code and id, e.g. `name`, `address`.
    pub given: Vec<&'static str>,
    /// Whether the file dates its credit-risk classes; if not, a class that holds already says nothing new.
    pub credit_dated: bool,
    /// The same for food.
    pub food_dated: bool,
}

/// How an import compares with the directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StagedCounts {
    /// Codes that the directory does not have.
    pub new: u64,
    /// Codes that it has with other content.
    pub changed: u64,
    /// Codes that it has with the same content.
    pub unchanged: u64,
    /// Codes of the list that holds which a new one no longer has; only item lists take anything away.
    pub removed: u64,
}

/// An agency by id, path and name.
pub type StagedAgencyName = (AgencyId, AgencyPath, String);

/// From which agency staged rows come, and to which they go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagedWay {
    /// The agency that registers the object with the row's code; none if the code is new.
    pub found: Option<StagedAgencyName>,
    /// The agency that the row names.
    pub place: StagedAgencyName,
}

/// The tables that imports fill and empty.
const STAGES: [&str; 4] = ["subject_stage", "subject_tag_stage", "subject_licence_stage", "import_stage"];

/// Throws away what an import has staged.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn clear(tx: &mut Tx, import: ImportId) -> Result<()> {
    for table in STAGES {
        tx.execute(&format!("DELETE FROM {table} WHERE import_id = $1"), values![import.to_string()]).await?;
    }
    Ok(())
}

/// Throws away what imports have left that have ended: a process may die between the swap and the clearing.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn clear_ended(tx: &mut Tx) -> Result<()> {
    for table in STAGES {
        tx.execute(
            &format!("DELETE FROM {table} WHERE import_id IN (SELECT id FROM import WHERE state IN ('committed', 'cancelled', 'refused'))"),
            vec![],
        )
        .await?;
    }
    Ok(())
}

/// Stages rows of a register.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn stage_subjects(tx: &mut Tx, import: ImportId, rows: Vec<StagedSubject>) -> Result<()> {
    let import = import.to_string();
    let mut tags = Vec::new();
    let mut licences = Vec::new();
    let rows = rows
        .into_iter()
        .map(|s| {
            for tag in &s.tags {
                tags.push(values![&import, s.row, &s.code, tag]);
            }
            for (position, l) in (1_i64..).zip(&s.licences) {
                let (from, to) = (day_text(l.valid_from), day_text(l.valid_to));
                let state = l.state.code();
                licences.push(values![&import, s.row, position, &s.code, &l.kind, &l.number, from, to, state]);
            }
            Ok(values![
                &import,
                s.row,
                s.id,
                s.code,
                s.name,
                s.kind,
                s.sub_kind,
                s.agency_id,
                s.division,
                s.registered_on,
                s.status,
                s.industry,
                s.address,
                s.legal_person,
                s.phone,
                s.tags.join(","),
                licences_text(&s.licences)?,
                s.credit.0,
                s.credit.1,
                s.food.0,
                s.food.1
            ])
        })
        .collect::<Result<_>>()?;
    let columns = [
        "import_id",
        "row_number",
        "id",
        "code",
        "name",
        "kind",
        "sub_kind",
        "agency_id",
        "division",
        "registered_on",
        "status",
        "industry",
        "address",
        "legal_person",
        "phone",
        "tags",
        "licences",
        "credit_class",
        "credit_on",
        "food_class",
        "food_on",
    ];
    insert_rows(tx, "subject_stage", &columns, rows).await?;
    insert_rows(tx, "subject_tag_stage", &["import_id", "row_number", "code", "tag"], tags).await?;
    let columns = ["import_id", "row_number", "position", "code", "kind", "number", "valid_from", "valid_to", "state"];
    insert_rows(tx, "subject_licence_stage", &columns, licences).await?;
    Ok(())
}

/// Stages rows of a small directory: number and JSON.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn stage_rows(tx: &mut Tx, import: ImportId, rows: Vec<(u32, String)>) -> Result<()> {
    let import = import.to_string();
    let rows = rows.into_iter().map(|(row, data)| values![&import, row, data]).collect();
    insert_rows(tx, "import_stage", &["import_id", "row_number", "data"], rows).await?;
    Ok(())
}

/// The staged rows of a small directory with their numbers, in the order of the file.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn rows<T: serde::de::DeserializeOwned>(conn: &mut Conn, import: ImportId) -> Result<Vec<(u32, T)>> {
    let sql = "SELECT row_number, data FROM import_stage WHERE import_id = $1 ORDER BY row_number";
    conn.rows(sql, values![import.to_string()])
        .await?
        .iter()
        .map(|row| Ok((u32::try_from(row.int("row_number")?).unwrap_or(0), row.json("data")?)))
        .collect()
}

/// The ways that the staged rows of a register go, each once: there are as many as pairs of agencies, not as rows.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn ways(conn: &mut Conn, import: ImportId) -> Result<Vec<StagedWay>> {
    conn.rows(
        "SELECT w.found_id, f.path AS found_path, f.name AS found_name, p.id, p.path, p.name
         FROM (SELECT DISTINCT s.agency_id AS found_id, t.agency_id AS place_id FROM subject_stage t
               LEFT JOIN subject s ON s.code = t.code WHERE t.import_id = $1) w
         JOIN agency p ON p.id = w.place_id LEFT JOIN agency f ON f.id = w.found_id ORDER BY f.path, p.path",
        values![import.to_string()],
    )
    .await?
    .iter()
    .map(|row| {
        let found: Option<AgencyId> = row.opt_parse("found_id")?;
        Ok(StagedWay {
            found: match found {
                Some(id) => Some((id, row.parse("found_path")?, row.text("found_name")?)),
                None => None,
            },
            place: (row.parse("id")?, row.parse("path")?, row.text("name")?),
        })
    })
    .collect()
}

/// The numbers of the staged rows that go one way, up to [`FOREIGN_ROWS_MAX`].
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn rows_on(conn: &mut Conn, import: ImportId, way: &StagedWay) -> Result<Vec<u32>> {
    conn.rows(
        &format!(
            "SELECT t.row_number FROM subject_stage t LEFT JOIN subject s ON s.code = t.code
             WHERE t.import_id = $1 AND t.agency_id = $2 AND COALESCE(s.agency_id, '') = $3
             ORDER BY t.row_number LIMIT {FOREIGN_ROWS_MAX}"
        ),
        values![
            import.to_string(),
            way.place.0.to_string(),
            way.found.as_ref().map(|found| found.0.to_string()).unwrap_or_default()
        ],
    )
    .await?
    .iter()
    .map(|row| Ok(u32::try_from(row.int("row_number")?).unwrap_or(0)))
    .collect()
}

/// Compares the staged rows with the directory.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn count_subjects(conn: &mut Conn, import: ImportId, columns: &StagedColumns) -> Result<StagedCounts> {
    let import = import.to_string();
    let all = conn.int("SELECT COUNT(*) FROM subject_stage t WHERE t.import_id = $1", values![&import]).await?;
    let row = conn
        .row(
            &format!(
                "SELECT COUNT(*) AS known, CAST(COALESCE(SUM(CASE WHEN {} THEN 1 ELSE 0 END), 0) AS BIGINT) AS changed
                 FROM subject_stage t JOIN subject s ON s.code = t.code WHERE t.import_id = $1",
                changes(columns)
            ),
            values![&import],
        )
        .await?
        .ok_or(crate::StoreError::NotFound)?;
    let (known, changed) = (row.int("known")?, row.int("changed")?);
    Ok(StagedCounts {
        new: unsigned(all - known),
        changed: unsigned(changed),
        unchanged: unsigned(known - changed),
        removed: 0,
    })
}

/// Makes the staged rows the directory's. All or nothing, together with whatever else the transaction holds.
///
/// # Errors
/// `Duplicate("u_subject__code")` if another import added one of the codes at the same instant.
pub async fn swap_subjects(
    tx: &mut Tx,
    import: ImportId,
    columns: &StagedColumns,
    changed_by: &str,
    now: Instant,
) -> Result<StagedCounts> {
    let counts = count_subjects(tx, import, columns).await?;
    let import = import.to_string();
    let differs = differs(columns);
    if counts.changed > 0 {
        keep_history(tx, &import, &differs, now).await?;
        if columns.given.contains(&"tags") {
            tx.execute(
                "DELETE FROM subject_tag WHERE subject_id IN (SELECT s.id FROM subject_stage t JOIN subject s ON s.code = t.code
                     WHERE t.import_id = $1 AND s.tags <> t.tags)",
                values![&import],
            )
            .await?;
        }
        if columns.given.contains(&"licences") {
            tx.execute(
                "DELETE FROM subject_licence WHERE subject_id IN (SELECT s.id FROM subject_stage t JOIN subject s ON s.code = t.code
                     WHERE t.import_id = $1 AND s.licences <> t.licences)",
                values![&import],
            )
            .await?;
        }
        let set: Vec<_> = columns.given.iter().map(|c| format!("{c} = t.{c}")).collect();
        tx.execute(
            &format!(
                "UPDATE subject AS s SET {}, version = version + 1, valid_from = $2, changed_by = $3, import_id = $1 FROM subject_stage t
                 WHERE t.import_id = $1 AND t.code = s.code AND {differs}",
                set.join(", ")
            ),
            values![&import, now, changed_by],
        )
        .await?;
    }
    if counts.new > 0 {
        insert_new(tx, &import, changed_by, now).await?;
    }
    let known = counts.changed + counts.unchanged > 0;
    add_tags(tx, &import, known).await?;
    add_licences(tx, &import, columns, known).await?;
    add_risk(tx, &import, columns, known).await?;
    generation::begin(tx, Generation::Subjects).await?;
    Ok(counts)
}

async fn keep_history(tx: &mut Tx, import: &str, differs: &str, now: Instant) -> Result<()> {
    let columns = "version, name, kind, sub_kind, agency_id, division, registered_on, status, industry, address, legal_person, phone, tags, licences, changed_by, valid_from";
    let selected: Vec<_> = columns.split(", ").map(|c| format!("s.{c}")).collect();
    tx.execute(
        &format!(
            "INSERT INTO subject_history (subject_id, {columns}, valid_to) SELECT s.id, {}, CAST($2 AS BIGINT)
             FROM subject_stage t JOIN subject s ON s.code = t.code WHERE t.import_id = $1 AND {differs}",
            selected.join(", ")
        ),
        values![import, now],
    )
    .await?;
    Ok(())
}

async fn insert_new(tx: &mut Tx, import: &str, changed_by: &str, now: Instant) -> Result<()> {
    let columns = "id, code, name, kind, sub_kind, agency_id, division, registered_on, status, industry, address, legal_person, phone, tags, licences";
    let selected: Vec<_> = columns.split(", ").map(|c| format!("t.{c}")).collect();
    // In the order of codes, so that the index grows at its end instead of being split all over.
    tx.execute(
        &format!(
            "INSERT INTO subject ({columns}, version, valid_from, changed_by, import_id) SELECT {}, 1, CAST($2 AS BIGINT), $3, $1
             FROM subject_stage t WHERE t.import_id = $1 AND NOT EXISTS (SELECT 1 FROM subject s WHERE s.code = t.code) ORDER BY t.code",
            selected.join(", ")
        ),
        values![import, now, changed_by],
    )
    .await?;
    Ok(())
}

async fn add_tags(tx: &mut Tx, import: &str, known: bool) -> Result<()> {
    let missing = "AND NOT EXISTS (SELECT 1 FROM subject_tag k WHERE k.subject_id = s.id AND k.tag = g.tag)";
    tx.execute(
        &format!(
            "INSERT INTO subject_tag (subject_id, tag) SELECT s.id, g.tag FROM subject_tag_stage g JOIN subject s ON s.code = g.code
             WHERE g.import_id = $1 {}",
            if known { missing } else { "" }
        ),
        values![import],
    )
    .await?;
    Ok(())
}

async fn add_licences(tx: &mut Tx, import: &str, columns: &StagedColumns, known: bool) -> Result<()> {
    if !columns.given.contains(&"licences") {
        return Ok(());
    }
    let missing =
        "AND NOT EXISTS (SELECT 1 FROM subject_licence k WHERE k.subject_id = s.id AND k.position = g.position)";
    tx.execute(
        &format!(
            "INSERT INTO subject_licence (subject_id, position, kind, number, valid_from, valid_to, state)
             SELECT s.id, g.position, g.kind, g.number, g.valid_from, g.valid_to, g.state
             FROM subject_licence_stage g JOIN subject s ON s.code = g.code WHERE g.import_id = $1 {}",
            if known { missing } else { "" }
        ),
        values![import],
    )
    .await?;
    Ok(())
}

async fn add_risk(tx: &mut Tx, import: &str, columns: &StagedColumns, known: bool) -> Result<()> {
    for (scale, class) in [("credit", "credit_class"), ("food", "food_class")] {
        let only_new = if known { format!("AND {}", new_risk(columns)) } else { String::new() };
        tx.execute(
            &format!(
                "INSERT INTO subject_risk (subject_id, scale, class, assessed_on) SELECT s.id, '{scale}', t.{class}, t.{scale}_on
                 FROM subject_stage t JOIN subject s ON s.code = t.code WHERE t.import_id = $1 AND t.{class} <> '' {only_new}
                 ON CONFLICT (subject_id, scale, assessed_on) DO UPDATE SET class = excluded.class"
            ),
            values![import],
        )
        .await?;
    }
    Ok(())
}

//! The staged rows of a register beside what the directory holds under the same codes: what an import would do, row by
//! row. What differs is decided by the conditions by which the swap writes, never here.

use std::fmt::Write as _;

use domain::agency::Scope;
use domain::ids::ImportId;
use domain::import::ImportEffect;
use domain::subject::{RiskLevel, Subject, SubjectStatus};

use super::compare::{Difference, changes, differences};
use super::{StagedColumns, StagedCounts};
use crate::repo::subject::read_aliased;
use crate::repo::{Page, Window, like, path_end, unsigned};
use crate::{Conn, Result, Row, StoreError, Value, values};

/// A day and the class that was assessed on it.
pub type DatedClass = (RiskLevel, chrono::NaiveDate);

/// One staged row and what it would do.
#[derive(Clone, Debug)]
pub struct StagedChange {
    /// Row of the file.
    pub row: u32,
    /// What it would do.
    pub effect: ImportEffect,
    /// The object as the directory has it, with the name of its agency; none if the code is new.
    pub before: Option<(Subject, String)>,
    /// The object as the file tells it, with the name of its agency. Columns that the file does not have are empty.
    pub after: (Subject, String),
    /// In what they differ: columns of `subject`, `credit_class`, `food_class`.
    pub fields: Vec<&'static str>,
    /// The credit-risk class that held on the day of the file's, and the file's.
    pub credit: (Option<DatedClass>, Option<DatedClass>),
    /// The same for food.
    pub food: (Option<DatedClass>, Option<DatedClass>),
}

/// What to show. Empty and `None` mean "whatever".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StagedFilter {
    /// Only rows that do this.
    pub effect: Option<ImportEffect>,
    /// Only changes of this field.
    pub field: String,
    /// Only changes to a registration state that is not in operation.
    pub leaving: bool,
    /// Part of a name, or the beginning of a code.
    pub search: String,
}

/// How an import compares with the directory, in all and field by field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StagedSummary {
    /// New, changed, unchanged.
    pub counts: StagedCounts,
    /// In how many rows each field changes, in the order of the columns; those that change in none are left out.
    pub fields: Vec<(&'static str, u64)>,
    /// How many change to a registration state that is not in operation.
    pub leaving: u64,
}

/// `s` goes to a registration state that is not in operation.
fn leaving() -> String {
    let left = SubjectStatus::ALL.iter().filter(|status| !status.is_in_operation());
    let left: Vec<_> = left.map(|status| format!("'{}'", status.code())).collect();
    format!("(s.status <> t.status AND t.status IN ({}))", left.join(", "))
}

/// Counts what an import would do, in one walk over the staged rows.
///
/// # Errors
/// See [`StoreError`].
pub async fn summary(conn: &mut Conn, import: ImportId, columns: &StagedColumns) -> Result<StagedSummary> {
    let all = conn.int("SELECT COUNT(*) FROM subject_stage WHERE import_id = $1", values![import.to_string()]).await?;
    let fields = differences(columns);
    let conditions = [changes(columns), leaving()].into_iter().chain(fields.iter().map(|f| f.sql.clone()));
    let sums: Vec<_> = conditions
        .enumerate()
        .map(|(place, condition)| {
            format!("CAST(COALESCE(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END), 0) AS BIGINT) AS n{place}")
        })
        .collect();
    let sql = format!(
        "SELECT COUNT(*) AS known, {} FROM subject_stage t JOIN subject s ON s.code = t.code WHERE t.import_id = $1",
        sums.join(", ")
    );
    let row = conn.row(&sql, values![import.to_string()]).await?.ok_or(StoreError::NotFound)?;
    let (known, changed) = (row.int("known")?, row.int("n0")?);
    let mut counted = Vec::new();
    for (place, difference) in fields.iter().enumerate() {
        counted.push((difference.field, unsigned(row.int(&format!("n{}", place + 2))?)));
    }
    counted.retain(|(_, rows)| *rows > 0);
    let counts = StagedCounts {
        new: unsigned(all - known),
        changed: unsigned(changed),
        unchanged: unsigned(known - changed),
        removed: 0,
    };
    Ok(StagedSummary { counts, fields: counted, leaving: unsigned(row.int("n1")?) })
}

impl StagedSummary {
    /// How many rows a filter lets through, where the summary says it.
    fn rows(&self, filter: &StagedFilter) -> Option<u64> {
        if !filter.search.trim().is_empty() {
            return None;
        }
        let of_field = || self.fields.iter().find(|(field, _)| *field == filter.field).map_or(0, |(_, rows)| *rows);
        let counts = &self.counts;
        match (filter.effect, filter.field.is_empty(), filter.leaving) {
            (None, true, false) => Some(counts.new + counts.changed + counts.unchanged),
            (Some(ImportEffect::New), true, false) => Some(counts.new),
            (Some(ImportEffect::Changed), true, false) => Some(counts.changed),
            (Some(ImportEffect::Unchanged), true, false) => Some(counts.unchanged),
            (Some(ImportEffect::Removed), ..) => Some(0),
            (None, false, false) => Some(of_field()),
            (None, true, true) => Some(self.leaving),
            _ => None,
        }
    }
}

/// Objects of the scope that the file does not name: they stay as they are.
///
/// # Errors
/// See [`StoreError`].
pub async fn untouched(conn: &mut Conn, scope: &Scope, counts: StagedCounts) -> Result<u64> {
    let prefix = scope.prefix();
    let all = conn
        .int(
            "SELECT COUNT(*) FROM subject JOIN agency ON agency.id = subject.agency_id WHERE agency.path >= $1 AND agency.path < $2",
            values![prefix, path_end(prefix)],
        )
        .await?;
    Ok(unsigned(all).saturating_sub(counts.changed + counts.unchanged))
}

/// `FROM … WHERE …` of a filter.
fn conditions(import: ImportId, columns: &StagedColumns, filter: &StagedFilter) -> (String, Vec<Value>) {
    let mut values = values![import.to_string()];
    let mut sql = String::from(
        "FROM subject_stage t LEFT JOIN subject s ON s.code = t.code LEFT JOIN agency a ON a.id = s.agency_id
         JOIN agency b ON b.id = t.agency_id WHERE t.import_id = $1",
    );
    let mut and = |condition: &str| {
        // Writing to a String cannot fail.
        write!(sql, " AND {condition}").ok();
    };
    match filter.effect {
        None => {}
        Some(ImportEffect::New) => and("s.id IS NULL"),
        Some(ImportEffect::Changed) => and(&format!("s.id IS NOT NULL AND {}", changes(columns))),
        Some(ImportEffect::Unchanged) => and(&format!("s.id IS NOT NULL AND NOT {}", changes(columns))),
        // An import takes no object away.
        Some(ImportEffect::Removed) => and("1 = 0"),
    }
    if !filter.field.is_empty() {
        let known = differences(columns).into_iter().find(|difference| difference.field == filter.field);
        and(&known.map_or_else(|| "1 = 0".to_owned(), |known| format!("s.id IS NOT NULL AND {}", known.sql)));
    }
    if filter.leaving {
        and(&format!("s.id IS NOT NULL AND {}", leaving()));
    }
    let search = filter.search.trim();
    if !search.is_empty() {
        values.push(Value::from(like(search)));
        let place = values.len();
        and(&format!("(t.name LIKE ${place} ESCAPE '\\' OR t.code LIKE ${place} ESCAPE '\\')"));
    }
    (sql, values)
}

/// The class of a scale that held on the day of the file's, if the directory knows one.
fn before(scale: &str, column: &str) -> String {
    format!(
        "(SELECT r.{column} FROM subject_risk r WHERE r.subject_id = s.id AND r.scale = '{scale}' AND r.assessed_on <= t.{scale}_on
          ORDER BY r.assessed_on DESC LIMIT 1)"
    )
}

const COLUMNS: [&str; 13] = [
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
];

fn select(columns: &StagedColumns) -> String {
    let mut sql =
        String::from("SELECT t.row_number, t.code, t.id AS t_id, s.id AS s_id, a.name AS s_agency, b.name AS t_agency");
    for column in COLUMNS {
        // Writing to a String cannot fail.
        write!(sql, ", s.{column} AS s_{column}, t.{column} AS t_{column}").ok();
    }
    for scale in ["credit", "food"] {
        let (class, day) = (before(scale, "class"), before(scale, "assessed_on"));
        write!(sql, ", {class} AS {scale}_before, {day} AS {scale}_before_on, t.{scale}_class, t.{scale}_on").ok();
    }
    for Difference { field, sql: condition, .. } in differences(columns) {
        write!(
            sql,
            ", CAST(CASE WHEN s.id IS NOT NULL AND {condition} THEN 1 ELSE 0 END AS BIGINT) AS differs_{field}"
        )
        .ok();
    }
    sql
}

fn read(row: &Row, columns: &StagedColumns) -> Result<StagedChange> {
    let code = row.text("code")?;
    let before = match row.opt_text("s_id")? {
        None => None,
        Some(_) => Some((read_aliased(row, "s_", row.parse("s_id")?, &code)?, row.text("s_agency")?)),
    };
    let mut fields = Vec::new();
    for Difference { field, .. } in differences(columns) {
        if row.flag(&format!("differs_{field}"))? {
            fields.push(field);
        }
    }
    let effect = match (&before, fields.is_empty()) {
        (None, _) => ImportEffect::New,
        (Some(_), false) => ImportEffect::Changed,
        (Some(_), true) => ImportEffect::Unchanged,
    };
    let classes = |scale: &str| -> Result<(Option<DatedClass>, Option<DatedClass>)> {
        let (class, day) = (row.opt_parse(&format!("{scale}_before"))?, row.opt_parse(&format!("{scale}_before_on"))?);
        let (new, on) = (format!("{scale}_class"), format!("{scale}_on"));
        let told = if row.text(&new)?.is_empty() { None } else { Some((row.parse(&new)?, row.parse(&on)?)) };
        Ok((class.zip(day), told))
    };
    Ok(StagedChange {
        row: u32::try_from(row.int("row_number")?).unwrap_or(0),
        effect,
        after: (read_aliased(row, "t_", row.parse("t_id")?, &code)?, row.text("t_agency")?),
        before,
        fields,
        credit: classes("credit")?,
        food: classes("food")?,
    })
}

/// What the changes can be sorted by.
const ORDERS: &[(&str, &str)] = &[("row", "t.row_number"), ("name", "t.name"), ("code", "t.code")];
/// Their own order: that of the file.
const OWN_ORDER: &str = "t.row_number";

/// A window on what an import would do, in the order of the file unless it is sorted by `row`, `name` or `code`.
///
/// # Errors
/// See [`StoreError`].
pub async fn changes_in(
    conn: &mut Conn,
    import: ImportId,
    columns: &StagedColumns,
    filter: &StagedFilter,
    summary: &StagedSummary,
    window: Window,
) -> Result<Page<StagedChange>> {
    let (from, values) = conditions(import, columns, filter);
    let total = match summary.rows(filter) {
        Some(known) => known,
        None => unsigned(conn.int(&format!("SELECT COUNT(*) {from}"), values.clone()).await?),
    };
    // Only the rows of the window are spelled out: the others before it are merely passed.
    let numbers = format!("SELECT t.row_number {from} {}", window.clause(ORDERS, OWN_ORDER));
    let numbers = conn.rows(&numbers, values).await?;
    let numbers = numbers.iter().map(|row| Ok(row.int("row_number")?.to_string())).collect::<Result<Vec<_>>>()?;
    if numbers.is_empty() {
        return Ok(Page { rows: Vec::new(), total });
    }
    let (from, values) = conditions(import, columns, &StagedFilter::default());
    let sql = format!(
        "{} {from} AND t.row_number IN ({}) ORDER BY {}{OWN_ORDER}",
        select(columns),
        numbers.join(", "),
        window.first_by(ORDERS)
    );
    let rows = conn.rows(&sql, values).await?;
    Ok(Page { rows: rows.iter().map(|row| read(row, columns)).collect::<Result<_>>()?, total })
}

/// As [`changes_in`], all that the window lets through, one row in memory at a time.
///
/// # Errors
/// See [`StoreError`]; an error of `each` ends the reading.
pub async fn for_each_change(
    conn: &mut Conn,
    import: ImportId,
    columns: &StagedColumns,
    filter: &StagedFilter,
    window: Window,
    mut each: impl FnMut(StagedChange) -> Result<()> + Send,
) -> Result<()> {
    let (from, values) = conditions(import, columns, filter);
    let sql = format!("{} {from} {}", select(columns), window.clause(ORDERS, OWN_ORDER));
    conn.for_each(&sql, values, |row| each(read(&row, columns)?)).await
}

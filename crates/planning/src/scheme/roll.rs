//! The directory as a roll: which columns it has, how a row's fields read, and the live roll, kept in memory so that
//! counts answer at once. It freezes nothing.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::NaiveDate;
use domain::agency::Scope;
use domain::scheme::{SchemeColumn, SchemeDraft};
use domain::subject::RiskLevel;
use draw::{Digest, Header, Intake, Refused, Roll, Suite};
use store::StoreError;
use store::repo::subject::RollSubject;
use text::Label as _;
use tokio::sync::Mutex;

use super::census::Facts;
use kernel::{Error, Platform, Result};

/// The columns that a roll may have besides `id`, in the order of a header. Names stay in the directory: rules are about
/// kinds of firms.
pub const COLUMNS: [SchemeColumn; 10] = [
    SchemeColumn::Organ,
    SchemeColumn::Kind,
    SchemeColumn::SubKind,
    SchemeColumn::Registered,
    SchemeColumn::Status,
    SchemeColumn::Risk,
    SchemeColumn::Industry,
    SchemeColumn::Division,
    SchemeColumn::Tags,
    SchemeColumn::Licences,
];

/// The columns of the roll that a scheme is frozen over: the usual ones, and licences where one of its rules asks for them.
pub fn columns_of(draft: &SchemeDraft) -> Vec<SchemeColumn> {
    let exclusions = draft.exclusions.iter().flat_map(|rule| &rule.conditions);
    let strata = draft.strata.iter().flat_map(|rule| &rule.conditions);
    let licences = exclusions.chain(strata).any(|condition| condition.column == SchemeColumn::Licences);
    COLUMNS.into_iter().filter(|column| licences || *column != SchemeColumn::Licences).collect()
}

/// A header of `id` and these columns.
pub fn header(columns: &[SchemeColumn]) -> std::result::Result<Header, Refused> {
    let cells = columns.iter().map(|column| format!("{}:{}", column.code(), type_of(*column)));
    let cells: Vec<_> = std::iter::once("id:text".to_owned()).chain(cells).collect();
    Header::parse(&cells.iter().map(String::as_str).collect::<Vec<_>>())
}

const fn type_of(column: SchemeColumn) -> &'static str {
    match column {
        SchemeColumn::Registered => "date",
        SchemeColumn::Tags | SchemeColumn::Licences => "set",
        _ => "text",
    }
}

/// Makes `fields` the row's: its code, then these columns. Kinds and states stand there as their labels, as people write
/// them.
pub fn field_texts<'r>(row: &'r RollSubject, columns: &[SchemeColumn], fields: &mut Vec<Cow<'r, str>>) {
    fields.clear();
    fields.push(row.code.as_str().into());
    fields.extend(columns.iter().map(|column| cell(row, *column)));
}

fn cell(row: &RollSubject, column: SchemeColumn) -> Cow<'_, str> {
    match column {
        SchemeColumn::Organ => row.agency_code.as_str().into(),
        SchemeColumn::Kind => row.kind.label().into(),
        SchemeColumn::SubKind => row.sub_kind.as_str().into(),
        SchemeColumn::Registered => row.registered_on.map(|day| day.to_string()).unwrap_or_default().into(),
        SchemeColumn::Status => row.status.label().into(),
        SchemeColumn::Risk => row.credit_class.map(RiskLevel::code).unwrap_or_default().into(),
        SchemeColumn::Industry => row.industry.as_str().into(),
        SchemeColumn::Division => row.division.as_str().into(),
        SchemeColumn::Tags => row.tags.join(",").into(),
        SchemeColumn::Licences => row.licences.join(",").into(),
    }
}

/// A line of the register file: code, own id, registrar key, name.
pub fn register_line(row: &RollSubject) -> String {
    let name = row.name.replace(['\t', '\n', '\r'], " ");
    format!("{}\t{}\t{}\t{name}\n", row.code, row.id, row.agency_code)
}

/// Rolls in memory.
#[derive(Default)]
pub struct RollCache {
    live: Mutex<Option<Live>>,
}

struct Live {
    scope: String,
    stamp: (i64, i64, i64),
    day: NaiveDate,
    kept: Directory,
}

/// The directory of a scope as a roll, with what the roll's columns do not say.
#[derive(Clone)]
pub(crate) struct Directory {
    pub(crate) roll: Arc<Roll>,
    pub(crate) facts: Arc<Facts>,
}

/// The directory of a scope as it is now. It is read again only when an object changed or the day did.
///
/// # Errors
/// `TASK-013` if a row cannot stand in a roll.
pub async fn live_roll(platform: &Platform, scope: &Scope, day: NaiveDate) -> Result<Directory> {
    let mut conn = platform.store().read().await?;
    let stamp = store::repo::roll::stamp(&mut conn, scope).await?;
    // Held while reading: ten people who open the editor at once read the directory once.
    let mut live = platform.part::<RollCache>()?.live.lock().await;
    if let Some(kept) = live.as_ref()
        && kept.scope == scope.prefix()
        && kept.stamp == stamp
        && kept.day == day
    {
        return Ok(kept.kept.clone());
    }
    let theirs = scope.clone();
    let handle = tokio::runtime::Handle::current();
    let read = move || -> Result<(Roll, Facts)> {
        let mut intake = Intake::new(header(&COLUMNS).map_err(Error::internal)?).keeping();
        let mut facts = Facts::default();
        let mut refused = None;
        let read = handle.block_on(store::repo::subject::for_each_in_scope(&mut conn, &theirs, day, |row| {
            let mut fields = Vec::with_capacity(COLUMNS.len() + 1);
            field_texts(&row, &COLUMNS, &mut fields);
            let fields: Vec<&str> = fields.iter().map(AsRef::as_ref).collect();
            facts.push(&row);
            intake.push(&fields).map_err(|error| {
                refused = Some(error);
                StoreError::NotFound
            })
        }));
        if let Some(refused) = refused {
            return Err(Error::conflict("TASK-013").with("problem", refused));
        }
        read?;
        let roll = intake.finish().roll;
        Ok((roll.ok_or_else(|| Error::internal("an intake that keeps columns gave no roll"))?, facts))
    };
    let (roll, facts) = tokio::task::spawn_blocking(read).await.map_err(Error::internal)??;
    let kept = Directory { roll: Arc::new(roll), facts: Arc::new(facts) };
    *live = Some(Live { scope: scope.prefix().to_owned(), stamp, day, kept: kept.clone() });
    Ok(kept)
}

/// Reads a roll file of the file store (whose name has no ending) and compares it with its document.
///
/// # Errors
/// `DRAW-019`.
pub fn read_frozen(
    path: &std::path::Path,
    suite: Suite,
    document: &draw::RollDocument,
    progress: draw::Progress<'_>,
) -> Result<Roll> {
    let key: Digest = document.key.ok_or_else(|| Error::internal("a frozen roll without its key"))?;
    let taken = bundle::read_roll_as(path, bundle::RollFormat::Parquet, Some((suite, key)), document.rows, progress)
        .map_err(|error| Error::conflict("DRAW-019").with("detail", error))?;
    if taken.document.as_ref() != Some(document) {
        return Err(Error::conflict("DRAW-019").with("detail", "root"));
    }
    taken.roll.ok_or_else(|| Error::internal("reading a roll gave no columns"))
}

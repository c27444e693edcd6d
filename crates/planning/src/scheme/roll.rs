//! The directory as a roll: which columns it has, how a row's fields read, and the live roll, kept in memory so that
//! counts answer at once. It freezes nothing.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::NaiveDate;
use domain::agency::Scope;
use domain::subject::RiskLevel;
use draw::{Digest, Header, Intake, Refused, Roll, Suite};
use store::StoreError;
use store::repo::subject::RollSubject;
use text::Label as _;
use tokio::sync::Mutex;

use kernel::{Error, Platform, Result};

/// The columns of every roll that the platform freezes. Names stay in the directory: rules are about kinds of firms.
const COLUMNS: [&str; 10] = [
    "id:text",
    "organ:text",
    "kind:text",
    "subkind:text",
    "registered:date",
    "status:text",
    "risk:text",
    "industry:text",
    "division:text",
    "tags:set",
];

/// The header of the platform's rolls.
pub fn header() -> std::result::Result<Header, Refused> {
    Header::parse(&COLUMNS)
}

/// The fields of a row in the header's order. Kinds and states stand there as their labels, as people write them.
pub fn field_texts(row: &RollSubject) -> [Cow<'_, str>; 10] {
    [
        row.code.as_str().into(),
        row.agency_code.as_str().into(),
        row.kind.label().into(),
        row.sub_kind.as_str().into(),
        row.registered_on.map(|day| day.to_string()).unwrap_or_default().into(),
        row.status.label().into(),
        row.credit_class.map(RiskLevel::code).unwrap_or_default().into(),
        row.industry.as_str().into(),
        row.division.as_str().into(),
        row.tags.join(",").into(),
    ]
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
    roll: Arc<Roll>,
}

/// The directory of a scope as it is now. It is read again only when an object changed or the day did.
///
/// # Errors
/// `TASK-013` if a row cannot stand in a roll.
pub async fn live_roll(platform: &Platform, scope: &Scope, day: NaiveDate) -> Result<Arc<Roll>> {
    let mut conn = platform.store().read().await?;
    let stamp = store::repo::roll::stamp(&mut conn, scope).await?;
    // Held while reading: ten people who open the editor at once read the directory once.
    let mut live = platform.part::<RollCache>()?.live.lock().await;
    if let Some(kept) = live.as_ref()
        && kept.scope == scope.prefix()
        && kept.stamp == stamp
        && kept.day == day
    {
        return Ok(kept.roll.clone());
    }
    let theirs = scope.clone();
    let handle = tokio::runtime::Handle::current();
    let read = move || -> Result<Roll> {
        let mut intake = Intake::new(header().map_err(Error::internal)?).keeping();
        let mut refused = None;
        let read = handle.block_on(store::repo::subject::for_each_in_scope(&mut conn, &theirs, day, |row| {
            let fields = field_texts(&row);
            intake.push(&fields.each_ref().map(AsRef::as_ref)).map_err(|error| {
                refused = Some(error);
                StoreError::NotFound
            })
        }));
        if let Some(refused) = refused {
            return Err(Error::conflict("TASK-013").with("problem", refused));
        }
        read?;
        intake.finish().roll.ok_or_else(|| Error::internal("an intake that keeps columns gave no roll"))
    };
    let roll = Arc::new(tokio::task::spawn_blocking(read).await.map_err(Error::internal)??);
    *live = Some(Live { scope: scope.prefix().to_owned(), stamp, day, roll: roll.clone() });
    Ok(roll)
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

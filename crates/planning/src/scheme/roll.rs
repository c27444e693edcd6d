//! The directory as a roll: which columns it can have, how a row's fields read, and the live roll, kept in memory so that
//! counts answer at once. It freezes nothing.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::NaiveDate;
use domain::agency::Scope;
use domain::scheme::{SchemeColumn, SchemeDraft};
use domain::subject::RiskLevel;
use draw::{ColumnType, Digest, Header, Intake, Refused, Roll, Suite};
use store::StoreError;
use store::repo::subject::RollSubject;
use text::Label as _;
use tokio::sync::Mutex;

use kernel::{Error, Platform, Result};

/// The columns of a roll behind its ids, in the order of the directory's list. Names stay in the directory: rules are about
/// kinds of firms.
#[derive(Clone, Debug)]
pub struct RollColumns(Vec<SchemeColumn>);

impl RollColumns {
    /// Every column that a scheme could read: for counts in the house, never for a roll that is frozen.
    pub fn all() -> Self {
        Self(SchemeColumn::ALL.to_vec())
    }

    /// The columns that a scheme reads and no other.
    pub fn of(draft: &SchemeDraft) -> Self {
        Self(draft.columns().into_iter().collect())
    }

    /// The header.
    pub fn header(&self) -> std::result::Result<Header, Refused> {
        let mut cells = vec!["id:text".to_owned()];
        cells.extend(self.0.iter().map(|column| format!("{}:{}", column.code(), kind_of(*column).word())));
        Header::parse(&cells)
    }

    /// The fields of a row in the header's order. Kinds and states stand there as their labels, as people write them.
    pub fn fields<'r>(&self, row: &'r RollSubject) -> Vec<Cow<'r, str>> {
        let mut fields = Vec::with_capacity(self.0.len() + 1);
        fields.push(Cow::Borrowed(row.code.as_str()));
        fields.extend(self.0.iter().map(|column| field(row, *column)));
        fields
    }
}

const fn kind_of(column: SchemeColumn) -> ColumnType {
    match column {
        SchemeColumn::Registered => ColumnType::Date,
        SchemeColumn::Tags => ColumnType::Set,
        _ => ColumnType::Text,
    }
}

fn field(row: &RollSubject, column: SchemeColumn) -> Cow<'_, str> {
    match column {
        SchemeColumn::Kind => row.kind.label().into(),
        SchemeColumn::SubKind => row.sub_kind.as_str().into(),
        SchemeColumn::Organ => row.agency_code.as_str().into(),
        SchemeColumn::Registered => row.registered_on.map(|day| day.to_string()).unwrap_or_default().into(),
        SchemeColumn::Status => row.status.label().into(),
        SchemeColumn::Risk => row.credit_class.map(RiskLevel::code).unwrap_or_default().into(),
        SchemeColumn::Industry => row.industry.as_str().into(),
        SchemeColumn::Division => row.division.as_str().into(),
        SchemeColumn::Tags => row.tags.join(",").into(),
    }
}

/// Whether the roll of this header holds a column for regulators only: then it stays in the house. A column that this
/// version does not know is taken for one.
pub fn is_internal(header: &Header) -> bool {
    let names = header.columns().iter().skip(1).map(|column| column.name.as_str());
    names.map(SchemeColumn::from_code).any(|column| column.is_none_or(SchemeColumn::is_internal))
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
    let mut conn = platform.store().snapshot().await?;
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
        let columns = RollColumns::all();
        let mut intake = Intake::new(columns.header().map_err(Error::internal)?).keeping();
        let mut refused = None;
        let read = handle.block_on(store::repo::subject::for_each_in_scope(&mut conn, &theirs, day, |row| {
            let fields = columns.fields(&row);
            intake.push(&fields.iter().map(AsRef::as_ref).collect::<Vec<_>>()).map_err(|error| {
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

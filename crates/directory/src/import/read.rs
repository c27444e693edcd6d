//! Walks a file from its heading down, checks every row, and hands on what is sound in batches. Blocking: it runs on a
//! thread of its own while the batches are staged.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use chrono::NaiveDate;
use domain::agency::Scope;
use domain::agency_code::AgencyCode;
use domain::import::ImportKind;
use domain::reach::Touch;
use sheet::{Limits, Problems, Row};
use store::repo::agency::Agency;
use store::repo::import_stage::StagedSubject;
use store::repo::inspector_account::Nameable;
use tokio::sync::mpsc::Sender;

use super::agency_row::AgencyRows;
use super::cells::{Checker, Unprinted};
use super::inspector_row::InspectorRows;
use super::item_row::ItemRows;
use super::layout::Layout;
use super::report::file_error;
use super::subject_row::SubjectRows;
use kernel::paper::Names;
use kernel::{Entropy, Error, ErrorKind, Result};

/// Rows that are staged in one transaction: some tens of milliseconds of SQLite's only writer.
const BATCH_ROWS: usize = 4_000;

/// Sound rows on their way to the stage, and how many rows have been read.
pub(super) struct Batch {
    pub(super) read: u64,
    pub(super) rows: Rows,
}

/// Rows of a register, or rows of a small directory as JSON.
pub(super) enum Rows {
    Subjects(Vec<StagedSubject>),
    Json(Vec<(u32, String)>),
}

/// What reading needs to know.
pub(super) struct Reading {
    pub(super) path: PathBuf,
    pub(super) kind: ImportKind,
    pub(super) layout: Layout,
    pub(super) agencies: Agencies,
    /// Accounts that a list of inspectors may name.
    pub(super) accounts: Vec<Nameable>,
    /// What the forms can show of the texts that they will hold.
    pub(super) names: Names,
    pub(super) today: NaiveDate,
    pub(super) unix_ms: i64,
    pub(super) entropy: Entropy,
}

/// What a file turned out to be.
pub(super) struct Read {
    pub(super) rows: u64,
    pub(super) problems: Problems,
    pub(super) by_code: BTreeMap<String, u64>,
    pub(super) unprinted: Unprinted,
}

/// All agencies, by key and by name, and which of them the importer may write to.
pub(super) struct Agencies {
    all: Vec<(Agency, bool)>,
    scope: Scope,
    by_code: HashMap<AgencyCode, usize>,
    by_name: HashMap<String, Vec<usize>>,
}

impl Agencies {
    pub(super) fn new(all: Vec<Agency>, scope: &Scope) -> Self {
        let (mut by_code, mut by_name) = (HashMap::new(), HashMap::<String, Vec<usize>>::new());
        for (place, agency) in all.iter().enumerate() {
            by_code.insert(agency.code.clone(), place);
            by_name.entry(agency.name.clone()).or_default().push(place);
            if agency.short_name != agency.name {
                by_name.entry(agency.short_name.clone()).or_default().push(place);
            }
        }
        let reached = |agency: &Agency| scope.reaches(&Touch::new_row(&agency.path)).is_ok();
        let all = all.into_iter().map(|agency| (reached(&agency), agency)).map(|(r, a)| (a, r)).collect();
        Self { all, scope: scope.clone(), by_code, by_name }
    }

    pub(super) fn by_code(&self, code: &AgencyCode) -> Option<&(Agency, bool)> {
        self.by_code.get(code).and_then(|place| self.all.get(*place))
    }

    /// What the importer may write to.
    pub(super) const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The agency at the top, if it is made.
    pub(super) fn root(&self) -> Option<&Agency> {
        self.all.iter().map(|(agency, _)| agency).find(|agency| agency.parent_id.is_none())
    }

    fn named(&self, name: &str) -> Vec<&(Agency, bool)> {
        self.by_name.get(name).into_iter().flatten().filter_map(|place| self.all.get(*place)).collect()
    }

    /// The agency that a row names by key or name, if there is one and the importer may write to it. `name` is a second
    /// column for comparison.
    pub(super) fn of_row(
        &self,
        check: &mut Checker,
        row: &Row,
        column: Option<u32>,
        name_column: Option<u32>,
    ) -> Option<&Agency> {
        let text = check.code(row, column, 60)?;
        let name = check.text(row, name_column, 60)?;
        let (shown, at) = match (text.is_empty(), name.is_empty()) {
            (false, _) => (&text, column),
            (true, false) => (&name, name_column),
            (true, true) => {
                check.note(row, column, "required", vec![]);
                return None;
            }
        };
        let found = match shown.parse().ok().and_then(|code| self.by_code(&code)) {
            Some(found) => found,
            None => match self.named(shown).as_slice() {
                [found] => *found,
                [] => {
                    check.note(row, at, "agency_unknown", vec![shown.to_string()]);
                    return None;
                }
                _ => {
                    check.note(row, at, "agency_ambiguous", vec![shown.to_string()]);
                    return None;
                }
            },
        };
        let (agency, in_scope) = found;
        if !name.is_empty() && *name != agency.name && *name != agency.short_name {
            check.note(row, name_column, "agency_mismatch", vec![agency.code.to_string(), agency.name.clone()]);
            return None;
        }
        if !in_scope {
            check.note(row, at, "agency_outside", vec![agency.name.clone()]);
            return None;
        }
        Some(agency)
    }
}

enum Reader {
    Agency(Box<AgencyRows>),
    Subject(Box<SubjectRows>),
    Inspector(Box<InspectorRows>),
    Item(Box<ItemRows>),
}

/// Reads the file to its end, or until nobody takes its batches any more.
///
/// # Errors
/// `IMPT-1xx` if the file as a whole is refused; `JOB-001` if the receiver is gone.
pub(super) fn read(reading: Reading, to: &Sender<Batch>) -> Result<Read> {
    let Reading { path, kind, layout, agencies, accounts, names, today, unix_ms, entropy } = reading;
    let mut book = sheet::open(&path, &Limits::default()).map_err(file_error)?.called(&layout.sheet);
    let mut check = Checker::new(layout.header(), names);
    let mut reader = match kind {
        ImportKind::Agency => Reader::Agency(Box::new(AgencyRows::new(&layout, agencies))),
        ImportKind::Subject => Reader::Subject(Box::new(SubjectRows::new(&layout, agencies, today, unix_ms, &entropy))),
        ImportKind::Inspector => Reader::Inspector(Box::new(InspectorRows::new(&layout, agencies, accounts, today))),
        ImportKind::Item => Reader::Item(Box::new(ItemRows::new(&layout, today))),
    };
    let rows_max = super::rows_max(kind);
    let (mut subjects, mut json, mut count) = (Vec::new(), Vec::new(), 0_u64);
    let mut rows = book.rows(&layout.sheet).map_err(file_error)?;
    let mut row = Row::default();
    while rows.next_into(&mut row).map_err(file_error)? {
        if row.number <= layout.last_row {
            continue;
        }
        count += 1;
        if count > rows_max {
            return Err(Error::new(ErrorKind::Invalid, "IMPT-113").with("max", rows_max));
        }
        check.begin();
        match &mut reader {
            Reader::Subject(reader) => subjects.extend(reader.read(&row, &mut check)),
            Reader::Agency(reader) => json.extend(keep(&row, reader.read(&row, &mut check))?),
            Reader::Inspector(reader) => json.extend(keep(&row, reader.read(&row, &mut check))?),
            Reader::Item(reader) => json.extend(keep(&row, reader.read(&row, &mut check))?),
        }
        if subjects.len() >= BATCH_ROWS {
            let full = std::mem::replace(&mut subjects, Vec::with_capacity(BATCH_ROWS));
            send(to, count, Rows::Subjects(full))?;
        }
        if json.len() >= BATCH_ROWS {
            send(to, count, Rows::Json(std::mem::take(&mut json)))?;
        }
    }
    if count == 0 {
        return Err(Error::new(ErrorKind::Invalid, "IMPT-112"));
    }
    if !subjects.is_empty() {
        send(to, count, Rows::Subjects(subjects))?;
    }
    if let Reader::Agency(reader) = &mut reader {
        reader.check_parents(&mut check);
    }
    if !json.is_empty() {
        send(to, count, Rows::Json(json))?;
    }
    let (problems, by_code, unprinted) = check.into_parts();
    Ok(Read { rows: count, problems, by_code, unprinted })
}

fn keep<T: serde::Serialize>(row: &Row, staged: Option<T>) -> Result<Option<(u32, String)>> {
    Ok(match staged {
        Some(staged) => Some((row.number, serde_json::to_string(&staged)?)),
        None => None,
    })
}

fn send(to: &Sender<Batch>, read: u64, rows: Rows) -> Result<()> {
    to.blocking_send(Batch { read, rows }).map_err(|_| Error::conflict("JOB-001"))
}

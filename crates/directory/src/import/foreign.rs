//! Rows of a file that are not the importer's to write: the one question of `domain::reach`, asked for every kind of file, at
//! the dry run and again within the commit's transaction. A new kind of file has to answer it to compile.

use domain::agency::Scope;
use domain::import::ImportKind;
use domain::reach::{OutOfReach, Touch};
use store::Conn;
use store::repo;
use store::repo::import::Import;

use super::{Payload, agency_change, inspector_change, item_change};
use kernel::Result;

/// A row that the importer may not write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ForeignRow {
    /// Row of the file.
    pub(super) row: u32,
    /// Code of the reason; `text::import` has its sentence.
    pub(super) reason: &'static str,
    /// Field whose column it concerns.
    pub(super) field: &'static str,
    /// The agency that has the row, or would have it.
    pub(super) agency_name: String,
}

impl ForeignRow {
    /// The row with the reason of its kind of file where the found row is foreign.
    pub(super) fn of(row: u32, why: OutOfReach, found: &'static str, agency_name: &str) -> Self {
        let (reason, field) = match why {
            OutOfReach::Found if found == "listed_elsewhere" => (found, "certificate"),
            OutOfReach::Found => (found, "code"),
            OutOfReach::Root => ("root_by_owner", "parent"),
            OutOfReach::Parent => ("agency_outside", "parent"),
            OutOfReach::Place => ("agency_outside", "agency"),
        };
        Self { row, reason, field, agency_name: agency_name.to_owned() }
    }
}

/// The rows of a file that lie outside the importer's reach, in the order of the file.
pub(super) async fn foreign(
    conn: &mut Conn,
    import: &Import,
    payload: &Payload,
    scope: &Scope,
) -> Result<Vec<ForeignRow>> {
    match import.kind {
        ImportKind::Agency => agency_change::foreign(conn, import, scope).await,
        ImportKind::Subject => subjects(conn, import, scope).await,
        ImportKind::Inspector => inspector_change::foreign(conn, import, scope).await,
        ImportKind::Item => {
            // A file of items is one agency's whole list: no row of it finds a row of another's.
            let owner = item_change::list_owner(conn, payload).await?;
            scope.reaches(&Touch::row(&owner.path))?;
            Ok(Vec::new())
        }
    }
}

/// A register is compared in the database: it says which agencies the rows come from and go to, and which rows do so.
async fn subjects(conn: &mut Conn, import: &Import, scope: &Scope) -> Result<Vec<ForeignRow>> {
    if *scope == Scope::everything() {
        // Nothing lies outside it: a look at a million rows is spared.
        return Ok(Vec::new());
    }
    let mut foreign = Vec::new();
    for way in repo::import_stage::ways(conn, import.id).await? {
        let touch = match &way.found {
            Some((_, found, _)) => Touch::row(found).to(&way.place.1),
            None => Touch::new_row(&way.place.1),
        };
        let Err(why) = scope.reaches(&touch) else { continue };
        let name = match (&way.found, why) {
            (Some((_, _, name)), OutOfReach::Found) => name,
            _ => &way.place.2,
        };
        for row in repo::import_stage::rows_on(conn, import.id, &way).await? {
            foreign.push(ForeignRow::of(row, why, "registered_elsewhere", name));
        }
    }
    foreign.sort_by_key(|foreign| foreign.row);
    Ok(foreign)
}

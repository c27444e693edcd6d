//! A list of inspectors against the directory: what differs, whose it is, and the write of it.

use std::collections::HashMap;

use domain::agency::Scope;
use domain::ids::{AccountId, AgencyId, InspectorId};
use domain::inspector::{Certificate, Inspector};
use domain::reach::{OutOfReach, Touch};
use store::repo;
use store::repo::agency::Agency;
use store::repo::import::Import;
use store::repo::import_stage::StagedCounts;
use store::repo::inspector::{InspectorRecord, Written};
use store::{Conn, Tx};

use super::Payload;
use super::commit::changed_meanwhile;
use super::foreign::ForeignRow;
use super::inspector_row::StagedInspector;
use super::line::{PreviewLine, counts};
use crate::inspector::changes;
use kernel::{Ctx, Result};

/// The staged rows with what the directory knows under their certificates, and the names that words need.
struct Compared {
    rows: Vec<(u32, StagedInspector)>,
    known: HashMap<String, InspectorRecord>,
    agencies: HashMap<AgencyId, Agency>,
    logins: HashMap<AccountId, String>,
}

impl Compared {
    async fn read(conn: &mut Conn, import: &Import, scope: &Scope) -> Result<Self> {
        let rows = repo::import_stage::rows::<StagedInspector>(conn, import.id).await?;
        let certificates: Vec<_> = rows.iter().map(|(_, staged)| staged.certificate.clone()).collect();
        let known = repo::inspector::by_certificates_unscoped(conn, &certificates).await?;
        let agencies = repo::agency::list(conn, &Scope::everything()).await?;
        let accounts = repo::inspector_account::nameables(conn, scope).await?;
        let named = accounts.into_iter().map(|account| (account.id, account.login));
        // The account of before may have been closed since.
        let held = known.values().filter_map(|record| Some((record.inspector.account?, record.account_login.clone())));
        let logins = named.chain(held).collect();
        let agencies = agencies.into_iter().map(|agency| (agency.id, agency)).collect();
        Ok(Self { rows, known, agencies, logins })
    }

    /// Rows that are not the importer's to write; and those that name another agency than the person's own, for nobody is
    /// moved by a list: both sides agree to a move.
    fn foreign(&self, scope: &Scope) -> Vec<ForeignRow> {
        let refused = |(row, staged): &(u32, StagedInspector)| {
            let place = self.agencies.get(&staged.agency)?;
            let found = self.known.get(&staged.certificate).map(|known| known.inspector.agency);
            let found = found.and_then(|agency| self.agencies.get(&agency));
            let touch = match found {
                Some(found) => Touch::row(&found.path).to(&place.path),
                None => Touch::new_row(&place.path),
            };
            match (scope.reaches(&touch), found) {
                (Err(why @ OutOfReach::Found), Some(found)) => {
                    Some(ForeignRow::of(*row, why, "listed_elsewhere", &found.name))
                }
                (Err(why), _) => Some(ForeignRow::of(*row, why, "listed_elsewhere", &place.name)),
                (Ok(()), Some(found)) if found.id != place.id => Some(ForeignRow {
                    row: *row,
                    reason: "inspector_moved",
                    field: "agency",
                    agency_name: found.name.clone(),
                }),
                (Ok(()), _) => None,
            }
        };
        self.rows.iter().filter_map(refused).collect()
    }

    fn agency(&self, id: AgencyId) -> String {
        self.agencies.get(&id).map(|agency| agency.name.clone()).unwrap_or_default()
    }

    fn line(&self, row: u32, staged: &StagedInspector) -> PreviewLine {
        match self.known.get(&staged.certificate) {
            None => {
                let words =
                    text::import::summary([self.agency(staged.agency), staged.section.clone().unwrap_or_default()]);
                PreviewLine::added(row, &staged.certificate, &staged.name, words)
            }
            Some(known) => {
                let changes = changes(known, &self.merged(known, staged));
                PreviewLine::compared(row, &staged.certificate, &staged.name, known.inspector.id.to_string(), changes)
            }
        }
    }

    /// The inspector as it stands once the file counts, with the names that words need.
    fn merged(&self, known: &InspectorRecord, staged: &StagedInspector) -> InspectorRecord {
        let mut record = merged(known.clone(), staged);
        record.agency_name = self.agency(record.inspector.agency);
        let login = record.inspector.account.and_then(|id| self.logins.get(&id).cloned());
        record.account_login = login.unwrap_or_default();
        record
    }
}

/// What each row of the file would do, in its order.
pub(super) async fn lines(conn: &mut Conn, import: &Import, scope: &Scope) -> Result<Vec<PreviewLine>> {
    let compared = Compared::read(conn, import, scope).await?;
    Ok(compared.rows.iter().map(|(row, staged)| compared.line(*row, staged)).collect())
}

/// Rows that are not the importer's to write, or would move somebody.
pub(super) async fn foreign(conn: &mut Conn, import: &Import, scope: &Scope) -> Result<Vec<ForeignRow>> {
    Ok(Compared::read(conn, import, scope).await?.foreign(scope))
}

/// Adds who is new and changes who differs.
pub(super) async fn write(
    tx: &mut Tx,
    ctx: &Ctx,
    import: &Import,
    payload: &Payload,
    scope: &Scope,
) -> Result<StagedCounts> {
    let compared = Compared::read(tx, import, scope).await?;
    let import_id = import.id.to_string();
    let written = Written { by: &payload.by, at: ctx.now, import: Some(&import_id) };
    let mut done = Vec::with_capacity(compared.rows.len());
    for (row, staged) in &compared.rows {
        let line = compared.line(*row, staged);
        match compared.known.get(&staged.certificate) {
            None => {
                let record = merged(blank(ctx, staged), staged);
                repo::inspector::insert(tx, &record, written).await.map_err(changed_meanwhile)?;
            }
            Some(known) if !line.changes.is_empty() => {
                let record = merged(known.clone(), staged);
                repo::inspector::save(tx, &record, written).await.map_err(changed_meanwhile)?;
            }
            Some(_) => {}
        }
        done.push(line);
    }
    Ok(counts(&done))
}

/// The inspector as it stands once the file counts; what the file has no column for stays.
fn merged(mut record: InspectorRecord, staged: &StagedInspector) -> InspectorRecord {
    let i = &mut record.inspector;
    staged.name.clone_into(&mut i.name);
    i.agency = staged.agency;
    i.certificates = vec![Certificate {
        number: staged.certificate.clone(),
        valid_from: staged.valid_from,
        valid_to: staged.valid_to,
    }];
    if let Some(number) = &staged.staff_number {
        number.clone_into(&mut i.staff_number);
    }
    if let Some(qualifications) = &staged.qualifications {
        i.qualifications.clone_from(qualifications);
    }
    if let Some(section) = &staged.section {
        section.clone_into(&mut record.section);
    }
    if let Some(expertise) = &staged.expertise {
        expertise.clone_into(&mut record.expertise);
    }
    if staged.account.is_some() && staged.account != i.account {
        i.account = staged.account;
        record.account_confirmed_at = None;
    }
    match staged.active {
        Some(true) => record.left_on = None,
        Some(false) => record.left_on = record.left_on.or(Some(staged.today)),
        None => {}
    }
    record
}

fn blank(ctx: &Ctx, staged: &StagedInspector) -> InspectorRecord {
    InspectorRecord {
        inspector: Inspector {
            id: InspectorId::from_parts(ctx.ms(), ctx.ten()),
            account: None,
            staff_number: String::new(),
            name: String::new(),
            agency: staged.agency,
            active: true,
            certificates: Vec::new(),
            qualifications: Vec::new(),
            leaves: Vec::new(),
        },
        section: String::new(),
        expertise: String::new(),
        left_on: None,
        agency_code: String::new(),
        agency_name: String::new(),
        account_login: String::new(),
        account_confirmed_at: None,
        version: 1,
        valid_from: ctx.now,
        changed_by: String::new(),
    }
}

//! A list of inspectors against the directory: what differs, whose it is, and the write of it.

use std::collections::HashMap;

use domain::agency::Scope;
use domain::ids::{AccountId, AgencyId, InspectorId};
use domain::inspector::{Certificate, Inspector, Qualification};
use store::repo;
use store::repo::agency::Agency;
use store::repo::import::Import;
use store::repo::import_stage::{ForeignCode, StagedCounts};
use store::repo::inspector::InspectorRecord;
use store::{Conn, Tx};

use super::commit::changed_meanwhile;
use super::inspector_row::StagedInspector;
use super::line::{Changes, PreviewLine, counts};
use crate::subject::Change;
use kernel::{Ctx, Error, Result};

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

    /// Rows whose certificate belongs to somebody of an agency outside the scope: they are not the importer's to change.
    fn foreign(&self, scope: &Scope) -> Vec<ForeignCode> {
        let elsewhere = |(row, staged): &(u32, StagedInspector)| {
            let agency = self.agencies.get(&self.known.get(&staged.certificate)?.inspector.agency)?;
            let foreign = ForeignCode { row: *row, agency_name: agency.name.clone() };
            (!scope.covers(&agency.path)).then_some(foreign)
        };
        self.rows.iter().filter_map(elsewhere).collect()
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
                let changes = self.changes(known, &merged(known.clone(), staged));
                PreviewLine::compared(row, &staged.certificate, &staged.name, known.inspector.id.to_string(), changes)
            }
        }
    }

    fn changes(&self, before: &InspectorRecord, after: &InspectorRecord) -> Vec<Change> {
        let (a, b) = (&before.inspector, &after.inspector);
        let day = |day: &Option<chrono::NaiveDate>| day.map(text::day).unwrap_or_default();
        let certificate = |record: &InspectorRecord| record.certificate().cloned();
        let from = |held: &Option<Certificate>| held.as_ref().map(|held| held.valid_from);
        let to = |held: &Option<Certificate>| held.as_ref().map(|held| held.valid_to);
        let (held, holds) = (certificate(before), certificate(after));
        let mut changes = Changes::default();
        changes.text("name", &a.name, &b.name);
        changes.of("agency", &a.agency, &b.agency, |id| self.agency(*id));
        changes.text("section", &before.section, &after.section);
        changes.text("staff_number", &a.staff_number, &b.staff_number);
        changes.of("certificate_from", &from(&held), &from(&holds), day);
        changes.of("certificate_to", &to(&held), &to(&holds), day);
        changes.of("qualifications", &a.qualifications, &b.qualifications, |all| qualifications(all));
        changes.text("expertise", &before.expertise, &after.expertise);
        changes.of("active", &before.left_on, &after.left_on, |left| text::import::on_duty(*left));
        changes.of("login", &a.account, &b.account, |id| {
            id.and_then(|id| self.logins.get(&id).cloned()).unwrap_or_default()
        });
        changes.into_vec()
    }
}

fn qualifications(all: &[Qualification]) -> String {
    let one = |q: &Qualification| format!("{}（{}）", q.code, text::directory::validity(q.valid_from, q.valid_to));
    all.iter().map(one).collect::<Vec<_>>().join("、")
}

/// What each row of the file would do, in its order.
pub(super) async fn lines(conn: &mut Conn, import: &Import, scope: &Scope) -> Result<Vec<PreviewLine>> {
    let compared = Compared::read(conn, import, scope).await?;
    Ok(compared.rows.iter().map(|(row, staged)| compared.line(*row, staged)).collect())
}

/// Rows whose certificate belongs to somebody of an agency outside the scope.
pub(super) async fn foreign(conn: &mut Conn, import: &Import, scope: &Scope) -> Result<Vec<ForeignCode>> {
    Ok(Compared::read(conn, import, scope).await?.foreign(scope))
}

/// Adds who is new and changes who differs.
pub(super) async fn write(tx: &mut Tx, ctx: &Ctx, import: &Import, scope: &Scope) -> Result<StagedCounts> {
    let compared = Compared::read(tx, import, scope).await?;
    let foreign = compared.foreign(scope);
    if !foreign.is_empty() {
        return Err(Error::conflict("IMPT-010").with("count", foreign.len()));
    }
    let import_id = import.id.to_string();
    let mut done = Vec::with_capacity(compared.rows.len());
    for (row, staged) in &compared.rows {
        let line = compared.line(*row, staged);
        match compared.known.get(&staged.certificate) {
            None => {
                let record = merged(blank(ctx, staged), staged);
                repo::inspector::insert(tx, &record, Some(&import_id)).await.map_err(changed_meanwhile)?;
            }
            Some(known) if !line.changes.is_empty() => {
                let record = merged(known.clone(), staged);
                repo::inspector::save(tx, &record, Some(&import_id)).await.map_err(changed_meanwhile)?;
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
    }
}

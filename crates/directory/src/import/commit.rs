//! The job that makes staged rows the directory's: one transaction with the history, the report, the event and the job's
//! own end. Afterwards the stage is cleared; a process that dies in between leaves rows that the next dry run throws away.

use std::collections::HashMap;

use domain::agency::{AgencyPath, Scope};
use domain::ids::{AgencyId, CheckItemId, InspectorId, RevisionId};
use domain::import::{ImportKind, ImportState};
use domain::inspector::{Certificate, Inspector};
use domain::registry::UseCase;
use domain::state::RevisionState;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::repo;
use store::repo::agency::Agency;
use store::repo::check_item::{ItemRecord, REVISION_KIND};
use store::repo::import::Import;
use store::repo::import_stage::StagedCounts;
use store::repo::inspector::InspectorRecord;
use store::repo::revision::Revision;
use store::{Conn, StoreError, Tx};

use super::agency_row::StagedAgency;
use super::inspector_row::StagedInspector;
use super::item_row::StagedItem;
use super::report::ImportReport;
use super::step::layout_of;
use super::{Payload, THING, subject_row};
use kernel::job::Run;
use kernel::{Ctx, Error, Platform, Result, Window};

/// Does the job.
pub(crate) async fn work(platform: &Platform, run: &mut Run) -> Result<()> {
    let payload: Payload = run.payload()?;
    run.progress(0, 0, "swap").await?;
    let ctx = run.ctx.clone();
    let mut command = platform.command(&ctx, UseCase::ImportCommit).await?;
    if let Some(agency) = payload.agency {
        command.on_behalf_of(agency, &payload.agency_name);
    }
    let mut import = repo::import::by_id_unscoped(command.tx(), payload.import).await?;
    if import.state != ImportState::Checked {
        return Err(Error::conflict("IMPT-006"));
    }
    let counts = match import.kind {
        ImportKind::Subject => swap_subjects(command.tx(), &ctx, &import, &payload).await?,
        ImportKind::Inspector => write_inspectors(command.tx(), &ctx, &import).await?,
        ImportKind::Item => publish_items(command.tx(), &ctx, &import, &payload).await?,
        ImportKind::Agency => write_agencies(command.tx(), &ctx, &import).await?,
    };
    let mut report: ImportReport = serde_json::from_str(&import.report)?;
    (report.new, report.changed, report.unchanged) = (counts.new, counts.changed, counts.unchanged);
    import.report = serde_json::to_string(&report)?;
    import.state = ImportState::Committed;
    repo::import::update(command.tx(), &import, ctx.now).await?;
    let result = json!({
        "phase": "done", "kind": import.kind, "file": import.file_name, "digest": import.file_digest, "rows": report.rows,
        "new": counts.new, "changed": counts.changed, "unchanged": counts.unchanged, "by": payload.by,
    });
    run.finish(&mut command, &result).await?;
    kernel::point("import.swap");
    command.finish(THING, import.id, result).await?;
    kernel::point("import.swapped");
    let mut tx = platform.store().write().await?;
    repo::import_stage::clear(&mut tx, import.id).await?;
    Ok(tx.commit().await?)
}

/// Another import may have added one of the codes meanwhile: then the dry run no longer tells the truth.
fn changed_meanwhile(error: StoreError) -> Error {
    match error {
        StoreError::Duplicate(_) | StoreError::Stale => Error::conflict("IMPT-007"),
        other => other.into(),
    }
}

async fn swap_subjects(tx: &mut Tx, ctx: &Ctx, import: &Import, payload: &Payload) -> Result<StagedCounts> {
    let scope = match payload.agency {
        None => Scope::everything(),
        Some(id) => Scope::below(&repo::agency::by_id_unscoped(tx, id).await?.path),
    };
    let foreign = repo::import_stage::foreign_codes(tx, import.id, &scope).await?;
    if !foreign.is_empty() {
        return Err(Error::conflict("IMPT-010").with("count", foreign.len()));
    }
    let columns = subject_row::staged_columns(&layout_of(import)?);
    repo::import_stage::swap_subjects(tx, import.id, &columns, &payload.by, ctx.now).await.map_err(changed_meanwhile)
}

/// How the staged rows of a small directory compare with it.
pub(super) async fn count_rows(conn: &mut Conn, import: &Import, payload: &Payload) -> Result<StagedCounts> {
    let mut counts = StagedCounts::default();
    match import.kind {
        ImportKind::Subject => {}
        ImportKind::Inspector => {
            for staged in repo::import_stage::rows::<StagedInspector>(conn, import.id).await? {
                let known = repo::inspector::by_certificate_unscoped(conn, &staged.certificate).await?;
                count(&mut counts, known.as_ref().map(|known| !differs(known, &merged(known.clone(), &staged))));
            }
        }
        ImportKind::Item => {
            let now = published_items(conn, payload).await?;
            for staged in repo::import_stage::rows::<StagedItem>(conn, import.id).await? {
                count(&mut counts, now.get(&staged.item.code).map(|known| same_item(known, &staged)));
            }
        }
        ImportKind::Agency => {
            for staged in repo::import_stage::rows::<StagedAgency>(conn, import.id).await? {
                let known = repo::agency::by_code_unscoped(conn, &staged.code).await?;
                count(&mut counts, known.map(|known| same_agency(&known, &staged)));
            }
        }
    }
    Ok(counts)
}

/// `same` is `None` for what is new.
fn count(counts: &mut StagedCounts, same: Option<bool>) {
    match same {
        None => counts.new += 1,
        Some(false) => counts.changed += 1,
        Some(true) => counts.unchanged += 1,
    }
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

fn differs(before: &InspectorRecord, after: &InspectorRecord) -> bool {
    let (a, b) = (&before.inspector, &after.inspector);
    (&a.name, a.agency, &a.certificates, &a.staff_number, &a.qualifications, a.account)
        != (&b.name, b.agency, &b.certificates, &b.staff_number, &b.qualifications, b.account)
        || (&before.section, &before.expertise, before.left_on) != (&after.section, &after.expertise, after.left_on)
}

async fn write_inspectors(tx: &mut Tx, ctx: &Ctx, import: &Import) -> Result<StagedCounts> {
    let import_id = import.id.to_string();
    let mut counts = StagedCounts::default();
    for staged in repo::import_stage::rows::<StagedInspector>(tx, import.id).await? {
        match repo::inspector::by_certificate_unscoped(tx, &staged.certificate).await? {
            None => {
                count(&mut counts, None);
                let record = merged(blank(ctx, &staged), &staged);
                repo::inspector::insert(tx, &record, Some(&import_id)).await.map_err(changed_meanwhile)?;
            }
            Some(known) => {
                let record = merged(known.clone(), &staged);
                count(&mut counts, Some(!differs(&known, &record)));
                if differs(&known, &record) {
                    repo::inspector::save(tx, &record, Some(&import_id)).await.map_err(changed_meanwhile)?;
                }
            }
        }
    }
    Ok(counts)
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

fn same_item(known: &ItemRecord, staged: &StagedItem) -> bool {
    let mut item = staged.item.clone();
    item.id = known.item.id;
    known.item == item && (&known.body, &known.materials) == (&staged.body, &staged.materials)
}

/// Number of an agency's item list; its revisions share it.
fn list_number(agency: &Agency) -> String {
    format!("ITEMS-{}", agency.code)
}

/// The agency whose list is imported: the importer's, or the root for the owner's command line.
async fn list_owner(conn: &mut Conn, payload: &Payload) -> Result<Agency> {
    match payload.agency {
        Some(id) => Ok(repo::agency::by_id_unscoped(conn, id).await?),
        None => {
            let all = repo::agency::list(conn, &Scope::everything()).await?;
            all.into_iter().next().ok_or_else(Error::not_found)
        }
    }
}

/// Revisions of item lists that are looked through for the published one, newest first.
const LISTS_MAX: u32 = 500;

async fn current_list(conn: &mut Conn, agency: &Agency) -> Result<Option<Revision>> {
    let lists =
        repo::revision::list(conn, &Scope::below(&agency.path), REVISION_KIND, Window::first(LISTS_MAX)).await?;
    Ok(lists.rows.into_iter().find(|r| r.number == list_number(agency) && r.state == RevisionState::Published))
}

async fn published_items(conn: &mut Conn, payload: &Payload) -> Result<HashMap<String, ItemRecord>> {
    let agency = list_owner(conn, payload).await?;
    let Some(list) = current_list(conn, &agency).await? else { return Ok(HashMap::new()) };
    let items = repo::check_item::of_revision(conn, list.id).await?;
    Ok(items.into_iter().map(|record| (record.item.code.clone(), record)).collect())
}

/// A new list is a new revision, published at once; the one before it is superseded. The same list again is no revision.
async fn publish_items(tx: &mut Tx, ctx: &Ctx, import: &Import, payload: &Payload) -> Result<StagedCounts> {
    let staged = repo::import_stage::rows::<StagedItem>(tx, import.id).await?;
    let agency = list_owner(tx, payload).await?;
    let current = current_list(tx, &agency).await?;
    let known = published_items(tx, payload).await?;
    let mut counts = StagedCounts::default();
    for item in &staged {
        count(&mut counts, known.get(&item.item.code).map(|k| same_item(k, item)));
    }
    let content = serde_json::to_string(&staged)?;
    let digest = hex::encode(Sha256::digest(content.as_bytes()));
    if current.as_ref().is_some_and(|current| current.digest == digest) {
        return Ok(counts);
    }
    if let Some(mut before) = current {
        before.state = RevisionState::Superseded;
        repo::revision::update(tx, &before, ctx.now).await.map_err(changed_meanwhile)?;
    }
    let number = list_number(&agency);
    let revision = Revision {
        id: RevisionId::from_parts(ctx.ms(), ctx.ten()),
        kind: REVISION_KIND.to_owned(),
        revision: repo::check_item::latest_revision(tx, &number).await? + 1,
        number,
        title: text::import::item_list_title(&agency.name),
        agency_id: agency.id,
        state: RevisionState::Published,
        content,
        digest,
        version: 1,
        created_by: payload.by.clone(),
        created_at: ctx.now,
        changed_at: ctx.now,
    };
    repo::revision::insert(tx, &revision).await.map_err(changed_meanwhile)?;
    let items: Vec<_> = staged
        .into_iter()
        .map(|StagedItem { mut item, body, materials }| {
            item.id = CheckItemId::from_parts(ctx.ms(), ctx.ten());
            ItemRecord { item, body, materials, revision_id: revision.id }
        })
        .collect();
    repo::check_item::insert_all(tx, revision.id, &items).await.map_err(changed_meanwhile)?;
    Ok(counts)
}

/// Parents before their children, whatever the order of the file.
async fn write_agencies(tx: &mut Tx, ctx: &Ctx, import: &Import) -> Result<StagedCounts> {
    let mut waiting = repo::import_stage::rows::<StagedAgency>(tx, import.id).await?;
    let mut counts = StagedCounts::default();
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut left = Vec::new();
        for staged in waiting {
            let known = repo::agency::by_code_unscoped(tx, &staged.code).await?;
            match (known, &staged.parent) {
                (Some(known), _) => change(tx, known, &staged, &mut counts).await?,
                (None, None) => add(tx, ctx, &staged, None, &mut counts).await?,
                (None, Some(parent)) => match repo::agency::by_code_unscoped(tx, parent).await? {
                    Some(parent) => add(tx, ctx, &staged, Some(parent), &mut counts).await?,
                    None => left.push(staged),
                },
            }
        }
        if left.len() == before {
            // Two agencies that name each other as parents.
            return Err(Error::conflict("IMPT-007"));
        }
        waiting = left;
    }
    Ok(counts)
}

/// Whether the file says of a known agency what is known; what the file has no column for says nothing.
fn same_agency(known: &Agency, staged: &StagedAgency) -> bool {
    let says = |now: &String, file: &Option<String>| file.as_ref().is_none_or(|file| file == now);
    known.name == staged.name
        && known.short_name == staged.short_name
        && says(&known.contact, &staged.contact)
        && says(&known.phone, &staged.phone)
}

async fn change(tx: &mut Tx, mut known: Agency, staged: &StagedAgency, counts: &mut StagedCounts) -> Result<()> {
    let same = same_agency(&known, staged);
    count(counts, Some(same));
    if !same {
        staged.name.clone_into(&mut known.name);
        staged.short_name.clone_into(&mut known.short_name);
        if let Some(contact) = &staged.contact {
            contact.clone_into(&mut known.contact);
        }
        if let Some(phone) = &staged.phone {
            phone.clone_into(&mut known.phone);
        }
        repo::agency::update(tx, &known).await.map_err(changed_meanwhile)?;
    }
    Ok(())
}

async fn add(
    tx: &mut Tx,
    ctx: &Ctx,
    staged: &StagedAgency,
    parent: Option<Agency>,
    counts: &mut StagedCounts,
) -> Result<()> {
    let path = match &parent {
        Some(parent) => parent.path.child(&staged.code),
        None => AgencyPath::root(&staged.code),
    };
    let agency = Agency {
        id: AgencyId::from_parts(ctx.ms(), ctx.ten()),
        code: staged.code.clone(),
        name: staged.name.clone(),
        short_name: staged.short_name.clone(),
        level: staged.level,
        kind: staged.kind,
        parent_id: parent.map(|parent| parent.id),
        division: staged.division.clone(),
        path: path.map_err(|_| Error::field("code", "AGCY-001"))?,
        contact: staged.contact.clone().unwrap_or_default(),
        phone: staged.phone.clone().unwrap_or_default(),
        version: 1,
    };
    repo::agency::insert(tx, &agency, ctx.now).await.map_err(changed_meanwhile)?;
    count(counts, None);
    Ok(())
}

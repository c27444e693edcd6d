//! A list of agencies against the tree: what differs, and the write of it.

use std::collections::HashMap;

use domain::agency::{AgencyPath, Scope};
use domain::ids::AgencyId;
use store::repo;
use store::repo::agency::Agency;
use store::repo::import::Import;
use store::repo::import_stage::StagedCounts;
use store::{Conn, Tx};
use text::Label as _;

use super::agency_row::StagedAgency;
use super::commit::changed_meanwhile;
use super::line::{Changes, PreviewLine, counts};
use crate::subject::Change;
use kernel::{Ctx, Error, Result};

/// What the file says otherwise of a known agency; what it has no column for says nothing, and key, place, level and kind stay.
fn changes(known: &Agency, staged: &StagedAgency) -> Vec<Change> {
    let mut changes = Changes::default();
    changes.text("name", &known.name, &staged.name);
    changes.text("short_name", &known.short_name, &staged.short_name);
    changes.text("contact", &known.contact, staged.contact.as_ref().unwrap_or(&known.contact));
    changes.text("phone", &known.phone, staged.phone.as_ref().unwrap_or(&known.phone));
    changes.into_vec()
}

fn line(row: u32, known: Option<&Agency>, staged: &StagedAgency) -> PreviewLine {
    match known {
        Some(known) => {
            PreviewLine::compared(row, &staged.code, &staged.name, known.id.to_string(), changes(known, staged))
        }
        None => {
            let words = [staged.level.label(), staged.kind.label()].join("；");
            PreviewLine::added(row, &staged.code, &staged.name, words)
        }
    }
}

/// What each row of the file would do, in its order.
pub(super) async fn lines(conn: &mut Conn, import: &Import) -> Result<Vec<PreviewLine>> {
    let known: HashMap<_, _> = repo::agency::list(conn, &Scope::everything())
        .await?
        .into_iter()
        .map(|agency| (agency.code.clone(), agency))
        .collect();
    let staged = repo::import_stage::rows::<StagedAgency>(conn, import.id).await?;
    Ok(staged.iter().map(|(row, staged)| line(*row, known.get(&staged.code), staged)).collect())
}

/// Parents before their children, wherever they stand in the file.
pub(super) async fn write(tx: &mut Tx, ctx: &Ctx, import: &Import) -> Result<StagedCounts> {
    let mut waiting = repo::import_stage::rows::<StagedAgency>(tx, import.id).await?;
    let mut done = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut left = Vec::new();
        for (row, staged) in waiting {
            let known = repo::agency::by_code_unscoped(tx, &staged.code).await?;
            let parent = match &staged.parent {
                Some(parent) if known.is_none() => match repo::agency::by_code_unscoped(tx, parent).await? {
                    Some(parent) => Some(parent),
                    None => {
                        left.push((row, staged));
                        continue;
                    }
                },
                _ => None,
            };
            let line = line(row, known.as_ref(), &staged);
            match known {
                None => add(tx, ctx, &staged, parent).await?,
                Some(known) if !line.changes.is_empty() => change(tx, known, &staged).await?,
                Some(_) => {}
            }
            done.push(line);
        }
        if left.len() == before {
            // Two agencies that name each other as parents.
            return Err(Error::conflict("IMPT-007"));
        }
        waiting = left;
    }
    Ok(counts(&done))
}

async fn change(tx: &mut Tx, mut known: Agency, staged: &StagedAgency) -> Result<()> {
    staged.name.clone_into(&mut known.name);
    staged.short_name.clone_into(&mut known.short_name);
    if let Some(contact) = &staged.contact {
        contact.clone_into(&mut known.contact);
    }
    if let Some(phone) = &staged.phone {
        phone.clone_into(&mut known.phone);
    }
    repo::agency::update(tx, &known).await.map_err(changed_meanwhile)
}

async fn add(tx: &mut Tx, ctx: &Ctx, staged: &StagedAgency, parent: Option<Agency>) -> Result<()> {
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
    repo::agency::insert(tx, &agency, ctx.now).await.map_err(changed_meanwhile)
}

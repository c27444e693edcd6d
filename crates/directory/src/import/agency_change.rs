//! A list of agencies against the tree: where each row stands or would stand, what differs, and the write of it.

use std::collections::HashMap;

use domain::agency::{AgencyPath, Scope};
use domain::agency_code::AgencyCode;
use domain::ids::AgencyId;
use domain::reach::Touch;
use store::repo;
use store::repo::agency::Agency;
use store::repo::import::Import;
use store::repo::import_stage::StagedCounts;
use store::{Conn, Tx};
use text::Label as _;

use super::agency_row::StagedAgency;
use super::commit::changed_meanwhile;
use super::foreign::ForeignRow;
use super::line::{PreviewLine, counts};
use crate::subject::{Change, Changes};
use kernel::{Ctx, Error, Result};

/// The agencies by their keys.
type Known = HashMap<AgencyCode, Agency>;

async fn known(conn: &mut Conn) -> Result<Known> {
    let all = repo::agency::list(conn, &Scope::everything()).await?;
    Ok(all.into_iter().map(|agency| (agency.code.clone(), agency)).collect())
}

/// A row of the file and the path at which its agency stands, or would stand. Paths are made of keys, never read.
struct Placed {
    row: u32,
    staged: StagedAgency,
    path: AgencyPath,
}

/// The rows, parents before their children wherever they stand in the file. Those that lead to no parent are left out.
fn placed(known: &Known, staged: Vec<(u32, StagedAgency)>) -> Vec<Placed> {
    let mut paths: HashMap<AgencyCode, AgencyPath> =
        known.iter().map(|(code, agency)| (code.clone(), agency.path.clone())).collect();
    let (mut done, mut waiting) = (Vec::with_capacity(staged.len()), staged);
    loop {
        let before = waiting.len();
        let mut left = Vec::new();
        for (row, staged) in waiting {
            let path = match (known.get(&staged.code), &staged.parent) {
                (Some(known), _) => Some(known.path.clone()),
                (None, None) => Some(AgencyPath::root(&staged.code)),
                (None, Some(parent)) => paths.get(parent).and_then(|above| above.child(&staged.code).ok()),
            };
            match path {
                Some(path) => {
                    paths.insert(staged.code.clone(), path.clone());
                    done.push(Placed { row, staged, path });
                }
                None => left.push((row, staged)),
            }
        }
        if left.len() == before || left.is_empty() {
            return done;
        }
        waiting = left;
    }
}

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
    let code = staged.code.as_str();
    match known {
        Some(known) => PreviewLine::compared(row, code, &staged.name, known.id.to_string(), changes(known, staged)),
        None => {
            let words = [staged.level.label(), staged.kind.label()].join("；");
            PreviewLine::added(row, code, &staged.name, words)
        }
    }
}

/// What each row of the file would do, in its order.
pub(super) async fn lines(conn: &mut Conn, import: &Import) -> Result<Vec<PreviewLine>> {
    let known = known(conn).await?;
    let staged = repo::import_stage::rows::<StagedAgency>(conn, import.id).await?;
    Ok(staged.iter().map(|(row, staged)| line(*row, known.get(&staged.code), staged)).collect())
}

/// Rows whose agency, or the one above it, or the place at which it would stand, lies outside the scope.
pub(super) async fn foreign(conn: &mut Conn, import: &Import, scope: &Scope) -> Result<Vec<ForeignRow>> {
    let known = known(conn).await?;
    let staged = repo::import_stage::rows::<StagedAgency>(conn, import.id).await?;
    let refused = |placed: &Placed| {
        let parent = placed.path.parent();
        let touch = match known.get(&placed.staged.code) {
            Some(known) => Touch::row(&known.path),
            None => Touch::new_agency(parent.as_ref(), &placed.path),
        };
        let why = scope.reaches(&touch).err()?;
        Some(ForeignRow::of(placed.row, why, "agency_outside", &placed.staged.name))
    };
    Ok(placed(&known, staged).iter().filter_map(refused).collect())
}

/// Parents before their children, wherever they stand in the file.
pub(super) async fn write(tx: &mut Tx, ctx: &Ctx, import: &Import) -> Result<StagedCounts> {
    let known = known(tx).await?;
    let staged = repo::import_stage::rows::<StagedAgency>(tx, import.id).await?;
    let rows = staged.len();
    let placed = placed(&known, staged);
    if placed.len() < rows {
        // A parent has gone, or stands deeper than when the file was checked.
        return Err(Error::conflict("IMPT-007"));
    }
    let mut ids: HashMap<_, _> = known.iter().map(|(code, agency)| (code.clone(), agency.id)).collect();
    let mut done = Vec::with_capacity(rows);
    for Placed { row, staged, path } in placed {
        let line = line(row, known.get(&staged.code), &staged);
        match known.get(&staged.code) {
            None => {
                let parent = staged.parent.as_ref().and_then(|code| ids.get(code).copied());
                let id = add(tx, ctx, &staged, parent, path).await?;
                ids.insert(staged.code, id);
            }
            Some(known) if !line.changes.is_empty() => change(tx, known.clone(), &staged).await?,
            Some(_) => {}
        }
        done.push(line);
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

async fn add(
    tx: &mut Tx,
    ctx: &Ctx,
    staged: &StagedAgency,
    parent_id: Option<AgencyId>,
    path: AgencyPath,
) -> Result<AgencyId> {
    let agency = Agency {
        id: AgencyId::from_parts(ctx.ms(), ctx.ten()),
        code: staged.code.clone(),
        name: staged.name.clone(),
        short_name: staged.short_name.clone(),
        level: staged.level,
        kind: staged.kind,
        parent_id,
        division: staged.division.clone(),
        path,
        contact: staged.contact.clone().unwrap_or_default(),
        phone: staged.phone.clone().unwrap_or_default(),
        version: 1,
    };
    repo::agency::insert(tx, &agency, ctx.now).await.map_err(changed_meanwhile)?;
    Ok(agency.id)
}

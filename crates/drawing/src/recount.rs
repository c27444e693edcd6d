//! Recomputing every draw for the check of the log: the whole bundle is verified from its files against the announced commitment,
//! and the drawn rows and the published list are held against the result that comes of it, whatever the events say.

use std::collections::BTreeMap;

use bundle::{Bundle, Verdict};
use domain::ids::DrawId;
use domain::projection::Projection;
use draw::{Digest, Outcome};
use store::repo;
use store::repo::attempt::Attempt;
use store::repo::drawn::Drawn;
use store::repo::publication::{PublishedDrawn, PublishedFilter};

use crate::frozen::{announced_result, pinned_register, registered};
use crate::public_site::DRAW;
use crate::run::rows;
use kernel::audit::{AuditFault, Place};
use kernel::job::Progress;
use kernel::{Error, Platform, Result};

/// Attempts read at a time.
const CHUNK: u32 = 100;
/// Faults named of one draw at most.
const FAULTS_MAX: usize = 20;
/// Rows of a published list read at a time.
const LIST_CHUNK: u32 = 5_000;

/// Recomputes every draw that has a result, one at a time; gives how many there are, and what differs.
pub(crate) async fn draws(platform: &Platform, progress: Progress<'_>) -> Result<(u64, Vec<AuditFault>)> {
    let (mut count, mut faults, mut after) = (0, Vec::new(), String::new());
    loop {
        let mut conn = platform.store().read().await?;
        let ids = repo::attempt::drawn_after_unscoped(&mut conn, &after, CHUNK).await?;
        drop(conn);
        let Some(last) = ids.last() else { return Ok((count, faults)) };
        after = last.to_string();
        for id in ids {
            progress(text::audit::DRAWS, count, 0);
            faults.extend(match one(platform, id).await {
                Ok(faults) => faults,
                // A value that cannot be read is a fault of this one, and the others are still recounted.
                Err(error) => {
                    let Some(detail) = error.unreadable() else { return Err(error) };
                    let slice = id.to_string();
                    let place = Place { of: Projection::Draw, slice, task: String::new(), row: id.to_string() };
                    vec![AuditFault::Unreadable { place, detail }]
                }
            });
            count += 1;
        }
    }
}

/// What the files of a draw say.
struct Recounted {
    /// What does not hold of the documents, in words.
    documents: Vec<String>,
    /// The rows that follow.
    rows: Vec<Drawn>,
}

async fn one(platform: &Platform, id: DrawId) -> Result<Vec<AuditFault>> {
    let mut conn = platform.store().snapshot().await?;
    let attempt = repo::attempt::by_id_unscoped(&mut conn, id).await?;
    let task = repo::task::by_id_unscoped(&mut conn, attempt.task_id).await?;
    let place = |of: Projection, slice: String| Place { of, slice, task: task.number.clone(), row: String::new() };
    let of_draw = place(Projection::Draw, id.to_string());
    let fault = |place: Place, detail: String| AuditFault::Recount { place, detail };
    let work = platform.clone();
    let copy = attempt.clone();
    let found = tokio::task::spawn_blocking(move || recount(&work, &copy)).await.map_err(Error::internal)?;
    let found = match found {
        Ok(found) => found,
        // A file that is gone, a register that is another: said as a fault of the draw, and the others are still recounted.
        Err(error) => {
            let why =
                error.cause().map_or_else(|| text::problem::message(error.code, &error.args), ToString::to_string);
            return Ok(vec![fault(of_draw, why)]);
        }
    };
    let mut faults: Vec<AuditFault> = found.documents.into_iter().map(|why| fault(of_draw.clone(), why)).collect();
    let there = repo::drawn::all_with_reserves(&mut conn, id).await?;
    let of_rows = place(Projection::Drawn, id.to_string());
    faults.extend(
        differences(&found.rows, &there, drawn_name, drawn_told).into_iter().map(|why| fault(of_rows.clone(), why)),
    );
    if let Some(publication) = repo::publication::of_task(&mut conn, DRAW, attempt.task_id).await? {
        let mut there: Vec<PublishedDrawn> = Vec::new();
        loop {
            let after = there.last().map_or(0, |row| row.position);
            let filter = PublishedFilter::default();
            let chunk = repo::publication::drawn_after(&mut conn, &publication.id, &filter, after, LIST_CHUNK).await?;
            if chunk.is_empty() {
                break;
            }
            there.extend(chunk);
        }
        // The list belongs to the attempt that has a result: a task has one.
        let wanted = found.rows.iter().filter(|row| !row.reserve).zip(1..).map(|(row, position)| PublishedDrawn {
            position,
            code: row.code.clone(),
            name: row.name.clone(),
            unit: String::new(),
            stratum: row.stratum.clone(),
            stratum_label: String::new(),
            ticket: row.ticket.clone(),
        });
        let wanted: Vec<_> = wanted.collect();
        let of_list = place(Projection::PublishedDrawn, attempt.task_id.to_string());
        let list = differences(&wanted, &there, |row| row.position.to_string(), published_told);
        faults.extend(list.into_iter().map(|why| fault(of_list.clone(), why)));
    }
    Ok(faults)
}

fn recount(platform: &Platform, attempt: &Attempt) -> Result<Recounted> {
    let files = platform.files();
    let mut documents = Vec::new();
    let digest = attempt.bundle_file.as_deref().ok_or_else(|| Error::internal("a drawn attempt without a bundle"))?;
    let announced = attempt.commitment_digest.as_deref().and_then(|hex| Digest::parse(hex).ok());
    let mut opened = Bundle::open(&files.existing(digest)?).map_err(Error::internal)?;
    let report = bundle::verify(&mut opened, announced, &mut draw::unattended).map_err(Error::internal)?;
    for step in report.steps.iter().filter(|step| step.verdict == Verdict::Failed) {
        documents.push(text::audit::bundle_fails(&format!("{}：{}", step.name.word(), step.code)));
    }
    let recomputed = report.result.map(|digest| digest.to_string());
    if recomputed != attempt.result_digest {
        let or_none = |digest: Option<&str>| digest.map_or_else(|| text::audit::no_row().to_owned(), str::to_owned);
        documents.push(text::audit::recount_digest(
            text::audit::RESULT,
            &or_none(recomputed.as_deref()),
            &or_none(attempt.result_digest.as_deref()),
        ));
    }
    let outcome: Outcome = announced_result(files, attempt)?;
    let seed = outcome.seed.to_string();
    if attempt.seed.as_deref() != Some(seed.as_str()) {
        let found = attempt.seed.as_deref().unwrap_or_else(|| text::audit::no_row());
        documents.push(text::audit::recount_digest(text::audit::SEED, &seed, found));
    }
    let objects = registered(files, &pinned_register(attempt)?, &outcome)?;
    Ok(Recounted { documents, rows: rows(&outcome, &objects)? })
}

fn drawn_name(row: &Drawn) -> String {
    let Drawn { stratum, cell, rank, .. } = row;
    if cell.is_empty() { format!("{stratum} {rank}") } else { format!("{stratum} {cell} {rank}") }
}

fn drawn_told(row: &Drawn) -> String {
    let Drawn { code, name, ticket, agency_id, subject_id, reserve, .. } = row;
    format!("{code} {name} {ticket} {agency_id} {subject_id} {reserve}")
}

fn published_told(row: &PublishedDrawn) -> String {
    format!("{} {} {} {}", row.code, row.name, row.stratum, row.ticket)
}

/// Rows that differ, are missing or too many, by what names them.
fn differences<T>(wanted: &[T], there: &[T], name: impl Fn(&T) -> String, told: impl Fn(&T) -> String) -> Vec<String> {
    let index = |rows: &[T]| rows.iter().map(|row| (name(row), told(row))).collect::<BTreeMap<_, _>>();
    let (wanted, there) = (index(wanted), index(there));
    let nothing = || text::audit::no_row().to_owned();
    let mut found = Vec::new();
    for (row, told) in &wanted {
        if there.get(row) != Some(told) {
            found.push(text::audit::recount_row(row, told, &there.get(row).cloned().unwrap_or_else(nothing)));
        }
    }
    for (row, told) in there.iter().filter(|(row, _)| !wanted.contains_key(*row)) {
        found.push(text::audit::recount_row(row, &nothing(), told));
    }
    found.truncate(FAULTS_MAX);
    found
}

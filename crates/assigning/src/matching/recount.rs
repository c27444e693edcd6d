//! Recomputing every matching for the check of the log: seed from commitment and reveals, teams from the sealed input and the seed,
//! held against the teams that stand at the visits.

use std::collections::BTreeMap;

use ::matching::{Input, Suite as MatchSuite};
use domain::ids::MatchingId;
use domain::projection::Projection;
use draw::Reveals;
use store::repo::matching::Matching;

use super::words;
use drawing::party::commitment_of;
use kernel::audit::{AuditFault, Place};
use kernel::job::Progress;
use kernel::{Error, Platform, Result};

/// Matchings read at a time.
const CHUNK: u32 = 100;
/// Faults named of one matching at most.
const FAULTS_MAX: usize = 20;

/// Recomputes every matching that has teams, one at a time; gives how many there are, and what differs.
pub(crate) async fn matchings(platform: &Platform, progress: Progress<'_>) -> Result<(u64, Vec<AuditFault>)> {
    let (mut count, mut faults, mut after) = (0, Vec::new(), String::new());
    loop {
        let mut conn = platform.store().read().await?;
        let ids = store::repo::matching::matched_after_unscoped(&mut conn, &after, CHUNK).await?;
        drop(conn);
        let Some(last) = ids.last() else { return Ok((count, faults)) };
        after = last.to_string();
        for id in ids {
            progress(text::audit::MATCHINGS, count, 0);
            faults.extend(match one(platform, id).await {
                Ok(faults) => faults,
                // A value that cannot be read is a fault of this one, and the others are still recounted.
                Err(error) => {
                    let Some(detail) = error.unreadable() else { return Err(error) };
                    let slice = id.to_string();
                    let place = Place { of: Projection::Matching, slice, task: String::new(), row: id.to_string() };
                    vec![AuditFault::Unreadable { place, detail }]
                }
            });
            count += 1;
        }
    }
}

/// A visit with its leader and its second member, as ids.
type Teams = BTreeMap<String, (String, String)>;

async fn one(platform: &Platform, id: MatchingId) -> Result<Vec<AuditFault>> {
    let mut conn = platform.store().snapshot().await?;
    let matching = store::repo::matching::by_id_unscoped(&mut conn, id).await?;
    let share = store::repo::share::by_id_unscoped(&mut conn, matching.share_id).await?;
    let there: Teams = store::repo::matching::teams_unscoped(&mut conn, id)
        .await?
        .into_iter()
        .map(|(visit, leader, member)| (visit, (leader, member)))
        .collect();
    drop(conn);
    let place = |of: Projection, row: &str| Place {
        of,
        slice: id.to_string(),
        task: share.task_number.clone(),
        row: row.to_owned(),
    };
    let files = platform.clone();
    let recounted = tokio::task::spawn_blocking(move || recount(&files, &matching)).await.map_err(Error::internal)?;
    let (documents, teams) = match recounted {
        Ok(found) => found,
        // A file that is gone or a document that is another: a fault of this matching, and the others are still recounted.
        Err(error) => {
            let detail =
                error.cause().map_or_else(|| text::problem::message(error.code, &error.args), ToString::to_string);
            return Ok(vec![AuditFault::Recount { place: place(Projection::Matching, ""), detail }]);
        }
    };
    let documents =
        documents.into_iter().map(|detail| AuditFault::Recount { place: place(Projection::Matching, ""), detail });
    let mut faults: Vec<AuditFault> = documents.collect();
    let nobody = (text::audit::no_row().to_owned(), String::new());
    let names: std::collections::BTreeSet<&String> = teams.keys().chain(there.keys()).collect();
    for visit in names {
        let (wanted, found) = (teams.get(visit).unwrap_or(&nobody), there.get(visit).unwrap_or(&nobody));
        if wanted != found {
            let shown = |team: &(String, String)| format!("{} {}", team.0, team.1);
            let detail = text::audit::recount_row(visit, &shown(wanted), &shown(found));
            faults.push(AuditFault::Recount { place: place(Projection::Assignment, visit), detail });
        }
    }
    faults.truncate(FAULTS_MAX);
    Ok(faults)
}

fn recount(platform: &Platform, matching: &Matching) -> Result<(Vec<String>, Teams)> {
    let mut documents = Vec::new();
    let mut differs = |what: &str, expected: &str, found: Option<&str>| {
        if found != Some(expected) {
            documents.push(text::audit::recount_digest(what, expected, found.unwrap_or_else(|| text::audit::no_row())));
        }
    };
    let suite = MatchSuite::named(&matching.suite).ok_or_else(|| Error::internal("no suite"))?;
    let input = Input::parse(&platform.files().read(&matching.input_file)?).map_err(Error::internal)?;
    let digest = hex::encode(input.digest(suite).map_err(|refusal| words::refused(&refusal))?);
    let commitment = commitment_of(matching.commitment_document.as_deref())?;
    differs(text::audit::INPUT, &digest, Some(&matching.input_digest));
    if let draw::Subject::Match { matching: sealed, .. } = &commitment.subject {
        differs(text::audit::INPUT, &digest, Some(&sealed.to_string()));
    }
    let reveals = matching.reveals_document.as_deref().ok_or_else(|| Error::internal("a matching without reveals"))?;
    let reveals = Reveals::parse(reveals.as_bytes()).map_err(Error::internal)?;
    let settled = commitment.settle(&reveals, None).map_err(Error::internal)?;
    differs(text::audit::SEED, &settled.seed.to_string(), matching.seed.as_deref());
    let outcome =
        ::matching::run(&input, *settled.seed.as_bytes(), suite).map_err(|refusal| words::refused(&refusal))?;
    let teams = outcome.teams.into_iter().map(|team| (team.visit, (team.leader, team.member))).collect();
    Ok((documents, teams))
}

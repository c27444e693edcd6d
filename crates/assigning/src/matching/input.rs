//! The sealed input of a matching: visits with the qualifications that their items ask for, the unit's inspectors with
//! certificate, qualifications and leave, recusals, rules. And what can be told from it before any randomness.

use std::collections::{BTreeMap, BTreeSet};

use ::matching::{Input, Inspector, Qualification, Recusal, Refusal, Rules, Span, VISITS_MAX, Visit};
use domain::ids::ShareId;
use domain::registry::UseCase;
use domain::state::VisitState;
use store::Conn;
use store::repo::share::Share;
use store::repo::visit as visits_repo;
use store::repo::{dispatch, roster};

use kernel::{Ctx, Error, Platform, Result};

use super::words;

/// Shortages that a page lists; it says how many there are in all.
const SHORTAGES_SHOWN: usize = 200;
/// The last day that a document can name: what has no end.
const NO_END: &str = "9999-12-31";
/// The first day that a document can name: what has no beginning.
const NO_BEGINNING: &str = "0001-01-01";

/// A visit that cannot have two lawful inspectors, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShortageView {
    /// Number of the visit.
    pub number: String,
    /// The inspected object.
    pub name: String,
    /// The planned day.
    pub day: String,
    /// The rule that leaves too few people, with its counts.
    pub what: String,
    /// What to do.
    pub next: String,
}

/// Whether a share can be matched as things stand.
#[derive(Clone, Debug)]
pub struct Feasibility {
    /// Visits that need a team.
    pub visits: usize,
    /// Inspectors of the unit.
    pub inspectors: usize,
    /// Of these, with a certificate valid on one of the planned days at least; who goes where is judged day by day.
    pub certified: usize,
    /// First and last planned day.
    pub days: Option<(String, String)>,
    /// Visits that cannot have a team, the first ones.
    pub shortages: Vec<ShortageView>,
    /// How many such visits there are.
    pub short: usize,
}

/// The input of one share's matching.
pub(crate) struct Built {
    pub(crate) input: Input,
    names: BTreeMap<String, String>,
}

/// Looks before anything is sealed which visits could not have two lawful inspectors, and why.
///
/// # Errors
/// `NotFound`, `Denied`; `MATCH-015` if the input breaks a limit.
pub async fn feasibility(platform: &Platform, ctx: &Ctx, share: ShareId) -> Result<Feasibility> {
    ctx.require(UseCase::MatchingView)?;
    let mut conn = platform.store().read().await?;
    let share = store::repo::share::get(&mut conn, &ctx.scope()?, share).await?;
    let built = build(&mut conn, &share).await?;
    drop(conn);
    tokio::task::spawn_blocking(move || judge(&built)).await.map_err(Error::internal)?
}

fn judge(built: &Built) -> Result<Feasibility> {
    let (input, names) = (&built.input, &built.names);
    let shortages = match ::matching::check_feasible(input) {
        Ok(()) => Vec::new(),
        Err(Refusal::Infeasible(shortages)) => shortages,
        Err(other) => return Err(words::refused(&other)),
    };
    let days: BTreeSet<&String> = input.visits.iter().map(|visit| &visit.day).collect();
    let certified = input.inspectors.iter().filter(|i| days.iter().any(|day| i.certificate.holds(day))).count();
    Ok(Feasibility {
        visits: input.visits.len(),
        inspectors: input.inspectors.len(),
        certified,
        days: days.first().zip(days.last()).map(|(a, b)| ((*a).clone(), (*b).clone())),
        short: shortages.len(),
        shortages: shortages.iter().take(SHORTAGES_SHOWN).map(|shortage| words::shortage(shortage, names)).collect(),
    })
}

/// Reads everything that the document holds. The same database state gives the same document.
pub(crate) async fn build(conn: &mut Conn, share: &Share) -> Result<Built> {
    let rows_max = u32::try_from(VISITS_MAX + 1).unwrap_or(u32::MAX);
    let mut visits = visits_repo::of_share(conn, share.id, rows_max).await?;
    visits.retain(|visit| visit.state == VisitState::Waiting);
    let ids: Vec<_> = visits.iter().map(|visit| visit.id).collect();
    let mut requires: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for item in visits_repo::items(conn, &share.item_list_id, &ids).await? {
        let codes = dispatch::list(&item.qualification).map(str::to_owned);
        requires.entry(item.visit_id).or_default().extend(codes);
    }
    let rows_max = u32::try_from(::matching::UNIT_INSPECTORS_MAX + 1).unwrap_or(u32::MAX);
    let people = roster::of_unit(conn, share.agency_id, rows_max).await?;
    let codes: BTreeMap<_, _> = visits.iter().map(|visit| (visit.subject_id, visit.code.clone())).collect();
    let recusals = roster::recusals(conn, share.agency_id, share.id).await?;
    let input = Input {
        inspectors: people.into_iter().map(|entry| inspector(entry, &share.agency_code)).collect(),
        recusals: recusals
            .into_iter()
            .filter_map(|(who, subject)| {
                codes.get(&subject).map(|code| Recusal { inspector: who.to_string(), subject: code.clone() })
            })
            .collect(),
        // "Loads that differ by at most one" is promised for each matching; earlier ones do not weigh in.
        rules: Rules { balance: ::matching::Balance::Visits, ..Rules::default() },
        visits: visits
            .iter()
            .map(|visit| Visit {
                id: visit.number.clone(),
                subject: visit.code.clone(),
                unit: share.agency_code.clone(),
                day: text::day(visit.planned_on),
                requires: requires.remove(&visit.id).unwrap_or_default().into_iter().collect(),
            })
            .collect(),
    };
    let names = visits.into_iter().map(|visit| (visit.number, visit.name)).collect();
    Ok(Built { input: input.sorted(), names })
}

fn inspector(entry: roster::Entry, unit: &str) -> Inspector {
    let from = |day: Option<String>| day.unwrap_or_else(|| NO_BEGINNING.to_owned());
    let to = |day: Option<String>| day.unwrap_or_else(|| NO_END.to_owned());
    Inspector {
        id: entry.id.to_string(),
        unit: unit.to_owned(),
        certificate: Span { from: entry.from, to: entry.to },
        qualifications: entry
            .qualifications
            .into_iter()
            .map(|(code, first, last)| Qualification { code, from: from(first), to: to(last) })
            .collect(),
        leave: entry.leaves.into_iter().map(|(from, to)| Span { from, to }).collect(),
        prior_load: 0,
    }
}

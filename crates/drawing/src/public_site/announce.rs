//! Writing the announcement of a task: at the commitment, at a failure, at the draw. Its content is derived anew from the
//! rows each time, so that it cannot drift from them.

use std::collections::HashMap;

use domain::ids::{AgencyId, EventId};
use domain::scheme::{Expected, SchemeDraft};
use domain::state::{AttemptState, MappingState};
use store::repo;
use store::repo::attempt::Attempt;
use store::repo::drawn::Drawn;
use store::repo::party::Ceremony;
use store::repo::publication::{Publication, PublishedDrawn};
use store::repo::task::Task;
use store::{Conn, Tx};

use super::DRAW;
use crate::task::attempt_view;
use kernel::{Ctx, Error, Platform, Result};
use planning::scheme::{RuleCount, StratumCount};

/// What an announcement says.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Announcement {
    /// The document the scheme rests on.
    pub basis: String,
    /// First day of the checks.
    pub window_from: String,
    /// Last day.
    pub window_to: String,
    /// Whom to ask.
    pub contact: String,
    /// A rehearsal, never official.
    pub rehearsal: bool,
    /// Rows of the roll.
    pub roll_rows: i64,
    /// Digest of the roll.
    pub roll_digest: String,
    /// When it was frozen, RFC 3339.
    pub roll_at: String,
    /// From what.
    pub roll_source: String,
    /// Digest of the roll's file.
    pub roll_file: String,
    /// `roll.json`.
    pub roll_document: String,
    /// `scheme.json`.
    pub scheme_document: String,
    /// Hash suite.
    pub suite: String,
    /// What left.
    pub exclusions: Vec<RuleCount>,
    /// The strata.
    pub strata: Vec<StratumCount>,
    /// Rows of no stratum.
    pub outside: u64,
    /// How many are drawn, over all strata (户次).
    pub total: u64,
    /// Objects of the strata, each counted once, and those of them that belong to several.
    pub objects: Option<(u64, u64)>,
    /// How many visits (户) the draw leads to.
    pub expected: Option<Expected>,
    /// Attempts, first to last.
    pub attempts: Vec<PublicAttempt>,
    /// What words of the scheme stand for, by decision of two people after the draw.
    #[serde(default)]
    pub mappings: Vec<PublicMapping>,
}

/// An approved mapping of a word to items.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct PublicMapping {
    /// Label of the class.
    pub class: String,
    /// The word of the scheme.
    pub entry: String,
    /// Names of the items.
    pub items: Vec<String>,
    /// Title and number of the revision of the list that holds them.
    pub list: (String, i64),
    /// Why.
    pub reason: String,
    /// When it was approved, RFC 3339.
    pub at: String,
}

/// One attempt as the public sees it.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct PublicAttempt {
    /// From 1.
    pub attempt: i64,
    /// `committed`, `drawn` or `failed`.
    pub state: String,
    /// Digest of the commitment document.
    pub commitment_digest: String,
    /// The commitment document itself, as it stands in the bundle.
    #[serde(default)]
    pub commitment_document: String,
    /// When it was published, RFC 3339.
    pub committed_at: String,
    /// Until when parties reveal.
    pub reveal_by: String,
    /// The parties.
    pub parties: Vec<PublicParty>,
    /// How strong the draw is, in words.
    pub strength: String,
    /// Why it is drawn again, from the second attempt on.
    pub replaces_reason: Option<String>,
    /// Why it failed.
    pub failure: Option<String>,
    /// The seed, once drawn.
    pub seed: Option<String>,
    /// Digest of the result.
    pub result_digest: Option<String>,
    /// How many rows were drawn over all classes (户次).
    pub drawn_rows: Option<i64>,
    /// How many different objects that are (户).
    #[serde(default)]
    pub drawn_objects: Option<i64>,
    /// When it ended.
    pub ended_at: Option<String>,
}

/// A party as the public sees it. Values appear with the draw, not before.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct PublicParty {
    /// Its name.
    pub name: String,
    /// The platform.
    pub platform: bool,
    /// Its commitment, hex.
    pub commitment: String,
    /// Salt, once drawn.
    pub salt: Option<String>,
    /// Value, once drawn.
    pub value: Option<String>,
}

impl Announcement {
    /// Different objects that were drawn (户); 0 before the draw.
    #[must_use]
    pub fn drawn_objects(&self) -> u64 {
        let latest = self.latest();
        let objects = latest.and_then(|attempt| attempt.drawn_objects.or(attempt.drawn_rows));
        objects.and_then(|n| u64::try_from(n).ok()).unwrap_or(0)
    }

    /// The latest attempt.
    #[must_use]
    pub fn latest(&self) -> Option<&PublicAttempt> {
        self.attempts.last()
    }

    /// How many are drawn and how many will be visited, in words; `None` once it is drawn.
    #[must_use]
    pub fn expected_words(&self) -> Option<String> {
        let before = self.expected.filter(|_| !self.drawn());
        before.map(|expected| text::scheme::expected(self.total, expected.least, expected.most))
    }

    /// Why the rows of the strata do not add up, in words; `None` where they do.
    #[must_use]
    pub fn overlap_words(&self) -> Option<String> {
        self.objects.filter(|(_, shared)| *shared > 0).map(|(objects, shared)| text::scheme::overlap(objects, shared))
    }

    /// Whether it was drawn.
    #[must_use]
    pub fn drawn(&self) -> bool {
        self.latest().is_some_and(|attempt| attempt.seed.is_some())
    }
}

/// Brings the announcement of a task up to date and gives its id.
pub async fn announce(_platform: &Platform, tx: &mut Tx, ctx: &Ctx, task: &Task) -> Result<String> {
    let attempts = repo::attempt::of_task(tx, task.id).await?;
    let published: Vec<_> = attempts.into_iter().filter(|attempt| attempt.commitment_digest.is_some()).collect();
    let latest = published.last().ok_or_else(|| Error::internal("nothing to announce"))?.clone();
    let revision = repo::revision::by_id_unscoped(tx, task.scheme_id).await?;
    let draft: SchemeDraft = serde_json::from_str(&revision.content)?;
    let organiser = repo::agency::by_id_unscoped(tx, task.agency_id).await?.name;
    let mut public = Vec::with_capacity(published.len());
    for attempt in published {
        public.push(public_attempt(tx, &draft, attempt).await?);
    }
    let census = repo::census::of_task(tx, task.id).await?;
    let sized = attempt_view(latest.clone(), &draft, census.as_ref())?;
    let content = Announcement {
        basis: draft.basis.clone(),
        window_from: task.window_from.to_string(),
        window_to: task.window_to.to_string(),
        contact: task.contact.clone(),
        rehearsal: task.rehearsal,
        roll_rows: latest.roll_rows.unwrap_or(0),
        roll_digest: latest.roll_digest.clone().unwrap_or_default(),
        roll_at: latest.roll_at.map(|at| at.to_string()).unwrap_or_default(),
        roll_source: latest.roll_source.clone(),
        roll_file: latest.roll_file.clone().unwrap_or_default(),
        roll_document: latest.roll_document.clone().unwrap_or_default(),
        scheme_document: latest.scheme_document.clone(),
        suite: latest.suite.clone(),
        exclusions: sized.exclusions,
        strata: sized.strata,
        outside: sized.outside,
        total: sized.total,
        objects: sized.objects,
        expected: sized.expected,
        attempts: public,
        mappings: mappings(tx, task, &draft).await?,
    };
    let before = repo::publication::of_task(tx, DRAW, task.id).await?;
    let publication = Publication {
        id: before
            .as_ref()
            .map_or_else(|| EventId::from_parts(ctx.ms(), ctx.ten()).to_string(), |before| before.id.clone()),
        kind: DRAW.to_owned(),
        task_id: task.id,
        number: task.number.clone(),
        title: task.title.clone(),
        organiser,
        content: serde_json::to_string(&content)?,
        bundle_file: latest.bundle_file,
        published_at: before.map_or(ctx.now, |before| before.published_at),
    };
    repo::publication::put(tx, &publication).await?;
    Ok(publication.id)
}

async fn mappings(conn: &mut Conn, task: &Task, draft: &SchemeDraft) -> Result<Vec<PublicMapping>> {
    let mut public = Vec::new();
    for mapping in repo::item_mapping::of_task(conn, task.id).await? {
        if mapping.state != MappingState::Approved {
            continue;
        }
        let list = repo::revision::by_id_unscoped(conn, mapping.list_id).await?;
        let items = planning::scheme::items_of(conn, mapping.list_id).await?;
        let named = mapping.items.iter().filter_map(|code| items.iter().find(|item| item.code == *code));
        let class = draft.strata.iter().find(|rule| rule.code == mapping.stratum);
        public.push(PublicMapping {
            class: class.map(|rule| rule.label.clone()).unwrap_or_default(),
            items: named.map(|item| item.name.clone()).collect(),
            list: (list.title, list.revision),
            entry: mapping.entry,
            reason: mapping.reason,
            at: mapping.decided_at.map(|at| at.to_string()).unwrap_or_default(),
        });
    }
    Ok(public)
}

async fn public_attempt(conn: &mut Conn, draft: &SchemeDraft, attempt: Attempt) -> Result<PublicAttempt> {
    let parties = repo::party::of_ceremony(conn, &Ceremony::draw(attempt.id)).await?;
    // A witness that reveals early must not be read out before the others have: the office sees it, the public waits.
    let open = attempt.state != AttemptState::Committed;
    let strength = text::ceremony::strength(parties.len().saturating_sub(1));
    let parties = parties.into_iter().map(|party| PublicParty {
        platform: party.role == "platform",
        commitment: party.commitment.unwrap_or_default(),
        salt: party.salt.filter(|_| open),
        value: party.value.filter(|_| open),
        name: party.name,
    });
    let parties = parties.collect();
    let failure = attempt_view(attempt.clone(), draft, None)?.failure;
    let drawn_objects = match attempt.drawn_rows {
        Some(_) => Some(repo::drawn::objects(conn, attempt.id).await?.iter().map(|(_, n)| n).sum()),
        None => None,
    };
    Ok(PublicAttempt {
        attempt: attempt.attempt,
        state: attempt.state.to_string(),
        commitment_digest: attempt.commitment_digest.unwrap_or_default(),
        commitment_document: attempt.commitment_document.unwrap_or_default(),
        committed_at: attempt.committed_at.map(|at| at.to_string()).unwrap_or_default(),
        reveal_by: attempt.reveal_by.map(|at| at.to_string()).unwrap_or_default(),
        parties,
        strength,
        replaces_reason: attempt.replaces_reason,
        failure,
        seed: attempt.seed,
        result_digest: attempt.result_digest,
        drawn_rows: attempt.drawn_rows,
        drawn_objects,
        ended_at: attempt.ended_at.map(|at| at.to_string()),
    })
}

/// Publishes the drawn list, without reserves, in the order of the result.
pub(crate) async fn publish_list(tx: &mut Tx, publication: &str, task: &Task, rows: &[Drawn]) -> Result<()> {
    let revision = repo::revision::by_id_unscoped(tx, task.scheme_id).await?;
    let draft: SchemeDraft = serde_json::from_str(&revision.content)?;
    let agencies = repo::agency::list(tx, &domain::agency::Scope::everything()).await?;
    let units: HashMap<AgencyId, String> = agencies.into_iter().map(|agency| (agency.id, agency.short_name)).collect();
    let label = |code: &str| draft.strata.iter().find(|rule| rule.code == code).map_or("", |rule| rule.label.as_str());
    let public = rows.iter().filter(|row| !row.reserve).zip(1..).map(|(row, position)| PublishedDrawn {
        position,
        code: row.code.clone(),
        name: row.name.clone(),
        unit: units.get(&row.agency_id).cloned().unwrap_or_default(),
        stratum: row.stratum.clone(),
        stratum_label: label(&row.stratum).to_owned(),
        ticket: row.ticket.clone(),
    });
    let public: Vec<_> = public.collect();
    repo::publication::insert_drawn(tx, publication, &public).await?;
    Ok(())
}

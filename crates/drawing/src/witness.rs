//! What a witness does with the link after the draw: fetch the bundle with the roll, and say under the witness's name that the
//! result was recomputed. Who holds the token is the party.

use domain::ids::DrawId;
use domain::registry::UseCase;
use domain::time::Instant;
use store::Conn;
use store::repo;
use store::repo::agency::Agency;
use store::repo::attempt::Attempt;
use store::repo::party::{Ceremony, Party};
use store::repo::task::Task;

use crate::attest::{Signer, record, seal};
use crate::result::{DownloadFile, zip};
use kernel::{Actor, Command, Ctx, Error, Platform, Result};

/// What the page behind a witness's link shows after the draw.
#[derive(Clone, Debug)]
pub struct Recount {
    /// Who drew.
    pub organiser: String,
    /// Title of the task.
    pub title: String,
    /// Where the public checks it.
    pub proof_url: String,
    /// The witness's name.
    pub party: String,
    /// Digest of the published commitment, hex.
    pub commitment: String,
    /// When the witness said that the result was recomputed.
    pub attested_at: Option<Instant>,
}

/// The page's content.
///
/// # Errors
/// `DRAW-021` for an unknown token, `DRAW-020` before the draw, `NotFound` for a witness of a matching.
pub async fn recount(platform: &Platform, token: &str) -> Result<Recount> {
    let mut conn = platform.store().read().await?;
    let Seat { party, attempt, task, agency } = seat(platform, &mut conn, token).await?;
    let statements = repo::attestation::of_draw(&mut conn, attempt.id).await?;
    let own = statements.into_iter().find(|statement| statement.signer == party.id.to_string());
    Ok(Recount {
        organiser: agency.name,
        title: task.title,
        proof_url: crate::public_site::proof_url(platform, &task.number),
        party: party.name,
        commitment: attempt.commitment_digest.unwrap_or_default(),
        attested_at: own.map(|statement| statement.at),
    })
}

/// The bundle with the roll; the event says who has it.
///
/// # Errors
/// As [`recount`].
pub async fn party_bundle(platform: &Platform, ctx: &Ctx, token: &str) -> Result<DownloadFile> {
    let mut conn = platform.store().read().await?;
    let seat = seat(platform, &mut conn, token).await?;
    drop(conn);
    let ctx = acting(ctx, &seat.party);
    let command = begin(platform, &ctx, UseCase::PartyBundle, &seat.agency).await?;
    let Seat { party, attempt, task, .. } = seat;
    let file = zip(platform, attempt.bundle_file, format!("{}-whole.zip", task.number))?;
    let data = serde_json::json!({ "bundle": file.digest, "party": party.name });
    command.finish(crate::task::KIND, task.id, data).await?;
    Ok(file)
}

/// The witness recomputed the draw and found the result of this digest.
///
/// # Errors
/// As [`recount`]; `Invalid` on `result` (`DRAW-027`) for another digest than the draw's; `DRAW-028` for who has said so.
pub async fn party_attest(platform: &Platform, ctx: &Ctx, token: &str, result: &str) -> Result<()> {
    let mut conn = platform.store().read().await?;
    let Seat { party, attempt, task, agency } = seat(platform, &mut conn, token).await?;
    drop(conn);
    let ctx = acting(ctx, &party);
    let mut command = begin(platform, &ctx, UseCase::PartyAttest, &agency).await?;
    let signer = Signer { role: "witness", id: party.id.to_string(), name: party.name, unit: String::new() };
    let data = record(platform, command.tx(), &ctx, (&task, &attempt), signer, result).await?;
    seal(&mut command, &task, &attempt).await?;
    command.finish(crate::task::KIND, task.id, data).await
}

/// A witness's seat at a draw that has a result.
struct Seat {
    party: Party,
    attempt: Attempt,
    task: Task,
    agency: Agency,
}

async fn seat(platform: &Platform, conn: &mut Conn, token: &str) -> Result<Seat> {
    let party = crate::party::of_token(platform, conn, token).await?;
    if party.ceremony_kind != Ceremony::DRAW {
        return Err(Error::not_found());
    }
    let draw: DrawId = party.ceremony_id.parse().map_err(Error::internal)?;
    let attempt = repo::attempt::by_id_unscoped(conn, draw).await?;
    if attempt.drawn_rows.is_none() {
        return Err(Error::conflict("DRAW-020"));
    }
    let task = repo::task::by_id_unscoped(conn, attempt.task_id).await?;
    let agency = repo::agency::by_id_unscoped(conn, task.agency_id).await?;
    Ok(Seat { party, attempt, task, agency })
}

/// The party itself acts.
fn acting(ctx: &Ctx, party: &Party) -> Ctx {
    Ctx { actor: Actor::Party { name: party.name.clone() }, ..ctx.clone() }
}

/// A command on behalf of the organiser.
async fn begin<'a>(platform: &'a Platform, ctx: &'a Ctx, use_case: UseCase, agency: &Agency) -> Result<Command<'a>> {
    let mut command = platform.command(ctx, use_case).await?;
    command.on_behalf_of(agency.id, &agency.name);
    Ok(command)
}

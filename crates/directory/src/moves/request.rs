//! Asking for a move: by whoever keeps the agency that the person leaves, or the one that they join.

use domain::ids::InspectorMoveId;
use domain::moves::MoveSide;
use domain::registry::UseCase;
use domain::state::{Machine as _, MoveState};
use store::repo::agency::Agency;
use store::repo::inspector_move::{InspectorMove, MoveAgency};
use store::{StoreError, repo};

use super::{REASON_CHARS_MAX, THING};
use kernel::{Ctx, Error, FieldError, Platform, Result};

/// The form, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MoveInput {
    /// Number of the person's certificate.
    pub certificate: String,
    /// The person's name, as the directory has it: who asks for somebody of another agency knows whom.
    pub name: String,
    /// Registrar key of the agency that they join.
    pub to: String,
    /// Why.
    pub reason: String,
}

fn side(agency: Agency) -> MoveAgency {
    MoveAgency { id: agency.id, path: agency.path, name: agency.name }
}

/// Asks the other side. The person stays where they are.
///
/// # Errors
/// `Invalid` on `certificate` (`MOVE-001` nobody in office with that number and name), `receiving` (`MOVE-002` no such agency,
/// `MOVE-003` neither side lies within the scope, `MOVE-004` they are there), `reason` (`CORE-101`); `Conflict` (`MOVE-005`)
/// while another request waits; `Denied`.
pub async fn request(platform: &Platform, ctx: &Ctx, input: &MoveInput) -> Result<InspectorMoveId> {
    let mut command = platform.command(ctx, UseCase::MoveRequest).await?;
    let (certificate, name) = (input.certificate.trim(), input.name.trim());
    let found = repo::inspector::by_certificates_unscoped(command.tx(), &[certificate.to_owned()]).await?;
    let person = found.into_values().find(|found| found.inspector.name == name && found.left_on.is_none());
    let code = input.to.trim();
    let to = match code.parse() {
        Ok(code) => repo::agency::by_code_unscoped(command.tx(), &code).await?,
        Err(_) => None,
    };
    let mut wrong = Vec::new();
    if person.is_none() {
        let args = vec![("certificate", certificate.to_owned()), ("name", name.to_owned())];
        wrong.push(FieldError { field: "certificate", code: "MOVE-001", args });
    }
    if to.is_none() {
        wrong.push(FieldError { field: "receiving", code: "MOVE-002", args: vec![("code", code.to_owned())] });
    }
    let reason = input.reason.trim();
    if !(1..=REASON_CHARS_MAX).contains(&reason.chars().count()) {
        wrong.push(FieldError { field: "reason", code: "CORE-101", args: vec![("max", REASON_CHARS_MAX.to_string())] });
    }
    let (Some(person), Some(to), true) = (person, to, wrong.is_empty()) else {
        return Err(super::super::invalid(wrong));
    };
    let from = repo::agency::by_id_unscoped(command.tx(), person.inspector.agency).await?;
    let asking = MoveSide::asking(&ctx.scope()?, &from.path, &to.path);
    let asking = asking.ok_or_else(|| Error::field("receiving", "MOVE-003"))?;
    if from.id == to.id {
        return Err(Error::field("receiving", "MOVE-004").with("name", name).with("agency", &to.name));
    }
    let post = ctx.post()?;
    let m = InspectorMove {
        id: InspectorMoveId::from_parts(ctx.ms(), ctx.ten()),
        inspector_id: person.inspector.id,
        name: name.to_owned(),
        certificate: certificate.to_owned(),
        from: side(from),
        to: side(to),
        side: asking,
        reason: reason.to_owned(),
        state: MoveState::START,
        asked_by: post.id.to_string(),
        asked_name: post.person.clone(),
        asked_account: post.account_id,
        asked_agency: post.agency_path.clone(),
        asked_at: ctx.now,
        answered_by: String::new(),
        answered_name: String::new(),
        answered_at: None,
        answer: String::new(),
        version: 1,
    };
    repo::inspector_move::insert(command.tx(), &m).await.map_err(|error| match error {
        StoreError::Duplicate(_) => Error::conflict("MOVE-005").with("name", name),
        other => other.into(),
    })?;
    let data = serde_json::json!({
        "name": m.name, "certificate": m.certificate, "from": m.from.name, "to": m.to.name, "reason": m.reason,
    });
    command.finish(THING, m.id, data).await?;
    Ok(m.id)
}

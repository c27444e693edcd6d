//! Declaring that an inspector must not check an object (回避). It is not taken back here: what was declared stays on record.

use domain::ids::{EventId, InspectorId};
use domain::reach::Touch;
use domain::registry::UseCase;
use domain::role::Role;
use store::repo;
use store::repo::inspector::{InspectorRecord, RecusalRow};
use store::{Conn, StoreError};

use super::REASON_CHARS_MAX;
use kernel::{Ctx, Error, FieldError, Platform, Result, actor_id};

/// The form, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecusalInput {
    /// Code of the object.
    pub subject_code: String,
    /// Why.
    pub reason: String,
}

/// A declared recusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The object's name.
    pub subject_name: String,
    /// Visits of today or later that the inspector is matched to at this object: they need another inspector.
    pub visits: u64,
}

/// The inspector for whom the acting post may declare.
///
/// # Errors
/// As [`declare`].
pub async fn declarable(platform: &Platform, ctx: &Ctx, id: InspectorId) -> Result<InspectorRecord> {
    ctx.require(UseCase::RecusalDeclare)?;
    let mut conn = platform.store().read().await?;
    own_or_kept(&mut conn, ctx, id).await
}

/// An inspector's post declares for nobody but the person itself; names are compared within the agency.
async fn own_or_kept(conn: &mut Conn, ctx: &Ctx, id: InspectorId) -> Result<InspectorRecord> {
    let record = repo::inspector::get(conn, &ctx.scope()?, id).await?;
    if let kernel::Actor::Post(post) = &ctx.actor
        && post.role == Role::Inspector
        && (post.person != record.inspector.name || post.agency_id != record.inspector.agency)
    {
        return Err(Error::denied("INSP-104").with("name", &record.inspector.name));
    }
    Ok(record)
}

/// Declares it, from the next matching on.
///
/// # Errors
/// `Invalid` on `subject_code` (`INSP-103` none in the scope) and `reason` (`CORE-101`); `Conflict` (`INSP-102`) if it is
/// declared already; `Denied` (`INSP-104`) if an inspector declares for someone else; `NotFound`.
pub async fn declare(platform: &Platform, ctx: &Ctx, id: InspectorId, input: &RecusalInput) -> Result<Declared> {
    let mut command = platform.command(ctx, UseCase::RecusalDeclare).await?;
    let inspector = own_or_kept(command.tx(), ctx, id).await?;
    let mut wrong = Vec::new();
    let code = input.subject_code.trim().to_ascii_uppercase();
    let subject = match repo::subject::by_code_unscoped(command.tx(), &code).await {
        Ok(found) => {
            let registrar = repo::agency::by_id_unscoped(command.tx(), found.subject.registrar).await?;
            let reached = ctx.scope()?.reaches(&Touch::row(&registrar.path)).is_ok();
            reached.then_some(found.subject)
        }
        Err(StoreError::NotFound) => None,
        Err(error) => return Err(error.into()),
    };
    if subject.is_none() {
        wrong.push(FieldError { field: "subject_code", code: "INSP-103", args: vec![("code", code)] });
    }
    let reason = input.reason.trim();
    if !(1..=REASON_CHARS_MAX).contains(&reason.chars().count()) {
        wrong.push(FieldError { field: "reason", code: "CORE-101", args: vec![("max", REASON_CHARS_MAX.to_string())] });
    }
    let (Some(subject), true) = (subject, wrong.is_empty()) else {
        return Err(super::super::invalid(wrong));
    };
    let row = RecusalRow {
        id: EventId::from_parts(ctx.ms(), ctx.ten()).to_string(),
        inspector_id: id,
        subject_id: subject.id,
        subject_code: subject.key.clone(),
        subject_name: subject.name.clone(),
        reason: reason.to_owned(),
        declared_by: actor_id(&ctx.actor),
        declared_at: ctx.now,
    };
    repo::inspector::insert_recusal(command.tx(), &row).await.map_err(|error| match error {
        StoreError::Duplicate(_) => {
            Error::conflict("INSP-102").with("inspector", &inspector.inspector.name).with("subject", &subject.name)
        }
        other => other.into(),
    })?;
    let visits = repo::inspector_load::planned_at(command.tx(), id, subject.id, ctx.today()).await?;
    command.finish("inspector", id, serde_json::json!({ "subject": subject.key, "visits": visits })).await?;
    Ok(Declared { subject_name: subject.name, visits })
}

//! One form of one visit, printed while the person waits.

use domain::ids::VisitId;
use domain::registry::UseCase;

use super::Printer;
use super::{FormKind, data};
use kernel::{Ctx, Error, Platform, Result};

/// A printed form.
#[derive(Clone, Debug)]
pub struct Printed {
    /// Name for download.
    pub name: String,
    /// The PDF.
    pub pdf: Vec<u8>,
}

/// Prints a form of a matched visit of the acting post's scope, and notes that it left the house.
///
/// # Errors
/// `NotFound`, `Denied`; `FORM-001` without fonts, `FORM-002` before the matching, `FORM-003` naming a character without a
/// glyph, `FORM-004` for a text that breaks a limit.
pub async fn print(platform: &Platform, ctx: &Ctx, id: VisitId, kind: FormKind) -> Result<Printed> {
    ctx.require(UseCase::FormPrint)?;
    let printer = Printer::of(platform)?;
    let scope = ctx.scope()?;
    let mut conn = platform.store().read().await?;
    let visit = store::repo::visit::get(&mut conn, &scope, id).await?;
    let share = store::repo::share::get(&mut conn, &scope, visit.share_id).await?;
    let forms = data::of_visits(platform, ctx, &mut conn, &share, std::slice::from_ref(&visit)).await?;
    drop(conn);
    let created = ctx.now;
    let pdf = tokio::task::spawn_blocking(move || {
        printer.print(kind, &forms, created, &mut |_, _| {}).map_err(|error| data::refused(error, &forms))
    })
    .await
    .map_err(Error::internal)??;
    let mut command = platform.command(ctx, UseCase::FormPrint).await?;
    store::repo::visit::set_prepared(command.tx(), &[id]).await?;
    let event = serde_json::json!({ "form": kind.code(), "number": visit.number, "name": visit.name });
    command.finish("visit", id, event).await?;
    Ok(Printed { name: format!("{}-{}.pdf", kind.label(), visit.number), pdf })
}

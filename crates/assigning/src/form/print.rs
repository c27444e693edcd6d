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

/// Prints a form of a matched visit of the acting post's scope, and notes that it left the house. A notice has the day of
/// its first printing, and printed again it is the same file.
///
/// # Errors
/// `NotFound`, `Denied`; `FORM-001` without fonts, `FORM-002` before the matching, `FORM-003` naming characters that cannot
/// be set, `FORM-004` for a text that breaks a limit, `FORM-010` for a notice of an agency without contact,
/// `FORM-011` while the rows it would be made of are known not to agree with the log, `FORM-008` if
/// another person issued the notice meanwhile, on another day.
pub async fn print(platform: &Platform, ctx: &Ctx, id: VisitId, kind: FormKind) -> Result<Printed> {
    ctx.require(UseCase::FormPrint)?;
    let printer = Printer::of(platform)?;
    let scope = ctx.scope()?;
    let mut conn = platform.store().read().await?;
    let visit = store::repo::visit::get(&mut conn, &scope, id).await?;
    let share = store::repo::share::get(&mut conn, &scope, visit.share_id).await?;
    data::require_contact(kind, &share)?;
    data::require_agreement(&mut conn, &share).await?;
    let mut found = data::of_visits(platform, ctx, &mut conn, &share, std::slice::from_ref(&visit)).await?;
    drop(conn);
    let form = found.pop().ok_or_else(Error::not_found)??;
    let forms = [form];
    let pdf = tokio::task::spawn_blocking(move || {
        printer.print(kind, &forms, &mut |_, _| {}).map_err(|error| data::refused(error, &forms))
    })
    .await
    .map_err(Error::internal)??
    .pdf;
    let mut command = platform.command(ctx, UseCase::FormPrint).await?;
    data::note_printed(&mut command, kind, &[&visit], ctx.today()).await?;
    let event = serde_json::json!({ "form": kind.code(), "number": visit.number, "name": visit.name });
    command.finish("visit", id, event).await?;
    Ok(Printed { name: format!("{}-{}.pdf", kind.label(), visit.number), pdf })
}

//! Reading imports: the list, one with its columns and report, the workbook with the problems.

use std::path::PathBuf;

use domain::ids::ImportId;
use domain::import::{ImportKind, ImportState};
use domain::registry::UseCase;
use sheet::Match;
use store::repo;
use store::repo::import::Import;
use store::repo::{Page, Window};

use super::fields::fields;
use super::{ImportReport, Layout, PURPOSE_PROBLEMS, THING, load};
use kernel::job::JobView;
use kernel::{Ctx, Error, Platform, Result};

/// An import as pages show it.
#[derive(Clone, Debug)]
pub struct ImportView {
    /// The import.
    pub import: Import,
    /// Its table; none if the file cannot be read.
    pub layout: Option<Layout>,
    /// The fields of its kind, with their columns.
    pub fields: Vec<FieldView>,
    /// What the last dry run found; none before it.
    pub report: Option<ImportReport>,
    /// Its last job.
    pub job: Option<JobView>,
    /// Whether there is a workbook with problems.
    pub has_problems_workbook: bool,
}

/// A field and its column.
#[derive(Clone, Debug)]
pub struct FieldView {
    /// Key.
    pub key: &'static str,
    /// Name on the page.
    pub label: &'static str,
    /// Whether a file without it is of no use.
    pub required: bool,
    /// Its column, from 1.
    pub column: Option<u32>,
    /// Whether a person should look: the heading only resembles the field's name, or several do.
    pub doubtful: bool,
}

/// A file to be sent.
#[derive(Clone, Debug)]
pub struct Download {
    /// Where its bytes lie.
    pub path: PathBuf,
    /// Name for the receiver.
    pub name: String,
    /// Media type.
    pub media_type: String,
}

/// One import of the scope.
///
/// # Errors
/// `NotFound`, `Denied`, `Unauthenticated`.
pub async fn get(platform: &Platform, ctx: &Ctx, id: ImportId) -> Result<ImportView> {
    ctx.require(UseCase::ImportView)?;
    let mut conn = platform.store().read().await?;
    let import = load(&mut conn, ctx, id).await?;
    let layout: Option<Layout> =
        if import.mapping == "{}" { None } else { Some(serde_json::from_str(&import.mapping)?) };
    let report = if import.report == "{}" { None } else { Some(serde_json::from_str(&import.report)?) };
    let jobs = repo::job::of_subject(&mut conn, THING, &id.to_string()).await?;
    let workbooks = repo::file::of_subject(&mut conn, THING, &id.to_string(), PURPOSE_PROBLEMS).await?;
    let has_problems = import.state == ImportState::Refused && !workbooks.is_empty();
    Ok(ImportView {
        fields: field_views(import.kind, layout.as_ref()),
        layout,
        report,
        job: jobs.into_iter().next().map(|job| JobView::of(job, ctx.now)),
        has_problems_workbook: has_problems,
        import,
    })
}

fn field_views(kind: ImportKind, layout: Option<&Layout>) -> Vec<FieldView> {
    let mapped = |key: &str| layout.and_then(|l| l.mapping.fields.iter().find(|f| f.key == key));
    fields(kind)
        .iter()
        .map(|field| FieldView {
            key: field.key,
            label: text::import::field(kind, field.key),
            required: field.required,
            column: mapped(field.key).and_then(|f| f.column),
            doubtful: mapped(field.key).is_some_and(|f| matches!(f.matched, Match::Similar | Match::Ambiguous(_))),
        })
        .collect()
}

/// Imports of the scope, newest first.
///
/// # Errors
/// `Denied`, `Unauthenticated`.
pub async fn list(platform: &Platform, ctx: &Ctx, window: Window) -> Result<Page<Import>> {
    ctx.require(UseCase::ImportList)?;
    let mut conn = platform.store().read().await?;
    Ok(repo::import::list(&mut conn, &ctx.scope()?, window).await?)
}

/// The workbook with the problems of the last dry run.
///
/// # Errors
/// `IMPT-008` if there is none; `NotFound`, `Denied`.
pub async fn problems_workbook(platform: &Platform, ctx: &Ctx, id: ImportId) -> Result<Download> {
    ctx.require(UseCase::ImportView)?;
    let mut conn = platform.store().read().await?;
    load(&mut conn, ctx, id).await?;
    let files = repo::file::of_subject(&mut conn, THING, &id.to_string(), PURPOSE_PROBLEMS).await?;
    let file = files.into_iter().next_back().ok_or_else(|| Error::conflict("IMPT-008"))?;
    let path = platform.files().existing(&file.digest)?;
    Ok(Download { path, name: file.name, media_type: file.media_type })
}

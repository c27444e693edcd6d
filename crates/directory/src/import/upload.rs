//! Taking a file in: kept by its digest, its table found, its columns suggested. A file that cannot be read is kept as a
//! refused import, so that the refusal can be shown and audited.

use std::path::{Path, PathBuf};

use domain::ids::{FileId, ImportId, JobId};
use domain::import::{ImportKind, ImportState};
use domain::text::{BadText, Text};
use files::{FileStore, Stored};
use serde_json::json;
use sheet::Limits;
use store::repo::file::File;
use store::repo::import::Import;
use text::Explain as _;

use super::report::{ImportReport, file_error};
use super::{Layout, PURPOSE_UPLOAD, THING, use_case};
use kernel::{Actor, Ctx, Error, Platform, Result, actor_id};

/// Characters of a file's name.
pub const FILE_NAME_CHARS_MAX: usize = 120;

/// A file on its way in.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Which directory it fills.
    pub kind: ImportKind,
    /// Where it lies: in [`Platform::incoming`], from where it is moved.
    pub path: PathBuf,
    /// Name as the sender called it.
    pub file_name: String,
}

/// Takes a file in. It is read as far as its heading; one that cannot be read becomes a refused import.
///
/// # Errors
/// `IMPT-009` for the length of the name, `IMPT-014` for a character in it; `Denied`, `Unauthenticated`, `Internal`.
pub async fn upload(platform: &Platform, ctx: &Ctx, input: Upload) -> Result<ImportId> {
    ctx.require(use_case(input.kind))?;
    let file_name = match Text::line(&input.file_name, FILE_NAME_CHARS_MAX) {
        Ok(name) if !name.as_str().is_empty() => name.into_string(),
        Ok(_) | Err(BadText::TooLong { .. }) => {
            return Err(Error::field("file", "IMPT-009").with("max", FILE_NAME_CHARS_MAX));
        }
        Err(bad) => {
            let said = bad.explain();
            return Err(Error::field("file", "IMPT-014").with("what", said.what));
        }
    };
    let (files, name, kind) = (platform.files().clone(), file_name.clone(), input.kind);
    let (stored, layout) = tokio::task::spawn_blocking(move || take_in(&files, &input.path, &name, kind))
        .await
        .map_err(Error::internal)??;
    let (state, mapping, report) = match &layout {
        Ok(layout) => (ImportState::Uploaded, serde_json::to_string(layout)?, "{}".to_owned()),
        Err(refused) => {
            (ImportState::Refused, "{}".to_owned(), serde_json::to_string(&ImportReport::refused(refused))?)
        }
    };
    let mut command = platform.command(ctx, use_case(kind)).await?;
    let (agency_id, created_name) = match &ctx.actor {
        Actor::Post(post) => (Some(post.agency_id), post.person.clone()),
        _ => (None, text::core::system_name().to_owned()),
    };
    let id = ImportId::from_parts(ctx.ms(), ctx.ten());
    let import = Import {
        id,
        kind,
        state,
        file_name: file_name.clone(),
        file_digest: stored.digest.clone(),
        file_size: i64::try_from(stored.size).unwrap_or(i64::MAX),
        agency_id,
        mapping,
        report,
        version: 1,
        created_by: actor_id(&ctx.actor),
        created_name,
        created_at: ctx.now,
        changed_at: ctx.now,
    };
    store::repo::import::insert(command.tx(), &import).await?;
    let file = File {
        id: FileId::from_parts(ctx.ms(), ctx.ten()),
        digest: stored.digest.clone(),
        size: import.file_size,
        media_type: media_type(&file_name).to_owned(),
        name: file_name.clone(),
        purpose: PURPOSE_UPLOAD.to_owned(),
        subject_kind: THING.to_owned(),
        subject_id: id.to_string(),
        agency_id,
        created_by: import.created_by.clone(),
        created_at: ctx.now,
    };
    store::repo::file::insert(command.tx(), &file).await?;
    let refused = layout.as_ref().err().map(|error| error.code);
    let data = json!({ "file": file_name, "digest": stored.digest, "bytes": stored.size, "refused": refused });
    command.finish(THING, id, data).await?;
    Ok(id)
}

type Found = std::result::Result<Layout, Error>;

/// Blocking: looks into the file, then keeps it.
fn take_in(files: &FileStore, path: &Path, name: &str, kind: ImportKind) -> Result<(Stored, Found)> {
    let found = sheet::open(path, &Limits::default())
        .map(|book| book.called(stem(name)))
        .and_then(|mut book| Layout::find(&mut book, kind));
    let layout = match found.map_err(file_error) {
        Err(error) if error.cause().is_some() => return Err(error),
        other => other,
    };
    Ok((files.adopt(path)?, layout))
}

/// A file's name without its ending: what a CSV file's sheet is called.
pub(super) fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

fn media_type(name: &str) -> &'static str {
    if name.to_ascii_lowercase().ends_with(".xlsx") {
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    } else {
        "text/csv"
    }
}

/// Upload, the suggested columns, dry run and commit in one call, for the command line and the demo: the same steps as on
/// the pages, the two jobs in a chain. The import is done once a worker has done both jobs; if the dry run finds
/// problems, nothing is committed and the import is refused.
///
/// # Errors
/// As [`upload`], and as [`super::dry_run`] if the suggested columns do not suffice.
pub async fn import_now(platform: &Platform, ctx: &Ctx, input: Upload) -> Result<(ImportId, JobId)> {
    let id = upload(platform, ctx, input).await?;
    let job = super::step::start_dry_run(platform, ctx, id, true).await?;
    Ok((id, job))
}

//! From a bureau's file to a directory: upload, assign columns, dry run, commit. All of a file or nothing.
//!
//! A dry run checks every cell and writes nothing but staged rows and its report; the commit makes the staged rows the
//! directory's in one transaction. Both are jobs that can be killed and begun again at any point.

mod agency_change;
mod agency_row;
mod cells;
mod commit;
mod dry_run;
mod fields;
mod foreign;
mod inspector_change;
mod inspector_row;
mod item_change;
mod item_row;
mod layout;
mod line;
mod preview;
mod read;
mod report;
mod step;
mod subject_row;
mod template;
mod upload;
mod view;

pub(crate) use commit::work as work_commit;
pub(crate) use dry_run::work as work_dry_run;
pub use layout::{Layout, LayoutColumn};
pub use line::PreviewLine;
pub use preview::{
    FILE_ROWS_MAX, FieldCount, LEAVING, Preview, PreviewQuery, preview, preview_file, preview_file_up_to,
};
pub use report::{ImportReport, ProblemCount, Refusal, ShownProblem, UnprintedText};
pub use step::{cancel, commit, dry_run, set_mapping};
pub use store::repo::import::Import;
pub use template::{Template, TemplateColumn, template, template_columns};
pub use upload::{FILE_NAME_CHARS_MAX, Upload, import_now, upload};
pub use view::{Download, FieldView, ImportView, get, list, problems_workbook};

use domain::ids::{AgencyId, ImportId};
use domain::import::ImportKind;
use domain::registry::UseCase;
use serde::{Deserialize, Serialize};

use kernel::{Ctx, Error, Result};

/// The handler that checks a file.
pub(crate) const DRY_RUN_JOB: &str = "import.dry_run";
/// The handler that makes the staged rows the directory's.
pub(crate) const COMMIT_JOB: &str = "import.commit";
/// Kind of the things that files, jobs and events of imports name.
pub(crate) const THING: &str = "import";
/// What the uploaded file is to its import.
const PURPOSE_UPLOAD: &str = "upload";
/// What the workbook with the problems is to its import.
const PURPOSE_PROBLEMS: &str = "problems";

/// Data rows of one file.
#[must_use]
pub const fn rows_max(kind: ImportKind) -> u64 {
    match kind {
        ImportKind::Agency => 2_000,
        ImportKind::Subject => 1_000_000,
        ImportKind::Inspector => 20_000,
        ImportKind::Item => 5_000,
    }
}

/// The use case of uploading a kind of file; every further step asks for it too.
#[must_use]
pub const fn use_case(kind: ImportKind) -> UseCase {
    match kind {
        ImportKind::Agency => UseCase::AgencyImport,
        ImportKind::Subject => UseCase::SubjectImport,
        ImportKind::Inspector => UseCase::InspectorImport,
        ImportKind::Item => UseCase::ItemImport,
    }
}

/// Payload of both jobs: which import, for whom.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Payload {
    import: ImportId,
    /// The post that asked, or `system`: it is cited as the author of the rows.
    by: String,
    agency: Option<AgencyId>,
    agency_name: String,
    /// Commit at once if the dry run finds nothing wrong.
    then_commit: bool,
}

/// The import, if the acting post may see it and may import its kind.
async fn load(conn: &mut store::Conn, ctx: &Ctx, id: ImportId) -> Result<Import> {
    let import = store::repo::import::get(conn, &ctx.scope()?, id).await?;
    ctx.require(use_case(import.kind))?;
    Ok(import)
}

/// Refuses while a job works on the import.
async fn require_idle(conn: &mut store::Conn, id: ImportId) -> Result<()> {
    let jobs = store::repo::job::of_subject(conn, THING, &id.to_string()).await?;
    let open = |job: &store::repo::job::Job| {
        matches!(job.state, domain::state::JobState::Queued | domain::state::JobState::Running)
    };
    if jobs.iter().any(open) { Err(Error::conflict("IMPT-001")) } else { Ok(()) }
}

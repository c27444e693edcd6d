//! Joins the areas: one table of jobs, to-dos, doctor's checks and kill points ([`AREAS`]), each row handed up by its area,
//! and the names under which fronts and the command line find the use cases.
//!
//! Nothing is decided here but the home page, which asks every area.

use std::path::PathBuf;
use std::sync::Arc;

use kernel::area::{Area, Parts};

pub mod home;

pub use ::drawing::{ceremony, fairness, party, public_site, task};
pub use assigning::form;
pub use kernel::paper;
pub use kernel::{account, agency, audit, calendar, change, check, export, folder, job, kill, rule, todo};
pub use planning::scheme;
pub use {assigning, directory, drawing, upkeep};

pub use kernel::{
    Actor, Agency, Clock, Command, Ctx, Entropy, Error, ErrorKind, FieldError, FilesFolder, NewJob, Page, Platform,
    Post, Result, SessionKey, StoreConfig, Window, actor_id, own_files, point,
};

/// The areas, each after those that it uses.
pub const AREAS: &[&Area] =
    &[&kernel::AREA, &directory::AREA, &planning::AREA, &drawing::AREA, &assigning::AREA, &upkeep::AREA];

/// What parties can sit around.
const TABLES: party::Tables = party::Tables(&[ceremony::TABLE, assigning::matching::TABLE]);

/// How to open a platform with all areas.
#[derive(Clone)]
pub struct Config {
    /// The database.
    pub store: StoreConfig,
    /// Folder of content-addressed files.
    pub files: PathBuf,
    /// Time and randomness.
    pub clock: Arc<dyn Clock>,
    /// What the outside calls this installation, without a slash at the end: `https://10.1.2.3:8443`. It stands in QR codes.
    pub base_url: String,
    /// Where the public front is, if another address than `base_url`: a bureau with an inner and an outer network has two.
    pub site_url: Option<String>,
    /// What sets forms as PDF; `None` where the machine has no fonts for it.
    pub printer: Option<Arc<dyn form::FormPrinter>>,
}

/// Opens database and files for the use cases of all areas. The schema must be up to date; see [`Platform::migrate`].
///
/// # Errors
/// `Internal` if the database or the folder cannot be opened.
pub async fn open(config: Config) -> Result<Platform> {
    let Config { store, files, clock, base_url, site_url, printer } = config;
    let fonts = paper::Fonts(printer.clone().map(|printer| -> Arc<dyn paper::Glyphs> { printer }));
    let parts = Parts::default().with(scheme::RollCache::default()).with(TABLES);
    let parts = parts.with(directory::subject::Counted::default()).with(public_site::Counted::default());
    let parts = parts.with(fonts).with(form::Printer(printer));
    Platform::open(kernel::Config { store, files, clock, base_url, site_url, areas: AREAS, parts }).await
}

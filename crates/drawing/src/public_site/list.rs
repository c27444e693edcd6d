//! The announcements, newest first.

use domain::Instant;
use domain::ids::TaskId;
use domain::state::AttemptState;
use store::repo;
use store::repo::Page;
use store::repo::publication::Publication;
use store::{Conn, StoreError};

use super::doubt::{Doubt, Doubts, expect_no_doubt};
use super::{Announcement, DRAW};
use kernel::{Error, Platform, Result};

/// How far a draw is, as the public is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicState {
    /// The commitment is published; everything but chance is fixed.
    Committed,
    /// Drawn.
    Drawn,
    /// The latest attempt failed, on the record.
    Failed,
}

impl PublicState {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Committed => text::public_site::COMMITTED,
            Self::Drawn => text::public_site::DRAWN,
            Self::Failed => text::public_site::FAILED,
        }
    }
}

/// One announcement.
#[derive(Clone, Debug)]
pub struct Announced {
    /// Its row in the projection.
    pub(crate) id: String,
    /// The task's number, which is its address.
    pub number: String,
    /// Title.
    pub title: String,
    /// Who organises.
    pub organiser: String,
    /// When it was first announced.
    pub published_at: Instant,
    /// SHA-256 of the bundle, hex, once it is drawn.
    pub bundle_digest: Option<String>,
    /// What it says.
    pub content: Announcement,
    /// The task.
    pub(crate) task: TaskId,
    /// What is known not to agree with the proof.
    pub doubt: Option<Doubt>,
}

impl Announced {
    /// How far it is.
    #[must_use]
    pub fn state(&self) -> PublicState {
        match self.content.latest() {
            Some(latest) if latest.seed.is_some() => PublicState::Drawn,
            Some(latest) if latest.state == AttemptState::Failed.to_string() => PublicState::Failed,
            _ => PublicState::Committed,
        }
    }

    /// Is the list out?
    #[must_use]
    pub fn is_drawn(&self) -> bool {
        self.state() == PublicState::Drawn
    }
}

impl TryFrom<Publication> for Announced {
    type Error = kernel::Error;

    fn try_from(row: Publication) -> Result<Self> {
        let content = serde_json::from_str(&row.content)?;
        Ok(Self {
            id: row.id,
            number: row.number,
            title: row.title,
            organiser: row.organiser,
            published_at: row.published_at,
            bundle_digest: row.bundle_file,
            content,
            task: row.task_id,
            doubt: None,
        })
    }
}

/// Announcements, newest first. `search` (part of title, number or organiser) empty means all; `page` counts from 0.
///
/// # Errors
/// `Internal`, `Unavailable`.
pub async fn list(platform: &Platform, search: &str, page: u32, per_page: u32) -> Result<Page<Announced>> {
    let mut conn = platform.store().read().await?;
    let found = repo::publication::list(&mut conn, DRAW, search.trim(), page, per_page).await?;
    let doubts = Doubts::read(&mut conn).await?;
    let mut rows = found.rows.into_iter().map(Announced::try_from).collect::<Result<Vec<_>>>()?;
    for row in &mut rows {
        row.doubt = doubts.of(row.task);
    }
    Ok(Page { rows, total: found.total })
}

/// The announcement with this number, whatever is in doubt of it.
pub(super) async fn by_number_doubted(conn: &mut Conn, number: &str) -> Result<Announced> {
    let doubts = Doubts::read(conn).await?;
    let row = match repo::publication::by_number(conn, DRAW, number).await {
        Ok(row) => row,
        // The row may be in doubt for its very number, or for being gone: then there is such an announcement all the same.
        Err(StoreError::NotFound) => {
            for task in doubts.tasks() {
                if repo::task::by_id_unscoped(conn, task).await?.number == number {
                    return Err(Error::conflict("PUBL-007").with("number", number));
                }
            }
            return Err(Error::not_found());
        }
        Err(other) => return Err(other.into()),
    };
    let mut announced: Announced = row.try_into()?;
    announced.doubt = doubts.of(announced.task);
    Ok(announced)
}

/// The announcement with this number, unless it does not agree with its proof (`PUBL-007`).
pub(super) async fn by_number(conn: &mut Conn, number: &str) -> Result<Announced> {
    let announced = by_number_doubted(conn, number).await?;
    expect_no_doubt(&announced, number, false)?;
    Ok(announced)
}

/// As [`by_number`], for what shows the drawn list (`PUBL-006`).
pub(super) async fn with_list(conn: &mut Conn, number: &str) -> Result<Announced> {
    let announced = by_number_doubted(conn, number).await?;
    expect_no_doubt(&announced, number, true)?;
    Ok(announced)
}

/// What the pages call themselves: the name of the agency at the top of the tree, of which there is one, or a general title
/// while there is none. Read once by whoever starts the front, so that the front itself never looks outside the projection.
///
/// # Errors
/// `Internal`, `Unavailable`.
pub async fn bureau(platform: &Platform) -> Result<String> {
    let root = kernel::agency::root_name(platform).await?;
    Ok(root.unwrap_or_else(|| text::public_site::NO_BUREAU.to_owned()))
}

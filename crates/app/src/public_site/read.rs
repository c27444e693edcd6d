//! Reading what is public. No account, no scope: only the publication tables and the published bundle.

use store::repo;
use store::repo::Page;
use store::repo::publication::{Publication, PublishedDrawn};

use super::{Announcement, DRAW};
use crate::drawing::DownloadFile;
use crate::{Error, Platform, Result};

/// An announcement in the list.
#[derive(Clone, Debug)]
pub struct AnnouncementRow {
    /// The row: number, title, organiser, when.
    pub publication: Publication,
    /// What it says.
    pub content: Announcement,
}

/// Announcements, newest first. `search` empty means all; `page` counts from 0.
///
/// # Errors
/// `Internal`, `Unavailable`.
pub async fn list(platform: &Platform, search: &str, page: u32, per_page: u32) -> Result<Page<AnnouncementRow>> {
    let mut conn = platform.store().read().await?;
    let found = repo::publication::list(&mut conn, DRAW, search.trim(), page, per_page).await?;
    let rows = found.rows.into_iter().map(row).collect::<Result<_>>()?;
    Ok(Page { rows, total: found.total })
}

fn row(publication: Publication) -> Result<AnnouncementRow> {
    let content = serde_json::from_str(&publication.content)?;
    Ok(AnnouncementRow { publication, content })
}

/// One announcement by the task's number.
///
/// # Errors
/// `NotFound`.
pub async fn get(platform: &Platform, number: &str) -> Result<AnnouncementRow> {
    let mut conn = platform.store().read().await?;
    row(repo::publication::by_number(&mut conn, DRAW, number).await?)
}

/// A page of the drawn list. `filter` is search, unit and stratum; empty means all; `page` counts from 0.
///
/// # Errors
/// `NotFound`.
pub async fn drawn(
    platform: &Platform,
    number: &str,
    filter: (&str, &str, &str),
    page: u32,
    per_page: u32,
) -> Result<Page<PublishedDrawn>> {
    let mut conn = platform.store().read().await?;
    let publication = repo::publication::by_number(&mut conn, DRAW, number).await?;
    let (search, unit, stratum) = filter;
    Ok(repo::publication::drawn(&mut conn, &publication.id, search.trim(), unit, stratum, page, per_page).await?)
}

/// The units of a drawn list with their numbers.
///
/// # Errors
/// `NotFound`.
pub async fn units(platform: &Platform, number: &str) -> Result<Vec<(String, i64)>> {
    let mut conn = platform.store().read().await?;
    let publication = repo::publication::by_number(&mut conn, DRAW, number).await?;
    Ok(repo::publication::units(&mut conn, &publication.id).await?)
}

/// The bundle of a drawn task.
///
/// # Errors
/// `NotFound` before the draw.
pub async fn bundle(platform: &Platform, number: &str) -> Result<DownloadFile> {
    let mut conn = platform.store().read().await?;
    let publication = repo::publication::by_number(&mut conn, DRAW, number).await?;
    let digest = publication.bundle_file.ok_or_else(Error::not_found)?;
    let path = platform.files().existing(&digest)?;
    Ok(DownloadFile { path, name: format!("{number}.zip"), media_type: "application/zip", digest })
}

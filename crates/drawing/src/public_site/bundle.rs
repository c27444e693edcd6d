//! The proof of a draw as files: the bundle, and the commitment document from the moment it is published.

use std::path::PathBuf;

use super::list::by_number;
use kernel::{Error, Platform, Result};

/// The bundle in the file store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleFile {
    /// Where its bytes lie.
    pub path: PathBuf,
    /// Name for the download.
    pub name: String,
    /// SHA-256, hex.
    pub digest: String,
    /// Size in bytes.
    pub bytes: u64,
}

/// The bundle of a drawn task.
///
/// # Errors
/// `NotFound` before the draw; `Internal` if the file is missing.
pub async fn bundle(platform: &Platform, number: &str) -> Result<BundleFile> {
    let mut conn = platform.store().read().await?;
    let announced = by_number(&mut conn, number).await?;
    drop(conn);
    let digest = announced.bundle_digest.ok_or_else(Error::not_found)?;
    let path = platform.files().existing(&digest)?;
    let bytes = tokio::fs::metadata(&path).await.map_err(Error::internal)?.len();
    Ok(BundleFile { path, name: format!("{}.zip", announced.number), digest, bytes })
}

/// The latest commitment document of an announcement: exactly the bytes whose digest is announced.
///
/// # Errors
/// `NotFound`.
pub async fn commitment_document(platform: &Platform, number: &str) -> Result<String> {
    let mut conn = platform.store().read().await?;
    let announced = by_number(&mut conn, number).await?;
    let document = announced.content.latest().map(|latest| latest.commitment_document.clone()).unwrap_or_default();
    if document.is_empty() { Err(Error::not_found()) } else { Ok(document) }
}

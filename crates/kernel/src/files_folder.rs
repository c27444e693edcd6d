//! Whose folder of files it is. Several processes may stand on one database, but all must reach one folder: what one of
//! them stores, another one reads. The database holds a name, the folder holds the same name, and a process that finds
//! another one, or none, does not begin.

use crate::{Actor, Error, Platform, Result};

/// The name of the folder among the installation's facts.
pub const FILES_FOLDER_FACT: &str = "files_folder";

/// What the folder of a process is to its database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilesFolder {
    /// The folder of this installation.
    Ours,
    /// No process that may mark a folder has begun yet.
    Unclaimed,
    /// The folder of another installation.
    Another {
        /// What it is marked with.
        mark: String,
    },
    /// A folder without a mark that lacks files which the database names, so it is likely another one.
    Unmarked {
        /// What the right folder is marked with.
        mark: String,
        /// Files that the database names.
        named: u64,
        /// Those that are not in the folder.
        absent: u64,
    },
}

/// Compares folder and database. With `may_mark` the first process on a new database marks its folder, and a folder that
/// holds every file (restored, or moved by hand) is marked anew. For those who start a process, so it takes no post.
///
/// # Errors
/// `Internal` if the database or the folder cannot be read, or a mark cannot be written.
pub async fn own_files(platform: &Platform, may_mark: bool) -> Result<FilesFolder> {
    let known = platform.fact(FILES_FOLDER_FACT).await?;
    let files = platform.files().clone();
    let found = tokio::task::spawn_blocking(move || files.mark()).await.map_err(Error::internal)??;
    match (known, found) {
        (Some(known), Some(found)) if known == found => Ok(FilesFolder::Ours),
        (None, _) if !may_mark => Ok(FilesFolder::Unclaimed),
        (_, Some(mark)) => Ok(FilesFolder::Another { mark }),
        (known, None) => unmarked(platform, known, may_mark).await,
    }
}

/// A folder without a mark: it becomes ours if nothing speaks against it.
async fn unmarked(platform: &Platform, known: Option<String>, may_mark: bool) -> Result<FilesFolder> {
    let mut conn = platform.store().read().await?;
    let digests = store::repo::file::digests_unscoped(&mut conn).await?;
    drop(conn);
    let named = digests.len() as u64;
    let files = platform.files().clone();
    let look = move || digests.iter().filter(|(digest, _)| files.existing(digest).is_err()).count() as u64;
    let absent = tokio::task::spawn_blocking(look).await.map_err(Error::internal)?;
    // A known name needs the proof that all files are here; on a database without one, a lost file must not stop the start.
    let ours = match known {
        Some(_) => named > 0 && absent == 0,
        None => named == 0 || absent < named,
    };
    let mark = match known {
        Some(mark) => mark,
        None => {
            let fresh = hex::encode(platform.ctx(Actor::System, "files").ten());
            let mut tx = platform.store().write().await?;
            let mark = store::repo::installation::set_once(&mut tx, FILES_FOLDER_FACT, &fresh).await?;
            tx.commit().await?;
            if mark != fresh {
                // Another process was first; whether this is its folder, its mark tells.
                return match platform.files().mark()? {
                    Some(found) if found == mark => Ok(FilesFolder::Ours),
                    Some(mark) => Ok(FilesFolder::Another { mark }),
                    None => Ok(FilesFolder::Unmarked { mark, named, absent }),
                };
            }
            mark
        }
    };
    if !(ours && may_mark) {
        return Ok(FilesFolder::Unmarked { mark, named, absent });
    }
    let (files, marked) = (platform.files().clone(), mark);
    tokio::task::spawn_blocking(move || files.set_mark(&marked)).await.map_err(Error::internal)??;
    Ok(FilesFolder::Ours)
}

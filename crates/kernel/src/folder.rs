//! The folder of an installation: nobody else may read it, and on the embedded database one process at a time serves it.
//!
//! Locks are the system's (`flock`): they end with the process that holds them, however it ends. On PostgreSQL several
//! processes serve together, and leases in the database say who works on what.

use std::fs::{File, OpenOptions, Permissions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use domain::time::Instant;

use crate::{Error, Result};

/// Locked by the process that serves the folder, or changes it as a whole. It names that process.
pub const LOCK_FILE: &str = "mingcha.lock";
/// Locked, together with others, by each process that works on jobs.
pub const WORK_FILE: &str = "workers.lock";
/// What lies in the folder and must be nobody else's. What people put beside it is protected by the folder itself.
const PRIVATE: &[&str] = &[
    "",
    "mingcha.db",
    "mingcha.db-wal",
    "mingcha.db-shm",
    "mingcha.toml",
    LOCK_FILE,
    WORK_FILE,
    "files",
    "files/incoming",
    "tls",
    "tls/ca-key.pem",
    "tls/server-key.pem",
];
/// Bytes of a lock file that are read.
const LOCK_BYTES_MAX: u64 = 200;

/// Makes the folder if it is missing, and takes from others what they may read or write in it. Returns what was mended.
///
/// # Errors
/// `HOME-002` if something there is open to others and belongs to another account, so that it cannot be mended here;
/// `Unavailable` or `Internal` if the disk fails.
pub fn make_private(home: &Path) -> Result<Vec<PathBuf>> {
    if !home.is_dir() {
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(home);
        made.map_err(|error| Error::at_path(home, &error))?;
    }
    let mut mended = Vec::new();
    for name in PRIVATE {
        let path = if name.is_empty() { home.to_owned() } else { home.join(name) };
        let metadata = match std::fs::symlink_metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(Error::at_path(&path, &error)),
        };
        let mode = metadata.permissions().mode() & 0o7777;
        // A link leads to what somebody else looks after, such as the certificate of the whole machine.
        if metadata.is_symlink() || mode & 0o077 == 0 {
            continue;
        }
        match std::fs::set_permissions(&path, Permissions::from_mode(mode & 0o700)) {
            Ok(()) => mended.push(path),
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                let open = Error::conflict("HOME-002").with("path", path.display());
                return Err(open.with("mode", format_args!("{mode:04o}")));
            }
            Err(error) => return Err(Error::at_path(&path, &error)),
        }
    }
    Ok(mended)
}

/// Refuses if the disk of `folder` has less than `bytes` free.
///
/// # Errors
/// `STOR-011`; `Unavailable` or `Internal` if the disk cannot be asked.
pub fn require_space(folder: &Path, bytes: u64) -> Result<()> {
    let free = files::free_bytes(folder).map_err(|error| Error::at_path(folder, &error))?;
    if free >= bytes {
        return Ok(());
    }
    // What is needed is rounded up and what is free down: the two never look alike.
    let short = Error::new(crate::ErrorKind::Unavailable, "STOR-011").with("path", folder.display());
    Err(short.with("free", free >> 20).with("needed", (bytes >> 20) + 1))
}

/// The folder is this process's to serve, until this is dropped.
#[derive(Debug)]
pub struct HomeLock(File);

impl HomeLock {
    /// Locks the folder, which exists.
    ///
    /// # Errors
    /// `HOME-001` if another process has it, with that process's number and since when; `Unavailable` or `Internal` if the
    /// disk fails.
    pub fn take(home: &Path, now: Instant) -> Result<Self> {
        let path = home.join(LOCK_FILE);
        let mut file = open(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let (pid, since) = holder(file);
                let taken = Error::conflict("HOME-001").with("path", home.display());
                return Err(taken.with("pid", pid).with("since", since));
            }
            Err(TryLockError::Error(error)) => return Err(Error::at_path(&path, &error)),
        }
        let words = format!("{}\n{}\n", std::process::id(), text::moment(now));
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(words.as_bytes()))
            .map_err(|error| Error::at_path(&path, &error))?;
        Ok(Self(file))
    }
}

impl Drop for HomeLock {
    fn drop(&mut self) {
        // Nobody holds it any more: its words must not be taken for those of the next holder, who may be about to write.
        self.0.set_len(0).ok();
    }
}

/// Who has locked a file, and since when.
fn holder(file: File) -> (String, String) {
    let mut words = String::new();
    // Between locking and writing there is a moment without words.
    file.take(LOCK_BYTES_MAX).read_to_string(&mut words).ok();
    let mut lines = words.lines().map(str::to_owned);
    let unknown = || text::upkeep::UNKNOWN.to_owned();
    (lines.next().unwrap_or_else(unknown), lines.next().unwrap_or_else(unknown))
}

/// This process works on jobs of the folder, perhaps beside others, until this is dropped.
#[derive(Debug)]
pub struct Working(#[expect(dead_code, reason = "held for its lock")] File);

impl Working {
    /// Joins those who work. Waits for a process that is just putting the queue in order, which takes a moment.
    ///
    /// # Errors
    /// `Unavailable` or `Internal` if the disk fails.
    pub fn join(home: &Path) -> Result<Self> {
        let path = home.join(WORK_FILE);
        let file = open(&path)?;
        file.lock_shared().map_err(|error| Error::at_path(&path, &error))?;
        Ok(Self(file))
    }
}

/// The proof that no process works on jobs of the folder, and that none begins to until this is dropped.
#[derive(Debug)]
pub struct Alone(#[expect(dead_code, reason = "held for its lock")] File);

impl Alone {
    /// The proof; none if somebody works.
    ///
    /// # Errors
    /// `Unavailable` or `Internal` if the disk fails.
    pub fn on(home: &Path) -> Result<Option<Self>> {
        let path = home.join(WORK_FILE);
        let file = open(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(Error::at_path(&path, &error)),
        }
    }
}

fn open(path: &Path) -> Result<File> {
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path);
    file.map_err(|error| Error::at_path(path, &error))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn what_others_may_read_is_closed_to_them() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        assert!(make_private(&home).unwrap().is_empty());
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o7777;
        assert_eq!(mode(&home), 0o700);
        std::fs::create_dir(home.join("files")).unwrap();
        std::fs::write(home.join("mingcha.db"), "").unwrap();
        std::fs::write(folder.path().join("shared.pem"), "").unwrap();
        std::fs::create_dir(home.join("tls")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("shared.pem"), home.join("tls/ca-key.pem")).unwrap();
        for (path, open) in [("", 0o755), ("files", 0o777), ("mingcha.db", 0o664), ("tls", 0o700)] {
            std::fs::set_permissions(home.join(path), Permissions::from_mode(open)).unwrap();
        }
        let shared = mode(&folder.path().join("shared.pem"));
        let mended = make_private(&home).unwrap();
        assert_eq!(mended, [home.join(""), home.join("mingcha.db"), home.join("files")]);
        assert_eq!([mode(&home), mode(&home.join("files")), mode(&home.join("mingcha.db"))], [0o700, 0o700, 0o600]);
        assert_eq!(mode(&folder.path().join("shared.pem")), shared, "what a link leads to is not ours");
        assert!(make_private(&home).unwrap().is_empty());
    }

    #[test]
    fn one_serves_and_several_work() {
        let folder = tempfile::tempdir().unwrap();
        let now: Instant = "2021-05-06T09:00:00+08:00".parse().unwrap();
        let held = HomeLock::take(folder.path(), now).unwrap();
        let refused = HomeLock::take(folder.path(), now).unwrap_err();
        let words = refused.message();
        assert_eq!(refused.code, "HOME-001");
        assert!(words.contains(&std::process::id().to_string()) && words.contains("2021"), "{words}");
        drop(held);
        drop(HomeLock::take(folder.path(), now).unwrap());

        let alone = Alone::on(folder.path()).unwrap();
        assert!(alone.is_some());
        drop(alone);
        let (one, other) = (Working::join(folder.path()).unwrap(), Working::join(folder.path()).unwrap());
        drop(one);
        assert!(Alone::on(folder.path()).unwrap().is_none());
        drop(other);
        assert!(Alone::on(folder.path()).unwrap().is_some());
    }
}

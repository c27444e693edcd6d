//! Content-addressed files in a folder: a file's name is the SHA-256 of its bytes, so the same bytes are kept once and
//! a changed byte shows. Files are written **before** the transaction that names them: a crash leaves at worst a file
//! that nothing names, which the doctor reports and removes; never a row without its file.
//!
//! The calls block; callers on the async side wrap them.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};

/// Bytes of one file at most.
pub const FILE_BYTES_MAX: u64 = 2 << 30;

/// The file that says whose folder it is.
const MARK: &str = "installation";

/// Numbers the temporary files of this process.
static WRITERS: AtomicU64 = AtomicU64::new(0);

/// What can go wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// No file has this digest.
    #[error("no file {0}")]
    NotFound(String),
    /// The text is not 64 lower-case hex digits.
    #[error("{0:?} is not a digest")]
    BadDigest(String),
    /// The bytes on disk are not those that the name promises.
    #[error("file {expected} holds other bytes, with digest {found}")]
    Corrupt {
        /// The digest in the name.
        expected: String,
        /// The digest of the bytes.
        found: String,
    },
    /// The file is larger than [`FILE_BYTES_MAX`].
    #[error("a file of {bytes} bytes is larger than the limit of {FILE_BYTES_MAX} bytes")]
    TooLarge {
        /// Its size.
        bytes: u64,
    },
    /// The disk failed.
    #[error("{path}: {source}")]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// A digest and a size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// SHA-256, lower-case hex.
    pub digest: String,
    /// Bytes.
    pub size: u64,
}

/// A folder of content-addressed files.
#[derive(Clone, Debug)]
pub struct FileStore {
    root: PathBuf,
}

/// Bytes that this account may still write to the disk of a folder.
///
/// # Errors
/// If the folder is not there or the disk cannot be asked.
pub fn free_bytes(folder: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

fn at<T>(path: &Path, result: io::Result<T>) -> Result<T, FileError> {
    result.map_err(|source| FileError::Io { path: path.to_owned(), source })
}

impl FileStore {
    /// Opens the folder, making it if it is missing, for nobody else to read.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, FileError> {
        let root = root.into();
        let incoming = root.join("incoming");
        at(&incoming, DirBuilder::new().recursive(true).mode(0o700).create(&incoming))?;
        Ok(Self { root })
    }

    /// The folder for files that are still being written. What is left in it after a crash may be deleted.
    #[must_use]
    pub fn incoming(&self) -> PathBuf {
        self.root.join("incoming")
    }

    /// The name of the installation that the folder belongs to; none if nobody has marked it.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn mark(&self) -> Result<Option<String>, FileError> {
        let path = self.root.join(MARK);
        match fs::read_to_string(&path) {
            Ok(mark) => Ok(Some(mark.trim().to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(FileError::Io { path, source }),
        }
    }

    /// Marks the folder as that of one installation, so that no process takes another one for it.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn set_mark(&self, mark: &str) -> Result<(), FileError> {
        let serial = WRITERS.fetch_add(1, Ordering::Relaxed);
        let temporary = self.incoming().join(format!("{MARK}.{}-{serial}.part", std::process::id()));
        let mut file = at(&temporary, File::create(&temporary))?;
        at(&temporary, file.write_all(format!("{mark}\n").as_bytes()).and_then(|()| file.sync_all()))?;
        self.settle(&temporary, &self.root.join(MARK))
    }

    /// Keeps bytes.
    ///
    /// # Errors
    /// [`FileError::TooLarge`], [`FileError::Io`].
    pub fn put(&self, bytes: &[u8]) -> Result<Stored, FileError> {
        let digest = hex::encode(Sha256::digest(bytes));
        let size = bytes.len() as u64;
        if size > FILE_BYTES_MAX {
            return Err(FileError::TooLarge { bytes: size });
        }
        let target = self.path_of(&digest)?;
        // Written also if it is there already: it becomes young again, so that the doctor does not take it for an old orphan
        // just before a row names it, and bytes that rotted on the disk are whole again. Each writer has a temporary file of
        // its own, so that none moves what another is still writing.
        let serial = WRITERS.fetch_add(1, Ordering::Relaxed);
        let temporary = self.incoming().join(format!("{digest}.{}-{serial}.part", std::process::id()));
        let mut file = at(&temporary, File::create(&temporary))?;
        at(&temporary, file.write_all(bytes))?;
        at(&temporary, file.sync_all())?;
        self.settle(&temporary, &target)?;
        Ok(Stored { digest, size })
    }

    /// Keeps a file that already lies on the same disk (in [`FileStore::incoming`]) by moving it.
    ///
    /// # Errors
    /// [`FileError::TooLarge`], [`FileError::Io`].
    pub fn adopt(&self, path: &Path) -> Result<Stored, FileError> {
        let mut file = at(path, File::open(path))?;
        at(path, file.sync_all())?;
        let stored = digest_of(path, &mut file)?;
        if stored.size > FILE_BYTES_MAX {
            return Err(FileError::TooLarge { bytes: stored.size });
        }
        let target = self.path_of(&stored.digest)?;
        // Moved also if it is there already; see `put`.
        self.settle(path, &target)?;
        Ok(stored)
    }

    /// Where the bytes of a digest lie, whether or not they are there.
    ///
    /// # Errors
    /// [`FileError::BadDigest`].
    pub fn path_of(&self, digest: &str) -> Result<PathBuf, FileError> {
        let valid = digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        match (valid, digest.get(..2)) {
            (true, Some(folder)) => Ok(self.root.join(folder).join(digest)),
            _ => Err(FileError::BadDigest(digest.to_owned())),
        }
    }

    /// The path of a file that must exist.
    ///
    /// # Errors
    /// [`FileError::NotFound`], [`FileError::BadDigest`].
    pub fn existing(&self, digest: &str) -> Result<PathBuf, FileError> {
        let path = self.path_of(digest)?;
        if path.exists() { Ok(path) } else { Err(FileError::NotFound(digest.to_owned())) }
    }

    /// All bytes of a file.
    ///
    /// # Errors
    /// [`FileError::NotFound`], [`FileError::Corrupt`] if the bytes changed on disk, [`FileError::Io`].
    pub fn read(&self, digest: &str) -> Result<Vec<u8>, FileError> {
        let path = self.existing(digest)?;
        let bytes = at(&path, fs::read(&path))?;
        let found = hex::encode(Sha256::digest(&bytes));
        if found == digest { Ok(bytes) } else { Err(FileError::Corrupt { expected: digest.to_owned(), found }) }
    }

    /// Reads a file through and compares its bytes with its name.
    ///
    /// # Errors
    /// [`FileError::NotFound`], [`FileError::Corrupt`], [`FileError::Io`].
    pub fn check(&self, digest: &str) -> Result<u64, FileError> {
        let path = self.existing(digest)?;
        let stored = digest_of(&path, &mut at(&path, File::open(&path))?)?;
        if stored.digest == digest {
            Ok(stored.size)
        } else {
            Err(FileError::Corrupt { expected: digest.to_owned(), found: stored.digest })
        }
    }

    /// The digests of all files, in order.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn list(&self) -> Result<Vec<String>, FileError> {
        let mut digests = Vec::new();
        for folder in at(&self.root, fs::read_dir(&self.root))? {
            let folder = at(&self.root, folder)?.path();
            if !folder.is_dir() || folder.ends_with("incoming") {
                continue;
            }
            for file in at(&folder, fs::read_dir(&folder))? {
                let name = at(&folder, file)?.file_name().to_string_lossy().into_owned();
                if self.path_of(&name).is_ok() {
                    digests.push(name);
                }
            }
        }
        digests.sort();
        Ok(digests)
    }

    /// Deletes a file that no row names any more. The caller has made sure of that.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn remove(&self, digest: &str) -> Result<(), FileError> {
        let path = self.existing(digest)?;
        at(&path, fs::remove_file(&path))
    }

    fn settle(&self, temporary: &Path, target: &Path) -> Result<(), FileError> {
        if let Some(folder) = target.parent() {
            let sync = |folder: &Path| at(folder, File::open(folder).and_then(|f| f.sync_all()));
            if !folder.exists() {
                at(folder, fs::create_dir_all(folder))?;
                sync(&self.root)?;
            }
            at(target, fs::rename(temporary, target))?;
            // The rename is durable only once the folder is.
            sync(folder)?;
        }
        Ok(())
    }
}

fn digest_of(path: &Path, file: &mut File) -> Result<Stored, FileError> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut size = 0;
    loop {
        let n = at(path, file.read(&mut buffer))?;
        if n == 0 {
            return Ok(Stored { digest: hex::encode(hasher.finalize()), size });
        }
        size += n as u64;
        hasher.update(buffer.get(..n).unwrap_or_default());
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn same_bytes_are_kept_once_and_a_changed_byte_shows() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::open(folder.path()).unwrap();
        let a = store.put(b"abc").unwrap();
        assert_eq!(a.digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(store.put(b"abc").unwrap(), a);
        assert_eq!(store.list().unwrap(), vec![a.digest.clone()]);
        assert_eq!(store.read(&a.digest).unwrap(), b"abc");
        std::fs::write(store.path_of(&a.digest).unwrap(), b"abd").unwrap();
        assert!(matches!(store.read(&a.digest), Err(FileError::Corrupt { .. })));
        assert!(matches!(store.check(&a.digest), Err(FileError::Corrupt { .. })));
        store.put(b"abc").unwrap();
        assert_eq!(store.check(&a.digest).unwrap(), 3, "keeping the same bytes again mends the file");
    }

    #[test]
    fn writers_of_the_same_bytes_do_not_disturb_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::open(folder.path()).unwrap();
        let bytes = vec![7; 1 << 20];
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| store.put(&bytes).unwrap());
            }
        });
        assert_eq!(std::fs::read_dir(store.incoming()).unwrap().count(), 0);
        for digest in store.list().unwrap() {
            assert_eq!(store.check(&digest).unwrap(), 1 << 20);
        }
    }

    #[test]
    fn a_mark_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::open(folder.path()).unwrap();
        assert_eq!(store.mark().unwrap(), None);
        store.set_mark("a").unwrap();
        store.set_mark("b").unwrap();
        assert_eq!(store.mark().unwrap().as_deref(), Some("b"));
        assert_eq!((store.list().unwrap().len(), std::fs::read_dir(store.incoming()).unwrap().count()), (0, 0));
    }

    #[test]
    fn a_file_is_adopted_by_moving_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::open(folder.path()).unwrap();
        let path = store.incoming().join("upload");
        std::fs::write(&path, b"abc").unwrap();
        let stored = store.adopt(&path).unwrap();
        assert!(!path.exists());
        assert_eq!(store.check(&stored.digest).unwrap(), 3);
    }

    #[test]
    fn a_name_that_is_no_digest_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::open(folder.path()).unwrap();
        for bad in ["", "../../etc/passwd", "ABC", &"g".repeat(64), &"a".repeat(63)] {
            assert!(matches!(store.read(bad), Err(FileError::BadDigest(_))), "{bad}");
        }
        assert!(matches!(store.read(&"a".repeat(64)), Err(FileError::NotFound(_))));
    }
}

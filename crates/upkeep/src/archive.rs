//! A backup as a zip file or as a folder, behind one pair of types. A backup is written beside its name and takes it at
//! the very end, so that an interrupted one is never mistaken for one. What is being written is locked: a part that nobody
//! locks was left by a process that is dead, and the next backup into the same folder removes it. All calls block.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Component, Path, PathBuf};

use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// What the name of a backup ends in while it is being written. It is ours alone, so that other programs' parts beside it
/// are left alone.
const PART: &str = ".mingcha-part";

/// A backup that is being written.
pub(super) struct Sink {
    target: PathBuf,
    part: PathBuf,
    /// The part, open for its lock: a file or a folder.
    _lock: File,
    kind: SinkKind,
    hasher: Sha256,
    bytes: u64,
}

enum SinkKind {
    Folder(Option<BufWriter<File>>),
    Zip(Box<ZipWriter<BufWriter<File>>>),
}

fn private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

fn private_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

impl Sink {
    /// Begins a backup that will be called `target`: a zip file if the name ends so, else a folder. What an interrupted
    /// run left under the same name is replaced.
    pub fn create(target: &Path) -> io::Result<Self> {
        let mut part = target.as_os_str().to_owned();
        part.push(PART);
        let part = PathBuf::from(part);
        let zip = target.extension().is_some_and(|end| end.eq_ignore_ascii_case("zip"));
        fs::create_dir_all(folder_of(target))?;
        if let Ok(there) = File::open(&part)
            && matches!(there.try_lock(), Err(TryLockError::WouldBlock))
        {
            return Err(io::ErrorKind::ResourceBusy.into());
        }
        if part.is_dir() {
            fs::remove_dir_all(&part)?;
        }
        let kind = if zip {
            SinkKind::Zip(Box::new(ZipWriter::new(BufWriter::new(private_file(&part)?))))
        } else {
            private_folder(&part)?;
            SinkKind::Folder(None)
        };
        let lock = File::open(&part)?;
        match lock.try_lock() {
            // Some file systems of the network have no locks; parts there are not removed by themselves.
            Ok(()) | Err(TryLockError::Error(_)) => {}
            Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::ResourceBusy.into()),
        }
        Ok(Self { target: target.to_owned(), part, _lock: lock, kind, hasher: Sha256::new(), bytes: 0 })
    }

    /// Where it is written.
    pub fn folder(&self) -> &Path {
        folder_of(&self.target)
    }

    /// Whether what is written takes less place than it has bytes.
    pub fn compresses(&self) -> bool {
        matches!(self.kind, SinkKind::Zip(_))
    }

    /// Begins an entry. `compressed` says that its bytes will not get smaller.
    pub fn begin(&mut self, name: &str, compressed: bool) -> io::Result<()> {
        self.hasher = Sha256::new();
        self.bytes = 0;
        match &mut self.kind {
            SinkKind::Zip(zip) => {
                let method = if compressed { CompressionMethod::Stored } else { CompressionMethod::Deflated };
                let options =
                    SimpleFileOptions::default().compression_method(method).large_file(true).unix_permissions(0o600);
                zip.start_file(name, options).map_err(io::Error::other)
            }
            SinkKind::Folder(current) => {
                let path = self.part.join(name);
                if let Some(parent) = path.parent() {
                    private_folder(parent)?;
                }
                *current = Some(BufWriter::new(private_file(&path)?));
                Ok(())
            }
        }
    }

    /// Writes bytes of the entry.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        match &mut self.kind {
            SinkKind::Zip(zip) => zip.write_all(bytes),
            SinkKind::Folder(Some(file)) => file.write_all(bytes),
            SinkKind::Folder(None) => Err(io::Error::other("no entry was begun")),
        }
    }

    /// Ends the entry; returns its bytes and their SHA-256.
    pub fn end(&mut self) -> io::Result<(u64, String)> {
        if let SinkKind::Folder(current) = &mut self.kind
            && let Some(file) = current.take()
        {
            file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        }
        Ok((self.bytes, hex::encode(std::mem::take(&mut self.hasher).finalize())))
    }

    /// Copies a file into an entry.
    pub fn copy(&mut self, name: &str, path: &Path) -> io::Result<(u64, String)> {
        self.begin(name, true)?;
        let mut file = File::open(path)?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let n = file.read(&mut buffer)?;
            if n == 0 {
                return self.end();
            }
            self.write(buffer.get(..n).unwrap_or_default())?;
        }
    }

    /// Makes the backup durable and gives it its name.
    pub fn finish(self) -> io::Result<()> {
        if let SinkKind::Zip(zip) = self.kind {
            let file = zip.finish().map_err(io::Error::other)?;
            file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        }
        fs::rename(&self.part, &self.target)?;
        File::open(folder_of(&self.target))?.sync_all()
    }

    /// Removes what was written.
    pub fn abandon(self) -> io::Result<()> {
        match self.kind {
            SinkKind::Zip(_) => fs::remove_file(&self.part),
            SinkKind::Folder(_) => fs::remove_dir_all(&self.part),
        }
    }
}

/// The folder that a path lies in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Removes the parts of backups whose writers are dead; a folder that is not there has none.
pub(super) fn sweep(folder: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    for entry in entries {
        let entry = entry?;
        if !entry.file_name().as_encoded_bytes().ends_with(PART.as_bytes()) || entry.file_type()?.is_symlink() {
            continue;
        }
        let path = entry.path();
        // Another backup may just have finished it, or its writer be alive: both are none of ours.
        let Ok(part) = File::open(&path) else { continue };
        if part.try_lock().is_ok() {
            if path.is_dir() { fs::remove_dir_all(&path)? } else { fs::remove_file(&path)? }
        }
    }
    Ok(())
}

/// A backup that is being read.
pub(super) enum Source {
    Folder(PathBuf),
    Zip(Box<ZipArchive<BufReader<File>>>),
}

impl Source {
    /// Opens a zip file or a folder.
    pub fn open(path: &Path) -> io::Result<Self> {
        if path.is_dir() {
            return Ok(Self::Folder(path.to_owned()));
        }
        let archive = ZipArchive::new(BufReader::new(File::open(path)?)).map_err(io::Error::other)?;
        Ok(Self::Zip(Box::new(archive)))
    }

    /// The bytes of an entry, at most `bytes_max` and one more, so that a longer one shows.
    pub fn entry(&mut self, name: &str, bytes_max: u64) -> io::Result<Box<dyn Read + '_>> {
        match self {
            Self::Folder(root) => Ok(Box::new(File::open(root.join(name))?.take(bytes_max + 1))),
            Self::Zip(archive) => Ok(Box::new(archive.by_name(name).map_err(io::Error::other)?.take(bytes_max + 1))),
        }
    }
}

/// Counts and hashes what is read through it.
pub(super) struct Hashing<R> {
    inner: R,
    hasher: Sha256,
    bytes: u64,
}

impl<R: Read> Hashing<R> {
    pub fn new(inner: R) -> Self {
        Self { inner, hasher: Sha256::new(), bytes: 0 }
    }

    /// Bytes so far and their SHA-256.
    pub fn finish(self) -> (u64, String) {
        (self.bytes, hex::encode(self.hasher.finalize()))
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.hasher.update(buffer.get(..n).unwrap_or_default());
        self.bytes += n as u64;
        Ok(n)
    }
}

/// Whether a path of a manifest stays inside the folder that it is joined to.
pub(super) fn stays_inside(path: &str) -> bool {
    !path.is_empty() && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

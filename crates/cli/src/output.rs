//! What the commands without a database share: digests as people type them, refusals with their codes, and files that are
//! written whole or not at all and never over another.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use bundle::BundleError;
use draw::Digest;
use serde_json::Value;
use text::protocol;

use crate::exit::Failure;

const EXISTS: &str = "请换一个名字；已有的文件不会被覆盖。";

/// 64 hexadecimal characters of either case.
pub fn digest_of(hex: &str, what: &str, next: &str) -> Result<Digest, Failure> {
    Digest::parse(&hex.to_lowercase()).map_err(|_| Failure::usage(format_args!("{what}须为 64 位十六进制"), next))
}

/// A file that was named and cannot be read: a matter of usage, since nothing was judged.
pub fn unread(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format_args!("文件 {} 读不出来：{}", path.display(), protocol::io(error)), "请核对路径和权限。")
}

/// A refusal with its place, its stable code and what to do.
pub fn failed(error: &BundleError, next: &str) -> Failure {
    let message = format!("{}（{}）", words(error), error.code());
    match error {
        BundleError::Exists { .. } => Failure::refused(message, EXISTS),
        // What could not be read at all was not judged: 1 would say that something in it does not hold.
        BundleError::Io { .. } => Failure::usage(message, "请核对路径和权限。"),
        error if error.is_unreadable() => {
            Failure::usage(message, "请核对是不是这个文件；不完整的，请重新下载或取得原件。")
        }
        _ => Failure::refused(message, next),
    }
}

/// What went wrong with a file, in words. What a library said of it in English is in the log only.
pub fn words(error: &BundleError) -> String {
    if error.is_unreadable() {
        tracing::info!(error = %error, "a file was not read");
    }
    protocol::refusal(error.place(), error.code(), &error.args())
}

/// Data of a code for programs.
pub fn args_json(args: &[(&'static str, String)]) -> Value {
    args.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str()))).collect()
}

/// A refusal of a document with its place.
pub fn refused(refused: draw::Refused, next: &str) -> Failure {
    failed(&BundleError::from(refused), next)
}

/// The bytes of a document on this machine, up to the limit of all documents.
pub fn read_document(path: &Path, next: &str) -> Result<Vec<u8>, Failure> {
    bundle::read_file(path).map_err(|error| failed(&error, next))
}

/// Writes a new file.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if path.symlink_metadata().is_ok() {
        let exists = BundleError::Exists { place: path.display().to_string() };
        return Err(failed(&exists, ""));
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    let partial = path.with_file_name(name);
    let write = || -> std::io::Result<()> {
        let mut file = File::create_new(&partial)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&partial, path)
    };
    write().map_err(|error| {
        std::fs::remove_file(&partial).ok();
        Failure::environment(format_args!("{}：{}", path.display(), protocol::io(&error)))
    })
}

//! The product's verdicts for `verifiers/tests/test_agreement.py`, thousands in one process. A development tool: it reads
//! requests from standard input, one to a line, fields apart by tabs, and answers each with one line.
//!
//! | request | answer |
//! | --- | --- |
//! | `bundle PATH` | the verdict of a folder or zip |
//! | `change FILE PLACE BYTE` | the verdict of the last `bundle`, a folder, with one byte of one file changed, in a copy |
//! | `export FROM TO` | `exported`, after rewriting a roll in the other format |
//!
//! A verdict is `ok`, `partial` or `failed`, the first failed step with its code, and the partial steps joined by commas.

use std::io::{self, BufRead as _, Write as _};
use std::path::{Path, PathBuf};

use bundle::{Bundle, Report, Verdict, export_roll, verify};
use draw::unattended;
use tempfile::TempDir;

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut folder = PathBuf::new();
    let mut copy = None;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let fields: Vec<_> = line.split('\t').collect();
        let answer = match fields.as_slice() {
            ["bundle", path] => {
                folder = PathBuf::from(path);
                copy = None;
                verdict(&folder)
            }
            ["change", file, place, byte] => {
                let taken = if let Some(taken) = copy.take() { taken } else { copied(&folder)? };
                let answer = changed(taken.path(), file, place, byte)?;
                copy = Some(taken);
                answer
            }
            ["export", from, to] => match export_roll(Path::new(from), Path::new(to), &mut unattended) {
                Ok(_) => "exported".to_owned(),
                Err(error) => error.to_string(),
            },
            _ => return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("no request: {line}"))),
        };
        writeln!(out, "{answer}")?;
    }
    out.flush()
}

/// A copy of a folder that may be changed.
fn copied(folder: &Path) -> io::Result<TempDir> {
    let copy = tempfile::tempdir()?;
    let bundle = Bundle::open(folder).map_err(io::Error::other)?;
    for name in bundle.names() {
        let to = copy.path().join(name);
        if let Some(parent) = to.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::copy(folder.join(name), to)?;
    }
    Ok(copy)
}

/// The verdict while a byte of `file` is another one; the file is as before afterwards.
fn changed(folder: &Path, file: &str, place: &str, byte: &str) -> io::Result<String> {
    let bad = |error: std::num::ParseIntError| io::Error::new(io::ErrorKind::InvalidInput, error);
    let (place, byte): (usize, u8) = (place.parse().map_err(bad)?, byte.parse().map_err(bad)?);
    let path = folder.join(file);
    let good = std::fs::read(&path)?;
    let mut other = good.clone();
    *other.get_mut(place).ok_or(io::ErrorKind::UnexpectedEof)? = byte;
    std::fs::write(&path, other)?;
    let found = verdict(folder);
    std::fs::write(&path, good)?;
    Ok(found)
}

fn verdict(path: &Path) -> String {
    let report = Bundle::open(path).and_then(|mut bundle| verify(&mut bundle, None, &mut unattended));
    match report {
        Ok(report) => told(&report),
        Err(error) => format!("failed\tfiles\t{}\t", error.code()),
    }
}

fn told(report: &Report) -> String {
    let word = match report.verdict() {
        Verdict::Ok => "ok",
        Verdict::Failed => "failed",
        Verdict::Partial => "partial",
    };
    let failed = report.steps.iter().find(|step| step.verdict == Verdict::Failed);
    let (step, code) = failed.map_or(("", ""), |step| (step.name.word(), step.code));
    let partial = report.steps.iter().filter(|step| step.verdict == Verdict::Partial);
    let owed: Vec<_> = partial.map(|step| step.name.word()).collect();
    format!("{word}\t{step}\t{code}\t{}", owed.join(","))
}

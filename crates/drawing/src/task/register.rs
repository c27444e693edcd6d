//! The register of a roll (登记册): what is known of every object at the instant of the freeze beyond what the scheme reads:
//! own id, name, registering agency, division, kind, tags, risk classes. It is written in the same walk as the roll and never
//! leaves the house; its digest stands in the commitment. Whoever needs these facts after the draw reads them here, and
//! never today's directory.
//!
//! The format is `docs/protocol/登记册.md`, to the byte: text in UTF-8, lines that end in LF, fields parted by TAB.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use domain::subject::RiskLevel;
use draw::Digest;
use files::FileStore;
use sha2::{Digest as _, Sha256};
use store::repo::subject::RollSubject;

use kernel::{Error, Result};

/// The first line.
const VERSION: &str = "mingcha register v1";
/// The third line: the columns.
const COLUMNS: [&str; 11] =
    ["code", "subject", "name", "agency", "organ", "division", "kind", "tags", "credit_risk", "food_risk", "gate"];
/// Bytes of one line at most.
const LINE_BYTES_MAX: usize = 1 << 20;

/// Writes a register row by row.
pub(crate) struct RegisterWriter {
    out: BufWriter<File>,
    path: PathBuf,
    line: String,
}

impl RegisterWriter {
    /// Begins a register. `salt` is 32 fresh random bytes, so that its digest tells nobody who guesses rows whether he is
    /// right.
    pub(crate) fn create(path: &Path, salt: &Digest) -> Result<Self> {
        let file = File::create(path).map_err(Error::internal)?;
        let mut out = BufWriter::with_capacity(1 << 16, file);
        write!(out, "{VERSION}\nsalt\t{salt}\n{}\n", COLUMNS.join("\t")).map_err(Error::internal)?;
        Ok(Self { out, path: path.to_owned(), line: String::new() })
    }

    /// Writes an object. `gate` is the code of what keeps it off the roll, empty for an object that is on it.
    pub(crate) fn push(&mut self, row: &RollSubject, gate: &str) -> Result<()> {
        let class = |level: Option<RiskLevel>| level.map(RiskLevel::code).unwrap_or_default();
        let (subject, agency, tags) = (row.id.to_string(), row.agency_id.to_string(), row.tags.join(","));
        let fields: [&str; COLUMNS.len()] = [
            &row.code,
            &subject,
            &row.name,
            &agency,
            &row.agency_code,
            &row.division,
            row.kind.code(),
            &tags,
            class(row.credit_class),
            class(row.food_class),
            gate,
        ];
        self.line.clear();
        for (index, field) in fields.into_iter().enumerate() {
            self.line.push_str(if index > 0 { "\t" } else { "" });
            // Control characters would break the table; no name means anything by them.
            self.line.extend(field.chars().map(|c| if c.is_control() { ' ' } else { c }));
        }
        self.line.push('\n');
        self.out.write_all(self.line.as_bytes()).map_err(Error::internal)
    }

    /// Ends it and moves it into the file store. Its digest there, SHA-256 of its bytes, is the register's.
    pub(crate) fn finish(self, files: &FileStore) -> Result<files::Stored> {
        let file = self.out.into_inner().map_err(|error| Error::internal(error.into_error()))?;
        drop(file);
        Ok(files.adopt(&self.path)?)
    }
}

/// A row of a register.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RegisterRow<'l> {
    /// Its code, the roll's id.
    pub(crate) code: &'l str,
    /// Its own id.
    pub(crate) subject: &'l str,
    /// Its name.
    pub(crate) name: &'l str,
    /// Id of the agency that registers it.
    pub(crate) agency: &'l str,
    /// That agency's registrar key.
    pub(crate) organ: &'l str,
    /// Division of the premises, or empty.
    pub(crate) division: &'l str,
    /// Code of its kind.
    pub(crate) kind: &'l str,
    /// Its tags, ascending, joined by commas.
    pub(crate) tags: &'l str,
    /// Code of what keeps it off the roll, or empty.
    pub(crate) gate: &'l str,
}

/// Reads the register of this digest through. What `each` was given counts only if this returns: the digest is compared
/// behind the last row.
///
/// # Errors
/// `DRAW-026` if the file is not the one of the digest, or not a register; the errors of `each`.
pub(crate) fn read_register(
    files: &FileStore,
    digest: &str,
    mut each: impl FnMut(RegisterRow<'_>) -> Result<()>,
) -> Result<()> {
    let broken = |detail: String| Error::conflict("DRAW-026").with("detail", detail);
    let path = files.existing(digest).map_err(|error| broken(error.to_string()))?;
    let mut reader = BufReader::with_capacity(1 << 16, File::open(path).map_err(Error::internal)?);
    let (mut hasher, mut line, mut number) = (Sha256::new(), Vec::new(), 0_u64);
    loop {
        line.clear();
        let mut limited = std::io::Read::take(&mut reader, LINE_BYTES_MAX as u64);
        if limited.read_until(b'\n', &mut line).map_err(Error::internal)? == 0 {
            break;
        }
        hasher.update(&line);
        number += 1;
        let wrong = || broken(format!("line {number}"));
        let text = std::str::from_utf8(&line).ok().and_then(|text| text.strip_suffix('\n')).ok_or_else(wrong)?;
        match number {
            1 if text == VERSION => {}
            2 if text.strip_prefix("salt\t").is_some_and(|salt| Digest::parse(salt).is_ok()) => {}
            3 if text.split('\t').eq(COLUMNS) => {}
            1..=3 => return Err(wrong()),
            _ => each(parse(text).ok_or_else(wrong)?)?,
        }
    }
    let found = hex::encode(hasher.finalize());
    if found == digest && number >= 3 { Ok(()) } else { Err(broken(format!("{digest} / {found}"))) }
}

fn parse(line: &str) -> Option<RegisterRow<'_>> {
    let mut fields = line.split('\t');
    let mut next = || fields.next();
    let (code, subject, name, agency, organ) = (next()?, next()?, next()?, next()?, next()?);
    let division = next()?;
    let (kind, tags) = (next()?, next()?);
    let (_credit, _food) = (next()?, next()?);
    let gate = next()?;
    next().is_none().then_some(RegisterRow { code, subject, name, agency, organ, division, kind, tags, gate })
}

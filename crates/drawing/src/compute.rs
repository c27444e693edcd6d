//! The draw on a thread of its own: from the documents to verified bundles in the incoming folder, the whole one and, where the
//! roll may not leave the house, the public one. It writes no row.

use std::fs::File;
use std::path::{Path, PathBuf};

use bundle::{Bundle, StepName, Verdict, write_document};
use draw::{Commitment, Digest, Outcome, Reveals, RollDocument, Scheme, Sizes, Suite};

use kernel::job::Meter;
use kernel::{Error, Result};
use planning::scheme::{is_internal, read_frozen, refusal};

/// Rows of a roll that the published bundle holds as CSV at most.
const ROWS_AS_TEXT_MAX: u64 = 1_000_000;

/// Everything that the draw needs.
pub(crate) struct Drawing {
    /// Folder that is its own, under `incoming`.
    pub(crate) folder: PathBuf,
    /// The frozen `roll.parquet` in the file store, and its digest there.
    pub(crate) roll: PathBuf,
    pub(crate) roll_file: String,
    pub(crate) files: files::FileStore,
    pub(crate) suite: Suite,
    pub(crate) roll_document: RollDocument,
    pub(crate) scheme: Scheme,
    pub(crate) sizes: Sizes,
    pub(crate) commitment: Commitment,
    pub(crate) reveals: Reveals,
}

/// What came out.
pub(crate) struct Computed {
    pub(crate) outcome: Outcome,
    pub(crate) result: PathBuf,
    /// With the roll.
    pub(crate) bundle: PathBuf,
    /// Without the roll, where that holds a column for regulators only.
    pub(crate) without_roll: Option<PathBuf>,
}

impl Drawing {
    /// Draws, writes the bundle, and recomputes it from the zip before anything counts.
    pub(crate) fn compute(self, meter: &Meter) -> Result<Computed> {
        if self.folder.exists() {
            std::fs::remove_dir_all(&self.folder).map_err(Error::internal)?;
        }
        let content = self.folder.join("content");
        std::fs::create_dir_all(&content).map_err(Error::internal)?;
        // Some bytes of a Parquet file are never read: only the file's own digest sees them change.
        self.files
            .check(&self.roll_file)
            .map_err(|error| Error::conflict("DRAW-019").with("detail", file_words(&error)))?;
        meter.step("draw", self.roll_document.rows);
        let roll = read_frozen(&self.roll, self.suite, &self.roll_document, &mut |done, total| meter.tick(done, total));
        let roll = roll.map_err(|error| stopped(meter, error))?;
        let settled = self.commitment.settle(&self.reveals, None).map_err(Error::internal)?;
        let outcome =
            draw::draw(&self.commitment, &settled, &self.scheme, &roll, &self.sizes, &mut |d, t| meter.tick(d, t))
                .map_err(|refused| stopped(meter, Error::conflict("DRAW-019").with("detail", refusal(&refused))))?;
        drop(roll);
        meter.step("bundle", 0);
        self.write(&content, &self.roll_document, &outcome)?;
        self.write_roll(&content, meter)?;
        let bundle = self.zip(&content, "bundle.zip")?;
        self.check(&bundle, &[], meter)?;
        let mut without_roll = None;
        if is_internal(&self.roll_document.header) {
            let public = self.folder.join("public");
            std::fs::create_dir_all(&public).map_err(Error::internal)?;
            self.write(&public, &self.roll_document.without_key(), &outcome)?;
            let zip = self.zip(&public, "public.zip")?;
            self.check(&zip, &[StepName::Roll, StepName::Result], meter)?;
            without_roll = Some(zip);
        }
        Ok(Computed { outcome, result: content.join("result.json"), bundle, without_roll })
    }

    /// The documents of a bundle.
    fn write(&self, content: &Path, roll_document: &RollDocument, outcome: &Outcome) -> Result<()> {
        let documents = [
            ("commitment.json", self.commitment.to_jcs()),
            ("sizes.json", self.sizes.to_jcs()),
            ("reveals.json", self.reveals.to_jcs()),
            ("scheme.json", self.scheme.to_jcs()),
            ("roll.json", roll_document.to_jcs()),
            ("result.json", outcome.to_jcs()),
        ];
        for (name, bytes) in documents {
            write_document(content, name, &bytes).map_err(Error::internal)?;
        }
        Ok(())
    }

    fn zip(&self, content: &Path, name: &str) -> Result<PathBuf> {
        let zip = self.folder.join(name);
        bundle::zip_folder(content, File::create(&zip).map_err(Error::internal)?).map_err(Error::internal)?;
        Ok(zip)
    }

    /// The roll as strangers can read it: text, of which every byte counts, up to what a browser recomputes within a minute.
    /// Larger ones stay as they were frozen.
    fn write_roll(&self, content: &Path, meter: &Meter) -> Result<()> {
        let parquet = content.join("roll.parquet");
        // A second name for the same bytes where the disk can do that; a copy elsewhere.
        if std::fs::hard_link(&self.roll, &parquet).is_err() {
            std::fs::copy(&self.roll, &parquet).map_err(Error::internal)?;
        }
        if self.roll_document.rows > ROWS_AS_TEXT_MAX {
            return Ok(());
        }
        let key = self.roll_document.key.ok_or_else(|| Error::internal("a frozen roll without its key"))?;
        let text = content.join("roll.csv");
        let written = bundle::convert_roll(&parquet, &text, self.suite, key, &mut |d, t| meter.tick(d, t))
            .map_err(|error| stopped(meter, Error::internal(error)))?;
        if written != self.roll_document {
            return Err(Error::conflict("DRAW-019").with("detail", text::protocol::OTHER_ROOT));
        }
        std::fs::remove_file(&parquet).map_err(Error::internal)
    }

    /// Nothing is written that a stranger's verification would refuse. `owed` are the steps, in their order, that this bundle
    /// leaves open: the others hold.
    fn check(&self, zip: &Path, owed: &[StepName], meter: &Meter) -> Result<()> {
        let announced: Digest = self.commitment.digest();
        let mut opened = Bundle::open(zip).map_err(Error::internal)?;
        let report = bundle::verify(&mut opened, Some(announced), &mut |done, total| meter.tick(done, total))
            .map_err(|error| stopped(meter, Error::internal(error)))?;
        let open = |step: &&bundle::Step| step.verdict != Verdict::Ok;
        let unexpected = report
            .steps
            .iter()
            .find(|step| open(step) && !(step.verdict == Verdict::Partial && owed.contains(&step.name)));
        if let Some(step) = unexpected {
            let name = text::protocol::say("step", step.name.word(), &[]);
            let found = text::protocol::refusal(&step.place, step.code, &step.args);
            return Err(Error::conflict("DRAW-018").with("detail", format!("{name}：{found}")));
        }
        if report.steps.iter().filter(open).map(|step| step.name).eq(owed.iter().copied()) {
            Ok(())
        } else {
            Err(Error::conflict("DRAW-018").with("detail", "roll"))
        }
    }
}

/// What is wrong with the sealed file of a roll, in words.
fn file_words(error: &files::FileError) -> String {
    match error {
        files::FileError::NotFound(_) | files::FileError::BadDigest(_) => text::protocol::FILE_GONE.to_owned(),
        files::FileError::Corrupt { .. } | files::FileError::TooLarge { .. } => text::protocol::FILE_CHANGED.to_owned(),
        files::FileError::Io { source, .. } => text::protocol::io(source),
    }
}

/// The error, or that the job was asked to stop.
fn stopped(meter: &Meter, error: Error) -> Error {
    if meter.stopped() { Error::conflict("JOB-001") } else { error }
}

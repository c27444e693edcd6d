//! Verifying a bundle: everything is recomputed, and every step says what it found. A check that is owed and was not made
//! is *partial*, never OK: without the roll, and a drand round of a chain whose key is not known here.

use draw::{
    Beacon, BeaconForm, BeaconPlan, Bounds, Commitment, Digest, Expected, Header, Mismatch, Outcome, Progress, Proof,
    Refused, Reveals, RollDocument, Scheme, Settled, Sieve, Sizes, Subject, Tickets, expect_listed,
};

use crate::attached::{check_signatures, read_addenda};
use crate::container::{Bundle, is_known};
use crate::drand::{Round, check_round};
use crate::drawing::{document, expect_same_roll, optional};
use crate::error::{BundleError, ROLL_FILES};
use crate::fact::Fact;
use crate::report::{Report, StepName};
use crate::roll::sift;
use crate::steps::{Found, Steps};

/// Recomputes everything in a bundle. `announced` is the commitment's digest from the announcement, the minutes or the log;
/// without it the report shows only that the bundle agrees with itself.
///
/// # Errors
/// [`draw::Reason::Cancelled`], and [`BundleError::Io`] for a file that the machine does not give: then there is no verdict.
/// Whatever else goes wrong is a failed step.
pub fn verify(bundle: &mut Bundle, announced: Option<Digest>, progress: Progress<'_>) -> Result<Report, BundleError> {
    let mut steps = Steps::default();
    steps.check(StepName::Files, check_files(bundle));
    let commitment = steps.check(StepName::Commitment, read_commitment(bundle));
    let digest = commitment.as_ref().map(Commitment::digest);
    if let (Some(announced), Some(digest)) = (announced, &digest) {
        steps.check(StepName::Announced, expect_digest("commitment.json", &announced, digest));
    }
    if let Some(commitment) = &commitment {
        check_draw(&mut steps, bundle, commitment, progress);
    }
    match steps.stopped() {
        Some(stopped) => Err(stopped),
        None => Ok(steps.report(digest)),
    }
}

/// The steps of a draw, behind a commitment that complies.
fn check_draw(steps: &mut Steps, bundle: &mut Bundle, commitment: &Commitment, progress: Progress<'_>) {
    let roll_document = steps.check(StepName::RollDocument, read_roll_document(bundle, commitment));
    let scheme = steps.check(StepName::Scheme, read_scheme(bundle, commitment, roll_document.as_ref()));
    let rows = roll_document.as_ref().map(|document| document.rows);
    let sizes = steps.check(StepName::Sizes, read_sizes(bundle, commitment, scheme.as_ref(), rows));
    // Settled before the roll is passed, which then counts and draws in one go, and told behind it.
    let settled = settle(bundle, commitment);
    let known = Known {
        commitment,
        scheme: scheme.as_ref(),
        sizes: sizes.as_ref(),
        settled: settled.as_ref().ok().map(|(settled, _)| settled.clone()),
    };
    let sieve = roll_document.as_ref().and_then(|document| check_roll(steps, bundle, &known, document, &mut *progress));
    if let (Some(sizes), Some(sieve)) = (&sizes, &sieve) {
        steps.check(StepName::Populations, check_populations(sieve, sizes));
    }
    let settled = steps.check(StepName::Reveals, settled);
    // Where the beacon cannot be read, the reveals have not settled.
    if let (Some(plan), true) = (&commitment.beacon, settled.is_some())
        && let Ok(Some(beacon)) = optional(bundle, "beacon.json", Beacon::parse)
    {
        check_beacon(steps, plan, &beacon);
    }
    if let (Some(scheme), Some(sizes), Some(settled)) = (&scheme, &sizes, &settled) {
        let roll = roll_document.as_ref().zip(sieve);
        check_result(steps, bundle, &known, (settled, scheme, sizes), roll, progress);
    }
    if let (Some(document), true) = (&roll_document, bundle.has("proofs.json")) {
        // What a row must show in the result is asked of a result that holds.
        let listed = scheme.as_ref().zip(settled.as_ref()).filter(|_| steps.holds(StepName::Result));
        steps.check(StepName::Proofs, check_proofs(bundle, commitment, document, listed));
    }
    if bundle.has("signatures.json") {
        steps.check(StepName::Signatures, check_signatures(bundle, commitment));
    }
    let attached = bundle.names().any(|name| name.starts_with("addenda/"));
    if let (Some(scheme), true) = (&scheme, attached) {
        steps.check(StepName::Addenda, read_addenda(bundle, commitment, scheme));
    }
}

fn check_files(bundle: &Bundle) -> Found<()> {
    if let Some(unknown) = bundle.names().find(|name| !is_known(name)) {
        return Err(BundleError::UnknownFile { name: unknown.to_owned() });
    }
    let files = bundle.names().count();
    let fact = match bundle.roll_format()? {
        Some(format) => Fact::Files { files, roll: format.file_name() },
        None => Fact::FilesWithoutRoll { files },
    };
    Ok(((), fact))
}

fn read_commitment(bundle: &mut Bundle) -> Found<Commitment> {
    let commitment = document(bundle, "commitment.json", Commitment::parse)?;
    if !matches!(commitment.subject, Subject::Draw { .. }) {
        return Err(Refused::new(
            "commitment.json: purpose",
            draw::Reason::WrongKind { expected: Expected::Word { words: "draw" } },
        )
        .into());
    }
    let (digest, attempt, parties) = (commitment.digest(), commitment.attempt, commitment.parties.len());
    Ok((commitment, Fact::Commitment { digest, attempt, parties }))
}

pub(crate) fn expect_digest(place: &str, expected: &Digest, found: &Digest) -> Found<()> {
    if expected == found {
        return Ok(((), Fact::Digest { digest: *found }));
    }
    let reason = draw::Reason::DigestMismatch { expected: expected.to_string(), found: found.to_string() };
    Err(Refused::new(place, reason).into())
}

fn read_scheme(bundle: &mut Bundle, commitment: &Commitment, roll: Option<&RollDocument>) -> Found<Scheme> {
    let scheme = document(bundle, "scheme.json", Scheme::parse)?;
    if let Some(roll) = roll {
        // Without the roll this is the only place where the scheme meets its columns.
        scheme.check(&roll.header).map_err(|refused| refused.within("scheme.json"))?;
    }
    if let Subject::Draw { scheme: expected, .. } = &commitment.subject {
        expect_digest("scheme.json", expected, &scheme.digest(commitment.suite))?;
    }
    let (exclusions, strata) = (scheme.exclude.len(), scheme.strata.len());
    Ok((scheme, Fact::Scheme { exclusions, strata }))
}

fn read_sizes(
    bundle: &mut Bundle,
    commitment: &Commitment,
    scheme: Option<&Scheme>,
    rows: Option<u64>,
) -> Found<Sizes> {
    let bytes = bundle.need("sizes.json")?;
    let sizes = Sizes::parse(&bytes).map_err(|refused| refused.within("sizes.json"))?;
    if let Subject::Draw { sizes: expected, .. } = &commitment.subject {
        expect_digest("sizes.json", expected, &draw::document_digest(commitment.suite, &bytes))?;
    }
    if let (Some(scheme), Some(rows)) = (scheme, rows) {
        sizes.expect_consistent(scheme, rows).map_err(|refused| refused.within("sizes.json"))?;
    }
    let total = sizes.total();
    Ok((sizes, Fact::Sizes { total }))
}

fn read_roll_document(bundle: &mut Bundle, commitment: &Commitment) -> Found<RollDocument> {
    let roll = document(bundle, "roll.json", RollDocument::parse)?;
    if let Subject::Draw { roll: reference, .. } = &commitment.subject {
        roll.expect_digest(commitment.suite, &reference.digest).map_err(|refused| refused.within("roll.json"))?;
    }
    let handed_out = bundle.roll_format()?.is_some();
    if handed_out != roll.key.is_some() {
        let expected = if handed_out { Expected::KeyWithRoll } else { Expected::NoKeyWithoutRoll };
        return Err(Refused::new("roll.json: key", draw::Reason::WrongKind { expected }).into());
    }
    let rows = roll.rows;
    Ok((roll, Fact::RollDocument { rows }))
}

/// What is known when the roll is passed; what is not there did not hold.
struct Known<'s> {
    commitment: &'s Commitment,
    scheme: Option<&'s Scheme>,
    sizes: Option<&'s Sizes>,
    settled: Option<Settled>,
}

impl<'s> Known<'s> {
    /// A sieve that draws, or at least counts; none without a scheme.
    fn sieve(&self, header: &Header, bounds: Bounds) -> Option<Sieve<'s>> {
        let scheme = self.scheme?;
        let drawing = self
            .sizes
            .zip(self.settled.as_ref())
            .and_then(|(sizes, settled)| Sieve::drawing(self.commitment, settled, scheme, header, sizes, bounds).ok());
        drawing.or_else(|| Sieve::counting(scheme, header).ok())
    }

    /// Passes the roll: its rows are checked, hashed, counted and drawn.
    fn pass_roll(
        &self,
        bundle: &mut Bundle,
        stated: &RollDocument,
        bounds: Bounds,
        progress: Progress<'_>,
    ) -> Result<Option<Sieve<'s>>, BundleError> {
        let format = bundle.roll_format()?.ok_or(BundleError::MissingFile { name: ROLL_FILES })?;
        let hashing = stated.key.map(|key| (self.commitment.suite, key));
        // Columns are found by their place in the header that is stated; another one fails behind the pass.
        let sieve = |header: &Header| Ok(if *header == stated.header { self.sieve(header, bounds) } else { None });
        let (passed, sieve) = sift(bundle.roll(format)?, hashing, stated.rows, None, sieve, progress)?;
        if let Some(found) = &passed.document {
            expect_same_roll(stated, found)?;
        }
        Ok(sieve)
    }
}

fn check_roll<'s>(
    steps: &mut Steps,
    bundle: &mut Bundle,
    known: &Known<'s>,
    stated: &RollDocument,
    progress: Progress<'_>,
) -> Option<Sieve<'s>> {
    let (Ok(Some(format)), Some(_)) = (bundle.roll_format(), stated.key) else {
        steps.partial(StepName::Roll, &Fact::NoRoll);
        return None;
    };
    let fact = Fact::Roll { rows: stated.rows, root: stated.root };
    let found = known.pass_roll(bundle, stated, Bounds::Guessed, progress).map(|sieve| (sieve, fact));
    steps.check(StepName::Roll, found.map_err(|error| error.within(format.file_name()))).flatten()
}

fn check_populations(sieve: &Sieve<'_>, stated: &Sizes) -> Found<()> {
    let found = sieve.sizes().map_err(|refused| refused.within("scheme.json"))?;
    if found.to_jcs() == stated.to_jcs() {
        let excluded: u64 = found.excluded.iter().map(|(_, rows)| rows).sum();
        return Ok(((), Fact::Populations { excluded, outside: found.outside }));
    }
    Err(Refused::new("sizes.json", draw::Reason::Mismatch { what: Mismatch::SizesRoll }).into())
}

fn settle(bundle: &mut Bundle, commitment: &Commitment) -> Found<Settled> {
    let reveals = document(bundle, "reveals.json", Reveals::parse)?;
    let beacon = optional(bundle, "beacon.json", Beacon::parse)?;
    let settled = commitment.settle(&reveals, beacon.as_ref()).map_err(|refused| refused.within("reveals.json"))?;
    let (seed, absent) = (settled.seed, settled.absent.join("、"));
    let fact = if absent.is_empty() { Fact::Reveals { seed } } else { Fact::RevealsAbsent { seed, absent } };
    Ok((settled, fact))
}

/// Form and presence were settled with the reveals; this step says what the proof is worth.
pub(crate) fn check_beacon(steps: &mut Steps, plan: &BeaconPlan, shown: &Beacon) {
    let (beacon, round) = (plan.source.clone(), plan.round.clone());
    if plan.form == BeaconForm::Digits {
        steps.check(StepName::Beacon, Ok(((), Fact::BeaconDigits { beacon, round })));
        return;
    }
    match check_round(plan, shown) {
        Ok(Round::Signed) => {
            let fact = Fact::BeaconSigned { beacon, round, at: plan.at.clone() };
            steps.check(StepName::Beacon, Ok(((), fact)));
        }
        Err(error) => drop(steps.check::<()>(StepName::Beacon, Err(error))),
        Ok(Round::Timed) => steps.partial(StepName::Beacon, &Fact::BeaconTimed { beacon, round }),
        Ok(Round::Unknown) => steps.partial(StepName::Beacon, &Fact::BeaconUnknown { beacon, round }),
    }
}

/// `roll` is the roll's document and what its pass found.
fn check_result(
    steps: &mut Steps,
    bundle: &mut Bundle,
    known: &Known<'_>,
    (settled, scheme, sizes): (&Settled, &Scheme, &Sizes),
    roll: Option<(&RollDocument, Sieve<'_>)>,
    progress: Progress<'_>,
) {
    let mut read = || -> Result<Vec<u8>, BundleError> {
        let bytes = bundle.need("result.json")?;
        let stated = Outcome::parse(&bytes).map_err(|refused| refused.within("result.json"))?;
        let consistent = stated.expect_consistent(known.commitment, settled, scheme, sizes);
        consistent.map_err(|refused| refused.within("result.json"))?;
        Ok(bytes)
    };
    let found = match (read(), roll) {
        (Err(error), _) => Err(error),
        (Ok(_), None) => {
            steps.partial(StepName::Result, &Fact::ResultWithoutRoll);
            return;
        }
        (Ok(bytes), Some((document, sieve))) => {
            let outcome = match sieve.finish(known.commitment, settled, sizes) {
                Ok(None) => known.pass_roll(bundle, document, Bounds::Open, progress).and_then(|sieve| {
                    let again = sieve.map(|sieve| sieve.finish(known.commitment, settled, sizes)).transpose()?;
                    Ok(again.flatten())
                }),
                found => found.map_err(BundleError::from),
            };
            let found = outcome.and_then(|outcome| compare(&bytes, outcome.as_ref()));
            if found.is_ok() {
                steps.recomputed(draw::document_digest(known.commitment.suite, &bytes));
            }
            found
        }
    };
    steps.check(StepName::Result, found);
}

fn compare(stated: &[u8], outcome: Option<&Outcome>) -> Found<()> {
    let computed = outcome.map(Outcome::to_jcs).unwrap_or_default();
    if let (Some(outcome), true) = (outcome, computed == stated) {
        let drawn: usize = outcome.cells.iter().map(|cell| cell.drawn.len()).sum();
        return Ok(((), Fact::Result { drawn, cells: outcome.cells.len() }));
    }
    let byte = computed.iter().zip(stated).take_while(|(a, b)| a == b).count();
    Err(Refused::new("result.json", draw::Reason::Mismatch { what: Mismatch::Result { byte } }).into())
}

fn check_proofs(
    bundle: &mut Bundle,
    commitment: &Commitment,
    roll: &RollDocument,
    listed: Option<(&Scheme, &Settled)>,
) -> Found<()> {
    let proofs = document(bundle, "proofs.json", Proof::parse_all)?;
    let outcome = document(bundle, "result.json", Outcome::parse)?;
    let listed = listed.map(|(scheme, settled)| (scheme, Tickets::new(commitment.suite, &settled.seed)));
    for (index, proof) in proofs.iter().enumerate() {
        let row: Vec<_> = proof.row.iter().map(String::as_str).collect();
        let found = proof.verify(commitment.suite, roll).and_then(|()| match &listed {
            Some((scheme, tickets)) => expect_listed(scheme, &roll.header, &row, &outcome, tickets),
            None => Ok(()),
        });
        found.map_err(|refused| refused.within(&format!("proofs.json: proofs[{index}]")))?;
    }
    let rows = proofs.len();
    Ok(((), if listed.is_some() { Fact::ProofsListed { rows } } else { Fact::Proofs { rows } }))
}

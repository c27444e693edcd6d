//! Checking a firm's receipt: step by step, as a bundle is verified, and what it shows for each of its objects.

use draw::{Digest, Finding, Receipt, Refused};

use crate::fact::Fact;
use crate::report::{Report, StepName};
use crate::steps::Steps;
use crate::verify::{check_beacon, expect_digest};

/// What a receipt shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptReport {
    /// The steps, with the exit code.
    pub report: Report,
    /// The digest of the result that the thresholds were taken from, if the receipt could be read.
    pub result: Option<Digest>,
    /// What is shown for each object whose step holds.
    pub findings: Vec<Finding>,
}

/// Checks a receipt. `announced` is the commitment's digest from the announcement, the minutes or the log; without it the
/// report shows only that the receipt agrees with itself. Whatever does not hold is a failed step.
#[must_use]
pub fn verify_receipt(bytes: &[u8], announced: Option<Digest>) -> ReceiptReport {
    let mut steps = Steps::default();
    let read = Receipt::parse(bytes).map(|receipt| {
        let fact = Fact::Receipt { objects: receipt.objects.len(), result: receipt.result };
        (receipt, fact)
    });
    let Some(receipt) = steps.check(StepName::Receipt, read.map_err(Into::into)) else {
        return ReceiptReport { report: steps.report(None), result: None, findings: Vec::new() };
    };
    let digest = receipt.commitment.digest();
    if let Some(announced) = announced {
        steps.check(StepName::Announced, expect_digest("commitment", &announced, &digest));
    }
    let settled = receipt.settle().map(|settled| {
        let seed = settled.seed;
        (settled, Fact::ReceiptReveals { seed })
    });
    let settled = steps.check(StepName::Reveals, settled.map_err(Into::into));
    if let (Some(plan), Some(beacon), true) = (&receipt.commitment.beacon, &receipt.beacon, settled.is_some()) {
        check_beacon(&mut steps, plan, beacon);
    }
    let mut findings = Vec::new();
    if let Some(settled) = settled {
        for (index, object) in receipt.objects.iter().enumerate() {
            let found = receipt.finding(&settled, object).map(|finding| {
                let fact = fact_of(&finding, receipt.roll.rows);
                (finding, fact)
            });
            let found = found.map_err(|refused: Refused| refused.within(&format!("objects[{index}]")).into());
            findings.extend(steps.check(StepName::Proofs, found));
        }
    }
    ReceiptReport { report: steps.report(Some(digest)), result: Some(receipt.result), findings }
}

fn fact_of(finding: &Finding, rows: u64) -> Fact {
    let (id, row, ticket) = (finding.id.clone(), finding.index + 1, finding.ticket);
    if let Some(code) = &finding.excluded {
        return Fact::ObjectExcluded { id, row, rows, ticket, exclusion: code.clone() };
    }
    if finding.cells.is_empty() {
        return Fact::ObjectOutside { id, row, rows, ticket };
    }
    let cells = |drawn: bool| {
        let cells = finding.cells.iter().filter(|cell| cell.drawn == drawn).map(|cell| {
            let value = cell.cell.as_ref().map_or_else(String::new, |value| format!("/{value}"));
            format!("{}{value} {}/{}", cell.stratum, cell.size, cell.rows)
        });
        let cells: Vec<_> = cells.collect();
        if cells.is_empty() { "-".to_owned() } else { cells.join(", ") }
    };
    Fact::Object { id, row, rows, ticket, drawn: cells(true), passed: cells(false) }
}

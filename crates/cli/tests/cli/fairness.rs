//! `fairness` over the bundles of a series: eight years of one scheme, fair and drawn by skipping.

use std::fs;
use std::path::Path;

use draw::{Commitment, Drawn, Outcome, Tickets};
use serde_json::Value;
use tempfile::TempDir;

use crate::bundles::{copy, run};

const YEARS: std::ops::RangeInclusive<u16> = 2021..=2028;

/// The frozen bundle drawn once a year: another day of commitment gives another seed.
fn decade() -> (TempDir, Vec<String>) {
    let (folder, bundle) = copy();
    let mut names = Vec::new();
    for year in YEARS {
        let name = format!("y{year}");
        let yearly = folder.path().join(&name);
        fs::create_dir(&yearly).unwrap();
        for entry in fs::read_dir(&bundle).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, yearly.join(path.file_name().unwrap())).unwrap();
        }
        let commitment = yearly.join("commitment.json");
        let text = fs::read_to_string(&commitment).unwrap();
        fs::write(&commitment, text.replace("2021-05-08T", &format!("{year}-05-08T"))).unwrap();
        fs::remove_file(yearly.join("result.json")).unwrap();
        names.push(name);
    }
    (folder, names)
}

fn words<'a>(names: &'a [String], more: &[&'a str]) -> Vec<&'a str> {
    ["fairness"].into_iter().chain(names.iter().map(String::as_str)).chain(more.iter().copied()).collect()
}

fn draw_all(folder: &TempDir, names: &[String]) {
    for name in names {
        let said = run(folder, &["draw", name]).said();
        assert_eq!(said.code, Some(0), "{}", said.err);
    }
}

/// Replaces a result by one in which every n-th row of a cell was taken. Tickets, order and counts are right: only the
/// smallest tickets were not drawn. Cells in which no reserves would be left keep theirs.
fn skip(bundle: &Path) {
    let populations = bundle::populations(bundle, &mut draw::unattended).unwrap();
    let mut outcome = populations.outcome;
    let commitment = Commitment::parse(&fs::read(bundle.join("commitment.json")).unwrap()).unwrap();
    let tickets = Tickets::new(commitment.suite, &outcome.seed);
    for (cell, members) in outcome.cells.iter_mut().zip(&populations.cells) {
        let size = usize::try_from(cell.size).unwrap();
        if size == 0 {
            continue;
        }
        let interval = members.rows.len() / size;
        let start = usize::from(outcome.seed.as_bytes()[0]) % interval;
        let drawn = |row: &u32| {
            let id = populations.roll.id(*row).unwrap().to_owned();
            Drawn { ticket: tickets.of(id.as_bytes()), id: draw::Id::parse(&id).unwrap() }
        };
        let mut picked: Vec<Drawn> = members.rows.iter().skip(start).step_by(interval).take(size).map(drawn).collect();
        picked.sort();
        let last = picked.last().unwrap();
        let mut rest: Vec<Drawn> = members.rows.iter().map(drawn).filter(|it| it > last).collect();
        rest.sort();
        if rest.len() >= cell.reserves.len() {
            rest.truncate(cell.reserves.len());
            (cell.drawn, cell.reserves) = (picked, rest);
        }
    }
    fs::write(bundle.join("result.json"), outcome.to_jcs()).unwrap();
}

#[test]
fn fair_years_are_silent() {
    let (folder, names) = decade();
    draw_all(&folder, &names);
    let said = run(&folder, &words(&names, &[])).snapshot("fairness/silent");
    assert_eq!(said.code, Some(0));
    // Neither the order of the bundles nor a zip changes the report.
    let zip = folder.path().join("y2021.zip");
    bundle::zip_folder(&folder.path().join("y2021"), fs::File::create(&zip).unwrap()).unwrap();
    let mut other: Vec<String> = names.iter().skip(1).rev().cloned().collect();
    other.push("y2021.zip".to_owned());
    assert_eq!(run(&folder, &words(&other, &[])).said().out, said.out);
    let written = run(&folder, &words(&names, &["--out", "report.txt"])).said();
    assert_eq!((written.code, written.out.as_str()), (Some(0), ""));
    assert_eq!(fs::read_to_string(folder.path().join("report.txt")).unwrap(), said.out);
    let again = run(&folder, &words(&names, &["--out", "report.txt"])).snapshot("fairness/exists");
    assert_eq!(again.code, Some(1));
    let by_risk = run(&folder, &words(&names, &["--unit", "kind"])).said();
    assert!(by_risk.out.contains("\n单位\t") && by_risk.out.contains("\n企业\t"), "{}", by_risk.out);
}

#[test]
fn skip_sampling_alarms() {
    let (folder, names) = decade();
    draw_all(&folder, &names);
    for name in &names {
        skip(&folder.path().join(name));
    }
    let said = run(&folder, &words(&names, &[])).snapshot("fairness/alarm");
    assert_eq!(said.code, Some(1));
    let json = run(&folder, &words(&names, &["--json"])).said();
    let report: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((json.code, report["alarm"].as_bool()), (Some(1), Some(true)));
    let spacing = report["families"].as_array().unwrap().iter().find(|it| it["family"] == "spacing").unwrap();
    assert!(spacing["alarms"].as_u64().unwrap() >= 1, "{spacing}");
    assert!(spacing["findings"][0]["next"].as_str().unwrap().contains("核验"));
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let (folder, names) = decade();
    let names = &names[..2];
    let said = run(&folder, &words(names, &[])).snapshot("fairness/undrawn");
    assert_eq!(said.code, Some(1));
    draw_all(&folder, names);
    let twice = run(&folder, &["fairness", "y2021", "y2021"]).snapshot("fairness/twice");
    assert_eq!(twice.code, Some(2));
    let column = run(&folder, &["fairness", "y2021", "--unit", "none"]).snapshot("fairness/no-column");
    assert_eq!(column.code, Some(2));
    // A drawn id that stands on the roll, but not in its cell: the drawn of two cells of equal size change places.
    let bundle = folder.path().join("y2021");
    let good = fs::read(bundle.join("result.json")).unwrap();
    let mut outcome = Outcome::parse(&good).unwrap();
    let alike = |outcome: &Outcome, from: usize| {
        let shape = |index: usize| {
            let cell = &outcome.cells[index];
            (cell.drawn.len(), cell.reserves.len())
        };
        (from + 1..outcome.cells.len()).find(|index| shape(*index) == shape(from) && shape(from).0 > 0)
    };
    let pair = (0..outcome.cells.len()).find_map(|one| Some((one, alike(&outcome, one)?))).unwrap();
    let (left, right) = outcome.cells.split_at_mut(pair.1);
    std::mem::swap(&mut left[pair.0].drawn, &mut right[0].drawn);
    std::mem::swap(&mut left[pair.0].reserves, &mut right[0].reserves);
    fs::write(bundle.join("result.json"), outcome.to_jcs()).unwrap();
    let stranger = run(&folder, &["fairness", "y2021"]).snapshot("fairness/stranger");
    assert_eq!(stranger.code, Some(1));
    fs::write(bundle.join("result.json"), good).unwrap();
    let roll = fs::read_to_string(bundle.join("roll.csv")).unwrap();
    let (without_last, _) = roll.trim_end().rsplit_once("\r\n").unwrap();
    fs::write(bundle.join("roll.csv"), format!("{without_last}\r\n")).unwrap();
    let rows = run(&folder, &["fairness", "y2021"]).snapshot("fairness/rows");
    assert_eq!(rows.code, Some(1));
}

//! Checks before the seal what the steps after it will demand ([`domain::scheme::Demand`]): one list for the form, the
//! submission, the freeze, the page before the seal and the two commands that seal.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::agency::{AgencyPath, Scope};
use domain::calendar::Calendar;
use domain::deadline::{Span, due_on};
use domain::item::{CheckItem, items_for};
use domain::scheme::{Census, Demand, Finding, Group, SchemeDraft, StratumRule};
use domain::subject::Tag;
use draw::StratumSizes;
use store::repo::agency::Agency;
use store::repo::dispatch::DRAWN_MAX;
use store::repo::roster::Able;
use store::{Conn, repo};
use text::Explain as _;

use super::capacity;
use kernel::Result;
use kernel::paper::Paper;

/// Inspectors of one unit that a matching takes (`matching::UNIT_INSPECTORS_MAX`; a test compares them).
pub const UNIT_INSPECTORS_MAX: usize = 1_000;
/// Names, and characters, that a finding shows; it says how many there are in all.
const NAMES_SHOWN: usize = 10;

/// A demand that is not met, in words.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FindingView {
    /// Stable code: `PRE-004`.
    pub code: &'static str,
    /// Nothing is sealed while it stands.
    pub blocks: bool,
    /// What is missing.
    pub what: String,
    /// What to do.
    pub next: String,
}

impl From<&Finding> for FindingView {
    fn from(finding: &Finding) -> Self {
        let message = finding.explain();
        let demand: Demand = finding.demand();
        Self { code: domain::Coded::code(demand), blocks: demand.blocks(), what: message.what, next: message.next }
    }
}

/// What is looked at.
pub struct Subject<'a> {
    /// The scheme.
    pub draft: &'a SchemeDraft,
    /// Who the members of its classes are.
    pub census: &'a Census,
    /// Rows and sizes of the classes, in the scheme's order.
    pub sizes: &'a [StratumSizes],
    /// The organiser.
    pub organiser: &'a AgencyPath,
    /// The items of the list that dispatch will take, or `None` if there is none.
    pub items: Option<&'a [CheckItem]>,
    /// First and last day of the visits, as far as they are known.
    pub window: (Option<NaiveDate>, Option<NaiveDate>),
    /// Today.
    pub today: NaiveDate,
    /// How long matching takes, and by which calendar.
    pub matching: (Span, &'a Calendar),
    /// Visits that one inspector makes a day at most.
    pub per_day: u16,
    /// The fonts of the forms; `None` where names were not looked at yet, before the freeze.
    pub paper: Option<&'a Paper>,
}

/// Everything that is not met, what blocks first.
///
/// # Errors
/// `Internal`.
pub async fn findings(conn: &mut Conn, of: &Subject<'_>) -> Result<Vec<Finding>> {
    let agencies = repo::agency::list(conn, &Scope::everything()).await?;
    let first_day = of.window.0.unwrap_or(of.today).max(of.today);
    let able = repo::roster::able_unscoped(conn, first_day).await?;
    let hands = repo::post::hands_unscoped(conn, of.today).await?;
    let mut found = Vec::new();
    organiser(of, &agencies, &mut found);
    found.extend(of.paper.and_then(|paper| unset(of.census, paper)));
    window(of, &mut found);
    let drawn: u64 = of.sizes.iter().map(|stratum| stratum.size).sum();
    let max = DRAWN_MAX as u64;
    if drawn > max {
        found.push(Finding::TooManyDrawn { drawn, max });
    }
    let executable: Vec<CheckItem> = match of.items {
        None => {
            found.push(Finding::NoList);
            Vec::new()
        }
        Some(items) => {
            let executable: Vec<_> = items.iter().filter(|item| item.executable_on(of.today)).cloned().collect();
            for rule in &of.draft.strata {
                entries(rule, items, &executable, &mut found);
            }
            executable
        }
    };
    let mut units: BTreeMap<&str, Unit> = BTreeMap::new();
    for ((rule, class), size) in of.draft.strata.iter().zip(&of.census.classes).zip(of.sizes) {
        if size.size > 0 {
            members(rule, &class.groups, of.items.is_some(), &executable, &mut units, &mut found);
        }
    }
    ends(of, &units, &executable, &mut found);
    let days = capacity::days(conn, of).await?;
    for (code, unit) in &units {
        let Some(agency) = agencies.iter().find(|agency| agency.code == *code) else {
            found.push(Finding::NoUnit { unit: (*code).to_owned(), rows: unit.rows });
            continue;
        };
        let people: Vec<_> = able.iter().filter(|one| one.agency_id == agency.id).collect();
        let name = || agency.short_name.clone();
        inspectors(unit, &people, &name, &mut found);
        if people.len() >= 2 {
            found.extend(days.as_ref().and_then(|days| days.short(of, code, agency)));
        }
        let hands = hands.get(&agency.id).copied().unwrap_or_default();
        if hands.clerks == 0 {
            found.push(Finding::NoReceiver { unit: name() });
        } else if hands.all < 2 {
            found.push(Finding::NoSecond { unit: name() });
        }
    }
    found.sort_by_key(|finding| !finding.blocks());
    Ok(found)
}

fn organiser(of: &Subject<'_>, agencies: &[Agency], found: &mut Vec<Finding>) {
    let above = |agency: &&Agency| of.organiser.as_str().starts_with(agency.path.as_str());
    if !agencies.iter().filter(above).any(|agency| agency.division.is_some()) {
        found.push(Finding::NoDivision);
    }
    let own = agencies.iter().find(|agency| agency.path == *of.organiser);
    if own.is_some_and(|agency| draw::check_text(&agency.name).is_err()) {
        found.push(Finding::OrganiserName);
    }
}

/// What keeps the forms from being printed with the names as they are. What was lacking on the freezing's day is looked at
/// again: fonts may have come since.
fn unset(census: &Census, paper: &Paper) -> Option<Finding> {
    if !paper.has_fonts() {
        return Some(Finding::NoFonts);
    }
    let then = census.unset.iter().flat_map(|group| group.characters.chars()).collect();
    let now = paper.lacking(&then);
    let still: Vec<_> = census.unset.iter().filter(|group| group.characters.contains(|c| now.contains(&c))).collect();
    let names = still.iter().flat_map(|group| &group.names).take(NAMES_SHOWN).cloned().collect();
    (!still.is_empty()).then(|| Finding::UnsetNames {
        firms: still.iter().map(|group| group.firms).sum(),
        characters: now.into_iter().take(NAMES_SHOWN).collect(),
        names,
    })
}

fn window(of: &Subject<'_>, found: &mut Vec<Finding>) {
    let Some(to) = of.window.1 else { return };
    let due = due_on(of.today, of.matching.0, of.matching.1).on;
    if to < of.today {
        found.push(Finding::WindowOver { to });
    } else if to <= due {
        found.push(Finding::WindowShort { to, due });
    }
}

/// Entries of a class that name nothing, or nothing that is in force.
fn entries(rule: &StratumRule, items: &[CheckItem], executable: &[CheckItem], found: &mut Vec<Finding>) {
    let named = |entry: &str, by: &[CheckItem]| by.iter().any(|item| item.named_by(entry));
    for entry in rule.items.iter().map(|entry| entry.trim()) {
        let (class, entry_text) = (rule.label.clone(), entry.to_owned());
        if !named(entry, items) {
            found.push(Finding::NotListed { class, entry: entry_text });
        } else if !named(entry, executable) {
            found.push(Finding::NotInForce { class, entry: entry_text });
        }
    }
}

/// What a unit may have to do.
#[derive(Default)]
struct Unit {
    rows: u64,
    /// Codes of items that may stand on its forms.
    items: BTreeSet<String>,
    /// The sets of qualifications that its visits may ask for.
    asked: BTreeSet<BTreeSet<String>>,
}

/// Members to whom no item applies, and what the units of the others will have to do.
fn members<'a>(
    rule: &StratumRule,
    groups: &'a [Group],
    list: bool,
    executable: &[CheckItem],
    units: &mut BTreeMap<&'a str, Unit>,
    found: &mut Vec<Finding>,
) {
    let entries: Vec<String> = rule.items.iter().map(|entry| entry.trim().to_owned()).collect();
    let mut without: BTreeMap<domain::subject::SubjectKind, u64> = BTreeMap::new();
    for group in groups {
        let unit = units.entry(&group.unit).or_default();
        unit.rows += group.rows;
        let tags: BTreeSet<Tag> = group.tags.iter().filter_map(|tag| tag.parse().ok()).collect();
        let items = items_for(&entries, group.kind, &tags, executable);
        if items.is_empty() {
            *without.entry(group.kind).or_default() += group.rows;
        }
        unit.items.extend(items.iter().map(|item| item.code.clone()));
        unit.asked.insert(items.iter().flat_map(|item| item.qualifications.iter().cloned()).collect());
    }
    // Without a list, or with an entry that names nothing, that is what has to be mended first.
    let known = entries.iter().all(|entry| executable.iter().any(|item| item.named_by(entry)));
    if list && known {
        let class = &rule.label;
        let no_item = without.into_iter().map(|(kind, rows)| Finding::NoItem { class: class.clone(), kind, rows });
        found.extend(no_item);
    }
}

/// Items that end before the visits do.
fn ends(of: &Subject<'_>, units: &BTreeMap<&str, Unit>, executable: &[CheckItem], found: &mut Vec<Finding>) {
    let Some(to) = of.window.1 else { return };
    for item in executable.iter().filter(|item| units.values().any(|unit| unit.items.contains(&item.code))) {
        if let Some(on) = item.valid_to.filter(|on| *on < to) {
            found.push(Finding::ItemEnds { item: item.name.clone(), on });
        }
    }
}

fn inspectors(unit: &Unit, people: &[&Able], name: &dyn Fn() -> String, found: &mut Vec<Finding>) {
    if people.len() < 2 {
        found.push(Finding::FewInspectors { unit: name(), able: people.len() as u64 });
        return;
    }
    if people.len() > UNIT_INSPECTORS_MAX {
        found.push(Finding::TooManyInspectors { unit: name(), max: UNIT_INSPECTORS_MAX as u64 });
        return;
    }
    let holds = |person: &Able, code: &str| person.qualifications.iter().any(|held| held == code);
    let covered = |asked: &BTreeSet<String>| {
        people.iter().any(|one| {
            let rest: Vec<_> = asked.iter().filter(|code| !holds(one, code)).collect();
            rest.is_empty() || people.iter().any(|other| rest.iter().all(|code| holds(other, code)))
        })
    };
    let mut codes: BTreeSet<&String> = BTreeSet::new();
    for asked in unit.asked.iter().filter(|asked| !covered(asked)) {
        let missing: Vec<_> = asked.iter().filter(|code| !people.iter().any(|one| holds(one, code))).collect();
        codes.extend(if missing.is_empty() { asked.iter().collect() } else { missing });
    }
    if !codes.is_empty() {
        found.push(Finding::NotQualified { unit: name(), codes: codes.into_iter().cloned().collect() });
    }
}

/// What blocks, in one text for a refusal; `None` if nothing does.
pub fn blocking(findings: &[Finding]) -> Option<(usize, String)> {
    let words: Vec<String> = findings
        .iter()
        .filter(|finding| finding.blocks())
        .map(|finding| {
            let message = finding.explain();
            format!("{}{}", message.what, message.next)
        })
        .collect();
    (!words.is_empty()).then(|| (words.len(), words.join(" ")))
}

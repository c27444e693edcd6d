//! Counting the members of a scheme's classes by unit, kind and tags. The walk over the directory notes these facts beside the
//! roll, whose columns may not hold them; afterwards the protocol says which row belongs to which class.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::item::CheckItem;
use domain::scheme::{Census, ClassCensus, Group, Joint, SchemeDraft, UnsetNames};
use domain::subject::SubjectKind;
use draw::{Progress, Refused, Roll, Scheme};
use store::repo::subject::RollSubject;

/// Names that are kept of those that lack the same characters.
const UNSET_NAMES_MAX: usize = 10;
/// Sets of lacking characters that are told apart.
const UNSET_GROUPS_MAX: usize = 500;

/// What is known of each row of a roll besides its columns. Rows that are alike share one entry.
#[derive(Default)]
pub struct Facts {
    alike: Vec<Alike>,
    /// Where in `alike` a key stands.
    known: HashMap<String, u32>,
    /// For each row, in the roll's order, its place in `alike`.
    rows: Vec<u32>,
    key: String,
    /// Rows whose names cannot be printed as they are: place, the characters, the name.
    unset: Vec<(usize, String, String)>,
}

struct Alike {
    unit: String,
    kind: SubjectKind,
    tags: Vec<String>,
}

impl Facts {
    /// Notes the next row of the roll.
    pub fn push(&mut self, row: &RollSubject) {
        self.key.clear();
        self.key.push_str(&row.agency_code);
        self.key.push('\n');
        self.key.push_str(domain::Coded::code(row.kind));
        for tag in &row.tags {
            self.key.push('\n');
            self.key.push_str(tag);
        }
        let place = match self.known.get(&self.key) {
            Some(place) => *place,
            None => {
                let place = u32::try_from(self.alike.len()).unwrap_or(u32::MAX);
                let alike = Alike { unit: row.agency_code.clone(), kind: row.kind, tags: row.tags.clone() };
                self.alike.push(alike);
                self.known.insert(self.key.clone(), place);
                place
            }
        };
        self.rows.push(place);
    }

    /// Notes of the row that was pushed last which characters of its name the forms cannot show.
    pub fn lacks(&mut self, characters: String, name: &str) {
        self.unset.push((self.rows.len().saturating_sub(1), characters, name.to_owned()));
    }

    /// The names of those rows that are in a class, by what they lack.
    fn unset(&self, in_class: impl Fn(usize) -> bool) -> Vec<UnsetNames> {
        let mut groups: BTreeMap<&str, UnsetNames> = BTreeMap::new();
        for (_, characters, name) in self.unset.iter().filter(|(row, ..)| in_class(*row)) {
            // Names beyond the last group are counted there: fonts that lack so much are mended first.
            let known = groups.contains_key(characters.as_str()) || groups.len() < UNSET_GROUPS_MAX;
            let key = if known { characters } else { groups.keys().next_back().copied().unwrap_or_default() };
            let group = groups.entry(key).or_default();
            group.firms += 1;
            if known && group.names.len() < UNSET_NAMES_MAX {
                group.names.push(name.clone());
            }
        }
        let named = groups.into_iter().map(|(key, group)| UnsetNames { characters: key.to_owned(), ..group });
        named.collect()
    }
}

/// Who the members of the classes are. `items` are those of the list in force: only tags that call one of them count, and
/// only in classes that add such items.
///
/// # Errors
/// Whatever the protocol refuses of the scheme; cancelled.
pub fn census(
    draft: &SchemeDraft,
    scheme: &Scheme,
    roll: &Roll,
    facts: &Facts,
    items: &[CheckItem],
    progress: Progress<'_>,
) -> Result<Census, Refused> {
    let calling: BTreeSet<&str> =
        items.iter().flat_map(|item| &item.applies.tags).map(domain::subject::Tag::as_str).collect();
    let cells = draw::members(scheme, roll, progress)?;
    let mut classes_of: Vec<u128> = vec![0; facts.rows.len()];
    let mut classes = Vec::with_capacity(draft.strata.len());
    for (index, rule) in draft.strata.iter().enumerate() {
        // By place in `alike` first: a look at a table for each row, and texts only for what differs.
        let mut by_place: Vec<u64> = vec![0; facts.alike.len()];
        for row in cells.iter().filter(|cell| cell.stratum == rule.code).flat_map(|cell| &cell.rows) {
            let at = usize::try_from(*row).unwrap_or(usize::MAX);
            let place = facts.rows.get(at).and_then(|place| usize::try_from(*place).ok());
            if let Some(rows) = place.and_then(|place| by_place.get_mut(place)) {
                *rows += 1;
            }
            if let Some(of) = classes_of.get_mut(at) {
                *of |= 1_u128.checked_shl(u32::try_from(index).unwrap_or(u32::MAX)).unwrap_or(0);
            }
        }
        let mut groups: BTreeMap<(&str, SubjectKind, Vec<&str>), u64> = BTreeMap::new();
        for (alike, rows) in facts.alike.iter().zip(by_place).filter(|(_, rows)| *rows > 0) {
            let tags = alike.tags.iter().map(String::as_str).filter(|tag| rule.tagged && calling.contains(tag));
            *groups.entry((&alike.unit, alike.kind, tags.collect())).or_default() += rows;
        }
        let groups = groups.into_iter().map(|((unit, kind, tags), rows)| Group {
            unit: unit.to_owned(),
            kind,
            tags: tags.into_iter().map(str::to_owned).collect(),
            rows,
        });
        classes.push(ClassCensus { code: rule.code.clone(), groups: groups.collect() });
    }
    let unset = facts.unset(|row| classes_of.get(row).is_some_and(|of| *of != 0));
    // By place in `alike` first here, too.
    let mut joint: HashMap<(u32, u128), u64> = HashMap::new();
    for (place, of) in facts.rows.iter().zip(classes_of).filter(|(_, of)| *of != 0) {
        *joint.entry((*place, of)).or_default() += 1;
    }
    let mut overlaps: BTreeMap<u128, u64> = BTreeMap::new();
    let mut units: BTreeMap<(&str, u128), u64> = BTreeMap::new();
    for ((place, of), rows) in joint {
        *overlaps.entry(of).or_default() += rows;
        if let Some(alike) = usize::try_from(place).ok().and_then(|place| facts.alike.get(place)) {
            *units.entry((alike.unit.as_str(), of)).or_default() += rows;
        }
    }
    let places = |of: u128| -> Vec<usize> { (0..classes.len()).filter(|n| of >> n & 1 == 1).collect() };
    let units = units.into_iter().map(|((unit, of), rows)| Joint { unit: unit.to_owned(), classes: places(of), rows });
    let units = units.collect();
    let overlaps = overlaps.into_iter().map(|(of, rows)| (places(of), rows)).collect();
    Ok(Census { classes, overlaps, units, unset })
}

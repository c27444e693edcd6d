//! Which items stand on the form of a drawn object: those of its classes, those that its tags call where a class says so,
//! and those that two people have mapped the scheme's words to.

use std::collections::BTreeSet;

use domain::item::{CheckItem, items_for, unknown_entries};
use domain::scheme::SchemeDraft;
use domain::state::MappingState;
use domain::subject::{SubjectKind, Tag};
use store::repo::item_mapping::ItemMapping;

use kernel::Result;

/// What a class is checked for.
pub(super) struct Class {
    pub(super) code: String,
    pub(super) label: String,
    /// Entries that name items of the list: names, categories, and the codes that a mapping put for a word.
    entries: Vec<String>,
    /// Words that name nothing and are not mapped.
    pub(super) unknown: Vec<String>,
    /// Codes for objects to which nothing else applies.
    instead: Vec<String>,
    tagged: bool,
}

/// The classes of a scheme, in its order, over the items of a list and the task's mappings.
pub(super) fn classes(scheme: &str, items: &[CheckItem], mappings: &[ItemMapping]) -> Result<Vec<Class>> {
    let draft: SchemeDraft = serde_json::from_str(scheme)?;
    let class = |rule: domain::scheme::StratumRule| {
        let written: Vec<String> = rule.items.iter().map(|entry| entry.trim().to_owned()).collect();
        let unlisted: Vec<String> = unknown_entries(&written, items).into_iter().map(str::to_owned).collect();
        let mut class = Class {
            entries: written.into_iter().filter(|entry| !unlisted.contains(entry)).collect(),
            unknown: Vec::new(),
            instead: Vec::new(),
            tagged: rule.tagged,
            code: rule.code,
            label: rule.label,
        };
        let approved =
            |mapping: &&ItemMapping| mapping.state == MappingState::Approved && mapping.stratum == class.code;
        let mine: Vec<&ItemMapping> = mappings.iter().filter(approved).collect();
        for entry in &unlisted {
            match mine.iter().find(|mapping| mapping.entry == *entry) {
                Some(mapping) => class.entries.extend(mapping.items.iter().cloned()),
                None => class.unknown.push(entry.clone()),
            }
        }
        let listed = mine.iter().filter(|mapping| !unlisted.contains(&mapping.entry));
        class.instead = listed.flat_map(|mapping| mapping.items.iter().cloned()).collect();
        class
    };
    Ok(draft.strata.into_iter().map(class).collect())
}

/// The items on the form of an object of these classes, of those that may be executed. Empty where none applies.
pub(super) fn on_form<'a>(
    of: &[&Class],
    kind: SubjectKind,
    tags: &BTreeSet<Tag>,
    executable: &'a [CheckItem],
) -> Vec<&'a CheckItem> {
    let entries: Vec<String> = of.iter().flat_map(|class| class.entries.iter().cloned()).collect();
    let none = BTreeSet::new();
    // Tags count only where one of the object's classes says so (R59): 其它 has its own items and no others.
    let tags = if of.iter().any(|class| class.tagged) { tags } else { &none };
    let found = items_for(&entries, kind, tags, executable);
    if !found.is_empty() {
        return found;
    }
    let instead: Vec<String> = of.iter().flat_map(|class| class.instead.iter().cloned()).collect();
    items_for(&instead, kind, &none, executable)
}

//! Who the members of a scheme's classes are, counted by unit, kind and tags: what the steps after the draw ask about, while
//! nobody knows who will be drawn. And how classes overlap, since one object of several classes is visited once.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::subject::SubjectKind;

/// The members of all classes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Census {
    /// The classes, in the scheme's order.
    pub classes: Vec<ClassCensus>,
    /// How many objects belong to exactly these classes (by their place from 0), for every combination that occurs.
    pub overlaps: Vec<(Vec<usize>, u64)>,
    /// The same unit by unit.
    #[serde(default)]
    pub units: Vec<Joint>,
    /// Members whose names the fonts of the freezing's day could not print as they are, by what they lack.
    #[serde(default)]
    pub unset: Vec<UnsetNames>,
}

/// Names that lack the same characters.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct UnsetNames {
    /// The characters, ascending.
    pub characters: String,
    /// How many names.
    pub firms: u64,
    /// Some of them.
    pub names: Vec<String>,
}

/// How many objects of a unit belong to exactly these classes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Joint {
    /// Registrar key of the unit.
    pub unit: String,
    /// The classes, by their place from 0.
    pub classes: Vec<usize>,
    /// How many.
    pub rows: u64,
}

/// The members of one class.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ClassCensus {
    /// Its code.
    pub code: String,
    /// Its members, by what matters later.
    pub groups: Vec<Group>,
}

/// Members of a class that are alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Group {
    /// Registrar key of the unit.
    pub unit: String,
    /// What they are.
    pub kind: SubjectKind,
    /// Their tags, of those that call an item; ascending.
    pub tags: Vec<String>,
    /// How many.
    pub rows: u64,
}

/// How many visits a draw will lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Expected {
    /// At least.
    pub least: u64,
    /// At most.
    pub most: u64,
}

impl Census {
    /// Objects that belong to at least one class, each counted once.
    pub fn objects(&self) -> u64 {
        self.overlaps.iter().map(|(_, rows)| rows).sum()
    }

    /// Objects that belong to several classes.
    pub fn shared(&self) -> u64 {
        self.overlaps.iter().filter(|(classes, _)| classes.len() > 1).map(|(_, rows)| rows).sum()
    }

    /// How many visits a unit is to expect, to the nearest whole one. `chance` gives size and rows of a class for this unit.
    ///
    /// An object has one ticket for all its classes, so it is drawn in any of them as often as in the one that draws the
    /// greatest part of its members.
    pub fn expected_of(&self, unit: &str, chance: impl Fn(usize) -> (u64, u64)) -> u64 {
        const PARTS: u128 = 1_000_000;
        let part = |joint: &Joint| {
            let chances = joint.classes.iter().map(|class| chance(*class)).filter(|(_, rows)| *rows > 0);
            let best =
                chances.max_by(|a, b| (u128::from(a.0) * u128::from(b.1)).cmp(&(u128::from(b.0) * u128::from(a.1))));
            best.map_or(0, |(size, rows)| u128::from(joint.rows) * u128::from(size) * PARTS / u128::from(rows))
        };
        let parts: u128 = self.units.iter().filter(|joint| joint.unit == unit).map(part).sum();
        u64::try_from((parts + PARTS / 2) / PARTS).unwrap_or(u64::MAX)
    }

    /// How many visits the draws of the classes lead to. `sizes` are those of the classes, in the same order.
    ///
    /// An object has one ticket for all its classes, so draws of classes that overlap coincide as far as they can, and how
    /// far that is depends on the seed. What is certain is this: classes that touch no other add up exactly; of those that
    /// are joined by common members, there are at least as many visits as the greatest class draws, and at most as many as
    /// all of them draw or have members.
    pub fn expected(&self, sizes: &[u64]) -> Expected {
        let mut joined: Vec<usize> = (0..sizes.len()).collect();
        for (classes, _) in &self.overlaps {
            let roots: Vec<_> = classes.iter().map(|class| root(&joined, *class)).collect();
            let Some(first) = roots.iter().min().copied() else { continue };
            for from in roots {
                joined.get_mut(from).into_iter().for_each(|to| *to = first);
            }
        }
        let mut members: BTreeMap<usize, u64> = BTreeMap::new();
        for (classes, rows) in &self.overlaps {
            if let Some(class) = classes.first() {
                *members.entry(root(&joined, *class)).or_default() += rows;
            }
        }
        let mut together: BTreeMap<usize, Expected> = BTreeMap::new();
        for (class, size) in sizes.iter().enumerate() {
            let sum = together.entry(root(&joined, class)).or_default();
            *sum = Expected { least: sum.least.max(*size), most: sum.most + size };
        }
        together.iter().fold(Expected::default(), |all, (class, one)| Expected {
            least: all.least + one.least,
            most: all.most + one.most.min(members.get(class).copied().unwrap_or(0)),
        })
    }
}

/// The class that stands for all that are joined with this one. Links point to smaller numbers, so it ends.
fn root(joined: &[usize], mut class: usize) -> usize {
    while let Some(next) = joined.get(class).copied().filter(|next| *next < class) {
        class = next;
    }
    class
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visits_that_classes_lead_to() {
        let check = |overlaps: &[(&[usize], u64)], sizes: &[u64], least: u64, most: u64| {
            let overlaps = overlaps.iter().map(|(classes, rows)| (classes.to_vec(), *rows)).collect();
            let census = Census { overlaps, ..Census::default() };
            assert_eq!(census.expected(sizes), Expected { least, most }, "{census:?}");
        };
        // Apart: exactly their sum.
        check(&[(&[0], 100), (&[1], 50)], &[3, 5], 8, 8);
        // One within the other.
        check(&[(&[0], 173), (&[0, 1], 60)], &[47, 12], 47, 59);
        // Two that overlap, and one that stands alone.
        check(&[(&[0], 10), (&[0, 1], 1), (&[1], 10), (&[2], 7)], &[5, 4, 7], 12, 16);
        // All of both are drawn: no more than there are.
        check(&[(&[0], 3), (&[0, 1], 2), (&[1], 4)], &[5, 6], 6, 9);
        // Joined through a third one.
        check(&[(&[0, 2], 5), (&[1, 2], 5), (&[0], 5)], &[2, 3, 4], 4, 9);
        // A class that nobody meets.
        check(&[(&[0], 4)], &[2, 0], 2, 2);
        check(&[], &[], 0, 0);
    }

    #[test]
    fn objects_are_counted_once() {
        let overlaps = vec![(vec![0], 173), (vec![0, 1], 60), (vec![2], 7)];
        let census = Census { overlaps, ..Census::default() };
        assert_eq!((census.objects(), census.shared()), (240, 60));
    }

    #[test]
    fn visits_that_a_unit_is_to_expect() {
        let joint =
            |unit: &str, classes: &[usize], rows| Joint { unit: unit.to_owned(), classes: classes.to_vec(), rows };
        let check = |units: &[Joint], chances: &[(u64, u64)], expect: u64| {
            let census = Census { units: units.to_vec(), ..Census::default() };
            let chance = |class: usize| chances.get(class).copied().unwrap_or_default();
            assert_eq!(census.expected_of("A", chance), expect, "{units:?} {chances:?}");
        };
        // All of a class are the unit's: exactly its size.
        check(&[joint("A", &[0], 7)], &[(3, 7)], 3);
        // A third of them is.
        check(&[joint("A", &[0], 10), joint("B", &[0], 20)], &[(30, 30)], 10);
        check(&[joint("A", &[0], 10), joint("B", &[0], 20)], &[(5, 30)], 2);
        // Members of two classes are visited once, as often as the class draws that draws more of its own.
        check(&[joint("A", &[0, 1], 10)], &[(5, 10), (2, 10)], 5);
        check(&[joint("A", &[0], 10), joint("A", &[1], 10)], &[(5, 10), (2, 10)], 7);
        // A class that nobody meets, a unit that has nobody.
        check(&[joint("B", &[0], 10)], &[(5, 10)], 0);
        check(&[joint("A", &[0], 10)], &[(0, 0)], 0);
    }
}

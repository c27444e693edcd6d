//! Who belongs where: exclusions and strata of a roll's rows under a scheme. It draws nothing and sizes nothing.
//!
//! A register has millions of rows but few kinds of firms. So tests are made on the values of a column, not on its fields;
//! values that meet the same tests are one *class*; and where a row belongs (its *fate*) is looked up by the classes of its
//! fields. Of a row nothing is read but one code for each column that the scheme tests.

use std::collections::HashMap;

use crate::mismatch::Mismatch;
use crate::refused::{Reason, Refused};
use crate::roll::{Column, Header, Part};
use crate::scheme::{Membership, Predicate, Scheme, Test};

/// Entries of the table from classes to fates at most. With more combinations each row's predicates are evaluated.
const TABLE_MAX: usize = 1 << 18;
/// Rows that are worked on at a time, so that what is known of them stays in the nearest cache.
const STRETCH: usize = 4_096;

/// Where a row belongs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Fate {
    /// It leaves by this exclusion, the first that it meets.
    Excluded(usize),
    /// It belongs to these strata; to none: it is outside.
    Member(Vec<usize>),
}

/// A scheme's predicates, compiled for one header.
pub(crate) struct Rules<'s> {
    /// The columns that are tested, each with its tests.
    columns: Vec<(usize, Vec<&'s Test>)>,
    exclude: Vec<Tree>,
    strata: Vec<Tree>,
    membership: Membership,
    /// For each stratum marked `else`, the unmarked strata of its population; for the others nothing.
    blocked_by: Vec<Vec<usize>>,
    table_max: usize,
}

/// A predicate whose tests are named by their column's and their own place.
enum Tree {
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Not(Box<Tree>),
    Test(usize, usize),
}

impl Tree {
    /// `met` says for each column which of its tests are met.
    fn is_met(&self, met: &[&[bool]]) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.is_met(met)),
            Self::Any(parts) => parts.iter().any(|part| part.is_met(met)),
            Self::Not(part) => !part.is_met(met),
            Self::Test(column, test) => met.get(*column).and_then(|tests| tests.get(*test)).copied().unwrap_or(false),
        }
    }
}

impl<'s> Rules<'s> {
    /// Compiles a scheme that was checked against the header.
    ///
    /// # Errors
    /// An unknown column.
    pub(crate) fn new(scheme: &'s Scheme, header: &Header) -> Result<Self, Refused> {
        let mut columns = Vec::new();
        let exclude = scheme.exclude.iter().map(|rule| compile(&rule.when, header, &mut columns));
        let exclude = exclude.collect::<Result<_, _>>()?;
        let strata = scheme.strata.iter().map(|rule| compile(&rule.when, header, &mut columns));
        let strata = strata.collect::<Result<_, _>>()?;
        let (membership, blocked_by) = (scheme.membership, blockers(scheme));
        Ok(Self { columns, exclude, strata, membership, blocked_by, table_max: TABLE_MAX })
    }

    /// The positions of the columns that are tested.
    pub(crate) fn columns(&self) -> impl Iterator<Item = usize> {
        self.columns.iter().map(|(column, _)| *column)
    }

    fn fate(&self, met: &[&[bool]]) -> Fate {
        if let Some(rule) = self.exclude.iter().position(|rule| rule.is_met(met)) {
            return Fate::Excluded(rule);
        }
        let mut strata = self.strata.iter().enumerate().filter(|(_, rule)| rule.is_met(met)).map(|(index, _)| index);
        if self.membership == Membership::First {
            return Fate::Member(strata.next().into_iter().collect());
        }
        let strata: Vec<_> = strata.collect();
        let blocked = |stratum: &usize| {
            let blockers = self.blocked_by.get(*stratum).map_or(&[][..], Vec::as_slice);
            blockers.iter().any(|blocker| strata.contains(blocker))
        };
        Fate::Member(strata.iter().copied().filter(|stratum| !blocked(stratum)).collect())
    }
}

fn compile<'s>(
    predicate: &'s Predicate,
    header: &Header,
    columns: &mut Vec<(usize, Vec<&'s Test>)>,
) -> Result<Tree, Refused> {
    let mut parts =
        |parts: &'s [Predicate]| parts.iter().map(|part| compile(part, header, columns)).collect::<Result<_, _>>();
    Ok(match predicate {
        Predicate::All(all) => Tree::All(parts(all)?),
        Predicate::Any(any) => Tree::Any(parts(any)?),
        Predicate::Not(part) => Tree::Not(Box::new(compile(part, header, columns)?)),
        Predicate::Test { column, test } => {
            let found = header.find(column).map(|(position, _)| position);
            let position = found.ok_or_else(|| Refused::new("", Reason::UnknownColumn { column: column.clone() }))?;
            let place = columns.iter().position(|(known, _)| *known == position).unwrap_or_else(|| {
                columns.push((position, Vec::new()));
                columns.len() - 1
            });
            let Some((_, tests)) = columns.get_mut(place) else { return Ok(Tree::Any(Vec::new())) };
            let index = tests.iter().position(|known| *known == test).unwrap_or_else(|| {
                tests.push(test);
                tests.len() - 1
            });
            Tree::Test(place, index)
        }
    })
}

fn blockers(scheme: &Scheme) -> Vec<Vec<usize>> {
    let unmarked = |population: &str| {
        let strata = scheme.strata.iter().enumerate();
        strata.filter(|(_, other)| !other.otherwise && other.population == population).map(|(index, _)| index).collect()
    };
    scheme
        .strata
        .iter()
        .map(|stratum| if stratum.otherwise { unmarked(&stratum.population) } else { Vec::new() })
        .collect()
}

/// Finds the fates of rows, and remembers the different ones.
pub(crate) struct Sorter<'s> {
    rules: Rules<'s>,
    fates: Vec<Fate>,
    known: HashMap<Fate, u32>,
}

/// What a column of one part is to the rules: a class for each code.
struct Classes<'p> {
    codes: std::borrow::Cow<'p, [u32]>,
    class_of: Vec<u32>,
    /// Which tests the values of a class meet.
    met: Vec<Vec<bool>>,
}

impl<'s> Sorter<'s> {
    pub(crate) fn new(rules: Rules<'s>) -> Self {
        Self { rules, fates: Vec::new(), known: HashMap::new() }
    }

    pub(crate) const fn rules(&self) -> &Rules<'s> {
        &self.rules
    }

    /// The different fates so far; their numbers never change.
    pub(crate) fn fates(&self) -> &[Fate] {
        &self.fates
    }

    /// The number of a fate, new or known.
    pub(crate) fn number(&mut self, fate: Fate) -> Result<u32, Refused> {
        if let Some(number) = self.known.get(&fate) {
            return Ok(*number);
        }
        let number = u32::try_from(self.fates.len()).map_err(|_| too_many())?;
        self.fates.push(fate.clone());
        self.known.insert(fate, number);
        Ok(number)
    }

    /// Puts the number of each row's fate into `out`.
    ///
    /// # Errors
    /// A column that the rules test was not read.
    pub(crate) fn sort(&mut self, part: &Part, out: &mut Vec<u32>) -> Result<(), Refused> {
        out.clear();
        if part.rows() == 0 {
            return Ok(());
        }
        out.reserve(part.rows());
        let columns = self.rules.columns.iter().map(|(position, tests)| {
            let column = part.column(*position).filter(|column| column.len() == part.rows());
            Classes::new(column.ok_or_else(unread)?, tests)
        });
        let columns = columns.collect::<Result<Vec<_>, Refused>>()?;
        let combinations = columns.iter().try_fold(1_usize, |all, column| all.checked_mul(column.met.len()));
        match combinations.filter(|combinations| *combinations <= self.rules.table_max) {
            Some(combinations) => self.look_up(&columns, combinations, part.rows(), out),
            None => self.evaluate(&columns, part.rows(), out),
        }
    }

    /// By table: a row's place in it is the sum of what its fields' classes contribute.
    fn look_up(
        &mut self,
        columns: &[Classes<'_>],
        combinations: usize,
        rows: usize,
        out: &mut Vec<u32>,
    ) -> Result<(), Refused> {
        const UNKNOWN: u32 = u32::MAX;
        let mut table = vec![UNKNOWN; combinations];
        let mut stride = 1_u32;
        let mut contributions = Vec::with_capacity(columns.len());
        for column in columns {
            contributions.push(column.class_of.iter().map(|class| class * stride).collect::<Vec<_>>());
            stride = stride.saturating_mul(u32::try_from(column.met.len()).unwrap_or(u32::MAX));
        }
        let mut places = [0_u32; STRETCH];
        for start in (0..rows).step_by(STRETCH) {
            let places = places.get_mut(..STRETCH.min(rows - start)).unwrap_or_default();
            places.fill(0);
            for (column, contribution) in columns.iter().zip(&contributions) {
                let codes = column.codes.get(start..).unwrap_or_default();
                for (place, code) in places.iter_mut().zip(codes) {
                    *place += contribution.get(*code as usize).copied().unwrap_or(0);
                }
            }
            for place in places.iter() {
                let Some(fate) = table.get_mut(*place as usize) else { return Err(unread()) };
                if *fate == UNKNOWN {
                    *fate = self.number_of_combination(columns, *place as usize)?;
                }
                out.push(*fate);
            }
        }
        Ok(())
    }

    fn number_of_combination(&mut self, columns: &[Classes<'_>], place: usize) -> Result<u32, Refused> {
        let mut rest = place;
        let met = columns.iter().map(|column| {
            let class = rest % column.met.len();
            rest /= column.met.len();
            column.met.get(class).map_or(&[][..], Vec::as_slice)
        });
        let met: Vec<_> = met.collect();
        self.number(self.rules.fate(&met))
    }

    fn evaluate(&mut self, columns: &[Classes<'_>], rows: usize, out: &mut Vec<u32>) -> Result<(), Refused> {
        let mut met: Vec<&[bool]> = Vec::with_capacity(columns.len());
        for row in 0..rows {
            met.clear();
            met.extend(columns.iter().map(|column| {
                let code = column.codes.get(row).copied().unwrap_or_default();
                let class = column.class_of.get(code as usize).copied().unwrap_or_default();
                column.met.get(class as usize).map_or(&[][..], Vec::as_slice)
            }));
            let fate = self.rules.fate(&met);
            out.push(self.number(fate)?);
        }
        Ok(())
    }
}

impl<'p> Classes<'p> {
    fn new(column: &'p Column, tests: &[&Test]) -> Result<Self, Refused> {
        let codes = column.coded().map_err(|reason| Refused::new("", reason))?;
        let mut known: HashMap<Vec<bool>, u32> = HashMap::new();
        let mut met = Vec::new();
        let mut class_of = Vec::with_capacity(column.values().len());
        let mut pattern = Vec::new();
        for value in column.values().iter() {
            let field = std::str::from_utf8(value).unwrap_or_default();
            pattern.clear();
            pattern.extend(tests.iter().map(|test| test.is_met(field)));
            let class = match known.get(&pattern) {
                Some(class) => *class,
                None => {
                    let class = u32::try_from(met.len()).map_err(|_| too_many())?;
                    known.insert(pattern.clone(), class);
                    met.push(pattern.clone());
                    class
                }
            };
            class_of.push(class);
        }
        Ok(Self { codes, class_of, met })
    }
}

pub(crate) fn unread() -> Refused {
    Refused::new("", Reason::Mismatch { what: Mismatch::ColumnUnread })
}

fn too_many() -> Refused {
    Refused::new("", Reason::TooLarge { max: u64::from(u32::MAX) })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::roll::Intake;

    /// Both ways to a fate, and the test of each field by itself, agree.
    #[test]
    fn tables_and_evaluation_agree() {
        let scheme = r#"{"exclude":[{"code":"gone","label":"","when":{"column":"status","in":["gone"]}}],"membership":"every","reserves":0,"scheme":"mc1","strata":[{"code":"A","items":[],"label":"","population":"p","size":{"count":1},"when":{"any":[{"all":[{"column":"kind","prefix":["C"]},{"at_least":3,"column":"checks"}]},{"column":"tags","has":["x"]}]}},{"code":"B","else":true,"items":[],"label":"","population":"p","size":{"count":1},"when":{"not":{"column":"kind","in":["D1"]}}}],"title":"t"}"#;
        let scheme = Scheme::parse(scheme.as_bytes()).unwrap();
        let header = Header::parse(&["id:text", "status:text", "kind:text", "checks:int", "tags:set"]).unwrap();
        let mut intake = Intake::new(header.clone()).keeping();
        for row in 0..500_usize {
            let pick = |list: &[&'static str], by: usize| list.get(row / by % list.len()).copied().unwrap();
            let id = format!("{row:04}");
            let fields =
                [&id, pick(&["in", "gone", ""], 1), pick(&["C1", "C2", "D1", "D"], 3), pick(&["1", "3", ""], 5)];
            intake.push(&[fields[0], fields[1], fields[2], fields[3], pick(&["", "x", "w,x", "y"], 7)]).unwrap();
        }
        let roll = intake.finish().roll.unwrap();
        let part = roll.parts().first().unwrap();
        let fates = |table_max: usize| {
            let rules = Rules { table_max, ..Rules::new(&scheme, &header).unwrap() };
            let (mut sorter, mut out) = (Sorter::new(rules), Vec::new());
            sorter.sort(part, &mut out).unwrap();
            out.iter().map(|fate| sorter.fates().get(*fate as usize).unwrap().clone()).collect::<Vec<_>>()
        };
        let looked_up = fates(TABLE_MAX);
        assert_eq!(looked_up, fates(0));
        for (row, fate) in looked_up.iter().enumerate() {
            let field = |column| part.column(column).unwrap().text(row).unwrap();
            let checks = field(3).parse().is_ok_and(|checks: u32| checks >= 3);
            let a = field(2).starts_with('C') && checks || field(4).split(',').any(|tag| tag == "x");
            let expected = match (field(1), a) {
                ("gone", _) => Fate::Excluded(0),
                (_, true) => Fate::Member(vec![0]),
                _ if field(2) != "D1" => Fate::Member(vec![1]),
                _ => Fate::Member(Vec::new()),
            };
            assert_eq!(*fate, expected, "row {row}");
        }
    }
}

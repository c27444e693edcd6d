//! The rules that bind a scheme to the header of a roll: columns exist, tests fit their types, nothing tests identity.

use crate::refused::{Reason, Refused};
use crate::roll::{ColumnType, Header};
use crate::scheme::{Predicate, Scheme, Size, Test};
use crate::text::is_date;

impl Scheme {
    /// Checks the scheme against a roll's header.
    ///
    /// # Errors
    /// With the path in the scheme: an unknown column, a test or a cell column of the wrong type, `id` or `name` tested, a
    /// bound on a date column that is no real date.
    pub fn check(&self, header: &Header) -> Result<(), Refused> {
        for (index, exclusion) in self.exclude.iter().enumerate() {
            check_predicate(&exclusion.when, header, &format!("exclude[{index}].when"))?;
        }
        for (index, stratum) in self.strata.iter().enumerate() {
            check_predicate(&stratum.when, header, &format!("strata[{index}].when"))?;
            if let Size::By { column, .. } = &stratum.size {
                check_cells(column, header, &format!("strata[{index}].size.by"))?;
            }
            if let Some(split) = &stratum.split {
                check_cells(&split.by, header, &format!("strata[{index}].split.by"))?;
            }
        }
        Ok(())
    }
}

fn check_predicate(predicate: &Predicate, header: &Header, place: &str) -> Result<(), Refused> {
    let each = |parts: &[Predicate], key: &str| {
        let mut parts = parts.iter().enumerate();
        parts.try_for_each(|(index, part)| check_predicate(part, header, &format!("{place}.{key}[{index}]")))
    };
    match predicate {
        Predicate::All(parts) => each(parts, "all"),
        Predicate::Any(parts) => each(parts, "any"),
        Predicate::Not(part) => check_predicate(part, header, &format!("{place}.not")),
        Predicate::Test { column, test } => {
            let kind = find(column, header, &format!("{place}.column"))?;
            check_test(test, kind).map_err(|refusal| match refusal {
                Mistake::Kind(test) => Refused::new(
                    format!("{place}.column"),
                    Reason::ColumnKind { column: column.clone(), kind: kind.word(), test },
                ),
                Mistake::Date(key) => Refused::new(format!("{place}.{key}"), Reason::DateForm),
            })
        }
    }
}

fn check_cells(column: &str, header: &Header, place: &str) -> Result<(), Refused> {
    match find(column, header, place)? {
        ColumnType::Set => {
            Err(Refused::new(place, Reason::ColumnKind { column: column.to_owned(), kind: "set", test: "by" }))
        }
        _ => Ok(()),
    }
}

fn find(column: &str, header: &Header, place: &str) -> Result<ColumnType, Refused> {
    if matches!(column, "id" | "name") {
        return Err(Refused::new(place, Reason::IdentityColumn { column: column.to_owned() }));
    }
    let found = header.find(column).map(|(_, kind)| kind);
    found.ok_or_else(|| Refused::new(place, Reason::UnknownColumn { column: column.to_owned() }))
}

enum Mistake {
    Kind(&'static str),
    Date(&'static str),
}

fn check_test(test: &Test, kind: ColumnType) -> Result<(), Mistake> {
    use ColumnType::{Date, Int, Set, Text};
    let (name, kinds): (_, &[ColumnType]) = match test {
        Test::In(_) => ("in", &[Text, Date, Int]),
        Test::Prefix(_) => ("prefix", &[Text]),
        Test::Has(_) => ("has", &[Set]),
        Test::Range { .. } => ("from/to", &[Text, Date]),
        Test::Bounds { .. } => ("at_least/at_most", &[Int]),
        Test::Empty(_) => ("empty", &[Text, Date, Int, Set]),
    };
    if !kinds.contains(&kind) {
        return Err(Mistake::Kind(name));
    }
    if let (Test::Range { from, to }, Date) = (test, kind) {
        for (key, bound) in [("from", from), ("to", to)] {
            if bound.as_ref().is_some_and(|bound| !is_date(bound)) {
                return Err(Mistake::Date(key));
            }
        }
    }
    Ok(())
}

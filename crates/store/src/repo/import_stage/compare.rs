//! What of the staged rows of a register differs from the directory: the one rule that the dry run counts by, the preview
//! shows by and the swap writes by, as conditions over `t`, the stage, and `s`, the directory.

use super::StagedColumns;

/// One thing in which a staged row can differ from the object of its code.
pub(super) struct Difference {
    /// Column of `subject`, or `credit_class` and `food_class`.
    pub(super) field: &'static str,
    /// Holds where it does.
    pub(super) sql: String,
    /// Whether it makes a version: a risk class is a dated fact of its own and makes none.
    pub(super) versioned: bool,
}

/// Everything in which the rows of a file can differ, in the order of the columns.
pub(super) fn differences(columns: &StagedColumns) -> Vec<Difference> {
    let column = |field: &&'static str| Difference { field, sql: format!("s.{field} <> t.{field}"), versioned: true };
    let mut all: Vec<_> = columns.given.iter().map(column).collect();
    for (field, scale, dated) in
        [("credit_class", "credit", columns.credit_dated), ("food_class", "food", columns.food_dated)]
    {
        all.push(Difference { field, sql: unknown_class(scale, dated), versioned: false });
    }
    all
}

/// `t` tells a class of the scale that the directory does not know.
fn unknown_class(scale: &str, dated: bool) -> String {
    let day = if dated {
        format!("t.{scale}_on")
    } else {
        format!(
            "(SELECT MAX(q.assessed_on) FROM subject_risk q WHERE q.subject_id = s.id AND q.scale = '{scale}' AND q.assessed_on <= t.{scale}_on)"
        )
    };
    format!(
        "(t.{scale}_class <> '' AND NOT EXISTS (SELECT 1 FROM subject_risk r WHERE r.subject_id = s.id AND r.scale = '{scale}'
           AND r.class = t.{scale}_class AND r.assessed_on = {day}))"
    )
}

fn any<'a>(differences: impl Iterator<Item = &'a Difference>) -> String {
    format!("({})", differences.map(|difference| difference.sql.as_str()).collect::<Vec<_>>().join(" OR "))
}

/// `s` and `t` differ in a column of the file: the swap makes a version.
pub(super) fn differs(columns: &StagedColumns) -> String {
    any(differences(columns).iter().filter(|difference| difference.versioned))
}

/// `t` tells a risk class that the directory does not know.
pub(super) fn new_risk(columns: &StagedColumns) -> String {
    any(differences(columns).iter().filter(|difference| !difference.versioned))
}

/// `t` changes anything of `s`.
pub(super) fn changes(columns: &StagedColumns) -> String {
    any(differences(columns).iter())
}

//! What happened and what to do next, for every stable error code of `app`. `{name}` stands for a value.
//!
//! A test of `app` reads its own sources and fails if a code is used there that no table holds.

mod assign;
mod core;
mod directory;
mod drawing;
mod roster;
mod store;
mod upkeep;

/// A code with its two sentences.
pub struct Problem {
    /// Stable code.
    pub code: &'static str,
    /// What happened.
    pub message: &'static str,
    /// What to do next.
    pub next: &'static str,
}

/// Shorthand for the tables.
const fn p(code: &'static str, message: &'static str, next: &'static str) -> Problem {
    Problem { code, message, next }
}

/// The tables, one an area.
pub const TABLES: [&[Problem]; 7] =
    [core::TABLE, directory::TABLE, drawing::TABLE, assign::TABLE, roster::TABLE, store::TABLE, upkeep::TABLE];

/// The row of a code.
#[must_use]
pub fn find(code: &str) -> Option<&'static Problem> {
    TABLES.iter().flat_map(|table| table.iter()).find(|problem| problem.code == code)
}

/// What happened.
#[must_use]
pub fn message(code: &str, args: &[(&'static str, String)]) -> String {
    find(code).map_or_else(|| code.to_owned(), |problem| fill(problem.message, args))
}

/// What to do next.
#[must_use]
pub fn next_step(code: &str, args: &[(&'static str, String)]) -> String {
    find(code).map_or_else(String::new, |problem| fill(problem.next, args))
}

fn fill(template: &str, args: &[(&'static str, String)]) -> String {
    let mut out = template.to_owned();
    for (name, value) in args {
        out = out.replace(&format!("{{{name}}}"), value);
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_say_both() {
        let mut seen = std::collections::BTreeSet::new();
        for problem in TABLES.iter().flat_map(|t| t.iter()) {
            assert!(seen.insert(problem.code), "{} stands twice", problem.code);
            assert!(!problem.message.is_empty() && !problem.next.is_empty(), "{}", problem.code);
        }
    }

    #[test]
    fn nobody_is_told_to_reload_a_page_that_a_form_was_sent_from() {
        for problem in TABLES.iter().flat_map(|t| t.iter()) {
            assert!(!problem.next.contains("刷新"), "{}: {}", problem.code, problem.next);
        }
    }

    #[test]
    fn values_are_filled_in() {
        assert!(message("CORE-101", &[("max", "60".to_owned())]).contains("60"));
        assert_eq!(message("NONE-000", &[]), "NONE-000");
    }
}

//! One file per noun: every SQL statement of the product lives here or in `report`.

pub mod account;
pub mod agency;
pub mod approval;
pub mod attempt;
pub mod attestation;
pub mod calendar;
pub mod census;
pub mod chain;
pub mod check_item;
pub mod counter;
pub mod deadline;
pub mod dispatch;
pub mod drawn;
pub mod event;
pub mod file;
pub mod generation;
pub mod import;
pub mod import_stage;
pub mod inspector;
pub mod inspector_account;
pub mod inspector_history;
pub mod inspector_load;
pub mod inspector_move;
pub mod installation;
pub mod item_mapping;
pub mod job;
pub mod known_address;
pub mod matching;
pub mod party;
pub mod password_try;
pub mod post;
pub mod projection;
pub mod publication;
pub mod revision;
pub mod roll;
pub mod roster;
pub mod rulebook;
pub mod sent;
pub mod session;
pub mod share;
pub mod subject;
pub mod task;
pub mod todo;
pub mod visit;
pub mod visit_day;
pub mod visit_own;
mod window;

pub use window::Window;

use crate::Value;

/// Rows of one page of a list, and how many there are in all.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows of this page.
    pub rows: Vec<T>,
    /// Rows over all pages.
    pub total: u64,
}

/// Rows on one page of a list at most.
pub const PAGE_ROWS_MAX: u32 = 200;

/// The upper end of the range of paths below `prefix`: `~` sorts after every character that a path may hold.
pub(crate) fn path_end(prefix: &str) -> String {
    format!("{prefix}~")
}

/// A count as `u64`; the database never counts below zero.
pub(crate) fn unsigned(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

/// Placeholders and values for `IN (…)`, a few hundred ids at a time.
pub(crate) fn in_chunks<T: ToString>(ids: &[T]) -> impl Iterator<Item = (String, Vec<Value>)> {
    const IDS_PER_STATEMENT: usize = 500;
    ids.chunks(IDS_PER_STATEMENT).map(|chunk| {
        let places = (1..=chunk.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        (places, chunk.iter().map(|id| Value::from(id.to_string())).collect())
    })
}

/// Escapes what a person typed for `LIKE … ESCAPE '\'` and wraps it in wildcards.
pub(crate) fn like(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

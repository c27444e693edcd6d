//! Which rows of a list are asked for, and in which order.

use super::PAGE_ROWS_MAX;

/// A window on a list: a page of it for the eye, or its beginning as far as a file may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    offset: u64,
    rows: u32,
    sort: Option<(&'static str, bool)>,
}

impl Window {
    /// A page, counted from 0, of at most [`PAGE_ROWS_MAX`] rows.
    #[must_use]
    pub fn page(page: u32, per_page: u32) -> Self {
        let rows = per_page.clamp(1, PAGE_ROWS_MAX);
        Self { offset: u64::from(page) * u64::from(rows), rows, sort: None }
    }

    /// The first `rows` rows, however many: for a file, whose writer holds to a limit of its own.
    #[must_use]
    pub const fn first(rows: u32) -> Self {
        Self { offset: 0, rows, sort: None }
    }

    /// The same rows in the order of a column, by its name in the list's address; `true`: descending. A list that does not
    /// know the column keeps its own order.
    #[must_use]
    pub const fn sorted(mut self, sort: Option<(&'static str, bool)>) -> Self {
        self.sort = sort;
        self
    }

    /// What it is sorted by.
    #[must_use]
    pub const fn sort(&self) -> Option<(&'static str, bool)> {
        self.sort
    }

    /// The window's part of a list that was read whole and is in order already.
    #[must_use]
    pub fn cut<T>(&self, rows: Vec<T>) -> Vec<T> {
        let before = usize::try_from(self.offset).unwrap_or(usize::MAX);
        let take = usize::try_from(self.rows).unwrap_or(usize::MAX);
        rows.into_iter().skip(before).take(take).collect()
    }

    /// `ORDER BY … LIMIT … OFFSET …`. `columns` are the names that may be asked for with their expressions, none of which may
    /// be null: the two databases put nulls at different ends. `own` is the list's own order and decides between equals.
    pub(crate) fn clause(&self, columns: &[(&str, &str)], own: &str) -> String {
        let Self { offset, rows, .. } = self;
        format!("ORDER BY {}{own} LIMIT {rows} OFFSET {offset}", self.first_by(columns))
    }

    /// What stands before the list's own order: `expression DESC, ` or nothing.
    pub(crate) fn first_by(&self, columns: &[(&str, &str)]) -> String {
        let asked =
            self.sort.and_then(|(name, down)| Some((columns.iter().find(|(known, _)| *known == name)?.1, down)));
        match asked {
            Some((expression, true)) => format!("{expression} DESC, "),
            Some((expression, false)) => format!("{expression}, "),
            None => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[(&str, &str)] = &[("name", "t.name"), ("day", "COALESCE(t.day, '')")];

    #[test]
    fn a_page_is_cut_to_the_limits() {
        assert_eq!(Window::page(2, 50).clause(COLUMNS, "t.id"), "ORDER BY t.id LIMIT 50 OFFSET 100");
        assert_eq!(Window::page(0, 0).clause(COLUMNS, "t.id"), "ORDER BY t.id LIMIT 1 OFFSET 0");
        assert_eq!(Window::page(1, 201).clause(COLUMNS, "t.id"), "ORDER BY t.id LIMIT 200 OFFSET 200");
        assert_eq!(Window::first(50_001).clause(COLUMNS, "t.id"), "ORDER BY t.id LIMIT 50001 OFFSET 0");
    }

    #[test]
    fn only_a_known_column_orders() {
        let by = |sort| Window::page(0, 20).sorted(sort).first_by(COLUMNS);
        assert_eq!(by(Some(("name", false))), "t.name, ");
        assert_eq!(by(Some(("day", true))), "COALESCE(t.day, '') DESC, ");
        assert_eq!(by(Some(("id", false))), "");
        assert_eq!(by(None), "");
    }
}

//! The address of a list: filters, sort and page live in it, so that it can be sent to a colleague and comes back the
//! same. Values outside the limits are moved inside them, because a shared address should open rather than refuse.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::table::Column;

/// How many rows a page may have; the first is the default.
pub const PER_PAGE: [u32; 3] = [50, 20, 200];
/// Last page that can be asked for. Nobody turns so many pages; filters are the way.
pub const PAGE_MAX: u32 = 100_000;
/// Most characters of one filter.
pub const FILTER_CHARACTERS_MAX: usize = 100;
/// Most filters in one address.
pub const FILTERS_MAX: usize = 30;

/// The list is wanted as a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// `format=xlsx`.
    Xlsx,
    /// `format=csv`.
    Csv,
}

/// What a list is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListQuery {
    path: String,
    filters: Vec<(String, String)>,
    /// Page, from 1.
    pub page: u32,
    /// Rows of a page, one of [`PER_PAGE`].
    pub per_page: u32,
    /// Asked for as a file: all its pages at once.
    pub file: Option<FileFormat>,
    sort: Option<(String, bool)>,
}

impl<S: Send + Sync> FromRequestParts<S> for ListQuery {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        // A nested router sees a shortened path; the address of the list is the whole one.
        let whole = parts.extensions.get::<axum::extract::OriginalUri>().map_or(&parts.uri, |original| &original.0);
        Ok(Self::parse(whole.path(), whole.query().unwrap_or("")))
    }
}

impl ListQuery {
    /// Reads path and query of an address.
    #[must_use]
    pub fn parse(path: &str, query: &str) -> Self {
        let (page, per_page) = (1, PER_PAGE[0]);
        let mut list = Self { path: path.to_owned(), filters: Vec::new(), page, per_page, file: None, sort: None };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value: String = value.trim().chars().take(FILTER_CHARACTERS_MAX).collect();
            match name.as_ref() {
                "page" => list.page = value.parse().unwrap_or(1).clamp(1, PAGE_MAX),
                "per_page" => {
                    list.per_page = value.parse().ok().filter(|n| PER_PAGE.contains(n)).unwrap_or(PER_PAGE[0])
                }
                "format" => {
                    list.file = match value.as_str() {
                        "xlsx" => Some(FileFormat::Xlsx),
                        "csv" => Some(FileFormat::Csv),
                        _ => None,
                    };
                }
                "sort" => {
                    list.sort = match value.strip_prefix('-') {
                        Some(column) => Some((column.to_owned(), true)),
                        None if value.is_empty() => None,
                        None => Some((value, false)),
                    };
                }
                _ if !value.is_empty() && list.filters.len() < FILTERS_MAX => {
                    list.filters.push((name.into_owned(), value))
                }
                _ => {}
            }
        }
        list
    }

    /// The filter of that name; empty if it is not set.
    #[must_use]
    pub fn filter(&self, name: &str) -> &str {
        self.filters.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The filter of that name, if it is set.
    #[must_use]
    pub fn filter_opt(&self, name: &str) -> Option<&str> {
        Some(self.filter(name)).filter(|value| !value.is_empty())
    }

    /// Is any filter set? An empty list then says that the filters are the reason.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        !self.filters.is_empty()
    }

    /// Place of the column that a list is to be sorted by, and the direction (`true`: descending).
    #[must_use]
    pub fn sort_of(&self, columns: &[Column]) -> Option<(usize, bool)> {
        let (key, descending) = self.sort.as_ref()?;
        columns.iter().position(|column| column.sorts && column.key == key).map(|index| (index, *descending))
    }

    /// The order as it stands in the address, so that a change of filters keeps it; empty for the list's own.
    #[must_use]
    pub fn sort_value(&self) -> String {
        self.sort
            .as_ref()
            .map_or_else(String::new, |(column, down)| format!("{}{column}", if *down { "-" } else { "" }))
    }

    /// What is set, in the order of the address.
    #[must_use]
    pub fn filters(&self) -> &[(String, String)] {
        &self.filters
    }

    /// How many rows come before this page.
    #[must_use]
    pub fn offset(&self) -> u64 {
        u64::from(self.page - 1) * u64::from(self.per_page)
    }

    /// The address of another page of the same list.
    #[must_use]
    pub fn url_of_page(&self, page: u32) -> String {
        self.url(&self.path, page, self.sort.as_ref())
    }

    /// The address of the same rows under another path; without page.
    #[must_use]
    pub fn url_under(&self, path: &str) -> String {
        self.url(path, 1, self.sort.as_ref())
    }

    /// The address of the same list as a file (`xlsx`, `csv`): all its pages, in the same order.
    #[must_use]
    pub fn url_file(&self, format: &str) -> String {
        let list = self.url(&self.path, 1, self.sort.as_ref());
        let join = if list.contains('?') { '&' } else { '?' };
        format!("{list}{join}format={format}")
    }

    /// The address with this column sorted: ascending first, then descending.
    #[must_use]
    pub fn url_sorted(&self, column: &str) -> String {
        let descending = self.sort.as_ref().is_some_and(|(now, descending)| now == column && !descending);
        self.url(&self.path, 1, Some(&(column.to_owned(), descending)))
    }

    /// For the `aria-sort` of a column's heading.
    #[must_use]
    pub fn aria_sort(&self, column: &str) -> &'static str {
        match &self.sort {
            Some((now, true)) if now == column => "descending",
            Some((now, false)) if now == column => "ascending",
            _ => "none",
        }
    }

    /// The list without filters.
    #[must_use]
    pub fn url_cleared(&self) -> &str {
        &self.path
    }

    fn url(&self, path: &str, page: u32, sort: Option<&(String, bool)>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.filters);
        if let Some((column, descending)) = sort {
            query.append_pair("sort", &format!("{}{column}", if *descending { "-" } else { "" }));
        }
        if self.per_page != PER_PAGE[0] {
            query.append_pair("per_page", &self.per_page.to_string());
        }
        if page > 1 {
            query.append_pair("page", &page.to_string());
        }
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// The pages of a list of `rows` rows.
    #[must_use]
    pub fn pager(&self, rows: u64) -> Pager {
        let pages = u32::try_from(rows.div_ceil(u64::from(self.per_page))).unwrap_or(PAGE_MAX).clamp(1, PAGE_MAX);
        let wanted = [1, self.page.saturating_sub(1), self.page, self.page.saturating_add(1), pages];
        let mut numbers: Vec<u32> = wanted.into_iter().filter(|page| (1..=pages).contains(page)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let mut links: Vec<PageLink> = Vec::new();
        let mut last = 0;
        for page in numbers {
            let gap_before = page > last + 1;
            links.push(PageLink { page, href: self.url_of_page(page), here: page == self.page, gap_before });
            last = page;
        }
        let first = if rows == 0 { 0 } else { self.offset() + 1 };
        Pager {
            rows,
            first,
            last: (self.offset() + u64::from(self.per_page)).min(rows),
            previous: (self.page > 1).then(|| self.url_of_page((self.page - 1).min(pages))),
            next: (self.page < pages).then(|| self.url_of_page(self.page + 1)),
            links,
        }
    }
}

/// The pages of a list, for the macro `pagination`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pager {
    /// How many rows there are.
    pub rows: u64,
    /// Number of the first row of this page, from 1; 0 if there is none.
    pub first: u64,
    /// Number of its last row.
    pub last: u64,
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
    /// First, neighbours, last.
    pub links: Vec<PageLink>,
}

/// One page that can be gone to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageLink {
    /// Its number.
    pub page: u32,
    /// Its address.
    pub href: String,
    /// Is it this one?
    pub here: bool,
    /// Are pages left out before it?
    pub gap_before: bool,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn values_outside_the_limits_are_moved_inside() {
        let check = |query: &str, page: u32, per_page: u32| {
            let list = ListQuery::parse("/l", query);
            assert_eq!((list.page, list.per_page), (page, per_page), "{query}");
        };
        check("", 1, 50);
        check("page=2&per_page=200", 2, 200);
        check("page=0", 1, 50);
        check("page=-1", 1, 50);
        check("page=100000", PAGE_MAX, 50);
        check("page=100001", PAGE_MAX, 50);
        check("page=99999999999999999999", 1, 50);
        check("per_page=51", 1, 50);
    }

    #[test]
    fn filters_are_kept_cut_and_counted() {
        let list = ListQuery::parse("/l", "name=%E5%B1%B1&organ=130302&empty=&page=3");
        assert_eq!(list.filter("name"), "山");
        assert_eq!(list.filter_opt("organ"), Some("130302"));
        assert_eq!(list.filter_opt("empty"), None);
        assert_eq!(list.url_of_page(4), "/l?name=%E5%B1%B1&organ=130302&page=4");
        assert_eq!(list.url_of_page(1), "/l?name=%E5%B1%B1&organ=130302");
        assert_eq!(list.url_file("xlsx"), "/l?name=%E5%B1%B1&organ=130302&format=xlsx");
        assert_eq!(ListQuery::parse("/l", "page=2").url_file("csv"), "/l?format=csv");
        assert_eq!(ListQuery::parse("/l", "format=csv").file, Some(FileFormat::Csv));
        assert_eq!(ListQuery::parse("/l", "format=pdf").file, None);

        let long = ListQuery::parse("/l", &format!("q={}", "a".repeat(FILTER_CHARACTERS_MAX + 1)));
        assert_eq!(long.filter("q").len(), FILTER_CHARACTERS_MAX);
        let many: String = (0..=FILTERS_MAX).map(|n| format!("f{n}=1&")).collect();
        let many = ListQuery::parse("/l", &many);
        assert_eq!(many.filter(&format!("f{}", FILTERS_MAX - 1)), "1");
        assert_eq!(many.filter(&format!("f{FILTERS_MAX}")), "");
    }

    #[test]
    fn sorting_turns_round_and_goes_back_to_the_first_page() {
        let list = ListQuery::parse("/l", "sort=name&page=7");
        let (name, code) = (Column::text("name", ""), Column::text("code", ""));
        assert_eq!(list.sort_of(&[code, name]), Some((1, false)));
        assert_eq!(list.sort_of(&[code, name.unsorted()]), None);
        assert_eq!(list.url_sorted("name"), "/l?sort=-name");
        assert_eq!(list.url_sorted("code"), "/l?sort=code");
        assert_eq!(list.aria_sort("name"), "ascending");
        let down = ListQuery::parse("/l", "sort=-name");
        assert_eq!((down.sort_of(&[name]), down.sort_value().as_str()), (Some((0, true)), "-name"));
        assert_eq!(down.url_sorted("name"), "/l?sort=name");
        assert_eq!(down.aria_sort("name"), "descending");
        assert_eq!(down.aria_sort("code"), "none");
    }

    #[test]
    fn the_pager_shows_ends_and_neighbours() {
        let check = |query: &str, rows: u64, expect: &str| {
            let pager = ListQuery::parse("/l", query).pager(rows);
            let shown: Vec<String> = pager
                .links
                .iter()
                .map(|link| {
                    format!(
                        "{}{}{}",
                        if link.gap_before { "…" } else { "" },
                        link.page,
                        if link.here { "*" } else { "" }
                    )
                })
                .collect();
            assert_eq!(format!("{}-{} {}", pager.first, pager.last, shown.join(" ")), expect, "{query} {rows}");
        };
        check("", 0, "0-0 1*");
        check("", 50, "1-50 1*");
        check("", 51, "1-50 1* 2");
        check("page=2", 51, "51-51 1 2*");
        check("page=5", 3344, "201-250 1 …4 5* 6 …67");
        check("page=67", 3344, "3301-3344 1 …66 67*");
    }

    #[test]
    fn a_page_behind_the_end_leads_back() {
        let pager = ListQuery::parse("/l", "page=9").pager(60);
        assert_eq!(pager.previous.as_deref(), Some("/l?page=2"));
        assert_eq!(pager.next, None);
    }
}

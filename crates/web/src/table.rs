//! A list as data: its columns once, its rows as cells. The page (`ui::table`), the order that it can be asked for and the
//! file all read the same, so that a list exports exactly what it shows.

use chrono::NaiveDate;

use crate::component::Tone;
use crate::query::{ListQuery, Pager};

/// What a column holds: how its cells look on the page, and what they are in a workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Words.
    Text,
    /// A code or number of a document: never a number to reckon with.
    Code,
    /// Numbers, to the right.
    Number,
    /// Days.
    Day,
    /// Moments, as text.
    Moment,
}

/// One column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column {
    /// Its name in the address (`?sort=`).
    pub key: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// Can the list be sorted by it?
    pub sorts: bool,
    /// Does it say whose row it is?
    pub head: bool,
    /// Has only the file room for it?
    pub only_in_file: bool,
    /// What a phone shows beside the cell, where the heading is too long.
    pub label: &'static str,
    /// Width in a workbook, in characters; a Chinese character takes two.
    pub width: f64,
}

impl Column {
    const fn new(key: &'static str, title: &'static str, holds: Holds, width: f64) -> Self {
        Self { key, title, holds, sorts: true, head: false, only_in_file: false, label: title, width }
    }

    /// A column of words.
    #[must_use]
    pub const fn text(key: &'static str, title: &'static str) -> Self {
        Self::new(key, title, Holds::Text, 24.0)
    }

    /// A column of codes.
    #[must_use]
    pub const fn code(key: &'static str, title: &'static str) -> Self {
        Self::new(key, title, Holds::Code, 22.0)
    }

    /// A column of numbers.
    #[must_use]
    pub const fn number(key: &'static str, title: &'static str) -> Self {
        Self::new(key, title, Holds::Number, 12.0)
    }

    /// A column of days.
    #[must_use]
    pub const fn day(key: &'static str, title: &'static str) -> Self {
        Self::new(key, title, Holds::Day, 13.0)
    }

    /// A column of moments.
    #[must_use]
    pub const fn moment(key: &'static str, title: &'static str) -> Self {
        Self::new(key, title, Holds::Moment, 18.0)
    }

    /// The column that says whose row it is.
    #[must_use]
    pub const fn head(mut self) -> Self {
        self.head = true;
        self
    }

    /// A column without an order of its own: of several facts, or of one that no query can order by.
    #[must_use]
    pub const fn unsorted(mut self) -> Self {
        self.sorts = false;
        self
    }

    /// A column that only the file has room for.
    #[must_use]
    pub const fn in_file(mut self) -> Self {
        self.only_in_file = true;
        self.unsorted()
    }

    /// With a shorter name for phones.
    #[must_use]
    pub const fn label(mut self, label: &'static str) -> Self {
        self.label = label;
        self
    }

    /// With another width in a workbook.
    #[must_use]
    pub const fn wide(mut self, characters: f64) -> Self {
        self.width = characters;
        self
    }

    /// CSS classes of its cells.
    #[must_use]
    pub const fn class(&self) -> &'static str {
        match self.holds {
            Holds::Text => "",
            Holds::Code => "mono",
            Holds::Number => "num",
            Holds::Day | Holds::Moment => "nowrap",
        }
    }
}

/// How a piece of a cell looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// As it is.
    Plain,
    /// A link.
    Link(String),
    /// A state, as shape, word and colour.
    Chip(Tone),
    /// Beside the point: "none", a number under a name.
    Muted,
    /// On a line of its own.
    Line,
    /// Small print on a line of its own.
    Note,
    /// Small print on a line of its own, overdue.
    Late,
    /// Folded away under these words.
    Folded(&'static str),
    /// A small link to something else, for the page alone.
    Aside(String),
    /// A box to tick, for the page alone: the form that it belongs to and what it sends as.
    Pick {
        /// Id of the form.
        form: &'static str,
        /// Name of the field.
        name: &'static str,
        /// What is sent.
        value: String,
    },
}

impl Look {
    /// Is it a means of the page, and no part of what the list says?
    const fn only_on_page(&self) -> bool {
        matches!(self, Self::Aside(_) | Self::Pick { .. })
    }
}

/// A piece of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its words.
    pub text: String,
    /// How they look.
    pub look: Look,
}

/// What a cell is in a workbook and when rows are put into order.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
enum Typed {
    Number(u64),
    Day(NaiveDate),
}

/// A cell: pieces one after the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// Its pieces.
    pub pieces: Vec<Piece>,
    /// How deep it stands in a tree, on the page.
    pub depth: usize,
    typed: Option<Typed>,
}

impl Cell {
    /// Words.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::default().and(text, Look::Plain)
    }

    /// A link; plain words without an address.
    #[must_use]
    pub fn link(text: impl Into<String>, href: impl Into<String>) -> Self {
        let href = href.into();
        Self::default().and(text, if href.is_empty() { Look::Plain } else { Look::Link(href) })
    }

    /// A state.
    #[must_use]
    pub fn chip(tone: Tone, words: impl Into<String>) -> Self {
        Self::default().and(words, Look::Chip(tone))
    }

    /// Words that say why there is nothing.
    #[must_use]
    pub fn none(words: &str) -> Self {
        Self::default().and(words, Look::Muted)
    }

    /// Words, or what stands for none.
    #[must_use]
    pub fn or(text: impl Into<String>, none: &str) -> Self {
        let text = text.into();
        if text.is_empty() { Self::none(none) } else { Self::text(text) }
    }

    /// A number.
    #[must_use]
    pub fn number(number: u64) -> Self {
        Self { typed: Some(Typed::Number(number)), ..Self::text(crate::format::thousands(number)) }
    }

    /// A day.
    #[must_use]
    pub fn day(day: NaiveDate) -> Self {
        Self { typed: Some(Typed::Day(day)), ..Self::text(day.to_string()) }
    }

    /// With a box to tick before it: of the form `form`, sent as `name`.
    #[must_use]
    pub fn picked(mut self, label: String, form: &'static str, name: &'static str, value: String) -> Self {
        self.pieces.insert(0, Piece { text: label, look: Look::Pick { form, name, value } });
        self
    }

    /// With another piece.
    #[must_use]
    pub fn and(mut self, text: impl Into<String>, look: Look) -> Self {
        self.pieces.push(Piece { text: text.into(), look });
        self
    }

    /// Standing that deep in a tree.
    #[must_use]
    pub const fn at_depth(mut self, depth: usize) -> Self {
        self.depth = depth;
        self
    }

    /// Its words in one line, as a file holds them.
    #[must_use]
    pub fn words(&self) -> String {
        let words = self.pieces.iter().filter(|piece| !piece.text.is_empty() && !piece.look.only_on_page());
        let pieces: Vec<_> = words.map(|piece| piece.text.as_str()).collect();
        pieces.join("；")
    }
}

/// A list on its way to a page or into a file.
#[derive(Clone, Debug)]
pub struct Table {
    /// What it lists: the region's name, and the file's.
    pub name: &'static str,
    /// What a row is counted as: 户, 人, 条.
    pub unit: &'static str,
    /// Its columns.
    pub columns: &'static [Column],
    /// Its rows: those of the page, or all for a file.
    pub rows: Vec<Vec<Cell>>,
    /// What it was asked for.
    pub query: ListQuery,
    /// Its pages.
    pub pager: Pager,
    /// Rows that a file may hold.
    pub file_rows_max: u32,
}

impl Table {
    /// Rows that were read in the order and of the page that the query asks for; `total` counts all.
    #[must_use]
    pub fn paged(
        (name, unit): (&'static str, &'static str),
        columns: &'static [Column],
        query: &ListQuery,
        total: u64,
        rows: impl IntoIterator<Item = Vec<Cell>>,
    ) -> Self {
        let rows: Vec<_> = rows.into_iter().collect();
        debug_assert!(rows.iter().all(|row| row.len() == columns.len()), "a cell for each column");
        Self {
            name,
            unit,
            columns,
            rows,
            pager: query.pager(total),
            query: query.clone(),
            file_rows_max: FILE_ROWS_MAX,
        }
    }

    /// A list that was read whole: it is put into the order that the query asks for, and cut to its page, here.
    #[must_use]
    pub fn whole(
        names: (&'static str, &'static str),
        columns: &'static [Column],
        query: &ListQuery,
        rows: impl IntoIterator<Item = Vec<Cell>>,
    ) -> Self {
        let mut rows: Vec<_> = rows.into_iter().collect();
        let total = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        if let Some((index, descending)) = query.sort_of(columns) {
            let order = |row: &Vec<Cell>| row.get(index).map(|cell| (cell.typed, cell.words()));
            rows.sort_by(|a, b| {
                let ascending = order(a).partial_cmp(&order(b)).unwrap_or(std::cmp::Ordering::Equal);
                if descending { ascending.reverse() } else { ascending }
            });
        }
        if query.file.is_none() {
            let before = usize::try_from(query.offset()).unwrap_or(usize::MAX);
            let page = usize::try_from(query.per_page).unwrap_or(usize::MAX);
            rows = rows.into_iter().skip(before).take(page).collect();
        }
        Self::paged(names, columns, query, total, rows)
    }

    /// May hold another number of rows in its file.
    #[must_use]
    pub const fn with_file_rows_max(mut self, rows: u32) -> Self {
        self.file_rows_max = rows;
        self
    }

    /// The columns of the page.
    pub fn shown(&self) -> impl Iterator<Item = &'static Column> + use<> {
        self.columns.iter().filter(|column| !column.only_in_file)
    }

    /// The cells of a row that the page shows, each with its column.
    pub fn cells<'a>(&self, row: &'a [Cell]) -> impl Iterator<Item = (&'static Column, &'a Cell)> + use<'a> {
        self.columns.iter().zip(row).filter(|(column, _)| !column.only_in_file)
    }

    /// Are there more rows than a file may hold?
    #[must_use]
    pub fn too_many(&self) -> bool {
        self.pager.rows > u64::from(self.file_rows_max)
    }
}

/// Rows of a list's file, unless the list says otherwise.
pub const FILE_ROWS_MAX: u32 = 50_000;

#[cfg(feature = "app")]
mod file {
    use app::export::{ColumnKind, ColumnSpec, Listed, Value};

    use super::{Cell, Column, Holds, Table, Typed};

    const _: () = assert!(super::FILE_ROWS_MAX == app::export::ROWS_MAX, "the page must promise what the file holds");

    impl Table {
        /// The same list for a file.
        #[must_use]
        pub fn into_listed(self) -> Listed {
            Listed {
                name: self.name,
                columns: self.columns.iter().map(spec).collect(),
                rows: self.rows.into_iter().map(|row| row.into_iter().map(value).collect()).collect(),
                total: self.pager.rows,
                filter: self.query.filters().to_vec(),
            }
        }
    }

    fn spec(column: &Column) -> ColumnSpec {
        let kind = match column.holds {
            Holds::Text => ColumnKind::Text,
            Holds::Code | Holds::Moment => ColumnKind::Code,
            Holds::Number => ColumnKind::Number,
            Holds::Day => ColumnKind::Date,
        };
        ColumnSpec::new(column.title, column.width, kind)
    }

    fn value(cell: Cell) -> Value<'static> {
        match cell.typed {
            // A sheet reckons in floating point; counts of rows stay far below 2^53.
            #[allow(clippy::cast_precision_loss, clippy::as_conversions)]
            Some(Typed::Number(number)) => Value::Number(number as f64),
            Some(Typed::Day(day)) => Value::Date(day),
            None => Value::from(cell.words()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] =
        &[Column::text("name", "名称").head(), Column::number("n", "户数"), Column::text("more", "其他").unsorted()];

    fn table(query: &str) -> Table {
        let row = |name: &str, n: u64| vec![Cell::text(name), Cell::number(n), Cell::none("无")];
        Table::whole(
            ("表", "条"),
            COLUMNS,
            &ListQuery::parse("/l", query),
            [row("乙", 9), row("甲", 10), row("丙", 100)],
        )
    }

    fn names(query: &str) -> String {
        table(query).rows.iter().map(|row| row[0].words()).collect()
    }

    #[test]
    fn a_whole_list_is_ordered_by_what_a_cell_is() {
        assert_eq!(names(""), "乙甲丙");
        assert_eq!(names("sort=n"), "乙甲丙", "9 before 10 before 100: as numbers");
        assert_eq!(names("sort=-n"), "丙甲乙");
        assert_eq!(names("sort=name"), "丙乙甲");
        assert_eq!(names("sort=more"), "乙甲丙", "a column without an order is not asked");
        assert_eq!(names("sort=nonsense"), "乙甲丙");
    }

    #[test]
    fn a_page_is_cut_and_a_file_is_whole() {
        let rows = |query: &str| {
            let row = |n: u64| vec![Cell::text(""), Cell::number(n), Cell::none("无")];
            let table = Table::whole(("表", "条"), COLUMNS, &ListQuery::parse("/l", query), (0..70).map(row));
            (table.rows.len(), table.pager.rows)
        };
        assert_eq!(rows(""), (50, 70));
        assert_eq!(rows("page=2"), (20, 70));
        assert_eq!(rows("page=9"), (0, 70));
        assert_eq!(rows("format=csv&page=2"), (70, 70));
    }

    #[test]
    fn a_file_says_the_words_of_all_pieces() {
        let cell = Cell::link("任务", "/t").and("QH-1", Look::Note).and("", Look::Note);
        let cell = cell.and("同一对象", Look::Aside("?subject_id=1".to_owned()));
        assert_eq!(cell.words(), "任务；QH-1");
        assert_eq!(Cell::or("", "未填").words(), "未填");
        assert!(!table("").too_many());
        assert!(table("").with_file_rows_max(2).too_many());
    }
}

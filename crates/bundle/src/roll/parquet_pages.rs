//! Decodes the pages of a Parquet column into codes and values, without making a field of each row: a register's columns are
//! written as dictionaries, and everything behind works on codes. Encodings: PLAIN and dictionary, which all writers use by
//! default; [`crate::roll::parquet_values`] reads the others. Source: the Apache Parquet format, Encodings.md.

use std::collections::HashMap;

use draw::{Column, ColumnType, Reason, Room, Texts, are_below};
use parquet::basic::{Encoding, Type as PhysicalType};
use parquet::column::page::{Page, PageReader};
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;

use crate::roll::parquet_columns::date_of;
use crate::roll::parquet_runs::{is_run_of, runs};

/// Values of one column of one row group at most, the members of all its sets counted.
const VALUES_MAX: usize = 1 << 26;

/// Why a column was not decoded.
pub(super) enum Mistake {
    /// The file is damaged.
    File(ParquetError),
    /// A field that the protocol does not allow; the row is counted from the group's first.
    Field(usize, Reason),
}

impl From<ParquetError> for Mistake {
    fn from(error: ParquetError) -> Self {
        Self::File(error)
    }
}

pub(super) fn damaged(what: &str) -> Mistake {
    Mistake::File(ParquetError::General(format!("the file is damaged: {what}")))
}

/// What is known of a column before its pages.
#[derive(Clone, Copy)]
pub(super) struct Leaf {
    pub(super) kind: ColumnType,
    pub(super) physical: PhysicalType,
    pub(super) max_definition: i16,
    /// Definition level from which on a list holds an element, null or not.
    pub(super) element_from: i16,
    pub(super) max_repetition: i16,
}

/// Whether [`read_column`] knows the encodings of a column chunk.
pub(super) fn can_decode(chunk: &ColumnChunkMetaData) -> bool {
    chunk.encodings().all(|encoding| {
        matches!(encoding, Encoding::PLAIN | Encoding::RLE | Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY)
    })
}

/// Decodes a column chunk of so many rows and, uncompressed, bytes.
pub(super) fn read_column(
    mut pages: Box<dyn PageReader>,
    leaf: Leaf,
    (rows, bytes): (usize, usize),
    room: &mut Room,
) -> Result<Column, Mistake> {
    let mut decoder = Decoder { bytes, ..Decoder::new(leaf, rows, room) };
    while let Some(page) = pages.get_next_page()? {
        decoder.take(&page)?;
    }
    decoder.finish()
}

/// The values and codes decoded so far.
struct Decoder {
    leaf: Leaf,
    /// Rows of the chunk.
    rows: usize,
    /// Bytes of the chunk, as it says itself.
    bytes: usize,
    /// Values of the dictionary and of plain pages; of sets: their members.
    values: Texts,
    /// How many of them are the dictionary's.
    dictionary: usize,
    /// Whether a dictionary is being read: its values keep their places, even equal ones.
    in_dictionary: bool,
    /// The code of the empty field, once there was one.
    null: Option<u32>,
    /// A code for each row; while every row so far has a value of its own, in order, none are written down.
    codes: Option<Vec<u32>>,
    /// Where the codes will stand.
    room: Vec<u32>,
    /// Whether a plain page of texts was read: there are about as many values as rows then.
    plain: bool,
    numbers: HashMap<i64, u32>,
    members: HashMap<Box<[u8]>, u32>,
    sets: Sets,
    /// Room for the levels and codes of a page.
    definitions: Vec<u32>,
    repetitions: Vec<u32>,
    found: Vec<u32>,
}

/// No code.
const NONE: u32 = u32::MAX;

/// Sets as values. A set is found by walking from the empty one, member by member; its code is where the walk ends.
struct Sets {
    /// The text of each set that was begun so far, the empty one first.
    values: Texts,
    /// From the empty set, by member: the usual case. [`NONE`] where nobody went yet.
    first: Vec<u32>,
    /// From other sets.
    further: HashMap<(u32, u32), u32>,
}

impl Decoder {
    fn new(leaf: Leaf, rows: usize, room: &mut Room) -> Self {
        // Only a column that is unique has texts in plenty.
        let unique = leaf.max_definition == 0;
        Self {
            leaf,
            rows,
            bytes: 0,
            values: if unique { room.texts() } else { Texts::default() },
            dictionary: 0,
            in_dictionary: false,
            null: None,
            codes: None,
            room: if unique { Vec::new() } else { room.codes() },
            plain: false,
            numbers: HashMap::new(),
            members: HashMap::new(),
            sets: Sets::new(),
            definitions: Vec::new(),
            repetitions: Vec::new(),
            found: Vec::new(),
        }
    }

    fn take(&mut self, page: &Page) -> Result<(), Mistake> {
        match page {
            Page::DictionaryPage { buf, num_values, .. } => {
                if self.rows_read() > 0 || !self.values.is_empty() {
                    return Err(damaged("a second dictionary"));
                }
                self.in_dictionary = true;
                self.take_plain(buf, *num_values as usize)?;
                self.in_dictionary = false;
                self.found.clear();
                self.dictionary = self.values.len();
                Ok(())
            }
            Page::DataPage { buf, num_values, encoding, .. } => {
                let (repetitions, rest) = prefixed(buf, self.leaf.max_repetition)?;
                let (definitions, values) = prefixed(rest, self.leaf.max_definition)?;
                self.take_data(*num_values, *encoding, repetitions, definitions, values)
            }
            Page::DataPageV2 { buf, num_values, encoding, rep_levels_byte_len, def_levels_byte_len, .. } => {
                let split = |bytes: &u32| *bytes as usize;
                let (repetitions, rest) = buf.split_at_checked(split(rep_levels_byte_len)).ok_or_else(short)?;
                let (definitions, values) = rest.split_at_checked(split(def_levels_byte_len)).ok_or_else(short)?;
                self.take_data(*num_values, *encoding, repetitions, definitions, values)
            }
        }
    }

    fn rows_read(&self) -> usize {
        self.codes.as_ref().map_or(self.values.len() - self.dictionary, Vec::len)
    }

    fn take_data(
        &mut self,
        count: u32,
        encoding: Encoding,
        repetitions: &[u8],
        definitions: &[u8],
        values: &[u8],
    ) -> Result<(), Mistake> {
        let count = count as usize;
        let is_set = self.leaf.kind == ColumnType::Set;
        let max = if is_set { VALUES_MAX } else { self.rows.saturating_sub(self.rows_read()) };
        if count > max {
            return Err(damaged("more values than the row group has rows"));
        }
        let full = u32::try_from(self.leaf.max_definition).unwrap_or(0);
        let mut levels = std::mem::take(&mut self.definitions);
        levels.clear();
        let present = if full == 0 || is_run_of(definitions, full, count) {
            count
        } else {
            runs(definitions, u32::BITS - full.leading_zeros(), count, &mut levels)?;
            levels.iter().filter(|level| **level == full).count()
        };
        let all = present == count;
        let dictionary = matches!(encoding, Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY);
        let own_rows = !dictionary && all && !is_set && self.leaf.kind == ColumnType::Text && self.dictionary == 0;
        if !own_rows {
            self.write_codes();
        }
        self.found.clear();
        if dictionary {
            let (width, indices) = values.split_first().ok_or_else(short)?;
            // Where every row has a value, its code is the row's; else there are gaps to be filled.
            let into = match &mut self.codes {
                Some(codes) if all && !is_set => codes,
                _ => &mut self.found,
            };
            let before = into.len();
            runs(indices, u32::from(*width), present, into)?;
            if !are_below(into.get(before..).unwrap_or_default(), self.dictionary) {
                return Err(damaged("a code without a value"));
            }
        } else if encoding == Encoding::PLAIN {
            self.take_plain(values, present)?;
        } else {
            return Err(damaged("an encoding that the file did not announce"));
        }
        let done = match (is_set, own_rows && self.codes.is_none()) {
            (true, _) => self.put_sets(repetitions, &mut levels, all, count),
            (false, true) => Ok(()),
            (false, false) => self.put(&levels, all, full),
        };
        self.definitions = levels;
        done
    }

    /// Writes down the codes of rows that so far had a value of their own.
    fn write_codes(&mut self) {
        if self.codes.is_none() {
            let rows = u32::try_from(self.values.len() - self.dictionary).unwrap_or(u32::MAX);
            let mut codes = std::mem::take(&mut self.room);
            codes.extend(0..rows);
            self.codes = Some(codes);
        }
    }

    /// Decodes plain values and puts their codes into `found`.
    fn take_plain(&mut self, bytes: &[u8], count: usize) -> Result<(), Mistake> {
        match self.leaf.physical {
            PhysicalType::BYTE_ARRAY if self.leaf.kind == ColumnType::Set => self.take_members(bytes, count),
            PhysicalType::BYTE_ARRAY => self.take_texts(bytes, count),
            PhysicalType::INT32 => {
                let (numbers, _) = bytes.as_chunks();
                let numbers = numbers.get(..count).ok_or_else(short)?;
                self.take_numbers(numbers.iter().map(|number| i64::from(i32::from_le_bytes(*number))))
            }
            PhysicalType::INT64 => {
                let (numbers, _) = bytes.as_chunks();
                let numbers = numbers.get(..count).ok_or_else(short)?;
                self.take_numbers(numbers.iter().map(|number| i64::from_le_bytes(*number)))
            }
            _ => Err(damaged("unexpected physical type")),
        }
    }

    /// Texts stay where they stand in the page, their lengths between them: only their spans are noted.
    fn take_texts(&mut self, bytes: &[u8], count: usize) -> Result<(), Mistake> {
        if count > bytes.len() / 4 {
            return Err(short());
        }
        self.plain |= !self.in_dictionary;
        if !self.in_dictionary {
            // Whole, so that further pages do not move it again; but a long first page does not speak for the others.
            let pages = self.rows.saturating_sub(self.rows_read()).div_ceil(count.max(1));
            self.values.reserve_bytes(bytes.len().saturating_mul(pages).min(self.bytes));
        }
        let base = self.values.add_bytes(bytes).map_err(|reason| Mistake::Field(0, reason))?;
        if bytes.len() as u64 + u64::from(base) > u64::from(u32::MAX) {
            return Err(short());
        }
        let first = self.values.len();
        let mut at = 0_u32;
        // A text that does not end within the page ends the spans early, which is noticed behind.
        let spans = std::iter::from_fn(|| {
            let (length, rest) = bytes.get(at as usize..)?.split_first_chunk()?;
            let length = u32::from_le_bytes(*length);
            let start = at + 4;
            rest.get(..length as usize)?;
            at = start + length;
            Some((base + start, base + at))
        });
        self.values.extend_spans(spans.take(count));
        if self.values.len() - first < count {
            return Err(short());
        }
        if self.codes.is_some() {
            self.found.extend(code_of(first)?..code_of(first + count)?);
        }
        Ok(())
    }

    fn take_members(&mut self, bytes: &[u8], count: usize) -> Result<(), Mistake> {
        let mut rest = bytes;
        for _ in 0..count {
            let (length, after) = rest.split_first_chunk().ok_or_else(short)?;
            let (member, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(short)?;
            rest = after;
            let code = match self.members.get(member) {
                Some(code) if !self.in_dictionary => *code,
                _ => {
                    let code = code_of(self.values.len())?;
                    self.values.push(member).map_err(|reason| Mistake::Field(0, reason))?;
                    self.members.insert(member.into(), code);
                    code
                }
            };
            self.found.push(code);
        }
        Ok(())
    }

    fn take_numbers(&mut self, numbers: impl Iterator<Item = i64>) -> Result<(), Mistake> {
        for number in numbers {
            let code = match self.numbers.get(&number) {
                Some(code) if !self.in_dictionary => *code,
                _ => {
                    let code = code_of(self.values.len())?;
                    let text = match self.leaf.kind {
                        // A date outside of the years that the protocol knows is refused where a row holds it.
                        ColumnType::Date => {
                            i32::try_from(number).ok().and_then(date_of).unwrap_or_else(|| format!("day {number}"))
                        }
                        _ => number.to_string(),
                    };
                    self.values.push(text.as_bytes()).map_err(|reason| Mistake::Field(0, reason))?;
                    self.numbers.insert(number, code);
                    code
                }
            };
            self.found.push(code);
        }
        Ok(())
    }

    fn null(&mut self) -> Result<u32, Mistake> {
        if let Some(null) = self.null {
            return Ok(null);
        }
        let code = code_of(self.values.len())?;
        self.values.push_span(0, 0);
        self.null = Some(code);
        Ok(code)
    }

    /// The fields of a column without lists.
    fn put(&mut self, levels: &[u32], all: bool, full: u32) -> Result<(), Mistake> {
        let null = if all { 0 } else { self.null()? };
        let Some(codes) = &mut self.codes else { return Err(damaged("no codes")) };
        if all {
            codes.append(&mut self.found);
            return Ok(());
        }
        let mut found = self.found.iter();
        codes.extend(
            levels.iter().map(|level| if *level == full { found.next().copied().unwrap_or(null) } else { null }),
        );
        Ok(())
    }

    /// The sets of a list column: their members are put together.
    #[inline(never)]
    fn put_sets(&mut self, repetitions: &[u8], levels: &mut Vec<u32>, all: bool, count: usize) -> Result<(), Mistake> {
        let mut repeats = std::mem::take(&mut self.repetitions);
        repeats.clear();
        let width = u32::BITS - u32::try_from(self.leaf.max_repetition).unwrap_or(0).leading_zeros();
        runs(repetitions, width, count, &mut repeats)?;
        let full = u32::try_from(self.leaf.max_definition).unwrap_or(0);
        let element_from = u32::try_from(self.leaf.element_from).unwrap_or(0);
        if all {
            levels.clear();
            levels.resize(count, full);
        }
        let (codes, found) = (self.codes.get_or_insert_default(), self.found.as_slice());
        let before = codes.len();
        codes.resize(before + count, 0);
        // How many sets were begun, and how many members taken.
        let (mut begun, mut next) = (before, 0);
        for (repeated, level) in repeats.iter().zip(levels.iter()) {
            // Most rows hold no member, or one that was met before.
            let holds = *level == full;
            let member = found.get(next).copied().unwrap_or(NONE);
            let with_member = self.sets.first.get(member as usize).copied().unwrap_or(NONE);
            let without = if *level < element_from { 0 } else { NONE };
            // Chosen by arithmetic: which it is is as good as random, and a wrong guess of the processor costs more.
            let chosen = u32::from(holds).wrapping_neg();
            let one = (with_member & chosen) | (without & !chosen);
            begun += usize::from(*repeated == 0);
            let set = begun.checked_sub(1).and_then(|row| codes.get_mut(row));
            let set = set.ok_or_else(|| damaged("a list without a beginning"))?;
            if *repeated == 0 && one != NONE {
                *set = one;
            } else {
                // A null within a list is no member.
                let refuse = |reason| Mistake::Field(begun - 1, reason);
                let member = found.get(next).filter(|_| holds).ok_or_else(|| refuse(Reason::SetForm))?;
                *set = self.sets.with(*set, *member, &self.values).map_err(refuse)?;
            }
            next += usize::from(holds);
        }
        codes.truncate(begun);
        self.repetitions = repeats;
        if begun > self.rows { Err(damaged("more sets than the row group has rows")) } else { Ok(()) }
    }

    fn finish(mut self) -> Result<Column, Mistake> {
        if self.leaf.kind == ColumnType::Set {
            let codes = self.codes.take().unwrap_or_default();
            let values = std::mem::take(&mut self.sets.values);
            return self.whole(Column::Dictionary { codes, values });
        }
        let column = match (self.codes.take(), std::mem::take(&mut self.values)) {
            (None, values) if self.dictionary == 0 => Column::Plain(values),
            (codes, mut values) => {
                let codes = codes.unwrap_or_default();
                if self.plain {
                    let span = |code: &u32| values.span(*code as usize).unwrap_or_default();
                    let spans = codes.iter().map(span).collect();
                    values.set_spans(spans);
                    Column::Plain(values)
                } else {
                    Column::Dictionary { codes, values }
                }
            }
        };
        self.whole(column)
    }

    fn whole(&self, column: Column) -> Result<Column, Mistake> {
        if column.len() == self.rows { Ok(column) } else { Err(damaged("a column ends early")) }
    }
}

impl Sets {
    /// Only the empty set, whose code is 0.
    fn new() -> Self {
        let mut values = Texts::default();
        values.push_span(0, 0);
        Self { values, first: Vec::new(), further: HashMap::new() }
    }

    /// The code of a set with one more member.
    fn with(&mut self, set: u32, member: u32, members: &Texts) -> Result<u32, Reason> {
        let known = if set == 0 {
            self.first.get(member as usize).copied().filter(|code| *code != NONE)
        } else {
            self.further.get(&(set, member)).copied()
        };
        if let Some(known) = known {
            return Ok(known);
        }
        let added = members.get(member as usize).unwrap_or_default();
        // An empty member, or a comma within one, would read as another set.
        if added.is_empty() || added.contains(&b',') {
            return Err(Reason::SetForm);
        }
        let mut text = self.values.get(set as usize).unwrap_or_default().to_vec();
        if set != 0 {
            text.push(b',');
        }
        text.extend_from_slice(added);
        let code = u32::try_from(self.values.len()).map_err(|_| Reason::TooLarge { max: u64::from(u32::MAX) })?;
        self.values.push(&text)?;
        if set == 0 {
            let place = member as usize;
            self.first.resize(self.first.len().max(place + 1), NONE);
            self.first.get_mut(place).into_iter().for_each(|it| *it = code);
        } else {
            self.further.insert((set, member), code);
        }
        Ok(code)
    }
}

fn code_of(place: usize) -> Result<u32, Mistake> {
    u32::try_from(place).map_err(|_| damaged("too many values"))
}

fn short() -> Mistake {
    damaged("a page ends early")
}

/// The levels of a page of the first form, behind their length, and what follows; nothing where the level is always 0.
fn prefixed(bytes: &[u8], max: i16) -> Result<(&[u8], &[u8]), Mistake> {
    if max == 0 {
        return Ok((&[], bytes));
    }
    let (length, rest) = bytes.split_first_chunk().ok_or_else(short)?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(short)
}

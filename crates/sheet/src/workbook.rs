//! Opening a file and walking its rows, whatever its format.

use crate::error::{Limit, SheetError, within};
use crate::read_csv::{CsvRows, find_separator};
use crate::read_xlsx::{self, Source, XlsxRows};
use crate::{Limits, Row, decode, unpack};
use calamine::{Reader, SheetType, SheetVisible, Xlsx};
use encoding_rs::{Encoding, GB18030, UTF_16BE, UTF_16LE};
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// Encoding of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextEncoding {
    /// UTF-8, with or without its mark.
    Utf8,
    /// UTF-16 with its mark, in either byte order.
    Utf16,
    /// GB18030, which contains GBK and GB 2312.
    Gb18030,
}

/// What kind of file was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// An xlsx workbook.
    Xlsx,
    /// Separated text.
    Csv {
        /// Its encoding.
        encoding: TextEncoding,
        /// Its separator: comma, tab or semicolon.
        separator: u8,
    },
}

/// One sheet of a workbook. A CSV file has one, named as the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetInfo {
    /// Its name.
    pub name: String,
    /// Whether the spreadsheet program shows it.
    pub visible: bool,
}

/// A merged area, rows and columns counted from 1, both ends included. Its content stands in the first cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merge {
    /// First row.
    pub first_row: u32,
    /// First column.
    pub first_column: u32,
    /// Last row.
    pub last_row: u32,
    /// Last column.
    pub last_column: u32,
}

impl Merge {
    /// Whether the area covers the cell.
    #[must_use]
    pub const fn covers(&self, row: u32, column: u32) -> bool {
        self.first_row <= row && row <= self.last_row && self.first_column <= column && column <= self.last_column
    }
}

enum Inner {
    Xlsx(Box<Xlsx<Source>>),
    Csv { file: File, encoding: &'static Encoding, separator: u8 },
}

/// An opened file. Its rows can be walked any number of times.
pub struct Workbook {
    inner: Inner,
    sheets: Vec<SheetInfo>,
    limits: Limits,
}

impl std::fmt::Debug for Workbook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workbook").field("format", &self.format()).field("sheets", &self.sheets).finish_non_exhaustive()
    }
}

/// Opens an xlsx or CSV file by its content; the name's ending is not looked at. An xlsx file is unpacked once to be counted.
///
/// # Errors
/// [`SheetError::TooMuch`] beyond a limit; `Empty`, `OldOrEncrypted`, `OtherOffice`, `WebPage`, `NotASpreadsheet`, `Encoding` or `Damaged`
/// for files that cannot be read, each with what to do; `Io` if the disk fails.
pub fn open(path: &Path, limits: &Limits) -> Result<Workbook, SheetError> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    within(Limit::FileBytes, limits.file_bytes_max, size, None)?;
    match recognise(&mut file)? {
        Kind::Zip => {
            unpack::check_archive(BufReader::new(&mut file), limits)?;
            file.seek(SeekFrom::Start(0))?;
            open_xlsx(file, limits)
        }
        Kind::Text => open_csv(file, path, limits),
    }
}

enum Kind {
    Zip,
    Text,
}

fn recognise(file: &mut File) -> Result<Kind, SheetError> {
    let mut start = Vec::new();
    file.take(4096).read_to_end(&mut start)?;
    file.seek(SeekFrom::Start(0))?;
    // Of UTF-16 the zero bytes are left out: the marks of a web page are ASCII.
    let letters: Vec<u8> = start.iter().copied().filter(|byte| !matches!(byte, 0 | 0xFE | 0xFF)).collect();
    let text = String::from_utf8_lossy(&letters).trim_start_matches('\u{FEFF}').trim_start().to_ascii_lowercase();
    if start.is_empty() {
        Err(SheetError::Empty)
    } else if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
        Ok(Kind::Zip)
    } else if start.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        Err(SheetError::OldOrEncrypted)
    } else if is_markup(&text) || text.starts_with("mime-version:") {
        Err(SheetError::WebPage)
    } else if start.contains(&0) && !start.starts_with(&[0xFF, 0xFE]) && !start.starts_with(&[0xFE, 0xFF]) {
        Err(SheetError::NotASpreadsheet)
    } else {
        Ok(Kind::Text)
    }
}

/// Whether a text begins with a tag: a page or a part of one, as many systems export it under a spreadsheet's name.
fn is_markup(text: &str) -> bool {
    text.strip_prefix('<')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '!' || c == '?'))
}

fn open_xlsx(mut file: File, limits: &Limits) -> Result<Workbook, SheetError> {
    let book = match read_xlsx::open(file.try_clone()?) {
        Ok(book) => book,
        Err(error) => {
            file.seek(SeekFrom::Start(0))?;
            return Err(unpack::other_than_xlsx(BufReader::new(file)).unwrap_or(error));
        }
    };
    let sheets = book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let sheets = sheets
        .map(|sheet| SheetInfo { name: sheet.name.clone(), visible: sheet.visible == SheetVisible::Visible })
        .collect::<Vec<_>>();
    if sheets.is_empty() {
        return Err(SheetError::NotASpreadsheet);
    }
    Ok(Workbook { inner: Inner::Xlsx(Box::new(book)), sheets, limits: limits.clone() })
}

fn open_csv(mut file: File, path: &Path, limits: &Limits) -> Result<Workbook, SheetError> {
    let encoding = decode::detect(&mut file)?;
    let separator = find_separator(file.try_clone()?, encoding)?;
    let name = path.file_stem().map_or_else(|| "CSV".to_owned(), |stem| stem.to_string_lossy().into_owned());
    Ok(Workbook {
        inner: Inner::Csv { file, encoding, separator },
        sheets: vec![SheetInfo { name, visible: true }],
        limits: limits.clone(),
    })
}

impl Workbook {
    /// What kind of file this is.
    #[must_use]
    pub fn format(&self) -> Format {
        match &self.inner {
            Inner::Xlsx(_) => Format::Xlsx,
            Inner::Csv { encoding, separator, .. } => {
                let encoding = match *encoding {
                    encoding if encoding == GB18030 => TextEncoding::Gb18030,
                    encoding if encoding == UTF_16LE || encoding == UTF_16BE => TextEncoding::Utf16,
                    _ => TextEncoding::Utf8,
                };
                Format::Csv { encoding, separator: *separator }
            }
        }
    }

    /// The sheets in the order of their tabs.
    #[must_use]
    pub fn sheets(&self) -> &[SheetInfo] {
        &self.sheets
    }

    /// The first sheet that is shown, or the first at all.
    #[must_use]
    pub fn first_sheet(&self) -> &str {
        let visible = self.sheets.iter().find(|sheet| sheet.visible).or_else(|| self.sheets.first());
        visible.map_or("", |sheet| &sheet.name)
    }

    /// Calls the only sheet of a CSV file `name`: a file that is kept under a digest has lost its own.
    #[must_use]
    pub fn called(mut self, name: &str) -> Self {
        if let (Inner::Csv { .. }, [sheet]) = (&self.inner, self.sheets.as_mut_slice()) {
            name.clone_into(&mut sheet.name);
        }
        self
    }

    /// The limits under which the file was opened.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The merged areas of a sheet; none in CSV. Walks the whole sheet once, since they stand at its end.
    ///
    /// # Errors
    /// [`SheetError::NoSuchSheet`], or [`SheetError::Damaged`].
    pub fn merges(&mut self, sheet: &str) -> Result<Vec<Merge>, SheetError> {
        self.require(sheet)?;
        match &mut self.inner {
            Inner::Xlsx(book) => read_xlsx::merges(book, sheet, &self.limits),
            Inner::Csv { .. } => Ok(Vec::new()),
        }
    }

    /// The rows of a sheet that hold anything, from its top, as a stream.
    ///
    /// # Errors
    /// [`SheetError::NoSuchSheet`], [`SheetError::TooMuch`] if the sheet claims too many cells, or [`SheetError::Damaged`].
    pub fn rows(&mut self, sheet: &str) -> Result<Rows<'_>, SheetError> {
        self.require(sheet)?;
        let limits = &self.limits;
        let inner = match &mut self.inner {
            Inner::Xlsx(book) => RowsInner::Xlsx(XlsxRows::new(book, sheet, limits)?),
            Inner::Csv { file, encoding, separator } => {
                let mut file = file.try_clone()?;
                file.seek(SeekFrom::Start(0))?;
                RowsInner::Csv(Box::new(CsvRows::new(file, encoding, *separator, limits)), std::marker::PhantomData)
            }
        };
        Ok(Rows { inner, stopped: false })
    }

    fn require(&self, sheet: &str) -> Result<(), SheetError> {
        if self.sheets.iter().any(|known| known.name == sheet) {
            return Ok(());
        }
        Err(SheetError::NoSuchSheet { name: sheet.to_owned() })
    }
}

enum RowsInner<'a> {
    Xlsx(XlsxRows<'a>),
    // The walk moves the file's one reading position, so that two walks at a time would disturb each other: hence the borrow.
    Csv(Box<CsvRows>, std::marker::PhantomData<&'a mut Workbook>),
}

/// The rows of one sheet, in order. After an error nothing more comes.
pub struct Rows<'a> {
    inner: RowsInner<'a>,
    stopped: bool,
}

impl Rows<'_> {
    /// Reads the next row into `row`, reusing its memory; `false` after the last.
    ///
    /// # Errors
    /// [`SheetError::TooMuch`] at the first row beyond a limit, `Garbled`, `UnclosedQuote`, `Damaged` or `Io`.
    pub fn next_into(&mut self, row: &mut Row) -> Result<bool, SheetError> {
        if self.stopped {
            return Ok(false);
        }
        let result = match &mut self.inner {
            RowsInner::Xlsx(rows) => rows.next_into(row),
            RowsInner::Csv(rows, _) => rows.next_into(row),
        };
        self.stopped = !matches!(result, Ok(true));
        result
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, SheetError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut row = Row::default();
        match self.next_into(&mut row) {
            Ok(true) => Some(Ok(row)),
            Ok(false) => None,
            Err(error) => Some(Err(error)),
        }
    }
}

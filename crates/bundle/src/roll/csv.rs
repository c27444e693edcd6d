//! `roll.csv`, strictly: RFC 4180, CRLF behind every line, quotes round exactly those fields that hold a comma or a quote.
//! One form for each roll: any other is refused, so that a changed byte never goes unnoticed.

use std::io::{BufRead, Read as _, Write};

use draw::{Header, Mismatch, Reason, Refused};

use crate::error::BundleError;
use crate::fact::Unit;
use crate::roll::{Row, Rows};

/// Bytes of a line at most, its CRLF included.
pub const ROW_BYTES_MAX: usize = 1 << 20;

/// What to do about a roll that an editor or a tool has rewritten: `roll export` cannot read it either.
/// Reads the rows of a CSV roll.
pub(crate) struct CsvRows<R> {
    reader: R,
    header: Header,
    line: Vec<u8>,
    number: u64,
}

impl<R: BufRead> CsvRows<R> {
    pub(crate) fn new(reader: R) -> Result<Self, BundleError> {
        let none: [&str; 1] = ["id:text"];
        let mut rows = Self { reader, header: Header::parse(&none)?, line: Vec::new(), number: 0 };
        let mut row = Row::default();
        if !rows.next_line(&mut row)? {
            return Err(Refused::new("line 1", Reason::HeaderId).into());
        }
        rows.header = Header::parse(&row.fields()).map_err(|refused| refused.within("line 1"))?;
        Ok(rows)
    }

    fn refuse(&self, what: Mismatch) -> BundleError {
        Refused::new(format!("line {}", self.number), Reason::Mismatch { what }).into()
    }

    fn next_line(&mut self, row: &mut Row) -> Result<bool, BundleError> {
        self.line.clear();
        self.number += 1;
        let mut limited = (&mut self.reader).take(ROW_BYTES_MAX as u64 + 1);
        let read = limited.read_until(b'\n', &mut self.line);
        read.map_err(BundleError::reading("roll.csv"))?;
        if self.line.is_empty() {
            return Ok(false);
        }
        if self.line.len() > ROW_BYTES_MAX {
            return Err(BundleError::Limit {
                place: format!("roll.csv line {}", self.number),
                max: ROW_BYTES_MAX as u64,
                unit: Unit::Bytes,
            });
        }
        let Some(content) = self.line.strip_suffix(b"\r\n") else {
            return Err(self.refuse(Mismatch::LineEnd));
        };
        let text = std::str::from_utf8(content).map_err(|error| {
            Refused::new(format!("line {}", self.number), Reason::NotUtf8 { byte: error.valid_up_to() })
        })?;
        row.clear();
        split_line(text, row).map_err(|what| self.refuse(what))?;
        Ok(true)
    }
}

impl<R: BufRead> Rows for CsvRows<R> {
    fn header(&self) -> &Header {
        &self.header
    }

    fn next(&mut self, row: &mut Row) -> Result<bool, BundleError> {
        self.next_line(row)
    }
}

/// Splits a line without its CRLF.
fn split_line(line: &str, row: &mut Row) -> Result<(), Mismatch> {
    let mut rest = line;
    loop {
        let after = match rest.strip_prefix('"') {
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                let (field, after) = rest.split_at(end);
                if field.contains('"') {
                    return Err(Mismatch::QuoteInside);
                }
                row.text.push_str(field);
                after
            }
            Some(quoted) => take_quoted(quoted, row)?,
        };
        row.ends.push(row.text.len());
        if after.is_empty() {
            return Ok(());
        }
        rest = after.strip_prefix(',').ok_or(Mismatch::AfterQuote)?;
    }
}

/// Takes a field behind its opening quote and gives what follows the closing one.
fn take_quoted<'a>(quoted: &'a str, row: &mut Row) -> Result<&'a str, Mismatch> {
    let start = row.text.len();
    let mut rest = quoted;
    loop {
        let (part, after) = rest.split_once('"').ok_or(Mismatch::QuoteOpen)?;
        row.text.push_str(part);
        let Some(more) = after.strip_prefix('"') else {
            let needed = row.text.get(start..).is_some_and(needs_quotes);
            return if needed { Ok(after) } else { Err(Mismatch::QuoteNeedless) };
        };
        row.text.push('"');
        rest = more;
    }
}

fn needs_quotes(field: &str) -> bool {
    field.contains([',', '"'])
}

/// Writes one line.
pub(crate) fn write_line(out: &mut impl Write, fields: &[&str], line: &mut String) -> std::io::Result<()> {
    line.clear();
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            line.push(',');
        }
        if needs_quotes(field) {
            line.push('"');
            line.push_str(&field.replace('"', "\"\""));
            line.push('"');
        } else {
            line.push_str(field);
        }
    }
    line.push_str("\r\n");
    out.write_all(line.as_bytes())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Vec<String>>, String> {
        let mut rows = CsvRows::new(text.as_bytes()).map_err(|error| error.to_string())?;
        let mut row = Row::default();
        let mut all = Vec::new();
        while rows.next(&mut row).map_err(|error| error.to_string())? {
            all.push(row.fields().into_iter().map(str::to_owned).collect());
        }
        Ok(all)
    }

    #[test]
    fn good_lines_come_back_as_written() {
        let text = "id:text,name:text\r\na,\"x,\"\"y\"\"\"\r\nb,\r\nc,\"\"\"\"\r\n";
        let rows = read(text).unwrap();
        assert_eq!(rows, [["a", "x,\"y\""], ["b", ""], ["c", "\""]]);
        let mut written = b"id:text,name:text\r\n".to_vec();
        for row in &rows {
            write_line(&mut written, &row.iter().map(String::as_str).collect::<Vec<_>>(), &mut String::new()).unwrap();
        }
        assert_eq!(String::from_utf8(written).unwrap(), text);
    }

    #[test]
    fn other_forms_are_refused() {
        for (text, expected) in [
            ("", "line 1"),
            ("id:text", "CRLF"),
            ("id:text\n", "CRLF"),
            ("\u{FEFF}id:text\r\n", "no column"),
            ("\"id:text\"\r\n", "in quotes"),
            ("id:text\r\n\"a\"\r\n", "line 2: a field without comma or quote stands in quotes"),
            ("id:text\r\na\"b\r\n", "without quotes"),
            ("id:text\r\n\"a,b\r\n", "does not end"),
            ("id:text\r\n\"a,b\"c\r\n", "closing quote"),
            ("id:text\r\na\r\nb", "line 3: the line does not end in CRLF"),
            ("id:text\r\na\r\nb\n", "line 3: the line does not end in CRLF"),
        ] {
            let found = read(text).unwrap_err();
            assert!(found.contains(expected), "{text:?}: {found}");
        }
        assert!(CsvRows::new(b"id:text\r\n\xFF\r\n".as_slice()).unwrap().next(&mut Row::default()).is_err());
    }

    #[test]
    fn lines_are_limited() {
        let line = |bytes: usize| format!("id:text\r\n{}\r\n", "a".repeat(bytes - 2));
        assert!(read(&line(ROW_BYTES_MAX)).is_ok());
        assert!(read(&line(ROW_BYTES_MAX + 1)).unwrap_err().contains("more than"));
    }
}

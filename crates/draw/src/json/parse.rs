//! I-JSON (RFC 7493) read strictly. Floats, duplicate keys, byte order marks, lone surrogates and texts that break the
//! protocol's rules are refused with their place; nothing is repaired.

use std::collections::HashSet;

use crate::json::{INT_MAX, Json};
use crate::mismatch::Syntax;
use crate::refused::{Reason, Refused};
use crate::text::check_text;

/// Bytes of a document at most.
pub const DOCUMENT_BYTES_MAX: usize = 1 << 30;
/// Levels of nesting at most.
pub const DEPTH_MAX: usize = 64;

/// Reads a document, whose file must be exactly its canonical bytes.
///
/// # Errors
/// Any breach of I-JSON, of the text rules or of the canonical form, with the path to it.
pub fn parse_document(bytes: &[u8]) -> Result<Json, Refused> {
    let json = parse(bytes)?;
    let canonical = json.to_jcs();
    if canonical != bytes {
        let byte = canonical.iter().zip(bytes).take_while(|(a, b)| a == b).count();
        return Err(Refused::new("", Reason::NotCanonical { byte }));
    }
    Ok(json)
}

fn parse(bytes: &[u8]) -> Result<Json, Refused> {
    if bytes.len() > DOCUMENT_BYTES_MAX {
        return Err(Refused::new("", Reason::TooLarge { max: DOCUMENT_BYTES_MAX as u64 }));
    }
    let text =
        std::str::from_utf8(bytes).map_err(|error| Refused::new("", Reason::NotUtf8 { byte: error.valid_up_to() }))?;
    if text.starts_with('\u{FEFF}') {
        return Err(Refused::new("", Reason::Bom));
    }
    let mut parser = Parser { text, at: 0, place: String::new() };
    let json = parser.value(0)?;
    parser.skip_space();
    if parser.at < text.len() {
        return Err(parser.syntax(Syntax::Trailing));
    }
    Ok(json)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    /// The path of the value being read.
    place: String,
}

impl Parser<'_> {
    fn refuse(&self, reason: Reason) -> Refused {
        Refused::new(self.place.clone(), reason)
    }

    fn syntax(&self, what: Syntax) -> Refused {
        self.refuse(Reason::JsonSyntax { byte: self.at, what })
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, depth: usize) -> Result<Json, Refused> {
        if depth > DEPTH_MAX {
            return Err(self.refuse(Reason::TooDeep { max: DEPTH_MAX }));
        }
        self.skip_space();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => Ok(Json::Text(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                for (word, value) in [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))] {
                    if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
                        self.at += word.len();
                        return Ok(value);
                    }
                }
                Err(self.syntax(Syntax::Value))
            }
        }
    }

    /// Runs `read` with the path extended by `segment`.
    fn inside<T>(&mut self, segment: &str, read: impl FnOnce(&mut Self) -> Result<T, Refused>) -> Result<T, Refused> {
        let length = self.place.len();
        if !segment.starts_with('[') && length > 0 {
            self.place.push('.');
        }
        self.place.push_str(segment);
        let result = read(self)?;
        self.place.truncate(length);
        Ok(result)
    }

    fn list(&mut self, depth: usize) -> Result<Json, Refused> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_space();
        if self.eat(b']') {
            return Ok(Json::List(items));
        }
        loop {
            let segment = format!("[{}]", items.len());
            items.push(self.inside(&segment, |parser| parser.value(depth + 1))?);
            self.skip_space();
            if self.eat(b']') {
                return Ok(Json::List(items));
            }
            if !self.eat(b',') {
                return Err(self.syntax(Syntax::ListEnd));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, Refused> {
        self.at += 1;
        let mut entries = Vec::new();
        let mut seen = HashSet::new();
        self.skip_space();
        if self.eat(b'}') {
            return Ok(Json::Object(entries));
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return Err(self.syntax(Syntax::Key));
            }
            let key = self.string()?;
            if !seen.insert(key.clone()) {
                return Err(self.refuse(Reason::DuplicateKey { key }));
            }
            self.skip_space();
            if !self.eat(b':') {
                return Err(self.syntax(Syntax::Colon));
            }
            let value = self.inside(&key, |parser| parser.value(depth + 1))?;
            entries.push((key, value));
            self.skip_space();
            if self.eat(b'}') {
                return Ok(Json::Object(entries));
            }
            if !self.eat(b',') {
                return Err(self.syntax(Syntax::ObjectEnd));
            }
        }
    }

    fn number(&mut self) -> Result<Json, Refused> {
        let start = self.at;
        while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.at += 1;
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        match text.parse::<i64>() {
            Ok(number) if crate::text::is_int(text) && number.abs() <= INT_MAX => Ok(Json::Int(number)),
            _ => Err(self.refuse(Reason::NotAnInteger { byte: start })),
        }
    }

    fn string(&mut self) -> Result<String, Refused> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let Some(end) = rest.find(['"', '\\']) else {
                return Err(self.syntax(Syntax::TextEnd));
            };
            out.push_str(rest.get(..end).unwrap_or_default());
            self.at += end;
            if self.eat(b'"') {
                break;
            }
            self.at += 1;
            out.push(self.escape()?);
        }
        check_text(&out).map_err(|reason| self.refuse(reason))?;
        Ok(out)
    }

    fn escape(&mut self) -> Result<char, Refused> {
        let byte = self.peek().ok_or_else(|| self.syntax(Syntax::TextEnd))?;
        self.at += 1;
        Ok(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{C}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.escaped_unit(),
            _ => return Err(self.syntax(Syntax::Escape)),
        })
    }

    fn escaped_unit(&mut self) -> Result<char, Refused> {
        let start = self.at;
        let first = self.four_hex()?;
        if let Some(character) = char::from_u32(first) {
            return Ok(character);
        }
        let lone = self.refuse(Reason::LoneSurrogate { byte: start });
        if first >= 0xDC00 || !(self.eat(b'\\') && self.eat(b'u')) {
            return Err(lone);
        }
        let second = self.four_hex()?;
        if !(0xDC00..=0xDFFF).contains(&second) {
            return Err(lone);
        }
        char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00)).ok_or(lone)
    }

    fn four_hex(&mut self) -> Result<u32, Refused> {
        let digits =
            self.text.get(self.at..self.at + 4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let value = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let value = value.ok_or_else(|| self.syntax(Syntax::Hex))?;
        self.at += 4;
        Ok(value)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn canonical_documents_come_back() {
        for text in
            [r#"{"a":1,"b":[true,false,null],"c":"x\"y\\z"}"#, "[]", "{}", "-9007199254740991", r#"{"😀":1,"豈":2}"#]
        {
            // The last one: U+1F600 is D83D DE00 in UTF-16, below U+8C48, although its UTF-8 sorts above.
            let json = parse_document(text.as_bytes());
            match json {
                Ok(json) => assert_eq!(json.to_jcs(), text.as_bytes()),
                Err(refused) => assert_eq!((text, refused.code()), (r#"{"😀":1,"豈":2}"#, "not-canonical")),
            }
        }
        let sorted = Json::object([
            ("\u{FB33}", Json::Null),
            ("\u{1F600}", Json::Null),
            ("\u{20AC}", Json::Null),
            ("1", Json::Null),
        ]);
        assert_eq!(
            String::from_utf8(sorted.to_jcs()).unwrap(),
            "{\"1\":null,\"\u{20AC}\":null,\"\u{1F600}\":null,\"\u{FB33}\":null}"
        );
    }

    #[test]
    fn bad_documents_are_refused_with_their_place() {
        for (text, code, place) in [
            (r#"{"a":{"b":1,"b":2}}"#, "duplicate-key", "a"),
            (r#"{"a":[1,2.5]}"#, "not-an-integer", "a[1]"),
            (r#"{"a":1e3}"#, "not-an-integer", "a"),
            (r#"{"a":-0}"#, "not-an-integer", "a"),
            (r#"{"a":01}"#, "not-an-integer", "a"),
            (r#"{"a":9007199254740992}"#, "not-an-integer", "a"),
            ("\u{FEFF}{}", "bom", ""),
            (r#"["\ud800"]"#, "lone-surrogate", "[0]"),
            (r#"["\udc00\ud800"]"#, "lone-surrogate", "[0]"),
            (r#"["\ud800A"]"#, "lone-surrogate", "[0]"),
            ("[\"e\u{301}\"]", "not-nfc", "[0]"),
            ("[\"a\u{200B}\"]", "banned-code-point", "[0]"),
            ("[\"a\\n\"]", "banned-code-point", "[0]"),
            ("{\"a\u{200B}\":1}", "banned-code-point", ""),
            ("[\"\u{378}\"]", "unassigned-code-point", "[0]"),
            (r#"["\u0041"]"#, "not-canonical", ""),
            ("[1, 2]", "not-canonical", ""),
            ("[1]\n", "not-canonical", ""),
            (r#"{"b":1,"a":2}"#, "not-canonical", ""),
            ("[1]x", "json-syntax", ""),
            ("[1,]", "json-syntax", "[1]"),
            ("{\"a\" 1}", "json-syntax", ""),
            ("[\"abc", "json-syntax", "[0]"),
            ("", "json-syntax", ""),
            ("[NaN]", "json-syntax", "[0]"),
        ] {
            let refused = parse_document(text.as_bytes()).unwrap_err();
            assert_eq!((refused.code(), refused.place.as_str()), (code, place), "{text}");
        }
        assert_eq!(parse_document(b"[\"\xFF\"]").unwrap_err().code(), "not-utf8");
    }

    #[test]
    fn depth_is_limited() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(parse_document(nested(DEPTH_MAX + 1).as_bytes()).is_ok());
        assert_eq!(parse_document(nested(DEPTH_MAX + 2).as_bytes()).unwrap_err().code(), "too-deep");
    }
}

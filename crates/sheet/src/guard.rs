//! Keeps a cell's text from being taken for a formula by whoever opens the file next.
//!
//! A firm may call itself `=HYPERLINK(…)`. Inside our xlsx files text is typed as text, but the clerk who saves such a
//! sheet as CSV sends it on as a formula; so the mark is set in both kinds.

use std::borrow::Cow;

/// Characters with which a spreadsheet program lets a formula begin, full-width forms included: East Asian editions take them too.
const STARTERS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}'];

/// Puts an apostrophe before text that could be taken for a formula; other text is returned as it is.
#[must_use]
pub fn guard(text: &str) -> Cow<'_, str> {
    if text.starts_with(STARTERS) {
        return Cow::Owned(format!("'{text}"));
    }
    Cow::Borrowed(text)
}

/// Takes away the apostrophe that [`guard`] set, so that our own files can be read back.
#[must_use]
pub fn unguard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(STARTERS) => rest,
        _ => text,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn formulas_get_an_apostrophe_and_lose_it_again() {
        for (text, guarded) in [
            ("=1+1", "'=1+1"),
            ("+86 10", "'+86 10"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("＝1", "'＝1"),
            ("海港区", "海港区"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!(guard(text), guarded);
            assert_eq!(unguard(&guard(text)), text);
        }
        assert_eq!(unguard("'tis"), "'tis");
    }
}

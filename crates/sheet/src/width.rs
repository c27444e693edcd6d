//! Full-width forms beside narrow ones. It never changes a cell: whether a full-width digit is an error is the caller's rule.

/// `text` with full-width ASCII forms and the ideographic space narrowed, for a suggestion beside a problem or for comparing headings.
#[must_use]
pub fn to_half_width(text: &str) -> String {
    text.chars().map(narrow).collect()
}

fn narrow(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrowing_touches_full_width_forms_only() {
        assert_eq!(to_half_width("９１１３（Ａ）\u{3000}甲、乙"), "9113(A) 甲、乙");
    }
}

//! What a person may have meant by a value that does not occur. It knows no pinyin and corrects nothing by itself: it only
//! names what is written alike.

use std::collections::BTreeSet;

/// Shared parts, in thousandths, from which two texts count as alike.
const ALIKE_MIN: usize = 340;

/// Which of `known` are written like `typed`: at most `max`, the most alike first, equally alike ones in their order.
///
/// Texts are alike by the letters and pairs of letters that they share; one that holds the other always is.
pub fn near<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>, max: usize) -> Vec<&'a str> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Vec::new();
    }
    let wanted = parts(typed);
    let alike = |value: &str| {
        let theirs = parts(value);
        let shared = wanted.intersection(&theirs).count();
        let dice = (2_000 * shared).checked_div(wanted.len() + theirs.len()).unwrap_or(0);
        if !value.is_empty() && (value.contains(typed) || typed.contains(value)) { dice.max(ALIKE_MIN) } else { dice }
    };
    let mut found: Vec<_> =
        known.into_iter().map(|value| (alike(value), value)).filter(|(score, _)| *score >= ALIKE_MIN).collect();
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().take(max).map(|(_, value)| value).collect()
}

/// The letters of a text, and its pairs of neighbours.
fn parts(text: &str) -> BTreeSet<String> {
    let letters: Vec<char> =
        text.chars().filter(|letter| !letter.is_whitespace()).flat_map(char::to_lowercase).collect();
    let pairs = letters.windows(2).map(|pair| pair.iter().collect());
    letters.iter().map(char::to_string).chain(pairs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_alike_is_found() {
        let known = ["电子商务平台", "食品相关产品", "检验检测机构", "广告", "工业产品生产许可证"];
        let check = |typed: &str, expect: &[&str]| assert_eq!(near(typed, known, 3), expect, "{typed}");
        check("电商平台", &["电子商务平台"]);
        check("电子商务", &["电子商务平台"]);
        check("检测机构", &["检验检测机构"]);
        check("广告发布", &["广告"]);
        check("生产许可证", &["工业产品生产许可证"]);
        check("烟花爆竹", &[]);
        check(" ", &[]);
        assert_eq!(near("产品", known, 1).len(), 1, "no more than asked for");
    }

    #[test]
    fn codes_are_compared_as_texts() {
        assert_eq!(near("130320", ["130302", "130304", "440100"], 1), ["130302"]);
        assert_eq!(near("f5211", ["F5211", "C3311"], 2), ["F5211"]);
    }
}

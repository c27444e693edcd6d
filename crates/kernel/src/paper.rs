//! What the forms can show: asked of the names in a list before it is taken in, and of those on the roll before the seal.
//! Fonts belong to the machine, so a trait stands here and the command line puts the printer's own test behind it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::{Error, Platform, Result};

/// What the printer of forms can set.
pub trait Glyphs: Send + Sync {
    /// Those of the characters that a name cannot be printed with: no font of the forms has them, or they would leave the
    /// whole form out. Fonts are looked for when this is asked first, which takes a moment.
    ///
    /// # Errors
    /// Why no form can be printed at all: the fonts are missing or unreadable.
    fn lacking(&self, characters: &BTreeSet<char>) -> std::result::Result<BTreeSet<char>, String>;
}

/// The glyphs of an installation, a part of the platform; `None` where the machine has no fonts for forms.
#[derive(Clone)]
pub struct Fonts(pub Option<Arc<dyn Glyphs>>);

/// The fonts, once they were looked for.
#[derive(Clone)]
pub struct Paper(Option<Arc<dyn Glyphs>>);

impl Paper {
    /// Looks for the fonts, away from the threads that answer.
    ///
    /// # Errors
    /// `Internal`.
    pub async fn of(platform: &Platform) -> Result<Self> {
        let Some(glyphs) = platform.part::<Fonts>()?.0.clone() else { return Ok(Self(None)) };
        // Why they are missing is the doctor's to say; here it only matters that nothing can be printed.
        let look = move || glyphs.lacking(&BTreeSet::new()).is_ok().then_some(glyphs);
        Ok(Self(tokio::task::spawn_blocking(look).await.map_err(Error::internal)?))
    }

    /// Whether forms can be printed at all.
    #[must_use]
    pub const fn has_fonts(&self) -> bool {
        self.0.is_some()
    }

    /// Those of the characters that a name cannot be printed with; none where there are no fonts, which is told by itself.
    #[must_use]
    pub fn lacking(&self, characters: &BTreeSet<char>) -> BTreeSet<char> {
        // Fonts that were found before and cannot be read now are found missing by the next look.
        self.0.as_ref().and_then(|glyphs| glyphs.lacking(characters).ok()).unwrap_or_default()
    }
}

/// Characters of one word of [`Names::seen`].
const WORD: u32 = u64::BITS;
/// Words that hold a bit for each character there is.
const WORDS: usize = 0x11_0000 / 64;

/// Looks at name after name in one walk. Each character is asked about once, however many names have it.
pub struct Names {
    paper: Paper,
    /// A bit for each character that was asked about.
    seen: Vec<u64>,
    lacking: BTreeSet<char>,
}

impl Names {
    /// A walk that has seen nothing yet.
    #[must_use]
    pub fn new(paper: Paper) -> Self {
        Self { paper, seen: vec![0; WORDS], lacking: BTreeSet::new() }
    }

    /// The characters that keep a name from being printed as it is, ascending; empty for almost every name.
    pub fn lacking_in(&mut self, name: &str) -> String {
        for character in name.chars() {
            let code = u32::from(character);
            let bit = 1_u64 << (code % WORD);
            let Some(word) = usize::try_from(code / WORD).ok().and_then(|at| self.seen.get_mut(at)) else { continue };
            if *word & bit == 0 {
                *word |= bit;
                self.lacking.extend(self.paper.lacking(&BTreeSet::from([character])));
            }
        }
        if self.lacking.is_empty() {
            return String::new();
        }
        let found: BTreeSet<char> = name.chars().filter(|character| self.lacking.contains(character)).collect();
        found.into_iter().collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Fonts without two characters, which count what they are asked.
    #[derive(Default)]
    struct Counting(Mutex<usize>);

    impl Glyphs for Counting {
        fn lacking(&self, characters: &BTreeSet<char>) -> std::result::Result<BTreeSet<char>, String> {
            *self.0.lock().unwrap() += characters.len();
            Ok(characters.iter().copied().filter(|c| ['\u{2B820}', '\u{10FFFF}'].contains(c)).collect())
        }
    }

    #[test]
    fn each_character_is_asked_about_once() {
        let fonts = Arc::new(Counting::default());
        let mut names = Names::new(Paper(Some(fonts.clone())));
        let mut found = Vec::new();
        for n in 0..240_000_u32 {
            let character = char::from_u32(0x4E00 + n % 5_000).unwrap();
            let rare = if n == 7 { "\u{10FFFF}\u{2B820}\u{2B820}" } else { "" };
            let lacking = names.lacking_in(&format!("秦皇岛市{character}商贸有限公司{rare}"));
            if !lacking.is_empty() {
                found.push((n, lacking));
            }
        }
        assert_eq!(found, [(7, "\u{2B820}\u{10FFFF}".to_owned())]);
        // 5 000 of the middle, the other ten, less those that are among them, and the two.
        let asked = *fonts.0.lock().unwrap();
        assert!((5_002..=5_012).contains(&asked), "{asked}");
    }

    #[test]
    fn without_fonts_no_name_is_blamed() {
        assert_eq!(Names::new(Paper(None)).lacking_in("\u{2B820}"), "");
        assert!(!Paper(None).has_fonts());
    }
}

//! Finds the named font families in directories and knows which characters they have. Whatever else lies there is not looked at again: a
//! form must not change because somebody installed an office suite. A font file's bytes are read again only when a page needs the face.

use crate::{FontRole, PaperError};
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use typst::foundations::Bytes;
use typst::text::{Font, FontBook, FontInfo, FontVariant};
use typst::utils::LazyHash;

/// Where Debian and most distributions keep fonts; callers put the directory beside the binary first.
pub const SYSTEM_FONT_DIRS: [&str; 2] = ["/usr/local/share/fonts", "/usr/share/fonts"];
/// Most font files below all directories together.
pub const FONT_FILES_MAX: usize = 5_000;
/// How deep directories are searched.
pub const DEPTH_MAX: usize = 6;

/// The families for each role, best first. The first that is installed is used; later ones supply characters which it lacks. A family
/// that is not named here is never used, whatever is installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Families {
    /// Titles; bold, unless the family has one weight only, as 小标宋 has.
    pub heading: Vec<String>,
    /// Running text.
    pub body: Vec<String>,
    /// Table labels.
    pub label: Vec<String>,
    /// Faces for rare characters only, behind those of each role; none of them has to be there.
    pub rare: Vec<String>,
}

impl Default for Families {
    /// The faces that offices have to use for official documents, then those of Debian's fonts-noto-cjk, which are the same design as
    /// Source Han; for rare characters those of fonts-hanazono and fonts-babelstone-han.
    fn default() -> Self {
        let list = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
        Self {
            heading: list(&["FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "Noto Serif CJK SC", "Source Han Serif SC"]),
            body: list(&["FangSong_GB2312", "FangSong", "STFangsong", "Noto Serif CJK SC", "Source Han Serif SC"]),
            label: list(&["SimHei", "STHeiti", "Noto Sans CJK SC", "Source Han Sans SC"]),
            rare: list(&["HanaMinA", "HanaMinB", "BabelStone Han"]),
        }
    }
}

impl Families {
    fn name(&self, family: &str) -> bool {
        [&self.heading, &self.body, &self.label, &self.rare]
            .into_iter()
            .flatten()
            .any(|named| named.to_lowercase() == family.to_lowercase())
    }
}

/// The faces of the named families.
pub(crate) struct Fonts {
    pub(crate) book: LazyHash<FontBook>,
    faces: Vec<Face>,
}

struct Face {
    file: Arc<File>,
    index: u32,
    font: OnceLock<Option<Font>>,
}

/// A file whose bytes are shared by all faces of a collection.
struct File {
    path: PathBuf,
    bytes: OnceLock<Option<Bytes>>,
}

impl Fonts {
    /// The faces of `families` below `dirs`. Where a family lies twice in the same style, that of the first directory counts.
    pub(crate) fn search(dirs: &[PathBuf], families: &Families) -> Result<Self, PaperError> {
        let mut files = Vec::new();
        for dir in dirs {
            let mut found = BTreeSet::new();
            collect(dir, DEPTH_MAX, &mut found);
            files.extend(found);
        }
        if files.len() > FONT_FILES_MAX {
            return Err(PaperError::TooMany { what: "font files", count: files.len(), max: FONT_FILES_MAX });
        }
        let mut book = FontBook::new();
        let mut faces = Vec::new();
        let mut known: BTreeSet<(String, FontVariant)> = BTreeSet::new();
        for path in files {
            // A damaged or unreadable file is no font; if it was the needed one, the role check below names what is missing.
            let Ok(bytes) = std::fs::read(&path) else { continue };
            let file = Arc::new(File { path, bytes: OnceLock::new() });
            for (index, info) in (0_u32..).zip(FontInfo::iter(&bytes)) {
                if families.name(&info.family) && known.insert((info.family.to_lowercase(), info.variant)) {
                    book.push(info);
                    faces.push(Face { file: Arc::clone(&file), index, font: OnceLock::new() });
                }
            }
        }
        Ok(Self { book: LazyHash::new(book), faces })
    }

    /// Keeps of each role's families those that are installed, and puts those for rare characters behind them.
    pub(crate) fn choose(&self, families: Families, dirs: &[PathBuf]) -> Result<Families, PaperError> {
        let rare: Vec<String> = families.rare.into_iter().filter(|name| !self.weights(name).is_empty()).collect();
        let pick = |role: FontRole, wanted: Vec<String>| {
            let mut found: Vec<String> = wanted.iter().filter(|name| self.serves(role, name)).cloned().collect();
            if found.is_empty() {
                return Err(PaperError::FontMissing { role, wanted, dirs: dirs.to_vec() });
            }
            found.extend(rare.iter().cloned());
            Ok(found)
        };
        Ok(Families {
            heading: pick(FontRole::Heading, families.heading)?,
            body: pick(FontRole::Body, families.body)?,
            label: pick(FontRole::Label, families.label)?,
            rare: rare.clone(),
        })
    }

    /// A heading in a family with several weights needs its bold file: typst does not embolden.
    fn serves(&self, role: FontRole, family: &str) -> bool {
        let weights = self.weights(family);
        match role {
            FontRole::Heading if family.starts_with("Noto") || family.starts_with("Source") => {
                weights.iter().any(|&w| w >= 600)
            }
            FontRole::Heading => !weights.is_empty(),
            FontRole::Body | FontRole::Label => weights.iter().any(|&w| w < 600),
        }
    }

    fn weights(&self, family: &str) -> BTreeSet<u16> {
        self.book
            .select_family(&family.to_lowercase())
            .filter_map(|index| self.book.info(index))
            .map(|info| info.variant.weight.to_number())
            .collect()
    }

    /// Whether one of these families can set the character.
    ///
    /// A private-use letter never can: each font draws another sign there, so that what is printed would be no longer what was written.
    pub(crate) fn have(&self, families: &[String], character: char) -> bool {
        !private(character)
            && families.iter().any(|family| {
                self.book
                    .select_family(&family.to_lowercase())
                    .filter_map(|index| self.book.info(index))
                    .any(|info| info.coverage.contains(u32::from(character)))
            })
    }

    pub(crate) fn font(&self, index: usize) -> Option<Font> {
        let face = self.faces.get(index)?;
        face.font
            .get_or_init(|| {
                let bytes =
                    face.file.bytes.get_or_init(|| std::fs::read(&face.file.path).ok().map(Bytes::new)).clone()?;
                Font::new(bytes, face.index)
            })
            .clone()
    }

    /// A file that was needed and could not be read any more.
    pub(crate) fn unreadable(&self) -> Option<&Path> {
        self.faces.iter().find(|f| f.font.get().is_some_and(Option::is_none)).map(|f| f.file.path.as_path())
    }
}

fn private(character: char) -> bool {
    matches!(character, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}')
}

/// Font files below `dir`, by path, so that the same directory gives the same order everywhere.
fn collect(dir: &Path, depth: usize, found: &mut BTreeSet<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            if depth > 0 {
                collect(&path, depth - 1, found);
            }
        } else if path
            .extension()
            .and_then(|e| e.to_str())
            .is_some_and(|e| matches!(&*e.to_ascii_lowercase(), "ttf" | "otf" | "ttc" | "otc"))
        {
            found.insert(path);
        }
    }
}

//! Limits and texts, checked before anything is set. Nothing is shortened, and no character is replaced by another one.

use crate::fonts::{Families, Fonts};
use crate::form::{CheckNotice, Choice, Day, Person, RecordForm};
use crate::{PaperError, Unset};
use serde_json::Value;

/// Most forms of one PDF.
pub const FORMS_MAX: usize = 500;
/// Most items of one form.
pub const ITEMS_MAX: usize = 200;
/// Most lines of materials of one notice: what [`ITEMS_MAX`] items can ask for when each asks for ten things.
pub const MATERIALS_MAX: usize = 2_000;
/// Most entries of any list of choices of a form.
pub const LIST_MAX: usize = 40;
/// Nobody is inspected by fewer (行政处罚法、双随机: two or more).
pub const INSPECTORS_MIN: usize = 2;
/// Most inspectors of one form.
pub const PERSONS_MAX: usize = 10;
/// Most empty rows of one record form.
pub const SPARE_ROWS_MAX: usize = 20;
/// Longest text of one field in characters.
pub const TEXT_CHARS_MAX: usize = 4_000;
/// Longest address behind a QR code in bytes; above it the code gets too fine for a phone.
pub const URL_BYTES_MAX: usize = 500;

/// A longer run of characters without a place to break gets one after every [`RUN_PART_CHARS`], so that it cannot leave its cell.
const RUN_CHARS_MAX: usize = 14;
const RUN_PART_CHARS: usize = 8;
/// Codes and numbers stand in wide cells and stay whole up to this length, so that they can be searched and copied.
const CODE_CHARS_MAX: usize = 30;
/// The fields that are set in the heading's face.
const HEADED: [&str; 2] = ["organ", "subject_term"];

/// What a notice needs is there, and its lists and days are within their limits.
pub(crate) fn notice(form: &CheckNotice, index: usize) -> Result<(), PaperError> {
    let texts = [
        ("number", &form.number),
        ("organ", &form.organ),
        ("organiser", &form.organiser),
        ("subject_name", &form.subject_name),
        ("subject_code", &form.subject_code),
        ("basis", &form.basis),
        ("task_name", &form.task_name),
        ("task_number", &form.task_number),
        ("method", &form.method),
        ("contact", &form.contact),
        ("phone", &form.phone),
    ];
    let lists = [
        ("items", form.items.len(), 1),
        ("materials", form.materials.len(), 1),
        ("inspectors", form.inspectors.len(), INSPECTORS_MIN),
    ];
    let empty = texts.iter().find(|(_, text)| text.trim().is_empty()).map(|(place, _)| *place);
    let short = lists.iter().find(|(_, count, min)| count < min).map(|(place, ..)| *place);
    if let Some(place) = empty.or(short) {
        return Err(PaperError::Incomplete { form: index, place });
    }
    at_most(index, "items", form.items.len(), ITEMS_MAX)?;
    at_most(index, "materials", form.materials.len(), MATERIALS_MAX)?;
    persons(index, &form.inspectors)?;
    url(index, &form.url)?;
    for (place, day) in [("from", form.from), ("to", form.to), ("issued_on", form.issued_on)] {
        real(index, place, Some(day))?;
    }
    Ok(())
}

/// The lists and days of a record form are within their limits.
pub(crate) fn record(form: &RecordForm, index: usize) -> Result<(), PaperError> {
    at_most(index, "items", form.items.len(), ITEMS_MAX)?;
    at_most(index, "spare_rows", usize::try_from(form.spare_rows).unwrap_or(usize::MAX), SPARE_ROWS_MAX)?;
    persons(index, &form.inspectors)?;
    let choices: [(&str, &[Choice]); 3] =
        [("methods", &form.methods), ("results", &form.results), ("follow_ups", &form.follow_ups)];
    for (place, list) in choices {
        at_most(index, place, list.len(), LIST_MAX)?;
    }
    url(index, &form.url)?;
    for (place, day) in [("checked_on", form.checked_on), ("completed_on", form.completed_on)] {
        real(index, place, day)?;
    }
    Ok(())
}

/// Checks every text of a form, gives over-long runs a place to break, and puts the code of a character that none of the families can set
/// in its place, as `〔U+31350〕`: it cannot be read as another character, and a pen can write over it. Returns what was put so.
pub(crate) fn texts(
    form: &mut Value,
    index: usize,
    fonts: &Fonts,
    families: &Families,
) -> Result<Vec<Unset>, PaperError> {
    let mut unset = Vec::new();
    walk(form, "", &mut |place, text| {
        if place == "url" {
            return Ok(());
        }
        at_most(index, place, text.chars().count(), TEXT_CHARS_MAX)?;
        let in_heading = HEADED.contains(&place);
        let mut set = String::with_capacity(text.len());
        for character in text.chars() {
            if barred(character) {
                return Err(PaperError::BadText { form: index, place: place.to_owned(), character });
            }
            if can_set(character, in_heading, fonts, families) {
                set.push(character);
            } else {
                set.push_str(&coded(character));
                unset.push(Unset { form: index, place: place.to_owned(), character });
            }
        }
        let code = ["number", "code", "certificate", "phone"].iter().any(|end| place.ends_with(end));
        *text = broken(&set, if code { CODE_CHARS_MAX } else { RUN_CHARS_MAX });
        Ok(())
    })?;
    Ok(unset)
}

/// Whether a form with this character in a text that stands in the body alone, a name for one, is printed as it was written.
pub(crate) fn sets(character: char, fonts: &Fonts, families: &Families) -> bool {
    !barred(character) && can_set(character, false, fonts, families)
}

/// What no text may hold: it would act on the line instead of standing in it.
fn barred(character: char) -> bool {
    (character.is_control() && character != '\n')
        || matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

fn can_set(character: char, in_heading: bool, fonts: &Fonts, families: &Families) -> bool {
    let has = fonts.have(&families.body, character) && (!in_heading || fonts.have(&families.heading, character));
    has || character.is_whitespace() || selects_variant(character)
}

/// What is printed for a character without a glyph.
pub(crate) fn coded(character: char) -> String {
    format!("〔U+{:04X}〕", u32::from(character))
}

/// Variation selectors have no glyph of their own; a font that lacks the variant shows the character itself.
fn selects_variant(character: char) -> bool {
    matches!(character, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

fn walk(
    value: &mut Value,
    place: &str,
    visit: &mut impl FnMut(&str, &mut String) -> Result<(), PaperError>,
) -> Result<(), PaperError> {
    match value {
        Value::String(text) => visit(place, text),
        Value::Array(list) => {
            list.iter_mut().enumerate().try_for_each(|(n, v)| walk(v, &format!("{place}[{n}]"), visit))
        }
        Value::Object(map) => map.iter_mut().try_for_each(|(key, v)| {
            let inner = if place.is_empty() { key.clone() } else { format!("{place}.{key}") };
            walk(v, &inner, visit)
        }),
        _ => Ok(()),
    }
}

fn broken(text: &str, run_max: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run: Vec<char> = Vec::new();
    let flush = |run: &mut Vec<char>, out: &mut String| {
        let part = if run.len() > run_max { RUN_PART_CHARS } else { run_max };
        for (n, character) in run.drain(..).enumerate() {
            if n > 0 && n % part == 0 {
                out.push('\u{200B}');
            }
            out.push(character);
        }
    };
    for character in text.chars() {
        if character.is_whitespace() || wide(character) {
            flush(&mut run, &mut out);
            out.push(character);
        } else {
            run.push(character);
        }
    }
    flush(&mut run, &mut out);
    out
}

/// East Asian characters break anywhere by themselves.
fn wide(character: char) -> bool {
    matches!(character, '\u{2E80}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FFEF}' | '\u{20000}'..='\u{3FFFF}')
}

pub(crate) fn count(forms: usize) -> Result<(), PaperError> {
    if forms == 0 {
        return Err(PaperError::NoForms);
    }
    if forms > FORMS_MAX { Err(PaperError::TooMany { what: "forms", count: forms, max: FORMS_MAX }) } else { Ok(()) }
}

fn at_most(form: usize, place: &str, count: usize, max: usize) -> Result<(), PaperError> {
    if count > max { Err(PaperError::TooLong { form, place: place.to_owned(), count, max }) } else { Ok(()) }
}

fn persons(form: usize, list: &[Person]) -> Result<(), PaperError> {
    at_most(form, "inspectors", list.len(), PERSONS_MAX)
}

fn url(form: usize, url: &str) -> Result<(), PaperError> {
    let link = url.starts_with("https://") || url.starts_with("http://");
    let plain = url.bytes().all(|b| b.is_ascii_graphic());
    if link && plain && url.len() <= URL_BYTES_MAX { Ok(()) } else { Err(PaperError::BadUrl { form }) }
}

fn real(form: usize, place: &str, day: Option<Day>) -> Result<(), PaperError> {
    if day.is_none_or(Day::exists) { Ok(()) } else { Err(PaperError::BadDay { form, place: place.to_owned() }) }
}

#[cfg(test)]
mod tests {
    use super::{CODE_CHARS_MAX, RUN_CHARS_MAX, broken};

    #[test]
    fn only_long_runs_get_places_to_break() {
        let check =
            |text: &str, max: usize, expect: &str| assert_eq!(broken(text, max).replace('\u{200B}', "|"), expect);
        check("海港区 18 号", RUN_CHARS_MAX, "海港区 18 号");
        check("abcdefghijklmn", RUN_CHARS_MAX, "abcdefghijklmn");
        check("abcdefghijklmno", RUN_CHARS_MAX, "abcdefgh|ijklmno");
        check("甲abcdefghijklmno乙", RUN_CHARS_MAX, "甲abcdefgh|ijklmno乙");
        check("91130302MA0A1B2C3D", CODE_CHARS_MAX, "91130302MA0A1B2C3D");
    }
}

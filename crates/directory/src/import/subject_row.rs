//! One row of a register becomes one staged object, or its problems.

use std::collections::HashMap;
use std::fmt::Write as _;

use chrono::NaiveDate;
use domain::credit_code::{BadCode, SubjectCode};
use domain::division::{DivisionCode, table};
use domain::ids::SubjectId;
use domain::subject::{
    Licence, LicenceState, RiskClass, RiskLevel, RiskScale, Subject, SubjectKind, SubjectStatus, Tag, is_industry,
};
use sheet::Row;
use store::repo::import_stage::{StagedColumns, StagedSubject};
use text::{Explain as _, Label as _, read};

use super::cells::Checker;
use super::layout::Layout;
use super::read::Agencies;
use kernel::Entropy;

/// Columns of the fields, from 1.
struct Columns {
    name: Option<u32>,
    code: Option<u32>,
    kind: Option<u32>,
    sub_kind: Option<u32>,
    agency: Option<u32>,
    agency_name: Option<u32>,
    division: Option<u32>,
    registered_on: Option<u32>,
    status: Option<u32>,
    credit: (Option<u32>, Option<u32>),
    food: (Option<u32>, Option<u32>),
    industry: Option<u32>,
    address: Option<u32>,
    legal_person: Option<u32>,
    tags: Option<u32>,
    licences: Option<u32>,
}

/// Reads the rows of a register.
pub(super) struct SubjectRows {
    columns: Columns,
    agencies: Agencies,
    today: NaiveDate,
    ids: Ids,
    seen: HashMap<String, u32>,
    divisions: HashMap<String, Option<String>>,
}

/// Which optional columns the file has.
pub(super) fn staged_columns(layout: &Layout) -> StagedColumns {
    let has = |key: &str| layout.mapping.column(key).is_some();
    let mut given = vec!["name", "kind", "sub_kind", "agency_id", "registered_on", "status"];
    // The finer kind may stand in the column of the kind (企业集团), so it always counts.
    let optional = ["division", "industry", "address", "legal_person", "tags", "licences"];
    given.extend(optional.into_iter().filter(|key| has(key)));
    StagedColumns { given, credit_dated: has("credit_on"), food_dated: has("food_on") }
}

impl SubjectRows {
    pub(super) fn new(layout: &Layout, agencies: Agencies, today: NaiveDate, unix_ms: i64, entropy: &Entropy) -> Self {
        let at = |key: &str| layout.mapping.column(key);
        let columns = Columns {
            name: at("name"),
            code: at("code"),
            kind: at("kind"),
            sub_kind: at("sub_kind"),
            agency: at("agency"),
            agency_name: at("agency_name"),
            division: at("division"),
            registered_on: at("registered_on"),
            status: at("status"),
            credit: (at("credit_class"), at("credit_on")),
            food: (at("food_class"), at("food_on")),
            industry: at("industry"),
            address: at("address"),
            legal_person: at("legal_person"),
            tags: at("tags"),
            licences: at("licences"),
        };
        let ids = Ids { unix_ms, entropy: entropy.clone(), next: 0 };
        Self { columns, agencies, today, ids, seen: HashMap::new(), divisions: HashMap::new() }
    }

    /// The staged object; `None` if the row has a problem. All cells are looked at in any case.
    pub(super) fn read(&mut self, row: &Row, check: &mut Checker) -> Option<StagedSubject> {
        let name = check.required(row, self.columns.name, Subject::NAME_CHARS_MAX).map(std::borrow::Cow::into_owned);
        let kind = self.kind(row, check);
        let code = self.code(row, check, kind.as_ref().map(|(kind, _)| *kind));
        let agency =
            self.agencies.of_row(check, row, self.columns.agency, self.columns.agency_name).map(|a| a.id.to_string());
        let division = self.division(row, check);
        let registered_on = self.registered_on(row, check, kind.as_ref().map(|(kind, _)| *kind));
        let status = status(row, check, self.columns.status);
        let credit = self.risk(row, check, self.columns.credit, RiskScale::Credit);
        let food = self.risk(row, check, self.columns.food, RiskScale::Food);
        let industry = industry(row, check, self.columns.industry);
        let address = check.text(row, self.columns.address, Subject::TEXT_CHARS_MAX);
        let legal_person = check.text(row, self.columns.legal_person, Subject::TEXT_CHARS_MAX);
        let tags = tags(row, check, self.columns.tags);
        let licences = licences(row, check, self.columns.licences);
        if !check.row_is_sound() {
            return None;
        }
        let (kind, sub_kind) = kind?;
        let on_forms = [
            (self.columns.name, name.as_deref()),
            (self.columns.address, address.as_deref()),
            (self.columns.legal_person, legal_person.as_deref()),
        ];
        for (column, text) in on_forms {
            check.on_forms(row, column, text.unwrap_or_default());
        }
        Some(StagedSubject {
            row: row.number,
            id: self.ids.next(),
            code: code?,
            name: name?,
            kind: kind.code(),
            sub_kind,
            agency_id: agency?,
            division: division?,
            registered_on: registered_on?,
            status: status?.code(),
            industry: industry?,
            address: address?.into_owned(),
            legal_person: legal_person?.into_owned(),
            phone: String::new(),
            tags: tags?,
            licences: licences?,
            credit: credit?,
            food: food?,
        })
    }

    fn kind(&self, row: &Row, check: &mut Checker) -> Option<(SubjectKind, String)> {
        let text = check.required(row, self.columns.kind, Subject::TEXT_CHARS_MAX);
        let sub_kind = check.text(row, self.columns.sub_kind, Subject::TEXT_CHARS_MAX);
        let (text, sub_kind) = (text?, sub_kind?);
        let Some((kind, finer)) = read::subject_kind(&text) else {
            check.note(row, self.columns.kind, "kind_unknown", vec![text::import::labels(SubjectKind::ALL)]);
            return None;
        };
        let finer = if sub_kind.is_empty() { finer.unwrap_or_default().to_owned() } else { sub_kind.into_owned() };
        Some((kind, finer))
    }

    fn code(&mut self, row: &Row, check: &mut Checker, kind: Option<SubjectKind>) -> Option<String> {
        let column = self.columns.code;
        let text = check.code(row, column, Subject::TEXT_CHARS_MAX)?.into_owned();
        if text.is_empty() {
            check.note(row, column, "code_missing", vec![]);
            return None;
        }
        // A row of unknown kind is most likely a firm's.
        if kind.is_none_or(SubjectKind::needs_code) {
            if let Err(bad) = text.parse::<SubjectCode>() {
                check.note(row, column, code_problem(&bad, &text), vec![bad.explain().to_string()]);
                return None;
            }
        } else if text.parse::<SubjectCode>().is_ok() {
            let bad = domain::subject::BadSubject::CodeNotExpected(kind?);
            check.note(row, column, "code_not_expected", vec![bad.explain().to_string()]);
            return None;
        } else if !is_key(&text) {
            let bad = domain::subject::BadSubject::Key(text);
            check.note(row, column, "key_form", vec![bad.explain().to_string()]);
            return None;
        }
        if let Some(first) = self.seen.get(&text) {
            check.note(row, column, "duplicate", vec![first.to_string()]);
            return None;
        }
        self.seen.insert(text.clone(), row.number);
        Some(text)
    }

    fn division(&mut self, row: &Row, check: &mut Checker) -> Option<String> {
        let column = self.columns.division;
        let text = check.code(row, column, Subject::TEXT_CHARS_MAX)?;
        if text.is_empty() {
            return Some(String::new());
        }
        let known = self.divisions.entry(text.clone().into_owned()).or_insert_with(|| division_problem(&text));
        match known.clone() {
            None => Some(text.into_owned()),
            Some(sentence) => {
                check.note(row, column, "division_unknown", vec![sentence]);
                None
            }
        }
    }

    fn registered_on(&self, row: &Row, check: &mut Checker, kind: Option<SubjectKind>) -> Option<String> {
        let column = self.columns.registered_on;
        let day = if kind.is_none_or(SubjectKind::needs_code) {
            Some(check.required_date(row, column)?)
        } else {
            check.date(row, column)?
        };
        if day.is_some_and(|day| day > self.today) {
            check.note(row, column, "date_future", vec![]);
            return None;
        }
        Some(iso(day))
    }

    /// Class and day. A file without a column of days tells the class of today.
    fn risk(
        &self,
        row: &Row,
        check: &mut Checker,
        (class, dated): (Option<u32>, Option<u32>),
        scale: RiskScale,
    ) -> Option<(&'static str, String)> {
        let text = check.code(row, class, Subject::TEXT_CHARS_MAX);
        let day = check.date(row, dated);
        let (text, day) = (text?, day?);
        if text.is_empty() {
            return Some(("", String::new()));
        }
        let level = read::risk_level(&text);
        let Some(level) = level.filter(|level| RiskClass::new(scale, *level, self.today).is_ok()) else {
            check.note(row, class, "risk_unknown", vec![]);
            return None;
        };
        let day = match (day, dated) {
            (Some(day), _) => day,
            (None, None) => self.today,
            (None, Some(_)) => {
                check.note(row, dated, "risk_undated", vec![]);
                return None;
            }
        };
        if day > self.today {
            check.note(row, dated, "date_future", vec![]);
            return None;
        }
        Some((RiskLevel::code(level), iso(Some(day))))
    }
}

/// Letters, digits, dots, underscores and hyphens, as `domain` asks of a key.
fn is_key(text: &str) -> bool {
    (1..=Subject::KEY_CHARS_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

fn code_problem(bad: &BadCode, text: &str) -> &'static str {
    match bad {
        BadCode::Empty => "code_missing",
        BadCode::FullWidth { .. } => "full_width",
        BadCode::WrongLength { .. } => "code_length",
        BadCode::BadSymbol { ch, .. } if ch.is_ascii_lowercase() => "code_lower_case",
        BadCode::BadSymbol { .. } => "code_letter",
        BadCode::BadDepartment(_) | BadCode::BadKind { .. } => "code_kind",
        BadCode::BadDivision(_) => "code_division",
        BadCode::BadOrganisationCheck { .. } => "organisation_check",
        BadCode::BadCheck { .. } if text.len() == 15 => "registration_check",
        BadCode::BadCheck { .. } => "code_check",
    }
}

/// What is wrong with a division; a province that the table does not carry is taken as it is.
fn division_problem(text: &str) -> Option<String> {
    match text.parse::<DivisionCode>() {
        Err(bad) => Some(bad.explain().to_string()),
        Ok(code) if table().covers(code) && table().latest(code).is_none() => {
            Some(format!("{}{}", text::import::no_such_division(text), text::import::look_up_division()))
        }
        Ok(_) => None,
    }
}

fn status(row: &Row, check: &mut Checker, column: Option<u32>) -> Option<SubjectStatus> {
    let text = check.required(row, column, Subject::TEXT_CHARS_MAX)?;
    let status = read::subject_status(&text);
    if status.is_none() {
        check.note(row, column, "status_unknown", vec![text::import::labels(SubjectStatus::ALL)]);
    }
    status
}

fn industry(row: &Row, check: &mut Checker, column: Option<u32>) -> Option<String> {
    let text = check.code(row, column, Subject::TEXT_CHARS_MAX)?;
    if !text.is_empty() && !is_industry(&text) {
        let bad = domain::subject::BadSubject::Industry(text.into_owned());
        check.note(row, column, "industry_form", vec![bad.explain().to_string()]);
        return None;
    }
    Some(text.into_owned())
}

fn tags(row: &Row, check: &mut Checker, column: Option<u32>) -> Option<Vec<String>> {
    let text = check.text(row, column, (Tag::CHARS_MAX + 1) * Subject::TAGS_MAX)?;
    if text.is_empty() {
        return Some(Vec::new());
    }
    match read::tags(&text) {
        Err(bad) => {
            check.note(row, column, "tag_form", vec![bad.explain().to_string()]);
            None
        }
        Ok(tags) if tags.len() > Subject::TAGS_MAX => {
            check.note(row, column, "too_many_tags", vec![tags.len().to_string(), Subject::TAGS_MAX.to_string()]);
            None
        }
        Ok(tags) => Some(tags.iter().map(|tag| tag.as_str().to_owned()).collect()),
    }
}

/// Characters of all licences of one object.
const LICENCES_CHARS_MAX: usize = 4_000;

fn licences(row: &Row, check: &mut Checker, column: Option<u32>) -> Option<Vec<Licence>> {
    let text = check.text(row, column, LICENCES_CHARS_MAX)?;
    if text.is_empty() {
        return Some(Vec::new());
    }
    let mut found = Vec::new();
    for part in text.split(['；', ';']).map(str::trim).filter(|part| !part.is_empty()) {
        let Some(licence) = licence(part) else {
            check.note(row, column, "licence_form", vec![part.to_owned()]);
            return None;
        };
        found.push(licence);
    }
    if found.len() > Subject::LICENCES_MAX {
        check.note(row, column, "too_many_licences", vec![found.len().to_string(), Subject::LICENCES_MAX.to_string()]);
        return None;
    }
    Some(found)
}

/// 种类:编号:有效期至, and 状态 where it is another than 有效; the third part is empty for one without end.
fn licence(part: &str) -> Option<Licence> {
    let mut parts = part.split([':', '：']).map(str::trim);
    let (kind, number, until) = (parts.next()?, parts.next()?, parts.next()?);
    let state = match parts.next() {
        None | Some("") => LicenceState::Valid,
        Some(word) => {
            let word = word.strip_prefix('已').unwrap_or(word);
            LicenceState::ALL.iter().copied().find(|state| state.label() == word)?
        }
    };
    if kind.is_empty() || number.is_empty() || parts.next().is_some() {
        return None;
    }
    let valid_to = if until.is_empty() { None } else { Some(sheet::parse_date(until).ok()?) };
    Some(Licence { kind: kind.to_owned(), number: number.to_owned(), valid_from: None, valid_to, state })
}

fn iso(day: Option<NaiveDate>) -> String {
    let Some(day) = day else { return String::new() };
    let mut text = String::with_capacity(10);
    // Writing to a String cannot fail.
    write!(text, "{day}").ok();
    text
}

/// Ids that ascend with the rows, so that the key's index grows at its end: time, a random word of the import, the
/// row's number, and random bytes.
struct Ids {
    unix_ms: i64,
    entropy: Entropy,
    next: u32,
}

impl Ids {
    fn next(&mut self) -> String {
        let [a, b, c, d] = self.next.to_be_bytes();
        self.next += 1;
        let [e, f, g, h] = self.entropy.bytes();
        // The version takes the upper half of the first byte and the variant the upper quarter of the third: the number
        // keeps clear of both.
        SubjectId::from_parts(self.unix_ms, [0, a, 0, b, c, d, e, f, g, h]).to_string()
    }
}

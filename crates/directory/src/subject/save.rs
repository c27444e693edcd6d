//! Editing one inspected object: whole form in, one new version out. The code and the id never change; a wrong code is a
//! new object.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::division::DivisionCode;
use domain::ids::{AgencyId, SubjectId};
use domain::reach::Touch;
use domain::registry::UseCase;
use domain::subject::{
    BadSubject, Licence, LicenceState, RiskClass, RiskLevel, RiskScale, Subject, SubjectKind, SubjectStatus,
};
use domain::time::parse_day;
use store::repo;
use store::repo::subject::SubjectRecord;
use text::Explain;

use super::super::invalid;
use super::changes::changes;
use super::{coded, who};
use kernel::{Ctx, Error, FieldError, Platform, Result, actor_id};

/// A licence as typed. A row without kind and number is no licence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LicenceInput {
    /// What it allows.
    pub kind: String,
    /// Its number.
    pub number: String,
    /// First day, or empty.
    pub valid_from: String,
    /// Last day; empty for one without end.
    pub valid_to: String,
    /// Code of its state; empty for a valid one.
    pub state: String,
}

/// The form, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubjectInput {
    /// The version that the person saw.
    pub version: i64,
    /// Name.
    pub name: String,
    /// Code of the kind.
    pub kind: String,
    /// A finer kind, or empty.
    pub sub_kind: String,
    /// Code of the registration state.
    pub status: String,
    /// Day of establishment, or empty.
    pub registered_on: String,
    /// Registrar key of the agency.
    pub agency: String,
    /// Division code, or empty.
    pub division: String,
    /// Address.
    pub address: String,
    /// Legal representative.
    pub legal_person: String,
    /// Phone number.
    pub phone: String,
    /// Industry code, or empty.
    pub industry: String,
    /// Tags, separated by 、.
    pub tags: String,
    /// Licences.
    pub licences: Vec<LicenceInput>,
    /// Scale of a risk class to be added; empty for none.
    pub risk_scale: String,
    /// Its level.
    pub risk_level: String,
    /// The day from which it holds.
    pub risk_on: String,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// A new version.
    Version(i64),
    /// Nothing differed, so nothing was written.
    Unchanged,
}

impl From<&SubjectRecord> for SubjectInput {
    fn from(record: &SubjectRecord) -> Self {
        let s = &record.subject;
        let day = |day: Option<NaiveDate>| day.map(text::day).unwrap_or_default();
        let licence = |l: &Licence| LicenceInput {
            kind: l.kind.clone(),
            number: l.number.clone(),
            valid_from: day(l.valid_from),
            valid_to: day(l.valid_to),
            state: if l.state == LicenceState::Valid { String::new() } else { l.state.code().to_owned() },
        };
        Self {
            version: record.version,
            name: s.name.clone(),
            kind: s.kind.code().to_owned(),
            sub_kind: s.sub_kind.clone().unwrap_or_default(),
            status: s.status.code().to_owned(),
            registered_on: day(s.established_on),
            agency: record.agency_code.clone(),
            division: s.division.map(|d| d.as_text()).unwrap_or_default(),
            address: s.address.clone(),
            legal_person: s.representative.clone(),
            phone: s.phone.clone(),
            industry: s.industry.clone().unwrap_or_default(),
            tags: s.tags.iter().map(domain::subject::Tag::as_str).collect::<Vec<_>>().join("、"),
            licences: s.licences.iter().map(licence).collect(),
            risk_scale: String::new(),
            risk_level: String::new(),
            risk_on: String::new(),
        }
    }
}

/// The object as the form shows it, and the agencies that it can be moved to.
///
/// # Errors
/// `NotFound`, `Denied`, `Unauthenticated`.
pub async fn editable(
    platform: &Platform,
    ctx: &Ctx,
    id: SubjectId,
) -> Result<(SubjectRecord, Vec<repo::agency::Agency>)> {
    ctx.require(UseCase::SubjectSave)?;
    let scope = ctx.scope()?;
    let mut conn = platform.store().read().await?;
    let record = repo::subject::get(&mut conn, &scope, id).await?;
    Ok((record, repo::agency::list(&mut conn, &scope).await?))
}

/// Writes a new version of an object, keeps the old one, and adds a risk class if one is given.
///
/// # Errors
/// `Invalid` naming every wrong field (`SUBJ-101` what `domain` says of the value, `SUBJ-102` an agency outside the scope,
/// `SUBJ-104` a day in the future, `SUBJ-105` a choice that is none, `SUBJ-106` half a risk class, `CORE-103` a date);
/// `Conflict` (`SUBJ-103`) if someone saved in between, naming who and when; `NotFound`; `Denied`.
pub async fn save(platform: &Platform, ctx: &Ctx, id: SubjectId, input: &SubjectInput) -> Result<Saved> {
    let mut command = platform.command(ctx, UseCase::SubjectSave).await?;
    let scope = ctx.scope()?;
    let record = repo::subject::get(command.tx(), &scope, id).await?;
    if record.version != input.version {
        let who = who(command.tx(), &record.changed_by).await?;
        return Err(Error::conflict("SUBJ-103").with("who", who).with("when", text::moment(record.valid_from)));
    }
    let standing = repo::agency::by_id_unscoped(command.tx(), record.subject.registrar).await?;
    let agency = match input.agency.trim().parse() {
        Ok(code) => repo::agency::by_code_unscoped(command.tx(), &code).await?,
        Err(_) => None,
    };
    let agency = agency.filter(|agency| scope.reaches(&Touch::row(&standing.path).to(&agency.path)).is_ok());
    let mut form = Form { today: ctx.today(), wrong: Vec::new() };
    let Some(agency) = agency else {
        form.wrong("agency", "SUBJ-102", vec![("code", input.agency.trim().to_owned())]);
        form.subject(&record.subject, input, record.subject.registrar);
        return Err(invalid(form.wrong));
    };
    let subject = form.subject(&record.subject, input, agency.id);
    let (Some(subject), true) = (subject, form.wrong.is_empty()) else { return Err(invalid(form.wrong)) };
    let differences = changes((&record.subject, &record.agency_name), (&subject, &agency.name));
    if differences.is_empty() && subject.risk_classes == record.subject.risk_classes {
        return Ok(Saved::Unchanged);
    }
    repo::subject::save(command.tx(), &subject, record.version, &actor_id(&ctx.actor), ctx.now).await?;
    let version = record.version + 1;
    // Names of fields only: an event never holds a phone number.
    let fields: Vec<_> = differences.iter().map(|change| change.field).collect();
    let risk = subject.risk_classes.len() > record.subject.risk_classes.len();
    let data = serde_json::json!({ "code": subject.key, "version": version, "fields": fields, "risk_class": risk });
    command.finish("subject", id, data).await?;
    Ok(Saved::Version(version))
}

/// Reads the form, noting every field that is wrong.
struct Form {
    today: NaiveDate,
    wrong: Vec<FieldError>,
}

impl Form {
    fn wrong(&mut self, field: &'static str, code: &'static str, args: Vec<(&'static str, String)>) {
        self.wrong.push(FieldError { field, code, args });
    }

    /// What `domain` refuses, in its own words.
    fn refused(&mut self, field: &'static str, why: &impl Explain) {
        let message = why.explain();
        self.wrong(field, "SUBJ-101", vec![("what", message.what), ("next", message.next)]);
    }

    /// The edited object; `None` if a field is wrong without which the others cannot be judged.
    fn subject(&mut self, old: &Subject, input: &SubjectInput, registrar: AgencyId) -> Option<Subject> {
        let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let kind = self.choice::<SubjectKind>("kind", &input.kind);
        let status = self.choice::<SubjectStatus>("status", &input.status);
        let established_on = self.past_day("registered_on", &input.registered_on);
        let division = self.division(&input.division);
        let tags = text::read::tags(&input.tags).unwrap_or_else(|bad| {
            self.refused("tags", &bad);
            BTreeSet::new()
        });
        let licences = self.licences(&input.licences);
        let mut risk_classes = old.risk_classes.clone();
        if let Some(class) = self.risk(input) {
            risk_classes.retain(|old| (old.scale, old.dated) != (class.scale, class.dated));
            risk_classes.insert(0, class);
        }
        self.texts(input);
        let subject = Subject {
            id: old.id,
            key: old.key.clone(),
            code: old.code.clone(),
            name: input.name.trim().to_owned(),
            kind: kind?,
            sub_kind: filled(&input.sub_kind),
            status: status?,
            established_on,
            registrar,
            territory: old.territory,
            division,
            address: input.address.trim().to_owned(),
            representative: input.legal_person.trim().to_owned(),
            phone: input.phone.trim().to_owned(),
            industry: filled(&input.industry),
            tags,
            risk_classes,
            licences,
        };
        if let Err(bad) = subject.check() {
            self.refused(field_of(&bad), &bad);
        }
        Some(subject)
    }

    fn choice<T: domain::Coded>(&mut self, field: &'static str, code: &str) -> Option<T> {
        let found = coded::<T>(code);
        if found.is_none() {
            self.wrong(field, "SUBJ-105", Vec::new());
        }
        found
    }

    fn day(&mut self, field: &'static str, text: &str) -> Option<NaiveDate> {
        let text = text.trim();
        let day = parse_day(text);
        if day.is_none() && !text.is_empty() {
            self.wrong(field, "CORE-103", vec![("value", text.to_owned())]);
        }
        day
    }

    fn past_day(&mut self, field: &'static str, text: &str) -> Option<NaiveDate> {
        let day = self.day(field, text);
        if day.is_some_and(|day| day > self.today) {
            self.wrong(field, "SUBJ-104", Vec::new());
        }
        day
    }

    fn division(&mut self, text: &str) -> Option<DivisionCode> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        text.parse().map_err(|bad: domain::division::BadDivision| self.refused("division", &bad)).ok()
    }

    fn licence_state(&mut self, row: u32, typed: &str) -> LicenceState {
        if typed.trim().is_empty() {
            return LicenceState::Valid;
        }
        typed.trim().parse().unwrap_or_else(|_| {
            self.wrong("licences", "SUBJ-111", vec![("row", row.to_string())]);
            LicenceState::Valid
        })
    }

    fn licences(&mut self, typed: &[LicenceInput]) -> Vec<Licence> {
        let mut licences = Vec::new();
        for (row, typed) in (1_u32..).zip(typed) {
            let (kind, number) = (typed.kind.trim(), typed.number.trim());
            if kind.is_empty() && number.is_empty() {
                continue;
            }
            let long = |text: &str| text.is_empty() || text.chars().count() > Subject::TEXT_CHARS_MAX;
            if long(kind) || long(number) {
                self.wrong(
                    "licences",
                    "SUBJ-107",
                    vec![("row", row.to_string()), ("max", Subject::TEXT_CHARS_MAX.to_string())],
                );
            }
            licences.push(Licence {
                kind: kind.to_owned(),
                number: number.to_owned(),
                valid_from: self.day("licences", &typed.valid_from),
                valid_to: self.day("licences", &typed.valid_to),
                state: self.licence_state(row, &typed.state),
            });
        }
        licences
    }

    fn risk(&mut self, input: &SubjectInput) -> Option<RiskClass> {
        if [&input.risk_scale, &input.risk_level, &input.risk_on].iter().all(|text| text.trim().is_empty()) {
            return None;
        }
        let (scale, level) = (coded::<RiskScale>(&input.risk_scale), coded::<RiskLevel>(&input.risk_level));
        let dated = self.past_day("risk_on", &input.risk_on);
        if scale.is_none() || level.is_none() || input.risk_on.trim().is_empty() {
            let field = if scale.is_none() {
                "risk_scale"
            } else if level.is_none() {
                "risk_level"
            } else {
                "risk_on"
            };
            self.wrong(field, "SUBJ-106", Vec::new());
        }
        let (scale, level, dated) = (scale?, level?, dated?);
        RiskClass::new(scale, level, dated).map_err(|bad| self.refused("risk_level", &bad)).ok()
    }

    /// A line break or another control character in a text of one line comes from pasting and breaks printed forms.
    fn texts(&mut self, input: &SubjectInput) {
        let texts = [
            ("name", &input.name),
            ("sub_kind", &input.sub_kind),
            ("address", &input.address),
            ("legal_person", &input.legal_person),
            ("phone", &input.phone),
        ];
        for (field, text) in texts {
            if text.trim().chars().any(char::is_control) {
                self.wrong(field, "SUBJ-108", Vec::new());
            }
        }
    }
}

/// The field of the form that a refusal speaks of.
fn field_of(bad: &BadSubject) -> &'static str {
    match bad {
        BadSubject::NoCode(_) | BadSubject::CodeNotExpected(_) | BadSubject::Key(_) => "kind",
        BadSubject::Name(_) => "name",
        BadSubject::TextTooLong { field: "representative", .. } => "legal_person",
        BadSubject::TextTooLong { field, .. } => field,
        BadSubject::Tag(_) | BadSubject::TooManyTags(_) => "tags",
        BadSubject::TooManyLicences(_) | BadSubject::LicenceBackwards(_) => "licences",
        BadSubject::NoSuchLevel { .. } => "risk_level",
        BadSubject::Industry(_) => "industry",
    }
}

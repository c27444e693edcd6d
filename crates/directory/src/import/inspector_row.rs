//! One row of the list of inspectors becomes one staged inspector, or its problems.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::ids::AccountId;
use domain::inspector::Qualification;
use serde::{Deserialize, Serialize};
use sheet::Row;
use store::repo::inspector_account::Nameable;
use text::read;

use super::cells::Checker;
use super::layout::Layout;
use super::read::Agencies;

/// Characters of a certificate's number.
const CERTIFICATE_CHARS_MAX: usize = 32;
/// Characters of a name.
const NAME_CHARS_MAX: usize = 40;
/// Characters of any other text.
const TEXT_CHARS_MAX: usize = 200;

/// An inspector as a file tells it. `None` where the file has no such column.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StagedInspector {
    pub(super) certificate: String,
    pub(super) name: String,
    pub(super) agency: domain::ids::AgencyId,
    pub(super) section: Option<String>,
    pub(super) staff_number: Option<String>,
    pub(super) valid_from: NaiveDate,
    pub(super) valid_to: NaiveDate,
    pub(super) qualifications: Option<Vec<Qualification>>,
    pub(super) expertise: Option<String>,
    pub(super) active: Option<bool>,
    /// The account of the person; an empty cell leaves what is known.
    #[serde(default)]
    pub(super) account: Option<AccountId>,
    /// The day of the dry run, on which somebody who is no longer listed as active left.
    pub(super) today: NaiveDate,
}

/// Reads the rows of a list of inspectors.
pub(super) struct InspectorRows {
    layout: Layout,
    agencies: Agencies,
    today: NaiveDate,
    seen: HashMap<String, u32>,
    accounts: HashMap<String, Nameable>,
    logins: HashMap<String, u32>,
}

impl InspectorRows {
    /// `accounts` are those that the importer may name.
    pub(super) fn new(layout: &Layout, agencies: Agencies, accounts: Vec<Nameable>, today: NaiveDate) -> Self {
        let accounts = accounts.into_iter().map(|account| (account.login.clone(), account)).collect();
        let (seen, logins) = (HashMap::new(), HashMap::new());
        Self { layout: layout.clone(), agencies, today, seen, accounts, logins }
    }

    /// The staged inspector; `None` if the row has a problem.
    pub(super) fn read(&mut self, row: &Row, check: &mut Checker) -> Option<StagedInspector> {
        let at = |key: &str| self.layout.mapping.column(key);
        let name = check.required(row, at("name"), NAME_CHARS_MAX);
        let agency = self.agencies.of_row(check, row, at("agency"), at("agency_name")).map(|agency| agency.id);
        let section = check.text(row, at("section"), TEXT_CHARS_MAX);
        let staff_number = check.code(row, at("staff_number"), TEXT_CHARS_MAX);
        let valid_from = check.required_date(row, at("certificate_from"));
        let valid_to = check.required_date(row, at("certificate_to"));
        let expertise = check.text(row, at("expertise"), TEXT_CHARS_MAX);
        let qualifications = qualifications(row, check, at("qualifications"));
        let active = active(row, check, at("active"));
        let (name_at, certificate_at, to_at) = (at("name"), at("certificate"), at("certificate_to"));
        let given = |key: &str, text: &str| at(key).map(|_| text.to_owned());
        let (section, staff_number, expertise) =
            (given("section", &section?), given("staff_number", &staff_number?), given("expertise", &expertise?));
        let qualifications = at("qualifications").map(|_| qualifications).map_or(Some(None), |q| q.map(Some));
        let login_at = at("login");
        let certificate = self.certificate(row, check, certificate_at);
        let account = self.account(row, check, login_at, certificate.as_deref().unwrap_or_default());
        if let (Some(from), Some(to)) = (valid_from, valid_to)
            && to < from
        {
            check.note(row, to_at, "backwards", vec![]);
        }
        if !check.row_is_sound() {
            return None;
        }
        check.on_forms(row, name_at, name.as_deref().unwrap_or_default());
        Some(StagedInspector {
            certificate: certificate?,
            name: name?.into_owned(),
            agency: agency?,
            section,
            staff_number,
            valid_from: valid_from?,
            valid_to: valid_to?,
            qualifications: qualifications?,
            expertise,
            active: active?,
            account: account?,
            today: self.today,
        })
    }

    /// The account that a login names: within the scope, nobody else's, and once in the file.
    fn account(
        &mut self,
        row: &Row,
        check: &mut Checker,
        column: Option<u32>,
        certificate: &str,
    ) -> Option<Option<AccountId>> {
        let login = check.code(row, column, TEXT_CHARS_MAX)?.into_owned();
        if login.is_empty() {
            return Some(None);
        }
        let Some(account) = self.accounts.get(&login) else {
            check.note(row, column, "login_unknown", vec![login]);
            return None;
        };
        if !account.certificate.is_empty() && account.certificate != certificate {
            check.note(row, column, "login_taken", vec![login, account.certificate.clone()]);
            return None;
        }
        let id = account.id;
        if let Some(first) = self.logins.insert(login, row.number) {
            check.note(row, column, "duplicate", vec![first.to_string()]);
            return None;
        }
        Some(Some(id))
    }

    fn certificate(&mut self, row: &Row, check: &mut Checker, column: Option<u32>) -> Option<String> {
        let text = check.code(row, column, TEXT_CHARS_MAX)?.into_owned();
        if text.is_empty() {
            check.note(row, column, "required", vec![]);
            return None;
        }
        let sound = text.len() <= CERTIFICATE_CHARS_MAX && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !sound {
            check.note(row, column, "certificate_form", vec![CERTIFICATE_CHARS_MAX.to_string()]);
            return None;
        }
        if let Some(first) = self.seen.get(&text) {
            check.note(row, column, "duplicate", vec![first.to_string()]);
            return None;
        }
        self.seen.insert(text.clone(), row.number);
        Some(text)
    }
}

/// 名称:有效期至, several separated by semicolons; an empty day means without end.
fn qualifications(row: &Row, check: &mut Checker, column: Option<u32>) -> Option<Vec<Qualification>> {
    let text = check.text(row, column, TEXT_CHARS_MAX)?;
    let mut found: Vec<Qualification> = Vec::new();
    for part in text.split(['；', ';']).map(str::trim).filter(|part| !part.is_empty()) {
        let (code, until) = part.split_once([':', '：']).unwrap_or((part, ""));
        let (code, until) = (code.trim(), until.trim());
        let valid_to = if until.is_empty() { Some(None) } else { sheet::parse_date(until).ok().map(Some) };
        let known = found.iter().any(|q| q.code == code);
        match valid_to {
            Some(valid_to) if !code.is_empty() && !known && !code.contains(',') => {
                found.push(Qualification { code: code.to_owned(), valid_from: None, valid_to });
            }
            _ => {
                check.note(row, column, "qualification_form", vec![part.to_owned()]);
                return None;
            }
        }
    }
    found.sort_by(|a, b| a.code.cmp(&b.code));
    Some(found)
}

fn active(row: &Row, check: &mut Checker, column: Option<u32>) -> Option<Option<bool>> {
    let text = check.text(row, column, TEXT_CHARS_MAX)?;
    if text.is_empty() {
        return Some(None);
    }
    let answer = read::yes_or_no(&text);
    if answer.is_none() {
        check.note(row, column, "answer_unknown", vec![]);
        return None;
    }
    Some(answer)
}
